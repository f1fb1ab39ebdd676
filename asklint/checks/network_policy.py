"""network-policy: addresses that are not enforced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.path import parse, walk
from asklint.resource import Object

_CIDRS = (parse("spec.ingress[*].from[*].ipBlock.cidr"), parse("spec.egress[*].to[*].ipBlock.cidr"))


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every block of IPv6."""
    for steps in _CIDRS:
        for path, value in walk(steps, subject.data):
            if isinstance(value, str) and ":" in value:
                yield Hit(path, "ipv6")
