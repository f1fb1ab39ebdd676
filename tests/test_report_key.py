"""What tells a finding from others in every run: the same while lines move, another when what is wrong is another."""

from __future__ import annotations

import pytest
from kit import ERROR, setup

from asklint import engine, gather, library, run
from asklint.finding import Finding
from asklint.inputs.files import Input
from asklint.key import key
from asklint.path import named
from asklint.source import Source

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: one
      image: registry.example/one:1
      ports: [{containerPort: 80, hostPort: 80}]
    - name: two
      image: registry.example/two:1
      ports: [{containerPort: 81, hostPort: 81}]
"""


def found(text: str, *rules: str, name: str = "a.yaml") -> list[Finding]:
    """What the rules say of `text`, those across files among them."""
    made = gather.Gathered(setup(*rules))
    made.add(run.Outcomes(Input(name, None), run.told(engine.check(Source(name, text), made.setup))))  # type: ignore[arg-type]
    return made.report("ask", "en").findings


def keys(text: str, *rules: str, name: str = "a.yaml") -> list[str]:
    return [key(finding) for finding in found(text, *rules, name=name)]


def test_what_it_is_made_of():
    first, second = found(POD, "host-port")
    assert (first.where, first.value) == ("spec.containers[name=one].ports[containerPort=80].hostPort", "80")
    assert (second.where, second.value) == ("spec.containers[name=two].ports[containerPort=81].hostPort", "81")
    assert key(first) != key(second)
    assert len(key(first)) == 20


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n\n" + POD,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n" + POD,
        POD.replace("    - name: one\n", "    - {name: zero, image: registry.example/zero:1}\n    - name: one\n"),
        POD.replace("ports: [{", "ports: [{containerPort: 9}, {"),
        POD.replace("registry.example/one:1", "registry.example/one:2"),
        POD.replace("apiVersion: v1", "apiVersion: v1  # the first"),
        POD.replace("\n", "\r\n"),
    ],
    ids=["lines", "documents", "containers", "ports", "another value", "comments", "line ends"],
)
def test_it_stays(text):
    assert text != POD
    assert keys(text, "host-port") == keys(POD, "host-port")


def test_it_stays_in_a_list_and_in_another_file_and_version():
    listed = "apiVersion: v1\nkind: List\nitems:\n- " + POD.replace("\n", "\n  ").rstrip() + "\n"
    assert keys(listed, "host-port", name="b.yaml") == keys(POD, "host-port")
    old, new = (
        f"apiVersion: {version}\nkind: CronJob\nmetadata: {{name: a}}\nspec: {{jobTemplate: {{spec: {{template: {{spec:"
        " {hostPID: true}}}}}\n"
        for version in ("batch/v1beta1", "batch/v1")
    )
    assert keys(old, "host-pid") == keys(new, "host-pid") != []


@pytest.mark.parametrize(
    "text",
    [
        POD.replace("name: web", "name: other"),
        POD.replace("namespace: shop", "namespace: dev"),
        POD.replace("kind: Pod", "kind: PodTemplate").replace("spec:", "template:\n spec:", 1),
        POD.replace("hostPort: 80", "hostPort: 8080"),
        POD.replace("name: one", "name: first"),
    ],
    ids=["name", "namespace", "kind", "value", "container"],
)
def test_it_becomes_another(text):
    (changed, *_), (first, *_) = keys(text, "host-port"), keys(POD, "host-port")
    assert changed != first


def test_of_what_holds_more_the_place_counts():
    volumes = "  volumes:\n  - name: data\n    hostPath: {path: /data}\n"
    (finding,) = found(POD + volumes, "hostpath-volume")
    assert (finding.where, finding.value) == ("spec.volumes[name=data].hostPath", '{"path": "/data"}')
    (finding,) = found(ERROR.replace("kind: Pod", "kind: DaemonSet").replace("v1", "apps/v1"), "daemonset")
    assert (finding.where, finding.value) == ("kind", '"DaemonSet"')


def test_no_secret_is_in_it():
    """Neither in the text nor in the hash, where a short one could be guessed."""
    text = POD + "  volumes:\n  - name: a\n    flexVolume: {driver: alicloud/oss, options: {akSecret: %s}}\n"
    first, second = (found(text % word, "flexvolume-option") for word in (1234567, 7654321))
    assert "/spec/volumes/0/flexVolume/options/akSecret" in [one.pointer for one in first]
    assert [key(one) for one in first] == [key(one) for one in second]
    assert not any("1234567" in one.value for one in first)


def test_what_is_in_no_object_stays_when_it_moves():
    broken = "apiVersion: v1\nkind: Pod\nspec: [\n"
    assert keys(broken, "yaml-syntax") == keys("# moved\n" + broken, "yaml-syntax") != []


def test_of_rules_across_files_too():
    rule = "service-annotation-conflict"
    examples = [example["bad"] for example in library.page(rule, []).content["examples"] if "bad" in example]
    both = [one for text in examples for one in found(library.ARROW.sub("", text), rule) if one.related]
    assert both
    assert all(one.where for one in both)


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        (("spec", "a", 0, "b"), {"spec": {"a": [{"name": "x"}]}}, "spec.a[name=x].b"),
        (("a", 1), {"a": [{}, {"key": "k", "value": 1}]}, "a[key=k]"),
        (("a", 1), {"a": [1, 2]}, "a[1]"),
        (("a", 7), {"a": []}, "a[7]"),
        (("a", 0), {"a": [{"name": {"x": 1}, "port": 80}]}, "a[port=80]"),
        ((0, "a"), [{"name": "x"}], "[name=x].a"),
        ((), {}, ""),
    ],
)
def test_named_paths(path, data, told):
    assert named(path, data) == told
