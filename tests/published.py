"""asklint as it is once it is published: what the pages name is found here in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from asklint import __version__

ROOT = Path(__file__).resolve().parents[1]
TAG = f"v{__version__}"
ADDRESS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Source"]

# What pip builds asklint from, and what else a tag must hold for those who use it by its address.
_NEEDED = ("asklint", "rules", "schemas", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
_NEEDED += (".pre-commit-hooks.yaml",)


def found(tool: str) -> str:
    """The program `tool`, beside this Python or on the PATH; the test is skipped where there is none."""
    program = shutil.which(tool, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        pytest.skip(f"{tool} is not installed")
    return program


def environment(work: Path) -> dict[str, str]:
    """Variables with which git and pip take what is in `work` for what is published, and git knows no other settings.

    What tools install is kept in `work` as well.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_", "PYTEST"))}
    identity = {f"GIT_{who}_{what}": "x@y.z" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    settings = {f"url.{work}/repository.insteadOf": ADDRESS, "init.defaultBranch": "main"}
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_COUNT": str(len(settings))}
    for index, (name, value) in enumerate(settings.items()):
        git |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": value}
    path = os.pathsep.join((f"{work}/bin", str(Path(sys.executable).parent), os.environ["PATH"]))
    wheels = {"PIP_FIND_LINKS": f"{work}/dist", "UV_FIND_LINKS": f"{work}/dist"}
    homes = {
        "PIPX_HOME": f"{work}/pipx",
        "PIPX_BIN_DIR": f"{work}/bin",
        "UV_TOOL_DIR": f"{work}/uv",
        "UV_TOOL_BIN_DIR": f"{work}/uv-bin",
    }
    homes |= {"PRE_COMMIT_HOME": str(work / "hooks"), "PREK_HOME": str(work / "hooks")}
    return {
        **kept,
        **identity,
        **git,
        **wheels,
        **homes,
        "PATH": path,
        "PYTHONWARNINGS": "",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def publish(work: Path) -> None:
    """Put asklint as it is now into `work`: a repository of git with the tag of its version, and a wheel."""
    repository = work / "repository"
    repository.mkdir()
    for name in _NEEDED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "compiled.json")
            shutil.copytree(ROOT / name, repository / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, repository)
    known = environment(work)
    run(("git", "init", "--quiet"), repository, known)
    commit(repository, known)
    run(("git", "tag", TAG), repository, known)
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", f"{work}/dist")
    run(build, repository, known)


def run(words: tuple[str, ...], folder: Path, known: Mapping[str, str], status: int | None = 0) -> str:
    """What `words` print in `folder`, both streams as one; the exit status must be `status`, where one is given."""
    done = subprocess.run(
        words, cwd=folder, env=known, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert status in (None, done.returncode), f"{' '.join(words)}: exit status {done.returncode}\n{done.stdout}"
    return done.stdout


def commit(folder: Path, known: Mapping[str, str]) -> None:
    """Commit all that is in the repository `folder`, without hooks."""
    run(("git", "add", "--all"), folder, known)
    run(("git", "commit", "--quiet", "--no-verify", "--allow-empty", "--message", "x"), folder, known)
