"""annotation-not-string: a number, a boolean or a whole structure where the API takes strings alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_table import FIELDS, metadata
from asklint.edit import Set
from asklint.finding import Hit
from asklint.path import Path, get, parse, walk
from asklint.resource import Object

_CLAIMS = parse("spec.volumeClaimTemplates[*].metadata")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every value of annotations and labels that is not a string; null passes: the API server reads ""."""
    for path, data in metadata(subject):
        yield from _hits(subject, path, data)
    if get(subject.data, ("spec", "volumeClaimTemplates")) is not None:
        for path, data in walk(_CLAIMS, subject.data):
            yield from _hits(subject, path, data)


def _hits(subject: Object, path: Path, data: Any) -> Iterator[Hit]:
    if not isinstance(data, dict):
        return
    for field in FIELDS:
        entries = data.get(field)
        if not isinstance(entries, dict):
            continue
        for name, value in entries.items():
            if isinstance(value, str) or value is None:
                continue
            at = (*path, field, name)
            if isinstance(value, (dict, list)):
                yield Hit(at, "structure", {"type": "map" if isinstance(value, dict) else "list"})
            else:
                text = subject.text(at)
                edits = (Set(at, text),) if _plain(text) else ()
                yield Hit(at, "scalar", {"type": "boolean" if isinstance(value, bool) else "number"}, edits)


def _plain(text: str) -> bool:
    """Whether `text` can be quoted as it stands: no tag, anchor, alias, block or quotes."""
    return bool(text) and text[0] not in "!&*|>\"'" and "\n" not in text
