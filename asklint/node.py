"""What a document is made of: nodes that remember where each value was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from asklint.path import Path

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

    __slots__ = ("_effective", "anchor", "data", "end", "entries", "flow", "start", "tag")

    def __init__(self, start: int, flow: bool, anchor: str | None, tag: str | None) -> None:
        self.start = start
        self.end = start
        self.flow = flow
        self.anchor = anchor
        self.tag = tag
        self.entries: list[Entry] = []
        self.data: dict[str, Any] = {}
        self._effective: dict[str, Entry] | None = None

    def entry(self, name: str) -> Entry | None:
        """The entry that gives `name` its value: the last one of that key, or the merge behind it that overrides it."""
        if self._effective is None:
            self._effective = {}
            for entry in self.entries:
                if entry.name is not None:
                    self._effective[entry.name] = entry
                else:
                    self._effective.update(dict.fromkeys(merged(entry.value), entry))
        return self._effective.get(name)

    def effective(self) -> Iterator[Entry]:
        """The entries that no later one overrides, last first; a merge counts while it gives any key its value."""
        seen: set[str] = set()
        for entry in reversed(self.entries):
            names = merged(entry.value) if entry.name is None else (entry.name,)
            if any(name not in seen for name in names):
                yield entry
            seen.update(names)

    def duplicates(self) -> Iterator[int]:
        """The indexes of entries that a later one of the same key overrides, last first."""
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


def merged(node: Node) -> dict[str, Any]:
    """What a merge of `node` brings in: a mapping's data, or that of a list of mappings, the first winning."""
    if isinstance(node, Alias):
        node = node.target
    if isinstance(node, Mapping):
        return node.data
    together: dict[str, Any] = {}
    if isinstance(node, Sequence):
        for item in reversed(node.items):
            together.update(merged(item))
    return together


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


class Problem(NamedTuple):
    """Why a document cannot be read, and the offset in the text where that shows."""

    message: str
    offset: int


class Refused(Exception):
    """A document that kubectl refuses, or that nests or expands beyond our bounds; `problem` says why and where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, offset)


class Document:
    """One document of a stream.

    `start` and `end` bound its text: behind its `---` line, and before the next one or the end. `root` is None where
    the document is empty or cannot be read; `problem` says why it cannot. `duplicates` are the entries that kubectl
    ignores since a later one has the same key, as (mapping, index of the entry). `dropped` is the offset of text that
    kubectl does not read, or None: what stands behind `...`, or behind the brace that closes the document.
    """

    __slots__ = ("aliases", "data", "dropped", "duplicates", "end", "json", "problem", "root", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.root: Node | None = None
        self.data: Any = None
        self.problem: Problem | None = None
        self.duplicates: list[tuple[Mapping, int]] = []
        self.dropped: int | None = None
        self.aliases: list[Alias] = []
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
            _follow(steps)
            _step(steps, key)
        return steps

    def path_of(self, wanted: Node) -> Path | None:
        """The path at which `wanted` is written, None where only an ignored entry leads to it."""
        for path, node in walk(self.root):
            if node is wanted:
                return path
        return None


def _follow(steps: list[tuple[Entry | None, Node]]) -> None:
    node = steps[-1][1]
    if isinstance(node, Alias):
        steps.append((None, node.target))


def _step(steps: list[tuple[Entry | None, Node]], key: str | int) -> None:
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
        _follow(steps)
        node = steps[-1][1]
        if isinstance(node, Sequence):  # <<: [*a, *b]: the first that has the key wins
            item = next(item for item in node.items if key in merged(item))
            steps.append((None, item))
            _follow(steps)
            node = steps[-1][1]
    raise KeyError(key)
