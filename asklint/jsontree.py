"""JSON text as Nodes: a stream of JSON values, as kubectl reads what begins with a brace."""

from __future__ import annotations

import json
import re

from asklint.tree import DEPTH, Document, Entry, Mapping, Node, Scalar, Sequence

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile("true|false|null")


class _NotJson(Exception):
    pass


def read(text: str) -> list[Document] | None:
    """The JSON values in `text`, each a Document; None where it is not a stream of JSON, and so is for YAML to read."""
    documents: list[Document] = []
    at = _BLANK.match(text).end()  # type: ignore[union-attr]
    try:
        while at < len(text):
            if text.startswith("---", at) and documents:
                return None
            document = Document(text, documents[-1].end if documents else 0, len(text))
            document.json = True
            document.root, stop = _value(document, at, 0)
            document.data = document.root.data
            at = _BLANK.match(text, stop).end()  # type: ignore[union-attr]
            document.end = len(text) if at == len(text) else stop
            documents.append(document)
    except _NotJson:
        return None
    return documents


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    if match.end() == len(text):
        raise _NotJson
    return match.end()


def _value(document: Document, at: int, depth: int) -> tuple[Node, int]:
    text = document.text
    if depth > DEPTH:
        raise _NotJson  # the YAML reader refuses it with its place
    first = text[at : at + 1]
    if first == "{":
        return _object(document, at, depth)
    if first == "[":
        return _array(document, at, depth)
    if first == '"':
        return _string(text, at)
    match = _NUMBER.match(text, at)
    if match is not None:
        number = json.loads(match[0])
        if number in (float("inf"), float("-inf")):
            raise _NotJson
        value = int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1 << 63 else number
        return Scalar(at, match.end(), value, "", None, None), match.end()
    match = _WORD.match(text, at)
    if match is None:
        raise _NotJson
    return Scalar(at, match.end(), _WORDS[match[0]], "", None, None), match.end()


def _string(text: str, at: int) -> tuple[Scalar, int]:
    try:
        value, end = json.decoder.scanstring(text, at + 1, True)  # type: ignore[attr-defined]
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
