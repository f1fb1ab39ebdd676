"""log-env-key across files: keys that two workloads have for different files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.log_env import PREFIX, is_path, logged
from asklint.finding import Conclusion, Fact, Told
from asklint.resource import Pod


def collect(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """Every file that is collected, with its key."""
    for container in logged(subject, list(params["settings"])):
        for one in container.variables:
            if not one.suffix and one.name.startswith(PREFIX) and is_path(one.value or ""):
                yield Fact((*one.path, "name"), {"key": one.key, "collects": one.value})


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on a key that another workload has for another file."""
    first: dict[str, list[int]] = {}
    for index, fact in enumerate(facts):
        earlier = first.setdefault(fact.data["key"], [])
        for other in earlier:
            if facts[other].data["collects"] != fact.data["collects"] and _beside(facts[other], fact):
                also = facts[other].object
                fields = {"key": fact.data["key"], "other": f"{also.kind} {also.name}"}
                yield Conclusion(index, "twice", fields, ((other, "taken"),))
                break
        earlier.append(index)


def _beside(one: Told, other: Told) -> bool:
    """Whether two workloads run in one cluster, as those of one folder do; dev/ and prod/ need not."""
    folders = {told.place.file.rpartition("/")[0] for told in (one, other)}
    return len(folders) == 1 and (one.object.kind, one.object.name) != (other.object.kind, other.object.name)
