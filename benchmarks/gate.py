"""Check and fix real manifests, and hold every promise of a fix against each of them.

    python benchmarks/gate.py PATH… [--target TARGET]… [--jobs N] [--all]

Works on a copy in a temporary folder: in processes of its own first, then with the real command. Prints what was found
and made, and every promise that was broken; exits 1 then.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import variants
from jsonschema import Draft202012Validator
from promises import Held, led, watched

from asklint import data, engine, run
from asklint.finding import SEVERITIES, Finding, Told
from asklint.gather import without_moot
from asklint.inputs import files
from asklint.rule import TARGETS
from asklint.secret import MASK
from asklint.settle import Settled, settle
from asklint.source import Source

SHOWN = 12  # broken promises of one kind, and comment lines lost
SAMPLE = 11  # every 11th file is read in other spellings too, and every one with an error or a warning

Row = tuple[Any, ...]


class Seen(NamedTuple):
    """What one file showed on one target."""

    name: str
    target: str
    broken: Sequence[tuple[str, str]] = ()  # the promise, and how it was broken
    objects: int = 0
    skipped: Sequence[str] = ()
    told: Sequence[Told] = ()  # for the rules across files: before the fix and after it
    left_told: Sequence[Told] = ()
    rows: Sequence[Row] = ()  # the findings, and those that stay after fix --unsafe
    left: Sequence[Row] = ()
    mended: Counter[str] = Counter()
    refused: Counter[tuple[str, str]] = Counter()  # (rule, reason)
    fixed: bytes | None = None  # the file after fix --unsafe, where it differs
    lost: Sequence[str] = ()  # comment lines that went
    parents: Counter[str] = Counter()  # collections that went since they were left empty
    opinions: Counter[str] = Counter()  # what the second readers could read and what not
    variants: Counter[str] = Counter()
    added: tuple[str, ...] = ()  # by a kustomization
    seconds: float = 0.0


def row(one: Finding) -> Row:
    """A finding as the JSON report tells it, in the order of KEYS."""
    place = one.place
    where = (place.file, place.line, place.column, place.end_line, place.end_column)
    return (*where, one.rule, one.severity, one.message, one.pointer)


KEYS = ("file", "line", "column", "endLine", "endColumn", "rule", "severity", "message", "pointer")


# -- one file


class Task(NamedTuple):
    """One file to look at, on one target; `spelt` where it is to be read in other spellings as well."""

    input: files.Input
    target: str
    spelt: bool


_setups: dict[str, engine.Setup] = {}
_messages: dict[str, str] = {}


def start(targets: Sequence[str], whole: bool) -> None:
    """Makes a process ready to look at files; `whole` where folders alone are named."""
    gc.disable()
    _setups.update({target: run.setup(run.Plan(target, whole=whole)) for target in targets})
    _messages.update({name: json.dumps(spec["message"]) for name, spec in data.load()["rules"].items()})


def look(task: Task) -> Seen:
    """Everything about one file on one target; an exception is a broken promise."""
    one, started = task.input, time.perf_counter()
    if one.reason or one.problem:
        return Seen(one.name, task.target, skipped=(one.reason or "unread",))
    try:
        seen = judge(task, files.raw(one.path))
    except Exception:
        seen = Seen(one.name, task.target, (("no exception", traceback.format_exc(limit=-4)),))
    return seen._replace(seconds=time.perf_counter() - started)


def judge(task: Task, raw: bytes) -> Seen:
    """What `raw`, in the place of the file of `task`, shows. Raises whatever asklint raises."""
    held, setup = Held(), _setups[task.target]
    source = files.decode(raw, task.input.name, task.input.added)
    checked = engine.check(source, setup)
    held.words(source, checked.findings, _messages)
    held.pointers(source, checked.findings)
    held.counted(source, checked)
    safe = _fix(source, raw, checked, setup, Held(), unsafe=False)[1]
    fixed, held = _fix(source, raw, checked, setup, held, unsafe=True)
    spelt: Counter[str] = Counter()
    if task.target == "ask" and (task.spelt or any(one.severity != "info" for one in checked.findings)):
        held.broken += variants.differences(source, checked, fixed, setup, spelt)
    left = fixed.checked.findings
    return Seen(
        task.input.name,
        task.target,
        [*held.broken, *(one for one in safe.broken if one not in held.broken)],
        checked.objects,
        checked.skipped,
        checked.told,
        fixed.checked.told,
        [row(finding) for finding in without_moot(checked.findings)],
        [row(finding) for finding in without_moot(left)],
        Counter(finding.rule for finding in fixed.mended),
        Counter((one.finding.rule, one.reason) for one in fixed.refused)
        + Counter((one.rule, one.fix.refused) for one in left if one.fix and one.fix.refused),
        source.encode(fixed.text) if fixed.text != source.text else None,
        held.lost,
        held.parents,
        held.opinions,
        spelt,
        task.input.added,
    )


def _fix(
    source: Source, raw: bytes, checked: engine.Checked, setup: engine.Setup, held: Held, unsafe: bool
) -> tuple[engine.Fixed, Held]:
    wanted = ("safe", "unsafe") if unsafe else ("safe",)
    if not any(one.fix and one.fix.applicability in wanted for one in checked.findings):
        return engine.Fixed(source.text, [], [], checked, checked), held  # the command is asked all the same
    with watched() as changes:
        fixed = engine.fix(source, setup, unsafe)
    if (fixed.text == source.text) != (not fixed.mended):
        held.say("settled", f"{len(fixed.mended)} findings are said to be mended, and the text says otherwise")
    if fixed.text != source.text:
        for change in led(changes, source.text, fixed.text):
            held.change(change)
        held.form(raw, source.encode(fixed.text))
        held.settled(source, checked, fixed, engine.fix(_with(source, fixed.text), setup, unsafe))
    return fixed, held


def _with(source: Source, text: str) -> Source:
    return source.with_text(text)


# -- fixes across files


def together(seen: Sequence[Seen], setup: engine.Setup) -> list[Seen]:
    """`seen`, all files on one target, once fixes across files are made as well."""
    by_name = {one.name: one for one in seen if one.told or one.left_told}
    raw = {name: Path(name).read_bytes() for name in by_name}
    texts = {name: raw[name] if one.fixed is None else one.fixed for name, one in by_name.items()}

    def read(name: str) -> Source:
        return files.decode(texts[name], name, by_name[name].added)

    left = {name: one.left_told for name, one in by_name.items()}
    changed, refused = settle({name: one.told for name, one in by_name.items()}, left, read, setup, unsafe=True)
    return [_settled(one, raw, changed.get(one.name), refused.get(one.name, ()), setup) for one in seen]


def _settled(
    one: Seen, raw: Mapping[str, bytes], now: Settled | None, refused: Sequence[engine.Refused], setup: engine.Setup
) -> Seen:
    back = one.refused + Counter((told.finding.rule, told.reason) for told in refused)
    if now is None:
        return one._replace(refused=back)
    text = now.source.encode(now.source.text)
    held = Held()
    held.form(raw[one.name], text)
    if engine.fix(now.source, setup, unsafe=True).text != now.source.text:
        held.say("settled", "its own fixes change it once more, behind those across files")
    return one._replace(
        fixed=text,
        left=[row(finding) for finding in without_moot(now.checked.findings)],
        left_told=now.checked.told,
        mended=one.mended + Counter(finding.rule for finding in now.mended),
        refused=back,
        broken=[*one.broken, *held.broken],
    )


# -- the command


class Command:
    """The real asklint, run on the copy, and what it says held against what the gate saw itself."""

    def __init__(self, work: Path, names: list[str]) -> None:
        self.work = work
        self.names = names
        self.broken: list[tuple[str, str, str]] = []
        self.schema = Draft202012Validator(json.loads((data.root() / "schemas/report.schema.json").read_bytes()))
        script = Path(sys.executable).with_name("asklint")
        self.asklint = [str(script)] if script.is_file() else [sys.executable, "-m", "asklint"]
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(work / "cache"), "LC_ALL": "C.UTF-8"}

    def say(self, promise: str, how: str, name: str = "the command") -> None:
        """Notes a broken promise."""
        self.broken.append((name, promise, how))

    def run(self, *arguments: str, statuses: Sequence[int] = (0, 1)) -> bytes:
        """What asklint prints."""
        done = subprocess.run(
            [*self.asklint, *arguments], cwd=self.work, env=self.environment, capture_output=True, check=False
        )
        if done.returncode not in statuses or b"Traceback" in done.stdout + done.stderr:
            told = done.stderr.decode(errors="replace")[-800:]
            self.say("no exception", f"{' '.join(arguments)} exits {done.returncode}: {told}")
        return done.stdout

    def report(self, *arguments: str) -> dict[str, Any]:
        """What asklint reports, held to its schema."""
        text = self.run(*arguments, "--format", "json")
        try:
            report: dict[str, Any] = json.loads(text)
        except ValueError:
            self.say("report", f"{' '.join(arguments)} prints no JSON: {text[:200]!r}")
            return {"findings": [], "summary": {}}
        for error in islice(self.schema.iter_errors(report), 3):
            self.say("report", f"{error.json_path} is not as the schema has it: {error.message[:200]}")
        return report

    def hold(self, seen: Sequence[Seen], setup: engine.Setup) -> None:
        """Check, fix and check again, in every way that must make no difference."""
        check = ["check", *self.names]
        before = self.report(*check, "--no-cache")
        told = [row(one.finding) for one in engine.conclude([note for one in seen for note in one.told], setup)]
        self.same_findings("check", before, [*(line for one in seen for line in one.rows), *told])
        for options in (["--no-cache", "--jobs", "1"], [], []):  # the last one reads what the one before it kept
            if self.report(*check, *options) != before:
                self.say("determined", f"check {' '.join(options) or '(cached)'} says something else")
        listed = self.report("fix", "--unsafe", "--out", "out", *self.names)
        self.same_files(seen, len(listed.get("written", ())))
        if all((self.work / "out" / name).exists() for name in self.names):
            after = self.report("check", "--no-cache", *(f"out/{name}" for name in self.names))
            told = [
                row(one.finding) for one in engine.conclude([note for one in seen for note in one.left_told], setup)
            ]
            left = [(f"out/{line[0]}", *line[1:]) for line in [*(line for one in seen for line in one.left), *told]]
            self.same_findings("check of what was fixed", after, left)
        self.same_diff(seen)
        changes = any(one.fixed is not None for one in seen)
        self.run("fix", "--unsafe", "--check", *self.names, statuses=(1,) if changes else (0, 1))

    def same_findings(self, what: str, report: dict[str, Any], wanted: Sequence[Row]) -> None:
        """The command tells what the gate saw."""
        told = Counter(tuple(finding[key] for key in KEYS) for finding in report["findings"])
        expected = Counter(wanted)
        for one in (told - expected) | (expected - told):
            word = "tells" if told[one] > expected[one] else "does not tell"
            self.say("predicted", f"{what} {word} {one[1]}:{one[2]} {one[5]}: {one[7]}", one[0])

    def same_files(self, seen: Sequence[Seen], written: int) -> None:
        """The mirror tree holds every file, fixed as the gate fixed it."""
        for one in seen:
            path = self.work / "out" / one.name
            wanted = (self.work / one.name).read_bytes() if one.fixed is None else one.fixed
            if not path.is_file():
                self.say("mirror", "it is not in the mirror tree", one.name)
            elif path.read_bytes() != wanted:
                self.say("mirror", "what is in the mirror tree is not what was predicted", one.name)
        if written != len(seen):
            self.say("mirror", f"{written} files are said to be written, not {len(seen)}")

    def same_diff(self, seen: Sequence[Seen]) -> None:
        """fix --diff, put through git apply, makes the same files, but for those in which it shows no secrets."""
        diff = self.run("fix", "--unsafe", "--diff", "--output", "report.txt", *self.names)
        parts = [part for part in re.split(rb"(?m)^(?=--- a/)", diff) if MASK.encode() not in part]
        diff = b"".join(parts)
        mine = [one for one in seen if one.fixed is not None and f"--- a/{one.name}\n".encode() in diff]
        if not mine or not shutil.which("git"):
            return
        patched = self.work / "patched"
        for one in mine:
            (patched / one.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.work / one.name, patched / one.name)
        apply = ["git", "apply", "--whitespace=nowarn", "-p1", "-"]
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.work)}
        done = subprocess.run(apply, cwd=patched, env=environment, input=diff, capture_output=True, check=False)
        if done.returncode:
            self.say("diff", f"git does not take it: {done.stderr.decode(errors='replace').strip()[:300]}")
            return
        for one in mine:
            if (patched / one.name).read_bytes() != one.fixed:
                self.say("diff", "applied, it gives something else than the fix", one.name)


# -- the whole


def copied(paths: Sequence[Path], work: Path) -> list[str]:
    """Copies of `paths` below `work` that may be written; their names there."""
    names: list[str] = []
    for path in paths:
        name = path.resolve().name
        while name in names:
            name += "_"
        names.append(name)
        if path.is_dir():
            shutil.copytree(path, work / name, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns(".git"))
            for folder, _, _ in os.walk(work / name):
                os.chmod(folder, 0o755)
        else:
            shutil.copyfile(path, work / name)
    return names


def main() -> int:
    """Runs the gate; 1 where a promise is broken, or where there was nothing to hold."""
    asked = _arguments()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="asklint-gate-") as folder:
        work = Path(folder)
        names = copied(asked.paths, work)
        os.chdir(work)
        inputs = list(files.find(names))
        tasks = [Task(one, target, n % SAMPLE == 0) for target in asked.target for n, one in enumerate(inputs)]
        whole = all(map(os.path.isdir, names))
        with multiprocessing.Pool(asked.jobs, start, (asked.target, whole)) as pool:
            apart = pool.map(look, tasks, chunksize=16)
        setups = {target: run.setup(run.Plan(target, whole=whole)) for target in asked.target}
        seen = [
            one
            for target, setup in setups.items()
            for one in together([one for one in apart if one.target == target], setup)
        ]
        inside = time.perf_counter() - started
        command = Command(work, names)
        command.hold([one for one in seen if one.target == "ask"], setups["ask"])
        os.chdir("/")
    for target, setup in setups.items():
        _tell([one for one in seen if one.target == target], target, setup, asked.all)
    slowest = sorted(seen, key=lambda one: -one.seconds)[:3]
    print(f"\nother spellings: {_counts(sum((one.variants for one in seen), Counter[str]()))}")
    print("slowest: " + ", ".join(f"{one.name} on {one.target} {one.seconds * 1000:.0f} ms" for one in slowest))
    took = time.perf_counter() - started
    print(f"{took:.0f} s: {inside:.0f} s here ({len(tasks) / inside:.0f} files/s), the rest in the command\n")
    broken = [(one.name, promise, f"{how} (target {one.target})") for one in seen for promise, how in one.broken]
    return _tell_broken([*broken, *command.broken], asked.all) or not sum(one.objects for one in seen)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--target", action="append", choices=TARGETS, help="default: all; ask is always among them")
    parser.add_argument("--jobs", type=int, default=run.default_jobs())
    parser.add_argument("--all", action="store_true", help="show all lines of long lists")
    asked = parser.parse_args()
    asked.target = list(dict.fromkeys(("ask", *(asked.target or TARGETS))))
    for path in asked.paths:
        if not path.exists():
            parser.error(f"{path}: there is no such file or folder")
    return asked


def _tell(mine: Sequence[Seen], target: str, setup: engine.Setup, everything: bool) -> None:
    rows = [line for one in mine for line in one.rows]
    rows += [row(one.finding) for one in engine.conclude([note for one in mine for note in one.told], setup)]
    found = Counter((line[5], line[6]) for line in rows)
    mended = sum((one.mended for one in mine), Counter[str]())
    refused = sum((one.refused for one in mine), Counter[tuple[str, str]]())
    print(f"\n== target {target}: {len(mine)} files, {sum(one.objects for one in mine)} objects")
    print(f"   not checked: {_counts(Counter(reason for one in mine for reason in one.skipped))}")
    print(f"   {'rule':28}{'error':>8}{'warning':>9}{'info':>6}{'fixed':>8}{'refused':>9}")
    for rule in sorted({rule for rule, _ in found} | set(mended)):
        error, warning, info = (found[rule, severity] for severity in SEVERITIES)
        back = sum(count for (name, _), count in refused.items() if name == rule)
        print(f"   {rule:28}{error:8}{warning:9}{info:6}{mended[rule]:8}{back:9}")
    error, warning, info = (sum(line[6] == severity for line in rows) for severity in SEVERITIES)
    print(f"   {'all':28}{error:8}{warning:9}{info:6}{mended.total():8}{refused.total():9}")
    print(f"   files rewritten: {sum(one.fixed is not None for one in mine)}")
    for (rule, reason), count in refused.most_common():
        print(f"   refused: {count} {rule}: {reason}")
    print(f"   left after fix --unsafe: {_counts(Counter(line[6] for one in mine for line in one.left))}")
    print(f"   went when left empty: {_counts(sum((one.parents for one in mine), Counter[str]()))}")
    print(f"   second readers: {_counts(sum((one.opinions for one in mine), Counter[str]()))}")
    lost = [f"{one.name}:{line}" for one in mine for line in one.lost]
    print(f"   comment lines lost: {len(lost)}")
    for line in lost if everything else lost[:SHOWN]:
        print(f"     {line}")


def _tell_broken(broken: Sequence[tuple[str, str, str]], everything: bool) -> int:
    shown: Counter[str] = Counter()
    for name, promise, how in broken:
        shown[promise] += 1
        if everything or shown[promise] <= SHOWN:
            print(f"BROKEN {promise}: {name}: {how}")
    print(f"{len(broken)} broken promises{': ' * bool(broken)}{_counts(shown) if broken else ''}")
    return 1 if broken else 0


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counted.most_common()) or "none"


if __name__ == "__main__":
    sys.exit(main())
