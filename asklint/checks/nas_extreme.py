"""nas-extreme-nfsv4: a version of NFS other than 3 for a file system that speaks no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object, Pod

_VERSION = re.compile(r"(?:^|,)\s*(?:nfs)?vers=\s*([0-9.]+)")


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the version with which a volume, a StorageClass or a pod mounts such a file system.

    `domain` is what its address has, `type` what it is called, `versions` those that it speaks.
    """
    for at, given, mounting in _mounts(subject):
        if _is_extreme(given, params):
            for place, version in [*_in_options(mounting, subject.data)] or _in_attributes(at, given):
                if version not in params["versions"]:
                    yield Hit(place, fields={"version": version})


def _mounts(subject: Object | Pod) -> Iterator[tuple[Path, Mapping[str, Any], Path]]:
    """What says which file system is mounted, with its path from the object's root, and where the options are."""
    if isinstance(subject, Pod):
        for index, volume in enumerate(sequence(subject.data.get("volumes"))):
            given = mapping(get(volume, ("flexVolume", "options")))
            yield (*subject.path, "volumes", index, "flexVolume", "options"), given, ()
    elif subject.kind == "StorageClass":
        yield ("parameters",), mapping(subject.data.get("parameters")), ("mountOptions",)
    else:
        for source in (("csi", "volumeAttributes"), ("flexVolume", "options"), ("nfs",)):
            at = ("spec", *source)
            yield at, mapping(get(subject.data, at)), ("spec", "mountOptions")


def _is_extreme(given: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """As the driver tells: by the type, where one is named, else by the address."""
    kind, server = given.get("fileSystemType"), given.get("server")
    return kind == params["type"] if kind else isinstance(server, str) and params["domain"] in server


def _in_options(at: Path, data: Any) -> Iterator[tuple[Path, str]]:
    for index, option in enumerate(sequence(get(data, at)) if at else ()):
        for version in _VERSION.findall(option) if isinstance(option, str) else ():
            yield (*at, index), version


def _in_attributes(at: Path, given: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    version = str(given.get("vers"))
    if version[:1].isdigit():
        yield (*at, "vers"), version
