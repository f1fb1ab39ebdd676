"""asklint krm: a ResourceList in and out, as kustomize and kpt run functions."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import pytest
from kit import ASKLINT, asklint, documents, scene

HEAD = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
CONFIG = "functionConfig:\n  apiVersion: asklint.io/v1\n  kind: Asklint\n  spec: {%s}\n"
ITEMS = """\
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: web
    annotations:
      internal.config.kubernetes.io/path: 'web.yaml'
      internal.config.kubernetes.io/index: '3'
  spec:
    hostNetwork: true  # goes
    containers:
    - name: web  # stays
      image: x:1
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: settings}
  data: {a: "1"}
"""
ONLY = "select: [host-network]"


def krm(folder, text: str) -> tuple[int, str, str]:
    done = asklint("krm", cwd=folder, stdin=text)
    return done.returncode, done.stdout, done.stderr


def results(text: str) -> list[Any]:
    (data,) = documents(text)
    found: list[Any] = data.get("results", [])
    return found


def test_items_are_fixed_in_place(tmp_path):
    text = HEAD + CONFIG % f"unsafe: true, {ONLY}" + ITEMS
    assert krm(tmp_path, text) == (0, text.replace("    hostNetwork: true  # goes\n", ""), "")


def test_what_is_left_is_a_result(tmp_path):
    status, text, told = krm(tmp_path, HEAD + CONFIG % ONLY + ITEMS)
    assert status == 0
    assert text.startswith(HEAD + CONFIG % ONLY + ITEMS)
    (result,) = results(text)
    message = result.pop("message")
    assert told == f"error[host-network] Pod web: {message}\n"
    assert result == {
        "severity": "error",
        "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
        "field": {"path": "spec.hostNetwork"},
        "file": {"path": "web.yaml", "index": 3},
        "tags": {"rule": "host-network"},
    }


def test_results_of_others_are_kept(tmp_path):
    _, text, _ = krm(tmp_path, HEAD + CONFIG % ONLY + ITEMS + "results:\n- {message: before}\n")
    assert [one["message"] == "before" for one in results(text)] == [True, False]


def test_json(tmp_path):
    text = '{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "w"}, "spec": {"hostNetwork": true}}]}'
    status, said, _ = krm(tmp_path, text)
    assert (status, documents(said)[0]["items"][0]["spec"]) == (0, {"hostNetwork": True})
    assert "host-network" in [one["tags"]["rule"] for one in results(said)]


def test_a_config_map_configures(tmp_path):
    config = (
        "functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  data: {unsafe: 'true', select: 'host-network, api'}\n"
    )
    assert "hostNetwork" not in krm(tmp_path, HEAD + config + ITEMS)[1]


@pytest.mark.parametrize(
    ("spec", "status"),
    [("fail-on: error", 1), ("fail-on: never", 0), ("fail-on: error, unsafe: true", 0), ("target: acs", 0)],
)
def test_only_fail_on_fails(tmp_path, spec, status):
    done = krm(tmp_path, HEAD + CONFIG % f"{spec}, {ONLY}" + ITEMS)
    assert done[0] == status
    assert done[1].startswith(HEAD)


def test_the_config_file_counts(tmp_path):
    scene(tmp_path, {".asklint.yaml": "ignore: [{rule: host-network, reason: agreed}]\n"})
    assert results(krm(tmp_path, HEAD + CONFIG % ONLY + ITEMS)[1]) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "krm reads one ResourceList"),
        ("apiVersion: v1\nkind: Pod\n", "krm reads one ResourceList"),
        (f"{HEAD}---\n{HEAD}", "krm reads one ResourceList"),
        ("kind: [\n", "krm reads one ResourceList"),
        (HEAD + CONFIG % "unsafely: true", "functionConfig.spec.unsafely: there is no such option"),
        (HEAD + CONFIG % "unsafe: 'yes'", "functionConfig.spec.unsafe: 'yes' is not true or false"),
        (HEAD + CONFIG % "select: host-network", "functionConfig.spec.select: 'host-network' is not a list of strings"),
        (HEAD + CONFIG % "select: [no-such]", "there is no rule or category no-such"),
        (HEAD + CONFIG % "fail-on: bad", "'bad' is not one of error, warning, info, never"),
        (HEAD + CONFIG % "target: 'ask,acs'", "a function writes for one target"),
        (HEAD + CONFIG % "target: moon", "'moon' is not one of ask, eci, acs"),
    ],
)
def test_what_is_asked_wrongly_writes_nothing(tmp_path, text, said):
    status, out, told = krm(tmp_path, text)
    assert (status, out, said in told) == (2, "", True), told


@pytest.mark.parametrize(
    ("command", "function"),
    [
        (["kubectl", "kustomize", "--enable-alpha-plugins", "."], "container: {image: asklint}"),
        (["kustomize", "build", "--enable-alpha-plugins", "."], "container: {image: asklint}"),
        (["kustomize", "build", "--enable-alpha-plugins", "--enable-exec", "."], "exec: {path: asklint-krm}"),
    ],
    ids=["container in kubectl", "container", "program"],
)
def test_kustomize_runs_it(tmp_path, command, function):
    """kubectl has kustomize in it. The program that would start a container starts asklint."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} on PATH (python scripts/tools.py DIR brings it)")
    head = "apiVersion: asklint.io/v1\nkind: Asklint\nmetadata:\n  name: f\n  annotations:\n"
    whole = f"{head}    config.kubernetes.io/function: |\n      {function}\nspec: {{%s}}\n"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true\n  containers: [{name: c, image: 'x:1'}]\n"
    files = {"kustomization.yaml": "resources: [pod.yaml]\ntransformers: [f.yaml]\n", "pod.yaml": pod}
    scene(tmp_path, {**files, "bin/docker": f"#!/bin/sh\nexec {ASKLINT} krm\n"})
    (tmp_path / "bin/docker").chmod(0o755)
    env = {"PATH": f"{tmp_path / 'bin'}:{ASKLINT.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    for spec, status, kept in (
        (f"unsafe: true, {ONLY}", 0, False),
        (ONLY, 0, True),
        (f"fail-on: error, {ONLY}", 1, True),
    ):
        scene(tmp_path, {"f.yaml": whole % spec})
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == status, done.stderr
        assert status or ("hostNetwork" in done.stdout) is kept
        assert ("error[host-network] Pod web" in done.stderr) is kept
