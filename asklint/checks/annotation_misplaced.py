"""annotation-misplaced: a pod's annotation where nothing reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_table import Entry, entries, table, template, written
from asklint.edit import Move, Remove, Rename
from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Object

_KUBERNETES = frozenset(("", "apps", "batch", "extensions"))  # groups whose controllers copy no annotation into pods

# Where a key of other objects is spoken of. A label on a Service is often that of a whole application.
_ELSEWHERE = {"annotations": ("pod", "workload", "service", "service-account"), "labels": ("pod", "workload")}


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every key that is read elsewhere: in the pod template, or in an object of another kind."""
    for entry in entries(subject, table(params["keys"])):
        key = entry.key
        if entry.field != key.field or not key.by_user or not key.acts(target) or "/" not in key.name:
            continue
        if entry.place.kind in key.places or key.status == "unverified":
            continue
        if entry.place.kind == "workload" and "pod" in key.places:
            yield from _on_workload(subject, entry)
        elif entry.place.kind in _ELSEWHERE[entry.field]:
            yield _elsewhere(entry)


def _on_workload(subject: Object, entry: Entry) -> Iterator[Hit]:
    own = subject.group in _KUBERNETES
    if not own and (entry.field == "labels" or any(pod.path[-2:] != ("template", "spec") for pod in subject.pods)):
        return  # the controller of a custom kind may hand its labels on, and keeps pods' metadata where it likes
    name = entry.key.name
    pod = template(subject)
    if all(written(pod.metadata, entry.field, name) for pod in subject.pods):
        if own and entry.field == "annotations":
            yield Hit(entry.path, "duplicate", {"key": name}, (Remove(entry.path),))
    elif pod is None:
        yield Hit(entry.path, "several", {"key": name})
    else:
        yield Hit(entry.path, "workload", {"key": name}, (Move(entry.path, (*pod.metadata_path, entry.field, name)),))


def _elsewhere(entry: Entry) -> Hit:
    """A key of ImageCache objects or service accounts on a pod, or one of pods on what has none."""
    meant = entry.key.pod_key if entry.place.kind == "pod" else ""
    if meant:
        there = meant in mapping(entry.place.data.get(entry.field))
        return Hit(entry.path, "counterpart", {"meant": meant}, () if there else (Rename(entry.path, meant),))
    return Hit(entry.path, entry.key.places[0], {"key": entry.key.name})
