"""kubectl asklint: what the objects of a live cluster say, and clean manifests of them for a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asklint import engine, render, run, tree, write
from asklint.finding import Readiness, Report
from asklint.gather import Gathered
from asklint.inputs import cluster, files, live
from asklint.inputs.cluster import Answer, CannotAsk, Hear, Live, Scope
from asklint.report.summary import say
from asklint.request import Request
from asklint.resource import PODS, Object, objects
from asklint.source import Source

Step = Callable[[], None]


class Out(NamedTuple):
    """Where manifests are written, and what of them."""

    folder: Path
    unsafe: bool = False
    secrets: bool = False


class Found(NamedTuple):
    """What was read of a cluster: the objects to ask about, how many were left out by reason, and what failed.

    `partial` says of what kinds some could not be read: those in namespaces (True), those of the cluster (False).
    """

    objects: list[Live]
    skipped: Mapping[str, int] = {}
    problems: Sequence[str] = ()
    partial: frozenset[bool] = frozenset()


def find(what: Sequence[str], scope: Scope, asked: Request, out: Out | None, hear: Hear) -> Found:
    """The objects that `what` names in `scope`, all that count where it is empty. Raises CannotAsk.

    `hear` is told what kubectl says meanwhile, and which kinds may not be read.
    """
    whole: list[str] = []  # resources of the cluster itself
    if what:
        answer = cluster.read(what, scope, hear)
    else:
        kinds = cluster.wanted(cluster.kinds(scope, hear), _kinds(asked, out), scope)
        if not kinds:
            raise CannotAsk("the cluster serves none of the kinds that rules ask about")
        whole = [kind.resource for kind in kinds if not kind.namespaced]
        answer = cluster.read([",".join(kind.resource for kind in kinds)], scope, hear)
    if out is not None and not scope.everywhere:
        answer = _with_namespaces(answer, scope, hear)
        whole.append("namespaces")
    for resource in answer.forbidden:
        hear(say(asked.plan.lang, "left-out", resource))
    chosen, skipped = cluster.chosen(answer.objects, scope)
    kept = [one for one in chosen if (out and out.secrets) or live.known(one.data) != "Secret"]
    skipped += Counter(secret=len(chosen) - len(kept), forbidden=len(answer.forbidden))
    partial = {resource not in whole for resource in answer.forbidden} | ({True, False} if answer.problems else set())
    return Found(kept, skipped, answer.problems, frozenset(partial))


def _kinds(asked: Request, out: Out | None) -> set[str]:
    """The kinds that are read where none is named: those of the rules, those with pods, those that must come along."""
    table = live.table()
    known = {*PODS, *asked.plan.pods, *table["kinds"], *(kind for rule in asked.setup.rules for kind in rule.kinds)}
    if out is not None:
        known |= {*table["carried"], *(["Secret"] if out.secrets else [])}
    return known - set(table["not-read"])


def _with_namespaces(answer: Answer, scope: Scope, hear: Hear) -> Answer:
    """`answer` with the namespaces of its objects, which stand in none themselves."""
    names = sorted({cluster.namespace(one) for one in answer.objects} - {""})
    if not names:
        return answer
    more = cluster.read(["namespaces", *names], scope._replace(namespace=None, selector=None), hear)
    forbidden = dict.fromkeys((*answer.forbidden, *more.forbidden))
    return Answer([*answer.objects, *more.objects], [*forbidden], [*answer.problems, *more.problems])


def check(found: Found, asked: Request, step: Step) -> Report:
    """What the rules say of the objects; `step` is called after each."""
    gathered = Gathered(_setup(asked))
    for one in found.objects:
        source = _source(one)
        gathered.add(run.Outcomes(_input(one), run.outcome(source, gathered.setup)))
        step()
    return _report(gathered, found, asked)


def fix(found: Found, asked: Request, out: Out, hear: Hear, step: Step) -> Report:
    """Writes the objects, mended, as manifests below `out.folder`; what is left to say of them.

    An object that a controller makes is not written: the controller makes it again.
    """
    setup, mended = _setup(asked), []
    for one in found.objects:
        content = _source(one).text.encode()
        done = run.mend(_input(one), content, setup, out.unsafe)
        mended.append(done if done.new is not None else done._replace(old=content, new=content))
        step()
    gathered, taken = Gathered(setup), set[Path]()
    for one, done in zip(found.objects, run.settled(mended, setup, out.unsafe), strict=True):
        owner = live.controller(one.data)
        if owner:
            hear(say(asked.plan.lang, "not-written", one.name, owner.get("kind"), owner.get("name")))
        try:
            if not owner:
                gathered.written += _write((done.new or b"").decode(), out, taken)
            gathered.mend(done)
        except OSError as error:
            gathered.add(done.without)
            gathered.unread.append((one.name, f"cannot be written: {run.reason(error)}"))
    claims = [one.name for one in found.objects if live.known(one.data) == "PersistentVolumeClaim"]
    if claims:
        hear(say(asked.plan.lang, "claims", say(asked.plan.lang, ",").join(claims)))
    return _report(gathered, found, asked)


def _setup(asked: Request) -> engine.Setup:
    """The rules, but for those that conclude from absence: of a cluster, not all kinds are read."""
    return asked.setup._replace(whole=False)


def _write(text: str, out: Out, taken: set[Path]) -> Iterator[str]:
    """Writes each object in `text` to a file of its own, and yields the paths. Raises OSError."""
    for document in tree.read(text):
        for one in objects(document):
            place = _place(one, out.folder, taken)
            write.new(place, (text[document.start : document.end].strip("\n") + "\n").encode())
            taken.add(place)
            yield str(place)


def _place(one: Object, folder: Path, taken: set[Path]) -> Path:
    """namespace/kind-name.yaml; with the group, where another kind has that place. Raises Refused where it is taken."""
    for kind in (one.kind, one.known):
        place = write.below(folder, f"{one.namespace or ''}/{kind.lower()}-{one.name}.yaml")
        if place not in taken:
            return place
    raise write.Refused(f"{place} stands there already")


def _source(one: Live) -> Source:
    return Source(one.name, render.document(live.clean(one.data)))


def _input(one: Live) -> files.Input:
    return files.Input(one.name, Path(one.name))


def _report(gathered: Gathered, found: Found, asked: Request) -> Report:
    """What a run over a cluster has to say, and how far each namespace is."""
    gathered.skipped.update(found.skipped)
    del gathered.skipped["cluster-chart"]  # what it makes is in the cluster, and checked as it is
    gathered.unread += [("kubectl", problem) for problem in found.problems]
    told = gathered.report(asked.plan.target, asked.plan.lang)
    return told._replace(namespaces=_readiness(told, found))


def _readiness(told: Report, found: Found) -> list[Readiness]:
    of = {one.name: cluster.namespace(one.data) for one in found.objects}
    sizes = Counter(of.values())
    said = Counter((of[one.place.file], one.severity) for one in told.findings)
    return [
        Readiness(name, sizes[name], said[name, "error"], said[name, "warning"], bool(name) not in found.partial)
        for name in sorted(sizes)
    ]
