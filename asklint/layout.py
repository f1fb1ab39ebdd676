"""How a document is laid out: its lines, columns, indicators and the comments that belong to what stands there."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import NamedTuple

from asklint.edit import CannotEdit
from asklint.tree import Document, Entry, Mapping, Node, Scalar, Sequence


class Splice(NamedTuple):
    """The characters from `start` to `end` become `text`."""

    start: int
    end: int
    text: str


_COLON = re.compile(r"[ \t]*:")
_COLON_IN_FLOW = re.compile(r"\s*:")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s*)*")
_BLANK = re.compile(r"\s*")
_COMMENTED_OUT = re.compile(r"#+[^\S\n]*(?:-[^\S\n]|[\w./-]+:(?:\s|$))")


class Layout:
    """The places in a document that its nodes do not tell.

    `text` is the whole text; where it lacks its last newline, that is supplied, and `finished` takes it off again.
    `start` and `end` bound the document in it.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        is_cut_off = document.end == len(document.text) and not document.text.endswith("\n")
        self.text = document.text + self.newline if is_cut_off else document.text
        self.start = document.start + self.text.startswith("\ufeff", document.start)
        self.end = document.end + len(self.text) - len(document.text)

    # -- habits

    @cached_property
    def newline(self) -> str:
        """What most of the document's lines end with."""
        text, start, end = self.document.text, self.document.start, self.document.end
        return "\r\n" if 2 * text.count("\r\n", start, end) > text.count("\n", start, end) else "\n"

    @cached_property
    def habits(self) -> tuple[int, int]:
        """The indentation of mappings and of lists below their key, by majority of the document."""
        steps: Counter[int] = Counter()
        offsets: Counter[int] = Counter()
        todo: list[Node | None] = [self.document.root]
        while todo:
            node = todo.pop()
            if isinstance(node, Mapping) and not node.flow:
                for entry in node.entries:
                    value = entry.value
                    if isinstance(value, Mapping | Sequence) and not value.flow:
                        first = value.entries[0].key.start if isinstance(value, Mapping) else self.first(value)
                        depth = self.column(first) - self.column(entry.key.start)
                        (steps if isinstance(value, Mapping) else offsets)[depth] += 1
                        todo.append(value)
            elif isinstance(node, Sequence) and not node.flow:
                todo.extend(node.items)
        step = steps.most_common(1)[0][0] if steps else 2
        return max(step, 1), max(offsets.most_common(1)[0][0] if offsets else 0, 0)

    # -- lines

    def line_start(self, at: int) -> int:
        """The start of the line on which `at` is."""
        return max(self.text.rfind("\n", 0, at) + 1, self.start)

    def line_end(self, at: int) -> int:
        """The end of that line's characters: before its LF or CR LF."""
        end = self.text.find("\n", at)
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def next_line(self, at: int) -> int:
        """The start of the line below, which may be the end of the text."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def column(self, at: int) -> int:
        """How many characters stand before `at` on its line."""
        return at - self.line_start(at)

    def leads(self, at: int) -> bool:
        """Whether only blanks stand before `at` on its line."""
        return not self.text[self.line_start(at) : at].strip(" ")

    def next_word(self, at: int) -> int:
        """The first character from `at` on that is not blank."""
        match = _BLANK.match(self.text, at)
        assert match is not None
        return match.end()

    def check_alone(self, end: int) -> None:
        """Raises CannotEdit where more than a comment follows on the line of `end`."""
        rest = self.text[end : self.line_end(end)].strip()
        if rest and not rest.startswith("#"):
            raise CannotEdit("something else stands on its last line")

    # -- indicators

    def colon(self, entry: Entry, in_flow: bool = False) -> int | None:
        """The colon behind a key; None where there is none there: `{a}`, or a key written with a question mark."""
        match = (_COLON_IN_FLOW if in_flow else _COLON).match(self.text, entry.key.end)
        return match.end() - 1 if match is not None else None

    def after_key(self, entry: Entry) -> int:
        """The place behind the colon of an entry in block style. Raises CannotEdit for `? key`."""
        colon = self.colon(entry)
        if colon is None:
            raise CannotEdit("its key is written with a question mark")
        return colon + 1

    def dash(self, item: Node) -> int:
        """The place of the `-` before an item in block style; libyaml does not tell it."""
        at = item.start
        while True:
            start = self.line_start(at)
            before = self.text[start:at].partition("#")[0].rstrip()
            if before.endswith("-"):
                return start + len(before) - 1
            if before or start <= self.start:
                raise CannotEdit("its dash cannot be found")
            at = start - 1

    def inside(self, node: Scalar | Mapping | Sequence) -> int:
        """The place behind an anchor and a tag: a quote, the brace of a flow collection, the first key or dash."""
        match = _PROPERTIES.match(self.text, node.start)
        assert match is not None
        return match.end()

    # -- the parts of collections: entries and items

    def first(self, node: Mapping | Sequence) -> int:
        """Where the first part of a block collection starts."""
        return self.part(node, 0)[0]

    def part(self, node: Mapping | Sequence, index: int) -> tuple[int, int]:
        """Where a part starts (its key; its dash in block style) and ends. Raises CannotEdit for `? key`."""
        if isinstance(node, Mapping):
            entry = node.entries[index]
            if not node.flow:
                self.after_key(entry)
            return entry.key.start, max(entry.key.end, entry.value.end)
        item = node.items[index]
        return item.start if node.flow else self.dash(item), item.end

    def has_comment(self, node: Mapping | Sequence) -> bool:
        """Whether a comment stands between the parts of a flow collection."""
        at = self.inside(node) + 1
        for index in range(count(node)):
            start, end = self.part(node, index)
            if "#" in self.text[at:start]:
                return True
            at = end
        return "#" in self.text[at : node.end]

    def keeps_blank_lines(self, node: Mapping | Sequence, index: int) -> bool:
        """Whether blank lines behind a part are its own: it ends with a block scalar that keeps them (`|+`)."""
        last: Node = node.entries[index].value if isinstance(node, Mapping) else node.items[index]
        while isinstance(last, Mapping | Sequence) and not last.flow and count(last):
            last = last.entries[-1].value if isinstance(last, Mapping) else last.items[-1]
        if not isinstance(last, Scalar) or last.style not in ("|", ">"):
            return False
        return "+" in self.text[self.inside(last) : self.line_end(last.start)].partition("#")[0]

    # -- comments

    def comments_above(self, start: int, floor: int) -> int:
        """The start of the comment lines right above the line of `start`, at its column and behind `floor`.

        Two kinds end the search, as they say nothing about what is below: YAML that somebody commented out, and a
        template's control lines (`# {{- if … }}`).
        """
        column = self.column(start)
        line = self.line_start(start)
        while line > self.start:
            previous = self.line_start(line - 1)
            indent, written = self.text[previous : previous + column], self.text[previous + column : line]
            if previous < floor or indent.strip(" ") or not written.startswith("#"):
                break
            if "{{" in written or _COMMENTED_OUT.match(written):
                break
            line = previous
        return line

    def comments_below(self, end: int, column: int) -> int:
        """The end of the comment lines right below the line of `end` that are indented deeper than `column`."""
        deeper = re.compile(rf" {{{column + 1},}}#(?![^\n]*\{{\{{)[^\n]*(?:\n|\Z)")
        after = self.next_line(end)
        while match := deeper.match(self.text, after):
            after = match.end()
        return after

    def with_comments(self, node: Mapping | Sequence, first: int, last: int) -> tuple[int, int]:
        """The lines of the parts `first` to `last` of a block collection and of the comments that belong to them.

        What stands above a document's first entry is the file's header, and belongs to no entry.
        """
        start, end = self.part(node, first)[0], self.part(node, last)[1]
        after = self.comments_below(end, self.column(start))
        if node is self.document.root and first == 0:
            return self.line_start(start), after
        return self.comments_above(start, self.part(node, first - 1)[1] if first else 0), after

    # -- whole lines

    def put(self, first: int, after: int, column: int, lines: list[str]) -> Splice:
        """`lines`, indented to `column`, in the place of those from `first` to `after`, of which there may be none."""
        indented = (" " * column + line if line else "" for line in lines)
        return Splice(first, after, "".join(line + self.newline for line in indented))

    def finished(self, splices: list[Splice]) -> list[Splice]:
        """`splices`, in the order of the text, so that a document's text without a last newline stays one."""
        end = len(self.document.text)
        if self.end == self.document.end or not splices or splices[-1].end <= end:
            return splices
        start, written, kept = self.end, "", splices.copy()
        while kept and kept[-1].end == start:
            last = kept.pop()
            start, written = last.start, last.text + written
        if start > end:
            written = self.newline + written
        elif not written:  # then the newline before it goes
            start -= 2 if self.text.endswith("\r\n", 0, start) else self.text.endswith("\n", 0, start)
        return [*kept, Splice(min(start, end), end, written.removesuffix(self.newline))]


def count(node: Mapping | Sequence) -> int:
    """How many parts a collection has."""
    return len(node.entries) if isinstance(node, Mapping) else len(node.items)


def is_empty(node: Node) -> bool:
    """Whether block lines can stand in the place of `node`: null, `{}` and `[]`."""
    if isinstance(node, Mapping | Sequence):
        return not count(node)
    return isinstance(node, Scalar) and node.data is None


def is_flow(node: Node) -> bool:
    """Whether `node` is a collection in braces or brackets."""
    return isinstance(node, Mapping | Sequence) and node.flow
