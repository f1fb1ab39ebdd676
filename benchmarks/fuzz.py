"""Manifests mutated by libFuzzer, held to the promises of reader and fixer.

    python benchmarks/fuzz.py [SECONDS] [--only reader|fixer] [--keep DIR]
    python benchmarks/fuzz.py --again FILE

Starts from the examples of all rules and the fixtures (odd.py). SECONDS (60) are shared by the two. Stops at the first
broken promise, prints the input, leaves it in DIR (the working directory), and exits 1. Runs differ in what they
try; --again tries the one in FILE. Needs `pip install -e '.[fuzz]'`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["asklint"]):
    import gate
    import odd

HELD = {"reader": odd.reader, "fixer": odd.fixer}


def mutate(raw: bytes, size: int, seed: int) -> bytes:
    """`raw` mutated as a text, or by libFuzzer as bytes."""
    return odd.mutated(raw, size, seed) if seed % 3 else atheris.Mutate(raw, size)


def inside(name: str, seconds: int, keep: Path) -> None:
    """Fuzzes in this process, which it ends."""
    gate.start(gate.TARGETS, whole=False)
    with tempfile.TemporaryDirectory() as corpus:
        for number, text in enumerate(odd.seeds()[::10]):  # the mutator knows them all
            Path(corpus, f"{number:04}").write_text(text, encoding="utf-8")
        limits = [f"-max_len={odd.LARGEST}", f"-max_total_time={seconds}", "-timeout=30", "-rss_limit_mb=4096"]
        words = [sys.argv[0], *limits, f"-artifact_prefix={keep}/", "-verbosity=1", corpus]
        atheris.Setup(words, HELD[name], custom_mutator=mutate)
        atheris.Fuzz()


def outside(name: str, seconds: int, keep: Path) -> bool:
    """Fuzzes in a process of its own, and says what came of it; whether all held."""
    words = [sys.executable, __file__, str(seconds), "--keep", str(keep), "--inside", name]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    said = done.stdout + done.stderr
    inputs = re.findall(r"^(?:Done |#)(\d+)", said, re.MULTILINE)
    print(f"{name}: {int(inputs[-1]) if inputs else 0:,} inputs in {seconds} s")
    if done.returncode:
        print("\n".join(line for line in said.splitlines() if not re.match(r"#\d+|INFO|==", line))[-4000:])
        for left in re.findall(r"Test unit written to (.+)", said):
            print(f"the input: {Path(left).read_bytes()!r}")
    return done.returncode == 0


def again(file: Path) -> int:
    """Tries the input in `file` once; raises odd.Broken where a promise is broken."""
    gate.start(gate.TARGETS, whole=False)
    for held in HELD.values():
        held(file.read_bytes())
    print(f"{file}: reader and fixer keep what they promise")
    return 0


def main() -> int:
    """Fuzzes reader and fixer; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    parser.add_argument("--only", choices=HELD)
    parser.add_argument("--keep", type=Path, default=Path(), metavar="DIR")
    parser.add_argument("--again", type=Path, metavar="FILE")
    parser.add_argument("--inside", choices=HELD, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.again:
        return again(asked.again)
    if asked.inside:
        inside(asked.inside, asked.seconds, asked.keep)
    names = [asked.only] if asked.only else [*HELD]
    held = [outside(name, asked.seconds // len(names), asked.keep) for name in names]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
