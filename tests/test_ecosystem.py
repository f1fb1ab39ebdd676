"""What two asklints say and write otherwise: told in full, and nothing where nothing differs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import ecosystem
import pytest
from kit import ASKLINT, ERROR, GOOD, SAFE, WARNING, scene
from published import ROOT, environment, run

SCRIPT = ROOT / "benchmarks/ecosystem.py"
FINDING = {
    "key": "1",
    "rule": "host-network",
    "severity": "error",
    "message": "no",
    "caveat": None,
    "file": "a.yaml",
    "line": 3,
    "object": {"kind": "Pod", "name": "web"},
    "fix": {"applicability": "unsafe", "title": "drop it"},
}


def told(old: list[dict], new: list[dict], sort: str = "finding") -> list[tuple[str, ...]]:
    return [tuple(change[1:]) for change in ecosystem.differences(sort, old, new)]


PLACE = ("host-network", "`a.yaml:3` (Pod web)")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"severity": "warning"}, "severity: error → warning"),
        ({"message": "never"}, "message: no → never"),
        ({"caveat": "mind"}, "caveat: - → mind"),
        ({"fix": {"applicability": "safe", "title": "drop it"}}, "applicability: unsafe → safe"),
        ({"fix": {"applicability": "unsafe", "title": "set it"}}, "title: drop it → set it"),
        ({"fix": {**FINDING["fix"], "refused": "an alias"}}, "refused: - → an alias"),
        ({"fix": None, "severity": "info"}, "severity: error → info; applicability: unsafe → -; title: drop it → -"),
    ],
)
def test_a_change_is_told_by_what_a_reader_sees_of_it(change, what):
    assert told([FINDING], [{**FINDING, **change}]) == [("changed", *PLACE, what)]


def test_what_comes_and_goes():
    assert told([], [FINDING]) == [("added", *PLACE, "error: no")]
    assert told([FINDING], []) == [("removed", *PLACE, "error: no")]
    assert told([], [FINDING], "fix") == [("added", *PLACE, "unsafe: drop it")]


def test_a_finding_is_known_by_its_file_and_key():
    assert told([FINDING], [{**FINDING, "line": 9, "column": 1, "source": "https://x"}]) == []
    assert [kind for kind, *_ in told([FINDING], [{**FINDING, "key": "2"}])] == ["removed", "added"]
    assert [kind for kind, *_ in told([FINDING], [{**FINDING, "file": "b.yaml"}])] == ["removed", "added"]


def test_of_several_with_one_key_the_one_that_went_is_told():
    other = {**FINDING, "message": "other", "line": 7, "object": None}
    assert told([FINDING, other], [other, FINDING]) == []
    assert told([FINDING, other], [other]) == [("removed", *PLACE, "error: no")]
    assert told([other], [other, other]) == [("added", "host-network", "`a.yaml:7`", "error: other")]


def test_a_fix_is_not_changed_by_the_severity_of_its_finding():
    assert told([FINDING], [{**FINDING, "severity": "info"}], "fix") == []
    assert told([FINDING], [{**FINDING, "caveat": "mind"}], "fix") == [("changed", *PLACE, "caveat: - → mind")]


def test_every_byte_that_is_written_otherwise_is_told(tmp_path):
    scene(tmp_path / "in", dict.fromkeys("abcde", "x: 1\ny: 2\n"))
    scene(tmp_path / "old", {"a": "x: 1\ny: 2\n", "b": "y: 2\n", "c": "y: 2\n", "d": "y: 2\n", "e": "y: 2\n"})
    scene(tmp_path / "new", {"a": "y: 2\n", "b": "x: 1\ny: 2\n", "c": "x: 1\n", "d": "y: 2\n", "e": "y: 2\r\n"})
    found = list(ecosystem.rewrites(*(tmp_path / name for name in ("in", "old", "new")), [{**FINDING, "file": "c"}]))
    assert [(one.kind, one.place) for one in found] == [
        ("added", "`a`"),
        ("removed", "`b`"),
        ("changed", "`c`"),
        ("changed", "`e`"),
    ]
    assert (found[2].rule, found[2].what) == ("host-network", "@@ -1,2 +1,2 @@\n-y: 2\n+x: 1\n ")


def ran(script: Path, *words: str | Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, script, *words], capture_output=True, text=True, cwd=script.parents[1])
    return done.returncode, done.stdout + done.stderr


def test_two_commands_on_a_folder(tmp_path):
    """The older one does not know host-network; examples are told once for all targets, and no more than asked for."""
    scene(tmp_path, {"in/a.yaml": ERROR, "in/b.yaml": ERROR.replace("web", "api"), "in/good.yaml": GOOD})
    old = scene(tmp_path, {"old": f'#!/bin/sh\nexec {ASKLINT} "$@" --ignore host-network\n'}) / "old"
    old.chmod(0o755)
    status, text = ran(SCRIPT, old, ASKLINT, tmp_path / "in", "--examples", "1")
    assert status == 0, text
    assert "| findings | 6 | 0 | 0 |\n| fixes | 6 | 0 | 0 |\n| files that `fix --unsafe` writes | 6 | 0 | 0 |" in text
    assert re.findall(r"^- (.*): spec.hostNetwork is set", text, re.MULTILINE) == [
        "finding added on ask, eci: `in/a.yaml:6` (Pod web): error"
    ]
    assert "- fix added on ask, eci, acs: `in/a.yaml:6` (Pod web): unsafe: leave hostNetwork out" in text
    assert "host-network: added on ask, eci, acs: `in/a.yaml`" in text
    assert "-  hostNetwork: true  # one hop less\n" in text
    assert text.count("````diff") == 1
    assert "… and 1 more (--examples 2)" in text
    status, text = ran(SCRIPT, ASKLINT, ASKLINT, tmp_path / "in", "--target", "ask")
    assert (status, text.splitlines()[2:]) == (
        0,
        ["Nothing differs: no finding, no fix, no byte that `fix --unsafe` writes."],
    )


@pytest.fixture
def checkout(tmp_path):
    """A repository with one commit, its rules those of the checkout, its fixtures two small ones."""
    main = tmp_path / "main"
    for name in ("asklint", "rules", "schemas"):
        shutil.copytree(ROOT / name, main / name, ignore=shutil.ignore_patterns("__pycache__", "compiled.json"))
    scene(main, {"fixtures/a.yaml": ERROR, "fixtures/b.yaml": WARNING, "benchmarks/ecosystem.py": SCRIPT.read_bytes()})
    shutil.copy(ROOT / "pyproject.toml", main)
    (main / "benchmarks/golden").mkdir()
    known = environment(tmp_path)
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "The first")):
        run(("git", *words), main, known)
    return main


def test_a_rule_that_changes_shows_against_the_revision_and_in_the_golden_counts(checkout):
    script, golden = checkout / "benchmarks/ecosystem.py", checkout / "benchmarks/golden/fixtures.txt"
    assert ran(script, "--golden")[0] == 1  # there is none yet
    status, text = ran(script, "--golden", "--renew")
    assert (status, "corpus: there is no" in text) == (0, True), text
    first = golden.read_text(encoding="utf-8")
    assert first.startswith("of 2 files, 2 objects\n")
    assert "host-network: ask 1 error, 1 unsafe; eci 1 error, 1 unsafe; acs 1 warning, 1 unsafe\n" in first
    assert "duplicate-key: ask 1 warning, 1 safe; " in first
    assert ran(script, "--golden", "fixtures") == (0, "fixtures: of 2 files, 2 objects: as it was\n")

    rule = checkout / "rules/host/host-network.yaml"
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("severity: error", "severity: warning", 1), encoding="utf-8"
    )
    status, text = ran(script, "--golden")
    assert status == 1
    assert "-host-network: ask 1 error, 1 unsafe; " in text
    assert "+host-network: ask 1 warning, 1 unsafe; " in text
    assert "python benchmarks/ecosystem.py --golden --renew" in text
    assert golden.read_text(encoding="utf-8") == first

    status, text = ran(script, "HEAD", ".", checkout / "fixtures")
    assert status == 0, text
    assert "The first → the files as they are" in text
    assert "- finding changed on ask: `fixtures/a.yaml:6` (Pod web): severity: error → warning" in text
    assert "| findings | 0 | 0 | 1 |\n| fixes | 0 | 0 | 0 |" in text


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("no-such-revision", ".", "fixtures"), "no-such-revision"),
        (("HEAD", ".", "nowhere"), "nowhere: there is no such folder"),
        (("--golden", "nothing"), "invalid choice"),
    ],
)
def test_asked_wrongly(checkout, words, why):
    status, text = ran(checkout / "benchmarks/ecosystem.py", *words)
    assert (status in (1, 2), why in text, "Traceback" in text) == (True, True, False), text


def test_an_asklint_that_fails_is_no_difference(tmp_path):
    broken = scene(tmp_path, {"broken": "#!/bin/sh\necho no >&2\nexit 3\n", "in/a.yaml": SAFE}) / "broken"
    broken.chmod(0o755)
    status, text = ran(SCRIPT, ASKLINT, broken, tmp_path / "in")
    assert (status, "exits 3: no" in text) == (1, True), text


def test_the_rules_say_of_the_fixtures_what_they_said():
    """What differs is shown, with the command that takes it over."""
    status, text = ran(SCRIPT, "--golden", "fixtures")
    assert status == 0, text
