"""What of a pod of an ACK cluster puts it on ECI, keeps it off, or leaves it to a label."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from asklint.checks.node_wishes import Wish, unmet
from asklint.checks.pod_parts import annotations_of, carries, labels_of, takes_metadata
from asklint.path import mapping, sequence
from asklint.resource import Pod


def takes_label(pod: Pod, params: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether the option `label` is for this pod: it says nothing of ECI itself."""
    if not options["label"] or not takes_metadata(pod):
        return False
    said = not labels_of(pod).keys().isdisjoint(params["nodes"]["opt-in"])
    return not said and not keeps_off(pod, params) and not opts_in(pod, params)


def keeps_off(pod: Pod, params: Mapping[str, Any]) -> bool:
    """Whether it wants a node that is no virtual one."""
    selects: Mapping[str, str] = params["selects"]

    def avoids(wish: Wish) -> bool:
        return wish.key in selects and wish.operator == "NotIn" and selects[wish.key] in wish.values

    return bool(unmet(pod, avoids))


def opts_in(pod: Pod, params: Mapping[str, Any]) -> bool:
    """Whether a label, an annotation, its node, a toleration or a wish of its own puts it on ECI."""
    nodes = params["nodes"]
    if carries(pod, nodes["opt-in"]) or any(key in annotations_of(pod) for key in params["annotations"]):
        return True
    name = pod.data.get("nodeName")
    if isinstance(name, str) and re.search(nodes["names"], name):
        return True
    if any(mapping(one).get("key") == nodes["taint"]["key"] for one in sequence(pod.data.get("tolerations"))):
        return True
    return bool(unmet(pod, lambda wish: wish.operator == "In" and params["selects"].get(wish.key) in wish.values))
