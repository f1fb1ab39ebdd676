"""The variables by which ECI is told what to collect: aliyun_logs_{key} and the settings beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from asklint.path import Path, mapping, sequence
from asklint.resource import Pod

PREFIX = "aliyun_logs_"
_OPEN = re.compile(r"\$[({]|\{\{|<[^<>]*>")
_STREAMS = ("stdout", "stdout-only", "stderr-only")


class Variable(NamedTuple):
    """One variable whose name begins with `aliyun_log`; `value` is None where it comes from elsewhere."""

    path: Path  # to the item of env, from the object's root
    name: str
    value: str | None
    key: str  # what it was meant to name: aliyun_logs_my_app_ttl was meant for my_app
    suffix: str  # "" for the collection itself, else project, ttl…


class Logged(NamedTuple):
    """A container with such variables."""

    path: Path
    data: Mapping[str, Any]
    variables: list[Variable]

    @property
    def keys(self) -> list[str]:
        """The collections of this container."""
        return [one.key for one in self.variables if not one.suffix]


def logged(pod: Pod, suffixes: list[str]) -> Iterator[Logged]:
    """The containers of `pod` with variables of log collection; `suffixes` are the settings there are."""
    for group in ("initContainers", "containers"):
        for index, container in enumerate(sequence(pod.data.get(group))):
            at = (*pod.path, group, index)
            found = list(_variables((*at, "env"), mapping(container).get("env"), suffixes))
            if found:
                yield Logged(at, container, found)


def _variables(at: Path, env: Any, suffixes: list[str]) -> Iterator[Variable]:
    for index, item in enumerate(sequence(env)):
        name = mapping(item).get("name")
        if not isinstance(name, str) or not name.startswith("aliyun_log"):
            continue
        value = item.get("value")
        key, suffix = name.removeprefix(PREFIX), ""
        head, _, tail = key.rpartition("_")
        if head and tail in suffixes:
            key, suffix = head, tail
        yield Variable((*at, index), name, value if isinstance(value, str) else None, key, suffix)


def is_path(value: str) -> bool:
    """Whether `value` is a file in the container."""
    return value.startswith("/")


def is_stream(value: str) -> bool:
    """Whether `value` is what the container prints."""
    return value in _STREAMS


def is_open(value: str) -> bool:
    """Whether something in `value` is still to be filled in."""
    return _OPEN.search(value) is not None
