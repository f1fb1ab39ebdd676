"""image-cache-limits: what an ImageCache asks for beyond what ECI makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on more images than `images`, and on each field of `ranges` that is out of its bounds."""
    spec = mapping(subject.data.get("spec"))
    count = len(sequence(spec.get("images")))
    if count > params["images"]:
        yield Hit(("spec", "images"), "images", {"count": count, "most": params["images"]})
    for name, (least, most) in params["ranges"].items():
        value = spec.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and not least <= value <= most:
            yield Hit(("spec", name), "range", {"least": least, "most": most})
