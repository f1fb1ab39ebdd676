"""What a live object says of its author: the object as the server gives it back, without what the server wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint import data
from asklint.path import Path, get, mapping, parse, sequence, walk
from asklint.resource import PODS

Data = Mapping[str, Any]

_APPLIED = ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
_LISTS = ("containers", "initContainers", "ephemeralContainers")


def table() -> Data:
    """schemas/cluster.yaml: what stands in a cluster besides what its users wrote there."""
    return mapping(data.load()["schemas"]["cluster"])


def known(one: Data) -> str:
    """`Deployment.apps`, `Service`: the kind of `one` as rules write it."""
    group = str(one.get("apiVersion", "")).rpartition("/")[0]
    return f"{one.get('kind')}.{group}" if group else str(one.get("kind"))


def clean(one: Data) -> dict[str, Any]:
    """`one` without what the server, its controllers and its admission wrote, and without what it fills in itself.

    What is left means the same in a new cluster: a value goes only where the server would write it again, or where it
    tells of this cluster alone.
    """
    gone = {path for steps in _steps("written", "any") + _steps("written", known(one)) for path, _ in walk(steps, one)}
    gone |= {path for steps, value in _defaults(known(one)) for path, found in walk(steps, one) if _same(found, value)}
    gone |= set(_allocated(one))
    if known(one) in PODS:
        at = PODS[known(one)]
        gone |= {(*at, *path) for path in _of_pod_spec(mapping(get(one, at)), known(one))}
    gone |= set(_SPECIAL.get(known(one), _nothing)(one))
    return dict(_without(one, gone, ()))


def _same(found: Any, value: Any) -> bool:
    return type(found) is type(value) and found == value


def _without(value: Any, gone: set[Path], at: Path) -> Any:
    """`value` without the places in `gone`; a collection that becomes empty goes as well, one that was empty stays."""
    if isinstance(value, dict):
        kept = {key: _without(item, gone, (*at, key)) for key, item in value.items() if (*at, key) not in gone}
        return {key: item for key, item in kept.items() if item not in ({}, []) or value[key] in ({}, [])}
    if isinstance(value, list):
        return [_without(item, gone, (*at, index)) for index, item in enumerate(value) if (*at, index) not in gone]
    return value


# -- the tables, read once


@cache
def _steps(name: str, kind: str) -> list[Any]:
    return [parse(path) for path in table()[name].get(kind, ())]


@cache
def _defaults(kind: str) -> list[tuple[Any, Any]]:
    return [(parse(path), value) for path, value in table()["defaults"].get(kind, {}).items()]


# -- what no table can say


def _allocated(one: Data) -> Iterator[Path]:
    """What the server allocates, unless the author's own words hold the same."""
    steps = _steps("allocated", known(one))
    said = _applied(one) if steps else {}
    for path, value in (found for each in steps for found in walk(each, one)):
        if get(said, path) != value:
            yield path


def _applied(one: Data) -> Data:
    """What kubectl apply noted of its input; empty where there is no such note."""
    try:
        return mapping(json.loads(get(one, _APPLIED, "{}")))
    except (TypeError, ValueError):
        return {}


def _of_pod_spec(spec: Data, kind: str) -> Iterator[Path]:
    """What the server and admission fill into the pod spec `spec`, wherever a `kind` has it; paths are of the spec."""
    yield from (path for steps, value in _defaults("pod") for path, found in walk(steps, spec) if _same(found, value))
    if "serviceAccount" in spec and spec["serviceAccount"] == spec.get("serviceAccountName"):
        yield ("serviceAccount",)  # the field's old name, which the server keeps beside the new one
    for name in _LISTS:
        for index, container in enumerate(sequence(spec.get(name))):
            if mapping(container).get("imagePullPolicy") == _pull_policy(mapping(container).get("image")):
                yield name, index, "imagePullPolicy"
    if kind == "Pod":
        yield from _injected(spec)


def _pull_policy(image: Any) -> str:
    """What the server takes where none is said: https://kubernetes.io/docs/concepts/containers/images/."""
    tag = str(image).rpartition("/")[2]
    return "IfNotPresent" if "@" in tag or (":" in tag and not tag.endswith(":latest")) else "Always"


def _injected(spec: Data) -> Iterator[Path]:
    """What admission puts into a pod of which nobody wrote a template."""
    given = table()["injected"]
    names = tuple(given["volumes"])
    tokens = set()
    for index, volume in enumerate(sequence(spec.get("volumes"))):
        name = mapping(volume).get("name")
        if isinstance(name, str) and name.startswith(names):
            tokens.add(name)
            yield "volumes", index
    for path, mount in walk(parse(f"({'|'.join(_LISTS)})[*].volumeMounts[*]"), spec):
        if mapping(mount).get("name") in tokens and mapping(mount).get("mountPath") == given["mounted-at"]:
            yield path
    for index, toleration in enumerate(sequence(spec.get("tolerations"))):
        one = mapping(toleration)
        if one.get("key") in given["tolerations"] and one.get("tolerationSeconds") == given["seconds"]:
            yield "tolerations", index


def _of_job(one: Data) -> Iterator[Path]:
    if get(one, ("spec", "manualSelector")) is not True:
        yield "spec", "selector"


def _of_pod(one: Data) -> Iterator[Path]:
    """The annotations of a Pod that the platform writes, and no user."""
    for key in mapping(get(one, ("metadata", "annotations"))):
        if mapping(data.load()["schemas"]["pod-annotations"]["keys"].get(key)).get("set-by") == "system":
            yield "metadata", "annotations", key


def _of_claim(one: Data) -> Iterator[Path]:
    """The volume of a claim, where a controller chose it."""
    if _is_bound_by_controller(one):
        yield "spec", "volumeName"


def _of_volume(one: Data) -> Iterator[Path]:
    """The claim of a volume, where a controller chose it."""
    if _is_bound_by_controller(one):
        yield "spec", "claimRef"


def _is_bound_by_controller(one: Data) -> bool:
    return "pv.kubernetes.io/bound-by-controller" in mapping(get(one, ("metadata", "annotations")))


def _of_service(one: Data) -> Iterator[Path]:
    """The address of a Service, unless it is headless."""
    if get(one, ("spec", "clusterIP")) != "None":
        yield "spec", "clusterIP"


def _of_account(one: Data) -> Iterator[Path]:
    """The token that Kubernetes up to 1.23 makes for every ServiceAccount."""
    name = get(one, ("metadata", "name"))
    for index, secret in enumerate(sequence(one.get("secrets"))):
        if str(mapping(secret).get("name")).startswith(f"{name}-token-"):
            yield "secrets", index


def _nothing(one: Data) -> Iterator[Path]:
    return iter(())


_SPECIAL = {
    "Job.batch": _of_job,
    "PersistentVolume": _of_volume,
    "PersistentVolumeClaim": _of_claim,
    "Pod": _of_pod,
    "Service": _of_service,
    "ServiceAccount": _of_account,
}


# -- which objects count


def passed_over(one: Data) -> str | None:
    """Why `one` is not asked about, though it is there: a reason that the summary counts; None where it is asked."""
    metadata, status = mapping(one.get("metadata")), mapping(one.get("status"))
    kind = known(one)
    if metadata.get("deletionTimestamp"):
        return "being-deleted"
    if kind == "Pod" and status.get("phase") in ("Succeeded", "Failed"):
        return "finished"
    if kind == "Job.batch" and any(mapping(one).get("status") == "True" for one in _ends(status)):
        return "finished"
    if kind == "ReplicaSet.apps" and controller(one) and not get(one, ("spec", "replicas")):
        return "old-revision"
    if kind == "PersistentVolume" and "pv.kubernetes.io/provisioned-by" in mapping(metadata.get("annotations")):
        return "provisioned"
    return None


def _ends(status: Data) -> list[Any]:
    return [one for one in sequence(status.get("conditions")) if mapping(one).get("type") in ("Complete", "Failed")]


def is_made(one: Data) -> bool:
    """Whether every cluster has `one` of itself: the Service `kubernetes`, the ClusterRole `view`."""
    kind, metadata = known(one), mapping(one.get("metadata"))
    if kind == "StorageClass.storage.k8s.io":
        return metadata.get("name") in data.load()["schemas"]["storage-classes"]["classes"]
    if mapping(metadata.get("labels")).get("kubernetes.io/bootstrapping") == "rbac-defaults":
        return True
    facts = {
        "kind": kind,
        "name": metadata.get("name"),
        "namespace": metadata.get("namespace"),
        "type": one.get("type"),
    }
    for entry in table()["made"]:
        if all(facts[key] == entry[key] for key in facts if key in entry):
            return not entry.get("bare") or _is_bare(clean(one))
    return False


def _is_bare(one: Data) -> bool:
    """Whether nothing but its name is said of `one`."""
    return one.keys() <= {"apiVersion", "kind", "metadata"} and one["metadata"].keys() <= {"name", "namespace"}


def controller(one: Data) -> Data:
    """The reference to the object that makes `one`; empty where none does."""
    for reference in sequence(get(one, ("metadata", "ownerReferences"))):
        if mapping(reference).get("controller") is True:
            return mapping(reference)
    return {}
