"""What the API server refuses because the fields of an object do not agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from asklint.checks.cron_schedule import is_schedule
from asklint.checks.label_selectors import selects
from asklint.checks.name_grammar import misnamed
from asklint.checks.pod_agreement import in_pod, lacks, twice
from asklint.checks.schema_faults import to_be_filled
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence, show
from asklint.resource import Object

# Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
# and validation.go of apps, autoscaling, batch and policy beside it
_LB = "LoadBalancer"
_SELECTOR: Path = ("spec", "selector")
_RESTARTS: dict[str, tuple[str, ...]] = {"Job.batch": ("OnFailure", "Never"), "CronJob.batch": ("OnFailure", "Never")}
_LONG_RUNNING = ("DaemonSet.apps", "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps", "ReplicationController")
_RESTARTS |= dict.fromkeys(_LONG_RUNNING, ("Always",))
_NAMED = {
    **dict.fromkeys((*_LONG_RUNNING, "Pod", "Job.batch", "HorizontalPodAutoscaler.autoscaling"), "subdomain"),
    **dict.fromkeys(
        ("ConfigMap", "Secret", "ServiceAccount", "PersistentVolume", "PersistentVolumeClaim"), "subdomain"
    ),
    **dict.fromkeys(("Ingress.networking.k8s.io", "StorageClass.storage.k8s.io"), "subdomain"),
    **dict.fromkeys(("Namespace", "Service"), "label"),
    "CronJob.batch": "cronjob",
}
_LOCAL = {"config.kubernetes.io/local-config", "config.kubernetes.io/function"}  # for kustomize, and not for a cluster


def disagreements(subject: Object) -> Iterator[Hit]:
    """What does not agree in `subject`, a whole object of Kubernetes' own kinds."""
    if subject.known in _NAMED and not _LOCAL & mapping(get(subject.data, ("metadata", "annotations"))).keys():
        yield from misnamed(("metadata", "name"), subject.name, _NAMED[subject.known])
    about = _ABOUT.get(subject.known)
    if about is not None:
        yield from about(subject)
    for pod in subject.pods:
        yield from in_pod(pod)
        allowed = _RESTARTS.get(subject.known)
        if allowed is not None:
            yield from _restarts(pod.data, pod.path, allowed)


def _restarts(pod: Mapping[str, Any], path: Path, allowed: tuple[str, ...]) -> Iterator[Hit]:
    """How the pods of a controller are restarted: those of a Job not always, which is the default, others only so."""
    given, words = pod.get("restartPolicy"), " / ".join(allowed)
    if not given:
        if "Always" not in allowed:
            yield lacks(path, f"restartPolicy: {words}")
    elif given in ("Always", "OnFailure", "Never") and given not in allowed:
        yield Hit((*path, "restartPolicy"), "choice", {"allowed": words})
    if "Always" in allowed and pod.get("activeDeadlineSeconds") is not None:
        yield Hit((*path, "activeDeadlineSeconds"), "only", {"wanted": "kind: Job / Pod"})


# -- workloads


def _workload(subject: Object) -> Iterator[Hit]:
    """A selector that does not fit the pods that are made, which a kustomization may yet give their labels."""
    selector = get(subject.data, _SELECTOR)
    if not isinstance(selector, dict) or "selector" in subject.added:
        return
    labels = _texts(get(subject.data, ("spec", "template", "metadata", "labels")))
    wanted = _texts(selector.get("matchLabels"))
    if any(map(to_be_filled, [*wanted.values(), *labels.values()])):
        return
    if not wanted and not sequence(selector.get("matchExpressions")):
        yield lacks(_SELECTOR, "matchLabels")
    elif not selects({**selector, "matchLabels": wanted}, labels):
        unmet = next((key for key, value in wanted.items() if labels.get(key) != value), None)
        yield Hit(_SELECTOR if unmet is None else (*_SELECTOR, "matchLabels", unmet), "unselected")


def _texts(labels: Any) -> dict[str, str]:
    """Labels, those that are no strings as they would be in quotes: that they are none is told elsewhere."""
    return {str(key): _text(value) for key, value in mapping(labels).items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _deployment(subject: Object) -> Iterator[Hit]:
    yield from _workload(subject)
    at: Path = ("spec", "strategy")
    strategy = mapping(get(subject.data, at))
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling is not None:
        yield Hit((*at, "rollingUpdate"), "only", {"wanted": f"{show(at)}.type: RollingUpdate"})
    elif all(mapping(rolling).get(key) in (0, "0%") for key in ("maxSurge", "maxUnavailable")):
        yield Hit((*at, "rollingUpdate", "maxUnavailable"), "both", {"other": "maxSurge: 0"})


def _cron_job(subject: Object) -> Iterator[Hit]:
    schedule = get(subject.data, ("spec", "schedule"))
    if isinstance(schedule, str) and not is_schedule(schedule) and not to_be_filled(schedule):
        yield Hit(("spec", "schedule"), "schedule")


# -- autoscaling and disruption

_SOURCES = ("resource", "pods", "object", "external", "containerResource")


def _autoscaler(subject: Object) -> Iterator[Hit]:
    spec = mapping(subject.data.get("spec"))
    least, most = _number(spec.get("minReplicas")), _number(spec.get("maxReplicas"))
    if most is not None and most < 1:
        yield Hit(("spec", "maxReplicas"), "range")
    elif least is not None and most is not None and least > most:
        yield Hit(("spec", "minReplicas"), "more", {"other": "spec.maxReplicas", "limit": most})
    for index, metric in enumerate(map(mapping, sequence(spec.get("metrics")))):
        kind = metric.get("type")
        source = kind[:1].lower() + kind[1:] if isinstance(kind, str) else ""
        if source in _SOURCES and metric.get(source) is None:
            yield lacks(("spec", "metrics", index), source)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _budget(subject: Object) -> Iterator[Hit]:
    spec = mapping(subject.data.get("spec"))
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield Hit(("spec", "maxUnavailable"), "both", {"other": "spec.minAvailable"})


# -- Services


def _service(subject: Object) -> Iterator[Hit]:
    spec = subject.data.get("spec")
    if not isinstance(spec, dict):
        return
    kind = spec.get("type") or "ClusterIP"
    ports = [mapping(port) for port in sequence(spec.get("ports"))]
    address = next((one for one in (spec.get("clusterIP"), *sequence(spec.get("clusterIPs"))) if one), None)
    yield from _address(spec, kind, address)
    if not ports and address != "None" and kind != "ExternalName" and "selector" in spec:
        yield lacks(("spec",), "ports")  # without a selector it may be part of a Service: what a test expects to find
    yield from _ports(subject, ports, kind)
    for name, given in ((key, spec.get(key)) for key in _OF_BALANCERS):
        if given not in (None, []) and kind != _LB:
            yield Hit(("spec", name), "only", {"wanted": f"spec.type: {_LB}"})
    if spec.get("healthCheckNodePort") and (kind != _LB or spec.get("externalTrafficPolicy") != "Local"):
        wanted = f"spec.type: {_LB}, externalTrafficPolicy: Local"
        yield Hit(("spec", "healthCheckNodePort"), "only", {"wanted": wanted})


_OF_BALANCERS = ("allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerSourceRanges")


def _address(spec: Mapping[str, Any], kind: str, address: Any) -> Iterator[Hit]:
    """A Service without an address of its own serves callers inside alone; one that is a mere name has none at all."""
    at: Path = ("spec", "clusterIP" if spec.get("clusterIP") else "clusterIPs")
    if kind == "ExternalName":
        if address is not None:
            yield Hit(at, "both", {"other": "spec.type: ExternalName"})
        if not spec.get("externalName"):
            yield lacks(("spec",), "externalName")
    elif address == "None" and kind in ("NodePort", _LB):
        yield Hit(at, "both", {"other": f"spec.type: {kind}"})


def _ports(subject: Object, ports: list[Mapping[str, Any]], kind: str) -> Iterator[Hit]:
    for index, port in enumerate(ports):
        at: Path = ("spec", "ports", index)
        yield from misnamed((*at, "name"), port.get("name"), "label")
        if len(ports) > 1 and not port.get("name"):
            yield lacks(at, "name")
        if port.get("nodePort") and kind == "ClusterIP":
            yield Hit((*at, "nodePort"), "only", {"wanted": f"spec.type: NodePort / {_LB}"})
    yield from twice(subject.data, ("spec", "ports"), ports, "name")
    yield from twice(subject.data, ("spec", "ports"), ports, "nodePort")


_ABOUT: dict[str, Callable[[Object], Iterator[Hit]]] = {
    "CronJob.batch": _cron_job,
    "DaemonSet.apps": _workload,
    "Deployment.apps": _deployment,
    "ReplicaSet.apps": _workload,
    "StatefulSet.apps": _workload,
    "HorizontalPodAutoscaler.autoscaling": _autoscaler,
    "PodDisruptionBudget.policy": _budget,
    "Service": _service,
}
