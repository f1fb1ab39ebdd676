"""The matrix as people and scripts read it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from kit import asklint

from asklint import data
from asklint.report.matrix import Feature, features, is_stale, matrix

PAGE = {"old": {"url": "https://a", "date": "2024-03"}, "new": {"url": "https://b", "read": "2026-11-01"}}


def known(status: str, *sources: str, **more: str) -> dict[str, Any]:
    return {"status": status, "confidence": "documented", "sources": list(sources), **more}


COMPILED: dict[str, Any] = {
    "rules": {
        "host-x": {
            "title": "A | B",
            "targets": {
                "ask": known("unsupported", "old", severity="error"),
                "eci": known("unsupported", "old", severity="error"),
                "acs": known("converted", "old", severity="warning"),
            },
            "sources": PAGE,
            "covers": ["also-x"],
            "zh": {"title": "甲"},
        }
    },
    "silent": {
        "fine": {
            "title": "Fine",
            "targets": {"ask": known("supported", "old", "new"), "eci": known("supported"), "acs": known("supported")},
            "sources": PAGE,
        }
    },
}


def test_markdown_has_a_row_for_rules_what_they_cover_and_what_needs_none() -> None:
    assert matrix(COMPILED, "markdown") == (
        "| feature | ask | eci | acs | what |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| also-x* | unsupported (error) | unsupported (error) | converted (warning) | A \\| B |\n"
        "| fine | supported | supported | supported | Fine |\n"
        "| host-x* | unsupported (error) | unsupported (error) | converted (warning) | A \\| B |\n"
        "\n* no page on it is newer than 12 months\n"
    )


def test_diff_leaves_out_what_is_the_same() -> None:
    assert "fine" not in matrix(COMPILED, "markdown", ("ask", "acs"))
    assert matrix(COMPILED, "markdown", ("ask", "eci")) == "| feature | ask | eci | what |\n| --- | --- | --- | --- |\n"


def test_stale_shows_what_no_newer_page_speaks_of() -> None:
    told = json.loads(matrix(COMPILED, "json", stale=12))
    assert [row["name"] for row in told] == ["also-x", "host-x"]
    assert [row["name"] for row in json.loads(matrix(COMPILED, "json", stale=1200))] == []


def test_json_names_rule_pages_and_dates() -> None:
    (row,) = [row for row in json.loads(matrix(COMPILED, "json", ("ask", "acs"))) if row["name"] == "also-x"]
    assert row == {
        "name": "also-x",
        "title": "A | B",
        "rule": "host-x",
        "targets": {
            "ask": {"status": "unsupported", "severity": "error", "confidence": "documented"},
            "acs": {"status": "converted", "severity": "warning", "confidence": "documented"},
        },
        "pages": ["https://a"],
        "newest": "2024-03",
        "stale": True,
    }


def test_months_are_counted_to_the_day() -> None:
    def dated(day: str) -> Feature:
        return Feature("x", "x", None, {}, [], day)

    today = date(2026, 11, 22)
    assert is_stale(dated("2025-11-21"), 12, today)
    assert not is_stale(dated("2025-11-22"), 12, today)
    assert is_stale(dated("2025-10"), 12, today)
    assert not is_stale(dated("2025-11"), 12, today)
    assert not is_stale(dated(""), 12, today)


def test_chinese() -> None:
    assert "| also-x* | unsupported (error) |" in matrix(COMPILED, "markdown", lang="zh")
    assert "甲" in matrix(COMPILED, "table", lang="zh")


def test_ours_is_whole() -> None:
    compiled = data.load()
    assert {one.name for one in features(compiled, "en")} >= {*compiled["rules"], *compiled["silent"]}
    assert len(matrix(compiled).splitlines()) > 100


def test_a_row_that_a_rule_covers_says_what_is_otherwise() -> None:
    rule = COMPILED["rules"]["host-x"]
    own = {"title": "Y", "targets": {"acs": known("supported", "new")}, "zh": {"title": "乙"}}
    rows = features({"rules": {"host-x": {**rule, "covers": [{"also-y": own}]}}, "silent": {}}, "zh")
    assert [(row.name, row.title, row.rule) for row in rows] == [("also-y", "乙", "host-x"), ("host-x", "甲", "host-x")]
    told, carrier = rows
    assert told.targets == {**carrier.targets, "acs": own["targets"]["acs"]}
    assert (told.pages, carrier.pages) == (["https://a", "https://b"], ["https://a"])


def test_the_labels_of_acs_are_supported_there() -> None:
    rows = {row.name: row.targets for row in features(data.load(), "en")}
    statuses = {target: told["status"] for target, told in rows["compute-class-labels"].items()}
    assert statuses == {"ask": "ignored", "eci": "ignored", "acs": "supported"}


def test_the_list_of_rules_fits_a_terminal_of_80_columns(tmp_path):
    told = asklint("rules", cwd=tmp_path, env={"COLUMNS": "80"}).stdout.splitlines()
    assert max(map(len, told)) <= 80
    assert told[1].split() == ["rule", "severity", "what"]
    (line,) = (line for line in told if line.startswith(" host-network "))
    assert line.split(maxsplit=2) == ["host-network", "error", "A pod asks for its node's network"]
    (line,) = (line for line in asklint("rules", cwd=tmp_path).stdout.splitlines() if line.startswith(" host-network "))
    assert line.split(maxsplit=4)[1:4] == ["host", "error", "unsafe"]


def test_a_narrow_terminal_cuts_no_word(tmp_path):
    for words in (["matrix"], ["rules"]):
        told = asklint(*words, cwd=tmp_path, env={"COLUMNS": "60"}).stdout
        assert "…" not in told
        assert "annotation-not-string" in told
