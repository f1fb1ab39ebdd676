"""Whole manifests: what is clean stays clean, and what is mended becomes what stands beside it, byte for byte."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from kit import asklint, documents, held, scene, setup

from asklint import data, engine
from asklint.source import Source

FOLDER = data.root() / "fixtures"
PAIRS = sorted(FOLDER.glob("pairs/*.before.*"))


def test_deployment_is_clean_once_it_is_mended(tmp_path):
    """CI runs this one with the built wheel."""
    scene(tmp_path, {"deployment.yaml": (FOLDER / "deployment.yaml").read_bytes()})
    assert asklint("check", "deployment.yaml", cwd=tmp_path).returncode == 1
    assert asklint("fix", "--unsafe", "deployment.yaml", cwd=tmp_path).returncode == 0
    done = asklint("check", "--fail-on", "info", "deployment.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "All clear for ask: 2 objects of 1 file checked\n")
    mended = held(tmp_path)
    assert asklint("fix", "--unsafe", "deployment.yaml", cwd=tmp_path).returncode == 0
    assert held(tmp_path) == mended


def test_clean_is_clean(tmp_path):
    clean = (FOLDER / "clean.yaml").read_bytes()
    done = asklint("fix", "--unsafe", "--fail-on", "info", "clean.yaml", cwd=scene(tmp_path, {"clean.yaml": clean}))
    assert (done.returncode, done.stdout) == (0, "All clear for ask: 8 objects of 1 file checked\n")
    assert (tmp_path / "clean.yaml").read_bytes() == clean


def said(raw: bytes, word: str) -> str:
    """What the comment `# word: …` of a pair says."""
    found = re.search(rb"# %s: (.*?)\r?\n" % word.encode(), raw)
    return found[1].decode() if found else ""


@pytest.mark.parametrize("before", PAIRS, ids=lambda path: path.name)
def test_pair(before):
    """The comment `# asked: RULE…` names the rules, or all: then nothing is left to say. JSON has no comments.

    `# target:` and `# options:`, the latter as the config has them, are for pairs that want others than ask and none.
    """
    raw = before.read_bytes()
    names = said(raw, "asked").split() or ["host-network", "host-port", "service-nodeport"]
    options = yaml.safe_load(said(raw, "options") or "{}")
    every = names == ["all"]
    asked = setup(*([] if every else names), target=said(raw, "target") or "ask", options=options)
    source = Source.decode(before.name, raw)
    fixed = engine.fix(source, asked, unsafe=True)
    after = before.with_name(before.name.replace(".before.", ".after."))
    assert source.encode(fixed.text) == after.read_bytes()
    again = engine.fix(Source.decode(after.name, after.read_bytes()), asked, unsafe=True)
    assert again.text == fixed.text
    assert again.mended == []
    if every:
        assert [
            finding.message for finding in (*again.checked.findings, *engine.conclude(again.checked.told, asked))
        ] == []


SPELLINGS = {
    "CRLF": lambda text, data: text.replace("\n", "\r\n"),
    "no last newline": lambda text, data: text.rstrip("\n"),
    "flow": lambda text, data: "---\n".join(
        yaml.safe_dump(one, default_flow_style=True, width=10**6, sort_keys=False) for one in data
    ),
    "JSON": lambda text, data: "\n".join(map(json.dumps, data)),
    "List": lambda text, data: yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": data}, sort_keys=False),
    "List in JSON": lambda text, data: json.dumps({"apiVersion": "v1", "kind": "List", "items": data}, indent=2),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    "before", [path for path in PAIRS if b"asked: all" in path.read_bytes()], ids=lambda path: path.name
)
def test_pair_in_other_spellings(before, spelling):
    """However a manifest is written, the same becomes of it, and a second run changes nothing."""
    raw = before.read_bytes()
    asked = setup(target=said(raw, "target") or "ask", options=yaml.safe_load(said(raw, "options") or "{}"))
    text = SPELLINGS[spelling](raw.decode(), documents(raw.decode()))
    fixed = engine.fix(Source("x", text), asked, unsafe=True)
    objects = documents(fixed.text)
    if spelling.startswith("List") and len(objects) == 1 and objects[0]["kind"] == "List":
        objects = objects[0]["items"]
    after = documents(before.with_name(before.name.replace(".before.", ".after.")).read_text())
    assert sorted(map(str_of, objects)) == sorted(map(str_of, after))
    assert engine.fix(Source("x", fixed.text), asked, unsafe=True).text == fixed.text


def str_of(data: object) -> str:
    return json.dumps(data, sort_keys=True)


def test_pairs_are_pairs():
    assert len(PAIRS) >= 8
    after = {path.name.replace(".after.", ".before.") for path in FOLDER.glob("pairs/*.after.*")}
    assert after == {path.name for path in PAIRS}
