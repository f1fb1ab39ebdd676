"""JUnit XML: a suite a file, a test an object, which fails where a finding is as bad as --fail-on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from asklint.finding import SEVERITIES, Finding, Report
from asklint.report import outside, summary
from asklint.report.words import word

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Case(NamedTuple):
    name: str
    kind: str = "passed"  # or failure, error, skipped
    message: str = ""
    text: str = ""


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as XML; neither width nor colour changes it."""
    suites = [(outside.path(report.run, file), list(_cases(report, *one))) for file, one in _files(report).items()]
    every = [case for _, cases in suites for case in cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="asklint"{_counts(every)}>']
    for file, cases in suites:
        lines += _suite(file, cases)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


_Said = tuple[dict[str, list[Finding]], list[str]]  # by the names of tests; why the file could not be read


def _files(report: Report) -> dict[str, _Said]:
    """What is said of each file, in the order of the files."""
    said: dict[str, _Said] = {name: ({}, []) for name in report.names}
    for one in report.seen:
        said.setdefault(one.file, ({}, []))[0].setdefault(summary.name(one.object), [])
    for finding in summary.findings(report):
        name = summary.name(finding.object) if finding.object else finding.rule
        said.setdefault(finding.place.file, ({}, []))[0].setdefault(name, []).append(finding)
    for file, reason in report.unread:
        said.setdefault(file, ({}, []))[1].append(reason)
    return said


def _cases(report: Report, tests: dict[str, list[Finding]], problems: Sequence[str]) -> Iterator[_Case]:
    lang = report.lang
    for problem in problems:
        yield _Case(word(lang, "read"), "error", word(lang, "problem", problem))
    for name, findings in tests.items():
        bad = [finding for finding in findings if _fails(finding, report.run.fail_on)]
        text = "\n\n".join(_told(finding, report) for finding in findings)
        if bad:
            first = f"{bad[0].rule}: {bad[0].message}"
            message = word(lang, "and-more", first, len(bad) - 1) if len(bad) > 1 else first
            yield _Case(name, "failure", message, text)
        else:
            yield _Case(name, "passed", "", text)
    if not tests and not problems:
        yield _Case(word(lang, "read"), "skipped", word(lang, "nothing-checked"))


def _fails(finding: Finding, fail_on: str) -> bool:
    known: Sequence[str] = SEVERITIES
    return fail_on in known and known.index(finding.severity) <= known.index(fail_on)


def _told(finding: Finding, report: Report) -> str:
    place = finding.place
    severity = summary.say(report.lang, finding.severity)
    where = f"{outside.path(report.run, place.file)}:{place.line}:{place.column}"
    return f"{where}: {severity}[{finding.rule}] {outside.text(finding, report.lang)}"


def _suite(file: str, cases: Sequence[_Case]) -> Iterator[str]:
    yield f"  <testsuite name={_attribute(file)}{_counts(cases)}>"
    for case in cases:
        head = f"    <testcase classname={_attribute(file)} name={_attribute(case.name)}"
        if case.kind != "passed":
            yield f"{head}>"
            yield f"      <{case.kind} message={_attribute(case.message)}>{_text(case.text)}</{case.kind}>"
            yield "    </testcase>"
        elif case.text:
            yield f"{head}>"
            yield f"      <system-out>{_text(case.text)}</system-out>"
            yield "    </testcase>"
        else:
            yield f"{head}/>"
    yield "  </testsuite>"


def _counts(cases: Sequence[_Case]) -> str:
    kinds = [case.kind for case in cases]
    failures, errors, skipped = (kinds.count(kind) for kind in ("failure", "error", "skipped"))
    return f' tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="0"'


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", summary.shown(text)))


def _text(text: str) -> str:
    """`text` of several lines, made harmless line by line."""
    return escape("\n".join(_NO_XML.sub("\ufffd", summary.shown(line)) for line in text.split("\n")))
