"""PersistentVolumes, claims and classes of the vendor's CSI drivers, written from what a FlexVolume says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from asklint.checks.claims import BETA_CLASS
from asklint.path import get, mapping, sequence
from asklint.resource import Object, Pod

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LONGEST = 253
_NAS = frozenset(("server", "path", "vers", "options", "mode", "modeType"))
_OSS = frozenset(("bucket", "url", "otherOpts", "path", "ramRole", "akId", "akSecret"))
_FILE_SYSTEMS = ("ext4", "ext3", "xfs")  # of those that FlexVolume formats, what the CSI driver formats too
_FSTYPE = "csi.storage.k8s.io/fstype"

Data = dict[str, Any]


class ByHand(Exception):
    """A volume that is left to a person; `case` says why, `fields` fills its sentence."""

    def __init__(self, case: str, **fields: object) -> None:
        super().__init__(case)
        self.case = case
        self.fields = fields


# -- names


class Names:
    """What the claim and the PersistentVolume of a pod's volume are called: after the workload and the volume.

    `volume` begins with the namespace where the workload has one, since PersistentVolumes are of the whole cluster.
    Raises ByHand where that is no name, or that of another object of the text.
    """

    def __init__(self, pod: Pod, volume: object, params: Mapping[str, Any]) -> None:
        owner = pod.object
        self.namespace = owner.namespace
        self.claim = _joined(owner.name, volume)
        self.volume = _joined(self.namespace, self.claim) if self.namespace else self.claim
        there, flexible = owner.beside.know(_there), owner.beside.know(_flexible)
        claims = there.get(("PersistentVolumeClaim", self.claim), ())
        alike = {
            one.number  # this volume is one of them
            for one in (*flexible.get(self.claim, ()), *flexible.get(self.volume, ()))
            if one.driver in params["drivers"]
            and (one.volume == self.volume or (one.claim == self.claim and self._is_near(one.namespace)))
        }
        if ("PersistentVolume", self.volume) in there or any(map(self._is_near, claims)) or len(alike) > 1:
            raise ByHand("taken", name=self.claim)

    def _is_near(self, namespace: str | None) -> bool:
        return not self.namespace or namespace in (None, self.namespace)


def _there(objects: Iterator[tuple[int, Object]]) -> dict[tuple[str, str], list[str | None]]:
    """The namespaces of all objects of a text, by kind and name."""
    there: dict[tuple[str, str], list[str | None]] = {}
    for _, one in objects:
        if one.name is not None:
            there.setdefault((one.kind, one.name), []).append(one.namespace)
    return there


class _Flexible(NamedTuple):
    """A FlexVolume in a pod, and what its claim and its volume would be called."""

    number: int
    driver: str
    namespace: str | None
    claim: str
    volume: str


def _flexible(objects: Iterator[tuple[int, Object]]) -> dict[str, list[_Flexible]]:
    """The FlexVolumes in the pods of a text, by each of the names that they would give."""
    found: dict[str, list[_Flexible]] = {}
    numbers = count()
    for _, one in objects:
        for volume in (volume for pod in one.pods for volume in map(mapping, sequence(pod.data.get("volumes")))):
            driver = get(volume, ("flexVolume", "driver"))
            if isinstance(driver, str):
                claim = f"{one.name}-{volume.get('name')}"
                whole = f"{one.namespace}-{claim}" if one.namespace else claim
                mine = _Flexible(next(numbers), driver, one.namespace, claim, whole)
                for name in {claim, whole}:
                    found.setdefault(name, []).append(mine)
    return found


def _joined(*parts: object) -> str:
    name = "-".join(part if isinstance(part, str) and part else "\n" for part in parts)
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise ByHand("hand")
    return name


def renamed(owner: Object) -> tuple[str, str]:
    """The name of an object of the whole cluster that cannot be changed, and the one its successor gets.

    Raises ByHand where that is no name, or that of another object of the text.
    """
    old = owner.name
    new = _joined(old, "csi")
    if (owner.kind, new) in owner.beside.know(_there):
        raise ByHand("taken", name=new)
    return str(old), new


# -- what a volume is


def disk_id(given: Mapping[str, str]) -> str:
    """The disk that the options of alicloud/disk name, `""` where one is to be made."""
    return given.get("volumeId") or given.get("VolumeId") or ""


def is_plain_nas(given: Mapping[str, str], params: Mapping[str, Any]) -> bool:
    """Whether a share is mounted as FlexVolume mounts it where nothing is said."""
    if not {"server", "path", "vers", "options"}.issuperset(given) or not given.get("server"):
        return False
    chosen = given.get("options")
    usual = chosen is None or sorted(chosen.split(",")) == sorted(params["mount-options"]["3"].split(","))
    return given.get("vers", "3") in ("3", "3.0") and usual


def runs_many(owner: Object) -> bool:
    """Whether more than one pod at a time is made of the template in `owner`."""
    spec = mapping(owner.data.get("spec"))
    job = mapping(get(spec, ("jobTemplate", "spec"))) or spec
    return any(number not in (None, 0, 1) for number in (spec.get("replicas"), job.get("parallelism")))


def zone_of(owner: Object, params: Mapping[str, Any]) -> str | None:
    """The zone in which a PersistentVolume says it is, by a label or by its affinity."""
    labels = mapping(get(owner.data, ("metadata", "labels")))
    found = [labels[key] for key in params["zone-labels"] if isinstance(labels.get(key), str)]
    for term in sequence(get(owner.data, ("spec", "nodeAffinity", "required", "nodeSelectorTerms"))):
        for expression in map(mapping, sequence(mapping(term).get("matchExpressions"))):
            if expression.get("key") in (*params["zone-labels"], params["zone"]):
                found += [zone for zone in sequence(expression.get("values")) if isinstance(zone, str)]
    return found[0] if found else None


def has_class(claim: Object) -> bool:
    """Whether a claim says of which class it is, `""` for none included."""
    named = mapping(get(claim.data, ("metadata", "annotations"))).get(BETA_CLASS)
    return isinstance(get(claim.data, ("spec", "storageClassName")), str) or isinstance(named, str)


# -- specs of PersistentVolumes


def disk(
    driver: str,
    given: Mapping[str, str],
    file_system: object,
    params: Mapping[str, Any],
    options: Mapping[str, Any],
    capacity: object = None,
    zone: str | None = None,
) -> Data:
    """A disk that exists. Raises ByHand where nothing says how large it is, or in which zone."""
    handle = disk_id(given)
    if len(given) != 1 or not handle or file_system not in (None, *_FILE_SYSTEMS):
        raise ByHand("hand")
    told = mapping(options["disks"].get(handle))
    size = get(capacity, ("storage",)) or told.get("size")
    zone = zone or told.get("zone")
    if not size or not zone:
        raise ByHand("disk", disk=handle)
    expression = {"key": params["zone"], "operator": "In", "values": [zone]}
    source = {"driver": driver, "volumeHandle": handle}
    if isinstance(file_system, str):
        source["fsType"] = file_system
    return {
        **_shared("ReadWriteOnce", size),
        "csi": source,
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}},
    }


def nas(driver: str, given: Mapping[str, str], handle: str, params: Mapping[str, Any]) -> Data:
    """A NAS share, mounted as FlexVolume mounts it. Raises ByHand where an option has no equal."""
    if not _NAS.issuperset(given) or not given.get("server"):
        raise ByHand("hand")
    version = "3" if given.get("vers") == "3.0" else given.get("vers", "3")
    chosen = given.get("options", params["mount-options"][version[:1]] if version[:1] in ("3", "4") else None)
    if chosen is None:
        raise ByHand("hand")
    attributes = {key: given[key] for key in ("server", "path", "mode", "modeType") if key in given}
    return {
        **_shared("ReadWriteMany", params["nominal"]),
        "mountOptions": [*([chosen] if chosen not in ("", "none") else []), f"vers={version}"],
        "csi": {"driver": driver, "volumeHandle": handle, "volumeAttributes": attributes},
    }


def oss(driver: str, given: Mapping[str, str], handle: str, role: object, params: Mapping[str, Any]) -> Data:
    """A bucket, reached by a RAM role and by no access key. Raises ByHand where no role is named."""
    if not _OSS.issuperset(given) or not given.get("bucket") or not given.get("url"):
        raise ByHand("hand")
    role = given.get("ramRole") or role
    if not isinstance(role, str) or not role:
        raise ByHand("role", annotation=params["role"])
    attributes = {key: given[key] for key in ("bucket", "url", "path", "otherOpts") if given.get(key)}
    if not attributes.get("path", "/").startswith("/"):
        attributes["path"] = "/" + attributes["path"]
    attributes["ramRole"] = role
    return {
        **_shared("ReadWriteMany", params["nominal"]),
        "csi": {"driver": driver, "volumeHandle": handle, "volumeAttributes": attributes},
    }


def _shared(mode: str, size: object) -> Data:
    """What every PersistentVolume says; without a class of `""` a default class would make another volume."""
    return {
        "capacity": {"storage": size},
        "accessModes": [mode],
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "",
    }


# -- whole objects


def persistent_volume(names: Names, spec: Data) -> Data:
    """The PersistentVolume."""
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": names.volume}, "spec": spec}


def claim(names: Names, spec: Mapping[str, Any]) -> Data:
    """The claim of the PersistentVolume that has `spec`, in the namespace of its workload."""
    metadata = {"name": names.claim, **({"namespace": names.namespace} if names.namespace else {})}
    asked = {**wanted(spec["accessModes"], "", spec["capacity"]["storage"]), "volumeName": names.volume}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": asked}


def wanted(modes: list[str], cls: str, size: object) -> Data:
    """The spec of a claim."""
    return {"accessModes": modes, "storageClassName": cls, "resources": {"requests": {"storage": size}}}


def disk_class(
    pod: Pod, volume: object, given: Mapping[str, str], file_system: object, params: Mapping[str, Any]
) -> tuple[str, list[Data]]:
    """The class that makes the disks which ECI would make, and the class itself where the cluster has none such.

    Its disks are made where the pods are, as ECI's are, but for pods that are placed past the scheduler.

    Raises ByHand where the disk is of no known kind.
    """
    named = given.get("volumeType")
    if named is not None and named not in params["storage"]["classes"]:
        raise ByHand("hand")
    parameters: Data = {key: given[option] for option, key in params["class-parameters"].items() if option in given}
    if file_system not in (None, "ext4"):
        parameters[_FSTYPE] = file_system
    if not parameters:
        return named or params["class"], []
    name = _joined(*([pod.object.namespace] if pod.object.namespace else []), pod.object.name, volume)
    if ("StorageClass", name) in pod.object.beside.know(_there):
        raise ByHand("taken", name=name)
    made = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": params["drivers"]["alicloud/disk"],
        "parameters": {"type": "cloud_essd", **parameters},
    }
    placed = {*mapping(pod.metadata.get("annotations"))}.intersection(params["placed-by"]) or pod.data.get("nodeName")
    return name, [made if placed else {**made, "volumeBindingMode": "WaitForFirstConsumer"}]
