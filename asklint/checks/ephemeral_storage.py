"""ephemeral-storage-size: what a pod asks of its instance's temporary storage, and what its emptyDirs may fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from asklint import quantity
from asklint.checks.pod_cards import sold, together
from asklint.checks.pod_parts import labels_of
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod

_GIB = 1 << 30
_KEY = "ephemeral-storage"


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on storage asked for above what is `free`, or above the `most` of the target, and on larger emptyDirs."""
    free, most = params["free"], _most(subject, params["sizes"]["acs"]) if target == "acs" else None
    asked, place = _asked(subject)
    if asked is None:
        return
    key = params["annotations"][target]
    extra = _gib(mapping(subject.metadata.get("annotations")).get(key))
    if most is not None and asked > most:
        yield Hit(place, "beyond", {"asked": _figure(asked), "most": most})
    elif most is not None and extra is not None and free + extra > most:
        place = (*subject.metadata_path, "annotations", key)
        yield Hit(place, "beyond", {"asked": _figure(free + extra), "most": most})
    elif asked > free:
        told = {"asked": _figure(asked), "free": free, "more": _figure(asked - free)}
        yield Hit(place, "billed", told, data={"askedGiB": float(asked), "billedGiB": float(asked - free)})
    space = max(asked, free + (extra or 0))
    for index, volume in enumerate(sequence(subject.data.get("volumes"))):
        source = mapping(mapping(volume).get("emptyDir"))
        limit = _gib(source.get("sizeLimit")) if not source.get("medium") else None
        if limit is not None and limit > space:
            told = {"annotation": key, "space": _figure(space)}
            yield Hit((*subject.path, "volumes", index, "emptyDir", "sizeLimit"), "empty-dir", told)


def _most(pod: Pod, acs: Mapping[str, Any]) -> int | None:
    """GiB that a pod of its compute class can have on ACS, beside its cards; None where no page says."""
    if labels_of(pod).get(acs["label"], acs["class"]) in acs["classes"]:
        return int(acs["storage"])
    return sold(pod, acs).get(str(together(pod)))


def _asked(pod: Pod) -> tuple[Fraction | None, Path]:
    """GiB that the containers ask for together, None where one of them cannot be read; and where that is written."""
    total, places = Fraction(0), []
    for index, container in enumerate(sequence(pod.data.get("containers"))):
        for kind in ("requests", "limits"):  # the API server takes a limit for the request that is missing
            value = get(container, ("resources", kind, _KEY))
            if value is not None:
                size = _gib(value)
                if size is None:
                    return None, ()
                total += size
                places.append((*pod.path, "containers", index, "resources", kind, _KEY))
                break
    return total, places[0] if places else ()


def _gib(value: Any) -> Fraction | None:
    amount = quantity.read(value)
    return None if amount is None else amount.value / _GIB


def _figure(gib: Fraction) -> str:
    return f"{float(gib):.3f}".rstrip("0").rstrip(".")
