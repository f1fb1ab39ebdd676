"""Text and the places in it: Source, Span, Position."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points in a Source's text."""

    start: int
    end: int


class Position(NamedTuple):
    """A line and a column, both counted from 1; columns are code points."""

    line: int
    column: int


class Source:
    """The text of one input, and how it was encoded.

    `name` is the path as the user gave it, joined with the path below it, or `<stdin>`. `text` has no byte-order mark.
    `problem` says why the text may be checked but not written back (`""` when it may): what was read is not what stands
    on the disk, byte for byte. `added` are fields that a kustomization gives the objects in it.
    """

    __slots__ = ("_lines", "added", "encoding", "mark", "name", "problem", "text")

    def __init__(
        self,
        name: str,
        text: str,
        encoding: str = "utf-8",
        mark: bytes = b"",
        problem: str = "",
        added: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.text = text
        self.encoding = encoding
        self.mark = mark
        self.problem = problem
        self.added = added
        self._lines: list[int] | None = None

    @classmethod
    def decode(cls, name: str, raw: bytes, added: tuple[str, ...] = ()) -> Source:
        """The Source in `raw`, decoded as kubectl does: UTF-8 or UTF-16 with a mark; invalid bytes become U+FFFD."""
        for mark, encoding in _MARKS:
            if raw.startswith(mark):
                break
        else:
            mark, encoding = b"", "utf-8"
        body = raw[len(mark) :]
        try:
            return cls(name, body.decode(encoding), encoding, mark, "", added)
        except UnicodeDecodeError as error:
            text = body.decode(encoding, "replace")
            problem = f"byte {error.start + len(mark)} is not valid {encoding.upper()}"
            return cls(name, text, encoding, mark, problem, added)

    def encode(self, text: str) -> bytes:
        """`text` as bytes, in the encoding and with the mark this Source was read with."""
        return self.mark + text.encode(self.encoding)

    def with_text(self, text: str) -> Source:
        """This Source with another text."""
        return Source(self.name, text, self.encoding, self.mark, self.problem, self.added)

    def position(self, offset: int) -> Position:
        """The line and column of the code point at `offset`; only LF ends a line, as editors count."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        if self._lines is None:
            lines, at = [0], self.text.find("\n")
            while at >= 0:
                lines.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._lines = lines
        return self._lines


_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
