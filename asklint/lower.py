"""Edits lowered to characters replaced: where in the text each of them lands, and what stands there afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from asklint import render
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
from asklint.path import Key, Path
from asklint.tree import Alias, Document, Entry, Mapping, Node, Scalar, Sequence, read


class Splice(NamedTuple):
    """The characters from `start` to `end` become `text`."""

    start: int
    end: int
    text: str


def change(text: str, documents: list[Document], edits: dict[int, list[Edit]]) -> tuple[str, list[Document]]:
    """`text` after `edits` (per index of its document), and its documents as they read now.

    The proof: every document of the new text has the data that the edits declare, and every other document the data it
    had. Raises CannotEdit where an edit cannot be made or the proof fails; nothing is changed then.
    """
    splices: list[Splice] = []
    expected: list[Any] = []
    for index, document in enumerate(documents):
        mine = edits.get(index, [])
        if mine:
            splices += lower(document, documents[index - 1].end if index else None, mine)
        if not any(isinstance(edit, DropDocument) for edit in mine):
            expected.append(declare(document.data, mine) if mine else document.data)
        expected += [edit.value for edit in mine if isinstance(edit, AddDocument)]
    changed = apply(text, splices)
    reread = read(changed)
    if _broken(reread) != _broken(documents):
        raise CannotEdit("the edited text would not read as YAML")
    now = [document.data for document in reread if document.data is not None]
    if not same(now, [data for data in expected if data is not None]):
        raise CannotEdit("the edited text would not read as the fix declares")
    return changed, reread


def _broken(documents: list[Document]) -> list[str]:
    return [document.problem.message for document in documents if document.problem is not None]


def apply(text: str, splices: Iterable[Splice]) -> str:
    """`text` with every splice made. Raises CannotEdit where two of them overlap."""
    parts: list[str] = []
    at = 0
    for splice in sorted(set(splices)):
        if splice.start == splice.end < at:  # what is added behind lines that go comes in their place
            parts.append(splice.text)
            continue
        if splice.start < at:
            raise CannotEdit("two fixes touch the same characters")
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join((*parts, text[at:]))


def lower(document: Document, separator: int | None, edits: Iterable[Edit]) -> list[Splice]:
    """The splices that make `edits` in `document`; `separator` is where its `---` line starts. Raises CannotEdit."""
    edits = distinct(edits)
    drop = [edit for edit in edits if isinstance(edit, DropDocument)]
    added = [edit.value for edit in edits if isinstance(edit, AddDocument)]
    if document.root is None:
        raise CannotEdit("the document is empty or cannot be read")
    writer = _Writer(document)
    splices = writer.drop(separator) if drop else writer.change([e for e in edits if not isinstance(e, AddDocument)])
    return splices + [writer.add(value) for value in added]


class _Writer:
    """Knows how one document is laid out."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.newline = "\r\n" if "\r\n" in self.text[document.start : document.end] else "\n"
        self.step, self.offset = self._habits()

    # -- where things stand

    def _habits(self) -> tuple[int, int]:
        """The indentation of nested mappings and of lists, by majority of the document."""
        steps: Counter[int] = Counter()
        offsets: Counter[int] = Counter()
        todo: list[Node | None] = [self.document.root]
        while todo:
            node = todo.pop()
            if isinstance(node, Mapping) and not node.flow:
                column = self.column(node.start)
                for entry in node.entries:
                    value = entry.value
                    if isinstance(value, Mapping | Sequence) and not value.flow and value.end > value.start:
                        found = self.column(value.start) - column
                        (steps if isinstance(value, Mapping) else offsets)[found] += 1
                        todo.append(value)
            elif isinstance(node, Sequence):
                todo.extend(node.items)
        step = steps.most_common(1)[0][0] if steps else 2
        return max(step, 1), max(offsets.most_common(1)[0][0] if offsets else 0, 0)

    def line_start(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at) + 1, self.document.start)

    def line_end(self, at: int) -> int:
        """The end of the line's characters: before its LF or CR LF, or at the end of the text."""
        end = self.text.find("\n", at)
        if end < 0:
            return len(self.text)
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def next_line(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def column(self, at: int) -> int:
        start = self.line_start(at)
        return at - start - (1 if self.text.startswith("\ufeff", start) else 0)

    def leads(self, at: int) -> bool:
        """Whether only blanks stand before `at` on its line."""
        return not self.text[self.line_start(at) : at].strip(" \ufeff")

    # -- all edits of a document at once

    def change(self, edits: list[Edit]) -> list[Splice]:
        splices: list[Splice] = []
        additions: dict[Path, Any] = {}
        for edit in edits:
            if isinstance(edit, Rename):
                splices.append(self.rename(edit))
            elif isinstance(edit, Set):
                splices += self.set(edit.path, edit.value, additions)
            elif isinstance(edit, Insert):
                self.plan(edit.path, [edit.value], additions)
            elif isinstance(edit, Move):
                self.plan(edit.to, self.carry(edit.path), additions)
        gone: dict[int, tuple[Mapping | Sequence, set[int]]] = {}
        for path in removals(self.document.data, edits):
            self.mark(path, gone)
        for edit in edits:
            if isinstance(edit, RemoveIgnored):
                node = self.reach(edit.path)
                if not isinstance(node, Mapping):
                    raise CannotEdit("there is no mapping")
                gone.setdefault(id(node), (node, set()))[1].add(edit.index)
        for path, value in additions.items():
            node, lost = gone.get(id(self.reach(path)), (None, set[int]()))
            if isinstance(node, Mapping) and len(lost) == len(node.entries):
                splices.append(self.replace(node, value))
                del gone[id(node)]
            else:
                splices += self.fill(path, value)
        for node, indexes in gone.values():
            splices += self.remove(node, indexes)
        return splices

    def reach(self, path: Path) -> Node:
        """The node at `path`, where it is written there and nowhere else."""
        try:
            trail = self.document.trail(path)
        except KeyError:
            raise CannotEdit("there is no such place") from None
        for entry, node in trail:
            if isinstance(node, Alias):
                raise CannotEdit(f"an alias (*{self.text[node.start + 1 : node.end]}) stands in for it")
            if entry is not None and entry.name is None:
                raise CannotEdit("it comes from a merge (<<)")
            if node.anchor is not None and f"*{node.anchor}" in self.text[self.document.start : self.document.end]:
                raise CannotEdit(f"it stands under an anchor (&{node.anchor}) that is used elsewhere")
        return trail[-1][1]

    def entry(self, path: Path) -> Entry:
        self.reach(path)
        entry = self.document.trail(path)[-1][0]
        if entry is None or isinstance(entry.key, Alias) or entry.key.anchor is not None:
            raise CannotEdit("its key is not written there")
        if self.text[: entry.key.start].rstrip().endswith("?"):
            raise CannotEdit("its key is written with a question mark")
        return entry

    # -- values

    def rename(self, edit: Rename) -> Splice:
        key = self.entry(edit.path).key
        assert isinstance(key, Scalar)
        style = '"' if self.document.json else key.style
        return Splice(key.start, key.end, render.scalar(edit.key, style))

    def set(self, path: Path, value: Any, additions: dict[Path, Any]) -> list[Splice]:
        try:
            self.document.trail(path)
        except KeyError:
            self.plan(path, value, additions)
            return []
        node = self.reach(path)
        if getattr(node, "tag", None) is not None:
            raise CannotEdit("the value has a tag")
        if isinstance(value, dict | list) and value and self.is_empty(node):
            self.plan(path, value, additions)
            return []
        if isinstance(value, dict | list) or not isinstance(node, Scalar):
            new = render.flow(value, self.document.json)
        else:
            style = '"' if self.document.json or node.style in ("|", ">") else node.style
            new = render.scalar(value, style)
        lead = " " if node.start == node.end and self.text[node.start - 1 : node.start] in (":", "-") else ""
        return [Splice(node.start, node.end, lead + new)]

    def is_empty(self, node: Node) -> bool:
        """Whether block lines can stand under the key of `node`: a null that is not written, or `{}` and `[]`."""
        if isinstance(node, Mapping):
            return not node.entries
        if isinstance(node, Sequence):
            return not node.items
        return isinstance(node, Scalar) and node.data is None

    def plan(self, path: Path, value: Any, additions: dict[Path, Any]) -> None:
        """Notes `value` for the deepest collection that is there on the way to `path`, with what must be made between."""
        depth = len(path)
        while depth:
            try:
                node = self.document.trail(path[:depth])[-1][1]
            except KeyError:
                depth -= 1
                continue
            if isinstance(node, Mapping | Sequence | Alias) or self.is_empty(node):
                break
            raise CannotEdit(f"{path[depth - 1]} is no mapping")
        for key in reversed(path[depth:]):
            if isinstance(key, int):
                raise CannotEdit("there is no such item")
            value = {key: value}
        here = path[:depth]
        additions[here] = _merge(additions[here], value) if here in additions else value

    def replace(self, node: Mapping, value: Any) -> Splice:
        """All that `node` has goes, and `value` comes."""
        if node.flow:
            return Splice(node.start, node.end, render.flow(value, self.document.json))
        indent = self.newline + " " * self.column(node.start)
        return Splice(node.start, node.end, indent.join(render.block(value, self.step, self.offset)))

    # -- filling collections

    def fill(self, path: Path, value: Any) -> list[Splice]:
        node = self.reach(path)
        if isinstance(node, Scalar) or (self.is_empty(node) and not self.in_flow(path)):
            return self.grow(path, node, value)
        if isinstance(node, Mapping) and isinstance(value, dict):
            parts = [(render.scalar(key, '"' if self.document.json else ""), key, item) for key, item in value.items()]
            if node.flow:
                name = path[-1] if path else ""
                texts = [f"{text}: {self.inline(name, item)}" for text, _, item in parts]
                return [self.fill_flow(node, [e.key.start for e in node.entries], texts)]
            name = str(path[-1]) if path else ""
            spec = node.entry("spec")
            if list(value) == ["metadata"] and spec is not None and self.leads(spec.key.start):
                return [self.ahead(spec.key.start, render.block(value, self.step, self.offset))]
            return [self.below(node.end, self.column(node.start), render.block(value, self.step, self.offset, name))]
        if isinstance(node, Sequence) and isinstance(value, list):
            if node.flow:
                texts = [render.flow(item, self.document.json) for item in value]
                return [self.fill_flow(node, [item.start for item in node.items], texts)]
            column = self.column(self.dash(node.items[0]))
            return [self.below(node.end, column, render.block(value, self.step, self.offset))]
        raise CannotEdit("a list stands where a mapping belongs")

    def inline(self, parent: Key, value: Any) -> str:
        if parent == "annotations":
            return render.annotation(value)
        return render.flow(value, self.document.json)

    def in_flow(self, path: Path) -> bool:
        """Whether the value at `path` is written inside a flow collection."""
        return any(isinstance(node, Mapping | Sequence) and node.flow for _, node in self.document.trail(path)[:-1])

    def below(self, end: int, column: int, lines: list[str]) -> Splice:
        """`lines` behind the line on which `end` stands, indented to `column`."""
        at = self.line_end(end)
        if self.text[end:at].strip() and not self.text[end:at].lstrip().startswith("#"):
            raise CannotEdit("something else stands on its last line")
        return Splice(at, at, "".join(f"{self.newline}{' ' * column}{line}".rstrip(" ") for line in lines))

    def ahead(self, start: int, lines: list[str]) -> Splice:
        """`lines` before the line on which `start` stands, at its column."""
        at, indent = self.line_start(start), " " * self.column(start)
        return Splice(at, at, "".join(f"{indent}{line}{self.newline}" for line in lines))

    def grow(self, path: Path, node: Node, value: Any) -> list[Splice]:
        """`key:`, `key: null`, `key: {}` get their first entries, as block lines under the key."""
        entry = self.entry(path)
        if self.in_flow(path):
            lead = " " if self.text[node.start - 1] == ":" and node.start == node.end else ""
            return [Splice(node.start, node.end, lead + render.flow(value, self.document.json))]
        column = self.column(entry.key.start) + (self.offset if isinstance(value, list) else self.step)
        splices = [self.below(node.end, column, render.block(value, self.step, self.offset, str(path[-1])))]
        if node.end > node.start:
            splices.append(Splice(entry.key.end + 1, node.end, ""))
        return splices

    def fill_flow(self, node: Mapping | Sequence, starts: list[int], texts: list[str]) -> Splice:
        if not starts:
            return Splice(node.start + 1, node.end - 1, ", ".join(texts))
        last = node.entries[-1].value if isinstance(node, Mapping) else node.items[-1]
        end = max(last.end, node.entries[-1].key.end) if isinstance(node, Mapping) else last.end
        between = ", "
        if self.leads(starts[-1]):
            between = "," + self.newline + self.text[self.line_start(starts[-1]) : starts[-1]]
        return Splice(end, end, "".join(between + text for text in texts))

    def carry(self, path: Path) -> render.Written:
        """The entry at `path` as it is written, comments included, to be written elsewhere."""
        entry = self.entry(path)
        value = self.document.trail(path)[-1][1].data
        start, column = entry.key.start, self.column(entry.key.start)
        end = self.line_end(max(entry.value.end, entry.key.end))
        if self.in_flow(path):
            return render.Written(value, ["{key}: " + render.annotation(value)])
        first = self.line_start(start) if not self.leads(start) else self.above(start)
        lines = (self.text[first : self.line_start(start)] + " " * column + self.text[start:end]).splitlines()
        if any(line[:column].strip() for line in lines):
            raise CannotEdit("its value is not indented below its key")
        index = len(self.text[first : self.line_start(start)].splitlines())
        lines = [line[column:] for line in lines]
        lines[index] = "{key}" + lines[index][entry.key.end - start :]
        return render.Written(value, lines)

    # -- removing

    def mark(self, path: Path, gone: dict[int, tuple[Mapping | Sequence, set[int]]]) -> None:
        """Notes in `gone` which part of which collection the removal of `path` takes."""
        if not path:
            raise CannotEdit("it is the whole document")
        parent = self.reach(path[:-1])
        if isinstance(parent, Mapping) and isinstance(path[-1], str):
            wanted = [i for i, entry in enumerate(parent.entries) if entry.name == path[-1]]
            if not wanted or any(e.name is None and path[-1] in (e.value.data or ()) for e in parent.entries):
                raise CannotEdit("it comes from a merge (<<)")
        elif isinstance(parent, Sequence) and isinstance(path[-1], int) and path[-1] < len(parent.items):
            wanted = [path[-1]]
        else:
            raise CannotEdit("there is no such place")
        for index in wanted:
            removed = parent.entries[index].value if isinstance(parent, Mapping) else parent.items[index]
            if _has_anchor(removed):
                raise CannotEdit("an anchor stands in it that may be used elsewhere")
        gone.setdefault(id(parent), (parent, set()))[1].update(wanted)

    def remove(self, node: Mapping | Sequence, indexes: set[int]) -> list[Splice]:
        count = len(node.entries) if isinstance(node, Mapping) else len(node.items)
        if len(indexes) == count:
            return self.empty(node)
        if node.flow:
            return self.remove_flow(node, indexes, count)
        splices = []
        for first, last in _runs(indexes):
            spans = [self.extent(node, index) for index in range(first, last + 1)]
            start, end = spans[0][0], spans[-1][1]
            if self.leads(start):
                splices.append(self.remove_lines(start, end, header=self.is_header(node, first)))
            elif last + 1 < count:
                splices.append(self.slide(end, start, self.extent(node, last + 1)[0]))
            else:
                raise CannotEdit("it shares its line with something else")
        return splices

    def extent(self, node: Mapping | Sequence, index: int) -> tuple[int, int]:
        """Where a part of a block collection starts (its key, or its dash) and ends."""
        if isinstance(node, Sequence):
            item = node.items[index]
            return self.dash(item), item.end
        entry = node.entries[index]
        if self.text[: entry.key.start].rstrip().endswith("?"):
            raise CannotEdit("its key is written with a question mark")
        return entry.key.start, max(entry.key.end, entry.value.end)

    def dash(self, item: Node) -> int:
        """The place of the `-` before a list item; libyaml does not tell it."""
        at = item.start
        while True:
            start = self.line_start(at)
            before = self.text[start:at].rstrip()
            if before.endswith("-"):
                return start + len(before) - 1
            if (before and not before.lstrip().startswith("#")) or start <= self.document.start:
                raise CannotEdit("its dash cannot be found")
            at = start - 1

    def is_header(self, node: Mapping | Sequence, index: int) -> bool:
        return node is self.document.root and index == 0

    def above(self, start: int) -> int:
        """The start of the comment lines that stand directly above the line of `start`, at its column.

        What looks like YAML that somebody commented out says nothing about the entry below, and ends the search.
        """
        column = self.column(start)
        line = self.line_start(start)
        while line > self.document.start:
            previous = self.line_start(line - 1)
            if not re.match(rf"(?:\ufeff)? {{{column}}}#", self.text[previous:line]) or _COMMENTED_OUT.search(
                self.text[previous:line]
            ):
                break
            line = previous
        return line

    def remove_lines(self, start: int, end: int, header: bool) -> Splice:
        """The whole lines from `start` to `end`, with the comments that belong to them; never the file's header."""
        column = self.column(start)
        first = self.line_start(start) if header else self.above(start)
        rest = self.text[end : self.line_end(end)].strip()
        if rest and not rest.startswith("#"):
            raise CannotEdit("something else stands on its last line")
        after = self.line_end(end)
        deeper = re.compile(rf"\r?\n {{{column + 1},}}#[^\r\n]*")
        while match := deeper.match(self.text, after):
            after = match.end()
        if first > self.document.start:  # the line end before goes rather than the one behind, which the last line may lack
            return Splice(self.line_end(first - 1), after, "")
        return Splice(first, self.next_line(after), "")

    def slide(self, end: int, start: int, following: int) -> Splice:
        """The part on the line of a dash goes, and the next one slides up; comment lines between them stay."""
        between = self.text[self.next_line(end) : self.line_start(following)]
        if between.strip():
            stop = self.line_end(end)
            return Splice(len(self.text[:start].rstrip(" ")), stop, "")
        return Splice(start, following, "")

    def remove_flow(self, node: Mapping | Sequence, indexes: set[int], count: int) -> list[Splice]:
        if not self.document.json and re.search(r"(?:^|\s)#", self.text[node.start : node.end]):
            raise CannotEdit("a comment stands inside a flow collection")
        if isinstance(node, Mapping):
            spans = [(entry.key.start, max(entry.key.end, entry.value.end)) for entry in node.entries]
        else:
            spans = [(item.start, item.end) for item in node.items]
        if any(self.text[: spans[index][0]].rstrip().endswith("?") for index in indexes):
            raise CannotEdit("its key is written with a question mark")
        splices = []
        for index in indexes:
            if any(later not in indexes for later in range(index + 1, count)):
                splices.append(Splice(spans[index][0], spans[index + 1][0], ""))
            else:
                splices.append(Splice(spans[index - 1][1], spans[index][1], ""))
        return splices

    def empty(self, node: Mapping | Sequence) -> list[Splice]:
        """A collection that loses all it has, and whose absence would mean something else."""
        braces = "{}" if isinstance(node, Mapping) else "[]"
        inside = self.text[node.start : node.end]
        if re.search(r"(?:^|\s)#", inside):
            raise CannotEdit("a comment would be lost")
        if isinstance(node, Mapping) and not self.text[: node.start].rstrip().endswith(":"):
            raise CannotEdit("nothing would be left of the list item")
        if node.flow:
            return [Splice(node.start + 1, node.end - 1, "")]
        start = node.start if isinstance(node, Mapping) else self.dash(node.items[0])
        before = self.text[:start]
        kept = before.rstrip()
        if not kept.endswith((":", "-")):
            raise CannotEdit("a comment would be lost")
        return [Splice(len(kept), node.end, " " + braces)]

    # -- whole documents

    def drop(self, separator: int | None) -> list[Splice]:
        document = self.document
        if document.json:
            return [Splice(document.start, document.end, "")]
        if separator is not None and separator < document.start:
            return [Splice(separator, document.end, "")]
        header = document.start
        for line in re.finditer(r"[^\n]*\n?", self.text[document.start : document.end]):
            if line[0].strip(" \r\n\ufeff") and not line[0].lstrip(" \ufeff").startswith("#"):
                break
            header = document.start + line.end()
        end = document.end
        if end < len(self.text) and not self.text[document.start : header].strip():
            end = self.next_line(end)  # the next document's `---` is the first line now, and says nothing
        return [Splice(header, end, "")]

    def add(self, value: Any) -> Splice:
        document = self.document
        before = self.text[document.start : document.end]
        lead = "" if before.endswith("\n") or not before else self.newline
        if document.json:
            return Splice(document.end, document.end, lead + render.flow(value, True) + self.newline)
        lines = ["---", *render.block(value, self.step, self.offset)]
        return Splice(document.end, document.end, lead + "".join(line + self.newline for line in lines))


_COMMENTED_OUT = re.compile(r"#+[^\S\n]*(?:-[^\S\n]|[\w./-]+:(?:\s|$))")


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merge(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    raise CannotEdit("two fixes change the same place")


def _runs(indexes: set[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _has_anchor(node: Node) -> bool:
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Alias):
            continue
        if here.anchor is not None:
            return True
        if isinstance(here, Mapping):
            stack += [part for entry in here.entries for part in (entry.key, entry.value)]
        elif isinstance(here, Sequence):
            stack += here.items
    return False
