"""What a kustomization says of the files around it: which are patches, and what it adds to the others."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from asklint import tree
from asklint.path import mapping, sequence

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
SELECTOR = "selector"  # what commonLabels, and labels that include selectors, write into every workload
NAMESPACE = "namespace"  # what `namespace` writes into every object, and where a webhook names a Service
_DEEPEST = 6  # kustomizations of kustomizations
_LARGEST = 1 << 20
_PATCH = re.compile(r".+[_-]patch\.(?:ya?ml|json)")


class Overlay(NamedTuple):
    """Real paths of the files that a kustomization, or some of them together, use in one way or another."""

    patches: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    labelled: frozenset[str] = frozenset()  # resources whose selectors are written by it
    placed: frozenset[str] = frozenset()  # resources whose namespace is

    def added(self, real: str) -> tuple[str, ...]:
        """The fields that the objects in the file whose real path is `real` are given."""
        given = ((SELECTOR, self.labelled), (NAMESPACE, self.placed))
        return tuple(field for field, files in given if real in files)

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
    return Overlay(*(frozenset[str]().union(*part) for part in parts)) if parts else Overlay()


def read(kustomization: Path) -> Overlay:
    """What the kustomization says; nothing where there is none, or where it cannot be read."""
    data = _data(kustomization)
    folder = kustomization.parent
    patches = [*sequence(data.get("patchesStrategicMerge"))]
    for key in ("patches", "patchesJson6902"):
        patches += [mapping(patch).get("path") for patch in sequence(data.get(key))]
    resources = _resources(data, folder, _DEEPEST)
    labelled = resources if _labels_selectors(data) else frozenset()
    return Overlay(_paths(patches, folder), resources, labelled, resources if data.get("namespace") else frozenset())


def _data(kustomization: Path) -> Any:
    try:
        if not kustomization.is_file() or kustomization.stat().st_size > _LARGEST:
            return {}
        text = kustomization.read_bytes().decode("utf-8", "replace")
    except OSError:
        return {}
    return mapping(next((one.data for one in tree.read(text) if isinstance(one.data, dict)), None))


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
