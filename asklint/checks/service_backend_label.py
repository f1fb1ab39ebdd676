"""service-backend-label: a load balancer that takes the pods of some nodes alone, and of no virtual node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.service_table import kind, table, written
from asklint.edit import Remove
from asklint.finding import Hit
from asklint.resource import Object


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on labels that virtual nodes do not have, and on what makes a cordoned node lose its pods."""
    found = written(subject, table(params["keys"]))
    if not found or not kind(subject) or ("backend-type" in found and found["backend-type"].value == "eni"):
        return
    label = found.get("loadbalancer-backend-label")
    if label is not None and isinstance(label.value, str) and not _fits(label.value, params):
        yield Hit(label.path, "label", edits=(Remove(label.path),))
    unscheduled = found.get("loadbalancer-remove-unscheduled-backend")
    if unscheduled is not None and unscheduled.value == "on":
        yield Hit(unscheduled.path, "unscheduled")


def _fits(labels: str, params: Mapping[str, Any]) -> bool:
    """Whether virtual nodes may have all of `labels`, or nobody can tell yet."""
    return is_filled_in_later(labels) or all(_has(pair.strip(), params) for pair in labels.split(","))


def _has(pair: str, params: Mapping[str, Any]) -> bool:
    return pair in params["virtual"] or pair.partition("=")[0] in params["common"]
