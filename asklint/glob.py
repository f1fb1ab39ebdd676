"""Patterns for files, as .gitignore has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns in `lines`. Raises ValueError where one of them is none."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except re.error as error:
        raise ValueError(str(error)) from error


def readable(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns in `lines` without those that cannot be read: git passes over them, too."""
    good = []
    for line in lines:
        try:
            patterns([line])
        except ValueError:
            continue
        good.append(line)
    return patterns(good)


def matches(spec: GitIgnoreSpec, path: Path, root: Path) -> bool:
    """Whether `spec`, whose patterns count from the folder `root`, names the file at `path`; none above `root` is."""
    relative = os.path.relpath(os.path.join(os.path.realpath(path.parent), path.name), os.path.realpath(root))
    return not relative.startswith("..") and spec.match_file(relative)
