"""A suppression written for the author: a comment where one can stand, else an annotation; proven as every edit is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from asklint import engine, lower, tree
from asklint.edit import CannotEdit, Edit, Insert, Set
from asklint.finding import Finding, Identity, Place, Told
from asklint.path import Path, get
from asklint.resource import Object, objects
from asklint.silence import ANNOTATION
from asklint.source import Source

Voice = tuple[str, ...]  # what makes two findings alike


class Voiced(NamedTuple):
    """A place where a rule speaks, or would in a run with other files."""

    rule: str
    place: Place
    object: Identity | None
    voice: Voice


class Suppressed(NamedTuple):
    """A text with suppressions, the lines (from 1) that now have a comment, and the objects that have an annotation.

    `besides` counts findings of the same rule, in the same objects, that were not meant.
    """

    text: str
    lines: list[int]
    annotated: list[Identity]
    besides: int = 0


def voices(source: Source, setup: engine.Setup) -> list[Voiced]:
    """All places in `source` where a rule speaks, those of rules across files among them."""
    checked = engine.check(source, setup)
    return [*map(_of, checked.findings), *(_of(told) for told in checked.told if not told.silenced)]


def _of(one: Finding | Told) -> Voiced:
    kind = type(one).__name__
    return Voiced(one.rule, one.place, one.object, (kind, one.rule, str(one.object), one.where, one.value))


def suppress(
    source: Source, setup: engine.Setup, rule: str, reason: str, lines: Collection[int], way: str = ""
) -> Suppressed:
    """`source` with `rule` silenced on `lines` (from 1), for `reason`, and nothing else changed.

    `way` is `comment` or `annotation`, or "" for a comment where one can stand and an annotation elsewhere. Raises
    CannotEdit where neither can be, or where more would be silenced than a comment may.
    """
    reason = " ".join(reason.split())
    text, noted, left = source.text, [], []
    for line in sorted(set(lines), reverse=True):  # from below: what is inserted moves nothing that is still to do
        commented = None if way == "annotation" else _commented(_with(source, text), setup, rule, reason, line)
        if commented is not None:
            noted.append((line, commented.count("\n") - text.count("\n")))
            text = commented
        elif way == "comment":
            raise CannotEdit(f"no comment can stand at line {line}")
        else:
            left.append(line)
    done = Suppressed(text, _shifted(noted), [])
    if not left:
        return done
    owners = [_owner(source, line, rule, setup) for line in left]
    return _annotated(_with(source, text), setup, rule, reason, owners, done)


def _with(source: Source, text: str) -> Source:
    return source.with_text(text)


def _shifted(noted: list[tuple[int, int]]) -> list[int]:
    """Where the comments stand once those above them are written."""
    lines, above = [], 0
    for line, added in sorted(noted):
        lines.append(line + above)
        above += added
    return lines


# -- comments


def _commented(source: Source, setup: engine.Setup, rule: str, reason: str, line: int) -> str | None:
    """The text with a comment at `line`, at its end or alone above; None where neither silences just what is meant."""
    before = voices(source, setup)
    wanted = Counter(one.voice for one in before if one.rule == rule and one.place.line == line)
    expected = Counter(one.voice for one in before) - wanted
    for text in _attempts(source, f"# asklint: ignore[{rule}] {reason}", line):
        alike = _reads_alike(source.text, text)
        if alike and Counter(one.voice for one in voices(_with(source, text), setup)) == expected:
            return text
    return None


def _attempts(source: Source, comment: str, line: int) -> Iterator[str]:
    text, start = source.text, source.line_starts[line - 1]
    stop = text.find("\n", start)
    end = len(text) if stop < 0 else stop
    newline = "\r\n" if text.endswith("\r", start, end) else "\n"
    end -= text.endswith("\r", start, end)
    yield f"{text[:end]}{'' if text[:end].endswith('  ') else '  '}{comment}{text[end:]}"
    indent = text[start : start + len(text[start:end]) - len(text[start:end].lstrip(" "))]
    yield f"{text[:start]}{indent}{comment}{newline}{text[start:]}"


def _reads_alike(old: str, new: str) -> bool:
    """Whether both texts hold the same documents, what kubectl ignores in them included."""
    return [_read(document) for document in tree.read(old)] == [_read(document) for document in tree.read(new)]


def _read(document: tree.Document) -> object:
    ignored = [mapping.entries[index].value.data for mapping, index in document.duplicates]
    return document.data, ignored, document.json, document.problem and document.problem.message


# -- annotations


def _owner(source: Source, line: int, rule: str, setup: engine.Setup) -> tuple[int, Path]:
    """The document's index and the path in it of the object in which `rule` speaks on `line`. Raises CannotEdit."""
    place = next(one.place for one in voices(source, setup) if one.rule == rule and one.place.line == line)
    at = source.line_starts[place.line - 1] + place.column - 1
    for index, document in enumerate(tree.read(source.text)):
        if document.problem is None and document.start <= at < max(document.end, document.start + 1):
            for here in objects(document, setup.places):
                node = document.trail(here.base)[-1][1]
                if node.start <= at < node.end:
                    return index, here.base
    raise CannotEdit(f"line {line} is in no object that could have an annotation")


def _annotated(
    source: Source, setup: engine.Setup, rule: str, reason: str, owners: list[tuple[int, Path]], done: Suppressed
) -> Suppressed:
    documents = tree.read(source.text)
    edits: dict[int, list[Edit]] = {}
    named: list[Identity] = []
    for index, base in dict.fromkeys(owners):
        document = documents[index]
        here = Object(document, base, get(document.data, base), setup.places)
        path = (*base, "metadata", "annotations", ANNOTATION)
        edits.setdefault(index, []).append(Set(path, _joined(get(document.data, path), rule, reason)))
        named.append(here.identity)
    text, _ = lower.change(source.text, documents, edits)
    before, after = voices(source, setup), voices(_with(source, text), setup)
    lost = Counter(one.voice for one in before) - Counter(one.voice for one in after)
    gained = Counter(one.voice for one in after) - Counter(one.voice for one in before)
    strange = [voice for voice in lost if voice[1] != rule]
    if gained or strange or lost.total() < len(owners):
        raise CannotEdit("an annotation would not silence it, or not it alone")
    return done._replace(text=text, annotated=named, besides=lost.total() - len(owners))


def _joined(said: object, rule: str, reason: str) -> str:
    """The annotation's value with `rule` among those that `said` names, and both reasons."""
    if not isinstance(said, str) or not said.strip():
        return f"{rule}: {reason}"
    rules, _, known = (part.strip() for part in said.partition(":"))
    return f"{rules}, {rule}: {known}; {reason}" if known else f"{rules}, {rule}: {reason}"


# -- the config


def entry(source: Source, values: dict[str, str]) -> str:
    """The config in `source` with one more entry in `ignore`, its comments kept. Raises CannotEdit."""
    documents = tree.read(source.text)
    told = [index for index, document in enumerate(documents) if document.data is not None]
    if not told:
        block = "".join(f"  {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
        lead = source.text if source.text.endswith("\n") or not source.text else source.text + "\n"
        return f"{lead}ignore:\n- {block.lstrip()}"
    return lower.change(source.text, documents, {told[0]: [Insert(("ignore",), values)]})[0]
