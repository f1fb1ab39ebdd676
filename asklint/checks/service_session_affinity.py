"""service-session-affinity: Services that keep a client to one pod, and the annotations by which a CLB does so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.service_table import Table, Written, kind, ports, table, written
from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import get, mapping
from asklint.resource import Object

_AT = ("spec", "sessionAffinity")
_CONFIG = "sessionAffinityConfig"
_PASSED_OVER = ("class", "alibaba-cloud-loadbalancer-type", "alibaba-cloud-loadbalancer-tunnel-type")
_DEFAULT = 10800  # seconds; Kubernetes' own


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on sessionAffinity: ClientIP.

    `balanced` where a CLB takes it over, `cookie` where it does so for HTTP listeners too, `inside` where the Service
    is for callers in the cluster alone, `by-hand` else.
    """
    spec = mapping(subject.data.get("spec"))
    if spec.get("sessionAffinity") != "ClientIP" or spec.get("type") == "ExternalName":  # a name in DNS, without pods
        return
    gone = (Remove(_AT), *([Remove(("spec", _CONFIG))] if _CONFIG in spec else []))
    if spec.get("type") in (None, "ClusterIP"):
        yield Hit(_AT, "inside", edits=gone)
        return
    known = table(params["keys"])
    found = written(subject, known)
    said = dict(_said(subject, found, params["by"])) if _is_ours(subject, found) else {}
    seconds = get(spec, (_CONFIG, "clientIP", "timeoutSeconds"), _DEFAULT)
    if not said or not isinstance(seconds, int):
        yield Hit(_AT, "by-hand")
        return
    values = {name: _filled(value, seconds, known, name) for name, value in said.items()}
    times = [str(found[name].value if name in found else values[name]) for name in said if said[name] == "seconds"]
    fields = {"keys": ", ".join(said), "seconds": " and ".join(times)}
    case = "cookie" if any(name in said for name in params["by"]["http"]) else "balanced"
    yield Hit(_AT, case, fields, edits=(*gone, *_edits(values, found, known)))


def _is_ours(subject: Object, found: Mapping[str, Written]) -> bool:
    """Whether the Service gets a CLB whose listeners the cloud controller sets."""
    if kind(subject) != "clb" or not found.keys().isdisjoint(_PASSED_OVER):
        return False
    override = found.get("loadbalancer-force-override-listeners")
    return "loadbalancer-id" not in found or (override is not None and override.value == "true")


def _said(
    subject: Object, found: Mapping[str, Written], by: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """What the listeners of the Service take, by the name of the key; those of UDP take none."""
    one = found.get("loadbalancer-protocol-port")
    pairs = [item.strip().lower().partition(":") for item in str(one.value if one else "").split(",")]
    words = {number: word for word, _, number in pairs}
    for number, transport in ports(subject):
        yield from by.get(words.get(str(number), transport), {}).items()


def _filled(value: str, seconds: int, known: Table, name: str) -> str:
    return value if value != "seconds" else str(min(seconds, known.by_name[name].entry["value"]["max"]))


def _edits(values: Mapping[str, str], found: Mapping[str, Written], known: Table) -> Iterator[Edit]:
    """The annotations that are not there; one that is says what is meant."""
    for name, value in values.items():
        if name not in found:
            yield Set(("metadata", "annotations", known.by_name[name].full), value)
