"""What CI and releases install: every package by its version, every file of it by its hash, within what users may install."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / ".ci/lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11.0", "3.11.9", "3.12.8", "3.13.1")
PLATFORMS = (("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows"))

EXTRAS = {"ci": ("dev", "docs", "tools"), "release": ("release",), "asklint": (), "fuzz": ("fuzz",)}
BUILT_HERE = ("ci", "release")  # where wheels are built without an environment of their own


def entries(name: str) -> list[tuple[Requirement, str]]:
    """The requirements of a lock, each with the options that follow it."""
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if not re.match(r"\s*(#|$)", line)]
    return [(Requirement(line.partition("--")[0]), " ".join(line.partition("--")[1:])) for line in lines]


def wanted(*extras: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for, with these extras and those that they name."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    for requirement in (Requirement(line) for group in groups for line in group):
        if requirement.name == project["name"]:
            yield from wanted(*sorted(requirement.extras))
        else:
            yield requirement


def environments() -> Iterator[dict[str, str]]:
    """A machine of each sort, as markers see it."""
    for python in PYTHONS:
        for platform, system in PLATFORMS:
            short = python.rpartition(".")[0]
            own = {
                "sys_platform": platform,
                "platform_system": system,
                "os_name": "nt" if system == "Windows" else "posix",
            }
            own |= {"python_version": short, "python_full_version": python, "platform_python_implementation": "CPython"}
            yield {**default_environment(), **own}  # type: ignore[dict-item]


@pytest.mark.parametrize("name", EXTRAS)
def test_every_file_is_known_by_its_hash(name):
    for requirement, options in entries(name):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert requirement.url is None
        assert re.fullmatch(r"--\s?hash=sha256:[0-9a-f]{64}(\s+--hash=sha256:[0-9a-f]{64})*\s*", options), requirement


@pytest.mark.parametrize("name", EXTRAS)
def test_what_is_locked_is_what_the_project_allows(name):
    """Renew them with .ci/lock/renew."""
    locked = [requirement for requirement, _ in entries(name)]
    asked = list(wanted(*EXTRAS[name]))
    if name in BUILT_HERE:
        asked += [Requirement(line) for line in PROJECT["build-system"]["requires"]]
    for environment in environments():
        for requirement in asked:
            if requirement.marker and not requirement.marker.evaluate(environment):
                continue
            found = [
                str(one.specifier)[2:]
                for one in locked
                if canonicalize_name(one.name) == canonicalize_name(requirement.name)
                and (one.marker is None or one.marker.evaluate(environment))
            ]
            assert len(found) == 1, f"{requirement.name} on {environment['python_full_version']}: {found or 'none'}"
            assert requirement.specifier.contains(found[0], prereleases=True), f"{requirement} is locked as {found[0]}"


def test_locks_agree():
    """A release runs on what the tests ran on."""
    locked = {name: {(one.name, str(one.specifier)) for one, _ in entries(name)} for name in EXTRAS}
    assert locked["asklint"] < locked["release"] < locked["ci"]
    assert {name for name, _ in locked["fuzz"] - locked["ci"]} == {"atheris"}


def scripts() -> Iterator[tuple[str, str]]:
    """What the workflows and .ci/run execute, one command each, and where it stands."""
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                yield from ((path.name, line) for line in step.get("run", "").splitlines())
    yield from (("run", line) for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines())


def test_nothing_else_is_installed():
    """By its hash, or built here; the wheel in its oldest surroundings is the one that asks for versions alone."""
    installs = [(name, line) for name, line in scripts() if re.search(r"\bpip\W.*\binstall\b", line)]
    by_hash = r"--require-hashes -r \.ci/lock/\w+\.txt$|--no-deps (--no-build-isolation -e \.|dist/\*\.whl|-r /dev/stdin <<'END')$"
    others = [(name, line.strip()) for name, line in installs if not re.search(by_hash, line)]
    assert others == [("run", '"$work/wheel/bin/pip" install --constraint "$work/lowest.txt" "$work"/dist/*.whl')]
    assert {name for name, _ in installs} == {"audit.yml", "ci.yml", "fuzz.yml", "release.yml", "run"}
