"""One document being asked: what the rules find in it, where that stands, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from asklint import key, lower, patch, secret, silence
from asklint.edit import AddDocument, CannotEdit, DropDocument, Edit, Elsewhere, Insert, Move, Remove, by_document
from asklint.finding import Fact, Finding, Fix, Hit, Place, Told
from asklint.path import Path, PathError, get, named, pointer, show
from asklint.resource import Object, Pod, Pods
from asklint.rule import Rule, Subject, fill
from asklint.source import Source, Span
from asklint.tree import Alias, Document

if TYPE_CHECKING:
    from asklint.baseline import Baseline

_EXCERPT = 8


class Setup(NamedTuple):
    """What a run asks, and how: made once, used for every Source."""

    rules: Sequence[Rule]
    options: Mapping[str, Mapping[str, Any]] = {}  # per rule
    places: Pods = {}  # where custom kinds keep their pods
    ignore: Sequence[silence.Entry] = ()  # the config's suppressions
    today: date = date.min
    known: frozenset[str] = frozenset()  # the names of all rules there are, asked or not
    whole: bool = False  # whether whole folders are asked about: only then may absence from the run say something
    baseline: Baseline | None = None
    judged: frozenset[str] = frozenset()  # rules of which the run finds all there is in the files that it reads


class Found(NamedTuple):
    """A finding with what is needed to fix it: the index of its document, and the edits in it."""

    finding: Finding
    document: int
    edits: tuple[Edit, ...]


class Asked:
    """One document being asked: `found`, `told` and `silenced` are what comes of it.

    `index` is the document's number in `source`.
    """

    def __init__(self, source: Source, document: Document, index: int, setup: Setup) -> None:
        self.source = source
        self.document = document
        self.index = index
        self.setup = setup
        self.found: list[Found] = []
        self.told: list[Told] = []
        self.silenced = 0
        self.going: dict[int, str] = {}  # per object, by id, the rule whose fix drops it
        self.heeded: set[tuple[tuple[int, int], str]] = set()  # where a suppression silenced something, and which rule
        self._hidden: secret.Hidden | None = None
        self._shown: tuple[list[lower.Splice], tuple[patch.Hunk, ...]] = ([], ())  # findings may share a large fix

    @property
    def hidden(self) -> secret.Hidden:
        """What in the document must not be shown."""
        if self._hidden is None:
            self._hidden = secret.hidden(self.document)
        return self._hidden

    def ask(self, mine: list[Object]) -> None:
        """Asks all rules of the document and of its objects, `mine`."""
        suppressions = silence.of_document(self.document, mine, self.setup.known)
        spoken: list[tuple[Rule, Object | None, Hit]] = []
        for rule in _of_documents(tuple(self.setup.rules)):
            subjects = [self.document] if rule.of_text else suppressions
            spoken += [(rule, None, hit) for subject in subjects for hit in self._hits(rule, subject)]
        for here in mine:
            spoken += self._ask_object(here)
        facts = [noted for here in mine for noted in self._facts(here)]
        for rule, of, hit in _without_replaced(spoken, facts):
            start, end = self._span(of, hit)
            if self._is_silenced(rule, start, suppressions):
                self.silenced += 1
                continue
            found = self._report(rule, of, hit, Span(start, end))
            self.found.append(found)
            if of is not None and found.finding.fix and found.finding.fix.drops and not _adds(found.edits):
                self.going[id(of)] = rule.name
        self.told += [self._note(here, rule, fact, suppressions) for here, rule, fact in facts]
        if suppressions:
            self._tell_unused(suppressions)

    def _is_silenced(self, rule: Rule, start: int, suppressions: list[silence.Suppression]) -> bool:
        mine = [one for one in suppressions if one.silences(rule.name, start)]
        self.heeded.update((one.span, rule.name) for one in mine)
        return bool(mine)

    def _tell_unused(self, suppressions: list[silence.Suppression]) -> None:
        """Says of each rule that was asked and silenced nowhere that its suppression has nothing to do."""
        asked = {rule.name for rule in self.setup.rules if self.setup.whole or not rule.whole}
        unused = [
            (one.span, name)
            for one in suppressions
            for name in one.rules
            if one.reason and name in asked and (one.span, name) not in self.heeded
        ]
        for rule in (rule for rule in self.setup.rules if rule.of_suppressions):
            for span, name in unused:
                hit = Hit((), "unused", {"rule": name}, offsets=span)
                self.found.append(self._report(rule, None, hit, Span(*span)))

    def _ask_object(self, here: Object) -> Iterator[tuple[Rule, Object, Hit]]:
        pods = here.pods
        for rule, itself in _of_objects(tuple(self.setup.rules), here.known, here.is_daemonset):
            hits: list[Hit] = []
            for subject in _subjects(rule, itself, here, pods):
                hits += self._hits(rule, subject)
            for hit in here.view.hits(hits) if here.view else hits:
                yield rule, here, hit

    def _facts(self, here: Object) -> Iterator[tuple[Object, Rule, Fact]]:
        """What the rules across files collect of `here`."""
        pods = here.pods
        for rule, itself in _of_objects(tuple(self.setup.rules), here.known, here.is_daemonset):
            if rule.across is None or (rule.whole and not self.setup.whole):
                continue
            for subject in _subjects(rule, itself, here, pods):
                for fact in rule.collect(subject, self.setup.options.get(rule.name, {})):
                    yield here, rule, here.view.fact(fact) if here.view else fact

    def _note(self, here: Object, rule: Rule, fact: Fact, suppressions: list[silence.Suppression]) -> Told:
        """What `rule` notes of `here` by `fact`, with its place."""
        span = Span(*self._span_of((*here.base, *fact.path), fact.missing))
        place, value = self._noted(here, fact, span)
        return Told(
            rule.name,
            fact.data,
            place,
            pointer(fact.path),
            here.identity,
            shown=show(fact.path, here.written),
            silenced=self._is_silenced(rule, span.start, suppressions),
            at=(self.index, here.base),
            goes=self.going.get(id(here)),
            where=named(fact.path, here.written),
            value=value,
        )

    def _noted(self, here: Object, fact: Fact, span: Span) -> tuple[Place, str]:
        """The place of `fact` and its value. A kind is no secret: what else is one in the document is not looked for.

        Every object of a run may be noted, few are shown, and looking for secrets costs as much as asking all rules.
        """
        if fact.path == ("kind",):
            return self._kind_place(span), key.value(here.kind)
        return self._place(span), "" if fact.missing else self._value(get(here.written, fact.path), span)

    def _hits(self, rule: Rule, subject: Subject) -> Iterable[Hit]:
        return rule.hits(subject, self.setup.options.get(rule.name, {}))

    # -- places

    def _span(self, of: Object | None, hit: Hit) -> tuple[int, int]:
        if hit.offsets is not None:
            return hit.offsets
        return self._span_of((*(of.base if of else ()), *hit.path), hit.missing)

    def _span_of(self, path: Path, missing: bool = False) -> tuple[int, int]:
        """The characters of key and value at `path`; of an alias where it is reached through one."""
        if self.document.root is None:
            return self.document.start, self.document.end
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

    def _place(self, span: Span) -> Place:
        start, end = self.source.position(span.start), self.source.position(max(span.end, span.start))
        starts = self.source.line_starts
        last = min(end.line, start.line + _EXCERPT - 1)
        stop = starts[last] if last < len(starts) else len(self.source.text)
        lines = patch.lines(self.hidden.masked(self.source.text, starts[start.line - 1], stop))
        return Place(self.source.name, *start, *end, tuple(lines[: last - start.line + 1]))

    def _kind_place(self, span: Span) -> Place:
        """The place of an object's kind, without what else stands on its line, which may be secret."""
        start, end = self.source.position(span.start), self.source.position(span.end)
        shown = " " * (start.column - 1) + self.source.text[span.start : span.end].partition("\n")[0]
        return Place(self.source.name, *start, *end, (shown,))

    # -- findings

    def _report(self, rule: Rule, of: Object | None, hit: Hit, span: Span) -> Found:
        options = self.setup.options.get(rule.name, {})
        data = of.written if of else self.document.data
        words = self._words(rule, hit, data, options, span)
        fix, edits = self._fix(rule, of, hit, data, options, words)
        base = of.base if of else ()
        related = tuple(
            (self._place(Span(*self._span_of((*base, *path)))), fill(rule.related[word], words))
            for path, word in hit.related
        )
        finding = Finding(
            rule.name,
            rule.severity_of(hit),
            rule.say(hit, words),
            self._place(span),
            pointer(hit.path) if of else None,
            of.identity if of else None,
            fix,
            rule.source,
            related,
            hit.data,
            container="main" if of and of.view and of.view.is_main(hit.path) else _container(hit.path, data),
            where=named(hit.path, data),
            value=self._known_by(hit, data, span),
        )
        return Found(finding, self.index, edits)

    def _known_by(self, hit: Hit, data: Any, span: Span) -> str:
        """The value that tells this finding from others in its place."""
        if hit.data is not None:  # numbers that the rule works out of much that stands there
            return key.value(hit.data)
        if hit.offsets is not None:
            return " ".join(self.hidden.masked(self.source.text, *span).split())
        return "" if hit.missing else self._value(get(data, hit.path), span)

    def _value(self, value: Any, span: Span) -> str:
        if self.hidden.touches(span) and not isinstance(value, dict | list):
            return secret.MASK
        return self.hidden.without(key.value(value))

    def _words(self, rule: Rule, hit: Hit, data: Any, options: Mapping[str, Any], span: Span) -> Mapping[str, object]:
        """What fills the rule's sentences, without what is secret."""
        words = rule.words(hit, data, options)
        if self.hidden.touches(span):
            words["value"] = secret.MASK
        if not self.hidden.words:
            return words
        return {key: word if key == "path" else self.hidden.without(str(word)) for key, word in words.items()}

    def _fix(
        self,
        rule: Rule,
        of: Object | None,
        hit: Hit,
        data: Any,
        options: Mapping[str, Any],
        words: Mapping[str, object],
    ) -> tuple[Fix | None, tuple[Edit, ...]]:
        remedy = rule.remedy(hit, options)
        if remedy is None:
            return None, ()
        title = fill(remedy.title, words)
        caveat = fill(remedy.caveat, words) if remedy.caveat else None
        if remedy.applicability == "suggestion":
            return Fix("suggestion", title, options=remedy.options), ()
        try:
            edits = rule.edits(remedy, hit, data, options)
            if not edits:
                return None, ()
            drops = DropDocument() in edits
            adds = tuple(_named(edit.value) for edit in edits if isinstance(edit, AddDocument))
            edits = tuple(based(edit, of.base) for edit in edits) if of else edits
            if self.source.problem:
                raise CannotEdit(self.source.problem)
            diff = self._diff(of, by_document(edits, self.index))
        except (CannotEdit, PathError) as refusal:
            return Fix(remedy.applicability, title, caveat, str(refusal)), ()
        return Fix(remedy.applicability, title, caveat, None, diff, drops, adds), edits

    def _diff(self, of: Object | None, edits: Mapping[int, Sequence[Edit]]) -> tuple[patch.Hunk, ...]:
        """What `edits`, by document, change in the text. Raises CannotEdit."""
        if edits.keys() == {self.index} or of is None:
            splices = lower.lower(self.document, edits[self.index])
            if splices != self._shown[0]:
                self._shown = (splices, patch.hunks(self.source, splices, self.hidden))
            return self._shown[1]
        touched = [(of.beside.documents[index], mine) for index, mine in sorted(edits.items())]
        splices = [splice for document, mine in touched for splice in lower.lower(document, mine)]
        return patch.hunks(self.source, splices, secret.together(document for document, _ in touched))


def _named(value: Any) -> str:
    """`PersistentVolume data`."""
    return f"{get(value, ('kind',))} {get(value, ('metadata', 'name'))}"


def _adds(edits: Sequence[Edit]) -> bool:
    """Whether another object takes the place of the one that goes."""
    return any(isinstance(edit, AddDocument | Insert) for edit in edits)


@lru_cache(maxsize=8)
def _of_documents(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Those of `rules` that are asked of whole documents, or of what silences rules in them."""
    return tuple(rule for rule in rules if rule.of_text or rule.of_suppressions)


@lru_cache(maxsize=1024)  # a run has few kinds and many objects
def _of_objects(rules: tuple[Rule, ...], known: str, is_daemonset: bool) -> tuple[tuple[Rule, bool], ...]:
    """Those of `rules` that are asked of an object of the kind `known` or its pods, and whether of the object itself.

    A DaemonSet's pods on `eci` stay on the ECS nodes.
    """
    told = [
        (rule, rule.of_any or known in rule.kinds)
        for rule in rules
        if not (rule.target == "eci" and is_daemonset and known not in rule.kinds)
    ]
    return tuple((rule, itself) for rule, itself in told if itself or rule.of_pods)


def _subjects(rule: Rule, itself: bool, here: Object, pods: Sequence[Pod]) -> Sequence[Subject]:
    """What of `here` is asked: the object `itself`, its pods, or both."""
    if not rule.of_pods:
        return (here,)
    return (here, *pods) if itself else pods


def _container(path: Path, data: Any) -> str | None:
    for index, step in enumerate(path[:-1]):
        if isinstance(step, str) and (step.lower().endswith("containers") or step == "sidecars"):
            name = get(data, (*path[: index + 2], "name"))
            return name if isinstance(name, str) else None
    return None


def based(edit: Edit, base: Path) -> Edit:
    """`edit` of an object as an edit of its document; what is done elsewhere is counted from there already."""
    if not base:
        return edit
    if isinstance(edit, DropDocument):
        return Remove(base)
    if isinstance(edit, AddDocument):
        return Insert(base[:-1], edit.value)
    if isinstance(edit, Elsewhere):
        return edit
    if isinstance(edit, Move):
        return Move((*base, *edit.path), (*base, *edit.to))
    return edit._replace(path=(*base, *edit.path))


def _without_replaced(
    spoken: list[tuple[Rule, Object | None, Hit]], facts: list[tuple[Object, Rule, Fact]]
) -> list[tuple[Rule, Object | None, Hit]]:
    """`spoken` without what another rule says in its place (`instead-of`), or has noted to say of the whole run."""
    taken = {(name, id(of), hit.path) for rule, of, hit in spoken if rule.instead_of for name in rule.instead_of}
    taken |= {(name, id(of), fact.path) for of, rule, fact in facts for name in rule.instead_of}
    return [one for one in spoken if (one[0].name, id(one[1]), one[2].path) not in taken] if taken else spoken
