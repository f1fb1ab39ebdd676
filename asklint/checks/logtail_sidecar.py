"""logtail-sidecar: a log collector of SLS beside an application, where the platform collects by itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.log_env import PREFIX
from asklint.checks.pod_parts import containers, mounts_of
from asklint.edit import Edit, Insert, Remove
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod

_KEY = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def check(pod: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the image of every container that has one of `images` and a variable whose name begins with `env`."""
    if pod.object.kind == "DaemonSet":
        return
    each = list(containers(pod, ("containers", "initContainers")))
    collectors = [path for path, data in each if _collects(data, params)]
    if not collectors or len(collectors) == len(each):
        return  # a pod of collectors alone has no application to take the variables
    case = "waits" if _waits(pod, params["handshake"]) else "beside"
    for path in collectors:
        data = get(pod.object.data, path)
        group = _group(data, params)
        fields = {"container": data.get("name"), "group": group or params["identifier"]}
        wanted = options["collect"].get(group) if group else None
        if wanted is None:
            yield Hit((*path, "image"), case, fields)
            continue
        edits = _Replaced(pod, path, params).edits(wanted) if len(collectors) == 1 else None
        yield Hit((*path, "image"), f"{case}-hand" if edits is None else f"{case}-told", fields, tuple(edits or ()))


def _collects(container: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """An image alone is no proof: a mirror keeps the ending, and the community edition has it without SLS."""
    image = container.get("image")
    if not isinstance(image, str) or not _ends(params["images"]).fullmatch(_repository(image)):
        return False
    names = (mapping(variable).get("name") for variable in sequence(container.get("env")))
    return any(isinstance(name, str) and name.startswith(params["env"]) for name in names)


def _group(container: Mapping[str, Any], params: Mapping[str, Any]) -> str | None:
    """The identifier of the machine group, to which the console binds what is collected."""
    for variable in map(mapping, sequence(container.get("env"))):
        value = variable.get("value")
        if variable.get("name") == params["identifier"] and isinstance(value, str):
            return value
    return None


def _waits(pod: Pod, volume: str) -> bool:
    """The handshake of Jobs: application and collector wait for files in a volume of this name."""
    return any(mapping(item).get("name") == volume for item in sequence(pod.data.get("volumes")))


class _Replaced:
    """A pod whose collector, at `collector`, goes."""

    def __init__(self, pod: Pod, collector: Path, params: Mapping[str, Any]) -> None:
        self.pod = pod
        self.collector = collector
        self.own = mapping(get(pod.object.data, collector))
        self.params = params

    def edits(self, wanted: list[Mapping[str, str]]) -> list[Edit] | None:
        """The variables of each entry of `wanted` (files, logstore, project), and all that goes with the collector.

        None where a file lies in no emptyDir that just one container fills, or where a wait cannot be taken out.
        """
        edits: list[Edit] = [Remove(self.collector)]
        names: set[tuple[Path, str]] = set()
        for entry in wanted:
            variables = self._variables(entry)
            if variables is None or any(one in names for one, _ in variables):
                return None
            names.update(one for one, _ in variables)
            edits += [Insert((*path, "env"), {"name": name, "value": value}) for (path, name), value in variables]
        ended = self._handshake()
        if ended is None:
            return None
        return [*edits, *ended, *self._orphans()]

    def _variables(self, entry: Mapping[str, str]) -> list[tuple[tuple[Path, str], str]] | None:
        """The variables for one entry, each with its container."""
        found = self._shared(entry["files"])
        key = re.sub("[^a-z0-9-]", "-", f"{self.pod.object.name}-{entry['logstore']}")
        if found is None or not self.pod.object.name or not _KEY.fullmatch(key):
            return None
        path, files = found
        have = [mapping(one).get("name") for one in sequence(get(self.pod.object.data, (*path, "env")))]
        values = {"": files, "_logstore": entry["logstore"], "_project": entry.get("project")}
        variables = [((path, f"{PREFIX}{key}{suffix}"), value) for suffix, value in values.items() if value]
        return None if any(name in have for (_, name), _ in variables) else variables

    def _shared(self, files: str) -> tuple[Path, str] | None:
        """The container that writes what the collector reads at `files`, and where that is for it."""
        mounts = [mapping(mount) for mount in sequence(self.own.get("volumeMounts"))]
        inside = [mount for mount in mounts if files.startswith(_folder(mount))]
        if not inside:
            return None
        mount = max(inside, key=lambda mount: len(_folder(mount)))
        if _divided(mount) or not self._is_empty_dir(mount.get("name")):
            return None
        others = [one for one in mounts_of(self.pod, mount.get("name")) if one[0][:-2] != self.collector]
        writers = [one for one in others if one[0][-4] == "containers" and not one[1].get("readOnly")]
        if len(writers) != 1 or _divided(writers[0][1]) or not isinstance(writers[0][1].get("mountPath"), str):
            return None
        return writers[0][0][:-2], _folder(writers[0][1]) + files.removeprefix(_folder(mount))

    def _is_empty_dir(self, name: object) -> bool:
        for volume in map(mapping, sequence(self.pod.data.get("volumes"))):
            if volume.get("name") == name:
                return all(key in ("name", "emptyDir") for key, value in volume.items() if value is not None)
        return False

    def _handshake(self) -> list[Edit] | None:
        """The application no longer waits for the collector, and no longer tells it that it is done."""
        from asklint.checks import signal_files

        edits: list[Edit] = []
        for path, mount in mounts_of(self.pod, self.params["handshake"]):
            container = path[:-2]
            if container == self.collector:
                continue
            folder = _folder(mount)
            ended = signal_files.without(mapping(get(self.pod.object.data, container)), container, folder.rstrip("/"))
            if ended is None:
                return None
            edits += [*ended, Remove(path)]
        return edits

    def _orphans(self) -> Iterator[Edit]:
        """The volumes that no other container mounts, and that of the handshake."""
        for index, volume in enumerate(sequence(self.pod.data.get("volumes"))):
            name = mapping(volume).get("name")
            users = {path[:-2] for path, _ in mounts_of(self.pod, name)}
            if users == {self.collector} or (users and name == self.params["handshake"]):
                yield Remove((*self.pod.path, "volumes", index))


def _folder(mount: Mapping[str, Any]) -> str:
    """Where something is mounted, with a slash at its end."""
    at = mount.get("mountPath")
    return posixpath.normpath(re.sub("^/+", "/", at)).rstrip("/") + "/" if isinstance(at, str) else "\n"


def _divided(mount: Mapping[str, Any]) -> bool:
    return mount.get("subPath") is not None or mount.get("subPathExpr") is not None


def _repository(image: str) -> str:
    """`image` without digest and tag."""
    image = image.partition("@")[0]
    head, slash, tail = image.rpartition("/")
    return head + slash + tail.partition(":")[0]


@cache
def _ends(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
