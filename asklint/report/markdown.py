"""Markdown for pull requests and job summaries: readiness, a table of files, findings with their fixes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from asklint.finding import Finding, Report
from asklint.report import outside, ready, summary
from asklint.report.compare import Burned, burned
from asklint.report.ready import STATES, Application
from asklint.report.summary import count, say, shown
from asklint.report.words import word

LARGEST = 900_000  # bytes; GitHub drops a job summary of more than 1 MiB
_LONG = 10  # rows or findings; more of them are folded
_MARKS = {"ready": "✅", "safe": "🟢", "unsafe": "🟡", "blocked": "⛔"}
_SIGNS = {"error": "⛔", "warning": "⚠️", "info": "ℹ️"}
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]|^[#+=-]|^\d+(?=[.)])")  # what may be markup there


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as GitHub and GitLab show Markdown; neither width nor colour changes it."""
    sides = report.sides or [report]
    readiness = [ready.readiness(side) for side in sides]
    parts = [
        f"## {_text(word(report.lang, 'title', _targets(report)))}",
        "\n".join(f"- {_text(line)}" for line in outside.notes(report)),
        f"### {word(report.lang, 'readiness')}",
        _ready(report, sides, readiness),
        *(_applications(report, side, one) for side, one in zip(sides, readiness, strict=True)),
        *_compared(report),
        *_files(report),
    ]
    text = "\n\n".join(part for part in parts if part)
    return text + _findings(report, LARGEST - len(text.encode("utf-8", "replace"))) + "\n"


def _targets(report: Report) -> str:
    return report.target.replace(",", say(report.lang, ","))


# -- readiness


def _ready(report: Report, sides: Sequence[Report], readiness: Sequence[ready.Readiness]) -> str:
    lang = report.lang
    if not any(one.applications for one in readiness):
        return _text(word(lang, "no-applications"))
    heads = [word(lang, "target"), *(f"{_MARKS[state]} {word(lang, state)}" for state in STATES), word(lang, "all")]
    rows = []
    for side, one in zip(sides, readiness, strict=True):
        numbers = ready.counts(one.applications)
        rows.append([side.target, *(str(numbers[state]) for state in STATES), str(len(one.applications))])
    beside = dict.fromkeys(ready.beside(one, lang, _code) for one in readiness)
    return "\n\n".join([_table(heads, rows, right=True), *filter(None, beside)])


def _applications(report: Report, side: Report, one: ready.Readiness) -> str:
    lang = report.lang
    of = f" ({side.target})" if report.sides else ""
    parts = [_objects(lang, word(lang, "applications") + of, "application", one.applications)]
    wrong = [other for other in one.others if other.state != "ready"]
    parts.append(_objects(lang, word(lang, "others") + of, "object", wrong))
    parts.append(_objects(lang, word(lang, "broken") + of, "file", one.broken))
    return "\n\n".join(part for part in parts if part)


def _objects(lang: str, title: str, head: str, objects: Sequence[Application]) -> str:
    if not objects:
        return ""
    sized = any(ready.sizes(one) for one in objects)
    heads = [word(lang, key) for key in (head, "state", "errors", "warnings")]
    heads += [word(lang, "asked"), word(lang, "billed")] * sized + [word(lang, "file")] * (head != "file")
    table = _table(heads, [_row(lang, one, sized, head != "file") for one in objects])
    return _folded(title, table + (f"\n\n{word(lang, 'sizes')}" if sized else ""), len(objects))


def _row(lang: str, one: Application, sized: bool, named: bool) -> list[str]:
    name = _code(summary.name(one.object) if one.object and named else one.file)
    state = f"{_MARKS[one.state]} {word(lang, one.state)}"
    row = [name, state, str(one.count("error")), str(one.count("warning"))]
    if sized:
        sizes = ready.sizes(one)
        row.append("<br>".join(asked or word(lang, "nothing-asked") for asked, _ in sizes))
        row.append("<br>".join(billed for _, billed in sizes))
    return [*row, _code(one.file)] if named else row


# -- an earlier report


def _compared(report: Report) -> Iterator[str]:
    told = burned(report)
    if told is None or report.run.before is None:
        return
    lang = report.lang
    yield f"### {word(lang, 'compared')}"
    heads = [word(lang, key) for key in ("was", "gone", "new", "now")]
    was = len(report.run.before["findings"])
    yield _table(heads, [[str(was), str(len(told.gone)), str(len(told.new)), str(len(report.findings))]], right=True)
    yield from _lists(lang, told)


def _lists(lang: str, told: Burned) -> Iterator[str]:
    gone = [f"- `{one['rule']}` {_code(one['file'])}: {_text(one['message'])}" for one in told.gone]
    new = [f"- `{one.rule}` {_code(_at(one))}: {_text(one.message)}" for one in told.new]
    for key, lines in (("gone-list", gone), ("new-list", new)):
        if lines:
            title = word(lang, key, count(lang, len(lines), "finding"))
            yield _folded(title, "\n".join(lines), len(lines))


def _at(finding: Finding) -> str:
    return f"{finding.place.file}:{finding.place.line}"


# -- files and findings


def _files(report: Report) -> Iterator[str]:
    lang = report.lang
    groups = [(file, list(found)) for file, found in _by_file(report)]
    if not groups:
        return
    heads = [word(lang, key) for key in ("file", "errors", "warnings", "infos", "safe-fixes", "unsafe-fixes")]
    rows = []
    for file, found in groups:
        told = report._replace(findings=found, refused=())
        rows.append([_code(file), *map(str, (*summary.severities(told).values(), *summary.fixable(told).values()))])
    yield _folded(word(lang, "files"), _table(heads, rows), len(rows))


def _by_file(report: Report) -> Iterable[tuple[str, Iterator[Finding]]]:
    return groupby(summary.findings(report), lambda finding: finding.place.file)


def _findings(report: Report, room: int) -> str:
    """The findings file by file, as many as `room` bytes hold."""
    lang, parts, left = report.lang, [], len(report.findings)
    if left:
        parts.append(f"\n\n### {word(lang, 'findings')}")
    for file, found in _by_file(report):
        findings = list(found)
        body = "\n\n".join(_finding(finding, report) for finding in findings)
        text = f"\n\n{_folded(file, body, len(report.findings), _code(file))}"
        room -= len(text.encode("utf-8", "replace"))
        if room < 0:
            parts.append(f"\n\n{_text(word(lang, 'more-findings', count(lang, left, 'finding')))}")
            break
        parts.append(text)
        left -= len(findings)
    return "".join(parts)


def _finding(finding: Finding, report: Report) -> str:
    """A finding as an item of a list, the fix below it."""
    text = f"- {'<br>'.join(_lines(finding, report.lang))}"
    changes = [f"{sign}{shown(line)}" for sign, _, line in outside.changes(finding.fix)] if finding.fix else []
    return "\n  ".join([text + "\n", *_fenced(changes, "diff")]) if changes else text


def _lines(finding: Finding, lang: str) -> Iterator[str]:
    """What is said of a finding; a line break is a tag, since comments and files do not agree on what another is."""
    fix, colon = finding.fix, say(lang, ":")
    rule = f"`{finding.rule}`"
    if finding.source and re.fullmatch(r"https?://[^\s<>()]+", finding.source):
        rule = f"[{rule}]({finding.source})"
    of = f" · {_code(summary.name(finding.object))}" if finding.object else ""
    targets = f" · {_text(summary.targets(finding, lang))}" if finding.targets else ""
    where = word(lang, "line", finding.place.line)
    yield f"{_SIGNS[finding.severity]} **{say(lang, finding.severity)}** {rule} · {where}{of}{targets}"
    yield _text(finding.message)
    for other, label in finding.related:
        yield f"{word(lang, 'related')}{colon}{_code(f'{other.file}:{other.line}')} {_text(label)}"
    if fix:
        yield from (f"**{label}**{colon}{_text(told)}" for label, told in summary.of_fix(fix, lang))


def _fenced(lines: Sequence[str], language: str) -> list[str]:
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *lines, fence]


# -- pieces


def _folded(title: str, body: str, length: int, marked: str = "") -> str:
    """`body` under its title; folded where it is long."""
    head = marked or _text(title)
    if length <= _LONG:
        return f"#### {head}\n\n{body}"
    return f"<details><summary>{_html(title)}</summary>\n\n{body}\n\n</details>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: bool = False) -> str:
    lines = [heads, ["---", *(["--:"] if right else ["---"]) * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(text: str) -> str:
    """`text` as it stands, on one line: nothing in it is markup, a mention or a reference."""
    plain = _SPECIAL.sub(_escaped, _html(text))
    return re.sub(r"([@#])(?=\w)", r"\1<!-- -->", plain)


def _escaped(match: re.Match[str]) -> str:
    return match[0] + "\\" if match[0].isdigit() else "\\" + match[0]


def _code(text: str) -> str:
    """`text` as code, in a table too."""
    plain = shown(text).replace("|", "\u2502") or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _html(text: str) -> str:
    return shown(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
