"""What a log agent in a DaemonSet did for the workloads of the run, done by variables in their containers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.disposition import found, wish
from asklint.edit import DropDocument, Edit, Insert
from asklint.finding import Conclusion, Fact, Told
from asklint.path import mapping, sequence
from asklint.resource import Object, Pod

# Source: https://help.aliyun.com/zh/eci/user-guide/collect-logs-by-using-environment-variables
_PREFIX = "aliyun_logs_"
_SHORTEST = 3  # a logstore's name
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """Each agent, with the case of its row; each pod of another object, with its containers that nothing collects."""
    if options["collect"] != "stdout" or target == "eci":
        return
    if not isinstance(subject, Pod):
        if (known := found(subject, params, target)) and not wish(subject, options).to:
            _, hit = known
            yield Fact(hit.path, {"is": "agent", "case": hit.case, "agent": hit.fields["agent"]})
    elif not subject.object.is_daemonset:
        containers = sequence(subject.data.get("containers"))
        bare = [
            (list(subject.object.place((*subject.path, "containers", index, "env"))), mapping(one).get("name"))
            for index, one in enumerate(containers)
            if not _is_collected(one)
        ]
        yield Fact(subject.path, {"is": "pod", "containers": bare, "many": len(containers) > 1})


def _is_collected(container: Any) -> bool:
    variables = map(mapping, sequence(mapping(container).get("env")))
    return any(str(one.get("name")).startswith(_PREFIX) for one in variables)


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """Each agent: it goes with the first fix, and the workloads that nothing collects yet get their variables."""
    edits = _variables(facts)
    for index, fact in enumerate(facts):
        if fact.data["is"] == "agent":
            mine = {index: (DropDocument(),), **edits} if edits is not None else {}
            fields = {"agent": fact.data["agent"], "count": sum(one.data["is"] == "pod" for one in facts)}
            yield Conclusion(index, fact.data["case"], fields, edits=mine, fix="variables" if mine else "")


def _variables(facts: Sequence[Told]) -> dict[int, tuple[Edit, ...]] | None:
    """Per fact what its pod gets; None where there are no pods, or one has a name of which no key can be made."""
    edits: dict[int, tuple[Edit, ...]] = {}
    pods = [(index, fact) for index, fact in enumerate(facts) if fact.data["is"] == "pod"]
    for index, fact in pods:
        mine: list[Edit] = []
        for env, name in fact.data["containers"]:
            key = _key(fact.object.name, name, fact.data["many"])
            if not _KEY.fullmatch(key):
                return None
            mine.append(Insert(tuple(env), {"name": _PREFIX + key, "value": "stdout"}))
        if mine:
            edits[index] = tuple(mine)
    return edits if pods else None


def _key(workload: str | None, container: Any, many: bool) -> str:
    """The workload's name, with the container's where there are several, and that alone where it has none."""
    key = f"{workload}-{container}" if workload and many else workload or str(container)
    return key.replace(".", "-") + ("-stdout" if len(key) < _SHORTEST else "")
