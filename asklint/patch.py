"""The change of a text as people see it, secrets masked: the lines of single edits, and unified diffs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asklint import secret
from asklint.lower import Splice
from asklint.source import Source

Hunk = tuple[int, tuple[str, ...], tuple[str, ...]]  # the number of the first line, the old lines, the new ones


def hunks(source: Source, splices: Sequence[Splice], hidden: secret.Hidden) -> tuple[Hunk, ...]:
    """The lines that `splices` change, before and after."""
    text, starts, told = source.text, source.line_starts, []
    for first, last, parts in _grouped(source, splices):
        start, end = starts[first - 1], starts[last] if last < len(starts) else len(text)
        new, at = "", start
        for splice in parts:
            new += hidden.masked(text, at, splice.start) + hidden.without(splice.text)
            at = splice.end
        new += hidden.masked(text, at, end)
        skip, removed, added = _trimmed(_whole(hidden.masked(text, start, end)), _whole(new))
        told.append((first + skip, tuple(lines("".join(removed))), tuple(lines("".join(added)))))
    return tuple(told)


def _grouped(source: Source, splices: Sequence[Splice]) -> list[tuple[int, int, list[Splice]]]:
    """Splices that share a line, with the first and last of their lines."""
    groups: list[tuple[int, int, list[Splice]]] = []
    for splice in sorted(splices):
        first, last = source.position(splice.start).line, source.position(splice.end).line
        if groups and first <= groups[-1][1]:
            groups[-1] = (groups[-1][0], max(last, groups[-1][1]), [*groups[-1][2], splice])
        else:
            groups.append((first, last, [splice]))
    return groups


def lines(text: str) -> list[str]:
    """The lines of `text` without their ends, as editors count them: only LF ends one."""
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def _trimmed(old: list[str], new: list[str]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """What really differs of lines with their ends: how many at the start do not, and the others of both sides."""
    skip = 0
    while skip < min(len(old), len(new)) and old[skip] == new[skip]:
        skip += 1
    tail = 0
    while tail < min(len(old), len(new)) - skip and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return skip, tuple(old[skip : len(old) - tail]), tuple(new[skip : len(new) - tail])


def unified(name: str, old: str, new: str, context: int = 3, masked: bool = True) -> str:
    """What turns `old` into `new`, as patch(1) reads it but for what is `masked`."""
    from difflib import SequenceMatcher  # reports have hunks of their own

    before, after = _whole(old), _whole(new)
    shown = (_whole(secret.masked(old)), _whole(secret.masked(new))) if masked else (before, after)
    told = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    for group in SequenceMatcher(None, before, after).get_grouped_opcodes(context):
        (_, first, _, start, _), (_, _, last, _, stop) = group[0], group[-1]
        told.append(f"@@ -{_range(first, last)} +{_range(start, stop)} @@\n")
        for tag, i, j, k, end in group:
            if tag == "equal":
                told += _marked(" ", shown[0][i:j])
            else:
                told += [*_marked("-", shown[0][i:j]), *_marked("+", shown[1][k:end])]
    return "".join(told) if len(told) > 2 else ""


def _whole(text: str) -> list[str]:
    """The lines of `text` with their ends."""
    whole = [line + "\n" for line in text.split("\n")]
    whole[-1] = whole[-1][:-1]
    return whole if whole[-1] else whole[:-1]


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(first: int, last: int) -> str:
    """Lines first to last as a hunk's head counts them."""
    length = last - first
    start = first + 1 if length else first
    return f"{start}" if length == 1 else f"{start},{length}"
