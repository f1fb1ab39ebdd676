"""Scalars: what kubectl makes of them, as kubectl 1.37.1 showed with each of them in a ConfigMap."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklint.edit import same
from asklint.scalar import CannotType, json_number, key_name, plain, tagged

PLAIN = [
    ("", None),
    ("~", None),
    ("yes", True),
    ("oN", "oN"),
    ("OFF", False),
    ("10Mi", "10Mi"),
    ("0644", 420),
    ("0o17", 15),
    ("0x1F", 31),
    ("-0b11", -3),
    ("08", 8),
    ("1_000", 1000),
    ("1_0.5_0", 10.5),
    ("12:30:45", "12:30:45"),
    ("2020-01-01", "2020-01-01"),
    ("1e3", 1000),
    ("1.0", 1),
    ("-0.0", 0),
    ("1e400", "1e400"),
    ("1e17", 100000000000000000),
    # whole numbers go through JSON's digits on their way to int64
    ("9007199254740993.0", 9007199254740992),
    ("123456789012345678.0", 123456789012345680),
    ("4611686018427387904.0", 4611686018427388000),
    # beyond int64 a number is a float64, and beyond uint64 only what looks like a decimal is a number
    ("9223372036854775807", 9223372036854775807),
    ("9223372036854775808", 9223372036854775808.0),
    ("-9223372036854775808", -9223372036854775808),
    ("-9223372036854775809", -9223372036854775808.0),
    ("18446744073709551616", 18446744073709551616.0),
    ("+18446744073709551615", 18446744073709551615.0),
    ("0b" + "1" * 64, 18446744073709551615.0),
    ("0b" + "1" * 65, "0b" + "1" * 65),
    ("-0b" + "1" * 64, "-0b" + "1" * 64),
    ("0x1FFFFFFFFFFFFFFFFF", "0x1FFFFFFFFFFFFFFFFF"),
    ("0x10000000000000000", "0x10000000000000000"),
    ("-0xFFFFFFFFFFFFFFFF", "-0xFFFFFFFFFFFFFFFF"),
    ("-0x8000000000000000", -9223372036854775808),
    ("+0x8000000000000000", "+0x8000000000000000"),
    ("07777777777777777777777777", 7777777777777777777777777.0),
    ("0o7777777777777777777777777", "0o7777777777777777777777777"),
    # zeros before a number do not make it too long for an integer
    ("0" * 80 + "17", 15),
    ("0x" + "0" * 80 + "1f", 31),
    ("-0b" + "0" * 80 + "11", -3),
    ("9" * 5000, "9" * 5000),
    ("0." + "9" * 5000, 1),
    ("0x" + "f" * 5000, "0x" + "f" * 5000),
]


@pytest.mark.parametrize(("text", "value"), PLAIN, ids=[text[:40] for text, _ in PLAIN])
def test_plain(text, value):
    assert same(plain(text), value)


WORDS = [
    ("y Y yes Yes YES on On ON true True TRUE", True),
    ("n N no No NO off Off OFF false False FALSE", False),
    ("~ null Null NULL", None),
]


@pytest.mark.parametrize(("spellings", "value"), WORDS, ids=["true", "false", "null"])
def test_word_in_each_spelling(spellings, value):
    assert {word: plain(word) for word in spellings.split()} == dict.fromkeys(spellings.split(), value)


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".NaN"])
def test_no_number_in_json(text):
    value = plain(text)
    assert value - value != 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-0", 0),
        ("1.0", 1),
        ("1e20", 1e20),
        ("12345678901234567890", 12345678901234567890.0),
        ("1e400", None),
    ],
)
def test_json_number(text, value):
    assert same(json_number(text), value)


TAGGED = [
    ("!!str", "123", "", "123"),
    ("!!int", "3", '"', 3),
    ("!!int", "0x10", "", 16),
    ("!!float", "3", "", 3),
    ("!!float", "1_0", "", 10),
    ("!!float", "1.5", "'", 1.5),
    ("!!bool", "y", "", True),
    ("!!null", "", "", None),
    ("!!binary", "aGk=", "", "hi"),
    ("!!binary", "aG\nk=\n", "|", "hi"),
    ("!!binary", "aG\r\nk=", '"', "hi"),
    ("!!binary", "/+8=", "", "\ufffd\ufffd"),
    ("!!timestamp", "2020-01-01", "", "2020-01-01"),
    ("!custom", "x", "", "x"),
]


@pytest.mark.parametrize(("tag", "text", "style", "value"), TAGGED, ids=[f"{tag} {text!r}" for tag, text, *_ in TAGGED])
def test_tagged(tag, text, style, value):
    assert same(tagged(tag.replace("!!", "tag:yaml.org,2002:"), text, style), value)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("int", "3.0"),
        ("int", "1e3"),
        ("int", "a"),
        ("int", "_5"),
        ("float", "1e400"),
        ("float", "9223372036854775808"),
        ("float", "a"),
        ("bool", "x"),
        ("null", "x"),
    ],
)
def test_tag_and_text_disagree(tag, text):
    with pytest.raises(CannotType, match=f"^'{re.escape(text)}' is not a !!{tag}$"):
        tagged("tag:yaml.org,2002:" + tag, text, "")


@pytest.mark.parametrize("text", ["aGk= ", "aG k=", "aGk", "a=G=", "é"])
def test_no_base64(text):
    with pytest.raises(CannotType, match=r"^!!binary value contains invalid base64 data$"):
        tagged("tag:yaml.org,2002:binary", text, "")


KEYS = [
    ("yes", "true"),
    ("NO", "false"),
    ("1", "1"),
    ("0644", "420"),
    ("-0", "0"),
    ("1.10", "1.1"),
    (".5", "0.5"),
    ("-0.0", "-0"),
    ("1e3", "1000"),
    ("1e5", "100000"),
    ("1e6", "1e+06"),
    ("1e21", "1e+21"),
    ("0.0001", "0.0001"),
    ("0.00001", "1e-05"),
    # a float in a key is as wide as a float32
    ("123456.789", "123456.79"),
    ("1234567.0", "1.234567e+06"),
    ("16777217.0", "1.6777216e+07"),
    ("3.14159265358979", "3.1415927"),
    ("1e39", ".inf"),
    ("-1e39", "-.inf"),
    ("1e-50", "0"),
    (".inf", ".inf"),
    ("+.inf", ".inf"),
    ("-.inf", "-.inf"),
    (".nan", ".nan"),
    ("1e400", "1e400"),
    ("2020-01-01", "2020-01-01"),
    # beyond 64 bits it is a float
    ("-9223372036854775808", "-9223372036854775808"),
    ("+9223372036854775808", "9.223372e+18"),
    ("18446744073709551616", "1.8446744e+19"),
]


@pytest.mark.parametrize(("text", "name"), KEYS, ids=[text for text, _ in KEYS])
def test_key_name(text, name):
    assert key_name(text) == name


@pytest.mark.parametrize("text", ["", "~", "null", "9223372036854775808", "18446744073709551615"])
def test_no_key(text):
    with pytest.raises(CannotType):
        key_name(text)


@given(st.from_regex(r"[-+.0-9a-fxob_eE]{1,30}", fullmatch=True))
def test_any_text_has_a_value(text):
    value = plain(text)
    assert value is None or isinstance(value, str | int | float)
    if type(value) is int:
        assert -(1 << 63) <= value < 1 << 63
    elif isinstance(value, str):
        assert value is text
