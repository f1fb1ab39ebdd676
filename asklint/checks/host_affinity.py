"""Pods that want to share a host with others, or to keep away from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.label_selectors import selects
from asklint.checks.pod_parts import carries, labels_of, runs
from asklint.edit import Edit, Insert, Move, Remove, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each term of `field` whose topologyKey is one of `keys`: `required` or, where it is asked, `preferred`.

    An anti-affinity is no hit where one replica at a time is all there is, nor on eci where the pod opts in by a label,
    which overrides it. A required one can become a preferred one of the weight `weight`.
    """
    affinity = mapping(mapping(subject.data.get("affinity")).get(params["field"]))
    if not affinity or not runs(subject):
        return
    required, preferred = sequence(affinity.get(_REQUIRED)), sequence(affinity.get(_PREFERRED))
    start: Path = (*subject.path, "affinity", params["field"])
    away = params["field"] == "podAntiAffinity"
    if away and target == "eci" and carries(subject, params["nodes"]["opt-in"]):
        return
    hosts = [
        index
        for index, term in enumerate(required)
        if mapping(term).get("topologyKey") in params["keys"] and not (away and _is_alone(subject, term))
    ]
    for index in hosts:
        edits = _softer(affinity, index, hosts, start, params) if "weight" in params else ()
        yield Hit((*start, _REQUIRED, index, "topologyKey"), "required", edits=tuple(edits))
    for index, term in enumerate(preferred if params["preferred"] else ()):
        if get(term, ("podAffinityTerm", "topologyKey")) in params["keys"]:
            yield Hit((*start, _PREFERRED, index, "podAffinityTerm", "topologyKey"), "preferred")


def _softer(
    affinity: Mapping[str, Any], index: int, hosts: list[int], start: Path, params: Mapping[str, Any]
) -> Iterator[Edit]:
    """What makes the term a preference. Where all do, the list takes the other name, and they keep their comments."""
    terms, before = affinity[_REQUIRED], (*start, _REQUIRED)
    if len(hosts) == len(terms) and _PREFERRED not in affinity:
        yield Rename(before, _PREFERRED)
        for one in hosts:
            yield Set((*before, one, "weight"), params["weight"])
            for key in terms[one]:
                yield Move((*before, one, key), (*before, one, "podAffinityTerm", key))
        return
    going = hosts if len(hosts) == len(terms) else [index]
    yield Remove(before if going is hosts else (*before, index))
    for one in going:
        yield Insert((*start, _PREFERRED), {"weight": params["weight"], "podAffinityTerm": terms[one]})


def _is_alone(pod: Pod, term: Any) -> bool:
    """Whether the term is about the pod's own replicas, of which there is one, and an update takes it away first."""
    if not selects(mapping(term).get("labelSelector"), labels_of(pod)):
        return False
    spec = mapping(pod.object.data.get("spec"))
    replicas = spec.get("replicas", 1)
    if not isinstance(replicas, int) or replicas > 1:
        return False
    if pod.object.kind != "Deployment":
        return True
    unavailable = get(spec, ("strategy", "rollingUpdate", "maxUnavailable"))
    return get(spec, ("strategy", "type")) == "Recreate" or unavailable in (1, "100%")
