"""The gate on a folder of six files: it passes what is right, and names what is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from asklint import engine, lower, run, tree
from asklint.edit import DropDocument, Insert, Move, Remove, Rename, Set
from asklint.source import Source

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"

POD = """\
# a licence
apiVersion: v1
kind: Pod
metadata:
  name: web  # the front
spec:
  # the node's own network
  hostNetwork: true
  restartPolicy: Never
  containers:
    - name: web
      image: nginx
      resources: {limits: {cpu: "1", memory: 2Gi}, requests: {cpu: "1", memory: 2Gi}}
"""


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module, imported as the script finds it; a run of it must not leave the others changed."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import gate

    gate.start(["ask"], False)
    yield gate
    for name in ("gate", "promises", "second", "variants"):
        sys.modules.pop(name, None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Block style, CRLF, JSON, many documents, a Helm template, and what is no manifest."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80}]}\n"
    pod = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": true}}'
    for name, text in {
        "pod.yaml": POD,
        "crlf.yaml": POD.replace("\n", "\r\n"),
        "pod.json": pod,
        "two.yaml": f"{service}---\n{POD}",
        "chart/Chart.yaml": "name: chart\nversion: 1.0.0\n",
        "chart/templates/pod.yaml": "kind: {{ .Values.kind }}\n",
        "other.yaml": "a: 1\n",
    }.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path / "in"


def ran(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, str(BENCHMARKS / "gate.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_it_passes(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    status, told = ran(folder, "--jobs", "1")
    assert status == 0, told
    assert "0 broken promises" in told
    assert "target ask: 7 files, 5 objects" in told
    assert "1 helm-template" in told
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_nothing_to_hold_is_no_pass(tmp_path):
    (tmp_path / "other.yaml").write_text("a: 1\n")
    assert ran(tmp_path)[0] == 1


def test_a_path_that_is_not_there(tmp_path):
    status, told = ran(tmp_path / "none")
    assert status == 2
    assert "there is no such file or folder" in told


# -- what it sees


def look(gate: ModuleType, text: str, path: Path) -> set[str]:
    """The promises broken on a file that holds `text`."""
    path.write_bytes(text.encode())
    return {promise for promise, _ in gate.look(gate.Task(gate.files.Input(path.name, path), "ask", True)).broken}


def test_a_right_fix_is_seen_as_right(gate, tmp_path):
    assert look(gate, POD, tmp_path / "pod.yaml") == set()


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        (lambda text: text.replace("# the front", "# the back"), "bytes"),
        (lambda text: text.replace("image: nginx", "image: nginx:1"), "bytes"),
        (lambda text: text.replace("  name: web", "  name:  web"), "bytes"),
        (lambda text: text.removesuffix("\n"), "form"),
        (lambda text: text.replace("\n", "\r\n"), "form"),
    ],
)
def test_a_spoilt_text_is_seen(gate, tmp_path, monkeypatch, spoil, promise):
    """A change of the text that no fix declared; the proof is switched off, as a fault in it would."""
    apply = lower.apply
    monkeypatch.setattr(lower, "apply", lambda text, splices: spoil(apply(text, splices)))
    monkeypatch.setattr(lower, "same", lambda left, right: True)
    assert promise in look(gate, POD, tmp_path / "pod.yaml")


def test_a_wide_splice_is_seen(gate, tmp_path, monkeypatch):
    """A splice that takes the lines of a neighbour is in no fix's name."""
    lowered = lower.lower

    def wide(*arguments: Any) -> list[lower.Splice]:
        return [splice._replace(end=splice.end + len("\n  restartPolicy: Never")) for splice in lowered(*arguments)]

    monkeypatch.setattr(lower, "lower", wide)
    monkeypatch.setattr(lower, "same", lambda left, right: True)
    assert "bytes" in look(gate, POD, tmp_path / "pod.yaml")


def test_a_fix_that_does_not_settle_is_seen(gate, tmp_path, monkeypatch):
    fix = engine.fix

    def restless(source: Source, setup: engine.Setup, unsafe: bool) -> engine.Fixed:
        fixed = fix(source, setup, unsafe)
        if fixed.text == source.text and unsafe:
            return fixed._replace(text=fixed.text + "# again\n")
        return fixed

    monkeypatch.setattr(engine, "fix", restless)
    assert "settled" in look(gate, POD, tmp_path / "pod.yaml")


def test_an_exception_is_seen(gate, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "check", lambda source, setup: 1 / 0)
    assert look(gate, POD, tmp_path / "pod.yaml") == {"no exception"}


def test_a_wrong_place_is_seen(gate, tmp_path, monkeypatch):
    check = engine.check

    def moved(source: Source, setup: engine.Setup) -> engine.Checked:
        checked = check(source, setup)
        found = [
            one._replace(finding=one.finding._replace(place=one.finding.place._replace(line=3, column=2, excerpt=())))
            for one in checked.found
        ]
        return checked._replace(found=found)

    monkeypatch.setattr(engine, "check", moved)
    assert "pointers" in look(gate, POD, tmp_path / "pod.yaml")


def test_an_object_left_out_is_seen(gate, tmp_path, monkeypatch):
    check = engine.check
    monkeypatch.setattr(engine, "check", lambda *asked: check(*asked)._replace(seen=[], found=[]))
    assert "no false green" in look(gate, POD, tmp_path / "pod.yaml")


# -- the second opinion


@pytest.mark.parametrize("reader", ["by_pyyaml", "by_ruamel"])
@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ([Set(("a", "b"), "on")], '{a: {b: "on", c: [1, x]}, d: yes}'),
        ([Set(("a", "k"), {"m": True})], "{a: {b: 1, c: [1, x], k: {m: true}}, d: yes}"),
        ([Insert(("a", "c"), "2")], '{a: {b: 1, c: [1, x, "2"]}, d: yes}'),
        ([Remove(("a", "c", 0))], "{a: {b: 1, c: [x]}, d: yes}"),
        ([Remove(("a",)), Remove(("a", "c", 0))], "{d: yes}"),
        ([Rename(("a", "b"), "e"), Remove(("d",))], "{a: {e: 1, c: [1, x]}}"),
        ([Move(("a", "b"), ("f", "b"))], "{a: {c: [1, x]}, d: yes, f: {b: 1}}"),
    ],
)
def test_edits_are_applied_a_second_time(gate, reader, edits, wanted):
    second = sys.modules["second"]
    read = getattr(second, reader)
    (made,) = second.edited(read("a:\n  b: 1\n  c: [1, x]\nd: yes\n"), edits)
    assert second.differs(made, second.data(read(wanted))) is None
    assert second.differs(made, second.data(read("a: {b: 1, c: [1, x]}\nd: yes\n"))) is not None


def test_an_anchor_that_is_given_twice_is_read(gate):
    """PyYAML has no opinion; ruamel.yaml warns, and a warning is an error in tests."""
    second = sys.modules["second"]
    read = second.by_ruamel("a: &x 1\nb: &x 2\nc: *x\n")
    assert second.plain(second.data(read)) == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("was", "now", "held"),
    [
        ("  -\n", "  - name: a\n", True),  # an item has slid up to its dash
        ("    name: a\n", "  - name: a\n", True),
        ("  - name: a\n", "  - name: b\n", False),
        ("  # why\n", "  -\n", True),  # told as a comment that goes
    ],
)
def test_lines_that_no_fix_names_are_kept(gate, was, now, held):
    seen = sys.modules["promises"].Held()
    seen.kept([(0, was, False)], [now])
    assert bool(seen.broken) is not held
    assert seen.lost == ([f"1: {was.strip()}"] if "#" in was else [])


def test_a_dropped_document_is_none(gate):
    second = sys.modules["second"]
    assert second.edited(second.by_pyyaml("a: 1"), [DropDocument()]) == []


def test_what_is_quoted_is_not_what_is_plain(gate):
    second = sys.modules["second"]
    one, other = (second.data(second.by_pyyaml(text)) for text in ('a: "on"', "a: on"))
    assert second.differs(one, other) == "/a is bool 'true', not str 'on'"


@pytest.mark.parametrize("key", [".NaN", "-.inf", "0x10", "0644", "1.0", "1_000", "+1", "~", "!!binary aGk="])
def test_keys_that_kubectl_names_otherwise_are_left_to_it(gate, key):
    """Another reader has the key as it is written, kubectl the name of the number."""
    second = sys.modules["second"]
    for read in (second.by_pyyaml, second.by_ruamel):
        with pytest.raises(second.CannotSay, match="a name of its own"):
            second.data(read(f"a: {{{key}: 1}}"))


@pytest.mark.parametrize("key", ["16", "-1", "0", "12:30", "3scale.net/a", "10-a", "'0x10'", "x1"])
def test_keys_that_all_readers_name_alike_are_read(gate, key):
    second = sys.modules["second"]
    name = key.strip("'")
    for read in (second.by_pyyaml, second.by_ruamel):
        assert list(second.data(read(f"a: {{{key}: 1}}"))["a"]) == [name]


# -- other spellings


def test_every_spelling_is_tried(gate):
    source = Source("pod.yaml", POD)
    names = [name for name, _ in gate.variants.spellings(source, tree.read(POD))]
    assert names == ["CRLF", "BOM", "UTF-16", "JSON", "flow style", "List", "List in YAML"]


def test_a_spelling_that_tells_something_else_is_seen(gate, monkeypatch):
    source, setup = Source("pod.yaml", POD), run.setup(run.Plan())
    checked, fixed = engine.check(source, setup), engine.fix(source, setup, unsafe=True)
    check = engine.check
    blind = lambda source, setup: check(Source("x", "a: 1") if source.text.startswith("{") else source, setup)  # noqa: E731
    monkeypatch.setattr(engine, "check", blind)
    told = list(gate.variants.differences(source, checked, fixed, setup, gate.Counter()))
    assert any("not told in JSON: host-network /spec/hostNetwork" in how for _, how in told)
