"""Comments, annotations, config: what is not to be reported, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from asklint.finding import Finding
from asklint.path import Path
from asklint.resource import Object
from asklint.source import Span
from asklint.tree import Document, Scalar, walk
from asklint.tree import Mapping as MappingNode
from asklint.tree import Sequence as SequenceNode

ANNOTATION = "asklint.io/ignore"

_COMMENT = re.compile(r"#[^\S\n]*asklint:[^\S\n]*ignore\[(?P<rules>[^\]\n]*)\][^\S\n]*(?P<reason>[^\r\n]*)")


class Suppression:
    """One wish of the author not to hear of some rules in some place.

    `span` is where it is written, `covers` the characters it speaks for. `used` turns true when it silences a finding.
    """

    __slots__ = ("covers", "reason", "rules", "span", "used")

    def __init__(self, rules: Sequence[str], reason: str, span: Span, covers: Span) -> None:
        self.rules = rules
        self.reason = reason
        self.span = span
        self.covers = covers
        self.used = False

    def silences(self, rule: str, start: int) -> bool:
        """Whether a finding of `rule` whose place starts at `start` is not to be reported; without a reason none is."""
        fits = bool(self.reason) and rule in self.rules and self.covers.start <= start < self.covers.end
        self.used = self.used or fits
        return fits


def of_document(document: Document, objects: Sequence[Object]) -> list[Suppression]:
    """Every suppression written in `document`: in comments, and in annotations of its objects and their pods."""
    text = document.text
    if text.find("asklint", document.start, document.end) < 0 or document.root is None:
        return []
    found = [] if document.json else list(_comments(document))
    for here in objects:
        found += _annotations(here, here.base, ("metadata",), document)
        for pod in here.pods:
            if pod.path != ("spec",):
                found += _annotations(here, (*here.base, *pod.path[:-1]), ("metadata",), document)
    return found


def _comments(document: Document) -> Iterator[Suppression]:
    text = document.text
    scalars = None
    for match in _COMMENT.finditer(text, document.start, document.end):
        if scalars is None:
            scalars = [(node.start, node.end) for _, node in walk(document.root) if isinstance(node, Scalar)]
        if any(start <= match.start() < end for start, end in scalars):
            continue
        first = text.rfind("\n", 0, match.start()) + 1
        if text[first : match.start()].strip():
            covers = Span(first, match.end())
        else:
            covers = _block(document, match.end())
        rules = [rule.strip() for rule in match["rules"].split(",")]
        yield Suppression(rules, match["reason"].strip(), Span(*match.span()), covers)


def _block(document: Document, at: int) -> Span:
    """The block on the first line behind `at` that says something: the entry or list item that starts there."""
    text = document.text
    line = re.compile(r"\n(?![^\S\n]*(?:#|\r?$))", re.MULTILINE).search(text, at - 1, document.end)
    if line is None:
        return Span(at, at)
    start = line.end()
    stop = text.find("\n", start)
    stop = len(text) if stop < 0 else stop
    best = Span(start, stop)
    for _, node in walk(document.root):
        parts: list[tuple[int, int]] = []
        if isinstance(node, MappingNode):
            parts = [(entry.key.start, entry.value.end) for entry in node.entries]
        elif isinstance(node, SequenceNode):
            parts = [(item.start, item.end) for item in node.items]
        for first, last in parts:
            if start <= first <= stop and last > best.end:
                best = Span(start, last)
    return best


def _annotations(here: Object, base: Path, metadata: Path, document: Document) -> Iterator[Suppression]:
    path = (*base, *metadata, "annotations", ANNOTATION)
    try:
        trail = document.trail(path)
        covered = document.trail(base)[-1][1]
    except KeyError:
        return
    entry, node = trail[-1]
    if entry is None or not isinstance(node.data, str):
        return
    rules, _, reason = node.data.partition(":")
    span = Span(entry.key.start, node.end)
    yield Suppression(
        [rule.strip() for rule in rules.split(",")], reason.strip(), span, Span(covered.start, covered.end)
    )


def by_config(finding: Finding, entries: Sequence[Mapping[str, Any]], today: date) -> bool:
    """Whether the config's `ignore` entries silence `finding`; an entry whose `until` is past silences nothing."""
    return any(_fits(finding, entry, today) for entry in entries)


def _fits(finding: Finding, entry: Mapping[str, Any], today: date) -> bool:
    if finding.rule != entry["rule"] or ("until" in entry and date.fromisoformat(str(entry["until"])) < today):
        return False
    identity = finding.object
    known = {
        "container": finding.container,
        "kind": identity.kind if identity else None,
        "name": identity.name if identity else None,
        "namespace": identity.namespace if identity else None,
    }
    for key, value in known.items():
        if key in entry and (value is None or not fnmatchcase(value, entry[key])):
            return False
    return "path" not in entry or fnmatchcase(finding.place.file, entry["path"])
