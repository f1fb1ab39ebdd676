"""service-annotation-unknown: a key for load balancers that nothing reads: misspelt, or read no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_table import near
from asklint.checks.service_table import Table, said, table
from asklint.edit import Rename
from asklint.finding import Hit
from asklint.resource import Object

_MARKS = ("ali", "service.beta.kubernetes.io/")  # one of them is in every key that can be a slip of the vendor's
_STEMS = ("loadbalancer-", "load-balancer-")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every such key, with the key that was meant."""
    texts = said(subject)
    if not any(name.startswith("service") for name in texts):
        return
    known = table(params["keys"])
    for name in texts:
        if not any(mark in name for mark in _MARKS):
            continue
        at = ("metadata", "annotations", name)
        key = known.keys.get(name)
        if key is not None:
            if key.dead:
                yield Hit(at, "dead")
        elif meant := _meant(name, known):
            yield Hit(at, "misspelt", {"meant": meant}, () if meant in texts else (Rename(at, meant),))


def _meant(name: str, known: Table) -> str:
    """The key that `name` is a slip of, "" where it is none."""
    domain, slash, word = name.rpartition("/")
    here = known.keys.get(known.domain + word)
    if here is not None:
        return here.full if word.startswith(known.prefixes) and not here.dead else ""
    if domain + slash != known.domain:
        return ""
    for stem in _STEMS:
        head, found, rest = word.partition(stem)
        if found and any(near(head, prefix) for prefix in (*known.prefixes, "alibabacloud-")):
            meant = [key.full for key in known.by_name.values() if not key.dead and _is(rest, key.name)]
            return meant[0] if len(meant) == 1 else ""
    return ""


def _is(rest: str, name: str) -> bool:
    return name.startswith(_STEMS[0]) and near(rest, name.removeprefix(_STEMS[0]))
