"""ingress-class: Ingresses of classes that only other clouds serve, or of none, and the classes of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks import alb
from asklint.edit import Edit, Remove, Set
from asklint.finding import Conclusion, Fact, Hit, Told
from asklint.path import get, mapping
from asklint.resource import Object

_ANNOTATION = "kubernetes.io/ingress.class"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"
_WHOLE = ("rules", "defaultBackend", "backend")  # one of them is in every Ingress that is no patch
_BALANCERS = ("service.beta.kubernetes.io/alicloud-", "service.beta.kubernetes.io/alibaba-cloud-")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Where the option `class` names one that takes over, each Ingress of another cloud's class or of `none`."""
    if not options["class"] or not _is_whole(subject):
        return
    annotations = mapping(get(subject.data, ("metadata", "annotations")))
    for fact in _ingress(subject, annotations, params):
        case = "foreign" if fact.data["class"] else "none"
        edits: list[Edit] = [Set(("spec", "ingressClassName"), options["class"])]
        if case == "none":  # other clouds take a path to the letter, as an ALB does
            edits += alb.paths(subject.data["spec"])
        if _ANNOTATION in annotations:
            edits.append(Remove(("metadata", "annotations", _ANNOTATION)))
        yield Hit(fact.path, f"{case}-given", edits=tuple(edits), missing=fact.missing)


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """The classes that a run defines, and the Ingresses that may be served by nothing."""
    annotations = mapping(get(subject.data, ("metadata", "annotations")))
    if subject.kind == "IngressClass":
        controller = get(subject.data, ("spec", "controller"))
        foreign = controller if controller in params["controllers"] else ""
        default = annotations.get(_DEFAULT) == "true"
        yield Fact(("spec", "controller"), {"defines": subject.name, "default": default, "class": foreign})
    elif not options["class"] and _is_whole(subject):
        yield from _ingress(subject, annotations, params)


def _is_whole(subject: Object) -> bool:
    return subject.kind == "Ingress" and not mapping(subject.data.get("spec")).keys().isdisjoint(_WHOLE)


def _ingress(subject: Object, annotations: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[Fact]:
    old, new = annotations.get(_ANNOTATION), get(subject.data, ("spec", "ingressClassName"))
    if old or new:
        path = ("metadata", "annotations", _ANNOTATION) if old else ("spec", "ingressClassName")
        if (old or new) in params["classes"]:
            yield Fact(path, {"class": old or new})
    elif not any(name.startswith(_BALANCERS) for name in annotations):
        yield Fact(("spec",), {"class": ""}, missing=True)


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
