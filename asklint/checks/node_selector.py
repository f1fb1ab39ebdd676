"""Node selectors and required node affinities that no virtual node satisfies: the table of their labels is data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.node_wishes import Wish, unmet, without
from asklint.checks.pod_parts import annotations_of, carries, labels_of, runs, takes_metadata
from asklint.edit import Edit, Remove, Rename, Set
from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Pod

_ASKS = ("In", "Exists", "Gt", "Lt")  # what a node without the label does not satisfy


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each wish that keeps the pod off every virtual node and whose case has a message in `says`.

    The case is that of the first row of `cases` that fits the key; `on-eci` names it anew there, or not at all. With
    `spec`, an annotation, a wish for types of ECS becomes that. A pod that opts in to ECI by a label goes there
    whatever it wishes for: of types, what it wishes for is `overridden` where the annotation does not say it.
    """
    if not runs(subject) or ("nodeSelector" not in subject.data and "affinity" not in subject.data):
        return
    nodes = params["nodes"]
    spec = params.get("spec", {})
    opted_in = target == "eci" and carries(subject, nodes["opt-in"])
    if opted_in and (not spec or annotations_of(subject).get(spec["annotation"])):
        return
    if target == "acs" and labels_of(subject).get(nodes["reserved"]["label"]) == nodes["reserved"]["value"]:
        return
    failing = unmet(subject, lambda wish: _reason(wish, params, target) is not None)
    for wish, dropped in zip(failing, without(subject, failing), strict=True):
        case: str | None = _reason(wish, params, target)
        if case not in params["says"]:
            continue
        right = nodes["renamed"].get(wish.key, "")
        edits: tuple[Edit, ...] = (dropped,)
        if case == "renamed":
            edits = (_renamed(subject, wish, right),)
        if target in spec.get("targets", ()) and _can_specify(subject, wish, spec):
            case, edits = "overridden" if opted_in else "specified", (*edits, *_specified(subject, wish, spec))
        elif opted_in:
            continue
        if target == "eci":
            case = params["on-eci"].get(case, "eci")
        if case is not None:
            fields = {"key": wish.key, "wanted": ", ".join(wish.values), "right": right}
            yield Hit(wish.path, case, fields, edits)


def _reason(wish: Wish, params: Mapping[str, Any], target: str) -> str | None:
    """The case of what keeps a virtual node from meeting `wish`; None where it can."""
    if is_filled_in_later(wish.key):
        return None
    if wish.key in params["nodes"]["renamed"]:
        return "renamed" if wish.operator in _ASKS else None
    label = params["nodes"]["labels"].get(wish.key)
    if label is None or target not in label.get("targets", (target,)):
        return _case(wish, params["cases"]) if wish.operator in _ASKS else None
    if wish.operator == "In":
        return _value(wish, label, params)
    known = label.get("of", ())
    if wish.operator == "NotIn" and len(known) == 1 and known[0] in wish.values:
        return "away"
    return "away" if wish.operator == "DoesNotExist" and "targets" not in label else None


def _value(wish: Wish, label: Mapping[str, Any], params: Mapping[str, Any]) -> str | None:
    """The case of an `In` for a label that virtual nodes have; what a parameter names is not known yet."""
    if any(map(is_filled_in_later, wish.values)):
        return None
    if "of" in label:
        return None if set(wish.values) & set(label["of"]) else _case(wish, params["cases"])
    if label.get("names"):
        name = _pattern(params["nodes"]["names"])
        return None if any(name.search(value) for value in wish.values) else _case(wish, params["cases"])
    elsewhere = _pattern(params["nodes"]["elsewhere"])
    return "elsewhere" if wish.values and all(elsewhere.fullmatch(value) for value in wish.values) else None


def _case(wish: Wish, rows: list[Mapping[str, str]]) -> str:
    """The case of the first row whose patterns fit key and value; the last row fits everything."""
    for row in rows[:-1]:
        fits = "value" not in row or any(_pattern(row["value"]).fullmatch(value) for value in wish.values)
        if fits and _pattern(row["key"]).fullmatch(wish.key):
            return row["case"]
    return rows[-1]["case"]


def _renamed(pod: Pod, wish: Wish, right: str) -> Edit:
    if wish.path[-1] == "key":
        return Set(wish.path, right)
    return Remove(wish.path) if right in mapping(pod.data.get("nodeSelector")) else Rename(wish.path, right)


def _can_specify(pod: Pod, wish: Wish, spec: Mapping[str, Any]) -> bool:
    types = _pattern(spec["types"])
    listed = 0 < len(wish.values) <= spec["most"] and all(types.fullmatch(value) for value in wish.values)
    return listed and wish.operator == "In" and takes_metadata(pod)


def _specified(pod: Pod, wish: Wish, spec: Mapping[str, Any]) -> Iterator[Edit]:
    """The annotation that names the types; what it says already is kept."""
    if not annotations_of(pod).get(spec["annotation"]):
        yield Set((*pod.metadata_path, "annotations", spec["annotation"]), ",".join(wish.values))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
