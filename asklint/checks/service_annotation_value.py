"""service-annotation-value: an annotation of a load balancer with a value that its page does not list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_grammar import Fault
from asklint.checks.balancer_grammar import fault
from asklint.checks.service_table import Written, kind, table, written
from asklint.edit import Set
from asklint.finding import Hit
from asklint.resource import Object

_BALANCED = ("LoadBalancer", "NodePort")  # service-nodeport makes the second the first


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every value that does not keep to its key's grammar, with the right one where the slip is plain."""
    found = written(subject, table(params["keys"]))
    if not found or not _is_balanced(subject):
        return
    balancer = kind(subject)
    for one in found.values():
        if not one.key.dead and isinstance(one.value, str):
            wrong = _fault(one, one.value, balancer)
            if wrong is not None:
                edits = (Set(one.path, wrong.right),) if wrong.right is not None else ()
                yield Hit(one.path, wrong.case, {**wrong.fields, "right": wrong.right or ""}, edits)


def _is_balanced(subject: Object) -> bool:
    """Whether the Service gets a load balancer; a patch without a spec is taken to be of one that does."""
    spec = subject.data.get("spec")
    return not isinstance(spec, dict) or spec.get("type") in _BALANCED


def _fault(one: Written, value: str, balancer: str) -> Fault | None:
    """What no grammar of the key allows; capitals do not matter to an NLB."""
    faults = []
    for grammar in one.key.values(balancer):
        fold = {"fold": True} if balancer == "nlb" and grammar["type"] == "switch" else {}
        wrong = fault({**grammar, **fold}, value)
        if wrong is None:
            return Fault("closed") if value in one.key.entry.get("closed", ()) else None
        faults.append(wrong)
    return faults[0]
