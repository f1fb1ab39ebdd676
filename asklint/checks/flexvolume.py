"""flexvolume: a volume of a driver that ECI has built in, and what the option `to` makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import Path, get, sequence
from asklint.resource import Object, Pod

_PV: Path = ("spec", "flexVolume", "driver")


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the driver of every flexVolume that is among `drivers`, with what the option `to` makes of the volume.

    The case says what that is, or why it is left to a person: keep, hand, taken, many, disk, role, dynamic.
    """
    if isinstance(subject, Object):
        driver = get(subject.data, _PV)
        if isinstance(driver, str) and driver in params["drivers"]:
            yield _hit(subject, -1, Hit(_PV, "keep", {"csi": params["drivers"][driver]}), params, options)
        return
    for index, volume in enumerate(sequence(subject.data.get("volumes"))):
        driver = get(volume, ("flexVolume", "driver"))
        if isinstance(driver, str) and driver in params["drivers"]:
            place = (*subject.path, "volumes", index, "flexVolume", "driver")
            yield _hit(subject, index, Hit(place, "keep", {"csi": params["drivers"][driver]}), params, options)


def _hit(subject: Object | Pod, index: int, hit: Hit, params: Mapping[str, Any], options: Mapping[str, Any]) -> Hit:
    if options["to"] == "keep":
        return hit
    from asklint.checks.flexvolume_moves import ByHand, Inline, Volume

    try:
        if isinstance(subject, Pod):
            case, told, edits = Inline(subject, index, params, options).moved()
        else:
            case, told, edits = Volume(subject, params, options).moved()
    except ByHand as reason:
        return hit._replace(case=reason.case, fields={**hit.fields, **reason.fields})
    return hit._replace(case=case, fields={**hit.fields, **told}, edits=edits)
