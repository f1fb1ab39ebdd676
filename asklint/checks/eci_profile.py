"""The ConfigMap eci-profile: what its keys may say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import Path, mapping
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Each entry of the profile that is not read: a misspelt key, a switch that is no boolean, broken selectors.

    `every` is a selector that selects nothing in particular; `needs` an entry that works with another alone.
    """
    if subject.name not in params["names"] or subject.namespace not in (None, "kube-system"):
        return
    data = mapping(subject.data.get("data"))
    for key, value in data.items():
        place: Path = ("data", key)
        if key not in params["keys"]:
            import difflib  # where nothing is misspelt, nothing pays for it

            near = difflib.get_close_matches(key, params["keys"], 1, 0.8)
            if near:
                yield Hit(place, "key", {"right": near[0]})
        elif params["keys"][key] == "switch" and value not in ("true", "false"):
            yield Hit(place, "switch")
        elif params["keys"][key] == "selectors" and isinstance(value, str) and value.strip():
            yield from _selectors(value, place)
    for key, other in params["needs"].items():
        if data.get(key) == "true" and not data.get(other):
            yield Hit(("data", key), "needs", {"other": other})


def _selectors(text: str, place: Path) -> Iterator[Hit]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno} of it)" if isinstance(error, json.JSONDecodeError) else ""
        yield Hit(place, "json", {"where": where})
        return
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        yield Hit(place, "json", {"where": ""})
        return
    for index, one in enumerate(found):
        if not one.get("objectSelector") and not one.get("namespaceSelector"):
            yield Hit(place, "every", {"selector": one.get("name") or index})
            return
