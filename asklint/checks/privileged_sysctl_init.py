"""Init containers that set parameters of the kernel, which the pod may set in its security context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.kernel_parameters import is_idle, is_taken, read
from asklint.checks.pod_parts import commands, containers, runs
from asklint.edit import Edit, Insert, Remove
from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod

_LONGEST = 16_384  # a script is looked through so far


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each init container that sets something of the kernel, at `privileged` where that is set, else at its command.

    `moved` where the pod may set all of it and the container does no more, `kept` where it does, `refused` where the
    pod may not, `files` where it writes to /sys, `limits` where a privileged one sets limits of its own shell, `idle`
    where it does nothing else.
    """
    if options["allow-listed"] or "initContainers" not in subject.data or not runs(subject):
        return
    for path, container in containers(subject, ("initContainers",)):
        words = list(commands(container))
        if not words:
            continue
        place = _place(path, container, words)
        text = " ".join(_quoted(word) for _, _, word in words)[:_LONGEST]
        script = read(text)
        if script.settings:
            refused = [name for name in script.settings if not is_taken(name, params["taken"][target])]
            fields = {"names": ", ".join(script.settings), "refused": ", ".join(refused)}
            case = "refused" if refused else "moved" if script.alone else "kept"
            edits = _moved(subject, path, script.settings) if case == "moved" else ()
            yield Hit(place, case, fields, edits)
        elif _pattern(params["files"]).search(text):
            yield Hit(place, "files")
        elif place[-1] == "privileged" and _pattern(params["limits"]).search(text):
            idle = is_idle(text)
            yield Hit(place, "idle" if idle else "limits", edits=(Remove(path),) if idle else ())


def _quoted(word: str) -> str:
    """A word of a command without a shell may hold a value of several numbers."""
    return re.sub(r"^([\w./-]+)=([\d \t]+)$", r'\1="\2"', word)


def _place(path: Path, container: Mapping[str, Any], words: list[tuple[str, int, str]]) -> Path:
    if get(container, ("securityContext", "privileged")) is True:
        return (*path, "securityContext", "privileged")
    field, index, _ = next((one for one in words if re.search(r"sysctl|/proc/|/sys/", one[2])), words[0])
    return (*path, field, index)


def _moved(pod: Pod, path: Path, settings: Mapping[str, str]) -> tuple[Edit, ...]:
    """The init container goes, and what the pod does not set yet is set by it."""
    here = sequence(mapping(pod.data.get("securityContext")).get("sysctls"))
    there = {mapping(entry).get("name") for entry in here if isinstance(mapping(entry).get("name"), str)}
    new = [{"name": name, "value": value} for name, value in settings.items() if name not in there]
    return (Remove(path), *(Insert((*pod.path, "securityContext", "sysctls"), entry) for entry in new))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
