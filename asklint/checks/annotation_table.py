"""The keys of schemas/pod-annotations.yaml as a table, and where an object has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from asklint.checks.once import once
from asklint.path import Path, get, mapping, parse, walk
from asklint.resource import Object, Pod

Field = Literal["annotations", "labels"]
FIELDS: tuple[Field, Field] = ("annotations", "labels")


class Key(NamedTuple):
    """One annotation or label: what it is, where it is read, on which targets, and what it may say."""

    name: str
    field: Field
    by_user: bool
    places: tuple[str, ...]
    targets: frozenset[str]
    idle: frozenset[str]  # the targets on which it is accepted and changes nothing
    status: str
    replaced_by: Mapping[str, Any]
    pod_key: str
    value: Mapping[str, Any]

    def acts(self, target: str) -> bool:
        """Whether anything reads the key there and goes by it."""
        return target in self.targets and target not in self.idle


class Place(NamedTuple):
    """One metadata of an object: where it stands, and what it belongs to."""

    path: Path
    data: Mapping[str, Any]
    kind: str  # pod, workload, namespace, service-account, image-cache, service; "" for anything else


class Entry(NamedTuple):
    """A known key in an object."""

    place: Place
    field: Field
    key: Key
    value: Any

    @property
    def path(self) -> Path:
        """Where the key stands, from the object's root."""
        return (*self.place.path, self.field, self.key.name)


class Table:
    """All keys by name; `carriers` lead to pod annotations that stand in no metadata, by kind."""

    __slots__ = ("candidates", "carriers", "keys", "names")

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.keys = {name: _key(name, entry, source["platforms"]) for name, entry in source["keys"].items()}
        self.names = frozenset(self.keys)
        self.carriers = {kind: tuple(map(parse, paths)) for kind, paths in source["carriers"].items()}
        self.candidates = {target: _candidates(self.keys, target) for target in ("ask", "eci", "acs")}


_KINDS = {
    "Namespace": "namespace",
    "ServiceAccount": "service-account",
    "Service": "service",
    "Ingress.networking.k8s.io": "service",
    "Ingress.extensions": "service",
    "ImageCache.eci.alibabacloud.com": "image-cache",
}


@once
def table(source: Mapping[str, Any]) -> Table:
    """The table made of the parsed file."""
    return Table(source)


def _key(name: str, entry: Mapping[str, Any], platforms: Mapping[str, list[str]]) -> Key:
    return Key(
        name,
        "labels" if entry["kind"] == "label" else "annotations",
        entry["set-by"] == "user",
        tuple(entry["place"]),
        frozenset(platforms[entry["platform"]]),
        frozenset(entry.get("idle", ())),
        entry["status"],
        entry.get("replaced-by", {}),
        entry.get("pod-key", ""),
        entry["value"],
    )


def _candidates(keys: Mapping[str, Key], target: str) -> tuple[str, ...]:
    """The keys that a user of `target` may have meant, those in force first."""
    meant = [key for key in keys.values() if key.by_user and target in key.targets and "/" in key.name]
    return tuple(
        key.name
        for key in sorted(meant, key=lambda key: key.status != "current")
        if key.status in ("current", "deprecated", "legacy")
    )


@lru_cache(maxsize=2)
def entries(subject: Object, known: Table) -> tuple[Entry, ...]:
    """The known keys in the annotations and labels of `subject`, from the outside in, kept while rules are asked."""
    return tuple(entry for place in places(subject, known) for entry in _entries(place, known))


def _entries(place: Place, known: Table) -> Iterator[Entry]:
    for field in FIELDS:
        written = place.data.get(field)
        if isinstance(written, dict) and not known.names.isdisjoint(written):
            for name, value in written.items():
                if name in known.names:
                    yield Entry(place, field, known.keys[name], value)


@lru_cache(maxsize=2)
def places(subject: Object, known: Table) -> tuple[Place, ...]:
    """Every metadata of `subject`, and what carries its pods' annotations in kinds that have no pod template."""
    return tuple(_places(subject, known))


def _places(subject: Object, known: Table) -> Iterator[Place]:
    inner = {pod.metadata_path for pod in subject.pods if pod.has_metadata}
    for path, data in metadata(subject):
        yield Place(
            path, data, "pod" if path in inner else "workload" if subject.pods else _KINDS.get(subject.known, "")
        )
    for steps in known.carriers.get(subject.known, ()):
        for path, data in walk(steps, subject.data):
            if path not in inner and isinstance(data, dict):
                yield Place(path, data, "pod")


def metadata(subject: Object) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The metadata of the object, of its pods, and of what stands between them (the job of a CronJob)."""
    for path in dict.fromkeys(_metadata_paths(subject)):
        data = get(subject.data, path)
        if isinstance(data, dict):
            yield path, data


def _metadata_paths(subject: Object) -> Iterator[Path]:
    yield ("metadata",)
    for pod in subject.pods:
        for length in range(1, len(pod.path) - 1):
            yield (*pod.path[:length], "metadata")
        yield pod.metadata_path


def template(subject: Object) -> Pod | None:
    """The one pod template of `subject`; None where there are several, or one that has no metadata of its own."""
    if len(subject.pods) != 1:
        return None
    pod = subject.pods[0]
    return pod if pod.path[-2:] == ("template", "spec") else None


def written(data: Mapping[str, Any], field: Field, name: str) -> bool:
    """Whether `name` stands in the annotations or labels of this metadata."""
    return name in mapping(data.get(field))


def selected(subject: Object, name: str) -> bool:
    """Whether the object may select its pods by the label `name`, so that it cannot be taken from them."""
    selector = mapping(mapping(subject.data.get("spec")).get("selector"))
    return name in selector or name in mapping(selector.get("matchLabels")) or bool(selector.get("matchExpressions"))


@cache
def near(one: str, other: str) -> bool:
    """Whether two words are one but for a slip: capitals, separators, a letter (from five on), two (from ten on)."""
    if _plain(one) == _plain(other):
        return True
    shorter = min(len(one), len(other))
    limit = 0 if shorter < 5 else 1 if shorter < 10 else 2
    return abs(len(one) - len(other)) <= limit and _distance(one.lower(), other.lower()) <= limit


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(".", "")


def _distance(one: str, other: str) -> int:
    """How many letters are put in, left out, exchanged or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    line = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        above, line = line, [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and against == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before = above
    return line[-1]
