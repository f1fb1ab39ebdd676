"""annotation-conflict: keys of a pod that do not go together, or lack what goes with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from asklint.checks.annotation_grammar import fault
from asklint.checks.annotation_table import Entry, Place, Table, entries, table
from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.once import once
from asklint.finding import Hit
from asklint.path import mapping, parse, walk
from asklint.resource import Object, Pod


class _Subject(NamedTuple):
    """What a term is asked of: an object, one metadata in it, and the pod that this belongs to."""

    object: Object
    place: Place
    pod: Pod | None


Test = Callable[[_Subject], bool]


class _Term(NamedTuple):
    """Something that may stand beside a key: another key, or something in the pod or in the object around it."""

    test: Test
    shown: str
    key: str


class _Bond(NamedTuple):
    """One line of the rule: what a key with such a value needs, excludes, or does not mix."""

    case: str
    value: re.Pattern[str] | None
    needs: tuple[_Term, ...]
    excludes: tuple[_Term, ...]
    classes: tuple[re.Pattern[str], ...]


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on each key for the first line that it does not keep to.

    A line of `bonds` is for one key or several, with a value that `value` matches where it is given: `needs` is a list
    of terms of which one must be there, `excludes` a list of which none may, `mixes` a list of patterns, of which all
    items of the value match the same one, or none. A term is {key, value?}, or {at} in the pod's spec, or {object} from
    the object's root, with `one-of` a list of values or `least` a number; `say` is how it is shown. What a pod lacks is
    said of pods alone: what merely adds to pods, such as an effect of an eci-profile, may be one of several.
    """
    known = table(params["keys"])
    found = entries(subject, known)
    if not found:
        return
    bonds = _bonds(params["bonds"], known)
    pods = {pod.metadata_path: pod for pod in subject.pods}
    for entry in found:
        if entry.key.name in bonds and _is_read(entry, target):
            asked = _Subject(subject, entry.place, pods.get(entry.place.path))
            for bond in bonds[entry.key.name]:
                hit = _hit(bond, entry, asked)
                if hit is not None:
                    yield hit
                    break


def _is_read(entry: Entry, target: str) -> bool:
    """Whether the key stands where it is read, with a value that is one."""
    key, value = entry.key, entry.value
    if entry.place.kind != "pod" or entry.field != key.field or not key.acts(target):
        return False
    return isinstance(value, str) and bool(value.strip()) and fault(key.value, value) is None


def _hit(bond: _Bond, entry: Entry, asked: _Subject) -> Hit | None:
    if bond.value is not None and not bond.value.search(entry.value):
        return None
    if bond.needs:
        if asked.pod is None or any(term.test(asked) for term in bond.needs):
            return None
        return Hit(entry.path, bond.case, {"other": bond.needs[0].shown})
    for term in bond.excludes:
        if term.test(asked):
            return Hit(entry.path, bond.case, {"other": _written(term, entry.place)})
    return _mixed(bond, entry) if bond.classes else None


def _written(term: _Term, place: Place) -> str:
    """How a term that is there is shown: a key with the value that it has."""
    for field in ("annotations", "labels"):
        value = mapping(place.data.get(field)).get(term.key)
        if value is not None:
            return f"{term.key}: {value}"
    return term.shown


def _mixed(bond: _Bond, entry: Entry) -> Hit | None:
    items = [item.strip() for item in entry.value.split(",") if item.strip() and not is_filled_in_later(item)]
    if not items:
        return None
    first, *others = [next((at for at, one in enumerate(bond.classes) if one.match(item)), -1) for item in items]
    for item, its in zip(items[1:], others, strict=True):
        if its != first:
            return Hit(entry.path, bond.case, {"item": item, "other": items[0]})
    return None


# -- the rule's lines


@once
def _bonds(lines: list[Mapping[str, Any]], known: Table) -> dict[str, list[_Bond]]:
    """The bonds of each key, by its name."""
    bonds: dict[str, list[_Bond]] = {}
    for line in lines:
        names = line["key"] if isinstance(line["key"], list) else [line["key"]]
        for name in names:
            bonds.setdefault(name, []).append(_bond(line, known))
    return bonds


def _bond(line: Mapping[str, Any], known: Table) -> _Bond:
    return _Bond(
        line["case"],
        re.compile(line["value"]) if "value" in line else None,
        tuple(_term(term, known) for term in line.get("needs", ())),
        tuple(_term(term, known) for term in line.get("excludes", ())),
        tuple(map(re.compile, line.get("mixes", ()))),
    )


def _term(term: Mapping[str, Any], known: Table) -> _Term:
    if "key" in term:
        return _Term(_key_test(term, known), term.get("say", term["key"]), term["key"])
    at = term["at"] if "at" in term else term["object"]
    steps, wanted, least = parse(at), term.get("one-of"), term.get("least", 0)

    def holds(value: Any) -> bool:
        if least:
            return type(value) is int and value >= least
        return value is not None and (wanted is None or value in wanted)

    def test(asked: _Subject) -> bool:
        data = asked.object.data if "object" in term else asked.pod.data if asked.pod else None
        return any(holds(value) for _, value in walk(steps, data))

    return _Term(test, term.get("say", at), "")


def _key_test(term: Mapping[str, Any], known: Table) -> Test:
    name, field = term["key"], known.keys[term["key"]].field
    pattern = re.compile(term["value"]) if "value" in term else None

    def test(asked: _Subject) -> bool:
        value = mapping(asked.place.data.get(field)).get(name)
        if not isinstance(value, str):
            return value is not None  # annotation-not-string speaks of it
        return bool(value.strip()) and (pattern is None or bool(pattern.search(value)) or is_filled_in_later(value))

    return test
