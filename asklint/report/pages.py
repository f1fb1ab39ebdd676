"""What is told of the rules themselves: their list, and one rule's page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asklint.rule import TARGETS, remedies

_WORDS = {
    "rule": "规则",
    "category": "类别",
    "severity": "级别",
    "fix": "修复",
    "what": "内容",
    "sources": "来源",
    "options": "选项",
    "default": "默认",
    "not set": "默认不设置",
    "set in": "在 .asklint.yaml 中设置：",
    "example": "示例",
    "bad": "问题",
    "fixed": "修复后",
    "good": "正确",
    "silent": "不报告",
    "read": "查阅于",
}

_ENGLISH = {"not set": "not set by default", "set in": "Set in .asklint.yaml: "}
_ROOM = 110  # columns for all that the list of rules tells


def _word(word: str, lang: str) -> str:
    return _WORDS[word] if lang == "zh" else _ENGLISH.get(word, word)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> str:
    """`rows` under `heads` as text, at most `width` wide; the last column alone may wrap."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    for column in table.columns[:-1]:
        column.no_wrap = True
    table.columns[-1].overflow = "fold"
    for row in rows:
        table.add_row(*row)
    out = io.StringIO()
    Console(file=out, width=width, markup=False, highlight=False, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n")) + "\n"


def _told(spec: Mapping[str, Any], key: str, lang: str) -> Any:
    return spec.get("zh", {}).get(key, spec[key]) if lang == "zh" else spec[key]


def fixes(spec: Mapping[str, Any]) -> list[str]:
    """How a rule can mend what it finds: safe, unsafe, suggestion; each once."""
    found = {remedy.applicability for remedy in remedies(spec, "en")}
    return [one for one in ("safe", "unsafe", "suggestion") if one in found]


def rules(compiled: Mapping[str, Any], target: str, lang: str, width: int = 120) -> str:
    """The rules that speak on `target`, one a line; their categories and fixes only where `width` has room for them."""
    rows = []
    for name, spec in sorted(compiled["rules"].items(), key=lambda item: (item[1]["category"], item[0])):
        severity = spec["targets"][target].get("severity")
        if severity is not None:
            rows.append((name, spec["category"], severity, "/".join(fixes(spec)) or "-", _told(spec, "title", lang)))
    columns = [0, 2, 4] if width < _ROOM else [0, 1, 2, 3, 4]
    heads = [_word(("rule", "category", "severity", "fix", "what")[column], lang) for column in columns]
    return table(heads, ([row[column] for column in columns] for row in rows), width)


def rule(name: str, spec: Mapping[str, Any], lang: str) -> str:
    """The page of a rule, in Markdown."""
    parts = [f"# {name}: {_told(spec, 'title', lang)}", _told(spec, "why", lang).strip(), _targets(spec, lang)]
    parts += [_options(name, spec, lang), _fixes(spec, lang), _sources(spec, lang)]
    for index, example in enumerate(spec["examples"], 1):
        parts.append(_example(example, index, lang))
    return "\n\n".join(part for part in parts if part) + "\n"


def _targets(spec: Mapping[str, Any], lang: str) -> str:
    lines = []
    for target in TARGETS:
        here = spec["targets"][target]
        lines.append(
            f"- {target}: {here.get('severity', _word('silent', lang))} ({here['status']}, {here['confidence']})"
        )
    return "\n".join(lines)


def _options(name: str, spec: Mapping[str, Any], lang: str) -> str:
    options = spec.get("options", {})
    if not options:
        return ""
    told = spec.get("zh", {}).get("options", {}) if lang == "zh" else {}
    lines = [_option(key, option, told.get(key, option["description"]), lang) for key, option in options.items()]
    example = f"`options: {{{name}: {{{next(iter(options))}: …}}}}`"
    return f"## {_word('options', lang)}\n\n{_word('set in', lang)}{example}\n\n" + "\n".join(lines)


def _option(name: str, option: Mapping[str, Any], description: str, lang: str) -> str:
    """One option: the values it takes, what counts where it is not set, and what it says."""
    default = option["default"]
    unset = default is None or default in ("", [], {})
    shape = _shape(option)
    told = [f"`{shape}`"] * bool(shape)
    told.append(_word("not set", lang) if unset else f"{_word('default', lang)} {_plain(default)}")
    if lang == "zh":
        return f"- `{name}`（{'；'.join(told)}）：{description}"
    return f"- `{name}` ({'; '.join(told)}): {description}"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shape(schema: Mapping[str, Any]) -> str:
    """The values that `schema` lists, or how they are built; "" for a single value of which it says no more."""
    if "enum" in schema:
        return " | ".join(_plain(value) for value in schema["enum"] if value not in (None, ""))
    if schema.get("type") == "boolean":
        return "true | false"
    if schema.get("type") == "array":
        return f"[{_shape(schema.get('items', {})) or 'VALUE'}, …]"
    if schema.get("type") == "object" and "properties" in schema:
        return f"{{{', '.join(schema['properties'])}}}"
    if schema.get("type") == "object":
        return f"{{KEY: {_shape(schema.get('additionalProperties', {})) or 'VALUE'}, …}}"
    return ""


def _fixes(spec: Mapping[str, Any], lang: str) -> str:
    lines = []
    for remedy in remedies(spec, lang):
        where = "" if remedy.targets == TARGETS else f" ({', '.join(remedy.targets)})"
        stop = "。" if lang == "zh" else ". "
        caveat = f"{stop}{remedy.caveat[0].upper()}{remedy.caveat[1:]}" if remedy.caveat else ""
        lines.append(f"- {remedy.applicability}{where}: {remedy.title}{caveat}")
    return "\n".join((f"## {_word('fix', lang)}", "", *dict.fromkeys(lines))) if lines else ""


def _sources(spec: Mapping[str, Any], lang: str) -> str:
    lines = []
    for source in spec["sources"].values():
        when = source["date"] if "date" in source else f"{_word('read', lang)} {source['read']}"
        lines.append(f"- {source['url']} ({when})")
    return "\n".join((f"## {_word('sources', lang)}", "", *lines))


def _example(example: Mapping[str, Any], index: int, lang: str) -> str:
    name = example.get("name", str(index))
    target = f" ({example['target']})" if "target" in example else ""
    parts = [f"## {_word('example', lang)}: {name}{target}"]
    told = (key for key in ("good", "bad", "fixed") if key in example)
    parts += [f"{_word(key, lang)}:\n\n```yaml\n{example[key].rstrip()}\n```" for key in told]
    return "\n\n".join(parts)
