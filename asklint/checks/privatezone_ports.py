"""privatezone-clusterip-ports: ports that a cluster IP translates, where names lead to pods."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.finding import Conclusion, Fact, Told
from asklint.path import get, mapping, sequence
from asklint.resource import Object


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """The first port that a ClusterIP Service translates, and what the profile of ECI says of PrivateZone."""
    if options["dns"] == "CoreDNS":
        return
    if subject.kind == "ConfigMap":
        profile = params["profile"]
        if (subject.namespace, subject.name) == (profile["namespace"], profile["name"]):
            said = get(subject.data, ("data", profile["key"]))
            yield Fact(("data",), {"says": str(said).lower() == "true"})
        return
    spec = mapping(subject.data.get("spec"))
    if spec.get("type") not in (None, "ClusterIP") or "None" in (
        spec.get("clusterIP"),
        *sequence(spec.get("clusterIPs")),
    ):
        return
    for index, port in enumerate(map(mapping, sequence(spec.get("ports")))):
        number, to = port.get("port"), port.get("targetPort")
        if isinstance(number, int) and isinstance(to, int) and number != to:
            enabled = any(get(subject.data, ("metadata", "annotations", name)) == "true" for name in params["enabled"])
            yield Fact(("spec", "ports", index, "targetPort"), {"port": number, "to": to, "enabled": enabled})
            return


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every such Service that PrivateZone is in sight of."""
    profiles = [fact for fact in facts if "says" in fact.data]
    everywhere = options["dns"] == "PrivateZone"
    for index, fact in enumerate(facts):
        if "port" in fact.data and (everywhere or fact.data["enabled"] or _says(profiles, fact.place.file)):
            yield Conclusion(index, fields={"port": fact.data["port"], "to": fact.data["to"]})


def _says(profiles: Sequence[Told], file: str) -> bool:
    """What the profiles say to a Service in `file`: where they disagree, the one in its file or its folder."""
    folder = posixpath.dirname(file)
    for near in (
        profiles,
        [one for one in profiles if one.place.file == file],
        [one for one in profiles if posixpath.dirname(one.place.file) == folder],
    ):
        said = {bool(one.data["says"]) for one in near}
        if len(said) == 1:
            return said.pop()
    return False
