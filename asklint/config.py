""".asklint.yaml: found upwards from the working directory, checked against schemas/config.schema.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from asklint import data, glob, path, silence, tree
from asklint.rule import TARGETS

NAME = ".asklint.yaml"
GIVEN = Path("<given>")  # in place of a file: settings that a program gives as data
BASELINE = ".asklint-baseline.json"
_VERSION = re.compile(r"v?1\.([0-9]{1,3})(?:[.+-].*)?")
_LONGEST = 200  # characters of a message that quotes what is wrong
Where = tuple[str | int, ...]


def targets(given: str | Iterable[str]) -> list[str] | None:
    """The targets in `given`, a list or `ask,acs`, each once; None where one of them is no target."""
    names = [name.strip() for name in given.split(",")] if isinstance(given, str) else list(given)
    return list(dict.fromkeys(names)) if all(name in TARGETS for name in names) else None


class ConfigError(ValueError):
    """A config that cannot be used; the message names file, line and key."""


class Written(NamedTuple):
    """A YAML file of one document, with the lines of what it says."""

    file: Path
    document: tree.Document | None
    content: Mapping[str, Any]

    def wrong(self, where: Where, message: str) -> ConfigError:
        """The error that `message` tells of what stands at `where`."""
        place = "" if self.file == GIVEN else f"{self.file}:{self.line(where)}: "
        return ConfigError(f"{place}{_named(where)}{message}")

    def line(self, where: Where) -> int:
        """The line of the key of `where`, or of what is there of it."""
        document = self.document
        if document is None or document.root is None:
            return 1
        while where:
            try:
                entry, node = document.trail(where)[-1]
            except KeyError:
                where = where[:-1]
                continue
            return _line(document, entry.key.start if entry is not None else node.start)
        return _line(document, document.root.start)


class Config(NamedTuple):
    """What .asklint.yaml says; `root` is the folder it stands in."""

    root: Path
    written: Written | None = None

    @property
    def content(self) -> Mapping[str, Any]:
        """What is set, by key."""
        return self.written.content if self.written else {}


def find(start: Path) -> Path | None:
    """The .asklint.yaml in `start` or the nearest folder above it."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
    return None


def load(file: Path | None) -> Config:
    """The config in `file`, or an empty one, without a look at the rules it names (check). Raises ConfigError."""
    if file is None:
        return Config(Path.cwd())
    written = read(file, "config.schema.json")
    config = Config(file.resolve().parent, written)
    _check_values(written)
    for index, folder in enumerate(config.content.get("rules", ())):
        if not (config.root / folder).exists():
            raise written.wrong(("rules", index), f"there is no folder {folder}")
    _check_charts(config, written)
    return config


def _check_charts(config: Config, written: Written) -> None:
    for index, entry in enumerate(config.content.get("helm", ())):
        if not (config.root / entry["chart"] / "Chart.yaml").is_file():
            raise written.wrong(("helm", index, "chart"), f"there is no chart in {entry['chart']}")
        for at, name in enumerate(entry.get("values", ())):
            if not (config.root / name).is_file():
                raise written.wrong(("helm", index, "values", at), f"there is no file {name}")


def given(content: Mapping[str, Any]) -> Config:
    """The Config of the settings in `content`, named and valued as in the file. Raises ConfigError."""
    written = Written(GIVEN, None, content)
    _check_schema(written, "config.schema.json")
    _check_values(written)
    return Config(Path.cwd(), written)


def read(file: Path, schema: str) -> Written:
    """The one document in a YAML file that satisfies `schema`, one of ours. Raises ConfigError."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: cannot be read: byte {error.start} is not valid UTF-8") from error
    written = _only_document(file, text)
    _check_schema(written, schema)
    return written


def _check_schema(written: Written, schema: str) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    validator = Draft202012Validator(json.loads((data.root() / "schemas" / schema).read_bytes()))
    wrong = best_match(validator.iter_errors(written.content))
    if wrong is not None:
        raise _told(written, wrong)


def _only_document(file: Path, text: str) -> Written:
    documents = [document for document in tree.read(text) if document.data is not None or document.problem]
    if not documents:
        return Written(file, None, {})
    document = documents[0]
    if document.problem is not None:
        raise ConfigError(f"{file}:{_line(document, document.problem.offset)}: {document.problem.message}")
    written = Written(file, document, document.data)
    for node, index in document.duplicates:
        entry = node.entries[index]
        raise ConfigError(f"{file}:{_line(document, entry.key.start)}: {entry.name} stands twice")
    rest = document.dropped if len(documents) == 1 else documents[1].start
    if rest is not None:
        raise ConfigError(f"{file}:{_line(document, rest)}: only one document may stand here")
    return written


def _told(written: Written, error: Any, above: Where = ()) -> ConfigError:
    error = _inmost(error)
    where = (*above, *error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = error.schema.get("properties", {})
        name = next(name for name in error.instance if name not in allowed)
        return written.wrong((*where, name), f"there is no such key{suggest(name, allowed)}")
    needed = [name for inner in error.context or () if inner.validator == "required" for name in inner.validator_value]
    message = f"one of {', '.join(needed)} must be there" if needed else str(error.message)
    if error.validator == "enum":  # null and "" stand for an option that is not set, and nobody writes them
        message = f"{error.instance!r} is not one of {[one for one in error.validator_value if one]}"
    return written.wrong(where, message if len(message) <= _LONGEST else message[:_LONGEST] + "…")


def _inmost(error: Any) -> Any:
    """What is wrong in the one branch of anyOf or oneOf that is meant: the one that allows values of this type."""
    from jsonschema.exceptions import best_match

    while error.context:
        branches: dict[int, list[Any]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        meant = [all(inner.validator != "type" or inner.path for inner in branch) for branch in branches.values()]
        if sum(meant) != 1:
            break
        error = best_match([*branches.values()][meant.index(True)])
    return error


def _line(document: tree.Document, at: int) -> int:
    return document.text.count("\n", 0, at) + 1


def _named(where: Where) -> str:
    return path.show(where) + ": " if where else ""


def _check_values(written: Written) -> None:
    """What no schema can say: patterns, paths and days."""
    content = written.content
    wrong = wrong_version(content.get("kubernetes-version"))
    if wrong:
        raise written.wrong(("kubernetes-version",), wrong)
    for index, pattern in enumerate(content.get("exclude", ())):
        try:
            glob.patterns([pattern])
        except ValueError as error:
            raise written.wrong(("exclude", index), f"{pattern!r} is no pattern: {error}") from error
    for kind, places in content.get("pods", {}).items():
        for index, place in enumerate(places):
            try:
                path.parse(place)
            except path.PathError as error:
                raise written.wrong(("pods", kind, index), str(error)) from error
    for index, entry in enumerate(content.get("ignore", ())):
        try:
            if not isinstance(entry, str):
                silence.entry(entry, written.file.parent)
        except ValueError as error:
            raise written.wrong(("ignore", index), str(error)) from error


def wrong_version(version: Any) -> str:
    """What is wrong with `version` as that of a cluster, `""` where nothing is."""
    if version is None:
        return ""
    if not isinstance(version, str):
        return "must stand in quotes: without them 1.30 is the number 1.3"
    match = _VERSION.fullmatch(version)
    newest: int = data.load()["schemas"]["kubernetes-versions"]["newest"]
    if match is None:
        return "is no version of Kubernetes such as 1.34 or v1.34.1-aliyun.1"
    return "" if int(match[1]) <= newest else f"asklint knows Kubernetes up to 1.{newest}; leave it out to take that"


def check(config: Config, rules: Mapping[str, Mapping[str, Any]]) -> None:
    """Names of rules, categories and options that are not among `rules` are mistakes. Raises ConfigError."""
    if config.written is None:
        return
    written, content = config.written, config.content
    groups = {*rules, *(rule["category"] for rule in rules.values())}
    for key in ("severity", "options"):
        for name in content.get(key, ()):
            _check_name(written, (key, name), name, rules, "rule")
    for key in ("select", "ignore"):
        for index, entry in enumerate(content.get(key, ())):
            if isinstance(entry, str):
                _check_name(written, (key, index), entry, groups, "rule or category")
            else:
                _check_name(written, (key, index, "rule"), entry["rule"], rules, "rule")
    for name, options in content.get("options", {}).items():
        for option, value in options.items():
            _check_option(written, ("options", name, option), rules[name].get("options", {}), value)


def _check_name(written: Written, where: Where, name: str, known: Iterable[str], what: str) -> None:
    if name not in known:
        raise written.wrong(where, f"there is no {what} {name}{suggest(name, known)}")


def _check_option(written: Written, where: Where, known: Mapping[str, Any], value: Any) -> None:
    option = str(where[-1])
    if option not in known:
        raise written.wrong(where, f"the rule has no option {option}{suggest(option, known)}")
    check_value(written, where, known[option], value)


def check_value(written: Written, where: Where, spec: Mapping[str, Any], value: Any) -> None:
    """Whether `value`, which stands at `where`, satisfies the JSON Schema `spec`. Raises ConfigError."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(spec).iter_errors(value))
    if error is not None:
        raise _told(written, error, where)


def suggest(name: str, known: Iterable[str]) -> str:
    """`"; did you mean …?"`, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
