"""annotation-unknown: a key of the vendor's that no page of the vendor has, and that is one of them but for a slip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.annotation_table import FIELDS, Place, Table, near, places, table
from asklint.edit import Rename
from asklint.finding import Hit
from asklint.resource import Object

_MARK = "ali"  # in every domain of the vendor's, and in what is nearly one
_DOMAINS = ("aliyun.com", "aliyuncs.com", "alibabacloud.com", "alibaba.com")


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every such key, with the key that was meant, where pods and what is set for them are described."""
    known = table(params["keys"])
    for place in places(subject, known):
        if place.kind and place.kind != "service":
            yield from _hits(place, known, target)


def _hits(place: Place, known: Table, target: str) -> Iterator[Hit]:
    for field in FIELDS:
        entries = place.data.get(field)
        if not isinstance(entries, dict):
            continue
        for name in entries:
            if isinstance(name, str) and _MARK in name and "/" in name and (meant := _meant(name, known, target)):
                edits = () if meant in entries else (Rename((*place.path, field, name), meant),)
                yield Hit((*place.path, field, name), fields={"meant": meant}, edits=edits)


def _meant(name: str, known: Table, target: str) -> str:
    """The key that `name` is a slip of, "" where it is none."""
    key = known.keys.get(name)
    if key is None:
        return _nearest(name, known.candidates[target])
    misspelt = key.status == "unverified" and target in key.targets
    return str(key.replaced_by.get("key", "")) if misspelt else ""


@cache
def _nearest(name: str, candidates: tuple[str, ...]) -> str:
    domain, _, word = name.rpartition("/")
    for candidate in candidates:
        its_domain, _, its_word = candidate.rpartition("/")
        if domain == its_domain and (near(word, its_word) or word == f"eci-{its_word}" or its_word == f"eci-{word}"):
            return candidate
        if word == its_word and (near(domain, its_domain) or (word.startswith("eci-") and domain.endswith(_DOMAINS))):
            return candidate
    return ""
