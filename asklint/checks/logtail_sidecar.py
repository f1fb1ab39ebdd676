"""logtail-sidecar: a log collector of SLS beside an application, where the platform collects by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


def check(pod: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the image of every container that has one of `images` and a variable whose name begins with `env`."""
    if pod.object.kind == "DaemonSet":
        return
    containers = [
        ((*pod.path, field, index), mapping(container))
        for field in ("containers", "initContainers")
        for index, container in enumerate(sequence(pod.data.get(field)))
    ]
    collectors = [(path, data) for path, data in containers if _collects(data, params)]
    if not collectors or len(collectors) == len(containers):
        return  # a pod of collectors alone has no application to take the variables
    case = "waits" if _waits(pod, params["handshake"]) else "beside"
    for path, data in collectors:
        yield Hit((*path, "image"), case, {"container": data.get("name")})


def _collects(container: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """An image alone is no proof: a mirror keeps the ending, and the community edition has it without SLS."""
    image = container.get("image")
    if not isinstance(image, str) or not _ends(params["images"]).fullmatch(_repository(image)):
        return False
    names = (mapping(variable).get("name") for variable in sequence(container.get("env")))
    return any(isinstance(name, str) and name.startswith(params["env"]) for name in names)


def _waits(pod: Pod, volume: str) -> bool:
    """The handshake of Jobs: application and collector wait for files in a volume of this name."""
    return any(mapping(item).get("name") == volume for item in sequence(pod.data.get("volumes")))


def _repository(image: str) -> str:
    """`image` without digest and tag."""
    image = image.partition("@")[0]
    head, slash, tail = image.rpartition("/")
    return head + slash + tail.partition(":")[0]


@cache
def _ends(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
