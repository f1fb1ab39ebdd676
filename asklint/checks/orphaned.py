"""What is left without a use where a fix drops the object that it served."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.label_selectors import selects
from asklint.checks.references import labels, mentions, own_labels, serves, uses
from asklint.edit import DropDocument
from asklint.finding import Conclusion, Fact, Told
from asklint.path import mapping
from asklint.resource import Object

_LIVE = -1  # something that stays: outside of the run, or not to be told apart
_EVERYBODYS = {"ServiceAccount": ("default",)}


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """Each object with what it uses, what it serves, and by what others may find it."""
    yield Fact(
        ("kind",),
        {
            "uses": sorted(set(uses(subject))),
            "serves": serves(subject),
            "mentions": mentions(subject),
            "pods": labels(subject),
            "labels": own_labels(subject) if subject.kind == "Service" else {},
            "kept": any(key.startswith(params["aggregated"]) for key in own_labels(subject)),
        },
    )


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """Everything that hangs on what goes alone, near things first; `drop` goes too, `keep` is left to a person."""
    gone = {index: index for index, fact in enumerate(facts) if fact.goes}
    if not gone:
        return
    world = _World(facts)
    found: list[int] = []
    while fresh := [index for index in world.hangs if index not in gone and world.is_orphan(index, gone, params)]:
        for index in fresh:
            gone[index] = next(gone[one] for one in sorted(world.hangs[index]))
        found += fresh
    for index in found:
        kind, root = facts[index].object.kind, facts[gone[index]].object
        edits = {index: (DropDocument(),)} if kind in params["drop"] else {}
        fields = {"other": f"{root.kind} {root.name}"}
        related = ((gone[index], "goes"),)
        after = tuple(sorted(world.hangs[index]))
        yield Conclusion(index, "drop" if edits else "keep", fields, related, edits=edits, after=after)


class _World:
    """All objects of the run: `hangs` has, for each, what uses it and what it serves."""

    def __init__(self, facts: Sequence[Told]) -> None:
        self.facts = facts
        self.by_label: dict[tuple[str, Any], list[int]] = defaultdict(list)
        self.by_name: dict[tuple[str, ...], list[int]] = defaultdict(list)  # and by file, and by folder
        for index, fact in enumerate(facts):
            for place in _places(fact.object.kind, fact.object.name or "", fact):
                self.by_name[place].append(index)
            for what in ("pods", "labels"):
                for given in _labels(fact, what):
                    for label in given.items():
                        self.by_label[what, label].append(index)
        self.hangs: dict[int, set[int]] = defaultdict(set)
        self.served: set[int] = set()
        for index, fact in enumerate(facts):
            for name in fact.data["uses"]:
                for other in self.find(name, fact):
                    self.hangs[other].add(index)
            if fact.data["serves"] is not None:
                self.serve(index, fact)
        self._mentioned()

    def _mentioned(self) -> None:
        named: dict[str, list[int]] = defaultdict(list)
        for index, fact in enumerate(self.facts):
            named[fact.object.name or ""].append(index)
        for index, fact in enumerate(self.facts):
            for word in fact.data["mentions"]:
                for other in named.get(word, ()):
                    self.hangs[other].add(index)

    def find(self, name: Sequence[str], of: Told) -> list[int]:
        """The object that `of` means by `name`: of several, that in the same file, then in the same folder.

        Where several are left they are all meant, and none of them goes.
        """
        kind, namespace, called = name
        same: list[int] = []
        for place in _places(kind, called, of):
            near = self.by_name.get(place, ())
            same = same or [one for one in near if _meets(self.facts[one].object.namespace, namespace)]
        if len(same) > 1:
            for index in same:
                self.hangs[index].add(_LIVE)
        return same

    def serve(self, index: int, fact: Told) -> None:
        served = fact.data["serves"]
        if "names" in served:
            targets = [self.find(name, fact) or [_LIVE] for name in served["names"]]
            self.hangs[index].update(one for found in targets for one in found)
        else:
            self.hangs[index].update(self.selected(fact, served) or [_LIVE])
        self.served.add(index)

    def selected(self, fact: Told, served: Mapping[str, Any]) -> list[int]:
        """The objects that the selector fits; the rarest of its labels tells where to look."""
        what, selector = ("pods", "labels")[served["of"] == "services"], served["selector"]
        if selector is None:
            return []
        wanted = mapping(mapping(selector).get("matchLabels")).items()
        if not all(isinstance(value, str) for _, value in wanted):
            return []  # no label is anything else
        near = min((self.by_label.get((what, label), []) for label in wanted), key=len, default=range(len(self.facts)))
        return [
            index
            for index in dict.fromkeys(near)
            if _meets(self.facts[index].object.namespace, fact.object.namespace or "")
            and any(selects(selector, given) for given in _labels(self.facts[index], what))
        ]

    def is_orphan(self, index: int, gone: Mapping[int, int], params: Mapping[str, Any]) -> bool:
        """Whether all that it hangs on goes, and its kind is one that may be told of."""
        fact = self.facts[index]
        kind, name = fact.object.kind, fact.object.name
        if kind not in params["drop"] and kind not in params["keep"]:
            return False
        if fact.data["kept"] or name in _EVERYBODYS.get(kind, ()):
            return False
        if kind in params["served"] and index not in self.served:
            return False
        return bool(self.hangs[index]) and self.hangs[index] <= gone.keys()


def _labels(fact: Told, what: str) -> list[dict[str, str]]:
    given = fact.data[what]
    return given if isinstance(given, list) else [given] if given else []


def _meets(one: str | None, other: str) -> bool:
    """Whether two namespaces may be the same; one that is not said may be any."""
    return not one or not other or one == other


def _places(kind: str, name: str, of: Told) -> tuple[tuple[str, ...], ...]:
    """Under what an object called so is found from `of`, near ones first: in its file, in its folder, in the run."""
    file = of.place.file
    return (kind, name, "file", file), (kind, name, "folder", posixpath.dirname(file)), (kind, name)
