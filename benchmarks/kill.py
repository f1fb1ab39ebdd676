"""Kills `asklint fix --unsafe` at random moments, and looks at every file: it is the old one or the new one."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
  containers:
    - name: web
      image: registry.example/web:1
"""
FIXED = POD.replace("  hostNetwork: true\n", "")
FILES = 60
COMMAND = [Path(sys.executable).with_name("asklint"), "fix", "--unsafe", "--select", "host-network"]


def main() -> None:
    """`kill.py [KILLS]`: prints what the kills left; exits 1 where a file is neither old nor new, or is missing."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = random.randrange(1 << 30)
    chance, left = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(kills):
            left.update(_killed(folder, chance, mirror=number % 2 == 1))
    print(f"{kills} kills (seed {seed}), {FILES} files each")
    for what, count in sorted(left.items()):
        print(f"{count:8,} {what}")
    sys.exit(1 if left["BROKEN"] else 0)


def _killed(folder: Path, chance: random.Random, mirror: bool) -> Counter[str]:
    for old in folder.rglob("*"):
        if old.is_file():
            old.unlink()
    source, out = folder / "in", folder / "out"
    source.mkdir(exist_ok=True)
    for number in range(FILES):
        (source / f"{number:02}.yaml").write_text(POD)
    process = subprocess.Popen(
        [*COMMAND, "in", *(("--out", "out") if mirror else ())],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    first = (out / "in" if mirror else source) / "00.yaml"
    while process.poll() is None and (not first.exists() or first.read_text() == POD):
        time.sleep(0.0005)
    time.sleep(chance.random() * 0.02)
    process.kill()
    process.wait()
    return _left(folder, source, mirror)


def _left(folder: Path, source: Path, mirror: bool) -> Counter[str]:
    left = Counter[str]()
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        text = file.read_text()
        if file.name.startswith(".asklint-"):
            left["temporary files, hidden"] += 1
        elif text == POD and (not mirror or file.parent == source):
            left["old files"] += 1
        elif text == FIXED and not (mirror and file.parent == source):
            left["new files"] += 1
        else:
            left["BROKEN"] += 1
    left["BROKEN"] += FILES - len(list(source.glob("*.yaml")))
    left[
        "runs that died on their way" if left["new files"] not in (0, FILES) else "runs that died before or after"
    ] += 1
    return left


if __name__ == "__main__":
    main()
