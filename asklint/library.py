"""Rule files read whole: pages, examples, and the user's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from asklint import config, data, engine
from asklint.condition import compile_condition
from asklint.config import Where, Written
from asklint.finding import Finding, Hit
from asklint.path import concrete, parse
from asklint.rule import FIELD, TARGETS, WORDS, Rule, RuleError
from asklint.settle import Settled, settle
from asklint.source import Source

ARROW = re.compile(r"  # <-((?: [a-z0-9-]+)*)(?=\r?$)", re.MULTILINE)
MAIN = "example.yaml"
_ENDINGS = (".yaml", ".yml")
_MARK = "\0"  # no sentence holds it

Arrows = Mapping[tuple[str, int], frozenset[str]]  # by file and line: the words behind the arrow


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
    for where, told in _targets(content):
        for index, source in enumerate(told["sources"]):
            if source not in content["sources"]:
                wrong = f"there is no source {source}{config.suggest(source, content['sources'])}"
                raise written.wrong((*where, "sources", index), wrong)
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


def _targets(content: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    """What the rule, and each row that it covers, says of a target."""
    for target in TARGETS:
        yield ("targets", target), content["targets"][target]
    for index, row in enumerate(content.get("covers", ())):
        for name, own in row.items() if isinstance(row, dict) else ():
            for target, told in own["targets"].items():
                yield ("covers", index, name, "targets", target), told


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
    for key in entry.get("when", {}):
        if key not in options:
            raise written.wrong((*where, "when", key), f"there is no option {key}")
    for index, key in enumerate(entry.get("options", ())):
        if key not in options:
            raise written.wrong((*where, "options", index), f"there is no option {key}")
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


def bare(text: str) -> str:
    """`text` of an example without its arrows: the manifest itself."""
    return ARROW.sub("", text)


class _Named(Rule):
    """A rule whose sentences begin with their case, so that an arrow can name it."""

    def say(self, hit: Hit, fields: Mapping[str, object]) -> str:
        return hit.case + _MARK + super().say(hit, fields)


def examples(rule: RuleFile) -> Iterator[Failure]:
    """Holds every example of `rule` to its word."""
    for index, example in enumerate(rule.content["examples"], 1):
        name = example.get("name", str(index))
        for problem in _problems(rule, example):
            yield Failure(rule.name, name, problem)


def _problems(rule: RuleFile, example: Mapping[str, Any]) -> Iterator[str]:
    asked = setup(rule, example, _Named)
    texts = {MAIN: example.get("bad", example.get("good")), **example.get("files", {})}
    if "bad" in example and not _arrows(texts):
        yield "it is called bad and has no arrow"
    yield from _misplaced(rule, texts, asked)
    plain = {name: bare(text) for name, text in texts.items()}
    fixed = _fixed(plain, asked)
    after = {**texts, **example.get("fixed-files", {})}
    if "fixed" in example:
        after[MAIN] = example["fixed"]
    for name, text in after.items():
        wanted = bare(text)
        if fixed[name] != wanted:
            yield f"the fix gives\n{fixed[name]}\ninstead of\n{wanted}"
            return
    if "fixed" in example or "fixed-files" in example:
        yield from (f"after the fix: {problem}" for problem in _misplaced(rule, after, asked))
    for name, text in _fixed(fixed, asked).items():
        if text != fixed[name]:
            yield f"a second fix changes it again to\n{text}"


def setup(rule: RuleFile, example: Mapping[str, Any], kind: type[Rule] = Rule) -> engine.Setup:
    """What an example asks: `rule`, made as `kind`, and the rules that the example names beside it."""
    target, loaded = example.get("target", "ask"), data.load()
    others = [Rule(name, loaded["rules"][name], target, loaded["schemas"], "en") for name in example.get("with", ())]
    made = [kind(rule.name, rule.spec, target, loaded["schemas"], "en"), *others]
    known = frozenset((*loaded["rules"], rule.name))
    asked = sorted((one for one in made if one.severity), key=lambda one: one.name)
    return engine.Setup(asked, {rule.name: example.get("options", {})}, known=known, whole=True)


def mended(path: Path, example: Mapping[str, Any]) -> list[Finding]:
    """What the fixes of the rule file at `path` mend in one of its examples."""
    rule = RuleFile(path.stem, path, data.parse(path))
    texts = {MAIN: example.get("bad", example.get("good", "")), **example.get("files", {})}
    fixed, settled = _fix({name: bare(text) for name, text in texts.items()}, setup(rule, example))
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
    checked = [engine.check(Source(name, bare(text)), setup) for name, text in texts.items()]
    for one in checked:
        yield from one.findings
    yield from (one.finding for one in engine.conclude((told for one in checked for told in one.told), setup))


def _arrows(texts: Mapping[str, str]) -> Arrows:
    return {
        (name, text.count("\n", 0, arrow.start()) + 1): frozenset(arrow[1].split())
        for name, text in texts.items()
        for arrow in ARROW.finditer(text)
    }


def _misplaced(rule: RuleFile, texts: Mapping[str, str], setup: engine.Setup) -> Iterator[str]:
    arrows = _arrows(texts)
    spoken: dict[tuple[str, int], list[Finding]] = {}
    for finding in _findings(texts, setup):
        if finding.rule != rule.name:
            continue
        spoken.setdefault((finding.place.file, finding.place.line), []).append(finding)
        if FIELD.search(_message(finding)):
            yield f"a field of the message is not filled: {_message(finding)}"
    for name, line in sorted(spoken.keys() - arrows.keys()):
        yield f"noisy: {name}:{line}: {_message(spoken[name, line][0])}"
    for name, line in sorted(arrows.keys() - spoken.keys()):
        yield f"missing: {name}:{line}: the rule says nothing"
    for name, line in sorted(arrows.keys() & spoken.keys()):
        if len(spoken[name, line]) > 1:
            yield f"{name}:{line}: the rule speaks more than once"
        heard = _heard(spoken[name, line][0])
        for word in sorted(arrows[name, line] - set(heard)):
            yield f"{name}:{line}: the arrow says {word}, the rule says {' '.join(heard)}"


def _message(finding: Finding) -> str:
    return finding.message.partition(_MARK)[2]


def _heard(finding: Finding) -> list[str]:
    """What an arrow can name of `finding`: its severity, its case, the applicability of its fix."""
    words = (finding.severity, finding.message.partition(_MARK)[0], finding.fix and finding.fix.applicability)
    return [word for word in words if word]
