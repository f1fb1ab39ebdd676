"""dns-policy: ClusterFirstWithHostNet on a pod that is not on its node's network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.finding import Hit
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the policy; beside hostNetwork another rule mends both."""
    if subject.data.get("dnsPolicy") == "ClusterFirstWithHostNet" and subject.data.get("hostNetwork") is not True:
        yield Hit((*subject.path, "dnsPolicy"))
