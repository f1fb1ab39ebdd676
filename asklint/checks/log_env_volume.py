"""log-env-volume: files to be collected that do not lie in an emptyDir."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.log_env import PREFIX, Logged, Variable, is_open, is_path, logged
from asklint.edit import Edit, Insert
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?")


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every file whose directory is not mounted, or is mounted from something else than an emptyDir.

    An emptyDir is put there unless the directory is one of `system`, whose files a container needs.
    """
    for container in logged(subject, params["suffixes"]):
        for one in container.variables:
            value = one.value or ""
            if one.suffix or not one.name.startswith(PREFIX) or not is_path(value) or is_open(value):
                continue
            if value.startswith(params["host"]):
                continue  # of which log-env-legacy speaks
            folder = _folder(value)
            mount = _mount(container, folder)
            if mount is None:
                edits = _edits(subject, container, one, folder, params["system"])
                yield Hit((*one.path, "value"), "unmounted", {"folder": folder}, edits)
            elif kind := _not_empty(subject, mount.get("name")):
                yield Hit((*one.path, "value"), "other", {"folder": mount.get("mountPath"), "kind": kind})


def _folder(value: str) -> str:
    """The directory of a file, up to the first wildcard."""
    plain = re.split(r"[*?\[]", value, maxsplit=1)[0]
    return posixpath.normpath(re.sub("^/+", "/", posixpath.dirname(plain) or "/"))


def _mount(container: Logged, folder: str) -> Mapping[str, Any] | None:
    """The mount that the directory is in: the deepest."""
    found: Mapping[str, Any] | None = None
    depth = -1
    for mount in map(mapping, sequence(container.data.get("volumeMounts"))):
        at = mount.get("mountPath")
        if isinstance(at, str):
            at = posixpath.normpath(re.sub("^/+", "/", at)).rstrip("/")
            if (folder == at or folder.startswith(at + "/")) and len(at) > depth:
                found, depth = mount, len(at)
    return found


def _not_empty(pod: Pod, name: object) -> str:
    """What kind of volume it is, where that is no emptyDir; one without any source becomes an emptyDir."""
    for volume in map(mapping, sequence(pod.data.get("volumes"))):
        if volume.get("name") == name:
            return next((key for key in volume if key not in ("name", "emptyDir") and volume[key] is not None), "")
    templates = sequence(mapping(pod.object.data.get("spec")).get("volumeClaimTemplates"))
    names = [mapping(mapping(template).get("metadata")).get("name") for template in templates]
    return "volumeClaimTemplates" if name in names else ""


def _edits(pod: Pod, container: Logged, one: Variable, folder: str, system: list[str]) -> tuple[Edit, ...]:
    name = f"logs-{one.key}"
    taken = [mapping(volume).get("name") for volume in sequence(pod.data.get("volumes"))]
    if folder in system or not _NAME.fullmatch(name) or name in taken:
        return ()
    return (
        Insert((*container.path, "volumeMounts"), {"name": name, "mountPath": folder}),
        Insert((*pod.path, "volumes"), {"name": name, "emptyDir": {}}),
    )
