"""What a finding is known by from run to run: its object, rule, place and value, never its line."""

from __future__ import annotations

import json
from typing import Any

from asklint.finding import Finding
from asklint.path import Path


def key(finding: Finding) -> str:
    """20 hexadecimal digits: equal for what is the same finding in a text that was moved, reformatted or reordered.

    The file and the apiVersion are not among it; two findings may well have one key.
    """
    from hashlib import blake2b  # OpenSSL takes its time to load

    who = finding.object[1:] if finding.object else None
    told = json.dumps([finding.rule, who, finding.where, finding.value])
    return blake2b(told.encode(), digest_size=10).hexdigest()


def where(path: Path, data: Any) -> str:
    """`path` in `data` with list items by their names: `/spec/containers[web]/ports[]/hostPort`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
            name = data.get("name") if isinstance(data, dict) else None
            parts.append(f"[{name if isinstance(name, str) else ''}]")
        else:
            data = data.get(step) if isinstance(data, dict) else None
            parts.append("/" + step.replace("~", "~0").replace("/", "~1"))
    return "".join(parts)


def value(data: Any) -> str:
    """`data` as one text, whatever the order of its keys and items."""
    return json.dumps(_sorted(data), sort_keys=True, default=str)


def _sorted(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(name): _sorted(item) for name, item in data.items()}
    if isinstance(data, list | tuple):
        return sorted((_sorted(item) for item in data), key=lambda item: json.dumps(item, sort_keys=True, default=str))
    return data
