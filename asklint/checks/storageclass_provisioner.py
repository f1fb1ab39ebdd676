"""storageclass-provisioner: provisioners that a serverless cluster does not have, or has another name for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.claims import BETA_CLASS, claims
from asklint.checks.csi_volumes import ByHand, renamed
from asklint.edit import Edit, Elsewhere, Remove, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit where `provisioners` has a row for the provisioner (cases by target, successor, rename, drop, add)."""
    if subject.known != "StorageClass.storage.k8s.io":
        return  # its claims are those of claims_elsewhere
    provisioner = subject.data.get("provisioner")
    row = params["provisioners"].get(provisioner) if isinstance(provisioner, str) else None
    if row is not None and target in row["cases"]:
        yield _hit(subject, row, row["cases"][target])


def _hit(subject: Object, row: Mapping[str, Any], case: str) -> Hit:
    """A class cannot be changed once it is there, so the one of the successor has a name of its own."""
    place, successor = ("provisioner",), row.get("successor")
    if successor is None:
        return Hit(place, case)
    try:
        old, new = renamed(subject)
    except ByHand:
        return Hit(place, "by-hand", {"successor": successor})
    edits = (Set(("metadata", "name"), new), *_edits(subject, row), *_followers(subject, old, new))
    return Hit(place, case, {"successor": successor, "old": old, "new": new}, edits)


def _edits(subject: Object, row: Mapping[str, Any]) -> Iterator[Edit]:
    """The successor's name, and its names for the parameters; a name that is taken stays with a person."""
    given = mapping(subject.data.get("parameters"))
    yield Set(("provisioner",), row["successor"])
    for old, new in row.get("rename", {}).items():
        if old in given and new not in given:
            yield Rename(("parameters", old), new)
    for key in row.get("drop", ()):
        if key in given:
            yield Remove(("parameters", key))
    for key, value in row.get("add", {}).items():
        if key not in given:
            yield Set(("parameters", key), value)


def _followers(subject: Object, old: str, new: str) -> Iterator[Edit]:
    """Claims of the text for which this class makes volumes."""
    for index, place in subject.beside.know(_classes).get(old, ()):
        yield Elsewhere(index, Set(place, new))


def _classes(objects: Iterator[tuple[int, Object]]) -> dict[str, list[tuple[int, Path]]]:
    """Where claims name the class that makes their volumes, by its name; who takes a volume that exists keeps its."""
    places: dict[str, list[tuple[int, Path]]] = {}
    for index, one in objects:
        for claim in claims(one):
            if claim.cls is not None and not claim.spec.get("volumeName") and not claim.spec.get("selector"):
                place: Path = (*claim.path, "storageClassName")
                if get(one.data, place) is None:
                    place = (*claim.path[:-1], "metadata", "annotations", BETA_CLASS)
                places.setdefault(claim.cls, []).append((index, (*one.base, *place)))
    return places
