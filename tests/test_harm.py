"""What asklint must never do: lose a file, run without end, show a secret, talk to the network, or mend by halves."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from kit import ASKLINT, ERROR, GOOD, MENDED, asklint, documents, held, only, places, put, scene, setup
from test_bad_input import quick
from test_secret import LEAKY, MARKS, leaks
from test_settle import ACCOUNT, AGENT, COLLECT, EXPORTER, WEB

from asklint import data, engine, report, tree
from asklint.cli import COMMANDS
from asklint.source import Source

ALL = only("host-network")
TEMPORARY = re.compile(r"\.asklint-[^/]*")

# ---- files are the old ones or the new ones


def begun(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [ASKLINT, "fix", "--unsafe", *ALL, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kept_files(folder: Path) -> dict[str, str]:
    """What stands in `folder`, without what a kill left behind: hidden files, which no walk looks at."""
    return {name: text for name, text in held(folder).items() if not TEMPORARY.fullmatch(name.rpartition("/")[2])}


@pytest.mark.parametrize("out", [False, True], ids=["in place", "--out"])
def test_killed_at_any_moment(tmp_path, out):
    """Forty kills while it writes: whole files, and the next run mends the rest and leaves nothing else behind."""
    names = [f"{number:02}.yaml" for number in range(60)]
    chance, seen = random.Random(5), set()
    for _ in range(20):
        folder = scene(tmp_path, {f"in/{name}": ERROR for name in names})
        process = begun(folder, "in", *(("--out", "new") if out else ()))
        watched = folder / ("new/in" if out else "in") / names[0]
        while process.poll() is None and (not watched.exists() or watched.read_text() == ERROR):
            time.sleep(0.0005)
        time.sleep(chance.random() * 0.02)
        process.kill()
        process.wait()
        files = kept_files(folder)
        assert set(files.values()) <= {ERROR, MENDED}
        assert {f"in/{name}" for name in names} <= set(files)
        seen.add(tuple(files.values()).count(MENDED))
        if out:
            assert {text for name, text in files.items() if name.startswith("in/")} == {ERROR}
            assert {text for name, text in files.items() if name.startswith("new/")} <= {MENDED}
    assert seen - {0, 60}  # some died on their way
    asklint("fix", "--unsafe", *ALL, "in", *(("--out", "new") if out else ()), cwd=tmp_path)
    assert all(
        text == MENDED for name, text in kept_files(tmp_path).items() if name.startswith("new/" if out else "in/")
    )


def test_two_at_once(tmp_path):
    """Both write whole files; who comes second finds a file that has changed, or one that is mended already."""
    names = [f"{number:02}.yaml" for number in range(40)]
    for _ in range(5):
        scene(tmp_path, dict.fromkeys(names, ERROR))
        both = [begun(tmp_path, "."), begun(tmp_path, ".")]
        assert {process.wait(60) for process in both} <= {0, 2}
        assert held(tmp_path) == dict.fromkeys(names, MENDED)


BETWEEN = """
import os
plain = os.fsync
def fsync(handle):
    plain(handle)
    with open("a.yaml", "a") as file:
        file.write("# another program was here\\n")
os.fsync = fsync
"""  # it writes while asklint is about to


def test_file_changed_between_reading_and_writing(tmp_path):
    scene(tmp_path, {"site/sitecustomize.py": BETWEEN, "a.yaml": ERROR})
    done = asklint("fix", "--unsafe", *ALL, "a.yaml", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})
    assert (done.returncode, "a.yaml: cannot be written: it has changed since it was read" in done.stdout) == (2, True)
    assert (tmp_path / "a.yaml").read_text() == ERROR + "# another program was here\n"


def test_links_out_of_the_folder(tmp_path):
    """What a folder links to elsewhere is not read; a mirror tree is not written through links that lead out of it."""
    scene(tmp_path, {"far/a.yaml": ERROR, "far/deep/b.yaml": ERROR, "in/own.yaml": ERROR, "new/keep": ""})
    os.symlink("../far/a.yaml", tmp_path / "in/link.yaml")
    os.symlink("../far", tmp_path / "in/folder")
    assert asklint("fix", "--unsafe", *ALL, "in", cwd=tmp_path).returncode == 0
    assert held(tmp_path / "far") == {"a.yaml": ERROR, "deep/b.yaml": ERROR}
    assert (tmp_path / "in/own.yaml").read_text() == MENDED
    scene(tmp_path, {"two/a.yaml": ERROR, "two/deep/b.yaml": ERROR})
    os.symlink("../far", tmp_path / "new/two")
    done = asklint("fix", "--unsafe", *ALL, "two", "--out", "new", cwd=tmp_path)
    assert done.returncode == 2
    assert "two/a.yaml: cannot be written: a symbolic link leads out of the folder" in done.stdout
    assert held(tmp_path / "far") == {"a.yaml": ERROR, "deep/b.yaml": ERROR}


def test_hard_link_keeps_the_other_file(tmp_path):
    """A package manager's store links files into many trees: what is mended here is not mended there."""
    scene(tmp_path, {"store/a.yaml": ERROR, "in/other.yaml": GOOD})
    os.link(tmp_path / "store/a.yaml", tmp_path / "in/a.yaml")
    assert asklint("fix", "--unsafe", *ALL, "in", cwd=tmp_path).returncode == 0
    assert ((tmp_path / "in/a.yaml").read_text(), (tmp_path / "store/a.yaml").read_text()) == (MENDED, ERROR)


@pytest.mark.parametrize(
    "words", [("check", "."), ("fix", "--unsafe", "--diff", "."), ("fix", "--unsafe", "-"), ("rules",)]
)
def test_full_standard_output(tmp_path, words):
    """It is no success, and no traceback."""
    scene(tmp_path, {"a.yaml": ERROR})
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [ASKLINT, *words], cwd=tmp_path, input=ERROR.encode(), stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 2, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert b"o space left on device" in done.stderr
    assert held(tmp_path) == {"a.yaml": ERROR}


# ---- bounded time and memory

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n"
ONE = "  containers: [{name: a, image: a}]\n"
TERMS = "requiredDuringSchedulingIgnoredDuringExecution:\n        nodeSelectorTerms:\n"
MANY = 10_000


def rows(head: str, row: str) -> str:
    return head + "".join(row.replace("%", str(number)) for number in range(MANY))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(rows(f"{POD}  containers:\n", "  - {name: c%, image: a}\n"), id="containers"),
        pytest.param(rows(f"{POD}{ONE}  volumes:\n", "  - {name: v%, hostPath: {path: /v/%}}\n"), id="volumes"),
        pytest.param(
            rows(f"{POD}{ONE}  affinity:\n    nodeAffinity:\n      {TERMS}", "        - matchExpressions: [{key: a%, operator: Exists}]\n"),
            id="terms that one fix removes",
        ),
        pytest.param(rows("apiVersion: v1\nkind: ConfigMap\ndata:\n", "  k: v\n"), id="one key"),
        pytest.param(rows("apiVersion: v1\nkind: Secret\ndata:\n", "  k: c2VjcmV0%\n"), id="one key of a Secret"),
        pytest.param(
            rows("apiVersion: v1\nkind: ConfigMap\ndata:\n", "  # asklint: ignore[host-network] why\n  k%: v\n"), id="comments"
        ),
        pytest.param(
            rows("apiVersion: v1\nkind: ConfigMap\ndata:\n", "  # asklint: ignore[host-network] why\n") + "  k: v\n", id="comments in a row"
        ),
        pytest.param(
            rows("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules:\n", "  - {host: a%.b}\n"),
            id="rules of an Ingress",
        ),
        pytest.param(
            rows("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules:\n  - http:\n      paths:\n", "      - {path: /%, pathType: Prefix, backend: {service: {name: a%, port: {number: 80}}}}\n"),
            id="paths of an Ingress",
        ),
        pytest.param(
            rows(f"{POD}  containers:\n  - name: a\n    image: a\n    ports:\n", "    - {containerPort: 80, hostPort: %}\n"), id="ports"
        ),
        pytest.param(rows("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n", "    a/k%: v\n"), id="annotations"),
        pytest.param("---\n".join([POD + ONE + "  hostNetwork: true\n"] * 3_000), id="documents"),
    ],
)  # fmt: skip
def test_many_of_one_sort(text):
    done = quick(20)
    engine.check(Source("many.yaml", text), setup())
    done()


LONG = (
    "/" * 20_000,
    "a" * 200_000,
    "a," * 100_000,
    "<" * 20_000,
    "sysctl -" * 5_000,
    "echo " * 10_000,
    "0" * 200_000,
    "$(a" * 50_000,
)


@pytest.mark.parametrize("name", ["deployment.yaml", "pairs/flex.before.yaml"])
def test_long_text_in_every_place(name):
    """What a rule asks its patterns of is as long as it may be."""
    every, done = setup(), quick(60)
    for whole in documents((data.root() / "fixtures" / name).read_text(encoding="utf-8")):
        for number, place in enumerate(place for place in places(whole) if place):
            text = str(put(whole, place, LONG[number % len(LONG)])).replace("'", '"').replace("True", "true")
            started = time.process_time()
            engine.check(Source("long.yaml", text.replace("None", "null").replace("False", "false")), every)
            assert time.process_time() - started < 2, place
    done()


# ---- secrets: test_secret has all formats; here is every other door

ANNOTATED = LEAKY.replace(
    "    k8s.aliyun.com/eci-image-cache: 1\n", "    k8s.aliyun.com/eci-image-cache: 1\n    token: MARKER-annotation\n"
)
DOCKER = """\
apiVersion: v1
kind: Secret
metadata: {name: pull, name: pull}
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths": {"registry.example": {"password": "MARKER-docker"}}}'
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: a, name: b}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  csi:
    driver: ossplugin.csi.alibabacloud.com
    volumeHandle: b
    volumeAttributes: {bucket: b, url: u, akId: MARKER-csi, akId: MARKER-csi-2, akSecret: MARKER-csi-3}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: a, name: b}
provisioner: alicloud/oss
parameters: {akId: MARKER-class, akSecret: MARKER-class-2}
"""
DOORS = [
    *(("check", "--format", style) for style in report.FORMATS),
    *(("check", "--lang", "zh", "--format", style) for style in report.FORMATS),
    ("check", "--target", "ask,eci,acs"),
    *(("fix", "--check", "--unsafe", "--target", target) for target in ("ask", "eci", "acs")),
    ("fix", "--diff", "--unsafe", "--lang", "zh"),
]


@pytest.mark.parametrize("words", DOORS, ids=" ".join)
def test_no_door_shows_a_secret(tmp_path, words):
    scene(tmp_path, {"a.yaml": ANNOTATED, "b.yaml": DOCKER})
    done = asklint(*words, ".", cwd=tmp_path)
    assert done.returncode == 1
    assert not leaks(done.stdout + done.stderr)
    stream = asklint(*words, "-", cwd=tmp_path, stdin=ANNOTATED + "---\n" + DOCKER)
    assert not leaks(stream.stdout + stream.stderr)


def test_no_report_of_a_stream_shows_a_secret(tmp_path):
    done = asklint("fix", "--unsafe", "-", cwd=tmp_path, stdin=ANNOTATED + "---\n" + DOCKER)
    assert "MARKER-docker" in done.stdout  # the stream itself
    assert not leaks(done.stderr)


def test_no_output_file_and_no_cache_shows_a_secret(tmp_path):
    scene(tmp_path, {f"in/{number}.yaml": DOCKER if number % 2 else ANNOTATED for number in range(20)})
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for style in report.FORMATS:
        asklint("check", "--format", style, "--output", f"out/{style}", "in", cwd=tmp_path, env=env)
    written = [file for folder in ("cache", "out") for file in (tmp_path / folder).rglob("*") if file.is_file()]
    assert len(written) > len(report.FORMATS)
    for file in written:
        assert not [mark for mark in MARKS if mark.encode() in file.read_bytes()], file


# ---- no network

GUARD = """
import socket

def refuse(*args, **kwargs):
    raise RuntimeError("the network is asked")

class Local(socket.socket):
    def __init__(self, family=-1, *args, **kwargs):
        if family != socket.AF_UNIX:  # by which processes of one machine talk
            refuse()
        super().__init__(family, *args, **kwargs)

socket.socket, socket.create_connection, socket.getaddrinfo = Local, refuse, refuse
"""


def letters(*messages: dict[str, object]) -> str:
    """What an editor sends: `messages` as JSON-RPC, each behind its length."""
    bodies = [json.dumps({"jsonrpc": "2.0", **message}) for message in messages]
    return "".join(f"Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies)


EDITED = {"uri": "file:///x.yaml", "languageId": "yaml", "version": 1, "text": ERROR}
SPOKEN = letters(
    {"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}},
    {"method": "initialized", "params": {}},
    {"method": "textDocument/didOpen", "params": {"textDocument": EDITED}},
    {"id": 2, "method": "shutdown"},
    {"method": "exit"},
)
ITEMS = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n" + textwrap.indent(ERROR, "  ").replace(
    "  ", "- ", 1
)

# the command, what it is given on standard input, and what it says when it has done its work
OFFLINE = [
    ("check .", "", "host-network"),
    ("check --jobs 2 .", "", "host-network"),
    ("check --format html .", "", "host-network"),
    ("fix --unsafe .", "", "host-network"),
    ("fix --unsafe --emit kustomize --out new 00.yaml", "", "new/"),
    ("baseline .", "", "findings accepted"),
    ("ignore host-network 00.yaml --reason x", "", "00.yaml"),
    ("init", "", ".asklint.yaml"),
    ("completion bash", "", "asklint"),
    ("lsp", SPOKEN, "host-network"),
    ("schema config", "", "json-schema.org"),
    ("rules", "", "host-network"),
    ("rule host-network", "", "https://"),
    ("matrix", "", "ask"),
    (f"test {data.root() / 'rules'}", "", " 0 failed"),
    ("krm", ITEMS, "host-network"),
]


@pytest.mark.parametrize(("command", "stdin", "told"), OFFLINE, ids=lambda given: str(given).split("/")[0][:24])
def test_the_network_is_not_asked(tmp_path, command, stdin, told):
    scene(tmp_path, {f"{number:02}.yaml": ERROR for number in range(80)})
    scene(tmp_path, {"site/sitecustomize.py": GUARD})
    done = asklint(*command.split(), cwd=tmp_path, stdin=stdin, env={"PYTHONPATH": str(tmp_path / "site")})
    assert done.returncode in (0, 1), done.stderr
    assert told in done.stdout + done.stderr
    assert "network is asked" not in done.stdout + done.stderr


def test_no_command_is_left_out():
    assert {command.split()[0] for command, _, _ in OFFLINE} == set(COMMANDS)


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.getaddrinfo('localhost', 9)",
        "asyncio.run(asyncio.open_connection('127.0.0.1', 9))",
        "urllib.request.urlopen('http://127.0.0.1:9')",
    ],
)
def test_the_guard_guards(tmp_path, code):
    scene(tmp_path, {"sitecustomize.py": GUARD})
    command = [sys.executable, "-c", f"import asyncio, socket, urllib.request; {code}"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert b"the network is asked" in subprocess.run(command, env=env, capture_output=True).stderr


# ---- fixes across files

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fluent-bit, namespace: logging}\n"
ANCHORED = WEB.replace("        - name: web\n          image", "        - &c\n          name: web\n          image")
HELD = ANCHORED.replace("web", "api") + "      initContainers:\n        - *c\n"  # no fix dares to edit its container
FLOW = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: flow}\nspec: {template: {spec: {containers: [{name: f, image: a}]}}}\n"
PARTS = [EXPORTER, ACCOUNT, AGENT, CONFIG, WEB, WEB.replace("web", "shop"), HELD, FLOW, GOOD]
RULES = ("--select", "daemonset,orphaned,log-agents")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True), min_size=1, max_size=4),
    options=st.sampled_from(["", COLLECT]),
    whole=st.booleans(),
)
def test_fixes_across_files_are_whole_and_settle(tmp_path, files, options, whole):
    folder = tmp_path / "run"
    for old in folder.rglob("*.yaml"):
        old.unlink()
    names = [f"in/{number}.yaml" for number in range(len(files))]
    scene(folder, {name: "---\n".join(parts) for name, parts in zip(names, files, strict=True)})
    scene(folder, {".asklint.yaml": options})
    words = ["in"] if whole else names
    asklint("fix", "--unsafe", *RULES, *words, cwd=folder)
    after = held(folder / "in")
    assert all(document.problem is None for text in after.values() for document in tree.read(text))
    agent = any("name: fluent-bit, namespace" in text and "DaemonSet" in text for text in after.values())
    collected = [text.count("aliyun_logs_") for text in after.values()]
    parts = [part for one in files for part in one]
    if options and AGENT in parts and len(set(parts)) == len(parts):  # which of two copies is meant, nobody can tell
        workloads = sum("kind: Deployment" in part for part in parts)
        assert sum(collected) == (0 if agent else workloads)  # all of its edits are made, or none
    asklint("fix", "--unsafe", *RULES, *words, cwd=folder)
    assert held(folder / "in") == after
