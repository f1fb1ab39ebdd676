"""A live cluster, read through kubectl: its kinds, and its objects as they are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from asklint.inputs import live
from asklint.path import mapping, sequence

Hear = Callable[[str], None]

_FORBIDDEN = re.compile(r'Error from server \(Forbidden\): (?P<kind>[\w.-]+)(?: "[^"]*")? is forbidden: ')
_ERROR = re.compile(r"(?:Error from server(?: \(\w+\))?|[Ee]rror(?: in \w+)?): (?P<why>.*)")
_LOG = re.compile(r"[EWI]\d{4} ")  # what kubectl's libraries log beside the message that follows


class CannotAsk(Exception):
    """kubectl is missing, or gave no answer at all; the message says why."""


class Kind(NamedTuple):
    """A kind that the cluster serves: `Deployment.apps`, asked for as `deployments.apps`."""

    known: str
    resource: str
    namespaced: bool


class Answer(NamedTuple):
    """What kubectl gave: objects, the resources that may not be read, and what else went wrong, in kubectl's words."""

    objects: list[Mapping[str, Any]]
    forbidden: list[str] = []
    problems: list[str] = []


class Live(NamedTuple):
    """An object of a cluster as it is, and what it is called where a file has its path: `shop/deployment/web`."""

    name: str
    data: Mapping[str, Any]


class Scope(NamedTuple):
    """Which cluster, which namespace and which objects: kubectl's own options, as they were given."""

    namespace: str | None = None  # that of the context where this is None
    everywhere: bool = False  # -A
    selector: str | None = None
    context: Sequence[str] = ()  # --context, --kubeconfig and the like, each as one word

    def words(self) -> list[str]:
        """The options for kubectl get."""
        where = ["--all-namespaces"] if self.everywhere else []
        where += [f"--namespace={self.namespace}"] if self.namespace and not self.everywhere else []
        return [*self.context, *where, *([f"--selector={self.selector}"] if self.selector is not None else [])]


def kinds(scope: Scope, hear: Hear) -> list[Kind]:
    """The kinds that the cluster can list. Raises CannotAsk."""
    status, text, said = _run(["api-resources", "--verbs=list", "--no-headers=true", *scope.context], hear)
    rows = [line.split() for line in text.splitlines()]
    found = [_kind(row[0], *row[-3:]) for row in rows if len(row) >= 4]
    if not found:
        raise CannotAsk(said[-1] if said else "the cluster serves nothing that can be listed")
    for line in said if status else ():
        hear(line)  # an API whose own server is away: the others are there
    return found


def _kind(plural: str, version: str, namespaced: str, kind: str) -> Kind:
    group = version.rpartition("/")[0]
    dotted = f".{group}" if group else ""
    return Kind(f"{kind}{dotted}", f"{plural}{dotted}", namespaced == "true")


def wanted(served: Iterable[Kind], named: Iterable[str], scope: Scope) -> list[Kind]:
    """The kinds to ask for: those of `named` that the cluster serves, of the cluster itself only with -A."""
    names = set(named)
    return [kind for kind in served if kind.known in names and (kind.namespaced or scope.everywhere)]


def read(what: Sequence[str], scope: Scope, hear: Hear) -> Answer:
    """The objects that `kubectl get` finds for `what`, such as `deployments.apps,services` or `deploy/web`.

    kubectl takes lists in pages itself. What it refuses does not keep the rest from being read. Raises CannotAsk where
    there is no answer at all.
    """
    status, text, said = _run(["get", "--output=json", *scope.words(), "--", *what], hear)
    forbidden = [match["kind"] for line in said if (match := _FORBIDDEN.match(line))]
    problems = [_why(line) for line in said if not _FORBIDDEN.match(line)] if status else []
    for line in said if not status else ():
        hear(line)
    try:
        found = mapping(json.loads(text or "{}"))
    except ValueError as error:
        raise CannotAsk(f"kubectl's answer cannot be read: {error}") from error
    if not found and problems:
        raise CannotAsk("; ".join(problems))
    items = sequence(found.get("items")) if found.get("kind") == "List" else [found] if found else []
    return Answer([item for item in items if isinstance(item, dict)], forbidden, problems)


def _why(line: str) -> str:
    match = _ERROR.match(line)
    return match["why"] if match else line


def _run(words: Sequence[str], hear: Hear) -> tuple[int, str, list[str]]:
    """kubectl's exit status, its output and what it says went wrong; all else that it says is for `hear` at once.

    A log-in that kubectl starts may ask for something there, and waits. Raises CannotAsk where there is no kubectl.
    """
    program = shutil.which("kubectl")
    if program is None:
        raise CannotAsk("kubectl is not on the PATH; asklint reads the cluster through it")
    said: list[str] = []
    with subprocess.Popen(
        [program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as process:
        listener = threading.Thread(target=_listen, args=(process.stderr, said, hear))
        listener.start()
        text = process.stdout.read() if process.stdout else ""
        listener.join()
    return process.returncode, text, said


def _listen(stream: Iterable[str] | None, said: list[str], hear: Hear) -> None:
    for line in stream or ():
        line = line.rstrip()
        if _ERROR.match(line) or line.startswith("The connection to the server"):
            said.append(line)
        elif line and not _LOG.match(line):
            hear(line)


# -- which objects count


def chosen(objects: Sequence[Mapping[str, Any]], scope: Scope) -> tuple[list[Live], Counter[str]]:
    """The objects to ask about, sorted, each once, and how many others there are, by reason.

    What a controller makes is left to its owner, where that was read too. Objects of system namespaces count only where
    the namespace was named.
    """
    system = live.table()["system-namespaces"] if scope.everywhere else ()
    uids = {mapping(one.get("metadata")).get("uid") for one in objects} - {None}
    kept: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    skipped: Counter[str] = Counter()
    for one in objects:
        if live.is_made(one) or live.controller(one).get("uid") in uids:
            continue
        of = name(one) if live.known(one) == "Namespace" else namespace(one)
        reason = "system-namespace" if of in system else live.passed_over(one)
        if reason:
            skipped[reason] += 1
        else:
            kept[namespace(one), live.known(one), name(one)] = one
    return _named([kept[key] for key in sorted(kept)]), skipped


def _named(objects: Sequence[Mapping[str, Any]]) -> list[Live]:
    """`objects` with their names; of two kinds with one name, both say their group."""
    short = [_path(one, str(one.get("kind")).lower()) for one in objects]
    often = Counter(short)
    return [
        Live(word if often[word] == 1 else _path(one, live.known(one).lower()), one)
        for word, one in zip(short, objects, strict=True)
    ]


def _path(one: Mapping[str, Any], kind: str) -> str:
    return "/".join(word for word in (namespace(one), kind, name(one)) if word)


def namespace(one: Mapping[str, Any]) -> str:
    """The namespace of `one`, `""` where it has none."""
    return str(mapping(one.get("metadata")).get("namespace") or "")


def name(one: Mapping[str, Any]) -> str:
    """The name of `one`."""
    return str(mapping(one.get("metadata")).get("name"))
