"""Scripts without the signal files of a log collector: what goes, what stays, and what is left to a person."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from asklint.checks.signal_files import without
from asklint.edit import Set

WAIT = "until [[ -f /tasksite/cornerstone ]]; do sleep 1; done"
TOUCH = "touch /tasksite/tombstone"
AT = ("spec", "containers", 0)


def stripped(script: str, **more):
    """The script of a container after the edits; None where there are none to be made."""
    edits = without({"command": ["sh", "-c", script], **more}, AT, "/tasksite")
    if edits is None:
        return None
    (edit,) = edits
    assert isinstance(edit, Set)
    assert edit.path == (*AT, "command", 2)
    return edit.value


@pytest.mark.parametrize(
    ("script", "left"),
    [
        (f"{WAIT}; run; {TOUCH}", "run"),
        (f"{WAIT} && run && {TOUCH}", "run"),
        (f"{WAIT}; run; code=$?; {TOUCH}; exit $code", "run; code=$?; exit $code"),
        (f"{WAIT}\nrun\ncode=$?\n{TOUCH}\nexit $code\n", "run\ncode=$?\nexit $code\n"),
        (f"{WAIT};\nrun;\n  {TOUCH};\nexit 0\n", "run;\nexit 0\n"),
        (f"run && {TOUCH}; echo x", "run; echo x"),
        (f"run; {TOUCH} && echo x", "run; echo x"),
        (f"run; {TOUCH}\necho x\n", "run\necho x\n"),
        (f"if run; then\n  echo x\n  {TOUCH}\nfi\n", "if run; then\n  echo x\nfi\n"),
        ("while [ ! -e /tasksite/cornerstone ]; do sleep 0.5; done; run", "run"),
        ("echo a\nuntil [ -f /tasksite/cornerstone ]\ndo\n  sleep 1\ndone\n  echo b", "echo a\n  echo b"),
    ],
)
def test_what_goes(script, left):
    assert stripped(script) == left
    shell = shutil.which("sh")
    assert shell is not None
    assert subprocess.run([shell, "-n"], input=left.encode(), check=False).returncode == 0


@pytest.mark.parametrize(
    "script",
    [
        f"{WAIT}; run | tee /tasksite/log",  # more than the handshake
        f"if run; then\n  {TOUCH}\nfi",  # nothing would be left of the branch
        f"end() {{\n  {TOUCH}\n}}\nrun",
        f"run &&\n{TOUCH}\necho x",
        f"run || {TOUCH}",
        f"run | {TOUCH}",
        f"{TOUCH} || exit 1; run",
        f"trap '{TOUCH}' EXIT; run",
        f"case $1 in a) {TOUCH};; esac; run",
        f"# {TOUCH}\nrun",
        WAIT,
        "until curl localhost; do sleep 1; done; ls /tasksite",
        "run",  # the wait is in the image, or nowhere
    ],
)
def test_what_is_left_to_a_person(script):
    assert stripped(script) is None


def test_files_that_are_named_elsewhere():
    script = f"{WAIT}; run"
    assert stripped(script, env=[{"name": "SIGNALS", "value": "/tasksite"}]) is None
    assert stripped(script, lifecycle={"preStop": {"exec": {"command": ["touch", "/tasksite/tombstone"]}}}) is None
    assert stripped(script, volumeMounts=[{"name": "tasksite", "mountPath": "/tasksite"}], image=None) == "run"
