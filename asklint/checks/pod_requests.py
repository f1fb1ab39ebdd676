"""What a pod asks for: the sums of its containers, as sizes of vCPU and memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from asklint import quantity
from asklint.path import Path, mapping, sequence
from asklint.resource import Pod

SPEC = re.compile(r"([0-9]+(?:\.[0-9]+)?)-([0-9]+(?:\.[0-9]+)?)Gi")
_GIB = 1 << 30
_DEVICES = re.compile(r"gpu|nvidia|/ppu|\bppu\b")


class Size(NamedTuple):
    """vCPU and memory in GiB."""

    vcpu: Fraction
    memory: Fraction

    def __str__(self) -> str:
        return f"{figure(self.vcpu)} vCPU / {figure(self.memory)} GiB"

    @property
    def data(self) -> dict[str, float]:
        """For `--format json`."""
        return {"vcpu": float(self.vcpu), "memoryGiB": float(self.memory)}

    def plus(self, other: Size) -> Size:
        """Both together."""
        return Size(self.vcpu + other.vcpu, self.memory + other.memory)

    def most(self, other: Size) -> Size:
        """The more of each."""
        return Size(max(self.vcpu, other.vcpu), max(self.memory, other.memory))


NOTHING = Size(Fraction(0), Fraction(0))


class Asked(NamedTuple):
    """What a pod asks for, and how else that can be read where the vendor's pages are silent."""

    size: Size  # what sizes the pod; nothing where no container asks
    requests: Size  # what its requests alone come to
    place: Path  # from the pod's spec
    others: tuple[tuple[str, Size], ...]  # ("init" or "mixed", the size by that reading)
    limited: bool  # whether there are limits


@lru_cache(maxsize=8)  # several rules ask the same pod one after the other
def asked_by(pod: Pod, acs: bool, ignored_by: tuple[str, str]) -> Asked | None:
    """What the containers of `pod` ask for; None where a quantity cannot be read."""
    containers = [
        (index, mapping(container))
        for index, container in enumerate(sequence(pod.data.get("containers")))
        if not _ignored(mapping(container), ignored_by)
    ]
    limits, requests, either = [], [], []
    asking = []
    for index, container in containers:
        limit, request = _amount(container, "limits"), _amount(container, "requests")
        if limit is None or request is None:
            return None
        if limit is request is NOTHING:
            continue
        limits.append(limit)
        requests.append(_or(request, limit))  # the API server takes a limit for the request that is missing
        either.append(_or(limit, request))
        if either[-1] != NOTHING:
            asking.append(index)
    limited, requested = _sum(limits), _sum(requests)
    size = limited.most(requested) if acs else _sum(either)
    place: Path = ("containers", asking[0], "resources") if len(asking) == 1 else ("containers",)
    others: list[tuple[str, Size]] = []
    if asking:
        with_init = _with_init(pod, size, ignored_by)
        if with_init is None:
            return None
        if with_init != size:
            others.append(("init", with_init))
        if not acs and limited not in (NOTHING, size):
            others.append(("mixed", limited))
    return Asked(size, requested, place, tuple(others), limited != NOTHING)


def _with_init(pod: Pod, size: Size, ignored_by: tuple[str, str]) -> Size | None:
    """The size where init containers count as in Kubernetes: one after the other, those that stay beside the rest."""
    staying = highest = NOTHING
    for container in map(mapping, sequence(pod.data.get("initContainers"))):
        if _ignored(container, ignored_by):
            continue
        limit, request = _amount(container, "limits"), _amount(container, "requests")
        if limit is None or request is None:
            return None
        own = _or(limit, request)
        if container.get("restartPolicy") == "Always":
            staying = staying.plus(own)
            highest = highest.most(staying)
        else:
            highest = highest.most(staying.plus(own))
    return size.plus(staying).most(highest)


def _ignored(container: Mapping[str, Any], ignored_by: tuple[str, str]) -> bool:
    name, value = ignored_by
    return bool(name) and any(
        mapping(one).get("name") == name and str(mapping(one).get("value")).upper() == value
        for one in sequence(container.get("env"))
    )


def _amount(container: Mapping[str, Any], kind: str) -> Size | None:
    """CPU and memory among the `limits` or `requests`; nothing where there are none, None where they cannot be read."""
    given = mapping(mapping(container.get("resources")).get(kind))
    if not given:
        return NOTHING
    values = []
    for key in ("cpu", "memory"):
        amount = quantity.read(0 if given.get(key) is None else given[key])
        if amount is None or amount.nanos < 0:
            return None
        values.append(amount.value)
    return Size(values[0], values[1] / _GIB)


def _or(first: Size, second: Size) -> Size:
    """Each of `first`, or of `second` where the first has none."""
    if first is second:
        return first
    return Size(first.vcpu or second.vcpu, first.memory or second.memory)


def _sum(sizes: list[Size]) -> Size:
    total = NOTHING
    for size in sizes:
        total = total.plus(size) if size is not NOTHING else total
    return total


def memories_of(memory: Any) -> list[Any]:
    """The memory that can be had in a row of the table."""
    return memory if isinstance(memory, list) else list(range(memory["from"], memory["to"] + 1))


def has_devices(pod: Pod) -> bool:
    """Whether a container asks for a card, which then decides on the size."""
    return any(
        _DEVICES.search(name) is not None
        for key in ("containers", "initContainers")
        for container in sequence(pod.data.get(key))
        for kind in ("limits", "requests")
        for name in mapping(mapping(mapping(container).get("resources")).get(kind))
    )


def figure(number: Fraction) -> str:
    """At most three decimals: 0.25, 4, 0.119."""
    return f"{float(number):.3f}".rstrip("0").rstrip(".")


def can_name(pod: Pod, text: str, sizes: Mapping[str, Any]) -> bool:
    """Whether `text` (`2-4Gi`) is a size of ACS, to be had without a ticket, that holds what `pod` requests."""
    match, known = SPEC.fullmatch(text), asked_by(pod, True, ("", ""))
    if match is None or known is None or has_devices(pod):
        return False
    size, acs = Size(Fraction(match[1]), Fraction(match[2])), sizes["acs"]
    there = any(row["vcpu"] == size.vcpu and size.memory in memories_of(row["memory"]) for row in acs["everywhere"])
    least, most = known.requests, acs["ticket"]
    return there and size.most(least) == size and size.vcpu <= most["vcpu"] and size.memory <= most["memory"]
