"""What a scalar means to kubectl: the YAML 1.1 types of its library, then JSON's."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any


class CannotType(ValueError):
    """A scalar that kubectl refuses; the message says why."""


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NOT_JSON = frozenset(
    (".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN")
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INT = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([0-9]+))")
_NUMERIC = frozenset("+-.0123456789")
_INT64 = 1 << 63


def plain(text: str) -> Any:
    """The value of the plain scalar `text`: str, int, float, bool or None. Raises CannotType for `.inf` and `.nan`."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if text in _NOT_JSON:
        raise CannotType(f"{text} cannot be told in JSON, which is what the API server reads")
    return _number(text)


def _number(text: str) -> Any:
    digits = text.replace("_", "")
    match = _INT.fullmatch(digits)
    if match is not None:
        sign, hexadecimal, binary, octal, decimal = match.groups()
        if decimal is None or not (decimal.startswith("0") and len(decimal) > 1):
            value = int(
                hexadecimal or binary or octal or decimal, 16 if hexadecimal else 2 if binary else 8 if octal else 10
            )
            return _json_number(-value if sign == "-" else value)
    if _FLOAT.fullmatch(digits) is None:
        return text
    number = float(digits)
    return text if number in (float("inf"), float("-inf")) else _json_number(number)


def _json_number(value: float) -> int | float:
    """`value` after its way through JSON: whole numbers that fit are int64, all others float64."""
    if -_INT64 <= value < _INT64 and value == int(value):
        return int(value)
    return float(value)


def tagged(tag: str, text: str, style: str) -> Any:
    """The value of a scalar with an explicit tag. Raises CannotType where the tag and the text do not agree."""
    name = tag.removeprefix("tag:yaml.org,2002:")
    if name == "binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise CannotType("!!binary value contains invalid base64 data") from None
    if name not in ("int", "float", "bool", "null"):
        return text
    value = plain(text)
    fits = {
        "int": type(value) is int and "." not in text,
        "float": type(value) in (int, float),
        "bool": type(value) is bool,
        "null": value is None,
    }
    if not fits[name]:
        raise CannotType(f"{text!r} is not a !!{name}")
    return float(value) if name == "float" and type(value) is not int else value


def key_name(value: Any) -> str | None:
    """The JSON key for a scalar key that is not a string; None for null, which kubectl refuses."""
    if value is None:
        return None
    if value is True or value is False:
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
