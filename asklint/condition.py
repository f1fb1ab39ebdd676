"""`is` of a rule: a few words of JSON Schema, compiled to functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Condition = Callable[[Any], bool]


def compile_condition(spec: Mapping[str, Any] | None) -> Condition:
    """The function that says whether a value satisfies `spec`. Raises ValueError for a word it does not know."""
    if not spec:
        return lambda value: True
    unknown = spec.keys() - _WORDS.keys()
    if unknown:
        raise ValueError(f"{min(unknown)!r} is no condition; known are {', '.join(_WORDS)}")
    tests = [_WORDS[word](wanted) for word, wanted in spec.items()]
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)


def _const(wanted: Any) -> Condition:
    return lambda value: type(value) is type(wanted) and bool(value == wanted)


def _enum(wanted: list[Any]) -> Condition:
    tests = [_const(one) for one in wanted]
    return lambda value: any(test(value) for test in tests)


def _type(wanted: str | list[str]) -> Condition:
    names = [wanted] if isinstance(wanted, str) else wanted
    if unknown := set(names) - _TYPES.keys():
        raise ValueError(f"{min(unknown)!r} is no type; known are {', '.join(_TYPES)}")
    tests = [_TYPES[name] for name in names]
    return lambda value: any(test(value) for test in tests)


def _pattern(wanted: str) -> Condition:
    try:
        search = re.compile(wanted).search
    except re.error as error:
        raise ValueError(f"{wanted!r} is no pattern: {error}") from error
    return lambda value: isinstance(value, str) and search(value) is not None


def _minimum(wanted: float) -> Condition:
    return lambda value: _number(value) and bool(value >= wanted)


def _maximum(wanted: float) -> Condition:
    return lambda value: _number(value) and bool(value <= wanted)


def _required(wanted: list[str]) -> Condition:
    return lambda value: isinstance(value, dict) and all(value.get(key) is not None for key in wanted)


def _properties(wanted: Mapping[str, Any]) -> Condition:
    tests = {key: compile_condition(spec) for key, spec in wanted.items()}
    return lambda value: isinstance(value, dict) and all(key not in value or tests[key](value[key]) for key in tests)


def _not(wanted: Mapping[str, Any]) -> Condition:
    test = compile_condition(wanted)
    return lambda value: not test(value)


def _any_of(wanted: list[Mapping[str, Any]]) -> Condition:
    tests = [compile_condition(spec) for spec in wanted]
    return lambda value: any(test(value) for test in tests)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_WORDS: dict[str, Callable[[Any], Condition]] = {
    "const": _const,
    "enum": _enum,
    "type": _type,
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "required": _required,
    "properties": _properties,
    "not": _not,
    "anyOf": _any_of,
}
_TYPES: dict[str, Condition] = {
    "string": lambda value: isinstance(value, str),
    "number": _number,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}
