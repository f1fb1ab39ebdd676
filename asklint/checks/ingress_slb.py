"""ingress-slb: annotations of load balancers on an Ingress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import get, mapping
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the first of them; the Ingress is lost where it was served by nothing else, on ACK Serverless alone."""
    annotations = mapping(get(subject.data, ("metadata", "annotations")))
    prefixes = tuple(params["prefixes"])
    for name in annotations:
        if name.startswith(prefixes):
            named = get(subject.data, ("spec", "ingressClassName")) or annotations.get("kubernetes.io/ingress.class")
            case = "stopped" if target == "ask" and not named else "left-over"
            yield Hit(("metadata", "annotations", name), case)
            return
