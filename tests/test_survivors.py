"""The mutation script for code: a module broken in each of its parts, and what its tests notice."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import breaking
import pytest
import survivors

MODULE = '''\
"""A module."""

LEAST: int = 1


class House:
    """It has rooms."""

    def __init__(self, rooms: list[str] | None = None) -> None:
        self.rooms = rooms or []

    @property
    def large(self) -> bool:
        """Whether there is room."""
        assert self.rooms != [1]
        return len(self.rooms) > LEAST


def cut(text: str) -> str:
    for part in (one for one in text.split("/", 1) if one):
        if not part.startswith("x"):
            continue
        return part[1:].strip()
    raise ValueError(f"no x in {text}")
'''


def test_mutants():
    """Each thing once; no docstring, annotation or assertion is any."""
    assert [mutant.key for mutant in breaking.mutants(MODULE)] == [
        "LEAST: 1 ⇒ 2",
        "House.__init__: rooms or [] ⇒ []",
        "House.__init__: rooms or [] ⇒ rooms",
        "House.large: return len(self.rooms) > LEAST ⇒ return None",
        "House.large: len(self.rooms) > LEAST ⇒ len(self.rooms) >= LEAST",
        "House.large: len(self.rooms) > LEAST ⇒ len(self.rooms) <= LEAST",
        "cut: if one ⇒ always [0]",
        "cut: text.split('/', 1) ⇒ text.rsplit('/', 1)",
        "cut: '/' ⇒ ''",
        "cut: 1 ⇒ 2",
        "cut: if not part.startswith('x'): ⇒ if True:",
        "cut: if not part.startswith('x'): ⇒ if False:",
        "cut: not part.startswith('x') ⇒ part.startswith('x')",
        "cut: part.startswith('x') ⇒ part.endswith('x')",
        "cut: 'x' ⇒ ''",
        "cut: continue ⇒ pass",
        "cut: continue ⇒ break",
        "cut: return part[1:].strip() ⇒ return None",
        "cut: part[1:].strip() ⇒ part[1:]",
        "cut: 1: ⇒ :",
        "cut: 1 ⇒ 2 #2",
        "cut: raise ValueError(f'no x in {text}') ⇒ pass",
        "cut: f'no x in {text}' ⇒ ''",
        "cut: 'no x in ' ⇒ ''",
    ]


@pytest.mark.parametrize(
    ("key", "least", "large", "word"),
    [
        ("LEAST: 1 ⇒ 2", 2, False, "y"),
        ("House.large: len(self.rooms) > LEAST ⇒ len(self.rooms) <= LEAST", 1, False, "y"),
        ("cut: part[1:].strip() ⇒ part[1:]", 1, True, " y"),
    ],
)
def test_who_has_imported_it_meets_the_mutant(monkeypatch, key, least, large, word):
    module, other = ModuleType("house"), ModuleType("other")
    module.__file__ = "house.py"
    exec(MODULE, vars(module))
    vars(other).update(LEAST=module.LEAST, cut=module.cut)
    house = module.House(["kitchen", "hall"])
    monkeypatch.setitem(sys.modules, "house", module)
    monkeypatch.setitem(sys.modules, "other", other)
    for mutant in breaking.mutants(MODULE):
        if mutant.key == key:
            survivors.put(module, mutant.statement)
    assert (other.LEAST, house.large, other.cut("a/x y")) == (least, large, word)


def test_what_is_called_equivalent_is_there():
    made = {
        f"{name} {mutant.key}"
        for name in survivors.MODULES
        for mutant in breaking.mutants((survivors.ROOT / "asklint" / f"{name}.py").read_text(encoding="utf-8"))
    }
    gone = survivors.equivalent().keys() - made
    assert not gone, "no longer mutants:\n" + "\n".join(sorted(gone))


def test_the_tests_are_there():
    assert all((survivors.ROOT / name).is_file() for name in survivors.TESTS)


def test_command(root):
    """One test of trees sees that the last document is missing, and not that a broken one before it is."""
    test = "tests/test_tree.py::test_walk_and_path_of"
    lines = [line.strip() for line in (root / "asklint/tree.py").read_text(encoding="utf-8").splitlines()]
    last, broken = (
        str(lines.index(line) + 1) for line in ("yield compose(text, start, len(text), held)", "yield broken")
    )
    words = [sys.executable, "benchmarks/survivors.py", "tree", "--tests", test, "--line"]
    done = subprocess.run([*words, last], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].split() == ["tree", "1", "1", "0", "0"]
    done = subprocess.run([*words, broken], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"asklint/tree.py:{broken} _split: yield broken ⇒ pass\n")
    assert done.stdout.splitlines()[-1].split() == ["tree", "1", "0", "0", "1"]
