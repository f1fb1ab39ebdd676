"""Commands of containers that hold words a platform has no use for: the patterns stand in the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.pod_parts import GROUPS, commands, containers, runs
from asklint.finding import Hit
from asklint.resource import Pod

_LONGEST = 16_384  # a script is looked through so far


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first match in each container's command and arguments of a row's `pattern`, at the word in which it begins.

    A group `number` of the pattern must be at least `least`, or no number.
    """
    if not runs(subject):
        return
    for path, container in containers(subject, tuple(params.get("groups", GROUPS))):
        words = list(commands(container))
        if not words:
            continue
        text = " ".join(word for _, _, word in words)[:_LONGEST]
        found = _first(text, params)
        if found is not None:
            match, case = found
            field, index = _word(words, match.start("word"))
            yield Hit((*path, field, index), case, {"word": " ".join(match["word"].split())[:60]})


def _first(text: str, params: Mapping[str, Any]) -> tuple[re.Match[str], str] | None:
    for row in params["rows"]:
        for match in _pattern(row["pattern"]).finditer(text):
            number = match.groupdict().get("number")
            if number is None or not number.isdecimal() or int(number) >= params["least"]:
                return match, row["case"]
    return None


def _word(words: list[tuple[str, int, str]], at: int) -> tuple[str, int]:
    """The field and index of the word that holds the character `at` of all words joined by blanks."""
    for field, index, word in words:
        if at <= len(word):
            return field, index
        at -= len(word) + 1
    return words[-1][:2]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
