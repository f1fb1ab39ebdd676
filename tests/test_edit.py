"""Edits: text in, text out, to the letter; or the reason why it is refused."""

from __future__ import annotations

import time

import pytest

from asklint import lower
from asklint.edit import (
    AddDocument,
    CannotEdit,
    DropDocument,
    Elsewhere,
    Insert,
    Move,
    Remove,
    RemoveIgnored,
    Rename,
    Set,
    by_document,
    declare,
    distinct,
    removals,
    same,
)
from asklint.path import concrete
from asklint.tree import read


def remove(path):
    return Remove(concrete(path))


def put(path, value):
    return Set(concrete(path), value)


def insert(path, value):
    return Insert(concrete(path), value)


def rename(path, key):
    return Rename(concrete(path), key)


def move(path, to):
    return Move(concrete(path), concrete(to))


def ignored(path, which):
    return RemoveIgnored(concrete(path), which)


def edited(before, *edits):
    """`before` after `edits`, each of the first document with content, or (index, edit); or why they are refused."""
    documents = read(before)
    first = next((index for index, document in enumerate(documents) if document.root is not None), 0)
    by_document = {}
    for edit in edits:
        index, edit = edit if type(edit) is tuple else (first, edit)
        by_document.setdefault(index, []).append(edit)
    try:
        return lower.change(before, documents, by_document)[0]
    except CannotEdit as refusal:
        return refusal


def check(before, edits, after):
    found = edited(before, *edits)
    if isinstance(after, CannotEdit):
        assert isinstance(found, CannotEdit), found
        assert str(found) == str(after)
    else:
        assert not isinstance(found, CannotEdit), str(found)
        assert found == after


def table(*cases):
    return pytest.mark.parametrize(
        ("before", "edits", "after"), [case[1:] for case in cases], ids=[case[0] for case in cases]
    )


NO = CannotEdit
CLASH, UNREAD = "two fixes change the same place", "the edited text would not read as the fix declares"
ALONE = "something else stands on its last line"

# ---- what goes


@table(
    ("first entry", "a: 1\nb: 2\n", [remove("a")], "b: 2\n"),
    ("middle entry", "a: 1\nb: 2\nc: 3\n", [remove("b")], "a: 1\nc: 3\n"),
    ("last entry", "a: 1\nb: 2\n", [remove("b")], "a: 1\n"),
    ("nested entry", "a:\n  b: 1\n  c: 2\nd: 3\n", [remove("a.c")], "a:\n  b: 1\nd: 3\n"),
    ("with all below it", "a:\n  b:\n  - c: 1\n    d: 2\n\ne: 3\n", [remove("a")], "\ne: 3\n"),
    ("several", "a: 1\nb: 2\nc: 3\nd: 4\n", [remove("b"), remove("d"), remove("a")], "c: 3\n"),
    ("neighbours", "a: 1\nb: 2\nc: 3\nd: 4\n", [remove("b"), remove("c")], "a: 1\nd: 4\n"),
    ("the same twice", "a: 1\nb: 2\n", [remove("a"), remove("a")], "b: 2\n"),
    ("inside what goes", "a:\n  b: 1\n  d: 2\nc: 3\n", [remove("a.b"), remove("a")], "c: 3\n"),
    ("empty value", "a:\nb: 2\n", [remove("a")], "b: 2\n"),
    ("last, with an empty value", "a: 1\nb:\n", [remove("b")], "a: 1\n"),
    ("list item", "a:\n- 1\n- 2\n- 3\n", [remove("a[1]")], "a:\n- 1\n- 3\n"),
    ("first list item", "a:\n  - b: 1\n    c: 2\n  - d: 3\n", [remove("a[0]")], "a:\n  - d: 3\n"),
    ("last list item", "a:\n  - b: 1\n  - d: 3\n    e: 4\n", [remove("a[1]")], "a:\n  - b: 1\n"),
    ("items on both sides", "- 1\n- 2\n- 3\n", [remove("[0]"), remove("[2]")], "- 2\n"),
    ("empty item", "- 1\n-\n- 3\n", [remove("[1]")], "- 1\n- 3\n"),
    ("dash on a line of its own", "-\n  a: 1\n  b: 2\n- c: 3\n", [remove("[0].a")], "-\n  b: 2\n- c: 3\n"),
    ("item whose dash stands alone", "-\n  a: 1\n-\n  b: 2\n", [remove("[0]")], "-\n  b: 2\n"),
    ("item whose dash has a comment", "- # x\n  a: 1\n- # y\n  b: 2\n", [remove("[1]")], "- # x\n  a: 1\n"),
    ("comment that looks like a dash", "- # x -\n  # y -\n  a: 1\n- b: 2\n", [remove("[0]")], "- b: 2\n"),
    ("quoted key", "'a b': 1\n\"c\": 2\nd: 3\n", [remove('["a b"]'), remove("c")], "d: 3\n"),
    ("key that is a word", "on: 1\nb: 2\n", [remove("true")], "b: 2\n"),
    ("value that ends with a question mark", "a: why ?\nb: 1\nc: 2\n", [remove("b")], "a: why ?\nc: 2\n"),
    ("blank behind the key", "a : 1\nb : 2\n", [remove("a")], "b : 2\n"),
    ("all that is written twice", "a: 1\nb: 2\na: 3\n", [remove("a")], "b: 2\n"),
    ("three neighbours", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n", [remove("b"), remove("c"), remove("d")], "a: 1\ne: 5\n"),
    ("a key that stands below a neighbour too", "a:\n  c: 1\nc: 2\n", [remove("c")], "a:\n  c: 1\n"),
    ("line ends that only YAML knows", "a: 1\x85b: 2\nc: 3\n", [remove("a")], NO(ALONE)),
    ("nothing there", "a: 1\n", [remove("b")], NO("there is no such place")),
    ("no such item", "a: [1]\n", [remove("a[1]")], NO("there is no such place")),
    ("below a scalar", "a: 1\n", [remove("a.b")], NO("there is no such place")),
    ("below a scalar that may be absent", "labels: x\na: 1\n", [remove("labels.b")], NO("there is no such place")),
    ("below null that may be absent", "labels:\na: 1\n", [remove("labels.b")], NO("there is no such place")),
    ("a key and an item of it", "a:\n  b: 1\n", [remove("a.b"), remove("a[0]")], NO("there is no such place")),
    ("the whole document", "a: 1\n", [remove(".")], NO("it is the whole document")),
    ("all of the document", "a: 1\n", [remove("a")], NO("nothing would be left of the document")),
    ("all of a list", "- a\n- b\n", [remove("[0]"), remove("[1]")], NO("nothing would be left of the document")),
    ("question mark", "? a\n: b\nc: 1\n", [remove("a")], NO("its key is written with a question mark")),
    ("question mark without a value", "? a\n? b\n", [remove("b")], NO("its key is written with a question mark")),
    (
        "neighbours in a long list",
        "".join(f"- {number} # x\n" for number in range(12)),
        [remove("[7]"), remove("[8]")],
        "".join(f"- {number} # x\n" for number in range(12) if number not in (7, 8)),
    ),
)
def test_remove(before, edits, after):
    check(before, edits, after)


@table(
    ("blank lines stay", "a: 1\n\nb: 2\n\n\nc: 3\n", [remove("b")], "a: 1\n\n\n\nc: 3\n"),
    ("comment behind the value", "a: 1  # x\nb: 2  # y\n", [remove("a")], "b: 2  # y\n"),
    ("comment above", "a: 1\n# x\n# y\nb: 2\n# z\n", [remove("b")], "a: 1\n# z\n"),
    ("comment above, in between", "a:\n  b: 1\n  # x\n  c: 2\n  d: 3\n", [remove("a.c")], "a:\n  b: 1\n  d: 3\n"),
    ("a blank line parts it", "a: 1\n# x\n\nb: 2\n", [remove("b")], "a: 1\n# x\n\n"),
    ("comment at another column", "a:\n  b: 1\n# x\n  # y\n  c: 2\n", [remove("a.c")], "a:\n  b: 1\n# x\n"),
    ("comments below that are deeper", "a: 1\n  # x\n # y\nb: 2\n", [remove("a")], "b: 2\n"),
    ("comments below at its column", "a:\n  b: 1\n  c: 2\n  # x\nd: 3\n", [remove("a.c")], "a:\n  b: 1\n  # x\nd: 3\n"),
    ("comment inside", "a:\n  # x\n  b: 1\n\n  # y\n  c: 2\nd: 3\n", [remove("a")], "d: 3\n"),
    ("header", "# licence\na: 1\nb: 2\n", [remove("a")], "# licence\nb: 2\n"),
    (
        "header of a later document",
        "x: 1\n---\n# about\na: 1\nb: 2\n",
        [(1, remove("a"))],
        "x: 1\n---\n# about\nb: 2\n",
    ),
    ("comment above an item", "a:\n- 1\n# x\n- 2\n- 3\n", [remove("a[1]")], "a:\n- 1\n- 3\n"),
    ("comment above the first item", "a:\n# x\n- 1\n- 2\n", [remove("a[0]")], "a:\n- 2\n"),
    ("comment without a blank", "a: 1\n#x\nb: 2\n", [remove("b")], "a: 1\n"),
    ("comment in other letters", "a: 1\n# 名前 😀\nb: 2  # é\nc: 3\n", [remove("b")], "a: 1\nc: 3\n"),
    ("commented-out neighbour", "- a: 1\n# - b: 2\n- c: 3\n", [remove("[1]")], "- a: 1\n# - b: 2\n"),
    ("commented-out key", "a: 1\n# x: 1\n# about b\nb: 2\n", [remove("b")], "a: 1\n# x: 1\n"),
    (
        "hidden template line above",
        "a: 1\n# {{- if .x }}\nb: 2\n# {{- end }}\n",
        [remove("b")],
        "a: 1\n# {{- if .x }}\n# {{- end }}\n",
    ),
    ("hidden template line below", "a: 1\n  # {{- end }}\nb: 2\n", [remove("a")], "  # {{- end }}\nb: 2\n"),
    ("comment of the key above", "z: 1\na: # x\n   b: 1\n   c: 2\n", [remove("a.b")], "z: 1\na: # x\n   c: 2\n"),
    ("quoted text that looks like a comment", "a: 'x\n\n# y'\nb: 1\n", [remove("b")], "a: 'x\n\n# y'\n"),
    (
        "plain text that looks like an entry",
        "a: x\n  b: y\n".replace("b:", "b"),
        [remove("a")],
        NO("nothing would be left of the document"),
    ),
    ("braces of a template below", "a: 1\n# x\nb: 2\nc: '{{ x }}'\n", [remove("b")], "a: 1\nc: '{{ x }}'\n"),
    ("a word with a colon in a comment", "a: 1\n# see #b: it\nb: 2\n", [remove("b")], "a: 1\n"),
)
def test_comments_and_blank_lines(before, edits, after):
    check(before, edits, after)


@table(
    ("block scalar", "a: |\n  x\n  y\nb: 1\n", [remove("a")], "b: 1\n"),
    ("its blank lines stay", "a: |\n  x\n\nb: 1\n", [remove("a")], "\nb: 1\n"),
    ("unless it keeps them", "a: |+\n  x\n\nb: 1\n", [remove("a")], "b: 1\n"),
    ("below one", "a: |\n  x\n\nb: 1\n\nc: 2\n", [remove("b")], "a: |\n  x\n\n\nc: 2\n"),
    ("below one that strips", "a: >-\n  x\nb: 1\n", [remove("b")], "a: >-\n  x\n"),
    ("below one that keeps", "a: |+\n  x\n\nb: 1\n\n\nc: 2\n", [remove("b")], "a: |+\n  x\n\nc: 2\n"),
    ("last below one that keeps", "a: |+\n  x\nb: 1\n\n", [remove("b")], "a: |+\n  x\n"),
    ("below one that only looks like it", "a: 1+1\nb: 1\n\nc: 2\n", [remove("b")], "a: 1+1\n\nc: 2\n"),
    ("above one that keeps", "a: 1\n\nb: |+\n  x\n", [remove("a")], "\nb: |+\n  x\n"),
    (
        "below one that keeps, while another comes",
        "a: |+\n  x\nb: 1\n\nc: 2\n",
        [remove("b"), put("d", 3)],
        "a: |+\n  x\nc: 2\nd: 3\n",
    ),
    (
        "last below one that keeps, while another comes",
        "a: |+\n  x\nb: 1\n\n",
        [remove("b"), put("c", 2)],
        "a: |+\n  x\nc: 2\n\n",
    ),
    ("below an item that keeps", "- a: |2+\n      x\n- b\n\n- c\n", [remove("[1]")], "- a: |2+\n      x\n- c\n"),
    ("`+` in the comment of a header", "a: | # +\n  x\nb: 1\n\nc: 2\n", [remove("b")], "a: | # +\n  x\n\nc: 2\n"),
    ("without a last newline", "b: 1\na: |\n  x", [remove("b")], "a: |\n  x"),
    ("last, without a last newline", "b: 1\na: |\n  x", [remove("a")], "b: 1"),
    ("text that looks like a comment", "a: |\n  x\n  # y\nb: 1\n", [remove("b")], "a: |\n  x\n  # y\n"),
    (
        "below a list whose last item keeps",
        "a:\n- y\n- z\n- |+\n  x\n\nb: 1\n\nc: 2\n",
        [remove("b")],
        "a:\n- y\n- z\n- |+\n  x\n\nc: 2\n",
    ),
    (
        "`+` before and in the text",
        "x: a+b\na: |\n  1+1\nb: 1\n\nc: 2\n",
        [remove("b")],
        "x: a+b\na: |\n  1+1\n\nc: 2\n",
    ),
    ("comment below a block scalar", "a: |\n  x\n# about b\nb: 1\n", [remove("b")], "a: |\n  x\n"),
)
def test_block_scalars(before, edits, after):
    check(before, edits, after)


@table(
    ("the next one slides up", "- a: 1\n  b: 2\n- c: 3\n", [remove("[0].a")], "- b: 2\n- c: 3\n"),
    ("with what is below it", "- a:\n    x: 1\n  b:\n    y: 2\n", [remove("[0].a")], "- b:\n    y: 2\n"),
    ("two of three", "- a: 1\n  b: 2\n  c: 3\n", [remove("[0].a"), remove("[0].b")], "- c: 3\n"),
    ("first and third", "- a: 1\n  b: 2\n  c: 3\n  d: 4\n", [remove("[0].a"), remove("[0].c")], "- b: 2\n  d: 4\n"),
    ("comment lines stay", "- a: 1 # x\n  # y\n  # z\n  b: 2\n", [remove("[0].a")], "- # y\n  # z\n  b: 2\n"),
    ("blank lines do not", "- a: 1\n\n  b: 2\n", [remove("[0].a")], "- b: 2\n"),
    ("deeper comments go", "- a: 1\n    # x\n  b: 2\n", [remove("[0].a")], "- b: 2\n"),
    ("wide dash", "-   a: 1\n    b: 2\n", [remove("[0].a")], "-   b: 2\n"),
    ("nested dashes", "- - 1\n  - 2\n- - 3\n", [remove("[0][0]")], "- - 2\n- - 3\n"),
    ("three dashes and a key", "- - - a: 1\n      b: 2\n", [remove("[0][0][0].a")], "- - - b: 2\n"),
    ("the only one", "a:\n- b: 1\n- c: 2\n", [remove("a[0].b")], NO("nothing would be left of the list item")),
    ("its place is taken", "- a: 1 # x\n- c: 2\n", [remove("[0].a"), put("[0].b", 3)], "- b: 3\n- c: 2\n"),
    (
        "by several",
        "a:\n- b: 1\n  c: 2\n",
        [remove("a[0].b"), remove("a[0].c"), put("a[0].d", {"e": [1]}), put("a[0].f", 2)],
        "a:\n- d:\n    e:\n    - 1\n  f: 2\n",
    ),
    ("CRLF", "- a: 1\r\n- c: 2\r\n", [remove("[0].a"), put("[0].b", 3)], "- b: 3\r\n- c: 2\r\n"),
    ("the only one of a list in a list", "- - 1\n- - 2\n", [remove("[0][0]")], "- []\n- - 2\n"),
)
def test_dash_line(before, edits, after):
    check(before, edits, after)


@table(
    ("becomes {}", "a:\n  b: 1\nc: 2\n", [remove("a.b")], "a: {}\nc: 2\n"),
    ("becomes []", "a:\n- 1\nc: 2\n", [remove("a[0]")], "a: []\nc: 2\n"),
    ("comment of the key stays", "a: # x\n  # y\n  b: 1 # z\nc: 2\n", [remove("a.b")], "a: {} # x\nc: 2\n"),
    ("comment apart stays", "a:\n  # x\n\n  b: 1\nc: 2\n", [remove("a.b")], "a: {}\n  # x\n\nc: 2\n"),
    ("without a last newline", "c: 2\na:\n  b: 1", [remove("a.b")], "c: 2\na: {}"),
    ("CRLF, without a last newline", "c: 2\r\na:\r\n  b: 1", [remove("a.b")], "c: 2\r\na: {}"),
    ("all of several", "a:\n  b: 1\n  c: 2\nd: 3\n", [remove("a.b"), remove("a.c")], "a: {}\nd: 3\n"),
    ("anchor that nobody uses", "a: &x\n  b: 1\nc: 2\n", [remove("a.b")], "a: &x {}\nc: 2\n"),
    ("list in a list item", "- a:\n    - 1\n  b: 2\n", [remove("[0].a[0]")], "- a: []\n  b: 2\n"),
    ("dash on a line of its own", "-\n  - 1\n- 2\n", [remove("[0][0]")], "- []\n- 2\n"),
    ("flow", "a: {b: 1}\nc: [1, 2]\n", [remove("a.b"), remove("c[0]"), remove("c[1]")], "a: {}\nc: []\n"),
    ("parent that may be absent goes", "a: 1\nlabels:\n  b: 1\n", [remove("labels.b")], "a: 1\n"),
    (
        "and its parent",
        "a: 1\nsecurityContext:\n  capabilities:\n    add: [X]\n",
        [remove("securityContext.capabilities.add[0]")],
        "a: 1\n",
    ),
    (
        "up to one that must stay",
        "template:\n  metadata:\n    labels: {b: 1}\n",
        [remove("template.metadata.labels.b")],
        "template:\n  metadata: {}\n",
    ),
    (
        "up to one that holds more",
        "resources:\n  limits: {a: 1}\n  requests: {a: 1}\n",
        [remove("resources.limits.a")],
        "resources:\n  requests: {a: 1}\n",
    ),
    (
        "with the comments in it",
        "a: 1\nlabels:\n\n  # x\n\n  # y\n  b: 1\nc: 2\n",
        [remove("labels.b")],
        "a: 1\nc: 2\n",
    ),
    (
        "unless it is filled",
        "a: 1\nlabels:\n  b: 1\n",
        [remove("labels.b"), put("labels.c", "2")],
        'a: 1\nlabels:\n  c: "2"\n',
    ),
    ("list that is filled", "ports:\n- 1\n", [remove("ports[0]"), insert("ports", 2)], "ports:\n- 2\n"),
    (
        "flow that is filled",
        "a: 1\nlabels: {b: 1}\n",
        [remove("labels.b"), put("labels.c", "x")],
        "a: 1\nlabels: {c: x}\n",
    ),
)
def test_last_one(before, edits, after):
    check(before, edits, after)


@table(
    ("first", "{a: 1, b: 2, c: 3}\n", [remove("a")], "{b: 2, c: 3}\n"),
    ("middle", "{a: 1, b: 2, c: 3}\n", [remove("b")], "{a: 1, c: 3}\n"),
    ("last", "{ a: 1, b: 2 } # x\n", [remove("b")], "{ a: 1 } # x\n"),
    ("first two", "[1, 2, 3]\n", [remove("[0]"), remove("[1]")], "[3]\n"),
    ("last two", "[1, 2, 3]\n", [remove("[1]"), remove("[2]")], "[1]\n"),
    ("both ends", "[1, 2, 3]\n", [remove("[0]"), remove("[2]")], "[2]\n"),
    ("trailing comma", "[1, 2, ]\n", [remove("[1]")], "[1, ]\n"),
    (
        "nested",
        "a: {b: {c: 1, d: 2}, e: [{f: 1, g: 2}]}\n",
        [remove("a.b.c"), remove("a.e[0].g")],
        "a: {b: {d: 2}, e: [{f: 1}]}\n",
    ),
    ("key without a value", "{a, b: 1, c}\n", [remove("a"), remove("c")], "{b: 1}\n"),
    ("many lines", "a: {\n  b: 1,\n  c: 2\n}\n", [remove("a.b")], "a: {\n  c: 2\n}\n"),
    ("many lines, last", "a: [\n  1,\n  2,\n]\n", [remove("a[1]")], "a: [\n  1,\n]\n"),
    (
        "many lines with a comment",
        "a: {\n  b: 1, # x\n  c: 2\n}\n",
        [remove("a.b")],
        NO("a comment stands inside a flow collection"),
    ),
    ("many lines with a comment below", "a: {\n  b: [ # x\n    1],\n  c: 2\n}\n", [remove("a.b")], "a: {\n  c: 2\n}\n"),
    ("hash that is no comment", "{a: 'x # y', b: 2}\n", [remove("b")], "{a: 'x # y'}\n"),
    ("mapping without braces", "- [a: 1]\n- b\n", [remove("[0][0].a")], NO("nothing would be left of the list item")),
    ("into one without braces", "[a: 1]\n", [put("[0].b", 1)], NO("it is a mapping without braces")),
    ("question mark", "{? a : 1, b: 2, ? c : 3}\n", [remove("c")], "{? a : 1, b: 2}\n"),
    ("middle, blank before the comma", "{a: 1 , b: 2, c: 3}\n", [remove("b")], "{a: 1 , c: 3}\n"),
)
def test_flow(before, edits, after):
    check(before, edits, after)


# ---- what is changed in its place


@table(
    ("plain", "a: 1 # x\n", [put("a", "b")], "a: b # x\n"),
    (
        "its quotes are kept",
        "a: 'x'\nb: \"y\"\nc: z\n",
        [put("a", "it's"), put("b", "1"), put("c", "u")],
        "a: 'it''s'\nb: \"1\"\nc: u\n",
    ),
    ("unless it is no string", "a: 'x'\nb: \"y\"\n", [put("a", True), put("b", None)], "a: true\nb: null\n"),
    ("plain where it would be read otherwise", "a: x\n", [put("a", "on")], 'a: "on"\n'),
    ("a number becomes a string", "annotations:\n  a: 1\n", [put("annotations.a", "1")], 'annotations:\n  a: "1"\n'),
    ("a block scalar", "a: |\n  x\n  y\nb: 1\n", [put("a", "z")], 'a: "z"\nb: 1\n'),
    ("a literal block", "a: |\n  x\n  y\nb: 1\n", [put("a", "y\n\n  z\n")], "a: |\n  y\n\n    z\nb: 1\n"),
    ("with a comment", "a: |-  # why\n    x\n    y\n", [put("a", "y: #\tz")], "a: |-  # why\n    y: #\tz\n"),
    ("with CRLF", "- |\r\n  x\r\n- y\r\n", [put("[0]", "y\nz\n")], "- |\r\n  y\r\n  z\r\n- y\r\n"),
    ("literal no more: a blank first", "a: |\n  x\n", [put("a", " y\n")], 'a: " y\\n"\n'),
    ("literal no more: a line too many", "a: |\n  x\n", [put("a", "y\n\n")], 'a: "y\\n\\n"\n'),
    ("literal no more: a line too few", "a: |\n  x\n", [put("a", "x\ny")], 'a: "x\\ny"\n'),
    ("literal no more: a line that ends otherwise", "a: |\n  x\n", [put("a", "x\r\n")], 'a: "x\\r\\n"\n'),
    ("many lines", "a: 'x\n\n  y'\nb: 1\n", [put("a", "x\n")], 'a: "x\\n"\nb: 1\n'),
    ("nothing", "a:\nb: 1\n", [put("a", 2)], "a: 2\nb: 1\n"),
    ("nothing, with a comment", "a: # x\n", [put("a", 2)], "a: 2 # x\n"),
    ("null", "a: ~\n", [put("a", "b")], "a: b\n"),
    ("item", "- a\n-\n- 'c'\n", [put("[0]", 1), put("[1]", 2), put("[2]", "3")], "- 1\n- 2\n- '3'\n"),
    (
        "flow",
        "{a: 1, b: , c, d: }\n",
        [put("a", "x"), put("b", 2), put("c", 3), put("d", 4)],
        "{a: x, b: 2 , c: 3, d: 4 }\n",
    ),
    ("null to an empty mapping", "a: null\n", [put("a", {})], "a: {}\n"),
    ("a value that is there already", "a:   'x'  \n", [put("a", "x")], "a:   'x'  \n"),
    ("a value that is there already, written otherwise", "a: 0x10 # y\n", [put("a", 16)], "a: 0x10 # y\n"),
    ("a literal block that keeps", "a: |+\n  x\n\nb: 1\n", [put("a", "y\n")], 'a: "y\\n"\nb: 1\n'),
    ("a literal block with a blank line first", "a: |\n \n\n  x\n", [put("a", "y\n")], "a: |\n  y\n"),
    ("a literal block of nothing", "a: |\nb: 1\n", [put("a", "x\n")], 'a: "x\\n"\nb: 1\n'),
    ("literal no more: a character", "a: |\n  x\n", [put("a", "x\n\x07y\n")], 'a: "x\\n\\u0007y\\n"\n'),
    ("literal no more: a blank line first", "a: |\n  x\n", [put("a", "\nx\n")], 'a: "\\nx\\n"\n'),
    ("literal no more: blanks last", "a: |\n  x\n", [put("a", "x\n  \n")], 'a: "x\\n  \\n"\n'),
    ("true is not 1", "a: 1\n", [put("a", True)], "a: true\n"),
    ("multibyte", "é: 中 # 文\n", [put("é", "x")], "é: x # 文\n"),
    ("a value that is there already, without a last newline", "a: 'x'", [put("a", "x")], "a: 'x'"),
    ("the last of two", "a: 1\na: 2\n", [put("a", 3)], "a: 1\na: 3\n"),
    (
        "braces of a template elsewhere",
        'a: "{{ .x }}"\nb: 1 # {{ .y }}\n',
        [put("b", 2)],
        'a: "{{ .x }}"\nb: 2 # {{ .y }}\n',
    ),
    ("braces of a template", 'a: "{{ .x }}"\n', [put("a", "y")], 'a: "y"\n'),
    ("tag", "a: !!str 1\n", [put("a", "2")], NO("the value has a tag")),
    ("the whole document", "a: 1\n", [put(".", {})], NO("it is the whole document")),
    ("question mark without a value", "? a\n", [put("a", 1)], NO("its key is written with a question mark")),
    ("question mark", "? a\n: b\n", [put("a", "c")], "? a\n: c\n"),
)
def test_set_a_scalar(before, edits, after):
    check(before, edits, after)


@table(
    ("scalar to a mapping", "a: 1 # x\nb: 2\n", [put("a", {"c": "d"})], "a: # x\n  c: d\nb: 2\n"),
    ("scalar to a list", "a: 1\n", [put("a", ["x", {"w": 1, "z": [2]}])], "a:\n- x\n- w: 1\n  z:\n  - 2\n"),
    ("block scalar to a mapping", "a: |\n  x\n\nb: 2\n", [put("a", {"c": 1})], "a:\n  c: 1\n\nb: 2\n"),
    ("block to a scalar", "a: # x\n  # y\n  b: 1\n    # z\nc: 2\n", [put("a", 3)], "a: 3 # x\nc: 2\n"),
    ("block to an empty mapping", "a:\n- 1\n- 2\nc: 2\n", [put("a", {})], "a: {}\nc: 2\n"),
    ("block to block", "a: # x\n  b: 1\nc: 2\n", [put("a", {"d": {"e": 1}})], "a: # x\n  d:\n    e: 1\nc: 2\n"),
    ("mapping to a list", "a:\n    b: 1\nc: 2\n", [put("a", [1])], "a:\n- 1\nc: 2\n"),
    ("without a last newline", "a:\n  b: 1", [put("a", {"c": 1})], "a:\n  c: 1"),
    ("to a scalar, without a last newline", "a:\n  b: 1", [put("a", 1)], "a: 1"),
    ("{} to a mapping", "a: {}\nb: 2\n", [put("a", {"c": 1})], "a:\n  c: 1\nb: 2\n"),
    ("block, with line ends that only YAML knows", "a:\n  b: 1\x85c: 2\n", [put("a", 3)], NO(ALONE)),
    ("scalar, with line ends that only YAML knows", "a: 1\x85c: 2\n", [put("a", {"b": 3})], NO(ALONE)),
    ("item of many lines to {}", "- a: 1\n  b: 2\n- 2\n", [put("[0]", {})], "- {}\n- 2\n"),
    ("item of a lone dash to a mapping", "-\n  a: 1\n- 2\n", [put("[0]", {"c": 1})], "- {c: 1}\n- 2\n"),
    ("item to a mapping", "- 1\n- 2\n", [put("[0]", {"a": 1})], "- {a: 1}\n- 2\n"),
    ("item of many lines", "- a: 1\n  b: 2\n- 2\n", [put("[0]", {"c": 1, "d": 2})], "- c: 1\n  d: 2\n- 2\n"),
    ("item of many lines to a scalar", "- a: 1\n  b: 2\n- 2\n", [put("[0]", "x")], "- x\n- 2\n"),
    ("item of a lone dash", "-\n  a: 1\n- 2\n", [put("[0]", "x")], "- x\n- 2\n"),
    ("flow stays flow", "a: {b: 1} # x\n", [put("a", {"c": [1]})], "a: {c: [1]} # x\n"),
    ("inside flow", "{a: 1, b: {c: 2}}\n", [put("a", {"x": [1]}), put("b", 3)], "{a: {x: [1]}, b: 3}\n"),
    ("missing", "a: 1\n", [put("b", {"c": []})], "a: 1\nb:\n  c: []\n"),
    (
        "annotations are quoted",
        "a: 1\n",
        [put("annotations", {"x": "y", "z": "1"})],
        'a: 1\nannotations:\n  x: "y"\n  z: "1"\n',
    ),
    (
        "strings that are no strings plain",
        "a: 1\n",
        [put("b", ["on", "0644", "12:30", "2020-01-01", "a: b", "", "x y", " z", "1e3", "~"])],
        'a: 1\nb:\n- "on"\n- "0644"\n- "12:30"\n- "2020-01-01"\n- "a: b"\n- ""\n- x y\n- " z"\n- "1e3"\n- "~"\n',
    ),
    (
        "characters that need escapes",
        "a: 1\n",
        [put("b", "\x85\u2028\ufeff\0\t\x7f\xa0\uffff😀")],
        'a: 1\nb: "\\u0085\\u2028\\ufeff\\u0000\\t\\u007f\\u00a0\\uffff😀"\n',
    ),
    (
        "keys that need quotes",
        "a: 1\n",
        [put("b", {"on": 1, "": 2, "a b": 3, "c: d": 4, "a.b/c": 5, "<<": {}})],
        'a: 1\nb:\n  "on": 1\n  "": 2\n  a b: 3\n  "c: d": 4\n  a.b/c: 5\n  "<<": {}\n',
    ),
    ("scalar in flow to a list", "a: {b: 1}\n", [put("a.b", ["x"])], "a: {b: [x]}\n"),
    ("mapping behind a dash to a list", "- a: 1\n  b: 2\n- c\n", [put("[0]", ["x", "z"])], "- - x\n  - z\n- c\n"),
    ("a list in brackets stays one", "a: [1]\n", [put("a", [2, 3])], "a: [2, 3]\n"),
)
def test_set_a_collection(before, edits, after):
    check(before, edits, after)


@table(
    ("key", "a: 1 # x\nb: 2\n", [rename("a", "c")], "c: 1 # x\nb: 2\n"),
    ("its quotes are kept", "'a': 1\n\"b\": 2\n", [rename("a", "x"), rename("b", "y")], "'x': 1\n\"y\": 2\n"),
    ("plain where it would be read otherwise", "a: 1\n", [rename("a", "on")], '"on": 1\n'),
    ("key of a mapping", "a:\n  b: 1\n", [rename("a", "c"), rename("a.b", "d")], "c:\n  d: 1\n"),
    ("flow", "{a: 1, b}\n", [rename("a", "x"), rename("b", "z")], "{x: 1, z}\n"),
    ("to itself", "a: 1\n", [rename("a", "a")], "a: 1\n"),
    ("and its value", "a: 1\n", [rename("a", "b"), put("a", 2)], NO(CLASH)),
    ("and what is below", "a:\n  b: 1\n  c: 2\n", [rename("a", "x"), put("a.b", 3), remove("a.c")], "x:\n  b: 3\n"),
    ("what is there", "a: 1\nb: 2\n", [rename("a", "b")], NO("there is a b already")),
    ("beside a key that stands twice", "a: 1\na: 2\nb: 3\n", [rename("b", "c")], "a: 1\na: 2\nc: 3\n"),
    ("what is missing", "a: 1\n", [rename("b", "c")], NO("there is no such place")),
    ("twice to one name", "a: 1\nb: 2\n", [rename("a", "c"), rename("b", "c")], NO(CLASH)),
    (
        "key that stands twice, further down",
        "a:\n  b: 1\n  b: 2\n",
        [rename("a.b", "c")],
        NO("its key stands there twice"),
    ),
    ("key that stands twice", "a: 1\na: 2\n", [rename("a", "b")], NO("its key stands there twice")),
    ("question mark", "? a\n: 1\n", [rename("a", "b")], "? b\n: 1\n"),
    ("anchor at the key", "&x a: 1\n", [rename("a", "b")], NO("its key is not written there")),
    ("alias for a key", "x: &x a\n*x : 1\n", [rename("a", "b")], NO("its key is not written there")),
    ("item", "- a\n", [Rename((0,), "b")], NO("its key is not written there")),
)
def test_rename(before, edits, after):
    check(before, edits, after)


@table(
    ("the first", "a: 1\nb: 2\na: 3\n", [ignored(".", 0)], "b: 2\na: 3\n"),
    ("two of three", "a: 1\na: 2\na: 3\n", [ignored(".", 0), ignored(".", 1)], "a: 3\n"),
    ("with its comments", "x: 1\n# y\na: 1 # z\na: 3\n", [ignored(".", 1)], "x: 1\na: 3\n"),
    ("on a dash line", "- a: 1\n  a: 2\n  b: 3\n", [ignored("[0]", 0)], "- a: 2\n  b: 3\n"),
    ("flow", "a: {b: 1, b: 2}\n", [ignored("a", 0)], "a: {b: 2}\n"),
    ("JSON", '{"a": 1, "a": 2}', [ignored(".", 0)], '{"a": 2}'),
    ("not overridden", "a: 1\na: 2\n", [ignored(".", 1)], NO("there is no such key that another one overrides")),
    (
        "a merge beside another",
        "x: &x {a: 1}\ny: &y {b: 1}\nz:\n  <<: *x\n  <<: *y\n",
        [ignored("z", 0)],
        NO("there is no such key that another one overrides"),
    ),
    ("no such entry", "a: 1\na: 2\n", [ignored(".", 2)], NO("there is no such key that another one overrides")),
    ("no mapping", "a: 1\n", [ignored("a", 0)], NO("there is no such key that another one overrides")),
)
def test_remove_ignored(before, edits, after):
    check(before, edits, after)


# ---- what comes


@table(
    ("at the end", "a:\n  b: 1\nc: 2\n", [put("a.d", 3)], "a:\n  b: 1\n  d: 3\nc: 2\n"),
    ("of the document", "a: 1\n", [put("b", 2)], "a: 1\nb: 2\n"),
    ("behind a comment at the value", "a:\n  b: 1 # x\nc: 2\n", [put("a.d", 3)], "a:\n  b: 1 # x\n  d: 3\nc: 2\n"),
    (
        "before blank lines and other comments",
        "a:\n  b: 1\n\n  # x\n\nc: 2\n",
        [put("a.d", 3)],
        "a:\n  b: 1\n  d: 3\n\n  # x\n\nc: 2\n",
    ),
    ("behind deeper comments", "a:\n- b: 1\n  # c: 2\n# x\n", [insert("a", 3)], "a:\n- b: 1\n  # c: 2\n- 3\n# x\n"),
    ("without a last newline", "a:\n  b: 1", [put("a.c", 2)], "a:\n  b: 1\n  c: 2"),
    ("behind a block scalar", "a:\n  b: |\n    x\n\nc: 1\n", [put("a.d", 2)], "a:\n  b: |\n    x\n  d: 2\n\nc: 1\n"),
    ("behind one that keeps", "a:\n  b: |+\n    x\n\nc: 1\n", [put("a.d", 2)], "a:\n  b: |+\n    x\n\n  d: 2\nc: 1\n"),
    ("behind one at the end", "a: |\n  x", [put("b", 1)], "a: |\n  x\nb: 1"),
    ("behind one that strips, at the end", "a: |-\n  x", [put("b", 1)], "a: |-\n  x\nb: 1"),
    ("behind one that keeps, at the end", "a: |+\n  x\n\n", [put("b", 1)], "a: |+\n  x\n\nb: 1\n"),
    ("behind an empty value", "a:\n  b:\nc: 1\n", [put("a.d", 2)], "a:\n  b:\n  d: 2\nc: 1\n"),
    ("with parents", "a: 1\n", [put("b.c.d", "x")], "a: 1\nb:\n  c:\n    d: x\n"),
    (
        "with the document's step",
        "a:\n    b:\n        c: 1\n",
        [put("a.d.e", 1)],
        "a:\n    b:\n        c: 1\n    d:\n        e: 1\n",
    ),
    ("two into one new parent", "a: 1\n", [put("b.c", 1), put("b.d", 2)], "a: 1\nb:\n  c: 1\n  d: 2\n"),
    (
        "metadata before spec",
        "kind: X\n# about\nspec:\n  a: 1\n",
        [put("metadata.annotations.b", "c")],
        'kind: X\nmetadata:\n  annotations:\n    b: "c"\n# about\nspec:\n  a: 1\n',
    ),
    (
        "metadata before the first key",
        "# licence\nspec: 1\nkind: X\n",
        [put("metadata.name", "a")],
        "# licence\nmetadata:\n  name: a\nspec: 1\nkind: X\n",
    ),
    (
        "selector before template",
        "spec:\n  replicas: 2\n  # about\n  template:\n    a: 1\n  # end\n",
        [put("spec.selector.matchLabels.app", "web"), put("spec.b", 1)],
        "spec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: web\n  # about\n  template:\n    a: 1\n  b: 1\n  # end\n",
    ),
    ("selector where there is no template", "a: 1\n", [put("selector.b", 1)], "a: 1\nselector:\n  b: 1\n"),
    ("metadata where there is no spec", "kind: X\n", [put("metadata.name", "a")], "kind: X\nmetadata:\n  name: a\n"),
    (
        "another key where there is a spec",
        "kind: X\nspec: 1\n",
        [put("data.a", "b")],
        "kind: X\nspec: 1\ndata:\n  a: b\n",
    ),
    ("behind line ends that only YAML knows", "a: 1\x85b: 2\n", [put("c", 3), remove("a")], NO(ALONE)),
    (
        "metadata and more",
        "spec: 1\n",
        [put("metadata.name", "a"), put("b", 1)],
        "metadata:\n  name: a\nspec: 1\nb: 1\n",
    ),
    (
        "metadata where there is none to be before",
        "- spec: 1\n  a: 2\n",
        [put("[0].metadata.b", 1)],
        "- spec: 1\n  a: 2\n  metadata:\n    b: 1\n",
    ),
    (
        "under null",
        "metadata:\nspec: 1\n",
        [put("metadata.annotations.a", "b")],
        'metadata:\n  annotations:\n    a: "b"\nspec: 1\n',
    ),
    ("under a written null", "a: null # x\nb: 1\n", [put("a.c", 1)], "a: # x\n  c: 1\nb: 1\n"),
    ("under {}", "a: {}\nb: 1\n", [put("a.c", 1), put("a.d", 2)], "a:\n  c: 1\n  d: 2\nb: 1\n"),
    ("under {} of many lines", "a: {\n}\nb: 1\n", [put("a.c", 1)], "a:\n  c: 1\nb: 1\n"),
    (
        "under {} with a comment",
        "a: { # x\n}\nb: 1\n",
        [put("a.c", 1)],
        NO("a comment stands inside a flow collection"),
    ),
    ("under { } behind a blank key", "a : { }\n", [put("a.c", 1)], "a :\n  c: 1\n"),
    ("under a tag", "a: !!null\nb: 1\n", [put("a.c", 1)], "a:\n  c: 1\nb: 1\n"),
    ("under an item that is null", "-\n- 1\n", [put("[0]", {"a": 1})], "- {a: 1}\n- 1\n"),
    ("under an item that is {}", "- {}\n", [put("[0].a", 1)], "- {a: 1}\n"),
    ("under the root that is {}", "# x\n{}\n", [put("a", 1)], "# x\n{a: 1}\n"),
    ("flow", "a: {b: 1}\n", [put("a.c", "x")], "a: {b: 1, c: x}\n"),
    ("flow, trailing comma", "a: {b: 1, }\n", [put("a.c", {"d": 1})], "a: {b: 1, c: {d: 1}, }\n"),
    ("flow, many lines", "a: {\n  b: 1\n}\n", [put("a.c", 2)], "a: {\n  b: 1,\n  c: 2\n}\n"),
    (
        "flow, many lines, trailing comma",
        "a: {\n    b: 1,\n    c: 2,\n}\n",
        [put("a.d", 3)],
        "a: {\n    b: 1,\n    c: 2,\n    d: 3,\n}\n",
    ),
    ("flow, with a comment", "a: {\n  b: 1 # x\n}\n", [put("a.c", 2)], NO("a comment stands inside a flow collection")),
    (
        "flow, null",
        "{a: , b, c: {}}\n",
        [put("a.x", 1), put("b.x", 2), put("c.x", 3)],
        "{a: {x: 1} , b: {x: 2}, c: {x: 3}}\n",
    ),
    (
        "flow, metadata",
        "{kind: X, spec: {}}\n",
        [put("metadata.name", "a")],
        "{kind: X, spec: {}, metadata: {name: a}}\n",
    ),
    (
        "flow, annotations",
        "metadata: {annotations: {a: b}}\n",
        [put("metadata.annotations.c", "d")],
        'metadata: {annotations: {a: b, c: "d"}}\n',
    ),
    (
        "flow, annotations' parent",
        "metadata: {name: a}\n",
        [put("metadata.annotations.c", "d")],
        'metadata: {name: a, annotations: {c: "d"}}\n',
    ),
    (
        "while the last one goes",
        "a:\n  b: 1\n  c: 2 # x\nd: 3\n",
        [remove("a.c"), put("a.e", 4)],
        "a:\n  b: 1\n  e: 4\nd: 3\n",
    ),
    ("while the last one goes, flow", "{a: 1, b: 2}\n", [remove("b"), put("c", 3)], "{a: 1, c: 3}\n"),
    ("while the last one is changed", "a: 1\nb: |\n  x\n", [put("b", 2), put("c", 3)], "a: 1\nb: 2\nc: 3\n"),
    ("while the last one goes, without a last newline", "a: 1\nb: 2", [remove("b"), put("c", 3)], "a: 1\nc: 3"),
    (
        "deep and shallow at one place",
        "a:\n  b:\n    c: 1\n",
        [put("d", 4), put("a.e", 3), put("a.b.f", 2)],
        "a:\n  b:\n    c: 1\n    f: 2\n  e: 3\nd: 4\n",
    ),
    ("behind a line end that only YAML knows", "m:\n  a: 1\x85n: 2\n", [put("m.c", 3)], NO(ALONE)),
    ("below a scalar", "a: 1\n", [put("a.b", 2)], NO("a is no mapping")),
    ("an item that is not there", "a: []\n", [put("a[0]", 1)], NO("there is no such item")),
    ("below an item that is not there", "a: 1\n", [put("b[0].c", 1)], NO("there is no such item")),
    ("behind a question mark", "? a\n: b\n", [put("c", 1)], NO("its key is written with a question mark")),
    ("a key in a list", "a: [1]\n", [put("a.b", 1)], NO("a is no mapping")),
    (
        "below a question mark elsewhere",
        "x:\n  ? a\n  : b\ny:\n  a: 1\nv:\n  a: 1\n",
        [put("z.w", 1)],
        "x:\n  ? a\n  : b\ny:\n  a: 1\nv:\n  a: 1\nz:\n  w: 1\n",
    ),
    (
        "in the habits of items",
        "- a:\n     b: 1\n- c: 1\n",
        [put("[1].d.e", 1)],
        "- a:\n     b: 1\n- c: 1\n  d:\n     e: 1\n",
    ),
    ("one blank deep", "a:\n b: 1\n", [put("c.d", 1)], "a:\n b: 1\nc:\n d: 1\n"),
    ("flow, colon on the next line", "{? a\n : , b: 1}\n", [put("a", 2)], "{? a\n : 2 , b: 1}\n"),
)
def test_set_what_is_missing(before, edits, after):
    check(before, edits, after)


@table(
    ("block", "a:\n- 1\nb: 2\n", [insert("a", 3)], "a:\n- 1\n- 3\nb: 2\n"),
    (
        "indented block",
        "a:\n  - x: 1\n    y: 2\n\nb: 2\n",
        [insert("a", {"x": 3, "z": {"w": [4]}})],
        "a:\n  - x: 1\n    y: 2\n  - x: 3\n    z:\n      w:\n        - 4\n\nb: 2\n",
    ),
    ("two", "a:\n- 1\n", [insert("a", 2), insert("a", "x")], "a:\n- 1\n- 2\n- x\n"),
    ("the same twice", "a:\n- 1\n", [insert("a", 2), insert("a", 2)], "a:\n- 1\n- 2\n"),
    ("1 and true", "a:\n- 0\n", [insert("a", 1), insert("a", True)], "a:\n- 0\n- 1\n- true\n"),
    ("missing", "a: 1\n", [insert("b", "x")], "a: 1\nb:\n- x\n"),
    (
        "missing, with parents",
        "a: 1\n",
        [insert("b.c", {"d": 1}), insert("b.c", 2)],
        "a: 1\nb:\n  c:\n  - d: 1\n  - 2\n",
    ),
    (
        "majority of the document's lists",
        "x:\n  - 1\ny:\n- 1\nz:\n  - 1\n",
        [insert("w", 2)],
        "x:\n  - 1\ny:\n- 1\nz:\n  - 1\nw:\n  - 2\n",
    ),
    ("the word metadata", "- a\n- b: [c]\n", [insert("[1].b", "metadata")], "- a\n- b: [c, metadata]\n"),
    ("the word metadata, block", "a:\n- x\n", [insert("a", "metadata")], "a:\n- x\n- metadata\n"),
    (
        "that list's own indent",
        "x:\n  - 1\nw:\n- 1\nz:\n  - 1\n",
        [insert("w", 2)],
        "x:\n  - 1\nw:\n- 1\n- 2\nz:\n  - 1\n",
    ),
    ("empty", "a: []\nb: 1\n", [insert("a", {"c": 1})], "a:\n- c: 1\nb: 1\n"),
    ("null", "a: # x\nb: 1\n", [insert("a", 1)], "a: # x\n- 1\nb: 1\n"),
    ("flow", "a: [1, 2]\n", [insert("a", {"b": "c"})], "a: [1, 2, {b: c}]\n"),
    ("flow, many lines", "a: [\n  1,\n  2,\n]\n", [insert("a", 3)], "a: [\n  1,\n  2,\n  3,\n]\n"),
    ("flow, empty", "{a: []}\n", [insert("a", 1)], "{a: [1]}\n"),
    ("nested dashes", "- - 1\n  - 2\n- 3\n", [insert("[0]", 4)], "- - 1\n  - 2\n  - 4\n- 3\n"),
    ("list in a list item", "- a:\n  - 1\n", [insert("[0].a", 2)], "- a:\n  - 1\n  - 2\n"),
    ("an item that is []", "- []\n- [1]\n", [insert("[0]", 2), insert("[1]", 2)], "- [2]\n- [1, 2]\n"),
    ("and an item changes", "a:\n- b: 1\n", [insert("a", 2), put("a[0].b", 3)], "a:\n- b: 3\n- 2\n"),
    ("and an item goes", "a:\n- 1\n- 2\n", [insert("a", 3), remove("a[1]")], "a:\n- 1\n- 3\n"),
    ("and all go", "a:\n- 1\n- 2\n", [insert("a", 3), remove("a[0]"), remove("a[1]")], "a:\n- 3\n"),
    (
        "and all go on a dash line",
        "- - 1\n  - 2\n- x\n",
        [insert("[0]", 3), remove("[0][0]"), remove("[0][1]")],
        "- - 3\n- x\n",
    ),
    ("into the root", "- 1\n", [insert(".", 2)], NO("it is the whole document")),
    ("no list", "a: {b: 1}\n", [insert("a", 1)], NO("a is no list")),
    ("into the document", "a: 1\n", [insert(".", 1)], NO("the document is no list")),
    ("two, flow", "a: [1]\n", [insert("a", 2), insert("a", 3)], "a: [1, 2, 3]\n"),
    ("two, while all go, flow", "a: [1]\n", [remove("a[0]"), insert("a", 2), insert("a", 3)], "a: [2, 3]\n"),
    ("empty, with a comment", "a: [ # x\n]\n", [insert("a", 1)], NO("a comment stands inside a flow collection")),
    ("into a scalar", "a: 1\n", [insert("a", 1)], NO("a is no list")),
)
def test_insert(before, edits, after):
    check(before, edits, after)


@table(
    (
        "to another mapping",
        "a:\n  # x\n  b: 'c' # y\n    # z\n  d: 1\ne:\n  f: 2\n",
        [move("a.b", "e.b")],
        "a:\n  d: 1\ne:\n  f: 2\n  # x\n  b: 'c' # y\n    # z\n",
    ),
    ("under another name", "a:\n  b: 1\n  c: 2\n", [move("a.b", "a.d")], "a:\n  c: 2\n  d: 1\n"),
    (
        "into new parents",
        "metadata:\n  annotations:\n    # x\n    a: 1\nspec:\n  template:\n    spec:\n      b: 1\n",
        [move("metadata.annotations.a", "spec.template.metadata.annotations.a")],
        (
            "metadata: {}\nspec:\n  template:\n    metadata:\n      annotations:\n"
            "        # x\n        a: 1\n    spec:\n      b: 1\n"
        ),
    ),
    (
        "a block scalar",
        "a:\n    b: |+\n        x\n\n          y\n\n    c: 1\nd: 1\n",
        [move("a.b", "e")],
        "a:\n    c: 1\nd: 1\ne: |+\n    x\n\n      y\n\n",
    ),
    (
        "blanks at the end of a block scalar's line",
        "a:\n  b: |\n    x  \n      \n    y\n  c: 1\n",
        [move("a.b", "d")],
        "a:\n  c: 1\nd: |\n  x  \n    \n  y\n",
    ),
    (
        "block scalar of a given indent",
        "a:\n  b: |2\n     x\n  c: 1\nd: {}\n",
        [move("a.b", "d.b")],
        "a:\n  c: 1\nd:\n  b: |2\n     x\n",
    ),
    (
        "a mapping and its lists",
        "a:\n  b:\n    - c: 1\n      # x\n      d: 2\n  e: 1\n",
        [move("a.b", "b")],
        "a:\n  e: 1\nb:\n  - c: 1\n    # x\n    d: 2\n",
    ),
    ("a dash line", "a:\n- b:\n    c: 1\n  d: 1\ne: 1\n", [move("a[0].b", "f")], "a:\n- d: 1\ne: 1\nf:\n  c: 1\n"),
    ("header stays", "# licence\na: 1\nb:\n  c: 1\n", [move("a", "b.a")], "# licence\nb:\n  c: 1\n  a: 1\n"),
    (
        "two, in their order",
        "a:\n  # x\n  b: 1\n  # y\n  c: 2\n  d: 3\n",
        [move("a.b", "e.b"), move("a.c", "e.c")],
        "a:\n  d: 3\ne:\n  # x\n  b: 1\n  # y\n  c: 2\n",
    ),
    (
        "from flow to block",
        "a: {b: 'x', c: 1}\nd:\n  e: 1\n",
        [move("a.b", "d.b")],
        'a: {c: 1}\nd:\n  e: 1\n  b: "x"\n',
    ),
    ("from block to flow", "a:\n  b: 'x'\n  c: 1\nd: {e: 1}\n", [move("a.b", "d.b")], "a:\n  c: 1\nd: {e: 1, b: x}\n"),
    (
        "from block to flow, with a comment",
        "a:\n  b: 'x' # y\n  c: 1\nd: {e: 1}\n",
        [move("a.b", "d.b")],
        NO("its comments have no place there"),
    ),
    (
        "from block to flow, beside comments",
        "# x\na:\n  # y\n  c: 1\n  b: 2\nd: {e: 1} # z\n",
        [move("a.b", "d.b")],
        "# x\na:\n  # y\n  c: 1\nd: {e: 1, b: 2} # z\n",
    ),
    (
        "to {}, with a comment",
        "a:\n  b: 'x' # y\n  c: 1\nd: {}\n",
        [move("a.b", "d.b")],
        "a:\n  c: 1\nd:\n  b: 'x' # y\n",
    ),
    (
        "to {} inside flow, with a comment",
        "a:\n  b: 'x' # y\n  c: 1\nd: [{}]\n",
        [move("a.b", "d[0].b")],
        NO("its comments have no place there"),
    ),
    (
        "text that looks like a key's place",
        "a:\n  # {key}\n  b: '{key}'\n  c: 1\n",
        [move("a.b", "d")],
        "a:\n  c: 1\n# {key}\nd: '{key}'\n",
    ),
    ("without a last newline", "c: 1\na:\n  d: 1\n  b: |\n    x", [move("a.b", "e")], "c: 1\na:\n  d: 1\ne: |\n  x"),
    (
        "CRLF",
        "a:\r\n  b: |\r\n    x\r\n  c: 1\r\nd: 1\r\n",
        [move("a.b", "e")],
        "a:\r\n  c: 1\r\nd: 1\r\ne: |\r\n  x\r\n",
    ),
    (
        "line ends that only YAML knows",
        "a:\n  b: 'x\u2028   y'\n  c: 1\n",
        [move("a.b", "d")],
        "a:\n  c: 1\nd: 'x\u2028   y'\n",
    ),
    (
        "a quoted value that is not indented",
        "a:\n  b: 'x\n y'\n  c: 1\n",
        [move("a.b", "d")],
        NO("its value is not indented below its key"),
    ),
    ("to what is there", "a: 1\nb: 2\n", [move("a", "b")], NO("there is a b already")),
    ("to what is null", "a: 1\nb:\n", [move("a", "b")], NO("there is a b already")),
    ("what is missing", "a: 1\n", [move("b", "c")], NO("there is no such place")),
    ("an item", "a: [1, 2]\n", [move("a[0]", "b")], NO("its key is not written there")),
    ("into itself", "a:\n  b: 1\nc: 1\n", [move("a", "a.d")], NO(CLASH)),
    ("and what is below it changes", "a:\n  b: 1\nc: 1\n", [move("a", "d"), put("a.b", 2)], NO(CLASH)),
    (
        "a block scalar with a blank line, deeper",
        "a:\n  b: |\n    x\n\n    y\n  c: 1\nd:\n  e: 1\n",
        [move("a.b", "d.b")],
        "a:\n  c: 1\nd:\n  e: 1\n  b: |\n    x\n\n    y\n",
    ),
)
def test_move(before, edits, after):
    check(before, edits, after)


# ---- text of all kinds


@table(
    ("CRLF: remove", "a: 1\r\n# x\r\nb: 2\r\nc: 3\r\n", [remove("b")], "a: 1\r\nc: 3\r\n"),
    ("CRLF: remove the last", "a: 1\r\nb: 2\r\n", [remove("b")], "a: 1\r\n"),
    ("CRLF: remove the last, without a last newline", "a: 1\r\nb: 2", [remove("b")], "a: 1"),
    ("CRLF: deeper comments", "a: 1\r\n  # x\r\nb: 2\r\n", [remove("a")], "b: 2\r\n"),
    ("CRLF: dash line", "- a: 1\r\n  b: 2\r\n", [remove("[0].a")], "- b: 2\r\n"),
    ("CRLF: become {}", "a:\r\n  b: 1\r\nc: 2\r\n", [remove("a.b")], "a: {}\r\nc: 2\r\n"),
    ("CRLF: set", "a: 1\r\nb: 2\r\n", [put("a", "x"), put("c.d", 1)], "a: x\r\nb: 2\r\nc:\r\n  d: 1\r\n"),
    ("CRLF: under null", "a:\r\nb: 2\r\n", [put("a.c", 1)], "a:\r\n  c: 1\r\nb: 2\r\n"),
    ("CRLF: block to scalar", "a:\r\n  b: 1\r\nc: 2\r\n", [put("a", 1)], "a: 1\r\nc: 2\r\n"),
    ("CRLF: flow", "a: [\r\n  1,\r\n  2\r\n]\r\n", [insert("a", 3), remove("a[0]")], "a: [\r\n  2,\r\n  3\r\n]\r\n"),
    ("mixed line ends: the majority", "a: 1\r\nb: 2\r\nc: 3\n", [put("d", 4)], "a: 1\r\nb: 2\r\nc: 3\nd: 4\r\n"),
    ("mixed line ends: the other majority", "a: 1\r\nb: 2\nc: 3\n", [put("d", 4)], "a: 1\r\nb: 2\nc: 3\nd: 4\n"),
    ("byte-order mark", "\ufeffa: 1\nb: 2\n", [remove("a"), put("c", 3)], "\ufeffb: 2\nc: 3\n"),
    (
        "byte-order mark in a later document",
        "x: 1\n---\n\ufeffa: 1\nb: 2\n",
        [(1, put("a", 3)), (1, remove("b"))],
        "x: 1\n---\n\ufeffa: 3\n",
    ),
    ("no last newline: remove", "a: 1\nb: 2", [remove("b")], "a: 1"),
    ("no last newline: remove more", "a: 1\nb:\n  c: 2\n  # x", [remove("b")], "a: 1"),
    ("no last newline: remove the first", "a: 1\nb: 2", [remove("a")], "b: 2"),
    ("CR alone is no line end to us", "a: 1\rb: 2\r", [remove("b")], NO("the edited text would not read as YAML")),
    (
        "letters of all widths",
        "é: 1\n中: {😀: x, b: 'é'}\n",
        [remove('["中"]["😀"]'), put('["é"]', "ü")],
        "é: \"ü\"\n中: {b: 'é'}\n",
    ),
    ("tabs before a comment", "a: 1\t# x\nb: 2\n", [remove("b"), put("a", 3)], "a: 3\t# x\n"),
    ("blanks at line ends", "a: 1  \nb:  \n  c: 2 \n", [put("a", 2), put("b.d", 3)], "a: 2  \nb:  \n  c: 2 \n  d: 3\n"),
    ("half of them CRLF", "a: 1\r\nb: 2\nc: 3\r\nd: 4\n", [put("e", 5)], "a: 1\r\nb: 2\nc: 3\r\nd: 4\ne: 5\n"),
    ("a blank line first", "\na: 1\n", [put("b", 2), put("c.d", 3)], "\na: 1\nb: 2\nc:\n  d: 3\n"),
    ("no last newline: set and remove", "a: 1\nb: 2", [put("a", 3), remove("b")], "a: 3"),
    ("no last newline: set twice", "a: 1\nb: 2", [put("a", 3), put("c", 4)], "a: 3\nb: 2\nc: 4"),
)
def test_line_ends_and_letters(before, edits, after):
    check(before, edits, after)


@table(
    ("pretty: remove", '{\n  "a": 1,\n  "b": 2\n}\n', [remove("b")], '{\n  "a": 1\n}\n'),
    (
        "pretty: add",
        '{\n  "a": {\n    "b": 1\n  }\n}\n',
        [put("a.c", "on"), put("d.e", None)],
        '{\n  "a": {\n    "b": 1,\n    "c": "on"\n  },\n  "d": {"e": null}\n}\n',
    ),
    (
        "compact",
        '{"a":1,"b":{"c":[1,2]}}',
        [put("b.d", {"e": "f"}), insert("b.c", 3), remove("a")],
        '{"b":{"c":[1,2,3], "d": {"e": "f"}}}',
    ),
    ("compact mapping", '{"a":1,"b":2}', [put("c", 3)], '{"a":1,"b":2,"c": 3}'),
    ("values are quoted", '{"a": 1, "b": {}}', [put("a", "x"), put("b.y", ["z"])], '{"a": "x", "b": {"y": ["z"]}}'),
    ("keys are quoted", '{"a": 1}', [rename("a", "b")], '{"b": 1}'),
    ("the root that is {}", "{}", [put("a", "b")], '{"a": "b"}'),
    ("null", '{"a": null}', [put("a.b", 1)], '{"a": {"b": 1}}'),
    (
        "collection to scalar",
        '{"a": {"b": 1}, "c": [1]}',
        [put("a", True), put("c", {"d": 1})],
        '{"a": true, "c": {"d": 1}}',
    ),
    ("emptied", '{"a": {"b": 1}, "c": [1]}', [remove("a.b"), remove("c[0]")], '{"a": {}, "c": []}'),
    ("hash", '{"a": "x # y", "b": 1}', [remove("b")], '{"a": "x # y"}'),
    ("stream", '{"a": 1}\n{"b": 1}\n', [(1, put("b", 2))], '{"a": 1}\n{"b": 2}\n'),
    ("move", '{"a": {"b": 1, "c": 2}, "d": {}}', [move("a.b", "d.b")], '{"a": {"c": 2}, "d": {"b": 1}}'),
    ("strings with escapes", '{"a": "\\u0041"}', [put("b", '\x7f\\"\n')], '{"a": "\\u0041", "b": "\\u007f\\\\\\"\\n"}'),
    ("JSON, then YAML", '{"a": 1}\n---\nb: 1\n', [(0, put("a", 2)), (2, put("b", 2))], '{"a": 2}\n---\nb: 2\n'),
)
def test_json(before, edits, after):
    check(before, edits, after)


ANCHORS = "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\nf: &y 1\n"


@table(
    ("an alias", ANCHORS, [put("c.b", 2)], NO("an alias (*x) stands in for it")),
    ("alias itself", ANCHORS, [put("c", 2)], NO("an alias (*x) stands in for it")),
    ("alias goes", ANCHORS, [remove("c")], ANCHORS.replace("c: *x\n", "")),
    ("anchor", ANCHORS, [put("a.b", 2)], NO("it stands under an anchor (&x) that is used elsewhere")),
    ("what an anchor marks", ANCHORS, [put("a", 2)], NO("it stands under an anchor (&x) that is used elsewhere")),
    ("anchor goes", ANCHORS, [remove("a")], NO("an anchor stands in it that is used elsewhere")),
    ("anchor with all its aliases", "a:\n  b: &x 1\n  c: *x\nd: 1\n", [remove("a")], "d: 1\n"),
    ("anchor that nobody uses", ANCHORS, [put("f", 2)], ANCHORS.replace("&y 1", "2")),
    ("under an anchor that nobody uses", "a: &x\n  b: 1\n", [put("a.c", 2)], "a: &x\n  b: 1\n  c: 2\n"),
    ("merged key", ANCHORS, [put("d.b", 2)], NO("it comes from a merge (<<)")),
    ("merged key goes", ANCHORS, [remove("d.b")], NO("it comes from a merge (<<)")),
    ("key beside a merge", ANCHORS, [put("d.e", 3), put("d.f", 4)], ANCHORS.replace("  e: 2\n", "  e: 3\n  f: 4\n")),
    ("key beside a merge goes", ANCHORS, [remove("d.e")], ANCHORS.replace("  e: 2\n", "")),
    (
        "an anchor that goes, beside another",
        "a: &x 1\nb: *x\nc: &y 2\nd: *y\n",
        [remove("a")],
        NO("an anchor stands in it that is used elsewhere"),
    ),
    ("text that looks like an alias", "a: &x 1\nb: '*x'\n", [put("a", 2)], "a: 2\nb: '*x'\n"),
    ("a name that is used again", "a: &x 1\nb: *x\nc: &x 2\n", [put("c", 3)], "a: &x 1\nb: *x\nc: 3\n"),
    ("tag", "a: !!map\n  b: 1\n", [put("a.c", 2), remove("a.b")], "a: !!map\n  c: 2\n"),
    ("emptied under a tag", "a: !t\n  b: 1\n", [remove("a.b")], "a: !t {}\n"),
    ("emptied list under a tag", "a: !t\n- 1\nb: 2\n", [remove("a[0]")], "a: !t []\nb: 2\n"),
    ("emptied under an anchor and a tag", "a: &x !t # y\n  b: 1\n", [remove("a.b")], "a: &x !t {} # y\n"),
)
def test_anchors_and_tags(before, edits, after):
    check(before, edits, after)


# ---- documents


@table(
    ("first", "a: 1\n---\nb: 2\n", [DropDocument()], "b: 2\n"),
    ("first, behind ---", "---\na: 1\n---\nb: 2\n", [DropDocument()], "---\nb: 2\n"),
    ("first, with a header", "# licence\n\na: 1\n---\nb: 2\n", [DropDocument()], "# licence\n\n---\nb: 2\n"),
    (
        "first, with a header before ---",
        "# licence\n---\na: 1\n---\nb: 2\n",
        [DropDocument()],
        "# licence\n---\nb: 2\n",
    ),
    (
        "first, with a header behind ---",
        "---\n# licence\na: 1\n---\nb: 2\n",
        [DropDocument()],
        "---\n# licence\n---\nb: 2\n",
    ),
    ("middle", "a: 1\n---\n# x\nb: 2\n---\nc: 3\n", [(1, DropDocument())], "a: 1\n---\nc: 3\n"),
    ("last", "a: 1\n--- # x\nb: 2\n", [(1, DropDocument())], "a: 1\n"),
    ("last, without a last newline", "a: 1\n---\nb: 2", [(1, DropDocument())], "a: 1"),
    ("last, below a header", "# licence\na: 1\n---\n# x\nb: 2\n", [(1, DropDocument())], "# licence\na: 1\n"),
    ("only, behind a blank line and ---", "\n---\na: 1\n", [DropDocument()], "\n"),
    ("only", "a: 1\n", [DropDocument()], ""),
    ("only, without a last newline", "a: 1", [DropDocument()], ""),
    ("first of a text without a last newline", "a: 1\n---\nb: 2", [DropDocument()], "b: 2"),
    ("only, with a header", "# licence\na: 1\n", [DropDocument()], "# licence\n"),
    ("first two", "a: 1\n---\nb: 2\n---\nc: 3\n", [(0, DropDocument()), (1, DropDocument())], "---\nc: 3\n"),
    ("all", "a: 1\n---\nb: 2\n", [(0, DropDocument()), (1, DropDocument())], ""),
    ("ends with ...", "a: 1\n...\n---\nb: 2\n", [DropDocument()], "b: 2\n"),
    ("CRLF", "a: 1\r\n---\r\nb: 2\r\n---\r\nc: 3\r\n", [(1, DropDocument())], "a: 1\r\n---\r\nc: 3\r\n"),
    ("other edits in it do not matter", "a: 1\n---\nb: 2\n", [DropDocument(), put("a", 2)], "b: 2\n"),
    ("beside a broken one", "a: 1\n---\nb: [\n---\nc: 3\n", [(2, DropDocument())], "a: 1\n---\nb: [\n"),
    ("behind a byte-order mark", "\ufeffa: 1\n---\nb: 2\n", [DropDocument()], "\ufeffb: 2\n"),
    ("JSON, first", '{"a": 1}\n{"b": 1}\n', [DropDocument()], '{"b": 1}\n'),
    ("JSON, last", '{"a": 1}\n{"b": 1}\n', [(1, DropDocument())], '{"a": 1}\n'),
    ("JSON, only", '{"a": 1}\n', [DropDocument()], ""),
    ("JSON, middle", '{"a": 1}\n{"b": 1}\n{"c": 1}\n', [(1, DropDocument())], '{"a": 1}\n{"c": 1}\n'),
    ("YAML behind JSON", '{"a": 1}\nb: 1\n---\nc: 1\n', [(1, DropDocument())], '{"a": 1}\nc: 1\n'),
    ("JSON before YAML", '{"a": 1}\n---\nb: 1\n', [DropDocument()], "---\nb: 1\n"),
    ("an empty one", "# x\n", [DropDocument()], NO("the document is empty or cannot be read")),
)
def test_drop_document(before, edits, after):
    check(before, edits, after)


NEW = AddDocument({"kind": "X", "spec": {"a": ["b"]}})
WRITTEN = "---\nkind: X\nspec:\n  a:\n  - b\n"


@table(
    ("behind the only one", "a: 1\n", [NEW], "a: 1\n" + WRITTEN),
    ("without a last newline", "a: 1", [NEW], "a: 1\n" + WRITTEN.rstrip()),
    ("behind the first", "a: 1\n---\nb: 2\n", [NEW], "a: 1\n" + WRITTEN + "---\nb: 2\n"),
    ("behind the last", "a: 1\n---\nb: 2\n", [(1, NEW)], "a: 1\n---\nb: 2\n" + WRITTEN),
    ("two", "a: 1\n", [AddDocument({"z": 1}), AddDocument({"b": 1})], "a: 1\n---\nz: 1\n---\nb: 1\n"),
    ("the same twice", "a: 1\n", [NEW, NEW], "a: 1\n" + WRITTEN),
    ("with a change", "a: 1\n", [NEW, put("b", 2)], "a: 1\nb: 2\n" + WRITTEN),
    (
        "in the place of the first",
        "# licence\na: 1\n---\nb: 2\n",
        [NEW, DropDocument()],
        "# licence\n" + WRITTEN + "---\nb: 2\n",
    ),
    (
        "in the place of the first, without a header",
        "a: 1\n---\nb: 2\n",
        [NEW, DropDocument()],
        WRITTEN + "---\nb: 2\n",
    ),
    ("in the place of the last", "a: 1\n---\nb: 2\n", [(1, NEW), (1, DropDocument())], "a: 1\n" + WRITTEN),
    ("in the place of the only one", "a: 1\n", [NEW, DropDocument()], WRITTEN),
    (
        "in the document's habits",
        "a:\n    b: 1\n    c:\n      - 1\n",
        [NEW],
        "a:\n    b: 1\n    c:\n      - 1\n---\nkind: X\nspec:\n    a:\n      - b\n",
    ),
    ("behind the first of a text without a last newline", "a: 1\n---\nb: 2", [NEW], "a: 1\n" + WRITTEN + "---\nb: 2"),
    ("CRLF", "a: 1\r\n", [NEW], "a: 1\r\n" + WRITTEN.replace("\n", "\r\n")),
    ("behind ...", "a: 1\n...\n", [NEW], "a: 1\n...\n" + WRITTEN),
    ("JSON", '{"a": 1}\n', [NEW], '{"a": 1}\n{"kind": "X", "spec": {"a": ["b"]}}\n'),
    ("JSON without a last newline", '{"a": 1}', [NEW], '{"a": 1}\n{"kind": "X", "spec": {"a": ["b"]}}'),
    ("JSON on one line", '{"a": 1} {"b": 1}\n', [NEW], '{"a": 1}\n{"kind": "X", "spec": {"a": ["b"]}}\n {"b": 1}\n'),
    ("JSON in the middle", '{"a": 1}\n{"b": 1}\n', [NEW], '{"a": 1}\n{"kind": "X", "spec": {"a": ["b"]}}\n{"b": 1}\n'),
)
def test_add_document(before, edits, after):
    check(before, edits, after)


NAMED = AddDocument({"kind": "X", "metadata": {"name": "web"}, "b": 1})
THERE = "---\nkind: X\nmetadata:\n  name: web\nb: 1\n"
OTHER = "kind: X\nmetadata: {name: web}\nb: 2\n"


@table(
    ("by two documents", "a: 1\n---\nb: 2\n", [(0, NAMED), (1, NAMED)], "a: 1\n" + THERE + "---\nb: 2\n"),
    ("is there", "a: 1\n" + THERE, [NAMED, put("a", 2)], "a: 2\n" + THERE),
    ("is there otherwise", OTHER + "---\na: 1\n", [(1, NAMED)], NO("the file has X web already, and it says something else")),
    ("takes its place", "a: 1\n---\n" + OTHER, [(1, DropDocument()), (1, NAMED)], "a: 1\n" + THERE),
    ("in another namespace", "metadata: {name: web, namespace: shop}\nkind: X\n", [NAMED],
     "metadata: {name: web, namespace: shop}\nkind: X\n" + THERE),
    ("in another group", "apiVersion: a/v1\nkind: X\nmetadata: {name: web}\n", [NAMED],
     "apiVersion: a/v1\nkind: X\nmetadata: {name: web}\n" + THERE),
)  # fmt: skip
def test_a_document_is_added_once(before, edits, after):
    check(before, edits, after)


@table(
    (
        "a broken neighbour",
        "a: 1\n---\nb: [\n---\nc:\n  d: 1\n",
        [(0, put("a", 2)), (2, remove("c.d"))],
        "a: 2\n---\nb: [\n---\nc: {}\n",
    ),
    (
        "dropped text behind",
        "a: 1\n...\nb: [\n---\nc: 1\n",
        [put("a", 2), put("x", 1)],
        "a: 2\nx: 1\n...\nb: [\n---\nc: 1\n",
    ),
    ("a text that begins with ---", "--- # x\na: 1\n", [put("b", 2)], "--- # x\na: 1\nb: 2\n"),
    (
        "all documents at once",
        "a: 1\n---\na: 1\n---\na: 1\n",
        [(0, put("a", 2)), (1, remove("a")), (1, put("b", 1)), (2, rename("a", "b"))],
        "a: 2\n---\nb: 1\n---\nb: 1\n",
    ),
    ("the broken one itself", "a: 1\n---\nb: [\n", [(1, put("b", 1))], NO("the document is empty or cannot be read")),
    ("a value YAML cannot tell", "a: 1\n", [put("a", float("inf"))], NO(UNREAD)),
)
def test_other_documents(before, edits, after):
    check(before, edits, after)


# ---- many at once


DEPLOYMENT = """\
# licence
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    # specs of the instance
    k8s.aliyun.com/eci-use-specs: 2-4Gi  # why
spec:
  template:
    spec:
      # faster
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet

      containers:
      - name: web
        ports:
        - hostPort: 80 # x
          # about
          containerPort: 80
        - {hostPort: 81, containerPort: 81}
      - image: x
        name: log
        env: []
      volumes:
      - name: v
        hostPath:
          path: /x
"""
POD = "spec.template.spec"


def test_a_whole_deployment():
    found = edited(
        DEPLOYMENT,
        remove(f"{POD}.hostNetwork"),
        put(f"{POD}.dnsPolicy", "ClusterFirst"),
        remove(f"{POD}.containers[0].ports[0].hostPort"),
        remove(f"{POD}.containers[0].ports[1].hostPort"),
        insert(f"{POD}.containers[1].env", {"name": "TZ", "value": "on"}),
        remove(f"{POD}.volumes[0].hostPath"),
        put(f"{POD}.volumes[0].emptyDir", {}),
        move(
            'metadata.annotations["k8s.aliyun.com/eci-use-specs"]',
            'spec.template.metadata.annotations["k8s.aliyun.com/eci-use-specs"]',
        ),
        AddDocument({"kind": "Service"}),
    )
    assert (
        found
        == """\
# licence
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    metadata:
      annotations:
        # specs of the instance
        k8s.aliyun.com/eci-use-specs: 2-4Gi  # why
    spec:
      dnsPolicy: ClusterFirst

      containers:
      - name: web
        ports:
        - # about
          containerPort: 80
        - {containerPort: 81}
      - image: x
        name: log
        env:
        - name: TZ
          value: "on"
      volumes:
      - name: v
        emptyDir: {}
---
kind: Service
"""
    )


@table(
    ("set twice", "a: 1\n", [put("a", 2), put("a", 3)], NO(CLASH)),
    ("set alike twice", "a: 1\n", [put("a", 2), put("a", 2)], "a: 2\n"),
    ("a list and a mapping made at one place", "a: 1\n", [put("b.c", 2), insert("b", 1)], NO(CLASH)),
    ("set to 1 and to true", "a: 0\n", [put("a", 1), put("a", True)], NO(CLASH)),
    ("set and removed", "a: 1\n", [put("a", 2), remove("a")], NO(CLASH)),
    ("set below what goes", "a:\n  b: 1\nc: 2\n", [put("a.b", 2), remove("a")], NO(CLASH)),
    ("set far below what goes", "a:\n  b:\n    c: 1\n", [put("a.b.c", 2), remove("a")], NO(CLASH)),
    ("set below what is set", "a:\n  b: 1\n", [put("a.b", 2), put("a", 3)], NO(CLASH)),
    ("set below what is made", "a: 1\n", [put("b", {"c": 1}), put("b.d", 3)], NO(CLASH)),
    ("renamed and removed", "a: 1\nb: 2\n", [rename("a", "c"), remove("a")], NO(CLASH)),
    ("renamed to what is set", "a: 1\n", [rename("a", "c"), put("c", 2)], NO(CLASH)),
    ("renamed twice", "a: 1\n", [rename("a", "c"), rename("a", "d")], NO(CLASH)),
    ("inserted into what is set", "a: [1]\n", [insert("a", 2), put("a", [3])], NO(CLASH)),
    ("inserted into what goes", "a: [1]\nb: 1\n", [insert("a", 2), remove("a")], NO(CLASH)),
    ("moved and removed", "a: 1\nb: 1\n", [move("a", "c"), remove("a")], NO(CLASH)),
    ("moved twice", "a: 1\nb: 1\n", [move("a", "c"), move("a", "d")], NO(CLASH)),
    ("a mapping and a list made at one place", "a: 1\n", [insert("b", 1), put("b.c", 2)], NO(CLASH)),
)
def test_clashes(before, edits, after):
    check(before, edits, after)


def test_nothing_is_changed_by_a_refusal():
    documents = read("a: {b: [1]}\n")
    data = documents[0].data
    with pytest.raises(CannotEdit):
        lower.change("a: {b: [1]}\n", documents, {0: [put("a.b[0]", 2), put("a.c", 1), put("x.y", 1), remove("z")]})
    assert data == {"a": {"b": [1]}}


def test_thousands_of_edits_are_quick():
    count = 5_000
    keys = "".join(f"  k{i}: {i}\n" for i in range(count))
    items = "".join(f"- name: n{i}\n  value: {i}\n" for i in range(count))
    before = f"a:\n{keys}b:\n{items}c: 1\n"
    edits = [put(f"a.k{i}", "x") for i in range(0, count, 3)] + [remove(f"a.k{i}") for i in range(1, count, 3)]
    edits += [rename(f"a.k{i}", f"r{i}") for i in range(2, count, 3)] + [put(f"a.new{i}", i) for i in range(count)]
    edits += [remove(f"b[{i}].value") for i in range(0, count, 2)] + [remove(f"b[{i}]") for i in range(1, count, 2)]
    edits += [insert("b", i) for i in range(count)] + [insert(f"d.l{i}", i) for i in range(count)]
    start = time.process_time()
    found = edited(before, *edits)
    assert time.process_time() - start < 20  # two seconds, on a machine of today; what is quadratic takes minutes
    assert isinstance(found, str), str(found)
    assert found.startswith("a:\n  k0: x\n  r2: 2\n  k3: x\n")


def test_thousands_of_ignored_keys_are_quick():
    before = "a: 1\n" * 5_000
    start = time.process_time()
    assert edited(before, *[ignored(".", which) for which in range(4_999)]) == "a: 1\n"
    assert time.process_time() - start < 20


# ---- what is declared


def test_declare_leaves_the_old_data_alone():
    shared = {"x": [1]}
    data = {"a": shared, "b": shared, "c": [shared]}
    found = declare(data, [put("a.x[0]", 2), insert("b.x", 3), remove("c[0]"), put("d.e", 4)])
    assert found == {"a": {"x": [2]}, "b": {"x": [1, 3]}, "c": [], "d": {"e": 4}}
    assert data == {"a": {"x": [1]}, "b": {"x": [1]}, "c": [{"x": [1]}]}


def test_declare_counts_from_the_data_as_it_is():
    data = [{"a": 1, "b": {"c": 1}}, {"a": 2}, {"a": 3}]
    edits = [remove("[0].a"), put("[2].a", 4), remove("[1]"), rename("[0].b", "d"), remove("[0].b.c")]
    assert declare(data, edits) == [{"d": {}}, {"a": 4}]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (put(".", 1), "it is the whole document"),
        (put("a.x", 1), "x would stand in what is no mapping"),
        (put("c.x", 1), "x would stand in what is no mapping"),
        (put("c.x.y", 1), "x would stand in what is no mapping"),
        (put("c[1]", 1), "there is no such item"),
        (put("c[1].x", 1), "there is no such item"),
        (put("b[0]", 1), "there is no such item"),
        (put("b[0].x", 1), "there is no such item"),
        (insert("a", 1), "a is no list"),
        (insert("b", 1), "b is no list"),
        (insert("c[0]", 1), "0 is no list"),
        (move("a", "b"), "there is a b already"),
        (move("x", "y"), "there is no such place"),
        (remove("x"), "there is no such place"),
        (remove("b.x"), "there is no such place"),
        (remove("x.y"), "there is no such place"),
        (remove("a.x"), "there is no such place"),
        (remove("c[1]"), "there is no such item"),
        (rename("x", "y"), "there is no such place"),
        (rename("a", "b"), "there is a b already"),
    ],
)
def test_what_cannot_be_declared(edit, message):
    with pytest.raises(CannotEdit) as caught:
        declare({"a": 1, "b": {"d": 2}, "c": [3]}, [edit])
    assert str(caught.value) == message


def test_declare_makes_parents():
    data = {"a": None, "b": {"c": None}, "d": [{"e": None}]}
    edits = [put("a.x.y", 1), put("b.c.z", 2), insert("b.l", 3), insert("a.l", 4), put("d[0].e.f", 5), insert("d", 6)]
    assert declare(data, edits) == {
        "a": {"x": {"y": 1}, "l": [4]},
        "b": {"c": {"z": 2}, "l": [3]},
        "d": [{"e": {"f": 5}}, 6],
    }


@pytest.mark.parametrize(
    ("data", "edits", "paths"),
    [
        ({"labels": {"a": 1}, "b": 1}, [remove("labels.a")], [("labels",)]),
        ({"labels": {"a": 1, "b": 1}}, [remove("labels.a")], [("labels", "a")]),
        ({"data": {"a": 1}}, [remove("data.a")], [("data", "a")]),
        ({"env": [1, 2]}, [remove("env[0]"), remove("env[1]")], [("env",)]),
        ({"labels": {"a": 1}}, [remove("labels.a"), put("labels.b", 1)], [("labels", "a")]),
        ({"resources": {"limits": {"a": 1}}}, [remove("resources.limits.a")], [("resources",)]),
        ({"labels": {"a": 1}}, [move("labels.a", "x")], [("labels",)]),
        ({"labels": {"a": 1}, "b": 1}, [remove("labels.a"), move("b", "labels.b")], [("labels", "a"), ("b",)]),
        ({"a": 1, "x": {"labels": {"b": 1}}}, [remove("a"), remove("x.labels.b")], [("a",), ("x", "labels")]),
    ],
)
def test_removals(data, edits, paths):
    assert removals(data, edits) == paths


@pytest.mark.parametrize(
    ("parent", "leaves"),
    [
        ("metadata", "annotations.a labels.a finalizers[0] ownerReferences[0]"),
        ("spec", "nodeSelector.a tolerations[0] hostAliases[0] volumes[0] imagePullSecrets[0] initContainers[0]"),
        ("spec", "ephemeralContainers[0] topologySpreadConstraints[0] ports[0] dnsConfig.options[0]"),
        (
            "spec",
            "affinity.nodeAffinity.a affinity.podAffinity.a affinity.podAntiAffinity.a securityContext.sysctls[0]",
        ),
        ("spec.containers[0]", "env[0] envFrom[0] ports[0] volumeMounts[0] volumeDevices[0] resources.limits.a"),
        ("spec.containers[0]", "resources.requests.a securityContext.capabilities.add[0]"),
        ("spec.containers[0]", "securityContext.capabilities.drop[0]"),
        ("spec.volumes[0].flexVolume", "options.a"),
        (".", "parameters.a"),
    ],
)
def test_what_may_be_absent_goes_when_it_is_emptied(parent, leaves):
    """Each of these has `omitempty` in Kubernetes' own types."""
    for leaf in leaves.split():
        path = concrete(leaf if parent == "." else f"{parent}.{leaf}")
        kept = concrete(parent)
        data = 1
        for key in reversed(path):
            data = [data] if isinstance(key, int) else {key: data}
        assert removals(data, [Remove(path)]) == [path[: len(kept) + 1]]


def test_distinct():
    edits = [remove("a"), remove("a"), remove("a.b"), remove("a.b.c.d"), put("c", 1), put("c", 1), rename("d", "d")]
    assert distinct(edits) == [remove("a"), put("c", 1)]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        ("1", 1, False),
        (None, False, False),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({"a": [{"b": True}]}, {"a": [{"b": 1}]}, False),
    ],
)
def test_same(left, right, expected):
    assert same(left, right) is expected


# ---- splices


def test_apply():
    splices = [lower.Splice(4, 4, "x"), lower.Splice(0, 1, ""), lower.Splice(4, 4, "y"), lower.Splice(4, 5, "z")]
    assert lower.apply("abcdef", splices) == "bcdxyzf"


def test_removals_that_overlap_are_one():
    assert lower.apply("abcdef", [lower.Splice(1, 4, ""), lower.Splice(3, 5, ""), lower.Splice(2, 3, "")]) == "af"


@pytest.mark.parametrize("other", [lower.Splice(2, 4, "x"), lower.Splice(2, 2, "x"), lower.Splice(0, 2, "x")])
def test_splices_overlap(other):
    with pytest.raises(CannotEdit, match="two fixes touch the same characters"):
        lower.apply("abcdef", [lower.Splice(1, 3, ""), other])


def test_lower_gives_the_splices_in_order():
    (document,) = read("a: 1\nb: 2\nc: 3\n")
    splices = lower.lower(document, [put("d", 4), remove("c"), put("a", 5), put("e", 6)])
    assert splices == [lower.Splice(3, 4, "5"), lower.Splice(10, 15, ""), lower.Splice(15, 15, "d: 4\ne: 6\n")]


def test_splices_at_one_place_are_one():
    (document,) = read("a:\n  b: 1\n")
    splices = lower.lower(document, [put("c", 2), put("a.d", 3), AddDocument({"e": 4})])
    assert splices == [lower.Splice(10, 10, "  d: 3\nc: 2\n---\ne: 4\n")]


@pytest.mark.parametrize(
    "edit",
    [
        *(put("a[7]", 1), put("x[0].y", 1), put("b.c", 1)),
        *(remove("a[1]"), remove("a.b"), remove("a[0].b"), remove("b.c"), remove("b[0]"), remove("c[0]")),
    ],
)
def test_lower_refuses_by_itself(edit):
    """A preview has no proof behind it."""
    (document,) = read("a: [1]\nb: 1\nc: xyz\n")
    with pytest.raises(CannotEdit):
        lower.lower(document, [edit])


# ---- the proof


@pytest.mark.parametrize(
    ("before", "splice", "message"),
    [
        ("a: 1\nb: 2\n", lower.Splice(0, 5, ""), UNREAD),
        ("a: 1\nb: 2\n", lower.Splice(3, 4, "3"), UNREAD),
        ("a: 1\nb: 2\n", lower.Splice(3, 4, "'2'"), UNREAD),
        ("a: 1\nb: 2\n", lower.Splice(3, 4, "2\n---"), UNREAD),
        ("a: 1\nb: 2\n", lower.Splice(3, 4, "["), "the edited text would not read as YAML"),
        ('{"a": 1, "b": 2}', lower.Splice(1, 7, "a: 2"), "the edited text would not read as JSON"),
        ("a: 1\n---\nb: [\n", lower.Splice(3, 13, "2\n---\nb: 3"), "the edited text would not read as YAML"),
    ],
)
def test_what_went_wrong_is_not_written(monkeypatch, before, splice, message):
    monkeypatch.setattr(lower, "lower", lambda *_: [splice])
    with pytest.raises(CannotEdit) as caught:
        lower.change(before, read(before), {0: [put("a", 2)]})
    assert str(caught.value) == message


# ---- edits of several documents


def test_by_document():
    here, there = put("a", 1), put("b", 2)
    assert by_document([here, Elsewhere(2, there), Elsewhere(0, here)], 1) == {1: [here], 2: [there], 0: [here]}
    assert by_document([Elsewhere(1, there), here], 1) == {1: [there, here]}
