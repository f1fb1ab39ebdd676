"""What must never be shown: where secret values stand in a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from asklint.path import Key, Path
from asklint.tree import Alias, Document, Mapping, Node, Scalar, Sequence
from asklint.source import Span

MASK = "•••"

_NAME = re.compile(
    r"pass(?:word|wd|phrase)?$|secret(?!.*(?:name|ref|namespace)$)|token(?!.*(?:name|ref|path|ttl|seconds)$)"
    r"|credential|^ak(?:id)?$|ak_?(?:id|secret)$|access_?key|private_?key|api_?key|auth_?key|\bpwd$",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"\b(?:LTAI[A-Za-z0-9]{12,28}|AKIA[A-Z0-9]{16}|eyJ[\w-]{10,}\.[\w-]+\.[\w-]+)\b|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_BROKEN = re.compile(r"(?P<name>[\w.-]+)[\"']?[^\S\n]*[:=][^\S\n]*(?P<value>[^\s#][^\n]*)")


def is_secret_name(name: str) -> bool:
    """Whether a key or variable of this name holds a credential, as its name has it."""
    return _NAME.search(name) is not None


def spans(document: Document) -> list[Span]:
    """The places in the text of `document` whose characters must not be shown."""
    text = document.text
    found = [Span(match.start(), match.end()) for match in _KEY.finditer(text, document.start, document.end)]
    if document.root is None:
        secret = re.search(r"^\s*[\"']?kind[\"']?:\s*[\"']?Secret\b", text[document.start : document.end], re.MULTILINE)
        for match in _BROKEN.finditer(text, document.start, document.end):
            if secret or is_secret_name(match["name"]):
                found.append(Span(match.start("value"), match.end("value")))
        return found
    return found + list(_hidden(document.root))


def _hidden(root: Node) -> Iterator[Span]:
    todo: list[tuple[Node, bool, Path]] = [(root, False, ())]
    while todo:
        node, hide, path = todo.pop()
        if isinstance(node, Scalar):
            if hide and isinstance(node.data, str | int | float) and node.end > node.start:
                yield Span(node.start, node.end)
        elif isinstance(node, Mapping):
            secret = node.data.get("kind") == "Secret" and "apiVersion" in node.data
            variable = node.data.get("name")
            for entry in node.entries:
                name = entry.name or ""
                todo.append(
                    (entry.value, hide or _hides(name, secret, variable, path, entry.value), (*path[-1:], name))
                )
        elif isinstance(node, Sequence):
            todo.extend((item, hide, (*path[-1:], 0)) for item in node.items)


def _hides(name: Key, secret: bool, variable: object, path: Path, value: Node) -> bool:
    if secret and name in ("data", "stringData"):
        return True
    if name == "kubectl.kubernetes.io/last-applied-configuration":
        return True
    if name == "value" and isinstance(variable, str):
        return is_secret_name(variable)
    value = value.target if isinstance(value, Alias) else value
    return isinstance(value, Scalar) and not isinstance(value.data, bool) and is_secret_name(str(name))


def masked(text: str, start: int, end: int, hidden: list[Span]) -> str:
    """`text[start:end]` with what lies in `hidden` replaced by a mask; line ends stay, so that lines keep their numbers."""
    parts: list[str] = []
    at = start
    for span in sorted(hidden):
        if span.end <= at or span.start >= end:
            continue
        first, last = max(span.start, at), min(span.end, end)
        inside = text[first:last]
        parts += [text[at:first], "\n".join(MASK if line.strip() else line for line in inside.split("\n"))]
        at = last
    return "".join((*parts, text[at:end]))
