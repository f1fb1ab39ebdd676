"""The schedule of a CronJob, as the API server reads it."""

from __future__ import annotations

import re

# Source: https://github.com/robfig/cron/blob/v3.0.1/parser.go, by which Kubernetes reads schedules
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (  # minute, hour, day of the month, month, day of the week
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_NAMED = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_NUMBER = re.compile(r"\+?[0-9]{1,9}")


def is_schedule(text: str) -> bool:
    """Whether `text` can be read; of time zones and @every, what follows is not looked at."""
    if text.startswith(("TZ=", "CRON_TZ=", "@every ")):
        return True
    if text.startswith("@"):
        return text in _NAMED
    fields = text.split()
    return len(fields) == len(_FIELDS) and all(
        _is_range(part, *bounds)
        for field, bounds in zip(fields, _FIELDS, strict=True)
        for part in field.split(",")
        if part
    )


def _is_range(text: str, least: int, most: int, names: dict[str, int]) -> bool:
    span, *steps = text.split("/")
    low, *high = span.split("-")
    if len(steps) > 1 or not all(_NUMBER.fullmatch(step) and int(step) > 0 for step in steps):
        return False
    if low in ("*", "?"):
        return True
    told = [names.get(part.lower(), int(part) if _NUMBER.fullmatch(part) else -1) for part in (low, *high)]
    start, end = told[0], most if steps and not high else told[-1]
    return len(told) <= 2 and least <= start <= end <= most
