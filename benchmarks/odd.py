"""Odd manifests, made of the rules' own examples, and what must hold of any bytes."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from author import Author, Choose
from gate import Task, judge

from asklint import data, library, tree
from asklint.edit import same
from asklint.inputs.files import CannotRead, Input, decode
from asklint.rule import TARGETS

# What YAML reads as something else than it looks, or some reader does.
ODD = [
    *("0644", "0o17", "0x1F", "-0b11", "1_000", "12:30:45", "1e3", ".5", "-.inf", ".NaN", "1e400", "1" * 20),
    *("yes", "n", "On", "~", "null", "=", "<<", "*a1", "&a1", "&a9 x", "*a9", "!!str 1", "!!binary aGk=", "!x"),
    *("2001-12-14t21:59:43.10-05:00", "''", '""', "[]", "{}", "[x", "{a: b", "]", "}", '"x', "'x", "@a", "`a", "%a"),
    *("|", ">-", "|2", "a: b", "- a", "? a", "#a", "x#y", "x #y", "\t", "x\ty", "{{ .Values.x }}", "'{{ x }}'"),
    *("\u2028", "x\u2029y", "\x85", "\xa0", "\ufeff", "\U0001f600", "\x7f", "\x00", "\x1b[31m", "\r", '"\\ud800"'),
    *('"\\/"', '"\\x41"', "x?y"),
]  # fmt: skip
LINES = ["", "---", "--- x", "...", "%YAML 1.1", "%TAG ! x", "\t", "# x", "#x", "-", "- ", "? x", ": x", "<<: *a1", "{"]
LETTERS = "\"'#:{}[],&*!|>%@`- \t\n\r?"
LARGEST = 4096  # bytes; larger inputs are slower, and no other


class Broken(Exception):
    """Promises that are not kept, a line each."""


@cache
def seeds() -> list[str]:
    """The manifests in the examples of all rules, and the fixtures."""
    found = [path.read_text(encoding="utf-8") for path in sorted((data.root() / "fixtures").rglob("*.yaml"))]
    for file in library.files(data.root() / "rules"):
        for example in data.parse(file)["examples"]:
            found += [library.bare(example[key]) for key in ("bad", "good") if isinstance(example.get(key), str)]
    return list(dict.fromkeys(text for text in found if len(text) < LARGEST))


def rewritten(text: str, choose: Choose) -> str:
    """`text` as another author would write it; as it is where not all of it can be read."""
    documents = tree.read(text)
    values = [document.data for document in documents if document.data is not None]
    if not all(isinstance(value, dict) for value in values) or any(one.problem or one.dropped for one in documents):
        return text
    author = Author(choose)
    return author.text([lambda value=value: author.given(value) for value in values])


def damaged(text: str, choose: Choose) -> str:
    """`text` after an accident, or three."""
    for _ in range(choose(1, 1, 2, 3)):
        lines = text.splitlines(keepends=True) or [""]
        number = choose(*range(len(lines)))
        line, word, blank, letter = lines[number], choose(*ODD), choose(" ", "  ", "    ", "\t"), choose(*LETTERS)
        at = choose(*range(len(line) + 1))
        before, behind = line[:at], line[at:]
        lines[number : number + 1] = choose(
            [],
            [line, line],
            [*lines[number + 1 : number + 2], line],
            [blank + line],
            [line.removeprefix(blank)],
            [choose(*LINES) + "\n", line],
            [re.sub(r"(: |- )[^\r\n]*", lambda match, word=word: match[1] + word, line, count=1)],
            [before + word + behind],
            [before + letter + behind],
            [before + behind[1:]],
            [before + behind[1:2] + behind[:1] + behind[2:]],
            [line.rstrip("\r\n")],
        )
        text = "".join(lines) if choose(*[True] * 20, False) else text[: text.find(line) + at]
    return text


def mutated(raw: bytes, size: int, seed: int) -> bytes:
    """`raw` written otherwise, or damaged: what libFuzzer's own mutations, of bytes, seldom come upon."""
    chance = random.Random(seed)
    text = raw.decode("utf-8", "replace") if chance.random() < 0.8 else chance.choice(seeds())

    def choose(*options: object) -> object:
        return chance.choice(options)

    if chance.random() < 0.5:
        text = rewritten(text, choose)
    if chance.random() < 0.8:
        text = damaged(text, choose)
    return text.encode("utf-8", "replace")[:size]


# -- what must hold of any bytes


def reader(raw: bytes) -> None:
    """Nothing is raised; values stand where they are said to, and JSON can tell them."""
    try:
        source = decode(raw, "fuzz.yaml")
    except CannotRead:
        return
    documents = tree.read(source.text)
    broken = [line for document in documents for line in misplaced(document)]
    if broken:
        raise Broken("\n".join(broken))


def misplaced(document: tree.Document) -> Iterator[str]:
    """What of `document` does not stand where it is said to, or reads otherwise where it stands."""
    if not 0 <= document.start <= document.end <= len(document.text):
        yield f"the document is no part of the text: {document.start}-{document.end}"
    if document.problem is not None:
        if not document.start <= document.problem.offset <= document.end:
            yield f"the problem is not in its document: {document.problem}"
        return
    for path, node in tree.walk(document.root):
        if not document.start <= node.start <= node.end <= document.end:
            yield f"{path} is not in its document: {node.start}-{node.end}"
        text = document.text[node.start : node.end]
        bare = isinstance(node, tree.Scalar) and not node.style and isinstance(node.data, str)
        if len(text.splitlines()) == 1 and (bare or getattr(node, "style", None) in ("'", '"')):
            block, flow = (tree.read(alone)[-1] for alone in (f"- {text}", f"[{text}]"))  # where `a:` is a value
            if block.problem is None and not any(same(read.data, [node.data]) for read in (block, flow)):
                yield f"{path} is {node.data!r}, and reads {block.data!r} where it stands"
    json.dumps(document.data, allow_nan=False, ensure_ascii=False).encode()  # the API server reads JSON in UTF-8


def fixer(raw: bytes, target: str = "") -> None:
    """Every promise that the gate holds real manifests to, on `target`; on one of them by the length of `raw`."""
    target = target or TARGETS[len(raw) % len(TARGETS)]
    try:
        seen = judge(Task(Input("fuzz.yaml", Path("fuzz.yaml")), target, True), raw)
    except CannotRead:
        return
    if seen.broken:
        raise Broken("\n".join(f"{promise}: {how}" for promise, how in seen.broken))
