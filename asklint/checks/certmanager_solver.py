"""certmanager-http01-nodeport: solvers of HTTP-01 challenges that are NodePort Services, as they are by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Set
from asklint.finding import Hit
from asklint.path import parse, walk
from asklint.resource import Object

_SOLVERS = parse("spec.acme.solvers[*].http01.(ingress|gatewayHTTPRoute)")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on each of them."""
    for path, solver in walk(_SOLVERS, subject.data):
        if not isinstance(solver, dict):
            continue
        at = (*path, "serviceType")
        if solver.get("serviceType") is None:
            yield Hit(path, "unset", edits=(Set(at, "ClusterIP"),), missing=True)
        elif solver["serviceType"] == "NodePort":
            yield Hit(at, "node-port", edits=(Set(at, "ClusterIP"),))
