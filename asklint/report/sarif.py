"""SARIF 2.1.0, for code scanning and editors: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from asklint import __version__, library
from asklint.finding import SEVERITIES, Finding, Fix, Identity, Place, Report, Run
from asklint.key import key as known_by
from asklint.report import outside, summary
from asklint.report.json import data, dump, rows
from asklint.report.summary import say, shown
from asklint.report.words import word
from asklint.secret import MASK

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_ROOT = "%SRCROOT%"
_SNIPPET = 4000  # characters; one line may be a whole file


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as SARIF, a result a line; neither width nor colour changes it."""
    findings = summary.findings(report)
    rules = sorted({finding.rule for finding in findings})
    driver = [
        '"name": "asklint"',
        f'"version": {dump(__version__)}',
        f'"semanticVersion": {dump(__version__)}',
        f'"rules": {rows((_rule(name, findings, report) for name in rules), "    ")}',
    ]
    run = [
        '"tool": {"driver": {\n    ' + ",\n    ".join(driver) + "\n  }}",
        f'"automationDetails": {dump({"id": f"asklint/{report.target}/"})}',
        f'"language": {dump("zh-CN" if report.lang == "zh" else "en")}',
        f'"columnKind": {dump("unicodeCodePoints")}',
        f'"originalUriBaseIds": {dump({_ROOT: {"description": {"text": word(report.lang, "root")}}})}',
        f'"invocations": {rows([_invocation(report)])}',
        f'"results": {rows(_result(finding, rules, report) for finding in findings)}',
    ]
    head = f'{{\n"$schema": {dump(SCHEMA)},\n"version": "2.1.0",\n"runs": [{{\n  '
    return head + ",\n  ".join(run) + "\n}]\n}\n"


# -- rules


def _rule(name: str, findings: Sequence[Finding], report: Report) -> dict[str, Any]:
    mine = [finding for finding in findings if finding.rule == name]
    file = library.page(name, [Path(folder) for folder in report.run.folders])
    level = _LEVELS[min((finding.severity for finding in mine), key=SEVERITIES.index)]
    source = next((finding.source for finding in mine if finding.source), None)
    told: dict[str, Any] = {"id": name}
    if file is not None:
        told |= _page(file.spec, report)
    if source and "://" in source:
        told["helpUri"] = _uri_of(source)
    return {**told, "defaultConfiguration": {"level": level}}


def _page(spec: Mapping[str, Any], report: Report) -> dict[str, Any]:
    words = {**spec, **spec.get("zh", {})} if report.lang == "zh" else spec
    why = " ".join(words["why"].split("\n\n")[0].split())
    pages = [source["url"] for source in spec["sources"].values()]
    see = say(report.lang, "page") + say(report.lang, ":")
    plain = f"{words['title']}\n\n{words['why'].strip()}\n\n{see}{' '.join(pages)}"
    marked = f"**{words['title']}**\n\n{words['why'].strip()}\n\n{see}{' '.join(f'<{page}>' for page in pages)}"
    statuses = {target: told["status"] for target, told in spec["targets"].items()}
    return {
        "shortDescription": {"text": words["title"]},
        "fullDescription": {"text": why},
        "help": {"text": plain, "markdown": marked},
        "properties": {"tags": ["kubernetes", "alibaba-cloud", spec["category"]], "status": statuses},
    }


# -- results


def _result(finding: Finding, rules: Sequence[str], report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": outside.text(finding, report.lang)},
        "locations": [{**_location(finding.place, report.run), **_logical(finding)}],
        "partialFingerprints": {"findingKey/v1": known_by(finding)},
    }
    if finding.related:
        told["relatedLocations"] = [
            {"id": index, **_location(place, report.run), "message": {"text": shown(label)}}
            for index, (place, label) in enumerate(finding.related, 1)
        ]
    fixes = _fixes(finding, report)
    if fixes:
        told["fixes"] = fixes
    properties = dict(_properties(finding))
    return {**told, "properties": properties} if properties else told


def _properties(finding: Finding) -> Iterator[tuple[str, Any]]:
    if finding.targets:
        yield "targets", finding.targets
    if finding.fix:
        yield "applicability", finding.fix.applicability
        if finding.fix.caveat:
            yield "caveat", finding.fix.caveat
    if finding.data is not None:
        yield "data", data(finding.data)


def _location(place: Place, run: Run) -> dict[str, Any]:
    physical = {"artifactLocation": _artifact(place.file, run), "region": _region(place)}
    if place.excerpt and sum(map(len, place.excerpt)) <= _SNIPPET:
        last = place.line + len(place.excerpt) - 1
        lines = {"startLine": place.line, "endLine": last, "snippet": {"text": "\n".join(place.excerpt)}}
        physical["contextRegion"] = lines
    return {"physicalLocation": physical}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _logical(finding: Finding) -> dict[str, Any]:
    if finding.object is None:
        return {}
    name = _name(finding.object)
    return {"logicalLocations": [{"name": summary.name(finding.object), "fullyQualifiedName": name, "kind": "object"}]}


def _name(of: Identity) -> str:
    return "/".join((of.api_version, of.kind, *(part for part in (of.namespace, of.name) if part)))


def _fixes(finding: Finding, report: Report) -> list[dict[str, Any]]:
    """The fix as replacements of text; what is masked cannot be replaced."""
    fix = finding.fix
    if fix is None or fix.refused is not None or not fix.diff or _is_masked(fix):
        return []
    replacements = [_replacement(*hunk) for hunk in fix.diff]
    artifact = {"artifactLocation": _artifact(finding.place.file, report.run), "replacements": replacements}
    return [{"description": {"text": shown(fix.title)}, "artifactChanges": [artifact]}]


def _is_masked(fix: Fix) -> bool:
    return any(MASK in line for _, old, new in fix.diff for line in (*old, *new))


def _replacement(line: int, old: Sequence[str], new: Sequence[str]) -> dict[str, Any]:
    """What stands from `line` on becomes `new`: whole lines, or what differs where there are some on both sides."""
    if old and new:
        before, after = "\n".join(old), "\n".join(new)
        first = outside.alike(before, after)
        same = outside.alike(before[first:][::-1], after[first:][::-1])
        start, end = _position(line, before, first), _position(line, before, len(before) - same)
        text = after[first : len(after) - same]
    else:
        start, end = (line, 1), (line + len(old), 1)
        text = "".join(f"{one}\n" for one in new)
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    region = dict(zip(keys, (*start, *end), strict=True))
    return {"deletedRegion": region, **({"insertedContent": {"text": text}} if text else {})}


def _position(line: int, text: str, at: int) -> tuple[int, int]:
    """Line and column of the character `at` of `text`, which begins on `line`."""
    return line + text.count("\n", 0, at), at - text.rfind("\n", 0, at)


# -- places


def _artifact(file: str, run: Run) -> dict[str, str]:
    path = outside.path(run, file)
    if path.startswith("/"):
        return {"uri": f"file://{_quoted(path)}"}
    return {"uri": _quoted(path), "uriBaseId": _ROOT}


def _quoted(path: str) -> str:
    try:
        raw = path.encode("utf-8", "surrogateescape")  # a name that is no UTF-8, as it stands on the disk
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "replace")
    return quote(raw, safe="/")


def _uri_of(source: str) -> str:
    return quote(source.encode("utf-8", "replace"), safe=":/?#[]@!$&'()*+,;=%~")


def _invocation(report: Report) -> dict[str, Any]:
    """How the run went: a file that could not be read is an error of the run, what was not checked a note."""
    problems = [
        {
            "level": "error",
            "message": {"text": shown(word(report.lang, "problem", reason))},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(file, report.run)}}],
        }
        for file, reason in report.unread
    ]
    notes = [{"level": "note", "message": {"text": line}} for line in outside.notes(report)]
    told: dict[str, Any] = {"executionSuccessful": not report.unread, "toolExecutionNotifications": problems + notes}
    return told if report.run.status is None else {**told, "exitCode": report.run.status}
