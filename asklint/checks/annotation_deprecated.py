"""annotation-deprecated: a key in whose place the vendor has put another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_table import Entry, entries, selected, table, written
from asklint.edit import Edit, Remove, Rename, Set
from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every old key that stands where it is read."""
    for entry in entries(subject, table(params["keys"])):
        key = entry.key
        if key.status not in ("deprecated", "removed") or not key.by_user or not key.acts(target):
            continue
        if entry.field != key.field or entry.place.kind not in key.places:
            continue
        if "instead" in key.replaced_by:
            yield Hit(entry.path, "other", {"new": key.replaced_by["instead"]})
        elif "key" in key.replaced_by:
            yield _hit(subject, entry, key.replaced_by)


def _hit(subject: Object, entry: Entry, replaced_by: Mapping[str, Any]) -> Hit:
    new, values = replaced_by["key"], replaced_by.get("values")
    fields = {"new": new}
    if written(entry.place.data, entry.field, new):
        edits: tuple[Edit, ...] = (Remove(entry.path),)
        case = "both"
    else:
        edits, case = _rename(entry, new, values), "renamed"
    if entry.field == "labels" and selected(subject, entry.key.name):
        edits = ()
    return Hit(entry.path, case, fields, edits)


def _rename(entry: Entry, new: str, values: Mapping[str, str] | None) -> tuple[Edit, ...]:
    if values is None:
        return (Rename(entry.path, new),)
    if not isinstance(entry.value, str) or entry.value not in values:
        return ()
    return Remove(entry.path), Set((*entry.place.path, entry.field, new), values[entry.value])
