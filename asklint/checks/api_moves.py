"""What must change in an object, besides its apiVersion, so that it means the same under the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from asklint.edit import Edit, Move, Remove, Rename, Set
from asklint.path import Path, get, mapping, sequence


class Change(NamedTuple):
    """`edits` beside the apiVersion's own; `defaults` are absent fields that the next apiVersion takes otherwise.

    None of it is known where a person must decide (`hand`).
    """

    edits: tuple[Edit, ...] = ()
    defaults: tuple[str, ...] = ()
    hand: bool = False


_HAND = Change(hand=True)


def change(name: str | None, data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    """What the change called `name` in schemas/kubernetes-versions.yaml asks of the object `data`."""
    if name is None:
        return Change()
    return _CHANGES[name](data, params) if name in _CHANGES else _HAND


# -- Deployment, DaemonSet, ReplicaSet, StatefulSet: apps/v1 wants a selector, and has other defaults


def _workload(data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    spec = mapping(data.get("spec"))
    if any(spec.get(name) is not None for name in params["gone"]):
        return _HAND
    edits: tuple[Edit, ...] = ()
    if spec.get("selector") is None:
        # Source: SetDefaults_* of extensions/v1beta1 and apps/v1beta1: an absent selector is the template's labels.
        labels = get(spec, ("template", "metadata", "labels"))
        if not isinstance(labels, dict) or not labels or not all(isinstance(value, str) for value in labels.values()):
            return _HAND
        edits = (Set(("spec", "selector", "matchLabels"), dict(labels)),)
    elif not any(mapping(spec["selector"]).values()):
        return _HAND
    return Change(edits, tuple(_absent(spec, params["defaults"][data["apiVersion"]].get(data["kind"], ()))))


def _absent(spec: Mapping[str, Any], fields: list[str]) -> Iterator[str]:
    for field in fields:
        path = tuple(field.split("."))
        if path[0] == "strategy" and get(spec, ("strategy", "type")) == "Recreate":
            continue
        if get(spec, path) is None:
            yield f"spec.{field}"


# -- Ingress


def _ingress(data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    edits: list[Edit] = []
    spec = mapping(data.get("spec"))
    if spec.get("backend") is not None:
        moved = backend(spec["backend"], ("spec", "backend"))
        if moved is None or "defaultBackend" in spec:
            return _HAND
        edits += [Rename(("spec", "backend"), "defaultBackend"), *moved]
    for index, rule in enumerate(sequence(spec.get("rules"))):
        for number, entry in enumerate(sequence(get(rule, ("http", "paths")))):
            at: Path = ("spec", "rules", index, "http", "paths", number)
            moved = backend(mapping(entry).get("backend"), (*at, "backend"))
            if moved is None:
                return _HAND
            if entry.get("pathType") is None:
                edits.append(Set((*at, "pathType"), "ImplementationSpecific"))
            edits += moved
    return Change(tuple(edits))


def backend(data: Any, at: Path) -> list[Edit] | None:
    """What makes a backend of networking.k8s.io/v1 of `data`, which stands at `at`.

    serviceName and servicePort become service.name and service.port; a resource stays. None where it is neither.
    """
    if not isinstance(data, dict):
        return None
    if data.keys() == {"resource"}:
        return []
    name, port = data.get("serviceName"), data.get("servicePort")
    if not isinstance(name, str) or data.keys() != {"serviceName", "servicePort"}:
        return None
    moves: list[Edit] = [Move((*at, "serviceName"), (*at, "service", "name"))]
    to = (*at, "service", "port")
    if type(port) is int:
        return [*moves, Move((*at, "servicePort"), (*to, "number"))]
    if isinstance(port, str) and port.isascii() and port.isdigit():
        return [*moves, Remove((*at, "servicePort")), Set((*to, "number"), int(port))]
    return [*moves, Move((*at, "servicePort"), (*to, "name"))] if isinstance(port, str) else None


# -- PodDisruptionBudget: an empty selector meant no pod, and means every one


def _budget(data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    selector = get(data, ("spec", "selector"))
    return _HAND if selector is not None and not any(mapping(selector).values()) else Change()


# -- HorizontalPodAutoscaler: a metric's name and its target have maps of their own


def _metrics(data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    edits: list[Edit] = []
    for index, metric in enumerate(sequence(get(data, ("spec", "metrics")))):
        sources = [key for key in mapping(metric) if key != "type"]
        if len(sources) != 1 or not isinstance(metric[sources[0]], dict):
            return _HAND
        moved = _metric(sources[0], metric[sources[0]], ("spec", "metrics", index, sources[0]))
        if moved is None:
            return _HAND
        edits += moved
    if sequence(get(data, ("status", "currentMetrics"))):  # of an object as it was in a cluster, which writes it anew
        edits.append(Remove(("status", "currentMetrics")))
    return Change(tuple(edits))


_NAMES = {"metricName": "name", "selector": "selector", "metricSelector": "selector"}
_AIMS = {
    "targetAverageUtilization": ("Utilization", "averageUtilization"),
    "targetAverageValue": ("AverageValue", "averageValue"),
    "targetValue": ("Value", "value"),
}


def _metric(source: str, said: Mapping[str, Any], at: Path) -> list[Edit] | None:
    """The edits of one metric source; None where it has something that v2beta1 does not know."""
    if source == "object":
        return _object_metric(said, at)
    named = _NAMES if source in ("pods", "external") else {}
    kept = {"resource": {"name"}, "containerResource": {"name", "container"}}.get(source, set())
    aims = [key for key in said if key in _AIMS]
    if len(aims) != 1 or said.keys() - kept - named.keys() - _AIMS.keys() or (named and "metricName" not in said):
        return None
    kind, field = _AIMS[aims[0]]
    moves: list[Edit] = [Move((*at, key), (*at, "metric", named[key])) for key in named if key in said]
    return [*moves, Set((*at, "target", "type"), kind), Move((*at, aims[0]), (*at, "target", field))]


def _object_metric(said: Mapping[str, Any], at: Path) -> list[Edit] | None:
    """`target` names the object in v2beta1 and the aim in v2, so the whole is written anew."""
    if said.keys() - {"target", "metricName", "targetValue", "averageValue", "selector"}:
        return None
    if not isinstance(said.get("target"), dict) or not isinstance(said.get("metricName"), str):
        return None
    if said.get("averageValue") is not None:
        aim = {"type": "AverageValue", "averageValue": said["averageValue"]}
    else:
        aim = {"type": "Value", "value": said.get("targetValue")}
    metric = {"name": said["metricName"], **({"selector": said["selector"]} if said.get("selector") else {})}
    return [Set(at, {"describedObject": said["target"], "metric": metric, "target": aim})]


# -- webhook configurations: what may be absent has other defaults, or none


def _webhooks(data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    edits: list[Edit] = []
    webhooks = [mapping(webhook) for webhook in sequence(data.get("webhooks"))]
    names = [webhook.get("name") for webhook in webhooks]
    if len({str(name) for name in names}) != len(names):
        return _HAND
    for index, webhook in enumerate(webhooks):
        if webhook.get("sideEffects") not in ("None", "NoneOnDryRun"):
            return _HAND
        for field, value in params["webhooks"].items():
            if webhook.get(field) is None:
                edits.append(Set(("webhooks", index, field), value))
    return Change(tuple(edits))


# -- EndpointSlice: nodeName and zone have left the topology


def _topology(data: Mapping[str, Any], params: Mapping[str, Any]) -> Change:
    return _HAND if any("topology" in mapping(one) for one in sequence(data.get("endpoints"))) else Change()


_CHANGES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Change]] = {
    "budget": _budget,
    "ingress": _ingress,
    "metrics": _metrics,
    "topology": _topology,
    "webhooks": _webhooks,
    "workload": _workload,
}
