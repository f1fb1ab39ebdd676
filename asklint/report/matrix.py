"""The matrix: what each Kubernetes feature does on ask, eci and acs, by which pages, and how old they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from asklint.report.pages import table
from asklint.rule import TARGETS

FORMATS = ("table", "markdown", "json")
_WORDS = {"feature": "特性", "what": "内容"}
_STALE = {
    "en": "* no page on it is newer than {0} months",
    "zh": "* 所有来源页面均早于 {0} 个月之前",
}


class Feature(NamedTuple):
    """One row: `rule` is the rule that speaks of it, None where none does; `newest` the date of its newest page."""

    name: str
    title: str
    rule: str | None
    targets: Mapping[str, Mapping[str, Any]]
    pages: Sequence[str]
    newest: str


def features(compiled: Mapping[str, Any], lang: str) -> list[Feature]:
    """Every feature that asklint knows of, by name: the rules, what they cover, and what needs no rule."""
    return sorted(_features(compiled, lang))


def _features(compiled: Mapping[str, Any], lang: str) -> Iterator[Feature]:
    for name, spec in compiled["rules"].items():
        yield _feature(name, spec, name, lang)
        for row, own in covered(spec):
            yield _feature(row, own, name, lang)
    for name, spec in compiled["silent"].items():
        yield _feature(name, spec, None, lang)


def covered(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows that the rule `spec` covers, each as a spec of its own: the rule's, with what the row says otherwise."""
    for row in spec.get("covers", ()):
        for name, own in [(row, {})] if isinstance(row, str) else row.items():
            yield name, {**spec, **own, "targets": {**spec["targets"], **own.get("targets", {})}}


def _feature(name: str, spec: Mapping[str, Any], rule: str | None, lang: str) -> Feature:
    named = [spec["sources"][key] for target in TARGETS for key in spec["targets"][target]["sources"]]
    told = spec.get("zh", {}).get("title", spec["title"]) if lang == "zh" else spec["title"]
    targets = {target: spec["targets"][target] for target in TARGETS}
    dates = [str(source.get("date") or source["read"]) for source in named]
    return Feature(name, told, rule, targets, list(dict.fromkeys(s["url"] for s in named)), max(dates, default=""))


def is_stale(feature: Feature, months: int, today: date) -> bool:
    """Whether no page that the feature rests on is newer than so many `months`; what rests on none is not stale."""
    first = today.year * 12 + today.month - 1 - months
    limit = f"{first // 12:04}-{first % 12 + 1:02}-{today.day:02}"
    return bool(feature.newest) and feature.newest < limit[: len(feature.newest)]


def matrix(
    compiled: Mapping[str, Any],
    style: str = "table",
    diff: tuple[str, str] | None = None,
    stale: int | None = None,
    lang: str = "en",
    width: int = 120,
) -> str:
    """The matrix as a table for the terminal, Markdown, or JSON.

    `diff` shows two targets and the features on which they differ; `stale` those alone that no page newer than so many
    months speaks of.
    """
    shown, today = diff or TARGETS, date.today()
    months = 12 if stale is None else stale
    rows = [one for one in features(compiled, lang) if not diff or len({_cell(one, target) for target in diff}) > 1]
    old = {one.name for one in rows if is_stale(one, months, today)}
    if stale is not None:
        rows = [one for one in rows if one.name in old]
    if style == "json":
        return json.dumps([_plain(one, shown, one.name in old) for one in rows], ensure_ascii=False, indent=1) + "\n"
    heads = [_WORDS[word] if lang == "zh" else word for word in ("feature", "what")]
    cells = [
        (one.name + ("*" if one.name in old else ""), *(_cell(one, target) for target in shown), one.title)
        for one in rows
    ]
    names = [heads[0], *shown, heads[1]]
    text = table(names, cells, width) if style == "table" else _markdown(names, cells)
    return text + (f"\n{_STALE[lang].format(months)}\n" if old else "")


def _cell(feature: Feature, target: str) -> str:
    told = feature.targets[target]
    return f"{told['status']} ({told['severity']})" if "severity" in told else str(told["status"])


def _plain(feature: Feature, shown: Sequence[str], stale: bool) -> dict[str, Any]:
    targets = {
        target: {key: feature.targets[target].get(key) for key in ("status", "severity", "confidence")}
        for target in shown
    }
    return {**feature._asdict(), "targets": targets, "stale": stale}


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
