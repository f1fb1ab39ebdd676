"""Set, Remove, Rename, Insert, Move, DropDocument, AddDocument: what an edit declares, and the proof that it was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from asklint.path import Key, Path


class Set(NamedTuple):
    """The value at `path` becomes `value`; the key and missing parent mappings are made."""

    path: Path
    value: Any


class Remove(NamedTuple):
    """What stands at `path` goes, and with it a parent that becomes empty where the API means the same without it."""

    path: Path


class RemoveIgnored(NamedTuple):
    """The `index`-th entry of the mapping at `path`, which a later entry of the same key overrides, goes."""

    path: Path
    index: int


class Rename(NamedTuple):
    """The last key of `path` becomes `key`."""

    path: Path
    key: str


class Insert(NamedTuple):
    """`value` becomes the last item of the list at `path`, which is made where it is missing."""

    path: Path
    value: Any


class Move(NamedTuple):
    """The entry at `path` goes to `to`, with its value and its comments."""

    path: Path
    to: Path


class DropDocument(NamedTuple):
    """The document goes."""


class AddDocument(NamedTuple):
    """A document with this value is added behind the one edited."""

    value: Any


Edit = Set | Remove | RemoveIgnored | Rename | Insert | Move | DropDocument | AddDocument


class CannotEdit(ValueError):
    """An edit that is not made; the message says why, for people."""


# Collections whose absence means to the API server what their emptiness means.
# Source: the `omitempty` lists and maps of https://kubernetes.io/docs/reference/generated/kubernetes-api/
OPTIONAL = frozenset(
    """annotations labels ports env envFrom volumeMounts volumeDevices volumes nodeSelector tolerations hostAliases
    imagePullSecrets sysctls topologySpreadConstraints initContainers ephemeralContainers securityContext capabilities
    add drop resources limits requests affinity nodeAffinity podAffinity podAntiAffinity dnsConfig options parameters
    finalizers ownerReferences""".split()
)

_GONE: Any = object()


def declare(data: Any, edits: Iterable[Edit]) -> Any:
    """`data` as it shall be after `edits`, all of them counted from `data` as it is. Raises CannotEdit where they clash.

    DropDocument and AddDocument concern no data and are left out.
    """
    edits = distinct(edits)
    before = data
    gone = removals(data, edits)
    for edit in edits:
        if isinstance(edit, Set):
            data = _put(data, edit.path, edit.value)
        elif isinstance(edit, Insert):
            old = _get(data, edit.path)
            data = _put(data, edit.path, [*(old if isinstance(old, list) else []), edit.value])
        elif isinstance(edit, Move):
            data = _put(data, edit.to, _get(before, edit.path))
    for path in gone:
        data = _put(data, path, _GONE)
    renames = [edit for edit in edits if isinstance(edit, Rename)]
    for rename in sorted(renames, key=lambda edit: -len(edit.path)):
        data = _rename(data, rename)
    for path in sorted(gone, key=len, reverse=True):
        data = _sweep(data, path[:-1])
    return data


def _rename(data: Any, rename: Rename) -> Any:
    parent = _get(data, rename.path[:-1])
    if not isinstance(parent, dict) or rename.path[-1] not in parent:
        raise CannotEdit("there is no such key")
    if rename.key in parent:
        raise CannotEdit(f"there is a {rename.key} already")
    renamed = {rename.key if key == rename.path[-1] else key: value for key, value in parent.items()}
    return _put(data, rename.path[:-1], renamed)


def _get(data: Any, path: Path) -> Any:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _put(data: Any, path: Path, value: Any) -> Any:
    """`data` with `value` at `path`; only what lies on the path is copied. Null counts as absent, as the API has it."""
    if not path:
        return value
    key = path[0]
    if isinstance(key, int):
        if not isinstance(data, list) or key >= len(data):
            raise CannotEdit("there is no such item")
        return [_put(item, path[1:], value) if index == key else item for index, item in enumerate(data)]
    if data is not None and not isinstance(data, dict):
        raise CannotEdit(f"{key} would stand in what is no mapping")
    return {**(data or {}), key: _put((data or {}).get(key), path[1:], value)}


def _sweep(data: Any, path: Path) -> Any:
    """`data` without what was marked as gone directly below `path`."""
    parent = _get(data, path)
    if isinstance(parent, dict):
        return _put(data, path, {key: value for key, value in parent.items() if value is not _GONE})
    if isinstance(parent, list):
        return _put(data, path, [item for item in parent if item is not _GONE])
    return data


def distinct(edits: Iterable[Edit]) -> list[Edit]:
    """`edits` without repetitions and removals inside what is removed. Raises CannotEdit where two of them clash."""
    kept: list[Edit] = []
    for edit in edits:
        if edit not in kept:
            kept.append(edit)
    kept = [edit for edit in kept if not (isinstance(edit, Remove) and _inside(edit.path, kept))]
    changed = [(edit, path) for edit in kept for path in _paths(edit)]
    for edit, path in changed:
        for other, beside in changed:
            if other is not edit and path == beside[: len(path)] and not _agree(edit, other, path == beside):
                raise CannotEdit("two fixes change the same place")
    return kept


def _paths(edit: Edit) -> tuple[Path, ...]:
    if isinstance(edit, Move):
        return (edit.path, edit.to)
    return (edit.path,) if isinstance(edit, Set | Remove | Rename | Insert) else ()


def _inside(path: Path, edits: Iterable[Edit]) -> bool:
    return any(
        isinstance(edit, Remove) and len(edit.path) < len(path) and path[: len(edit.path)] == edit.path
        for edit in edits
    )


def _agree(edit: Edit, other: Edit, same: bool) -> bool:
    """Whether `other`, at or below the place of `edit`, can be made together with it."""
    if isinstance(edit, Rename):
        return not same
    return same and isinstance(edit, Insert) and isinstance(other, Insert)


def removals(data: Any, edits: Iterable[Edit]) -> list[Path]:
    """All that goes: what is removed or moved away, or its parent where that is left empty and may be absent."""
    edits = list(edits)
    gone = {edit.path for edit in edits if isinstance(edit, Remove | Move)}
    filled = [_paths(edit)[-1] for edit in edits if isinstance(edit, Set | Insert | Move)]
    while True:
        empty = {
            parent
            for parent in {path[:-1] for path in gone}
            if parent
            and parent[-1] in OPTIONAL
            and parent not in gone
            and all((*parent, key) in gone for key in _keys(_get(data, parent)))
            and not any(path[: len(parent)] == parent for path in filled)
        }
        if not empty:
            return sorted(gone, key=str)
        gone = {path for path in gone if path[:-1] not in empty} | empty


def _keys(data: Any) -> list[Key]:
    if isinstance(data, list):
        return list(range(len(data)))
    return list(data) if isinstance(data, dict) else []


def same(left: Any, right: Any) -> bool:
    """Whether two values are one to the API server: 1 is not true, 1.5 is not "1.5"; the order of keys is nothing."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)
