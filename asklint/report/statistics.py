"""How often each rule speaks, how badly, and how much of it can be mended."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from rich.cells import cell_len

from asklint.finding import SEVERITIES, Report
from asklint.report import summary
from asklint.report.json import rows
from asklint.report.summary import shown
from asklint.report.words import word


class Row(NamedTuple):
    """One rule at one severity: how many findings, and how many of them asklint would mend."""

    number: int
    severity: str
    safe: int
    unsafe: int
    rule: str


def counted(report: Report) -> list[Row]:
    """The rules that speak, the most frequent first."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for finding in summary.findings(report):
        counter = counts.setdefault((finding.rule, finding.severity), Counter())
        counter["all"] += 1
        if finding.fix and finding.fix.refused is None:
            counter[finding.fix.applicability] += 1
    told = [Row(one["all"], severity, one["safe"], one["unsafe"], rule) for (rule, severity), one in counts.items()]
    order: list[str] = list(SEVERITIES)
    return sorted(told, key=lambda row: (-row.number, order.index(row.severity), row.rule))


def render(report: Report, as_json: bool = False) -> str:
    """A line for each rule and severity, and the summary; or the lines alone as JSON."""
    if as_json:
        return rows((_plain(row) for row in counted(report)), "") + "\n"
    lang = report.lang
    lines = _table(counted(report), lang) if report.findings else []
    lines += [shown(line.text) for line in summary.lines(report)]
    return "\n".join(lines) + "\n"


def _plain(row: Row) -> dict[str, object]:
    told = {"rule": row.rule, "severity": row.severity, "count": row.number}
    return {**told, "fixable": {"safe": row.safe, "unsafe": row.unsafe}}


def _table(told: list[Row], lang: str) -> list[str]:
    heads = [word(lang, key) for key in ("count", "severity", "safe-fixes", "unsafe-fixes", "rule")]
    cells = [heads]
    for row in told:
        severity = summary.say(lang, row.severity)
        cells.append([str(row.number), severity, str(row.safe or ""), str(row.unsafe or ""), shown(row.rule)])
    widths = [max(cell_len(line[column]) for line in cells) for column in range(len(heads))]
    return ["  ".join(_padded(line, widths)).rstrip() for line in cells] + [""]


def _padded(line: list[str], widths: list[int]) -> list[str]:
    """The cells of `line` as wide as their columns; numbers to the right."""
    blanks = [" " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
    texts = (1, 4)
    return [
        cell + blank if at in texts else blank + cell for at, (cell, blank) in enumerate(zip(line, blanks, strict=True))
    ]
