"""The migration report for people who decide, as one file: readiness, sizes, findings with their fixes, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from asklint.finding import SEVERITIES, Finding, Fix, Place, Report
from asklint.report import look, outside, ready, statistics, summary
from asklint.report.compare import burned
from asklint.report.ready import STATES, Application
from asklint.report.summary import count, say, shown
from asklint.report.words import word

_RULES = 20  # bars of the chart; the table of rules has them all
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # the page needs nothing, and nothing in it may run
_ROWS = 100  # applications; the table is folded where there are more
_OPEN = 10  # findings; files are folded where there are more


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as a page that needs no other file; neither width nor colour changes it."""
    return "\n".join(part for part in _Page(report).parts() if part) + "\n"


class _Page:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.lang = report.lang
        self.sides = report.sides or [report]
        self.ready = [ready.readiness(side) for side in self.sides]
        self.findings = summary.findings(report)

    def word(self, key: str, *values: object) -> str:
        return _text(word(self.lang, key, *values))

    def parts(self) -> Iterator[str]:
        title = self.word("title", self.report.target.replace(",", say(self.lang, ",")))
        yield "<!DOCTYPE html>"
        yield f'<html lang="{"zh-CN" if self.lang == "zh" else "en"}">'
        yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        yield f"<title>{title}</title><style>{look.STYLE}</style></head>"
        yield f"<body><header><h1>{title}</h1>"
        notes = "".join(f"<li>{_text(line)}</li>" for line in outside.notes(self.report))
        yield f'<ul class="notes">{notes}</ul></header><main>'
        yield from self.readiness()
        yield from self.compared()
        yield from self.applications()
        yield from self.rules()
        yield from self.told()
        yield from self.sources()
        yield "</main></body></html>"

    def of(self, side: Report) -> str:
        """The target of `side`, where there are several."""
        return f" · {_text(side.target)}" if self.report.sides else ""

    # -- readiness

    def readiness(self) -> Iterator[str]:
        yield f'<section id="readiness"><h2>{self.word("readiness")}</h2>'
        for side, one in zip(self.sides, self.ready, strict=True):
            if self.report.sides:
                yield f"<h3>{_text(side.target)}</h3>"
            yield self.tiles(one.applications)
            if beside := ready.beside(one, self.lang, str):
                yield f"<p>{_text(beside)}</p>"
        yield "</section>"

    def tiles(self, applications: Sequence[Application]) -> str:
        if not applications:
            return f"<p>{self.word('no-applications')}</p>"
        numbers = ready.counts(applications)
        tiles = "".join(
            f'<div class="tile {state}"><b>{numbers[state]}</b>{self.word(state)}'
            f"<small>{self.word(f'{state}-why')}</small></div>"
            for state in STATES
        )
        whole = f'<div class="tile"><b>{len(applications)}</b>{self.word("all")}</div>'
        chart = look.split([(state, word(self.lang, state), numbers[state]) for state in STATES])
        return f'<div class="tiles">{tiles}{whole}</div>{chart}'

    # -- an earlier report

    def compared(self) -> Iterator[str]:
        told, before = burned(self.report), self.report.run.before
        if told is None or before is None:
            return
        numbers = {"was": len(before["findings"]), "gone": len(told.gone), "new": len(told.new)}
        numbers["now"] = len(self.findings)
        tiles = "".join(f'<div class="tile"><b>{number}</b>{self.word(key)}</div>' for key, number in numbers.items())
        yield f'<section id="compared"><h2>{self.word("compared")}</h2><div class="tiles">{tiles}</div>'
        yield look.split(
            [
                ("ready", word(self.lang, "gone"), len(told.gone)),
                ("unsafe", word(self.lang, "left"), told.left),
                ("blocked", word(self.lang, "new"), len(told.new)),
            ]
        )
        gone = [(one["severity"], one["rule"], one["file"], one["message"]) for one in told.gone]
        new = [(one.severity, one.rule, f"{one.place.file}:{one.place.line}", one.message) for one in told.new]
        for key, lines in (("gone-list", gone), ("new-list", new)):
            if lines:
                yield self.changes(key, lines)
        yield "</section>"

    def changes(self, key: str, lines: Sequence[tuple[str, str, str, str]]) -> str:
        rows = [
            [
                f'<span class="badge {severity}">{_text(say(self.lang, severity))}</span>',
                *map(_cell, (rule, where)),
                _text(message),
            ]
            for severity, rule, where, message in lines
        ]
        heads = [self.word(one) for one in ("severity", "rule", "where", "what")]
        title = self.word(key, count(self.lang, len(lines), "finding"))
        return _details(title, _table(heads, rows), len(lines) <= _OPEN)

    # -- what was checked

    def applications(self) -> Iterator[str]:
        yield f'<section id="applications"><h2>{self.word("applications")}</h2>'
        for side, one in zip(self.sides, self.ready, strict=True):
            of = self.of(side)
            if one.applications:
                title = f"{self.word('applications')}{of} ({len(one.applications)})"
                yield _details(title, self.objects("application", one.applications), len(one.applications) <= _ROWS)
            if one.others:
                title = f"{self.word('others')}{of} ({len(one.others)})"
                yield _details(title, self.objects("object", one.others), False)
            if one.broken:
                yield f"<h3>{self.word('broken')}{of}</h3>" + self.objects("file", one.broken)
        yield "</section>"

    def objects(self, head: str, objects: Sequence[Application]) -> str:
        sized = any(ready.sizes(one) for one in objects)
        heads = [self.word(key) for key in (head, "state", "errors", "warnings")]
        heads += [self.word("asked"), self.word("billed")] * sized + [self.word("file")] * (head != "file")
        table = _table(heads, [self.row(one, sized, head != "file") for one in objects], numbers=(2, 3))
        return table + (f'<p class="dim">{self.word("sizes")}</p>' if sized else "")

    def row(self, one: Application, sized: bool, named: bool) -> list[str]:
        name = _cell(summary.name(one.object) if one.object and named else one.file)
        state = f'<span class="state {one.state}">{self.word(one.state)}</span>'
        row = [name, state, str(one.count("error") or ""), str(one.count("warning") or "")]
        if sized:
            sizes = ready.sizes(one)
            row.append(_nowrap(_text(asked) or self.word("nothing-asked") for asked, _ in sizes))
            row.append(_nowrap(_text(billed) for _, billed in sizes))
        return [*row, _cell(one.file)] if named else row

    # -- findings

    def rules(self) -> Iterator[str]:
        counted = statistics.counted(self.report)
        if not counted:
            return
        numbers: dict[str, dict[str, int]] = {}
        for row in counted:
            numbers.setdefault(row.rule, {})[row.severity] = row.number
        bars = [
            (shown(rule), [(one, say(self.lang, one), found.get(one, 0)) for one in SEVERITIES])
            for rule, found in sorted(numbers.items(), key=lambda one: -sum(one[1].values()))[:_RULES]
        ]
        yield f'<section id="rules"><h2>{self.word("rules")}</h2>{look.bars(bars)}'
        heads = [self.word(key) for key in ("rule", "severity", "count", "safe-fixes", "unsafe-fixes")]
        rows = [
            [_cell(row.rule), self.badge(row.severity), str(row.number), str(row.safe or ""), str(row.unsafe or "")]
            for row in counted
        ]
        title = f"{self.word('rules')} ({len(numbers)})"
        yield _details(title, _table(heads, rows, numbers=(2, 3, 4)), False) + "</section>"

    def badge(self, severity: str) -> str:
        return f'<span class="badge {severity}">{_text(say(self.lang, severity))}</span>'

    def told(self) -> Iterator[str]:
        yield f'<section id="findings"><h2>{self.word("findings")}</h2>'
        if not self.findings:
            yield f"<p>{self.word('none')}</p>"
        for file, found in groupby(self.findings, lambda finding: finding.place.file):
            findings = list(found)
            numbers = summary.severities(self.report._replace(findings=findings))
            told = say(self.lang, ",").join(count(self.lang, number, one) for one, number in numbers.items() if number)
            body = "\n".join(self.finding(finding) for finding in findings)
            title = f'{_cell(file)} <span class="dim">{_text(told)}</span>'
            yield _details(title, body, len(self.findings) <= _OPEN)
        yield "</section>"

    def finding(self, finding: Finding) -> str:
        place, fix = finding.place, finding.fix
        of = f" · {_text(summary.name(finding.object))}" if finding.object else ""
        targets = f" · {_text(summary.targets(finding, self.lang))}" if finding.targets else ""
        where = self.word("line", place.line)
        head = f'{self.badge(finding.severity)} {_cell(finding.rule)} <span class="dim">{where}{of}{targets}</span>'
        parts = [f"<p>{head}</p>", f"<p><strong>{_text(finding.message)}</strong></p>", _lines(place)]
        for other, label in finding.related:
            parts.append(self.line("related", f"{_cell(f'{other.file}:{other.line}')} {_text(label)}"))
            parts.append(_lines(other._replace(excerpt=other.excerpt[:1])))
        if fix:
            title, *others = (self.say(label, _text(told)) for label, told in summary.of_fix(fix, self.lang))
            parts += [title, _changes(fix), *others]
        if finding.source:
            parts.append(self.say(say(self.lang, "page"), _link(finding.source)))
        return f'<article class="{finding.severity}">{"".join(parts)}</article>'

    def line(self, key: str, body: str) -> str:
        return self.say(word(self.lang, key), body)

    def say(self, label: str, body: str) -> str:
        return f"<p><strong>{_text(label)}</strong>{_text(say(self.lang, ':'))}{body}</p>"

    def sources(self) -> Iterator[str]:
        pages: dict[str, dict[str, None]] = {}
        for finding in self.findings:
            if finding.source:
                pages.setdefault(finding.source, {})[finding.rule] = None
        if pages:
            lines = (f"<li>{_link(page)} {', '.join(map(_cell, rules))}</li>" for page, rules in sorted(pages.items()))
            yield f'<section id="sources"><h2>{self.word("sources")}</h2>'
            yield f'<ul class="sources">{"".join(lines)}</ul></section>'


# -- pieces: what manifests hold is escaped here, and only here


_NO_HTML = re.compile(  # characters that stand for none
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)


def _text(text: str) -> str:
    return escape(_NO_HTML.sub("\ufffd", shown(text)))


def _cell(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _nowrap(lines: Iterable[str]) -> str:
    return "<br>".join(f'<span class="z">{line}</span>' for line in lines)


def _link(page: str) -> str:
    """A link to a page on the web; what is none is only shown."""
    return f'<a href="{_text(page)}">{_text(page)}</a>' if re.match(r"https?://", page) else _text(page)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    kinds = [' class="n"' if at in numbers else "" for at in range(len(heads))]
    head = "".join(f"<th{kind}>{cell}</th>" for kind, cell in zip(kinds, heads, strict=True))
    body = "\n".join(
        f"<tr>{''.join(f'<td{kind}>{cell}</td>' for kind, cell in zip(kinds, row, strict=True))}</tr>" for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _details(title: str, body: str, is_open: bool) -> str:
    return f'<details{" open" if is_open else ""}><summary>{title}</summary><div class="in">{body}</div></details>'


def _lines(place: Place) -> str:
    """The source lines of a place, what is wrong in the first of them marked."""
    if not place.excerpt:
        return ""
    lines = []
    for at, line in enumerate(place.excerpt):
        number = place.line + at
        start = place.column - 1 if at == 0 else len(line) - len(line.lstrip())
        end = len(line) if number < place.end_line else place.end_column - 1 if number == place.end_line else 0
        before, marked, behind = map(_source, outside.clipped(line, start, end))
        body = f"{before}<mark>{marked}</mark>{behind}" if marked else f"{before}{behind}"
        lines.append(f'<span data-n="{number}">{body}</span>')
    return f"<pre>{''.join(lines)}</pre>"


def _changes(fix: Fix) -> str:
    lines = [
        f'<span class="{"old" if sign == "-" else "new"}" data-n="{number or ""}">{sign} {_source(line)}</span>'
        for sign, number, line in outside.changes(fix)
    ]
    return f"<pre>{''.join(lines)}</pre>" if lines else ""


def _source(line: str) -> str:
    return "\t".join(_text(part) for part in line.split("\t"))
