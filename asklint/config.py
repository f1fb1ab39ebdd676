""".asklint.yaml: found upwards from the working directory, checked against schemas/config.schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from asklint import data, tree

NAME = ".asklint.yaml"


class ConfigError(ValueError):
    """A config that cannot be used; the message names file, line and key."""


class Config(NamedTuple):
    """What .asklint.yaml says; `root` is the folder it stands in."""

    root: Path
    file: Path | None
    content: Mapping[str, Any]


def find(start: Path) -> Path | None:
    """The .asklint.yaml in `start` or the nearest folder above it."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
    return None


def load(file: Path | None, known: Mapping[str, Any]) -> Config:
    """The config in `file`, or an empty one. `known` are the rules by name, for their options. Raises ConfigError."""
    if file is None:
        return Config(Path.cwd(), None, {})
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    content = checked(file, text, json.loads((data.root() / "schemas" / "config.schema.json").read_bytes()))
    _check_names(file, text, content, known)
    return Config(file.resolve().parent, file, content)


def checked(file: Path, text: str, schema: Mapping[str, Any]) -> Any:
    """The data of the one YAML document in `text`, which satisfies `schema`. Raises ConfigError with file and line."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    documents = [document for document in tree.read(text) if document.data is not None or document.problem]
    if not documents:
        return {}
    document = documents[0]
    if document.problem is not None:
        raise ConfigError(f"{file}:{_line(text, document.problem.offset)}: {document.problem.message}")
    for node, index in document.duplicates:
        key = node.entries[index].key
        raise ConfigError(f"{file}:{_line(text, key.start)}: {node.entries[index].name} stands twice")
    error = best_match(Draft202012Validator(schema).iter_errors(document.data))
    if error is not None:
        path = tuple(error.absolute_path)
        where = ".".join(map(str, path)) or "the file"
        raise ConfigError(f"{file}:{_line(text, offset(document, path))}: {where}: {_plainly(error.message)}")
    return document.data


def offset(document: tree.Document, path: tuple[str | int, ...]) -> int:
    """Where the key of `path` (or of what is there of it) stands in the text."""
    while path:
        try:
            entry, node = document.trail(path)[-1]
        except KeyError:
            path = path[:-1]
            continue
        return entry.key.start if entry is not None else node.start
    return document.root.start if document.root is not None else document.start


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _plainly(message: str) -> str:
    return message.replace("Additional properties are not allowed", "unknown key").replace(" was unexpected", "")


def _check_names(file: Path, text: str, content: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Names of rules and of their options that are not known are mistakes, and said."""
    document = next((document for document in tree.read(text) if document.data is not None), None)
    if document is None:
        return

    def wrong(path: tuple[str | int, ...], message: str) -> ConfigError:
        return ConfigError(f"{file}:{_line(text, offset(document, path))}: {message}")

    own = "rules" in content  # the user's own rules are read after the config, and may be meant
    categories = {rule["category"] for rule in known.values()}
    for key in ("severity", "options"):
        for name in content.get(key, {}):
            if name not in known and not own:
                raise wrong((key, name), f"{key}: there is no rule {name}{suggest(name, known)}")
    for key in ("select", "ignore"):
        for index, entry in enumerate(content.get(key, [])):
            name = entry["rule"] if isinstance(entry, dict) else entry
            if name not in known and name not in categories and not own:
                raise wrong((key, index), f"{key}: there is no rule or category {name}{suggest(name, known)}")
    for name, options in content.get("options", {}).items():
        for option, value in options.items():
            spec = known.get(name, {}).get("options", {})
            if name in known and option not in spec:
                raise wrong(("options", name, option), f"options.{name}: there is no option {option}")
            if name in known:
                _check_option(spec[option], value, wrong(("options", name, option), f"options.{name}.{option}"))


def _check_option(spec: Mapping[str, Any], value: Any, error: ConfigError) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    problem = best_match(Draft202012Validator(spec).iter_errors(value))
    if problem is not None:
        raise ConfigError(f"{error}: {_plainly(problem.message)}")


def suggest(name: str, known: Mapping[str, Any]) -> str:
    """`"; did you mean …?"`, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
