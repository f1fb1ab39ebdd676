"""What a template engine made: its text, and where each line of it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from asklint.finding import Finding, Origin, Outcome, Place, Told
from asklint.secret import MASK

# Other values, and other overlays, make something else of the same lines: what is right here may be wrong there.
_NOT_EDITED = {
    "helm": "no template is edited: change the values, or post-render with asklint",
    "kustomize": "what is built is not written back: fix its sources, or write an overlay by --emit kustomize",
}
_SOURCE = re.compile(r"# Source: (?P<name>\S*/templates/\S*)\s*$")


class CannotRender(ValueError):
    """What cannot be rendered; the message says why, or how to get what it takes."""


class Chart(NamedTuple):
    """A chart and what it is rendered with: the files and settings that `helm template` takes."""

    path: str
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    release: str = "release-name"  # helm template's own
    namespace: str = "default"
    kubernetes: str | None = None  # the cluster's version


class Line(NamedTuple):
    """The line of a template that made a line of the text: its number from 1, its characters, the values it uses."""

    number: int
    text: str
    values: tuple[str, ...] = ()


class Rendered(NamedTuple):
    """The text that `tool` made of the template `name`; `lines` has, for each of its lines, where that was written.

    A line is None where that is not proven. `chart` is the chart, where it is one of Helm's.
    """

    tool: str
    name: str
    text: str
    lines: Sequence[Line | None] = ()
    chart: Chart | None = None

    def outcome(self, outcome: Outcome) -> Outcome:
        """`outcome` of the text, with the places where that was written."""
        findings = sorted(map(self.placed, outcome.findings), key=lambda one: (one.place[1:3], one.rule))
        return outcome._replace(findings=findings, told=[self.told(one) for one in outcome.told])

    def placed(self, finding: Finding) -> Finding:
        """`finding` of the text, as one of the template."""
        fix = finding.fix
        if fix and fix.applicability != "suggestion":
            fix = fix._replace(refused=fix.refused or _NOT_EDITED[self.tool], diff=())
        related = tuple((self.place(place), word) for place, word in finding.related)
        origin = self._origin(finding.place)
        return finding._replace(place=self.place(finding.place), fix=fix, related=related, origin=origin)

    def told(self, told: Told) -> Told:
        """`told` of the text, as a fact of the template."""
        return told._replace(place=self.place(told.place), origin=self._origin(told.place))

    def place(self, place: Place) -> Place:
        """`place` in the text as one in the template: the line that made it, or the block that it came out of.

        Where neither is proven it is the first line, with what the text says there.
        """
        line, _ = self._nearest(place.line)
        if line is None:
            return Place(place.file, 1, 1, 1, 1, place.excerpt[:1])
        last = place.end_line - (place.end_column <= 1)
        shift = self._shift(place.line, max(last, place.line))
        if shift is not None:
            return place._replace(line=place.line + shift, end_line=place.end_line + shift)
        column = len(line.text) - len(line.text.lstrip()) + 1
        shown = place.excerpt[:1] if any(MASK in text for text in place.excerpt) else (line.text,)
        return Place(place.file, line.number, column, line.number, len(line.text.rstrip()) + 1, shown)

    def _origin(self, place: Place) -> Origin:
        line, exact = self._nearest(place.line)
        return Origin(self.name, line.values if line and exact else (), exact)

    def _line(self, number: int) -> Line | None:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None

    def _nearest(self, number: int) -> tuple[Line | None, bool]:
        """What made the line, or what made the nearest line around it: one above that is indented less."""
        line = self._line(number)
        if line is not None or not self.lines:
            return line, line is not None
        texts = self.text.split("\n")
        depth = _depth(texts[number - 1]) if number <= len(texts) else 0
        for above in range(number - 1, 0, -1):
            text = texts[above - 1]
            if text.startswith("---"):
                break
            if text.strip() and not text.lstrip().startswith("#") and _depth(text) < depth:
                depth = _depth(text)
                line = self._line(above)
                if line is not None:
                    return line, False
        return None, False

    def _shift(self, first: int, last: int) -> int | None:
        """By how many lines the lines stand elsewhere in the template, where they stand there to the letter."""
        line = self._line(first)
        if line is None:
            return None
        texts = self.text.split("\n")
        shift = line.number - first
        for number in range(first, last + 1):
            line = self._line(number)
            if line is None or line.number != number + shift or line.text.rstrip() != texts[number - 1].rstrip():
                return None
        return shift


def not_written(finding: Finding) -> Finding:
    """`finding`, whose fix is refused where it stands in what was rendered: a rule across files concluded it."""
    fix, origin = finding.fix, finding.origin
    if fix is None or origin is None or fix.applicability == "suggestion" or origin.template != finding.place.file:
        return finding
    return finding._replace(fix=fix._replace(refused=fix.refused or "what is rendered is not written back", diff=()))


def named(outcome: Outcome, text: str) -> Outcome:
    """`outcome` of the stream `text`, with the template of each finding where `helm template` wrote the stream."""
    if "# Source: " not in text:
        return outcome
    names: list[str | None] = [None]  # per line, from 1
    for line in text.split("\n"):
        match = _SOURCE.match(line)
        names.append(match["name"] if match else None if line.startswith("---") else names[-1])

    def origin(place: Place) -> Origin | None:
        name = names[place.line]
        return Origin(name) if name is not None else None

    return outcome._replace(
        findings=[one._replace(origin=origin(one.place)) for one in outcome.findings],
        told=[one._replace(origin=origin(one.place)) for one in outcome.told],
    )


def _depth(text: str) -> int:
    """How far the first key of a line is indented, behind the dashes of list items."""
    return len(text) - len(text.lstrip(" -"))
