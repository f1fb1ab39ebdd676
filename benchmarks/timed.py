"""Commands timed in turns: what each run took of processor, clock and memory, and tables of that."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

from asklint import data
from asklint.inputs import files


class Figure(NamedTuple):
    """What one run of a command took: seconds of processor and clock, and the largest process in MB."""

    cpu: float
    wall: float
    memory: float


Command = tuple[Sequence[str], Mapping[str, str]]


def once(command: Command) -> Figure:
    """Runs a command to its end; what it prints goes nowhere. A first run keeps what Python compiles, as pip would."""
    arguments, own = command
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**environment, **own})
    told = child.stderr.read() if child.stderr else b""
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1) or b"Traceback" in told:
        sys.exit(f"{' '.join(arguments)[:200]} exits {child.returncode}: {told.decode(errors='replace')[-600:]}")
    return Figure(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def interleaved(commands: Mapping[str, Command], rounds: int) -> dict[str, Figure]:
    """The median of each command, after a first round that is not counted: it warms the disk for all of them."""
    taken: dict[str, list[Figure]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            figure = once(command)
            if number:
                taken[name].append(figure)
    return {name: middle(figures) for name, figures in taken.items()}


def middle(figures: Sequence[Figure]) -> Figure:
    """The median of each column; of memory the most."""
    cpu, wall = (statistics.median(figure[column] for figure in figures) for column in (0, 1))
    return Figure(cpu, wall, max(figure.memory for figure in figures))


# -- what is run


def script(name: str) -> list[str]:
    """The console script of this environment, or the module where there is none."""
    path = Path(sys.executable).with_name(name)
    return [str(path)] if path.is_file() else [sys.executable, "-m", name]


def installed(site: Path) -> list[str]:
    """asklint as its wheel lays it out: a checkout would look at every rule file before it does anything."""
    root = data.root()
    package = site / "asklint"
    shutil.copytree(Path(data.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("rules", "schemas"):
        shutil.copytree(root / folder, package / folder, dirs_exist_ok=True)
    (package / "compiled.json").write_bytes(data.compile_data(root))
    (site / "main.py").write_text("import sys\nfrom asklint.cli import main\nsys.exit(main())\n")
    return [sys.executable, str(site / "main.py")]  # the script's folder is the first that is searched


def copied(paths: Sequence[Path], tree: Path) -> int:
    """Copies the YAML files that asklint reads from `paths` to `tree`; how many there are."""
    count = 0
    for number, path in enumerate(paths):
        for one in files.find([str(path)]):
            if one.reason or one.problem or one.path.suffix not in (".yaml", ".yml"):
                continue
            below = one.path.relative_to(path) if path.is_dir() else Path(one.path.name)
            target = tree / f"{number}-{path.resolve().name}" / below
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one.path, target)
            count += 1
    return count


# -- what is told


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def megabytes(figure: Figure) -> str:
    """The peak of a command; what is below that of this process cannot be told, since a child begins with it."""
    floor = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    return f"{figure.memory:.0f}" if figure.memory > floor + 1 else f"≤ {figure.memory:.0f}"
