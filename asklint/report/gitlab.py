"""The report for GitLab's Code Quality: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from asklint.finding import Report
from asklint.key import key as known_by
from asklint.report import outside, summary
from asklint.report.json import rows
from asklint.report.words import word

_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as JSON, a finding a line; neither width nor colour changes it."""
    return rows(_issues(report), "") + "\n"


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    times: Counter[tuple[str, str]] = Counter()
    for finding in summary.findings(report):
        path, key = outside.path(report.run, finding.place.file), known_by(finding)
        times[path, key] += 1
        lines = {"begin": finding.place.line, "end": max(finding.place.line, finding.place.end_line)}
        yield {
            "description": outside.text(finding, report.lang).partition("\n")[0],
            "check_name": finding.rule,
            "fingerprint": _fingerprint(path, key, times[path, key]),
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": path, "lines": lines},
        }
    for file, reason in report.unread:
        path = outside.path(report.run, file)
        times[path, "unread"] += 1
        yield {
            "description": summary.shown(word(report.lang, "problem", reason)),
            "check_name": "unread",
            "fingerprint": _fingerprint(path, "unread", times[path, "unread"]),
            "severity": "blocker",
            "location": {"path": path, "lines": {"begin": 1, "end": 1}},
        }


def _fingerprint(path: str, key: str, times: int) -> str:
    """GitLab shows one of two issues with the same fingerprint."""
    return hashlib.sha256(f"{path}\0{key}\0{times}".encode("utf-8", "backslashreplace")).hexdigest()[:32]
