"""What the README shows is what asklint does, and both languages show the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from asklint import report, run
from asklint.cli import cli, kubectl

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def blocks(name: str, language: str) -> list[str]:
    return [text for known, text in FENCE.findall((ROOT / name).read_text(encoding="utf-8")) if known == language]


def asklint(*arguments: str) -> str:
    command = [sys.executable, "-m", "asklint", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("name", READMES)
def test_before_and_after_are_what_fix_does(name: str) -> None:
    said = asklint("fix", "--unsafe", "--diff", "fixtures/deployment.yaml")
    (shown,) = blocks(name, "diff")
    for line in shown.splitlines():
        if line != "@@":
            assert line in said.splitlines()
    assert {line for line in said.splitlines() if re.match(r"[-+](?![-+])", line)} <= set(shown.splitlines())


@pytest.mark.parametrize("name", READMES)
def test_the_finding_shown_is_one_that_check_gives(name: str) -> None:
    lang = "zh" if "zh" in name else "en"
    said = asklint("check", "--format", "rich", "--lang", lang, "fixtures/deployment.yaml").splitlines()
    (shown,) = blocks(name, "")
    for line in shown.splitlines():
        assert line in said


def test_both_languages_have_the_same_commands() -> None:
    english, chinese = (blocks(name, "sh") for name in READMES)
    assert english == chinese


@pytest.mark.parametrize("name", READMES)
def test_every_option_and_command_named_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    commands = {name: cli.get_command(None, name) for name in cli.list_commands(None)}
    known = {option for command in commands.values() for given in command.params for option in given.opts}
    for line in re.findall(r"(?:\.venv/bin/)?asklint \w+[^`|&\n]*", text):
        command = line.split()[1]
        if command in commands:
            assert set(re.findall(r"--[a-z-]+", line)) <= known
    plugin = {option for given in kubectl.command.params for option in given.opts}
    for line in re.findall(r"kubectl asklint[^`\n]*", text):
        assert set(re.findall(r"(?<=\s)--?[a-zA-Z-]+", line)) <= plugin
    for option in re.findall(r"`(--[a-z-]+)", text):
        assert option in known
    assert set(report.FORMATS) >= {"rich", "concise", "json"}


@pytest.mark.parametrize("name", READMES)
def test_rules_and_categories_named_exist(name: str) -> None:
    made = run.setup(run.Plan())
    known = {rule.name for rule in made.rules}
    text = (ROOT / name).read_text(encoding="utf-8")
    for rule in re.findall(r"ignore\[([\w-]+)\]|- rule: ([\w-]+)|\[([a-z]+(?:-[a-z]+)+)\][:：]", text):
        assert "".join(rule) in known


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / link).exists(), link
