"""hostPath volumes, and what each path of a node is replaced by: the table of paths stands in the rule."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.pod_parts import mounts_of
from asklint.edit import Edit, Remove, Set
from asklint.finding import Hit
from asklint.path import get, mapping, sequence
from asklint.resource import Pod

_NOT_A_DIRECTORY = ("File", "FileOrCreate", "Socket", "CharDevice", "BlockDevice")
_LONGEST = 4096  # characters; no path of Linux is longer
_FILE = re.compile(r"\.(?:log|txt|out|err|pid|lock|conf|json|ya?ml)$")


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each hostPath volume that is not the door to a DataCache, with the case of the first row of `paths` that fits.

    A row's path is a pattern for the whole path; a row with a `type` also fits a hostPath of that type. A row with
    `unless-written` is for directories that the pod itself fills: they become an emptyDir where a container writes to
    the volume, otherwise the case is what it names.
    """
    for index, source in _sources(subject):
        volume = subject.data["volumes"][index]
        row, fields = _row(params["paths"], source)
        if row["case"] in params["data-cache"]["cases"] and _cached(subject, params["data-cache"], target):
            continue
        fields["host"] = _path(source) or "a path"
        place = (*subject.path, "volumes", index, "hostPath")
        if row["case"] in ("time-zone", "time-zone-named"):
            from asklint.checks import node_files

            yield node_files.time_zone(subject, index, Hit(place, row["case"], fields), params, options)
            continue
        if row["case"] == "container-logs" and target in params["stdlog"]["targets"]:
            from asklint.checks import node_files

            logs = [at for at, one in _sources(subject) if _row(params["paths"], one)[0]["case"] == "container-logs"]
            yield node_files.container_logs(subject, index, Hit(place, row["case"], fields), params, logs)
            continue
        case, directory = _replaced(subject, volume, row, options)
        edits: tuple[Edit, ...] = ()
        if directory is not None:
            edits = (Remove(place), Set((*place[:-1], "emptyDir"), directory))
        yield Hit(place, case, fields, edits)


def _sources(pod: Pod) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The hostPath volumes of the pod, each with its number."""
    for index, volume in enumerate(sequence(pod.data.get("volumes"))):
        if get(volume, ("hostPath",)) is not None:
            yield index, mapping(volume["hostPath"])


def _path(source: Mapping[str, Any]) -> str:
    path = source.get("path")
    return path if isinstance(path, str) and len(path) <= _LONGEST else ""


def _row(rows: list[Mapping[str, str]], source: Mapping[str, Any]) -> tuple[Mapping[str, str], dict[str, str]]:
    """The first row that fits, and what its pattern names; the last row fits everything."""
    path = posixpath.normpath(re.sub(r"^/+", "/", _path(source)))
    for row in rows[:-1]:
        if found := _pattern(row["path"]).fullmatch(path):
            return row, found.groupdict()
        if "type" in row and source.get("type") == row["type"]:
            return row, {}
    return rows[-1], {}


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _cached(pod: Pod, cache: Mapping[str, Any], target: str) -> bool:
    """Whether the pod mounts a DataCache, whose path it names as hostPath."""
    return target in cache["targets"] and bool(mapping(pod.metadata.get("annotations")).get(cache["annotation"]))


def _replaced(
    pod: Pod, volume: Mapping[str, Any], row: Mapping[str, str], options: Mapping[str, Any]
) -> tuple[str, dict[str, str] | None]:
    """The case, and the emptyDir that the volume becomes; None where that is a person's to say."""
    if "unless-written" in row:
        if _written(pod, volume.get("name")) and not _file(mapping(volume["hostPath"])):
            return row["case"], {}
        return row["unless-written"], None
    if row["case"] == "dev-shm" and options["shm-size"]:
        return "dev-shm-sized", {"medium": "Memory", "sizeLimit": options["shm-size"]}
    return row["case"], None


def _written(pod: Pod, name: object) -> bool:
    """Whether a container writes to the volume, and none wants to see what a node mounts there later."""
    mounts = [mount for _, mount in mounts_of(pod, name)]
    return any(not mount.get("readOnly") for mount in mounts) and all(
        mount.get("mountPropagation") in (None, "None") for mount in mounts
    )


def _file(source: Mapping[str, Any]) -> bool:
    """Whether the hostPath is a file rather than a directory."""
    return source.get("type") in _NOT_A_DIRECTORY or _FILE.search(_path(source)) is not None
