"""Regular expressions that are shipped take no longer for a hostile text than its length asks for."""

from __future__ import annotations

import gc
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from re import _constants as sre
from re import _parser as parser

import pytest

LONG = 60_000  # characters
SECONDS = 0.6  # of processor time, where linear work takes a hundredth of it
# What a module asks its patterns of ends here; test_harm puts long text in every place of real manifests as well.
IMAGE, SCRIPT, FILE, LABEL, PATH = 512, 16_384, 255, 317, 4096
BOUNDED = {
    "checks/extended_resources.py": LABEL,
    "checks/hostpath.py": PATH,
    "checks/node_selector.py": LABEL,
    "checks/daemonset.py": IMAGE,
    "checks/job_sidecar.py": IMAGE,
    "checks/kernel_parameters.py": SCRIPT,
    "checks/node_agents.py": IMAGE,
    "checks/node_scaling.py": IMAGE,
    "checks/privileged_sysctl_init.py": SCRIPT,
    "checks/shell_words.py": SCRIPT,
    "inputs/files.py": FILE,
}

# Runs every rule on its examples, and tells each regular expression that was compiled: by whom, how it is asked.
RECORD = """
import re, json, sys, pkgutil, importlib
seen = {}
plain = re._compile

class Recorded:
    def __init__(self, pattern, file):
        self.pattern = pattern
        self.ways = seen.setdefault((pattern.pattern, pattern.flags, file), set())
    def __getattr__(self, name):
        if callable(getattr(self.pattern, name)):
            self.ways.add(name)
        return getattr(self.pattern, name)

def compiled(pattern, flags):
    file = sys._getframe(2).f_code.co_filename.replace("\\\\", "/")
    if isinstance(pattern, Recorded):
        return pattern
    made = plain(pattern, flags)
    if "/asklint/" not in file or not isinstance(made.pattern, str):
        return made
    return Recorded(made, file.rpartition("/asklint/")[2])

re._compile = compiled
import asklint
for module in pkgutil.walk_packages(asklint.__path__, "asklint."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from asklint import data, engine, library, run
from asklint.source import Source
setups = {target: run.setup(run.Plan(target=target)) for target in ("ask", "eci", "acs")}
for file in library.files(data.root() / "rules"):
    for example in data.parse(file).get("examples", []):
        for text in filter(None, (example.get("bad"), example.get("good"))):
            engine.fix(Source("a.yaml", library.bare(text)), setups[example.get("target", "ask")], unsafe=True)

def patterns(node):
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key == "pattern" and isinstance(value, str):
            seen.setdefault((value, 32, "data"), set()).add("search")
        elif isinstance(value, (dict, list)):
            yield from patterns(value)

list(patterns(data.load()["schemas"]))
print(json.dumps([(*key, sorted(ways)) for key, ways in seen.items()]))
"""
RUNNABLE = {"search", "match", "fullmatch", "finditer", "findall", "split", "sub"}
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


@cache
def recorded() -> list[tuple[str, int, str, list[str]]]:
    done = subprocess.run([sys.executable, "-c", RECORD], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_pattern_is_linear():
    found = recorded()
    files = {file for _, _, file, _ in found}
    assert {"scalar.py", "secret.py", "condition.py", "data"} <= files  # constants, and what rules and schemas say
    assert len(found) > 250
    slow = [line for one in found for line in slowest(*one)]
    assert not slow, "\n".join(slow)


def test_every_pattern_means_the_same_to_each_python():
    """Before 3.11.5 a group that gives nothing back, `(…)*+` or `(?>…)`, misses what it should match (gh-106052)."""
    found = [pattern for pattern, flags, _, _ in recorded() if unwavering(list(parser.parse(pattern, flags)))]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "is_group"), [("[a-z]*+b", False), ("(?:a+b)*+", True), ("x(?:(?>a+)|b)", True), ("(?:a++b)*", False)]
)
def test_unwavering_groups_are_noticed(pattern, is_group):
    assert unwavering(list(parser.parse(pattern))) is is_group


def unwavering(nodes: list) -> bool:
    """Whether a group in `nodes`, more than one character, gives nothing back."""
    one_character = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)
    return any(
        op is sre.ATOMIC_GROUP
        or (op is sre.POSSESSIVE_REPEAT and not (len(args[2]) == 1 and args[2][0][0] in one_character))
        or any(map(unwavering, within(op, args)))
        for op, args in nodes
    )


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(a+)+$",
        r"\s*,",
        r"(?:.*/)?[\w-]*x[\w-]*$",
        r"<[^>]*>",
        r"(a|a)*b",
        r"^[^/\s:]+(:/[^,\s]*)?(,[^/\s:]+(:/[^,\s]*)?)*$",
    ],
)
def test_slow_patterns_are_noticed(pattern):
    assert list(slowest(pattern, 0, "", ["search"]))


def slowest(pattern: str, flags: int, file: str, ways: list[str]) -> Iterator[str]:
    """A line about the first hostile text for which `pattern` takes too long."""
    compiled = re.compile(pattern, flags)
    asked = [way for way in ways if way in RUNNABLE] or ["match"]
    for before, body in hostile(pattern, flags):
        for tail in ("\0", "\n!"):
            for length in (30, 2_000, BOUNDED.get(file, LONG)):  # the short ones first: some take for ever
                text = (before + body * (length // len(body)))[:LONG] + tail
                if not all(in_time(compiled, way, text) for way in asked):
                    yield f"{file}: {pattern!r} takes too long for {length} characters: {before!r}, {body!r}…, {tail!r}"
                    return


class Late(Exception):
    """The time is over."""


def in_time(pattern: re.Pattern[str], way: str, text: str) -> bool:
    def late(*_: object) -> None:
        raise Late

    before = signal.signal(signal.SIGPROF, late)
    gc.disable()  # the end would be lost in a callback of the collector
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        if way == "sub":
            pattern.sub("", text)
        elif way == "finditer":
            list(pattern.finditer(text))
        else:
            getattr(pattern, way)(text)
    except Late:
        return False
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        gc.enable()
        signal.signal(signal.SIGPROF, before)
    return True


def hostile(pattern: str, flags: int) -> list[tuple[str, str]]:
    """What to repeat, and what stands before it: the pattern's letters, whole matches, and each of its repetitions."""
    nodes = list(parser.parse(pattern, flags))
    pumps = set(repeated(nodes, ""))
    bodies = {*letters(nodes), *'a0 /-.\n,:=!"', shortest(nodes)}
    found = pumps | {("", body) for body in bodies} | {("", before + body) for before, body in pumps}
    return sorted((before, body) for before, body in found if body)


def repeated(nodes: list, before: str) -> Iterator[tuple[str, str]]:
    """What each repetition in `nodes` repeats, behind the shortest text that leads there."""
    for op, args in nodes:
        if op in REPEATS and args[1] > 5:
            body = list(args[2])
            yield before, shortest(body)
            yield from ((before, letter) for letter in letters(body))
        for inner in within(op, args):
            yield from repeated(inner, before)
        before += shortest([(op, args)])


def within(op: object, args: object) -> list[list]:
    if op in REPEATS:
        return [list(args[2])]
    if op is sre.SUBPATTERN:
        return [list(args[3])]
    if op is sre.BRANCH:
        return [list(branch) for branch in args[1]]
    if op is sre.ATOMIC_GROUP:
        return [list(args)]
    return [list(args[1])] if op in (sre.ASSERT, sre.ASSERT_NOT) else []


def letters(nodes: list) -> Iterator[str]:
    """The characters that `nodes` name; one of each class."""
    for op, args in nodes:
        if op is sre.LITERAL:
            yield chr(args)
        elif op is sre.IN:
            yield from (letter(one) for one in args if one[0] is not sre.NEGATE)
        for inner in within(op, args):
            yield from letters(inner)


def letter(one: tuple) -> str:
    op, args = one
    if op is sre.LITERAL:
        return chr(args)
    if op is sre.RANGE:
        return chr(args[0])
    return {sre.CATEGORY_DIGIT: "0", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "a"}.get(args, "!")


def shortest(nodes: list) -> str:
    """A short text that `nodes` match, more or less."""
    parts = []
    for op, args in nodes:
        if op is sre.LITERAL:
            parts.append(chr(args))
        elif op in (sre.ANY, sre.NOT_LITERAL):
            parts.append("a" if args != ord("a") else "b")
        elif op is sre.IN:
            plain = args[0][0] is not sre.NEGATE
            parts.append(
                letter(args[0]) if plain else next(one for one in "a0 -\u4e00" if one not in letters([(op, args)]))
            )
        elif op in REPEATS:
            parts.append(shortest(list(args[2])) * min(args[0], 5))
        elif op not in (sre.ASSERT, sre.ASSERT_NOT):
            parts += [shortest(inner) for inner in within(op, args)[:1]]
    return "".join(parts)
