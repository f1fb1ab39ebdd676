"""A FlexVolume that ECI has built in, as the same storage is written for its CSI driver, or for NFS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from asklint.checks import csi_volumes as csi
from asklint.checks.csi_volumes import ByHand
from asklint.edit import AddDocument, Edit, Elsewhere, Insert, Move, Remove, Rename, Set
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object, Pod

__all__ = ["ByHand", "Inline", "Volume"]

_PV: Path = ("spec", "flexVolume")
_FIELDS = frozenset(("driver", "options", "fsType", "readOnly"))
_NEW_DISK = frozenset(
    ("volumeSize", "volumeType", "performanceLevel", "deleteWithInstance", "encrypted", "kmsKeyId", "tags")
)


Moved = tuple[str, dict[str, object], tuple[Edit, ...]]  # the case, what its sentences name, and the edits


def _given(source: Mapping[str, Any]) -> Mapping[str, str]:
    """The options of a flexVolume, which are strings. Raises ByHand where one is not, or where other fields stand."""
    options = mapping(source.get("options"))
    fields = {key for key, value in source.items() if value is not None}
    if not _FIELDS.issuperset(fields) or not all(isinstance(value, str) for value in options.values()):
        raise ByHand("hand")
    return options


class Inline:
    """A flexVolume in a pod."""

    def __init__(self, pod: Pod, index: int, params: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        self.pod = pod
        self.params = params
        self.options = options
        self.at: Path = (*pod.path, "volumes", index)
        self.volume = pod.data["volumes"][index]
        self.source = self.volume["flexVolume"]
        self.driver: str = params["drivers"][self.source["driver"]]

    def moved(self) -> Moved:
        """What becomes of the volume. Raises ByHand."""
        given = _given(self.source)
        others = {key for key, value in self.volume.items() if value is not None} - {"name", "flexVolume"}
        if others or self.pod.object.is_daemonset:
            raise ByHand("hand")
        kind = self.source["driver"].removeprefix("alicloud/")
        if kind == "nas" and self.options["to"] == "nfs" and csi.is_plain_nas(given, self.params):
            return "nfs", {}, tuple(self._nfs(given))
        if kind == "disk" and not csi.disk_id(given):
            return self._template(given)
        names = csi.Names(self.pod, self.volume.get("name"), self.params)
        spec = self._spec(kind, given, names.volume)
        claim: dict[str, object] = {"claimName": names.claim}
        if self.source.get("readOnly") is True:
            claim["readOnly"] = True
        edits = (
            Remove((*self.at, "flexVolume")),
            Set((*self.at, "persistentVolumeClaim"), claim),
            AddDocument(csi.persistent_volume(names, spec)),
            AddDocument(csi.claim(names, spec)),
        )
        return f"claim-{kind}", {"claim": names.claim}, edits

    def _spec(self, kind: str, given: Mapping[str, str], handle: str) -> dict[str, Any]:
        """The spec of the PersistentVolume."""
        if kind == "disk":
            if csi.runs_many(self.pod.object):
                raise ByHand("many")
            return csi.disk(self.driver, given, self.source.get("fsType"), self.params, self.options)
        if kind == "nas":
            return csi.nas(self.driver, given, handle, self.params)
        role = mapping(self.pod.metadata.get("annotations")).get(self.params["role"])
        return csi.oss(self.driver, given, handle, role or self.options["ram-role"], self.params)

    def _nfs(self, given: Mapping[str, str]) -> Iterator[Edit]:
        at = (*self.at, "flexVolume")
        yield Rename(at, "nfs")
        yield from (Remove((*at, key)) for key in ("driver", "fsType") if key in self.source)
        for key in given:
            place = (*at, "options", key)
            yield Move(place, (*at, key)) if key in ("server", "path") else Remove(place)
        if "path" not in given:
            yield Set((*at, "path"), "/")

    def _template(self, given: Mapping[str, str]) -> Moved:
        """A disk that ECI makes for each pod becomes a claim of each pod, where it is a StatefulSet's."""
        owner, name = self.pod.object, self.volume.get("name")
        if owner.kind != "StatefulSet" or self.pod.path != ("spec", "template", "spec"):
            raise ByHand("dynamic")
        templates = sequence(get(owner.data, ("spec", "volumeClaimTemplates")))
        taken = any(get(template, ("metadata", "name")) == name for template in templates)
        size = given.get("volumeSize", "")
        if taken or not _NEW_DISK.issuperset(given) or not size.isascii() or not size.isdigit():
            raise ByHand("hand")
        cls, added = csi.disk_class(self.pod, name, given, self.source.get("fsType"), self.params)
        template = {"metadata": {"name": name}, "spec": csi.wanted(["ReadWriteOnce"], cls, f"{size}Gi")}
        edits: list[Edit] = [Remove(self.at), Insert(("spec", "volumeClaimTemplates"), template)]
        return "template", {"class": cls}, (*edits, *(AddDocument(one) for one in added))


class Volume:
    """A flexVolume in a PersistentVolume."""

    def __init__(self, owner: Object, params: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        self.owner = owner
        self.params = params
        self.options = options
        self.source = owner.data["spec"]["flexVolume"]
        self.driver: str = params["drivers"][self.source["driver"]]

    def moved(self) -> Moved:
        """What becomes of the volume, under a name of its own: what exists keeps its source. Raises ByHand."""
        given, spec = _given(self.source), self.owner.data["spec"]
        if spec.get("csi") is not None or spec.get("mountOptions") is not None:
            raise ByHand("hand")
        old, new = csi.renamed(self.owner)
        kind = self.source["driver"].removeprefix("alicloud/")
        edits: list[Edit] = [
            Set(("metadata", "name"), new),
            Rename(_PV, "csi"),
            Set((*_PV, "driver"), self.driver),
            *self._changes(kind, given, new),
            *self._followers(old, new),
        ]
        return "volume", {"old": old, "new": new}, tuple(edits)

    def _changes(self, kind: str, given: Mapping[str, str], handle: str) -> Iterator[Edit]:
        at, read = (*_PV, "options"), self.owner.data["spec"]
        if kind == "disk":
            zone = csi.zone_of(self.owner, self.params)
            wanted = csi.disk(
                self.driver, given, self.source.get("fsType"), self.params, self.options, read.get("capacity"), zone
            )
            yield from (Move((*at, key), (*_PV, "volumeHandle")) for key in given)
            if read.get("nodeAffinity") is None:
                yield Set(("spec", "nodeAffinity"), wanted["nodeAffinity"])
            return
        if kind == "nas":
            wanted = csi.nas(self.driver, given, handle, self.params)
            yield Set(("spec", "mountOptions"), wanted["mountOptions"])
        else:
            wanted = csi.oss(self.driver, given, handle, self.options["ram-role"], self.params)
        yield Set((*_PV, "volumeHandle"), handle)
        if "fsType" in self.source:
            yield Remove((*_PV, "fsType"))
        attributes = wanted["csi"]["volumeAttributes"]
        yield Rename(at, "volumeAttributes")
        yield from (Remove((*at, key)) for key in given if key not in attributes)
        yield from (Set((*at, key), value) for key, value in attributes.items() if given.get(key) != value)

    def _followers(self, old: str, new: str) -> Iterator[Edit]:
        """Claims of the text that name the volume, and those that pick it out by its labels.

        A claim without a class gets the cluster's default class, and never this volume.
        """
        labels = mapping(get(self.owner.data, ("metadata", "labels")))
        named, picking = self.owner.beside.know(_claims)
        maybe = [one for label in labels.items() for one in picking.get(repr(label), ())]
        picks = [one for one in maybe if all(labels.get(key) == value for key, value in one.wanted)]
        for one in sorted({*named.get(old, ()), *picks}):
            if one.volume == old:
                yield Elsewhere(one.document, Set((*one.base, "spec", "volumeName"), new))
            if not one.has_class and not self.owner.data["spec"].get("storageClassName"):
                yield Elsewhere(one.document, Set((*one.base, "spec", "storageClassName"), ""))


class _Claim(NamedTuple):
    """A claim of the text: the volume it names, or the labels of those it wants."""

    document: int
    base: Path
    volume: str
    wanted: tuple[tuple[str, str], ...]
    has_class: bool


def _claims(objects: Iterator[tuple[int, Object]]) -> tuple[dict[str, list[_Claim]], dict[str, list[_Claim]]]:
    """The claims of a text by the volume that they name, and by one of the labels that they want."""
    named: dict[str, list[_Claim]] = {}
    picking: dict[str, list[_Claim]] = {}
    for index, one in objects:
        if one.known != "PersistentVolumeClaim":
            continue
        spec = mapping(one.data.get("spec"))
        volume, labels = spec.get("volumeName"), mapping(get(spec, ("selector", "matchLabels")))
        wanted = tuple((key, value) for key, value in labels.items() if isinstance(value, str))
        mine = _Claim(index, one.base, volume if isinstance(volume, str) else "", wanted, csi.has_class(one))
        if mine.volume:
            named.setdefault(mine.volume, []).append(mine)
        if wanted and len(wanted) == len(labels):
            picking.setdefault(repr(wanted[0]), []).append(mine)
    return named, picking
