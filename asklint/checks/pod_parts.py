"""What many checks ask of a pod: its containers, labels, annotations and commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.path import Path, mapping, sequence
from asklint.resource import Pod

GROUPS = ("initContainers", "containers", "ephemeralContainers")


def runs(pod: Pod) -> bool:
    """Whether the pod runs at all where there is no node: one of a DaemonSet does not, and other rules say so."""
    return not pod.object.is_daemonset


def containers(pod: Pod, groups: tuple[str, ...] = GROUPS) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each container of the pod, with its path from the object's root."""
    for group in groups:
        for index, container in enumerate(sequence(pod.data.get(group))):
            if isinstance(container, dict):
                yield (*pod.path, group, index), container


def mounts_of(pod: Pod, name: object) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each mount of the volume called `name`, with its path from the object's root."""
    for path, container in containers(pod) if isinstance(name, str) else ():
        for index, mount in enumerate(sequence(container.get("volumeMounts"))):
            if mapping(mount).get("name") == name:
                yield (*path, "volumeMounts", index), mount


def labels_of(pod: Pod) -> Mapping[str, Any]:
    """The pod's own labels."""
    return mapping(pod.metadata.get("labels"))


def annotations_of(pod: Pod) -> Mapping[str, Any]:
    """The pod's own annotations."""
    return mapping(pod.metadata.get("annotations"))


def carries(pod: Pod, wanted: Mapping[str, str]) -> bool:
    """Whether the pod has one of the labels `wanted` with the value it has there, quoted or not."""
    have = labels_of(pod)
    return bool(have) and any(str(have.get(key)).lower() == value for key, value in wanted.items())


def takes_metadata(pod: Pod) -> bool:
    """Whether what is written beside the pod's spec becomes the pod's: custom kinds have its labels elsewhere."""
    beside = pod.object.view is not None or pod.path[-2:-1] == ("template",)
    return pod.object.known == "Pod" or beside or bool(pod.metadata)


def commands(container: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Each word of the container's command and arguments, with the field and the index it stands at."""
    for field in ("command", "args"):
        for index, word in enumerate(sequence(container.get(field))):
            if isinstance(word, str):
                yield field, index, word
