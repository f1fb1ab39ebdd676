"""One file of rules/: what it asks, says and mends; and what is wrong with one that cannot be used."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from kit import asklint, scene
from test_config import RED, RULE

from asklint import engine, library
from asklint.edit import Set
from asklint.finding import Fix, Hit
from asklint.report import pages
from asklint.resource import objects
from asklint.rule import Rule, RuleError, fill, load, place_of, places
from asklint.source import Source
from asklint.tree import read

BASE = {
    "category": "test",
    "title": "A test",
    "targets": {
        "ask": {"status": "unsupported", "severity": "error", "confidence": "documented", "sources": ["b"]},
        "eci": {"status": "supported", "confidence": "documented", "sources": []},
        "acs": {"status": "limited", "severity": "info", "confidence": "documented", "sources": []},
    },
    "sources": {"a": {"url": "https://example.com/a"}, "b": {"url": "https://example.com/b"}},
    "scope": "any",
    "message": "{path} is {value} in {kind} {name}",
}


def rule(target: str = "ask", lang: str = "en", **changes: object) -> Rule:
    return Rule("test", {**BASE, **changes}, target, {}, lang)


def said(one: Rule, text: str, **options: object) -> list[tuple[int, str]]:
    setup = engine.Setup([one], {"test": options})
    return [(found.place.line, found.message) for found in engine.check(Source("a.yaml", text), setup).findings]


def mended(one: Rule, text: str, **options: object) -> str:
    return engine.fix(Source("a.yaml", text), engine.Setup([one], {"test": options}), unsafe=True).text


POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  a: 1
  list:
    - {b: 2, name: x}
    - {b: 3, e: 4}
    - c: 2
"""


# ---- asking


@pytest.mark.parametrize(
    ("forbid", "lines"),
    [
        ({"at": "spec.a"}, [6]),
        ({"at": "spec.a", "is": {"const": 1}}, [6]),
        ({"at": "spec.a", "is": {"const": 2}}, []),
        ({"at": ["spec.a", "spec.list[*].b"]}, [6, 8, 9]),
        ({"at": "spec.list[*].(b|c)", "is": {"const": 2}}, [8, 10]),
        ({"at": "spec.none"}, []),
        ({"at": "spec.a.b"}, []),
        ({"at": "spec.a[*]"}, []),
        ({"at": "spec.list[1]"}, [9]),
        ({"at": "."}, [1]),
    ],
    ids=str,
)
def test_forbid(forbid, lines):
    assert [line for line, _ in said(rule(forbid=forbid), POD)] == lines


def test_forbid_passes_over_null():
    assert said(rule(forbid={"at": "spec.a"}), POD.replace("a: 1", "a: null")) == []


@pytest.mark.parametrize(
    ("require", "lines"),
    [
        ({"at": "spec.a"}, []),
        ({"at": "spec.a", "is": {"const": 2}}, [6]),
        ({"at": "spec.none"}, [5]),  # the deepest key that is there
        ({"at": "spec.none.deeper"}, [5]),
        ({"at": "spec.list[*].b"}, [10]),
        ({"at": "spec.list[*].(b|c)"}, []),
        ({"at": "spec.list[*].b", "is": {"const": 2}}, [9, 10]),
        ({"at": "status.x"}, [1]),
        ({"at": "spec.a.b"}, [6]),
        ({"at": "spec.a[*].b"}, []),
    ],
    ids=str,
)
def test_require(require, lines):
    assert [line for line, _ in said(rule(require=require), POD)] == lines


def test_require_in_a_pod_tells_what_is_missing():
    deployment = "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {a: 1}}}\n"
    (document,) = read(deployment)
    (pod,) = next(iter(objects(document))).pods
    one = rule(scope="pod", require={"at": ["b", "a"], "is": {"const": 2}})
    root = ("spec", "template", "spec")
    assert list(one.hits(pod, {})) == [Hit(root, missing=True), Hit((*root, "a"))]


@pytest.mark.parametrize("verb", ["forbid", "require"])
def test_unless(verb):
    spec = {verb: {"at": "spec.a", "is": {"const": 1 if verb == "forbid" else 2}, "unless": "fine"}}
    one = rule(options={"fine": {"default": False}}, **spec)
    assert len(said(one, POD)) == 1
    assert said(one, POD, fine=True) == []


def test_scope():
    deployment = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  a: 1\n  template:\n    spec:\n      a: 1\n"
    forbid = {"at": "a"}
    assert [line for line, _ in said(rule(scope="pod", forbid=forbid), deployment)] == [7]
    assert [line for line, _ in said(rule(scope="any", forbid={"at": "spec.a"}), deployment)] == [4]
    assert [line for line, _ in said(rule(scope=["Deployment.apps"], forbid={"at": "spec.a"}), deployment)] == [4]
    assert said(rule(scope=["Deployment"], forbid={"at": "spec.a"}), deployment) == []
    assert said(rule(scope=["Pod"], forbid={"at": "spec.a"}), deployment) == []
    assert [line for line, _ in said(rule(scope=["pod", "Deployment.apps"], forbid=forbid), deployment)] == [7]
    assert [line for line, _ in said(rule(scope="text", forbid={"at": "spec.a"}), deployment)] == [4]
    assert said(rule(scope="text", require={"at": "a"}), "kind: A\napiVersion: v1\nb: [\n") == [(1, " is null in  ")]


def test_targets_and_severities():
    assert rule("ask", forbid={"at": "a"}).severity == "error"
    assert rule("eci", forbid={"at": "a"}).severity is None
    assert rule("acs", forbid={"at": "a"}).severity == "info"
    spec = {**BASE, "forbid": {"at": "a"}}
    for target, names in (("ask", ["b"]), ("eci", []), ("acs", ["b"])):
        assert [one.name for one in load({"rules": {"b": spec}, "schemas": {}}, target)] == names
    (changed,) = load({"rules": {"b": spec}, "schemas": {}}, "ask", severities={"b": "warning", "c": "info"})
    assert changed.severity == "warning"


@pytest.mark.parametrize("status", ["supported", "unknown"])
def test_what_is_supported_or_unknown_is_silent(status):
    targets = {**BASE["targets"], "ask": {**BASE["targets"]["ask"], "status": status}}
    assert rule(targets=targets, forbid={"at": "a"}).severity is None


def test_rules_come_by_name():
    spec = {**BASE, "forbid": {"at": "a"}}
    assert [one.name for one in load({"rules": {"b": spec, "a": spec}, "schemas": {}}, "ask")] == ["a", "b"]


def test_a_rule_that_cannot_be_made_is_named():
    with pytest.raises(RuleError, match=r"^rule b: 'title'$"):
        load({"rules": {"b": {key: value for key, value in BASE.items() if key != "title"}}, "schemas": {}}, "ask")


def test_a_case_may_say_less_than_the_rule_and_not_more():
    loud = rule("ask", forbid={"at": "a"}, severities={"mild": "info", "bad": "error"})
    assert [loud.severity_of(Hit(("a",), case)) for case in ("", "mild", "bad")] == ["error", "info", "error"]
    quiet = rule("acs", forbid={"at": "a"}, severities={"mild": "warning"})
    assert quiet.severity_of(Hit(("a",), "mild")) == "info"


def test_kinds_are_the_names_that_are_no_words():
    one = rule(scope=["text", "suppression", "any", "pod", "Service"], forbid={"at": "a"})
    assert one.kinds == {"Service"}
    assert (one.of_text, one.of_suppressions, one.of_any, one.of_pods) == (True, True, True, True)


def test_instead_of():
    assert rule(forbid={"at": "a"}, **{"instead-of": ["daemonset"]}).instead_of == {"daemonset"}
    assert rule(forbid={"at": "a"}).instead_of == frozenset()


def test_a_rule_across_files_asks_its_module(monkeypatch):
    """Of its parameters all but the module's name; of its options the config's over the rule's own."""
    asked = []
    module = ModuleType("asklint.checks.house")
    module.collect = lambda *words: asked.append(words) or iter("fact")
    module.conclude = lambda *words: asked.append(words) or iter("conclusion")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    python = {"across": "house", "whole": True, "table": {"schema": "rows"}, "least": 3}
    options = {"size": {"default": 1}, "zone": {"default": "a"}}
    one = Rule("test", {**BASE, "python": python, "options": options}, "ask", {"rows": ["x"]}, "en")
    assert one.whole
    assert not rule(python={"across": "house"}).whole
    assert "".join(one.collect("subject", {"size": 2})) == "fact"
    assert "".join(one.conclude(["facts"], {"zone": "b"})) == "conclusion"
    params = {"whole": True, "table": ["x"], "least": 3}
    assert asked == [
        ("subject", params, {"size": 2, "zone": "a"}, "ask"),
        (["facts"], params, {"size": 1, "zone": "b"}, "ask"),
    ]
    assert list(one.hits("subject", {})) == []
    alone = rule(forbid={"at": "a"})
    assert (list(alone.collect("subject", {})), list(alone.conclude([], {}))) == ([], [])


def test_a_check_is_given_the_parameters_of_its_rule(monkeypatch):
    asked = []
    module = ModuleType("asklint.checks.house")
    module.check = lambda *words: asked.append(words) or iter("hit")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    one = rule(python={"check": "house", "least": 3}, options={"zone": {"default": "a"}})
    assert "".join(one.hits("subject", {})) == "hit"
    assert asked == [("subject", {"least": 3}, {"zone": "a"}, "ask")]


def test_source_is_the_one_of_the_target():
    assert rule("ask", forbid={"at": "a"}).source == "https://example.com/b"
    assert rule("acs", forbid={"at": "a"}).source == "https://example.com/a"
    assert (
        rule(sources={}, targets={"ask": {**BASE["targets"]["ask"], "sources": []}}, forbid={"at": "a"}).source is None
    )


def test_a_pod_on_a_node_of_ones_own_is_not_asked_on_eci():
    daemonset = "apiVersion: apps/v1\nkind: DaemonSet\nspec: {template: {spec: {a: 1}}}\n"
    spec = {"targets": {**BASE["targets"], "eci": BASE["targets"]["ask"]}, "forbid": {"at": "a"}, "scope": "pod"}
    assert len(said(rule("ask", **spec), daemonset)) == 1
    assert said(rule("eci", **spec), daemonset) == []


# ---- saying


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1", "1"),
        ("'1'", "1"),
        ("yes", "true"),
        ("no", "false"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 57 + "…"),
        ("{x: 1}", "{…}"),
        ("[1]", "[…]"),
        ('"a\\nb"', "a\\nb"),
        ("x" * 100, "x" * 57 + "…"),
        ("'{path} {x}'", "{path} {x}"),  # what fills a brace is not filled again
    ],
)
def test_message(value, shown):
    text = POD.replace("a: 1", f"a: {value}")
    assert said(rule(forbid={"at": "spec.a"}), text) == [(6, f"spec.a is {shown} in Pod web")]


def test_message_names_list_items_by_name():
    assert [message for _, message in said(rule(forbid={"at": "spec.list[*].b"}), POD)] == [
        "spec.list[x].b is 2 in Pod web",
        "spec.list[1].b is 3 in Pod web",
    ]


def test_message_with_a_name_that_is_none():
    text = POD.replace("name: web", "name: {a: b}")
    assert said(rule(forbid={"at": "spec.a"}), text) == [(6, "spec.a is 1 in Pod {…}")]


def test_message_in_chinese():
    spec = {"forbid": {"at": "spec.a"}, "zh": {"title": "测试", "message": "{path} 是 {value}", "why": ""}}
    assert said(rule(lang="zh", **spec), POD) == [(6, "spec.a 是 1")]


def test_second_places_without_words_in_chinese_speak_english():
    zh = {"title": "测试", "message": "", "why": "", "related": {"two": "二"}}
    spec = {"forbid": {"at": "spec.a"}, "related": {"one": "1", "two": "2"}, "zh": zh}
    assert rule(**spec).related == {"one": "1", "two": "2"}
    assert rule(lang="zh", **spec).related == {"one": "1", "two": "二"}
    assert said(rule(lang="en", **spec), POD) == [(6, "spec.a is 1 in Pod web")]


ZH = {"title": "测试", "message": "{path}", "why": ""}


@pytest.mark.parametrize(
    ("zh", "titles", "caveats"),
    [
        ({"fix": ["一", "二"], "caveat": ["甲", "乙"]}, ["一", "二", "three"], ["甲", None, "mind"]),
        ({"fix": ["一", ""], "caveat": ["", "", "丙"]}, ["一", "two", "three"], ["mind", None, "丙"]),
        ({"fix": "一", "caveat": "甲"}, ["一", "一", "一"], ["甲", None, "甲"]),
        ({}, ["one", "two", "three"], ["mind", None, "mind"]),
    ],
)
def test_fixes_in_chinese(zh, titles, caveats):
    """One sentence for all or one for each; what is not said in Chinese is said in English."""
    fix = [{**FIX, "title": "one", "caveat": "mind"}, {"applicability": "safe", "title": "two"}]
    spec = {"forbid": {"at": "a"}, "fix": [*fix, {**fix[0], "title": "three"}], "zh": {**ZH, **zh}}
    assert [one.title for one in rule(lang="zh", **spec).remedies] == titles
    assert [one.caveat for one in rule(lang="zh", **spec).remedies] == caveats
    assert [one.title for one in rule(lang="en", **spec).remedies] == ["one", "two", "three"]


def test_the_page_says_of_fixes_what_findings_say():
    """A Chinese caveat for all fixes is none of the fix that has no caveat; targets are named where they are not all."""
    fix = [{**FIX, "caveat": "mind"}, {"applicability": "safe", "title": "two", "targets": ["ask", "acs"]}]
    zh = {**ZH, "fix": ["一", "二"], "caveat": "甲"}
    spec = {**BASE, "why": "", "sources": {}, "fix": fix, "examples": [], "zh": zh}
    assert "\n- unsafe: 一。甲\n- safe (ask, acs): 二\n" in pages.rule("test", spec, "zh")
    assert f"\n- unsafe: {FIX['title']}. Mind\n- safe (ask, acs): two\n" in pages.rule("test", spec, "en")


def test_fill():
    assert fill("{a} {b-c} {d} {}", {"a": 1, "b-c": "{a}"}) == "1 {a} {d} {}"


# ---- mending

FIX = {"applicability": "unsafe", "title": "mend {path}", "caveat": "mind {value}"}


@pytest.mark.parametrize(
    ("do", "old", "new"),
    [
        ({"remove": "."}, "  a: 1\n", ""),
        (
            [{"remove": "."}, {"remove": "../list[*].b"}],
            "  a: 1\n  list:\n    - {b: 2, name: x}\n    - {b: 3, e: 4}\n",
            "  list:\n    - {name: x}\n    - {e: 4}\n",
        ),
        ({"set": {".": 2}}, "a: 1", "a: 2"),
        ({"set": {".": 2}, "was": 1}, "a: 1", "a: 2"),
        ({"set": {".": 2}, "was": 3}, "", ""),
        ({"set": {"../z": "{size}"}}, "    - c: 2\n", "    - c: 2\n  z: big\n"),
        ({"set": {"/metadata.labels.size": "{size}"}}, "  name: web\n", "  name: web\n  labels:\n    size: big\n"),
        ({"rename": {".": "{size}"}}, "  a: 1", "  big: 1"),
        ({"rename": {"../list[*].b": "d"}}, "{b: 2, name: x}\n    - {b: 3,", "{d: 2, name: x}\n    - {d: 3,"),
        (
            [{"insert": {"../list": {"d": "{size}"}}}, {"set": {".": 2}}],
            "  a: 1\n  list:\n    - {b: 2, name: x}\n    - {b: 3, e: 4}\n    - c: 2\n",
            "  a: 2\n  list:\n    - {b: 2, name: x}\n    - {b: 3, e: 4}\n    - c: 2\n    - d: big\n",
        ),
        ({"remove": "../none"}, "", ""),
    ],
    ids=str,
)
def test_do(do, old, new):
    one = rule(forbid={"at": "spec.a", "is": {"const": 1}}, fix={**FIX, "do": do}, options={"size": {"default": "big"}})
    assert mended(one, POD) == POD.replace(old, new)


@pytest.mark.parametrize(
    ("do", "old", "new"),
    [
        ({"rename": {"../x": "y", ".": "b"}}, "  a: 1", "  b: 1"),
        ({"rename": {".": "b", "../list": "items"}}, "  a: 1\n  list:", "  b: 1\n  items:"),
        ({"set": {"../list[1].e": 5, ".": 2}, "was": 1}, "a: 1", "a: 2"),
        ({"set": {".": ["{size}", {"x": "{size}"}, 3]}}, "a: 1", "a:\n    - big\n    - x: big\n    - 3"),
    ],
    ids=str,
)
def test_do_at_several_places(do, old, new):
    one = rule(forbid={"at": "spec.a", "is": {"const": 1}}, fix={**FIX, "do": do}, options={"size": {"default": "big"}})
    assert mended(one, POD) == POD.replace(old, new)


def test_the_fix_of_a_hit_is_that_of_its_case_unless_it_names_one():
    fix = [{**FIX, "title": case, "case": case} for case in "ab"] + [{**FIX, "title": "else"}]
    one = rule(forbid={"at": "a"}, fix=fix)
    hits = [Hit((), "a"), Hit((), "b"), Hit((), "c"), Hit((), "a", fix="b"), Hit((), "a", fix="c")]
    assert [one.remedy(hit, {}).title for hit in hits] == ["a", "b", "else", "b", "else"]
    assert rule(forbid={"at": "a"}, fix=fix[:2]).remedy(hits[2], {}) is None


def test_what_the_fix_does_not_do_the_check_has_done():
    one = rule(forbid={"at": "a"}, fix=[{**FIX, "options": ["zone"]}])
    (remedy,) = one.remedies
    assert remedy.options == ("zone",)
    assert one.edits(remedy, Hit(("a",), edits=(Set(("a",), 2),)), {"a": 1}, {}) == (Set(("a",), 2),)


def test_options_in_a_fix():
    one = rule(
        forbid={"at": "spec.a", "is": {"type": "integer"}},
        options={"size": {"default": "big"}},
        fix=[{**FIX, "when": {"size": "none"}, "do": {"remove": "."}}, {**FIX, "do": {"set": {".": "{size}"}}}],
    )
    assert mended(one, POD) == POD.replace("a: 1", "a: big")
    assert mended(one, POD, size="huge") == POD.replace("a: 1", "a: huge")
    assert mended(one, POD, size="none") == POD.replace("  a: 1\n", "")


def test_fix_of_a_target():
    fix = [{**FIX, "targets": ["acs"], "do": {"remove": "."}}, {**FIX, "do": {"set": {".": "x"}}}]
    assert mended(rule("acs", forbid={"at": "spec.a", "is": {"const": 1}}, fix=fix), POD) == POD.replace("  a: 1\n", "")
    assert mended(rule("ask", forbid={"at": "spec.a", "is": {"const": 1}}, fix=fix), POD) == POD.replace("a: 1", "a: x")


def test_fix_that_leads_above_the_object_is_refused():
    one = rule(forbid={"at": "spec.a"}, fix={**FIX, "do": {"set": {"../../../x": 1}}})
    (finding,) = engine.check(Source("a.yaml", POD), engine.Setup([one])).findings
    assert finding.fix.refused == "'../../../x' leads above the object"
    assert mended(one, POD) == POD


def test_fix_tells():
    one = rule(forbid={"at": "spec.a"}, fix={**FIX, "do": {"remove": "."}})
    (finding,) = engine.check(Source("a.yaml", POD), engine.Setup([one])).findings
    assert finding.fix == Fix("unsafe", "mend spec.a", "mind 1", None, ((6, ("  a: 1",), ()),))


def test_places():
    data = {"a": {"b": [{"c": 1}, {"c": 2}], "d": 3}}
    here = ("a", "b", 0, "c")
    assert place_of(".", here) == here
    assert place_of("..", here) == here[:-1]
    assert place_of("../../../d", here) == ("a", "d")
    assert place_of("../../../../x", here) == ("x",)
    assert place_of("/a.d", here) == ("a", "d")
    assert list(places("../../[*].c", here, data)) == [(("a", "b", 0, "c"), 1), (("a", "b", 1, "c"), 2)]
    assert list(places("/x", here, data)) == []


# ---- files


def test_rule_file(tmp_path):
    scene(
        tmp_path,
        {"house/colour.yaml": RULE, "house/notes.txt": "", "more/second.yml": RULE, "house/silent.yaml": "- x\n"},
    )
    assert [path.name for path in library.files(tmp_path)] == ["colour.yaml", "second.yml"]
    read = library.read(tmp_path / "house/colour.yaml")
    assert (read.name, read.spec["category"]) == ("colour", "house")
    assert list(library.examples(read)) == []


def test_sentences_may_name_kind_and_name(tmp_path):
    scene(tmp_path, {"house/colour.yaml": RULE.replace("is {value}", "is {value} in {kind} {name}")})
    assert "{kind} {name}" in library.read(tmp_path / "house/colour.yaml").spec["message"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: A", "titel: A", "1: titel: there is no such key; did you mean title?"),
        ("title: A pod of the wrong colour\n", "", "1: 'title' is a required property"),
        ("wrong colour", "wrong colour.", "1: title: 'A pod of the wrong colour.' does not match"),
        (
            "{status: supported, confidence: d",
            "{status: supported, confidence: non-d",
            "5: targets.acs.confidence: 'non-documented' is",
        ),
        ("severity: error", "severity: fatal", "3: targets.ask.severity: 'fatal' is not one of"),
        (
            "sources: [house]",
            "sources: [hose]",
            "3: targets.ask.sources[0]: there is no source hose; did you mean house?",
        ),
        (
            "scope: pod",
            "covers: [{x: {title: X, targets: {acs: {status: supported, confidence: inferred, sources: [hose]}}}}]\nscope: pod",
            "10: covers[0].x.targets.acs.sources[0]: there is no source hose; did you mean house?",
        ),
        ("scope: pod", "scope: pod\ncovers: [{x: {title: X, targets: {aks: {}}}}]", "11: covers[0]"),
        ("scope: pod", "scope: pods", "10: scope: 'pods' is not one of ['pod', 'any', 'text', 'suppression']"),
        ("scope: pod", "scope: [deployment]", "10: scope[0]: 'deployment' does not match"),
        (
            "forbid: {at: colour, is: {not: {const: blue}}, unless: colourful}\n",
            "",
            "1: one of forbid, require, python must be",
        ),
        ("scope: pod", "scope: pod\nrequire: {at: x}", "1: "),
        ("forbid: {at", "forbids: {at", "11: forbids: there is no such key; did you mean forbid?"),
        ("at: colour", "at: colour(", "11: forbid.at: 'colour(' cannot be read as a path from character 7 on"),
        ("at: colour", "at: [a, b..c]", "11: forbid.at[1]: 'b..c' cannot be read as a path from character 2 on"),
        ("const: blue}}", "minLength: 3}}", "11: forbid.is.not.minLength: there is no such key"),
        ("{not: {const: blue}}", "{minimum: x}", "11: forbid.is.minimum: 'x' is not of type 'number'"),
        ("{not: {const: blue}}", "{enum: x}", "11: forbid.is.enum: 'x' is not of type 'array'"),
        ("{not: {const: blue}}", "{pattern: '['}", "11: forbid.is: '[' is no pattern: unterminated character set"),
        ("unless: colourful", "unless: colorful", "11: forbid.unless: there is no option colorful"),
        ("is {value}", "is {valve}", "12: message: there is nothing to fill in for {valve}"),
        ('message: "{path}', 'message:\n  a: "{path}', "12: message: only a check in Python has several messages"),
        ("default: blue", "default: 1", "14: options.house.default: 1 is not of type 'string'"),
        ("title: paint it", "title: paint it {colour}", "18: fix.title: there is nothing to fill in for {colour}"),
        ("  caveat: it looks different\n", "", "16: fix: 'caveat' is a required property"),
        ('  do: {set: {.: "{house}"}}\n', "", "16: fix: it does not say what to do"),
        ("do: {set: {.:", "do: {set: {a..b:", "20: fix.do.set: 'a..b' cannot be read as a path from character 2 on"),
        ("do: {set: {.:", "do: {set: {'a[*]':", "20: fix.do.set: 'a[*]' names many places where one is needed"),
        ("do: {set: {.:", "do: {make: {.:", "20: fix.do: one of remove, set, rename, insert must be there"),
        ('do: {set: {.: "{house}"}}', "do: [{remove: .}, {remove: 'a['}]", "20: fix.do[1].remove: 'a[' cannot be read"),
        ("title: paint it", "title: paint it\n  when: {hose: red}", "19: fix.when.hose: there is no option hose"),
        ("- bad:", "- bat:", "22: examples[0].bat: there is no such key; did you mean bad?"),
        ("why: |\n", "why: |\n\x01", "9: control characters are not allowed"),
        ("scope: pod", "scope: [pod", "11: did not find"),
        ("title:", "title: x\ntitle:", "1: title stands twice"),
        ("read: 2026-01-01", "read: yesterday", "7: sources.house.read: 'yesterday' does not match"),
    ],
)
def test_rule_file_that_cannot_be_used(tmp_path, old, new, said):
    """The message names file, line and key."""
    assert old in RULE
    scene(tmp_path, {"house/colour.yaml": RULE.replace(old, new, 1)})
    with pytest.raises(RuleError) as raised:
        library.read(tmp_path / "house/colour.yaml")
    assert str(raised.value).startswith(f"{tmp_path}/house/colour.yaml:{said}")


def test_broken_rule_stops_every_command(tmp_path):
    scene(tmp_path, {"house/colour.yaml": RULE.replace("title:", "titel:"), "a.yaml": RED, "empty/x.yaml": ""})
    said = "Error: house/colour.yaml:1: titel: there is no such key; did you mean title?\n"
    for words in (
        ("check", "--rules", "house", "a.yaml"),
        ("fix", "--unsafe", "--rules", "house", "a.yaml"),
        ("test", "house"),
        ("rule", "colour", "--rules", "house"),
    ):
        done = asklint(*words, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    done = asklint("check", "--rules", "empty", "a.yaml", cwd=tmp_path)
    assert (done.returncode, "empty/x.yaml:1: 'title' is a required property" in done.stderr) == (2, True), done.stderr


def test_rules_of_ones_own(tmp_path):
    scene(tmp_path, {"house/colour.yaml": RULE, "again/host-network.yaml": RULE, "a.yaml": RED})
    done = asklint("check", "--rules", "house", "--select", "colour", "a.yaml", cwd=tmp_path)
    assert (done.returncode, "a.yaml:5:3: error[colour]" in done.stdout) == (1, True)
    done = asklint("check", "--rules", "house", "--select", "colour", "--lang", "zh", "a.yaml", cwd=tmp_path)
    assert (done.returncode, "a.yaml:5:3: 错误[colour]" in done.stdout) == (1, True), "what has no zh speaks English"
    done = asklint("fix", "--unsafe", "--rules", "house/colour.yaml", "--select", "house", "a.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "a.yaml").read_text() == RED.replace("red", "blue")
    done = asklint("check", "--rules", "again", "a.yaml", cwd=tmp_path)
    assert (done.returncode, "there is a rule host-network already" in done.stderr) == (2, True)
    assert "A pod of the wrong colour" in asklint("rule", "colour", "--rules", "house", cwd=tmp_path).stdout
    assert "1 rules, 2 examples, 0 failed" in asklint("test", "house", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  # <-", "", "it is called bad and has no arrow"),
        ("  # <-", "", "noisy: example.yaml:4: spec.colour is red, and the house is blue"),
        ("    colour: blue\n  - good", "    colour: green\n  - good", "the fix gives"),
        ("  - good: |\n", "  - bad: |\n", "it is called bad and has no arrow"),
        (
            "kind: Pod\n      spec:\n        colour: red",
            "kind: Pad\n      spec:\n        colour: red",
            "missing: example.yaml:4",
        ),
        ("{.: ", "{../other: ", "after the fix: noisy: example.yaml:4"),
        ("is {value}", "is {house} {value}", ""),
        ("  # <-", "  # <- error unsafe", ""),
        ("  # <-", "  # <- warning unsafe", "example.yaml:4: the arrow says warning, the rule says error unsafe"),
        ("  # <-", "  # <- safe error", "example.yaml:4: the arrow says safe, the rule says error unsafe"),
        ("  # <-", "  # <- sls", "example.yaml:4: the arrow says sls, the rule says error unsafe"),
        ("  # <-", "  # <-- error", "it is called bad and has no arrow"),
    ],
)
def test_examples_are_held_to_their_word(tmp_path, old, new, said):
    text = RULE.replace(old, new, 1).replace(
        "        colour: blue\n",
        "        colour: red\n        other: blue\n" if "other" in new else "        colour: blue\n",
        1,
    )
    scene(tmp_path, {"house/colour.yaml": text})
    done = asklint("test", "house", cwd=tmp_path)
    assert done.returncode == (1 if said else 0), done.stdout + done.stderr
    assert said in done.stdout


def test_names_of_ours_and_files():
    assert {path.stem for path in library.files(Path(library.data.root() / "rules"))} == set(
        library.data.load()["rules"]
    )
