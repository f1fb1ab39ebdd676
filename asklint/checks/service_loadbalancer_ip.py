"""service-loadbalancer-ip: an address that a load balancer of the cloud controller is to have, and does not get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.service_table import kind
from asklint.finding import Hit
from asklint.path import get
from asklint.resource import Object

_AT = ("spec", "loadBalancerIP")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the field of a Service that gets a CLB or an NLB; one of another class is another controller's."""
    address = get(subject.data, _AT)
    if isinstance(address, str) and address and kind(subject):
        yield Hit(_AT)
