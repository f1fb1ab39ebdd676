"""Topology spread constraints over what virtual nodes do not tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.pod_parts import carries, runs
from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import Path, mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each constraint that does not do what it says.

    `overridden` by a label of the pod, `setup` where the scheduler must be set up for it, `renamed` for an old name of
    a label, `host` where nodes are counted, and `unknown` for a label that virtual nodes do not have.
    """
    constraints = [mapping(one) for one in sequence(subject.data.get("topologySpreadConstraints"))]
    if not constraints or not runs(subject):
        return
    nodes = params["nodes"]
    overridden = target == "eci" and carries(subject, nodes["opt-in"])
    reserved = target == "acs" and carries(subject, {nodes["reserved"]["label"]: nodes["reserved"]["value"]})
    for index, constraint in enumerate(constraints):
        key = constraint.get("topologyKey")
        if not isinstance(key, str):
            continue
        place: Path = (*subject.path, "topologySpreadConstraints", index)
        case = "overridden" if overridden else _case(constraint, key, params, target, reserved)
        if case is not None:
            fields = {"right": nodes["renamed"].get(key, "")}
            yield Hit((*place, "topologyKey"), case, fields, _edits(case, place, constraints, params))


def _case(
    constraint: Mapping[str, Any], key: str, params: Mapping[str, Any], target: str, reserved: bool
) -> str | None:
    if key in params["nodes"]["renamed"]:
        return "renamed"
    label = params["nodes"]["labels"].get(key)
    if label is not None and target in label.get("targets", (target,)) and not label.get("names"):
        return "setup" if target in params["setup"] else None
    if constraint.get("whenUnsatisfiable") == "ScheduleAnyway":
        return None
    if label is not None and label.get("names"):
        return "host"
    return None if reserved else "unknown"


def _edits(case: str, place: Path, constraints: list[Mapping[str, Any]], params: Mapping[str, Any]) -> tuple[Edit, ...]:
    constraint = constraints[int(place[-1])]
    if case == "renamed":
        return (Set((*place, "topologyKey"), params["nodes"]["renamed"][constraint["topologyKey"]]),)
    if case not in ("host", "unknown"):
        return ()
    pairs = [(one.get("topologyKey"), one.get("whenUnsatisfiable")) for one in constraints]
    if (params["zone"], "ScheduleAnyway") in pairs:
        return (Remove(place),)  # the API server takes each pair once
    edits: list[Edit] = [Set((*place, "topologyKey"), params["zone"])]
    edits.append(Set((*place, "whenUnsatisfiable"), "ScheduleAnyway"))
    if "minDomains" in constraint:
        edits.append(Remove((*place, "minDomains")))  # which goes with DoNotSchedule alone
    return tuple(edits)
