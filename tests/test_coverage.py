"""The matrix and the rules cover each other: every feature has one place where asklint tells of it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from asklint import data
from asklint.report.matrix import covered

ROOT = Path(__file__).parent.parent
# The Kubernetes features that the vendor's pages tell of on ask, eci or acs.
FEATURES = (ROOT / "tests/data/features.txt").read_text(encoding="utf-8").split()
RULES = data.load()["rules"]
SILENT = data.load()["silent"]
UNSEEN = set(
    re.findall(r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs/not-in-manifests.md").read_text(encoding="utf-8"), re.MULTILINE)
)
COVERED = Counter(row for rule in RULES.values() for row, _ in covered(rule))


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_has_a_place(feature: str) -> None:
    assert feature in RULES or feature in COVERED or feature in SILENT or feature in UNSEEN


def test_no_feature_has_two_places() -> None:
    assert not set(RULES) & set(SILENT)
    assert not set(RULES) & UNSEEN
    assert not set(COVERED) & (set(RULES) | set(SILENT) | UNSEEN)
    assert [row for row, count in COVERED.items() if count > 1] == []


def test_what_is_covered_silent_or_unseen_is_a_feature() -> None:
    assert set(COVERED) | set(SILENT) | UNSEEN <= set(FEATURES)


@pytest.mark.parametrize("name", sorted(SILENT))
def test_silent_features_say_nothing(name: str) -> None:
    for target in SILENT[name]["targets"].values():
        assert target["status"] in ("supported", "unknown")
        assert "severity" not in target


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_can_speak_and_names_its_evidence(name: str) -> None:
    rule = RULES[name]
    speaking = [target for target in rule["targets"].values() if "severity" in target]
    assert speaking
    if name != "unused-suppression":  # asklint's own word, on which the platform has none
        assert all(target["sources"] for target in speaking)


@pytest.mark.parametrize("name", sorted({**RULES, **SILENT}))
def test_sources_are_pages(name: str) -> None:
    """One that a reader can hold the claim against: a repository is no page, and an issue is one reporter's word."""
    urls = [source["url"] for source in {**RULES, **SILENT}[name]["sources"].values()]
    assert [
        url for url in urls if re.fullmatch(r"https://git(?:hub|ee)\.com/[^/]+/[^/]+(?:/(?:issues|pull)/.*)?/?", url)
    ] == []
