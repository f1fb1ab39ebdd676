"""Changes as people see them: unified diffs that tools take, and the lines of single edits."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklint import patch, secret, tree
from asklint.lower import Splice
from asklint.source import Source


def test_unified():
    old = "".join(f"{n}\n" for n in range(1, 21))
    new = old.replace("3\n", "three\n", 1).replace("18\n", "")
    assert patch.unified("a/b.yaml", old, new) == (
        "--- a/a/b.yaml\n+++ b/a/b.yaml\n"
        "@@ -1,6 +1,6 @@\n 1\n 2\n-3\n+three\n 4\n 5\n 6\n"
        "@@ -15,6 +15,5 @@\n 15\n 16\n 17\n-18\n 19\n 20\n"
    )


def test_nothing_changed():
    assert patch.unified("a", "x\n", "x\n") == ""
    assert patch.unified("a", "", "") == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", "a\n"),
        ("a\n", "a"),
        ("a\nb", "a\nc"),
        ("", "a\n"),
        ("a\n", ""),
        ("a\n\n", "a\n"),
        ("a\r\nb\r\n", "a\r\n"),
        ("a\x0bb\n", "a\n"),
    ],
)
def test_git_applies_it(tmp_path, old, new):
    applied(tmp_path, old, new)


def applied(folder, old: str, new: str) -> None:
    (folder / "f").write_bytes(old.encode())
    told = patch.unified("f", old, new)
    done = subprocess.run(["git", "apply", "--unidiff-zero", "-"], cwd=folder, input=told.encode(), capture_output=True)
    assert done.returncode == 0, (told, done.stderr)
    assert (folder / "f").read_bytes() == new.encode()


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "password: x", "  "]), max_size=12).map("\n".join)


@given(LINES, LINES)
def test_adds_up(old, new):
    """What is not added is the old text, what is not removed the new one, hunk for hunk."""
    told = patch.unified("f", old, new, context=100).split("\n")[3:]
    if old == new:
        assert told == []
        return
    lines = [line for line in told if line and not line.startswith("\\")]
    shown = secret.masked
    assert [line[1:] for line in lines if line[0] in " -"] == patch.lines(shown(old))
    assert [line[1:] for line in lines if line[0] in " +"] == patch.lines(shown(new))


def test_secrets_are_masked_on_both_sides_and_lines_that_change_still_show():
    old = 'kind: Secret\napiVersion: v1\nstringData:\n  a: "one"\n  b: two\n'
    new = 'kind: Secret\napiVersion: v1\nstringData:\n  a: "one"\n  b: three\n'
    assert patch.unified("a", old, new, context=1) == (
        '--- a/a\n+++ b/a\n@@ -4,2 +4,2 @@\n   a: "•••"\n-  b: •••\n+  b: •••\n'
    )


def hunks(text: str, *splices: Splice):
    (document,) = tree.read(text)
    return patch.hunks(Source("a", text), splices, secret.hidden(document))


def test_hunks():
    text = "a: 1\nb: 2\nc: 3\nd: 4\n"
    assert hunks(text, Splice(3, 4, "9")) == ((1, ("a: 1",), ("a: 9",)),)
    assert hunks(text, Splice(5, 10, "")) == ((2, ("b: 2",), ()),)
    assert hunks(text, Splice(5, 5, "x: 0\n")) == ((2, (), ("x: 0",)),)
    assert hunks(text, Splice(18, 19, "7"), Splice(3, 4, "9")) == ((1, ("a: 1",), ("a: 9",)), (4, ("d: 4",), ("d: 7",)))
    assert hunks(text, Splice(0, 1, "z"), Splice(3, 4, "9")) == ((1, ("a: 1",), ("z: 9",)),)
    assert hunks("a: 1", Splice(3, 4, "9")) == ((1, ("a: 1",), ("a: 9",)),)
    assert hunks("a: 1\r\nb: 2\r\n", Splice(3, 4, "9")) == ((1, ("a: 1",), ("a: 9",)),)


def test_hunks_hide_secrets_old_and_new():
    text = "password: hunter2\nother: 1\n"
    assert hunks(text, Splice(10, 17, '"hunter2"')) == ((1, ("password: •••",), ('password: "•••"',)),)
    assert hunks(text, Splice(25, 26, "hunter2")) == ((2, ("other: 1",), ("other: •••",)),)


def test_lines():
    assert patch.lines("") == []
    assert patch.lines("a") == patch.lines("a\n") == ["a"]
    assert patch.lines("a\r\n\nb\x85c\u2028d") == ["a", "", "b\x85c\u2028d"]
