"""The mutation script: a rule broken in each of its parts, and what its examples notice."""

from __future__ import annotations

from pathlib import Path

import mutations
import pytest
from test_config import RULE

from asklint import library, tree


def rule(text: str = RULE) -> library.RuleFile:
    return library.RuleFile("colour", Path("house/colour.yaml"), tree.read(text)[0].data)


def left(one: library.RuleFile) -> set[str]:
    offered = mutations.shown(one)
    return {mutant.what for mutant in mutations.mutants(one.content) if mutations.survives(mutant, one, offered)}


def test_mutants():
    """Each part of the rule, once; what another file holds is none of it."""
    made = {mutant.what for mutant in mutations.mutants(rule().content)}
    assert made == {
        "forbid.unless dropped",
        "forbid.is.not dropped",
        "forbid.is.not.const dropped",
        "options.house.default → other",
        "options.colourful.default → True",
        "targets.ask.status → supported",
        "targets.eci.status → supported",
        "targets.acs → {'status': 'unsupported', 'confidence': 'documented', 'sources': ['house'], 'severity': 'error'}",
        "fix dropped",
        "fix.applicability → safe",
        "fix.do dropped",
    }


def test_survivors():
    """No example of it is for eci or acs, uses an option, or says what its fix is."""
    assert left(rule()) == {
        "forbid.unless dropped",
        "targets.eci.status → supported",
        "targets.acs → {'status': 'unsupported', 'confidence': 'documented', 'sources': ['house'], 'severity': 'error'}",
        "fix.applicability → safe",
    }
    told = (
        RULE.replace("# <-", "# <- unsafe")
        + "  - {good: 'apiVersion: v1\n\nkind: Pod\n\nspec: {colour: red}', target: acs}\n"
    )
    assert left(rule(told)) == {"forbid.unless dropped", "targets.eci.status → supported"}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"at": ["a", "(b|c)[*].d"]}, ["at[0] dropped", "at[1] dropped", "at[1] → (c)[*].d", "at[1] → (b)[*].d", "at[1] → (b|c)[0].d"]),
        ({"at": "a", "is": {"minimum": 1}}, ["is.minimum dropped", "is.minimum → 0", "is.minimum → 2"]),
        ({"at": "a", "is": {"enum": [1, 2]}}, ["is.enum dropped", "is.enum[0] dropped", "is.enum[1] dropped"]),
        ({"at": "a", "is": {"pattern": r"^a(b|c)|[|]\|$"}}, ["is.pattern dropped", r"is.pattern → a(b|c)|[|]\|$", r"is.pattern → ^a(b|c)|[|]\|", r"is.pattern → [|]\|$", "is.pattern → ^a(b|c)"]),
        (
            {"at": "a", "is": {"anyOf": [{"const": 1}, {"properties": {"x": {"type": "string"}}}]}},
            [
                "is.anyOf dropped", "is.anyOf[0] dropped", "is.anyOf[1] dropped", "is.anyOf[0].const dropped",
                "is.anyOf[1].properties dropped", "is.anyOf[1].properties.x.type dropped",
            ],
        ),
    ],
)  # fmt: skip
def test_verbs_are_broken(changed, what):
    content = {**rule().content, "forbid": changed}
    made = [mutant.what for mutant in mutations.mutants(content)]
    assert [one.removeprefix("forbid.") for one in made if one.startswith("forbid.")] == what


def test_tables_are_broken():
    python = {"check": "x", "table": {"schema": "y"}, "least": 3, "rows": [{"name": "a", "on": True}]}
    content = {**rule().content, "python": python}
    assert [mutant.what for mutant in mutations.mutants(content) if mutant.what.startswith("python")] == [
        "python.table dropped",
        "python.least dropped",
        "python.least → 2",
        "python.least → 4",
        "python.rows dropped",
        "python.rows[0] dropped",
        "python.rows[0].name dropped",
        "python.rows[0].on dropped",
        "python.rows[0].on → False",
    ]


def test_command(capsys, tmp_path):
    (tmp_path / "colour.yaml").write_text(RULE)
    assert mutations.main(["--folder", str(tmp_path), "colour"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("colour\n  unless: forbid.unless dropped\n")
    assert "\ntarget                          3        2\n" in said
    assert "1 rules, 11 mutants, 4 survive" in said
