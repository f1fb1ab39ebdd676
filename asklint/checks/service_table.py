"""The keys of schemas/service-annotations.yaml as a table, and what of them a Service says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from asklint.checks.once import once
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object

NLB_CLASS = "alibabacloud.com/nlb"
_KINDS = frozenset(("clb", "nlb"))


class Key(NamedTuple):
    """One annotation: for which load balancers it is, what it may say, and beside what it stands."""

    name: str  # without prefix
    full: str  # under the prefix in force
    lb: frozenset[str]
    entry: Mapping[str, Any]

    def values(self, kind: str) -> list[Mapping[str, Any]]:
        """The grammars that hold for a load balancer of `kind`; all of them where that is not known."""
        kinds = [kind] if kind in self.lb else sorted(self.lb)
        return [self.entry["nlb"] if one == "nlb" and "nlb" in self.entry else self.entry["value"] for one in kinds]

    @property
    def dead(self) -> bool:
        """Whether nothing reads the key any more."""
        return bool(self.entry.get("status") == "dead")


class Written(NamedTuple):
    """A key that is read on a Service: under which spelling it stands there, and its value."""

    key: Key
    spelling: str
    value: Any

    @property
    def path(self) -> Path:
        """Where it stands, from the object's root."""
        return ("metadata", "annotations", self.spelling)


class Table:
    """All keys by every spelling that is read; `domain` is what they begin with."""

    __slots__ = ("by_name", "domain", "keys", "prefixes")

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.domain: str = source["domain"]
        self.prefixes: tuple[str, ...] = tuple(source["prefixes"])
        self.keys = dict(self._keys(source))
        self.by_name = {key.name: key for key in self.keys.values()}

    def _keys(self, source: Mapping[str, Any]) -> Iterator[tuple[str, Key]]:
        for name, entry in source["keys"].items():
            key = Key(name, self.domain + self.prefixes[0] + name, frozenset(entry.get("lb", _KINDS)), entry)
            for prefix in self.prefixes:
                yield self.domain + prefix + name, key
        for name, entry in source["others"].items():
            yield self.domain + name, Key(name, self.domain + name, frozenset(entry.get("lb", _KINDS)), entry)


@once
def table(source: Mapping[str, Any]) -> Table:
    """The table made of the parsed file."""
    return Table(source)


def said(subject: Object) -> Mapping[str, Any]:
    """The annotations of `subject`."""
    return mapping(get(subject.data, ("metadata", "annotations")))


def written(subject: Object, known: Table) -> dict[str, Written]:
    """What is read of the annotations of `subject`, by the name of the key: of two spellings the one in force."""
    texts = said(subject)
    if known.keys.keys().isdisjoint(texts):
        return {}
    found: dict[str, Written] = {}
    for spelling, value in texts.items():
        key = known.keys.get(spelling)
        if key is not None and (key.name not in found or spelling == key.full):
            found[key.name] = Written(key, spelling, value)
    return found


def kind(subject: Object) -> str:
    """The load balancer that the Service gets: `clb` or `nlb`; `""` where it has none or nobody can tell."""
    spec = subject.data.get("spec")
    if not isinstance(spec, dict) or spec.get("type") != "LoadBalancer":
        return ""
    by_class = spec.get("loadBalancerClass")
    return "clb" if by_class is None else "nlb" if by_class == NLB_CLASS else ""


def ports(subject: Object) -> Iterator[tuple[int, str]]:
    """The ports of the Service, each with its transport: (443, "tcp")."""
    for port in sequence(mapping(subject.data.get("spec")).get("ports")):
        number, transport = mapping(port).get("port"), mapping(port).get("protocol")
        if isinstance(number, int) and not isinstance(number, bool):
            yield number, transport.lower() if isinstance(transport, str) else "tcp"
