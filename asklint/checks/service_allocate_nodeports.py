"""service-allocate-nodeports: a LoadBalancer that says true on ACS, or false beside several ports elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Remove
from asklint.finding import Hit
from asklint.path import get, mapping, sequence
from asklint.resource import Object

_AT = ("spec", "allocateLoadBalancerNodePorts")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the field; pods that stand behind the load balancer themselves (`backend-type`) need no node ports."""
    spec = mapping(subject.data.get("spec"))
    said = spec.get(_AT[-1])
    if target == "acs":
        if said is True:
            yield Hit(_AT, "said", edits=(Remove(_AT),))
    elif said is False and spec.get("type") == "LoadBalancer":
        name = params["backend-type"]
        count = len(sequence(spec.get("ports")))
        if count > 1 and get(subject.data, ("metadata", "annotations", name)) != "eni":
            yield Hit(_AT, "one-name", {"count": count, "backend-type": name})
