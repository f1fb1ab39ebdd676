"""YAML or JSON text as Documents of Nodes, split and typed as kubectl does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from asklint import jsontree
from asklint.compose import compose
from asklint.node import Alias, Document, Entry, Mapping, Node, Problem, Scalar, Sequence, walk

__all__ = ["Alias", "Document", "Entry", "Mapping", "Node", "Problem", "Scalar", "Sequence", "read", "walk"]

_BRACE = re.compile(r"\s*\{")
_SEPARATOR = re.compile(r"^---(?P<rest>[^\n]*)(?:\n|\Z)", re.MULTILINE)


def read(text: str) -> list[Document]:
    """The documents in `text`. Never raises: what cannot be read is a Document with a `problem`."""
    if not _BRACE.match(text):
        return list(_split(text, 0))
    documents, rest = jsontree.read(text)
    if not documents:
        return list(_split(text, 0))
    if rest == len(text):
        return documents
    if len(documents) == 1:
        return documents + list(_split(text, rest))
    broken = Document(text, rest, len(text))  # kubectl goes over to YAML behind the first value, and never again
    broken.problem = Problem("only JSON may follow a second JSON value", rest)
    return [*documents, broken]


def _split(text: str, start: int) -> Iterator[Document]:
    held = start  # what kubectl has read of the next document begins here
    for separator in _SEPARATOR.finditer(text, start):
        first = separator.start() == held  # then its line belongs to the document
        if first and separator["rest"].startswith("#"):
            continue  # `---#` begins no comment in YAML
        yield compose(text, start, separator.start(), held)
        start = separator.end()
        held = separator.start() if first else start
        rest = separator["rest"].strip()
        if rest and not rest.startswith("#"):
            broken = Document(text, separator.start(), separator.end())
            broken.problem = Problem("only a comment may follow `---` on its line", separator.start())
            yield broken
    yield compose(text, start, len(text), held)
