"""Fixes that span objects and files: what rules across files would mend, made whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from asklint import engine
from asklint.ask import based
from asklint.edit import CannotEdit, Edit
from asklint.engine import Checked, Concluded, Refused, Setup
from asklint.finding import Finding, Told
from asklint.source import Source

ROUNDS = 1000  # fixes across files in one run; a run of more ends with findings that the next one mends


class Settled(NamedTuple):
    """A file that fixes across files changed: what it is now, what was mended on the way, and what is left."""

    source: Source
    mended: list[Finding]
    refused: list[Refused]  # of its own fixes, as it is now
    checked: Checked


def settle(
    before: Mapping[str, Sequence[Told]],
    after: Mapping[str, Sequence[Told]],
    read: Callable[[str], Source],
    setup: Setup,
    unsafe: bool,
) -> tuple[dict[str, Settled], dict[str, list[Refused]]]:
    """Makes what the rules across files would mend: what changed, and what was refused, by the name of the file.

    `before` and `after` are what was noted of each file before its own fixes and after them; `read` gives its text
    after them, and raises CannotEdit where it is not to be written. What concludes from absence looks at the objects
    before, and is made once those that it hangs on are gone.
    """
    files = _Files(after, read, setup, unsafe)
    _settle_what_is_there(files, setup)
    if setup.whole:
        _settle_what_hung_on_it(files, before, setup)
    return files.settled, files.refused


def _settle_what_is_there(files: _Files, setup: Setup) -> None:
    """Makes what is concluded from objects as they are now, one by one: each may change what is to be concluded."""
    tried: set[tuple[object, ...]] = set()
    concluded: Sequence[Concluded] | None = None
    for _ in range(ROUNDS):
        if concluded is None:
            concluded = engine.unaccepted(engine.conclude(files.told(), setup._replace(whole=False)), setup)
        one = next((one for one in concluded if files.wants(one) and _key(one) not in tried), None)
        if one is None:
            break
        tried.add(_key(one))
        if files.make([one]):
            concluded = None  # what is to be concluded now may be less, or more


def _settle_what_hung_on_it(files: _Files, before: Mapping[str, Sequence[Told]], setup: Setup) -> None:
    """Makes what is concluded from absence, level by level: what hangs on an object goes once that one is gone."""
    every = engine.conclude((fact for facts in before.values() for fact in facts), setup)
    waiting = [one for one in engine.unaccepted(every, setup) if one.after and files.wants(one)]
    while waiting:
        ready: list[Concluded] = []
        rest: list[Concluded] = []
        for one in waiting:
            (ready if all(map(files.is_gone, one.after)) else rest).append(one)
        if not ready:
            break
        first = [one for one in ready if files.is_first(one)]
        files.make([one for one in ready if one not in first] if first else ready)
        for one in first:  # behind it there is a `---` that goes with it alone
            files.make([one])
        files.tell_in_order(ready)
        waiting = rest


def _key(one: Concluded) -> tuple[object, ...]:
    return one.finding.rule, one.about.place.file, one.about.object, one.about.pointer


class _Files:
    """The files of a run while fixes across them are made."""

    def __init__(
        self, told: Mapping[str, Sequence[Told]], read: Callable[[str], Source], setup: Setup, unsafe: bool
    ) -> None:
        self.now = dict(told)
        self.read = read
        self.setup = setup
        self.unsafe = unsafe
        self.settled: dict[str, Settled] = {}
        self.refused: dict[str, list[Refused]] = {}

    def told(self) -> Iterable[Told]:
        return (fact for facts in self.now.values() for fact in facts)

    def wants(self, one: Concluded) -> bool:
        return bool(one.edits) and engine.is_allowed(one.finding.fix, self.unsafe)

    def is_gone(self, fact: Told) -> bool:
        return not self.found(fact)

    def tell_in_order(self, made: Sequence[Concluded]) -> None:
        """Puts what was mended by `made` in their order, whichever of them was made first."""
        order = {id(one.finding): index for index, one in enumerate(made)}
        for name in {one.about.place.file for one in made} & self.settled.keys():
            mended = self.settled[name].mended
            sorted_ = iter(sorted((one for one in mended if id(one) in order), key=lambda one: order[id(one)]))
            told = [next(sorted_) if id(one) in order else one for one in mended]
            self.settled[name] = self.settled[name]._replace(mended=told)

    def is_first(self, one: Concluded) -> bool:
        """Whether `one` edits the first document of a file."""
        return any(now.at[0] == 0 for fact, _ in one.edits for now in self.found(fact))

    def found(self, fact: Told) -> list[Told]:
        """What is noted now of the object that `fact` is about."""
        here = self.now[fact.place.file]
        return [one for one in here if one.rule == fact.rule and one.object == fact.object]

    def make(self, wanted: Sequence[Concluded]) -> bool:
        """Makes `wanted` at once, by halves where that is refused, each in all its files or in none: whether any is."""
        try:
            changed = [
                engine.change(self.source(name), edits, self.setup) for name, edits in self.per_file(wanted).items()
            ]
        except CannotEdit as refusal:
            reason = str(refusal)
        else:
            for source in changed:
                self.take(source, [one.finding for one in wanted if one.about.place.file == source.name])
            return True
        if len(wanted) > 1:
            middle = len(wanted) // 2
            first = self.make(wanted[:middle])
            return self.make(wanted[middle:]) or first
        (one,) = wanted
        self.refused.setdefault(one.about.place.file, []).append(Refused(one.finding, reason))
        return False

    def per_file(self, wanted: Iterable[Concluded]) -> dict[str, dict[int, list[Edit]]]:
        """The edits of `wanted` per file and document. Raises CannotEdit where an object is not there any more."""
        edits: dict[str, dict[int, list[Edit]]] = {}
        for fact, mine in (edit for one in wanted for edit in one.edits):
            found = {now.at for now in self.found(fact)}
            if len(found) != 1:
                raise CannotEdit("the object stands there twice" if found else "the object is not there any more")
            (document, base), name = found.pop(), fact.place.file
            edits.setdefault(name, {}).setdefault(document, []).extend(based(edit, base) for edit in mine)
        return edits

    def source(self, name: str) -> Source:
        return self.settled[name].source if name in self.settled else self.read(name)

    def take(self, source: Source, mended: list[Finding]) -> None:
        """`source` is the file now; what its own rules make of it follows."""
        fixed = engine.fix(source, self.setup, self.unsafe)
        before = self.settled[source.name].mended if source.name in self.settled else []
        self.now[source.name] = fixed.checked.told
        self.settled[source.name] = Settled(
            source.with_text(fixed.text), [*before, *mended, *fixed.mended], fixed.refused, fixed.checked
        )
