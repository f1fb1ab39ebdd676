"""Findings of unchanged files, kept between runs: by content, rules, options and version."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from asklint import write
from asklint.data import cache_folder
from asklint.finding import Finding, Fix, Identity, Origin, Outcome, Place, Seen, Told

KEPT = 50_000  # entries; about 40 MB where files are as large as manifests are
ROOM = 256 << 20  # bytes
_SUM = 16  # bytes
_FILE = "findings.sqlite"


class Cache:
    """A table of outcomes in one SQLite file, which keeps parallel runs apart. What cannot be used is no cache."""

    def __init__(self, stamp: str) -> None:
        self.stamp = hashlib.blake2b(stamp.encode()).digest()
        self.table: sqlite3.Connection | None = None
        try:
            write.folder(cache_folder())
            try:
                self.table = _open()
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", None) not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                    raise
                write.forget(cache_folder() / _FILE)
                self.table = _open()
        except (OSError, sqlite3.Error):
            self.table = None

    def key(self, raw: bytes) -> bytes:
        """What names the outcome of a file of this content."""
        return hashlib.blake2b(raw, digest_size=16, key=self.stamp).digest()

    def get(self, key: bytes, name: str) -> Outcome | None:
        """The outcome kept under `key`, for a file that is now called `name`."""
        if self.table is None:
            return None
        try:
            row = self.table.execute("SELECT value FROM outcome WHERE key = ?", (key,)).fetchone()
            told = row[0][_SUM:] if row else b""
            return _revive(json.loads(told), name) if row and row[0] == _summed(key, told) else None
        except (sqlite3.Error, ValueError, TypeError, KeyError, IndexError):
            return None

    def put(self, outcomes: Iterable[tuple[bytes, Outcome]]) -> None:
        """Keeps `outcomes`; forgets all there are where they are more than KEPT, or take more than ROOM."""
        if self.table is None:
            return
        rows = [(key, _summed(key, json.dumps(outcome).encode())) for key, outcome in outcomes]
        try:
            self.table.execute("BEGIN")
            if self._ask("SELECT count(*) FROM outcome") > KEPT or self._taken() > ROOM:
                self.table.execute("DELETE FROM outcome")
            self.table.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?)", rows)
            self.table.execute("COMMIT")
        except sqlite3.Error:
            return

    def _taken(self) -> int:
        """The bytes that outcomes take; what was taken by forgotten ones is used again."""
        pages = self._ask("PRAGMA page_count") - self._ask("PRAGMA freelist_count")
        return pages * self._ask("PRAGMA page_size")

    def _ask(self, question: str) -> int:
        assert self.table is not None
        number: int = self.table.execute(question).fetchone()[0]
        return number

    def close(self) -> None:
        """Lets go of the file."""
        if self.table is not None:
            self.table.close()
            self.table = None


def _summed(key: bytes, told: bytes) -> bytes:
    """`told` behind a sum of it and its key: SQLite has none, and half a page of another row may read as an outcome."""
    return hashlib.blake2b(told, digest_size=_SUM, key=key).digest() + told


def _open() -> sqlite3.Connection:
    table = sqlite3.connect(cache_folder() / _FILE, timeout=1, isolation_level=None)
    table.execute("PRAGMA journal_mode=WAL")
    table.execute("PRAGMA synchronous=OFF")
    table.execute("CREATE TABLE IF NOT EXISTS outcome (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
    return table


def _revive(value: list[Any], name: str) -> Outcome:
    findings, seen, skipped, silenced, told = value
    return Outcome(
        [_finding(finding, name) for finding in findings],
        [Seen(Identity(*identity), pods, name) for identity, pods, _ in seen],
        skipped,
        silenced,
        [_told(one, name) for one in told],
    )


def _told(value: list[Any], name: str) -> Told:
    told = Told(*value)
    document, base = told.at
    return told._replace(
        place=_place(told.place, name),
        object=Identity(*told.object),
        at=(document, tuple(base)),
        origin=_origin(told.origin),
    )


def _origin(value: Sequence[Any] | None) -> Origin | None:
    if value is None:
        return None
    template, values, exact = value
    return Origin(template, tuple(values), exact)


def _finding(value: list[Any], name: str) -> Finding:
    found = Finding(*value)
    return found._replace(
        place=_place(found.place, name),
        object=Identity(*found.object) if found.object else None,
        fix=_fix(found.fix) if found.fix else None,
        related=tuple((_place(place, name), word) for place, word in found.related),
        targets=tuple(found.targets),
        origin=_origin(found.origin),
    )


def _place(value: Sequence[Any], name: str) -> Place:
    _, line, column, end_line, end_column, excerpt = value
    return Place(name, line, column, end_line, end_column, tuple(excerpt))


def _fix(value: Sequence[Any]) -> Fix:
    fix = Fix(*value)
    diff = tuple((line, tuple(old), tuple(new)) for line, old, new in fix.diff)
    return fix._replace(diff=diff, adds=tuple(fix.adds), options=tuple(fix.options))
