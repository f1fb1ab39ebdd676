"""Reports through the console script: several at once, what CI systems get, what is asked wrongly."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kit import ERROR, GOOD, STAYS, WARNING, asklint, only, scene

from asklint import report

FILES = {"web.yaml": ERROR, "good.yaml": GOOD}


@pytest.fixture
def folder(tmp_path) -> Path:
    return scene(tmp_path / "work", FILES)


def check(folder: Path, *words: object, **options):
    return asklint("check", *only(), *words, cwd=folder, **options)


# ---- several at once


def test_several_reports_of_one_run(folder):
    words = ("--format", "concise", "--output", "sarif=out/report.sarif", "--output", "markdown=summary.md")
    done = check(folder, *words, "web.yaml")
    assert done.returncode == 1
    assert done.stdout.startswith("web.yaml:6:3: error[host-network]")
    (run,) = json.loads((folder / "out/report.sarif").read_bytes())["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["host-network"]
    assert run["invocations"][0]["exitCode"] == 1
    assert (folder / "summary.md").read_text(encoding="utf-8").startswith("## asklint: what runs on ask\n")


def test_a_file_without_a_format_takes_the_place_of_the_terminal(folder):
    done = check(folder, "--format", "json", "--output", "report.json", "--output", "html=report.html", "web.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    assert json.loads((folder / "report.json").read_bytes())["summary"]["errors"] == 1
    assert (folder / "report.html").read_bytes().startswith(b"<!DOCTYPE html>\n")


def test_a_name_that_begins_like_a_format_and_is_none(folder):
    check(folder, "--output", "sarifa=b", "web.yaml")
    assert (folder / "sarifa=b").read_text().startswith("web.yaml:6:3: ")


def test_fixes_are_reported_to_files_too(folder):
    done = asklint("fix", *only(), "--unsafe", "--output", "json=a.json", "web.yaml", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("fixed 1 finding: 1 host-network\n")
    assert json.loads((folder / "a.json").read_bytes())["written"] == ["web.yaml"]
    done = asklint("fix", *only(), "--output", "sarif=a.sarif", "-", cwd=folder, stdin=ERROR)
    assert done.stdout == ERROR
    assert json.loads((folder / "a.sarif").read_bytes())["runs"][0]["results"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--output", "a", "--output", "b"], "--output b: only one file can be without a format, as in sarif=b"),
        (["--output", "sarif=a", "--output", "a"], "--output a is named twice"),
        (["--output", "sarif="], "--output sarif=: a file is missing"),
        (["--output", "sarif=."], "--output sarif=.: it is a folder"),
        (["--statistics", "--format", "sarif"], "--statistics is shown as rich, concise, json, not as sarif"),
        (["--compare", "good.yaml"], "--compare good.yaml: it is no JSON"),
        (["--compare", "none.json"], "none.json"),
        (["--output", "sarif=web.yaml/x"], "web.yaml/x: cannot be written"),
    ],
)
def test_asked_wrongly(folder, words, problem):
    done = check(folder, *words, "web.yaml")
    assert done.returncode == 2
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_said_before_anything_is_checked_or_written(folder):
    done = asklint("fix", *only(), "--unsafe", "--output", "a", "--output", "b", "web.yaml", cwd=folder)
    assert done.returncode == 2
    assert (folder / "web.yaml").read_text() == ERROR


@pytest.mark.parametrize("style", report.FORMATS)
def test_every_format_tells_several_targets_apart(folder, style):
    """Side by side, in both languages, and the exit status is the same."""
    for lang in ("en", "zh"):
        done = check(folder, "--target", "ask,acs", "--lang", lang, "--format", style, ".")
        assert (done.returncode, done.stderr) == (1, "")
        assert "host-network" in done.stdout
        for target in ("ask", "acs"):
            assert re.search(rf"[（(\"]{target}[)）\"]", done.stdout)


# ---- CI systems


def test_actions_get_annotations(folder):
    actions = {"GITHUB_ACTIONS": "true"}
    done = check(folder, "web.yaml", env=actions)
    assert done.stdout.startswith("::error file=web.yaml,line=6,endLine=6,col=3,endColumn=20,title=host-network::")
    assert done.stdout.splitlines()[-2:] == [
        "1 error in 1 object of 1 file (target ask)",
        "1 fixable: asklint fix --unsafe PATH",
    ]
    for words in (["--format", "concise"], ["--statistics"], ["--output", "a.txt"]):
        assert "::" not in check(folder, *words, "web.yaml", env=actions).stdout
    assert (folder / "a.txt").read_text().startswith("web.yaml:6:3: ")
    assert "::error" not in check(folder, "web.yaml", env={"GITHUB_ACTIONS": "false"}).stdout


@pytest.mark.parametrize("how", ["git", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_paths_count_from_the_repository(tmp_path, how):
    root = scene(tmp_path / "repository", {"deploy/web.yaml": ERROR})
    env = {}
    if how == "git":
        (root / ".git").mkdir()
    else:
        env = {how: str(root)}
    done = check(root / "deploy", "--format", "github", "web.yaml", env=env)
    assert done.stdout.startswith("::error file=deploy/web.yaml,")
    (issue,) = json.loads(check(root / "deploy", "--format", "gitlab", "web.yaml", env=env).stdout)
    assert issue["location"]["path"] == "deploy/web.yaml"


def test_a_workspace_elsewhere_is_none_of_ours(folder, tmp_path):
    done = check(folder, "--format", "github", "web.yaml", env={"GITHUB_WORKSPACE": str(tmp_path / "other")})
    assert done.stdout.startswith("::error file=web.yaml,")


def test_junit_fails_by_fail_on(tmp_path):
    scene(tmp_path, {"a.yaml": WARNING})
    for fail_on, failures in (("error", 0), ("warning", 1), ("never", 0)):
        done = check(tmp_path, "--format", "junit", "--fail-on", fail_on, "a.yaml")
        assert f'failures="{failures}"' in done.stdout
        assert done.returncode == failures


# ---- an earlier report, statistics, files


def test_compare(folder):
    check(folder, "--format", "json", "--output", "old.json", ".")
    asklint("fix", *only(), "--unsafe", "web.yaml", cwd=folder)
    done = check(folder, "--compare", "old.json", "--format", "markdown", ".")
    assert done.returncode == 0
    assert "| earlier | Gone | New | now |\n| --- | --: | --: | --: |\n| 1 | 1 | 0 | 0 |" in done.stdout
    done = check(folder, "--target", "acs", "--compare", "old.json", ".")
    assert done.returncode == 2
    assert "old.json: it is about the target ask, and this run about acs" in done.stderr


def test_statistics(folder):
    done = check(folder, "--statistics", ".")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "Findings  Severity  Safe fixes  Unsafe fixes  Rule",
        "       1  error                            1  host-network",
    ]
    done = check(folder, "--statistics", "--format", "json", "--output", "sarif=a.sarif", ".")
    assert [one["rule"] for one in json.loads(done.stdout)] == ["host-network"]
    assert json.loads((folder / "a.sarif").read_bytes())["version"] == "2.1.0"


def test_show_files(tmp_path):
    files = {
        "chart/Chart.yaml": "name: x\n",
        "chart/values.yaml": "a: 1\n",
        "chart/templates/a.yaml": "a: {{ b }}\n",
        "web.yaml": ERROR + "---\na: 1\n",
        "bin.yaml": b"\0\0",
        "broken.yaml": "kind: Pod\napiVersion: v1\nspec: [\n",
        ".hidden/a.yaml": ERROR,
        "out.yaml": ERROR,
        ".asklint.yaml": "exclude: [out.yaml]\n",
    }
    scene(tmp_path, files)
    done = asklint("check", "--show-files", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "bin.yaml: cannot be read: it is a binary file",
        "broken.yaml: not checked: its YAML cannot be read, and check says where",
        "out.yaml: not checked: 1 excluded file",
        "web.yaml: 1 object; not checked: 1 non-Kubernetes document",
        "chart/Chart.yaml: not checked: 1 Helm chart file",
        "chart/values.yaml: not checked: 1 Helm values file",
        "chart/templates/a.yaml: not checked: 1 Helm template",
    ]
    assert asklint("check", "--show-files", "--lang", "zh", "web.yaml", cwd=tmp_path).stdout == (
        "web.yaml：1 个对象；未检查：1 个非 Kubernetes 文档\n"
    )
    assert asklint("check", "--show-files", "-", cwd=tmp_path).returncode == 2


def test_readiness_is_the_same_from_the_cache(tmp_path):
    """What objects there are is kept with the findings."""
    texts = [ERROR, GOOD, STAYS, WARNING]
    scene(tmp_path / "many", {f"{number:02}.yaml": texts[number % 4] for number in range(20)})
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first, second = (check(tmp_path / "many", "--format", "html", ".", env=env).stdout for _ in range(2))
    assert os.listdir(tmp_path / "cache/asklint")
    assert first == second
    assert "DaemonSet agent" in first


def test_a_plain_check_imports_no_other_format(folder):
    code = (
        "import sys; sys.argv[1:] = ['check', '--format', 'concise', 'good.yaml']\n"
        "from asklint.cli import cli\n"
        "try: cli(standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('asklint.report.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "['asklint.report.concise', 'asklint.report.summary']", done.stderr
