"""What goes from a mapping or a list and what comes into it, as characters replaced."""

from __future__ import annotations

import re
from typing import Any

from asklint import render
from asklint.edit import CannotEdit
from asklint.layout import Layout, Splice, count, is_empty, is_flow
from asklint.path import Path
from asklint.tree import Entry, Mapping, Node, Scalar, Sequence

Value = dict[str, Any] | list[Any]
_BEFORE = {"metadata": "spec", "selector": "template"}  # the order of all manifests


class Place:
    """A value in a document: its node, the entry it belongs to (None for an item and the root), and what is around."""

    def __init__(self, layout: Layout, path: Path, trail: list[tuple[Entry | None, Node]]) -> None:
        self.layout = layout
        self.path = path
        self.text = layout.text
        self.json = layout.document.json
        self.entry, self.node = trail[-1]
        self.key = path[-1] if path else ""
        self.in_flow = any(isinstance(node, Mapping | Sequence) and node.flow for _, node in trail[:-1])
        self.is_root = len(trail) == 1
        self.is_object_in_list = self.entry is None and isinstance(self.node, Mapping)

    # -- the collection at this place

    def change(self, gone: set[int], added: Value | None) -> list[Splice]:
        """The parts at the indexes `gone` go, and `added` comes in. Raises CannotEdit."""
        node = self.node
        if added and is_empty(node) and not (self.json or self.in_flow):
            return self._grow(added)
        if not isinstance(node, Mapping | Sequence):
            return [self._put(render.flow(added, self.json, self.key))]
        if added and isinstance(added, dict) != isinstance(node, Mapping):
            raise self.is_no(added)
        if not added and len(gone) == count(node) and (self.is_root or self.is_object_in_list):
            raise CannotEdit(f"nothing would be left of the {'document' if self.is_root else 'list item'}")
        return self._change_flow(node, gone, added) if node.flow else self._change_block(node, gone, added)

    def is_no(self, value: Any) -> CannotEdit:
        """The refusal of `value`, a mapping or a list, to come in here."""
        name = self.key if self.path else "the document"
        return CannotEdit(f"{name} is no {'list' if isinstance(value, list) else 'mapping'}")

    def _change_block(self, node: Mapping | Sequence, gone: set[int], added: Value | None) -> list[Splice]:
        layout, last, column = self.layout, count(node) - 1, self.layout.column(self.layout.first(node))
        splices: list[Splice] = []
        for start, stop in _runs(gone):
            at, end = layout.part(node, start)[0], layout.part(node, stop)[1]
            layout.check_alone(end)
            if layout.leads(at):
                splices.append(self._cut_lines(node, start, stop, and_blanks=not added or stop < last))
            elif stop < last:  # what follows slides up to the dash: a comment, or the next part
                splices.append(Splice(at, layout.next_word(layout.comments_below(end, column)), ""))
            elif added:
                lines = self._lines(added)
                splices.append(Splice(at, layout.line_end(end), (layout.newline + " " * column).join(lines)))
                added = None
            else:
                splices.append(Splice(at, end, _empty(node)))
        if added:
            return self._add_lines(node, column, added) + splices
        if len(gone) > last and layout.leads(layout.first(node)):
            slot = self._slot()
            splices.append(Splice(slot, slot, " " + _empty(node)))
        return splices

    def _cut_lines(self, node: Mapping | Sequence, first: int, last: int, and_blanks: bool) -> Splice:
        """The lines of the parts `first` to `last` go."""
        layout = self.layout
        top, after = layout.with_comments(node, first, last)
        if and_blanks and first and layout.keeps_blank_lines(node, first - 1):
            after = max(after, layout.line_start(layout.next_word(after)))  # else `|+` above would take them
        return Splice(top, after, "")

    def _add_lines(self, node: Mapping | Sequence, column: int, added: Value) -> list[Splice]:
        layout, splices = self.layout, []
        if isinstance(node, Mapping) and isinstance(added, dict):
            at = {entry.name: index for index, entry in enumerate(node.entries)}
            for key in [key for key in added if key in _BEFORE and _BEFORE[key] in at]:
                index = at[_BEFORE[key]]
                if layout.leads(layout.part(node, index)[0]):
                    place = layout.with_comments(node, index, index)[0]
                    splices.append(layout.put(place, place, column, self._lines({key: added[key]})))
                    added = {name: value for name, value in added.items() if name != key}
        if added:
            layout.check_alone(node.end)
            below = layout.comments_below(node.end, column)
            splices.append(layout.put(below, below, column, self._lines(added)))
        return splices

    def _lines(self, value: Value) -> list[str]:
        return render.block(value, *self.layout.habits, self.key)

    def _change_flow(self, node: Mapping | Sequence, gone: set[int], added: Value | None) -> list[Splice]:
        layout, total = self.layout, count(node)
        if self.text[layout.inside(node)] not in "{[":
            raise CannotEdit("it is a mapping without braces")
        if layout.has_comment(node):
            raise CannotEdit("a comment stands inside a flow collection")
        parts = [layout.part(node, index) for index in range(total)]
        texts = self._texts(added) if added else []
        kept = max((index for index in range(total) if index not in gone), default=-1)
        if kept < 0:
            return [Splice(layout.inside(node) + 1, node.end - 1, ", ".join(texts))]
        splices = [
            Splice(parts[index][0], parts[index + 1][0], "")
            if index < kept
            else Splice(parts[index - 1][1], parts[index][1], "")
            for index in gone
        ]
        if texts:
            between, end = self._between(parts), parts[-1][1]
            splices.append(Splice(end, end, "".join(between + text for text in texts)))
        return splices

    def _texts(self, added: Value) -> list[str]:
        if isinstance(added, dict):
            return [render.pair(key, value, self.json, self.key) for key, value in added.items()]
        return [render.flow(value, self.json) for value in added]

    def _between(self, parts: list[tuple[int, int]]) -> str:
        """What stands between two parts of this flow collection."""
        start = parts[-1][0]
        if self.layout.leads(start):
            return "," + self.layout.newline + self.text[self.layout.line_start(start) : start]
        compact = len(parts) > 1 and self.text[parts[-2][1] : start] == ","
        return "," if compact else ", "

    # -- the value at this place

    def replace(self, value: Any) -> list[Splice]:
        """`value` stands here, in the quotes that stand here now. Raises CannotEdit."""
        node = self.node
        if self.is_root:
            raise CannotEdit("it is the whole document")
        if getattr(node, "tag", None) is not None:
            raise CannotEdit("the value has a tag")
        if isinstance(node, Mapping | Sequence) and not node.flow:
            return self._replace_block(node, value)
        if not self.in_flow and isinstance(value, dict | list) and value and not (is_flow(node) and not is_empty(node)):
            return self._grow(value)
        return [self._put(self._literal(value) or self._scalar(value))]

    def _literal(self, value: Any) -> str:
        """`value` as the lines of the literal block (`|`) that stands here, `""` where it cannot be written so."""
        node = self.node
        if not isinstance(node, Scalar) or node.style != "|" or not isinstance(value, str):
            return ""
        header, *lines = self.text[node.start : node.end].split("\n")
        kept = _HEADER.fullmatch(header)
        body = value.removesuffix("\n")
        written = body.split("\n")
        if kept is None or (body == value) != (kept["chomp"] == "-") or not all(map(_readable, written)):
            return ""
        if not written[0] or written[0][0].isspace() or not written[-1].strip():
            return ""
        first = next(filter(str.strip, lines), "")
        if not first:
            return ""
        indent = first[: len(first) - len(first.lstrip())]
        return self.layout.newline.join([kept["header"], *(indent + line if line else "" for line in written)])

    def _scalar(self, value: Any) -> str:
        style = getattr(self.node, "style", "")
        if self.json:
            style = '"'
        if isinstance(value, dict | list):
            return render.flow(value, self.json, self.key)
        return render.scalar(value, style)

    def _put(self, text: str) -> Splice:
        """`text` in the place of what stands here, or behind the colon or dash where nothing does."""
        node = self.node
        if node.end > node.start:
            return Splice(node.start, node.end, text)
        if self.entry is None:
            return Splice(node.start, node.start, " " + text)
        colon = self.layout.colon(self.entry, self.in_flow)
        if colon is None and not self.in_flow:
            raise CannotEdit("its key is written with a question mark")
        at = self.entry.key.end if colon is None else colon + 1
        return Splice(at, at, (": " if colon is None else " ") + text)

    def _replace_block(self, node: Mapping | Sequence, value: Any) -> list[Splice]:
        """The lines of a block collection go, and `value` comes."""
        layout = self.layout
        start = layout.first(node)
        layout.check_alone(node.end)
        if not layout.leads(start):
            column = " " * layout.column(start)
            lines = self._lines(value) if isinstance(value, dict | list) and value else [render.flow(value)]
            return [Splice(start, node.end, (layout.newline + column).join(lines))]
        slot = self._slot()
        below, after = layout.next_line(slot), layout.comments_below(node.end, layout.column(start))
        if self.entry is not None and isinstance(value, dict | list) and value:
            return [layout.put(below, after, self._indent(value), self._lines(value))]
        return [Splice(slot, slot, " " + self._scalar(value)), Splice(below, after, "")]

    def _grow(self, value: Value) -> list[Splice]:
        """`value` as block lines under the key, in the place of a scalar, `{}` or `[]`."""
        layout, node = self.layout, self.node
        if self.entry is None:
            return [self._put(render.flow(value))]
        if isinstance(node, Mapping | Sequence) and layout.has_comment(node):
            raise CannotEdit("a comment stands inside a flow collection")
        behind = layout.after_key(self.entry)
        end = max(node.end, behind)
        layout.check_alone(end)
        below = layout.next_line(end)
        lines = layout.put(below, below, self._indent(value), self._lines(value))
        return [Splice(behind, end, ""), lines] if end > behind else [lines]

    def _indent(self, value: Value) -> int:
        """The column of block lines under the key."""
        assert self.entry is not None
        step, offset = self.layout.habits
        return self.layout.column(self.entry.key.start) + (offset if isinstance(value, list) else step)

    def _slot(self) -> int:
        """The place behind the colon or the dash, and behind an anchor and a tag: where a value would be written."""
        node, layout = self.node, self.layout
        if isinstance(node, Mapping | Sequence) and (node.anchor is not None or node.tag is not None):
            return node.start + len(self.text[node.start : layout.inside(node)].rstrip())
        return layout.after_key(self.entry) if self.entry is not None else layout.dash(node) + 1


_HEADER = re.compile(r"(?P<header>\|(?P<chomp>-?)(?:[ \t]+#.*?)?)[ \t\r]*")


def _readable(line: str) -> bool:
    return line.replace("\t", "").isprintable()


def _empty(node: Mapping | Sequence) -> str:
    return "{}" if isinstance(node, Mapping) else "[]"


def _runs(indexes: set[int]) -> list[tuple[int, int]]:
    """The first and last of each row of neighbours in `indexes`."""
    runs: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs
