"""Ask every rule of every object; fix; ask again until it settles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from asklint import lower, tree
from asklint.ask import Asked, Found, Setup
from asklint.edit import CannotEdit, DropDocument, Edit, by_document
from asklint.finding import Conclusion, Finding, Fix, Hit, Seen, Told
from asklint.resource import Beside, is_list, lacks, objects
from asklint.rule import Rule, fill
from asklint.source import Source
from asklint.tree import Document

__all__ = [
    "Checked", "Concluded", "Fixed", "Found", "Refused", "Setup",
    "change", "check", "conclude", "fix", "is_allowed", "is_heard", "unaccepted",
]  # fmt: skip

Errors = Counter[tuple[str, str]]  # how many there are per object and place

ROUNDS = 20  # each round settles at least one place; more would mean that two rules undo each other
_NUMBER = re.compile(r"/[0-9]+(?=/|$)")
_MANIFEST = re.compile(r"^[ \t\r\"'{-]*(?:apiVersion|kind)[\"']?[^\S\n]*:", re.MULTILINE)


class Checked(NamedTuple):
    """What one Source says. `skipped` are the reasons for which documents or the whole Source were not checked.

    `silenced` counts what comments and annotations in the Source keep from being reported; the config's word is apart
    (heard), since it changes without the Source.
    """

    found: list[Found]
    seen: list[Seen]
    skipped: list[str]
    silenced: int = 0
    told: Sequence[Told] = ()  # what the rules across files note

    @property
    def objects(self) -> int:
        """How many objects were checked."""
        return len(self.seen)

    @property
    def findings(self) -> list[Finding]:
        """The findings, in the order of the text."""
        return [found.finding for found in self.found]


class Refused(NamedTuple):
    """A fix that is not made, and why."""

    finding: Finding
    reason: str


class Fixed(NamedTuple):
    """A Source after its fixes: the text, what was mended, what was refused; what it said before, and what is left."""

    text: str
    mended: list[Finding]
    refused: list[Refused]
    before: Checked
    checked: Checked


def check(source: Source, setup: Setup) -> Checked:
    """Asks all rules of all objects in `source`."""
    return _check(source, tree.read(source.text), setup)


def _check(source: Source, documents: list[Document], setup: Setup) -> Checked:
    found: list[Found] = []
    told: list[Told] = []
    skipped: list[str] = []
    seen: list[Seen] = []
    silenced = 0
    kubernetes = False
    beside = Beside(documents, setup.places)
    for index, document in enumerate(documents):
        if document.problem is None and document.data is None and document.dropped is None:
            continue
        reason = unreadable(document) if document.problem is not None else not_checked(document.data)
        mine = [] if reason else list(objects(document, setup.places, beside, source.added))
        if not reason and not mine and document.problem is None:
            reason = "empty" if is_list(document.data) else "not-kubernetes"
            if lacks(document.data) and any(beside.objects()):  # among objects it was meant for one
                reason = unreadable(document)
        if reason:
            skipped.append(reason)
            continue
        kubernetes = True
        skipped += ("cluster-chart" for one in mine if one.names_chart)
        seen += (Seen(one.identity, bool(one.pods), source.name) for one in mine)
        asked = Asked(source, document, index, setup)
        asked.ask(mine)
        found += asked.found
        told += asked.told
        silenced += asked.silenced
    found.sort(key=lambda one: (one.finding.place[1:3], one.finding.rule))
    return Checked(found, seen, skipped if kubernetes or skipped else ["empty"], silenced, told)


def unreadable(document: Document) -> str | None:
    """Why a document that cannot be read is none of our business: a template, or no manifest; None where it is one."""
    if document.text.find("{{", document.start, document.end) >= 0:
        return "helm-template"
    return None if _is_manifest(document.text) else "unreadable"


@lru_cache(maxsize=1)  # of the many documents of one file
def _is_manifest(text: str) -> bool:
    return _MANIFEST.search(text) is not None


def not_checked(data: Any) -> str | None:
    """Why a document that can be read is not checked: encrypted, or the tools' own files; None where it may be."""
    if not isinstance(data, dict):
        return "not-kubernetes"
    if isinstance(data.get("sops"), dict) and "mac" in data["sops"]:
        return "sops-encrypted"
    if str(data.get("apiVersion", "")).startswith("kustomize.config.k8s.io/"):
        return "kustomization"
    return None


class Concluded(NamedTuple):
    """What a rule across files concludes: its finding, the fact it is about, and what mends it, as in a Conclusion."""

    finding: Finding
    about: Told
    edits: tuple[tuple[Told, tuple[Edit, ...]], ...] = ()
    after: tuple[Told, ...] = ()


_One = TypeVar("_One", Found, Concluded)


def conclude(told: Iterable[Told], setup: Setup) -> list[Concluded]:
    """What the rules across files say of everything that was noted in the run and the config lets be reported.

    Those that conclude from absence come last: an object may go by what another rule concludes.
    """
    facts: dict[str, list[Told]] = {}
    for one in told:
        facts.setdefault(one.rule, []).append(one)
    found: list[Concluded] = []
    for rule in sorted(setup.rules, key=lambda rule: rule.whole):
        if rule.whole and not setup.whole:
            break
        mine = facts.get(rule.name, [])
        if not mine:
            continue  # most rules of most runs: their checks are not even imported
        mine = _going(mine, found) if rule.whole else mine
        for conclusion in rule.conclude(mine, setup.options.get(rule.name, {})):
            about = mine[conclusion.about]
            concluded = Concluded(
                _concluded(rule, conclusion, about, mine, setup),
                about,
                tuple((mine[index], edits) for index, edits in conclusion.edits.items()),
                tuple(mine[index] for index in conclusion.after),
            )
            if not about.silenced and is_heard(concluded.finding, setup):
                found.append(concluded)
    return found


def _going(facts: list[Told], found: list[Concluded]) -> list[Told]:
    """`facts` with the objects that go by the fixes of `found`."""
    going = {
        (fact.place.file, fact.at): one.finding.rule
        for one in found
        for fact, edits in one.edits
        if DropDocument() in edits
    }
    return [fact._replace(goes=fact.goes or going.get((fact.place.file, fact.at))) for fact in facts]


def _concluded(rule: Rule, conclusion: Conclusion, about: Told, facts: Sequence[Told], setup: Setup) -> Finding:
    options = setup.options.get(rule.name, {})
    known = {"path": about.shown, "kind": about.object.kind, "name": about.object.name or ""}
    fields = {**rule.defaults, **options, **known, **conclusion.fields}
    hit = Hit((), conclusion.case, fix=conclusion.fix)
    remedy = rule.remedy(hit, options)
    fix = None
    if remedy and (conclusion.edits or remedy.applicability == "suggestion"):
        caveat = fill(remedy.caveat, fields) if remedy.caveat else None
        drops = DropDocument() in conclusion.edits.get(conclusion.about, ())
        asking = remedy.options if remedy.applicability == "suggestion" else ()
        fix = Fix(remedy.applicability, fill(remedy.title, fields), caveat, drops=drops, options=asking)
    related = tuple((facts[index].place, fill(rule.related[word], fields)) for index, word in conclusion.related)
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
        where=about.where,
        value=about.value,
        origin=about.origin,
    )


def is_heard(finding: Finding, setup: Setup) -> bool:
    """Whether the config lets `finding` be reported."""
    return not any(entry.silences(finding, setup.today) for entry in setup.ignore)


def unaccepted(found: Sequence[_One], setup: Setup) -> Sequence[_One]:
    """What of `found`, which holds all findings of its rules in its files, the baseline does not accept."""
    if setup.baseline is None:
        return found
    accepted = setup.baseline.accepts([one.finding for one in found])
    return [one for one, known in zip(found, accepted, strict=True) if not known]


# -- fixing


def fix(source: Source, setup: Setup, unsafe: bool) -> Fixed:
    """Mends what can be mended in `source`, and asks again until nothing changes.

    Every change is proven (lower.change), and one that brings an error that was not there is not made.
    """
    documents = tree.read(source.text)
    before = checked = _check(source, documents, setup)
    mended: list[Finding] = []
    refused: list[Refused] = []
    for _ in range(ROUNDS):
        wanted = _wanted(checked.found, setup, unsafe)
        round_ = _Round(source, documents, checked, setup)
        if wanted:
            round_.make(wanted)
        refused = round_.refused
        if not round_.made:
            break
        mended += [found.finding for found in round_.made]
        source, documents, checked = round_.source, round_.documents, round_.checked
    return Fixed(source.text, mended, refused, before, checked)


def _wanted(found: list[Found], setup: Setup, unsafe: bool) -> list[Found]:
    """What is to be mended; in an object that goes, nothing else."""
    heard = unaccepted([one for one in found if is_heard(one.finding, setup)], setup)
    wanted = [one for one in heard if one.edits and is_allowed(one.finding.fix, unsafe)]
    going = {(one.document, one.finding.object): one for one in wanted if one.finding.fix and one.finding.fix.drops}
    return [one for one in wanted if going.get((one.document, one.finding.object), one) is one] if going else wanted


def is_allowed(fix: Fix | None, unsafe: bool) -> bool:
    """Whether `fix` may be made: a safe one always, an unsafe one where that was asked for."""
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
            reason = str(refusal)
        else:
            self.made += wanted
            return
        # behind the handler: what is caught holds the text as it would have been, and all its documents
        if len(wanted) == 1:
            self.refused.append(Refused(wanted[0].finding, reason))
            return
        middle = len(wanted) // 2
        self.make(wanted[:middle])
        self.make(wanted[middle:])

    def attempt(self, wanted: list[Found]) -> None:
        edits: dict[int, list[Edit]] = {}
        for found in wanted:
            for index, mine in by_document(found.edits, found.document).items():
                edits.setdefault(index, []).extend(mine)
        self.source, self.documents, self.checked = _changed(self.before, self.read, edits, self.errors, self.setup)


def change(source: Source, edits: dict[int, list[Edit]], setup: Setup) -> Source:
    """`source` after `edits` (per index of its document), proven. Raises CannotEdit, as a fix does."""
    documents = tree.read(source.text)
    return _changed(source, documents, edits, _errors(_check(source, documents, setup)), setup)[0]


def _changed(
    before: Source, read: list[Document], edits: dict[int, list[Edit]], errors: Errors, setup: Setup
) -> tuple[Source, list[Document], Checked]:
    if before.problem:
        raise CannotEdit(before.problem)
    if any(not_checked(read[index].data) for index in edits):
        raise CannotEdit("it reaches into a document that is not asklint's to change")
    text, documents = lower.change(before.text, read, edits)
    source = before.with_text(text)
    checked = _check(source, documents, setup)
    more = _errors(checked) - errors
    if more:
        raise CannotEdit(f"it would bring an error that is not there now: {_first(checked, more)}")
    return source, documents, checked


def _first(checked: Checked, errors: Errors) -> str:
    """The rule and the message of the first of `errors`."""
    return next(f"{one.rule}: {one.message}" for one in checked.findings if _key(one) in errors)


def _errors(checked: Checked) -> Errors:
    """How many errors there are in each place; list items are one place: they change their numbers with the list.

    The object is the same under another apiVersion.
    """
    return Counter(_key(one) for one in checked.findings if one.severity == "error")


def _key(finding: Finding) -> tuple[str, str]:
    return str(finding.object and finding.object[1:]), _NUMBER.sub("/*", finding.pointer or "")
