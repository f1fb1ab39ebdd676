"""Check and fix real manifests, and hold every promise of a fix against each of them.

    python benchmarks/gate.py PATH… [--target TARGET]… [--jobs N] [--all]

Works on a copy in a temporary folder. Prints what was found and made, and every promise that was broken; exits 1 then.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import second
import variants

from asklint import engine, lower, run, tree
from asklint.edit import DropDocument, Move, Remove
from asklint.finding import SEVERITIES, Finding
from asklint.inputs import files
from asklint.rule import FIELD, TARGETS
from asklint.source import Source

SAMPLE = 11  # every 11th file without a finding is read in other spellings too; every file with one is
_COMMENT = re.compile(r"(?:^|\s)#.*")
_FAULT = re.compile(r"Traceback|NoneType|object has no attribute|(?:Key|Type|Index|Attribute|Assertion)Error|0x[0-9a-f]{8}")


class Change(NamedTuple):
    """One call of lower.change that came to an end: what was to be edited, and what became of the text."""

    before: str
    documents: list[tree.Document]
    edits: dict[int, list[Any]]
    splices: list[lower.Splice]
    after: str


class Seen(NamedTuple):
    """What one file showed on one target."""

    name: str
    target: str
    broken: list[tuple[str, str]]  # the promise, and how it was broken
    objects: int = 0
    skipped: tuple[str, ...] = ()
    found: Counter[tuple[str, str]] = Counter()  # (rule, severity)
    mended: Counter[str] = Counter()
    refused: Counter[tuple[str, str]] = Counter()  # (rule, reason)
    lost: tuple[str, ...] = ()  # comment lines that went, each with its place
    parents: Counter[str] = Counter()  # collections that went since they were left empty
    opinions: Counter[str] = Counter()  # what the second readers could and could not read
    variants: Counter[str] = Counter()
    rows: tuple[tuple[Any, ...], ...] = ()  # the findings
    left: tuple[tuple[Any, ...], ...] = ()  # those that stay after fix --unsafe
    fixed: bytes | None = None  # the file after fix --unsafe, where it differs
    seconds: float = 0.0


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
        changes.append(Change(text, documents, {key: list(value) for key, value in edits.items()}, [*splices], result[0]))
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

    def words(self, source: Source, findings: Sequence[Finding], rules: dict[str, Any]) -> None:
        """Messages are whole, places lie in the text, excerpts are its lines, and nothing secret is told."""
        lines = source.text.split("\n")
        for one in findings:
            place = one.place
            where = f"{one.rule} at {place.line}:{place.column}"
            if _FAULT.search(one.message) or (one.fix and _FAULT.search(f"{one.fix.title} {one.fix.refused}")):
                self.say("words", f"{where}: an exception's text: {one.message}")
            if set(FIELD.findall(rules[one.rule])) & set(FIELD.findall(one.message)):
                self.say("words", f"{where}: a field is not filled: {one.message}")
            start, end = (place.line, place.column), (place.end_line, place.end_column)
            if not (1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1 and end >= start):
                self.say("places", f"{where}: {place[1:5]} is no place in the text")
            for number, line in enumerate(place.excerpt):
                if "•••" not in line and line != lines[place.line - 1 + number].rstrip("\r"):
                    self.say("places", f"{where}: the excerpt is not line {place.line + number}")
        self.secrets(source, findings)

    def secrets(self, source: Source, findings: Sequence[Finding]) -> None:
        told = repr([(one.message, one.place.excerpt, one.fix, one.data, one.related) for one in findings])
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
        starts = source.line_starts
        for chunk in second.split(source.text) if findings else []:
            first, last = source.position(chunk.start).line, source.position(chunk.start + len(chunk.text)).line
            mine = [one for one in findings if one.pointer is not None and first <= one.place.line <= last]
            if not mine or second.aliased(chunk.text):
                continue
            try:
                node = second.by_pyyaml(chunk.text)
                items = _items(second.data(node))
            except second.CannotSay:
                continue
            for one in mine:
                path = _path(one.pointer or "")
                places = [second.place(node, _fit(second.data(node), (*base, *path))) for base in items]
                wanted = {(first + at.line, at.column + 1) for at in places if at}
                mark = 1 if source.text.startswith("\ufeff") and first == 1 else 0
                if (one.place.line, one.place.column + mark) not in wanted:
                    self.say("pointers", f"{one.rule}: {one.pointer} is not at {one.place.line}:{one.place.column}")
        assert starts

    # what is written

    def change(self, change: Change) -> None:
        """The new text is the old one but for what was declared, to the second readers as well."""
        self.splices(change)
        old = second.split(change.before)
        edits = {
            next(n for n, chunk in enumerate(old) if chunk.start <= at <= chunk.start + len(chunk.text)): mine
            for at, mine in ((change.documents[index].start, mine) for index, mine in change.edits.items())
        }
        for name, reader in (("PyYAML", second.by_pyyaml), ("ruamel.yaml", second.by_ruamel)):
            self.documents(name, reader, change, old, edits)
        self.gone(change, old, edits)

    def splices(self, change: Change) -> None:
        """The text between the splices is the same to the last character."""
        at, built = 0, ""
        for splice in sorted(set(change.splices)):
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
            except second.CannotSay:
                return
            if second.aliased(chunk.text):
                self.opinions["with aliases: lines not looked at"] += 1
                return
            for spot in [*(spot for edit in mine for spot in second.places(node, edit)), *self.emptied(node, mine)]:
                free.update(range(first + spot.line, first + spot.last + 1))
        for number, line, kept in _gone_lines(change):
            if _COMMENT.search(line) and not (number in free and not line.lstrip().startswith("#") and kept):
                self.lost.append(f"{number + 1}: {line.strip()}")
            if number not in free and not kept and line.strip() and not line.lstrip("- ").startswith("#"):
                self.say("bytes", f"line {number + 1} went, which no fix names: {line.strip()[:80]}")

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
        ends = [(raw.count(b"\r\n"), raw.count(b"\n") - raw.count(b"\r\n")) for raw in (before, after)]
        if any(ends[1][kind] and not ends[0][kind] for kind in (0, 1)):
            self.say("form", "the line ends are not those of the file")
        if after.strip() and before.endswith(b"\n") != after.endswith(b"\n"):
            self.say("form", "the last newline is not kept")

    def settled(self, source: Source, fixed: engine.Fixed, checked: engine.Checked, setup: engine.Setup, unsafe: bool) -> None:
        """A second fix changes nothing, no error is new, and what is left is what a fresh check says."""
        again = engine.fix(_with(source, fixed.text), setup, unsafe)
        if again.text != fixed.text:
            changed = "".join(difflib.unified_diff(fixed.text.splitlines(True), again.text.splitlines(True), n=0))
            self.say("settled", f"a second fix changes it again:\n{changed[:400]}")
        if [_row(one) for one in again.checked.findings if not again.mended] != [_row(one) for one in fixed.checked.findings]:
            self.say("settled", "a fresh check finds something else than the fix left")
        more = _errors(fixed.checked) - _errors(checked)
        if more:
            self.say("no new error", f"{next(iter(more))} is new")


def _with(source: Source, text: str) -> Source:
    return Source(source.name, text, source.encoding, source.mark, source.problem)


def _errors(checked: engine.Checked) -> Counter[tuple[str, str]]:
    return Counter((one.rule, str(one.object)) for one in checked.findings if one.severity == "error")


def _row(one: Finding) -> tuple[Any, ...]:
    place = one.place
    identity = (place.file, place.line, place.column, place.end_line, place.end_column)
    return (*identity, one.rule, one.severity, one.message, one.pointer)


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


def _path(pointer: str) -> tuple[Any, ...]:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def _fit(value: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """`path` with numbers where lists are."""
    fitted: list[Any] = []
    for key in path:
        fitted.append(int(key) if isinstance(value, list) and str(key).isdigit() else key)
        value = second.get(value, fitted[-1:])
    return tuple(fitted)


def _gone_lines(change: Change) -> Iterator[tuple[int, str, bool]]:
    """The lines of the old text that are not in the new one: number from 0, text, and whether it has only slid."""
    blocks: list[tuple[int, int, list[lower.Splice]]] = []
    for splice in sorted(set(change.splices)):
        first = change.before.count("\n", 0, splice.start)
        last = change.before.count("\n", 0, splice.end)
        if blocks and first <= blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(last, blocks[-1][1]), [*blocks[-1][2], splice])
        else:
            blocks.append((first, last, [splice]))
    lines = change.before.splitlines(keepends=True) if "\r" not in change.before else _lines(change.before)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for first, last, splices in blocks:
        start, end = starts[min(first, len(lines))], starts[min(last + 1, len(lines))]
        new, at = "", start
        for splice in splices:
            new += change.before[at : max(splice.start, at)] + splice.text
            at = max(splice.end, at)
        new += change.before[at:end]
        old, now = _lines(change.before[start:end]), _lines(new)
        for tag, one, two, three, four in difflib.SequenceMatcher(None, old, now, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            stay = Counter(_bare(line) for line in now[three:four])
            for number in range(one, two):
                bare = _bare(old[number])
                kept = stay[bare] > 0
                stay[bare] -= kept
                yield first + number, old[number], kept


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _bare(line: str) -> str:
    return line.strip().removeprefix("- ").strip()


# -- one file


def look(one: files.Input, target: str, setup: engine.Setup, rules: dict[str, Any], sampled: bool) -> Seen:
    """Everything about one file on one target."""
    held, started = Held(), time.perf_counter()
    try:
        return _look(one, target, setup, rules, sampled, held)._replace(seconds=time.perf_counter() - started)
    except Exception:
        held.say("no exception", traceback.format_exc(limit=-4))
        return Seen(one.name, target, held.broken)


def _look(one: files.Input, target: str, setup: engine.Setup, rules: dict[str, Any], sampled: bool, held: Held) -> Seen:
    if one.reason:
        return Seen(one.name, target, [], skipped=(one.reason,))
    raw = one.path.read_bytes()
    source = files.decode(raw, one.name)
    checked = engine.check(source, setup)
    held.words(source, checked.findings, rules)
    held.pointers(source, checked.findings)
    if not checked.objects and not checked.skipped and not checked.findings:
        held.say("no false green", "nothing is said of it")
    for finding in checked.findings:
        if finding.rule == "yaml-syntax" and "{{" in source.text:
            held.say("templates", f"a template is called broken at line {finding.place.line}")
    fixed = _fix(source, checked, setup, held, raw, unsafe=True)
    if any(finding.fix and finding.fix.applicability == "safe" for finding in checked.findings):
        _fix(source, checked, setup, held, raw, unsafe=False)
    counted: Counter[str] = Counter()
    if target == "ask" and (sampled or checked.findings):
        for promise, how in variants.differences(source, checked, fixed, setup, counted):
            held.say(promise, how)
    return Seen(
        one.name,
        target,
        held.broken,
        checked.objects,
        tuple(checked.skipped),
        Counter((finding.rule, finding.severity) for finding in checked.findings),
        Counter(finding.rule for finding in fixed.mended),
        Counter((refused.finding.rule, refused.reason) for refused in fixed.refused)
        + Counter((one.rule, one.fix.refused) for one in fixed.checked.findings if one.fix and one.fix.refused),
        tuple(held.lost),
        held.parents,
        held.opinions,
        counted,
        tuple(_row(finding) for finding in checked.findings),
        tuple(_row(finding) for finding in fixed.checked.findings),
        source.encode(fixed.text) if fixed.text != source.text else None,
    )


def _fix(
    source: Source, checked: engine.Checked, setup: engine.Setup, held: Held, raw: bytes, unsafe: bool
) -> engine.Fixed:
    with watched() as changes:
        fixed = engine.fix(source, setup, unsafe)
    if fixed.text == source.text:
        if fixed.mended:
            held.say("settled", f"{fixed.mended[0].rule} is said to be mended, and the text is the same")
        return fixed
    if not fixed.mended:
        held.say("bytes", "the text has changed, and nothing is said to be mended")
    chain = led(changes, source.text, fixed.text)
    for change in chain:
        if unsafe:
            held.change(change)
        else:
            Held.change(quiet := Held(), change)
            held.broken += quiet.broken
    held.form(raw, source.encode(fixed.text))
    held.settled(source, fixed, checked, setup, unsafe)
    return fixed


_work: tuple[dict[str, engine.Setup], dict[str, Any]]


def _start(targets: Sequence[str]) -> None:
    global _work
    gc.disable()
    from asklint import data

    messages = {name: json.dumps(spec["message"]) for name, spec in data.load()["rules"].items()}
    _work = {target: run.setup(run.Plan(target)) for target in targets}, messages


def _task(task: tuple[files.Input, str, bool]) -> Seen:
    one, target, sampled = task
    return look(one, target, _work[0][target], _work[1], sampled)


# -- the command


class Command:
    """The real asklint, run on the copy, and what it says held against what the gate saw itself."""

    def __init__(self, work: Path, names: list[str]) -> None:
        self.work = work
        self.names = names
        self.broken: list[tuple[str, str, str]] = []
        script = Path(sys.executable).with_name("asklint")
        self.asklint = [str(script)] if script.is_file() else [sys.executable, "-m", "asklint"]

    def run(self, *arguments: str, statuses: tuple[int, ...] = (0, 1)) -> str:
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.work / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [*self.asklint, *arguments], cwd=self.work, env=environment, capture_output=True, encoding="utf-8"
        )
        if done.returncode not in statuses or "Traceback" in done.stdout + done.stderr:
            self.say("no exception", f"exit {done.returncode} of {' '.join(arguments)}: {done.stderr[-800:]}")
        return done.stdout

    def say(self, promise: str, how: str, name: str = "the command") -> None:
        self.broken.append((name, promise, how))

    def report(self, *arguments: str) -> dict[str, Any]:
        text = self.run(*arguments, "--format", "json")
        try:
            report: dict[str, Any] = json.loads(text)
        except ValueError:
            self.say("no exception", f"{' '.join(arguments)} prints no JSON: {text[:200]}")
            return {"findings": [], "summary": {}}
        return report

    def hold(self, seen: Sequence[Seen]) -> dict[str, Any]:
        """Check, fix and check again; the summary of the last check."""
        before = self.report("check", "--no-cache", *self.names)
        self.same_findings("check", before, [row for one in seen for row in one.rows])
        for options in (["--no-cache", "--jobs", "1"], [], []):  # the last one reads what the one before has kept
            if self.report("check", *options, *self.names) != before:
                self.say("the same in every way", f"check {' '.join(options) or 'from the cache'} says something else")
        listed = self.report("fix", "--unsafe", "--out", "out", *self.names)
        self.same_files(seen, len(listed.get("written", ())))
        after = self.report("check", "--no-cache", *(f"out/{name}" for name in self.names))
        left = [(f"out/{row[0]}", *row[1:]) for one in seen for row in one.left]
        self.same_findings("check of what was fixed", after, left)
        self.same_diff(seen)
        self.run("fix", "--unsafe", "--check", *self.names, statuses=(1,) if any(one.fixed for one in seen) else (0, 1))
        return after["summary"]

    def same_findings(self, what: str, report: dict[str, Any], wanted: list[tuple[Any, ...]]) -> None:
        keys = ("file", "line", "column", "endLine", "endColumn", "rule", "severity", "message", "pointer")
        told = Counter(tuple(finding[key] for key in keys) for finding in report["findings"])
        expected = Counter(wanted)
        for row in (told - expected).keys() | (expected - told).keys():
            word = "tells" if told[row] > expected[row] else "does not tell"
            self.say("predicted", f"{what} {word} {row[1]}:{row[2]} {row[5]}: {row[7]}", row[0])

    def same_files(self, seen: Sequence[Seen], written: int) -> None:
        for one in seen:
            path = self.work / "out" / one.name
            original = (self.work / one.name).read_bytes()
            if not path.is_file():
                self.say("mirror", "it is not in the mirror tree", one.name)
            elif path.read_bytes() != (original if one.fixed is None else one.fixed):
                self.say("mirror", "the file in the mirror tree is not what was predicted", one.name)
        if written != len(seen):
            self.say("mirror", f"{written} files are said to be written, not {len(seen)}")

    def same_diff(self, seen: Sequence[Seen]) -> None:
        """fix --diff, put through git apply, makes the same files."""
        if not shutil.which("git"):
            return
        diff = self.run("fix", "--unsafe", "--diff", "--output", "report.txt", *self.names)
        patched = self.work / "patched"
        for one in seen:
            if one.fixed is not None:
                (patched / one.name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.work / one.name, patched / one.name)
        (self.work / "fix.patch").write_bytes(diff.encode())
        command = ["git", "apply", "--whitespace=nowarn", "-p1", "../fix.patch"]
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.work)}
        patched.mkdir(exist_ok=True)
        done = subprocess.run(command, cwd=patched, env=environment, capture_output=True, text=True)
        if done.returncode and any(one.fixed is not None for one in seen):
            self.say("diff", f"git does not take it: {done.stderr.strip()[:300]}")
            return
        for one in seen:
            if one.fixed is not None and (patched / one.name).read_bytes() != one.fixed:
                self.say("diff", "applied, it gives something else than the fix", one.name)


# -- the whole


def copied(paths: Sequence[Path], work: Path) -> list[str]:
    """Copies of `paths` below `work` that may be written; their names there."""
    names: list[str] = []
    for path in paths:
        name = path.resolve().name
        while name in names:
            name += "_"
        if path.is_dir():
            shutil.copytree(path, work / name, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns(".git"))
            for folder, _, _ in os.walk(work / name):
                os.chmod(folder, 0o755)
        else:
            shutil.copyfile(path, work / name)
        names.append(name)
    return names


def main() -> int:
    """Runs the gate; 1 where a promise is broken."""
    asked = _arguments()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="asklint-gate-") as folder:
        work = Path(folder)
        names = copied(asked.paths, work)
        os.chdir(work)
        inputs = list(files.find(names))
        tasks = [
            (one, target, number % SAMPLE == 0) for target in asked.target for number, one in enumerate(inputs)
        ]
        with multiprocessing.Pool(asked.jobs, _start, (asked.target,)) as pool:
            seen = list(pool.imap(_task, tasks, chunksize=16))
        inside = time.perf_counter() - started
        command = Command(work, names)
        command.hold([one for one in seen if one.target == "ask"])
        os.chdir("/")
    broken = [(one.name, promise, f"{how} (target {one.target})") for one in seen for promise, how in one.broken]
    broken += command.broken
    _tell(asked, inputs, seen)
    whole = time.perf_counter() - started
    print(f"\n{whole:.1f} s: {inside:.1f} s in {asked.jobs} processes ({len(tasks) / inside:.0f} files/s), then the command")
    for name, promise, how in broken[: None if asked.all else 60]:
        print(f"BROKEN {promise}: {name}: {how}")
    counted = Counter(promise for _, promise, _ in broken)
    print(f"{len(broken)} broken" + "".join(f", {count} {promise}" for promise, count in counted.most_common()))
    return 1 if broken or not inputs else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--target", action="append", choices=TARGETS, help="default: all")
    parser.add_argument("--jobs", type=int, default=run.default_jobs())
    parser.add_argument("--all", action="store_true", help="show all lines of long lists")
    asked = parser.parse_args()
    asked.target = list(dict.fromkeys(("ask", *(asked.target or TARGETS))))  # the command is asked for ask
    for path in asked.paths:
        if not path.exists():
            parser.error(f"{path}: there is no such file or folder")
    return asked


def _tell(asked: argparse.Namespace, inputs: Sequence[files.Input], seen: Sequence[Seen]) -> None:
    slowest = sorted(seen, key=lambda one: -one.seconds)[:3]
    for target in asked.target:
        mine = [one for one in seen if one.target == target]
        found = sum((one.found for one in mine), Counter[tuple[str, str]]())
        mended = sum((one.mended for one in mine), Counter[str]())
        refused = sum((one.refused for one in mine), Counter[tuple[str, str]]())
        skipped = Counter(reason for one in mine for reason in one.skipped)
        print(f"\n== target {target}: {len(inputs)} files, {sum(one.objects for one in mine)} objects")
        print(f"   not checked: {_counts(skipped)}")
        print(f"   {'rule':28}{'error':>8}{'warning':>9}{'info':>6}{'fixed':>8}{'refused':>9}")
        for rule in sorted({rule for rule, _ in found} | set(mended)):
            counts = [found[rule, severity] for severity in SEVERITIES]
            left_out = sum(count for (name, _), count in refused.items() if name == rule)
            print(f"   {rule:28}{counts[0]:8}{counts[1]:9}{counts[2]:6}{mended[rule]:8}{left_out:9}")
        totals = [sum(count for (_, of), count in found.items() if of == severity) for severity in SEVERITIES]
        made, kept_back = sum(mended.values()), sum(refused.values())
        print(f"   {'all':28}{totals[0]:8}{totals[1]:9}{totals[2]:6}{made:8}{kept_back:9}")
        print(f"   files rewritten: {sum(one.fixed is not None for one in mine)}")
        for (rule, reason), count in refused.most_common():
            print(f"   refused: {count} {rule}: {reason}")
        left = Counter(row[6] for one in mine for row in one.left)
        print(f"   left after fix --unsafe: {_counts(left)}")
        print(f"   parents that went when they were empty: {_counts(sum((o.parents for o in mine), Counter[str]()))}")
        print(f"   second readers: {_counts(sum((one.opinions for one in mine), Counter[str]()))}")
        lost = [f"{one.name}:{line}" for one in mine for line in one.lost]
        print(f"   comment lines lost: {len(lost)}")
        for line in lost[: None if asked.all else 12]:
            print(f"     {line}")
    print(f"\nother spellings: {_counts(sum((one.variants for one in seen), Counter[str]()))}")
    print("slowest: " + ", ".join(f"{one.name} ({one.target}) {one.seconds * 1000:.0f} ms" for one in slowest))


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counted.most_common()) or "none"


if __name__ == "__main__":
    sys.exit(main())
