"""What a fix promises, held against one file: said right, written as declared, nothing else touched, settled."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import second

from asklint import engine, lower, tree
from asklint.edit import DropDocument, Move, Remove
from asklint.finding import Finding
from asklint.rule import FIELD
from asklint.source import Source

_COMMENT = re.compile(r"(?:^|\s)#.*")
_FAULT = re.compile(r"Traceback|NoneType|has no attribute|(?:Key|Type|Index|Attribute|Assertion)Error|0x[0-9a-f]{8}")


class Change(NamedTuple):
    """One call of lower.change that came to an end: what was to be edited, and what became of the text."""

    before: str
    documents: list[tree.Document]
    edits: dict[int, list[Any]]
    splices: list[lower.Splice]
    after: str


@contextmanager
def watched() -> Iterator[list[Change]]:
    """Every change that lower makes while this is open."""
    changes: list[Change] = []
    splices: list[lower.Splice] = []
    change, apply = lower.change, lower.apply

    def seen_apply(text: str, made: Iterable[lower.Splice]) -> str:
        splices[:] = made
        return apply(text, splices)

    def seen_change(text: str, documents: list[tree.Document], edits: dict[int, list[Any]]) -> Any:
        result = change(text, documents, edits)
        mine = {index: list(of_document) for index, of_document in edits.items()}
        changes.append(Change(text, documents, mine, [*splices], result[0]))
        return result

    lower.change, lower.apply = seen_change, seen_apply  # type: ignore[assignment]
    try:
        yield changes
    finally:
        lower.change, lower.apply = change, apply


def led(changes: Sequence[Change], first: str, last: str) -> list[Change]:
    """Those of `changes` that led from the text `first` to the text `last`: others were tried and given up."""
    chain: list[Change] = []
    while last != first:
        chain.insert(0, next(change for change in reversed(changes) if change.after == last))
        last = chain[0].before
        if len(chain) > len(changes):
            raise LookupError("the changes go round in a circle")
    return chain


# -- the promises of one file


class Held:
    """One file held to the promises; `broken` tells those that are not kept."""

    def __init__(self) -> None:
        self.broken: list[tuple[str, str]] = []
        self.lost: list[str] = []
        self.parents: Counter[str] = Counter()
        self.opinions: Counter[str] = Counter()

    def say(self, promise: str, how: str) -> None:
        self.broken.append((promise, how))

    # what is said

    def words(self, source: Source, findings: Sequence[Finding], messages: dict[str, str]) -> None:
        """Messages are whole, places lie in the text, excerpts are its lines, and nothing secret is told."""
        lines = source.text.split("\n")
        for one in findings:
            place = one.place
            where = f"{one.rule} at {place.line}:{place.column}"
            if _FAULT.search(one.message) or (one.fix and _FAULT.search(f"{one.fix.title} {one.fix.refused}")):
                self.say("words", f"{where}: an exception's text: {one.message}")
            if set(FIELD.findall(messages.get(one.rule, ""))) & set(FIELD.findall(one.message)):
                self.say("words", f"{where}: a field is not filled: {one.message}")
            start, end = (place.line, place.column), (place.end_line, place.end_column)
            inside = 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1
            if not inside or end < start:
                self.say("places", f"{where}: {place[1:5]} is no place in the text")
            for number, line in enumerate(place.excerpt):
                if "•••" not in line and line.rstrip("\r") != lines[place.line - 1 + number].rstrip("\r"):
                    self.say("places", f"{where}: the excerpt is not line {place.line + number}")
        self.secrets(source, findings)

    def counted(self, source: Source, checked: engine.Checked) -> None:
        """Something is said of every file; another reader sees as many objects where nothing is said to be left out."""
        for finding in checked.findings:
            if finding.rule == "yaml-syntax" and "{{" in _chunk_at(source, finding.place.line):
                self.say("templates", f"a template is called broken at line {finding.place.line}")
        if not checked.objects and not checked.skipped and not checked.findings:
            self.say("no false green", "nothing is said of it")
        if checked.skipped or any(one.rule == "yaml-syntax" for one in checked.findings):
            return
        try:
            documents = [second.data(second.by_pyyaml(chunk.text)) for chunk in second.split(source.text) if chunk.says]
        except second.CannotSay:
            self.opinions["not counted by PyYAML"] += 1
            return
        number = sum(map(_count, documents))
        if number != checked.objects:
            self.say("no false green", f"{checked.objects} objects are checked, there are {number}")

    def secrets(self, source: Source, findings: Sequence[Finding]) -> None:
        told = repr([(one.message, one.place.excerpt, one.fix, one.data, one.related, one[-2:]) for one in findings])
        for chunk in second.split(source.text):
            if "Secret" not in chunk.text:
                continue
            for value in _secrets(chunk):
                if len(value) > 7 and value in told:
                    self.say("secrets", f"the value {value[:2]}… of a Secret is shown")

    def pointers(self, source: Source, findings: Sequence[Finding]) -> None:
        """Where a finding points is where another reader finds what its pointer names."""
        if source.text.lstrip().startswith("{"):
            return
        for chunk in second.split(source.text) if findings else []:
            first, last = source.position(chunk.start).line, source.position(chunk.start + len(chunk.text)).line
            mine = [one for one in findings if one.pointer is not None and first <= one.place.line <= last]
            if not mine or second.aliased(chunk.text) or second.broken_up(source.text):
                continue
            try:
                node = second.by_pyyaml(chunk.text)
                items = _items(second.data(node))
            except second.CannotSay:
                continue
            for one in mine:
                places = [_nearest(node, (*base, *_path(one.pointer or "")), len(base)) for base in items]
                wanted = {(first + at.line, at.column + 1) for at in places if at}
                mark = one.place.line == first and chunk.text.startswith("\ufeff")  # which PyYAML does not count
                if (one.place.line, one.place.column - mark) not in wanted:
                    self.say("pointers", f"{one.rule}: {one.pointer} is not at {one.place.line}:{one.place.column}")

    # what is written

    def change(self, change: Change) -> None:
        """The new text is the old one but for what was declared, to the second readers as well."""
        self.splices(change)
        old = second.split(change.before)
        edits = {_chunk(old, change.documents[index].start): mine for index, mine in change.edits.items()}
        for name, reader in (("PyYAML", second.by_pyyaml), ("ruamel.yaml", second.by_ruamel)):
            self.documents(name, reader, change, old, edits)
        self.gone(change, old, edits)

    def splices(self, change: Change) -> None:
        """The text between the splices is the same to the last character."""
        at, built = 0, ""
        for splice in sorted(change.splices, key=lambda splice: splice[:2]):
            start = max(splice.start, at)
            built += change.before[at:start] + splice.text
            at = max(splice.end, at)
        if built + change.before[at:] != change.after:
            self.say("bytes", "the new text is not the old one with its splices")

    def documents(
        self, name: str, reader: second.Reader, change: Change, old: list[second.Chunk], edits: dict[int, list[Any]]
    ) -> None:
        new = [chunk for chunk in second.split(change.after) if chunk.says]
        try:
            wanted: list[Any] = []
            for number, chunk in enumerate(old):
                if number in edits:
                    wanted += second.edited(reader(chunk.text), edits[number])
                elif chunk.says:
                    wanted.append(chunk.text)
        except second.CannotSay:
            self.opinions[f"not read by {name}"] += 1
            return
        self.opinions[f"read by {name}"] += 1
        if len(wanted) != len(new):
            self.say("declared", f"{len(new)} documents, {len(wanted)} declared ({name})")
            return
        for one, chunk in zip(wanted, new, strict=True):
            if isinstance(one, str):
                if one != chunk.text and one.strip() != chunk.text.strip():
                    self.say("bytes", "a document without a fix is not the same")
                continue
            try:
                difference = second.differs(one, second.data(reader(chunk.text)))
            except second.CannotSay as error:
                difference = f"it cannot read the new text: {error}"
            if difference:
                self.say("declared", f"{name}: {difference}")

    def gone(self, change: Change, old: list[second.Chunk], edits: dict[int, list[Any]]) -> None:
        """Every line that went was one that an edit names, a comment on it, or has only slid to another place."""
        free: set[int] = set()
        for number, mine in edits.items():
            chunk = old[number]
            first = change.before.count("\n", 0, chunk.start)
            if any(isinstance(edit, DropDocument) for edit in mine):
                free.update(range(first - 1, first + chunk.text.count("\n") + 1))
                continue
            try:
                node = second.by_pyyaml(chunk.text)
                second.data(node)
            except second.CannotSay:
                return
            if second.aliased(chunk.text) or second.broken_up(chunk.text):
                self.opinions["with aliases, or line ends of YAML alone: lines not looked at"] += 1
                return
            for spot in [*(spot for edit in mine for spot in second.places(node, edit)), *self.emptied(node, mine)]:
                free.update(range(first + spot.line, first + spot.last + 1))
        for first, was, now in _blocks(change):
            self.kept([(number, line, number in free) for number, line in enumerate(was, first)], now)

    def kept(self, was: list[tuple[int, str, bool]], now: list[str]) -> None:
        """What stood in the lines `was` stands in `now`, in its order, but for lines that a fix may take (`True`)."""
        at = 0
        stay = Counter(map(_said, now))
        for number, line, may_go in was:
            comment = _COMMENT.search(line)
            if may_go:
                if comment and not any(comment[0].strip() in other for other in now):
                    self.lost.append(f"{number + 1}: {line.strip()}")
            elif _said(line).strip():  # a dash alone is held by what the readers find in its place
                found = next((index for index in range(at, len(now)) if _holds(now[index], line)), None)
                if found is not None:
                    at = found + 1
                elif line.lstrip().startswith("#") and not stay[_said(line)]:
                    self.lost.append(f"{number + 1}: {line.strip()}")
                else:
                    self.say("bytes", f"line {number + 1} is not kept, which no fix names: {line.strip()[:80]}")

    def emptied(self, node: Any, edits: list[Any]) -> Iterator[second.Place]:
        removed = {edit.path for edit in edits if isinstance(edit, Remove | Move)}
        todo = list(removed)
        while todo:
            parent = todo.pop()[:-1]
            value = second.get(second.data(node), parent)
            keys = list(value) if isinstance(value, dict) else range(len(value or ()))
            if parent and parent not in removed and all((*parent, key) in removed for key in keys):
                removed.add(parent)
                todo.append(parent)
                self.parents[str(parent[-1])] += 1
                spot = second.place(node, parent)
                if spot:
                    yield spot

    def form(self, before: bytes, after: bytes) -> None:
        """Marks, line ends and a missing last newline stay."""
        for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
            if before.startswith(mark) != after.startswith(mark):
                self.say("form", "the byte-order mark is not kept")
        ends = [Counter(re.findall(rb"\r*\n|\r", raw)) for raw in (before, after)]
        if ends[1].keys() - ends[0].keys():
            self.say("form", "the line ends are not those of the file")
        blank = re.search(rb"\n\s*\n", before)  # it may be the last line, where the one below it has gone
        if after.strip(b"\xef\xbb\xbf\n\r") and not blank and before.endswith(b"\n") != after.endswith(b"\n"):
            self.say("form", "the last newline is not kept")

    def settled(self, source: Source, checked: engine.Checked, fixed: engine.Fixed, again: engine.Fixed) -> None:
        """A second fix (`again`) changes nothing, no error is new, and what is left is what a fresh check says."""
        if again.text != fixed.text:
            changed = "".join(difflib.unified_diff(fixed.text.splitlines(True), again.text.splitlines(True), n=0))
            self.say("settled", f"a second fix changes it again:\n{changed[:400]}")
        elif again.checked.findings != fixed.checked.findings:
            self.say("settled", "a fresh check finds something else than the fix left")
        places = {(one.object and one.object[1:], one.pointer) for one in checked.findings if one.severity == "error"}
        for rule, of in _errors(fixed.checked) - _errors(checked):
            new = [one for one in fixed.checked.findings if one.rule == rule and one.severity == "error"]
            if not all((one.object and one.object[1:], one.pointer) in places for one in new):
                self.say("no new error", f"{rule} of {of}")


def _chunk_at(source: Source, line: int) -> str:
    """The text of the document that holds the line of this number, from 1, or the line where it parts documents."""
    at = source.line_starts[line - 1]
    if re.match("---(?!#)", source.text[at : at + 4]):
        return source.text[at:].partition("\n")[0]
    return next(chunk.text for chunk in reversed(second.split(source.text)) if chunk.start <= at)


def _chunk(chunks: Sequence[second.Chunk], start: int) -> int:
    """The number of the one that starts at `start`, or behind the blanks there, as a JSON value does."""
    starts = [chunk.start for chunk in chunks]
    return starts.index(min(at for at in starts if at >= start))


def _errors(checked: engine.Checked) -> Counter[tuple[str, str]]:
    """How many errors of a rule an object has; a fix may give it another kind or version, never another name."""
    errors = [one for one in checked.findings if one.severity == "error"]
    return Counter((one.rule, f"{one.object.namespace}/{one.object.name}" if one.object else "") for one in errors)


def _secrets(chunk: second.Chunk) -> Iterator[str]:
    try:
        value = second.plain(second.data(second.by_pyyaml(chunk.text)))
    except second.CannotSay:
        return
    for one in [value, *(second.get(value, ("items",)) or ())]:
        if second.get(one, ("kind",)) == "Secret":
            for key in ("data", "stringData"):
                held = second.get(one, (key,))
                yield from (str(item) for item in held.values()) if isinstance(held, dict) else ()


def _items(value: Any) -> list[tuple[Any, ...]]:
    """Where the objects of a document stand: in it, or in its items."""
    items = second.get(value, ("items",))
    return [(), *(("items", index) for index in range(len(items)))] if isinstance(items, list) else [()]


def _count(value: Any) -> int:
    """The Kubernetes objects in a document."""
    if not (isinstance(value, dict) and _is_text(value.get("apiVersion")) and _is_text(value.get("kind"))):
        return 0
    items = value.get("items")
    if not value["kind"].text.endswith("List") or not isinstance(items, list):
        return 1
    if value["kind"].text == "List":
        return sum(map(_count, items))
    return sum(isinstance(item, dict) for item in items)


def _is_text(value: Any) -> bool:
    return isinstance(value, second.Leaf) and value.tag == "str" and bool(value.text)


def _path(pointer: str) -> tuple[Any, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _nearest(node: Any, path: tuple[Any, ...], least: int) -> second.Place | None:
    """Where what `path` names is written, or the deepest of its parents that is: what is missing is told there."""
    path = _fit(second.data(node), path)
    while len(path) > least and second.get(second.data(node), path) is None:
        path = path[:-1]
    return second.place(node, path)


def _fit(value: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """`path` with numbers where lists are."""
    fitted: list[Any] = []
    for key in path:
        fitted.append(int(key) if isinstance(value, list) and str(key).isdigit() else key)
        value = second.get(value, fitted[-1:])
    return tuple(fitted)


def _blocks(change: Change) -> Iterator[tuple[int, list[str], list[str]]]:
    """The lines that splices touch: the number of the first one (from 0), what they were, what stands there now."""
    blocks: list[tuple[int, int, list[lower.Splice]]] = []
    for splice in sorted(change.splices, key=lambda splice: splice[:2]):
        first, last = (change.before.count("\n", 0, at) for at in (splice.start, splice.end))
        if blocks and first <= blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(last, blocks[-1][1]), [*blocks[-1][2], splice])
        else:
            blocks.append((first, last, [splice]))
    lines = _lines(change.before)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for first, last, splices in blocks:
        at, end = starts[min(first, len(lines))], starts[min(last + 1, len(lines))]
        new = ""
        for splice in splices:
            new += change.before[at : max(splice.start, at)] + splice.text
            at = max(splice.end, at)
        yield first, lines[first : last + 1], _lines(new + change.before[at:end])


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _holds(now: str, was: str) -> bool:
    """Whether the line `now` says what `was` did; in a flow collection it may have slid to other parts of it."""
    said, says = _said(was), _said(now)
    if not (was.endswith("\n") and now.endswith("\n")):  # it was the last line, or is it: which need not end
        said, says = said.removesuffix("\r"), says.removesuffix("\r")
    return says == said or (len(said) > 2 and said in says and re.search(r"[][{}]", was + now) is not None)


def _said(line: str) -> str:
    """What a line says without its indentation and dash, which change as items slide up, and without what closes it."""
    line = line.removesuffix("\n")
    end = "\r" if line.endswith("\r") else ""
    return line.removesuffix(end).lstrip(" \t-").rstrip(",]} ") + end
