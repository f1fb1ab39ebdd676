"""One line per finding, as compilers write it: for logs, editors and grep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asklint.finding import Finding, Report
from asklint.report import summary

_COLORS = {"error": "1;31", "warning": "1;33", "info": "1;36"}


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as one line per finding and the summary; a line is as long as it must be."""
    findings = _together(summary.findings(report), report.lang)
    lines = [_line(finding, report.lang, color) for finding in findings]
    lines += (summary.shown(line.text) for line in summary.lines(report))
    return "\n".join(lines) + "\n"


def _together(findings: Sequence[Finding], lang: str) -> list[Finding]:
    """`findings`, those as one that on several targets differ only in what a line does not show: advice and page."""
    told: dict[object, Finding] = {}
    for index, finding in enumerate(findings):
        key = _line(finding._replace(targets=()), lang, color=False) if finding.targets else index
        known = told.get(key)
        told[key] = known._replace(targets=(*known.targets, *finding.targets)) if known else finding
    return list(told.values())


def _line(finding: Finding, lang: str, color: bool) -> str:
    place = finding.place
    where = summary.shown(f"{place.file}:{place.line}:{place.column}")
    kind = f"{summary.say(lang, finding.severity)}[{summary.shown(finding.rule)}]"
    if color:
        where, kind = f"\x1b[1m{where}\x1b[0m", f"\x1b[{_COLORS[finding.severity]}m{kind}\x1b[0m"
    parts = (summary.targets(finding, lang), finding.message, *_hint(finding, lang))
    return f"{where}: {kind} {' '.join(summary.shown(part) for part in parts if part)}"


def _hint(finding: Finding, lang: str) -> Iterator[str]:
    origin = summary.origin(finding, lang)
    if origin:
        yield f"（{origin}）" if lang == "zh" else f"({origin})"
    if finding.fix and finding.fix.refused is not None:
        yield summary.say(lang, "hint-refused", finding.fix.refused)
    elif finding.fix:
        yield summary.say(lang, f"hint-{finding.fix.applicability}")
