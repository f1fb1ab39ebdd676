"""service-becomes-public: an annotation that makes a load balancer internal on another cloud, and nothing does here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.service_table import kind, said, table, written
from asklint.edit import Set
from asklint.finding import Hit
from asklint.resource import Object

_SETTLED = ("loadbalancer-address-type", "loadbalancer-id")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on the first one, where the Service neither says its address type nor brings a load balancer along."""
    texts = said(subject)
    if params["internal"].keys().isdisjoint(texts) or not kind(subject):
        return
    known = table(params["keys"])
    found = written(subject, known)
    if "class" in found or not found.keys().isdisjoint(_SETTLED):
        return
    for name, value in texts.items():
        if name in params["internal"] and isinstance(value, str) and re.search(params["internal"][name], value):
            address_type = known.by_name[_SETTLED[0]].full
            edit = Set(("metadata", "annotations", address_type), "intranet")
            yield Hit(("metadata", "annotations", name), fields={"address-type": address_type}, edits=(edit,))
            return
