"""ingress-class: Ingresses of classes that only other clouds serve, or of none, and the classes of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.ingress_served import is_whole, unserved
from asklint.finding import Conclusion, Fact, Told
from asklint.path import get, mapping
from asklint.resource import Object

_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """The classes that a run defines, and the Ingresses that may be served by nothing."""
    annotations = mapping(get(subject.data, ("metadata", "annotations")))
    if subject.kind == "IngressClass":
        controller = get(subject.data, ("spec", "controller"))
        foreign = controller if controller in params["controllers"] else ""
        default = annotations.get(_DEFAULT) == "true"
        yield Fact(("spec", "controller"), {"defines": subject.name, "default": default, "class": foreign})
    elif not options["class"] and is_whole(subject):
        yield from unserved(subject, params)


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every class of another cloud, and on every Ingress without one where none is the default."""
    defined = {fact.data["defines"] for fact in facts if "defines" in fact.data}
    default = any(fact.data.get("default") for fact in facts)
    for index, fact in enumerate(facts):
        name = fact.data["class"]
        if "defines" in fact.data:
            if name:
                yield Conclusion(index, "controller", {"class": name})
        elif name:
            if name not in defined:
                yield Conclusion(index, "foreign", {"class": name})
        elif not default:
            yield Conclusion(index, "none")
