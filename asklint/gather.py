"""What comes together in the course of a run, and where what was mended is written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from asklint import engine, run
from asklint.finding import Finding, Report, Seen, Told
from asklint.inputs import files
from asklint.inputs.rendered import not_written


class Clash(ValueError):
    """A mirror tree in which one file would take the place of another; the message names both."""


class Gathered:
    """All that a run has found and made, file by file."""

    def __init__(self, setup: engine.Setup) -> None:
        self.setup = setup
        self.findings: list[Finding] = []
        self.files = self.silenced = self.moot = 0
        self.seen: list[Seen] = []
        self.skipped: Counter[str] = Counter()
        self.unread: list[tuple[str, str]] = []
        self.mended: list[Finding] = []
        self.refused: list[tuple[Finding, str]] = []
        self.written: list[str] = []
        self.told: list[Told] = []
        self.names: list[str] = []
        self.checked: list[str] = []  # those of `names` that all was found in

    def add(self, one: run.Outcomes) -> None:
        """Adds what a file says, but for what the config keeps from being reported."""
        self.files += 1
        self.names.append(one.input.name)
        if one.problem:
            self.unread.append((one.input.name, one.problem))
            return
        outcome = one.outcome
        kept = [finding for finding in outcome.findings if engine.is_heard(finding, self.setup)]
        unheard = len(outcome.findings) - len(kept)
        self.told += _staying(outcome.told, outcome.findings, kept) if unheard else outcome.told
        self.silenced += outcome.silenced + unheard
        left = without_moot(kept)
        self.moot += len(kept) - len(left)
        if one.input.rendered:  # another set of values may have rendered the same before
            left = [finding for finding in left if finding not in self.findings]
        self.findings += left
        self.seen += outcome.seen
        self.skipped.update(outcome.skipped)
        readable = not any(finding.rule == "yaml-syntax" for finding in outcome.findings)
        if one.input.reason in ("", "excluded") and readable:
            self.checked.append(one.input.name)

    def mend(self, one: run.Mended) -> None:
        """Adds what a file says once its fixes are made."""
        self.add(one.fixed)
        self.mended += one.made
        self.refused += [(refused.finding, refused.reason) for refused in one.refused]

    def write(self, one: run.Mended, out: Path | None) -> None:
        """Writes what was mended to its place, and adds what is left; where that fails, what was there before."""
        name = one.without.input.name
        try:
            place = _write(one, out)
        except OSError as error:
            self.add(one.without)
            self.unread.append((name, f"cannot be written: {run.reason(error)}"))
            return
        if place is not None:
            self.written.append(name if out is None else str(place))
        self.mend(one)

    def report(self, target: str, lang: str) -> Report:
        """All of it, and what the rules across files make of it, without what the baseline accepts."""
        every, baseline = self._every(), self.setup.baseline
        found = without_moot(every, self._whole)
        accepted = baseline.accepts(found) if baseline else []
        return Report(
            target,
            [finding for finding, known in zip(found, accepted, strict=True) if not known] if baseline else found,
            files=self.files,
            objects=len(self.seen),
            skipped=dict(self.skipped),
            silenced=self.silenced,
            unread=self.unread,
            mended=self.mended,
            refused=self.refused,
            written=self.written,
            lang=lang,
            names=self.names,
            moot=self.moot + len(every) - len(found),
            accepted=sum(accepted),
            stale=baseline.stale(found, self.checked, self.setup.judged) if baseline else {},
            seen=self.seen,
            expired=self._expired(),
        )

    def _expired(self) -> list[str]:
        setup, asked = self.setup, {rule.name for rule in self.setup.rules}
        return [entry.words for entry in setup.ignore if entry.rule in asked and entry.is_past(setup.today)]

    def concluded(self) -> list[Finding]:
        """The findings, those across files each behind those of its file."""
        return without_moot(self._every(), self._whole)

    def _every(self) -> list[Finding]:
        found = [not_written(one.finding) for one in engine.conclude(self.told, self.setup)]
        return _in_order([*self.findings, *found], self.names) if found else self.findings

    @property
    def _whole(self) -> frozenset[str]:
        return frozenset(rule.name for rule in self.setup.rules if rule.whole)


def beside(sides: Sequence[Report]) -> Report:
    """What a check says for several targets as one report: each finding names the targets that it is true of."""
    merged: dict[str, Finding] = {}
    for side in sides:
        for finding in side.findings:
            # the page may differ from target to target, the place and the words decide
            alike = repr(finding._replace(source=None, place=finding.place._replace(excerpt=())))
            known = merged.get(alike, finding)
            merged[alike] = known._replace(targets=(*known.targets, side.target))
    first, stale = sides[0], [side.stale for side in sides]
    return first._replace(
        target=",".join(side.target for side in sides),
        findings=_in_order(merged.values(), first.names),
        silenced=sum(side.silenced for side in sides),
        accepted=sum(side.accepted for side in sides),
        expired=list(dict.fromkeys(words for side in sides for words in side.expired)),
        stale={one: min(side.stale.get(one, 0) for side in sides) for one in set.intersection(*map(set, stale))},
        sides=sides,
    )


def _in_order(findings: Iterable[Finding], names: Sequence[str]) -> list[Finding]:
    order = {name: index for index, name in enumerate(names)}
    return sorted(findings, key=lambda one: (order[one.place.file], one.place.line, one.place.column, one.rule))


def check_mirror(inputs: Sequence[files.Input], out: Path, paths: Sequence[str]) -> None:
    """No file of the mirror tree `out` may take the place of another, or of one that is read. Raises Clash.

    Nor may it be one of `paths` itself, which the next run would read with the mirror in it.
    """
    from asklint import write

    if os.path.realpath(out) in map(os.path.realpath, paths):
        raise Clash("it is the folder that is read; without --out the files are fixed where they are")
    taken: dict[Path, str] = {}
    for one in inputs:
        place = write.below(out, one.name)
        if os.path.realpath(place) == os.path.realpath(one.path):
            raise Clash(f"{one.name} stands there already")
        if place in taken:
            raise Clash(f"{taken[place]} and {one.name} would both be written to {place}")
        taken[place] = one.name


def without_moot(findings: list[Finding], whole: Collection[str] = ()) -> list[Finding]:
    """`findings` without what else is wrong with an object that a fix drops whole.

    The rules in `whole` drop what another object takes with it: that may stay, and is told of as it is.
    """
    dropping = [one for one in findings if one.object and one.fix and one.fix.drops and one.rule not in whole]
    going = {_object(one): one.rule for one in dropping}
    return [one for one in findings if not one.object or going.get(_object(one), one.rule) == one.rule]


def _object(one: Finding) -> tuple[object, ...]:
    return one.place.file, one.object


def _staying(told: Sequence[Told], findings: Sequence[Finding], kept: Sequence[Finding]) -> list[Told]:
    """`told`, in which no object goes by a fix that the config keeps from being made."""
    silent = {(finding.rule, finding.object) for finding in findings if finding not in kept}
    return [one._replace(goes=None) if (one.goes, one.object) in silent else one for one in told]


def _write(one: run.Mended, out: Path | None) -> Path | None:
    """The place to which a file was written; None where it is as it was. Raises OSError."""
    from asklint import write

    input_ = one.without.input
    if input_.rendered:
        return None
    if out is None:
        if one.new is None:
            return None
        write.atomic(input_.path, one.new, one.old)
        return input_.path
    if one.without.problem or input_.reason == "excluded":
        return None
    place = write.below(out, input_.name)
    if not Path(os.path.realpath(place)).is_relative_to(os.path.realpath(out)):
        raise write.Refused("a symbolic link leads out of the folder")
    write.new(place, files.raw(input_.path) if one.new is None else one.new)
    return place
