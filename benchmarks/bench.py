"""Time asklint beside other tools on the same files, and say whether the budgets of the design hold.

    python benchmarks/bench.py [PATH…] [--runs N]

PATH is ../shared/corpus where nothing is named. Everything is measured in this run, one tool after the other in each
round, on a copy that holds what every tool reads; each figure is the median of its rounds. Prints Markdown.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from timed import Command, Figure, copied, installed, interleaved, megabytes, middle, once, script, table

from asklint import engine, resource, run, tree
from asklint.inputs import files

ROOT = Path(__file__).resolve().parents[1]
ONE = ROOT / "fixtures" / "deployment.yaml"
SAMPLE = 120  # objects that kubernetes-validate is asked about
LARGE = 4  # how many times the files stand in the copy that memory is measured on


class Row(NamedTuple):
    """One line of a table: what was run, on how many files, and what it took."""

    what: str
    files: int
    figure: Figure

    @property
    def rate(self) -> float:
        """Files per second of the clock."""
        return self.files / self.figure.wall


# -- what is measured


class Bench:
    """The copy, and the commands to run on it."""

    def __init__(self, paths: Sequence[Path], work: Path, rounds: int) -> None:
        self.rounds = rounds
        self.work = work
        self.tree = work / "files"
        self.count = copied(paths, self.tree)
        self.size = sum(path.stat().st_size for path in self.tree.rglob("*") if path.is_file())
        self.objects = 0
        self.environment = {"XDG_CACHE_HOME": str(work / "cache"), "LC_ALL": "C.UTF-8"}
        self.asklint = installed(work / "site")
        self.yamllint = script("yamllint")

    def ask(self, *arguments: str) -> Command:
        """asklint, with a cache of its own."""
        return ([*self.asklint, *arguments], self.environment)

    def start_up(self) -> dict[str, Figure]:
        """One process for one file."""
        one = self.work / "one.yaml"
        shutil.copyfile(ONE, one)
        commands: dict[str, Command] = {
            "python -c pass": ([sys.executable, "-c", "pass"], {}),
            "python -c 'import click, yaml'": ([sys.executable, "-c", "import click, yaml"], {}),
            "asklint --version": self.ask("--version"),
            "asklint check one.yaml": self.ask("check", str(one)),
            "asklint check --format json one.yaml": self.ask("check", "--format", "json", str(one)),
            "asklint fix --unsafe --check one.yaml": self.ask("fix", "--unsafe", "--check", str(one)),
            "yamllint one.yaml": ([*self.yamllint, str(one)], {}),
        }
        if shutil.which("kubeconform"):
            commands["kubeconform one.yaml"] = (["kubeconform", "-ignore-missing-schemas", str(one)], {})
        return interleaved(commands, max(5 * self.rounds, 11))

    def whole(self) -> dict[str, Figure]:
        """All files in one process, or in as many as there are processors where a tool knows how."""
        folder, cold = str(self.tree), "--no-cache"
        processors = str(os.cpu_count())
        shutil.rmtree(self.work / "cache", ignore_errors=True)
        once(self.ask("check", folder))  # fills the cache
        commands: dict[str, Command] = {
            "check --no-cache": self.ask("check", cold, folder),
            "check --no-cache --jobs 1": self.ask("check", cold, "--jobs", "1", folder),
            "check, cached": self.ask("check", folder),
            "fix --unsafe --check": self.ask("fix", "--unsafe", "--check", cold, folder),
            "fix --unsafe --check --jobs 1": self.ask("fix", "--unsafe", "--check", cold, "--jobs", "1", folder),
            "fix --unsafe --out": self.ask("fix", "--unsafe", cold, "--out", str(self.work / "out"), folder),
            "yamllint": ([*self.yamllint, folder], {}),
        }
        if shutil.which("kubeconform"):
            commands["kubeconform"] = (["kubeconform", "-ignore-missing-schemas", "-n", processors, folder], {})
        return interleaved(commands, self.rounds)

    def fixed_alone(self) -> Row:
        """The files that have something to fix, in this process: reading, asking, editing, proving."""
        setup = run.setup(run.Plan())
        found = [one for one in files.find([str(self.tree)]) if not one.reason and not one.problem]
        sources = [files.decode(files.raw(one.path), one.name) for one in found]
        self.objects = sum(engine.check(source, setup).objects for source in sources)
        mine = [source for source in sources if engine.fix(source, setup, unsafe=True).mended]
        taken = []
        for _ in range(self.rounds):
            cpu, wall = time.process_time(), time.perf_counter()
            for source in mine:
                engine.fix(source, setup, unsafe=True)
            taken.append(Figure(time.process_time() - cpu, time.perf_counter() - wall, 0))
        return Row("fix, files that change", len(mine), middle(taken))

    def memory(self) -> tuple[Figure, Figure, Figure, Figure]:
        """One process: on one small file, on the largest, on all of them, on several times all of them."""
        found = [path for path in self.tree.rglob("*") if path.is_file()]
        largest = max(found, key=lambda path: path.stat().st_size)
        big = self.work / "many"
        for number in range(LARGE):
            shutil.copytree(self.tree, big / str(number))
        check = ("check", "--no-cache", "--jobs", "1")
        places = (self.work / "one.yaml", largest, self.tree, big)
        small, large, all_of_them, many = (once(self.ask(*check, str(place))) for place in places)
        shutil.rmtree(big)
        return small, large, all_of_them, many

    def kubernetes_validate(self) -> tuple[int, Figure] | None:
        """kubernetes-validate as a library, kept in one process, on a sample of the objects of built-in kinds."""
        if importlib.util.find_spec("kubernetes_validate") is None:
            return None
        objects = [one for path in sorted(self.tree.rglob("*.y*ml")) for one in built_in(path)]
        sample = objects[:: max(len(objects) // SAMPLE, 1)]
        held = self.work / "objects.json"
        held.write_text(json.dumps(sample))
        command: Command = ([sys.executable, "-c", VALIDATE, str(held)], {})
        return len(sample), interleaved({"": command}, 1)[""]


VALIDATE = """
import json, sys
import kubernetes_validate as library
for one in json.load(open(sys.argv[1])):
    try:
        library.validate(one, library.latest_version())
    except (library.ValidationError, library.SchemaNotFoundError):
        pass
"""


def built_in(path: Path) -> Iterator[object]:
    """The objects in the file at `path` whose kind Kubernetes itself has a schema for."""
    for document in tree.read(path.read_text(encoding="utf-8", errors="replace")):
        for one in resource.objects(document):
            if "." not in one.group or one.group.endswith(".k8s.io"):
                yield one.data


# -- what is told


def budgets(start: Mapping[str, Figure], whole: Mapping[str, Figure], fixed: Row, count: int) -> Iterator[list[str]]:
    """The rows of design.md, 7: what, the budget, what was measured, whether it holds."""
    ratio = start["asklint check one.yaml"].cpu / start["yamllint one.yaml"].cpu
    yield ["check one file, cold", "≤ 0.45 × yamllint", f"{ratio:.2f} × (processor time)", holds(ratio <= 0.45)]
    alone = whole["check --no-cache --jobs 1"]
    fast = whole["yamllint"].wall / whole["check --no-cache"].wall
    told = f"{fast:.1f} × (one process: {whole['yamllint'].cpu / alone.cpu:.1f} × in processor time)"
    yield ["check, nothing cached", "≥ 12 × yamllint", told, holds(fast >= 12)]
    if "kubeconform" in whole:
        other = whole["kubeconform"].wall / whole["check --no-cache"].wall
        yield ["check, nothing cached", "≥ 1 × kubeconform", f"{other:.2f} ×", holds(other >= 1)]
    else:
        yield ["check, nothing cached", "≥ 1 × kubeconform", "kubeconform is not on PATH", "unknown"]
    kept = whole["check --no-cache"].wall / whole["check, cached"].wall
    yield ["check, everything cached", "≥ 5 × uncached", f"{kept:.1f} ×", holds(kept >= 5)]
    rate = count / whole["fix --unsafe --check"].wall
    yield ["fix with proof, all files", "≥ 300 files/s", f"{rate:.0f} files/s", holds(rate >= 300)]
    told = f"{fixed.rate:.0f} files/s ({fixed.files / fixed.figure.cpu:.0f} a second of processor time)"
    yield ["fix with proof, files that change", "≥ 300 files/s", told, holds(fixed.rate >= 300)]


def holds(does: bool) -> str:
    """Whether a budget holds."""
    return "holds" if does else "**broken**"


def shown(figures: Mapping[str, Figure], beside: str, count: int = 0) -> str:
    """Commands with their times, and how these compare to those of `beside`."""
    rows = []
    for name, one in figures.items():
        rate = [f"{count / one.wall:.0f}"] if count else []
        ratios = [f"{one.cpu / figures[beside].cpu:.2f}", f"{one.wall / figures[beside].wall:.2f}"]
        rows.append([name, f"{one.cpu * 1000:.0f}", f"{one.wall * 1000:.0f}", *ratios, *rate, megabytes(one)])
    head = ["command", "CPU ms", "clock ms", f"CPU ÷ {beside}", "clock ÷", *(["files/s"] if count else []), "MB"]
    return table(head, rows)


def versions() -> str:
    """What ran."""
    names = ("asklint", "PyYAML", "click", "yamllint", "kubernetes-validate")
    found = [f"{name} {metadata.version(name)}" for name in names if importlib.util.find_spec(MODULES.get(name, name))]
    where = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    load = f"load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{', '.join(found)}; {where}; {load}"


MODULES = {"PyYAML": "yaml", "kubernetes-validate": "kubernetes_validate"}


def main() -> int:
    """Prints all tables; 0 whatever they say, since a busy machine breaks every budget."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT.parent / "shared" / "corpus"], metavar="PATH")
    parser.add_argument("--runs", type=int, default=5, help="rounds of the long commands (default: 5)")
    asked = parser.parse_args()
    for path in asked.paths:
        if not path.exists():
            parser.error(f"{path}: there is no such file or folder")
    print(f"{versions()}\n")
    with tempfile.TemporaryDirectory(prefix="asklint-bench-") as folder:
        bench = Bench(asked.paths, Path(folder), asked.runs)
        start = bench.start_up()
        print(f"## One file, one process\n\n{shown(start, 'yamllint one.yaml')}")
        whole = bench.whole()
        print(f"## {bench.count} files, {bench.size / 1e6:.1f} MB\n\n{shown(whole, 'yamllint', bench.count)}")
        memory = bench.memory()  # before this process grows: a child begins with its parent's peak
        fixed, validated = bench.fixed_alone(), bench.kubernetes_validate()
        if validated:
            number, figure = validated
            mine = bench.objects / whole["check --no-cache --jobs 1"].wall
            other = number / figure.wall
            print(f"kubernetes-validate, library, one process: {other:.0f} objects/s on {number} objects; ", end="")
            print(f"asklint check, one process: {mine:.0f} objects/s, {mine / other:.0f} × as many\n")
        rows = [*budgets(start, whole, fixed, bench.count), memory_row(bench, *memory)]
        print(f"## Budgets (design.md, 7)\n\n{table(['what', 'budget', 'measured', ''], rows)}")
    return 0


def memory_row(bench: Bench, small: Figure, large: Figure, all_of_them: Figure, many: Figure) -> list[str]:
    """What is kept of a file when it is done: less than the file itself."""
    kept = (many.memory - all_of_them.memory) * 1e6 / (bench.count * (LARGE - 1))
    size = bench.size / bench.count
    told = (
        f"{megabytes(small)} MB on a small file, {megabytes(large)} on the largest, {all_of_them.memory:.0f} on all, "
        f"{many.memory:.0f} on {LARGE} times all: of a file of {size / 1000:.1f} kB stay {kept / 1000:.1f}"
    )
    return ["memory, one process", "the largest file plus facts", told, holds(kept < size)]


if __name__ == "__main__":
    sys.exit(main())
