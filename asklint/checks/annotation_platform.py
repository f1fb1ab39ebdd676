"""annotation-platform: keys of a platform that the pod does not run on, and what takes their place there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from asklint.checks.annotation_grammar import fault
from asklint.checks.annotation_table import Entry, Table, entries, selected, table
from asklint.checks.once import once
from asklint.edit import Edit, Remove, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, mapping
from asklint.resource import Object


class _Row(NamedTuple):
    """What a target makes of one foreign key."""

    value: re.Pattern[str] | None  # the values of ECI's key that the row is about
    case: str  # what the rule says in place of naming the other key
    other: str  # the key that does the same on the target, "" where there is none
    instead: str  # what else does it
    close: bool  # whether the two differ in what they do or take
    sized: bool  # whether a size is carried over all the same, where the pod can name it
    values: Mapping[str, str] | None
    default: tuple[str, ...]
    minor: bool
    of_nodes: bool  # whether it is a key for pods on ECS nodes
    here: str  # the platform of the target, as the rule names it


_Rows = dict[str, list[_Row]]

_ELSEWHERE = "elsewhere"
_CLASS = "alibabacloud.com/compute-class"
_THEIRS = {"ECI": "ACS", "ACS": "ECI"}


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every key of another platform, unless the target's own key for it stands beside it."""
    known = table(params["keys"])
    found = entries(subject, known)
    if not found:
        return
    rows = _rows(params["translation"])[target]
    foreign = [(entry, row) for entry in found if _is_read(entry) for row in _row_for(entry, rows)]
    away = {entry.place.path for entry, row in foreign if row.case == _ELSEWHERE}
    given: set[tuple[Path, str]] = set()  # two keys may stand for one, and only the first becomes that
    for entry, row in foreign:
        if row.other == _CLASS and options["compute-class"] and not _is_given(entry, row, known):
            yield from _chosen(subject, entry, row, options["compute-class"])
        elif entry.place.path not in away or row.case == _ELSEWHERE:  # else the pod runs where its keys are read
            taken = row.other and (entry.place.path, row.other) in given
            edits = () if taken else _edits(subject, entry, row, known, params["sizes"])
            if edits:
                given.add((entry.place.path, row.other))
            yield from _hits(entry, row, known, edits)


def _is_read(entry: Entry) -> bool:
    """Whether the key stands where its own platform reads it, as a string."""
    return entry.place.kind == "pod" and entry.field == entry.key.field and isinstance(entry.value, str)


def _row_for(entry: Entry, rows: _Rows) -> Iterator[_Row]:
    """The first row for the key with its value, unless it says what is so anyhow."""
    for row in rows.get(entry.key.name, ()):
        if row.value is None or row.value.search(entry.value):
            if entry.value not in row.default and (entry.value != "false" or entry.field == "labels"):
                yield row
            return


def _is_given(entry: Entry, row: _Row, known: Table) -> bool:
    """Whether the target's own key stands beside the foreign one."""
    return row.other in mapping(entry.place.data.get(known.keys[row.other].field))


def _chosen(subject: Object, entry: Entry, row: _Row, chosen: str) -> Iterator[Hit]:
    """Keys of which nobody but the user can say the compute class, which the option does: a GPU has one of its own."""
    from asklint.checks.pod_requests import has_devices

    pods = [pod for pod in subject.pods if pod.metadata_path == entry.place.path]
    edits: tuple[Edit, ...] = ()
    if not any(map(has_devices, pods)):
        edits = (Remove(entry.path), Set((*entry.place.path, "labels", _CLASS), chosen))
    fields = {"new": _CLASS, "here": row.here, "theirs": _THEIRS[row.here]}
    yield Hit(entry.path, "chosen" if edits else "near", fields, edits)


def _hits(entry: Entry, row: _Row, known: Table, edits: tuple[Edit, ...]) -> Iterator[Hit]:
    if row.case:
        yield Hit(entry.path, row.case, {"here": row.here}, edits)
        return
    if row.other and _is_given(entry, row, known):
        return
    what = "near" if row.other or row.instead else "none"
    what = "renamed" if edits and row.other else what
    case = f"nodes-{what}" if row.of_nodes else f"minor-{what}" if row.minor else what
    yield Hit(entry.path, case, {"new": row.other or row.instead, "here": row.here, "theirs": _THEIRS[row.here]}, edits)


def _edits(subject: Object, entry: Entry, row: _Row, known: Table, sizes: Mapping[str, Any]) -> tuple[Edit, ...]:
    """The other key with the value carried over, where both grammars take it; where there is none, the key goes."""
    if row.case == _ELSEWHERE or (entry.field == "labels" and selected(subject, entry.key.name)):
        return ()
    if not row.other:
        return () if row.instead else (Remove(entry.path),)
    if row.close and not (row.sized and _can_name(subject, entry, sizes)):
        return ()
    other = known.keys[row.other]
    value = entry.value if row.values is None else row.values.get(entry.value)
    if value is None or fault(other.value, value) is not None or fault(entry.key.value, entry.value) is not None:
        return ()
    if other.field == entry.field and value == entry.value:
        return (Rename(entry.path, other.name),)
    return Remove(entry.path), Set((*entry.place.path, other.field, other.name), value)


def _can_name(subject: Object, entry: Entry, sizes: Mapping[str, Any]) -> bool:
    from asklint.checks.pod_requests import can_name  # seldom asked

    pods = [pod for pod in subject.pods if pod.metadata_path == entry.place.path]
    return len(pods) == 1 and can_name(pods[0], entry.value, sizes)


# -- the translation


@once
def _rows(source: Mapping[str, Any]) -> dict[str, _Rows]:
    """By target, the rows that have a key of another platform."""
    return {target: _rows_for(source, target) for target in ("ask", "eci", "acs")}


def _rows_for(source: Mapping[str, Any], target: str) -> _Rows:
    own, other = ("acs", "eci") if target == "acs" else ("eci", "acs")
    rows: _Rows = {}
    for row in source["rows"]:
        for foreign in (other, "terway"):
            for name in _keys(row, foreign):
                taken = own == "acs" and name in row.get("taken", ())
                if not taken and (foreign == "eci" or "value" not in row):
                    rows.setdefault(name, []).append(_row(row, target, own, foreign))
    return rows


def _row(row: Mapping[str, Any], target: str, own: str, foreign: str) -> _Row:
    others = _keys(row, own)
    close, values = row.get("close", False), row.get("values")
    if values is not None and foreign == "acs":
        values = {new: old for old, new in values.items()}
    return _Row(
        re.compile(row["value"]) if "value" in row else None,
        row.get("says", {}).get(target, ""),
        others[0] if others else "",
        row.get("instead", ""),
        close if isinstance(close, bool) else target in close,
        row.get("sized", False),
        values,
        tuple(row.get("default", ())),
        target in row.get("minor", ()),
        foreign == "terway",
        "ACS" if own == "acs" else "ECI",
    )


def _keys(row: Mapping[str, Any], platform: str) -> list[str]:
    named = row.get(platform, [])
    return [named] if isinstance(named, str) else list(named)
