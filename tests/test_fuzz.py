"""Manifests of the rules' examples in odd styles, damaged: found the same, fixed right, or left alone.

HYPOTHESIS_PROFILE=long takes twenty times as many; benchmarks/fuzz.py goes on for as long as it is told to.
"""

from __future__ import annotations

import os

import gate
import odd
import pytest
import variants
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from kit import setup

from asklint import engine, tree
from asklint.edit import same
from asklint.source import Source

some = settings(
    max_examples=int(os.environ.get("EXAMPLES", "0"))
    or (3_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 80),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
)

EVERY = setup()


@pytest.fixture(scope="module", autouse=True)
def ready():
    gate.start(gate.TARGETS, False)


@st.composite
def authored(draw):
    """A manifest, and the same as another author writes it."""
    text = draw(st.sampled_from(odd.seeds()))
    return text, odd.rewritten(text, lambda *options: draw(st.sampled_from(options)))


def values(text):
    return [document.data for document in tree.read(text) if document.data is not None]


@some
@given(authored())
def test_every_style_says_the_same(case):
    text, other = case
    assume("asklint:" not in text)  # comments are not carried over
    assert same(values(text), values(other))
    checks = [engine.check(Source("a.yaml", one), EVERY) for one in case]
    assert variants.told(checks[0].findings, False) == variants.told(checks[1].findings, False)
    odd.reader(other.encode())
    odd.fixer(other.encode())


@some
@given(st.data())
def test_damaged_manifests_keep_every_promise(data):
    _, text = data.draw(authored())
    raw = odd.damaged(text, lambda *options: data.draw(st.sampled_from(options))).encode("utf-8", "replace")
    odd.reader(raw)
    odd.fixer(raw)


KEYS = ["0644", "0o17", "1.0", ".NaN", "!!binary aGk=", "12:30", "10-a", "on"]
MANIFEST = "apiVersion: v0\nkind: ConfigMap\nmetadata: {name: a}\n"
TEXTS = {
    **{
        f"key {key}": f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {{{key}: 1}}\n"
        for key in KEYS
    },
    "a colon that ends a value": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: [a:]}\n",
    "no value at the end": "{{<<",
    "a key of a template, in quotes": f"{MANIFEST}---\napiVersion: v1\n'{{{{ .Values.x }}}}kind': Service\nmetadata: {{name: a}}\n",
    "two marks": f"\ufeff\ufeff{MANIFEST}",
    "a mark before a later document": f"{MANIFEST}---\n\ufeff{MANIFEST}",
    "marks before comments": f"\ufeff# x\n{MANIFEST}--- # x\n\ufeff# x\n{MANIFEST}",
    "a line becomes the last, in CRLF, and no line end is there": (
        "apiVersion: v1\r\nkind: Service\r\nmetadata: {name: a}\r\nspec:\r\n  type: NodePort\r\n"
        "  selector: {app: a}\r\n  ports:\r\n  - port: 80\r\n    nodePort: 30080"
    ),
}


@pytest.mark.parametrize("target", gate.TARGETS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_odd_texts_keep_every_promise(text, target):
    odd.reader(text.encode())
    odd.fixer(text.encode(), target)
