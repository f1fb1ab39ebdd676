"""operator-daemonset: a custom kind of which an operator makes a DaemonSet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the field that asks for it (`asked`), or on the kind where nothing has to (`always`)."""
    place = subject.daemonset_at
    if place is not None:
        yield Hit(place, "asked" if len(place) > 1 else "always")
