"""fix --emit: a patch and an overlay that come to the same as fixing in place, and leave the sources alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from kit import asklint, documents, held, scene
from test_settle import ACCOUNT, EXPORTER, WEB

from asklint import emit

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="there is no kubectl on PATH (python scripts/tools.py DIR brings it)"
)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  hostNetwork: true\n  containers: [{name: c, image: 'x:1'}]\n"
OBJECT = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n"


def fix(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return asklint("fix", "--unsafe", *words, "--fail-on", "never", cwd=folder)


def build(folder: Path) -> list[Any]:
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return sorted(documents(done.stdout), key=lambda data: (data["kind"], str(data["metadata"])))


# -- one patch


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "--silent", "-i"]], ids=["git", "patch"])
def test_a_patch_makes_what_fix_makes(tmp_path, tool):
    if shutil.which(tool[0]) is None:
        pytest.skip(f"there is no {tool[0]} on PATH")
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: hunter2}\n---\n"
    files = {
        "a.yaml": (FIXTURES / "deployment.yaml").read_bytes(),
        "b/crlf.yaml": (POD % "b").replace("\n", "\r\n"),
        "b/secret.yaml": secret + POD % "c",
        "mark.yaml": b"\xef\xbb\xbf" + (POD % "d").encode(),
        "end.yaml": (POD % "e").rstrip("\n"),
        "good.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: g}\n",
    }
    one, other = scene(tmp_path / "one", files), scene(tmp_path / "other", files)
    done = fix(one, "--emit", "patch", "--out", "out", ".")
    assert (done.returncode, "written: out/asklint.patch" in done.stdout) == (0, True)
    assert {name: text for name, text in held(one).items() if not name.startswith("out/")} == held(other)
    subprocess.run([*tool, "out/asklint.patch"], cwd=one, check=True, timeout=60)
    fix(other, ".")
    assert {name: text for name, text in held(one).items() if not name.startswith("out/")} == held(other)


def test_a_patch_counts_from_the_working_directory(tmp_path):
    scene(tmp_path, {"a.yaml": POD % "a", "b/c": ""})
    done = fix(tmp_path / "b", "--emit", "patch", "--out", "out", "../a.yaml")
    assert (done.returncode, "is not below the working directory" in done.stderr) == (2, True)


# -- an overlay

TWICE = "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h, namespace: ns}\nspec:\n  scaleTargetRef: {kind: Deployment, name: x}\n  maxReplicas: 2\n"
INGRESS = """\
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: i}
spec:
  rules:
  - http:
      paths:
      - path: /
        backend: {serviceName: web, servicePort: 80}
"""


@needs_kubectl
@pytest.mark.parametrize(
    "files",
    [
        {"d.yaml": (FIXTURES / "deployment.yaml").read_text()},
        {
            "a.yaml": POD % "a",
            "b/c.yaml": POD % "b" + "---\n" + TWICE,
            "l.json": '{"apiVersion": "v1", "kind": "List", "items": []}',
        },
        {"i.yaml": INGRESS + "---\n" + POD % "p"},  # of another group: one goes, one comes
        {"g.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: g}\n"},
    ],
    ids=["deployment", "folders and versions", "groups", "nothing to do"],
)
def test_an_overlay_makes_what_fix_makes(tmp_path, files):
    scene(tmp_path / "src", files)
    assert fix(tmp_path, "--emit", "kustomize", "--out", "over", "src").returncode == 0
    assert held(tmp_path / "src") == files
    fix(tmp_path, "src")
    listed = [name for name in files if name != "l.json"]
    scene(tmp_path / "src", {"kustomization.yaml": emit.base(listed)})
    assert build(tmp_path / "over") == build(tmp_path / "src")


@needs_kubectl
def test_an_overlay_on_a_kustomization(tmp_path):
    shutil.copytree(FIXTURES / "overlay", tmp_path / "overlay")
    before = held(tmp_path)
    assert fix(tmp_path, "--emit", "kustomize", "--out", "deep/er", "overlay/prod").returncode == 0
    assert {name: text for name, text in held(tmp_path).items() if name in before} == before
    made, was = build(tmp_path / "deep/er"), build(tmp_path / "overlay/prod")
    assert [data["kind"] for data in made] == ["Deployment", "Service"]
    assert "hostPID" in was[0]["spec"]["template"]["spec"]
    assert "hostPID" not in made[0]["spec"]["template"]["spec"]
    assert made[1]["spec"]["type"] == "LoadBalancer"


@needs_kubectl
def test_what_goes_with_a_dropped_object(tmp_path):
    """A fix that spans files: the patch leaves empty files, the overlay builds what stays."""
    scene(tmp_path, {"a/ds.yaml": EXPORTER, "a/sa.yaml": ACCOUNT, "a/web.yaml": WEB})
    select = ("--select", "daemonset,orphaned")
    assert fix(tmp_path, *select, "--emit", "kustomize", "--out", "over", "a").returncode == 0
    assert [data["kind"] for data in build(tmp_path / "over")] == ["Deployment"]
    fix(tmp_path, *select, "--emit", "patch", "--out", "out", "a")
    subprocess.run(["patch", "-p1", "--silent", "-i", "out/asklint.patch"], cwd=tmp_path, check=True, timeout=60)
    assert not any(
        (tmp_path / "a" / name).exists() and (tmp_path / "a" / name).read_text() for name in ("ds.yaml", "sa.yaml")
    )


@needs_kubectl
def test_dropped_added_and_changed(tmp_path):
    """What no fix of one object does together: one goes, one comes, one of two with one name changes."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: %s}\ndata: {x/y~z: '%s'}\n---\n"
    old = text % ("a", "ns", 1) + text % ("a", "ms", 1) + text % ("gone", "ns", 1) + text % ("list", "ns", 1)
    new = text % ("a", "ns", 2) + text % ("a", "ms", 1) + text % ("come", "ns", 1) + text % ("list", "ns", 1)
    for name, content in (("old", old), ("new", new)):
        scene(tmp_path / name, {"a.yaml": content, "kustomization.yaml": emit.base(["a.yaml"])})
    scene(tmp_path / "over", emit.overlay([emit.Change("a.yaml", old, new)], ["../old"]))
    assert sorted(held(tmp_path / "over")) == [
        "add-configmap-come.yaml",
        "drop-configmap-gone.yaml",
        "kustomization.yaml",
        "patch-configmap-a.yaml",
    ]
    assert build(tmp_path / "over") == build(tmp_path / "new")


def test_lists(tmp_path):
    old = OBJECT + "spec: {a: [1, {x: 1, z: 2}], b: [1, 2], c: 1, d: true}\n"
    new = OBJECT + "spec: {a: [1, {x: 1, z: 3}], b: [2], d: 1, e: {}}\n"
    (patch,) = [
        text for name, text in emit.overlay([emit.Change("a", old, new)], []).items() if name.startswith("patch")
    ]
    assert documents(patch) == [
        [
            {"op": "replace", "path": "/spec/a/1/z", "value": 3},
            {"op": "replace", "path": "/spec/b", "value": [2]},
            {"op": "remove", "path": "/spec/c"},
            {"op": "replace", "path": "/spec/d", "value": 1},
            {"op": "add", "path": "/spec/e", "value": {}},
        ]
    ]


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (OBJECT.replace("name: a", "generateName: a"), "has none"),
        (f"{OBJECT}---\n{OBJECT}", "there are two of A a"),
        (OBJECT + "x: 1\nx: 2\n", "stand twice, as x does"),
        (OBJECT + "---\n" + OBJECT.replace("name: a", "name: a, namespace: ns"), "several groups or namespaces"),
        (OBJECT + "---\n" + OBJECT.replace("v1", "x.io/v1"), "several groups or namespaces"),
    ],
)
def test_what_kustomize_cannot_say(old, said):
    with pytest.raises(emit.CannotEmit, match=said):
        emit.overlay([emit.Change("a", old, old.replace("name: a}", "name: a}\nspec: 1", 1))], ["base"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--emit", "patch", "."), "--emit writes to --out DIR"),
        (("--emit", "patch", "--out", "new", "--diff", "."), "--emit writes to --out DIR"),
        (("--emit", "kustomize", "--out", "full", "."), "it is not an empty folder"),
        (("--emit", "kustomize", "--out", "new", "."), "name one folder with a kustomization"),
        (("--emit", "kustomize", "--out", "new", "-"), "--out is for files"),
    ],
)
def test_what_is_asked_wrongly(tmp_path, words, said):
    scene(tmp_path, {"a.yaml": POD % "a", "full/x": "", "k/kustomization.yaml": "resources: []\n"})
    before = held(tmp_path)
    done = fix(tmp_path, *words)
    assert (done.returncode, said in done.stderr, held(tmp_path)) == (2, True, before), done.stderr
