"""What a pod asks for, and the size in which the platform makes and bills it: schemas/pod-sizes.yaml has the sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from asklint.checks.pod_requests import NOTHING, SPEC, Asked, Size, asked_by, figure, has_devices, memories_of
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """At most one hit a pod, from the one rule whose `says` it is: missing, rounding, limits, large or spec.

    `sizes` is schemas/pod-sizes.yaml. A SidecarSet merely adds to pods, and has no size.
    Silent where a card or an ECS type decides, an operator fills the pod, or a quantity cannot be read.
    """
    if subject.object.is_daemonset or subject.object.kind == "SidecarSet" or "resources" in subject.data:
        return
    if not subject.is_whole:
        return
    if params["says"] != "missing" and not _speaks_of_size(subject, params["sizes"]):
        return
    platform: Mapping[str, Any] = params["sizes"]["acs" if target == "acs" else "eci"]
    pod = _Pod(subject, platform, target == "acs", str(options.get("region") or ""))
    for hit in pod.hits(params["says"], options):
        outside = hit.path[: len(subject.metadata_path)] == subject.metadata_path
        yield hit if outside else hit._replace(path=(*subject.path, *hit.path))


class _Pod:
    """One pod on one platform."""

    def __init__(self, pod: Pod, platform: Mapping[str, Any], acs: bool, region: str) -> None:
        self.pod, self.platform, self.acs, self.region = pod, platform, acs, region
        self.notes = mapping(pod.metadata.get("annotations"))

    def hits(self, says: str, options: Mapping[str, Any]) -> Iterator[Hit]:
        """What `says` has to say of this pod, where it is for this one to speak."""
        if not self._sized_by_containers():
            yield from self._by_annotation(says, options)
            return
        asked = asked_by(self.pod, self.acs, self._ignored_by())
        if asked is None:
            return
        if asked.size == NOTHING:
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
        if has_devices(self.pod) or get(self.pod.data, ("nodeSelector", "kubernetes.io/arch")) == "arm64":
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

    def _fit(self, asked: Size, region: str | None = None, plain: bool = False) -> Size | None:
        """The first size with enough of both, None where there is none."""
        for row in self._rows(self.region if region is None else region, plain):
            if row["vcpu"] >= asked.vcpu:
                for memory in memories_of(row["memory"]):
                    if memory >= asked.memory:
                        return Size(Fraction(row["vcpu"]), Fraction(memory))
        return None

    def _elsewhere(self, asked: Size, billed: Size) -> Size | None:
        """The size in the regions that have more of them, where no region is named and it is another one."""
        if self.acs or self.region:
            return None
        regional = self._fit(asked, self.platform["regions"][0])
        return regional if regional != billed else None

    def _without_kind(self, asked: Size, billed: Size) -> Size | None:
        """The size without the annotation that leaves the pod fewer, where that is a smaller one."""
        plain = self._fit(asked, plain=True) if self._kind() else None
        return plain if plain is not None and (plain.vcpu < billed.vcpu or plain.memory < billed.memory) else None

    # -- which of the rules speaks

    def _verdict(self, asked: Asked, billed: Size | None, options: Mapping[str, Any]) -> str:
        if billed is None or self._is_large(billed, options):
            return "large"
        if asked.limited:
            lower = self._fit(asked.requests)
            if lower is not None and (lower.vcpu < billed.vcpu or lower.memory < billed.memory):
                return "limits"
        share = Fraction(options.get("least-spare", 0), 100)
        spare = max(1 - asked.size.vcpu / billed.vcpu, 1 - asked.size.memory / billed.memory)
        less = self._smaller(asked.size, billed) or self._without_kind(asked.size, billed)
        return "rounding" if spare > 0 and spare >= share and less else ""

    def _is_large(self, billed: Size | None, options: Mapping[str, Any]) -> bool:
        """Whether there is no such size, or only by ticket."""
        ticket = None if options.get("opened") else self.platform.get("ticket")
        return billed is None or bool(ticket and (billed.vcpu > ticket["vcpu"] or billed.memory > ticket["memory"]))

    # -- what each of them says

    def _default(self) -> Size:
        return Size(Fraction(self.platform["default"]["vcpu"]), Fraction(self.platform["default"]["memory"]))

    def _missing(self) -> Hit:
        billed = self._fit(self._default()) or self._default()
        told = {"platform": self.platform["name"], "billed": billed}
        return Hit(("containers",), "", told, missing=True, data={"asked": None, "billed": billed.data})

    def _rounding(self, asked: Asked, billed: Size) -> Hit:
        told, data, doubt = self._told(asked, billed)
        smaller = self._smaller(asked.size, billed)
        regional = self._elsewhere(asked.size, billed)
        plain = self._without_kind(asked.size, billed)
        case = "rounded-kind" if plain else f"rounded-{doubt}" if doubt else "rounded"
        case = "rounded-regional" if case == "rounded" and regional else case
        spare = Size(billed.vcpu - asked.size.vcpu, billed.memory - asked.size.memory)
        told |= {"spare": spare, "smaller": plain or smaller, "regional": regional, "annotation": self._kind()}
        data |= {"spare": spare.data}
        if regional:
            data["billedInSomeRegions"] = regional.data
        return Hit(asked.place, case, told, data=data)

    def _limits(self, asked: Asked, billed: Size) -> Hit:
        told, data, doubt = self._told(asked, billed)
        lower = self._fit(asked.requests)
        told |= {"requested": asked.requests, "cheaper": lower}
        data |= {"requested": asked.requests.data, "billedForRequests": lower.data if lower else None}
        return Hit(asked.place, f"above-{doubt}" if doubt else "above", told, data=data)

    def _large(self, asked: Asked, billed: Size | None) -> Hit:
        most = Size(Fraction(self.platform["most"]["vcpu"]), Fraction(self.platform["most"]["memory"]))
        told: dict[str, object] = {"platform": self.platform["name"], "asked": asked.size, "most": most}
        data = {"asked": asked.size.data, "billed": billed.data if billed else None}
        if billed is not None:
            ticket = self.platform["ticket"]
            told |= {"billed": billed, "ticket": Size(Fraction(ticket["vcpu"]), Fraction(ticket["memory"]))}
            return Hit(asked.place, "ticket", told, data=data)
        rows = list(self._rows(self.region))
        told["least"] = figure(Fraction(rows[-1]["vcpu"]))
        whole = asked.size.vcpu <= most.vcpu and asked.size.memory <= most.memory
        category = "" if self.acs else str(self.notes.get(self.platform["annotations"]["category"], ""))
        told["category"] = category.strip()
        return Hit(asked.place, "category" if category and whole else "beyond", told, data=data)

    def _told(self, asked: Asked, billed: Size) -> tuple[dict[str, object], dict[str, Any], str]:
        """Fields, data, and the reading on which the pages are silent and another size would follow."""
        told: dict[str, object] = {"platform": self.platform["name"], "asked": asked.size, "billed": billed}
        data: dict[str, Any] = {"asked": asked.size.data, "billed": billed.data}
        size, default = asked.size, self._default()
        half = Size(size.vcpu or default.vcpu, size.memory or default.memory)
        for doubt, size in (*asked.others, ("half", half)):
            other = self._fit(size)
            if other != billed and other is not None:
                data["otherwise"] = {"reading": doubt, "asked": size.data, "billed": other.data}
                return {**told, "otherwise": other}, data, doubt
        return told, data, ""

    def _smaller(self, asked: Size, billed: Size) -> Size | None:
        """The nearest size that costs less: less vCPU where some of that is spare, else less memory."""
        rows = list(self._rows(self.region))
        memories = [
            memory
            for row in rows
            if row["vcpu"] == billed.vcpu
            for memory in memories_of(row["memory"])
            if memory < billed.memory
        ]
        lesser = [row for row in rows if row["vcpu"] < billed.vcpu]
        less_vcpu = None
        if lesser:
            row = lesser[-1]
            enough = [memory for memory in memories_of(row["memory"]) if memory >= asked.memory]
            memory = enough[0] if enough else memories_of(row["memory"])[-1]
            less_vcpu = Size(Fraction(row["vcpu"]), Fraction(memory))
        less_memory = Size(billed.vcpu, Fraction(memories[-1])) if memories else None
        return (less_vcpu or less_memory) if billed.vcpu > asked.vcpu else less_memory

    # -- pods whose size an annotation names

    def _by_annotation(self, says: str, options: Mapping[str, Any]) -> Iterator[Hit]:
        """A size named may be beyond all there are, or be rounded on ECI; on ACS it must hold what is requested."""
        name = self.platform["annotations"]["specs"]
        value = self.notes.get(name)
        place = (*self.pod.metadata_path, "annotations", name)
        if not isinstance(value, str):
            return
        if says == "large":
            yield from self._named(value.split(","), place, options)
        elif self.acs:
            yield from self._required(says, value, place)
        elif says == "rounding":
            for item in value.split(","):
                yield from self._specified(item.strip(), place)

    def _named(self, items: Iterable[str], place: Path, options: Mapping[str, Any]) -> Iterator[Hit]:
        """An annotation none of whose sizes can be had. What is no size, such as an ECS type, is not for here."""
        matches = [SPEC.fullmatch(item.strip()) for item in items]
        sizes = [Size(Fraction(match[1]), Fraction(match[2])) for match in matches if match is not None]
        if len(sizes) < len(matches) or (self.acs and self._class() not in self.platform["classes"]):
            return
        fits = [self._fit(size, self.region, plain=True) for size in sizes]
        if all(self._is_large(billed, options) for billed in fits):
            yield self._large(Asked(sizes[0], sizes[0], place, (), False), fits[0])

    def _specified(self, item: str, place: Path) -> Iterator[Hit]:
        match = SPEC.fullmatch(item)
        if match is None:
            return
        asked = Size(Fraction(match[1]), Fraction(match[2]))
        # What some regions have is a size unless another region is named.
        billed = self._fit(asked, self.region or self.platform["regions"][0])
        if billed is not None and billed != asked:
            spec = f"{figure(billed.vcpu)}-{figure(billed.memory)}Gi"
            told = {"platform": self.platform["name"], "asked": item, "billed": billed, "spec": spec}
            yield Hit(place, "spec", told, data={"asked": asked.data, "billed": billed.data})

    def _required(self, says: str, value: str, place: Path) -> Iterator[Hit]:
        match = SPEC.fullmatch(value)
        asked = asked_by(self.pod, True, ("", "")) if match and says == "spec" else None
        if match is None or asked is None:
            return
        size = Size(Fraction(match[1]), Fraction(match[2]))
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
