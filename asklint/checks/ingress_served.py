"""Ingresses that may be served by nothing: of the class of another cloud, or of none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Fact
from asklint.path import get, mapping
from asklint.resource import Object

CLASS = "kubernetes.io/ingress.class"  # the annotation that spec.ingressClassName has taken the place of
_WHOLE = ("rules", "defaultBackend", "backend")  # one of them is in every Ingress that is no patch
_BALANCERS = ("service.beta.kubernetes.io/alicloud-", "service.beta.kubernetes.io/alibaba-cloud-")


def is_whole(subject: Object) -> bool:
    """Whether it is an Ingress, and no patch of one."""
    return subject.kind == "Ingress" and not mapping(subject.data.get("spec")).keys().isdisjoint(_WHOLE)


def unserved(subject: Object, params: Mapping[str, Any]) -> Iterator[Fact]:
    """The class that only another cloud serves (`classes`), `""` where the Ingress names none; nothing otherwise."""
    annotations = mapping(get(subject.data, ("metadata", "annotations")))
    old, new = annotations.get(CLASS), get(subject.data, ("spec", "ingressClassName"))
    if old or new:
        path = ("metadata", "annotations", CLASS) if old else ("spec", "ingressClassName")
        if (old or new) in params["classes"]:
            yield Fact(path, {"class": old or new})
    elif not any(name.startswith(_BALANCERS) for name in annotations):
        yield Fact(("spec",), {"class": ""}, missing=True)
