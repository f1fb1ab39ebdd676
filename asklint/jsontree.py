"""JSON text as Nodes: a stream of JSON values, as kubectl reads what begins with a brace."""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]

from asklint.node import DEPTH, Document, Entry, Mapping, Node, Problem, Scalar, Sequence
from asklint.scalar import json_number

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile("true|false|null")


class _NotJson(Exception):
    pass


def read(text: str) -> tuple[list[Document], int]:
    """The JSON values that `text` begins with, each a Document, and where what is no JSON starts (or the text ends).

    Never raises; a value that is JSON and that kubectl refuses nevertheless has a `problem`, and is the last.
    """
    documents: list[Document] = []
    at = _blank(text, 0)
    while at < len(text):
        document = Document(text, documents[-1].end if documents else 0, len(text))
        document.json = True
        try:
            root, stop = _value(document, at, 0)
        except _NotJson:
            break
        documents.append(document)
        if document.problem is not None:
            document.duplicates = []
            return documents, len(text)
        document.root, document.data = root, root.data
        at = _blank(text, stop)
        document.end = len(text) if at == len(text) else stop
    return documents, at


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


def _skip(text: str, at: int) -> int:
    at = _blank(text, at)
    if at == len(text):
        raise _NotJson
    return at


def _value(document: Document, at: int, depth: int) -> tuple[Node, int]:
    text = document.text
    if depth > DEPTH:
        raise _NotJson  # the YAML reader refuses it with its place
    first = text[at]
    if first == "{":
        return _object(document, at, depth)
    if first == "[":
        return _array(document, at, depth)
    if first == '"':
        return _string(text, at)
    match = _WORD.match(text, at)
    if match is not None:
        return Scalar(at, match.end(), _WORDS[match[0]], "", None, None), match.end()
    match = _NUMBER.match(text, at)
    if match is None:
        raise _NotJson
    number = json_number(match[0])
    if number is None and document.problem is None:
        document.problem = Problem(f"{match[0][:20]} is beyond what a number can be", at)
    return Scalar(at, match.end(), number, "", None, None), match.end()


def _string(text: str, at: int) -> tuple[Scalar, int]:
    try:
        value, end = scanstring(text, at + 1, True)
    except ValueError:
        raise _NotJson from None
    if _SURROGATE.search(value):
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Scalar(at, end, value, '"', None, None), end


def _object(document: Document, at: int, depth: int) -> tuple[Mapping, int]:
    text = document.text
    mapping = Mapping(at, True, None, None)
    at = _skip(text, at + 1)
    while text[at] != "}":
        if mapping.entries:
            at = _comma(text, at)
        if text[at] != '"':
            raise _NotJson
        key, at = _string(text, at)
        at = _skip(text, at)
        if text[at] != ":":
            raise _NotJson
        value, at = _value(document, _skip(text, at + 1), depth + 1)
        mapping.entries.append(Entry(key.data, key, value))
        mapping.data[key.data] = value.data
        at = _skip(text, at)
    mapping.end = at + 1
    document.duplicates.extend((mapping, index) for index in mapping.duplicates())
    return mapping, at + 1


def _array(document: Document, at: int, depth: int) -> tuple[Sequence, int]:
    text = document.text
    sequence = Sequence(at, True, None, None)
    at = _skip(text, at + 1)
    while text[at] != "]":
        if sequence.items:
            at = _comma(text, at)
        value, at = _value(document, at, depth + 1)
        sequence.items.append(value)
        sequence.data.append(value.data)
        at = _skip(text, at)
    sequence.end = at + 1
    return sequence, at + 1


def _comma(text: str, at: int) -> int:
    if text[at] != ",":
        raise _NotJson
    return _skip(text, at + 1)
