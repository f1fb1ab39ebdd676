"""kustomizations: built without network, each line traced back to the file it was written in."""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from asklint import tree, write
from asklint.inputs import program
from asklint.inputs.files import read
from asklint.inputs.overlay import NAMES
from asklint.inputs.rendered import CannotRender, Line, Rendered
from asklint.path import Path as Keys
from asklint.path import get, mapping
from asklint.resource import Object, objects
from asklint.tree import Document

MISSING = "there is no kustomize to build it with: put kustomize or kubectl on PATH"
_ORIGIN = "config.kubernetes.io/origin"


def render(path: str) -> list[Rendered]:
    """What kustomize builds of the folder `path`, by the file that each object comes from. Raises CannotRender.

    It is built a second time with kustomize's notes on where objects come from; they are believed where all else is
    the same. A line is traced to the line of that file that says the same at the same place of the same object.
    """
    if not any(os.path.isfile(os.path.join(path, name)) for name in NAMES):
        raise CannotRender("there is no kustomization in it")
    text = output(path)
    documents = [one for one in tree.read(text) if one.data is not None]
    origins = _origins(path, documents)
    parts: dict[str, list[Document]] = {}
    for index, document in enumerate(documents):
        parts.setdefault(origins[index] if origins else path, []).append(document)
    return [_traced(name, mine) for name, mine in parts.items()]


def output(path: str) -> str:
    """What `kustomize build` writes. Raises CannotRender."""
    own, kubectl = program.find("kustomize"), program.find("kubectl")
    if own is None and kubectl is None:
        raise CannotRender(MISSING)
    return program.output([own, "build", path] if own else [str(kubectl), "kustomize", path])


def _origins(path: str, documents: list[Document]) -> list[str]:
    """The file that each of `documents` comes from, joined to `path`; none where that cannot be told."""
    top = os.path.realpath(path)
    try:
        with write.scratch() as folder:
            asked = {"resources": [os.path.relpath(top, folder)], "buildMetadata": ["originAnnotations"]}
            write.new(folder / NAMES[0], json.dumps(asked).encode())
            noted = [one.data for one in tree.read(output(str(folder))) if one.data is not None]
            if [_without_note(data) for data in noted] != [_without_note(one.data) for one in documents]:
                return []
            return [_named(data, path, top, folder) for data in noted]
    except (CannotRender, OSError):
        return []


def _without_note(data: Any) -> Any:
    metadata = mapping(mapping(data).get("metadata"))
    notes = {key: value for key, value in mapping(metadata.get("annotations")).items() if key != _ORIGIN}
    rest = {key: value for key, value in metadata.items() if key != "annotations"}
    return {**data, "metadata": {**rest, "annotations": notes}}


def _named(data: Any, path: str, top: str, folder: Path) -> str:
    note = get(data, ("metadata", "annotations", _ORIGIN))
    told = mapping(next((one.data for one in tree.read(note)), None)) if isinstance(note, str) else {}
    file = told.get("path") or told.get("configuredIn")
    if not isinstance(file, str) or "repo" in told:
        return path
    return str(Path(os.path.normpath(os.path.join(path, os.path.relpath(os.path.join(folder, file), top)))))


def _traced(name: str, documents: list[Document]) -> Rendered:
    sources = list(_sources(name))
    text, lines = "", list[Line | None]()
    for document in documents:
        part = document.text[document.start : document.end]
        part = part if part.endswith("\n") else part + "\n"
        mine: list[Line | None] = [None] * part.count("\n")
        built = next(objects(document), None)
        source = _source(built, sources) if built else None
        if built is not None and source is not None:
            for here, there in _alike(built.written, source.written, (), ()):
                _note(mine, document, source, here, there)
        text += f"---\n{part}"
        lines += [None, *mine]
    return Rendered("kustomize", name, text, tuple(lines))


def _sources(name: str) -> Iterator[Object]:
    try:
        text = read(Path(name), name).text if os.path.isfile(name) else ""
    except OSError:
        return
    for document in tree.read(text):
        yield from objects(document)


def _source(built: Object, sources: list[Object]) -> Object | None:
    """The object in the source that became `built`: the one of its kind, by its name where there are several."""
    kin = [one for one in sources if one.known == built.known]
    named = [one for one in kin if one.name == built.name]
    return kin[0] if len(kin) == 1 else named[0] if len(named) == 1 else None


def _alike(built: Any, source: Any, here: Keys, there: Keys) -> Iterator[tuple[Keys, Keys]]:
    """The places in `built` and in `source` at which the same is said; items of lists are known by their names."""
    if isinstance(built, dict) and isinstance(source, dict):
        pairs = [(key, key) for key in built if key in source]
    elif isinstance(built, list) and isinstance(source, list):
        pairs = _items(built, source)
    else:
        return
    for mine, its in pairs:
        one, other = built[mine], source[its]
        if one == other or (type(one) is type(other) and isinstance(one, dict | list)):
            yield (*here, mine), (*there, its)
            yield from _alike(one, other, (*here, mine), (*there, its))


def _items(built: list[Any], source: list[Any]) -> list[tuple[Any, Any]]:
    if built == source:
        return [(index, index) for index in range(len(built))]
    names = [mapping(item).get("name") for item in source]
    return [
        (index, names.index(name))
        for index, name in ((index, mapping(item).get("name")) for index, item in enumerate(built))
        if isinstance(name, str) and names.count(name) == 1
    ]


def _note(lines: list[Line | None], document: Document, source: Object, here: Keys, there: Keys) -> None:
    """Notes that the line of `here` was written on the line of `there`; the first that stands on a line counts."""
    row = _row(document.text, _start(document, here)) - _row(document.text, document.start)
    if row < len(lines) and lines[row] is None:
        text, at = source.document.text, _start(source.document, (*source.base, *there))
        first = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        lines[row] = Line(_row(text, at) + 1, text[first : len(text) if end < 0 else end].rstrip("\r"))


def _row(text: str, at: int) -> int:
    """How many lines end before `at`."""
    return bisect_left(_ends(text), at)


@lru_cache(maxsize=2)  # what is built and one of its sources, asked for thousands of places in turn
def _ends(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def _start(document: Document, keys: Keys) -> int:
    entry, node = document.trail(keys)[-1]
    return entry.key.start if entry is not None else node.start
