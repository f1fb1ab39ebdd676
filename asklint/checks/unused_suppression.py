"""unused-suppression: a comment or an annotation that keeps nothing from being reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.silence import Suppression


def check(subject: Suppression, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit where no reason is given, and on names that no rule has."""
    if not subject.reason:
        yield Hit((), "reason", offsets=subject.span)
    for name, meant in subject.unknown.items():
        yield Hit((), "misspelt" if meant else "unknown", {"rule": name, "meant": meant}, offsets=subject.span)
