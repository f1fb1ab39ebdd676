"""flexvolume-driver: a flexVolume whose driver ECI does not have, or no longer describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Edit, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, get, parse, walk
from asklint.resource import Object, Pod

_IN_POD, _IN_VOLUME = parse("volumes[*].flexVolume"), parse("spec.flexVolume")
_CARRIED_OVER = frozenset(("driver", "fsType", "readOnly"))  # csi: has them too


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every driver that is not among `drivers`; `successors` names the CSI driver that took its place."""
    root: Path = subject.path if isinstance(subject, Pod) else ()
    for at, volume in walk(_IN_POD if isinstance(subject, Pod) else _IN_VOLUME, subject.data):
        driver = get(volume, ("driver",))
        if not isinstance(driver, str) or driver in params["drivers"]:
            continue
        successor = params["successors"].get(driver)
        if successor is None:
            yield Hit((*root, *at, "driver"), "other")
        else:
            # In a PersistentVolume csi: needs a handle; in a pod the vendor describes it for this driver.
            free = isinstance(subject, Pod) and get(subject.data, (*at[:-1], "csi")) is None
            edits = _edits((*root, *at), volume, successor) if free else ()
            yield Hit((*root, *at, "driver"), "succeeded", {"successor": successor}, edits)


def _edits(at: Path, volume: Mapping[str, Any], successor: str) -> tuple[Edit, ...]:
    """flexVolume: {driver: old} becomes csi: {driver: successor}, where nothing else would have to change."""
    if not _CARRIED_OVER.issuperset(volume):
        return ()
    return (Set((*at, "driver"), successor), Rename(at, "csi"))
