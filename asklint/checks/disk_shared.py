"""disk-shared: one disk that more than one pod would mount, by replicas, by a rolling update, or in two workloads."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.claims import by_name, claims, disk_of, is_disk_class, may_share, nearest
from asklint.finding import Conclusion, Fact, Told
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object, Pod


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """What leads to disks: what pods mount, claims, PersistentVolumes and StorageClasses."""
    storage = params["storage"]
    if isinstance(subject, Pod):
        yield from _mounts(subject, storage, target in params["inline"])
    elif subject.kind == "StorageClass" and subject.name:
        yield Fact(("metadata", "name"), {"class": subject.name, "disk": is_disk_class(subject.data, storage)})
    elif subject.kind == "PersistentVolume" and subject.name:
        disk = disk_of(subject.data, storage)
        yield Fact(("metadata", "name"), {"volume": subject.name, "disk": disk is not None})
    elif subject.kind == "PersistentVolumeClaim":
        for claim in claims(subject):
            volume = claim.spec.get("volumeName")
            known = storage["classes"].get(claim.cls) is not None if claim.cls else False
            data = {"claim": claim.name, "in": claim.cls, "of": volume if isinstance(volume, str) else None}
            yield Fact(("metadata", "name"), {**data, "disk": known and not volume})


def _mounts(pod: Pod, storage: Mapping[str, Any], inline: bool) -> Iterator[Fact]:
    """The claims and disks that a pod mounts, and how many of its kind there may be at a time."""
    if _number(mapping(pod.object.data.get("spec")).get("replicas"), 1) == 0:
        return
    case, fields = _many(pod)
    for index, volume in enumerate(sequence(pod.data.get("volumes"))):
        at: Path = (*pod.path, "volumes", index)
        name = get(volume, ("persistentVolumeClaim", "claimName"))
        if isinstance(name, str) and name and "$" not in name and "{" not in name:
            data = {"mounts": name, "case": case, "fields": fields}
            yield Fact((*at, "persistentVolumeClaim", "claimName"), data)
        disk = get(volume, ("flexVolume", "options", "volumeId")) if inline else None
        if isinstance(disk, str) and disk and get(volume, ("flexVolume", "driver")) == "alicloud/disk":
            path = (*at, "flexVolume", "options", "volumeId")
            yield Fact(path, {"mounts": "", "id": disk, "case": case, "fields": fields})


def _many(pod: Pod) -> tuple[str, dict[str, Any]]:
    """Why there would be more than one pod at a time; "" where there is but one."""
    spec, known = mapping(pod.object.data.get("spec")), pod.object.known
    if pod.object.is_daemonset:
        return "", {}  # of which another rule speaks
    if known in ("Job.batch", "CronJob.batch"):
        job = mapping(get(spec, ("jobTemplate", "spec"))) if known == "CronJob.batch" else spec
        at_once = min(_number(job.get("parallelism"), 1), _number(job.get("completions"), 10**9))
        return ("parallel", {"count": at_once}) if at_once > 1 else ("", {})
    replicas = _number(spec.get("replicas"), 1)
    if replicas > 1:
        return "replicas", {"count": replicas}
    if known in ("Deployment.apps", "Deployment.extensions") and replicas == 1:
        strategy = mapping(spec.get("strategy"))
        rolling = mapping(strategy.get("rollingUpdate"))
        if strategy.get("type", "RollingUpdate") == "RollingUpdate" and not _old_goes_first(rolling):
            return "rolling", {}
    return "", {}


def _old_goes_first(rolling: Mapping[str, Any]) -> bool:
    """Whether a rolling update of the one pod takes it away before, or while, the next one starts."""
    return _share(rolling.get("maxSurge"), math.ceil) == 0 or _share(rolling.get("maxUnavailable"), math.floor) >= 1


def _share(value: Any, whole: Callable[[float], int]) -> int:
    """maxSurge or maxUnavailable of one replica; 25% by default."""
    percent = value.rstrip("%") if isinstance(value, str) and value.endswith("%") else ""
    return _number(value, whole(int(percent) / 100 if percent.isdecimal() and len(percent) < 6 else 0.25))


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every mount of a disk by more than one pod, and on the second of two workloads that mount it."""
    known = _Known(facts)
    first: dict[tuple[str, str], list[int]] = {}
    for index, fact in enumerate(facts):
        if "mounts" not in fact.data:
            continue
        disk, related = known.disk(index)
        if disk is None:
            continue
        if fact.data["case"]:
            yield Conclusion(index, fact.data["case"], {"disk": disk[1], **fact.data["fields"]}, related)
            continue
        others = [other for other in first.setdefault(disk, []) if _beside(facts[other], fact)]
        if others:
            also = facts[others[0]].object
            fields = {"disk": disk[1], "other": f"{also.kind} {also.name}"}
            yield Conclusion(index, "two", fields, ((others[0], "mounted"), *related))
        first[disk].append(index)


def _beside(one: Told, other: Told) -> bool:
    """Whether two mounts are of two workloads that run side by side: those of one file or folder, by their names."""
    folders = {told.place.file.rpartition("/")[0] for told in (one, other)}
    names = {(told.object.kind, told.object.name) for told in (one, other)}
    at_times = any(told.object.kind in ("Pod", "Job", "CronJob") for told in (one, other))
    return len(folders) == 1 and len(names) == 2 and may_share(one, other) and not at_times


class _Known:
    """Claims, PersistentVolumes and classes of the run, by name."""

    def __init__(self, facts: Sequence[Told]) -> None:
        self.facts = facts
        self.by = {key: by_name(facts, key) for key in ("claim", "volume", "class")}

    def disk(self, index: int) -> tuple[tuple[str, str] | None, tuple[tuple[int, str], ...]]:
        """The disk that a mount is known to lead to, and what shows it."""
        mount = self.facts[index]
        if not mount.data["mounts"]:
            return ("id", mount.data["id"]), ()
        name = mount.data["mounts"]
        found = [one for one in self.by["claim"].get(name, ()) if may_share(self.facts[one], mount)]
        claim = nearest(mount, self.facts, found)
        if claim is None:
            return None, ()
        related = ((claim, "claim"),)
        data = self.facts[claim].data
        if data["disk"]:
            return ("claim", name), related
        for key, wanted in (("volume", data["of"]), ("class", data["in"])):
            shown = nearest(self.facts[claim], self.facts, self.by[key].get(wanted, ())) if wanted else None
            if shown is not None:
                is_disk = self.facts[shown].data["disk"]
                word = key
                return (("claim", name), (*related, (shown, word))) if is_disk else (None, ())
        return None, ()
