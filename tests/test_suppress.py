"""A suppression written for the author: what was meant is silent, nothing else is, and no other character changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kit import asklint, check, documents, held, scene, setup

from asklint import suppress
from asklint.edit import CannotEdit
from asklint.source import Source

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true  # one hop less
  hostPID: true
  containers:
  - name: web
    image: registry.example/web:1
    ports:
    - {containerPort: 80, hostPort: 80}
    - {containerPort: 81,
       hostPort: 81}
"""
NAMES = ("host-network", "host-pid", "host-port", "unused-suppression", "duplicate-key", "service-annotation-conflict")


def made(text: str, rule: str, *lines: int, way: str = "", reason: str = "why") -> suppress.Suppressed:
    return suppress.suppress(Source("a.yaml", text), setup(*NAMES), rule, reason, lines, way)


def said(text: str) -> list[str]:
    return [rule for _, rule in check(text, *NAMES)]


@pytest.mark.parametrize("line", [7, 12, 14])
def test_a_comment_at_the_end_of_the_line(line):
    (rule,) = (rule for at, rule in check(POD, *NAMES) if at == line)
    done = made(POD, rule, line)
    before, after = POD.splitlines(), done.text.splitlines()
    assert after.pop(line - 1) == f"{before.pop(line - 1)}  # asklint: ignore[{rule}] why"
    assert after == before
    assert len(said(done.text)) == len(said(POD)) - 1


def test_behind_a_comment():
    done = made(POD, "host-network", 6, reason="line one\nline two")
    assert "true  # one hop less  # asklint: ignore[host-network] line one line two\n" in done.text
    assert "host-network" not in said(done.text)


def test_above_where_the_line_has_one_already():
    text = POD.replace("  hostPID: true", "  hostPID: true  # asklint: ignore[host-ipc] another")
    done = made(text, "host-pid", 7)
    assert done.text == text.replace("  hostPID", "  # asklint: ignore[host-pid] why\n  hostPID")
    assert done.lines == [7]


def test_above_where_the_line_ends_in_a_string():
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: "one\n    two"\n  a: three\n'
    done = made(text, "duplicate-key", 5)
    assert done.text == text.replace('  a: "one', '  # asklint: ignore[duplicate-key] why\n  a: "one')
    assert said(done.text) == []


def test_behind_the_mark_of_a_block():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: |\n    two\n  a: three\n"
    done = made(text, "duplicate-key", 5)
    assert done.text == text.replace("a: |", "a: |  # asklint: ignore[duplicate-key] why")
    assert said(done.text) == []
    assert documents(done.text) == documents(text)


def test_all_at_once():
    done = made(POD, "host-port", 12, 14)
    assert said(done.text) == ["host-network", "host-pid"]
    assert done.lines == [12, 14]
    text = POD.replace("{containerPort: 80,", "{containerPort: 80,  # asklint: ignore[host-pid] x\n       ").replace(
        "  hostPID: true", "  hostPID: true  # asklint: ignore[host-ipc] x"
    )
    assert "host-pid" not in said(made(text, "host-pid", 7).text)


def test_line_ends_and_a_missing_last_one():
    text = POD.replace("\n", "\r\n")
    done = made(text, "host-pid", 7)
    assert done.text == text.replace("hostPID: true\r\n", "hostPID: true  # asklint: ignore[host-pid] why\r\n")
    done = made(POD.rstrip(), "host-port", 14)
    assert done.text == POD.rstrip() + "  # asklint: ignore[host-port] why"
    assert said(done.text).count("host-port") == 1


def test_json_has_an_annotation():
    (data,) = documents(POD)
    text = json.dumps(data, indent=2) + "\n"
    line = next(at for at, rule in check(text, *NAMES) if rule == "host-port")
    done = made(text, "host-port", line)
    assert json.loads(done.text)["metadata"] == {"name": "web", "annotations": {"asklint.io/ignore": "host-port: why"}}
    assert (done.lines, [one.name for one in done.annotated], done.besides) == ([], ["web"], 1)
    assert said(done.text) == ["host-network", "host-pid"]
    with pytest.raises(CannotEdit, match="no comment can stand at line"):
        made(text, "host-port", line, way="comment")


def test_an_annotation_that_is_there_is_kept():
    text = POD.replace("  name: web\nspec", '  name: web\n  annotations: {asklint.io/ignore: "host-pid: old"}\nspec')
    done = made(text, "host-network", 7, way="annotation")
    (data,) = documents(done.text)
    assert data["metadata"]["annotations"]["asklint.io/ignore"] == "host-pid, host-network: old; why"
    assert said(done.text) == ["host-port", "host-port"]


def test_an_object_in_a_list_has_its_own():
    (data,) = documents(POD)
    other = {**data, "metadata": {"name": "api"}}
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [data, other]}, indent=1)
    line = [at for at, rule in check(text, *NAMES) if rule == "host-pid"][1]
    done = made(text, "host-pid", line)
    first, second = json.loads(done.text)["items"]
    assert "annotations" not in first["metadata"]
    assert second["metadata"]["annotations"] == {"asklint.io/ignore": "host-pid: why"}


def test_what_cannot_be_read_has_no_place_for_it():
    text = "kind: Pod\napiVersion: [\n"
    ((line, _),) = check(text, "yaml-syntax")
    with pytest.raises(CannotEdit, match="in no object"):
        suppress.suppress(Source("a.yaml", text), setup("yaml-syntax"), "yaml-syntax", "why", {line})


def test_rules_across_files_are_meant_too():
    """Their finding may need another file; the place in this one can be silenced all the same."""
    text = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n"
        "    service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id: lb-1\nspec:\n  type: LoadBalancer\n"
        "  selector: {app: web}\n  ports:\n  - port: 80\n"
    )
    source, made_ = Source("a.yaml", text), setup(*NAMES)
    (line,) = {one.place.line for one in suppress.voices(source, made_) if one.rule == "service-annotation-conflict"}
    done = suppress.suppress(source, made_, "service-annotation-conflict", "why", {line})
    assert suppress.voices(Source("a.yaml", done.text), made_) == []


# -- the command


@pytest.fixture
def folder(tmp_path) -> Path:
    return scene(tmp_path, {"web.yaml": POD})


def test_command_writes_a_comment(folder):
    done = asklint("ignore", "host-pid", "web.yaml:7", "--reason", "a debugger", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "web.yaml:7: host-pid is silenced by a comment\n")
    assert held(folder) == {
        "web.yaml": POD.replace("hostPID: true", "hostPID: true  # asklint: ignore[host-pid] a debugger")
    }
    again = asklint("ignore", "host-pid", "web.yaml:7", "--reason", "a debugger", cwd=folder)
    assert (again.returncode, again.stderr) == (2, "Error: host-pid says nothing of web.yaml:7\n")


def test_command_of_an_object(folder):
    scene(folder, {"web.yaml": POD + "---\n" + POD.replace("name: web", "name: api", 1)})
    asklint("ignore", "host-pid", "web.yaml", "--object", "Pod/api", "--reason", "why", cwd=folder)
    first, second = held(folder)["web.yaml"].split("---\n")
    assert first == POD
    assert "hostPID: true  # asklint: ignore[host-pid] why" in second


def test_command_shows_and_writes_nothing(folder):
    done = asklint("ignore", "host-pid", "web.yaml", "--reason", "why", "--diff", cwd=folder)
    assert "+  hostPID: true  # asklint: ignore[host-pid] why\n" in done.stdout
    assert held(folder) == {"web.yaml": POD}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("host-pd", "web.yaml"), "there is no rule host-pd; did you mean host-pid?"),
        (("host-pid", "web.yaml:3"), "host-pid says nothing of web.yaml:3; it does on line 7"),
        (
            ("host-pid", "web.yaml", "--object", "Pod/api"),
            "host-pid says nothing of Pod/api in web.yaml; it does in Pod/web",
        ),
        (("host-pid", "api.yaml"), "api.yaml: cannot be read: no such file or directory"),
        (("host-pid", "web.yaml", "--until", "2027-01-01"), "--until: only the config knows days; add --as config"),
    ],
)
def test_command_asked_wrongly(folder, words, told):
    done = asklint("ignore", *words, "--reason", "why", cwd=folder)
    assert (done.returncode, done.stderr) == (2, f"Error: {told}\n")
    assert held(folder) == {"web.yaml": POD}
    blank = asklint("ignore", "host-pid", "web.yaml", "--reason", " ", cwd=folder)
    assert (blank.returncode, "--reason" in blank.stderr) == (2, True)


def test_command_keeps_the_config_as_it_is(folder):
    config = "# ours\ntarget: ask  # for now\nignore:\n# first\n- annotation-system  # everywhere\n\nfail-on: error\n"
    scene(folder, {".asklint.yaml": config})
    words = ("--as", "config", "--reason", "a debugger: #1", "--until", "2999-01-31")
    done = asklint("ignore", "host-pid", "web.yaml:7", *words, cwd=folder)
    assert (done.returncode, done.stdout) == (0, ".asklint.yaml: host-pid is silenced by an entry\n")
    text = (folder / ".asklint.yaml").read_text()
    assert [line for line in config.splitlines() if line not in text.splitlines()] == []
    assert documents(text)[0]["ignore"][1] == {
        "rule": "host-pid",
        "path": "/web.yaml",
        "kind": "Pod",
        "name": "web",
        "reason": "a debugger: #1",
        "until": "2999-01-31",
    }
    assert "host-pid" not in asklint("check", cwd=folder).stdout
    assert (folder / "web.yaml").read_text() == POD


@pytest.mark.parametrize("config", [None, "", "# nothing yet", "target: ask", "ignore: []\n", "ignore: [host-port]\n"])
def test_command_begins_a_config(folder, config):
    if config is not None:
        scene(folder, {".asklint.yaml": config})
    done = asklint("ignore", "host-pid", "web.yaml", "--as", "config", "--reason", "why", cwd=folder)
    assert done.returncode == 0, done.stderr
    said = asklint("check", cwd=folder).stdout
    assert ("host-pid" in said, "host-network" in said) == (False, True)


def test_command_refuses_a_day_that_is_none(folder):
    words = ("--as", "config", "--reason", "why", "--until", "2027-13-01")
    assert asklint("ignore", "host-pid", "web.yaml", *words, cwd=folder).returncode == 2
    assert held(folder) == {"web.yaml": POD}
