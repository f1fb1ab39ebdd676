"""Findings kept between runs: they are what a new run would find, or they are not used."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from kit import ERROR, GOOD, STAYS, WARNING, asklint, only, scene, setup, unprivileged

from asklint import cache, engine, run
from asklint.finding import NOTHING, Identity, Seen
from asklint.source import Source

STAMP = "stamp"
SEEN = Seen(Identity("v1", "Pod", None, "a"), True, "a.yaml")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where the cache is."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "asklint"


def kept(stamp: str, raw: bytes, name: str = "a.yaml"):
    """What the cache gives for a file of this content."""
    made = cache.Cache(stamp)
    try:
        return made.get(made.key(raw), name)
    finally:
        made.close()


def put(stamp: str, raw: bytes, outcome) -> None:
    made = cache.Cache(stamp)
    made.put([(made.key(raw), outcome)])
    made.close()


def outcome(text: str, name: str = "a.yaml"):
    return run.told(engine.check(Source(name, text), setup()))


@pytest.mark.parametrize("text", [GOOD, ERROR, WARNING, STAYS, "a: 1\n", "a: [\nkind: b\n"])
def test_gives_back_what_was_put(folder, text):
    put(STAMP, text.encode(), outcome(text))
    assert kept(STAMP, text.encode()) == outcome(text)


def test_gives_it_the_name_of_today(folder):
    put(STAMP, ERROR.encode(), outcome(ERROR, "old/a.yaml"))
    assert kept(STAMP, ERROR.encode(), "new/b.yaml") == outcome(ERROR, "new/b.yaml")


def test_other_content_and_another_stamp_are_not_in_it(folder):
    put(STAMP, ERROR.encode(), outcome(ERROR))
    assert kept(STAMP, GOOD.encode()) is None
    assert kept("another", ERROR.encode()) is None


def test_letters_of_all_sorts(folder):
    text = ERROR.replace("one hop less", "☂ 雨").replace("name: web\nspec", 'name: "\\ud800\\0☂"\nspec')
    told = outcome(text)
    put(STAMP, b"x", told)
    assert kept(STAMP, b"x") == told


def test_stamp_tells_plans_apart(tmp_path):
    scene(tmp_path, {"own/a.yaml": "x"})
    plans = [
        run.Plan(),
        run.Plan(target="acs"),
        run.Plan(lang="zh"),
        run.Plan(select=("host",)),
        run.Plan(ignore=("host",)),
        run.Plan(severity={"host-pid": "info"}),
        run.Plan(options={"privileged": {"allow-listed": True}}),
        run.Plan(pods={"A.b.c": ["spec"]}),
        run.Plan(folders=(str(tmp_path / "own"),)),
    ]
    stamps = [run.stamp(plan) for plan in plans]
    (tmp_path / "own/a.yaml").write_text("y")
    stamps.append(run.stamp(plans[-1]))
    assert len(set(stamps)) == len(stamps)
    assert run.stamp(run.Plan(silence=({"rule": "a", "reason": "b"},), root="/x")) == stamps[0]  # it changes by the day


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_broken_file_is_made_anew(folder, content):
    scene(folder, {"findings.sqlite": content})
    put(STAMP, ERROR.encode(), outcome(ERROR))
    assert kept(STAMP, ERROR.encode()) == outcome(ERROR)


@pytest.mark.parametrize(
    "value",
    ["", "{", "[]", "null", "1", '"x"', "[1, 2, 3, 4, 5]", "[[[]], [], [], 0, []]", '[[{"a": 1}], [], [], 0, []]'],
)
def test_broken_row_is_not_there(folder, value):
    put(STAMP, ERROR.encode(), outcome(ERROR))
    with sqlite3.connect(folder / "findings.sqlite") as table:
        table.execute("UPDATE outcome SET value = ?", (value,))
    assert kept(STAMP, ERROR.encode()) is None
    put(STAMP, ERROR.encode(), outcome(ERROR))
    assert kept(STAMP, ERROR.encode()) == outcome(ERROR)


def test_locked_file_is_not_waited_for_long(folder):
    put(STAMP, ERROR.encode(), outcome(ERROR))
    other = sqlite3.connect(folder / "findings.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    put(STAMP, GOOD.encode(), outcome(GOOD))
    other.execute("COMMIT")
    other.close()
    assert kept(STAMP, GOOD.encode()) is None
    assert kept(STAMP, ERROR.encode()) == outcome(ERROR)


def test_full_table_is_emptied(folder, monkeypatch):
    monkeypatch.setattr(cache, "KEPT", 3)
    for number in range(5):
        put(STAMP, b"%d" % number, NOTHING)
    assert [kept(STAMP, b"%d" % number) is not None for number in range(5)] == [False, False, False, False, True]


def test_folder_that_cannot_be_made(tmp_path, monkeypatch):
    scene(tmp_path, {"file": ""})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    put(STAMP, ERROR.encode(), outcome(ERROR))
    assert kept(STAMP, ERROR.encode()) is None


# ---- in a run


@pytest.fixture
def many(tmp_path) -> Path:
    texts = [ERROR, GOOD, WARNING, STAYS]
    return scene(tmp_path / "many", {f"{number:02}.yaml": texts[number % 4] for number in range(20)})


def found(many: Path, *words: object, **options) -> list[tuple[str, str, str]]:
    done = asklint("check", *only(), "--format", "json", *words, ".", cwd=many, **options)
    assert done.returncode in (0, 1), done.stderr
    return [(one["file"], one["rule"], one["severity"]) for one in json.loads(done.stdout)["findings"]]


def test_run_uses_it_and_sees_what_changes(many, tmp_path):
    """The cache is told apart from a new run by an outcome planted in it."""
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = found(many, env=env)
    assert len(first) == 15
    with sqlite3.connect(tmp_path / "cache/asklint/findings.sqlite") as table:
        table.execute("UPDATE outcome SET value = ?", (json.dumps([[], [SEEN], [], 0, []]),))
    assert found(many, env=env) == []  # it is the cache that speaks
    assert found(many, "--no-cache", env=env) == first
    (many / "01.yaml").write_text(ERROR + "# edited\n")
    assert found(many, env=env) == [("01.yaml", "host-network", "error")]
    assert len(found(many, "--target", "eci", env=env)) > 10  # another target is another run
    (many / ".asklint.yaml").write_text("severity: {host-network: info}\n")
    assert ("01.yaml", "host-network", "info") in found(many, env=env)
    assert len(found(many, env=env)) > 10
    (many / ".asklint.yaml").write_text("ignore: [{rule: host-network, reason: the old cluster needs it}]\n")
    assert found(many, env=env) == []  # silence is no part of it


def test_run_without_a_cache_folder(many, tmp_path):
    expected = found(many, "--no-cache")
    scene(tmp_path, {"file": ""})
    assert found(many, env={"XDG_CACHE_HOME": str(tmp_path / "file")}) == expected
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut").chmod(0o500)
    assert found(many, env={"XDG_CACHE_HOME": str(tmp_path / "shut")}, preexec_fn=unprivileged) == expected
    assert os.listdir(tmp_path / "shut") == []


def test_run_with_a_broken_cache(many, tmp_path):
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    scene(tmp_path, {"cache/asklint/findings.sqlite": b"nonsense" * 1000})
    expected = found(many, "--no-cache")
    assert found(many, env=env) == expected
    assert found(many, env=env) == expected
