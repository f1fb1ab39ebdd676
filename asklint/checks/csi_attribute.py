"""csi-attribute: what stands under spec.csi of a PersistentVolume, held against the table of its driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.keyed_options import Options, judge
from asklint.finding import Hit
from asklint.path import Path, get, mapping
from asklint.resource import Object

_AT: Path = ("spec", "csi")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Hits on the attributes, the handle and the file system of a volume; `csi` is schemas/csi-attributes.yaml."""
    source = mapping(get(subject.data, _AT))
    driver = source.get("driver")
    table = params["csi"]["drivers"].get(driver) if isinstance(driver, str) else None
    given = source.get("volumeAttributes")
    if table is None or not isinstance(given, dict | None):
        return
    at = (*_AT, "volumeAttributes")
    found = Options(subject, at, given or {}, table["attributes"], target, bool(table.get("any-case")))
    hits = [*found.hits(), *_fields(source, table), *_absent(found, table, at if given else _AT)]
    stand = found.stand()
    for hit in hits:
        needed = any(hit.fields.get("option") in group and not stand.intersection(group) for group in _needs(table))
        case = "misspelt-needed" if hit.case == "misspelt" and needed else hit.case
        yield hit._replace(case=case, fields={"driver": driver, **hit.fields})


def _needs(table: Mapping[str, Any]) -> list[list[str]]:
    needs: list[list[str]] = table.get("needs", [])
    return needs


def _fields(source: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[Hit]:
    """The fields beside the attributes."""
    for key, field in (("handle", "volumeHandle"), ("fsType", "fsType")):
        value = source.get(field)
        if isinstance(value, str):
            yield from judge((*_AT, field), table[key], value)


def _absent(found: Options, table: Mapping[str, Any], place: Path) -> Iterator[Hit]:
    """Attributes that are needed and not there."""
    meant = found.meant()
    for group in _needs(table):
        if not meant.intersection(group):
            yield Hit(place, "missing", {"needed": group[0]}, missing=True)
            return
    stand = found.stand()
    for one, other in table.get("pairs", ()):
        if one in stand and other not in meant:
            yield Hit(place, "half", {"one": one, "other": other}, missing=True)
