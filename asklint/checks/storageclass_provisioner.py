"""storageclass-provisioner: provisioners that a serverless cluster does not have, or has another name for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Edit, Remove, Rename, Set
from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit where `provisioners` has a row for the provisioner (cases by target, successor, rename, drop, add)."""
    provisioner = subject.data.get("provisioner")
    row = params["provisioners"].get(provisioner) if isinstance(provisioner, str) else None
    if row is not None and target in row["cases"]:
        successor = row.get("successor")
        edits = tuple(_edits(mapping(subject.data.get("parameters")), row)) if successor else ()
        yield Hit(("provisioner",), row["cases"][target], {"successor": successor}, edits)


def _edits(given: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[Edit]:
    """The successor's name, and its names for the parameters; a name that is taken stays with a person."""
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
