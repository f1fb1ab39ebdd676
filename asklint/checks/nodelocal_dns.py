"""nodelocal-dns: name servers at addresses that a node has for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.edit import Remove
from asklint.finding import Hit
from asklint.path import mapping, sequence
from asklint.resource import Pod


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on each; the last ones go only where the pod has other name servers, by its list or by its policy."""
    servers = sequence(mapping(subject.data.get("dnsConfig")).get("nameservers"))
    on_node = _pattern(params["on-node"])
    local = [index for index, one in enumerate(servers) if isinstance(one, str) and on_node.search(one)]
    if not local:
        return
    at = (*subject.path, "dnsConfig", "nameservers")
    rest = len(local) < len(servers)
    case = "beside" if rest or subject.data.get("dnsPolicy") != "None" else "alone"
    for index in local:
        edits = (Remove((*at, index)),) if rest else (Remove(at),)
        yield Hit((*at, index), case, edits=edits)
