"""service-external-traffic-policy: a Service for callers outside whose nodes keep what comes in for their own pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import Remove, Set
from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Object

_AT = ("spec", "externalTrafficPolicy")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the policy of a Service: `inside` or `inside-default` where no callers from outside have one.

    Otherwise only Local is one to speak of: `refused` on ACS, elsewhere `no-effect` for a load balancer, which passes
    nodes by.
    """
    spec = mapping(subject.data.get("spec"))
    policy = spec.get(_AT[-1])
    if policy not in ("Local", "Cluster"):
        return
    gone = (Remove(("spec", "healthCheckNodePort")),) if "healthCheckNodePort" in spec else ()
    if spec.get("type") not in ("LoadBalancer", "NodePort") and not spec.get("externalIPs"):
        yield Hit(_AT, "inside" if policy == "Local" else "inside-default", edits=(Remove(_AT), *gone))
    elif policy == "Local" and target == "acs":
        yield Hit(_AT, "refused", edits=(Set(_AT, "Cluster"), *gone))
    elif policy == "Local" and spec.get("type") == "LoadBalancer":
        yield Hit(_AT, "no-effect")
