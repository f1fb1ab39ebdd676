"""network-policy across files: one finding a run for all policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.finding import Conclusion, Fact, Told
from asklint.resource import Object


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """Every policy, unless what enforces it is there."""
    if not options["installed"]:
        yield Fact(("kind",), None)


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on the first policy that nobody has silenced, with the number of all."""
    heard = [index for index, fact in enumerate(facts) if not fact.silenced]
    if heard:
        yield Conclusion(heard[0], "one" if len(heard) == 1 else "many", {"count": len(heard)})
