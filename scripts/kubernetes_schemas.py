"""Makes schemas/kubernetes-versions.yaml and schemas/kubernetes/objects.txt of the schemas in kubernetes-validate."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIVES = ROOT / "scripts" / "kubernetes_lives.txt"
VERSIONS = ROOT / "schemas" / "kubernetes-versions.yaml"
OBJECTS = ROOT / "schemas" / "kubernetes" / "objects.txt"

TITLE = """\
# Made by scripts/kubernetes_schemas.py: which Kubernetes 1.x serves a kind under which apiVersion.
# from: the first minor release, to: the last, deprecated: since when, use: what takes its place, kind: where that is
# another kind, change: what must change besides the apiVersion (hand: a person knows).
sources:
  - {{url: https://kubernetes.io/docs/reference/using-api/deprecation-guide/, read: 2026-11-22}}
  - {{url: https://github.com/kubernetes/api, read: 2026-11-22}}
  - {{url: https://pypi.org/project/kubernetes-validate/, read: 2026-11-22}}
oldest: {oldest}  # of the schemas in kubernetes/objects.txt
newest: {newest}"""

# What the library calls required although the API server does without: it has a default, or its zero value is valid.
NOT_REQUIRED = {
    "apiextensions.v1.CustomResourceDefinitionVersion": {"served", "storage"},
    "apps.v1.ControllerRevision": {"revision"},
    "apps.v1.StatefulSetSpec": {"serviceName"},
    "authentication.v1.TokenRequestSpec": {"audiences"},
    "batch.v1.PodFailurePolicyOnPodConditionsPattern": {"status"},
    "batch.v1.PodFailurePolicyRule": {"onPodConditions"},
    "core.v1.HTTPHeader": {"value"},
    "core.v1.ISCSIPersistentVolumeSource": {"lun"},
    "core.v1.ISCSIVolumeSource": {"lun"},
    "core.v1.LimitRangeSpec": {"limits"},
    "core.v1.PreferredSchedulingTerm": {"preference"},
    "core.v1.Sysctl": {"value"},
    "discovery.v1.EndpointSlice": {"endpoints"},
    "networking.v1.NetworkPolicySpec": {"podSelector"},
    "rbac.v1.RoleRef": {"apiGroup"},
    "scheduling.v1.PriorityClass": {"value"},
    "storage.v1.CSIDriver": {"spec"},
}
# Fields that are not looked into: what the platform writes, and what other rules speak of (annotation-not-string,
# flexvolume-option); `{}a` is a map of anything.
LEFT_OUT = {
    "meta.v1.ObjectMeta.annotations": "{}a",
    "meta.v1.ObjectMeta.labels": "{}a",
    "meta.v1.ObjectMeta.managedFields": "a",
    "core.v1.FlexVolumeSource.options": "{}a",
    "core.v1.FlexPersistentVolumeSource.options": "{}a",
}
UNKEYED = {"apiextensions.v1.JSONSchemaProps.x-kubernetes-validations", "meta.v1.ObjectMeta.ownerReferences"}
KEYS = ("from", "deprecated", "to", "use", "kind", "change")
NO_OBJECTS = {"APIGroup", "APIVersions", "DeleteOptions", "Status", "WatchEvent"}
SCALARS = {
    "api.resource.Quantity": "q",
    "util.intstr.IntOrString": "x",
    "meta.v1.Time": "t",
    "meta.v1.MicroTime": "t",
}
FORMATS = {("string", "byte"): "y", ("integer", "int32"): "i"}
TYPES = {"string": "s", "integer": "l", "number": "n", "boolean": "b"}


class Served(NamedTuple):
    """A kind under one apiVersion: its definition, and the minor releases of the library that have it."""

    definition: str
    minors: list[int]


def main() -> None:
    """Writes both files."""
    definitions = load()
    OBJECTS.parent.mkdir(exist_ok=True)
    OBJECTS.write_text(objects(definitions), encoding="utf-8")
    VERSIONS.write_text(versions(definitions), encoding="utf-8")
    print(f"{OBJECTS}: {OBJECTS.stat().st_size} bytes; {VERSIONS}: {VERSIONS.stat().st_size} bytes")


def load() -> dict[int, dict[str, Any]]:
    """The definitions of each minor release, by their short names, as kubernetes-validate has them in strict form."""
    spec = find_spec("kubernetes_validate")
    if spec is None or spec.origin is None:
        sys.exit("kubernetes-validate is not installed: pip install -e '.[dev]'")
    found: dict[int, dict[str, Any]] = {}
    for folder in (Path(spec.origin).parent / "kubernetes-json-schema").glob("v1.*-strict"):
        minor = int(folder.name.split(".")[1])
        content = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
        found[minor] = {short(name): definition for name, definition in content.items()}
    return dict(sorted(found.items()))


def short(name: str) -> str:
    """io.k8s.api.apps.v1.Deployment → apps.v1.Deployment."""
    return re.sub(r"^io\.k8s\.(?:api|[\w-]+\.pkg(?:\.apis)?)\.", "", name)


def kinds(definitions: Mapping[int, Mapping[str, Any]]) -> dict[tuple[str, str], Served]:
    """Every (kind, apiVersion) that stands for an object of its own."""
    found: dict[tuple[str, str], Served] = {}
    for minor, named in definitions.items():
        for name, definition in named.items():
            for said in definition.get("x-kubernetes-group-version-kind", ()):
                kind = said["kind"]
                if kind.endswith("List") or kind in NO_OBJECTS or name.startswith("meta."):
                    continue
                version = f"{said['group']}/{said['version']}".lstrip("/")
                found.setdefault((kind, version), Served(name, [])).minors.append(minor)
    return dict(sorted(found.items()))


# -- schemas/kubernetes/objects.txt


HEAD = """\
# The objects of Kubernetes {oldest} to {newest}, made by scripts/kubernetes_schemas.py from kubernetes-validate.
# First the kinds: apiVersion, kind, definition, and the minor releases that serve them. Then the definitions: name,
# tab, fields. A field is name=type; ! behind the name: required; ;from-to behind the type: not all releases have it.
# Types: s string, i int32, l int64, n number, b boolean, q quantity, x int or string, t time, y base64, a anything,
# []T list, [a,b]T list whose items a and b tell apart, {{}}T map, @D definition D.
"""


def objects(definitions: Mapping[int, Mapping[str, Any]]) -> str:
    """The text of schemas/kubernetes/objects.txt."""
    served = kinds(definitions)
    roots = {one.definition for one in served.values()}
    fields = {minor: dict(_definitions(named, roots)) for minor, named in definitions.items()}
    for (
        name
    ) in roots:  # a status is the platform's matter; in 1.25 to 1.27 a NetworkPolicy has one, and keeps it in dumps
        if any("status" in named.get(name, ()) for named in fields.values()):
            for named in fields.values():
                named.get(name, {})["status"] = "=a"
    minors = list(fields)
    lines = [HEAD.format(oldest=f"1.{minors[0]}", newest=f"1.{minors[-1]}").rstrip("\n")]
    lines += [f"{version} {kind} {one.definition} {_range(one.minors)}" for (kind, version), one in served.items()]
    for name in sorted({name for named in fields.values() for name in named}):
        here = {minor: named[name] for minor, named in fields.items() if name in named}
        lines.append(f"{name}\t{' '.join(_merged(here))}")
    return "\n".join(lines) + "\n"


def _range(minors: list[int]) -> str:
    assert minors == list(range(minors[0], minors[-1] + 1)), minors
    return f"{minors[0]}-{minors[-1]}"


def _definitions(named: Mapping[str, Any], roots: set[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The definitions that the objects of one release reach, each as field → `!=type` or `=type`."""
    todo, seen = sorted(roots & named.keys()), set(roots)
    while todo:
        name = todo.pop()
        fields = dict(_fields(name, named, name in roots))
        yield name, fields
        for field in fields.values():
            reached = field.partition("@")[2]
            if reached and reached not in seen:
                seen.add(reached)
                todo.append(reached)


def _fields(name: str, named: Mapping[str, Any], is_root: bool) -> Iterator[tuple[str, str]]:
    definition = named[name]
    required = set(definition.get("required", ())) - NOT_REQUIRED.get(name, set())
    for field, said in definition["properties"].items():
        if is_root and field in ("apiVersion", "kind", "status"):
            kind = "a" if field == "status" else "s"
        else:
            kind = LEFT_OUT.get(f"{name}.{field}") or _type(said, named, f"{name}.{field}" not in UNKEYED)
        yield field, f"{'!' if field in required else ''}={kind}"


def _type(said: Mapping[str, Any], named: Mapping[str, Any], keyed: bool = True) -> str:
    if "$ref" in said:
        name = short(said["$ref"].rpartition("/")[2])
        return SCALARS.get(name) or ("@" + name if "properties" in named[name] else "a")
    kind = next((kind for kind in _list(said.get("type", ())) if kind != "null"), "")
    if kind == "array":
        return f"[{_keys(said) if keyed else ''}]{_type(said['items'], named)}"
    if kind == "object":
        return "{}" + _type(said["additionalProperties"], named) if "additionalProperties" in said else "a"
    return FORMATS.get((kind, said.get("format", "")), TYPES.get(kind, "a"))


def _keys(said: Mapping[str, Any]) -> str:
    """What tells the items of a list apart; releases before 1.30 say it of some lists as the key for patches only."""
    merge = said.get("x-kubernetes-patch-merge-key") if "x-kubernetes-list-type" not in said else None
    return ",".join(said.get("x-kubernetes-list-map-keys", [merge] if merge else ()))


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _merged(here: Mapping[int, Mapping[str, str]]) -> Iterator[str]:
    """The fields of one definition over the releases that have it."""
    whole = list(here)
    for field in sorted({field for fields in here.values() for field in fields}):
        runs: list[tuple[str, list[int]]] = []
        for minor, fields in here.items():
            if field not in fields:
                continue
            if runs and runs[-1][0] == fields[field] and runs[-1][1][-1] == minor - 1:
                runs[-1][1].append(minor)
            else:
                runs.append((fields[field], [minor]))
        for said, minors in runs:
            yield f"{field}{said}" + (f";{minors[0]}-{minors[-1]}" if minors != whole else "")


# -- schemas/kubernetes-versions.yaml


def versions(definitions: Mapping[int, Mapping[str, Any]]) -> str:
    """The text of schemas/kubernetes-versions.yaml."""
    oldest, newest = min(definitions), max(definitions)
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for (kind, version), one in kinds(definitions).items():
        entry = table.setdefault(kind, {}).setdefault(version, {"from": one.minors[0]})
        if one.minors[-1] < newest:
            entry["to"] = one.minors[-1]
    for version, came, deprecated, removed, use, change, names in _life():
        for name in names.split():
            kind, _, instead = name.partition("=")
            entry = table.setdefault(kind, {}).setdefault(version, {"to": int(removed) - 1 if removed != "-" else 0})
            _check_life(kind, version, entry, removed, oldest)
            if entry.get("from", oldest) <= oldest:
                entry["from"] = int(came)
            if deprecated != "-":
                entry["deprecated"] = int(deprecated)
            if use != "-":
                entry["use"] = use
            if change != "-":
                entry["change"] = change
            if instead:
                entry["kind"] = instead
    lines = [TITLE.format(oldest=oldest, newest=newest)]
    groups = sorted({version.rpartition("/")[0] for known in table.values() for version in known})
    lines.append(f"groups: {json.dumps(groups)}")
    lines.append("kinds:")
    for kind in sorted(table):
        lines.append(f"  {kind}:")
        for version in sorted(table[kind]):
            entry = table[kind][version]
            said = ", ".join(f"{key}: {entry[key]}" for key in KEYS if key in entry)
            lines.append(f"    {version}: {{{said}}}")
    return "\n".join(lines) + "\n"


def _life() -> Iterator[list[str]]:
    for line in LIVES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split(maxsplit=6)


def _check_life(kind: str, version: str, entry: Mapping[str, Any], removed: str, oldest: int) -> None:
    """What stands in kubernetes_lives.txt must not contradict the library."""
    said = int(removed) - 1 if removed != "-" else None
    known = entry.get("to")
    if said != known:
        sys.exit(f"{kind} in {version}: served up to 1.{known} by the library, up to 1.{said} by kubernetes_lives.txt")
    if said is not None and said < oldest and "from" in entry and entry["from"] >= oldest:
        sys.exit(f"{kind} in {version}: kubernetes_lives.txt removes what the library serves")


if __name__ == "__main__":
    main()
