"""`import asklint`: a text in, the report as data out."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints, is_typeddict

import jsonschema
import pytest
from kit import ERROR, GOOD, MENDED, SAFE, STAYS, WARNING
from kit import asklint as command

import asklint
from asklint import api, data

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "schemas/report.schema.json").read_text(encoding="utf-8"))
SETTINGS = json.loads((ROOT / "schemas/config.schema.json").read_text(encoding="utf-8"))["properties"]
TWICE = GOOD.replace("kind: ConfigMap", "kind: Service") + "spec: {ports: [{port: 80}, {port: 80}]}\n"
SCALER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: scaler}
spec: {template: {spec: {containers: [{name: scaler, image: example.com/cluster-autoscaler:1.30}]}}}
"""
OF_A_RUN = {"baseline", "fail-on", "exclude", "rules", "helm"}  # what is about files, folders and exit statuses


@pytest.mark.parametrize("text", [GOOD, ERROR, WARNING, STAYS, "a: 1\n", "", "{", f"{ERROR}---\n{WARNING}"])
@pytest.mark.parametrize("target", ["ask", "acs"])
def test_check_gives_what_the_command_prints(tmp_path, text, target):
    said = command("check", "-", "--format", "json", "--target", target, "--lang", "en", cwd=tmp_path, stdin=text)
    report = asklint.check(text, target=target, filename="<stdin>")
    assert report == json.loads(said.stdout)
    jsonschema.validate(report, SCHEMA)


def test_what_helm_wrote_names_its_template():
    text = f"---\n# Source: shop/templates/web.yaml\n{ERROR}"
    for told in (asklint.check(text, select=["host-network"]), asklint.fix(text, select=["host-network"]).report):
        assert [one["origin"]["template"] for one in told["findings"]] == ["shop/templates/web.yaml"]


def test_check_names_the_finding():
    (finding,) = asklint.check(ERROR, select=["host-network"], filename="web.yaml")["findings"]
    assert (finding["rule"], finding["file"], finding["line"], finding["column"]) == ("host-network", "web.yaml", 6, 3)


@pytest.mark.parametrize(
    ("rule", "text", "lang", "word"),
    [
        ("schema", TWICE, "en", "the first one"),
        ("schema", TWICE, "zh", "第一处"),
        ("cluster-autoscaler", SCALER, "en", "runs Cluster Autoscaler"),
        ("cluster-autoscaler", SCALER, "zh", "运行 Cluster Autoscaler"),
    ],
)
def test_second_places_speak_the_language(rule, text, lang, word):
    findings = asklint.check(text, select=[rule], lang=lang)["findings"]
    assert [other["message"] for finding in findings for other in finding["related"]] == [word]


@pytest.mark.parametrize(
    ("text", "unsafe", "after", "fixed", "left"),
    [
        pytest.param(GOOD, True, GOOD, [], [], id="nothing to fix"),
        pytest.param(WARNING, False, SAFE, ["duplicate-key"], [], id="safe"),
        pytest.param(ERROR, False, ERROR, [], ["host-network"], id="not safe"),
        pytest.param(ERROR, True, MENDED, ["host-network"], [], id="unsafe"),
        pytest.param(STAYS, True, STAYS, [], ["daemonset"], id="no fix"),
        pytest.param(STAYS.replace("agent", "node-exporter"), True, "", ["daemonset"], [], id="nothing is left"),
        pytest.param("\ufeff" + WARNING, False, "\ufeff" + SAFE, ["duplicate-key"], [], id="byte-order mark"),
        pytest.param(
            WARNING.replace("\n", "\r\n"), False, SAFE.replace("\n", "\r\n"), ["duplicate-key"], [], id="line ends"
        ),
        pytest.param("", True, "", [], [], id="empty"),
    ],
)
def test_fix_gives_text_and_report(text, unsafe, after, fixed, left):
    made = asklint.fix(text, unsafe=unsafe, select=["host-network", "duplicate-key", "daemonset"])
    assert made.text == after
    assert [finding["rule"] for finding in made.report.get("fixed", [])] == fixed
    assert [finding["rule"] for finding in made.report["findings"]] == left
    jsonschema.validate(made.report, SCHEMA)


@pytest.mark.parametrize(
    ("settings", "rules"),
    [
        ({}, ["host-network"]),
        ({"select": ["api"]}, []),
        ({"ignore": ["host-network"]}, []),
        ({"ignore": [{"rule": "host-network", "name": "web", "reason": "x"}]}, []),
        ({"ignore": [{"rule": "host-network", "name": "other", "reason": "x"}]}, ["host-network"]),
        ({"lang": "zh"}, ["host-network"]),
    ],
)
def test_settings_are_obeyed(settings, rules):
    assert [
        finding["rule"] for finding in asklint.check(ERROR, **{"select": ["host"], **settings})["findings"]
    ] == rules


def test_settings_reach_the_rules():
    (finding,) = asklint.check(ERROR, select=["host"], lang="zh", severity={"host-network": "info"})["findings"]
    assert finding["severity"] == "info"
    assert not finding["message"].isascii()
    old = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\n"
    assert asklint.check(old, select=["kubernetes-version"])["findings"]
    assert not asklint.check(old, select=["kubernetes-version"], kubernetes_version="1.20")["findings"]
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  type: NodePort\n  ports: [{port: 80}]\n"
    options = {"service-nodeport": {"to": "ClusterIP"}}
    made = asklint.fix(service, unsafe=True, select=["service-nodeport"], options=options)
    assert made.text == service.replace("NodePort", "ClusterIP")
    custom = "apiVersion: x/v1\nkind: Flow\nmetadata: {name: a}\nspec:\n  deep: [{hostNetwork: true}]\n"
    assert not asklint.check(custom, select=["host-network"])["findings"]
    assert asklint.check(custom, select=["host-network"], pods={"Flow.x": ["spec.deep[*]"]})["findings"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"target": "gke"}, "target: 'gke' is not one of"),
        ({"target": ["ask", "acs"]}, "target: ['ask', 'acs'] is not one of ask, eci, acs"),
        ({"select": ["host-net"]}, "select[0]: there is no rule or category host-net; did you mean host-network?"),
        ({"ignore": [{"rule": "host-network"}]}, "ignore[0]: 'reason' is a required property"),
        ({"kubernetes_version": "2"}, "kubernetes-version: is no version"),
        ({"severity": {"host-network": "bad"}}, "severity.host-network: 'bad' is not one of"),
        ({"options": {"service-nodeport": {"t": 1}}}, "options.service-nodeport.t: the rule has no option t"),
        ({"pods": {"Flow.x": ["[["]}}, 'pods["Flow.x"][0]: '),
        ({"lang": "fr"}, "lang: 'fr' is not one of"),
    ],
)
def test_a_setting_that_cannot_be_is_named(settings, said):
    for ask in (asklint.check, asklint.fix):
        with pytest.raises(ValueError, match="^" + re.escape(said)):
            ask(GOOD, **settings)


def test_what_is_no_text_is_refused():
    for ask in (asklint.check, asklint.fix):
        with pytest.raises(ValueError, match=r"a\.yaml: it is a binary file"):
            ask("\0", filename="a.yaml")


def test_config_of_the_working_directory_is_not_read(tmp_path, monkeypatch):
    (tmp_path / ".asklint.yaml").write_text("ignore: [host-network]\n")
    monkeypatch.chdir(tmp_path)
    assert asklint.check(ERROR)["findings"]


def test_settings_are_those_of_the_config():
    """A setting that comes to .asklint.yaml comes here as well, or is about files."""
    taken = {name.replace("_", "-") for name in inspect.signature(asklint.check).parameters}
    assert taken - {"text", "filename"} == SETTINGS.keys() - OF_A_RUN
    assert inspect.signature(asklint.fix).parameters.keys() - inspect.signature(asklint.check).parameters.keys() == {
        "unsafe"
    }
    assert get_args(api.Target) == tuple(SETTINGS["target"]["anyOf"][0]["enum"])
    assert get_args(api.Language) == tuple(SETTINGS["lang"]["enum"])


def test_types_are_those_of_the_schema():
    """Each TypedDict has the keys that the schema requires and, where they may be missing, allows."""
    places = {
        api.Report: SCHEMA,
        api.Refused: SCHEMA["properties"]["refused"]["items"],
        api.Summary: SCHEMA["$defs"]["summary"],
        api.Applications: SCHEMA["$defs"]["summary"]["properties"]["applications"],
        api.Fixable: SCHEMA["$defs"]["summary"]["properties"]["fixable"],
        api.Applications: SCHEMA["$defs"]["summary"]["properties"]["applications"],
        api.Unread: SCHEMA["$defs"]["summary"]["properties"]["unread"]["items"],
        api.Finding: SCHEMA["$defs"]["finding"],
        api.Object: SCHEMA["$defs"]["finding"]["properties"]["object"],
        api.Fix: SCHEMA["$defs"]["finding"]["properties"]["fix"],
        api.Origin: SCHEMA["$defs"]["finding"]["properties"]["origin"],
        api.Related: SCHEMA["$defs"]["finding"]["properties"]["related"]["items"],
    }
    defined = {one for name, one in vars(api).items() if is_typeddict(one) and not name.startswith("_")}
    assert defined == {*places, api.Place}  # Place is a part of two others
    for kind, schema in places.items():
        keys = schema["properties"].keys() - {"targets", "baseline", "namespaces"}  # not of one text
        assert get_type_hints(kind).keys() == keys, kind
        assert kind.__required_keys__ == set(schema["required"]), kind


def test_importing_asklint_costs_nothing():
    """The command, editors and hooks import it for its version alone."""
    code = "import sys; known = set(sys.modules); import asklint; print(*sorted(set(sys.modules) - known))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["asklint"]


def test_the_command_does_not_import_it(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    code = "import sys\ntry:\n  from asklint.cli import cli; cli(['check', 'a.yaml'])\nfinally:\n  print('asklint.api' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False", done.stdout + done.stderr


def test_names_are_shown_and_no_others_are_there():
    assert {"check", "fix", "Report", "Fixed", "__version__"} <= set(dir(asklint))
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        _ = asklint.chek
    assert asklint.data is data


def test_users_see_the_types(tmp_path):
    """py.typed is there, and mypy knows what goes in and what comes out."""
    (tmp_path / "user.py").write_text(
        "import asklint\n"
        "reveal_type(asklint.check('')['findings'][0]['line'])\n"
        "reveal_type(asklint.fix('', unsafe=True).text)\n"
        "asklint.check('', target='gke')\n"
    )
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "user.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    told = [line.partition(": ")[2] for line in done.stdout.splitlines()]
    assert told[:2] == ['note: Revealed type is "int"', 'note: Revealed type is "str"'], done.stdout
    assert 'Argument "target"' in told[2]
    assert (ROOT / "asklint/py.typed").read_bytes() == b""
