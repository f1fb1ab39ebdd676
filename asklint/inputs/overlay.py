"""What a kustomization says of the files around it: which are patches, and what it adds to the others."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from asklint import tree
from asklint.path import get, mapping, sequence
from asklint.resource import PATCHED

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
SELECTOR = "selector"  # what commonLabels, and labels that include selectors, write into every workload
NAMESPACE = "namespace"  # what `namespace` writes into every object, and where a webhook names a Service
_DEEPEST = 6  # kustomizations of kustomizations
_LARGEST = 1 << 20
_PATCH = re.compile(r".+[_-]patch\.(?:ya?ml|json)")
_PLAIN = re.compile(r"[A-Za-z0-9-]*")  # the names of a target are regular expressions
Patched = frozenset[tuple[frozenset[str], frozenset[str]]]  # files of a kustomization, and what its patches are for


class Overlay(NamedTuple):
    """Real paths of the files that a kustomization, or some of them together, use in one way or another."""

    patches: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    labelled: frozenset[str] = frozenset()  # resources whose selectors are written by it
    placed: frozenset[str] = frozenset()  # resources whose namespace is
    patched: Patched = frozenset()

    def added(self, real: str) -> tuple[str, ...]:
        """The fields that the objects in the file whose real path is `real` are given, and which of them have patches.

        The latter as `patched Deployment/web`; what the patches do not say is left out, as in `patched /`.
        """
        given = ((SELECTOR, self.labelled), (NAMESPACE, self.placed))
        patched = {one for files, targets in self.patched if real in files for one in targets}
        return (*(field for field, files in given if real in files), *sorted(patched))

    def is_patch(self, real: str) -> bool:
        """Whether the file at `real` is a patch: listed as one, or no resource and called one beside a kustomization.

        What stands in `patches/`, or as `manager_patch.yaml`, and is no resource is a patch that is not in use, as
        kubebuilder leaves them.
        """
        if real in self.patches:
            return True
        if real in self.resources:
            return False
        folder, name = os.path.split(real)
        if os.path.basename(folder) == "patches":
            folder = os.path.dirname(folder)
        elif not _PATCH.fullmatch(name):
            return False
        return any(os.path.isfile(os.path.join(folder, name)) for name in NAMES)


def together(overlays: Iterable[Overlay]) -> Overlay:
    """What several kustomizations say."""
    parts = list(zip(*overlays, strict=True))
    return Overlay(*(frozenset[Any]().union(*part) for part in parts)) if parts else Overlay()


def read(kustomization: Path) -> Overlay:
    """What the kustomization says; nothing where there is none, or where it cannot be read."""
    data = _data(kustomization)
    folder = kustomization.parent
    patches = [*sequence(data.get("patchesStrategicMerge"))]
    for key in ("patches", "patchesJson6902"):
        patches += [mapping(patch).get("path") for patch in sequence(data.get(key))]
    resources = _resources(data, folder, _DEEPEST)
    labelled = resources if _labels_selectors(data) else frozenset()
    placed = resources if data.get("namespace") else frozenset[str]()
    targets = frozenset(_targets(data, folder)) if resources else frozenset[str]()
    patched: Patched = frozenset([(resources, targets)]) if targets else frozenset()
    return Overlay(_paths(patches, folder), resources, labelled, placed, patched)


def _data(kustomization: Path) -> Any:
    return mapping(next((one for one in _read(kustomization) if isinstance(one, dict)), None))


def _read(path: Path) -> list[Any]:
    """What the documents in the file at `path` say; nothing where it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return []
        return [one.data for one in tree.read(path.read_bytes().decode("utf-8", "replace"))]
    except OSError:
        return []


def _targets(data: Any, folder: Path) -> Iterator[str]:
    """Of which kind and name the objects are that have patches in a kustomization, or in its components.

    https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
    """
    for patch in sequence(data.get("patchesStrategicMerge")):
        yield from map(_target, _objects(patch, folder))
    for key in ("patches", "patchesJson6902"):
        for one in map(mapping, sequence(data.get(key))):
            target = one.get("target")
            if isinstance(target, dict):
                yield _target({"kind": target.get("kind"), "metadata": {"name": target.get("name")}})
            else:
                yield from map(_target, _objects(one.get("patch") or one.get("path"), folder))
    for path in _paths(sequence(data.get("components")), folder):
        for name in NAMES:
            yield from _targets({**_data(Path(path, name)), "components": None}, Path(path))


def _objects(patch: object, folder: Path) -> list[Any]:
    """What a patch says, which is written out, or which stands in a file below `folder`."""
    if not isinstance(patch, str) or "\0" in patch:
        return []
    if "\n" in patch or ":" in patch:
        return [one.data for one in tree.read(patch)]
    return _read(folder / patch)


def _target(patch: Any) -> str:
    """What a patch is for; a name that an overlay has lengthened has the one of the base in it."""
    kind, name = (get(patch, path) for path in (("kind",), ("metadata", "name")))
    known = [one if isinstance(one, str) and _PLAIN.fullmatch(one) else "" for one in (kind, name)]
    return PATCHED + "/".join(known)


def _paths(names: Iterable[object], folder: Path) -> frozenset[str]:
    plain = [name for name in names if isinstance(name, str) and "\n" not in name and "\0" not in name]
    return frozenset(os.path.realpath(folder / name) for name in plain)


def _resources(data: Any, folder: Path, deep: int) -> frozenset[str]:
    """The files that are resources of a kustomization, and of those that it builds upon."""
    found: set[str] = set()
    for path in _paths([*sequence(data.get("resources")), *sequence(data.get("bases"))], folder):
        if not os.path.isdir(path):
            found.add(path)
        elif deep:
            for name in NAMES:
                found |= _resources(_data(Path(path, name)), Path(path), deep - 1)
    return frozenset(found)


def _labels_selectors(data: Any) -> bool:
    entries = map(mapping, sequence(data.get("labels")))
    return bool(mapping(data.get("commonLabels"))) or any(
        mapping(entry.get("pairs")) and entry.get("includeSelectors") is True for entry in entries
    )
