"""What a scalar means to kubectl: the YAML 1.1 types of its library, then JSON's."""

from __future__ import annotations

import binascii
import re
import struct
from typing import Any


class CannotType(ValueError):
    """A scalar that kubectl refuses; the message says why."""


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# As many digits as may fit 64 bits, behind any number of zeros.
_INT = re.compile(
    r"([-+]?)(?:0[xX]0*([0-9a-fA-F]{1,16})|0[bB]0*([01]{1,64})|0[oO]?0*([0-7]{1,22})|(0|[1-9][0-9]{0,19}))"
)
_BASES = ((2, 16), (3, 2), (4, 8), (5, 10))
_NUMERIC = frozenset("+-.0123456789")
_INT64 = 1 << 63
_YAML = "tag:yaml.org,2002:"


def plain(text: str) -> Any:
    """The value of the plain scalar `text`: str, int, float, bool or None; infinity and NaN, which JSON cannot tell."""
    return _json(_typed(text))


def _typed(text: str) -> Any:
    """What Go makes of the plain scalar `text`, before it goes through JSON."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMERIC else text


def _number(text: str) -> int | float | str:
    """What Go makes of `text`: an int64 or uint64, else a float64, else the string."""
    digits = text.replace("_", "")
    match = _INT.fullmatch(digits)
    if match is not None:
        value = next(int(match[group], base) for group, base in _BASES if match[group])
        if match[1] == "-":
            value = -value
        if -_INT64 <= value < (_INT64 if match[1] else 2 * _INT64):
            return value
    if _FLOAT.fullmatch(digits) is None:
        return text
    number = float(digits)
    return text if number in (float("inf"), float("-inf")) else number


def _json(value: Any) -> Any:
    """`value` after its way through JSON: whole numbers that fit are int64, all others float64."""
    if isinstance(value, int):
        return value if value < _INT64 else float(value)
    if not isinstance(value, float) or not value.is_integer():
        return value
    # 4611686018427387904.0 is written 4611686018427388000: the shortest digits that mean this float64, then zeros
    digits, _, exponent = repr(value).partition("e+")
    whole, _, fraction = digits.partition(".")
    written = int(whole + fraction.ljust(int(exponent), "0")) if exponent else int(whole)
    return written if abs(written) < _INT64 else value


def json_number(text: str) -> int | float | None:
    """The value of a number in JSON; None where it is too large for a float64."""
    value = _json(_number(text))
    return None if isinstance(value, str) else value


def tagged(tag: str, text: str, style: str) -> Any:
    """The value of a scalar with an explicit tag. Raises CannotType where the tag and the text do not agree."""
    name = tag.removeprefix(_YAML)
    if name == "binary":
        try:
            data = binascii.a2b_base64(text.replace("\n", "").replace("\r", ""), strict_mode=True)
        except ValueError:
            raise CannotType("!!binary value contains invalid base64 data") from None
        return data.decode("utf-8", "replace")
    if name not in ("int", "float", "bool", "null"):
        return text
    value = _typed(text)
    fits = {
        "int": type(value) is int,
        "float": type(value) is float or (type(value) is int and value < _INT64),
        "bool": type(value) is bool,
        "null": value is None,
    }
    if not fits[name]:
        raise CannotType(f"{text!r} is not a !!{name}")
    return plain(text)


def key_name(text: str, tag: str | None = None) -> str:
    """The JSON key for a key that is no string. Raises CannotType for null and what has no name in JSON."""
    value = _typed(text)
    if tag == _YAML + "float":
        value = float(value)
    if value is None:
        raise CannotType("a key must not be null")
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return _short(value)
    if isinstance(value, int) and value >= _INT64:
        raise CannotType("a key must not be a number beyond 64 bits")
    return str(value)


def _short(value: float) -> str:
    """`value` with the fewest digits that mean the same float32, as kubectl names the keys that are floats."""
    wanted = struct.pack("f", value)  # as a cast of C's: infinity where it is too large
    value = struct.unpack("f", wanted)[0]
    if value - value != 0:
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    digits = next(n for n in range(1, 10) if struct.pack("f", float(f"{value:.{n}g}")) == wanted)
    written = f"{value:.{digits - 1}e}"
    exponent = int(written.split("e")[1])
    return f"{value:.{max(digits - 1 - exponent, 0)}f}" if -4 <= exponent < 6 else written
