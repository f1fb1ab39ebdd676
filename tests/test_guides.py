"""The commands of docs/helm.md, kustomize.md and migration.md run as they stand there, with the real programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from kit import ASKLINT, asklint, held, scene

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(?:^<!-- (?P<note>[^\n]*) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
NEEDS = {"helm.md": ("helm", "helm3"), "kustomize.md": ("kubectl", "kustomize", "patch"), "migration.md": ()}


def blocks(page: str) -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [(match["note"] or "", match["kind"], match["text"]) for match in BLOCK.finditer(text)]


def steps(page: str, tmp_path: Path) -> list[tuple[str, str, str, str]]:
    """Every block of `page`, done in order in a copy of fixtures: its note, its text, and what it printed.

    The words before blocks are those of test_docs; what it does not run, with Helm 3, kustomize or in a container, is run here.
    """
    for tool in NEEDS[page]:
        if shutil.which(tool) is None:
            pytest.skip(f"there is no {tool} on PATH (python scripts/tools.py DIR brings it)")
    work = tmp_path / "work"
    shutil.copytree(ROOT / "fixtures" / ("migration" if page == "migration.md" else ""), work)
    helm3 = scene(tmp_path / "helm3", {})
    helm3.mkdir()
    (helm3 / "helm").symlink_to(shutil.which("helm3") or "helm3")
    docker = scene(tmp_path / "function", {"docker": f"#!/bin/sh\nexec {ASKLINT} krm\n"})
    (docker / "docker").chmod(0o755)
    done = []
    for note, kind, text in blocks(page):
        if kind == "yaml":
            scene(work, {note.removeprefix("file: "): text})
        elif kind == "sh":
            env = {**os.environ, "HELM_DATA_HOME": str(tmp_path / "data")}
            first = f"{helm3}:" if note.endswith("Helm 3") else f"{docker}:" if "container" in note else ""
            env["PATH"] = f"{first}{ASKLINT.parent}:{os.environ['PATH']}"
            if note.endswith("Helm 3"):
                env["HELM_PLUGINS"] = str(tmp_path / "none")  # it cannot read the plugins of Helm 4
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text], cwd=work, env=env, capture_output=True, text=True, timeout=120
            )
            wanted = int(note.removeprefix("exits ")) if note.startswith("exits ") else 0
            assert ran.returncode == wanted, f"{text}{ran.stdout}{ran.stderr}"
            done.append((note, text, ran.stdout, ran.stderr))
    return done


def test_helm(tmp_path):
    done = {text.splitlines()[-1]: (said, told) for _, text, said, told in steps("helm.md", tmp_path)}
    first = next(iter(done.values()))[0]
    assert "shop/templates/web.yaml:15:7: error[host-network]" in first
    assert "(.Values.hostNetwork)" in first
    prod = next(said for text, (said, _) in done.items() if "values-prod" in text)
    assert "host-network" not in prod
    assert "shop/templates/agent.yaml:3:1: error[daemonset]" in prod
    both = done["asklint check ."][0]
    assert "shop/templates/web.yaml:15:7: error[host-network]" in both
    assert "shop/templates/agent.yaml:3:1: error[daemonset]" in both
    assert "<stdin>:" in done["helm template shop ./shop | asklint check -"][0]
    assert "(shop/templates/web.yaml)" in done["helm template shop ./shop | asklint check -"][0]
    rendered = [
        said
        for text, (said, _) in done.items()
        if text.endswith((" --post-renderer asklint", "--post-renderer-args -"))
    ]
    assert len(rendered) == 2
    for said in (*rendered, (tmp_path / "work" / "ready.yaml").read_text()):
        assert "type: LoadBalancer" in said
        assert "hostNetwork" not in said
        assert "privileged: true" in said  # an error is left, and stops nothing
    last = list(done.values())[-1]
    assert (last[0], "asklint" in last[1]) == ("", True)


def test_the_finding_shown_is_the_one_that_check_gives():
    if shutil.which("helm") is None:
        pytest.skip("there is no helm on PATH (python scripts/tools.py DIR brings it)")
    command = [ASKLINT, "check", "--format", "rich", "shop"]
    said = subprocess.run(command, cwd=ROOT / "fixtures", capture_output=True, text=True, timeout=60).stdout
    (shown,) = (text for _, kind, text in blocks("helm.md") if kind == "text")
    assert shown in said


def test_kustomize(tmp_path):
    done = {text.splitlines()[-1]: said for _, text, said, _ in steps("kustomize.md", tmp_path)}
    plain = done["asklint check --fail-on never overlay"]
    assert "overlay/base/web.yaml:8:7: error[host-pid]" in plain
    assert "schema" not in plain
    assert "1 kustomize patch" in plain
    built = done["asklint check --kustomize overlay/prod"]
    assert "overlay/base/web.yaml:8:7: error[host-pid]" in built
    assert "overlay/base/web.yaml:19:1: error[service-nodeport]" in built
    assert "(somewhere in this block)" in built
    assert "hostPID" not in (tmp_path / "work" / "overlay" / "base" / "web.yaml").read_text()  # patched at the end
    for said in (
        done["kubectl kustomize fixed"],
        (tmp_path / "work" / "ready.yaml").read_text(),
        done["kubectl kustomize --enable-alpha-plugins overlay/ready"],
        done["kustomize build --enable-alpha-plugins --enable-exec overlay/program"],
    ):
        assert "hostPID" not in said
        assert "type: LoadBalancer" in said


def test_migration(tmp_path):
    """An application of six files, from nodes to ASK: each file to the letter, and nothing left to say."""
    work = tmp_path / "work"
    after = held(ROOT / "fixtures/migration/ready")
    (_, _, first, _), (_, _, fixed, _), (_, _, last, _) = steps("migration.md", tmp_path)
    assert "6 errors, 9 infos in 14 objects of 6 files (target ask)" in first
    assert "fixed 15 findings: 5 orphaned, 2 flexvolume," in fixed
    assert held(work / "ready") == after
    assert held(work)[".asklint.yaml"] == held(ROOT / "fixtures/migration")[".asklint.yaml"]
    assert held(work / "shop") == held(ROOT / "fixtures/migration/shop")
    assert last == "All clear for ask: 11 objects of 6 files checked; not checked: 2 empty files\n"
    again = asklint("fix", "--unsafe", "ready", cwd=work)
    assert (again.returncode, held(work / "ready")) == (0, after)


def test_migration_without_options_says_which_would_help(tmp_path):
    work = tmp_path / "work"
    shutil.copytree(ROOT / "fixtures/migration/shop", work)
    done = asklint("fix", "--unsafe", ".", cwd=work)
    assert done.returncode == 0  # what is left runs, and is info
    assert "kind: SidecarSet\n" in (work / "agents/filebeat.yaml").read_text()
    assert "kind: LoadBalancer" not in (work / "web.yaml").read_text()
    assert "  type: LoadBalancer\n" in (work / "web.yaml").read_text()
    assert "needs an option in .asklint.yaml: " in done.stdout
