"""Rule files read whole: pages, examples, and the user's own rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from asklint import config, data, engine
from asklint.finding import Finding
from asklint.rule import FIELD, TARGETS, Rule, RuleError
from asklint.source import Source

ARROW = "  # <-"
MAIN = "example.yaml"


class RuleFile(NamedTuple):
    """One rule file: its content whole, as it is written."""

    name: str
    path: Path
    content: Mapping[str, Any]

    @property
    def spec(self) -> dict[str, Any]:
        """What a Rule is made from."""
        return {"category": self.path.parent.name, **self.content}


class Failure(NamedTuple):
    """An example that does not hold: which, and in what way."""

    rule: str
    example: str
    problem: str


def files(folder: Path) -> list[Path]:
    """The rule files below `folder`, or `folder` itself where it is one."""
    found = sorted(folder.rglob("*.yaml")) if folder.is_dir() else [folder]
    return [path for path in found if path.name != "silent.yaml"]


def read(path: Path) -> RuleFile:
    """The rule in `path`, checked against schemas/rule.schema.json and compiled once. Raises RuleError with file and line."""
    schema = json.loads((data.root() / "schemas" / "rule.schema.json").read_bytes())
    try:
        text = path.read_text(encoding="utf-8")
        content = config.checked(path, text, schema)
        if not content:
            raise RuleError(f"{path}: the file is empty")
        rule = RuleFile(path.stem, path, content)
        _compile(rule)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: cannot be read: {error}") from error
    except config.ConfigError as error:
        raise RuleError(str(error)) from error
    return rule


def _compile(rule: RuleFile) -> None:
    schemas = data.load()["schemas"]
    for target in TARGETS:
        for source in rule.content["targets"][target]["sources"]:
            if source not in rule.content["sources"]:
                raise RuleError(f"{rule.path}: targets.{target}.sources: there is no source {source}")
        try:
            made = Rule(rule.name, rule.spec, target, schemas, "en")
            if "python" in rule.content:
                for key in {"check", "across"} & rule.content["python"].keys():
                    __import__("asklint.checks." + rule.content["python"][key])
        except (KeyError, TypeError, ValueError, ImportError) as error:
            raise RuleError(f"{rule.path}: {error}") from error
        del made


def page(name: str, folders: list[Path]) -> RuleFile | None:
    """The file of the rule called `name`, ours or one in `folders`."""
    for folder in (data.root() / "rules", *folders):
        for path in files(folder):
            if path.stem == name:
                return RuleFile(name, path, data.parse(path))
    return None


def examples(rule: RuleFile) -> Iterator[Failure]:
    """Holds every example of `rule` to its word."""
    for index, example in enumerate(rule.content["examples"], 1):
        name = example.get("name", str(index))
        for problem in _problems(rule, example):
            yield Failure(rule.name, name, problem)


def _problems(rule: RuleFile, example: Mapping[str, Any]) -> Iterator[str]:
    made = Rule(rule.name, rule.spec, example.get("target", "ask"), data.load()["schemas"], "en")
    setup = engine.Setup([made] if made.severity else [], {rule.name: example.get("options", {})})
    texts = {MAIN: example.get("bad", example.get("good")), **example.get("files", {})}
    arrows = {(name, line) for name, text in texts.items() for line in _arrows(text)}
    if "bad" in example and not arrows:
        yield "it is called bad and has no arrow"
    yield from _misplaced(_findings(texts, setup), arrows)
    text = texts[MAIN].replace(ARROW, "")
    fixed = engine.fix(Source(MAIN, text), setup, unsafe=True)
    wanted = example.get("fixed", text).replace(ARROW, "")
    if fixed.text != wanted:
        yield f"the fix gives\n{fixed.text}\ninstead of\n{wanted}"
        return
    if "fixed" in example:
        after = _misplaced(fixed.checked.findings, {(MAIN, line) for line in _arrows(example["fixed"])})
        yield from (f"after the fix: {problem}" for problem in after)
    again = engine.fix(Source(MAIN, fixed.text), setup, unsafe=True)
    if again.text != fixed.text:
        yield f"a second fix changes it again to\n{again.text}"


def _findings(texts: Mapping[str, str], setup: engine.Setup) -> list[Finding]:
    checked = [engine.check(Source(name, text.replace(ARROW, "")), setup) for name, text in texts.items()]
    across = engine.conclude((told for one in checked for told in one.told), setup)
    return [*(finding for one in checked for finding in one.findings), *across]


def _arrows(text: str) -> set[int]:
    return {number for number, line in enumerate(text.split("\n"), 1) if line.rstrip("\r").endswith(ARROW)}


def _misplaced(findings: list[Finding], arrows: set[tuple[str, int]]) -> Iterator[str]:
    spoken: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        spoken.setdefault((finding.place.file, finding.place.line), []).append(finding.message)
        if FIELD.search(finding.message):
            yield f"a field of the message is not filled: {finding.message}"
    for name, line in sorted(spoken.keys() - arrows):
        yield f"noisy: {name}:{line}: {spoken[name, line][0]}"
    for name, line in sorted(arrows - spoken.keys()):
        yield f"missing: {name}:{line}: the rule says nothing"
    for name, line in sorted(arrows & spoken.keys()):
        if len(spoken[name, line]) > 1:
            yield f"{name}:{line}: the rule speaks more than once"
