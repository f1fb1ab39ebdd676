"""The Python API: a manifest's text in, the report that `--format json` prints out, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict, cast, get_args

from asklint import config, data, report, run
from asklint.finding import Applicability, Severity
from asklint.gather import Gathered
from asklint.inputs import files
from asklint.inputs.files import Input

Target = Literal["ask", "eci", "acs"]
Language = Literal["en", "zh"]


class Fixable(TypedDict):
    """How many of the findings asklint would mend: as it is, and only with `unsafe`."""

    safe: int
    unsafe: int


class Applications(TypedDict):
    """How many of the objects that describe pods run: as they are, after safe fixes, after unsafe ones, not yet."""

    ready: int
    safe: int
    unsafe: int
    blocked: int


class Unread(TypedDict):
    """A file that could not be read, and why."""

    file: str
    reason: str


class _Summary(TypedDict):
    files: int
    objects: int
    applications: Applications
    errors: int
    warnings: int
    infos: int
    fixable: Fixable
    skipped: dict[str, int]
    silenced: int
    moot: int
    unread: list[Unread]


class Summary(_Summary, total=False):
    """What was looked at, and how many findings there are; `skipped` counts what was not checked, by reason.

    `expired` is there where entries of `ignore` are past their day: it names them.
    """

    expired: list[str]


class Object(TypedDict):
    """What names a Kubernetes object."""

    apiVersion: str
    kind: str
    namespace: str | None
    name: str | None


class _Fix(TypedDict):
    applicability: Applicability
    title: str
    refused: str | None


class Fix(_Fix, total=False):
    """What would make a finding go away; `refused` says why asklint does not make the edit, None where it does.

    `drops` is there where the whole object goes, `adds` names the objects that are made, and `options` the rule's
    options that make a fix of a suggestion.
    """

    drops: bool
    adds: list[str]
    options: list[str]


class Place(TypedDict):
    """Where in the text: lines and columns from 1, columns in code points, the end exclusive."""

    file: str
    line: int
    column: int
    endLine: int
    endColumn: int


class Related(Place):
    """A second place, with a word on it."""

    message: str


class Origin(TypedDict):
    """What rendered the place: the template, the values that its line uses, whether the place is that line."""

    template: str
    values: list[str]
    exact: bool


class _Finding(Place):
    key: str
    rule: str
    severity: Severity
    message: str
    caveat: str | None
    pointer: str | None
    object: Object | None
    fix: Fix | None
    source: str | None
    related: list[Related]
    data: dict[str, Any] | None


class Finding(_Finding, total=False):
    """One place where a rule speaks; schemas/report.schema.json describes each key.

    `origin` is there where the text is what `helm template` wrote.
    """

    origin: Origin


class Refused(TypedDict):
    """A fix that is not made, and why."""

    reason: str
    finding: Finding


class _Checked(TypedDict):
    version: int
    target: Target
    summary: Summary
    findings: list[Finding]


class Report(_Checked, total=False):
    """The report of schemas/report.schema.json; the last three keys are there where a fix was made or refused."""

    fixed: list[Finding]
    refused: list[Refused]
    written: list[str]


class Fixed(NamedTuple):
    """The text as `fix` leaves it, and the report: `findings` are those that are left, `fixed` those that are gone."""

    text: str
    report: Report


def check(
    text: str,
    *,
    target: Target = "ask",
    kubernetes_version: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str | Mapping[str, str]] = (),
    severity: Mapping[str, Severity] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    pods: Mapping[str, Sequence[str]] | None = None,
    lang: Language = "en",
    filename: str = "<text>",
) -> Report:
    """What in `text`, YAML or JSON with any number of objects, does not run on `target`, or runs differently there.

    The settings are those of `.asklint.yaml`, under the same names and with the same values; no file is read.
    `filename` is what the findings call the text. `summary["objects"]` is 0 where there was nothing to check: that is
    no sign of health. Raises ValueError, which names the setting, for a setting that cannot be; and where `text` is
    binary or larger than 64 MiB.
    """
    made = _Made(target, kubernetes_version, select, ignore, severity, options, pods, lang)
    try:
        source = files.decode(files.checked(text.encode()), filename)
    except files.CannotRead as error:
        raise ValueError(f"{filename}: {error}") from error
    gathered = Gathered(made.setup)
    gathered.add(run.Outcomes(Input(filename, Path(filename)), run.outcome(source, made.setup)))
    return made.report(gathered)


def fix(
    text: str,
    *,
    unsafe: bool = False,
    target: Target = "ask",
    kubernetes_version: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str | Mapping[str, str]] = (),
    severity: Mapping[str, Severity] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    pods: Mapping[str, Sequence[str]] | None = None,
    lang: Language = "en",
    filename: str = "<text>",
) -> Fixed:
    """`text` with what can be mended, and what is left to say of it; nothing is written.

    Without `unsafe` only fixes are made that change nothing for what runs today; with it those too that change
    behaviour, cost, reach or data, as each finding's `caveat` says. What no fix touches stays as it is to the last
    character. Settings and errors are those of `check`.
    """
    made = _Made(target, kubernetes_version, select, ignore, severity, options, pods, lang)
    content = text.encode()
    try:
        mended = run.mend_alone(Input(filename, Path(filename)), files.checked(content), made.setup, unsafe)
    except files.CannotRead as error:
        raise ValueError(f"{filename}: {error}") from error
    gathered = Gathered(made.setup)
    gathered.mend(mended)
    return Fixed((content if mended.new is None else mended.new).decode(), made.report(gathered))


class _Made:
    """The rules that the settings ask for, ready to be asked."""

    def __init__(
        self,
        target: object,
        kubernetes_version: str | None,
        select: Sequence[str],
        ignore: Sequence[str | Mapping[str, str]],
        severity: Mapping[str, str] | None,
        options: Mapping[str, Mapping[str, Any]] | None,
        pods: Mapping[str, Sequence[str]] | None,
        lang: str,
    ) -> None:
        if not isinstance(target, str):
            raise ValueError(f"target: {target!r} is not one of {', '.join(get_args(Target))}")
        content: dict[str, Any] = {"target": target, "select": list(select), "ignore": list(ignore), "lang": lang}
        content |= {"severity": severity or {}, "options": options or {}}
        content["pods"] = {kind: list(places) for kind, places in (pods or {}).items()}
        if kubernetes_version is not None:
            content["kubernetes-version"] = kubernetes_version
        given, known = config.given(content), data.load()["rules"]
        config.check(given, known)
        self.plan = run.plan(given)
        self.setup = run.setup(self.plan, known)

    def report(self, gathered: Gathered) -> Report:
        told = report.render("json", gathered.report(self.plan.target, self.plan.lang))
        return cast(Report, json.loads(told))
