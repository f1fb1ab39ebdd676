"""Pods that ask for a GPU and do not say which, or for more of them than there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.pod_cards import asked, sold, together
from asklint.checks.pod_parts import annotations_of, labels_of, runs, takes_metadata
from asklint.edit import Edit, Set
from asklint.finding import Hit
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The first GPU that a container asks for where the pod lacks what goes with it.

    On ECI an annotation: `type` where none of `annotations` is there, `plain` where it names no type with a GPU. On ACS
    labels: `class`, then `model`. The options say what the fix writes. Where nothing is lacking the number may not be
    had: `few` where a type on ECI has fewer than one container asks for, `count` where ACS has no such number.
    """
    place = next((path for path, _ in asked(subject)), None)
    if place is None or not runs(subject):
        return
    write: dict[str, str] = {}
    if target == "acs":
        field, case = "labels", _on_acs(subject, params["acs"])
        if options["model"]:
            write = {params["acs"]["model"]: options["model"]}
            if case == "class":
                write = {params["acs"]["class"]: params["acs"]["classes"][0], **write}
    else:
        field, case = "annotations", _on_eci(subject, params["eci"])
        if options["type"]:
            write = {params["eci"]["annotations"][0]: options["type"]}
    if case:
        edits: tuple[Edit, ...] = ()
        if takes_metadata(subject):
            edits = tuple(Set((*subject.metadata_path, field, key), value) for key, value in write.items())
        yield Hit(place, case, edits=edits)
    elif target == "acs":
        has, count = sold(subject, params["sizes"]["acs"]), together(subject)
        if has and count and str(count) not in has:
            model = labels_of(subject)[params["acs"]["model"]]
            yield Hit(place, "count", {"count": count, "model": model, "has": ", ".join(has)})
    else:
        yield from _few(subject, params["eci"])


def _few(pod: Pod, names: Mapping[str, Any]) -> Iterator[Hit]:
    """The first container that asks for more GPUs than one of the types has."""
    specs = annotations_of(pod).get(names["annotations"][0])
    if not isinstance(specs, str):
        return
    has = {spec.strip(): _cards(spec.strip(), names) for spec in specs.split(",")}
    for place, count in asked(pod):
        for spec, cards in has.items():
            if count and cards and count > cards:
                yield Hit(place, "few", {"count": count, "type": spec, "has": cards})
                return


def _cards(spec: str, names: Mapping[str, Any]) -> int:
    """The GPUs of an ECS type by its name, where -c4g1 is one for every four vCPUs; 0 where it does not say."""
    match = _pattern(names["cards"]).fullmatch(spec)
    if match is None:
        return 0
    vcpus = 2 if match["size"] is None else 4 * int(match["size"] or 1)
    return names["other-cards"].get(spec) or vcpus * int(match["g"]) // int(match["c"])


def _on_eci(pod: Pod, names: Mapping[str, Any]) -> str:
    have = annotations_of(pod)
    first, *others = names["annotations"]
    specs = have.get(first)
    if isinstance(specs, str) and specs.strip():
        types = _pattern(names["types"])
        named = is_filled_in_later(specs) or any(types.match(spec.strip()) for spec in specs.split(","))
        return "" if named else "plain"
    return "" if any(have.get(other) for other in others) else "type"


def _on_acs(pod: Pod, names: Mapping[str, Any]) -> str:
    have = labels_of(pod)
    named = have.get(names["class"])
    if named and is_filled_in_later(str(named)):
        return ""
    if named not in names["classes"]:
        return "class"
    return "model" if named == names["classes"][0] and not have.get(names["model"]) else ""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
