"""Environment variables: their names, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.pod_parts import containers, labels_of
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each name that is no `name`, in pods whose `label` has one of `values`; a prefix must begin one."""
    if labels_of(subject).get(params["label"]) not in params["values"]:
        return
    fits = _pattern(params["name"])
    for path, container in containers(subject):
        for index, entry in enumerate(sequence(container.get("env"))):
            name = mapping(entry).get("name")
            if isinstance(name, str) and not fits.fullmatch(name):
                yield Hit((*path, "env", index, "name"))
        for index, entry in enumerate(sequence(container.get("envFrom"))):
            prefix = mapping(entry).get("prefix")
            if isinstance(prefix, str) and prefix and not fits.fullmatch(prefix):
                yield Hit((*path, "envFrom", index, "prefix"))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
