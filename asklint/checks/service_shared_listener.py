"""Services that claim one port of one load balancer, or would once those of type NodePort share one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.references import ingress_before
from asklint.checks.service_table import Written, kind, ports, table, written
from asklint.finding import Conclusion, Fact, Told
from asklint.path import get
from asklint.resource import Object

_LEFT_OPEN = ("xx", "**", "YOUR", "your")  # ids in examples


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """The load balancer that a Service brings along, and the listeners it wants there.

    A Service of type NodePort is `new` there: it wants the one of the option `id`, unless it names one itself.
    """
    given = options.get("id") if options.get("to") in (None, "LoadBalancer") else None
    if given and options["to"] is None and ingress_before(subject):
        given = None  # it becomes a ClusterIP
    new = get(subject.data, ("spec", "type")) == "NodePort" and bool(given) and target != "eci"
    if not new and (not kind(subject) or ("id" in options and not given)):
        return
    found = written(subject, table(params["keys"]))
    one = found.get("loadbalancer-id")
    wanted = _id(one, given if new else None)
    if wanted is None or _is_open(wanted) or "loadbalancer-vgroup-port" in found:
        return
    override = found.get("loadbalancer-force-override-listeners")
    listeners = [f"{port}/{transport}" for port, transport in ports(subject)]
    managed = (override is not None and override.value == "true") or (override is None and new)
    place = ("spec", "type") if new or one is None else one.path
    yield Fact(place, {"id": wanted, "listeners": listeners, "managed": managed, "new": new})


def _id(one: Written | None, otherwise: str | None) -> str | None:
    if one is None or one.value in (None, ""):
        return otherwise
    return one.value if isinstance(one.value, str) else None


def _is_open(value: str) -> bool:
    return is_filled_in_later(value) or any(mark in value for mark in _LEFT_OPEN)


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every Service that claims a listener which another one claims before it.

    Where there is an option `id`, one of the two is new there, and the finding is about that.
    """
    claimed: dict[tuple[str, str], int] = {}
    for index, fact in enumerate(facts):
        for listener in fact.data["listeners"]:
            first = claimed.setdefault((fact.data["id"], listener), index)
            if _same(facts[first], fact):
                continue
            if "id" not in options or fact.data["new"]:
                yield _shared(facts, first, index, listener)
                break
            if facts[first].data["new"]:
                yield _shared(facts, index, first, listener)
                break


def _same(one: Told, other: Told) -> bool:
    """Whether two Services are one: of one name, in one namespace or in one that is not said."""
    here, there = one.object, other.object
    return here.name == there.name and (here.namespace == there.namespace or None in (here.namespace, there.namespace))


def _shared(facts: Sequence[Told], first: int, index: int, listener: str) -> Conclusion:
    both = facts[first].data["managed"] and facts[index].data["managed"]
    fields = {
        "id": facts[index].data["id"],
        "port": listener.partition("/")[0],
        "other": facts[first].object.name or "",
    }
    return Conclusion(index, "shared" if both else "shared-unmanaged", fields, ((first, "first"),))
