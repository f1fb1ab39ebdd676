"""Whole manifests: what is clean stays clean, and what is mended becomes what stands beside it, byte for byte."""

from __future__ import annotations

import re

import pytest
import yaml
from kit import asklint, held, scene, setup

from asklint import data, engine
from asklint.source import Source

FOLDER = data.root() / "fixtures"
PAIRS = sorted(FOLDER.glob("pairs/*.before.*"))


def test_deployment_is_clean_once_it_is_mended(tmp_path):
    """CI runs this one with the built wheel."""
    scene(tmp_path, {"deployment.yaml": (FOLDER / "deployment.yaml").read_bytes()})
    assert asklint("check", "deployment.yaml", cwd=tmp_path).returncode == 1
    assert asklint("fix", "--unsafe", "deployment.yaml", cwd=tmp_path).returncode == 0
    done = asklint("check", "--fail-on", "info", "deployment.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "All clear for ask: 2 objects of 1 file checked\n")
    mended = held(tmp_path)
    assert asklint("fix", "--unsafe", "deployment.yaml", cwd=tmp_path).returncode == 0
    assert held(tmp_path) == mended


def test_clean_is_clean(tmp_path):
    clean = (FOLDER / "clean.yaml").read_bytes()
    done = asklint("fix", "--unsafe", "--fail-on", "info", "clean.yaml", cwd=scene(tmp_path, {"clean.yaml": clean}))
    assert (done.returncode, done.stdout) == (0, "All clear for ask: 8 objects of 1 file checked\n")
    assert (tmp_path / "clean.yaml").read_bytes() == clean


def asked(pair) -> engine.Setup:
    """The comment `# asked: RULE…` names the rules, or `all`, and `# with: {…}` their options; JSON has no comments."""
    text = pair.read_bytes().decode("utf-8")
    rules = re.search(r"# asked: (.*?)\r?\n", text)
    names = rules[1].split() if rules else ["host-network", "host-port", "service-nodeport"]
    options = re.search(r"# with: (.*?)\r?\n", text)
    return setup(*([] if names == ["all"] else names), options=yaml.safe_load(options[1]) if options else {})


@pytest.mark.parametrize("before", PAIRS, ids=lambda path: path.name)
def test_pair(before):
    source, rules = Source.decode(before.name, before.read_bytes()), asked(before)
    fixed = engine.fix(source, rules, unsafe=True)
    after = before.with_name(before.name.replace(".before.", ".after."))
    assert source.encode(fixed.text) == after.read_bytes()
    again = engine.fix(Source.decode(after.name, after.read_bytes()), rules, unsafe=True)
    assert again.text == fixed.text
    assert again.mended == []


@pytest.mark.parametrize(
    "before", [pair for pair in PAIRS if b"# asked: all" in pair.read_bytes()], ids=lambda path: path.name
)
def test_pair_asked_of_all_rules_is_clean_afterwards(before):
    after = before.with_name(before.name.replace(".before.", ".after."))
    rules = asked(after)
    checked = engine.check(Source.decode(after.name, after.read_bytes()), rules)
    left = [*checked.findings, *engine.conclude(checked.told, rules)]
    assert [(finding.place.line, finding.rule, finding.message) for finding in left] == []


def test_pairs_are_pairs():
    assert len(PAIRS) >= 8
    after = {path.name.replace(".after.", ".before.") for path in FOLDER.glob("pairs/*.after.*")}
    assert after == {path.name for path in PAIRS}
