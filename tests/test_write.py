"""The one module that writes: a file is the old one or the new one, whatever happens."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from kit import held, scene, unprivileged

from asklint import write

OLD, NEW = b"old\n", b"new\n" * 1000


def test_replaces_the_content(tmp_path):
    file = scene(tmp_path, {"a": OLD}) / "a"
    write.atomic(file, NEW)
    assert file.read_bytes() == NEW
    write.atomic(tmp_path / "b", NEW)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o4755])
def test_keeps_the_mode(tmp_path, mode):
    file = scene(tmp_path, {"a": OLD}) / "a"
    file.chmod(mode)
    write.atomic(file, NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_new_file_has_the_mode_of_any_other(tmp_path):
    before = os.umask(0o027)
    try:
        write.new(tmp_path / "x/y/a", NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x/y/a").stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_keeps_the_owner(tmp_path):
    file = scene(tmp_path, {"a": OLD}) / "a"
    os.chown(file, 12345, 23456)
    write.atomic(file, NEW)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 23456)


def test_follows_links(tmp_path):
    scene(tmp_path, {"real/a": OLD})
    os.symlink("real/a", tmp_path / "link")
    os.symlink("link", tmp_path / "second")
    write.atomic(tmp_path / "second", NEW)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "second").is_symlink()
    assert held(tmp_path / "real") == {"a": NEW.decode()}


def test_longest_name(tmp_path):
    file = scene(tmp_path, {"a" * 255: OLD}) / ("a" * 255)
    write.atomic(file, NEW)
    assert file.read_bytes() == NEW


# ---- refusals


def test_file_that_has_changed_since(tmp_path):
    file = scene(tmp_path, {"a": OLD}) / "a"
    with pytest.raises(write.Refused, match="it has changed since it was read"):
        write.atomic(file, NEW, before=b"older\n")
    assert held(tmp_path) == {"a": "old\n"}
    write.atomic(file, NEW, before=OLD)
    assert file.read_bytes() == NEW


def test_file_that_has_gone_since(tmp_path):
    with pytest.raises(FileNotFoundError):
        write.atomic(tmp_path / "a", NEW, before=OLD)
    assert held(tmp_path) == {}


def test_device_and_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null"), tmp_path):
        with pytest.raises(write.Refused, match="it is no regular file"):
            write.atomic(path, NEW)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def run(code: str, folder: Path, **options: object) -> subprocess.CompletedProcess[str]:
    """`code` in a process of its own, in `folder`."""
    code = f"from asklint import write\nfrom pathlib import Path\nimport os, sys\n{textwrap.dedent(code)}"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, **options
    )


WRITE = """
    try:
        write.atomic(Path("d/a"), b"new\\n" * 100_000)
    except OSError as error:
        print(type(error).__name__, error)
"""


def test_read_only(tmp_path):
    scene(tmp_path, {"d/a": OLD})
    (tmp_path / "d/a").chmod(0o444)
    assert run(WRITE, tmp_path, preexec_fn=unprivileged).stdout == "Refused it is read-only\n"
    (tmp_path / "d/a").chmod(0o644)
    (tmp_path / "d").chmod(0o555)
    try:
        assert "PermissionError" in run(WRITE, tmp_path, preexec_fn=unprivileged).stdout
    finally:
        (tmp_path / "d").chmod(0o755)
    assert held(tmp_path) == {"d/a": "old\n"}


def test_full_disk(tmp_path):
    """A limit on the size of files ends the write in its middle wherever the tests run."""
    scene(tmp_path, {"d/a": OLD})
    done = run(WRITE, tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    assert "OSError [Errno 27] File too large" in done.stdout, done.stderr
    assert held(tmp_path) == {"d/a": "old\n"}


def test_full_disk_indeed(tmp_path):
    """The same on a disk of 64 KiB, where mounting one is allowed."""
    (tmp_path / "d").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path / "d"], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        scene(tmp_path, {"d/a": OLD})
        assert "No space left on device" in run(WRITE, tmp_path).stdout
        assert held(tmp_path) == {"d/a": "old\n"}
    finally:
        subprocess.run(["umount", tmp_path / "d"], check=True)


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_failure_at_any_step_leaves_nothing_behind(tmp_path, monkeypatch, step):
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    file = scene(tmp_path, {"a": OLD}) / "a"
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        write.atomic(file, NEW)
    assert held(tmp_path) == {"a": "old\n"}


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_interrupted_at_any_step_leaves_nothing_behind(tmp_path, monkeypatch, step):
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    file = scene(tmp_path, {"a": OLD}) / "a"
    monkeypatch.setattr(os, step, interrupt)
    with pytest.raises(KeyboardInterrupt):
        write.atomic(file, NEW)
    assert held(tmp_path) == {"a": "old\n"}


@pytest.mark.parametrize("step", ["fdopen", "fsync", "chmod", "replace"])
def test_killed_before_any_step_leaves_the_old_file(tmp_path, step):
    scene(tmp_path, {"a": OLD})
    done = run(f"os.{step} = lambda *args: os.kill(os.getpid(), 9)\nwrite.atomic(Path('a'), b'new')\n", tmp_path)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "a").read_bytes() == OLD


def test_killed_at_any_moment_leaves_one_of_both(tmp_path):
    scene(tmp_path, {"a": OLD})
    code = """
        print("begun", flush=True)
        while True:
            write.atomic(Path("a"), b"new\\n" * 1000)
            write.atomic(Path("a"), b"old\\n")
    """
    seen = set()
    for moment in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", f"from asklint import write\nfrom pathlib import Path\n{textwrap.dedent(code)}"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
        )
        process.stdout.readline()
        try:
            process.wait(0.003 * moment)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        process.stdout.close()
        seen.add((tmp_path / "a").read_bytes())
    assert seen <= {OLD, NEW}


# ---- the rest


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a.yaml", "out/a.yaml"),
        ("./b/../a.yaml", "out/a.yaml"),
        ("../a.yaml", "out/a.yaml"),
        ("../../x/a.yaml", "out/x/a.yaml"),
        ("/etc/a.yaml", "out/etc/a.yaml"),
        ("//etc/a.yaml", "out/etc/a.yaml"),
        ("/../a.yaml", "out/a.yaml"),
        ("a/..b/c..yaml", "out/a/..b/c..yaml"),
    ],
)
def test_below(name, place):
    assert write.below(Path("out"), name) == Path(place)


def test_report(tmp_path):
    write.report(tmp_path / "x/report", NEW)
    assert (tmp_path / "x/report").read_bytes() == NEW
    write.report(tmp_path / "x/report", OLD)
    assert (tmp_path / "x/report").read_bytes() == OLD
    write.report(Path("/dev/null"), OLD)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with open(tmp_path / "stdout", "wb") as out:
        code = "import sys\nfrom asklint import write\nfrom pathlib import Path\nwrite.report(Path('/dev/stdout'), b'told')"
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
        assert os.fstat(out.fileno()).st_size == 4  # written to, not replaced


def test_cache_file_that_cannot_be_written_is_no_error(tmp_path):
    scene(tmp_path, {"file": OLD})
    write.cached(tmp_path / "file/below", NEW)
    write.cached(tmp_path / "cache/a", NEW)
    write.forget(tmp_path / "cache/a")
    write.forget(tmp_path / "cache/a")
    assert held(tmp_path) == {"file": "old\n"}
