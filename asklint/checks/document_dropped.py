"""Text behind `...`, which kubectl drops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.tree import Document


def check(subject: Document, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first line that is dropped."""
    if subject.dropped is not None:
        stop = subject.text.find("\n", subject.dropped)
        yield Hit((), offsets=(subject.dropped, len(subject.text) if stop < 0 else stop))
