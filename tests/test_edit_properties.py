"""Edits of any text: refused, or made as declared, with everything else left as it was.

HYPOTHESIS_PROFILE=long takes twenty times as many examples.
"""

from __future__ import annotations

import copy
import io
import json
import os
import re
from collections import Counter

import yaml_edit
from author import KEYS, Author
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from asklint import lower
from asklint.edit import (
    OPTIONAL,
    AddDocument,
    CannotEdit,
    DropDocument,
    Insert,
    Move,
    Remove,
    RemoveIgnored,
    Rename,
    Set,
    same,
)
from asklint.path import get
from asklint.tree import Mapping, Sequence, read, walk

many = settings(
    max_examples=int(os.environ.get("EXAMPLES", "0"))
    or (6_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 300),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    deadline=None,
)

# ---- texts as people write them


@st.composite
def manifests(draw):
    author = Author(lambda *options: draw(st.sampled_from(options)))
    return author.text([author.document] * author.choose(1, 1, 1, 2, 3))


# ---- edits of what is there

VALUES = st.sampled_from(
    [
        "x", "on", "0644", "a: b", "é", "it's", 'q"', "a\nb\n", "# c", "", 7, -1, 1.5, True, None, {}, [],
        {"a": "b"}, {"a": {"b": ["c", {"d": 1}]}}, ["x", {"y": "z", "w": [1]}], [["n"], []],
    ],
)  # fmt: skip


def edits_of(draw, document):
    nodes = list(walk(document.root))
    paths = [path for path, _ in nodes if path]
    entries = [path for path in paths if isinstance(path[-1], str)]
    mappings = [path for path, node in nodes if isinstance(node.data, dict)]
    lists = [path for path, node in nodes if path and isinstance(node.data, list)]
    keys = st.sampled_from(["new", "on", "labels", "a b", "metadata", "env"])
    kinds = [st.builds(Set, st.builds(lambda path, key: (*path, key), st.sampled_from(mappings), keys), VALUES)]
    if paths:
        kinds += [st.builds(Remove, st.sampled_from(paths))] * 3
        kinds.append(st.builds(Set, st.sampled_from(paths), VALUES))
    if entries:
        kinds.append(st.builds(Rename, st.sampled_from(entries), keys))
        to = st.builds(lambda path, key: (*path, key), st.sampled_from(mappings), keys)
        kinds.append(st.builds(Move, st.sampled_from(entries), to))
    if lists:
        kinds.append(st.builds(Insert, st.sampled_from(lists), VALUES))
    kinds.append(st.builds(Insert, st.builds(lambda path: (*path, "list"), st.sampled_from(mappings)), VALUES))
    for mapping, index in document.duplicates:
        path = document.path_of(mapping)
        if path is not None:
            kinds.append(st.just(RemoveIgnored(path, index)))
    if draw(st.integers(0, 9)) == 0:
        kinds = [st.just(DropDocument()), st.builds(AddDocument, st.just({"kind": "X", "on": ["a"]}))]
    return draw(st.one_of(kinds))


@st.composite
def texts_and_edits(draw):
    text = draw(manifests())
    documents = read(text)
    live = [index for index, document in enumerate(documents) if isinstance(document.data, dict)]
    assume(live)
    edits = {}
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        index = draw(st.sampled_from(live))
        edits.setdefault(index, []).append(edits_of(draw, documents[index]))
    return text, documents, edits


def made(text, documents, edits):
    """The new text; None where the edits are refused."""
    try:
        new, _ = lower.change(text, documents, edits)
    except CannotEdit as refusal:
        event(f"refused: {re.sub(r'[*&][a-z0-9]+|a .* already|^[^ ]+ is no', '…', str(refusal))}")
        return None
    event("made")
    return new


# ---- the same edits made on plain data, in another way than edit.declare does


def expected(data, edits):
    before, data, gone = copy.deepcopy(data), copy.deepcopy(data), []

    def parent(path):
        here = data
        for key in path[:-1]:
            if isinstance(here, dict) and here.get(key) is None:
                here[key] = {}
            here = here[key]
        return here

    for edit in edits:
        if isinstance(edit, Set):
            parent(edit.path)[edit.path[-1]] = edit.value
        elif isinstance(edit, Insert):
            here = parent(edit.path)
            here[edit.path[-1]] = [*(here.get(edit.path[-1]) or [] if isinstance(here, dict) else here[edit.path[-1]])]
            here[edit.path[-1]].append(edit.value)
        elif isinstance(edit, Move):
            parent(edit.to)[edit.to[-1]] = get(before, edit.path)
            gone.append(edit.path)
        elif isinstance(edit, Remove):
            gone.append(edit.path)
    filled = [
        edit.to if isinstance(edit, Move) else edit.path for edit in edits if isinstance(edit, Set | Insert | Move)
    ]
    gone = goes_with(before, gone, filled)
    for path in sorted(gone, key=lambda path: [(isinstance(key, str), key) for key in path], reverse=True):
        del parent(path)[path[-1]]
    for edit in sorted((edit for edit in edits if isinstance(edit, Rename)), key=lambda edit: -len(edit.path)):
        here = get(data, edit.path[:-1])
        here[edit.key] = here.pop(edit.path[-1])
    return data


def goes_with(data, gone, filled):
    """`gone` and the parents that go with it."""
    gone = {path for path in gone if not any(path[:length] in gone for length in range(len(path)))}
    for path in sorted(gone, key=len, reverse=True):
        while len(path) > 1 and path[-2] in OPTIONAL:
            path = path[:-1]
            here = get(data, path)
            keys = here if isinstance(here, dict) else range(len(here))
            if any((*path, key) not in gone for key in keys) or any(one[: len(path)] == path for one in filled):
                break
            gone = {one for one in gone if one[:-1] != path} | {path}
    return gone


def unlike(edits):
    """`edits` without those that say what another one has said."""
    return list({repr(edit): edit for edit in edits}.values())


@many
@given(texts_and_edits())
def test_an_edit_is_refused_or_right(case):
    text, documents, edits = case
    new = made(text, documents, edits)
    if new is not None:
        reads_as_declared(documents, edits, new)
        nothing_else_changes(text, documents, edits, new)
        comments_survive(text, documents, edits, new)
        a_second_time_changes_nothing(edits, new)
        other_readers_agree(text, documents, new)


def reads_as_declared(documents, edits, new):
    if sum(map(len, edits.values())) > 1 and any(isinstance(edit, Rename) for mine in edits.values() for edit in mine):
        return  # `expected` makes one edit after the other, and would not find the others' paths
    wanted = []
    for index, document in enumerate(documents):
        mine = unlike(edits.get(index, []))
        if document.data is not None and not any(isinstance(edit, DropDocument) for edit in mine):
            wanted.append(expected(document.data, mine))
        wanted += [edit.value for edit in mine if isinstance(edit, AddDocument)]
    assert same([document.data for document in read(new) if document.data is not None], wanted)


# ---- all else stays


def nothing_else_changes(text, documents, edits, new):
    splices = [splice for index, mine in edits.items() for splice in lower.lower(documents[index], mine)]
    assert lower.apply(text, splices) == new
    kept = list(text)
    for splice in splices:
        kept[splice.start : splice.end] = [""] * (splice.end - splice.start)
    rest = iter(new)
    assert all(letter in rest for letter in "".join(kept)), "characters outside the splices are gone"
    if not any(isinstance(edit, DropDocument | AddDocument) for mine in edits.values() for edit in mine):
        # where the last line of a text without a last newline goes, a blank line may be the last
        assert text.endswith("\n") == new.endswith("\n") or re.search(r"\n\s*\n", text)
    assert new.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r\n" in text:
        assert "\n" not in new.replace("\r\n", "")


NUMBERED = re.compile(r"# (\d+)\b")


def comments_survive(text, documents, edits, new):
    """A comment goes with what goes; it stands within it, or in the same row of comment lines above or below."""
    places = spans(text, documents)
    before, after = Counter(NUMBERED.findall(outside(text, places))), Counter(NUMBERED.findall(new))
    allowed = {number for span in going(documents, edits) for number in near(text, span)}
    for number in before:
        assert after[number] == before[number] or number in allowed, f"comment {number} is lost"
        assert after[number] <= before[number], f"comment {number} is there twice"


def spans(text, documents):
    """Where quoted and block scalars stand: what looks like a comment in them is none."""
    return [
        (node.start, node.end)
        for document in documents
        for _, node in walk(document.root)
        if getattr(node, "style", "")
    ]


def outside(text, places):
    for start, end in places:
        text = text[:start] + "." * (end - start) + text[end:]
    return text


def going(documents, edits):
    """The places of what goes or is replaced by something else."""
    for index, mine in edits.items():
        document = documents[index]
        if any(isinstance(edit, DropDocument) for edit in mine):
            yield document.start - 10, document.end
        removed = [edit.path for edit in mine if isinstance(edit, Remove)]
        moved = [edit.path for edit in mine if isinstance(edit, Move)]
        filled = [edit.path for edit in mine if isinstance(edit, Set | Insert)] + [
            e.to for e in mine if isinstance(e, Move)
        ]
        with_parents = goes_with(document.data, removed + moved, filled)
        paths = [path for path in with_parents if path not in moved] + [
            edit.path for edit in mine if isinstance(edit, Set)
        ]
        for path in paths:
            try:
                entry, node = document.trail(path)[-1]
            except KeyError:
                continue
            yield (entry.key.start if entry is not None else node.start), node.end
        for edit in mine:
            if isinstance(edit, RemoveIgnored):
                mapping = document.trail(edit.path)[-1][1]
                yield mapping.entries[edit.which].key.start, mapping.entries[edit.which].value.end
        for path in with_parents:  # what another entry of the same key says goes as well
            mapping = document.trail(path[:-1])[-1][1]
            for entry in getattr(mapping, "entries", ()):
                if entry.name == path[-1]:
                    yield entry.key.start, max(entry.key.end, entry.value.end)


def near(text, span):
    """The numbers of the comments in the lines of `span`, and in the comment lines next to it."""
    lines = text.split("\n")
    first, last = text.count("\n", 0, max(span[0], 0)), text.count("\n", 0, span[1])
    while first > 0 and (lines[first - 1].lstrip(" \ufeff").startswith("#") or lines[first - 1].strip() == "-"):
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].lstrip().startswith("#"):
        last += 1
    return NUMBERED.findall("\n".join(lines[first : last + 1]))


def a_second_time_changes_nothing(edits, new):
    if all(isinstance(edit, Set) for mine in edits.values() for edit in mine):
        assert lower.change(new, read(new), edits)[0] == new


# ---- second opinions


def shape(value):
    """What all readers agree on: keys and lists; a string that another reader takes for a number is any scalar."""
    if isinstance(value, dict):
        return {str(key).lower(): shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else "…"


def through_ruamel(text):
    yaml = YAML(typ="rt")
    yaml.version = (1, 1)
    try:
        return [
            shape(json_like(one)) for one in yaml.load_all(io.StringIO(text.removeprefix("\ufeff"))) if one is not None
        ]
    except (YAMLError, ValueError, TypeError, AssertionError):
        return None


def json_like(value):
    """ruamel's own mappings and lists as plain ones, merges resolved."""
    if hasattr(value, "items"):
        return {key: json_like(item) for key, item in value.items()}
    return [json_like(item) for item in value] if isinstance(value, list) else value


def through_yaml_edit(text):
    try:
        documents = yaml_edit.YamlFile.parse(text.removeprefix("\ufeff")).documents()
        return [shape(one.to_python()) for one in documents if one.to_python() is not None]
    except (yaml_edit.YamlError, ValueError, TypeError):
        return None


def other_readers_agree(text, documents, new):
    old_shape = [shape(document.data) for document in documents if document.data is not None]
    new_shape = [shape(document.data) for document in read(new) if document.data is not None]
    for reader in (through_ruamel, through_yaml_edit):
        if reader(text) == old_shape:
            event(f"{reader.__name__} agreed before")
            assert reader(new) == new_shape, reader.__name__


# ---- JSON

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab"\\# é😀\x7f\u2028', max_size=4)
OBJECTS = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    min_size=1,
    max_size=4,
)


@many
@given(st.data())
def test_json_stays_json(data):
    value = data.draw(OBJECTS)
    separators = data.draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")]))
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 2, 4])), separators=separators)
    text += data.draw(st.sampled_from(["", "\n"]))
    documents = read(text)
    edit = edits_of(data.draw, documents[0])
    assume(not isinstance(edit, DropDocument | AddDocument))
    new = made(text, documents, {0: [edit]})
    if new is not None:
        assert same(json.loads(new), expected(value, [edit]))
        assert text.endswith("\n") == new.endswith("\n")


def test_the_author_writes_all_styles():
    """What the properties are asked of: else they would hold of nothing."""
    found = Counter()

    @settings(max_examples=200, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(manifests())
    def look(text):
        documents = read(text)
        found["broken"] += any(document.problem is not None for document in documents)
        found["read"] += all(document.problem is None for document in documents)
        found["many documents"] += len(documents) > 2
        found["CRLF"] += "\r\n" in text
        found["comment"] += "# 1" in text
        found["alias"] += any(document.aliases for document in documents)
        found["duplicate"] += any(document.duplicates for document in documents)
        for document in documents:
            for _, node in walk(document.root):
                found[f"style {getattr(node, 'style', '')}"] += 1
                found["flow"] += isinstance(node, Mapping | Sequence) and node.flow
                found["list"] += isinstance(node, Sequence) and not node.flow

    look()
    assert found["read"] > 4 * found["broken"]
    for what in (
        "many documents",
        "CRLF",
        "comment",
        "alias",
        "duplicate",
        "flow",
        "list",
        *(f"style {s}" for s in "'\"|>"),
    ):
        assert found[what] > 5, (what, found)
