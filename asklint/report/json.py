"""The report for scripts, as schemas/report.schema.json describes it: one finding a line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from asklint.finding import Finding, Fix, Place, Readiness, Report
from asklint.key import key as known_by
from asklint.report import ready, summary

VERSION = 1  # grows when something that scripts may rely on goes or changes; new keys alone do not count


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as JSON; neither width nor colour changes it."""
    parts = [
        f'"version": {VERSION}',
        f'"target": {dump(report.target)}',
        f'"summary": {dump(_summary(report))}',
    ]
    if report.namespaces is not None:
        parts.append(f'"namespaces": {rows(_readiness(one) for one in report.namespaces)}')
    if report.sides:
        parts.append(f'"targets": {dump({side.target: _summary(side) for side in report.sides})}')
    parts.append(f'"findings": {rows(_finding(finding) for finding in summary.findings(report))}')
    if report.mended or report.refused or report.written:
        refused = ({"reason": reason, "finding": _finding(finding)} for finding, reason in report.refused)
        parts += [
            f'"fixed": {rows(_finding(finding) for finding in report.mended)}',
            f'"refused": {rows(refused)}',
            f'"written": {rows(report.written)}',
        ]
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def rows(items: Iterable[Any], indent: str = "  ") -> str:
    """`items` as a JSON array, one a line, whose own line is indented so far."""
    told = [dump(item) for item in items]
    return f"[\n{indent}  " + f",\n{indent}  ".join(told) + f"\n{indent}]" if told else "[]"


def dump(value: Any) -> str:
    """`value` as JSON on one line: readable, but for what a terminal would obey or no encoding can write."""
    return summary.UNSAFE.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _summary(report: Report) -> dict[str, Any]:
    severities = {f"{severity}s": number for severity, number in summary.severities(report).items()}
    return {
        "files": report.files,
        "objects": report.objects,
        "applications": ready.counts(ready.readiness(report).applications),
        **severities,
        "fixable": summary.fixable(report),
        "skipped": {reason: report.skipped[reason] for reason in sorted(report.skipped)},
        "silenced": report.silenced + report.accepted,
        "moot": report.moot,
        **({"baseline": _baseline(report)} if report.accepted or report.stale else {}),
        **({"expired": list(report.expired)} if report.expired else {}),
        "unread": [{"file": file, "reason": reason} for file, reason in report.unread],
    }


def _readiness(one: Readiness) -> dict[str, Any]:
    return {
        "namespace": one.namespace or None,
        "objects": one.objects,
        "errors": one.errors,
        "warnings": one.warnings,
        "complete": one.complete,
        "ready": one.ready,
    }


def _baseline(report: Report) -> dict[str, int]:
    return {"accepted": report.accepted, "stale": sum(report.stale.values())}


def _finding(finding: Finding) -> dict[str, Any]:
    fix, of = finding.fix, finding.object
    return {
        "key": known_by(finding),
        "rule": finding.rule,
        "severity": finding.severity,
        **({"targets": finding.targets} if finding.targets else {}),
        "message": finding.message,
        "caveat": fix.caveat if fix else None,
        **_place(finding.place),
        **({"origin": finding.origin._asdict()} if finding.origin else {}),
        "pointer": finding.pointer,
        "object": of and {"apiVersion": of.api_version, "kind": of.kind, "namespace": of.namespace, "name": of.name},
        "fix": fix and _fix(fix),
        "source": finding.source,
        "related": [{"message": word, **_place(place)} for place, word in finding.related],
        "data": None if finding.data is None else data(finding.data),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability,
        "title": fix.title,
        "refused": fix.refused,
        **({"drops": True} if fix.drops else {}),
        **({"adds": fix.adds} if fix.adds else {}),
        **({"options": fix.options} if fix.options else {}),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def data(value: Any) -> Any:
    """`value` as JSON can say it: what it has no word for, such as infinity, is told as text."""
    if isinstance(value, Mapping):
        return {str(key): data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [data(item) for item in value]
    known = value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    return value if known else str(value)
