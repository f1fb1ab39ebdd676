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
    """A hit on the policy where it is Local; off ACS only for a load balancer, which passes nodes by.

    On ACS it is `refused`, and `inside` where the Service has no callers from outside for whom there could be a policy.
    """
    spec = mapping(subject.data.get("spec"))
    if spec.get(_AT[-1]) != "Local":
        return
    if target == "acs":
        gone = (Remove(("spec", "healthCheckNodePort")),) if "healthCheckNodePort" in spec else ()
        if spec.get("type") in ("LoadBalancer", "NodePort") or spec.get("externalIPs"):
            yield Hit(_AT, "refused", edits=(Set(_AT, "Cluster"), *gone))
        else:
            yield Hit(_AT, "inside", edits=(Remove(_AT), *gone))
    elif spec.get("type") == "LoadBalancer":
        yield Hit(_AT, "no-effect")
