"""Maps of strings that a driver reads: which key is meant, and whether a value is one that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from asklint.edit import Edit, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, mapping
from asklint.resource import Object

_OPEN = re.compile(r"\$[({]|\{\{|<[^<>]*>|\*\*|x{3}|(?i:your)")  # filled in later, by another tool or by a person
_ALIKE = 0.8  # difflib's ratio: perfomanceLevel is performanceLevel
_TRUTH = frozenset(("true", "yes", "1", "false", "no", "0"))


class Options(NamedTuple):
    """The options that stand in one map of an object; `grammars` has one entry for each that is known."""

    owner: Object
    at: Path
    given: Mapping[str, Any]
    grammars: Mapping[str, Mapping[str, Any]]
    target: str
    any_case: bool = False
    closed: bool = False
    prefixes: tuple[str, ...] = ()

    def hits(self) -> Iterator[Hit]:
        """What is wrong with each of them.

        Cases: not-string, misspelt, unknown (where `closed`), lonely, value, refused, prefix, what a grammar `says`.
        """
        stand = self.stand()
        for key, value in self.given.items():
            if value is None:
                continue
            if not isinstance(value, str):
                yield self._not_string(key)
                continue
            name = self.name(key)
            if name is None:
                yield from self._stranger(key, stand)
            else:
                yield from self._known(key, name, value)

    def stand(self) -> set[str]:
        """The options that are there with a value."""
        names = {key: self.name(key) for key, value in self.given.items() if value not in (None, "")}
        return {name for name in names.values() if name is not None}

    def meant(self) -> set[str]:
        """The options that are there, or were meant to be."""
        stand = self.stand()
        return stand | {self._guess(key, stand) or "" for key in self.given if self.name(key) is None}

    def text(self, name: str) -> str | None:
        """The value of an option, by whatever key it is read."""
        for key, value in self.given.items():
            if isinstance(value, str) and self.name(key) == name:
                return value
        return None

    def name(self, key: str) -> str | None:
        """The option that `key` is read as, None where it is none."""
        return _names(_frozen(self.grammars), self.any_case).get(key.lower() if self.any_case else key)

    def _not_string(self, key: str) -> Hit:
        place = (*self.at, key)
        written = self.owner.text(place)  # nothing for lists, mappings and aliases
        return Hit(place, "not-string", {}, (Set(place, written),) if written else ())

    def _guess(self, key: str, stand: set[str]) -> str | None:
        for name, grammar in self.grammars.items():
            if key in grammar.get("mistaken", ()):
                return None if name in stand else name
        plain = {_plain(name): name for name in self.grammars}
        import difflib  # where nothing is misspelt, nothing pays for it

        near = difflib.get_close_matches(_plain(key), plain, 1, _ALIKE)
        return plain[near[0]] if near and plain[near[0]] not in stand else None

    def _stranger(self, key: str, stand: set[str]) -> Iterator[Hit]:
        if any(key.startswith(prefix) for prefix in self.prefixes):
            return
        guess = self._guess(key, stand)
        if guess is not None:
            yield Hit((*self.at, key), "misspelt", {"option": guess}, (Rename((*self.at, key), guess),))
        elif self.closed:
            yield Hit((*self.at, key), "unknown")

    def _known(self, key: str, name: str, value: str) -> Iterator[Hit]:
        grammar, place = self.grammars[name], (*self.at, key)
        for other, wanted in grammar.get("only-with", {}).items():
            have = self.text(other)
            if have is not None and not _OPEN.search(have) and wanted not in map(str.strip, have.split(",")):
                yield Hit(place, "lonely", {"other": other, "wanted": wanted})
                return
        says = grammar.get("says")
        if says and self.target in grammar["says-on"] and value.lower() not in grammar.get("unless", ()):
            yield Hit(place, says, {"option": name})
            return
        yield from judge(place, grammar, value)


def judge(place: Path, grammar: Mapping[str, Any], value: str) -> Iterator[Hit]:
    """A hit where `value` is none that `grammar` takes.

    The case is refused where the driver says no, prefix where putting one before it makes it right, else value.
    """
    if not value or is_open(value) or fits(grammar, value):
        return
    edits: tuple[Edit, ...] = ()
    prefix = grammar.get("prefix")
    if prefix and _compiled(grammar["prefix-when"]).search(value):
        edits = (Set(place, prefix + value),)
    case = "prefix" if edits else "refused" if grammar.get("refused") else "value"
    yield Hit(place, case, {"expected": _expected(grammar), "prefix": prefix}, edits)


def is_open(value: str) -> bool:
    """Whether something in `value` is still to be filled in."""
    return _OPEN.search(value) is not None


def fits(grammar: Mapping[str, Any], value: str) -> bool:
    """Whether `value` is one that `grammar` takes."""
    text = value.lower() if grammar.get("any-case") else value
    if "enum" in grammar:
        return text in grammar["enum"]
    if "list" in grammar:
        return all(item in grammar["list"] for item in value.split(","))
    if "boolean" in grammar:
        return value.lower() in _TRUTH
    if "integer" in grammar:
        least, most = grammar["integer"]
        return re.fullmatch(r"[+-]?[0-9]{1,19}", value) is not None and least <= int(value) <= most
    return "pattern" not in grammar or _compiled(grammar["pattern"]).search(value) is not None


def _expected(grammar: Mapping[str, Any]) -> str:
    if "expected" in grammar:
        return str(grammar["expected"])
    if "boolean" in grammar:
        return '"true" / "false"'
    if "integer" in grammar:
        return " … ".join(f'"{bound}"' for bound in grammar["integer"])
    return ", ".join(map(json.dumps, grammar.get("enum") or grammar.get("list") or ()))


def _plain(key: str) -> str:
    """`key` without what spellings differ in."""
    return key.replace("_", "").replace("-", "").lower()


def _frozen(grammars: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(mapping(grammar).get("also", ()))) for name, grammar in grammars.items())


@cache
def _names(known: tuple[tuple[str, tuple[str, ...]], ...], any_case: bool) -> dict[str, str]:
    spelt = {other: name for name, others in known for other in (name, *others)}
    return {key.lower(): name for key, name in spelt.items()} if any_case else spelt


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
