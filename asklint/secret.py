"""What must never be shown: where secret values stand in a document, and what they are."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from asklint import tree
from asklint.source import Span
from asklint.tree import Alias, Document, Mapping, Node, Scalar, Sequence

MASK = "•••"

_WORDS = re.compile(
    r"pass(?:wor[dt]|wd|phrase)|pass$|pwd|secret|token|credential|connection[-_]?string|dockerconfig"
    r"|(?:access|private|api|auth|account|signing|encryption)[-_]?key|^[as]k$|(?:^|[-_.a-z])ak[-_]?(?:id|secret)$",
    re.IGNORECASE,
)
# What is named after a secret and is none: its name, where it is kept, how long it holds.
_NO_SECRET = re.compile(
    r"(?:name|ref|path|file|dir|namespace|ttl|seconds|expiry|expiration|mode|type|policy|length|class|provider)s?$",
    re.IGNORECASE,
)
# Access keys, tokens and passwords in addresses, told by their form, each with what none of them is without: a plain
# word is found many times as fast as a pattern, and most documents have none.
_KEYS = (
    ("LTAI", re.compile(r"\bLTAI[A-Za-z0-9]{12,28}\b")),
    ("AKIA", re.compile(r"\bAKIA[A-Z0-9]{16}\b")),
    ("eyJ", re.compile(r"(?<![\w-])eyJ[\w-]{10,}+\.[\w-]++\.[\w-]++")),
    ("@", re.compile(r"(?<=://)[^/\s:@]++:[^/\s@]++(?=@)")),
)
_NAME = r"(?<![\w.-])(?P<name>[\w.-]++)"  # read once from its beginning: a long word costs no more than its length
_GIVEN = re.compile(r"=(?P<value>[^\s\"'&,;]++)")  # --password=…, ?token=…
_NAMED = "".join(filter(str.isalnum, map(chr, range(128)))) + "_.-"
_FAR = 100  # characters of a name before its `=`; what is longer is told by its end
_LINE = re.compile(_NAME + r"[\"']?[^\S\n]*+:[^\S\n]*+(?P<value>\S[^\n]*)")
_KIND = re.compile(r"\bkind[\"']?[^\S\n]*:[^\S\n]*[\"']?Secret(?:List)?\b")
_PART = re.compile(r"[\w.+/=-]+")
_SHORTEST = 3  # characters; what is shorter stands everywhere, and is no secret


class Hidden(NamedTuple):
    """What is secret in one document: the characters of its text in their order, and the words written there."""

    spans: tuple[Span, ...]  # none within another
    words: dict[str, list[str]]  # as they are written and as they read, by their first characters

    def masked(self, text: str, start: int, end: int) -> str:
        """`text[start:end]`, where `text` is the document's; line ends stay, so that lines keep their numbers."""
        parts: list[str] = []
        at = start
        for index in range(bisect_right(self.spans, start, key=_end), len(self.spans)):
            span = self.spans[index]
            if span.start >= end:
                break
            first, last = max(span.start, at), min(span.end, end)
            parts += [text[at:first], _mask(text[first:last])]
            at = last
        return "".join((*parts, text[at:end]))

    def without(self, text: str) -> str:
        """Any text, without the words."""
        heads = {text[at : at + _SHORTEST] for at in range(len(text))}
        words = [word for head in heads for word in self.words.get(head, ())]
        for word in sorted(words, key=lambda word: (-len(word), word)):  # the longest first
            text = text.replace(word, MASK)
        return text

    def touches(self, span: Span) -> bool:
        """Whether something secret stands in `span`."""
        index = bisect_right(self.spans, span.start, key=_end)
        return index < len(self.spans) and self.spans[index].start < span.end


@lru_cache(maxsize=4096)  # the same few keys and variables stand in all manifests
def is_secret_name(name: str) -> bool:
    """Whether a key or variable of this name holds a credential, as its name has it."""
    return _WORDS.search(name) is not None and _NO_SECRET.search(name) is None


def hidden(document: Document) -> Hidden:
    """What must not be shown of `document`."""
    text = document.text
    found = [Span(*span) for span in _by_form(text, document.start, document.end)]
    words: list[str] = []
    if document.root is None:
        broken = list(_in_broken(document))
        words += [word for span in broken for word in _PART.findall(text, *span)]  # a parser quotes some of a line
        found += broken
    else:
        for scalar in _secret(document.root):
            inside = 1 if scalar.style in ("'", '"') else 0  # that a value is in quotes is no secret
            found.append(Span(scalar.start + inside, scalar.end - inside))
            words += [str(scalar.data), json.dumps(scalar.data)]
    words += [text[span.start : span.end] for span in found]
    lines = {line.strip().strip("\"'") for word in words for line in word.split("\n")}
    heads: dict[str, list[str]] = {}
    for line in lines:
        if len(line) >= _SHORTEST:
            heads.setdefault(line[:_SHORTEST], []).append(line)
    return Hidden(_merged(found), heads)


def _by_form(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What looks like a credential between `start` and `end`, or is given to what is called one."""
    for word, pattern in _KEYS:
        if text.find(word, start, end) >= 0:
            yield from (match.span() for match in pattern.finditer(text, start, end))
    for match in _GIVEN.finditer(text, start, end):
        before = text[max(start, match.start() - _FAR) : match.start()]
        if is_secret_name(before[len(before.rstrip(_NAMED)) :]):
            yield match.span("value")


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """`spans` in their order, those that overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _end(span: Span) -> int:
    return span.end


def together(documents: Iterable[Document]) -> Hidden:
    """What must not be shown of several documents of one text, in their order."""
    each = [hidden(document) for document in documents]
    heads: dict[str, list[str]] = {}
    for one in each:
        for head, words in one.words.items():
            heads.setdefault(head, []).extend(words)
    return Hidden(tuple(span for one in each for span in one.spans), heads)


def masked(text: str) -> str:
    """The whole of a Source's text, masked; it has as many lines as before."""
    parts, at = [], 0
    for document in tree.read(text):
        parts += [text[at : document.start], hidden(document).masked(text, document.start, document.end)]
        at = document.end
    return "".join((*parts, text[at:]))


def _mask(text: str) -> str:
    return "\n".join(MASK if line.strip() else line for line in text.split("\n"))


def _in_broken(document: Document) -> Iterator[Span]:
    """What is secret in a text that cannot be read, line by line: in a Secret all that may be a value."""
    text, end = document.text, document.end
    secret = _KIND.search(text, document.start, end) is not None
    at = document.start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        match = _LINE.search(text, at, stop)
        if secret and match is None:
            yield Span(at, stop)
        elif match is not None and (secret or is_secret_name(match["name"])):
            yield Span(match.start("value"), stop)
        at = stop + 1


def _secret(root: Node) -> Iterator[Scalar]:
    """The secret values below `root`, where they are written."""
    todo: list[tuple[Node, bool, bool]] = [(root, False, False)]
    seen: set[tuple[int, bool]] = set()
    while todo:
        node, hide, in_secret = todo.pop()
        if isinstance(node, Alias):
            if (hide or in_secret) and (id(node.target), hide) not in seen:
                seen.add((id(node.target), hide))  # what is secret here is no less so where it is written
                todo.append((node.target, hide, in_secret))
        elif isinstance(node, Scalar):
            if hide and node.data is not None and node.end > node.start:
                yield node
        elif isinstance(node, Sequence):
            todo.extend((item, hide, in_secret) for item in node.items)
        else:
            kind = node.data.get("kind", "Secret" if in_secret else None)
            for entry in node.entries:
                below = hide or _hides(node, kind, entry.name or "", entry.value)
                merged = kind == "Secret" and entry.name is None
                todo.append((entry.value, below, merged or (kind == "SecretList" and entry.name == "items")))


def _hides(of: Mapping, kind: object, name: str, value: Node) -> bool:
    """Whether all that stands under the key `name` of the mapping `of` is secret."""
    if kind == "Secret" and name in ("data", "stringData"):
        return True
    if name == "kubectl.kubernetes.io/last-applied-configuration":
        return True
    if name == "value":
        variable = of.data.get("name")
        return isinstance(variable, str) and is_secret_name(variable)
    return is_secret_name(name) and (
        _is_word(value.data) or (isinstance(value.data, list) and all(map(_is_word, value.data)))
    )


def _is_word(value: object) -> bool:
    """A mapping under such a name says where a secret is kept, and `true` that there is one."""
    return not isinstance(value, dict | list | bool)
