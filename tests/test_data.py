"""rules/ and schemas/ as one compiled file."""

from __future__ import annotations

import json
import os

import pytest
from kit import scene

from asklint import data


@pytest.fixture
def house(tmp_path):
    return scene(
        tmp_path / "house",
        {
            "rules/host/a-rule.yaml": "title: t\nwhy: long\nexamples: []\nmessage: m\nzh: {title: z, why: w, options: {o: p}}\n",
            "rules/api/b-rule.yaml": "title: u\n",
            "rules/silent.yaml": "- {id: x}\n",
            "schemas/table.yaml": "keys: {a: {note: n, sources: [s], value: 1}}\n",
            "schemas/report.schema.json": "{}",
            "schemas/kubernetes/objects.txt": "",
        },
    )


def test_what_is_compiled(house):
    assert json.loads(data.compile_data(house)) == {
        "rules": {
            "a-rule": {"category": "host", "title": "t", "message": "m", "zh": {"title": "z"}},
            "b-rule": {"category": "api", "title": "u"},
        },
        "schemas": {"table": {"keys": {"a": {"value": 1}}}},
        "silent": [{"id": "x"}],
    }


def test_compiled_alike_twice(house):
    assert data.compile_data(house) == data.compile_data(house)


@pytest.mark.parametrize(
    ("text", "said"), [("a: b: c\n", ":1: mapping values"), ("", ": the file is empty"), ("a: 1\nb: [\n", ":3: ")]
)
def test_broken_file_of_ours(tmp_path, text, said):
    scene(tmp_path, {"rules/x/a.yaml": text})
    with pytest.raises(ValueError, match=f"rules/x/a.yaml{said}"):
        data.compile_data(tmp_path)


@pytest.fixture
def fresh(monkeypatch, tmp_path, house):
    """`house` in the place of the checkout, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(data, "_COMPILED", tmp_path / "none.json")
    monkeypatch.setattr(data, "root", lambda: house)
    loading = getattr(data.load, "__wrapped__", data.load)  # what is loaded once a process, loaded again
    return lambda: sorted(loading()["rules"])


def test_compiled_once_and_again_when_a_file_changes(fresh, house, tmp_path, monkeypatch):
    assert fresh() == ["a-rule", "b-rule"]
    (kept,) = (tmp_path / "cache/asklint").glob("rules-*.json")
    kept.write_text(kept.read_text().replace("b-rule", "c-rule"))
    assert fresh() == ["a-rule", "c-rule"]  # it is the compiled file that is read
    (house / "rules/api/d-rule.yaml").write_text("title: v\n")
    assert fresh() == ["a-rule", "b-rule", "d-rule"]
    os.utime(house / "rules/api/d-rule.yaml", ns=(1, 1))
    (house / "rules/api/d-rule.yaml").unlink()
    kept.write_text("{")
    assert fresh() == ["a-rule", "b-rule"]  # a broken one is made anew


def test_cache_that_cannot_be_written(fresh, tmp_path, monkeypatch):
    scene(tmp_path, {"file": ""})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert fresh() == ["a-rule", "b-rule"]


def test_installed(fresh, house, tmp_path, monkeypatch):
    (tmp_path / "none.json").write_bytes(data.compile_data(house).replace(b"b-rule", b"e-rule"))
    assert fresh() == ["a-rule", "e-rule"]
    before = data.fingerprint()
    os.utime(tmp_path / "none.json", ns=(1, 1))
    assert data.fingerprint() == before
    (tmp_path / "none.json").write_bytes(data.compile_data(house).replace(b"b-rule", b"f-rule"))
    os.utime(tmp_path / "none.json", ns=(1, 1))
    assert data.fingerprint() != before, "an installer may give all files one time"


def test_fingerprint_tells_rules_apart(fresh, house):
    before = data.fingerprint()
    assert data.fingerprint() == before
    (house / "rules/api/b-rule.yaml").write_text("title: other\n")
    assert data.fingerprint() != before


def test_cache_folder(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert str(data.cache_folder()) == "/x/asklint"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/h")
    assert str(data.cache_folder()) == "/home/h/.cache/asklint"
