"""Pods that demand nodes of one architecture or operating system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.node_wishes import Wish, unmet
from asklint.checks.pod_parts import runs
from asklint.finding import Hit
from asklint.path import get
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first place that wants nodes alone on which one of `labels` is `value`, or a `field` that says so.

    The option `enabled` says that the cluster has such nodes.
    """
    case = "setup" if target in params["enabled-on"] else "never"
    if (options["enabled"] and case == "setup") or not runs(subject):
        return
    if "field" in params and get(subject.data, tuple(params["field"])) == params["value"]:
        yield Hit((*subject.path, *params["field"]), case)
    elif "nodeSelector" in subject.data or "affinity" in subject.data:
        for wish in unmet(subject, lambda wish: _is(wish, params)):
            yield Hit(wish.path, case)
            return


def _is(wish: Wish, params: Mapping[str, Any]) -> bool:
    return wish.key in params["labels"] and wish.operator == "In" and set(wish.values) == {params["value"]}
