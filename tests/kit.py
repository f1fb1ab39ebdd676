"""What the tests of whole runs share: the console script, and small manifests of which the rules say known things."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asklint import engine, run, tree
from asklint.source import Source

ASKLINT = Path(sys.executable).with_name("asklint")

# The rules that speak of the manifests below; `only` keeps the tests apart from rules that come later.
ONLY = ("host-network", "flexvolume", "daemonset", "api")

GOOD = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  color: blue
"""
ERROR = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true  # one hop less
  containers:
    - name: web
      image: registry.example/web:1
"""
MENDED = ERROR.replace("  hostNetwork: true  # one hop less\n", "")  # with --unsafe
WARNING = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  color: red
  color: blue
"""
SAFE = WARNING.replace("  color: red\n", "")  # what a fix makes of WARNING without --unsafe
INFO = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1
      volumeMounts:
        - {name: data, mountPath: /data}
  volumes:
    - name: data
      flexVolume:
        driver: alicloud/nas
        options: {server: "x.cn-hangzhou.nas.aliyuncs.com", path: "/"}
"""
STAYS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels: {app: agent}
  template:
    metadata:
      labels: {app: agent}
    spec:
      containers:
        - name: agent
          image: registry.example/agent:1
"""  # an error that no fix mends


def asklint(*words: object, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """The console script, run in `cwd`; `stdin` is text or bytes, `env` comes on top of the environment."""
    stdin = options.pop("stdin", "")
    env = {**os.environ, **options.pop("env", {})}
    done = subprocess.run(
        [ASKLINT, *map(str, words)],
        cwd=cwd,
        env=env,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=120,
        **options,
    )
    assert b"Traceback" not in done.stderr or done.returncode == 3, done.stderr.decode()
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def only(*names: str) -> tuple[str, ...]:
    """The options that ask these rules alone."""
    return tuple(word for name in names or ONLY for word in ("--select", name))


def scene(folder: Path, files: dict[str, str | bytes]) -> Path:
    """`folder`, holding these files by their paths in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def held(folder: Path) -> dict[str, str]:
    """All files below `folder` by their paths in it, with what they hold."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def setup(*names: str, **changes: Any) -> engine.Setup:
    """The rules `names`, or all, as a run has them."""
    return run.setup(run.Plan(select=names, **changes))


def check(text: str, *names: str, **changes: Any) -> list[tuple[int, str]]:
    """What the rules `names`, or all, say of `text`: lines and rules."""
    checked = engine.check(Source("test.yaml", text), setup(*names, **changes))
    return [(finding.place.line, finding.rule) for finding in checked.findings]


def unprivileged() -> None:
    """Takes from a process of root what lets it read and write all files; for `preexec_fn`."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


# -- manifests gone wrong

NONSENSE = (None, 1, "x", [], {}, [1])


def places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in `data`, its root's first."""
    yield at
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(value, (*at, key))


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """`data` with `value` at `path`."""
    if not path:
        return value
    if isinstance(data, dict):
        return {**data, path[0]: put(data[path[0]], path[1:], value)}
    return [put(item, path[1:], value) if index == path[0] else item for index, item in enumerate(data)]


def documents(text: str) -> list[Any]:
    """The data of every document in `text`."""
    return [document.data for document in tree.read(text) if document.data is not None]
