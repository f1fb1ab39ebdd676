"""What the formats for other programs share: paths as those count them, and a finding as one text."""

from __future__ import annotations

import os
from collections.abc import Iterator

from asklint.finding import Finding, Fix, Report, Run
from asklint.report import summary
from asklint.report.summary import say, shown

_LONG, _NEAR = 400, 120  # characters of a line that is shown whole; of a longer one, on each side of what matters

STREAM = "<stdin>"  # standard input where nobody says what to call it


def path(run: Run, file: str) -> str:
    """`file` from the root of `run`, with slashes; whole where it stands elsewhere."""
    if file == STREAM:
        return file
    if not run.root:
        return os.path.normpath(file).replace(os.sep, "/")
    whole = os.path.normpath(os.path.join(run.cwd, file))
    below = os.path.relpath(whole, run.root)
    return (whole if below.split(os.sep)[0] == os.pardir else below).replace(os.sep, "/")


def text(finding: Finding, lang: str) -> str:
    """All that is said of `finding` but where it is: what is wrong, the fix, what to mind, the page; a line each."""
    return "\n".join(shown(line) for line in _lines(finding, lang) if line)


def _lines(finding: Finding, lang: str) -> Iterator[str]:
    colon, fix = say(lang, ":"), finding.fix
    yield " ".join(part for part in (summary.targets(finding, lang), finding.message) if part)
    if fix:
        yield from (f"{label}{colon}{told}" for label, told in summary.of_fix(fix, lang))
    if finding.source:
        yield f"{say(lang, 'page')}{colon}{finding.source}"


def clipped(line: str, first: int, last: int) -> tuple[str, str, str]:
    """`line` before, in and behind its characters from `first` to `last`; of one that is a whole file, what is near."""
    before, inside, behind = line[:first], line[first : max(first, last)], line[max(first, last) :]
    if len(line) <= _LONG:
        return before, inside, behind
    return (
        before if len(before) <= _NEAR else "…" + before[-_NEAR:],
        inside if len(inside) <= _LONG else inside[:_LONG] + "…",
        behind if len(behind) <= _NEAR else behind[:_NEAR] + "…",
    )


def alike(one: str, other: str) -> int:
    """How many characters at the start of both are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, pair in pairs if pair[0] != pair[1]), min(len(one), len(other)))


def changes(fix: Fix) -> Iterator[tuple[str, int, str]]:
    """The lines that `fix` changes: `-` or `+`, the line's number (0 where there is none yet), and what is shown."""
    for number, old, new in fix.diff:
        for sign, lines, others in (("-", old, new), ("+", new, old)):
            for at, line in enumerate(lines):
                other = others[at] if at < len(others) else ""
                same = alike(line, other) if len(line) > _LONG else 0
                yield sign, number + at if sign == "-" else 0, "".join(clipped(line, same, same))


def notes(report: Report) -> list[str]:
    """The lines of the summary, made harmless."""
    return [shown(line.text) for line in summary.lines(report)]
