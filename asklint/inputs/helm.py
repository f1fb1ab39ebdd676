"""Helm charts: rendered without cluster and network, each line traced back to the template it was written in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from asklint import write
from asklint.inputs import program, renderer
from asklint.inputs.rendered import CannotRender, Chart, Line, Rendered

_SOURCE = re.compile(r"^# Source: (?P<name>\S.*)$", re.MULTILINE)
_DOCUMENT = re.compile(r"^---[ \t]*\n(?=# Source: )", re.MULTILINE)
_MANIFEST = re.compile(r"(?:^|/)templates/(?:.*/)?[^_/][^/]*\.(?:ya?ml|json)$")
_TEMPLATES = (".yaml", ".yml", ".tpl")
_LARGEST, _MOST = 100 * 1024 * 1024, 10_000  # bytes and files; Helm takes no archive that unpacks to more bytes


def is_chart(path: str | Path) -> bool:
    """Whether the folder at `path` is a chart."""
    return os.path.isfile(os.path.join(path, "Chart.yaml"))


def render(chart: Chart) -> list[Rendered]:
    """What each template of `chart` makes, by their names; those that make nothing are left out. Raises CannotRender.

    Each line is traced: a copy of the chart, in which a mark ends every line that can bear one, is rendered as well. A
    line is believed to come from where its mark says when all lines of the document are the same without their marks.
    """
    plain = _by_template(_output(chart, Path(chart.path)))
    marks: list[Mark] = []
    marked: dict[str, list[str]] = {}
    try:
        with write.scratch() as folder:
            copy = folder / "chart"
            root = Path(os.path.realpath(chart.path))
            found = _files(root)
            write.copy(root, copy, found, {path: _marked(path, marks) for path in found if _is_template(path, root)})
            marked = _by_template(_output(chart, copy))
    except (CannotRender, OSError):
        pass  # a template that reads its own output does not bear marks
    return [_traced(chart, name, documents, marked.get(name, []), marks) for name, documents in sorted(plain.items())]


def texts(chart: Chart) -> dict[str, str]:
    """What each template of `chart` makes, by its name as Helm has it, untraced. Raises CannotRender."""
    found = _by_template(_output(chart, Path(chart.path)))
    return {name: "".join(f"---\n{document}" for document in documents) for name, documents in found.items()}


def _traced(
    chart: Chart, name: str, documents: Sequence[str], marked: Sequence[str], marks: Sequence[Mark]
) -> Rendered:
    path = Path(chart.path, *name.split("/")[1:])
    real = Path(os.path.realpath(chart.path), *name.split("/")[1:])
    text, lines = "", list[Line | None]()
    for index, document in enumerate(documents):
        text += f"---\n{document}"
        beside = marked[index] if len(marked) == len(documents) else ""
        lines += [None, *_lines(document, beside, real, marks)]
    return Rendered("helm", str(path), text, tuple(lines), chart)


def _by_template(stream: str) -> dict[str, list[str]]:
    """The documents of each template, by its name as Helm has it: chart/templates/web.yaml."""
    found: dict[str, list[str]] = {}
    for part in _DOCUMENT.split("\n" + stream)[1:]:
        match = _SOURCE.match(part)
        name = match["name"].rstrip() if match else ""
        if _MANIFEST.search(name):
            found.setdefault(name, []).append(part if part.endswith("\n") else part + "\n")
    return found


# -- running Helm


def _output(chart: Chart, folder: Path) -> str:
    """What `helm template` writes of the chart in `folder`. Raises CannotRender."""
    for name in chart.values:
        if not os.path.isfile(name):  # helm would fetch an address
            raise CannotRender(f"there is no values file {name}")
    helm = program.find("helm")
    return _by_program(helm, chart, folder) if helm else renderer.output(chart, folder)


def _by_program(helm: str, chart: Chart, folder: Path) -> str:
    command = [helm, "template", chart.release, str(folder.absolute()), "--namespace", chart.namespace]
    command += [word for name in chart.values for word in ("--values", name)]
    command += [word for pair in chart.sets for word in ("--set", pair)]
    if chart.kubernetes:
        command += ["--kube-version", chart.kubernetes]
    return program.output(command)


# -- marks


class Mark(NamedTuple):
    """What a mark stands for: a line of a template.

    Where `all_bear` (every line of the file that writes anything bears a mark), what stands between the mark before
    and this one was written by this line.
    """

    file: Path
    line: Line
    all_bear: bool = True


_MARK = re.compile(r" #asklint@(\d+)@")
_ACTION = re.compile(
    r"\{\{-?\s*/\*.*?\*/\s*-?\}\}"  # a comment may hold what looks like an end
    r"""|\{\{(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|[^"`'])*?\}\}""",
    re.DOTALL,
)
_CONTROL = re.compile(r"\{\{-?\s*(?:(?P<word>if|else|end|range|with|define|block|break|continue)\b|/\*|\$\w*\s*:?=)")
_COMMENT = re.compile(r"\{\{-?\s*/\*")
_VALUES = re.compile(r"(?<![\w.])\$?\.Values((?:\.\w+)+)")
_KEY = re.compile(r"\s*(?:- )*[\w./\"'-]+:(?:\s|$)")
_SAME = re.compile(r"\s*+(?:- )*(?!- )[^\s:#][^:#]*+:(?=\s)")


def _files(root: Path) -> list[Path]:
    """The files of the chart in `root`, links followed as Helm does, but each linked folder once.

    Raises CannotRender where there are too many: a link that .helmignore names may lead anywhere.
    """
    found: list[Path] = []
    followed: set[str] = set()
    size = 0
    for folder, folders, names in os.walk(root, followlinks=True):
        folders[:] = [name for name in folders if name != ".git" and _is_new(os.path.join(folder, name), followed)]
        mine = [path for path in (Path(folder, name) for name in names) if path.is_file()]
        found += mine
        size += sum(path.stat().st_size for path in mine)
        if size > _LARGEST or len(found) > _MOST:
            raise CannotRender("it is too large to be copied")
    return sorted(found)


def _is_new(folder: str, followed: set[str]) -> bool:
    if not os.path.islink(folder):
        return True
    real = os.path.realpath(folder)
    if real in followed:
        return False
    followed.add(real)
    return True


def _is_template(path: Path, root: Path) -> bool:
    """Whether the file is a template of the chart in `root`, or of a chart unpacked in it."""
    return path.name.endswith(_TEMPLATES) and "templates" in path.relative_to(root).parts[:-1]


def _marked(path: Path, marks: list[Mark]) -> str:
    """The template with a mark at the end of each line that can bear one; what each stands for is added to `marks`."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    helper = path.suffix == ".tpl" or "define" in text
    lines, first = text.split("\n"), len(marks)
    rows, bare = _rows(text), False
    for number, line in enumerate(lines, 1):
        row = rows.get(number, _Row())
        if not _writes(line, row):
            continue
        if not row.open and _bears(line, helper):
            lines[number - 1] = f"{line} #asklint@{len(marks)}@"
            marks.append(Mark(path, Line(number, line, row.values)))
        elif not line.startswith("---"):  # which ends what stood before it
            bare = True
    if bare:
        marks[first:] = [mark._replace(all_bear=False) for mark in marks[first:]]
    return "\n".join(lines)


def _writes(line: str, row: _Row) -> bool:
    """Whether the line adds anything to what is rendered; whitespace and control alone do not."""
    rest = line
    for action in (*row.ended, row.open):
        rest = rest.replace(action.split("\n")[-1 if action in row.ended else 0], "", 1) if action else rest
    writing = any(not _CONTROL.match(action) for action in (*row.ended, row.open) if action)
    return writing or bool(rest.strip() and not row.inside)


def _bears(line: str, helper: bool) -> bool:
    """Whether a comment at the end of the line changes nothing but that line."""
    if line.rstrip().endswith("-}}") or line.startswith("---"):
        return False
    return not helper or _KEY.match(line) is not None


class _Row(NamedTuple):
    """One line of a template: the actions that end on it, the one still open at its end, the values that it uses.

    `inside` is whether nothing but an action that began above stands on it.
    """

    ended: tuple[str, ...] = ()
    open: str = ""
    inside: bool = False
    values: tuple[str, ...] = ()


def _rows(text: str) -> dict[int, _Row]:
    """What stands on each line that has a part in an action, or in a block that one begins."""
    found: dict[int, _Row] = {}
    at, line = 0, 1
    for match in _ACTION.finditer(text):
        line += text.count("\n", at, match.start())
        last = line + match[0].count("\n")
        for number in range(line, last):
            found[number] = found.get(number, _Row())._replace(open=match[0], inside=number > line)
        row = found.get(last, _Row())
        found[last] = row._replace(ended=(*row.ended, match[0]))
        at, line = match.end(), last
    blocks: list[tuple[str, tuple[str, ...]]] = []
    for number in range(1, text.count("\n") + 2):
        row = found.get(number, _Row())
        around = _around(blocks, row.ended)
        for action in row.ended:
            _nest(blocks, action)
        mine = dict.fromkeys(key for action in row.ended for key in _keys(action))
        if row.ended or row.open or around:
            found[number] = row._replace(values=tuple(mine) or around)
    return found


def _nest(blocks: list[tuple[str, tuple[str, ...]]], action: str) -> None:
    """Notes the block that `action` begins, or forgets the one that it ends."""
    control = _CONTROL.match(action)
    word = control["word"] if control else None
    if word in ("if", "with", "range", "define", "block"):
        blocks.append((word, tuple(_keys(action))))
    elif word == "end" and blocks:
        blocks.pop()


def _around(blocks: Sequence[tuple[str, tuple[str, ...]]], actions: Sequence[str]) -> tuple[str, ...]:
    """The values that decide on a line which names none: of the innermost block that has any.

    What an action of the line writes comes from there only where the block sets the dot.
    """
    word, keys = next(((word, keys) for word, keys in reversed(blocks) if keys), ("", ()))
    computed = any(not _CONTROL.match(action) for action in actions)
    return keys if not computed or word in ("with", "range") else ()


def _keys(action: str) -> list[str]:
    if _COMMENT.match(action):
        return []
    return [f".Values{match[1]}" for match in _VALUES.finditer(action)]


def _lines(document: str, marked: str, file: Path, marks: Sequence[Mark]) -> Iterator[Line | None]:
    """For each line of `document` the line of the template `file` that made it, None where that is not proven."""
    texts, others = document.split("\n")[:-1], marked.split("\n")[:-1]
    if len(texts) != len(others) or not all(map(_alike, texts, others)):
        yield from (None for _ in texts)
        return
    start = 0
    for index, other in enumerate(others):
        numbers = _MARK.findall(other)
        mark = marks[int(numbers[-1])] if numbers else None
        if mark is None or mark.file != file:
            continue
        between = mark.line if mark.all_bear and "{{" in mark.line.text else None
        yield from [between] * (index - start)
        yield mark.line
        start = index + 1
    yield from [None] * (len(texts) - start)


def _alike(text: str, marked: str) -> bool:
    """Whether the line is the same without its marks; where it holds a checksum or chance, its key is."""
    bare = _MARK.sub("", marked).rstrip()
    if bare == text.rstrip():
        return True
    key, other = _SAME.match(text), _SAME.match(bare)
    return key is not None and other is not None and key[0] == other[0]
