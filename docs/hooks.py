"""What the site shows of the rules: a page for each, their list and the matrix, in English and Chinese, from rules/."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from asklint import data, library
from asklint.report import matrix, pages
from asklint.rule import TARGETS

WORDS = {
    "en": {
        "rules": "Rules",
        "matrix": "Matrix",
        "rule": "Rule",
        "what": "What",
        "fix": "Fix",
        "list": "Every rule with its severity on each target, and how it can mend what it finds.",
        "intro": "What each Kubernetes feature does on each target. `asklint matrix` prints the same.",
        "other": "中文",
    },
    "zh": {
        "rules": "规则",
        "matrix": "特性矩阵",
        "rule": "规则",
        "what": "内容",
        "fix": "修复",
        "list": "所有规则、它们在各目标上的级别，以及可以怎样修复。",
        "intro": "各 Kubernetes 特性在各目标上的表现。`asklint matrix` 打印同样的内容。",
        "other": "English",
    },
}

_HEAD = {
    "rule": "---\nsearch: {boost: 3}\n---\n",  # who searches for a field wants its rule
    "list": "---\nhide: [toc]\n---\n",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that are made, and puts all pages into the navigation."""
    rules = {path.stem: library.RuleFile(path.stem, path, data.parse(path)).spec for path in _paths()}
    for lang in WORDS:
        for name, text in _pages(rules, lang):
            files.append(File.generated(config, name, content=text))
    decisions = sorted(file.src_uri for file in files if file.src_uri.startswith("decisions/"))
    known = {"Decisions": decisions, "Rules": _nav(rules, "en"), "规则": _nav(rules, "zh")}
    config.nav = [_filled(entry, known) for entry in config.nav or []]
    return files


def _filled(entry: Any, known: Mapping[str, list[Any]]) -> Any:
    return {title: known.get(title, pages) for title, pages in entry.items()} if isinstance(entry, dict) else entry


def _paths() -> list[Path]:
    return library.files(data.root() / "rules")


def _folder(lang: str) -> str:
    return "" if lang == "en" else f"{lang}/"


def _pages(rules: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """The path and the text of every page in the language `lang`."""
    words, other = WORDS[lang], "zh" if lang == "en" else "en"
    up = "../" if lang == "en" else "../../"
    for name, spec in rules.items():
        title, _, rest = pages.rule(name, spec, lang).partition("\n")
        link = f"[{words['other']}]({up}{_folder(other)}rules/{name}.md)"
        yield f"{_folder(lang)}rules/{name}.md", f"{_HEAD['rule']}{title}\n\n{link}\n{rest}"
    yield (
        f"{_folder(lang)}rules/index.md",
        f"{_HEAD['list']}# {words['rules']}\n\n{words['list']}\n\n{_list(rules, lang)}",
    )
    table = _linked(matrix.matrix(data.load(), "markdown", lang=lang), lang)
    yield f"{_folder(lang)}rules/matrix.md", f"{_HEAD['list']}# {words['matrix']}\n\n{words['intro']}\n\n{table}"


def _list(rules: Mapping[str, Any], lang: str) -> str:
    words = WORDS[lang]
    lines = [(words["rule"], *TARGETS, words["fix"], words["what"]), ("---",) * (len(TARGETS) + 3)]
    for name, spec in sorted(rules.items(), key=lambda item: (item[1]["category"], item[0])):
        severities = (spec["targets"][target].get("severity", "") for target in TARGETS)
        told = spec.get("zh", {}).get("title", spec["title"]) if lang == "zh" else spec["title"]
        lines.append((f"[{name}]({name}.md)", *severities, ", ".join(pages.fixes(spec)), told.replace("|", "\\|")))
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _linked(table: str, lang: str) -> str:
    """`table` with each feature leading to the rule that speaks of it."""
    rules = {one.name: one.rule for one in matrix.features(data.load(), lang) if one.rule}

    def link(row: re.Match[str]) -> str:
        return f"| [{row[1]}]({rules[row[1]]}.md)" if row[1] in rules else row[0]

    return re.sub(r"^\| ([\w-]+)", link, table, flags=re.MULTILINE)


def _nav(rules: Mapping[str, Any], lang: str) -> list[Any]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for name, spec in sorted(rules.items()):
        groups[spec["category"]].append({name: f"{_folder(lang)}rules/{name}.md"})
    folder, words = f"{_folder(lang)}rules", WORDS[lang]
    return [
        f"{folder}/index.md",
        {words["matrix"]: f"{folder}/matrix.md"},
        *({name: groups[name]} for name in sorted(groups)),
    ]
