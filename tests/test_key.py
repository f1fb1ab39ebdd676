"""What a finding is known by: the same while its object, rule, place and value are, whatever else changes."""

from __future__ import annotations

from collections import Counter
from textwrap import indent

import pytest
from kit import setup

from asklint import engine, key
from asklint.source import Source

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
  containers:
  - name: web
    image: registry.example/web:1
    ports:
    - containerPort: 80
      hostPort: 80
    - containerPort: 81
      hostPort: 81
  - name: side
    image: registry.example/side:1
    securityContext:
      privileged: true
  volumes:
  - name: data
    hostPath: {path: /data, type: Directory}
"""
RULES = ("host-network", "host-port", "privileged", "hostpath-volume")


def keys(text: str, name: str = "a.yaml") -> Counter[str]:
    return Counter(key.key(one) for one in engine.check(Source(name, text), setup(*RULES)).findings)


def test_each_finding_has_its_own():
    assert len(keys(POD)) == 5
    assert all(len(one) == 20 for one in keys(POD))


@pytest.mark.parametrize(
    "same",
    [
        "# a comment\n\n" + POD,
        POD[: POD.index("  - name: web")] + indent(POD[POD.index("  - name: web") :], "  ").replace("    vol", "  vol"),
        POD.replace("\n", "\r\n"),
        POD.replace("hostNetwork: true", '"hostNetwork": yes'),
        POD.replace("{path: /data, type: Directory}", "\n      type: Directory\n      path: '/data'"),
        POD.replace("web:1", "web:2"),
        POD.replace("apiVersion: v1", "apiVersion: v1\nstatus: {}"),
        POD.replace(
            "    - containerPort: 80\n      hostPort: 80\n    - containerPort: 81\n      hostPort: 81\n",
            "    - containerPort: 81\n      hostPort: 81\n    - containerPort: 80\n      hostPort: 80\n",
        ),
    ],
    ids=["moved", "indented", "crlf", "quoted", "flow", "another value", "another key", "ports"],
)
def test_holds(same):
    assert same != POD
    assert keys(same, "another.yaml") == keys(POD)


def test_holds_when_containers_change_places():
    web, side = POD.index("  - name: web"), POD.index("  - name: side")
    end = POD.index("  volumes")
    assert keys(POD[:web] + POD[side:end] + POD[web:side] + POD[end:]) == keys(POD)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  name: web\nspec", "  name: api\nspec"),
        ("  name: web\nspec", "  name: web\n  namespace: shop\nspec"),
        ("hostPort: 80", "hostPort: 8080"),
        ("path: /data", "path: /var/run/docker.sock"),
        ("name: side", "name: sidecar"),
    ],
)
def test_changes_with(old, new):
    assert POD.count(old) >= 1
    assert keys(POD.replace(old, new, 1)) != keys(POD)


def test_two_alike_have_one():
    assert sorted(keys(POD.replace("81", "80")).values()) == [1, 1, 1, 2]


def test_pointer_names_list_items():
    said = {one.where for one in engine.check(Source("a.yaml", POD), setup(*RULES)).findings}
    assert "/spec/containers[side]/securityContext/privileged" in said
    assert "/spec/containers[web]/ports[]/hostPort" in said


def test_of_an_unread_document():
    one, two = (
        engine.check(Source("a.yaml", text), setup("yaml-syntax")).findings
        for text in ("kind: [\napiVersion: v1\n", "kind: [\napiVersion: v2\n")
    )
    assert len(one) == len(two) == 1
    assert key.key(one[0]) == key.key(two[0])


def test_order_is_no_value():
    one = {"a": [{"b": 1, "c": [2, 3]}, "x", None], "d": True}
    other = {"d": True, "a": [None, "x", {"c": [3, 2], "b": 1}]}
    assert key.value(one) == key.value(other)
    assert key.value(one) != key.value({**one, "d": 1})


def test_a_secret_in_a_mapping_is_masked():
    text = (
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  vsphereVolume:\n"
        "    volumePath: /x\n    password: hunter2hunter2\n"
    )
    (one,) = engine.check(Source("a.yaml", text), setup("third-party-csi")).findings
    assert one.value == '{"password": "•••", "volumePath": "/x"}'


def test_no_secret_is_among_it():
    text = (
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  flexVolume:\n    driver: alicloud/oss\n"
        "    options: {bucket: b, akId: 'LTAI0123456789abcdef', akSecret: 'hunter2hunter2'}\n"
    )
    found = engine.check(Source("a.yaml", text), setup()).findings
    assert any(one.value for one in found)
    assert not any("hunter2" in one.value or "LTAI" in one.value for one in found)
