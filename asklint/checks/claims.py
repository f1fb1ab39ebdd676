"""Claims, the classes and volumes that they lead to, and which of several objects of a run is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from asklint.finding import Told
from asklint.path import Path, mapping, sequence
from asklint.resource import COMPARED, Object, Pod

SIZE: Path = ("resources", "requests", "storage")  # from a claim's spec

BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_YES = ("yes", "true", "1")


_TEMPLATE, _TEMPLATES = "volumeClaimTemplate", "volumeClaimTemplates"


class Claim(NamedTuple):
    """A PersistentVolumeClaim, or a template of one: of a workload, of an ephemeral volume, of a custom kind."""

    path: Path  # to its spec
    spec: Mapping[str, Any]
    name: str
    cls: str | None  # the StorageClass it names; "" for none at all, None where it is left to the cluster


def claims(subject: Object) -> Iterator[Claim]:
    """The claim that `subject` is, or those that are made for its pods, wherever it has templates of claims.

    Elasticsearch has them in its nodeSets, Prometheus in its storage. Sources:
    https://www.elastic.co/guide/en/cloud-on-k8s/current/k8s-volume-claim-templates.html,
    https://prometheus-operator.dev/docs/platform/storage/
    """
    if subject.known == "PersistentVolumeClaim":
        yield _claim(("spec",), subject.data)
    elif subject.kind != "CustomResourceDefinition" and subject.beside.know(_mentions):  # whose keys describe keys
        # as it is written: the view of a workflow shows its volumes in each of its pods
        yield from _templates((), subject.written, COMPARED.get(subject.known, ()))


def claims_of(pod: Pod) -> Iterator[Claim]:
    """The claims that are made for `pod`: those of its ephemeral volumes, and of what holds its template."""
    for claim in claims(pod.object):
        holder = claim.path[: claim.path.index(_TEMPLATES)] if _TEMPLATES in claim.path else None
        if holder == pod.path[: len(holder)] if holder is not None else claim.path[: len(pod.path)] == pod.path:
            yield claim


def _mentions(objects: Iterator[tuple[int, Object]]) -> bool:
    """Whether the text that `objects` stand in has a template of a claim: few have, and all would be searched."""
    return any(_TEMPLATE in one.document.text for _, one in islice(objects, 1))


def _templates(path: Path, data: Any, compared: tuple[str, ...]) -> Iterator[Claim]:
    if isinstance(data, dict) and (path[-1:] == (_TEMPLATE,) or path[-2:-1] == (_TEMPLATES,)):
        yield _claim((*path, "spec"), data)
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(sequence(data)):
        if isinstance(value, dict | list) and key not in compared:
            yield from _templates((*path, key), value, compared)


def _claim(path: Path, data: Mapping[str, Any]) -> Claim:
    spec, metadata = mapping(data.get("spec")), mapping(data.get("metadata"))
    name, cls = metadata.get("name"), spec.get("storageClassName")
    if cls is None:
        cls = mapping(metadata.get("annotations")).get(BETA_CLASS)
    return Claim(path, spec, name if isinstance(name, str) else "", cls if isinstance(cls, str) else None)


def is_disk_class(data: Mapping[str, Any], storage: Mapping[str, Any]) -> bool:
    """Whether the StorageClass in `data` makes disks; `storage` is schemas/storage-classes.yaml."""
    provisioner = data.get("provisioner")
    return isinstance(provisioner, str) and storage["provisioners"].get(provisioner) == "disk"


def disk_of(data: Mapping[str, Any], storage: Mapping[str, Any]) -> str | None:
    """The disk that the PersistentVolume in `data` is; "" where it is one and says no id, None where it is none."""
    spec = mapping(data.get("spec"))
    for source, key in (("csi", "volumeHandle"), ("flexVolume", "options")):
        driver = mapping(spec.get(source)).get("driver")
        if isinstance(driver, str) and storage["provisioners"].get(driver) == "disk":
            handle = mapping(spec[source]).get(key)
            if source == "flexVolume":
                handle = mapping(handle).get("volumeId") or mapping(handle).get("VolumeId")
            return handle if isinstance(handle, str) else ""
    return None


def size(claim: Claim) -> int | None:
    """The size of the claim in whole GiB, rounded up as the driver does; None where an existing volume is claimed."""
    if claim.spec.get("volumeName") or claim.spec.get("selector"):
        return None
    from asklint import quantity  # it costs more than most rules, and few objects are claims

    amount = quantity.read(mapping(mapping(claim.spec.get("resources")).get("requests")).get("storage"))
    return None if amount is None else -(-amount.nanos // (10**9 << 30))


def least(parameters: Mapping[str, Any], storage: Mapping[str, Any]) -> int:
    """The smallest disk, in GiB, that the categories and levels of a class allow; 0 where that is not known."""
    types = parameters.get("type", storage["available"])
    types = storage["available"] if types == "available" else types
    levels = parameters.get("performanceLevel")
    smallest = []
    for name in str(types).split(","):
        category = storage["categories"].get(name)
        if category is None:
            return 0
        by_level = category.get("levels", {})
        known = [by_level[level] for level in str(levels).split(",") if level in by_level] if levels else []
        smallest += known or [category["least"]]
    raised = str(parameters.get("volumeSizeAutoAvailable")).lower() in _YES
    return 0 if raised and min(smallest) <= storage["raised-to"] else int(min(smallest))


def wrong_modes(
    at: Path, spec: Mapping[str, Any], params: Mapping[str, Any], target: str
) -> Iterator[tuple[Path, str]]:
    """The access modes below `at` that a disk does not have (`modes`); on targets in `block` a device may have them."""
    if spec.get("volumeMode") == "Block" and target in params["block"]:
        return
    for index, mode in enumerate(sequence(spec.get("accessModes"))):
        if mode in params["modes"]:
            yield (*at, "accessModes", index), mode


def by_name(facts: Sequence[Told], key: str) -> dict[str, list[int]]:
    """The facts that have `key`, by what it says."""
    found: dict[str, list[int]] = {}
    for index, fact in enumerate(facts):
        if key in fact.data:
            found.setdefault(fact.data[key], []).append(index)
    return found


def nearest(about: Told, facts: Sequence[Told], found: Sequence[int]) -> int | None:
    """Which of the facts `found` is meant where `about` names it: that of the same file, else of the folder, else any.

    None where they say different things: dev/ and prod/ hold objects of one name.
    """
    folder = about.place.file.rpartition("/")[0]
    in_file = [one for one in found if facts[one].place.file == about.place.file]
    in_folder = [one for one in found if facts[one].place.file.rpartition("/")[0] == folder]
    for some in (in_file, in_folder, found):
        if some:
            return some[0] if all(facts[one].data == facts[some[0]].data for one in some) else None
    return None


def named(facts: Sequence[Told], naming: str, name: str) -> Iterator[tuple[int, int]]:
    """Each fact that names another one under `naming`, and the one that is known to be meant, by its `name`."""
    known = by_name(facts, name)
    for index, fact in enumerate(facts):
        meant = nearest(fact, facts, known.get(fact.data[naming], ())) if naming in fact.data else None
        if meant is not None:
            yield index, meant


def may_share(one: Told, other: Told) -> bool:
    """Whether two objects may be in one namespace: the same, or one of them does not say."""
    here, there = one.object.namespace, other.object.namespace
    return here == there or here is None or there is None
