"""Pods that select virtual nodes and do not tolerate their taint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.node_wishes import Wish, unmet
from asklint.checks.pod_parts import carries
from asklint.edit import Insert
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first wish for a virtual node, whose taint the pod does not tolerate; with a label it need not."""
    if target not in params["targets"] or ("nodeSelector" not in subject.data and "affinity" not in subject.data):
        return
    taint, nodes = params["nodes"]["taint"], params["nodes"]
    tolerations = sequence(subject.data.get("tolerations"))
    if any(_tolerates(mapping(one), taint) for one in tolerations) or carries(subject, nodes["opt-in"]):
        return
    for wish in unmet(subject, lambda wish: _asks(wish, params["selects"])):
        yield Hit(wish.path, edits=(Insert((*subject.path, "tolerations"), params["toleration"]),))
        return


def _asks(wish: Wish, selects: Mapping[str, str]) -> bool:
    return wish.key in selects and wish.operator == "In" and set(wish.values) == {selects[wish.key]}


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, str]) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    return toleration.get("key") == taint["key"] and toleration.get("value") == taint["value"]
