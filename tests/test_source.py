"""Sources: bytes as text and back, offsets as lines and columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklint.source import Position, Source, Span


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"a: 1\r\n", "a: 1\r\n"),
        ("é: 中 😀\n".encode(), "é: 中 😀\n"),
        (b"\xef\xbb\xbfa: 1\n", "a: 1\n"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa\n", "\ufeffa\n"),
        (b"\xff\xfea\x00\n\x00", "a\n"),
        (b"\xfe\xff\x00a\x00\n", "a\n"),
        ("\ufeffé 😀".encode("utf-16-le"), "é 😀"),
    ],
)
def test_decode_and_encode(raw, text):
    source = Source.decode("a.yaml", raw)
    assert (source.name, source.text, source.problem) == ("a.yaml", text, "")
    assert source.encode(source.text) == raw


@pytest.mark.parametrize(
    ("raw", "text", "problem"),
    [
        (b"a: \xff\n", "a: \ufffd\n", "byte 3 is not valid UTF-8"),
        (b"\xef\xbb\xbfa\x80", "a\ufffd", "byte 4 is not valid UTF-8"),
        (b"caf\xe9\n", "caf\ufffd\n", "byte 3 is not valid UTF-8"),
        (b"\xff\xfea\x00b", "a\ufffd", "byte 4 is not valid UTF-16-LE"),
        (b"\xed\xa0\x80", "\ufffd" * 3, "byte 0 is not valid UTF-8"),
    ],
)
def test_what_cannot_be_written_back(raw, text, problem):
    source = Source.decode("a.yaml", raw)
    assert (source.text, source.problem) == (text, problem)


def test_positions():
    source = Source("a.yaml", "ab\n😀é\r\n\n\u2028c")
    places = {0: (1, 1), 2: (1, 3), 3: (2, 1), 4: (2, 2), 6: (2, 4), 7: (3, 1), 8: (4, 1), 9: (4, 2), 10: (4, 3)}
    assert {offset: tuple(source.position(offset)) for offset in places} == places
    assert source.line_starts == [0, 3, 7, 8]
    assert Source("a.yaml", "").position(0) == Position(1, 1)
    assert Span(1, 2).end == 2


@given(st.text("a😀\n\r\x85\u2028"), st.data())
def test_positions_count_lines_and_characters(text, data):
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset]
    position = Source("a.yaml", text).position(offset)
    assert position == (before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_is_read_can_be_written_back(text, encoding):
    raw = text.encode(encoding)
    source = Source.decode("a.yaml", raw)
    assert source.problem == ""
    assert source.encode(source.text) == raw
