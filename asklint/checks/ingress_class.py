"""ingress-class: Ingresses that get the class which the option names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks import alb
from asklint.checks.ingress_served import CLASS, is_whole, unserved
from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import get, mapping
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Where the option `class` names one that takes over, each Ingress of another cloud's class or of `none`."""
    if not options["class"] or not is_whole(subject):
        return
    for fact in unserved(subject, params):
        case = "foreign" if fact.data["class"] else "none"
        edits: list[Edit] = [Set(("spec", "ingressClassName"), options["class"])]
        if case == "none":  # other clouds take a path to the letter, as an ALB does
            edits += alb.paths(subject.data["spec"])
        if CLASS in mapping(get(subject.data, ("metadata", "annotations"))):
            edits.append(Remove(("metadata", "annotations", CLASS)))
        yield Hit(fact.path, f"{case}-given", edits=tuple(edits), missing=fact.missing)
