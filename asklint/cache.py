"""Findings of unchanged files, kept between runs: by content, rules, options and version."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from asklint import write
from asklint.data import cache_folder
from asklint.finding import Finding, Fix, Identity, Outcome, Place, Told

KEPT = 50_000  # entries; about 40 MB
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
            return _revive(json.loads(row[0]), name) if row else None
        except (sqlite3.Error, ValueError, TypeError, KeyError, IndexError):
            return None

    def put(self, outcomes: Iterable[tuple[bytes, Outcome]]) -> None:
        """Keeps `outcomes`; forgets all where there are more than KEPT."""
        if self.table is None:
            return
        rows = [(key, json.dumps(outcome)) for key, outcome in outcomes]
        try:
            self.table.execute("BEGIN")
            if self.table.execute("SELECT count(*) FROM outcome").fetchone()[0] > KEPT:
                self.table.execute("DELETE FROM outcome")
            self.table.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?)", rows)
            self.table.execute("COMMIT")
        except sqlite3.Error:
            return

    def close(self) -> None:
        """Lets go of the file."""
        if self.table is not None:
            self.table.close()
            self.table = None


def _open() -> sqlite3.Connection:
    table = sqlite3.connect(cache_folder() / _FILE, timeout=1, isolation_level=None)
    table.execute("PRAGMA journal_mode=WAL")
    table.execute("PRAGMA synchronous=OFF")
    table.execute("CREATE TABLE IF NOT EXISTS outcome (key BLOB PRIMARY KEY, value TEXT) WITHOUT ROWID")
    return table


def _revive(value: list[Any], name: str) -> Outcome:
    findings, objects, skipped, silenced, told = value
    return (
        [_finding(finding, name) for finding in findings],
        objects,
        skipped,
        silenced,
        [_told(one, name) for one in told],
    )


def _told(value: list[Any], name: str) -> Told:
    rule, data, place, pointer, identity, shown, silenced, (document, base), goes, *_ = value
    at = (document, tuple(base))
    return Told(rule, data, _place(place, name), pointer, Identity(*identity), shown, silenced, at, goes)


def _finding(value: list[Any], name: str) -> Finding:
    rule, severity, message, place, pointer, identity, fix, source, related, data, container, *_ = value
    return Finding(
        rule,
        severity,
        message,
        _place(place, name),
        pointer,
        Identity(*identity) if identity else None,
        _fix(fix) if fix else None,
        source,
        tuple((_place(place, name), word) for place, word in related),
        data,
        container,
    )


def _place(value: list[Any], name: str) -> Place:
    _, line, column, end_line, end_column, excerpt = value
    return Place(name, line, column, end_line, end_column, tuple(excerpt))


def _fix(value: list[Any]) -> Fix:
    applicability, title, caveat, refused, diff, drops, adds, options = value
    changes = tuple((line, tuple(old), tuple(new)) for line, old, new in diff)
    return Fix(applicability, title, caveat, refused, changes, drops, tuple(adds), tuple(options))
