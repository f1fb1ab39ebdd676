"""Print the table of figures in README.md: asklint beside other tools, on one file, on real manifests, on a big tree.

    python benchmarks/figures.py [PATH…] [--megabytes 100] [--rounds 3] [--checkov COMMAND]

PATH is ../shared/corpus where nothing is named; the big tree is made by big.py. The commands of one line of the table's
first column run in turns, each is the median of its rounds, and slow tools are given every nth file. yamllint and
kubernetes-validate come with this checkout; checkov and kubeconform are run where they are on PATH.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import big
from timed import Command, Figure, copied, installed, interleaved, megabytes, once, script, table

ROOT = Path(__file__).resolve().parents[1]
ONE = ROOT / "fixtures" / "deployment.yaml"
SLOW = 100  # files that tools of seconds a file are given
WHOLE = 5000  # files; of more, yamllint is given no more than they
FIXED = 1_000_000  # bytes of one file: each fix that is refused costs a proof of all of it
STEPS = (100, 10, 1)  # how many times smaller the trees of the second table are than the big one


class Place(NamedTuple):
    """What is checked: what it is called, the folder or file, how many files, and those that slow tools are given."""

    name: str
    path: Path
    files: int
    sample: Path
    sampled: int


class Tools:
    """The commands, by what they are called; `work` is theirs to write to."""

    def __init__(self, work: Path, checkov: str | None) -> None:
        self.asklint = installed(work / "site")
        self.environment = {"XDG_CACHE_HOME": str(work / "cache"), "LC_ALL": "C.UTF-8"}
        self.yamllint = script("yamllint")
        self.checkov = checkov
        self.kubeconform = shutil.which("kubeconform")

    def ask(self, *arguments: str) -> Command:
        """asklint, with a cache of its own."""
        return ([*self.asklint, *arguments], self.environment)

    def fast(self, place: Path) -> dict[str, Command]:
        """asklint in its three ways. The cache is filled once before."""
        folder = str(place)
        ways = {"asklint check, cold": self.ask("check", "--no-cache", folder)}
        if place.is_dir():
            once(self.ask("check", folder))
            ways["asklint check, cached"] = self.ask("check", folder)
        return {**ways, "asklint fix, with proof": self.ask("fix", "--unsafe", "--check", "--no-cache", folder)}

    def lint(self, place: Path) -> dict[str, Command]:
        """yamllint."""
        return {"yamllint": ([*self.yamllint, str(place)], {})}

    def slow(self, place: Path) -> dict[str, Command]:
        """The other tools, each as its page tells to run it on many files."""
        folder, single = str(place), place.is_file()
        ways: dict[str, Command] = {}
        if self.kubeconform:
            words = ["-ignore-missing-schemas", "-n", str(os.cpu_count()), folder]
            ways["kubeconform"] = ([self.kubeconform, *words], {})
        every = [folder] if single else [str(path) for path in sorted(place.rglob("*.y*ml"))]
        ways["kubernetes-validate, library"] = ([sys.executable, "-c", VALIDATE, *every], {})
        if self.checkov:
            words = ["-f" if single else "-d", folder, "--framework", "kubernetes", "--quiet", "--compact"]
            ways["checkov"] = ([self.checkov, *words, "--skip-download"], {})
        return ways


VALIDATE = """
import sys, yaml, kubernetes_validate as library
for path in sys.argv[1:]:
    try:
        for one in yaml.load_all(open(path), Loader=yaml.CSafeLoader):
            library.validate(one, library.latest_version())
    except Exception:
        pass  # it is no object, or not a valid one: the command would end there
"""


def sample(tree: Path, to: Path, count: int) -> tuple[Path, int]:
    """Every nth file below `tree`, copied to `to`: about SLOW of them."""
    every = sorted(path for path in tree.rglob("*") if path.is_file())
    chosen = every[:: max(count // SLOW, 1)]
    for number, path in enumerate(chosen):
        to.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to / f"{number:04}.yaml")
    return to, len(chosen)


def rows(place: Place, tools: Tools, rounds: int) -> Iterator[list[str]]:
    """The lines of the table about `place`."""
    whole = place.files <= WHOLE
    fast = interleaved(tools.fast(place.path) | (tools.lint(place.path) if whole else {}), rounds)
    slow = interleaved(tools.slow(place.sample) | ({} if whole else tools.lint(place.sample)), max(rounds // 2, 1))
    cold = fast["asklint check, cold"].cpu / place.files
    for name, figure in fast.items():
        yield row(place.name, name, place.files, figure, cold)
    for name, figure in slow.items():
        of = place.name if place.sampled == place.files else f"{place.sampled} of these"
        yield row(of, name, place.sampled, figure, cold)


def row(of: str, name: str, count: int, figure: Figure, cold: float) -> list[str]:
    """One line: the last column compares the processor time of a file with that of a cold check."""
    per_file = figure.cpu / count
    ratio = "1" if name == "asklint check, cold" else f"{per_file / cold:.2g}"
    rate = count / figure.wall
    times = [f"{figure.wall:.2f}", f"{figure.cpu:.2f}", f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"]
    return [of, name, *times, megabytes(figure), ratio]


def grown(work: Path, size: int, tools: Tools) -> Iterator[list[str]]:
    """What a check and a fix take of 1, 10 and 100 times as much, in many files and in one."""
    for one_file in (False, True):
        for step in STEPS:
            place = work / "grown"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            most = min(size, big.LARGEST) if one_file else size
            if one_file:
                big.write_one(place / "all.yaml", most // step)
            count = 1 if one_file else big.write(place, most // step)
            told = f"{count:,} files" if count > 1 else "one file"
            check = once(tools.ask("check", "--no-cache", "--jobs", "1", str(place)))
            yield [f"{told}, {most / step / 1e6:.3g} MB", *spent(check), *fixed(tools, place, one_file, most // step)]


def fixed(tools: Tools, place: Path, one_file: bool, size: int) -> list[str]:
    """What a fix takes; of one large file it takes too long to wait for."""
    if one_file and size > FIXED:
        return ["not run", ""]
    return spent(once(tools.ask("fix", "--unsafe", "--check", "--no-cache", "--jobs", "1", str(place))))


def spent(figure: Figure) -> list[str]:
    """Processor time and memory."""
    return [f"{figure.cpu:.1f}", megabytes(figure)]


def versions(checkov: str | None) -> str:
    """What ran, where and when."""
    told = [f"{name} {metadata.version(name)}" for name in ("asklint", "yamllint", "kubernetes-validate")]
    if checkov:
        import subprocess

        said = subprocess.run([checkov, "--version"], capture_output=True, text=True, check=False).stdout
        told.append(f"checkov {said.strip()}")
    where = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return f"{dt.date.today()}: {', '.join(told)}; {where}; load {os.getloadavg()[0]:.1f}"


def main() -> int:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT.parent / "shared" / "corpus"], metavar="PATH")
    parser.add_argument("--megabytes", type=float, default=100, help="how large the big tree is (default: 100)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each command runs (default: 3)")
    parser.add_argument("--checkov", default=shutil.which("checkov"), metavar="COMMAND")
    asked = parser.parse_args()
    size = int(asked.megabytes * 1e6)
    print(f"{versions(asked.checkov)}\n")
    with tempfile.TemporaryDirectory(prefix="asklint-figures-") as folder:
        work = Path(folder)
        tools, one = Tools(work, asked.checkov), work / "one.yaml"
        shutil.copyfile(ONE, one)
        real, made = copied(asked.paths, work / "real"), big.write(work / "big", size)
        places = [
            Place("one file", one, 1, one, 1),
            Place(f"{real:,} real manifests", work / "real", real, *sample(work / "real", work / "real-sample", real)),
            Place(f"{made:,} made ones", work / "big", made, *sample(work / "big", work / "big-sample", made)),
        ]
        told = [line for place in places for line in rows(place, tools, asked.rounds)]
        print(table(HEAD, told))
        shutil.rmtree(work / "big")
        print(table(GROWN, list(grown(work, size, tools))))
    return 0


HEAD = ("files", "command", "clock s", "processor s", "files/s", "peak MB", "processor time a file ÷ cold check")
GROWN = ("what", "check: processor s", "peak MB", "fix: processor s", "peak MB")

if __name__ == "__main__":
    sys.exit(main())
