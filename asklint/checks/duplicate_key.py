"""Keys that stand twice in one mapping, of which kubectl takes the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import RemoveIgnored
from asklint.finding import Hit
from asklint.path import Path
from asklint.tree import Alias, Document, Scalar
from asklint.tree import Mapping as MappingNode


def check(subject: Document, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each entry that a later one of the same key overrides; its fix removes it, where a path leads to its mapping."""
    known: dict[int, tuple[Path | None, dict[str | None, Scalar | Alias]]] = {}
    for mapping, index in subject.duplicates:
        if id(mapping) not in known:
            pasted = mapping is subject.root and {"apiVersion", "kind"} & _again(mapping)
            # Where a `---` is missing, what kubectl ignores is an object, and no fix may delete it.
            path = None if pasted else subject.path_of(mapping)
            known[id(mapping)] = (path, {entry.name: entry.key for entry in mapping.entries})
        path, last = known[id(mapping)]
        entry = mapping.entries[index]
        yield Hit(
            path or (),
            fields={"key": entry.name or "", "line": subject.text.count("\n", 0, last[entry.name].start) + 1},
            edits=(RemoveIgnored(path, index),) if path is not None else (),
            offsets=(entry.key.start, max(entry.key.end, entry.value.end)),
        )


def _again(mapping: MappingNode) -> set[str | None]:
    """The keys that stand more than once."""
    return {mapping.entries[index].name for index in mapping.duplicates()}
