"""Services of type NodePort, and what each one becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks import alb
from asklint.checks.references import ingress_before
from asklint.edit import AddDocument, Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import get, mapping, sequence
from asklint.resource import Object

_TYPE = ("spec", "type")
_ANNOTATIONS = ("metadata", "annotations")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A Service whose type is NodePort.

    The case is what it becomes: `cluster`, or `routed` where an Ingress of the same text leads to it; `intranet` or
    `internet` for a LoadBalancer by the address it will have, `reused` for one that is there, `headless` where the API
    server takes none; behind an Ingress that is made, `alb-` and what serves that, or `unrouted` where a person must
    say what it leads to.
    """
    spec = mapping(subject.data.get("spec"))
    if spec.get("type") == "NodePort":
        if options["to"] is None and (name := ingress_before(subject)):
            yield Hit(_TYPE, "routed", {"ingress": name}, tuple(_inside(spec)))
            return
        become = {"ClusterIP": _cluster, "LoadBalancer": _balanced, "Ingress": _routed}[options["to"] or "LoadBalancer"]
        yield become(subject, spec, params, options)


def _cluster(subject: Object, spec: Mapping[str, Any], params: Mapping[str, Any], options: Mapping[str, Any]) -> Hit:
    return Hit(_TYPE, "cluster", edits=tuple(_inside(spec)))


def _inside(spec: Mapping[str, Any]) -> Iterator[Edit]:
    """What makes a ClusterIP of it, which has no policy for callers from outside."""
    yield from _without_nodes(spec, "ClusterIP")
    if "externalTrafficPolicy" in spec:
        yield Remove(("spec", "externalTrafficPolicy"))


def _without_nodes(spec: Mapping[str, Any], kind: str) -> Iterator[Edit]:
    yield Set(_TYPE, kind)
    for index, port in enumerate(sequence(spec.get("ports"))):
        if "nodePort" in mapping(port):
            yield Remove(("spec", "ports", index, "nodePort"))
    if "healthCheckNodePort" in spec:
        yield Remove(("spec", "healthCheckNodePort"))


# -- a load balancer


def _balanced(subject: Object, spec: Mapping[str, Any], params: Mapping[str, Any], options: Mapping[str, Any]) -> Hit:
    if "None" in (spec.get("clusterIP"), *sequence(spec.get("clusterIPs"))):
        return Hit(_TYPE, "headless")
    wanted = {"address-type": options["address-type"]}
    if options["id"]:
        wanted |= {"id": options["id"], "force-override-listeners": "true"}
    annotations = mapping(get(subject.data, _ANNOTATIONS))
    edits = list(_without_nodes(spec, "LoadBalancer"))
    said: dict[str, Any] = {}
    for name, value in wanted.items():
        spellings = [prefix + name for prefix in params["prefixes"]]
        here = [annotations[spelling] for spelling in spellings if annotations.get(spelling)]
        said[name] = (here or [value])[0]
        if not here:
            edits.append(Set((*_ANNOTATIONS, spellings[0]), value))
    if options["id"]:
        return Hit(_TYPE, "reused", {"id": said["id"]}, tuple(edits))
    return Hit(_TYPE, "intranet" if said["address-type"] == "intranet" else "internet", edits=tuple(edits))


# -- an Ingress


def _routed(subject: Object, spec: Mapping[str, Any], params: Mapping[str, Any], options: Mapping[str, Any]) -> Hit:
    name, port = alb.class_name(options), _port(spec)
    if not (name and port and options["host"] and subject.name):
        return Hit(_TYPE, "unrouted")
    host = options["host"].replace("{name}", subject.name).replace("{namespace}", subject.namespace or "default")
    edits = [*_inside(spec), AddDocument(_ingress(subject, spec, params, host, name, port))]
    if spec.get("sessionAffinity") == "ClientIP":
        edits += [Remove(("spec", key)) for key in ("sessionAffinity", "sessionAffinityConfig") if key in spec]
    fields = {"class": name, "host": host}
    return Hit(_TYPE, f"alb-{alb.kind(options)}", fields, (*edits, *alb.documents(options, https=False)))


def _port(spec: Mapping[str, Any]) -> int | None:
    """The port to which an Ingress may lead: the only one, unless it is plain that it is none for HTTP."""
    ports = [mapping(port) for port in sequence(spec.get("ports"))]
    if len(ports) != 1 or ports[0].get("protocol", "TCP") != "TCP":
        return None
    number, words = ports[0].get("port"), (ports[0].get("name"), ports[0].get("appProtocol"))
    return number if isinstance(number, int) and number != 443 and "https" not in words else None


def _ingress(
    subject: Object, spec: Mapping[str, Any], params: Mapping[str, Any], host: str, name: str, port: int
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": subject.name}
    if subject.namespace:
        metadata["namespace"] = subject.namespace
    if spec.get("sessionAffinity") == "ClientIP":
        timeout = get(spec, ("sessionAffinityConfig", "clientIP", "timeoutSeconds"), 10800)  # Kubernetes' default
        seconds = min(timeout, params["longest-cookie"]) if isinstance(timeout, int) else params["longest-cookie"]
        metadata["annotations"] = {**params["sticky"], params["cookie-timeout"]: str(seconds)}
    service = {"name": subject.name, "port": {"number": port}}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": {"ingressClassName": name, "rules": [{"host": host, "http": {"paths": [path]}}]},
    }
