"""The baseline: findings that are accepted as they are, so that only new ones are reported."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from asklint.config import ConfigError
from asklint.finding import Finding
from asklint.key import key

VERSION = 1


class Entry(NamedTuple):
    """`number` accepted findings of one key in one file; what is shown of them is for people."""

    file: str  # counted from the baseline's folder, with `/`
    object: str
    rule: str
    pointer: str
    key: str
    number: int


class Baseline:
    """What is accepted on `targets`.

    An entry speaks for its file alone, since dev/ and prod/ hold objects of one name; one whose file is gone speaks for
    any file, since files are moved and renamed.
    """

    def __init__(self, path: Path, targets: Iterable[str] = (), entries: Iterable[Entry] = ()) -> None:
        self.path = path
        self.targets = tuple(targets)
        self.entries = tuple(entries)

    @cached_property
    def _root(self) -> str:
        return os.path.realpath(self.path.parent)

    @cached_property
    def _gone(self) -> frozenset[str]:
        return frozenset(file for file in {entry.file for entry in self.entries} if not self._is_there(file))

    @cached_property
    def _accepted(self) -> dict[tuple[str, str], int]:
        """How many findings of one key are accepted, by file; those that may stand anywhere under the file `""`."""
        accepted: Counter[tuple[str, str]] = Counter()
        for entry in self.entries:
            accepted["" if entry.file in self._gone else entry.file, entry.key] += entry.number
        return accepted

    def _is_there(self, file: str) -> bool:
        return file.startswith("<") or os.path.exists(os.path.join(self._root, file))

    def name(self, file: str) -> str:
        """What `file`, as the user gave it, is called here; standard input keeps its name."""
        if file.startswith("<"):
            return file
        folder, name = os.path.split(file)
        return os.path.relpath(os.path.join(os.path.realpath(folder), name), self._root).replace(os.sep, "/")

    def accepts(self, findings: Sequence[Finding]) -> list[bool]:
        """Whether each of `findings` is accepted; of more than are accepted, in one file, the first are."""
        names: dict[str, str] = {}
        met: Counter[tuple[str, str]] = Counter()
        told = []
        for finding in findings:
            file = finding.place.file
            if file not in names:
                names[file] = self.name(file)
            here, known = names[file], key(finding)
            met[here, known] += 1
            told.append(met[here, known] <= self._accepted.get((here, known), 0) + self._accepted.get(("", known), 0))
        return told

    def of(self, findings: Iterable[Finding]) -> list[Entry]:
        """The entries that accept `findings`."""
        counted: Counter[Entry] = Counter()
        for finding in findings:
            of = finding.object
            name = " ".join((of.kind, "/".join(filter(None, (of.namespace, of.name))))).strip() if of else ""
            counted[Entry(self.name(finding.place.file), name, finding.rule, finding.where, key(finding), 0)] += 1
        return [entry._replace(number=count) for entry, count in counted.items()]

    def stale(
        self, findings: Sequence[Finding], files: Collection[str], rules: Collection[str]
    ) -> dict[tuple[str, str], int]:
        """How many accepted findings, by file and key, are no more: `findings` are all there are of `rules` in `files`.

        What stands in another file, or is of another rule, may well be there.
        """
        checked = {self.name(file) for file in files} | self._gone
        left: Counter[tuple[str, str]] = Counter()
        for entry in self.entries:
            if entry.file in checked and entry.rule in rules:
                left["" if entry.file in self._gone else entry.file, entry.key] += entry.number
        for finding in findings:
            here = (self.name(finding.place.file), key(finding))
            left[here if left[here] > 0 else ("", here[1])] -= 1
        return {here: count for here, count in left.items() if count > 0}

    def untouched(self, files: Collection[str], rules: Collection[str]) -> list[Entry]:
        """The entries that a look at `files` for `rules` says nothing about."""
        checked = {self.name(file) for file in files} | self._gone
        return [entry for entry in self.entries if entry.file not in checked or entry.rule not in rules]

    def counts(self) -> Counter[tuple[str, str]]:
        """How many findings are accepted, by object, rule and place; a file may have been renamed."""
        counts: Counter[tuple[str, str]] = Counter()
        for entry in self.entries:
            counts[entry.object, entry.key] += entry.number
        return counts

    def text(self) -> str:
        """What stands in the file: an entry a line, in an order of its own, so that merges are small."""
        rows = sorted(json.dumps(entry._asdict(), ensure_ascii=False) for entry in self.entries)
        listed = "[\n    " + ",\n    ".join(rows) + "\n  ]" if rows else "[]"
        targets = json.dumps(sorted(self.targets))
        return f'{{\n  "version": {VERSION},\n  "targets": {targets},\n  "accepted": {listed}\n}}\n'


def together(sides: Iterable[Iterable[Entry]]) -> list[Entry]:
    """The entries of several sides as one: of what two accept, as many as the one that has more."""
    counts: dict[Entry, int] = {}
    for side in sides:
        for entry in side:
            bare = entry._replace(number=0)
            counts[bare] = max(counts.get(bare, 0), entry.number)
    return [entry._replace(number=count) for entry, count in counts.items()]


def read(path: Path) -> Baseline:
    """The baseline in the file at `path`. Raises ConfigError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: this is no baseline: {error}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ConfigError(f"{path}: this is no baseline that this version of asklint reads")
    try:
        return Baseline(path, content["targets"], [_entry(entry) for entry in content["accepted"]])
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: this is no baseline: its entries are not as asklint writes them") from error


def _entry(said: dict[str, Any]) -> Entry:
    entry = Entry(**said)
    if not all(isinstance(part, str) for part in entry[:5]) or type(entry.number) is not int or entry.number < 1:
        raise ValueError(said)
    return entry
