"""Kubernetes quantities: parsed, compared and written as apimachinery does."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

# Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
_PARTS = re.compile(r"([+-]?)([0-9]*+)(?:\.([0-9]*+))?([eEinumkKMGTP]*+[+-]?[0-9]*+)", re.ASCII)
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO = 10**9
_MOST = (1 << 63) - 1  # what a binary suffix is cut to
# The API server keeps on multiplying; no resource is so long a number.
_LONGEST, _DEEPEST = 400, 400


class QuantityError(ValueError):
    """A quantity that the API server refuses; the message says why."""


class Quantity(NamedTuple):
    """An amount in billionths, which is as fine as Kubernetes keeps it, and the kind of suffix it was written with."""

    nanos: int
    kind: str = "decimal"  # or "binary", "exponent"

    @property
    def value(self) -> Fraction:
        """The amount itself: cores, bytes…"""
        return Fraction(self.nanos, _NANO)

    def canonical(self) -> str:
        """The one way in which Kubernetes writes this amount back: 1.5Gi is 1536Mi, 0.5 is 500m."""
        if self.kind == "binary" and abs(self.nanos) >= 1024 * _NANO and self.nanos % _NANO == 0:
            return _binary(self.nanos // _NANO)
        return _decimal(self.nanos, self.kind == "exponent")


def parse(text: str) -> Quantity:
    """The quantity that `text` is. Raises QuantityError."""
    match = _PARTS.fullmatch(text) if len(text) <= _LONGEST else None
    if not text or match is None:
        raise QuantityError(f"{text[:40]!r} is no quantity such as 500m, 1.5 or 2Gi")
    sign, whole, fraction, suffix = match.groups(default="")
    digits = int((whole + fraction) or "0")
    binary, shift, kind = _suffix(suffix, text)
    if not whole and not fraction and (shift < -9 or binary >= 50):
        raise QuantityError(f"{text!r} has no digits")  # "Ti" is 0 and "Pi" is none: only the latter goes the slow way
    # What is finer than a billionth is rounded away from zero; then a binary amount is cut.
    scaled = Fraction(digits * (1 << binary) * _NANO * 10 ** max(shift, 0), 10 ** (len(fraction) + max(-shift, 0)))
    nanos = -(-scaled.numerator // scaled.denominator)
    if kind == "binary":
        nanos = min(nanos, _MOST * _NANO)
        kind = "decimal" if 0 < nanos < _NANO else kind
    return Quantity(-nanos if sign == "-" else nanos, kind)


def _suffix(suffix: str, text: str) -> tuple[int, int, str]:
    """The power of two, the power of ten and the kind of `suffix`."""
    if suffix in _DECIMAL:
        return 0, _DECIMAL[suffix], "decimal"
    if suffix in _BINARY:
        return _BINARY[suffix], 0, "binary"
    exponent = _EXPONENT.fullmatch(suffix)
    if exponent is None:
        raise QuantityError(f"{text!r} ends in {suffix}, which is no suffix of a quantity")
    if len(exponent[1]) > 4 or abs(int(exponent[1])) > _DEEPEST:
        raise QuantityError(f"{text!r} is out of all bounds")
    return 0, int(exponent[1]), "exponent"


def read(value: Any) -> Quantity | None:
    """The quantity that `value` is where a manifest has it, as text or as number; None where it is none."""
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # JSON has the number in full up to 21 digits, as the API server reads it.
        text = f"{value:.0f}" if isinstance(value, float) and 1e15 < abs(value) < 1e21 else repr(value)
    else:
        return None
    try:
        return parse(text)
    except QuantityError:
        return None


def _binary(amount: int) -> str:
    for suffix, power in reversed(_BINARY.items()):
        if amount % (1 << power) == 0:
            return f"{amount >> power}{suffix}"
    return str(amount)


def _decimal(nanos: int, exponent: bool) -> str:
    if nanos == 0:
        return "0"
    power = -9
    while nanos % 1000 == 0:
        nanos, power = nanos // 1000, power + 3
    if exponent or power > 18:
        return f"{nanos}e{power}" if power else str(nanos)
    return f"{nanos}{next(suffix for suffix, known in _DECIMAL.items() if known == power)}"
