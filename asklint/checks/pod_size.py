"""What a pod asks for, and the size in which the platform makes and bills it: schemas/pod-sizes.yaml has the sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from asklint import quantity
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod

_GIB = 1 << 30
_SPEC = re.compile(r"([0-9]+(?:\.[0-9]+)?)-([0-9]+(?:\.[0-9]+)?)Gi")
_DEVICES = re.compile(r"gpu|nvidia|/ppu|\bppu\b")


class _Size(NamedTuple):
    """vCPU and memory in GiB."""

    vcpu: Fraction
    memory: Fraction

    def __str__(self) -> str:
        return f"{_figure(self.vcpu)} vCPU / {_figure(self.memory)} GiB"

    @property
    def data(self) -> dict[str, float]:
        """For `--format json`."""
        return {"vcpu": float(self.vcpu), "memoryGiB": float(self.memory)}

    def plus(self, other: _Size) -> _Size:
        return _Size(self.vcpu + other.vcpu, self.memory + other.memory)

    def most(self, other: _Size) -> _Size:
        return _Size(max(self.vcpu, other.vcpu), max(self.memory, other.memory))


_NOTHING = _Size(Fraction(0), Fraction(0))


class _Asked(NamedTuple):
    """What a pod asks for, and how else that can be read where the vendor's pages are silent."""

    size: _Size  # what sizes the pod; nothing where no container asks
    requests: _Size  # what its requests alone come to
    place: Path  # from the pod's spec
    others: tuple[tuple[str, _Size], ...]  # ("init" or "mixed", the size by that reading)
    limited: bool  # whether there are limits


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """At most one hit a pod, from the one rule whose `says` it is: missing, rounding, limits, large or spec.

    `sizes` is schemas/pod-sizes.yaml. Silent where a card or an ECS type decides, or a quantity cannot be read.
    """
    if subject.object.is_daemonset or "resources" in subject.data:
        return
    if params["says"] != "missing" and not _speaks_of_size(subject, params["sizes"]):
        return
    platform: Mapping[str, Any] = params["sizes"]["acs" if target == "acs" else "eci"]
    pod = _Pod(subject, platform, target == "acs", str(options.get("region") or ""))
    for hit in pod.hits(params["says"], options):
        yield hit._replace(path=(*subject.path, *hit.path) if hit.case != "spec" else hit.path)


def can_name(pod: Pod, text: str, sizes: Mapping[str, Any]) -> bool:
    """Whether `text` (`2-4Gi`) is a size of ACS, to be had without a ticket, that holds what `pod` requests."""
    match, asked = _SPEC.fullmatch(text), _asked(pod, True, ("", ""))
    if match is None or asked is None or _devices(pod):
        return False
    size, ticket = _Size(Fraction(match[1]), Fraction(match[2])), sizes["acs"]["ticket"]
    there = _Pod(pod, sizes["acs"], True, "")._fit(size) == size
    return (
        there and size.most(asked.requests) == size and size.vcpu <= ticket["vcpu"] and size.memory <= ticket["memory"]
    )


class _Pod:
    """One pod on one platform."""

    def __init__(self, pod: Pod, platform: Mapping[str, Any], acs: bool, region: str) -> None:
        self.pod, self.platform, self.acs, self.region = pod, platform, acs, region
        self.notes = mapping(pod.metadata.get("annotations"))

    def hits(self, says: str, options: Mapping[str, Any]) -> Iterator[Hit]:
        """What `says` has to say of this pod, where it is for this one to speak."""
        if not self._sized_by_containers():
            yield from self._by_annotation(says)
            return
        asked = _asked(self.pod, self.acs, self._ignored_by())
        if asked is None:
            return
        if asked.size == _NOTHING:
            if says == "missing":
                yield self._missing()
            return
        billed = self._fit(asked.size)
        if self._verdict(asked, billed, options) != says:
            return
        if says == "large" or billed is None:
            yield self._large(asked, billed)
        else:
            yield self._limits(asked, billed) if says == "limits" else self._rounding(asked, billed)

    def _ignored_by(self) -> tuple[str, str]:
        ignored = self.platform.get("ignored-by") or {}
        return str(ignored.get("name", "")), str(ignored.get("value", ""))

    # -- what sizes the pod

    def _sized_by_containers(self) -> bool:
        """Whether the sum of the containers is the size: no annotation, no card, no other architecture."""
        names = self.platform["annotations"]
        if any(self.notes.get(name) is not None for name in (names["specs"], *names.get("unknown", ()))):
            return False
        if _devices(self.pod) or get(self.pod.data, ("nodeSelector", "kubernetes.io/arch")) == "arm64":
            return False
        return not self.acs or self._class() in self.platform["classes"]

    def _class(self) -> str:
        """The compute class of ACS."""
        return str(mapping(self.pod.metadata.get("labels")).get(self.platform["label"], self.platform["class"]))

    def _kind(self) -> str:
        """The annotation that leaves the pod fewer sizes than there are; "" where none does."""
        names = self.platform["annotations"]
        if not self.acs and str(self.notes.get(names["spot"], "NoSpot")) != "NoSpot":
            return str(names["spot"])
        return str(names["category"]) if self._category() else ""

    def _category(self) -> Mapping[str, Any]:
        """The bounds of the one compute category that the pod names."""
        if self.acs:
            return {}
        named = str(self.notes.get(self.platform["annotations"]["category"], "")).strip()
        return mapping(self.platform["categories"].get(named))

    def _rows(self, region: str, plain: bool = False) -> Iterable[Mapping[str, Any]]:
        """The sizes that this pod can have in `region`, by vCPU; `plain` as it could without such an annotation."""
        if self.acs:
            return list(self.platform["everywhere"])
        if self._kind() == self.platform["annotations"]["spot"] and not plain:
            return list(self.platform["spot"])
        category = {} if plain else self._category()
        rows = {row["vcpu"]: row for row in self.platform["everywhere"]}
        if region in self.platform["regions"] and category.get("regional", True):
            rows.update({row["vcpu"]: row for row in self.platform["regional"]})
        least, most = category.get("least", 0), category.get("most", self.platform["most"]["vcpu"])
        return [rows[vcpu] for vcpu in sorted(rows) if least <= vcpu <= most]

    def _fit(self, asked: _Size, region: str | None = None, plain: bool = False) -> _Size | None:
        """The first size with enough of both, None where there is none."""
        for row in self._rows(self.region if region is None else region, plain):
            if row["vcpu"] >= asked.vcpu:
                for memory in _memories(row["memory"]):
                    if memory >= asked.memory:
                        return _Size(Fraction(row["vcpu"]), Fraction(memory))
        return None

    def _elsewhere(self, asked: _Size, billed: _Size) -> _Size | None:
        """The size in the regions that have more of them, where no region is named and it is another one."""
        if self.acs or self.region:
            return None
        regional = self._fit(asked, self.platform["regions"][0])
        return regional if regional != billed else None

    def _without_kind(self, asked: _Size, billed: _Size) -> _Size | None:
        """The size without the annotation that leaves the pod fewer, where that is a smaller one."""
        plain = self._fit(asked, plain=True) if self._kind() else None
        return plain if plain is not None and (plain.vcpu < billed.vcpu or plain.memory < billed.memory) else None

    # -- which of the rules speaks

    def _verdict(self, asked: _Asked, billed: _Size | None, options: Mapping[str, Any]) -> str:
        ticket = None if options.get("opened") else self.platform.get("ticket")
        if billed is None or (ticket and (billed.vcpu > ticket["vcpu"] or billed.memory > ticket["memory"])):
            return "large"
        if asked.limited:
            lower = self._fit(asked.requests)
            if lower is not None and (lower.vcpu < billed.vcpu or lower.memory < billed.memory):
                return "limits"
        share = Fraction(options.get("least-spare", 0), 100)
        spare = max(1 - asked.size.vcpu / billed.vcpu, 1 - asked.size.memory / billed.memory)
        less = self._smaller(asked.size, billed) or self._without_kind(asked.size, billed)
        return "rounding" if spare > 0 and spare >= share and less else ""

    # -- what each of them says

    def _default(self) -> _Size:
        return _Size(Fraction(self.platform["default"]["vcpu"]), Fraction(self.platform["default"]["memory"]))

    def _missing(self) -> Hit:
        billed = self._fit(self._default()) or self._default()
        told = {"platform": self.platform["name"], "billed": billed}
        return Hit(("containers",), "", told, missing=True, data={"asked": None, "billed": billed.data})

    def _rounding(self, asked: _Asked, billed: _Size) -> Hit:
        told, data, doubt = self._told(asked, billed)
        smaller = self._smaller(asked.size, billed)
        regional = self._elsewhere(asked.size, billed)
        plain = self._without_kind(asked.size, billed)
        case = "rounded-kind" if plain else f"rounded-{doubt}" if doubt else "rounded"
        case = "rounded-regional" if case == "rounded" and regional else case
        spare = _Size(billed.vcpu - asked.size.vcpu, billed.memory - asked.size.memory)
        told |= {"spare": spare, "smaller": plain or smaller, "regional": regional, "annotation": self._kind()}
        data |= {"spare": spare.data}
        if regional:
            data["billedInSomeRegions"] = regional.data
        return Hit(asked.place, case, told, data=data)

    def _limits(self, asked: _Asked, billed: _Size) -> Hit:
        told, data, doubt = self._told(asked, billed)
        lower = self._fit(asked.requests)
        told |= {"requested": asked.requests, "cheaper": lower}
        data |= {"requested": asked.requests.data, "billedForRequests": lower.data if lower else None}
        return Hit(asked.place, f"above-{doubt}" if doubt else "above", told, data=data)

    def _large(self, asked: _Asked, billed: _Size | None) -> Hit:
        most = _Size(Fraction(self.platform["most"]["vcpu"]), Fraction(self.platform["most"]["memory"]))
        told: dict[str, object] = {"platform": self.platform["name"], "asked": asked.size, "most": most}
        data = {"asked": asked.size.data, "billed": billed.data if billed else None}
        if billed is not None:
            ticket = self.platform["ticket"]
            told |= {"billed": billed, "ticket": _Size(Fraction(ticket["vcpu"]), Fraction(ticket["memory"]))}
            return Hit(asked.place, "ticket", told, data=data)
        rows = list(self._rows(self.region))
        told["least"] = _figure(Fraction(rows[-1]["vcpu"]))
        whole = asked.size.vcpu <= most.vcpu and asked.size.memory <= most.memory
        category = "" if self.acs else str(self.notes.get(self.platform["annotations"]["category"], ""))
        told["category"] = category.strip()
        return Hit(asked.place, "category" if category and whole else "beyond", told, data=data)

    def _told(self, asked: _Asked, billed: _Size) -> tuple[dict[str, object], dict[str, Any], str]:
        """Fields, data, and the reading on which the pages are silent and another size would follow."""
        told: dict[str, object] = {"platform": self.platform["name"], "asked": asked.size, "billed": billed}
        data: dict[str, Any] = {"asked": asked.size.data, "billed": billed.data}
        size, default = asked.size, self._default()
        half = _Size(size.vcpu or default.vcpu, size.memory or default.memory)
        for doubt, size in (*asked.others, ("half", half)):
            other = self._fit(size)
            if other != billed and other is not None:
                data["otherwise"] = {"reading": doubt, "asked": size.data, "billed": other.data}
                return {**told, "otherwise": other}, data, doubt
        return told, data, ""

    def _smaller(self, asked: _Size, billed: _Size) -> _Size | None:
        """The nearest size that costs less: less vCPU where some of that is spare, else less memory."""
        rows = list(self._rows(self.region))
        memories = [
            memory
            for row in rows
            if row["vcpu"] == billed.vcpu
            for memory in _memories(row["memory"])
            if memory < billed.memory
        ]
        lesser = [row for row in rows if row["vcpu"] < billed.vcpu]
        less_vcpu = None
        if lesser:
            row = lesser[-1]
            enough = [memory for memory in _memories(row["memory"]) if memory >= asked.memory]
            memory = enough[0] if enough else _memories(row["memory"])[-1]
            less_vcpu = _Size(Fraction(row["vcpu"]), Fraction(memory))
        less_memory = _Size(billed.vcpu, Fraction(memories[-1])) if memories else None
        return (less_vcpu or less_memory) if billed.vcpu > asked.vcpu else less_memory

    # -- pods whose size an annotation names

    def _by_annotation(self, says: str) -> Iterator[Hit]:
        """eci-use-specs may name a size that has to be rounded; pod-required-spec must hold what is requested."""
        name = self.platform["annotations"]["specs"]
        value = self.notes.get(name)
        place = (*self.pod.metadata_path, "annotations", name)
        if not isinstance(value, str):
            return
        if self.acs:
            yield from self._required(says, value, place)
        elif says == "rounding":
            for item in value.split(","):
                yield from self._specified(item.strip(), place)

    def _specified(self, item: str, place: Path) -> Iterator[Hit]:
        match = _SPEC.fullmatch(item)
        if match is None:
            return
        asked = _Size(Fraction(match[1]), Fraction(match[2]))
        # What some regions have is a size unless another region is named.
        billed = self._fit(asked, self.region or self.platform["regions"][0])
        if billed is not None and billed != asked:
            spec = f"{_figure(billed.vcpu)}-{_figure(billed.memory)}Gi"
            told = {"platform": self.platform["name"], "asked": item, "billed": billed, "spec": spec}
            yield Hit(place, "spec", told, data={"asked": asked.data, "billed": billed.data})

    def _required(self, says: str, value: str, place: Path) -> Iterator[Hit]:
        match = _SPEC.fullmatch(value)
        asked = _asked(self.pod, True, ("", "")) if match and says == "spec" else None
        if match is None or asked is None:
            return
        size = _Size(Fraction(match[1]), Fraction(match[2]))
        if size.vcpu < asked.requests.vcpu or size.memory < asked.requests.memory:
            told = {"requested": asked.requests}
            yield Hit(place, "spec", told, data={"asked": size.data, "requested": asked.requests.data})


def _speaks_of_size(pod: Pod, sizes: Mapping[str, Any]) -> bool:
    """Whether a container says anything of resources, or an annotation of the size."""
    containers = sequence(pod.data.get("containers"))
    if any(isinstance(container, dict) and container.get("resources") for container in containers):
        return True
    notes = pod.metadata.get("annotations")
    return bool(notes) and any(table["annotations"]["specs"] in mapping(notes) for table in sizes.values())


# -- sums


@lru_cache(maxsize=8)  # several rules ask the same pod one after the other
def _asked(pod: Pod, acs: bool, ignored_by: tuple[str, str]) -> _Asked | None:
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
        if limit is request is _NOTHING:
            continue
        limits.append(limit)
        requests.append(_or(request, limit))  # the API server takes a limit for the request that is missing
        either.append(_or(limit, request))
        if either[-1] != _NOTHING:
            asking.append(index)
    limited, requested = _sum(limits), _sum(requests)
    size = limited.most(requested) if acs else _sum(either)
    place: Path = ("containers", asking[0], "resources") if len(asking) == 1 else ("containers",)
    others: list[tuple[str, _Size]] = []
    if asking:
        with_init = _with_init(pod, size, ignored_by)
        if with_init is None:
            return None
        if with_init != size:
            others.append(("init", with_init))
        if not acs and limited not in (_NOTHING, size):
            others.append(("mixed", limited))
    return _Asked(size, requested, place, tuple(others), limited != _NOTHING)


def _with_init(pod: Pod, size: _Size, ignored_by: tuple[str, str]) -> _Size | None:
    """The size where init containers count as in Kubernetes: one after the other, those that stay beside the rest."""
    staying = highest = _NOTHING
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


def _amount(container: Mapping[str, Any], kind: str) -> _Size | None:
    """CPU and memory among the `limits` or `requests`; nothing where there are none, None where they cannot be read."""
    given = mapping(mapping(container.get("resources")).get(kind))
    if not given:
        return _NOTHING
    values = []
    for key in ("cpu", "memory"):
        amount = quantity.read(0 if given.get(key) is None else given[key])
        if amount is None or amount.nanos < 0:
            return None
        values.append(amount.value)
    return _Size(values[0], values[1] / _GIB)


def _or(first: _Size, second: _Size) -> _Size:
    """Each of `first`, or of `second` where the first has none."""
    if first is second:
        return first
    return _Size(first.vcpu or second.vcpu, first.memory or second.memory)


def _sum(sizes: list[_Size]) -> _Size:
    total = _NOTHING
    for size in sizes:
        total = total.plus(size) if size is not _NOTHING else total
    return total


def _memories(memory: Any) -> list[Any]:
    """The memory that can be had in a row of the table."""
    return memory if isinstance(memory, list) else list(range(memory["from"], memory["to"] + 1))


def _devices(pod: Pod) -> bool:
    """Whether a container asks for a card, which then decides on the size."""
    return any(
        _DEVICES.search(name) is not None
        for key in ("containers", "initContainers")
        for container in sequence(pod.data.get(key))
        for kind in ("limits", "requests")
        for name in mapping(mapping(mapping(container).get("resources")).get(kind))
    )


def _figure(number: Fraction) -> str:
    """At most three decimals: 0.25, 4, 0.119."""
    return f"{float(number):.3f}".rstrip("0").rstrip(".")
