"""annotation-label: a label written as an annotation, or an annotation as a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_table import Entry, entries, selected, table, template, written
from asklint.edit import Edit, Move
from asklint.finding import Hit
from asklint.path import Path, get, mapping
from asklint.resource import Object

_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?\Z")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every known key among the wrong ones, unless it stands where it is read as well."""
    for entry in entries(subject, table(params["keys"])):
        key = entry.key
        if entry.field == key.field or not key.by_user or target not in key.targets or "/" not in key.name:
            continue
        if entry.place.kind not in ("pod", "workload", "namespace") or key.status in ("removed", "unverified"):
            continue
        if entry.place.kind == "namespace" and entry.field == "labels":
            continue  # webhooks read some annotations of a pod as labels of its namespace
        home = _home(subject, entry)
        if home is None or not written(mapping(get(subject.data, home)), key.field, key.name):
            case = "annotation" if entry.field == "annotations" else "label"
            yield Hit(entry.path, case, {"key": key.name}, _edits(subject, entry, home))


def _home(subject: Object, entry: Entry) -> Path | None:
    """The metadata in which the key would be read."""
    if entry.place.kind in entry.key.places:
        return entry.place.path
    pod = template(subject) if "pod" in entry.key.places else None
    return pod.metadata_path if pod else None


def _edits(subject: Object, entry: Entry, home: Path | None) -> tuple[Edit, ...]:
    if home is None or not isinstance(entry.value, str):
        return ()
    if entry.field == "labels" and selected(subject, entry.key.name):
        return ()
    if entry.field == "annotations" and not _LABEL_VALUE.match(entry.value):
        return ()
    return (Move(entry.path, (*home, entry.key.field, entry.key.name)),)
