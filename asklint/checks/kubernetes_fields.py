"""The fields of Kubernetes' own objects in one release, and what in an object does not agree with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from asklint import data
from asklint.path import Path

_FIELD = re.compile(r"(?<!\S)([^\s=!]++)(!?)=([^\s;]++)(?:;(\d++)-(\d++))?")
_DEFAULTS = {"protocol": "TCP"}  # of the fields that tell list items apart
_INT32, _INT64 = 1 << 31, 1 << 63
_PLAIN: dict[str, type] = {"s": str, "b": bool}  # what needs no second look
# As Go's decoders have them: RFC 3339, and base64 with its padding, in which line ends count for nothing.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_QUANTITY = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?(?:m|k|M|G|T|[KMGT]i)?")  # the usual ones; the others are parsed


class Field:
    """What may stand in a field: `code` as objects.txt has it, for lists `[` and for maps `{` with what is `inner`."""

    __slots__ = ("code", "inner", "keys", "name", "plain", "struct")

    def __init__(self, text: str, release: Release) -> None:
        self.code = text[0]
        self.plain: type | None = _PLAIN.get(text)
        self.keys: tuple[str, ...] = ()
        self.inner: Field = self
        self.name = text[1:]
        self.struct: Struct | None = None
        if self.code in "[{":
            keys, _, inner = text[1:].partition("]" if self.code == "[" else "}")
            self.keys = tuple(keys.split(",")) if keys else ()
            self.inner = release.field(inner)


class Struct:
    """A definition: its fields, those it cannot do without, and those that other releases have: (from, to).

    `words` are fields in which the API server takes a few words alone.
    """

    __slots__ = ("elsewhere", "fields", "name", "required", "words")

    def __init__(self, name: str, text: str, release: Release) -> None:
        self.name = name
        self.fields: dict[str, Field] = {}
        self.elsewhere: dict[str, list[tuple[int, int]]] = {}
        required: list[str] = []
        for field, needed, kind, first, last in _FIELD.findall(text):
            if first and not int(first) <= release.minor <= int(last):
                self.elsewhere.setdefault(field, []).append((int(first), int(last)))
                continue
            self.fields[field] = release.field(kind)
            if needed:
                required.append(field)
        self.required = tuple(required)
        told = (
            (field, _words().get(f"{name.rpartition('.')[2]}.{field}", _words().get(field))) for field in self.fields
        )
        self.words: dict[str, list[str]] = {field: words for field, words in told if words}


class Problem(NamedTuple):
    """Something that the API server does not take.

    `case`: unknown, missing, duplicate; what a value is not: map, list, string, number, boolean, either (a number or a
    string), quantity, time, base64, choice (one of a few words); range. `struct` is where a field is not known, or
    takes these words, `name` the field, or what tells an item from others, `other` the index of its first twin.
    """

    path: Path
    case: str
    value: Any = None
    struct: Struct | None = None
    name: str = ""
    other: int = 0


class Release:
    """The objects of one minor release."""

    def __init__(self, minor: int) -> None:
        self.minor = minor
        self._structs: dict[str, Struct] = {}
        self._fields: dict[str, Field] = {}

    def struct(self, name: str) -> Struct:
        """The definition `name`."""
        found = self._structs.get(name)
        if found is None:
            found = self._structs[name] = Struct(name, _file().definitions[name], self)
        return found

    def of(self, field: Field) -> Struct:
        """The definition of what stands in `field`."""
        if field.struct is None:
            field.struct = self.struct(field.name)
        return field.struct

    def field(self, text: str) -> Field:
        """What `text` describes."""
        found = self._fields.get(text)
        if found is None:
            found = self._fields[text] = Field(text, self)
        return found

    def root(self, api_version: str, kind: str) -> Struct | None:
        """The definition of a kind, None where this release has none such."""
        found = _file().kinds.get((api_version, kind))
        return self.struct(found[0]) if found is not None and found[1] <= self.minor <= found[2] else None


class _File(NamedTuple):
    kinds: Mapping[tuple[str, str], tuple[str, int, int]]
    definitions: Mapping[str, str]


@cache
def _file() -> _File:
    kinds: dict[tuple[str, str], tuple[str, int, int]] = {}
    definitions: dict[str, str] = {}
    for line in data.objects().read_text(encoding="utf-8").split("\n"):
        name, tab, fields = line.partition("\t")
        if tab:
            definitions[name] = fields
        elif line and line[0] != "#":
            version, kind, name, minors = line.split(" ")
            first, _, last = minors.partition("-")
            kinds[version, kind] = name, int(first), int(last)
    return _File(kinds, definitions)


@cache
def _words() -> Mapping[str, list[str] | None]:
    table: dict[str, list[str] | None] = data.load()["schemas"]["kubernetes-words"]
    return table


@cache
def release(minor: int) -> Release:
    """The objects of Kubernetes 1.`minor`."""
    return Release(minor)


def minor(version: object, newest: int) -> int:
    """The minor release that `version` (1.31, v1.31.4-aliyun.1) names, the newest where it names none."""
    match = re.match(r"v?1\.(\d+)", version) if isinstance(version, str) else None
    return min(int(match[1]), newest) if match else newest


def problems(value: Any, struct: Struct, release: Release, path: Path = ()) -> list[Problem]:
    """All that in `value`, an object or part of one, is not as `struct` has it; null counts as absent."""
    walk = _Walk(release)
    walk.struct(value, struct, path)
    return walk.found


def misfits(value: Any, field: Field, release: Release) -> bool:
    """Whether `value` cannot stand in `field`."""
    walk = _Walk(release)
    walk.value(value, field, ())
    return bool(walk.found)


class _Walk:
    def __init__(self, release: Release) -> None:
        self.release = release
        self.found: list[Problem] = []

    def struct(self, value: dict[str, Any], struct: Struct, path: Path) -> None:
        fields = struct.fields
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                self.found.append(Problem((*path, key), "unknown", item, struct, key))
            elif item is not None and type(item) is not field.plain:
                self.value(item, field, (*path, key))
        for name in struct.required:
            if value.get(name) is None:
                self.found.append(Problem(path, "missing", None, struct, name))
        for name, words in struct.words.items():
            given = value.get(name)
            if type(given) is str and given not in words and given:
                self.found.append(Problem((*path, name), "choice", given, struct, name))
            elif type(given) is list:
                wrong = [(index, item) for index, item in enumerate(given) if type(item) is str and item not in words]
                self.found += [Problem((*path, name, index), "choice", item, struct, name) for index, item in wrong]

    def value(self, value: Any, field: Field, path: Path) -> None:
        code = field.code
        if code == "@":
            if type(value) is dict:
                self.struct(value, field.struct or self.release.of(field), path)
            else:
                self.found.append(Problem(path, "map", value))
        elif code == "[":
            if type(value) is list:
                self.items(value, field, path)
            else:
                self.found.append(Problem(path, "list", value))
        elif code == "{":
            if type(value) is dict:
                inner = field.inner
                for key, item in value.items():
                    if item is not None and type(item) is not inner.plain:
                        self.value(item, inner, (*path, key))
            else:
                self.found.append(Problem(path, "map", value))
        elif code != "a" and type(value) is not field.plain:
            case = _WRONG[code](value)
            if case:
                self.found.append(Problem(path, case, value))

    def items(self, value: list[Any], field: Field, path: Path) -> None:
        inner = field.inner
        for index, item in enumerate(value):
            if type(item) is inner.plain:
                continue
            if item is not None:
                self.value(item, inner, (*path, index))
            elif inner.code == "@":
                self.struct({}, self.release.of(inner), (*path, index))
        if field.keys and len(value) > 1:
            self.found += _twins(value, field.keys, path)


def _twins(value: list[Any], keys: tuple[str, ...], path: Path) -> Iterator[Problem]:
    """The items that an earlier one of the same keys makes doubtful."""
    seen: dict[tuple[Any, ...], int] = {}
    for index, item in enumerate(value):
        if type(item) is not dict:
            continue
        told = tuple([item.get(key, _DEFAULTS.get(key)) for key in keys])
        if None in told or any(isinstance(part, dict | list) for part in told):
            continue
        first = seen.setdefault(told, index)
        if first != index:
            yield Problem((*path, index), "duplicate", item, None, ", ".join(map(str, told)), first)


def _whole(value: Any, most: int) -> str:
    if type(value) is float and value.is_integer():
        value = int(value)  # 1.0 reaches the API server as 1
    if type(value) is not int:
        return "number"
    return "" if -most <= value < most else "range"


def _quantity(value: Any) -> str:
    if type(value) is str and _QUANTITY.fullmatch(value):
        return ""
    from asklint import quantity

    return "" if quantity.read(value) is not None else "quantity"


def _int_or_string(value: Any) -> str:
    if type(value) is str:
        return ""
    return "either" if _whole(value, _INT32) == "number" else _whole(value, _INT32)


_WRONG: dict[str, Callable[[Any], str]] = {  # what is wrong with a scalar, "" where nothing is
    "s": lambda value: "string",
    "b": lambda value: "boolean",
    "i": lambda value: _whole(value, _INT32),
    "l": lambda value: _whole(value, _INT64),
    "n": lambda value: "" if type(value) is int or type(value) is float else "number",
    "q": _quantity,
    "x": _int_or_string,
    "t": lambda value: "" if type(value) is str and _TIME.fullmatch(value) else "time",
    "y": lambda value: "" if type(value) is str and _is_base64(value) else "base64",
}


def _is_base64(value: str) -> bool:
    return _BASE64.fullmatch(value.replace("\n", "").replace("\r", "")) is not None
