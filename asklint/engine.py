"""Ask every rule of every object; fix; ask again until it settles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from asklint import lower, secret, silence, tree
from asklint.edit import AddDocument, CannotEdit, DropDocument, Edit, Insert, Move, Remove
from asklint.finding import Conclusion, Finding, Fix, Hit, Place, Told
from asklint.path import Path, get, pointer, show
from asklint.resource import Object, Pods, objects
from asklint.rule import Rule, Subject, fill
from asklint.source import Source, Span
from asklint.tree import Alias, Document

ROUNDS = 20  # each round settles at least one place; more would mean that two rules undo each other
_EXCERPT = 8
_MANIFEST = re.compile(r"^[\s\"'{-]*(?:apiVersion|kind)[\"']?[^\S\n]*:", re.MULTILINE)


class Setup(NamedTuple):
    """What a run asks, and how: made once, used for every Source."""

    rules: Sequence[Rule]
    options: Mapping[str, Mapping[str, Any]] = {}  # per rule
    places: Pods = {}  # where custom kinds keep their pods
    ignore: Sequence[Mapping[str, Any]] = ()  # the config's suppressions with their reasons
    today: date = date.min


class Found(NamedTuple):
    """A finding with what is needed to fix it: the index of its document, and the edits in it."""

    finding: Finding
    document: int
    edits: tuple[Edit, ...]


class Checked(NamedTuple):
    """What one Source says. `skipped` are the reasons for which documents or the whole Source were not checked.

    `silenced` counts what comments and annotations in the Source keep from being reported; the config's word is apart
    (heard), since it changes without the Source.
    """

    found: list[Found]
    objects: int
    skipped: list[str]
    silenced: int = 0
    told: Sequence[Told] = ()  # what the rules across files note

    @property
    def findings(self) -> list[Finding]:
        """The findings, in the order of the text."""
        return [found.finding for found in self.found]


class Refused(NamedTuple):
    """A fix that is not made, and why."""

    finding: Finding
    reason: str


class Fixed(NamedTuple):
    """A Source after its fixes: the new text, the findings mended, those refused, and what is left to say."""

    text: str
    mended: list[Finding]
    refused: list[Refused]
    checked: Checked


def check(source: Source, setup: Setup) -> Checked:
    """Asks all rules of all objects in `source`."""
    return _check(source, tree.read(source.text), setup)


def _check(source: Source, documents: list[Document], setup: Setup) -> Checked:
    found: list[Found] = []
    told: list[Told] = []
    skipped: list[str] = []
    count = silenced = 0
    kubernetes = False
    for index, document in enumerate(documents):
        if document.problem is None and document.data is None and document.dropped is None:
            continue
        reason = unreadable(document) if document.problem is not None else not_checked(document.data)
        mine = [] if reason else list(objects(document, setup.places))
        if not reason and not mine and document.problem is None:
            reason = "not-kubernetes"
        if reason:
            skipped.append(reason)
            continue
        kubernetes = True
        count += len(mine)
        asked = _Asked(source, document, index, setup)
        asked.ask(mine)
        found += asked.found
        told += asked.told
        silenced += asked.silenced
    found.sort(key=lambda one: (one.finding.place[1:3], one.finding.rule))
    return Checked(found, count, skipped if kubernetes or skipped else ["empty"], silenced, told)


def unreadable(document: Document) -> str | None:
    """Why a document that cannot be read is none of our business: a template, or no manifest; None where it is one."""
    if document.text.find("{{", document.start, document.end) >= 0:
        return "helm-template"
    return None if _MANIFEST.search(document.text) else "unreadable"


def not_checked(data: Any) -> str | None:
    """Why a document that can be read is not checked: encrypted, or the tools' own files; None where it may be."""
    if not isinstance(data, dict):
        return "not-kubernetes"
    if isinstance(data.get("sops"), dict) and "mac" in data["sops"]:
        return "sops-encrypted"
    if str(data.get("apiVersion", "")).startswith("kustomize.config.k8s.io/"):
        return "kustomization"
    return None


class _Asked:
    """One document being asked."""

    def __init__(self, source: Source, document: Document, index: int, setup: Setup) -> None:
        self.source = source
        self.document = document
        self.index = index
        self.setup = setup
        self.found: list[Found] = []
        self.told: list[Told] = []
        self.silenced = 0
        self._hidden: list[Span] | None = None
        self._suppressions: list[silence.Suppression] | None = None

    @property
    def hidden(self) -> list[Span]:
        if self._hidden is None:
            self._hidden = secret.spans(self.document)
        return self._hidden

    def ask(self, mine: list[Object]) -> None:
        suppressions = silence.of_document(self.document, mine)
        for here in mine:
            self.told += self.note(here, suppressions)
        spoken: list[tuple[Rule, Object | None, Hit]] = []
        for rule in self.setup.rules:
            if rule.of_text:
                spoken += [(rule, None, hit) for hit in self.hits(rule, self.document)]
        for here in mine:
            spoken += self.ask_object(here)
        for rule, of, hit in _without_replaced(spoken):
            start, end = self.span(of, hit)
            if any([suppression.silences(rule.name, start) for suppression in suppressions]):
                self.silenced += 1
                continue
            self.found.append(self.report(rule, of, hit, Span(start, end)))

    def ask_object(self, here: Object) -> Iterator[tuple[Rule, Object, Hit]]:
        for rule in self.setup.rules:
            for subject in _subjects(rule, here):
                for hit in self.hits(rule, subject):
                    yield rule, here, hit

    def note(self, here: Object, suppressions: list[silence.Suppression]) -> Iterator[Told]:
        """What the rules across files note of `here`."""
        for rule in self.setup.rules:
            if rule.across is None:
                continue
            for subject in _subjects(rule, here):
                for fact in rule.collect(subject, self.setup.options.get(rule.name, {})):
                    span = Span(*self.span_of((*here.base, *fact.path), fact.missing))
                    yield Told(
                        rule.name,
                        fact.data,
                        self.place(span),
                        pointer(fact.path),
                        here.identity,
                        show(fact.path, here.data),
                        any([one.silences(rule.name, span.start) for one in suppressions]),
                    )

    def hits(self, rule: Rule, subject: Subject) -> Iterable[Hit]:
        return rule.hits(subject, self.setup.options.get(rule.name, {}))

    # -- places

    def span(self, of: Object | None, hit: Hit) -> tuple[int, int]:
        if hit.offsets is not None:
            return hit.offsets
        return self.span_of((*(of.base if of else ()), *hit.path), hit.missing)

    def span_of(self, path: Path, missing: bool = False) -> tuple[int, int]:
        """The characters of key and value at `path`; of an alias where it is reached through one."""
        while True:
            try:
                trail = self.document.trail(path)
                break
            except KeyError:
                path = path[:-1]
        for _, node in trail[:-1]:
            if isinstance(node, Alias):
                return node.start, node.end
        entry, node = trail[-1]
        if entry is not None and not (missing and entry.name is None):
            return entry.key.start, entry.key.end if missing else max(entry.key.end, node.end)
        return node.start, max(node.end, node.start + 1)

    def place(self, span: Span) -> Place:
        start, end = self.source.position(span.start), self.source.position(max(span.end, span.start))
        starts = self.source.line_starts
        last = min(end.line, start.line + _EXCERPT - 1)
        stop = starts[last] if last < len(starts) else len(self.source.text)
        lines = secret.masked(self.source.text, starts[start.line - 1], stop, self.hidden).splitlines()
        return Place(
            self.source.name, start.line, start.column, end.line, end.column, tuple(lines[: last - start.line + 1])
        )

    # -- findings

    def report(self, rule: Rule, of: Object | None, hit: Hit, span: Span) -> Found:
        options = self.setup.options.get(rule.name, {})
        data = of.data if of else self.document.data
        concealed = any(hide.start < span.end and span.start < hide.end for hide in self.hidden)
        fields = rule.fields(hit, data, options, concealed)
        fix, edits = self.fix(rule, of, hit, data, options, fields)
        base = of.base if of else ()
        related = tuple((self.place(Span(*self.span_of((*base, *path)))), word) for path, word in hit.related)
        finding = Finding(
            rule.name,
            rule.severity_of(hit),
            rule.say(hit, fields),
            self.place(span),
            pointer(hit.path) if of else None,
            of.identity if of else None,
            fix,
            rule.source,
            related,
            hit.data,
            _container(hit.path, data),
        )
        return Found(finding, self.index, edits)

    def fix(
        self, rule: Rule, of: Object | None, hit: Hit, data: Any, options: Mapping[str, Any], fields: dict[str, object]
    ) -> tuple[Fix | None, tuple[Edit, ...]]:
        remedy = rule.remedy(hit, options)
        if remedy is None:
            return None, ()
        title = fill(remedy.title, fields)
        caveat = fill(remedy.caveat, fields) if remedy.caveat else None
        edits = rule.edits(remedy, hit, data, fields) if remedy.applicability != "suggestion" else ()
        if not edits:
            return (Fix("suggestion", title) if remedy.applicability == "suggestion" else None), ()
        edits = tuple(_based(edit, of.base) for edit in edits) if of else edits
        try:
            if self.source.problem:
                raise CannotEdit(self.source.problem)
            splices = lower.lower(self.document, None, edits)
        except CannotEdit as refusal:
            return Fix(remedy.applicability, title, caveat, str(refusal)), ()
        return Fix(remedy.applicability, title, caveat, None, self.diff(splices)), edits

    def diff(self, splices: list[lower.Splice]) -> tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...]:
        """The lines that `splices` change, before and after, secrets masked."""
        text, starts = self.source.text, self.source.line_starts
        secrets = {text[span.start : span.end] for span in self.hidden if span.end - span.start > 2}
        hunks: list[tuple[int, int, list[lower.Splice]]] = []
        for splice in sorted(splices):
            first, last = self.source.position(splice.start).line, self.source.position(splice.end).line
            if hunks and first <= hunks[-1][1]:
                hunks[-1] = (hunks[-1][0], max(last, hunks[-1][1]), [*hunks[-1][2], splice])
            else:
                hunks.append((first, last, [splice]))
        told = []
        for first, last, parts in hunks:
            start, end = starts[first - 1], starts[last] if last < len(starts) else len(text)
            new, at = "", start
            for splice in parts:
                written = splice.text
                for hidden in secrets:
                    written = written.replace(hidden, secret.MASK)
                new += secret.masked(text, at, splice.start, self.hidden) + written
                at = splice.end
            new += secret.masked(text, at, end, self.hidden)
            old = secret.masked(text, start, end, self.hidden)
            told.append((first, *_trimmed(old.splitlines(), new.splitlines(), first)))
        return tuple((first + skip, old, new) for first, (skip, old, new) in ((one[0], one[1:]) for one in told))


def _subjects(rule: Rule, here: Object) -> list[Subject]:
    """What of `here` is asked: the object, its pods, or neither; a DaemonSet's pods on `eci` stay on the ECS nodes."""
    if rule.target == "eci" and here.is_daemonset and here.known not in rule.kinds:
        return []
    subjects: list[Subject] = [here] if rule.of_any or here.known in rule.kinds else []
    return [*subjects, *here.pods] if rule.of_pods else subjects


def conclude(told: Iterable[Told], setup: Setup) -> list[Finding]:
    """What the rules across files say of everything that was noted in the run, in the order of the facts."""
    facts: dict[str, list[Told]] = {}
    for one in told:
        facts.setdefault(one.rule, []).append(one)
    found: list[Finding] = []
    for rule in setup.rules:
        for conclusion in rule.conclude(facts.get(rule.name, ()), setup.options.get(rule.name, {})):
            about = facts[rule.name][conclusion.about]
            if not about.silenced:
                found.append(_concluded(rule, conclusion, about, facts[rule.name], setup))
    return found


def _concluded(rule: Rule, conclusion: Conclusion, about: Told, facts: Sequence[Told], setup: Setup) -> Finding:
    options = setup.options.get(rule.name, {})
    known = {"path": about.shown, "kind": about.object.kind, "name": about.object.name or ""}
    fields = {**rule.defaults, **options, **known, **conclusion.fields}
    hit = Hit((), conclusion.case)
    remedy = rule.remedy(hit, options)
    fix = Fix("suggestion", fill(remedy.title, fields)) if remedy and remedy.applicability == "suggestion" else None
    related = tuple((facts[index].place, word) for index, word in conclusion.related)
    message, severity = rule.say(hit, fields), rule.severity_of(hit)
    return Finding(
        rule.name,
        severity,
        message,
        about.place,
        about.pointer,
        about.object,
        fix,
        rule.source,
        related,
        conclusion.data,
    )


def _container(path: Path, data: Any) -> str | None:
    for index, key in enumerate(path[:-1]):
        if isinstance(key, str) and key.lower().endswith("containers"):
            name = get(data, (*path[: index + 2], "name"))
            return name if isinstance(name, str) else None
    return None


def _trimmed(old: list[str], new: list[str], first: int) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """What really differs: how many lines at the start do not, and the others of both sides."""
    skip = 0
    while skip < min(len(old), len(new)) and old[skip] == new[skip]:
        skip += 1
    tail = 0
    while tail < min(len(old), len(new)) - skip and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return skip, tuple(old[skip : len(old) - tail]), tuple(new[skip : len(new) - tail])


def _based(edit: Edit, base: Path) -> Edit:
    """`edit` of an object as an edit of its document."""
    if not base:
        return edit
    if isinstance(edit, DropDocument):
        return Remove(base)
    if isinstance(edit, AddDocument):
        return Insert(base[:-1], edit.value)
    if isinstance(edit, Move):
        return Move((*base, *edit.path), (*base, *edit.to))
    return edit._replace(path=(*base, *edit.path))


def _without_replaced(
    spoken: list[tuple[Rule, Object | None, Hit]],
) -> list[tuple[Rule, Object | None, Hit]]:
    """`spoken` without what another rule says in its place (`instead-of`)."""
    taken = {(name, id(of), hit.path) for rule, of, hit in spoken if rule.instead_of for name in rule.instead_of}
    return [one for one in spoken if (one[0].name, id(one[1]), one[2].path) not in taken] if taken else spoken


def is_heard(finding: Finding, setup: Setup) -> bool:
    """Whether the config lets `finding` be reported."""
    return not silence.by_config(finding, setup.ignore, setup.today)


# -- fixing


def fix(source: Source, setup: Setup, unsafe: bool) -> Fixed:
    """Mends what can be mended in `source`, and asks again until nothing changes.

    Every change is proven (lower.change), and one that brings an error that was not there is not made. Nothing is written.
    """
    documents = tree.read(source.text)
    checked = _check(source, documents, setup)
    mended: list[Finding] = []
    refused: list[Refused] = []
    for _ in range(ROUNDS):
        wanted = [
            one
            for one in checked.found
            if one.edits and _allowed(one.finding.fix, unsafe) and is_heard(one.finding, setup)
        ]
        if not wanted:
            break
        round_ = _Round(source, documents, checked, setup)
        round_.make(wanted)
        refused = round_.refused
        if not round_.made:
            break
        mended += [found.finding for found in round_.made]
        source, documents, checked = round_.source, round_.documents, round_.checked
    return Fixed(source.text, mended, refused, checked)


def _allowed(fix: Fix | None, unsafe: bool) -> bool:
    return (
        fix is not None
        and fix.refused is None
        and (fix.applicability == "safe" or (unsafe and fix.applicability == "unsafe"))
    )


class _Round:
    """All fixes that go together: all at once, by halves where that is refused."""

    def __init__(self, source: Source, documents: list[Document], checked: Checked, setup: Setup) -> None:
        self.before = source
        self.read = documents
        self.setup = setup
        self.source, self.documents, self.checked = source, documents, checked
        self.errors = _errors(checked)
        self.made: list[Found] = []
        self.refused: list[Refused] = []

    def make(self, wanted: list[Found]) -> None:
        try:
            self.attempt([*self.made, *wanted])
        except CannotEdit as refusal:
            if len(wanted) == 1:
                self.refused.append(Refused(wanted[0].finding, str(refusal)))
                return
            middle = len(wanted) // 2
            self.make(wanted[:middle])
            self.make(wanted[middle:])
        else:
            self.made += wanted

    def attempt(self, wanted: list[Found]) -> None:
        edits: dict[int, list[Edit]] = {}
        for found in wanted:
            edits.setdefault(found.document, []).extend(found.edits)
        text, documents = lower.change(self.before.text, self.read, edits)
        before = self.before
        source = Source(before.name, text, before.encoding, before.mark, before.problem)
        checked = _check(source, documents, self.setup)
        brought = [rule for place, rule in _errors(checked).items() if place not in self.errors]
        if brought:
            raise CannotEdit(f"it would bring an error of {brought[0]}")
        self.source, self.documents, self.checked = source, documents, checked


def _errors(checked: Checked) -> dict[tuple[str, str], str]:
    """The places with an error, and the rule that speaks there: one that had an error before brings no new one."""
    return {(str(one.object), one.pointer or ""): one.rule for one in checked.findings if one.severity == "error"}
