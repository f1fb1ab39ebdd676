"""The judge on what asklint could have written: it passes what is right, and names what is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
pytestmark = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="there is no kubectl on PATH (python scripts/tools.py DIR brings it)"
)

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  containers: [{name: web, image: nginx}]
"""
REFUSED = "not valid before, not valid after"  # a label that is a number, kubectl says, is no object
CLASS = "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\nspec: {controller: x/y}\n"


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import judge

    yield judge
    for name in ("judge", "second"):
        sys.modules.pop(name, None)


def judged(judge: ModuleType, before: str, after: str) -> tuple[dict[str, int], list[str]]:
    made = judge.Judge([judge.Written("pod.yaml", "1.34", "ask", before, after)], 1)
    return dict(made.counts), made.broken


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (POD, POD.replace("  hostNetwork: true\n", ""), "valid before, valid after"),
        (POD, POD + CLASS, "new before, valid after"),
        (POD.replace("true", "[]"), POD.replace("true", "{}"), "not valid before, not valid after"),
        (POD.replace("true", "[]"), POD, "not valid before, valid after"),
        (
            POD,
            POD.replace("v1\nkind: Pod", "apps.kruise.io/v1beta1\nkind: SidecarSet"),
            "valid before, no schema after",
        ),
        (POD.replace("v1\nkind: Pod", "old/v1\nkind: Pod"), POD, "no schema before, valid after"),
        (POD.replace("web}", "web, labels: {a: 1}}", 1).replace("true", "[]"), POD.replace("true", "[]"), REFUSED),
    ],
)
def test_right(judge: ModuleType, before: str, after: str, count: str) -> None:
    counts, broken = judged(judge, before, after)
    assert not broken
    assert counts == {
        f"objects: {count}": 1,
        "texts: read alike by kubectl and asklint": 1,
        "texts: read alike by kubectl and PyYAML": 1,
    }


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (POD, POD.replace("true", "[]"), "Pod None web is not valid for 1.34: spec.hostNetwork: [] is not of type"),
        (POD, POD + CLASS.replace("spec", "status"), "IngressClass None alb is not valid for 1.34"),
        (POD.replace("v1\nkind: Pod", "old/v1\nkind: Pod"), POD.replace("true", "[]"), "spec.hostNetwork"),
        (POD, POD.replace("Pod", "Deployment", 1).replace("v1", "apps/v1", 1), "Deployment None web is not valid"),
    ],
)
def test_not_valid(judge: ModuleType, before: str, after: str, word: str) -> None:
    (broken,) = judged(judge, before, after)[1]
    assert broken.startswith("BROKEN valid: pod.yaml (target ask, Kubernetes 1.34): ")
    assert word in broken


def test_read_otherwise(judge: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """0o17 is a number to kubectl and a string to PyYAML; where it stood before, that is nobody's fault."""
    octal = POD + "  priority: 0o17\n"
    assert "PyYAML" in judged(judge, POD, octal)[1][-1]
    assert not judged(judge, octal, octal.replace("nginx", "httpd"))[1]
    monkeypatch.setattr(judge, "by_asklint", lambda text: [])
    (broken,) = judged(judge, POD, POD)[1]
    assert broken.startswith("BROKEN read: pod.yaml (target ask, Kubernetes 1.34): kubectl reads [")


def test_kubectl_is_asked_of_many_texts(judge: ModuleType) -> None:
    """What it refuses is nothing, and what stands around that is read all the same."""
    three = f"{POD}---\na: b\n---\nkind: Pod\nmetadata: {{name: a}}\n---\n{POD.replace('web', 'shop')}"
    listed = '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "n": 1.0}]}'
    texts = [POD, "", three, "a: [", listed, POD]
    read = judge.second.by_kubectl(texts)
    assert {text: [one.get("metadata", {}).get("name") for one in values] for text, values in read.items()} == {
        POD: ["web"],
        "": [],
        three: ["web", "shop"],
        "a: [": [],
        listed: [None],
    }
    assert judge.written_out(read[listed][0]) == judge.written_out({"kind": "Pod", "apiVersion": "v1", "n": 1})


def test_command(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    judge = [sys.executable, str(BENCHMARKS / "judge.py"), "--jobs", "1"]
    done = subprocess.run([*judge, str(tmp_path)], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert "1 files" in done.stdout
    assert done.stdout.endswith("\n0 breaches\n")
    (tmp_path / "pod.yaml").write_text("a: b\n")
    assert subprocess.run([*judge, str(tmp_path)], capture_output=True, check=False).returncode == 1
