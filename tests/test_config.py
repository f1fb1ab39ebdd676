""".asklint.yaml: found, checked, obeyed; every mistake with file, line and key."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from kit import ERROR, GOOD, INFO, STAYS, WARNING, asklint, only, scene

from asklint import config, run

RULES = run.specs(())


def load(folder: Path, text: str) -> config.Config:
    file = folder / config.NAME
    file.write_text(text)
    made = config.load(file)
    config.check(made, RULES)
    return made


def problem(folder: Path, text: str) -> str:
    """What is wrong with `text`, without the folder's name."""
    with pytest.raises(config.ConfigError) as raised:
        load(folder, text)
    return str(raised.value).removeprefix(f"{folder}/{config.NAME}")


# ---- finding


def test_found_upwards(tmp_path):
    scene(tmp_path, {"a/.asklint.yaml": "", "a/b/c/x.yaml": "", "d/x.yaml": ""})
    assert config.find(tmp_path / "a/b/c") == tmp_path / "a/.asklint.yaml"
    assert config.find(tmp_path / "a") == tmp_path / "a/.asklint.yaml"
    assert config.find(tmp_path / "d") is None
    (tmp_path / "a/b/.asklint.yaml").mkdir()  # no file
    assert config.find(tmp_path / "a/b/c") == tmp_path / "a/.asklint.yaml"


def test_nearest_config_counts_alone(tmp_path):
    scene(
        tmp_path,
        {
            ".asklint.yaml": "ignore: [host-network]\n",
            "a.yaml": ERROR,
            "inner/.asklint.yaml": "ignore: [api]\n",
            "inner/a.yaml": ERROR,
            "other.yaml": "ignore: [host-network]\n",
        },
    )
    assert asklint("check", *only(), "a.yaml", cwd=tmp_path).returncode == 0
    assert asklint("check", *only(), "a.yaml", cwd=tmp_path / "inner").returncode == 1
    assert asklint("check", *only(), "a.yaml", "--config", "../other.yaml", cwd=tmp_path / "inner").returncode == 0


def test_none_and_empty(tmp_path):
    assert config.load(None).content == {}
    assert load(tmp_path, "").content == {}
    assert load(tmp_path, "# nothing\n").content == {}
    assert load(tmp_path, "{}\n").content == {}


# ---- mistakes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("target: aks\n", ":1: target: 'aks' is not one of ['ask', 'eci', 'acs']"),
        ("target: ask\n\ntarget: eci\n", ":1: target stands twice"),
        ("target: ask\nseverities: {}\n", ":2: severities: there is no such key; did you mean severity?"),
        ("target: ask\nzzz: {}\n", ":2: zzz: there is no such key"),
        ("select: daemonset\n", ":1: select: 'daemonset' is not of type 'array'"),
        ("select:\n- daemonset\n- 1\n", ":3: select[1]: 1 is not of type 'string'"),
        ("select:\n- daemonst\n", ":2: select[0]: there is no rule or category daemonst; did you mean daemonset?"),
        ("ignore: [hots]\n", ":1: ignore[0]: there is no rule or category hots; did you mean host?"),
        ("ignore:\n- rule: daemonset\n", ":2: ignore[0]: 'reason' is a required property"),
        ("ignore:\n- rule: daemonset\n  reason: ''\n", ":3: ignore[0].reason: '' should be non-empty"),
        ("ignore:\n- reason: why\n  rule: host\n", ":3: ignore[0].rule: there is no rule host; did you mean host-pid?"),
        (
            "ignore:\n- {rule: daemonset, reason: why, file: a.yaml}\n",
            ":2: ignore[0].file: there is no such key",
        ),
        (
            "ignore:\n- {rule: daemonset, reason: why, until: 2027}\n",
            ":2: ignore[0].until: 2027 is not of type 'string'",
        ),
        (
            "ignore:\n- {rule: daemonset, reason: why, until: 2027-02-30}\n",
            ":2: ignore[0]: day is out of range for month",
        ),
        ("ignore:\n- {rule: daemonset, reason: why, path: '!'}\n", ":2: ignore[0]: Invalid git pattern: '!'"),
        (
            "severity: {daemonset: fatal}\n",
            ":1: severity.daemonset: 'fatal' is not one of ['error', 'warning', 'info']",
        ),
        (
            "severity:\n  daemonsets: error\n",
            ":2: severity.daemonsets: there is no rule daemonsets; did you mean daemonset?",
        ),
        ("fail-on: fatal\n", ":1: fail-on: 'fatal' is not one of ['error', 'warning', 'info', 'never']"),
        ("exclude:\n- a\n- '[z-a]'\n", ":3: exclude[1]: '[z-a]' is no pattern: bad character range z-a at position 10"),
        (
            "options:\n  service-nodeport:\n    to: Gateway\n",
            ":3: options.service-nodeport.to: 'Gateway' is not one of ['LoadBalancer', 'ClusterIP', 'Ingress']",
        ),
        (
            "options:\n  service-nodeport:\n    host: shop.example.com\n",  # all Services would have it
            r":3: options.service-nodeport.host: 'shop.example.com' does not match '\\{name\\}'",
        ),
        (
            "options:\n  ingress-slb:\n    vswitches: [vsw-a]\n",
            ":3: options.ingress-slb.vswitches: ['vsw-a'] is not valid under any of the given schemas",
        ),
        (
            "options:\n  service-nodeport:\n    too: ClusterIP\n",
            ":3: options.service-nodeport.too: the rule has no option too; did you mean to?",
        ),
        ("options:\n  service-nodeport: 1\n", ":2: options.service-nodeport: 1 is not of type 'object'"),
        (
            "options:\n  service-nodeports: {}\n",
            ":2: options.service-nodeports: there is no rule service-nodeports; did you mean service-nodeport?",
        ),
        ("pods:\n  A.b.c: spec\n", ":2: pods[\"A.b.c\"]: 'spec' is not of type 'array'"),
        (
            "pods:\n  A.b.c:\n  - spec..x\n",
            ":3: pods[\"A.b.c\"][0]: 'spec..x' cannot be read as a path from character 5 on",
        ),
        ("rules:\n- none\n", ":2: rules[0]: there is no folder none"),
        ("lang: de\n", ":1: lang: 'de' is not one of ['en', 'zh']"),
        ("- target\n", ":1: ['target'] is not of type 'object'"),
        ("ask\n", ":1: 'ask' is not of type 'object'"),
        ("target: ask\nselect: [a\n", ":3: did not find expected ',' or ']'"),
        ("target: [ask\nlang: en\n", ":2: did not find expected ',' or ']'"),
        ("target: ask\n---\ntarget: eci\n", ":3: only one document may stand here"),
        ("target: ask\n...\ntarget: eci\n", ":3: only one document may stand here"),
        ("\ttarget: ask\n", ":1: found character that cannot start any token"),
    ],
    ids=lambda value: value if value[:1] != ":" else "",
)
def test_mistakes(tmp_path, text, said):
    assert problem(tmp_path, text) == said


def test_mistakes_that_quote_much_are_short(tmp_path):
    assert len(problem(tmp_path, f"target: {'x' * 5000}\n")) < 300


def test_files_that_cannot_be_read(tmp_path):
    scene(tmp_path, {".asklint.yaml": b"lang: \xff"})
    with pytest.raises(config.ConfigError, match=r"\.asklint\.yaml: cannot be read: byte 6 is not valid UTF-8"):
        config.load(tmp_path / ".asklint.yaml")
    with pytest.raises(config.ConfigError, match=r"none\.yaml: cannot be read: no such file or directory"):
        config.load(tmp_path / "none.yaml")


def test_a_broken_config_stops_the_run(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, ".asklint.yaml": "target: ask\nslect: [host]\n"})
    for command in (("check", "a.yaml"), ("fix", "--unsafe", "a.yaml"), ("fix", "-")):
        done = asklint(*command, cwd=tmp_path, stdin=ERROR)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"Error: {tmp_path}/.asklint.yaml:2: slect: there is no such key; did you mean select?\n"
    assert (tmp_path / "a.yaml").read_text() == ERROR


# ---- what it sets


def found(folder: Path, text: str, *words: object) -> list[tuple[str, str, str]]:
    """Rule, severity and file of what is found below `folder` with this config."""
    (folder / config.NAME).write_text(text)
    done = asklint("check", "--format", "json", *words, ".", cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return [(one["rule"], one["severity"], one["file"]) for one in json.loads(done.stdout)["findings"]]


def test_select_ignore_and_severity(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "b.yaml": WARNING})
    network, twice = ("host-network", "error", "a.yaml"), ("duplicate-key", "warning", "b.yaml")
    assert found(tmp_path, "select: [host, duplicate-key]\n") == [network, twice]
    assert found(tmp_path, "select: [host, duplicate-key]\nignore: [host-network]\n") == [twice]
    assert found(tmp_path, "select: [host]\n", "--select", "duplicate-key") == [twice]  # the option outweighs
    assert found(tmp_path, "select: [host, api]\nignore: [host-network]\n", "--ignore", "api") == []  # … or adds
    assert found(tmp_path, "select: [host, api]\nseverity: {host-network: info, duplicate-key: error}\n") == [
        ("host-network", "info", "a.yaml"),
        ("duplicate-key", "error", "b.yaml"),
    ]


def test_fail_on_target_and_language(tmp_path):
    scene(tmp_path, {"b.yaml": WARNING, config.NAME: "fail-on: warning\nselect: [api]\n"})
    assert asklint("check", "b.yaml", cwd=tmp_path).returncode == 1
    assert asklint("check", "b.yaml", "--fail-on", "error", cwd=tmp_path).returncode == 0
    scene(tmp_path, {config.NAME: "target: acs\nlang: zh\n"})
    assert "目标 acs" in asklint("check", "b.yaml", cwd=tmp_path).stdout
    assert "(target eci)" in asklint("check", "b.yaml", "--target", "eci", "--lang", "en", cwd=tmp_path).stdout


def test_exclude_counts_from_the_config_and_holds_for_what_is_named(tmp_path):
    scene(
        tmp_path,
        {
            "a.yaml": ERROR,
            "vendor/b.yaml": ERROR,
            "app/vendor/c.yaml": ERROR,
            "app/d.gen.yaml": ERROR,
            "app/e.yaml": GOOD,
        },
    )
    (tmp_path / config.NAME).write_text("exclude: [/vendor/, '*.gen.yaml']\nselect: [host]\n")

    def files(*words: str, cwd: Path = tmp_path) -> list[str]:
        done = asklint("check", "--format", "json", *words, cwd=cwd)
        return [one["file"] for one in json.loads(done.stdout)["findings"]]

    assert files(".") == ["a.yaml", "app/vendor/c.yaml"]
    assert files("vendor", "app") == ["app/vendor/c.yaml"]
    assert files("vendor/b.yaml", "a.yaml") == ["a.yaml"]
    assert files("../vendor/b.yaml", ".", cwd=tmp_path / "app") == ["vendor/c.yaml"]
    assert files(str(tmp_path / "vendor/b.yaml"), "a.yaml") == ["a.yaml"]
    done = asklint("check", "vendor/b.yaml", cwd=tmp_path)
    assert (done.returncode, "not checked: 1 excluded" in done.stdout) == (2, True)
    assert asklint("check", "vendor/b.yaml", "--allow-empty", cwd=tmp_path).returncode == 0
    assert asklint("fix", "--unsafe", ".", cwd=tmp_path).returncode == 0
    assert (tmp_path / "vendor/b.yaml").read_text() == ERROR


def test_options_change_what_a_fix_does(tmp_path):
    service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  type: NodePort\n  ports: [{port: 80}]\n"
    scene(tmp_path, {"a.yaml": service, config.NAME: "options: {service-nodeport: {to: ClusterIP}}\n"})
    assert asklint("fix", "--unsafe", "--select", "service-nodeport", "a.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.yaml").read_text() == service.replace("NodePort", "ClusterIP")


def test_pods_of_custom_kinds(tmp_path):
    text = "apiVersion: x.example.com/v1\nkind: Fleet\nmetadata: {name: f}\nspec: {mine: {hostNetwork: true}}\n"
    scene(tmp_path, {"a.yaml": text})
    assert found(tmp_path, "select: [host-network]\n") == []
    said = found(tmp_path, "select: [host-network]\npods: {Fleet.x.example.com: [spec.mine]}\n")
    assert said == [("host-network", "error", "a.yaml")]


def test_entries_silence_single_findings(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "sub/b.yaml": ERROR.replace("name: web\nspec", "name: api\nspec")})
    select = "select: [host-network]\n"

    def left(entry: str) -> list[str]:
        text = f"{select}ignore:\n- {{rule: host-network, reason: the old cluster needs it{entry}}}\n"
        return [file for _, _, file in found(tmp_path, text)]

    yesterday, today = date.today() - timedelta(days=1), date.today()
    assert left("") == []
    assert left(", name: web") == ["sub/b.yaml"]
    assert left(", path: sub/") == ["a.yaml"]
    assert left(f", until: {today}") == []
    assert left(f", until: '{yesterday}'") == ["a.yaml", "sub/b.yaml"]
    done = asklint("check", ".", cwd=tmp_path)
    assert "silenced:" not in done.stdout
    (tmp_path / config.NAME).write_text(f"{select}ignore:\n- {{rule: host-network, reason: why, name: web}}\n")
    assert "silenced: 1 finding" in asklint("check", ".", cwd=tmp_path).stdout
    assert asklint("fix", "--unsafe", ".", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.yaml").read_text() == ERROR  # what is silent is not fixed
    assert "hostNetwork" not in (tmp_path / "sub/b.yaml").read_text()


def test_entry_whose_day_is_past_is_told_of(tmp_path):
    past = "- {rule: host-network, kind: Deployment, reason: why, until: '2020-01-31'}\n"
    lasting = "- {rule: host-pid, reason: why, until: '2999-01-31'}\n"
    scene(tmp_path, {"a.yaml": ERROR, config.NAME: f"ignore:\n{past}{lasting}"})
    told = "no longer silenced, since the day in the config is past: host-network Deployment (2020-01-31)\n"
    assert told in asklint("check", "a.yaml", cwd=tmp_path).stdout
    assert told not in asklint("check", "--ignore", "host-network", "a.yaml", cwd=tmp_path).stdout
    data = json.loads(asklint("check", "--format", "json", "--target", "ask,eci", "a.yaml", cwd=tmp_path).stdout)
    assert data["summary"]["expired"] == ["host-network Deployment (2020-01-31)"]


RULE = """\
title: A pod of the wrong colour
targets:
  ask: {status: unsupported, severity: error, confidence: documented, sources: [house]}
  eci: {status: unsupported, severity: error, confidence: documented, sources: [house]}
  acs: {status: supported, confidence: documented, sources: [house]}
sources:
  house: {url: https://example.com/colours, read: 2026-01-01}
why: |
  The house is blue.
scope: pod
forbid: {at: colour, is: {not: {const: blue}}, unless: colourful}
message: "{path} is {value}, and the house is {house}"
options:
  house: {description: the colour of the house, type: string, default: blue}
  colourful: {description: whether all colours will do, type: boolean, default: false}
fix:
  applicability: unsafe
  title: paint it
  caveat: it looks different
  do: {set: {.: "{house}"}}
examples:
  - bad: |
      apiVersion: v1
      kind: Pod
      spec:
        colour: red  # <-
    fixed: |
      apiVersion: v1
      kind: Pod
      spec:
        colour: blue
  - good: |
      apiVersion: v1
      kind: Pod
      spec:
        colour: blue
"""
RED = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  colour: red\n"


def test_rules_of_ones_own(tmp_path):
    """Named by the config, from its folder; their options are checked and used as those of ours."""
    scene(tmp_path, {"conf/house/colour.yaml": RULE, "work/a.yaml": RED})
    asked = "rules: [conf]\nselect: [colour]\n"
    (tmp_path / config.NAME).write_text(asked)
    done = asklint("check", "a.yaml", cwd=tmp_path / "work")
    assert done.stdout.startswith("a.yaml:5:3: error[colour] spec.colour is red, and the house is blue [fix: unsafe]\n")
    assert found(tmp_path, "rules: [conf]\nselect: [house]\n") == [("colour", "error", "work/a.yaml")]  # its category
    assert found(tmp_path, asked + "options: {colour: {colourful: true}}\n") == []
    (tmp_path / config.NAME).write_text(asked + "options: {colour: {house: green}}\n")
    assert asklint("fix", "--unsafe", ".", cwd=tmp_path).returncode == 1  # the rule itself wants blue
    assert (tmp_path / "work/a.yaml").read_text() == RED.replace("red", "green")
    for wrong, said in (
        ("options: {colour: {house: 1}}", "options.colour.house: 1 is not of type 'string'"),
        ("options: {colour: {hose: red}}", "the rule has no option hose; did you mean house?"),
        ("ignore: [color]", "there is no rule or category color; did you mean colour?"),
    ):
        (tmp_path / config.NAME).write_text(f"{asked}{wrong}\n")
        done = asklint("check", ".", cwd=tmp_path)
        assert (done.returncode, f"{config.NAME}:3: " in done.stderr, said in done.stderr) == (2, True, True), (
            done.stderr
        )


def test_what_is_not_set_by_a_config(tmp_path):
    """INFO and STAYS stand for all that no key is about."""
    scene(tmp_path, {"a.yaml": INFO, "b.yaml": STAYS})
    plain = found(tmp_path, "")
    assert found(tmp_path, "target: ask\nfail-on: never\n") == plain
