"""The parts of an image's name: registry, repository, tag."""

from __future__ import annotations

from typing import NamedTuple

_LONGEST = 512  # an image reference ends long before
DOCKER_HUB = "docker.io"


class Image(NamedTuple):
    """Where an image comes from; `registry` is as written, Docker Hub where none is."""

    registry: str  # with its port
    repository: str
    tag: str


def read(name: str) -> Image:
    """The parts of `name`; before the first slash stands a registry where it has a dot or a port, or is localhost."""
    name = name[:_LONGEST].strip().partition("@")[0]
    head, slash, rest = name.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        head, rest = DOCKER_HUB, name
    folder, slash, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    return Image(head, folder + slash + last, tag)
