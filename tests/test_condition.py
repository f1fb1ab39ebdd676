"""`is` of a rule says of a value what JSON Schema says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from asklint.condition import compile_condition


@pytest.mark.parametrize(
    ("spec", "fitting", "others"),
    [
        (None, [None, 0, "", [], {}], []),
        ({}, [None, 0, "", [], {}], []),
        ({"const": True}, [True], [1, "true", None, False]),
        ({"const": 1}, [1], [True, "1", 1.5]),
        ({"const": "1"}, ["1"], [1]),
        ({"enum": ["a", 1, None]}, ["a", 1, None], ["b", True, 0]),
        ({"enum": []}, [], [None, 1]),
        ({"type": "string"}, ["", "a"], [1, None, True, [], {}]),
        ({"type": "integer"}, [0, -1], [True, 1.5, "1", None]),
        ({"type": "number"}, [0, 1.5], [True, "1"]),
        ({"type": "boolean"}, [True, False], [0, 1, "true"]),
        ({"type": ["object", "array"]}, [{}, []], [None, "", 0]),
        ({"type": "null"}, [None], [0, "", False]),
        ({"pattern": "^a+$"}, ["a", "aa"], ["b", "", 1, None, ["a"]]),
        ({"pattern": "b"}, ["abc"], ["a"]),  # anywhere
        ({"minimum": 2}, [2, 3, 2.5], [1, True, "3", None]),
        ({"maximum": 2}, [2, 1, -1.5], [3, "1", False]),
        ({"minimum": 1, "maximum": 2}, [1, 2], [0, 3]),
        ({"required": ["a", "b"]}, [{"a": 1, "b": 0}], [{"a": 1}, {"a": 1, "b": None}, [], None]),
        ({"properties": {"a": {"const": 1}}}, [{}, {"a": 1}, {"b": 2}], [{"a": 2}, [], None]),
        (
            {"properties": {"a": {"const": 1}, "b": {"const": 2}}},
            [{"a": 1, "b": 2}, {"b": 2}],
            [{"a": 1, "b": 3}, {"a": 3}],
        ),
        ({"properties": {"a": {"properties": {"b": {"const": 1}}}}}, [{"a": {"b": 1}}], [{"a": {"b": 2}}, {"a": 1}]),
        ({"not": {"const": 1}}, [2, None], [1]),
        ({"not": {"not": {"type": "string"}}}, ["a"], [1]),
        ({"anyOf": [{"const": 1}, {"type": "string"}]}, [1, "a"], [2, None]),
        ({"type": "string", "not": {"enum": ["a"]}}, ["b"], ["a", 1]),
    ],
    ids=str,
)
def test_says(spec, fitting, others):
    fits = compile_condition(spec)
    assert [value for value in fitting if not fits(value)] == []
    assert [value for value in others if fits(value)] == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"minLength": 1}, "'minLength' is no condition; known are const, enum, type,"),
        ({"const": 1, "maxItems": 1, "format": "x"}, "'format' is no condition"),
        ({"not": {"if": {}}}, "'if' is no condition"),
        ({"anyOf": [{"const": 1}, {"oneOf": []}]}, "'oneOf' is no condition"),
        ({"properties": {"a": {"items": {}}}}, "'items' is no condition"),
        ({"type": ["string", "text", "float"]}, "'float' is no type; known are string, number,"),
        ({"type": "float"}, "'float' is no type; known are string, number,"),
        ({"type": ["string", "int"]}, "'int' is no type"),
        ({"pattern": "["}, "'[' is no pattern: unterminated character set"),
    ],
    ids=str,
)
def test_unknown_words_are_refused(spec, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        compile_condition(spec)


SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "aa", "1"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
)
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "object", "array", "null"])
SPECS = st.recursive(
    st.fixed_dictionaries({"const": SCALARS})
    | st.fixed_dictionaries({"enum": st.lists(SCALARS, max_size=3)})
    | st.fixed_dictionaries({"type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True)}),
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)})
    ),
    max_leaves=4,
)


@given(SPECS, VALUES)
def test_agrees_with_jsonschema(spec, value):
    """For all words but those that also want a type here: a number for minimum, a mapping for properties…"""
    assert compile_condition(spec)(value) == Draft202012Validator(spec).is_valid(value)
