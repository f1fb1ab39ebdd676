"""Paths such as containers[*].image: parse, walk, show; JSON pointers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Key = str | int
Path = tuple[Key, ...]
Walk = Callable[[Any], Iterator[Path]]

_STEP = re.compile(
    r"""(?P<dot>\.?)(?:
        \[(?P<index>\d+)\]
      | \[(?P<every>\*)\]
      | \["(?P<quoted>[^"]*)"\]
      | \((?P<choice>[\w-]+(?:\|[\w-]+)+)\)
      | (?P<key>[\w$-]+)
    )""",
    re.VERBOSE,
)


class PathError(ValueError):
    """A path that cannot be read; the message names the path and the character."""


def parse(text: str) -> tuple[tuple[Key, ...] | None, ...]:
    """The steps of `text`: each a tuple of keys of which any may be taken, or None for every item of a list.

    `containers[*].image`, `(containers|initContainers)[*].ports[*].hostPort`, `metadata.annotations["a.b/c"]` and
    `ports[0]` are paths; `.` is the empty one. Raises PathError.
    """
    if text == ".":
        return ()
    steps: list[tuple[Key, ...] | None] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or bool(match["dot"]) != (at > 0 and text[at] != "["):
            raise PathError(f"{text!r} cannot be read as a path from character {at + 1} on")
        steps.append(_step(match))
        at = match.end()
    return tuple(steps)


def _step(match: re.Match[str]) -> tuple[Key, ...] | None:
    if match["every"]:
        return None
    if match["index"] is not None:
        return (int(match["index"]),)
    if match["choice"] is not None:
        return tuple(match["choice"].split("|"))
    return (match["quoted"] if match["quoted"] is not None else match["key"],)


def concrete(text: str) -> Path:
    """The one path that `text` names. Raises PathError where it has `[*]` or a choice."""
    path: list[Key] = []
    for step in parse(text):
        if step is None or len(step) != 1:
            raise PathError(f"{text!r} names many places where one is needed")
        path.append(step[0])
    return tuple(path)


def walk(steps: tuple[tuple[Key, ...] | None, ...], data: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in `data` that `steps` reaches, with its value; what is absent or of another shape is passed over."""
    if not steps:
        yield at, data
        return
    step, rest = steps[0], steps[1:]
    if step is None:
        if isinstance(data, list):
            for index, item in enumerate(data):
                yield from walk(rest, item, (*at, index))
        return
    for key in step:
        if isinstance(key, int):
            if isinstance(data, list) and key < len(data):
                yield from walk(rest, data[key], (*at, key))
        elif isinstance(data, dict) and key in data:
            yield from walk(rest, data[key], (*at, key))


def get(data: Any, path: Path, default: Any = None) -> Any:
    """The value at `path` in `data`, or `default` where there is none."""
    for key in path:
        if isinstance(key, int):
            if not isinstance(data, list) or key >= len(data):
                return default
        elif not isinstance(data, dict) or key not in data:
            return default
        data = data[key]
    return data


def show(path: Path, data: Any = None) -> str:
    """`path` for people: `spec.containers[web].image`; a list item is shown by its `name` where `data` tells it."""
    parts: list[str] = []
    for key in path:
        if isinstance(key, int):
            data = data[key] if isinstance(data, list) and key < len(data) else None
            name = data.get("name") if isinstance(data, dict) else None
            parts.append(f"[{name if isinstance(name, str) and name else key}]")
            continue
        data = data.get(key) if isinstance(data, dict) else None
        plain = re.fullmatch(r"[\w$-]+", key)
        parts.append(f".{key}" if plain and parts else key if plain else f'["{key}"]')
    return "".join(parts)


# What tells the items of Kubernetes' lists apart, by which kubectl merges them.
_NAMES = ("name", "key", "mountPath", "devicePath", "containerPort", "port", "host", "topologyKey", "ip", "uid")


def named(path: Path, data: Any) -> str:
    """`path` as it stays when items come before it: `spec.ports[port=80].nodePort`; nameless items are counted."""
    parts: list[str] = []
    for key in path:
        item = data = get(data, (key,))
        if not isinstance(key, int):
            parts.append(f".{key}")
            continue
        name = next((one for one in _NAMES if isinstance(item, dict) and isinstance(item.get(one), str | int)), None)
        parts.append(f"[{name}={item[name]}]" if name else f"[{key}]")
    return "".join(parts).removeprefix(".")


def pointer(path: Path) -> str:
    """`path` as an RFC 6901 JSON pointer."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` where it is a mapping, else an empty one: manifests hold null and scalars where maps belong."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []
