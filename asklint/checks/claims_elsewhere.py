"""flexvolume and storageclass-provisioner across files: claims that name what a fix in another file renames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks import flexvolume, storageclass_provisioner
from asklint.checks.claims import claims, named
from asklint.finding import Conclusion, Fact, Hit, Told
from asklint.path import get
from asklint.resource import Object, Pod


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """What a fix renames, and the claims that name such a thing: a PersistentVolume, or the class that makes one."""
    if isinstance(subject, Pod) or options.get("to") == "keep":
        return
    by_class = "provisioners" in params
    if subject.known == ("StorageClass.storage.k8s.io" if by_class else "PersistentVolume"):
        check = storageclass_provisioner.check if by_class else flexvolume.check
        for hit in check(subject, params, options, target):
            yield from _renamed(hit)
        return
    for claim in claims(subject):
        volume = claim.spec.get("volumeName")
        if volume is not None and not isinstance(volume, str):
            continue
        made = by_class and not volume and not claim.spec.get("selector")
        named = claim.cls if made else None if by_class else volume
        if named in params["storage"]["classes"]:
            continue  # the vendor's CSI component brings classes of these names along
        place = (*claim.path, "storageClassName" if by_class else "volumeName")
        if named:
            yield Fact(place if get(subject.data, place) is not None else claim.path, {"names": named})


def _renamed(hit: Hit) -> Iterator[Fact]:
    if "new" in hit.fields and hit.edits:
        yield Fact(("metadata", "name"), {"old": hit.fields["old"], "new": hit.fields["new"]})


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every claim that names what is renamed in another file; in its own file the fix sees to it."""
    for index, found in named(facts, "names", "old"):
        if facts[found].place.file != facts[index].place.file:
            data = {key: facts[found].data[key] for key in ("old", "new")}
            yield Conclusion(index, "elsewhere", data, ((found, "renamed"),))
