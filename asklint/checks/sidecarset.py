"""An OpenKruise SidecarSet made from the pods of a DaemonSet, as the vendor's page on virtual nodes has it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.path import get, mapping, sequence
from asklint.resource import Object

# Source: https://help.aliyun.com/en/ack/serverless-kubernetes/user-guide/injecting-a-sidecar-container-into-a-virtual-node-pod
_STDLOG = {"driver": "stdlogplugin.csi.alibabacloud.com"}
_MADE = {"name": "ECI_SIDECAR_CONTAINER", "value": "true"}  # it ends when the application does
_RUNS_AS = ("runAsUser", "runAsGroup", "runAsNonRoot")


class CannotInject(ValueError):
    """Why a person has to write the SidecarSet."""


def sidecarset(subject: Object, labels: Mapping[str, str], table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The SidecarSet for pods with `labels`, and behind it the SidecarSetResourceBinding where it needs one.

    What a pod asks of its node is left out. `table` names the node's directories in which stdout stands (`stdout`,
    a list: the first becomes the stdlog volume) and those in which an agent keeps its own state (`state`, a pattern:
    each becomes an emptyDir). Raises CannotInject.
    """
    pods = subject.pods
    name = subject.name
    if not pods or name is None:
        raise CannotInject("it has no name or no pods")
    pod = pods[0].data
    sources = _Sources(subject)
    volumes, gone = _volumes(pod, table, sources)
    kinds = {key: [_container(one, pod, gone, sources) for one in sequence(pod.get(key))] for key in _KINDS}
    spec: dict[str, Any] = {"selector": {"matchLabels": dict(labels)}, "updateStrategy": {"type": "NotUpdate"}}
    spec |= {key: made for key, made in kinds.items() if made}
    spec |= {"volumes": volumes} if volumes else {}
    if pod.get("imagePullSecrets"):
        raise CannotInject("its images need a pull secret, and that stands in its own namespace alone")
    metadata = {"name": name, **{key: value for key in ("labels",) if (value := get(subject.data, ("metadata", key)))}}
    made = [{"apiVersion": "apps.kruise.io/v1alpha1", "kind": "SidecarSet", "metadata": metadata, "spec": spec}]
    return [*made, *sources.binding(name)]


_KINDS = ("initContainers", "containers")


class _Sources:
    """The ConfigMaps and Secrets that the volumes read, named with their namespace: the pods stand in others."""

    def __init__(self, subject: Object) -> None:
        self.namespace = subject.namespace
        self.refs: list[dict[str, str]] = []

    def named(self, kind: str, name: Any) -> str:
        if not isinstance(name, str):
            raise CannotInject(f"a volume names no {kind}")
        if self.namespace is None:
            raise CannotInject(f"its {kind} {name} stands in a namespace that the manifest does not name")
        ref = {"kind": kind, "name": name}
        if ref not in self.refs:
            self.refs.append(ref)
        return f"{self.namespace}/{name}"

    def binding(self, name: str) -> Iterator[Mapping[str, Any]]:
        if self.refs:
            yield {
                "apiVersion": "sidecarset.alibabacloud.com/v1alpha1",
                "kind": "SidecarSetResourceBinding",
                "metadata": {"name": name, "namespace": self.namespace},
                "spec": {"subjects": [{"kind": "SidecarSet", "name": name}], "resourceRefs": self.refs},
            }


def _volumes(pod: Mapping[str, Any], table: Mapping[str, Any], sources: _Sources) -> tuple[list[Any], frozenset[str]]:
    """The volumes of the sidecar, and the names of those that it goes without."""
    made: list[Any] = []
    gone: set[str] = set()
    for volume in map(mapping, sequence(pod.get("volumes"))):
        name = str(volume.get("name"))
        host = mapping(volume.get("hostPath")).get("path")
        if "hostPath" in volume:
            path = posixpath.normpath(str(host))
            if path in table["stdout"] and not any("csi" in one for one in made):
                made.append({"name": name, "csi": dict(_STDLOG)})
            elif path not in table["stdout"] and re.fullmatch(table["state"], path):
                made.append({"name": name, "emptyDir": {}})
            else:
                gone.add(name)
        elif "configMap" in volume:
            source = mapping(volume["configMap"])
            made.append({**volume, "configMap": {**source, "name": sources.named("ConfigMap", source.get("name"))}})
        elif "secret" in volume:
            source = mapping(volume["secret"])
            named = sources.named("Secret", source.get("secretName"))
            made.append({**volume, "secret": {**source, "secretName": named}})
        elif "emptyDir" in volume or "downwardAPI" in volume:
            made.append(volume)
        else:
            raise CannotInject(f"its volume {name} cannot be shared by the pods of others")
    return made, frozenset(gone)


def _container(given: Any, pod: Mapping[str, Any], gone: frozenset[str], sources: _Sources) -> dict[str, Any]:
    """The container without what it asks of its node. Raises CannotInject where it cannot start elsewhere."""
    made = dict(mapping(given))
    for entry in (*sequence(made.get("env")), *sequence(made.get("envFrom"))):
        _check_env(mapping(entry), sources)
    mounts = [one for one in sequence(made.get("volumeMounts")) if str(mapping(one).get("name")) not in gone]
    made.pop("volumeMounts", None)
    made.pop("volumeDevices", None)
    made["env"] = [*sequence(made.get("env")), _MADE]
    if mounts:
        made["volumeMounts"] = [_without(one, "mountPropagation") for one in mounts]
    if isinstance(made.get("ports"), list):
        made["ports"] = [_without(one, "hostPort", "hostIP") for one in made["ports"]]
    runs = {key: value for key in _RUNS_AS if (value := get(pod, ("securityContext", key))) is not None}
    context = {**runs, **mapping(made.pop("securityContext", None))}
    context.pop("privileged", None)
    if context:
        made["securityContext"] = context
    return made


def _without(given: Any, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping(given).items() if key not in keys}


def _check_env(entry: Mapping[str, Any], sources: _Sources) -> None:
    for place, kind in (
        (("valueFrom", "configMapKeyRef"), "ConfigMap"),
        (("valueFrom", "secretKeyRef"), "Secret"),
        (("configMapRef",), "ConfigMap"),
        (("secretRef",), "Secret"),
    ):
        if found := get(entry, place):
            name = mapping(found).get("name")
            raise CannotInject(f"its environment reads {kind} {name}, and variables read no other namespace")
