"""What becomes of a DaemonSet: what the config says, and the edits that make it so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from asklint.checks.node_agents import agent
from asklint.checks.sidecarset import CannotInject, sidecarset
from asklint.edit import AddDocument, DropDocument, Edit, Move, Remove, Set
from asklint.finding import Hit
from asklint.path import get, mapping
from asklint.resource import Object


class Wish(NamedTuple):
    """What the config says of one DaemonSet; `to` is "" where it says nothing."""

    to: str
    replicas: int
    selector: Mapping[str, str]


def wish(subject: Object, options: Mapping[str, Any]) -> Wish:
    """The first entry of the option `objects` that names the DaemonSet, over the options for all."""
    own: Mapping[str, Any] = {}
    for entry in options["objects"]:
        if entry["name"] == subject.name and entry.get("namespace") in (None, subject.namespace):
            own = entry
            break
    given = {**options, **own}
    return Wish(given["to"], given.get("replicas", 0), given["selector"])


def found(subject: Object, params: Mapping[str, Any], target: str) -> tuple[Mapping[str, str], Hit] | None:
    """The row of `agents` that the DaemonSet runs, or `others` where there is such a row, and the Hit without a fix.

    On eci, where the DaemonSet keeps running on the ECS nodes, the row's `eci` is the case.
    """
    case = "eci" if target == "eci" else "case"
    for pod in subject.pods:
        if known := agent(pod, params["agents"]):
            row, image = known
            related = ((image, "image"),)
            return row, Hit(("kind",), row[case], {"agent": row["name"]}, related=related)
    others = params.get("others")
    return (others, Hit(("kind",), others[case])) if others else None


def mended(subject: Object, hit: Hit, to: str, wished: Wish, params: Mapping[str, Any], target: str) -> Hit:
    """`hit` with what makes `to` of the DaemonSet; as it is where that is left to a person."""
    hit = hit._replace(fields={**hit.fields, "replicas": wished.replicas})
    if to == "drop":
        return hit._replace(edits=(DropDocument(),), fix=hit.case if hit.case in params["dropped"] else "drop")
    if to == "deployment" and wished.replicas:
        return hit._replace(edits=_deployment(subject, wished.replicas), fix="deployment")
    table = params["sidecarset"]
    label = table["label"] if target in table["targets"] else {}
    if to == "sidecarset" and (wished.selector or label):
        try:
            added = sidecarset(subject, {**label, **wished.selector}, table)
        except CannotInject as reason:
            return hit._replace(fields={**hit.fields, "reason": str(reason)}, fix="by-hand")
        return hit._replace(edits=(DropDocument(), *map(AddDocument, added)), fix="sidecarset")
    return hit


def _deployment(subject: Object, replicas: int) -> tuple[Edit, ...]:
    """The DaemonSet as a Deployment: the strategy of its updates is carried over, what its pods want of nodes stays."""
    spec = mapping(subject.data.get("spec"))
    edits: list[Edit] = [Set(("kind",), "Deployment"), Set(("spec", "replicas"), replicas)]
    if isinstance(strategy := get(spec, ("updateStrategy",)), dict):
        rolls = strategy.get("type") == "RollingUpdate" and strategy.get("rollingUpdate")
        here = ("spec", "updateStrategy")
        edits.append(Move(here, ("spec", "strategy")) if rolls else Remove(here))
    edits += [Remove(("spec", "templateGeneration"))] if "templateGeneration" in spec else []
    edits += [Remove(("status",))] if "status" in subject.data else []
    return tuple(edits)
