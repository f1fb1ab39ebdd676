"""The hooks of .pre-commit-hooks.yaml, as pre-commit and prek install and run them on a repository of git."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from kit import ERROR, GOOD, SAFE, STAYS, WARNING, held, scene
from published import ADDRESS, ROOT, TAG, commit, environment, found, publish, run

TOOLS = ("pre-commit", "prek")
CONFIG = f"repos:\n- repo: {ADDRESS}\n  rev: {TAG}\n  hooks:\n  - id: "
JSON = json.dumps(yaml.safe_load(ERROR))

# What is committed, the hook, whether it passes, what it says, and the files that it leaves otherwise than they were.
SCENES = [
    ({"a.yaml": GOOD}, "asklint", True, "", {}),
    ({"a.yaml": ERROR, "b.yaml": GOOD}, "asklint", False, "a.yaml:6:3: error[host-network]", {}),
    ({"a.json": JSON}, "asklint", False, "error[host-network]", {}),
    ({"a.yaml": WARNING}, "asklint", True, "", {}),
    ({"a.json": '{"a": 1}', "b.yml": "a: 1\n"}, "asklint", True, "", {}),
    ({"a.txt": ERROR}, "asklint", True, "", {}),
    ({"a.yaml": ERROR, ".asklint.yaml": "exclude: [a.yaml]\n"}, "asklint", True, "", {}),
    ({"a.yaml": WARNING, ".asklint.yaml": "fail-on: warning\n"}, "asklint", False, "duplicate-key", {}),
    ({"a.yaml": GOOD}, "asklint-fix", True, "", {}),
    ({"a.yaml": WARNING, "b.yaml": GOOD}, "asklint-fix", False, "files were modified by this hook", {"a.yaml": SAFE}),
    ({"a.yaml": SAFE, "b.yaml": GOOD}, "asklint-fix", True, "", {}),
    ({"a.yaml": STAYS}, "asklint-fix", False, "error[daemonset]", {}),
    ({"a.yaml": WARNING, ".asklint.yaml": "exclude: ['*.yaml']\n"}, "asklint-fix", True, "", {}),
    ({"a.yaml": "a: 1\n"}, "asklint-fix", True, "", {}),
]


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The environment in which asklint is published."""
    work = tmp_path_factory.mktemp("published")
    publish(work)
    return environment(work)


def repository(folder: Path, files: dict[str, str], known: dict[str, str]) -> Path:
    folder.mkdir()
    run(("git", "init", "--quiet"), folder, known)
    commit(scene(folder, files), known)
    return folder


@pytest.mark.parametrize("tool", TOOLS)
def test_hooks_are_well_formed(tool, known):
    run((found(tool), "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")), ROOT, known)


@pytest.mark.parametrize("tool", TOOLS)
def test_hooks_do_what_they_say(tool, known, tmp_path):
    """One test a tool, since the tool installs asklint first, which takes most of the time."""
    program = found(tool)
    for number, (files, hook, passes, said, changed) in enumerate(SCENES):
        folder = repository(tmp_path / str(number), {**files, ".pre-commit-config.yaml": CONFIG + hook}, known)
        told = run((program, "run", "--all-files"), folder, known, 0 if passes else 1)
        assert said in told, f"{tool}, {hook}, {files}:\n{told}"
        after = {name: text for name, text in held(folder).items() if name in files}
        assert after == {**files, **changed}, f"{tool}, {hook}, {files}:\n{told}"


@pytest.mark.parametrize("tool", TOOLS)
def test_a_commit_is_stopped(tool, known, tmp_path):
    """Installed as a hook of git, it sees what is committed alone, and a commit of an error does not come about."""
    files = {"old.yaml": ERROR, ".pre-commit-config.yaml": CONFIG + "asklint"}
    folder = repository(tmp_path / "x", files, known)
    run((found(tool), "install"), folder, known)
    run(("git", "add", "new.yaml"), scene(folder, {"new.yaml": GOOD}), known)
    run(("git", "commit", "--message", "good"), folder, known)
    run(("git", "add", "new.yaml"), scene(folder, {"new.yaml": ERROR}), known)
    told = run(("git", "commit", "--message", "bad"), folder, known, 1)
    assert re.search(r"^\s*new\.yaml:6:3: error\[host-network\]", told, re.MULTILINE), told
    assert "old.yaml" not in told
    assert run(("git", "log", "-1", "--format=%s"), folder, known) == "good\n"


def test_try_repo_runs_a_hook(known, tmp_path):
    """`pre-commit try-repo`, as somebody has a first look."""
    folder = repository(tmp_path / "x", {"a.yaml": ERROR}, known)
    told = run((found("pre-commit"), "try-repo", ADDRESS, "asklint", "--all-files"), folder, known, 1)
    assert "a.yaml:6:3: error[host-network]" in told
