"""flexvolume-option: what stands under flexVolume, held against the table of its driver."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from asklint.edit import Edit, Move, Remove, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping, parse, walk
from asklint.resource import Object, Pod

_IN_POD, _IN_VOLUME = parse("volumes[*].flexVolume"), parse("spec.flexVolume")
_FIELDS = frozenset(("driver", "fsType", "options", "readOnly", "secretRef"))
_PLACEHOLDER = re.compile(r"\$[({]|\{\{|<[^<>]*>|\*\*")  # filled in later, by another tool or by a person
_SIZE = re.compile(r"([0-9]{1,9})\s*([A-Za-z]*)")
_ALIKE = 0.8  # difflib's ratio: volumeSzie is volumeSize, bucket is not bucketName


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """Hits on the options of every flexVolume; `read-on` names the targets on which ECI reads them."""
    inline = isinstance(subject, Pod)
    owner, root = (subject.object, subject.path) if isinstance(subject, Pod) else (subject, ())
    for place, data in walk(_IN_POD if inline else _IN_VOLUME, subject.data):
        given = get(data, ("options",), {})
        if not isinstance(data, dict) or not isinstance(given, dict | None):
            continue  # the API's own grammar: rule schema
        at, given = (*root, *place), mapping(given)
        yield from _not_strings(owner, (*at, "options"), given)
        driver = data.get("driver")
        table = params["drivers"].get(driver) if isinstance(driver, str) and target in params["read-on"] else None
        if table is not None:
            role = options["ram-role"] if inline else ""  # in a PersistentVolume, ECI does not describe it
            yield from _Volume(owner, at, data, given, table, inline, role).hits()


def _not_strings(owner: Object, at: Path, given: Mapping[str, Any]) -> Iterator[Hit]:
    """Values that are no strings, which the API wants; in quotes they are what was written, 010 and yes too."""
    for key, value in given.items():
        if value is None or isinstance(value, str):
            continue
        place = (*at, key)
        written = owner.text(place)  # nothing for lists, mappings and aliases
        yield Hit(place, "not-string", {}, (Set(place, written),) if written else ())


class _Volume(NamedTuple):
    """One flexVolume of a driver whose options are known."""

    owner: Object
    at: Path
    data: Mapping[str, Any]
    given: Mapping[str, Any]  # its options
    table: Mapping[str, Any]  # what the rule knows of its driver
    inline: bool  # in a pod, not in a PersistentVolume
    role: str  # what takes the place of access keys, `""` where that is not known

    def hits(self) -> Iterator[Hit]:
        """Everything that is wrong with this volume's options."""
        names = {key: name for key in self.given for name in (self._name(key),) if name is not None}
        stand = {name for key, name in names.items() if self._text(key).strip()}
        meant = set(stand)
        for key in self.given:
            if key not in names and self.given[key] is not None:
                guess = self._guess(key, stand)
                yield self._stranger(key, guess, stand, guess not in meant)
                meant.add(guess or "")
        for key, name in names.items():
            if self.given[key] is not None:
                yield from self._known(key, name, stand)
        yield from self._beside(meant, stand)
        yield from self._absent(meant, stand)

    @property
    def _options(self) -> Mapping[str, Mapping[str, Any]]:
        options: Mapping[str, Mapping[str, Any]] = self.table["options"]
        return options

    def _name(self, key: str) -> str | None:
        """The option that `key` is, None where the driver has no such option."""
        if key in self._options:
            return key
        return next((name for name, option in self._options.items() if key in option.get("also", ())), None)

    def _text(self, key: str) -> str:
        """The value of an option as it reads once it is quoted; a list or a mapping reads as a placeholder."""
        value = self.given[key]
        if value is None or isinstance(value, str):
            return value or ""
        if not isinstance(value, bool | int | float):
            return "<>"
        written = self.owner.text((*self.at, "options", key))
        return written if written and not written.startswith("!") else json.dumps(value)

    def _guess(self, key: str, stand: set[str]) -> str | None:
        """The option that a key unknown to the driver was meant to be; none where that one stands as well."""
        guess = next((name for name, option in self._options.items() if key in option.get("mistaken", ())), None)
        if guess is None:
            import difflib  # where nothing is misspelt, nothing pays for it

            near = difflib.get_close_matches(_plain(key), _plain_names(tuple(self._options)), 1, _ALIKE)
            guess = _plain_names(tuple(self._options))[near[0]] if near else None
        return None if guess in stand else guess

    def _stranger(self, key: str, guess: str | None, stand: set[str], first: bool) -> Hit:
        """A key that the driver does not have; `first`: no other key was meant to be the same option."""
        place = (*self.at, "options", key)
        field = next((name for name in self.table["fields"] if _plain(name) == _plain(key)), None)
        if field is not None:
            return Hit(place, "misplaced", {"field": field}, self._to_field(key, field))
        told = {"driver": self.data["driver"], "options": ", ".join(self._options)}
        if guess is None:
            return Hit(place, "unknown", told)
        needed = any(guess in group and not stand.intersection(group) for group in self.table["needs"])
        case = "misspelt-needed" if needed and _plain(guess) != _plain(key) else "misspelt"
        free = first and guess not in self.given and self._fits(key, guess, stand)
        edits = (Rename(place, guess),) if free else ()
        return Hit(place, case, {**told, "option": guess}, edits)

    def _fits(self, key: str, name: str, stand: set[str]) -> bool:
        """Whether `key` may become the option `name`: its value is no error there, and no other disk is made."""
        creates = any(self._options[other].get("creates") for other in stand)
        if name == self.table.get("static") and creates:
            return False  # which of the two disks was meant, only a person knows
        return all(hit.case != "range" for hit in self._value((), self._options[name], self._text(key)))

    def _to_field(self, key: str, field: str) -> tuple[Edit, ...]:
        """The option becomes the field of flexVolume that it was meant to be."""
        value, place = self.given[key], (*self.at, "options", key)
        if field in self.data:
            return ()
        if field == "readOnly":  # a boolean there, a string here
            word = self._text(key).lower()
            return (Remove(place), Set((*self.at, field), word == "true")) if word in ("true", "false") else ()
        return (Move(place, (*self.at, field)),) if isinstance(value, str) else ()

    def _known(self, key: str, name: str, stand: set[str]) -> Iterator[Hit]:
        """An option of the driver: without effect here, or with a value that it does not take."""
        option, place, text = self._options[name], (*self.at, "options", key), self._text(key)
        if option.get("creates"):
            static = self.table["static"]
            if static in stand:
                yield Hit(place, "ignored", {"option": name, "static": static}, (Remove(place),))
                return
            if not self.inline:
                yield Hit(place, "pod-only", {"option": name, "static": static})
                return
        if option.get("says") == "credentials":
            yield from self._credentials(place, text)
        elif "says" in option and text not in option.get("unless", ()):
            edits = (Remove(place),) if option["says"] == "type" else ()
            yield Hit(place, option["says"], {"option": name, "driver": self.data["driver"]}, edits)
        if text.strip() and not _PLACEHOLDER.search(text):
            yield from self._value(place, option, text)

    def _credentials(self, place: Path, text: str) -> Iterator[Hit]:
        """An access key for everybody to read who reads the manifest; all of its parts go together."""
        if not text.strip() or _PLACEHOLDER.search(text):
            return
        at = (*self.at, "options")
        parts = [key for key in self.given if self._options.get(key, {}).get("says") == "credentials"]
        if not self.role or not all(isinstance(self.given[key], str) for key in parts):
            yield Hit(place, "credentials" if self.inline else "credentials-volume")
            return
        role = () if self.given.get("ramRole") else (Set((*at, "ramRole"), self.role),)
        yield Hit(place, "credentials-role", {}, (*(Remove((*at, key)) for key in parts), *role))

    def _value(self, place: Path, option: Mapping[str, Any], text: str) -> Iterator[Hit]:
        """A value that the option does not take."""
        if "GiB" in option:
            yield from self._size(place, option, text)
        elif "enum" in option and text not in option["enum"]:
            yield Hit(place, "value", {"value": text, "expected": ", ".join(map(json.dumps, option["enum"]))})
        elif "pattern" in option and not _compiled(option["pattern"]).search(text):
            prefix = option.get("prefix")
            edits = (Set(place, prefix + text),) if prefix and _compiled(option["prefix-when"]).search(text) else ()
            told = {"value": text, "expected": option["expected"], "prefix": prefix}
            yield Hit(place, "prefix" if edits else "value", told, edits)

    def _size(self, place: Path, option: Mapping[str, Any], text: str) -> Iterator[Hit]:
        """A size in GiB: digits, between two limits, and enough for the performance level."""
        match = _SIZE.fullmatch(text.strip())
        factor = None if match is None else 1 if not match[2] else option["units"].get(match[2])
        least, most = option["GiB"]
        if match is None or factor is None:
            yield Hit(place, "value", {"value": text, "expected": option["expected"]})
            return
        size = int(match[1]) * factor
        if not least <= size <= most:
            yield Hit(place, "range", {"size": size, "least": least, "most": most})
        elif match[2]:
            yield Hit(place, "unit", {"size": size}, (Set(place, str(size)),))
        elif str(size) != text:
            yield Hit(place, "value", {"value": text, "expected": option["expected"]})
        else:
            for other, levels in option["least-by"].items():
                wanted = levels.get(self.given.get(other), 0) if isinstance(self.given.get(other), str) else 0
                if size < wanted:
                    yield Hit(place, "level", {"size": size, "level": self.given[other], "least": wanted})

    def _beside(self, meant: set[str], stand: set[str]) -> Iterator[Hit]:
        """Options beside `driver`, where the API has no such field; and the values of the fields that it has."""
        for key, value in self.data.items():
            if key not in _FIELDS and value is not None:
                name = self._name(key)
                if name is None:
                    continue
                edits = self._to_option(key) if name not in stand and key not in self.given else ()
                meant.add(name)
                yield Hit((*self.at, key), "beside", {"option": name}, edits)
            elif isinstance(value, str) and key in self.table["fields"] and not _PLACEHOLDER.search(value):
                yield from self._value((*self.at, key), self.table["fields"][key], value)

    def _to_option(self, key: str) -> tuple[Edit, ...]:
        """What stands beside `driver` goes among the options, as a string."""
        place, to = (*self.at, key), (*self.at, "options", key)
        if isinstance(self.data[key], str):
            return (Move(place, to),)
        written = self.owner.text(place)
        return (Remove(place), Set(to, written)) if written else ()

    def _absent(self, meant: set[str], stand: set[str]) -> Iterator[Hit]:
        """Options that are needed and not there."""
        place = (*self.at, "options") if self.data.get("options") is not None else self.at
        for group in self.table["needs"]:
            if not meant.intersection(group):
                yield Hit(place, "missing", {"needed": " / ".join(group), "driver": self.data["driver"]}, missing=True)
        for one, other in self.table.get("pairs", ()):
            if one in stand and other not in meant:
                yield Hit(place, "half", {"one": one, "other": other}, missing=True)
        dies = self.table.get("dies")
        if dies and self.inline and self.owner.kind in dies["in"] and self.table["static"] not in meant:
            size, says = dies["created-by"], dies["unless"]
            if size in stand and says not in meant:
                yield Hit((*self.at, "options", size), "dies", {"option": says})


def _plain(key: str) -> str:
    """`key` without what spellings differ in: volume_id, volume-ID and VolumeId are one."""
    return key.replace("_", "").replace("-", "").lower()


@cache
def _plain_names(names: tuple[str, ...]) -> dict[str, str]:
    return {_plain(name): name for name in names}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
