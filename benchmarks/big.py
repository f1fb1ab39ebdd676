"""Write a big tree of manifests: the fixtures and the examples of the rules, again and again, each time by other names.

    python benchmarks/big.py DIR [--megabytes 100] [--one-file]

Nothing in it comes from elsewhere, and the same size gives the same tree. Objects that belong together (a Service and
what it selects, a claim and who mounts it) are renamed together.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from asklint import library, resource, tree

ROOT = Path(__file__).resolve().parents[1]
FOLDER = 50  # files in one folder
LARGEST = 60_000_000  # bytes of one file; asklint takes none above 64 MiB
SETTINGS = 120  # lines in the ConfigMap of each application


class Unit(NamedTuple):
    """A text with objects, and the places where one of them is named."""

    text: str
    names: re.Pattern[str]

    def renamed(self, number: int) -> str:
        """The text, in which every object has a name of its own, and what speaks of it follows."""
        return self.names.sub(rf"\g<0>-{number}", self.text)


def units() -> list[Unit]:
    """The fixtures and examples, whatever reads as YAML and has objects: first the application, then what is wrong."""
    fixtures = [*(ROOT / "fixtures").glob("migration/shop/**/*.yaml"), *(ROOT / "fixtures/pairs").glob("*.before.yaml")]
    texts = [path.read_bytes().decode() for path in (ROOT / "fixtures/clean.yaml", *sorted(fixtures))]
    for path in library.files(ROOT / "rules"):
        for example in library.read(path).content["examples"]:
            text = example.get("bad", "")
            texts += [library.ARROW.sub("", one) for one in (text.values() if isinstance(text, dict) else [text])]
    return [made for text in texts if (made := unit(text.rstrip() + "\n"))]


def unit(text: str) -> Unit | None:
    """`text` as a Unit; None where it does not begin as YAML, or some of it is no object with a name."""
    if re.search(r"\A\s*[{%]|\r|\ufeff|^\.\.\.", text):
        return None
    documents = [list(resource.objects(one)) for one in tree.read(text)]
    names = {one.name or "" for objects in documents for one in objects}
    if not all(documents) or not all(names):
        return None
    any_of_them = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return Unit(text, re.compile(rf"(?<![\w./&*-])(?:{any_of_them})(?![\w./-]|\"?:(?:\s|$))"))


def settings(number: int) -> str:
    """A ConfigMap such as applications have: a file of settings, which says nothing to any rule."""
    lines = "".join(f"    front.upstream.{line}.timeout = {(number + line) % 90 + 1}s\n" for line in range(SETTINGS))
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{number}\n  namespace: shop\n"
    return f"{head}data:\n  front.properties: |\n{lines}"


def texts(size: int) -> Iterator[str]:
    """Files of together about `size` bytes: an application, its settings, and one thing that may be wrong with it."""
    first, *others = units()
    written = 0
    for number in count():
        other = others[number % len(others)]
        yield (text := "---\n".join((first.renamed(number), settings(number), other.renamed(number))))
        written += len(text.encode())
        if written >= size:
            return


def write(folder: Path, size: int) -> int:
    """Writes a tree of about `size` bytes below `folder`; how many files there are."""
    number = -1
    for number, text in enumerate(texts(size)):
        place = folder / f"team-{number // FOLDER:03}" / f"app-{number:05}.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return number + 1


def write_one(file: Path, size: int) -> None:
    """Writes the same as one file of many documents."""
    with file.open("w", encoding="utf-8") as stream:
        for number, text in enumerate(texts(size)):
            stream.write("---\n" * bool(number) + text)


def main() -> int:
    """Writes what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--one-file", action="store_true", help="one file of many documents")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    size = int(asked.megabytes * 1e6)
    if asked.one_file:
        write_one(asked.folder / "all.yaml", size)
    else:
        print(f"{write(asked.folder, size)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
