"""What takes the place of a node's time zone and container logs: a variable, and a volume that ECI has for them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.pod_parts import containers, mounts_of
from asklint.edit import Edit, Insert, Remove, Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod


def time_zone(pod: Pod, index: int, hit: Hit, params: Mapping[str, Any], options: Mapping[str, Any]) -> Hit:
    """`hit`, on a volume that shows the zone of a node, with what names the zone to the containers instead.

    The zone is that of a container's own TZ, of the path of a zone file that it mounts, or of the option `time-zone`;
    where a container has none of them, or two, the volume stays with a person.
    """
    mounts = list(mounts_of(pod, pod.data["volumes"][index].get("name")))
    edits: list[Edit] = [Remove((*pod.path, "volumes", index))]
    zones = set()
    for path, mount in mounts:
        container = path[:-2]
        zone, given = _zone(pod, mapping(get(pod.object.data, container)), params, options)
        if not zone or _folded(mount.get("mountPath")) not in params["zone-mounts"]:
            return hit
        zones.add(zone)
        edits.append(Remove(path))
        if not given:
            edits.append(Insert((*container, "env"), {"name": "TZ", "value": zone}))
    if not mounts:
        return hit
    return hit._replace(
        case="time-zone-env", fields={**hit.fields, "zone": ", ".join(sorted(zones))}, edits=tuple(edits)
    )


def _zone(
    pod: Pod, container: Mapping[str, Any], params: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[str | None, bool]:
    """The zone of a container, None where it cannot be told; and whether its TZ says so already."""
    for variable in map(mapping, sequence(container.get("env"))):
        if variable.get("name") == "TZ":
            value = variable.get("value")
            return (value if isinstance(value, str) and value else None), True
    named = set(_named(pod, container, params))
    if len(named) > 1:
        return None, False
    return (named.pop() if named else options["time-zone"]), False


def _named(pod: Pod, container: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[str]:
    """The zones of the zone files that a container mounts where it looks for them, by the path of each on the node."""
    paths = {
        volume.get("name"): get(volume, ("hostPath", "path"))
        for volume in map(mapping, sequence(pod.data.get("volumes")))
        if isinstance(volume.get("name"), str)
    }
    for mount in map(mapping, sequence(container.get("volumeMounts"))):
        name = mount.get("name")
        path = paths.get(name) if isinstance(name, str) else None
        if isinstance(path, str) and _folded(mount.get("mountPath")) in params["zone-mounts"]:
            inside = mount.get("subPath")
            found = re.fullmatch(params["zone-file"], _folded(f"{path}/{inside}" if isinstance(inside, str) else path))
            if found:
                yield found["zone"]


def _folded(path: object) -> str:
    return posixpath.normpath(re.sub("/+", "/", path)) if isinstance(path, str) else ""


def container_logs(pod: Pod, index: int, hit: Hit, params: Mapping[str, Any], logs: list[int]) -> Hit:
    """`hit`, on a volume of container logs, with the volume in which ECI shows a sidecar those of its own pod.

    `logs` are the numbers of all such volumes: one becomes that volume, and folders to which a node's links lead go.
    A pod of one container, or one that writes there, stays with a person; so does a DaemonSet.
    """
    volumes, driver = pod.data["volumes"], params["stdlog"]["driver"]
    mounts = {at: list(mounts_of(pod, volumes[at].get("name"))) for at in logs}
    chosen = next((at for at in logs if _path(volumes[at]).startswith("/var/log/")), logs[0])
    ready = any(get(volume, ("csi", "driver")) == driver for volume in volumes)
    if ready or pod.object.is_daemonset or not mounts[chosen] or not _is_read_beside(pod, mounts):
        return hit
    place: Path = (*pod.path, "volumes", index)
    if index == chosen:
        edits = (Remove((*place, "hostPath")), Set((*place, "csi"), {"driver": driver}))
        return hit._replace(case="container-logs-sidecar", edits=edits)
    gone = (Remove(place), *(Remove(path) for path, _ in mounts[index]))
    fields = {**hit.fields, "volume": volumes[chosen].get("name")}
    return hit._replace(case="container-logs-links", fields=fields, edits=gone)


def _path(volume: Mapping[str, Any]) -> str:
    return _folded(get(volume, ("hostPath", "path")))


def _is_read_beside(pod: Pod, mounts: Mapping[int, list[tuple[Path, Mapping[str, Any]]]]) -> bool:
    """Whether the logs are read whole, and a container is there whose logs they could be."""
    each = [one for some in mounts.values() for one in some]
    readers = {path[:-2] for path, _ in each}
    whole = all(mount.get("subPath") is None and mount.get("subPathExpr") is None for _, mount in each)
    return whole and any(path not in readers for path, _ in containers(pod, ("containers",)))
