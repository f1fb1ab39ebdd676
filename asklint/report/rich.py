"""Findings for people at a terminal: the lines at fault underlined, the fix as a small diff, the page to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

from asklint.finding import Finding, Fix, Place, Report
from asklint.report import summary
from asklint.report.summary import say, shown

# A line is made of parts, each a text and the name of its style. No part is markup: what manifests hold is only shown.
Part = tuple[str, str]
Line = list[Part]
Diff = tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...]

_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "message": "bold",
    "gutter": "bold blue",
    "of": "dim",
    "label": "bold",
    "caveat": "bold yellow",
    "refused": "bold magenta",
    "page": "dim",
    "-": "red",
    "+": "green",
    "clear": "bold green",
    "nothing": "bold yellow",
    "none": "bold yellow",
    "unread": "bold red",
    "ready": "bold green",
    "not-ready": "bold red",
    "unknown": "bold yellow",
    "not-fixed": "bold magenta",
    "fixed": "bold green",
    "caveats": "bold yellow",
}
_WRAPPED = ("fixed", "caveats", "caveats-item")  # lines of the summary; those with paths are left to the terminal
_EXCERPT = 6  # lines shown of a place, of more than so many
_DIFF = 12  # lines shown of a fix
_AGAIN = 10  # places shown of which an info says the same
_TAB = 4
_NARROW = 40  # a terminal that says it is narrower is not believed

# Where a line may end: at blanks, and around wide characters, but not before what closes or behind what opens.
_WIDE = "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_OPENING = "（《〈「『【〔［｛“‘"
_CLOSING = "、。〉》」』】〕！），．：；？］｝”’…"
_WORD = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*\s*|\s+")


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` for a terminal of `width` cells."""
    width = max(width, _NARROW)
    said: set[tuple[str, str]] = set()
    lines: list[Line] = []
    for finding, *again in _alike_together(summary.findings(report)):
        lines += _Told(finding, report.lang, width, said, again).lines()
        lines.append([])
    for line in summary.lines(report):
        parts = _wrapped(shown(line.text), width, 4) if line.kind in _WRAPPED else [shown(line.text)]
        lines += ([("    " * bool(at) + part, line.kind)] for at, part in enumerate(parts))
    return "".join(_text(line, color) + "\n" for line in lines)


def _alike_together(findings: Sequence[Finding]) -> Iterable[list[Finding]]:
    """`findings` in their order; behind an info those that say the same of other places, which stand in one list."""
    groups: dict[object, list[Finding]] = {}
    for index, finding in enumerate(findings):
        said = finding.rule, finding.message, finding.targets, finding.fix and finding.fix.title, finding.source
        groups.setdefault(index if _is_told_whole(finding) else said, []).append(finding)
    return groups.values()


def _is_told_whole(finding: Finding) -> bool:
    fix = finding.fix
    if fix and (fix.applicability != "suggestion" or fix.refused or fix.caveat):
        return True
    return finding.severity != "info" or bool(finding.related or finding.origin)


_READY: dict[str, Style] = {}


def _text(line: Line, color: bool) -> str:
    if not color:
        return "".join(text for text, _ in line).rstrip()
    if not _READY:
        _READY.update({name: Style.parse(words) for name, words in _STYLES.items()})
    return "".join(
        _READY[style].render(text, color_system=ColorSystem.STANDARD) if style in _READY else text
        for text, style in line
    )


class _Told:
    """One finding, told in lines; the numbers of all its lines stand in one gutter.

    `said` holds the suggestions and pages of the findings before it: an info, of which a run may hold a hundred, does
    not say them again. `again` are findings that say the same of other places.
    """

    def __init__(
        self, finding: Finding, lang: str, width: int, said: set[tuple[str, str]], again: Sequence[Finding] = ()
    ) -> None:
        self.finding = finding
        self.again = again
        self.said = said
        self.lang = lang
        self.colon = say(lang, ":")
        self.width = width
        numbers = [_last(finding.place), *(place.line for place, _ in finding.related)]
        diff = finding.fix.diff if finding.fix else ()
        numbers += (number + len(old) for number, old, _ in diff)
        self.gutter = len(str(max(numbers)))
        self.room = width - self.gutter - len(" | ")

    def lines(self) -> Iterator[Line]:
        finding = self.finding
        yield from self.heading()
        yield self.where("-->", finding.place, summary.name(finding.object) if finding.object else "")
        yield from self.excerpt(finding.place)
        for place, word in finding.related:
            yield self.row("", "|")
            yield self.where(":::", place, word)
            yield from self.excerpt(place, limit=1)
        origin = summary.origin(finding, self.lang)
        if origin:
            yield from self.note(say(self.lang, "from"), origin)
        if finding.fix:
            yield from self.fix(finding.fix)
        if finding.source:
            yield from self.once(say(self.lang, "page"), finding.source, "page")
        if self.again:
            yield from self.elsewhere()

    def heading(self) -> Iterator[Line]:
        severity = self.finding.severity
        start = f"{say(self.lang, severity)}[{shown(self.finding.rule)}]"
        of = summary.targets(self.finding, self.lang)
        told = f"{start}{' ' * bool(of)}{of}{self.colon}{shown(self.finding.message)}"
        first, *more = _wrapped(told, self.width, 4)
        yield [(first[: len(start)], severity), (first[len(start) :], "message")]
        for line in more:
            yield [(f"    {line}", "message")]

    def where(self, arrow: str, place: Place, word: str) -> Line:
        at = f"{place.file}:{place.line}:{place.column}"
        line = [(f"{' ' * self.gutter}{arrow} ", "gutter"), (shown(at), "")]
        return [*line, (f"  {shown(word)}", "of")] if word else line

    def elsewhere(self) -> Iterator[Line]:
        """The other places of which the same is said; of many the first ones."""
        few = len(self.again) if len(self.again) <= _AGAIN else _AGAIN - 1
        yield from self.note(say(self.lang, "same"), summary.count(self.lang, len(self.again), "place"))
        for one in self.again[:few]:
            yield self.where(":::", one.place, summary.name(one.object) if one.object else "")
        if few < len(self.again):
            rest = summary.count(self.lang, len(self.again) - few, "place")
            yield self.row("", "   ", (f" {say(self.lang, 'same-rest', rest)}", "of"))

    # -- the source

    def row(self, number: int | str, bar: str, *parts: Part) -> Line:
        return [(f"{number:>{self.gutter}} {bar}", "gutter"), *parts]

    def excerpt(self, place: Place, limit: int = _EXCERPT) -> Iterator[Line]:
        """The lines of `place`, what is wrong in the first underlined; no more than `limit` of them."""
        if not place.excerpt:
            return
        yield self.row("", "|")
        line, *others = place.excerpt
        end = place.end_column - 1 if place.end_line == place.line else len(line.rstrip())
        text, before, marked = _fitted(line, place.column - 1, end, self.room)
        yield self.row(place.line, "|", (f" {text}", ""))
        yield self.row("", "|", (" " * (before + 1), ""), ("^" * max(marked, 1), self.finding.severity))
        many = _last(place) - place.line
        few = min(len(others), many if many < limit else limit - 2)
        for number, other in enumerate(others[: max(few, 0)], place.line + 1):
            yield self.row(number, "|", (f" {_fitted(other, 0, 0, self.room)[0]}", ""))
        if limit > 1 and many > few:
            yield self.more(many - few)

    def more(self, number: int) -> Line:
        return self.row("", "|", (f" {say(self.lang, 'more', summary.count(self.lang, number, 'more'))}", "of"))

    # -- the fix

    def note(self, label: str, text: str, style: str = "label", words: str = "") -> Iterator[Line]:
        indent = self.gutter + len(" = ")
        first, *more = _wrapped(f"{label}{self.colon}{shown(text)}", self.width - indent, 2)
        head = len(label) + 1
        yield [(f"{' ' * self.gutter} = ", "gutter"), (first[:head], style), (first[head:], words)]
        for line in more:
            yield [(" " * (indent + 2), ""), (line, words)]

    def once(self, label: str, text: str, words: str = "") -> Iterator[Line]:
        """A note, but for an info that has nothing new to say."""
        again = (self.finding.rule, text) in self.said
        self.said.add((self.finding.rule, text))
        if not again or self.finding.severity != "info":
            yield from self.note(label, text, "label", words)

    def fix(self, fix: Fix) -> Iterator[Line]:
        kind = say(self.lang, fix.applicability)
        if fix.applicability == "suggestion":
            yield from self.once(kind, fix.title)
        else:
            yield from self.note(say(self.lang, "fix", kind), fix.title)
        if fix.refused is None:
            yield from self.diff(fix.diff)
        if fix.caveat:
            yield from self.note(say(self.lang, "caveat"), fix.caveat, "caveat")
        if fix.refused is not None:
            yield from self.note(say(self.lang, "refused"), fix.refused, "refused")

    def diff(self, diff: Diff) -> Iterator[Line]:
        rows = list(self.changes(diff))
        few = len(rows) if len(rows) <= _DIFF else _DIFF - 1
        yield from rows[:few]
        if few < len(rows):
            yield self.more(len(rows) - few)

    def changes(self, diff: Diff) -> Iterator[Line]:
        for number, old, new in diff:
            focus = [_alike(*pair) for pair in zip_longest(old, new, fillvalue="")]
            for index, line in enumerate(old):
                text = _fitted(line, focus[index], focus[index], self.room)[0]
                yield self.row(number + index, "", (f"- {text}", "-"))
            for index, line in enumerate(new):
                text = _fitted(line, focus[index], focus[index], self.room)[0]
                yield self.row("" if old or index else number, "", (f"+ {text}", "+"))


def _last(place: Place) -> int:
    """The last line of `place`; an end before a line's first column is the end of the line above."""
    return max(place.line, place.end_line - (place.end_column <= 1))


def _fitted(line: str, first: int, last: int, room: int) -> tuple[str, int, int]:
    """What of `line` is shown in `room` cells, so that its characters from `first` to `last` are among it.

    With it, how many cells stand before those characters, and how many they take.
    """
    first = min(max(first, 0), len(line))
    last = min(max(last, first), len(line))
    start, stop = max(0, first - 3 * room), min(len(line), first + 3 * room)  # one line may be a whole file
    pieces = _pieces(line[start:stop])
    widths = [cell_len(piece) for piece in pieces]
    first, last = first - start, min(last, stop) - start
    begin, end = 0, len(pieces)
    if start or stop < len(line) or sum(widths) > room:
        if sum(widths[:last]) >= room or start:
            begin = first
            while begin and sum(widths[begin - 1 : first]) <= room // 4:
                begin -= 1
        end = begin
        used = 1 if start or begin else 0
        while end < len(pieces) and used + widths[end] < room:
            used, end = used + widths[end], end + 1
    before = "…" * bool(start or begin) + "".join(pieces[begin:first])
    marked = "".join(pieces[first : min(last, end)])
    after = "".join(pieces[max(first, min(last, end)) : end]) + "…" * (end < len(pieces) or stop < len(line))
    return before + marked + after, cell_len(before), cell_len(marked)


def _alike(one: str, other: str) -> int:
    """How many characters at the start of both are the same."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)


def _pieces(text: str) -> list[str]:
    """What stands on the terminal for each character of `text`."""
    if "\t" not in text:
        return list(shown(text))
    pieces: list[str] = []
    at = 0
    for character in text:
        piece = " " * (_TAB - at % _TAB) if character == "\t" else shown(character)
        at += cell_len(piece)
        pieces.append(piece)
    return pieces


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    """`text` in lines of `width` cells, those after the first by `indent` narrower; a longer word is not cut."""
    lines: list[str] = []
    line, used, room = "", 0, width
    for match in _WORD.finditer(text):
        word = match[0]
        size = cell_len(word.rstrip())
        if line and room < used + size and size <= width - indent:
            lines.append(line.rstrip())
            line, used, room = "", 0, width - indent
        line, used = line + word, used + cell_len(word)
    return [*lines, line.rstrip()]
