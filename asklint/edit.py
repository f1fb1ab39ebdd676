"""Set, Remove, Rename, Insert, Move, DropDocument, AddDocument, Elsewhere: what each declares, and when two clash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from asklint.path import Key, Path, get


class Set(NamedTuple):
    """The value at `path` becomes `value`; the key and missing parent mappings are made."""

    path: Path
    value: Any


class Remove(NamedTuple):
    """What stands at `path` goes, and with it a parent that becomes empty where the API means the same without it."""

    path: Path


class RemoveIgnored(NamedTuple):
    """The entry number `which`, from 0, of the mapping at `path` goes, which a later one of the same key overrides."""

    path: Path
    which: int


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


class Elsewhere(NamedTuple):
    """`edit` in another document of the text: number `document`, from 0, from whose root its paths are counted."""

    document: int
    edit: Edit


Edit = Set | Remove | RemoveIgnored | Rename | Insert | Move | DropDocument | AddDocument | Elsewhere


class CannotEdit(ValueError):
    """An edit that is not made; the message says why, for people."""


# Collections whose absence means to the API server what their emptiness means.
# Source: the `omitempty` lists and maps of https://kubernetes.io/docs/reference/generated/kubernetes-api/
OPTIONAL = frozenset(
    {
        *("annotations", "labels", "finalizers", "ownerReferences", "nodeSelector", "tolerations", "hostAliases"),
        *("ports", "env", "envFrom", "volumeMounts", "volumeDevices", "volumes", "imagePullSecrets", "parameters"),
        *("initContainers", "ephemeralContainers", "securityContext", "capabilities", "add", "drop", "sysctls"),
        *("resources", "limits", "requests", "affinity", "nodeAffinity", "podAffinity", "podAntiAffinity"),
        *("topologySpreadConstraints", "dnsConfig", "options"),
    }
)


def by_document(edits: Iterable[Edit], here: int) -> dict[int, list[Edit]]:
    """`edits` by the number of the document in which they are made; `here` is that of all that are not Elsewhere."""
    found: dict[int, list[Edit]] = {}
    for edit in edits:
        index, edit = (edit.document, edit.edit) if isinstance(edit, Elsewhere) else (here, edit)
        found.setdefault(index, []).append(edit)
    return found


_GONE: Any = object()
_CLASH = "two fixes change the same place"


def declare(data: Any, edits: Iterable[Edit]) -> Any:
    """`data` as it shall be after `edits`, all of them counted from `data` as it is, which is not changed.

    DropDocument, AddDocument and RemoveIgnored concern no data and are left out. Raises CannotEdit where edits clash,
    or name what is not there.
    """
    edits = distinct(edits)
    draft = _Draft(data)
    renames = [(draft.parent(edit.path), edit) for edit in edits if isinstance(edit, Rename)]
    for edit in edits:
        if isinstance(edit, Set):
            draft.put(edit.path, edit.value)
        elif isinstance(edit, Insert):
            draft.append(edit.path, edit.value)
        elif isinstance(edit, Move):
            if get(data, edit.to) is not None:
                raise CannotEdit(f"there is a {edit.to[-1]} already")
            draft.put(edit.to, get(data, edit.path))
    marked = [draft.remove(path) for path in removals(data, edits)]
    for parent, rename in renames:
        if rename.key in parent:
            raise CannotEdit(f"there is a {rename.key} already")
        parent[rename.key] = parent.pop(rename.path[-1])
    for parent in {id(parent): parent for parent in marked}.values():
        if isinstance(parent, list):
            parent[:] = [item for item in parent if item is not _GONE]
        else:
            for key in [key for key in parent if parent[key] is _GONE]:
                del parent[key]
    return draft.top[0]


class _Draft:
    """Data in the making: collections on the way to a change are copied once, all others are shared with the original.

    Aliases make one object stand in two places, so that no collection may be changed in place.
    """

    def __init__(self, data: Any) -> None:
        self.top = [data]
        self.copies: dict[int, Any] = {}

    def _own(self, parent: Any, key: Key) -> Any:
        child = parent[key]
        if isinstance(child, dict | list) and id(child) not in self.copies:
            child = parent[key] = child.copy()
            self.copies[id(child)] = child
        return child

    def parent(self, path: Path, make: bool = False) -> Any:
        """The collection, copied, in which the last key of `path` stands, or shall stand where it is to `make`."""
        if not path:
            raise CannotEdit("it is the whole document")
        here = self._own(self.top, 0)
        for key in path[:-1]:
            _check(here, key, make)
            if isinstance(here, dict) and here.get(key) is None:
                here[key] = {}
            here = self._own(here, key)
        _check(here, path[-1], make)
        return here

    def put(self, path: Path, value: Any) -> None:
        """Null counts as absent, as the API has it."""
        self.parent(path, make=True)[path[-1]] = value

    def append(self, path: Path, value: Any) -> None:
        parent = self.parent(path, make=True)
        if isinstance(parent, dict) and parent.get(path[-1]) is None:
            parent[path[-1]] = []
        found = self._own(parent, path[-1])
        if not isinstance(found, list):
            raise CannotEdit(f"{path[-1]} is no list")
        found.append(value)

    def remove(self, path: Path) -> Any:
        """Marks what goes, so that the indexes of other items hold until all is done; gives the collection it is in."""
        parent = self.parent(path)
        parent[path[-1]] = _GONE
        return parent


def _check(here: Any, key: Key, make: bool) -> None:
    if isinstance(key, int):
        if not isinstance(here, list) or key >= len(here):
            raise CannotEdit("there is no such item")
    elif not isinstance(here, dict):
        raise CannotEdit(f"{key} would stand in what is no mapping" if make else "there is no such place")
    elif key not in here and not make:
        raise CannotEdit("there is no such place")


def distinct(edits: Iterable[Edit]) -> list[Edit]:
    """`edits` without repetitions and removals inside what is removed. Raises CannotEdit where two of them clash."""
    kept = list(
        {repr(edit): edit for edit in edits if not (isinstance(edit, Rename) and edit.key == edit.path[-1])}.values()
    )
    removed = {edit.path for edit in kept if isinstance(edit, Remove)}
    kept = [edit for edit in kept if not (isinstance(edit, Remove) and any(up in removed for up in _above(edit.path)))]
    places: dict[Path, list[Edit]] = {}
    for edit in kept:
        for path in _paths(edit):
            places.setdefault(path, []).append(edit)
    for path, here in places.items():
        if len(here) > 1 and not all(isinstance(edit, Insert) for edit in here):
            raise CannotEdit(_CLASH)
        for up in _above(path):
            if not all(isinstance(edit, Insert | Rename) for edit in places.get(up, ())):
                raise CannotEdit(_CLASH)
    return kept


def _above(path: Path) -> Iterator[Path]:
    return (path[:length] for length in range(len(path) - 1, -1, -1))


def _paths(edit: Edit) -> tuple[Path, ...]:
    if isinstance(edit, Move):
        return (edit.path, edit.to)
    if isinstance(edit, Rename):
        return (edit.path, (*edit.path[:-1], edit.key))
    return (edit.path,) if isinstance(edit, Set | Remove | Insert) else ()


def removals(data: Any, edits: Iterable[Edit]) -> list[Path]:
    """All that goes: what is removed or moved away, or its parent where that is left empty and may be absent."""
    edits = list(edits)
    going: dict[Path, set[Key]] = {}  # per collection, what goes from it
    for edit in edits:
        if isinstance(edit, Remove | Move):
            if not edit.path:
                raise CannotEdit("it is the whole document")
            going.setdefault(edit.path[:-1], set()).add(edit.path[-1])
    filled = {up for edit in edits if isinstance(edit, Set | Insert | Move) for up in _filled(edit)}
    for depth in range(max(map(len, going), default=0), 0, -1):
        for parent in [parent for parent in going if len(parent) == depth]:
            if parent[-1] in OPTIONAL and parent not in filled and len(going[parent]) == _count(get(data, parent)):
                del going[parent]
                going.setdefault(parent[:-1], set()).add(parent[-1])
    return [(*parent, key) for parent, keys in going.items() for key in sorted(keys, key=str)]


def _filled(edit: Set | Insert | Move) -> Iterator[Path]:
    path = _paths(edit)[-1]
    return (path[:length] for length in range(len(path) + 1))


def _count(data: Any) -> int:
    return len(data) if isinstance(data, dict | list) else -1


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
