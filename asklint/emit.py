"""What fixes change as something that stands beside the sources: a kustomize overlay, or one patch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from asklint import patch, render, tree
from asklint.path import Path, pointer
from asklint.resource import Object, objects

KUSTOMIZATION = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
PATCH = "asklint.patch"


class CannotEmit(ValueError):
    """A change that cannot be said in this form; the message says why."""


class Change(NamedTuple):
    """One source before and after its fixes, by the name it shall have."""

    name: str
    old: str
    new: str


def unified(changes: Iterable[Change]) -> str:
    """`changes` as one patch for `git apply` and `patch -p1`; nothing in it is masked, or it would not apply."""
    return "".join(patch.unified(change.name, change.old, change.new, masked=False) for change in changes)


def overlay(changes: Sequence[Change], resources: Sequence[str]) -> dict[str, str]:
    """The files of an overlay on `resources` that makes of their objects what `changes` do. Raises CannotEmit.

    What is changed becomes a JSON patch, what is dropped a `$patch: delete`, what is added a resource.
    """
    before = _by_identity(_objects(change.old for change in changes))
    after = _by_identity(_objects(change.new for change in changes))
    files: dict[str, str] = {}
    patches: list[Any] = []
    added: list[str] = []
    for key, old in before.items():
        new = after.get(key)
        if new is None:
            name = _file(files, old, "drop")
            files[name] = _yaml({**_named(old), "$patch": "delete"})
            patches.append({"path": name})
        elif new.written != old.written:
            name = _file(files, old, "patch")
            files[name] = _yaml(list(_operations(old.written, new.written, ())))
            patches.append({"path": name, "target": _target(old, before)})
    for key, new in after.items():
        if key not in before:
            added.append(_file(files, new, "add"))
            files[added[-1]] = _yaml(new.written)
    top: dict[str, Any] = {**KUSTOMIZATION, "resources": [*resources, *added]}
    return {"kustomization.yaml": _yaml({**top, "patches": patches} if patches else top), **files}


def base(names: Sequence[str]) -> str:
    """The kustomization of a folder with these files."""
    return _yaml({**KUSTOMIZATION, "resources": list(names)})


def _objects(texts: Iterable[str]) -> Iterator[Object]:
    for text in texts:
        for document in tree.read(text):
            if document.duplicates:
                node, index = document.duplicates[0]
                raise CannotEmit(
                    f"kustomize refuses keys that stand twice, as {node.entries[index].name} does: fix them first"
                )
            yield from objects(document)


_Key = tuple[str, str, str | None, str | None]  # group, kind, namespace, name


def _by_identity(found: Iterable[Object]) -> dict[_Key, Object]:
    known: dict[_Key, Object] = {}
    for one in found:
        key = (one.group, one.kind, one.namespace, one.name)
        if one.name is None:
            raise CannotEmit(f"kustomize knows objects by their names, and a {one.kind} has none")
        if key in known:
            raise CannotEmit(f"kustomize takes an object once, and there are two of {one.kind} {one.name}")
        known[key] = one
    return known


def _named(one: Object) -> dict[str, Any]:
    place = {"name": one.name, **({"namespace": one.namespace} if one.namespace else {})}
    return {"apiVersion": one.api_version, "kind": one.kind, "metadata": place}


def _target(one: Object, known: Mapping[_Key, Object]) -> dict[str, str]:
    """What selects `one` and nothing else; the values are regular expressions to kustomize."""
    version = one.api_version.rpartition("/")[2]
    target = {"version": version, "kind": one.kind, "name": re.escape(one.name or "").replace("\\-", "-")}
    if one.group:
        target["group"] = one.group
    if one.namespace:
        target["namespace"] = one.namespace
    alike = [key for key in known if (key[1], key[3]) == (one.kind, one.name)]
    if any((key[0] != one.group and not one.group) or (key[2] and not one.namespace) for key in alike):
        raise CannotEmit(
            f"{one.kind} {one.name} is there in several groups or namespaces: a patch would change them all"
        )
    return target


def _file(taken: Mapping[str, str], one: Object, verb: str) -> str:
    stem = re.sub(r"[^a-z0-9.-]+", "-", f"{verb}-{one.kind}-{one.name}".lower())
    names = (f"{stem}{number}.yaml" for number in ("", *(f"-{number}" for number in range(2, len(taken) + 3))))
    return next(name for name in names if name not in taken)


def _yaml(value: Any) -> str:
    return "\n".join(render.block(value, 2, 0)) + "\n"


def _operations(old: Any, new: Any, at: Path) -> Iterator[dict[str, Any]]:
    """What makes `new` of `old`, as RFC 6902 has it; lists of another length are replaced whole."""
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                yield {"op": "remove", "path": pointer((*at, key))}
            else:
                yield from _operations(old[key], new[key], (*at, key))
        for key in new:
            if key not in old:
                yield {"op": "add", "path": pointer((*at, key)), "value": new[key]}
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _operations(*pair, (*at, index))
    else:
        yield {"op": "replace", "path": pointer(at), "value": new}
