"""Fixes that span files: made in all of them or in none, and what hangs on a dropped object goes with it."""

from __future__ import annotations

import json

import pytest
from kit import asklint, held, scene

EXPORTER = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node-exporter}
spec:
  selector: {matchLabels: {app: node-exporter}}
  template:
    metadata: {labels: {app: node-exporter}}
    spec:
      hostNetwork: true
      serviceAccountName: node-exporter
      containers:
        - {name: exporter, image: "quay.io/prometheus/node-exporter:v1.8.2"}
"""
ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: node-exporter}
"""
AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: fluent-bit, namespace: logging}
spec:
  selector: {matchLabels: {app: fluent-bit}}
  template:
    metadata: {labels: {app: fluent-bit}}
    spec:
      containers:
        - {name: fluent-bit, image: "cr.fluentbit.io/fluent/fluent-bit:2.2"}
      volumes:
        - {name: config, configMap: {name: fluent-bit}}
"""
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example/web:1
"""
ONLY = ("--select", "daemonset,orphaned,log-agents,host-network")


def test_what_hangs_on_it_goes_with_it(tmp_path):
    """The account in another file goes with the DaemonSet; both files are empty then, and there still."""
    scene(tmp_path, {"a/ds.yaml": EXPORTER, "a/sa.yaml": ACCOUNT, "a/web.yaml": WEB})
    done = asklint("fix", "--unsafe", *ONLY, "a", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "fixed 2 findings: 1 daemonset, 1 orphaned\n" in done.stdout
    assert held(tmp_path / "a") == {
        "ds.yaml": "",
        "sa.yaml": "",
        "web.yaml": WEB,
    }
    again = held(tmp_path)
    assert asklint("fix", "--unsafe", *ONLY, "a", cwd=tmp_path).returncode == 0
    assert held(tmp_path) == again


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a/ds.yaml": EXPORTER, "a/sa.yaml": ACCOUNT}, ("a/ds.yaml", "a/sa.yaml")),
        ({"a/ds.yaml": EXPORTER.replace("quay.io/prometheus/node-exporter:v1.8.2", "x/inventory:1"), "a/sa.yaml": ACCOUNT}, ("a",)),
        ({"a/ds.yaml": EXPORTER, "a/sa.yaml": ACCOUNT, ".asklint.yaml": "ignore: [{rule: daemonset, reason: stays}]\n"}, ("a",)),
        ({"a/ds.yaml": EXPORTER.replace("kind: DaemonSet", "kind: DaemonSet  # asklint: ignore[daemonset] stays"), "a/sa.yaml": ACCOUNT}, ("a",)),
    ],
    ids=["only files are named", "it does not go", "the config keeps it", "a comment keeps it"],
)  # fmt: skip
def test_nothing_is_orphaned(tmp_path, files, words):
    scene(tmp_path, files)
    told = json.loads(asklint("check", *ONLY, "--format", "json", *words, cwd=tmp_path).stdout)
    assert "orphaned" not in {one["rule"] for one in told["findings"]}
    asklint("fix", "--unsafe", *ONLY, *words, cwd=tmp_path)
    assert (tmp_path / "a/sa.yaml").read_text() == ACCOUNT


def test_what_could_not_be_dropped_keeps_the_rest(tmp_path):
    """Where the DaemonSet cannot be edited, what hangs on it stays."""
    anchored = EXPORTER.replace("metadata: {name: node-exporter}", "metadata: &m {name: node-exporter}")
    other = "- apiVersion: v1\n  kind: ConfigMap\n  metadata: *m\n"
    listed = "apiVersion: v1\nkind: List\nitems:\n-" + _indented(anchored)[1:] + other
    scene(tmp_path, {"a/list.yaml": listed, "a/sa.yaml": ACCOUNT})
    done = asklint("fix", "--unsafe", "--select", "daemonset,orphaned", "a", cwd=tmp_path)
    assert "[fix refused: an anchor stands in it that is used elsewhere]\n" in done.stdout
    assert held(tmp_path / "a") == {"list.yaml": listed, "sa.yaml": ACCOUNT}


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def test_an_object_that_goes_is_told_of_once(tmp_path):
    scene(tmp_path, {"ds.yaml": EXPORTER})
    done = asklint("check", *ONLY, "--format", "json", "ds.yaml", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert [one["rule"] for one in told["findings"]] == ["daemonset"]
    assert told["summary"]["moot"] == 1
    scene(tmp_path, {".asklint.yaml": "ignore: [{rule: daemonset, reason: stays}]\n"})
    told = json.loads(asklint("check", *ONLY, "--format", "json", "ds.yaml", cwd=tmp_path).stdout)
    assert ([one["rule"] for one in told["findings"]], told["summary"]["moot"]) == (["host-network"], 0)


def test_the_cache_says_the_same(tmp_path):
    scene(tmp_path, {f"a/{number}.yaml": WEB.replace("web", f"web-{number}") for number in range(20)})
    scene(tmp_path, {"a/ds.yaml": EXPORTER, "a/sa.yaml": ACCOUNT})
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first, second = (asklint("check", *ONLY, "--format", "json", "a", cwd=tmp_path, env=env).stdout for _ in range(2))
    assert first == second
    assert [one["rule"] for one in json.loads(first)["findings"]] == ["daemonset", "orphaned"]
    files = asklint("check", *ONLY, "--format", "json", *sorted((tmp_path / "a").iterdir()), cwd=tmp_path, env=env)
    assert [one["rule"] for one in json.loads(files.stdout)["findings"]] == ["daemonset"]


COLLECT = "options: {log-agents: {collect: stdout}}\n"


def test_logs_are_collected_in_other_files(tmp_path):
    scene(tmp_path, {".asklint.yaml": COLLECT, "agent.yaml": AGENT, "web.yaml": WEB})
    before = held(tmp_path)
    done = asklint("fix", "--unsafe", "--diff", *ONLY, "agent.yaml", "web.yaml", cwd=tmp_path)
    assert "+            - name: aliyun_logs_web\n" in done.stdout
    assert held(tmp_path) == before
    done = asklint("fix", "--unsafe", *ONLY, "agent.yaml", "web.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    env = "          env:\n            - name: aliyun_logs_web\n              value: stdout\n"
    assert (tmp_path / "web.yaml").read_text() == WEB + env
    assert (tmp_path / "agent.yaml").read_text() == ""


def test_all_or_nothing(tmp_path):
    """A pod that cannot be edited keeps the agent and every other file as it is; the report says why."""
    anchored = WEB.replace("        - name: web\n          image", "        - &c\n          name: web\n          image")
    other = anchored.replace("web", "api") + "      initContainers:\n        - *c\n"
    scene(tmp_path, {".asklint.yaml": COLLECT, "agent.yaml": AGENT, "api.yaml": other, "web.yaml": WEB})
    before = held(tmp_path)
    done = asklint("fix", "--unsafe", *ONLY, "agent.yaml", "api.yaml", "web.yaml", cwd=tmp_path)
    assert (done.returncode, held(tmp_path)) == (1, before)
    assert "not fixed: agent.yaml:2:1 log-agents: it stands under an anchor (&c) that is used elsewhere" in done.stdout


def test_in_a_stream(tmp_path):
    scene(tmp_path, {".asklint.yaml": COLLECT})
    done = asklint("fix", "--unsafe", *ONLY, "-", cwd=tmp_path, stdin=AGENT + "---\n" + WEB)
    env = "          env:\n            - name: aliyun_logs_web\n              value: stdout\n"
    assert (done.returncode, done.stdout) == (0, WEB + env)


def test_a_sidecarset_keeps_what_it_reads(tmp_path):
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fluent-bit, namespace: logging}\n"
    scene(tmp_path, {"a/agent.yaml": AGENT, "a/config.yaml": config})
    done = asklint("fix", "--unsafe", *ONLY, "a", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "a/config.yaml").read_text() == config
    assert "kind: SidecarSet\n" in (tmp_path / "a/agent.yaml").read_text()
