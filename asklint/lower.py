"""Edits lowered to characters replaced: where in the text each of them lands, and the proof that it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from asklint import render
from asklint.collection import Place
from asklint.edit import (
    AddDocument,
    CannotEdit,
    DropDocument,
    Edit,
    Insert,
    Move,
    RemoveIgnored,
    Rename,
    Set,
    declare,
    distinct,
    removals,
    same,
)
from asklint.layout import Layout, Splice, is_empty, is_flow
from asklint.node import merged
from asklint.path import Key, Path, get
from asklint.tree import Alias, Document, Entry, Mapping, Scalar, Sequence, read

__all__ = ["Splice", "apply", "change", "lower"]


def change(text: str, documents: list[Document], edits: dict[int, list[Edit]]) -> tuple[str, list[Document]]:
    """`text` after `edits` (per index of its document), and its documents as they read now.

    The proof: every document of the new text has the data that the edits declare, and every other document the data it
    had. What is to be added and is there, or is added behind another document, is not added again. Raises CannotEdit
    where an edit cannot be made or the proof fails; nothing is changed then.
    """
    splices: list[Splice] = []
    expected: list[tuple[Any, bool]] = []  # what each document shall hold, and whether it is JSON
    dropped = {index for index, mine in edits.items() if any(isinstance(edit, DropDocument) for edit in mine)}
    there = [document.data for index, document in enumerate(documents) if index not in dropped]
    for index, document in enumerate(documents):
        mine = _without_known(edits.get(index, []), there)
        if mine:
            splices += lower(document, mine)
        if index not in dropped:
            expected.append((declare(document.data, mine), document.json))
        expected += [(edit.value, document.json) for edit in distinct(mine) if isinstance(edit, AddDocument)]
    changed = apply(text, splices)
    reread = read(changed)
    if _broken(reread) != _broken(documents):
        raise CannotEdit("the edited text would not read as YAML")
    now = [document for document in reread if document.data is not None]
    expected = [(data, is_json) for data, is_json in expected if data is not None]
    if not same([document.data for document in now], [data for data, _ in expected]):
        raise CannotEdit("the edited text would not read as the fix declares")
    if any(is_json and not document.json for document, (_, is_json) in zip(now, expected, strict=True)):
        raise CannotEdit("the edited text would not read as JSON")
    return changed, reread


def _without_known(edits: list[Edit], there: list[Any]) -> list[Edit]:
    """`edits` without documents that are among those `there`, to which the others are appended. Raises CannotEdit."""
    kept: list[Edit] = []
    for edit in distinct(edits):
        if isinstance(edit, AddDocument):
            name = _identity(edit.value)
            known = [data for data in there if name and _identity(data) == name]
            if not all(same(data, edit.value) for data in known):
                raise CannotEdit(f"the file has {' '.join(name[1:3])} already, and it says something else")
            if known:
                continue
            there.append(edit.value)
        kept.append(edit)
    return kept


def _identity(data: Any) -> tuple[str, ...]:
    """What tells an object from others to the API server, empty for what is no object."""
    keys = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
    return tuple(str(get(data, key, "")) for key in keys) if get(data, keys[2]) else ()


def _broken(documents: list[Document]) -> list[str]:
    return [document.problem.message for document in documents if document.problem is not None]


def apply(text: str, splices: Iterable[Splice]) -> str:
    """`text` with every splice made. Raises CannotEdit where two of them overlap."""
    parts: list[str] = []
    at = 0
    for splice in _tidy(splices):
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join((*parts, text[at:]))


def _tidy(splices: Iterable[Splice]) -> list[Splice]:
    """`splices` in the order of the text, those at one place as one, in the order given. Raises CannotEdit."""
    tidy: list[Splice] = []
    for splice in sorted(splices, key=lambda splice: splice[:2]):
        last = tidy[-1] if tidy else Splice(-1, -1, "")
        if splice.start == last.start == last.end == splice.end:
            tidy[-1] = Splice(last.start, last.end, last.text + splice.text)
        elif splice.start >= last.end:
            tidy.append(splice)
        elif splice.text == last.text == "":
            tidy[-1] = Splice(last.start, max(last.end, splice.end), "")
        else:
            raise CannotEdit("two fixes touch the same characters")
    return tidy


def lower(document: Document, edits: Iterable[Edit]) -> list[Splice]:
    """The splices that make `edits` in `document`, in the order of the text. Raises CannotEdit."""
    edits = distinct(edits)
    added = [edit.value for edit in edits if isinstance(edit, AddDocument)]
    if document.root is None:
        raise CannotEdit("the document is empty or cannot be read")
    writer = _Writer(document)
    if any(isinstance(edit, DropDocument) for edit in edits):
        splices = [writer.drop(bool(added))]
    else:
        splices = writer.change(edits)
    return writer.layout.finished(_tidy(splices + [writer.add(value) for value in added]))


class _Writer:
    """All edits of one document at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.layout = Layout(document)
        self.text = self.layout.text
        self.added: dict[Path, Any] = {}  # per collection, or what a collection shall take the place of
        self.gone: dict[Path, set[int]] = {}

    def change(self, edits: list[Edit]) -> list[Splice]:
        splices: list[Splice] = []
        for edit in edits:
            if isinstance(edit, Rename):
                splices.append(self.rename(edit))
            elif isinstance(edit, Set):
                splices += self.set_value(edit)
            elif isinstance(edit, Insert):
                self.plan(edit.path, [edit.value])
            elif isinstance(edit, Move):
                self.plan(edit.to, self.carry(edit.path))
            elif isinstance(edit, RemoveIgnored):
                self.ignore(edit)
        self.mark(removals(self.document.data, edits))
        paths = sorted({*self.added, *self.gone}, key=len, reverse=True)  # at one place, the deeper comes first
        for path in paths:
            splices += self.place(path).change(self.gone.get(path, set()), self.added.get(path))
        return splices

    # -- where things stand

    def place(self, path: Path) -> Place:
        """What stands at `path`, where it is written there and nowhere else. Raises CannotEdit."""
        try:
            trail = self.document.trail(path)
        except KeyError:
            raise CannotEdit("there is no such place") from None
        for entry, node in trail:
            if entry is not None and entry.name is None:
                raise CannotEdit("it comes from a merge (<<)")
            if isinstance(node, Alias):
                raise CannotEdit(f"an alias ({self.text[node.start : node.end]}) stands in for it")
            if node.anchor is not None and any(alias.target is node for alias in self.document.aliases):
                raise CannotEdit(f"it stands under an anchor (&{node.anchor}) that is used elsewhere")
        return Place(self.layout, path, trail)

    def exists(self, path: Path) -> bool:
        try:
            self.document.trail(path)
        except KeyError:
            return False
        return True

    # -- values

    def entry(self, place: Place) -> Entry:
        """The entry whose value stands there, with a key that can be written elsewhere. Raises CannotEdit."""
        if place.entry is None or not isinstance(place.entry.key, Scalar) or place.entry.key.anchor is not None:
            raise CannotEdit("its key is not written there")
        return place.entry

    def rename(self, edit: Rename) -> Splice:
        entry = self.entry(self.place(edit.path))
        parent = self.document.trail(edit.path[:-1])[-1][1]
        assert isinstance(parent, Mapping)
        if self.document.duplicates and sum(other.name == entry.name for other in parent.entries) > 1:
            raise CannotEdit("its key stands there twice")
        return Splice(entry.key.start, entry.key.end, render.scalar(edit.key, getattr(entry.key, "style", "")))

    def set_value(self, edit: Set) -> list[Splice]:
        if not self.exists(edit.path):
            self.plan(edit.path, edit.value)
            return []
        place = self.place(edit.path)
        return [] if same(place.node.data, edit.value) else place.replace(edit.value)

    def carry(self, path: Path) -> render.Written:
        """The entry at `path` as it is written, comments included, to be written elsewhere."""
        place, layout = self.place(path), self.layout
        entry, value = self.entry(place), place.node.data
        if place.in_flow:
            return render.Written(value, [], ": " + render.annotation(value), [], False)
        parent = self.document.trail(path[:-1])[-1][1]
        assert isinstance(parent, Mapping)
        index = next(index for index, other in enumerate(parent.entries) if other is entry)
        column = layout.column(entry.key.start)
        top, after = layout.with_comments(parent, index, index)
        above = self.lines(top, layout.line_start(entry.key.start), column)
        rest, *below = self.lines(entry.key.end, after, column)
        return render.Written(value, above, rest, below, commented="#" in self.text[top:after])

    def lines(self, start: int, end: int, column: int) -> list[str]:
        """The lines from `start` to `end`, which begin at `column`, without their indentation."""
        if start == end:
            return []
        lines = [line.removesuffix("\r") for line in self.text[start:end].removesuffix("\n").split("\n")]
        first = [lines.pop(0)] if self.text[start - 1] != "\n" else []
        if any(line[:column].strip(" ") for line in lines):
            raise CannotEdit("its value is not indented below its key")
        return first + [line[column:] for line in lines]

    # -- what comes

    def plan(self, path: Path, value: Any) -> None:
        """Notes `value` for the deepest place that is there on the way to `path`, with what must be made between."""
        depth = len(path)
        while not self.exists(path[:depth]):
            depth -= 1
        here = self.place(path[:depth])
        if isinstance(value, render.Written):
            if depth == len(path):
                raise CannotEdit(f"there is a {here.key} already")
            if value.commented and (here.in_flow or (is_flow(here.node) and not is_empty(here.node))):
                raise CannotEdit("its comments have no place there")
        for key in reversed(path[depth:]):
            if isinstance(key, int):
                raise CannotEdit("there is no such item")
            value = {key: value}
        if not isinstance(here.node, Mapping | Sequence) and not is_empty(here.node):
            raise here.is_no(value)
        if here.path in self.added:
            _merge(self.added[here.path], value)
        else:
            self.added[here.path] = value

    # -- what goes

    def mark(self, paths: Iterable[Path]) -> None:
        """Notes which parts of which collections go."""
        keys: dict[Path, set[Key]] = {}
        for path in paths:
            keys.setdefault(path[:-1], set()).add(path[-1])
        for parent, going in keys.items():
            node = self.place(parent).node
            if not isinstance(node, Mapping | Sequence):
                raise CannotEdit("there is no such place")
            there: set[Key | None]
            if isinstance(node, Mapping):
                indexes = {index for index, entry in enumerate(node.entries) if entry.name in going}
                there = {node.entries[index].name for index in indexes}
                if any(entry.name is None and not going.isdisjoint(merged(entry.value)) for entry in node.entries):
                    raise CannotEdit("it comes from a merge (<<)")
            else:
                indexes = {key for key in going if isinstance(key, int) and key < len(node.data)}
                there = {*indexes}
            if there != going:
                raise CannotEdit("there is no such place")
            self.leave_out(parent, node, indexes)

    def ignore(self, edit: RemoveIgnored) -> None:
        node = self.place(edit.path).node
        if not isinstance(node, Mapping) or not _is_overridden(node, edit.which):
            raise CannotEdit("there is no such key that another one overrides")
        self.leave_out(edit.path, node, {edit.which})

    def leave_out(self, path: Path, node: Mapping | Sequence, indexes: set[int]) -> None:
        for index in indexes if self.document.aliases else ():
            start, end = self.layout.part(node, index)
            inside = range(start, end)
            if any(alias.target.start in inside and alias.start not in inside for alias in self.document.aliases):
                raise CannotEdit("an anchor stands in it that is used elsewhere")
        self.gone.setdefault(path, set()).update(indexes)

    # -- whole documents

    def drop(self, added: bool) -> Splice:
        """The document goes, with its `---` line, and never the file's header."""
        document, text = self.document, self.text
        start, end = self.layout.start, self.layout.end
        if document.json and document.root is not None:
            return Splice(start, document.root.end if start else self.layout.next_word(end), "")
        separator = self.separator()
        if _CONTENT.search(text, 0, start) is None:
            match = _HEADER.match(text, start, end)
            if match is not None and "#" in match[0]:
                return Splice(match.end(), end, "")
        if separator is not None:
            return Splice(separator, end, "")
        # the next document's `---` is the first line then, and says nothing
        return Splice(start, end if added else self.layout.next_line(end), "")

    def separator(self) -> int | None:
        """Where the `---` line above the document starts, None where there is none."""
        start = self.text.rfind("\n", 0, max(self.document.start - 1, 0)) + 1
        return start if self.text.startswith("---", start) else None

    def add(self, value: Any) -> Splice:
        """A document behind this one."""
        layout, end = self.layout, self.layout.end
        lead = "" if self.text.endswith("\n", 0, end) else layout.newline
        if self.document.json:
            tail = "" if self.text.startswith(("\n", "\r\n"), end) else layout.newline
            return Splice(end, end, lead + render.flow(value, True) + tail)
        return layout.put(end, end, 0, ["---", *render.block(value, *layout.habits)])


def _is_overridden(node: Mapping, which: int) -> bool:
    """Whether a later entry has the key of the entry `which`."""
    name = node.entries[which].name if which < len(node.entries) else None
    return name is not None and any(entry.name == name for entry in islice(node.entries, which + 1, None))


_CONTENT = re.compile(r"^(?!---)[^\S\n]*[^\s#]", re.MULTILINE)
_HEADER = re.compile(r"(?:[^\S\n]*(?:#[^\n]*)?\n)*")


def _merge(old: Any, new: Any) -> None:
    """Puts `new` into `old`, additions to one place both of them."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            if key in old:
                _merge(old[key], value)
            else:
                old[key] = value
    elif isinstance(old, list) and isinstance(new, list):
        old += new
    else:
        raise CannotEdit("two fixes change the same place")
