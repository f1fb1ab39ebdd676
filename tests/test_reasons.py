"""Why something is not done, in Chinese: every reason that the code gives in English has a Chinese one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import asklint, scene

from asklint.inputs import kustomize, rendered, renderer
from asklint.report import reasons

ROOT = Path(__file__).resolve().parents[1]
RAISED = {"CannotEdit", "CannotRead", "CannotRender", "Refused"}
FILLED = "…"  # in the place of what is filled in


def sentences(node: ast.expr | None) -> list[str]:
    """What `node` comes to as text, each way it may go; nothing where it is no sentence of ours."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*sentences(node.body), *sentences(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        ways = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            ways = [way + more for way in ways for more in (sentences(inner) or [FILLED])]
        return ways
    return []


def raised() -> Iterator[str]:
    for path in sorted((ROOT / "asklint").rglob("*.py")):
        if path.name == "compose.py":
            continue  # what is wrong with YAML is told as the parser tells it
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in RAISED:
                    yield from sentences(node.args[0])


SAID = sorted({*raised(), *rendered._NOT_EDITED.values(), renderer.MISSING, kustomize.MISSING})


def test_reasons_are_found():
    assert {"it comes from a merge (<<)", "it is a binary file", f"there is a {FILLED} already"} <= {*SAID}


@pytest.mark.parametrize("reason", SAID)
def test_every_reason_has_its_chinese(reason):
    told = reasons.said(reason)
    assert told != reason
    assert told.count(FILLED) == reason.count(FILLED)


def test_what_nobody_knows_stays():
    assert reasons.said("no such file or directory") == "no such file or directory"
    assert reasons.said("cannot be written: it is read-only") == "无法写入：它是只读的"


@pytest.mark.parametrize("style", ["rich", "concise", "json", "markdown", "html"])
def test_reports_say_it(tmp_path, style):
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  <<: &host {hostPID: true}
  containers: [{name: web, image: "nginx:1"}]
"""
    scene(tmp_path, {"a.yaml": text, "b.yaml": b"\0"})
    said = asklint("check", "--lang", "zh", "--format", style, "--select", "host-pid", ".", cwd=tmp_path).stdout
    assert "它来自合并键（<<）" in said.replace("&lt;", "<")
    assert "它是二进制文件" in said
