"""What an object names of others: what it uses, and what it is there for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.path import get, mapping, parse, sequence, walk
from asklint.resource import Object

Name = tuple[str, str, str]  # kind, namespace ("" where it is not said), name
Table = Mapping[str, tuple[str, ...]]  # per kind, the places of names

# What a pod uses, and where its name stands.
_POD_USES: Table = {
    "ConfigMap": (
        "volumes[*].configMap.name",
        "volumes[*].projected.sources[*].configMap.name",
        "(containers|initContainers)[*].env[*].valueFrom.configMapKeyRef.name",
        "(containers|initContainers)[*].envFrom[*].configMapRef.name",
    ),
    "Secret": (
        "volumes[*].secret.secretName",
        "volumes[*].projected.sources[*].secret.name",
        "volumes[*].csi.nodePublishSecretRef.name",
        "(containers|initContainers)[*].env[*].valueFrom.secretKeyRef.name",
        "(containers|initContainers)[*].envFrom[*].secretRef.name",
        "imagePullSecrets[*].name",
    ),
    "PersistentVolumeClaim": ("volumes[*].persistentVolumeClaim.claimName",),
    "ServiceAccount": ("serviceAccountName", "serviceAccount"),
}
_USES: dict[str, Table] = {
    "ServiceAccount": {"Secret": ("secrets[*].name", "imagePullSecrets[*].name")},
    "StatefulSet": {"Service": ("spec.serviceName",)},
    "Ingress": {
        "Service": (
            "spec.rules[*].http.paths[*].backend.service.name",
            "spec.rules[*].http.paths[*].backend.serviceName",
            "spec.(defaultBackend|backend).service.name",
            "spec.backend.serviceName",
        ),
        "Secret": ("spec.tls[*].secretName",),
    },
    "APIService": {"Service": ("spec.service.name",)},
    "MutatingWebhookConfiguration": {"Service": ("webhooks[*].clientConfig.service.name",)},
    "ValidatingWebhookConfiguration": {"Service": ("webhooks[*].clientConfig.service.name",)},
}
_POLICIES = {"podsecuritypolicies": "PodSecurityPolicy", "securitycontextconstraints": "SecurityContextConstraints"}
_WORD = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_BUILT_IN = re.compile(r"(?:|apps|batch|autoscaling|extensions|policy|[a-z.]+\.k8s\.io)")
_PARSED = {text: parse(text) for table in (_POD_USES, *_USES.values()) for texts in table.values() for text in texts}


def uses(subject: Object) -> Iterator[Name]:
    """What `subject` cannot do without."""
    here = subject.namespace or ""
    for pod in subject.pods:
        yield from _named(_POD_USES, pod.data, here)
    yield from _named(_USES.get(subject.kind, {}), subject.data, here)
    if subject.kind in ("RoleBinding", "ClusterRoleBinding"):
        role = mapping(subject.data.get("roleRef"))
        yield str(role.get("kind")), here if role.get("kind") == "Role" else "", str(role.get("name"))
    if subject.kind in ("Role", "ClusterRole"):
        for rule in map(mapping, sequence(subject.data.get("rules"))):
            for resource in sequence(rule.get("resources")):
                if resource in _POLICIES:
                    yield from ((_POLICIES[resource], "", str(name)) for name in sequence(rule.get("resourceNames")))


def _named(table: Table, data: Any, namespace: str) -> Iterator[Name]:
    for kind, places in table.items():
        for place in places:
            for _, name in walk(_PARSED[place], data):
                if isinstance(name, str):
                    yield kind, namespace, name


def mentions(subject: Object) -> list[str]:
    """Every word in a custom object that may be a name: no table says what its fields mean."""
    if _BUILT_IN.fullmatch(subject.group) or "monitoring.coreos.com" in subject.group:
        return []
    return sorted({word for word in _strings(subject.data.get("spec")) if _WORD.fullmatch(word)})


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _strings(value)


def serves(subject: Object) -> dict[str, Any] | None:
    """What `subject` is there for: `names` of objects, or those that a `selector` fits (`of` pods or Services).

    None where it is there for itself. What it cannot be read from is a name that no object has.
    """
    here, spec = subject.namespace or "", mapping(subject.data.get("spec"))
    if subject.kind in ("RoleBinding", "ClusterRoleBinding"):
        return {"names": [_subject(mapping(one), here) for one in sequence(subject.data.get("subjects"))]}
    if subject.kind in ("HorizontalPodAutoscaler", "VerticalPodAutoscaler"):
        target = mapping(spec.get("scaleTargetRef") or spec.get("targetRef"))
        return {"names": [(str(target.get("kind")), here, str(target.get("name")))]}
    if subject.kind == "SecurityContextConstraints":
        return {"names": [_account(str(user)) for user in sequence(subject.data.get("users"))]}
    if subject.kind == "Service":
        selector = spec.get("selector")
        return {"of": "pods", "selector": {"matchLabels": selector} if selector else None}
    if subject.kind in ("PodDisruptionBudget", "PodMonitor"):
        return {"of": "pods", "selector": spec.get("selector") or None}
    if subject.kind == "NetworkPolicy":
        return {"of": "pods", "selector": spec.get("podSelector") or None}
    if subject.kind == "ServiceMonitor":
        return {"of": "services", "selector": spec.get("selector") or None}
    return None


def _subject(one: Mapping[str, Any], here: str) -> Name:
    if one.get("kind") != "ServiceAccount":
        return "somebody", "", "outside"
    return "ServiceAccount", str(one.get("namespace") or here), str(one.get("name"))


def _account(user: str) -> Name:
    """`system:serviceaccount:NAMESPACE:NAME`; other users are no object."""
    parts = user.split(":")
    return ("ServiceAccount", parts[2], parts[3]) if len(parts) == 4 else ("somebody", "", "outside")


def labels(subject: Object) -> list[dict[str, str]]:
    """The labels of the pods in `subject`."""
    return [_plain(pod.metadata.get("labels")) for pod in subject.pods]


def own_labels(subject: Object) -> dict[str, str]:
    """The labels of `subject` itself."""
    return _plain(get(subject.data, ("metadata", "labels")))


def _plain(given: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in mapping(given).items()}


def ingress_before(service: Object) -> str | None:
    """The name of an Ingress in the same text that leads to `service`; None where none does."""
    return service.beside.know(_led_to).get(("Service", service.namespace or "", service.name or ""))


def _led_to(objects: Iterator[tuple[int, Object]]) -> dict[Name, str]:
    """What Ingresses lead to, each with the name of the first that does."""
    names: dict[Name, str] = {}
    for _, one in objects:
        if one.kind == "Ingress":
            for name in uses(one):
                names.setdefault(name, one.name or "")
    return names
