"""The drawing of the architecture: who imports whom, who prints, who writes, and how a module and a rule look."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from asklint import data

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "asklint"
RULES = ROOT / "rules"

# Each module imports only from those above it. Change this list when you mean it.
LADDER = [
    "source",
    "write",
    "glob",
    "path",
    "scalar",
    "node",
    "jsontree",
    "compose",
    "tree",
    "data",
    "render",
    "edit",
    "layout",
    "collection",
    "lower",
    "secret",
    "patch",
    "pool",
    "finding",
    "key",
    "workflow",
    "resource",
    "emit",
    "silence",
    "cache",
    "quantity",
    "checks",
    "condition",
    "rule",
    "config",
    "baseline",
    "ask",
    "engine",
    "settle",
    "suppress",
    "library",
    "inputs",
    "run",
    "gather",
    "request",
    "report",
    "api",
    "serve",
    "cli",
]
OUTSIDE = {"__init__": "api", "__main__": "cli"}  # the version, which all may read, and doors: what each opens

SPEAKERS = {"cli"}  # print, look at the terminal, exit
WRITERS = {"write"}  # change what is on the disk
LONGEST = 450  # lines; a module that outgrows them becomes two floors

CATEGORIES = {
    *("workload", "host", "security", "network", "service", "ingress", "scheduling", "resources"),
    *("storage", "annotation", "logging", "lifecycle", "image", "api"),
}

MODULES = sorted(PACKAGE.rglob("*.py"))
CHECKS = [file for file in MODULES if file.parent == PACKAGE / "checks" and not file.stem.startswith("_")]
RULE_FILES = sorted(RULES.rglob("*.yaml"))


def show(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def dotted(file: Path) -> str:
    """asklint/checks/a.py → checks.a; asklint/checks/__init__.py → checks; asklint/__init__.py → __init__."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def floor(module: str) -> str:
    return module.partition(".")[0]


@functools.cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


@functools.cache
def names() -> frozenset[str]:
    return frozenset(dotted(file) for file in MODULES)


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and name of each of asklint's modules that is imported anywhere in `tree`, functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in found:
            if name.split(".")[0] == "asklint":
                yield node.lineno, module_of(name.removeprefix("asklint").removeprefix("."))


def module_of(name: str) -> str:
    """The module that `name` stands in: tree.Node → tree, checks.disk.check → checks.disk, __version__ → __init__."""
    while name and name not in names():
        name = name.rpartition(".")[0]
    return name or "__init__"


def said(node: ast.expr) -> str:
    """`os.path.join` for the expression os.path.join; what is no name shows as an empty part: `().open`."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{said(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


each_module = pytest.mark.parametrize("file", MODULES, ids=show)
each_check = pytest.mark.parametrize("file", CHECKS, ids=show)


# ---- the ladder


def test_every_module_has_a_place():
    homeless = {floor(dotted(file)) for file in MODULES} - set(LADDER) - set(OUTSIDE)
    assert not homeless, f"not in LADDER: {', '.join(sorted(homeless))}"
    assert len(set(LADDER)) == len(LADDER)


@each_module
def test_imports_point_up(file):
    module = dotted(file)
    if module in OUTSIDE:
        allowed = {OUTSIDE[module], "__init__"}
    elif floor(module) not in LADDER:
        pytest.skip("it has no place yet")
    else:
        allowed = {*LADDER[: LADDER.index(floor(module))], "__init__"}
        if (PACKAGE / floor(module)).is_dir():
            allowed.add(floor(module))  # neighbours in one folder
    wrong = [(line, name) for line, name in imported(parsed(file)) if floor(name) not in allowed]
    assert not wrong, "\n".join(f"{show(file)}:{line} imports {name}" for line, name in wrong)


def test_no_circle():
    """Neighbours in one folder may import each other, but not in a circle; a door opens when it is asked for."""
    modules = [file for file in MODULES if dotted(file) not in OUTSIDE]
    graph = {dotted(file): {name for _, name in imported(parsed(file))} - {dotted(file)} for file in modules}
    graphlib.TopologicalSorter(graph).prepare()


# ---- who speaks, who writes

_SPEECH = {"print", "exit", "quit", "breakpoint", "input"}
_SPEECH |= {"sys.exit", "os._exit", "os.abort", "click.echo", "click.secho", "rich.print"}


def spoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and said(node.func) in _SPEECH:
            yield node.lineno, said(node.func)
        elif isinstance(node, ast.Attribute) and said(node) in {"sys.stdout", "sys.stderr"}:
            yield node.lineno, said(node)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if said(raised) == "SystemExit":
                yield node.lineno, "raise SystemExit"


_WRITES = re.compile(
    r"""
      .*\.(write_text|write_bytes|mkdir|rmdir|touch|unlink|symlink_to|hardlink_to)
    | os\.(replace|rename|renames|remove|removedirs|makedirs|truncate|link|symlink|chmod|chown|fchmod|fchown)
    | shutil\.(?!which|get_terminal_size|disk_usage).*
    | tempfile\..*
    """,
    re.VERBOSE,
)
_OPENS = {"open": 1, "io.open": 1, "codecs.open": 1, "os.fdopen": 1, "gzip.open": 1}  # where the mode stands


def written(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = said(node.func)
        if _WRITES.fullmatch(name):
            yield node.lineno, name
        elif name == "os.open":
            flags = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
            if flags & {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}:
                yield node.lineno, name
        elif name in _OPENS or name.endswith(".open"):
            at = _OPENS.get(name, 0)
            modes = [word.value for word in node.keywords if word.arg == "mode"] or node.args[at : at + 1]
            for mode in modes:
                known = isinstance(mode, ast.Constant) and isinstance(mode.value, str)
                if not known or set(mode.value) & set("wax+"):
                    yield node.lineno, f"{name}(…, {ast.unparse(mode)})"


@each_module
def test_only_cli_speaks(file):
    if floor(dotted(file)) not in SPEAKERS:
        wrong = [f"{show(file)}:{line} {what}" for line, what in spoken(parsed(file))]
        assert not wrong, "only cli prints or exits:\n" + "\n".join(wrong)


@each_module
def test_only_write_writes(file):
    if floor(dotted(file)) not in WRITERS:
        wrong = [f"{show(file)}:{line} {what}" for line, what in written(parsed(file))]
        assert not wrong, "only write changes what is on the disk:\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "code",
    [
        "print(1)",
        "sys.exit(2)",
        "raise SystemExit",
        "raise SystemExit(3)",
        "stream = sys.stdout",
        "sys.stderr.write('')",
        "click.echo('')",
    ],
)
def test_speech_is_heard(code):
    assert list(spoken(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "open(name, 'w')",
        "open(name, mode='ab')",
        "open(name, mode)",
        "path.open('r+')",
        "path.write_text('')",
        "Path(name).mkdir()",
        "os.replace(a, b)",
        "os.open(name, os.O_WRONLY | os.O_CREAT)",
        "shutil.copy(a, b)",
        "tempfile.mkstemp()",
    ],
)
def test_writing_is_seen(code):
    assert list(written(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    ["open(name)", "open(name, 'rb')", "path.open()", "path.open('rb')", "a.replace(b, c)", "os.open(a, os.O_RDONLY)"],
)
def test_reading_is_no_writing(code):
    assert not list(written(ast.parse(code)))


# ---- how a module looks


@each_module
def test_docstring_is_one_sentence(file):
    docstring = ast.get_docstring(parsed(file))
    assert docstring, f"{show(file)} has no docstring"
    assert docstring.endswith("."), f"{show(file)}: the docstring is no sentence"
    more = "\n\n" in docstring or re.search(r"(?<!e\.g)(?<!i\.e)[.!?]\s+[A-Z]", docstring)
    assert not more, f"{show(file)}: the docstring is more than a sentence"


_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The public functions and classes of `body`, and those in its public classes."""
    for node in body:
        if isinstance(node, _DEFINES) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


@each_module
def test_what_is_public_is_described(file):
    bare = [
        f"{show(file)}:{node.lineno} {node.name}" for node in public(parsed(file).body) if not ast.get_docstring(node)
    ]
    assert not bare, "no docstring:\n" + "\n".join(bare)


@each_module
def test_module_is_short(file):
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{show(file)} has {lines} lines: two floors, not one"


def asked(file: Path) -> bool:
    """Whether a rule names the check in `file`."""
    return file.stem in {name for rule in RULE_FILES for name in _modules(rule)}


@functools.cache
def _modules(rule):
    python = data.parse(rule).get("python", {})
    return {python[key] for key in ("check", "across") if key in python}


@each_check
def test_check_is_asked_by_a_rule(file):
    """What no rule asks is a helper, and has neighbours that it helps."""
    helped = [other for other in CHECKS if dotted(file) in {name for _, name in imported(parsed(other))}]
    assert asked(file) or helped, f"no rule asks {show(file)}"


@each_check
def test_check_has_one_door(file):
    """A check is one function, or two where it looks across files."""
    doors = {node.name for node in parsed(file).body if isinstance(node, _DEFINES) and not node.name.startswith("_")}
    if asked(file):
        assert doors in ({"check"}, {"collect", "conclude"}), (
            f"{show(file)} shows {', '.join(sorted(doors)) or 'nothing'}"
        )


# ---- how rules are laid out


def test_rule_names_are_unique():
    twice = [name for name, count in Counter(file.stem for file in RULE_FILES).items() if count > 1]
    assert not twice, f"named twice: {', '.join(twice)}"


@pytest.mark.parametrize("file", RULE_FILES, ids=show)
def test_rule_stands_in_a_category(file):
    if file == RULES / "silent.yaml":
        return
    assert file.parent.parent == RULES
    assert file.parent.name in CATEGORIES
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", file.stem)
    assert not file.stem.startswith("no-"), "a rule is named for what is wrong, never for the remedy"


def quoted(page: str) -> list[tuple[str, list[str]]]:
    """The blocks of `page` that follow a comment naming a file: the name, and the lines, cut at each ellipsis."""
    blocks = re.findall(r"^<!-- (\S+\.yaml) -->\n```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [
        (name, [part for line in body.splitlines() for part in [line.partition("…")[0]] if part])
        for name, body in blocks
    ]


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md"], ids=show)
def test_what_is_shown_is_what_stands_there(page):
    """A page that quotes a rule quotes what the file holds, in its order; `…` stands for what is left out."""
    blocks = quoted(page.read_text(encoding="utf-8"))
    assert blocks
    for name, lines in blocks:
        rest = (ROOT / name).read_text(encoding="utf-8")
        for line in lines:
            _, found, rest = rest.partition(line)
            assert found, f"{show(page)} quotes {line!r}, which {name} does not hold there"
