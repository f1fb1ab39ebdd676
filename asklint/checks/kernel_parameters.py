"""Kernel parameters: which of them a pod may set, and those that a script sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_NAME = r"[a-z][\w-]*+(?:[./][\w*-]++)+"
_SETTING = re.compile(rf"""(?<![\w./*-])({_NAME})\s?=\s?("[^"]*"|'[^']*'|[^\s;&|"']+)""")
_ECHO = re.compile(
    r"""echo\s++(?:-n\s++)?["']?([\w .-]{1,200}?)["']?\s*+(?:>\s*+|\|\s*+tee\s++(?:-a\s++)?)/proc/sys/([\w/-]++)"""
)
_SYSCTL = re.compile(r"(?:^|[\s;&|(/])sysctl\s")
_STATEMENT = re.compile(r"&&|\|\||[;&\n]")
_CALL = re.compile(  # (?=(…))\1 gives nothing back, as (?>…) does from Python 3.11.5 on
    r"(?:\S*sh(?=((?:\s++-\w++)+))\1(?=\s))?(?:\s*+(?:sudo|busybox)(?=\s))?(?:\s*+\S*\bsysctl)?"
    r"(?:\s++-\S++)*\s*+(?:[12]?>[^\s>]++\s*+)*"
)
_SHELL = re.compile(r"^\s*\S*sh\s+(?:-\w+\s+)*-\w*c\s+")
_IDLE = re.compile(r"(?:ulimit|true|exit|set|echo|:)(?:\s[^>|]*)?|")


class Script(NamedTuple):
    """What a script sets, by name, and whether it does nothing else of consequence."""

    settings: dict[str, str]
    alone: bool


def is_taken(name: str, pattern: str) -> bool:
    """Whether `pattern` fits the whole of `name`, which may have slashes for dots."""
    return _pattern(pattern).fullmatch(name.replace("/", ".")) is not None


def read(text: str) -> Script:
    """The kernel parameters that `text`, a command or a shell script, sets by sysctl or through /proc/sys."""
    settings: dict[str, str] = {}
    alone = True
    for statement in _STATEMENT.split(text):
        found = dict(_settings(statement))
        settings.update(found)
        rest = _SETTING.sub("", _ECHO.sub("", statement)) if found else statement
        alone = alone and (_CALL if found else _IDLE).fullmatch(rest.strip()) is not None
    return Script(settings, alone and bool(settings))


def is_idle(text: str) -> bool:
    """Whether `text`, a shell script or the words that start it, leaves nothing behind: it sets limits, or prints."""
    script = _SHELL.sub("", text)
    return all(_IDLE.fullmatch(statement.strip()) is not None for statement in _STATEMENT.split(script))


def _settings(statement: str) -> Iterator[tuple[str, str]]:
    for match in _ECHO.finditer(statement):
        yield match[2].replace("/", "."), match[1].strip()
    if _SYSCTL.search(statement + " "):
        for match in _SETTING.finditer(statement):
            if "*" not in match[1] and "$" not in match[2]:
                yield match[1].replace("/", "."), match[2].strip("\"'")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
