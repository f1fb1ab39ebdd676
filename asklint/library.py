"""Rule files read whole: pages, examples, and the user's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from asklint import config, data, engine
from asklint.condition import compile_condition
from asklint.config import Where, Written
from asklint.finding import Finding
from asklint.path import concrete, parse
from asklint.rule import FIELD, TARGETS, WORDS, Rule, RuleError
from asklint.settle import Settled, settle
from asklint.source import Source

ARROW = "  # <-"
MAIN = "example.yaml"
_ENDINGS = (".yaml", ".yml")


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
    found = sorted(path for path in folder.rglob("*") if path.suffix in _ENDINGS) if folder.is_dir() else [folder]
    return [path for path in found if path.name != "silent.yaml"]


def read(path: Path) -> RuleFile:
    """The rule in `path`, held against schemas/rule.schema.json and itself. Raises RuleError: file, line and key."""
    try:
        written = config.read(path, "rule.schema.json")
        _check(written)
    except config.ConfigError as error:
        raise RuleError(str(error)) from error
    return RuleFile(path.stem, path, written.content)


def _check(written: Written) -> None:
    """What no schema can say: names that must be there, paths, patterns. Raises ConfigError."""
    content = written.content
    for target in TARGETS:
        for index, source in enumerate(content["targets"][target]["sources"]):
            if source not in content["sources"]:
                wrong = f"there is no source {source}{config.suggest(source, content['sources'])}"
                raise written.wrong(("targets", target, "sources", index), wrong)
    for name, option in content.get("options", {}).items():
        config.check_value(written, ("options", name, "default"), option, option["default"])
    for key in ("check", "across"):
        module = content.get("python", {}).get(key)
        if module is not None and find_spec("asklint.checks." + module) is None:
            raise written.wrong(("python", key), f"asklint has no check {module}")
    for verb in ("forbid", "require"):
        if verb in content:
            _check_verb(written, verb)
    for where, entry in _fixes(content):
        _check_fix(written, where, entry)


def _check_verb(written: Written, verb: str) -> None:
    """A rule without Python: its path and condition, and that its sentences name nothing but what there is."""
    content = written.content
    spec, options = content[verb], content.get("options", {})
    for where, path in _one_or_many((verb, "at"), spec["at"]):
        _try(written, where, parse, path)
    _try(written, (verb, "is"), compile_condition, spec.get("is"))
    if spec.get("unless", next(iter(options), None)) not in (*options, None):
        raise written.wrong((verb, "unless"), f"there is no option {spec['unless']}")
    for where, sentence in _sentences(content):
        if not isinstance(sentence, str):
            raise written.wrong(where, "only a check in Python has several messages")
        for name in FIELD.findall(sentence):
            if name not in WORDS and name not in options:
                raise written.wrong(where, f"there is nothing to fill in for {{{name}}}")


def _sentences(content: Mapping[str, Any]) -> Iterator[tuple[Where, Any]]:
    yield ("message",), content["message"]
    if "zh" in content:
        yield ("zh", "message"), content["zh"]["message"]
    for where, entry in _fixes(content):
        for key in ("title", "caveat"):
            if key in entry:
                yield (*where, key), entry[key]


def _check_fix(written: Written, where: Where, entry: Mapping[str, Any]) -> None:
    options = written.content.get("options", {})
    for key in ("when", "options"):
        for name in entry.get(key, ()):
            if name not in options:
                raise written.wrong((*where, key), f"there is no option {name}")
    if "python" not in written.content and "do" not in entry and entry["applicability"] != "suggestion":
        raise written.wrong(where, "it does not say what to do")
    for place, operation in _one_or_many((*where, "do"), entry.get("do", [])):
        for word, given in operation.items():
            for path in [given] if word == "remove" else given if word in ("rename", "set", "insert") else ():
                read = parse if word in ("remove", "rename") else concrete
                _try(written, (*place, word), read, _steps(path))


def _steps(place: str) -> str:
    """`place` without what says from where its steps count."""
    if place.startswith("/"):
        return place[1:]
    while place.startswith("../"):
        place = place[3:]
    return "." if place == ".." else place


def _fixes(content: Mapping[str, Any]) -> Iterable[tuple[Where, Mapping[str, Any]]]:
    return _one_or_many(("fix",), content.get("fix", []))


def _one_or_many(where: Where, given: Any) -> Iterator[tuple[Where, Any]]:
    if not isinstance(given, list):
        yield where, given
        return
    for index, one in enumerate(given):
        yield (*where, index), one


def _try(written: Written, where: Where, read: Any, value: Any) -> None:
    try:
        read(value)
    except ValueError as error:
        raise written.wrong(where, str(error)) from error


def page(name: str, folders: list[Path]) -> RuleFile | None:
    """The file of the rule called `name`, ours or one in `folders`. Raises RuleError where it cannot be used."""
    for path in files(data.root() / "rules"):
        if path.stem == name:
            return RuleFile(name, path, data.parse(path))
    return next((read(path) for folder in folders for path in files(folder) if path.stem == name), None)


def examples(rule: RuleFile) -> Iterator[Failure]:
    """Holds every example of `rule` to its word."""
    for index, example in enumerate(rule.content["examples"], 1):
        name = example.get("name", str(index))
        for problem in _problems(rule, example):
            yield Failure(rule.name, name, problem)


def _problems(rule: RuleFile, example: Mapping[str, Any]) -> Iterator[str]:
    setup = _setup(rule, example)
    texts = {MAIN: example.get("bad", example.get("good")), **example.get("files", {})}
    if "bad" in example and not any(_arrows(text) for text in texts.values()):
        yield "it is called bad and has no arrow"
    yield from _misplaced(rule, texts, setup)
    plain = {name: text.replace(ARROW, "") for name, text in texts.items()}
    fixed = _fixed(plain, setup)
    after = {**texts, **example.get("fixed-files", {})}
    if "fixed" in example:
        after[MAIN] = example["fixed"]
    for name, text in after.items():
        wanted = text.replace(ARROW, "")
        if fixed[name] != wanted:
            yield f"the fix gives\n{fixed[name]}\ninstead of\n{wanted}"
            return
    if "fixed" in example or "fixed-files" in example:
        yield from (f"after the fix: {problem}" for problem in _misplaced(rule, after, setup))
    for name, text in _fixed(fixed, setup).items():
        if text != fixed[name]:
            yield f"a second fix changes it again to\n{text}"


def _setup(rule: RuleFile, example: Mapping[str, Any]) -> engine.Setup:
    target, loaded = example.get("target", "ask"), data.load()
    specs = {name: loaded["rules"][name] for name in example.get("with", ())} | {rule.name: rule.spec}
    made = [Rule(name, spec, target, loaded["schemas"], "en") for name, spec in sorted(specs.items())]
    options = {name: example.get("options", {}) if name == rule.name else {} for name in specs}
    known = frozenset((*loaded["rules"], rule.name))
    return engine.Setup([one for one in made if one.severity], options, known=known, whole=True)


def mended(path: Path, example: Mapping[str, Any]) -> list[Finding]:
    """What the fixes of the rule file at `path` mend in one of its examples."""
    rule = RuleFile(path.stem, path, data.parse(path))
    texts = {MAIN: example.get("bad", example.get("good", "")), **example.get("files", {})}
    fixed, settled = _fix({name: text.replace(ARROW, "") for name, text in texts.items()}, _setup(rule, example))
    found = [
        *(one for own in fixed.values() for one in own.mended),
        *(one for own in settled.values() for one in own.mended),
    ]
    return [one for one in found if one.rule == rule.name]


def _fix(texts: Mapping[str, str], setup: engine.Setup) -> tuple[dict[str, engine.Fixed], dict[str, Settled]]:
    """What each file becomes by its own fixes, and what fixes across files make of it."""
    fixed = {name: engine.fix(Source(name, text), setup, unsafe=True) for name, text in texts.items()}
    before = {name: one.before.told for name, one in fixed.items()}
    after = {name: one.checked.told for name, one in fixed.items()}
    return fixed, settle(before, after, lambda name: Source(name, fixed[name].text), setup, unsafe=True)[0]


def _fixed(texts: Mapping[str, str], setup: engine.Setup) -> dict[str, str]:
    """The files once all fixes are made."""
    fixed, settled = _fix(texts, setup)
    return {name: settled[name].source.text if name in settled else one.text for name, one in fixed.items()}


def _findings(texts: Mapping[str, str], setup: engine.Setup) -> Iterator[Finding]:
    checked = [engine.check(Source(name, text.replace(ARROW, "")), setup) for name, text in texts.items()]
    for one in checked:
        yield from one.findings
    yield from (one.finding for one in engine.conclude((told for one in checked for told in one.told), setup))


def _arrows(text: str) -> set[int]:
    return {number for number, line in enumerate(text.split("\n"), 1) if line.rstrip("\r").endswith(ARROW)}


def _misplaced(rule: RuleFile, texts: Mapping[str, str], setup: engine.Setup) -> Iterator[str]:
    arrows = {(name, line) for name, text in texts.items() for line in _arrows(text)}
    spoken: dict[tuple[str, int], list[str]] = {}
    for finding in _findings(texts, setup):
        if finding.rule != rule.name:
            continue
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
