"""release.yml up to what is published: its own steps, run in a copy of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from published import ROOT, TAG, found, run

JOB = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]["build"]
STEPS = [step["run"] for step in JOB["steps"] if "run" in step]


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The folder in which the steps were run."""
    found("cyclonedx-py")  # where this is not, neither is what else .ci/run installs
    if not (ROOT / ".git").exists():
        pytest.skip("a release is made of a checkout of git, which this is not")
    work = tmp_path_factory.mktemp("release")
    main = work / "main"
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, known.split("\0")):
        if (ROOT / name).exists():
            (main / name).parent.mkdir(parents=True, exist_ok=True)
            (main / name).write_bytes((ROOT / name).read_bytes())
    run((sys.executable, "-m", "venv", str(work / "venv")), work, dict(os.environ))
    environment = {**os.environ, "PATH": f"{work}/venv/bin{os.pathsep}{os.environ['PATH']}", "GITHUB_REF_NAME": TAG}
    for step in STEPS:
        run(("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step), main, environment)
    return main


def test_a_tag_that_is_not_the_version_ends_it():
    step = next(step for step in STEPS if "GITHUB_REF_NAME" in step)
    for tag, status in ((TAG, 0), (f"{TAG}1", 1), (TAG.replace(".", "x"), 1)):
        assert (
            subprocess.run(["bash", "-c", step], cwd=ROOT, env={**os.environ, "GITHUB_REF_NAME": tag}).returncode
            == status
        )


def test_sdist_and_wheel_are_made(released):
    assert sorted(path.name for path in (released / "dist").iterdir()) == [
        f"asklint-{TAG[1:]}-py3-none-any.whl",
        f"asklint-{TAG[1:]}.tar.gz",
    ]


def test_the_bill_lists_what_asklint_runs_on_and_nothing_else(released):
    bill = json.loads((released / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "asklint"
    listed = {component["name"].lower(): component["version"] for component in bill["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {Requirement(line).name.lower() for line in project["dependencies"]} <= set(listed)
    lock = (ROOT / ".ci/lock/asklint.txt").read_text(encoding="utf-8")
    others = {name: version for name, version in listed.items() if f"{name.replace('_', '-')}=={version}" not in lock}
    assert others in ({}, {"asklint": TAG[1:]})
