"""Services of type NodePort, and what each one becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A Service whose type is NodePort.

    The case is what it becomes: `cluster`, or `intranet` or `internet` for a LoadBalancer by the address it will have;
    `headless` where the API server takes no LoadBalancer.
    """
    spec = mapping(subject.data.get("spec"))
    if spec.get("type") != "NodePort":
        return
    to = options["to"]
    edits: list[Edit] = [Set(("spec", "type"), to)]
    edits += [
        Remove(("spec", "ports", index, "nodePort"))
        for index, port in enumerate(sequence(spec.get("ports")))
        if "nodePort" in mapping(port)
    ]
    if "healthCheckNodePort" in spec:
        edits.append(Remove(("spec", "healthCheckNodePort")))
    if to == "ClusterIP":
        case = "cluster"
        if "externalTrafficPolicy" in spec:
            edits.append(Remove(("spec", "externalTrafficPolicy")))
    elif "None" in (spec.get("clusterIP"), *sequence(spec.get("clusterIPs"))):
        case, edits = "headless", []
    else:
        annotations = mapping(mapping(subject.data.get("metadata")).get("annotations"))
        kept = [annotations[key] for key in params["address-type"] if annotations.get(key)]
        if not kept:
            edits.append(Set(("metadata", "annotations", params["address-type"][0]), options["address-type"]))
        case = "intranet" if (kept or [options["address-type"]])[0] == "intranet" else "internet"
    yield Hit(("spec", "type"), case, edits=tuple(edits))
