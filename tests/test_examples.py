"""Every rule file: its form, every example in it, and nonsense wherever it looks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import mutations
import pytest
from jsonschema import Draft202012Validator
from kit import NONSENSE, documents, places, put

from asklint import data, engine, library, run
from asklint.rule import TARGETS
from asklint.source import Source

FILES = library.files(data.root() / "rules")
HUGE = "x" * 3000
VALUES = (*NONSENSE, True, -1, 0.5, HUGE, {"x": None}, [None, {}, "x"])


@cache
def content(path: Path):
    return data.parse(path)


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((data.root() / "schemas/rule.schema.json").read_bytes()))


EXAMPLES = [
    pytest.param(path, number, id=f"{path.stem}-{example.get('name', number + 1)}")
    for path in FILES
    for number, example in enumerate(content(path)["examples"])
]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_schema_is_one():
    Draft202012Validator.check_schema(schema().schema)


@each_file
def test_file_is_as_the_schema_has_it(path):
    assert [f"{'/'.join(map(str, error.path))}: {error.message}" for error in schema().iter_errors(content(path))] == []


@each_file
def test_file_can_be_used(path):
    """As a user's would be: all names in it are there, paths and patterns can be read."""
    assert library.read(path).name == path.stem


@pytest.mark.parametrize(("path", "number"), EXAMPLES)
def test_example(path, number):
    rule = library.RuleFile(path.stem, path, {**content(path), "examples": [content(path)["examples"][number]]})
    assert [failure.problem for failure in library.examples(rule)] == []


@each_file
def test_examples_of_every_sort(path):
    """A bad one and a good one; an arrow in every bad one and in no good one."""
    examples = content(path)["examples"]
    assert {key for example in examples for key in ("bad", "good") if key in example} == {"bad", "good"}
    names = [example["name"] for example in examples if "name" in example]
    assert len(names) == len(set(names)), "two examples have one name"
    for example in examples:
        assert not library.ARROW.search(example.get("good", ""))
        assert "good" in example or library.ARROW.search(
            "\n".join([example["bad"], *example.get("files", {}).values()])
        )


@each_file
def test_fixes_are_shown(path):
    """A rule that says it mends has an example in which it does, one for each degree of safety."""
    spec = {**content(path), "category": path.parent.name}
    fixes = spec.get("fix", [])
    claimed = {fix["applicability"] for fix in (fixes if isinstance(fixes, list) else [fixes])} - {"suggestion"}
    shown = set()
    for example in spec["examples"]:
        if "fixed" in example:
            shown |= {one.fix.applicability for one in library.mended(path, example) if one.fix}
    assert claimed <= shown


# Rules whose tables have more cases than anyone would read examples of.
SAMPLED = {"daemonset", "hostpath-volume", "log-agents", "node-selector-custom", "privileged-sysctl-init"}
SAMPLED |= {"service-nodeport"}  # what it says of a port that two Services claim stands on the line of another word


@each_file
def test_cases_and_fixes_are_shown(path):
    """Each case of the message and each fix is met in an example."""
    if path.stem in SAMPLED:
        return
    spec = content(path)
    shown = mutations.shown(library.RuleFile(path.stem, path, spec))
    fixes = spec.get("fix", [])
    titles = {fix["title"] for fix in (fixes if isinstance(fixes, list) else [fixes])}
    cases = set(spec["message"]) if isinstance(spec["message"], dict) else set()
    assert titles - {title for *_, title in shown} == set(), "no example shows this fix"
    assert cases - {case for _, case, _ in shown} == set(), "no example shows this case"


@cache
def setup(path: Path, target: str, options: str = "{}") -> engine.Setup:
    """This rule alone."""
    return run.setup(run.Plan(target, select=(path.stem,), options={path.stem: json.loads(options)}))


@each_file
def test_survives_nonsense(path):
    """In every place of its examples, which go through every path that it names, on every target, with their options."""
    seen = set()
    for index, example in enumerate(content(path)["examples"]):
        options = json.dumps(example.get("options", {}))
        if index > 3 and options == "{}":
            continue
        for whole in documents(library.bare(example.get("bad", example.get("good")))):
            for number, place in enumerate(places(whole)):
                if (place, options) in seen or any(isinstance(key, int) and key > 1 for key in place):
                    continue
                seen.add((place, options))
                for value in VALUES:
                    text = json.dumps(put(whole, place, value))
                    engine.fix(Source("a.json", text), setup(path, TARGETS[number % 3], options), unsafe=True)


@each_file
def test_speaks_both_languages(path):
    """With the same words to fill in, and the same cases."""
    spec = content(path)
    if "zh" not in spec:
        pytest.skip("it has no Chinese yet")
    assert spec.get("related", {}).keys() == spec["zh"].get("related", {}).keys()
    assert spec.get("options", {}).keys() == spec["zh"].get("options", {}).keys()
    message, chinese = spec["message"], spec["zh"]["message"]
    assert isinstance(message, dict) == isinstance(chinese, dict)
    for case in message if isinstance(message, dict) else ("",):
        english = message[case] if case else message
        other = chinese[case] if case else chinese
        assert set(library.FIELD.findall(other)) <= set(library.FIELD.findall(english)) | {
            "path",
            "value",
            "name",
            "kind",
        }
