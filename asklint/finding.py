"""What a rule found and what would mend it: Hit, Fix, Finding, Severity, Applicability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from asklint.edit import Edit
from asklint.path import Path

Severity = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe", "suggestion"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Hit(NamedTuple):
    """One place in one object where a rule speaks, as a check yields it.

    `path` is counted from the object's root (from the document's root for rules of scope `text`).
    """

    path: Path
    case: str = ""  # which of the rule's messages and fixes, where it has several
    fields: Mapping[str, object] = {}  # fills the {braces} of the message, title and caveat
    edits: tuple[Edit, ...] = ()  # what mends it, where `do` cannot say it; paths as `path`
    missing: bool = False  # something is missing below `path`: the place is the key alone
    related: tuple[tuple[Path, str], ...] = ()  # second places in the same object, each with the name of its words
    data: Mapping[str, Any] | None = None  # what the rule has to tell in numbers
    offsets: tuple[int, int] | None = None  # the place in the text, for what no path reaches
    fix: str = ""  # which of the rule's fixes, where that is not the one of its case


class Fact(NamedTuple):
    """What a rule across files notes of one object: `data` is plain (str, int, list, dict…), `path` as in a Hit."""

    path: Path
    data: Any
    missing: bool = False


class Conclusion(NamedTuple):
    """What a rule across files makes of all facts; facts are named by their indexes; `related` as in a Hit.

    `edits` mend it: what changes in the object of each fact, with paths from that object's root, all of it or nothing,
    and only once the objects of the facts in `after` are gone.
    """

    about: int
    case: str = ""
    fields: Mapping[str, object] = {}
    related: tuple[tuple[int, str], ...] = ()
    data: Mapping[str, Any] | None = None
    edits: Mapping[int, tuple[Edit, ...]] = {}
    after: tuple[int, ...] = ()
    fix: str = ""  # as in a Hit


class Fix(NamedTuple):
    """What would make a finding go away, in the user's words; `diff` is (line, old lines, new lines) per change."""

    applicability: Applicability
    title: str
    caveat: str | None = None
    refused: str | None = None  # why asklint does not make this edit (CannotEdit), None where it does
    diff: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = ()
    drops: bool = False  # the whole object goes; what else is wrong with it is none of anybody's business then
    adds: tuple[str, ...] = ()  # the objects that it makes, as `PersistentVolume data`
    options: tuple[str, ...] = ()  # of the rule: a suggestion becomes a fix once they are set


class Place(NamedTuple):
    """Where in a file: lines and columns from 1, columns in code points, the end exclusive; and the lines as such."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: tuple[str, ...] = ()  # the source lines from `line` on, secrets masked


class Identity(NamedTuple):
    """What names a Kubernetes object."""

    api_version: str
    kind: str
    namespace: str | None
    name: str | None


class Origin(NamedTuple):
    """What rendered the line of a finding.

    `template` is the file, as the engine names it; `values` are those that its line, or the block around it, uses.
    `exact` is whether the finding's place is the line that made it; otherwise it is a line around it, or not known.
    """

    template: str
    values: tuple[str, ...] = ()
    exact: bool = False


class Finding(NamedTuple):
    """One place in one file where a rule speaks, ready to be shown."""

    rule: str
    severity: Severity
    message: str
    place: Place
    pointer: str | None
    object: Identity | None
    fix: Fix | None
    source: str | None  # the vendor page the rule rests on
    related: tuple[tuple[Place, str], ...] = ()
    data: Mapping[str, Any] | None = None
    container: str | None = None  # the name of the container in which the place is
    targets: tuple[str, ...] = ()  # those that it is true of, where a run asks about several
    where: str = ""  # the path with list items by their names: with `value`, what it is known by (asklint.key)
    value: str = ""  # what is said to be wrong, as text without secrets; "" where something is missing
    origin: Origin | None = None  # what rendered the line, where a template engine did


class Seen(NamedTuple):
    """An object that was checked: whether it describes pods, and the file in which it stands."""

    object: Identity
    pods: bool
    file: str


class Told(NamedTuple):
    """A Fact with its place: what leaves a file for the rules that look across files."""

    rule: str
    data: Any
    place: Place
    pointer: str
    object: Identity
    shown: str  # the path, for people
    silenced: bool  # whether a comment or an annotation keeps the rule silent here
    at: tuple[int, Path] = (0, ())  # where the object stands: the index of its document, and its path there
    goes: str | None = None  # the rule whose fix drops the object
    where: str = ""  # as in a Finding
    value: str = ""
    origin: Origin | None = None


class Outcome(NamedTuple):
    """What a file says, without what it takes to fix it: what leaves a worker, and what is cached."""

    findings: list[Finding]
    seen: list[Seen]  # the objects that were checked
    skipped: list[str]  # why documents, or the whole file, were not checked
    silenced: int  # findings that comments and annotations keep from being reported
    told: list[Told]  # facts for the rules across files


NOTHING = Outcome([], [], [], 0, [])


class Run(NamedTuple):
    """What surrounds a run: formats for other programs tell it, those for people do not.

    Files are named from the folder `cwd`; `root` is the one from which other programs count them.
    """

    cwd: str = ""
    root: str = ""
    status: int | None = None  # the exit status
    fail_on: str = "error"
    folders: Sequence[str] = ()  # the user's own rules
    before: Mapping[str, Any] | None = None  # an earlier report in JSON, to compare with


class Readiness(NamedTuple):
    """How far a namespace of a live cluster is; `""` holds what stands in none.

    `complete` says whether all kinds that were asked for could be read there.
    """

    namespace: str
    objects: int
    errors: int
    warnings: int
    complete: bool = True

    @property
    def ready(self) -> bool:
        """Whether all that was asked for was read, and nothing in it is an error."""
        return self.complete and not self.errors


class Report(NamedTuple):
    """All that a run has to say, in the order of the files."""

    target: str
    findings: list[Finding]
    files: int = 0  # read, checked or not
    objects: int = 0
    skipped: Mapping[str, int] = {}  # files and documents that were read and not checked, by reason
    silenced: int = 0
    unread: Sequence[tuple[str, str]] = ()  # files that could not be read, each with the reason
    mended: Sequence[Finding] = ()  # fixes made, or that would be made (--diff, --check)
    refused: Sequence[tuple[Finding, str]] = ()  # fixes that were not made, each with the reason
    written: Sequence[str] = ()  # files written
    lang: str = "en"
    names: Sequence[str] = ()  # of the files, in their order
    moot: int = 0  # findings in objects that a fix drops whole, which are not among `findings`
    accepted: int = 0  # findings that the baseline keeps from being reported
    stale: Mapping[tuple[str, str], int] = {}  # what the baseline accepts and is no more, by file and key
    namespaces: Sequence[Readiness] | None = None  # of a live cluster; None where files were read
    sides: Sequence[Report] = ()  # what each target says, where a run asks about several; `target` names them all
    seen: Sequence[Seen] = ()  # the objects that were checked
    run: Run = Run()
    expired: Sequence[str] = ()  # the entries of the config's `ignore` whose `until` is past
