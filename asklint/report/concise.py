"""One line per finding, as compilers write it: for logs, editors and grep."""

from __future__ import annotations

from collections.abc import Iterator

from asklint.finding import Finding, Report
from asklint.report import summary

_COLORS = {"error": "1;31", "warning": "1;33", "info": "1;36"}


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as one line per finding and the summary; a line is as long as it must be."""
    lines = [_line(finding, report.lang, color) for finding in summary.findings(report)]
    lines += (summary.shown(line.text) for line in summary.lines(report))
    return "\n".join(lines) + "\n"


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
