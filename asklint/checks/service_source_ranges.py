"""service-lb-source-ranges: address ranges that only a load balancer of another kind would heed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Remove
from asklint.finding import Hit
from asklint.path import get, mapping, sequence
from asklint.resource import Object

_AT = ("spec", "loadBalancerSourceRanges")
_ALL = frozenset(("0.0.0.0/0", "::/0"))


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on ranges that leave somebody out, where a CLB or an NLB with an id (`id`) gets them; on ACS on any.

    There they are `needless` where they leave nobody out, or an access list does.
    """
    spec = mapping(subject.data.get("spec"))
    ranges = sequence(spec.get(_AT[-1]))
    if not ranges:
        return
    annotations = mapping(get(subject.data, ("metadata", "annotations")))
    is_open = not _ALL.isdisjoint(one for one in ranges if isinstance(one, str))
    if target == "acs":
        needless = is_open or spec.get("type") != "LoadBalancer" or _any(annotations, params["acl"])
        yield Hit(_AT, "needless", edits=(Remove(_AT),)) if needless else Hit(_AT, "refused")
    elif spec.get("type") != "LoadBalancer" or is_open:
        return
    elif spec.get("loadBalancerClass") is None:
        if not _any(annotations, params["acl"]):
            yield Hit(_AT, "clb")
    elif spec.get("loadBalancerClass") == params["nlb"] and _any(annotations, params["id"]):
        yield Hit(_AT, "reused")


def _any(annotations: Mapping[str, Any], names: list[str]) -> bool:
    return any(annotations.get(name) for name in names)
