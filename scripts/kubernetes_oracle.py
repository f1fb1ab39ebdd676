"""Compares what asklint says of an object's fields with what jsonschema says by the schemas in kubernetes-validate."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import kubernetes_schemas  # noqa: E402

from asklint import data, tree  # noqa: E402
from asklint.checks.kubernetes_fields import problems, release  # noqa: E402
from asklint.inputs import files  # noqa: E402
from asklint.path import get  # noqa: E402
from asklint.resource import objects  # noqa: E402

Said = set[tuple[Any, ...]]  # (path, "unknown") | (path, "type") | (path, "missing", name)

_TYPES = {"map", "list", "string", "number", "boolean", "either"}
_READ = {"quantity", "time", "base64"}  # to the library any string is one


def library(value: Mapping[str, Any], minor: int) -> Said:
    """What the library's schemas say of `value`; nothing of what asklint leaves out on purpose."""
    said: Said = set()
    for error in _validator(value["apiVersion"], value["kind"], minor).iter_errors(value):
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            said |= {((*path, name), "unknown") for name in error.instance if name not in error.schema["properties"]}
        elif error.validator == "required":
            said |= {(path, "missing", name) for name in error.validator_value if name not in error.instance}
        elif error.validator in ("type", "oneOf") and error.instance is not None:  # asklint calls that missing
            said.add((path, "type"))
    return said


def ours(value: dict[str, Any], minor: int) -> Said:
    """What asklint says of `value`, without what the library cannot see."""
    here = release(minor)
    root = here.root(value["apiVersion"], value["kind"])
    assert root is not None
    said: Said = set()
    for problem in problems(value, root, here):
        if problem.case == "unknown":
            said.add((problem.path, "unknown"))
        elif problem.case == "missing":
            parent = get(value, problem.path)
            if parent is not None and problem.name not in parent:  # null is something to the library
                said.add((problem.path, "missing", problem.name))
        elif problem.case in _TYPES or (problem.case in _READ and not _is_read(problem.case, problem.value)):
            said.add((problem.path, "type"))
    return said


def _is_read(case: str, value: Any) -> bool:
    return isinstance(value, str) or (case == "quantity" and type(value) in (int, float))


@cache
def definitions() -> dict[int, dict[str, Any]]:
    """The library's definitions per minor release, by their short names."""
    return kubernetes_schemas.load()


@cache
def _validator(api_version: str, kind: str, minor: int) -> Draft202012Validator:
    served = kubernetes_schemas.kinds(definitions())[kind, api_version]
    return Draft202012Validator({"$ref": f"#/$defs/{served.definition}", "$defs": _defs(minor)})


@cache
def _defs(minor: int) -> dict[str, Any]:
    """The definitions with what asklint leaves out on purpose taken out: see kubernetes_schemas."""
    named = definitions()[minor]
    roots = {one.definition for one in kubernetes_schemas.kinds(definitions()).values()}
    changed = {}
    for name, definition in named.items():
        if "properties" not in definition:
            changed[name] = {} if name not in kubernetes_schemas.SCALARS else definition
            continue
        fields = dict(definition["properties"])
        for field in fields:
            left_out = kubernetes_schemas.LEFT_OUT.get(f"{name}.{field}")
            if left_out is not None:
                fields[field] = {"type": ["object", "null"]} if left_out == "{}a" else {}
        if name in roots and ("status" in fields or name == "networking.v1.NetworkPolicy"):
            fields["status"] = {}
        needed = set(definition.get("required", ())) - kubernetes_schemas.NOT_REQUIRED.get(name, set())
        changed[name] = {**definition, "properties": fields, "required": sorted(needed)}
    return {name: _short(definition) for name, definition in changed.items()}


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "#/$defs/" + kubernetes_schemas.short(said.rpartition("/")[2])
            if key == "$ref" and isinstance(said, str)
            else _short(said)
            for key, said in value.items()
        }
    return [_short(item) for item in value] if isinstance(value, list) else value


def found(folders: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects below `folders`, each with its file."""
    for one in files.find(folders):
        if one.reason or one.problem:
            continue
        try:
            text = files.read(one.path, one.name).text
        except OSError:
            continue
        for document in tree.read(text):
            if document.problem is None and document.data is not None:
                for here in objects(document):
                    yield one.name, here.data


def main(folders: list[str]) -> None:
    """Prints how often both agree on the objects below `folders`, and where they do not."""
    table = data.load()["schemas"]["kubernetes-versions"]
    counts: Counter[str] = Counter()
    for name, value in found(folders):
        served = table["kinds"].get(value["kind"], {}).get(value["apiVersion"])
        for minor in (table["oldest"], (table["oldest"] + table["newest"]) // 2, table["newest"]):
            if served is None or not served["from"] <= minor <= served.get("to", minor):
                counts["not served"] += 1
                continue
            theirs, mine = library(value, minor), ours(value, minor)
            counts["both silent" if not theirs | mine else "both speak, alike"] += theirs == mine
            if theirs != mine:
                counts["differ"] += 1
                print(f"{name}: 1.{minor}: library {theirs - mine}, asklint {mine - theirs}")
    print(dict(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
