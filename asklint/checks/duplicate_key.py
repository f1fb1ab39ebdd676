"""Keys that stand twice in one mapping, of which kubectl takes the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import RemoveIgnored
from asklint.finding import Hit
from asklint.path import Path
from asklint.tree import Alias, Document, Scalar


def check(subject: Document, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each entry that a later one of the same key overrides; its fix removes it, where a path leads to its mapping."""
    known: dict[int, tuple[Path | None, dict[str | None, Scalar | Alias]]] = {}
    for mapping, index in subject.duplicates:
        if id(mapping) not in known:
            known[id(mapping)] = (subject.path_of(mapping), {entry.name: entry.key for entry in mapping.entries})
        path, last = known[id(mapping)]
        entry = mapping.entries[index]
        yield Hit(
            path or (),
            fields={"key": entry.name or "", "line": subject.text.count("\n", 0, last[entry.name].start) + 1},
            edits=(RemoveIgnored(path, index),) if path is not None else (),
            offsets=(entry.key.start, max(entry.key.end, entry.value.end)),
        )
