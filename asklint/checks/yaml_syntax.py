"""Documents that kubectl refuses to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.resource import lacks
from asklint.tree import Document

_START = "found character that cannot start any token"  # so says libyaml, of a character that it does not show


def check(subject: Document, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The problem of a document, at its place, up to the end of the line; or what it lacks of an object's two names."""
    if subject.problem is not None:
        at = min(subject.problem.offset, max(subject.end - 1, subject.start))
        stop = subject.text.find("\n", at)
        end = len(subject.text) if stop < 0 else max(stop, at)
        problem, sign = subject.problem.message, subject.text[at : at + 1]
        case = "refused" if problem != _START else "tab" if sign == "\t" else "sign"
        yield Hit((), case, {"problem": problem, "sign": sign}, offsets=(at, end))
    elif lacking := lacks(subject.data):
        there = "kind" if lacking == "apiVersion" else "apiVersion"
        entry, node = subject.trail((there,))[-1]
        fields = {"value": subject.data[there], "name": subject.data["metadata"]["name"], "lacking": lacking}
        yield Hit((), "half", fields, offsets=(entry.key.start if entry else node.start, node.end))
