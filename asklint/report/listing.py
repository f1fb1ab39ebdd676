"""The files of a run, one a line: how much in each is checked, or why it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from asklint.report.summary import count, say, shown
from asklint.report.words import word


def line(name: str, objects: int, skipped: Sequence[str], problem: str, lang: str) -> str:
    """What would become of the file `name`: `objects` are checked, what is `skipped` is named by its reasons."""
    if problem:
        return shown(word(lang, "unread-file", name, problem))
    reasons = sorted(Counter(skipped).items(), key=lambda one: (-one[1], one[0]))
    why = say(lang, ",").join(count(lang, number, reason) for reason, number in reasons)
    if not objects:
        return shown(word(lang, "not-checked-file", name, why or word(lang, "broken-file")))
    told = say(lang, ";").join(
        part for part in (count(lang, objects, "object"), why and say(lang, "skipped", why)) if part
    )
    return shown(word(lang, "checked-file", name, told))
