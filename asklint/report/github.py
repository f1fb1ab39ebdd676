"""Annotations for GitHub Actions: one workflow command per finding, and the summary."""

from __future__ import annotations

from collections.abc import Iterator

from asklint.finding import Finding, Report
from asklint.report import outside, summary
from asklint.report.words import word

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as commands that the runner makes annotations of; neither width nor colour changes it."""
    lines = [_command(finding, report) for finding in summary.findings(report)]
    lines += (_unread(report, *one) for one in report.unread)
    lines += (_no_command(line) for line in outside.notes(report))
    return "\n".join(lines) + "\n"


def _command(finding: Finding, report: Report) -> str:
    level = _LEVELS[finding.severity]
    properties = ",".join(f"{key}={_property(value)}" for key, value in _properties(finding, report))
    return f"::{level} {properties}::{_data(outside.text(finding, report.lang))}"


def _properties(finding: Finding, report: Report) -> Iterator[tuple[str, str]]:
    place = finding.place
    yield "file", outside.path(report.run, place.file)
    yield "line", str(place.line)
    yield "endLine", str(max(place.line, place.end_line))
    if place.line == place.end_line and place.column < place.end_column:  # the runner takes columns of one line only
        yield "col", str(place.column)
        yield "endColumn", str(place.end_column)
    yield "title", finding.rule


def _unread(report: Report, file: str, reason: str) -> str:
    return f"::error file={_property(outside.path(report.run, file))}::{_data(word(report.lang, 'problem', reason))}"


# https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").translate(_HALVES)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # which no encoding can write


def _no_command(line: str) -> str:
    """`line` of the summary, in which a file's name may look like a command."""
    return line.replace("::", ": :").replace("##[", "## [")
