"""Comments, annotations, config: what is not to be reported, and why."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NamedTuple

from asklint import glob
from asklint.finding import Finding
from asklint.path import Path
from asklint.resource import Object
from asklint.source import Span
from asklint.tree import Document, Node, Scalar, walk
from asklint.tree import Mapping as MappingNode
from asklint.tree import Sequence as SequenceNode

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

ANNOTATION = "asklint.io/ignore"

_COMMENT = re.compile(r"#[^\S\n]*asklint:[^\S\n]*ignore\[(?P<rules>[^\]\n#]*)\][^\S\n]*(?P<reason>[^\r\n]*)")
_SAYING = re.compile(r"\n(?![^\S\n]*(?:#|\r?$))", re.MULTILINE)  # a line that is no comment begins behind it


class Suppression(NamedTuple):
    """One wish of the author not to hear of some rules in some place.

    `span` is where it is written, `covers` the characters it speaks for. `unknown` are those of `rules` that no rule is
    called, each with the name that was meant, or `""`.
    """

    rules: tuple[str, ...]
    reason: str
    span: Span
    covers: Span
    unknown: Mapping[str, str] = {}

    @property
    def data(self) -> None:
        """Nothing: a rule that is asked of it looks at its fields."""

    def silences(self, rule: str, start: int) -> bool:
        """Whether a finding of `rule` whose place starts at `start` is not to be reported; without a reason none is."""
        return bool(self.reason) and rule in self.rules and self.covers.start <= start < self.covers.end


def of_document(
    document: Document, objects: Sequence[Object], known: frozenset[str] = frozenset()
) -> list[Suppression]:
    """Every suppression written in `document`: in comments, and in annotations of its objects and their pods."""
    text = document.text
    if text.find("asklint", document.start, document.end) < 0 or document.root is None:
        return []
    found = list(_comments(document))
    for here in objects:
        found += _annotations(here.base, document)
        for pod in here.pods:
            if len(pod.metadata_path) > 1:
                found += _annotations((*here.base, *pod.metadata_path[:-1]), document)
    return [one._replace(unknown=_unknown(one.rules, known)) for one in found]


def _unknown(names: Sequence[str], known: frozenset[str]) -> dict[str, str]:
    strange = [name for name in names if known and name not in known]
    if not strange:
        return {}
    from difflib import get_close_matches

    return {name: "".join(get_close_matches(name, sorted(known), n=1)) for name in strange}


def _comments(document: Document) -> Iterator[Suppression]:
    text = document.text
    scalars = None
    blocks = _Blocks(document)
    for match in _COMMENT.finditer(text, document.start, document.end):
        if scalars is None:
            scalars = sorted(_scalars(document))
        before = bisect_left(scalars, (match.start() + 1, 0)) - 1
        if before >= 0 and match.start() < scalars[before][1]:
            continue  # it stands in a string
        first = text.rfind("\n", 0, match.start()) + 1
        if text[first : match.start()].strip():
            covers = Span(first, match.end())
        else:
            covers = blocks.behind(match.end())
        yield Suppression(_names(match["rules"]), match["reason"].strip(), Span(*match.span()), covers)


def _scalars(document: Document) -> Iterator[tuple[int, int]]:
    """Where the text of each scalar starts and ends: of keys too, and of what a later entry overrides."""
    todo: list[Node | None] = [document.root]
    while todo:
        node = todo.pop()
        if isinstance(node, Scalar):
            is_block = node.style in ("|", ">")  # a comment may stand behind the mark
            yield document.text.find("\n", node.start) if is_block else node.start, node.end
        elif isinstance(node, MappingNode):
            for entry in node.entries:
                todo += (entry.key, entry.value)
        elif isinstance(node, SequenceNode):
            todo += node.items


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


class _Blocks:
    """The entries and list items of a document by where they start, looked for once however many comments ask."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.last = Span(-1, -1)  # what was behind the comment before

    def behind(self, at: int) -> Span:
        """The block on the first line behind `at` that says something: the entry or list item that starts there."""
        if at < self.last.start:
            return self.last  # there are comments alone up to it
        text = self.document.text
        line = _SAYING.search(text, at, self.document.end)
        if line is None:
            return Span(at, at)
        start = line.end()
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        first, last = bisect_left(self.parts, (start, 0)), bisect_left(self.parts, (stop + 1, 0))
        self.last = Span(start, max([stop, *(end for _, end in self.parts[first:last])]))
        return self.last

    @cached_property
    def parts(self) -> list[tuple[int, int]]:
        """Where each entry and list item starts and ends, in the order of the text."""
        parts: list[tuple[int, int]] = []
        for _, node in walk(self.document.root):
            if isinstance(node, MappingNode):
                parts += [(entry.key.start, entry.value.end) for entry in node.entries]
            elif isinstance(node, SequenceNode):
                parts += [(item.start, item.end) for item in node.items]
        return sorted(parts)


def _annotations(base: Path, document: Document) -> Iterator[Suppression]:
    """What the annotation in the metadata of the object or template at `base` says."""
    try:
        trail = document.trail((*base, "metadata", "annotations", ANNOTATION))
        covered = document.trail(base)[-1][1]
    except KeyError:
        return
    entry, node = trail[-1]
    if entry is None or not isinstance(node.data, str):
        return
    rules, _, reason = node.data.partition(":")
    span = Span(entry.key.start, max(entry.key.end, node.end))
    yield Suppression(_names(rules), reason.strip(), span, Span(covered.start, covered.end))


# -- the config


class Entry(NamedTuple):
    """One entry of `ignore` in the config that is about single findings: what it wants is what all of them have."""

    rule: str
    until: date | None
    root: File  # what `path` counts from
    path: GitIgnoreSpec | None
    known: Mapping[str, str]  # patterns for kind, name, namespace, container
    words: str  # the entry as one line, to be told of: "privileged StatefulSet search-* (2027-01-31)"

    def is_past(self, today: date) -> bool:
        """Whether the last day on which it holds is over."""
        return self.until is not None and self.until < today

    def silences(self, finding: Finding, today: date) -> bool:
        """Whether `finding` is not to be reported; an entry whose `until` is past silences nothing."""
        if finding.rule != self.rule or self.is_past(today):
            return False
        told = {**(finding.object._asdict() if finding.object else {}), "container": finding.container}
        for key, pattern in self.known.items():
            value = told.get(key)
            if value is None or not fnmatchcase(value, pattern):
                return False
        return self.path is None or glob.matches(self.path, File(finding.place.file), self.root)


def entry(spec: Mapping[str, Any], root: File) -> Entry:
    """The entry that the config in the folder `root` says. Raises ValueError where its day or its pattern is none."""
    path = None
    if "path" in spec:
        path = glob.patterns([spec["path"]])
    until = date.fromisoformat(spec["until"]) if "until" in spec else None
    known = {key: spec[key] for key in ("kind", "name", "namespace", "container") if key in spec}
    words = " ".join(str(spec[key]) for key in ("rule", "path", *known) if key in spec)
    return Entry(spec["rule"], until, root, path, known, f"{words} ({until})" if until else words)
