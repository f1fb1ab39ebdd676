"""alb-one-zone: an AlbConfig whose load balancer would stand in one zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object

_CONFIG: Path = ("spec", "config")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on zoneMappings that name one vSwitch, which is in one zone; `same` where they name it several times.

    An ALB that has an id is there already, and where none is named the controller looks for vSwitches.
    """
    config = mapping(get(subject.data, _CONFIG))
    names = [mapping(one).get("vSwitchId") for one in sequence(config.get("zoneMappings"))]
    if config.get("id") or not all(isinstance(name, str) and name for name in names) or len(set(names)) != 1:
        return
    yield Hit((*_CONFIG, "zoneMappings"), "same" if len(names) > 1 else "one", {"vswitch": names[0]})
