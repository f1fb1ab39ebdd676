"""What the API server refuses because the fields of a pod do not agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.name_grammar import misnamed
from asklint.checks.pod_parts import containers
from asklint.checks.schema_faults import to_be_filled
from asklint.edit import Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence, show
from asklint.resource import Pod

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_ONCE = ("livenessProbe", "startupProbe")  # one success is all that they wait for
# One of which is to be said: how a probe asks, what a hook does, where a variable comes from.
_CHECKS = ("exec", "httpGet", "tcpSocket", "grpc")
_ACTIONS = ("exec", "httpGet", "tcpSocket", "sleep")
_SOURCES = ("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef")


def lacks(path: Path, needed: str) -> Hit:
    """A hit on `path`, below which `needed` is missing."""
    return Hit(path, "missing", {"needed": needed}, missing=True)


def twice(data: Any, at: Path, ports: Sequence[Mapping[str, Any]], key: str) -> Iterator[Hit]:
    """A hit on each of the `ports` at `at` that has its `key` from an earlier one; two protocols may share a number."""
    seen: dict[tuple[Any, ...], int] = {}
    for index, port in enumerate(ports):
        value, protocol = port.get(key), port.get("protocol") if key == "nodePort" else None
        if not value or isinstance(value, dict | list) or isinstance(protocol, dict | list):
            continue
        first = seen.setdefault((value, protocol or "TCP"), index)
        if first != index:
            fields = {"list": show(at, data), "keys": f"{key} {value}"}
            yield Hit((*at, index, key), "duplicate", fields, related=(((*at, first, key), "first"),))


def in_pod(pod: Pod) -> Iterator[Hit]:
    """What does not agree in `pod`."""
    if pod.data.get("dnsPolicy") == "None" and not get(pod.data, ("dnsConfig", "nameservers")):
        yield lacks(pod.path, "dnsConfig.nameservers")
    for index, volume in enumerate(map(mapping, sequence(pod.data.get("volumes")))):
        kinds = [key for key, value in volume.items() if isinstance(value, dict)]
        yield from misnamed((*pod.path, "volumes", index, "name"), volume.get("name"), "label")
        yield from _one(pod, (*pod.path, "volumes", index), kinds)
    for index, toleration in enumerate(map(mapping, sequence(pod.data.get("tolerations")))):
        yield from _toleration((*pod.path, "tolerations", index), toleration)
    volumes = _volumes(pod)
    names = [mapping(one).get("name") for one in sequence(pod.data.get("containers"))]
    for path, container in containers(pod):
        name = container.get("name")
        if path[-2] != "containers" and isinstance(name, str) and name in names:
            first = (*pod.path, "containers", names.index(name), "name")
            yield Hit((*path, "name"), "taken", {"other": show(first, pod.object.data)}, related=((first, "first"),))
        yield from _container(pod, path, container, volumes)


def _toleration(at: Path, toleration: Mapping[str, Any]) -> Iterator[Hit]:
    if toleration.get("operator") == "Exists":
        if toleration.get("value"):
            yield Hit((*at, "value"), "both", {"other": "operator: Exists"})
    elif not toleration.get("key"):
        yield lacks(at, "key / operator: Exists")
    if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
        yield Hit((*at, "tolerationSeconds"), "only", {"wanted": "effect: NoExecute"})


def _volumes(pod: Pod) -> frozenset[str] | None:
    """The names of the pod's volumes, and of the claims that a StatefulSet makes for it; None where one is to come."""
    made = sequence(get(pod.object.data, ("spec", "volumeClaimTemplates"))) if pod.object.kind == "StatefulSet" else []
    given = [mapping(one).get("name") for one in sequence(pod.data.get("volumes"))]
    given += [get(one, ("metadata", "name")) for one in made]
    names = frozenset(name for name in given if isinstance(name, str))
    return names if len(names) == len(set(map(str, given))) and not any(map(to_be_filled, names)) else None


def _container(pod: Pod, path: Path, container: Mapping[str, Any], volumes: frozenset[str] | None) -> Iterator[Hit]:
    yield from misnamed((*path, "name"), container.get("name"), "label")
    if not container.get("image"):
        yield lacks(path, "image")
    for field in ("volumeMounts", "volumeDevices") if volumes is not None else ():
        for index, mount in enumerate(sequence(container.get(field))):
            name = mapping(mount).get("name")
            if isinstance(name, str) and volumes is not None and name not in volumes and not to_be_filled(name):
                yield Hit((*path, field, index, "name"), "nowhere")
    ports = [mapping(port) for port in sequence(container.get("ports"))]
    for index, port in enumerate(ports):
        yield from misnamed((*path, "ports", index, "name"), port.get("name"), "port")
    yield from twice(pod.object.data, (*path, "ports"), ports, "name")
    yield from _resources(path, container)
    yield from _env(pod, path, container)
    if path[-2] == "containers" or container.get("restartPolicy") == "Always":
        yield from _probes(pod, path, container)
    elif path[-2] == "initContainers":
        for name in (*_PROBES, "lifecycle"):
            if container.get(name) is not None:
                yield Hit((*path, name), "only", {"wanted": "restartPolicy: Always"})


def _resources(path: Path, container: Mapping[str, Any]) -> Iterator[Hit]:
    resources = mapping(container.get("resources"))
    limits, requests = mapping(resources.get("limits")), mapping(resources.get("requests"))
    if not limits or not requests or limits == requests:
        return
    from asklint import quantity

    for name, asked in requests.items():
        less, more = quantity.read(asked), quantity.read(limits.get(name))
        if less is not None and more is not None and less.nanos > more.nanos:
            fields = {"other": f"resources.limits.{name}", "limit": limits[name]}
            yield Hit((*path, "resources", "requests", name), "more", fields)


def _env(pod: Pod, path: Path, container: Mapping[str, Any]) -> Iterator[Hit]:
    for index, variable in enumerate(map(mapping, sequence(container.get("env")))):
        source, at = variable.get("valueFrom"), (*path, "env", index)
        if not isinstance(source, dict):
            continue
        kinds = [key for key, value in source.items() if isinstance(value, dict)]
        yield from _one(pod, (*at, "valueFrom"), kinds, _SOURCES)
        if kinds and variable.get("value") not in (None, ""):
            yield Hit((*at, "value"), "both", {"other": "valueFrom"})


def _probes(pod: Pod, path: Path, container: Mapping[str, Any]) -> Iterator[Hit]:
    for name in _PROBES:
        probe, at = container.get(name), (*path, name)
        if not isinstance(probe, dict):
            continue
        yield from _one(pod, at, _present(probe, _CHECKS), _CHECKS)
        threshold = probe.get("successThreshold")
        if name in _ONCE and isinstance(threshold, int) and threshold not in (0, 1):
            place = (*at, "successThreshold")
            yield Hit(place, "once", edits=(Set(place, 1),))
        if name not in _ONCE and probe.get("terminationGracePeriodSeconds") is not None:
            yield Hit((*at, "terminationGracePeriodSeconds"), "only", {"wanted": " / ".join(_ONCE)})
    for name in _HOOKS:
        hook = get(container, ("lifecycle", name))
        if isinstance(hook, dict):
            yield from _one(pod, (*path, "lifecycle", name), _present(hook, _ACTIONS), _ACTIONS)


def _present(data: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [name for name, value in data.items() if name in names and value is not None]


def _one(pod: Pod, at: Path, kinds: Sequence[str], allowed: Sequence[str] = ()) -> Iterator[Hit]:
    """Where one of several is to be said: a hit on each beyond the first, and where `allowed` tells them, on none."""
    if not kinds and allowed:
        yield lacks(at, " / ".join(allowed))
    for kind in kinds[1:]:
        yield Hit((*at, kind), "both", {"other": show((*at, kinds[0]), pod.object.data)})
