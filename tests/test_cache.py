"""Findings kept between runs: they are what a new run would find, or they are not used."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from kit import ASKLINT, ERROR, GOOD, STAYS, WARNING, asklint, only, scene, setup, unprivileged

import asklint as asklint_itself
from asklint import cache, data, engine, run
from asklint.finding import NOTHING, Identity, Seen
from asklint.inputs.rendered import named
from asklint.source import Source

STAMP = "stamp"
TEMPLATED = f"---\n# Source: shop/templates/a.yaml\n{ERROR}"
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


def plant(file: Path, value: str) -> None:
    """Puts `value` in the place of every outcome in the cache."""
    with sqlite3.connect(file) as table:
        table.create_function("summed", 1, lambda key: cache._summed(key, value.encode()))
        table.execute("UPDATE outcome SET value = summed(key)")
    table.close()


def outcome(text: str, name: str = "a.yaml"):
    return named(run.told(engine.check(Source(name, text), setup())), text)


@pytest.mark.parametrize("text", [GOOD, ERROR, WARNING, STAYS, "a: 1\n", "a: [\nkind: b\n", TEMPLATED])
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


def test_stamp_tells_plans_versions_and_rules_apart(tmp_path, monkeypatch):
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
    stamps.append(run.stamp(run.Plan(options=run.versioned({}, "1.30"))))  # --kubernetes-version
    stamps.append(run.stamp(run.Plan(options=run.versioned({}, "1.31"))))
    (tmp_path / "own/a.yaml").write_text("y")
    stamps.append(run.stamp(run.Plan(folders=(str(tmp_path / "own"),))))
    with monkeypatch.context() as other:
        other.setattr(asklint_itself, "__version__", "999")
        stamps.append(run.stamp(plans[0]))
    with monkeypatch.context() as other:
        other.setattr(data, "fingerprint", lambda: "other rules, or other code")
        stamps.append(run.stamp(plans[0]))
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
    plant(folder / "findings.sqlite", value)
    assert kept(STAMP, ERROR.encode()) is None
    put(STAMP, ERROR.encode(), outcome(ERROR))
    assert kept(STAMP, ERROR.encode()) == outcome(ERROR)


def test_row_of_another_key_is_not_used(folder):
    put(STAMP, ERROR.encode(), outcome(ERROR))
    put(STAMP, GOOD.encode(), outcome(GOOD))
    with sqlite3.connect(folder / "findings.sqlite") as table:
        (first,), (second,) = table.execute("SELECT value FROM outcome").fetchall()
        table.execute("UPDATE outcome SET value = CASE value WHEN ? THEN ? ELSE ? END", (first, second, first))
    table.close()
    assert kept(STAMP, ERROR.encode()) is kept(STAMP, GOOD.encode()) is None


def test_broken_bytes_are_never_believed(folder):
    """Wherever a byte of the file is another one, or the file ends: what it gives is right, or nothing."""
    put(STAMP, ERROR.encode(), outcome(ERROR))
    file, right = folder / "findings.sqlite", outcome(ERROR)
    whole = file.read_bytes()
    at = whole.index(b"host-network") - 400  # the row's begin, and what stands in front of it
    given = []
    for broken in [
        *(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in range(at, len(whole), 11)),
        *(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :] for place in range(0, 200, 3)),
        *(whole[:length] for length in range(0, len(whole), 1500)),
    ]:
        file.write_bytes(broken)
        given.append(kept(STAMP, ERROR.encode()))
    assert [one for one in given if one not in (None, right)] == []
    assert given.count(None) > 100, "it was broken where it matters"


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


def test_room_is_bounded(folder, monkeypatch):
    """Large outcomes are forgotten as many small ones are, and the file grows no more."""
    monkeypatch.setattr(cache, "ROOM", 100_000)
    text = "---\n".join([ERROR] * 20)
    sizes = []
    for number in range(40):
        put(STAMP, b"%d" % number, outcome(text))
        assert kept(STAMP, b"%d" % number) is not None
        sizes.append((folder / "findings.sqlite").stat().st_size)
    assert max(sizes) < 200_000
    assert kept(STAMP, b"0") is None


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
    plant(tmp_path / "cache/asklint/findings.sqlite", json.dumps([[], [SEEN], [], 0, []]))
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


def test_own_rule_that_is_edited_is_asked_again(many, tmp_path):
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    rule = (data.root() / "rules/host/host-network.yaml").read_text()
    own = scene(tmp_path / "own", {"host/joins-network.yaml": rule})
    words = ("--rules", own, "--select", "joins-network")
    mine = [one for one in found(many, *words, env=env) if one[1] == "joins-network"]
    assert len(mine) == 5
    (own / "host/joins-network.yaml").write_text(rule.replace("is: {const: true}", "is: {const: false}", 1))
    assert [one for one in found(many, *words, env=env) if one[1] == "joins-network"] == []


def test_what_is_noted_for_rules_across_files_is_kept_beside_findings(tmp_path):
    """A file that says nothing alone, and is not read again, is told of once another one changes."""
    balanced = """\
apiVersion: v1
kind: Service
metadata:
  name: {0}
  annotations:
    service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id: lb-bp1example
    service.beta.kubernetes.io/alibaba-cloud-loadbalancer-force-override-listeners: "true"
spec:
  type: LoadBalancer
  selector: {{app: {0}}}
  ports: [{{port: {1}}}]
"""
    others = {f"{number:02}.yaml": GOOD.replace("settings", f"settings-{number}") for number in range(20)}
    files = {**others, "a.yaml": balanced.format("a", 80), "b.yaml": balanced.format("b", 81)}
    folder = scene(tmp_path / "many", files)
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def shared() -> list[str]:
        words = ("check", "--select", "service-annotation-conflict", "--format", "json", ".")
        return [one["file"] for one in json.loads(asklint(*words, cwd=folder, env=env).stdout)["findings"]]

    assert shared() == shared() == []
    (folder / "a.yaml").write_text(balanced.format("a", 81))
    assert shared() == shared() == ["b.yaml"]
    (folder / "a.yaml").write_text(files["a.yaml"])
    assert shared() == []


def test_runs_at_once_share_it(many, tmp_path):
    """Four that fill one new cache, and then four that use it, each say what a run without a cache says."""
    words = [ASKLINT, "check", *only(), "--format", "json", "."]
    expected = asklint(*words[1:], "--no-cache", cwd=many).stdout
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for _ in range(2):
        runs = [subprocess.Popen(words, cwd=many, env=env, stdout=subprocess.PIPE) for _ in range(4)]
        assert [run.communicate(timeout=120)[0].decode() for run in runs] == [expected] * 4
    with sqlite3.connect(tmp_path / "cache/asklint/findings.sqlite") as table:
        assert table.execute("SELECT count(*) FROM outcome").fetchone() == (4,), "one for each content"
        assert table.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    table.close()
