"""Readiness: which applications run on the target now, which after fixes, and which not before somebody solves more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from asklint.finding import Finding, Identity, Report
from asklint.report import summary
from asklint.report.words import word

STATES = ("ready", "safe", "unsafe", "blocked")
_FEW = 5  # names in a line


class Application(NamedTuple):
    """One object of a file with what is said of it; `object` is None for what is wrong with the file itself."""

    file: str
    object: Identity | None
    pods: bool  # whether it describes pods
    findings: tuple[Finding, ...]
    state: str  # one of STATES

    def count(self, severity: str) -> int:
        """How many of its findings are of this severity."""
        return sum(finding.severity == severity for finding in self.findings)


class Readiness(NamedTuple):
    """All that was checked: what runs pods, all other objects, and files that are wrong before their objects are."""

    applications: tuple[Application, ...]
    others: tuple[Application, ...]
    broken: tuple[Application, ...]


def state(findings: Iterable[Finding]) -> str:
    """What it takes until no error of `findings` is left: warnings and infos keep nothing from running."""
    worst = "ready"
    for finding in findings:
        if finding.severity == "error":
            worst = max(worst, _needed(finding), key=STATES.index)
    return worst


def _needed(finding: Finding) -> str:
    fix = finding.fix
    return fix.applicability if fix and fix.refused is None and fix.applicability in STATES else "blocked"


def readiness(report: Report) -> Readiness:
    """The objects of `report` in their order, each with its findings; two of one identity in a file are one."""
    said: dict[tuple[str, Identity | None], list[Finding]] = {}
    for finding in summary.findings(report):
        said.setdefault((finding.place.file, finding.object), []).append(finding)
    known: dict[tuple[str, Identity | None], bool] = {}
    for one in report.seen:
        known[one.file, one.object] = known.get((one.file, one.object), False) or one.pods
    seen = [_application(*key, pods, said.get(key, ())) for key, pods in known.items()]
    loose = [_application(*key, False, found) for key, found in said.items() if key not in known]
    unread = [Application(file, None, False, (), "blocked") for file, _ in report.unread]
    return Readiness(
        tuple(one for one in seen if one.pods),
        tuple(one for one in seen if not one.pods),
        (*(one for one in loose if one.state != "ready"), *unread),
    )


def _application(file: str, of: Identity | None, pods: bool, findings: Sequence[Finding]) -> Application:
    return Application(file, of, pods, tuple(findings), state(findings))


def beside(one: Readiness, lang: str, shown: Callable[[str], str]) -> str:
    """What has errors and is no application, its names as `shown`: a workload that runs may still be out of reach."""
    wrong = [other for other in (*one.others, *one.broken) if other.state != "ready"]
    names = list(dict.fromkeys(shown(summary.name(other.object) if other.object else other.file) for other in wrong))
    line = summary.say(lang, ",").join(names[:_FEW])
    if len(names) > _FEW:
        line = word(lang, "and-more", line, len(names) - _FEW)
    return word(lang, "beside", line) if names else ""


def counts(applications: Iterable[Application]) -> dict[str, int]:
    """How many of `applications` are in each state."""
    found = [one.state for one in applications]
    return {name: found.count(name) for name in STATES}


def sizes(application: Application) -> list[tuple[str, str]]:
    """What each pod of it asks for and is billed as, where a rule tells; "" for what is not asked or not known."""
    told = [finding.data for finding in application.findings if finding.data and _size(finding.data.get("billed"))]
    pairs = ((_size(data.get("asked")), _size(data["billed"])) for data in told if "asked" in data)
    return list(dict.fromkeys(pairs))


def _size(value: object) -> str:
    if not isinstance(value, Mapping):
        return ""
    vcpu, memory = value.get("vcpu"), value.get("memoryGiB")
    known = isinstance(vcpu, int | float) and isinstance(memory, int | float)
    return f"{vcpu:g} vCPU / {memory:g} GiB" if known else ""
