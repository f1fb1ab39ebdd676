"""ingress-slb: annotations of load balancers on an Ingress, and what makes an ALB Ingress of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks import alb
from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping
from asklint.resource import Object

_ANNOTATIONS = ("metadata", "annotations")
_BOTH = '[{"HTTP": 80}, {"HTTPS": 443}]'


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the first of them.

    `left-over` where the Ingress is served otherwise or never was by them; else it is lost, on ACK Serverless: `named`,
    `intranet` or `internet` where the options say what serves it from now on, `https` where they do not say enough for
    a certificate, `stopped` where they say nothing.
    """
    annotations = mapping(get(subject.data, _ANNOTATIONS))
    dead = {name: value for name, value in annotations.items() if name.startswith(tuple(params["prefixes"]))}
    if not dead:
        return
    place: Path = (*_ANNOTATIONS, next(iter(dead)))
    gone = tuple(Remove((*_ANNOTATIONS, name)) for name in dead)
    if target != "ask" or get(subject.data, ("spec", "ingressClassName")) or annotations.get(params["class"]):
        yield Hit(place, "left-over", edits=gone)
        return
    name, spec = alb.class_name(options), mapping(subject.data.get("spec"))
    if not name or not spec:
        yield Hit(place, "stopped")
    elif _is_open(dead, spec, options):
        yield Hit(place, "https")
    else:
        edits: list[Edit] = [*gone, Set(("spec", "ingressClassName"), name), *alb.paths(spec)]
        if spec.get("tls") and params["listen-ports"] not in annotations:
            edits.append(Set((*_ANNOTATIONS, params["listen-ports"]), _BOTH))
        added = alb.documents(options, options["https"])
        yield Hit(place, alb.kind(options), {"class": name}, edits=(*edits, *added))


def _is_open(dead: Mapping[str, Any], spec: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether it is not said how the ALB comes by a certificate: those of a CLB are not known to it."""
    secured = any(name.endswith("-cert-id") or "https" in str(value) for name, value in dead.items())
    if spec.get("tls"):
        return bool(options["vswitches"]) and not options["https"]
    return secured
