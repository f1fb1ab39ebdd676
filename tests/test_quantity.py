"""Quantities: what Kubernetes makes of a text, and how it writes it back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklint.quantity import Quantity, QuantityError, parse, read

_CUT = (1 << 63) - 1

# text, amount in billionths, kind, written back
TABLE = [
    ("0", 0, "decimal", "0"),
    ("0Gi", 0, "binary", "0"),
    ("1", 10**9, "decimal", "1"),
    ("+1", 10**9, "decimal", "1"),
    ("007", 7 * 10**9, "decimal", "7"),
    ("250m", 250 * 10**6, "decimal", "250m"),
    ("0.25", 250 * 10**6, "decimal", "250m"),
    (".25", 250 * 10**6, "decimal", "250m"),
    ("2.", 2 * 10**9, "decimal", "2"),
    ("2.G", 2 * 10**18, "decimal", "2G"),
    ("1500m", 1500 * 10**6, "decimal", "1500m"),
    ("2000m", 2 * 10**9, "decimal", "2"),
    ("15u", 15 * 10**3, "decimal", "15u"),
    ("3n", 3, "decimal", "3n"),
    ("4k", 4 * 10**12, "decimal", "4k"),
    ("1000k", 10**15, "decimal", "1M"),
    ("5E", 5 * 10**27, "decimal", "5E"),
    ("2000E", 2 * 10**30, "decimal", "2e21"),
    ("1.2345", 1234500000, "decimal", "1234500u"),
    ("2e3", 2 * 10**12, "exponent", "2e3"),
    ("2E3", 2 * 10**12, "exponent", "2e3"),
    ("2e+3", 2 * 10**12, "exponent", "2e3"),
    ("12e4", 12 * 10**13, "exponent", "120e3"),
    ("5e-1", 5 * 10**8, "exponent", "500e-3"),
    ("1Ki", 1024 * 10**9, "binary", "1Ki"),
    ("1024Ki", (1 << 20) * 10**9, "binary", "1Mi"),
    ("1.5Gi", 3 * (1 << 29) * 10**9, "binary", "1536Mi"),
    ("1.5Ki", 1536 * 10**9, "binary", "1536"),
    ("0.5Ki", 512 * 10**9, "binary", "512"),
    ("1.0005Ki", 1024512000000, "binary", "1024512m"),
    ("-2Gi", -2 * (1 << 30) * 10**9, "binary", "-2Gi"),
    # finer than a billionth: away from zero
    ("0.1n", 1, "decimal", "1n"),
    ("1.0000000001", 10**9 + 1, "decimal", "1000000001n"),
    ("-0.1n", -1, "decimal", "-1n"),
    ("1e-12", 1, "exponent", "1e-9"),
    ("0.000000000001Ki", 2, "decimal", "2n"),
    # a binary amount ends at 2**63-1, a decimal one does not
    ("8Ei", _CUT * 10**9, "binary", str(_CUT)),
    ("7Ei", 7 * (1 << 60) * 10**9, "binary", "7Ei"),
    ("18446744073709551616", (1 << 64) * 10**9, "decimal", "18446744073709551616"),
    # what its scanner lets through
    (".", 0, "decimal", "0"),
    ("-", 0, "decimal", "0"),
    ("m", 0, "decimal", "0"),
    ("Ti", 0, "binary", "0"),
]


@pytest.mark.parametrize(("text", "nanos", "kind", "canonical"), TABLE, ids=[row[0] for row in TABLE])
def test_parse(text, nanos, kind, canonical):
    quantity = parse(text)
    assert quantity == Quantity(nanos, kind)
    assert quantity.canonical() == canonical
    assert parse(canonical).nanos == nanos


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 ", " 1", "1 Gi", "one", "1,5", "0x10", "1_000", "--1", "1.2.3", "١"),
        *("1K", "1gi", "1GB", "1GiB", "1Gib", "1mi", "1kB", "1c", "100%", "1Mi1", "1mm"),
        *("1e", "1E+", "1e1.5", "1e9999999999", "Pi", "Ei", ".e-12", "1" * 401),
    ],
)
def test_refused(text):
    with pytest.raises(QuantityError):
        parse(text)


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        (1, "1"),
        (0, "0"),
        (-3, "-3"),
        (0.5, "500m"),
        (1e-7, "100e-9"),
        (1.5e18, "1500P"),
        (2e22, "20e21"),
        ("  2Gi\n", "2Gi"),
    ],
)
def test_read(value, canonical):
    quantity = read(value)
    assert quantity is not None
    assert quantity.canonical() == canonical


@pytest.mark.parametrize("value", [None, True, False, [], {}, "", "${MEMORY}", "{{ .Values.cpu }}", "1 Gi"])
def test_read_nothing(value):
    assert read(value) is None


_SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
_DIGITS = st.text("0123456789", min_size=1, max_size=12)
_TEXTS = st.builds(
    lambda sign, whole, fraction, suffix: f"{sign}{whole}{'.' + fraction if fraction else ''}{suffix}",
    st.sampled_from(["", "+", "-"]),
    _DIGITS,
    st.text("0123456789", max_size=6),
    st.one_of(st.sampled_from(_SUFFIXES), st.integers(-15, 15).map(lambda power: f"e{power}")),
)


@given(_TEXTS)
def test_what_is_written_back_is_the_same_amount(text):
    """And it stays as it is when it is written a second time."""
    once = parse(text)
    twice = parse(once.canonical())
    assert twice.nanos == once.nanos
    assert twice.canonical() == once.canonical()


@given(_TEXTS)
def test_the_amount_is_what_the_digits_say(text):
    """Against plain arithmetic on fractions: no nearer to zero, and less than a billionth off."""
    number = text.rstrip("numkMGTPEKi")
    mantissa, _, power = number.partition("e")
    suffix = text[len(number) :]
    factor = Fraction(10) ** int(power or 0)
    if suffix.endswith("i"):
        factor *= 1024 ** ("KMGTPE".index(suffix[0]) + 1)
    elif suffix:
        factor *= Fraction(10) ** {"n": -9, "u": -6, "m": -3}.get(suffix, 3 * ("kMGTPE".find(suffix) + 1))
    exact = Fraction(mantissa) * factor
    amount = parse(text).value
    if suffix.endswith("i") and abs(exact) > _CUT:
        assert abs(amount) == _CUT
    else:
        assert abs(exact) <= abs(amount) < abs(exact) + Fraction(1, 10**9)
        assert amount * exact >= 0


@given(st.text(max_size=20))
def test_any_text(text):
    """Nothing but a Quantity or a QuantityError comes out."""
    try:
        parse(text)
    except QuantityError:
        assert read(text) is None or text != text.strip()


@given(st.integers(-(10**18), 10**18), st.integers(1, 1000))
def test_order(number, step):
    assert parse(f"{number}m") < parse(f"{number + step}m")
    assert parse(f"{number}m").value == Fraction(number, 1000)
