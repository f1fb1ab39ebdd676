"""All inputs of one run: the cache, the processes, and what comes of them in the order of the files."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from asklint import data, engine, rule, silence
from asklint.edit import CannotEdit
from asklint.finding import NOTHING, Finding, Outcome, Told
from asklint.inputs import files
from asklint.inputs.files import Input
from asklint.inputs.rendered import Rendered, named
from asklint.source import Source

if TYPE_CHECKING:
    from asklint.cache import Cache
    from asklint.config import Config
    from asklint.settle import Settled

VERSIONED = ("kubernetes-version", "schema")  # the rules that ask for the cluster's version
PARALLEL = 64  # files; below this a pool costs more than it saves
CACHED = 16  # files; below this reading them again is as fast as asking the cache

Result = TypeVar("Result")


class Plan(NamedTuple):
    """What a run asks for, as plain data: it goes to the workers, and into the cache's key."""

    target: str = "ask"
    lang: str = "en"
    select: tuple[str, ...] = ()  # rules and categories; all where empty
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    options: Mapping[str, Mapping[str, Any]] = {}
    pods: Mapping[str, list[str]] = {}
    folders: tuple[str, ...] = ()  # the user's own rules
    silence: tuple[Mapping[str, Any], ...] = ()
    root: str = "."  # the config's folder, from which paths in `silence` count
    whole: bool = False  # whether whole folders were named, and nothing else
    baseline: str = ""  # its file; none where empty


class Outcomes(NamedTuple):
    """What one input says, or why it could not be read."""

    input: Input
    outcome: Outcome
    problem: str = ""


class Mended(NamedTuple):
    """What one input says without its fixes and with them; nothing is written yet.

    `old` and `new` are its bytes; `new` is None where nothing changes, and empty where nothing is left.
    """

    without: Outcomes
    fixed: Outcomes
    made: list[Finding] = []
    refused: list[engine.Refused] = []
    old: bytes = b""
    new: bytes | None = None


def plan(asked: Config) -> Plan:
    """What a config asks for; the first target, where it names several."""
    content, ignore, target = asked.content, asked.content.get("ignore", ()), asked.content.get("target", "ask")
    return Plan(
        target if isinstance(target, str) else target[0],
        content.get("lang", "en"),
        tuple(content.get("select", ())),
        tuple(entry for entry in ignore if isinstance(entry, str)),
        content.get("severity", {}),
        versioned(content.get("options", {}), content.get("kubernetes-version")),
        content.get("pods", {}),
        tuple(str(asked.root / folder) for folder in content.get("rules", ())),
        tuple(entry for entry in ignore if not isinstance(entry, str)),
        str(asked.root),
    )


def specs(folders: Iterable[str]) -> dict[str, Any]:
    """All rules by name, ours and those in `folders`. Raises RuleError where one of the user's cannot be used."""
    known = dict(data.load()["rules"])
    for folder in folders:
        from asklint import library

        for path in library.files(Path(folder)):
            own = library.read(path)
            if own.name in known:
                raise rule.RuleError(f"{path}: there is a rule {own.name} already")
            known[own.name] = own.spec
    return known


def setup(plan: Plan, known: Mapping[str, Any] | None = None) -> engine.Setup:
    """The rules of `plan`, ready to be asked; `known` are its specs. Raises RuleError or ConfigError."""
    known = specs(plan.folders) if known is None else known
    rules = rule.load({**data.load(), "rules": known}, plan.target, plan.lang, plan.severity)
    chosen = [one for one in rules if is_chosen(one.name, one.category, plan)]
    ignore = [silence.entry(entry, Path(plan.root)) for entry in plan.silence]
    made = engine.Setup(tuple(chosen), plan.options, plan.pods, ignore, date.today(), frozenset(known), plan.whole)
    if not plan.baseline:
        return made
    from asklint import baseline

    return made._replace(baseline=baseline.read(Path(plan.baseline)))


def versioned(options: Mapping[str, Mapping[str, Any]], version: str | None) -> Mapping[str, Mapping[str, Any]]:
    """`options` with the cluster's version for every rule that asks for it and has none set."""
    version = options.get("kubernetes-version", {}).get("version", version)
    if version is None:
        return options
    return {**options, **{name: {"version": version, **options.get(name, {})} for name in VERSIONED}}


def at_version(options: Mapping[str, Mapping[str, Any]], version: str) -> Mapping[str, Mapping[str, Any]]:
    """`options` with this version for every rule that asks for it, whatever is set for the rule."""
    return {**options, **{name: {**options.get(name, {}), "version": version} for name in VERSIONED}}


def is_chosen(name: str, category: str, plan: Plan) -> bool:
    """Whether `plan` asks the rule: its own name outweighs its category, and `ignore` outweighs `select`."""
    if name in plan.ignore or (plan.select and name not in plan.select and category not in plan.select):
        return False
    return name in plan.select or category not in plan.ignore


# -- checking


def check(
    inputs: Sequence[Input], plan: Plan, made: engine.Setup, jobs: int, cached: bool, step: Callable[[], None]
) -> Iterator[Outcomes]:
    """Checks every input, in order; `step` is called after each. Nothing is raised for a file that cannot be read."""
    if cached and len(inputs) >= CACHED:
        yield from _check_cached(inputs, plan, made, jobs, step)
        return
    for outcomes in _each(check_one, inputs, plan, made, jobs):
        step()
        yield outcomes


def _check_cached(
    inputs: Sequence[Input], plan: Plan, made: engine.Setup, jobs: int, step: Callable[[], None]
) -> Iterator[Outcomes]:
    """As check: what the cache knows is taken from there, and what it does not is put there at the end."""
    from asklint.cache import Cache

    cache = Cache(stamp(plan))
    keys: list[bytes | None] = []
    known: dict[int, Outcome] = {}
    for index, one in enumerate(inputs):
        key = _key(cache, one)
        keys.append(key)
        outcome = cache.get(key, one.name) if key is not None else None
        if outcome is not None:
            known[index] = outcome
    results = _each(check_one, [one for index, one in enumerate(inputs) if index not in known], plan, made, jobs)
    fresh: list[tuple[bytes, Outcome]] = []
    for index, (one, key) in enumerate(zip(inputs, keys, strict=True)):
        if index in known:
            outcomes = Outcomes(one, known.pop(index))
        else:
            outcomes = next(results)
            if key is not None and not outcomes.problem:
                fresh.append((key, outcomes.outcome))
        step()
        yield outcomes
    cache.put(fresh)
    cache.close()


def _key(cache: Cache, one: Input) -> bytes | None:
    """What names the outcome of `one` in the cache; None where it is not kept there, or cannot be read."""
    if one.reason or one.problem or one.rendered:
        return None
    try:
        return cache.key(files.raw(one.path) + "".join(one.added).encode())
    except OSError:
        return None


def check_one(one: Input, made: engine.Setup) -> Outcomes:
    """What one file says."""
    if one.reason or one.problem:
        return _unasked(one)
    if one.rendered:
        return Outcomes(one, one.rendered.outcome(told(engine.check(Source(one.name, one.rendered.text), made))))
    try:
        source = files.read(one.path, one.name, one.added)
    except OSError as error:
        return Outcomes(one, NOTHING, reason(error))
    return Outcomes(one, outcome(source, made))


def outcome(source: Source, made: engine.Setup) -> Outcome:
    """What `source` says, each finding with its template where `helm template` wrote the text."""
    return named(told(engine.check(source, made)), source.text)


def _unasked(one: Input) -> Outcomes:
    return Outcomes(one, NOTHING if one.problem else NOTHING._replace(skipped=[one.reason]), one.problem)


def told(checked: engine.Checked) -> Outcome:
    """What `checked` says, without what it takes to fix it."""
    return Outcome(checked.findings, checked.seen, checked.skipped, checked.silenced, list(checked.told))


def reason(error: OSError) -> str:
    """Why a file cannot be read or written, for people."""
    return error.strerror.lower() if error.strerror else str(error)


def stamp(plan: Plan) -> str:
    """What the outcome of a file depends on besides its content; the day and the config's silence are not among it."""
    from asklint import __version__, library

    own = [(str(path), path.read_text(encoding="utf-8")) for f in plan.folders for path in library.files(Path(f))]
    return repr((__version__, plan._replace(silence=(), root="", baseline=""), own, data.fingerprint()))


# -- fixing


def fix(
    inputs: Sequence[Input], plan: Plan, made: engine.Setup, jobs: int, unsafe: bool, step: Callable[[], None]
) -> list[Mended]:
    """Mends every input, in order, and writes none; `step` is called after each.

    What changes is kept until all are done: a fix may span files.
    """
    done = []
    for mended in _each(partial(fix_one, unsafe=unsafe), inputs, plan, made, jobs):
        step()
        done.append(mended)
    return settled(done, made, unsafe)


def settled(mended: Sequence[Mended], made: engine.Setup, unsafe: bool, content: bytes = b"") -> list[Mended]:
    """`mended` once fixes across files are made too; `content` are the bytes of the one text that stands in no file."""
    if not any(one.without.outcome.told for one in mended):
        return list(mended)
    from asklint.settle import settle

    by_name = {one.without.input.name: one for one in mended if not one.without.input.rendered}

    def read(name: str) -> Source:
        one = by_name.get(name)
        if one is None:
            raise CannotEdit("one of its objects is rendered, and what is rendered is not written back")
        text = one.new if one.new is not None else content or files.raw(one.without.input.path)
        return files.decode(text, name, one.without.input.added)

    before: dict[str, list[Told]] = {}
    after: dict[str, list[Told]] = {}
    for one in mended:  # a template is there once for each set of values
        before.setdefault(one.without.input.name, []).extend(one.without.outcome.told)
        after.setdefault(one.without.input.name, []).extend(one.fixed.outcome.told)
    changed, refused = settle(before, after, read, made, unsafe)
    names = [one.without.input.name for one in mended]
    return [
        _settled(one, changed.get(name), refused.get(name, []), content)
        for name, one in zip(names, mended, strict=True)
    ]


def _settled(one: Mended, now: Settled | None, refused: list[engine.Refused], content: bytes) -> Mended:
    if now is None:
        return one._replace(refused=[*one.refused, *refused])
    return one._replace(
        fixed=Outcomes(one.fixed.input, named(told(now.checked), now.source.text)),
        made=[*one.made, *now.mended],
        refused=[*now.refused, *refused],
        old=one.old or content or files.raw(one.without.input.path),
        new=now.source.encode(now.source.text),
    )


def fix_one(one: Input, made: engine.Setup, unsafe: bool) -> Mended:
    """What can be mended in one file."""
    if one.reason or one.problem:
        return Mended(_unasked(one), _unasked(one))
    if one.rendered:
        return _not_written(one, one.rendered, made, unsafe)
    try:
        return mend(one, files.raw(one.path), made, unsafe)
    except OSError as error:
        unread = Outcomes(one, NOTHING, reason(error))
        return Mended(unread, unread)


def _not_written(one: Input, rendered: Rendered, made: engine.Setup, unsafe: bool) -> Mended:
    """What was rendered: what it was rendered from stays as it is, and each fix says what to do instead."""
    checked = engine.check(Source(one.name, rendered.text), made)
    outcome = Outcomes(one, rendered.outcome(told(checked)))
    asked_for = ("safe", "unsafe") if unsafe else ("safe",)
    refused = []
    for found in checked.found:
        finding = rendered.placed(found.finding)
        if finding.fix and finding.fix.refused and finding.fix.applicability in asked_for:
            refused.append(engine.Refused(finding, _instead(found, finding, rendered) or finding.fix.refused))
    refused.sort(key=lambda one: one.finding.place[1:3])
    return Mended(outcome, outcome, refused=[one for one in refused if engine.is_heard(one.finding, made)])


def _instead(found: engine.Found, placed: Finding, rendered: Rendered) -> str | None:
    """What mends `found`, where a value of the chart does the same as its fix."""
    if rendered.chart is None or placed.origin is None:
        return None
    from asklint.inputs import values

    setting = values.mending(found, placed.origin, rendered)
    return setting and f"no template is edited: the value {setting} does the same"


def mend(one: Input, content: bytes, made: engine.Setup, unsafe: bool) -> Mended:
    """What can be mended in `content`. Raises CannotRead where that is no text."""
    source = files.decode(content, one.name, one.added)
    fixed = engine.fix(source, made, unsafe)
    without = Outcomes(one, named(told(fixed.before), source.text))
    left = Outcomes(one, named(told(fixed.checked), fixed.text))
    if fixed.text == source.text:
        return Mended(without, left, fixed.mended, fixed.refused)
    return Mended(without, left, fixed.mended, fixed.refused, content, source.encode(fixed.text))


def mend_alone(one: Input, content: bytes, made: engine.Setup, unsafe: bool) -> Mended:
    """As mend, where `content` is all that there is of a run: what spans its objects is mended too."""
    (mended,) = settled([mend(one, content, made, unsafe)], made, unsafe, content)
    return mended


# -- processes

_made: list[engine.Setup] = []  # the one to use in a worker, which inherits it where processes are forked


def _each(
    work: Callable[[Input, engine.Setup], Result], inputs: Sequence[Input], plan: Plan, made: engine.Setup, jobs: int
) -> Iterator[Result]:
    """What `work` makes of each input, in order; in several processes where that pays."""
    if jobs == 1 or len(inputs) <= PARALLEL:
        return (work(one, made) for one in inputs)
    from asklint import pool

    _made[:] = [made]
    return pool.ordered(partial(_work, work), inputs, jobs, partial(_start, plan))


def _start(plan: Plan) -> None:
    gc.disable()  # as the command does; a process that is not forked begins with it on
    if not _made:
        _made.append(setup(plan))


def _work(work: Callable[[Input, engine.Setup], Result], one: Input) -> Result:
    return work(one, _made[0])


def default_jobs() -> int:
    """As many processes as this one may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
