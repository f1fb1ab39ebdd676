"""storageclass-parameter: the parameters of a StorageClass, held against the table of its provisioner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.keyed_options import Options
from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Hits on the parameters; of those of provisioners that are not in `table` only that they must be strings."""
    provisioner, given = subject.data.get("provisioner"), subject.data.get("parameters")
    if not isinstance(provisioner, str) or not isinstance(given, dict):
        return
    table: Mapping[str, Any] = params["table"]["provisioners"].get(provisioner, {})
    found = Options(
        subject,
        ("parameters",),
        given,
        table.get("parameters", {}),
        target,
        closed=bool(table.get("closed")),
        prefixes=tuple(table.get("prefixes", ())),
    )
    for hit in found.hits():
        yield hit._replace(fields={"provisioner": provisioner, **hit.fields})
    late = subject.data.get("volumeBindingMode") == "WaitForFirstConsumer" and "zoneId" in found.stand()
    if late and "," not in (found.text("zoneId") or ""):
        key = next(key for key in given if found.name(key) == "zoneId")
        yield Hit(("parameters", key), "zone", {"provisioner": provisioner})
