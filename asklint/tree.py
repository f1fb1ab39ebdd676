"""YAML or JSON text as Nodes that remember where each value was written; reads as kubectl does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from yaml._yaml import CParser  # type: ignore[import-untyped]
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from asklint.path import Path
from asklint.scalar import CannotType, key_name, plain, tagged

DEPTH = 200  # kubectl stops at 10,000; no manifest nests deeper than a few dozen, and each level costs a stack frame


class Scalar:
    """A single value; `style` is what it is written in: `""` (plain), `'`, `"`, `|` or `>`."""

    __slots__ = ("anchor", "data", "end", "start", "style", "tag")

    def __init__(self, start: int, end: int, data: Any, style: str, anchor: str | None, tag: str | None) -> None:
        self.start = start
        self.end = end
        self.data = data
        self.style = style
        self.anchor = anchor
        self.tag = tag


class Entry(NamedTuple):
    """A key and its value; `name` is the key as JSON has it, None for a merge (`<<`)."""

    name: str | None
    key: Scalar | Alias
    value: Node


class Mapping:
    """Keys and values; `data` has the merged keys as well, `entries` what is written."""

    __slots__ = ("anchor", "data", "end", "entries", "flow", "start", "tag")

    def __init__(self, start: int, flow: bool, anchor: str | None, tag: str | None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.anchor = anchor
        self.tag = tag
        self.entries: list[Entry] = []
        self.data: dict[str, Any] = {}

    def entry(self, name: str) -> Entry | None:
        """The entry that gives `name` its value: the last one of that key, or the merge behind it that overrides it."""
        for entry in reversed(self.entries):
            if entry.name == name or (entry.name is None and name in _merged(entry.value)):
                return entry
        return None

    def effective(self) -> Iterator[Entry]:
        """The entries that no later one overrides, last first; a merge counts while it gives any key its value."""
        seen: set[str] = set()
        for entry in reversed(self.entries):
            names = _merged(entry.value) if entry.name is None else (entry.name,)
            if any(name not in seen for name in names):
                yield entry
            seen.update(names)

    def duplicates(self) -> Iterator[int]:
        """The indexes of entries that a later one of the same key overrides."""
        if len(self.entries) == len(self.data):
            return
        seen: set[str] = set()
        for index in range(len(self.entries) - 1, -1, -1):
            name = self.entries[index].name
            if name is not None:
                if name in seen:
                    yield index
                seen.add(name)


class Sequence:
    """A list."""

    __slots__ = ("anchor", "data", "end", "flow", "items", "start", "tag")

    def __init__(self, start: int, flow: bool, anchor: str | None, tag: str | None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.anchor = anchor
        self.tag = tag
        self.items: list[Node] = []
        self.data: list[Any] = []


class Alias:
    """`*name`, at the place where it is written; `target` is what it stands for."""

    __slots__ = ("end", "start", "target")

    def __init__(self, start: int, end: int, target: Scalar | Mapping | Sequence) -> None:
        self.start = start
        self.end = end
        self.target = target

    @property
    def data(self) -> Any:
        """The target's data: the same object, not a copy."""
        return self.target.data


Node = Scalar | Mapping | Sequence | Alias


class Problem(NamedTuple):
    """Why a document cannot be read, and the offset in the text where that shows."""

    message: str
    offset: int


class Document:
    """One document of a stream.

    `start` and `end` bound its text: behind its `---` line, and before the next one or the end. `root` is None where the
    document is empty or cannot be read; `problem` says why it cannot. `duplicates` are the entries that kubectl ignores
    since a later one has the same key, as (mapping, index of the entry). `dropped` is the offset of text behind `...`
    that kubectl does not read, or None.
    """

    __slots__ = ("data", "dropped", "duplicates", "end", "json", "problem", "root", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.root: Node | None = None
        self.data: Any = None
        self.problem: Problem | None = None
        self.duplicates: list[tuple[Mapping, int]] = []
        self.dropped: int | None = None
        self.json = False

    def trail(self, path: Path) -> list[tuple[Entry | None, Node]]:
        """The nodes that lead to `path`, root first, each with the entry it is the value of.

        An Alias is a step of its own, followed by its target; a merged key is reached through the `<<` entry. Raises
        KeyError where the path leads nowhere.
        """
        if self.root is None:
            raise KeyError(path)
        steps: list[tuple[Entry | None, Node]] = [(None, self.root)]
        for key in path:
            self._follow(steps)
            self._step(steps, key)
        return steps

    def _follow(self, steps: list[tuple[Entry | None, Node]]) -> None:
        node = steps[-1][1]
        if isinstance(node, Alias):
            steps.append((None, node.target))

    def _step(self, steps: list[tuple[Entry | None, Node]], key: str | int) -> None:
        node = steps[-1][1]
        if isinstance(node, Sequence) and isinstance(key, int) and key < len(node.items):
            steps.append((None, node.items[key]))
            return
        while isinstance(node, Mapping) and isinstance(key, str):
            entry = node.entry(key)
            if entry is None:
                break
            steps.append((entry, entry.value))
            if entry.name is not None:
                return
            self._follow(steps)
            node = steps[-1][1]
            if isinstance(node, Sequence):  # <<: [*a, *b]: the first that has the key wins
                item = next(item for item in node.items if key in _merged(item))
                steps.append((None, item))
                self._follow(steps)
                node = steps[-1][1]
        raise KeyError(key)

    def path_of(self, wanted: Node) -> Path | None:
        """The path at which `wanted` is written, None where only an ignored entry leads to it."""
        for path, node in walk(self.root):
            if node is wanted:
                return path
        return None


def walk(root: Node | None) -> Iterator[tuple[Path, Node]]:
    """Every node as it is written, with its path; what stands in ignored entries and behind aliases is left out."""
    todo: list[tuple[Path, Node]] = [((), root)] if root is not None else []
    while todo:
        path, node = todo.pop()
        yield path, node
        if isinstance(node, Mapping):
            todo.extend(((*path, entry.name), entry.value) for entry in node.effective() if entry.name is not None)
        elif isinstance(node, Sequence):
            todo.extend(((*path, index), item) for index, item in enumerate(node.items))


def read(text: str) -> list[Document]:
    """The documents in `text`, split and typed as kubectl does. Never raises: what cannot be read has a `problem`."""
    first = _NOT_BLANK.search(text)
    if first is not None and first[0] == "{":
        from asklint import jsontree

        documents = jsontree.read(text)
        if documents is not None:
            return documents
    return list(_split(text))


def _split(text: str) -> Iterator[Document]:
    start = 0
    for separator in _SEPARATOR.finditer(text):
        yield _document(text, start, separator.start())
        start = separator.end()
        rest = separator["rest"].strip()
        if rest and not rest.startswith("#"):
            broken = Document(text, separator.start(), separator.end())
            broken.problem = Problem("only a comment may follow `---` on its line", separator.start())
            yield broken
    yield _document(text, start, len(text))


def _document(text: str, start: int, end: int) -> Document:
    document = Document(text, start, end)
    if _CONTENT.search(text, start, end) is None:
        return document
    chunk = text[start:end]
    offset = start + (1 if chunk.startswith("\ufeff") else 0)
    chunk = chunk.removeprefix("\ufeff")
    try:
        _Composer(document, chunk, offset).compose()
    except _Refused as refused:
        document.problem = refused.problem
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = offset + (mark.index if mark is not None else 0)
        document.problem = Problem(str(error.problem or error.context), min(at, end))
    except ReaderError as error:
        before = chunk.encode("utf-8", "replace")[: error.position].decode("utf-8", "replace")
        document.problem = Problem(error.reason, min(offset + len(before), end))
    except YAMLError as error:  # pragma: no cover - the C parser raises the two above
        document.problem = Problem(str(error), start)
    if document.problem is not None:
        document.root, document.data, document.duplicates = None, None, []
    return document


_NOT_BLANK = re.compile(r"[^\s\ufeff]")
_SEPARATOR = re.compile(r"^---(?P<rest>[^\n]*)(?:\n|\Z)", re.MULTILINE)
_CONTENT = re.compile(r"^[^\S\n]*[^\s#]", re.MULTILINE)  # a line that is neither blank nor a comment alone
_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")  # libyaml takes the JSON escape, kubectl's parser does not
_REST = re.compile(r"[^\s#]|#[^\n]*")


class _Refused(Exception):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, offset)


def _merged(node: Node) -> dict[str, Any]:
    """What a merge of `node` brings in: a mapping's data, or that of a list of mappings, the first winning."""
    if isinstance(node, Alias):
        node = node.target
    if isinstance(node, Mapping):
        return node.data
    merged: dict[str, Any] = {}
    if isinstance(node, Sequence):
        for item in reversed(node.items):
            merged.update(_merged(item))
    return merged


class _Composer:
    """One document from the C parser's events; compose() of PyYAML gives an alias as its target and loses its place."""

    def __init__(self, document: Document, chunk: str, offset: int) -> None:
        self.document = document
        self.offset = offset
        self.chunk = chunk
        self.next_event = CParser(chunk if chunk.endswith("\n") else chunk + "\n").get_event
        self.anchors: dict[str, Node | None] = {}
        self.aliases = False

    def compose(self) -> None:
        self.next_event()  # the stream's start
        event = self.next_event()
        if type(event) is not DocumentStartEvent:
            return
        document = self.document
        document.root = self._root()
        document.data = document.root.data
        event = self.next_event()
        assert type(event) is DocumentEndEvent
        if event.explicit:
            self._find_dropped(event.end_mark.index)
        elif type(self.next_event()) is not StreamEndEvent:  # pragma: no cover - `---` never reaches a chunk
            raise _Refused("a second document starts without `---`", self.offset + event.end_mark.index)
        if self.aliases:
            _bound_aliases(document.root, document.start)

    def _find_dropped(self, index: int) -> None:
        for match in _REST.finditer(self.chunk, index):
            if not match[0].startswith("#"):
                self.document.dropped = self.offset + match.start()
                return

    def _root(self) -> Node:
        """Builds the tree with a stack of its own: nesting is bounded here, not by Python's recursion."""
        offset, next_event = self.offset, self.next_event
        stack: list[Mapping | Sequence] = []
        keys: list[Any] = []  # per open mapping, the key that waits for its value
        while True:
            event = next_event()
            kind = type(event)
            node: Node
            if kind is ScalarEvent:
                node = self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                opened: Mapping | Sequence = (Mapping if kind is MappingStartEvent else Sequence)(
                    offset + event.start_mark.index, bool(event.flow_style), event.anchor, event.tag
                )
                if len(stack) >= DEPTH:
                    raise _Refused(f"nested deeper than {DEPTH} levels", opened.start)
                if event.anchor is not None:
                    self.anchors[event.anchor] = None
                stack.append(opened)
                keys.append(None)
                continue
            elif kind is AliasEvent:
                node = self._alias(event)
            else:
                keys.pop()
                node = self._close(stack.pop(), event)
            if not stack:
                return node
            parent = stack[-1]
            if isinstance(parent, Sequence):
                parent.items.append(node)
                parent.data.append(node.data)
            elif keys[-1] is None:
                keys[-1] = node
            else:
                self._add(parent, keys[-1], node)
                keys[-1] = None

    def _close(self, node: Mapping | Sequence, event: MappingEndEvent | SequenceEndEvent) -> Node:
        if node.flow:
            node.end = self.offset + event.end_mark.index
        elif isinstance(node, Mapping):
            # libyaml ends a block collection at the next token, behind blank lines and comments
            node.end = max(node.entries[-1].value.end, node.entries[-1].key.end) if node.entries else node.start
        else:
            node.end = max(node.items[-1].end, node.start + 1) if node.items else node.start
        if node.anchor is not None:
            self.anchors[node.anchor] = node
        if isinstance(node, Mapping):
            self.document.duplicates.extend((node, index) for index in node.duplicates())
        return node

    def _scalar(self, event: ScalarEvent) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style, tag, text = event.style or "", event.tag, event.value
        if style == "|" or style == ">":
            end = self._block_end(start, end)
        end = min(end, len(self.chunk))
        if style == '"' and _SLASH.search(self.chunk, start, end):
            raise _Refused("found unknown escape character", self.offset + start)
        try:
            data: Any = text
            if tag is not None:
                data = tagged(tag, text, style)
            elif style == "" and event.implicit[0]:
                data = plain(text)
        except CannotType as error:
            raise _Refused(str(error), self.offset + start) from None
        node = Scalar(self.offset + start, self.offset + end, data, style, event.anchor, tag)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _block_end(self, start: int, end: int) -> int:
        """Where a block scalar's text ends: libyaml puts it behind the blank lines, which only `+` keeps."""
        header = self.chunk[start : self.chunk.find("\n", start)]
        written = self.chunk[start:end]
        if "+" in header.split("#")[0]:
            return start + len(written.removesuffix("\n").removesuffix("\r"))
        return start + len(written.rstrip())

    def _alias(self, event: AliasEvent) -> Alias:
        start = self.offset + event.start_mark.index
        if event.anchor not in self.anchors:
            raise _Refused(f"unknown anchor {event.anchor!r}", start)
        target = self.anchors[event.anchor]
        if target is None:
            raise _Refused(f"anchor {event.anchor!r} contains itself", start)
        assert not isinstance(target, Alias)
        self.aliases = True
        return Alias(start, self.offset + event.end_mark.index, target)

    def _add(self, mapping: Mapping, key: Node, value: Node) -> None:
        scalar = key.target if isinstance(key, Alias) else key
        if isinstance(scalar, Mapping | Sequence) or isinstance(key, Mapping | Sequence):
            raise _Refused("a key must be a scalar", key.start)
        data = mapping.data
        if scalar.data == "<<" and scalar.style == "" and scalar.tag is None:
            merged = value.target if isinstance(value, Alias) else value
            self._check_merge(merged, value.start)
            mapping.entries.append(Entry(None, key, value))
            data.update(_merged(merged))
            return
        name = scalar.data if type(scalar.data) is str else key_name(scalar.data)
        if name is None:
            raise _Refused("a key must not be null", key.start)
        mapping.entries.append(Entry(name, key, value))
        data[name] = value.data

    def _check_merge(self, value: Node, at: int) -> None:
        items = value.items if isinstance(value, Sequence) else [value]
        for item in items:
            target = item.target if isinstance(item, Alias) else item
            if not isinstance(target, Mapping):
                raise _Refused("`<<` takes a mapping or a list of mappings", at)


def _bound_aliases(root: Node, start: int) -> None:
    """Refuses a document whose aliases expand out of proportion, by the measure kubectl's YAML library takes.

    Source: allowedAliasRatio in go-yaml: 99 % of up to 400,000 values may come from aliases, 10 % of 4,000,000.
    """
    sizes: dict[int, tuple[int, int, int]] = {}

    def size(node: Node) -> tuple[int, int, int]:
        """All values, those that come from aliases, and the depth, `node` expanded; a target comes before its alias."""
        if isinstance(node, Alias):
            total, _, depth = sizes[id(node.target)]
            return total + 1, total + 1, depth
        if isinstance(node, Mapping):
            parts = [size(part) for entry in node.entries for part in (entry.key, entry.value)]
        else:
            parts = [size(item) for item in node.items] if isinstance(node, Sequence) else []
        depth = 1 + max((part[2] for part in parts), default=0)
        if depth > DEPTH:
            raise _Refused(f"nested deeper than {DEPTH} levels", node.start)
        sizes[id(node)] = (1 + sum(part[0] for part in parts), sum(part[1] for part in parts), depth)
        return sizes[id(node)]

    total, aliased, _ = size(root)
    share = 0.99 - 0.89 * (min(max(total, 400_000), 4_000_000) - 400_000) / 3_600_000
    if aliased > 100 and total > 1000 and aliased / total > share:
        raise _Refused("aliases expand to far more than is written", start)
