"""What a change does to real manifests: two asklints over the same files, and what they say and write otherwise.

    python benchmarks/ecosystem.py [OLD [NEW [PATH…]]] [--target TARGET]… [--examples N]
    python benchmarks/ecosystem.py --golden [fixtures|corpus] [--renew]

OLD and NEW are revisions of git, asklint commands that are installed, or `.`, the files as they are. It prints
Markdown for a pull request. --golden holds counts against those in benchmarks/golden, and exits 1 where they differ.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "benchmarks/golden"
FOLDERS = {"fixtures": ROOT / "fixtures", "corpus": ROOT.parent / "shared/corpus"}  # of which a golden summary is kept
TARGETS = ("ask", "eci", "acs")
KINDS = ("added", "removed", "changed")
SAID = {  # what is compared
    "finding": ("severity", "message", "caveat", "applicability", "title", "refused"),
    "fix": ("applicability", "title", "caveat"),
}
SHOWN = {"finding": ("severity", "message"), "fix": ("applicability", "title")}
COUNTED = ("error", "warning", "info", "safe", "unsafe", "suggestion", "refused")
LINES = 24  # of one file's diff

Finding = dict[str, Any]


class Version(NamedTuple):
    """One asklint: what it is called here, and how it is started."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Change(NamedTuple):
    """One finding, fix or written file that is not in both, or not the same in both."""

    sort: str  # finding, fix, file
    kind: str
    rule: str  # of a file: the rules that mend something in it
    place: str
    what: str  # of a file: the diff between what the two write


# -- two asklints


def git(*words: str) -> bytes:
    """What git prints in the checkout."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"git {' '.join(words)}: {done.stderr.decode().strip()}")
    return done.stdout


def version(word: str, work: Path) -> Version:
    """The asklint that `word` names; a revision is laid out below `work`, and runs on this Python's packages."""
    if os.path.isfile(word):
        return Version(word, [os.path.abspath(word)], os.environ)
    tree, name = ROOT, "the files as they are"
    if word != ".":
        name = git("log", "-1", "--format=%h %s", word).decode().strip()
        tree = work / name.split()[0]
        with tarfile.open(fileobj=io.BytesIO(git("archive", word))) as packed:
            packed.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 and newer have one
            packed.extractall(tree)
    return Version(name, [sys.executable, "-P", "-m", "asklint"], {**os.environ, "PYTHONPATH": str(tree)})


def report(one: Version, work: Path, *words: str) -> dict[str, Any]:
    """What asklint reports of `words` in the folder `work`."""
    command = [*one.command, *words, "--no-cache", "--fail-on", "never", "--format", "json"]
    done = subprocess.run(command, cwd=work, env=one.environment, capture_output=True, check=False)
    if done.returncode not in (0, 1, 2) or not done.stdout.startswith(b"{"):
        told = done.stderr.decode(errors="replace")[-2000:]
        sys.exit(f"{one.name}: asklint {' '.join(words)} exits {done.returncode}: {told}")
    reported: dict[str, Any] = json.loads(done.stdout)
    return reported


# -- what differs


def said(sort: str, one: Finding) -> tuple[str | None, ...]:
    """What a reader sees of a finding or fix, but for its place, in the order of SAID."""
    return tuple({**(one["fix"] or {}), **one}.get(name) for name in SAID[sort])


def differences(sort: str, old: Iterable[Finding], new: Iterable[Finding]) -> Iterator[Change]:
    """What was added, removed or changed between two lists of findings: one is known by its file and its key."""
    known: dict[tuple[str, str], tuple[list[Finding], list[Finding]]] = defaultdict(lambda: ([], []))
    for side, findings in enumerate((old, new)):
        for one in findings:
            known[one["file"], one["key"]][side].append(one)
    for (file, _), (before, after) in known.items():
        for was, now in zip_longest(_without(sort, before, after), _without(sort, after, before)):
            one = now or was
            if was and now:
                both = zip(SAID[sort], said(sort, was), said(sort, now), strict=True)
                what = "; ".join(
                    f"{name}: {left or '-'} → {right or '-'}" for name, left, right in both if left != right
                )
            else:
                told = dict(zip(SAID[sort], said(sort, one), strict=True))
                what = ": ".join(str(told[name]) for name in SHOWN[sort])
            kind = "changed" if was and now else "added" if now else "removed"
            who = f" ({one['object']['kind']} {one['object']['name']})" if one["object"] else ""
            yield Change(sort, kind, one["rule"], f"`{file}:{one['line']}`{who}", what)


def _without(sort: str, mine: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """Those of `mine` that are not among the others to the letter: several may have one key."""
    same = Counter(said(sort, one) for one in others)
    left = []
    for one in mine:
        same[said(sort, one)] -= 1
        if same[said(sort, one)] < 0:
            left.append(one)
    return left


def rewrites(source: Path, old: Path, new: Path, fixed: Sequence[Finding]) -> Iterator[Change]:
    """The files that are not the same below `old` and `new`, where the fixed copies of `source` stand."""
    names = {path.relative_to(side).as_posix() for side in (old, new) for path in side.rglob("*") if path.is_file()}
    for name in sorted(names):
        files = (side / name for side in (source, old, new))
        origin, was, now = (file.read_bytes().decode("utf-8", "replace") if file.is_file() else "" for file in files)
        if was != now:
            kind = "added" if was == origin else "removed" if now == origin else "changed"
            lines = list(difflib.unified_diff(was.split("\n"), now.split("\n"), n=2, lineterm=""))[2:]
            more = [f"… {len(lines) - LINES} more lines"] if len(lines) > LINES else []
            rules = ", ".join(sorted({one["rule"] for one in fixed if one["file"] == name}))
            yield Change("file", kind, rules, f"`{name}`", "\n".join(lines[:LINES] + more))


def compared(versions: Sequence[Version], work: Path, names: Sequence[str], target: str) -> list[Change]:
    """What two asklints say of `names` below `work`, and make of them, that is not the same."""
    words, outs = [*names, "--target", target], [work.with_name(f"{target}-{side}") for side in ("old", "new")]
    checked = [report(one, work, "check", *words)["findings"] for one in versions]
    fixes = zip(versions, outs, strict=True)
    fixed = [report(one, work, "fix", "--unsafe", "--out", str(out), *words)["fixed"] for one, out in fixes]
    files = rewrites(work, outs[0], outs[1], [*fixed[0], *fixed[1]])
    return [*differences("finding", *checked), *differences("fix", *fixed), *files]


# -- Markdown


def markdown(told: Mapping[str, Sequence[Change]], examples: int) -> Iterator[str]:
    """What differs, by target: counts first, then each rule's examples, then what is written otherwise."""
    every = Counter((one.sort, one.kind) for changes in told.values() for one in changes)
    if not every:
        yield "Nothing differs: no finding, no fix, no byte that `fix --unsafe` writes."
        return
    yield "| | added | removed | changed |\n|---|---:|---:|---:|"
    for sort, title in (("finding", "findings"), ("fix", "fixes"), ("file", "files that `fix --unsafe` writes")):
        yield f"| {title} | " + " | ".join(f"{every[sort, kind]:,}" for kind in KINDS) + " |"
    on: dict[Change, list[str]] = defaultdict(list)  # what is so on several targets is told once
    for target, changes in told.items():
        for one in dict.fromkeys(changes):
            on[one].append(target)
    for rule in sorted({one.rule for one in on if one.sort != "file"}):
        yield f"\n### {rule}\n\n| | findings: + − ~ | fixes: + − ~ |\n|---|---|---|"
        for target, changes in told.items():
            counts = Counter((one.sort, one.kind) for one in changes if one.rule == rule)
            cells = (" ".join(str(counts[sort, kind]) for kind in KINDS) for sort in SHOWN)
            yield f"| {target} | {' | '.join(cells)} |"
        yield ""
        for mine in product(SHOWN, KINDS, [rule]):
            lines = [
                f"- {' '.join(one[:2])} on {', '.join(on[one])}: {one.place}: {one.what}"
                for one in on
                if one[:3] == mine
            ]
            yield from _shown(lines, examples)
    files = sorted((one for one in on if one.sort == "file"), key=lambda one: one.rule)
    if files:
        yield "\n### What `fix --unsafe` writes otherwise"
    heads = [f"\n{one.rule}: {one.kind} on {', '.join(on[one])}: {one.place}\n\n````diff\n" for one in files]
    yield from _shown([f"{head}{one.what}\n````" for head, one in zip(heads, files, strict=True)], examples)


def _shown(lines: Sequence[str], examples: int) -> Iterator[str]:
    yield from lines[:examples]
    if len(lines) > examples:
        yield f"\n… and {len(lines) - examples:,} more (--examples {len(lines)})\n"


# -- the golden summary


def summary(name: str) -> str:
    """How often each rule speaks of the folder, and what fixes it has there, on each target."""
    folder, here = FOLDERS[name], version(".", ROOT)
    told = {target: report(here, folder.parent, "check", folder.name, "--target", target) for target in TARGETS}
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for target in TARGETS:
        for one in told[target]["findings"]:
            counts[one["rule"]][target][one["severity"]] += 1
            if one["fix"]:
                counts[one["rule"]][target]["refused" if one["fix"]["refused"] else one["fix"]["applicability"]] += 1
    of = f"of {told['ask']['summary']['files']} files, {told['ask']['summary']['objects']} objects"
    lines = [of if name == "fixtures" else f"{of}, {digest(folder)}"]
    for rule, targets in sorted(counts.items()):
        cells = [", ".join(f"{targets[on][what]} {what}" for what in COUNTED if targets[on][what]) for on in TARGETS]
        lines.append(f"{rule}: " + "; ".join(f"{on} {cell or '-'}" for on, cell in zip(TARGETS, cells, strict=True)))
    return "\n".join([*lines, ""])


def digest(folder: Path) -> str:
    """What tells a folder from one with other files: their names and sizes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    sizes = sorted((path.relative_to(folder).as_posix(), path.stat().st_size) for path in files)
    return hashlib.sha256(repr(sizes).encode()).hexdigest()[:16]


def golden(names: Sequence[str], renew: bool) -> int:
    """Holds, or renews, the summaries `names`; 1 where one differs."""
    wrong = []
    for name in names:
        kept = GOLDEN / f"{name}.txt"
        if not FOLDERS[name].is_dir():
            print(f"{name}: there is no {FOLDERS[name]}: left out")
            continue
        before, now = kept.read_text(encoding="utf-8") if kept.exists() else "", summary(name)
        old, new = before.splitlines(), now.splitlines()
        if renew:
            kept.write_text(now, encoding="utf-8")
        elif now == before:
            print(f"{name}: {old[0]}: as it was")
        elif name == "corpus" and old and old[0].split()[-1] != new[0].split()[-1]:
            print(f"{name}: other files than those of {kept.name}: left out, until it is renewed")
        else:
            print(*difflib.unified_diff(old, new, str(kept), "now", n=0, lineterm=""), sep="\n")
            wrong.append(name)
    if wrong:
        print(f"\nThe rules say something else of {' and '.join(wrong)}. What it is: python benchmarks/ecosystem.py")
        print("Where all of it is meant: python benchmarks/ecosystem.py --golden --renew, and commit what it writes")
    return 1 if wrong else 0


# -- the command


def main() -> int:
    """Compares, or holds the golden summary; 1 where that differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", nargs="?", metavar="OLD", help="default: where HEAD left main")
    parser.add_argument("new", nargs="?", default=".", metavar="NEW", help="default: the files as they are")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="default: ../shared/corpus, else fixtures")
    parser.add_argument("--target", action="append", choices=TARGETS, help="default: all")
    parser.add_argument("--examples", type=int, default=5, help="of each sort")
    parser.add_argument("--golden", nargs="?", const="all", choices=("all", *FOLDERS), help="hold the kept counts")
    parser.add_argument("--renew", action="store_true", help="keep the counts of now")
    asked = parser.parse_args()
    if asked.golden:
        return golden(list(FOLDERS) if asked.golden == "all" else [asked.golden], asked.renew)
    paths = asked.paths or [FOLDERS["corpus"] if FOLDERS["corpus"].is_dir() else FOLDERS["fixtures"]]
    for path in paths:
        if not path.is_dir():
            parser.error(f"{path}: there is no such folder")
    with tempfile.TemporaryDirectory(prefix="asklint-ecosystem-") as folder:
        work, names = Path(folder, "work"), sorted(path.resolve().name for path in paths)
        for path in paths:
            shutil.copytree(path, work / path.resolve().name, ignore=shutil.ignore_patterns(".git"))
        old = asked.old or git("merge-base", "HEAD", "main").decode().strip()
        versions = [version(word, Path(folder)) for word in (old, asked.new)]
        told = {target: compared(versions, work, names, target) for target in asked.target or TARGETS}
    print(f"## asklint on {', '.join(names)}: {versions[0].name} → {versions[1].name}\n")
    print("\n".join(markdown(told, asked.examples)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
