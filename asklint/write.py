"""The only module that writes: manifests (atomically), reports, cache, baseline."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


class Refused(OSError):
    """A file that is not written; the message says why."""


def atomic(path: Path, content: bytes, before: bytes | None = None) -> None:
    """Puts `content` in the place of the file at `path`: killed at any moment, the file is the old one or the new one.

    Mode and owner are kept; a symbolic link is followed. `before` is what was read: a file that holds something else by
    now is left alone. Raises OSError (Refused among it) where that is so, where the file may not be written, or where
    the disk is full; the file is the old one then, and nothing is left behind.
    """
    import tempfile  # start-up pays for it only where something is written

    _may_replace(path)
    path = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".asklint-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _keep_mode(path, name)
        if before is not None and path.read_bytes() != before:
            raise Refused("it has changed since it was read")
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _may_replace(path: Path) -> None:
    """A rename would pass over a file that is closed to writing, and put a file in a device's place."""
    if not path.exists():
        return
    if not path.is_file():
        raise Refused("it is no regular file")
    if not os.access(path, os.W_OK):
        raise Refused("it is read-only")


def _keep_mode(path: Path, name: str) -> None:
    try:
        old = path.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        return
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only root gives files away; the mode still counts
            os.chown(name, old.st_uid, old.st_gid)
    os.chmod(name, stat.S_IMODE(old.st_mode))


def new(path: Path, content: bytes) -> None:
    """Writes `content` to a file at `path`, its folders made. Raises OSError."""
    folder(path.parent)
    atomic(path, content)


def below(folder: Path, name: str) -> Path:
    """Where a file called `name` stands in a mirror tree: always in `folder`, whatever roots and `..` the name has."""
    path = Path(os.path.normpath(name))
    return folder.joinpath(*(part for part in path.parts if part not in ("..", path.anchor)))


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder for other programs to read, gone afterwards. Raises OSError."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="asklint-") as name:
        yield Path(os.path.realpath(name))


def copy(folder: Path, to: Path, files: Iterable[Path], changed: Mapping[Path, str]) -> None:
    """Copies `files` (below `folder`) to the same places below `to`; those in `changed` get this text.

    Links are copied as what they lead to. Raises OSError.
    """
    import shutil

    for path in files:
        place = to / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path in changed:
            place.write_text(changed[path], encoding="utf-8", errors="surrogateescape", newline="")
        else:
            shutil.copyfile(path, place)


def report(path: Path, content: bytes) -> None:
    """Writes a report to a file; a device, a pipe or what /dev/stderr leads to is written to, and not replaced."""
    if path.exists() and (not path.is_file() or path.is_relative_to("/dev") or path.is_relative_to("/proc")):
        with open(path, "ab") as stream:
            stream.write(content)
    else:
        new(path, content)


def folder(path: Path) -> None:
    """Makes the folder at `path`, and those above it. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True)


def forget(path: Path) -> None:
    """Removes a cache file, where it is there and may be removed."""
    with contextlib.suppress(OSError):
        path.unlink()


def cached(path: Path, content: bytes) -> None:
    """Writes a cache file; a cache that cannot be written is no cache, and no error."""
    with contextlib.suppress(OSError):
        new(path, content)
