"""The only module that writes: manifests (atomically), cache, baseline."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def atomic(path: Path, content: bytes) -> None:
    """Puts `content` in the place of the file at `path`: killed at any moment, the file is the old one or the new one.

    Mode and owner are kept; a symbolic link is followed. Raises OSError where the folder cannot be written to or the disk
    is full; the file is the old one then, and nothing is left behind.
    """
    import tempfile

    path = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".asklint")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _keep_mode(path, name)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


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
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic(path, content)


def cached(path: Path, content: bytes) -> None:
    """Writes a cache file; a cache that cannot be written is no cache, and no error."""
    with contextlib.suppress(OSError):
        new(path, content)
