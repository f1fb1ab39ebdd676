"""service-fixed-nodeport: a node port of one's choice on a Service of type LoadBalancer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Remove
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every such port."""
    spec = mapping(subject.data.get("spec"))
    if spec.get("type") != "LoadBalancer":
        return
    for index, port in enumerate(sequence(spec.get("ports"))):
        number = mapping(port).get("nodePort")
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            at = ("spec", "ports", index, "nodePort")
            yield Hit(at, fields={"port": port.get("port", "")}, edits=(Remove(at),))
