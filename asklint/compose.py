"""The text of one YAML document as Nodes, from the events of the C parser, whose grammar is kubectl's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from asklint.node import DEPTH, Alias, Document, Entry, Mapping, Node, Problem, Refused, Scalar, Sequence, merged
from asklint.scalar import CannotType, key_name, plain, tagged

# To YAML 1.1, more than LF ends a line.
_COLON = re.compile("(?:\\s|#[^\n\r\x85\u2028\u2029]*[\n\r\x85\u2028\u2029])*:(?![^\\s,\\]}])")  # behind a key
_MARK = re.compile("\ufeff(?<=[\n\r\x85\u2028\u2029\ufeff]\ufeff)")  # or a second one
_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")  # libyaml takes the JSON escape, kubectl's parser does not
_REST = re.compile(r"[^\s#]|#[^\n]*")
_KEEPS = re.compile(r"[^#\r\n]*[|>][0-9]?\+")  # the header of a block scalar that ends with all its blank lines
_BLANKS = re.compile(r"[ \t]*")
_TRAILING = " \t\r\n"
_COLONS = 100  # as many readings of one document; whoever writes more of them sees the first as a problem
_PRIVATE = tuple(map(chr, range(0xE000, 0xE100)))  # letters that no manifest has a use for
_MERGES = ("!", "tag:yaml.org,2002:merge")  # tags with which `<<` merges, in quotes too
_MERGED = 1_000_000  # keys that come from merges: a document of kilobytes can ask for billions


def compose(text: str, start: int, end: int, held: int) -> Document:
    """The document between `start` and `end` of `text`. Never raises: what cannot be read has a `problem`.

    `held` is where kubectl begins to read it: at the `---` line before it, where nothing else stands before that.
    """
    document = Document(text, start, end)
    chunk = text[start:end]
    offset = start + chunk.startswith("\ufeff")
    chunk = chunk.removeprefix("\ufeff")
    try:
        if mark := _MARK.search(text, offset if held == start else start, end):  # the C parser would skip it
            raise Refused("a byte-order mark begins a line, and kubectl takes it for a letter", mark.start())
        _compose(document, chunk, offset)
    except Refused as refused:
        document.problem = refused.problem._replace(offset=min(refused.problem.offset, end))
    except MarkedYAMLError as error:
        shown: Any = error.problem_mark
        document.problem = Problem(str(error.problem), min(offset + shown.index, end))
    except ReaderError as error:
        before = chunk.encode()[: error.position].decode()
        document.problem = Problem(error.reason, offset + len(before))
    except UnicodeEncodeError as error:
        document.problem = Problem("half of a surrogate pair is no character", offset + error.start)
    except YAMLError as error:  # pragma: no cover - the C parser raises the ones above
        document.problem = Problem(str(error), start)
    if document.problem is not None:
        document.root, document.data, document.duplicates, document.aliases = None, None, [], []
    return document


def _compose(document: Document, chunk: str, offset: int) -> None:
    """Composes `document`; a colon that libyaml refuses before a comma or a bracket is given to it as another letter.

    kubectl's parser has it for a part of the value: [2001:db8::]. Source: yaml_parser_scan_plain_scalar, as below.
    """
    colon = ""
    for _ in range(_COLONS):
        try:
            return _Composer(document, chunk, offset, colon).compose()
        except MarkedYAMLError as error:
            colon = colon or next((one for one in _PRIVATE if one not in chunk), "")
            if error.problem != "found unexpected ':'" or not colon:
                raise
            mark: Any = error.problem_mark
            at: int = mark.index
            chunk = chunk[:at] + colon + chunk[at + 1 :]
            document.duplicates, document.aliases = [], []
    return _Composer(document, chunk, offset, colon).compose()


class _Composer:
    """One document from the C parser's events; compose() of PyYAML gives an alias as its target and loses its place.

    `colon` is the letter that stands for some colons in `chunk`, or "".
    """

    def __init__(self, document: Document, chunk: str, offset: int, colon: str) -> None:
        self.document = document
        self.colon = colon
        self.offset = offset
        self.chunk = chunk
        self.next_event = CParser(chunk if chunk.endswith("\n") else chunk + "\n").get_event
        self.anchors: dict[str, Node | None] = {}
        self.spelled: dict[Scalar, str] = {}  # what is written, of those that are no strings
        self.merged = 0

    def compose(self) -> None:
        self.next_event()  # the stream's start
        event: Any = self.next_event()
        if type(event) is not DocumentStartEvent:
            return
        document = self.document
        document.root = root = self._tree()
        document.data = root.data
        if root.start > document.end:  # an empty one, behind the line end that kubectl supplies
            root.start = root.end = document.end
        ended: Any = self.next_event()
        self._find_dropped(ended.end_mark.index)
        if document.aliases:
            _bound_aliases(root)

    def _find_dropped(self, index: int) -> None:
        for match in _REST.finditer(self.chunk, index):
            if not match[0].startswith("#"):
                self.document.dropped = self.offset + match.start()
                return

    def _tree(self) -> Node:
        """The root, built with a stack of its own: nesting is bounded here, not by Python's recursion."""
        offset, next_event, scalar, add = self.offset, self.next_event, self._scalar, self._add
        stack: list[tuple[Mapping | Sequence | None, Node | None]] = []
        parent: Mapping | Sequence | None = None
        key: Node | None = None  # where the parent is a mapping: the key that waits for its value
        node: Node
        while True:
            event: Any = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                node = scalar(event)
                if parent is not None and parent.flow and not node.style and "?" in event.value:
                    self._refuse_question_mark(node)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                stack.append((parent, key))
                parent = (Mapping if kind is MappingStartEvent else Sequence)(
                    offset + event.start_mark.index, bool(event.flow_style), event.anchor, event.tag
                )
                key = None
                if len(stack) > DEPTH:
                    raise Refused(f"nested deeper than {DEPTH} levels", parent.start)
                if event.anchor is not None:
                    self.anchors[event.anchor] = None
                continue
            elif kind is AliasEvent:
                node = self._alias(event)
            else:
                assert parent is not None
                node = self._close(parent, event.end_mark.index)
                parent, key = stack.pop()
            if parent is None:
                if type(node.data) is float:
                    _check_float(node.data, node.start)
                return node
            if isinstance(parent, Mapping):
                if key is None:
                    key = node
                else:
                    add(parent, key, node)
                    key = None
            else:
                parent.items.append(node)
                parent.data.append(node.data)
                if type(node.data) is float:
                    _check_float(node.data, node.start)

    def _refuse_question_mark(self, node: Scalar) -> None:
        """It begins a key between brackets to kubectl's parser, wherever it stands; to libyaml, before a blank alone.

        Source: yaml_parser_scan_plain_scalar in go.yaml.in/yaml/v2, which sigs.k8s.io/yaml has.
        """
        at = self.document.text.index("?", node.start)
        raise Refused("`?` in a value without quotes, between brackets or braces", at)

    def _close(self, node: Mapping | Sequence, end: int) -> Node:
        if node.flow:
            node.end = self.offset + end
        elif isinstance(node, Mapping):
            # libyaml ends a block collection at the next token, behind blank lines and comments
            node.end = node.entries[-1].value.end
        else:
            node.end = node.items[-1].end
        if node.anchor is not None:
            self.anchors[node.anchor] = node
        if isinstance(node, Mapping) and len(node.entries) != len(node.data):
            self.document.duplicates.extend((node, index) for index in node.duplicates())
        return node

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style, tag, data = event.style, event.tag, event.value
        if self.colon and not style:
            data = data.replace(self.colon, ":")
        if style == "":
            if tag is None:
                data = plain(data)
        elif style == "|" or style == ">":
            end = self._block_end(start, end)
        elif style == '"' and _SLASH.search(self.chunk, start, end):
            raise Refused("found unknown escape character", self.offset + start)
        if tag is not None:
            try:
                data = tagged(tag, data, style)
            except CannotType as error:
                raise Refused(str(error), self.offset + start) from None
        node = Scalar(self.offset + start, self.offset + end, data, style, event.anchor, tag)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if type(data) is not str:
            self.spelled[node] = event.value
        return node

    def _block_end(self, start: int, end: int) -> int:
        """Where a block scalar's text ends: libyaml puts it behind the blank lines, which only `+` keeps."""
        written = self.chunk[start:end]
        if _KEEPS.match(written):
            return start + len(written.removesuffix("\n").removesuffix("\r"))
        last = _BLANKS.match(self.chunk, start + len(written.rstrip(_TRAILING)))
        assert last is not None
        return last.end()

    def _alias(self, event: Any) -> Alias:
        start = self.offset + event.start_mark.index
        if event.anchor not in self.anchors:
            raise Refused(f"unknown anchor {event.anchor!r}", start)
        target = self.anchors[event.anchor]
        if target is None:
            raise Refused(f"anchor {event.anchor!r} contains itself", start)
        assert not isinstance(target, Alias)
        alias = Alias(start, self.offset + event.end_mark.index, target)
        self.document.aliases.append(alias)
        return alias

    def _add(self, mapping: Mapping, key: Node, value: Node) -> None:
        scalar = key.target if isinstance(key, Alias) else key
        if not isinstance(scalar, Scalar) or not isinstance(key, Scalar | Alias):
            raise Refused("a key must be a scalar", key.start)
        name = scalar.data
        if type(name) is not str:
            name = self._name(scalar, key.start)
        elif name == "<<" and scalar is key and (scalar.tag in _MERGES if scalar.tag else scalar.style == ""):
            self._merge(mapping, Entry(None, key, value))
            return
        if value.start == value.end:  # libyaml puts it at the next token, if there is no colon or one in braces
            colon = _COLON.match(self.document.text, key.end)
            value.start = value.end = key.end if colon is None else colon.end()
        mapping.entries.append(Entry(name, key, value))
        mapping.data[name] = value.data
        if type(value.data) is float:
            _check_float(value.data, value.start)

    def _name(self, key: Scalar, at: int) -> str:
        """The JSON key that `key` becomes, from what is written: 1e6 is the number 1000000 and the key 1e+06."""
        try:
            return key_name(self.spelled[key], key.tag)
        except CannotType as error:
            raise Refused(str(error), at) from None

    def _merge(self, mapping: Mapping, entry: Entry) -> None:
        value = entry.value  # a list behind an alias is none that kubectl would merge
        for item in value.items if isinstance(value, Sequence) else [value]:
            target = item.target if isinstance(item, Alias) else item
            if not isinstance(target, Mapping):
                raise Refused("`<<` takes a mapping, or a list of mappings that is no alias", entry.value.start)
            self.merged += len(target.data)
        if self.merged > _MERGED:
            raise Refused(_TOO_MUCH, entry.value.start)
        mapping.entries.append(entry)
        mapping.data.update(merged(value))


_TOO_MUCH = "aliases expand to far more than is written"


def _check_float(value: float, at: int) -> None:
    if value - value != 0:
        raise Refused(".inf and .nan cannot be told in JSON, which is what the API server reads", at)


def alias_share(values: int) -> float:
    """How much of `values`, those of a document with its aliases expanded, may come from aliases: 0.99 down to 0.1.

    Source: allowedAliasRatio in go-yaml, decode.go: 99 % of up to 400,000 values, 10 % of 4,000,000 and more.
    """
    return 0.99 - 0.89 * min(max((values - 400_000) / 3_600_000, 0), 1)


def _bound_aliases(root: Node) -> None:
    """Refuses a document whose aliases expand out of proportion, where kubectl's YAML library does.

    Source: unmarshal in go-yaml, decode.go: it counts as it goes, the document and each alias as well. Documents of up
    to 1,000 values are free there, and none of them has so large a share.
    """
    total, aliased = 1, 0
    known: dict[Node, tuple[int, int]] = {}  # the values in a node, expanded, and its depth

    def measure(node: Node) -> int:
        """The depth of `node`, expanded; a target comes before its aliases."""
        nonlocal total, aliased
        before = total
        total += 1
        if isinstance(node, Alias):
            if node.target not in known:  # its anchor stands at `<<`, or at the list behind it, which are no values
                counted = total, aliased
                measure(node.target)
                total, aliased = counted
            values, depth = known[node.target]
            total, aliased = total + values, aliased + values
        else:
            depth = max(map(measure, _parts(node)), default=0) + isinstance(node, Mapping | Sequence)
            known[node] = total - before, depth
        if depth > DEPTH:
            raise Refused(f"nested deeper than {DEPTH} levels", node.start)
        if aliased / total > alias_share(total):
            raise Refused(_TOO_MUCH, node.start)
        return depth

    measure(root)


def _parts(node: Node) -> Iterator[Node]:
    """What go-yaml decodes in `node`, in its order; a merge is no value of its own, and its list goes backwards."""
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Mapping):
        for entry in node.entries:
            if entry.name is not None:
                yield entry.key
                yield entry.value
            elif isinstance(entry.value, Sequence):
                yield from reversed(entry.value.items)
            else:
                yield entry.value
