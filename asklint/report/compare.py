"""What became of the findings of an earlier report: gone, new, left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from asklint.finding import SEVERITIES, Finding, Report
from asklint.key import key as known_by
from asklint.report import summary


class Burned(NamedTuple):
    """The findings of the earlier report that are gone, as it told them; those that are new; how many are left."""

    gone: Sequence[Mapping[str, Any]]
    new: Sequence[Finding]
    left: int


def read(content: bytes, target: str) -> Mapping[str, Any]:
    """The earlier report in `content`, as `--format json` wrote it. Raises ValueError, saying what is wrong with it."""
    try:
        before = json.loads(content)
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from error
    findings = before.get("findings") if isinstance(before, dict) else None
    if not isinstance(findings, list) or not all(isinstance(one, dict) and _is_told(one) for one in findings):
        raise ValueError("it is no report that asklint wrote with --format json")
    if before.get("target") != target:
        raise ValueError(f"it is about the target {before.get('target')}, and this run about {target}")
    told: Mapping[str, Any] = before
    return told


def _is_told(finding: Mapping[str, Any]) -> bool:
    words = all(isinstance(finding.get(key), str) for key in ("key", "rule", "severity", "message", "file"))
    return words and finding["severity"] in SEVERITIES and isinstance(finding.get("line"), int)


def burned(report: Report) -> Burned | None:
    """What became of the findings of `report.run.before`; None where there is none."""
    before = report.run.before
    if before is None:
        return None
    gone = list(before["findings"])
    new = list(summary.findings(report))
    for same in (_place, _object):
        gone, new = _apart(gone, new, same)
    return Burned(gone, new, len(report.findings) - len(new))


_Name = tuple[str, ...]


def _place(key: str, file: str) -> _Name:
    return key, file


def _object(key: str, file: str) -> _Name:
    """The same object in another file: one that was moved."""
    return (key,)


def _apart(
    old: Sequence[Mapping[str, Any]], now: Sequence[Finding], name: Callable[[str, str], _Name]
) -> tuple[list[Mapping[str, Any]], list[Finding]]:
    """What of `old` is not in `now`, and what of `now` was not in `old`, each as often as it is there more often."""
    names = [name(one["key"], one["file"]) for one in old]
    found = [name(known_by(one), one.place.file) for one in now]
    more = _left([*zip(names, old, strict=True)], Counter(found))
    return more, _left([*zip(found, now, strict=True)], Counter(names))


_Told = TypeVar("_Told")


def _left(told: Sequence[tuple[_Name, _Told]], others: Counter[_Name]) -> list[_Told]:
    left = []
    for name, one in told:
        if others[name]:
            others[name] -= 1
        else:
            left.append(one)
    return left
