"""The same manifest in other spellings gives the same findings: JSON, flow style, CRLF, a mark, in a List.

python benchmarks/variants.py PATH…
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from asklint import engine, run, tree
from asklint.finding import Finding
from asklint.inputs import files
from asklint.source import Source

LARGEST = 200_000  # characters; what is larger is mostly custom resource definitions, and takes its time
SPELLED = frozenset(("duplicate-key", "document-dropped", "yaml-syntax"))  # rules on how it is written

Told = Counter[tuple[str, str, str | None]]


def spellings(source: Source, documents: Sequence[tree.Document]) -> Iterator[tuple[str, Source]]:
    """`source` written in other ways, each with its name."""
    text = source.text
    if "\r" not in text and not documents[0].json:
        yield "CRLF", source.with_text(text.replace("\n", "\r\n"))
    if not source.mark:
        yield "BOM", Source.decode(source.name, b"\xef\xbb\xbf" + text.encode(), source.added)
        yield "UTF-16", Source.decode(source.name, b"\xff\xfe" + text.encode("utf-16-le"), source.added)
    if any(document.problem or document.dropped is not None for document in documents):
        return
    values = [document.data for document in documents if document.data is not None]
    if not values or not all(isinstance(value, dict) for value in values) or "asklint:" in text:
        return
    if any(map(_respelt, documents)):
        return
    said = [json.dumps(value, ensure_ascii=False) for value in values]
    wide = [json.dumps(value, indent=4) for value in values]
    items = [value for value in values if "apiVersion" in value and not str(value.get("kind")).endswith("List")]
    try:
        yield "JSON", Source(source.name, "\n".join(wide), added=source.added)
        yield "flow style", Source(source.name, "\n---\n".join(f"# flow\n{one}" for one in said), added=source.added)
        if len(items) == len(values):
            whole = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, ensure_ascii=False)
            yield "List", Source(source.name, whole, added=source.added)
            lines = "\n".join(f"- {one}" for one in said)
            yield (
                "List in YAML",
                Source(source.name, f"apiVersion: v1\nkind: List\nitems:\n{lines}", added=source.added),
            )
    except UnicodeEncodeError:
        return


def _respelt(document: tree.Document) -> bool:
    """Whether JSON would write a number or switch in `document` otherwise (4.0, 0644, yes), which messages quote."""
    return any(
        isinstance(node, tree.Scalar)
        and type(node.data) in (int, float, bool)
        and document.text[node.start : node.end] != json.dumps(node.data)
        for _, node in tree.walk(document.root)
    )


def told(findings: Sequence[Finding], all_of_them: bool) -> Told:
    """What must be the same, whatever the spelling."""
    return Counter((one.rule, one.message, one.pointer) for one in findings if all_of_them or one.rule not in SPELLED)


def differences(
    source: Source, checked: engine.Checked, fixed: engine.Fixed, setup: engine.Setup, counted: Counter[str]
) -> Iterator[tuple[str, str]]:
    """What another spelling of `source` tells or makes, and the source does not; `counted` is how many were tried."""
    documents = tree.read(source.text)
    if source.problem or not checked.objects or len(source.text) > LARGEST:
        return
    for name, other in spellings(source, documents):
        same_text = name in ("CRLF", "BOM", "UTF-16")
        counted[name] += 1
        again = engine.check(other, setup)
        before, now = told(checked.findings, same_text), told(again.findings, same_text)
        for rule, message, pointer in before - now:
            yield "spelling", f"not told in {name}: {rule} {pointer}: {message}"
        for rule, message, pointer in now - before:
            yield "spelling", f"told in {name} alone: {rule} {pointer}: {message}"
        if before == now and (before or same_text):
            yield from _fixes(name, fixed, engine.fix(other, setup, unsafe=True), same_text, counted)


def _fixes(
    name: str, fixed: engine.Fixed, other: engine.Fixed, same_text: bool, counted: Counter[str]
) -> Iterator[tuple[str, str]]:
    if same_text and other.text.replace("\r\n", "\n") != fixed.text.replace("\r\n", "\n"):
        yield "spelling", f"the fix makes something else of it in {name}"
    if same_text or _mended(other) != _mended(fixed):
        counted[f"{name}, of other fixes"] += not same_text
        return
    if _values(other.text) != _values(fixed.text):
        yield "spelling", f"the fix makes other data of it in {name}"


def _mended(fixed: engine.Fixed) -> Told:
    return told(fixed.mended, False)


def _values(text: str) -> list[Any]:
    """The objects in `text`, in no order: what a fix adds stands behind its object, and in a List behind all."""
    values: list[Any] = []
    for document in tree.read(text):
        data = document.data
        if isinstance(data, dict) and data.get("kind") == "List":
            values += data["items"]
        elif data is not None:
            values.append(data)
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True, default=str))


def main() -> int:
    """Every manifest below PATH…, in every spelling; 1 where one tells something else."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+")
    setup, counted, broken = run.setup(run.Plan()), Counter[str](), 0
    for one in files.find(parser.parse_args().paths):
        if one.reason or one.problem:
            continue
        source = files.decode(files.raw(one.path), one.name)
        checked, fixed = engine.check(source, setup), engine.fix(source, setup, unsafe=True)
        for _, how in differences(source, checked, fixed, setup, counted):
            broken += 1
            print(f"{one.name}: {how}")
    print(", ".join(f"{count} {name}" for name, count in counted.most_common()) or "nothing to compare")
    print(f"{broken} differences")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
