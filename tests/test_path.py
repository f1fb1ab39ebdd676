"""Paths: read, walked, shown, and as JSON pointers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklint.path import PathError, concrete, get, mapping, parse, pointer, sequence, show, walk

POD = {
    "containers": [{"name": "web", "image": "a", "ports": [{"hostPort": 1}, {}]}, {"image": "b"}, None],
    "initContainers": [{"name": "init", "ports": [{"hostPort": 2}]}],
    "metadata": {"annotations": {"a.b/c": "x"}},
    "volumes": "none",
}


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (".", ()),
        ("hostNetwork", (("hostNetwork",),)),
        ("containers[*].image", (("containers",), None, ("image",))),
        ("ports[0]", (("ports",), (0,))),
        ("[12].a", ((12,), ("a",))),
        ("[*][*]", (None, None)),
        ('metadata.annotations["a.b/c"]', (("metadata",), ("annotations",), ("a.b/c",))),
        ('["a b"].c', (("a b",), ("c",))),
        ("(containers|initContainers)[*].ports", (("containers", "initContainers"), None, ("ports",))),
        ("spec.(a|b|c)", (("spec",), ("a", "b", "c"))),
        ("$ref.a-b_c", (("$ref",), ("a-b_c",))),
    ],
)
def test_parse(text, steps):
    assert parse(text) == steps


@pytest.mark.parametrize(
    ("text", "character"),
    [
        (".a", 1),
        ("a..b", 2),
        ("a.", 2),
        ("a[", 2),
        ("a[x]", 2),
        ("a[-1]", 2),
        ("a b", 2),
        ("(a)", 1),
        ("a(b|c)", 2),
        ("é.", 2),
    ],
)
def test_no_path(text, character):
    with pytest.raises(PathError, match=f"from character {character} on"):
        parse(text)


def test_concrete():
    assert concrete('spec.containers[1]["a.b"]') == ("spec", "containers", 1, "a.b")
    assert concrete(".") == ()


@pytest.mark.parametrize("text", ["a[*]", "(a|b).c"])
def test_many_places(text):
    with pytest.raises(PathError, match="names many places"):
        concrete(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".", [((), POD)]),
        ("containers[*].image", [(("containers", 0, "image"), "a"), (("containers", 1, "image"), "b")]),
        (
            "(containers|initContainers)[*].ports[*].hostPort",
            [(("containers", 0, "ports", 0, "hostPort"), 1), (("initContainers", 0, "ports", 0, "hostPort"), 2)],
        ),
        ("containers[1].image", [(("containers", 1, "image"), "b")]),
        ("containers[7].image", []),
        ('metadata.annotations["a.b/c"]', [(("metadata", "annotations", "a.b/c"), "x")]),
        ("volumes[*].name", []),
        ("volumes.name", []),
        ("metadata[0]", []),
        ("metadata[*]", []),
        ("containers[2]", [(("containers", 2), None)]),
    ],
)
def test_walk(text, found):
    assert list(walk(parse(text), POD)) == found


def test_walk_counts_from_where_it_is():
    assert list(walk(parse("a"), {"a": 1}, ("items", 0))) == [(("items", 0, "a"), 1)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), POD),
        (("containers", 0, "name"), "web"),
        (("containers", 2), None),
        (("containers", 9), "default"),
        (("containers", "name"), "default"),
        (("volumes", 0), "default"),
        (("volumes", "name"), "default"),
        (("metadata", "labels"), "default"),
        (("metadata", 0), "default"),
    ],
)
def test_get(path, value):
    assert get(POD, path, "default") == value


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ((), ""),
        (("spec", "hostNetwork"), "spec.hostNetwork"),
        (("containers", 0, "image"), "containers[web].image"),
        (("containers", 1, "image"), "containers[1].image"),
        (("containers", 9, "image"), "containers[9].image"),
        (("metadata", "annotations", "a.b/c"), 'metadata.annotations["a.b/c"]'),
        (("a b", "c"), '["a b"].c'),
        ((0, "a"), "[0].a"),
    ],
)
def test_show(path, shown):
    assert show(path, POD) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [((), ""), (("a", 0, "b"), "/a/0/b"), (("a/b", "c~d", ""), "/a~1b/c~0d/"), (("~1",), "/~01")],
)
def test_pointer(path, shown):
    assert pointer(path) == shown


def test_mapping_and_sequence():
    assert [mapping(value) for value in ({"a": 1}, None, [], "a")] == [{"a": 1}, {}, {}, {}]
    assert [sequence(value) for value in ([1], None, {}, "a")] == [[1], [], [], []]


PATHS = st.lists(st.from_regex(r"[\w$-]+", fullmatch=True) | st.text("a.b/ é[]", min_size=1) | st.integers(0, 9))


@given(PATHS)
def test_what_is_shown_can_be_read(path):
    assert concrete(show(tuple(path)) or ".") == tuple(path)


@given(PATHS, PATHS)
def test_pointers_tell_paths_apart(one, other):
    assert (pointer(tuple(one)) == pointer(tuple(other))) == ([str(key) for key in one] == [str(key) for key in other])
