"""schema: what in an object of Kubernetes' own kinds kubectl and the API server refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.kubernetes_fields import Problem, Release, Struct, minor, misfits, release
from asklint.checks.schema_faults import faults
from asklint.edit import Edit, Move, Rename, Set
from asklint.finding import Hit
from asklint.path import Path, get, mapping, show
from asklint.resource import Object

_NO = re.compile(r"non|not?|dis|un")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_ABSENT = ("missing", "nowhere", "unselected")
_OPEN = (*_ABSENT, "both", "only")  # what a patch of a kustomization may settle
_DEEPEST = 3  # how far below its place a field may belong


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """What in `subject` does not agree with the chosen release; custom resources and patches are left alone."""
    chosen = minor(options["version"], params["table"]["newest"])
    told = None
    found = faults(subject, params["table"], chosen)
    for problem in found.problems:
        told = told or _Told(subject, release(chosen), params)
        if problem.case != "missing" or not told.is_named_by_key(problem.path):
            yield told.hit(problem)
    if found.whole:
        from asklint.checks.schema_agreement import disagreements

        odd = any(problem.case == "unknown" for problem in found.problems)  # under which what is missing may stand
        silent = _OPEN if subject.is_patched else _ABSENT if odd else ()
        yield from (hit for hit in disagreements(subject) if hit.case not in silent)


class _Told:
    """The problems of one object as hits."""

    def __init__(self, subject: Object, here: Release, params: Mapping[str, Any]) -> None:
        self.subject = subject
        self.release = here
        self.refused = params["refused"]
        self.words = params["words"]
        self.renamed = params["renamed"]

    def hit(self, problem: Problem) -> Hit:
        """What there is to say of `problem`."""
        path = problem.path
        if problem.case == "unknown":
            return self.unknown(problem)
        if problem.case == "missing":
            fields = {"needed": problem.name, **({} if path else {"path": self.subject.kind})}
            return Hit(path or ("kind",), "missing", fields, missing=True)
        if problem.case == "duplicate":
            return self.duplicate(problem)
        if problem.case == "choice":
            return self.choice(problem)
        if problem.case == "string" and self.takes_words(path):
            return Hit(path, "word")
        edits = self.retyped(problem)
        if edits:
            return Hit(path, "unquoted" if problem.case == "string" else "quoted", edits=edits)
        return Hit(path, problem.case)

    # -- fields

    def unknown(self, problem: Problem) -> Hit:
        assert problem.struct is not None
        path, name, struct = problem.path, problem.name, problem.struct
        fields = {"version": f"1.{self.release.minor}", "field": name}
        if name in struct.elsewhere:
            first, last = struct.elsewhere[name][0][0], struct.elsewhere[name][-1][1]
            if first > self.release.minor:
                return Hit(path, "later", {**fields, "since": f"1.{first}"})
            return Hit(path, "earlier", {**fields, "last": f"1.{last}"})
        renamed = self.renamed.get(struct.name, {}).get(name)
        if renamed is not None:
            meant = renamed if isinstance(renamed, str) else renamed[type(problem.value) is int]
            return Hit(path, "misspelt", {**fields, "meant": meant}, self.move(path, meant.split(".")))
        meant = _close(name, struct)
        if meant is None or meant.lower() != name.lower():
            owner = self.beside(path, struct) or self.above(path) or self.below(path, struct)
            if owner is not None:
                return Hit(path, "misplaced", {**fields, "owner": owner})
        if meant is None:
            return Hit(path, "variable" if self.is_named_by_key(path[:-1]) else "unknown", fields)
        return Hit(path, "misspelt", {**fields, "meant": meant}, self.rename(problem, meant))

    def is_named_by_key(self, path: Path) -> bool:
        """Whether a variable stands at `path` as `- COLOUR: blue`."""
        item = get(self.subject.data, path)
        if path[-2:-1] != ("env",) or not isinstance(item, dict) or len(item) != 1:
            return False
        ((key, value),) = item.items()
        return key not in ("value", "valueFrom") and not isinstance(value, dict | list)

    def move(self, path: Path, to: list[str]) -> tuple[Edit, ...]:
        """A field of an earlier apiVersion goes where this one has it."""
        if to[0] in get(self.subject.data, path[:-1]):
            return ()
        if to == ["defaultBackend"]:
            from asklint.checks.api_moves import backend

            inside = backend(get(self.subject.data, path), path)
            return (Rename(path, to[0]), *inside) if inside is not None else ()
        return (Rename(path, to[0]) if len(to) == 1 else Move(path, (*path[:-1], *to)),)

    def rename(self, problem: Problem, meant: str) -> tuple[Edit, ...]:
        """Only where little is wrong, the right name is free, and what stands under the wrong one fits it."""
        assert problem.struct is not None
        if meant in get(self.subject.data, problem.path[:-1]) or _distance(problem.name.lower(), meant.lower()) > 2:
            return ()
        if problem.value is not None and misfits(problem.value, problem.struct.fields[meant], self.release):
            return ()
        return (Rename(problem.path, meant),)

    def shown(self, *path: str | int) -> str:
        return show(path, self.subject.data)

    def beside(self, path: Path, struct: Struct) -> str | None:
        """A label belongs in matchLabels, what is said of a container not in the pod's securityContext."""
        if struct.name == "meta.v1.LabelSelector" and isinstance(get(self.subject.data, path), str):
            return self.shown(*path[:-1], "matchLabels", path[-1])
        own = struct.name == "core.v1.PodSecurityContext"
        if own and path[-1] in self.release.struct("core.v1.SecurityContext").fields:
            return f"{self.shown(*path[:-2], 'containers')}[*].securityContext.{path[-1]}"
        return None

    def above(self, path: Path) -> str | None:
        """Where around its place the field at `path` belongs."""
        for at, struct in reversed(list(self.structs(path))[1:-1]):
            if path[-1] in struct.fields:
                return self.shown(*at, path[-1])
        return None

    def structs(self, path: Path) -> Iterator[tuple[Path, Struct]]:
        """The definitions on the way to `path`, each with its place."""
        struct, field = self.release.root(self.subject.api_version, self.subject.kind), None
        assert struct is not None
        yield (), struct
        for index, key in enumerate(path[:-1]):
            field = struct.fields[str(key)] if field is None else field.inner
            if field.code == "@":
                struct, field = self.release.of(field), None
                yield path[: index + 1], struct

    def takes_words(self, path: Path) -> bool:
        """Whether the field of `path` takes a few words alone; data.type of a ConfigMap stands in the field data."""
        at, struct = list(self.structs(path))[-1]
        name = path[len(at)]
        return name in self.words or f"{struct.name.rpartition('.')[2]}.{name}" in self.words

    def below(self, path: Path, struct: Struct) -> str | None:
        """Where below its neighbours the field at `path` belongs: containers in a template belong in its spec."""
        level: list[tuple[Path, Struct]] = [(path[:-1], struct)]
        for _ in range(_DEEPEST):
            inner = [
                ((*at, name), self.release.of(field))
                for at, here in level
                for name, field in here.fields.items()
                if field.code == "@" and name in mapping(get(self.subject.data, at))
            ]
            for at, here in inner:
                if path[-1] in here.fields:
                    return self.shown(*at, path[-1])
            level = inner
        return None

    # -- values

    def retyped(self, problem: Problem) -> tuple[Edit, ...]:
        """The value as its author plainly wrote it, in quotes or without them."""
        path, value, case = problem.path, problem.value, problem.case
        if case == "string" and isinstance(value, bool | int | float):
            text = self.subject.text(path)
            return (Set(path, text),) if text and text[0] not in "!&*|>\"'" and "\n" not in text else ()
        if case == "number" and isinstance(value, str) and _INTEGER.fullmatch(value):
            return (Set(path, int(value)),)
        return (Set(path, value == "true"),) if case == "boolean" and value in ("true", "false") else ()

    def choice(self, problem: Problem) -> Hit:
        """One of a few words: that which only its capitals keep from being one of them was meant."""
        assert problem.struct is not None
        words = problem.struct.words[problem.name]
        fields = {"allowed": " / ".join(words)}
        meant = next((word for word in words if word.lower() == problem.value.lower()), None)
        if meant is None:
            return Hit(problem.path, "choice", fields)
        return Hit(problem.path, "capitals", {"meant": meant}, (Set(problem.path, meant),))

    def duplicate(self, problem: Problem) -> Hit:
        path = problem.path
        refused = path[-2] in self.refused or f"{self.subject.kind}.{show(path[:-1])}" in self.refused
        fields = {"keys": problem.name, "list": show(path[:-1], self.subject.data)}
        related = (((*path[:-1], problem.other), "first"),)
        return Hit(path, "duplicate" if refused else "twice", fields, related=related)


def _distance(left: str, right: str) -> int:
    """How many characters must be added, dropped or replaced to make `right` of `left`."""
    row = list(range(len(right) + 1))
    for index, mine in enumerate(left, 1):
        before, row[0] = row[0], index
        for at, theirs in enumerate(right, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (mine != theirs))
    return row[-1]


def _close(name: str, struct: Struct) -> str | None:
    """The field that `name` was probably meant to be."""
    from difflib import get_close_matches

    folded = {field.lower(): field for field in struct.fields}
    close = get_close_matches(name.lower(), folded, n=1, cutoff=0.8)
    return folded[close[0]] if close and not _opposite(name.lower(), close[0]) else None


def _opposite(one: str, other: str) -> bool:
    """Whether only a no stands between the two: runAsRoot is close to runAsNonRoot."""
    less, more = sorted((one, other), key=len)
    return any(more[: no.start()] + more[no.end() :] == less for no in _NO.finditer(more))
