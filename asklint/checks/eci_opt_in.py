"""Pods of an ACK cluster that nothing in the run puts on ECI."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.label_selectors import selects
from asklint.checks.pod_parts import labels_of
from asklint.checks.way_to_eci import keeps_off, opts_in, takes_label
from asklint.finding import Conclusion, Fact, Told
from asklint.path import get, mapping, sequence
from asklint.resource import Object, Pod

_SHOWN = 5


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """Each pod, with whether it opts in itself; each namespace; and each `door`: an object that puts pods on ECI.

    A pod that keeps off virtual nodes is none of it, nor is one that gets a label. A SidecarSet merely adds to pods.
    """
    if isinstance(subject, Pod):
        if subject.object.kind == "SidecarSet":
            return
        if not keeps_off(subject, params) and not takes_label(subject, params, options):
            labels = {str(key): str(value) for key, value in labels_of(subject).items()}
            yield Fact(("kind",), {"is": "pod", "in": opts_in(subject, params), "labels": labels})
    elif subject.known == "Namespace":
        labels = {str(key): str(value) for key, value in mapping(get(subject.data, ("metadata", "labels"))).items()}
        wanted = params["nodes"]["opt-in-namespace"]
        opted = any(labels.get(key) == value for key, value in wanted.items())
        yield Fact(("kind",), {"is": "namespace", "in": opted, "labels": labels})
    else:
        for door in _doors(subject, params["profile"]):
            yield Fact(("kind",), {"is": "door", **door})


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """One word about all pods of the run that no label, namespace or door puts on ECI."""
    pods = [index for index, fact in enumerate(facts) if fact.data["is"] == "pod" and not fact.silenced]
    namespaces = [fact for fact in facts if fact.data["is"] == "namespace"]
    doors = [fact.data for fact in facts if fact.data["is"] == "door"]
    out = [index for index in pods if not _is_in(facts[index], namespaces, doors)]
    if not out:
        return
    names = list(dict.fromkeys(facts[index].object.name or "?" for index in out))
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    related = tuple((index, "as-well") for index in out[1 : 2 * _SHOWN])
    fields = {"count": len(out), "all": len(pods), "names": shown}
    case = "one" if len(out) == 1 else "all" if len(out) == len(pods) else "many"
    yield Conclusion(out[0], case, fields, related, {"pods": names})


def _doors(subject: Object, profile: str) -> Iterator[dict[str, Any]]:
    spec = mapping(subject.data.get("spec"))
    if subject.kind == "ConfigMap":
        if subject.name == profile and subject.namespace in (None, "kube-system"):
            yield from _selectors(mapping(subject.data.get("data")).get("selectors"))
    elif subject.kind == "ElasticWorkload":
        yield {"workload": get(spec, ("sourceTarget", "name"))}
    elif subject.kind == "ResourcePolicy":
        yield {"objects": {"matchLabels": mapping(spec.get("selector"))}}
    else:
        yield {"objects": spec.get("objectLabels"), "namespaces": spec.get("namespaceLabels")}


def _selectors(text: Any) -> Iterator[dict[str, Any]]:
    """What the profile selects; one that cannot be read may select anything."""
    if not text:
        return
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        yield {}
        return
    for one in sequence(found):
        yield {"objects": mapping(one).get("objectSelector"), "namespaces": mapping(one).get("namespaceSelector")}


def _is_in(pod: Told, namespaces: Sequence[Told], doors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether something may put the pod on ECI: where the run does not say which namespace it is in, any may be it."""
    if pod.data["in"]:
        return True
    mine = [one for one in namespaces if pod.object.namespace in (None, one.object.name)]
    return any(one.data["in"] for one in mine) or any(_leads(door, pod, mine) for door in doors)


def _leads(door: Mapping[str, Any], pod: Told, namespaces: Sequence[Told]) -> bool:
    if "workload" in door:
        return bool(door["workload"] == pod.object.name)
    if door.get("objects") is not None and not selects(door["objects"], pod.data["labels"]):
        return False
    wanted = door.get("namespaces")
    return wanted is None or not namespaces or any(selects(wanted, one.data["labels"]) for one in namespaces)
