"""DaemonSets: the known agent each one runs, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.disposition import found, mended, wish
from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Any DaemonSet; a row's `to` is what becomes of it where the config says nothing. On eci nothing is changed."""
    known = found(subject, params, target)
    if known is None:
        return
    row, hit = known
    if target == "eci":
        yield hit
        return
    wished = wish(subject, options)
    yield mended(subject, hit, wished.to or row.get("to", ""), wished, params, target)
