"""Reports for other programs, to the letter: annotations, code quality, JUnit."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from test_report import DUPLICATE, HOST_NETWORK, HOST_PATH, REPORTS, UNFIXABLE, WEB, refused

from asklint import report
from asklint.finding import Identity, Place, Report, Run, Seen
from asklint.key import key as known_by
from asklint.report import summary

EVERY = [DUPLICATE, HOST_NETWORK, HOST_PATH, UNFIXABLE]
ODD = Place("a,b:c%.yaml", 1, 1, 1, 2)


# ---- github


def commands(told: Report) -> list[str]:
    return report.render("github", told).splitlines()


def test_github():
    assert commands(Report("ask", EVERY, 3, 7, unread=[("x.yaml", "permission denied")])) == [
        (
            "::warning file=shop/web.yaml,line=8,endLine=8,col=3,endColumn=14,title=duplicate-key::"
            "replicas stands again on line 9%0Afix (safe): remove the one that kubectl ignores"
        ),
        (
            "::error file=shop/web.yaml,line=14,endLine=14,col=7,endColumn=24,title=host-network::"
            "hostNetwork is set, and there is no node network to join%0Afix (unsafe): leave hostNetwork out%0A"
            "mind: clients that used the node's address must use a Service%0Asee: https://help.example.com/limits"
        ),
        (
            "::error file=jobs.yaml,line=112,endLine=113,title=hostpath-volume::spec.volumes[data].hostPath names /data on a"
            " node, and there is no node behind the pod%0Asuggestion: use a cloud disk or NAS%0A"
            "see: https://help.example.com/limits"
        ),
        "::notice file=odd.yaml,line=1,endLine=1,col=1,endColumn=2,title=yaml-syntax::a word",
        "::error file=x.yaml::cannot be read: permission denied",
        "2 errors, 1 warning, 1 info in 7 objects of 3 files (target ask)",
        "2 fixable: 1 safe (asklint fix PATH), 1 more with --unsafe",
        "failed: x.yaml: permission denied",
    ]


def test_github_in_chinese():
    told = refused(HOST_NETWORK._replace(targets=("ask", "acs")), "别名")._replace(source=None)
    assert commands(Report("ask,acs", [told], 1, 1, lang="zh"))[0].partition("title=")[2] == (
        "host-network::（ask、acs） hostNetwork is set, and there is no node network to join%0A修复（不安全）：leave"
        " hostNetwork out%0A注意：clients that used the node's address must use a Service%0A未修改：别名"
    )


def test_github_escapes():
    finding = UNFIXABLE._replace(place=ODD, message="100%\n::error::no\r", rule="a")
    assert commands(Report("ask", [finding], 1, 1))[0] == (
        "::notice file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=a::100%25␊::error::no␍"
    )


def test_no_name_of_a_file_is_a_command():
    unread = [("::error::x", "y"), ("##[error]x", "z")]
    *_, first, second = commands(Report("ask", [], 1, 1, unread=unread))
    assert (first, second) == ("  : :error: :x: y", "  ## [error]x: z")


def test_github_counts_paths_from_the_repository():
    told = Report("ask", [HOST_PATH], 1, 1, run=Run("/repository/deploy", "/repository"))
    assert commands(told)[0].startswith("::error file=deploy/jobs.yaml,")


@given(told=REPORTS)
def test_github_is_a_command_a_finding(told):
    text = report.render("github", told)
    text.encode()
    lines = text.split("\n")
    for line, finding in zip(lines, told.findings, strict=False):
        level = {"error": "error", "warning": "warning", "info": "notice"}[finding.severity]
        assert re.fullmatch(
            rf"::{level} file=[^,:]*,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?,title=[^,:]*::.*", line
        )
    assert sum(line.lstrip().startswith("::") for line in lines) == len(told.findings) + len(told.unread)


# ---- gitlab

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": "^\\./"}},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}


def issues(told: Report) -> list[dict]:
    read = json.loads(report.render("gitlab", told))
    jsonschema.validate(read, CODE_QUALITY)
    return read


def test_gitlab():
    told = Report("ask", [HOST_NETWORK, DUPLICATE, UNFIXABLE], 3, 7, unread=[("./x.yaml", "permission denied")])
    first, *others = issues(told)
    assert re.fullmatch("[0-9a-f]{32}", first.pop("fingerprint"))
    assert first == {
        "description": "hostNetwork is set, and there is no node network to join",
        "check_name": "host-network",
        "severity": "critical",
        "location": {"path": "shop/web.yaml", "lines": {"begin": 14, "end": 14}},
    }
    assert [(one["check_name"], one["severity"]) for one in others] == [
        ("duplicate-key", "major"),
        ("yaml-syntax", "info"),
        ("unread", "blocker"),
    ]
    assert others[-1]["description"] == "cannot be read: permission denied"
    assert others[-1]["location"]["path"] == "x.yaml"
    assert report.render("gitlab", Report("ask", [])) == "[]\n"


def test_gitlab_tells_the_same_finding_by_the_same_fingerprint():
    """On another line; and apart from its twin, and from one of the same object in another file."""
    moved = HOST_NETWORK._replace(place=HOST_NETWORK.place._replace(line=20, end_line=20))
    elsewhere = HOST_NETWORK._replace(place=HOST_NETWORK.place._replace(file="b.yaml"))
    before, after, three = (
        issues(Report("ask", found)) for found in ([HOST_NETWORK], [moved], [moved, moved, elsewhere])
    )
    assert before[0]["fingerprint"] == after[0]["fingerprint"] == three[0]["fingerprint"]
    assert len({one["fingerprint"] for one in three}) == 3


@given(told=REPORTS)
def test_gitlab_is_what_its_schema_says(told):
    read = issues(told)
    assert len({one["fingerprint"] for one in read}) == len(read) == len(told.findings) + len(told.unread)


# ---- junit

CLEAN = Seen(Identity("v1", "ConfigMap", None, "clean"), False, "jobs.yaml")
TESTED = Report(
    "ask",
    [HOST_NETWORK, HOST_NETWORK._replace(rule="host-<pid>"), HOST_PATH._replace(severity="info")],
    4,
    3,
    unread=[("x.yaml", "permission denied")],
    names=["empty.yaml", "jobs.yaml", "shop/web.yaml", "x.yaml"],
    seen=[CLEAN, Seen(HOST_PATH.object, True, "jobs.yaml"), Seen(WEB, True, "shop/web.yaml")],
)


def test_junit():
    assert (
        report.render("junit", TESTED._replace(run=Run(fail_on="warning")))
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="asklint" tests="5" failures="1" errors="1" skipped="1" time="0">
  <testsuite name="empty.yaml" tests="1" failures="0" errors="0" skipped="1" time="0">
    <testcase classname="empty.yaml" name="readable">
      <skipped message="no Kubernetes object was checked"></skipped>
    </testcase>
  </testsuite>
  <testsuite name="jobs.yaml" tests="2" failures="0" errors="0" skipped="0" time="0">
    <testcase classname="jobs.yaml" name="ConfigMap clean"/>
    <testcase classname="jobs.yaml" name="Pod job">
      <system-out>jobs.yaml:112:5: info[hostpath-volume] spec.volumes[data].hostPath names /data on a node, and there is no node behind the pod
suggestion: use a cloud disk or NAS
see: https://help.example.com/limits</system-out>
    </testcase>
  </testsuite>
  <testsuite name="shop/web.yaml" tests="1" failures="1" errors="0" skipped="0" time="0">
    <testcase classname="shop/web.yaml" name="Deployment shop/web">
      <failure message="host-network: hostNetwork is set, and there is no node network to join (and 1 more)">shop/web.yaml:14:7: error[host-network] hostNetwork is set, and there is no node network to join
fix (unsafe): leave hostNetwork out
mind: clients that used the node's address must use a Service
see: https://help.example.com/limits

shop/web.yaml:14:7: error[host-&lt;pid&gt;] hostNetwork is set, and there is no node network to join
fix (unsafe): leave hostNetwork out
mind: clients that used the node's address must use a Service
see: https://help.example.com/limits</failure>
    </testcase>
  </testsuite>
  <testsuite name="x.yaml" tests="1" failures="0" errors="1" skipped="0" time="0">
    <testcase classname="x.yaml" name="readable">
      <error message="cannot be read: permission denied"></error>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


@pytest.mark.parametrize(("fail_on", "failures"), [("never", 0), ("error", 1), ("warning", 1), ("info", 2)])
def test_junit_fails_what_the_run_fails(fail_on, failures):
    suites = ET.fromstring(report.render("junit", TESTED._replace(run=Run(fail_on=fail_on))))
    assert int(suites.attrib["failures"]) == len(suites.findall("*/testcase/failure")) == failures


def test_junitparser_reads_it():
    from junitparser import JUnitXml

    read = JUnitXml.fromstring(report.render("junit", TESTED).encode())
    told = [(suite.name, case.name, [type(one).__name__ for one in case.result]) for suite in read for case in suite]
    assert told == [
        ("empty.yaml", "readable", ["Skipped"]),
        ("jobs.yaml", "ConfigMap clean", []),
        ("jobs.yaml", "Pod job", []),
        ("shop/web.yaml", "Deployment shop/web", ["Failure"]),
        ("x.yaml", "readable", ["Error"]),
    ]


@given(told=REPORTS)
def test_junit_is_xml(told):
    """Whatever manifests hold: characters that XML has no place for among it."""
    suites = ET.fromstring(report.render("junit", told).encode())
    cases = suites.findall("*/testcase")
    assert len(cases) == int(suites.attrib["tests"])
    for kind in ("failure", "error", "skipped"):
        many = int(suites.attrib[kind if kind == "skipped" else f"{kind}s"])
        assert many == len(suites.findall(f"*/testcase/{kind}"))
    for text in (text for case in cases for text in case.itertext()):
        assert not summary.UNSAFE.findall(text.replace("\n", ""))


def test_junit_holds_what_xml_cannot():
    odd = UNFIXABLE._replace(message="a\x00\x0b\x1b\ud800\ufffe\uffffb]]>", place=ODD._replace(file="\ufffe<.yaml"))
    suites = ET.fromstring(report.render("junit", Report("ask", [odd], 1, 1)).encode())
    assert suites.find("testsuite").attrib["name"] == "\ufffd<.yaml"
    assert "a␀␋␛\ufffd\ufffd\ufffdb]]>" in "".join(suites.itertext())


def test_keys_do_not_hang_on_the_place():
    assert known_by(HOST_NETWORK) == known_by(HOST_NETWORK._replace(place=ODD, message="else"))
