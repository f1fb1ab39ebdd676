"""All inputs of one run: the cache, the processes, and what comes of them in the order of the files."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asklint import data, engine, rule
from asklint.finding import NOTHING, Outcome
from asklint.inputs import files
from asklint.inputs.files import Input

if TYPE_CHECKING:
    from asklint.cache import Cache

PARALLEL = 64  # files; below this a pool costs more than it saves
CACHED = 16  # files; below this reading them again is as fast as asking the cache


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


class Outcomes(NamedTuple):
    """What one input says, or why it could not be read."""

    input: Input
    outcome: Outcome
    problem: str = ""


def setup(plan: Plan) -> engine.Setup:
    """The rules of `plan`, ready to be asked. Raises RuleError where one of the user's cannot be used."""
    compiled = data.load()
    specs = dict(compiled["rules"])
    for folder in plan.folders:
        from asklint import library

        for path in library.files(Path(folder)):
            own = library.read(path)
            if own.name in specs:
                raise rule.RuleError(f"{path}: there is a rule {own.name} already")
            specs[own.name] = own.spec
    rules = rule.load({**compiled, "rules": specs}, plan.target, plan.lang, plan.severity)
    chosen = [one for one in rules if is_chosen(one.name, one.category, plan)]
    return engine.Setup(chosen, plan.options, plan.pods, plan.silence, date.today())


def is_chosen(name: str, category: str, plan: Plan) -> bool:
    """Whether `plan` asks the rule: its own name outweighs its category, and `ignore` outweighs `select`."""
    if name in plan.ignore or (plan.select and name not in plan.select and category not in plan.select):
        return False
    return name in plan.select or category not in plan.ignore


def check(
    inputs: Sequence[Input], plan: Plan, made: engine.Setup, jobs: int, cached: bool, step: Callable[[], None]
) -> Iterator[Outcomes]:
    """Checks every input, in order; `step` is called after each. Nothing is raised for a file that cannot be read."""
    gc.disable()  # a run makes millions of small values and few cycles
    cache = _cache(plan) if cached and len(inputs) >= CACHED else None
    keys: dict[int, bytes] = {}
    done: dict[int, Outcomes] = {}
    if cache is not None:
        for index, one in enumerate(inputs):
            found = _look_up(cache, one, index, keys)
            if found is not None:
                done[index] = found
    missing = [index for index in range(len(inputs)) if index not in done]
    fresh: list[tuple[bytes, Outcome]] = []
    results = _pool(inputs, missing, plan, jobs) if jobs > 1 and len(missing) > PARALLEL else None
    for index in range(len(inputs)):
        if index not in done:
            result = next(results) if results is not None else check_one(inputs[index], made)
            if cache is not None and index in keys and not result.problem:
                fresh.append((keys[index], result.outcome))
            done[index] = result
        step()
        yield done.pop(index)
    if cache is not None:
        if fresh:
            cache.put(fresh)
        cache.close()


def _cache(plan: Plan) -> Cache:
    from asklint.cache import Cache

    return Cache(stamp(plan))


def _look_up(cache: Cache, one: Input, index: int, keys: dict[int, bytes]) -> Outcomes | None:
    if one.reason:
        return None
    try:
        if one.path.stat().st_size > files.LARGEST:
            return None
        keys[index] = cache.key(one.path.read_bytes())
    except OSError:
        return None
    outcome = cache.get(keys[index], one.name)
    return Outcomes(one, outcome) if outcome is not None else None


def check_one(one: Input, made: engine.Setup) -> Outcomes:
    """What one file says."""
    if one.reason:
        return Outcomes(one, ([], 0, [one.reason], 0, []))
    try:
        source = files.read(one.path, one.name)
    except OSError as error:
        return Outcomes(one, NOTHING, reason(error))
    return Outcomes(one, told(engine.check(source, made)))


def told(checked: engine.Checked) -> Outcome:
    """What `checked` says, without what it takes to fix it."""
    return checked.findings, checked.objects, checked.skipped, checked.silenced, list(checked.told)


def reason(error: OSError) -> str:
    """Why a file cannot be read or written, for people."""
    return error.strerror.lower() if error.strerror else str(error)


def stamp(plan: Plan) -> str:
    """What the outcome of a file depends on besides its content; the day and the config's silence are not among it."""
    from asklint import __version__, library

    own = [(str(path), path.read_text(encoding="utf-8")) for f in plan.folders for path in library.files(Path(f))]
    return repr((__version__, plan._replace(silence=()), own, data.fingerprint()))


# -- processes

_made: engine.Setup


def _start(plan: Plan) -> None:
    global _made
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C, and ends its workers
    gc.disable()
    _made = setup(plan)


def _work(one: Input) -> Outcomes:
    return check_one(one, _made)


def _pool(inputs: Sequence[Input], missing: Sequence[int], plan: Plan, jobs: int) -> Iterator[Outcomes]:
    import multiprocessing

    with multiprocessing.Pool(jobs, _start, (plan,)) as pool:
        yield from pool.imap(_work, [inputs[index] for index in missing], chunksize=8)


def default_jobs() -> int:
    """As many processes as this one may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
