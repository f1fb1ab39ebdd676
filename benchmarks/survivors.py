"""Break the code that reads, judges and mends manifests, one small thing at a time, and see whether its tests notice.

    python benchmarks/survivors.py [MODULE]… [--line LINE] [--all]

Runs the tests of TESTS once, noting which lines each of them reaches. Then every mutant (breaking.py) is put into a
forked process of its own, which runs the tests that reach it, until one fails. A mutant that none notices survives, and
is printed, unless equivalent.yaml says why nobody could notice it (`--all` prints those as well). Nothing is written.
"""

from __future__ import annotations
import __future__

import argparse
import ast
import gc
import importlib
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from functools import cached_property
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any

import breaking
import pytest
import yaml
from _pytest.runner import runtestprotocol
from breaking import Mutant

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("edit", "lower", "layout", "collection", "silence", "rule", "condition", "tree", "compose", "node", "scalar")
FILES = ("edit", "edit_properties", "silence", "suppress", "rule", "condition", "tree", "scalar", "config", "engine")
TESTS = [f"tests/test_{name}.py" for name in FILES]
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")

WAIT = 600  # seconds
MEMORY = 4 << 30  # bytes


class Survivors:
    """A plugin of pytest's: in the place of its loop over the tests, one over the mutants."""

    def __init__(self, modules: Sequence[str], line: int | None, known: Container[str]) -> None:
        self.modules = {name: importlib.import_module(f"asklint.{name}") for name in modules}
        self.line = line
        self.known = known
        self.items: dict[str, pytest.Item] = {}
        self.reached: dict[tuple[str, int], set[str]] = defaultdict(set)  # (file, line) → tests
        self.seconds: dict[str, float] = {}
        self.kills: Counter[str] = Counter()
        self.counts = {name: Counter[str]() for name in modules}

    def pytest_collection(self) -> None:
        """Properties are asked the same things each time, and an answer is not made smaller."""
        import hypothesis

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutants",
            derandomize=True,
            database=None,
            deadline=None,
            phases=phases,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        hypothesis.settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests once, and then what each mutant needs of them."""
        for item in session.items:
            started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            if not self._passes_traced(item):
                _say(f"left out, as it fails without a mutant: {item.nodeid}")
            elif resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == started:
                self.items[item.nodeid] = item  # what it starts as a process of its own would hold no mutant
        gc.freeze()
        for name, module in self.modules.items():
            for mutant in breaking.mutants(Path(str(module.__file__)).read_text(encoding="utf-8")):
                if self.line in (None, mutant.line):
                    self.counts[name][self._judge(name, module, mutant)] += 1
        return True

    def _judge(self, name: str, module: ModuleType, mutant: Mutant) -> str:
        if f"{name} {mutant.key}" in self.known:
            return "equivalent"
        if self._is_killed(module, mutant):
            return "killed"
        _say(f"asklint/{name}.py:{mutant.line} {mutant.key}")
        return "survive"

    def _passes_traced(self, item: pytest.Item) -> bool:
        files = {module.__file__ for module in self.modules.values()}

        def trace(frame: FrameType, event: str, _: object) -> Any:
            name = frame.f_code.co_filename
            if name not in files:
                return None
            self.reached[name, frame.f_lineno].add(item.nodeid)
            return trace

        start = time.process_time()
        sys.settrace(trace)
        try:
            return _passes(item)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.process_time() - start

    def _is_killed(self, module: ModuleType, mutant: Mutant) -> bool:
        tests = set() if mutant.lines else set(self.items)  # a constant may be read anywhere
        for line in range(*mutant.lines or (0,)):
            tests |= self.reached.get((str(module.__file__), line), set())
        order = sorted(tests & self.items.keys(), key=lambda test: (-self.kills[test], self.seconds[test]))
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            try:
                _limit(2 + sum(self.seconds[test] for test in order))
                put(module, mutant.statement)
                killer = next((test for test in order if not _passes(self.items[test])), "")
                os.write(writer, killer.encode())
                os._exit(0)
            finally:
                os._exit(1)  # it cannot even be run, or a test ended the process
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as told:
            killer = told.read()
        _, status = os.waitpid(child, 0)
        self.kills[killer] += 1
        return bool(killer) or status != 0


def _passes(item: pytest.Item) -> bool:
    reports = runtestprotocol(item, log=False, nextitem=item.session)  # type: ignore[arg-type]
    return not any(report.failed for report in reports)


def _limit(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends the process
    signal.alarm(WAIT)


def put(module: ModuleType, statement: ast.stmt) -> None:
    """The functions and constants of `module` become those of `statement`, for all who have imported them."""
    flags = __future__.annotations.compiler_flag
    ast.fix_missing_locations(statement)
    code = compile(ast.Module([statement], []), str(module.__file__), "exec", flags, dont_inherit=True)
    scratch = dict(vars(module))
    exec(code, scratch)
    for name, old in list(vars(module).items()):
        new = scratch.get(name)
        if new is not old and name != "__builtins__" and not _transplant(old, new):
            for other in list(sys.modules.values()):
                if getattr(other, "__dict__", {}).get(name) is old:
                    setattr(other, name, new)


def _transplant(old: Any, new: Any) -> bool:
    """`old` does what `new` does, and stays what it is to those who hold it; False for what is no code."""
    if isinstance(old, FunctionType):
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    elif isinstance(old, property):
        _transplant(old.fget, new.fget)
    elif isinstance(old, cached_property):
        _transplant(old.func, new.func)
    elif isinstance(old, staticmethod | classmethod):
        _transplant(old.__func__, new.__func__)
    elif hasattr(old, "cache_clear"):
        old.cache_clear()
        _transplant(old.__wrapped__, new.__wrapped__)
    elif isinstance(old, type):
        for name, member in vars(old).items():
            _transplant(member, vars(new).get(name))
    else:
        return False
    return True


def _say(words: str) -> None:
    print(words, file=sys.__stdout__, flush=True)


def equivalent() -> dict[str, str]:
    """The mutants that no test can tell from the code, `module function: what`, and the sort of each."""
    told = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    return {f"{name} {key}": sort for sort, modules in told.items() for name, keys in modules.items() for key in keys}


def main(words: Sequence[str] | None = None) -> int:
    """Prints the survivors in the modules that `words` name, or in all of MODULES; 0 where there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=MODULES)
    parser.add_argument("--line", type=int, help="only the mutants of this line")
    parser.add_argument("--all", action="store_true", help="those of equivalent.yaml as well")
    parser.add_argument("--tests", nargs="+", metavar="TEST", default=TESTS, help="as pytest names them")
    asked = parser.parse_args(words)
    os.environ.setdefault("EXAMPLES", "20")  # of test_edit_properties.py
    os.chdir(ROOT)
    plugin = Survivors(asked.modules, asked.line, () if asked.all else equivalent())
    # What measures time, or the tests' own texts, tells nothing of a mutant on a busy machine.
    arguments = ["--capture=sys", "-p", "no:cacheprovider", "-p", "no:terminal", "-k", "not quick and not author"]
    status = pytest.main([*arguments, *asked.tests], plugins=[plugin])
    sorts = ("killed", "equivalent", "survive")
    _say(f"\n{'module':12}{'mutants':>10}" + "".join(f"{sort:>12}" for sort in sorts))
    for name, counts in plugin.counts.items():
        _say(f"{name:12}{counts.total():10}" + "".join(f"{counts[sort]:12}" for sort in sorts))
    return int(status) or int(any(counts["survive"] for counts in plugin.counts.values()))


if __name__ == "__main__":
    raise SystemExit(main())
