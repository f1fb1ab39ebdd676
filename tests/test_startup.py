"""What a start imports: a module that every start pays for is a decision, not an accident."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kit import ERROR, GOOD

# What the command is made of. A module that is added here is paid for by every hook and every editor: about 0.3 ms
# where it is small, more where it compiles patterns.
OURS = {
    "asklint",
    *(f"asklint.{name}" for name in ("cli", "cli.manifests", "cli.screen", "request", "config", "data", "run")),
    *(f"asklint.{name}" for name in ("inputs", "inputs.files", "gather", "report", "report.concise", "report.summary")),
    *(f"asklint.{name}" for name in ("cli.complete", "cli.output", "inputs.overlay", "inputs.rendered", "key")),
    *(f"asklint.{name}" for name in ("source", "tree", "compose", "jsontree", "node", "scalar", "path", "glob")),
    *(f"asklint.{name}" for name in ("rule", "condition", "engine", "ask", "resource", "finding", "silence", "secret")),
    *(f"asklint.{name}" for name in ("edit", "lower", "layout", "collection", "render", "patch", "checks")),
}
NEVER = {  # what is for a terminal, for a config, for many files, for fixes that insert, and for nothing here
    *("rich", "jsonschema", "ruamel", "pathspec", "multiprocessing", "sqlite3", "subprocess", "tempfile", "shutil"),
    *("difflib", "socket", "ssl", "http", "email", "logging", "asyncio", "concurrent", "unittest"),
    *("importlib.metadata", "pkg_resources", "zipfile", "http.client", "urllib.request"),
}
WATCH = """
import sys
sys.argv[0] = "asklint"
try:
    from asklint.cli import main
    main()
finally:
    with open({!r}, "w") as file:
        file.write("\\n".join(sys.modules))
"""


def started(folder: Path, *arguments: str) -> set[str]:
    """The modules that are there when the command with `arguments` ends."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    before, after = folder / "before", folder / "after"
    subprocess.run(
        [sys.executable, "-c", f"import sys\nopen({str(before)!r}, 'w').write('\\n'.join(sys.modules))"], check=True
    )
    for _ in range(2):  # a checkout compiles its rules once
        told = subprocess.run(
            [sys.executable, "-c", WATCH.format(str(after)), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in told.stderr
    return set(after.read_text().split("\n")) - set(before.read_text().split("\n"))


def heavy(modules: set[str]) -> set[str]:
    return {name for name in modules if name in NEVER or name.partition(".")[0] in NEVER}


def test_version_imports_nothing(tmp_path):
    modules = started(tmp_path, "--version")
    assert {name for name in modules if name.startswith("asklint")} == {"asklint"}
    assert not modules & {"click", "yaml", "json"}
    assert not heavy(modules)


@pytest.mark.parametrize("text", [GOOD, ERROR], ids=["good", "error"])
def test_one_file(tmp_path, text):
    """What a plain check imports, with and without findings."""
    (tmp_path / "a.yaml").write_text(text)
    modules = started(tmp_path, "check", "a.yaml")
    assert "asklint.engine" in modules, "nothing was watched"
    assert not heavy(modules)
    ours = {name for name in modules if name.startswith("asklint.") and not name.startswith("asklint.checks.")}
    assert ours - {"asklint.quantity"} <= OURS  # quantities: where there are containers


def test_checks_of_other_kinds_are_not_imported(tmp_path):
    """A check is imported when the first object of its kind is there, or the first fact that it noted."""
    (tmp_path / "a.yaml").write_text(GOOD)
    modules = started(tmp_path, "check", "a.yaml")
    assert "asklint.checks.annotation_conflict" in modules, "of every kind"
    assert "asklint.checks.pod_size" not in modules
    assert "asklint.checks.service_shared_listener" not in modules
    assert "fractions" not in modules
    assert "decimal" not in modules
