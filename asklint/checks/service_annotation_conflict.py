"""service-annotation-conflict: annotations that contradict one another, or the class, ports or type of a Service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

from asklint.checks.balancer_grammar import is_filled_in_later
from asklint.checks.service_table import NLB_CLASS, Table, Written, kind, ports, table, written
from asklint.finding import Hit
from asklint.resource import Object

_PREFIX = "loadbalancer-"
_TYPE, _TUNNEL = "alibaba-cloud-loadbalancer-type", "alibaba-cloud-loadbalancer-tunnel-type"
_OFF = ("off", "false", "0")  # what is switched off needs nothing beside it


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every annotation that is not read, does nothing, or is refused beside what else the Service says."""
    spec = subject.data.get("spec")
    if not isinstance(spec, dict) or (spec.get("type") != "LoadBalancer" and not _annotated(subject)):
        return
    service = _Service(subject, table(params["keys"]))
    if service.ignored:
        yield from service.passed_over()
        return
    yield from service.without_zones()
    for one in service.found.values():
        if isinstance(one.value, str) and not is_filled_in_later(one.value) and not one.key.dead:
            yield from islice(service.hits(one), 1)
    yield from service.unmanaged()


def _annotated(subject: Object) -> bool:
    metadata = subject.data.get("metadata")
    return isinstance(metadata, dict) and isinstance(metadata.get("annotations"), dict)


class _Service:
    """A Service being asked: its load balancer, and what is read of its annotations."""

    def __init__(self, subject: Object, known: Table) -> None:
        self.subject = subject
        self.known = known
        self.found = written(subject, known)
        self.kind = kind(subject)

    def value(self, name: str) -> str | None:
        """What the annotation `name` says; None where it is absent, "" where nobody can tell yet."""
        one = self.found.get(name)
        if one is None or one.value in (None, ""):
            return None
        return one.value if isinstance(one.value, str) and not is_filled_in_later(one.value) else ""

    def full(self, name: str) -> str:
        """The key `name` as it stands on the Service, or would."""
        one = self.found.get(name)
        return one.spelling if one else self.known.by_name[name].full

    # -- the Service as a whole

    @cached_property
    def ignored(self) -> bool:
        """Whether the Service gets no load balancer of the kind that its class says."""
        return not self.kind or not self.found.keys().isdisjoint(("class", _TUNNEL, _TYPE))

    def passed_over(self) -> Iterator[Hit]:
        """One hit on what keeps the controller away, where there is something that it should read."""
        spec = self.subject.data["spec"]
        ours = [one for one in self.found.values() if one.key.name.startswith(_PREFIX)]
        if spec.get("type") != "LoadBalancer":
            if ours and spec.get("type") != "NodePort" and spec.get("ports"):
                yield Hit(ours[0].path, "idle-type", {"type": spec.get("type") or "ClusterIP"})
        elif self.value("class"):
            yield Hit(self.found["class"].path, "class")
        elif self.kind == "clb" and self.value(_TYPE):
            yield Hit(self.found[_TYPE].path, "gated", {"class": NLB_CLASS})
        elif not self.kind and ours:
            yield Hit(("spec", "loadBalancerClass"), "other-class")

    def without_zones(self) -> Iterator[Hit]:
        """An NLB is made in zones that must be named."""
        if self.kind == "nlb" and self.found.keys().isdisjoint(("loadbalancer-zone-maps", "loadbalancer-id")):
            yield Hit(("spec", "loadBalancerClass"), "zones", {"other": self.full("loadbalancer-zone-maps")})

    def unmanaged(self) -> Iterator[Hit]:
        """What is said of the listeners of a CLB that the controller leaves alone."""
        if self.kind != "clb" or not self.leaves_listeners_alone:
            return
        idle = [one for one in self.found.values() if one.key.entry.get("layer") == "listener" and not one.key.dead]
        if idle and self.value("loadbalancer-vgroup-port") is None:
            other = self.full("loadbalancer-force-override-listeners")
            yield Hit(idle[0].path, "unmanaged", {"count": len(idle), "other": other})

    # -- one annotation

    def hits(self, one: Written) -> Iterator[Hit]:
        """What is wrong with one annotation, the gravest first."""
        if one.key.entry.get("layer") == "listener" and self.leaves_listeners_alone:
            return
        if self.kind not in one.key.lb:
            yield Hit(one.path, f"for-{next(iter(one.key.lb))}", {"class": NLB_CLASS})
            return
        yield from self.port(one)
        if one.value.lower() in _OFF:
            return
        yield from self.excludes(one)
        yield from self.listener(one)
        yield from self.needs(one)
        yield from self.floor(one)

    def needs(self, one: Written) -> Iterator[Hit]:
        """What the annotation does not act, or is refused, without."""
        for need in one.key.entry.get("needs", ()):
            if need.get("lb", self.kind) != self.kind or one.value not in need.get("when", [one.value]):
                continue
            said, wanted = self.value(need["key"]), need.get("is")
            if said == "" or (said is not None and (wanted is None or said.lower() in map(str.lower, wanted))):
                continue
            beside = f'{self.full(need["key"])}: "{wanted[0]}"' if wanted else self.full(need["key"])
            yield Hit(one.path, need.get("case", "beside"), {"other": beside})

    def excludes(self, one: Written) -> Iterator[Hit]:
        for other in one.key.entry.get("excludes", ()):
            if one.value in other.get("when", [one.value]) and self.value(other["key"]):
                yield Hit(one.path, "excludes", {"other": self.full(other["key"])})
        if one.key.name == "loadbalancer-preserve-client-ip" and "tcpssl" in self.protocols.values():
            yield Hit(one.path, "excludes", {"other": self.full("loadbalancer-protocol-port")})

    def floor(self, one: Written) -> Iterator[Hit]:
        name = one.key.entry.get("floor", "")
        least = self.value(name)
        if least and least.isdecimal() and one.value.isdecimal() and int(one.value) < int(least):
            yield Hit(one.path, "floor", {"other": self.full(name), "least": least})

    # -- listeners

    @cached_property
    def protocols(self) -> dict[tuple[int, str], str]:
        """The protocol of each listener, by the Service's port and transport."""
        said = dict(_pairs(self.value("loadbalancer-protocol-port") or ""))
        return {(port, transport): said.get(str(port), transport) for port, transport in ports(self.subject)}

    def listener(self, one: Written) -> Iterator[Hit]:
        """An annotation that only listeners of other protocols heed."""
        heeded = one.key.entry.get("nlb-listeners" if self.kind == "nlb" else "listeners")
        known = bool(self.protocols) and self.value("loadbalancer-protocol-port") != ""
        if heeded and known and set(heeded).isdisjoint(self.protocols.values()):
            yield Hit(one.path, "listener", {"protocols": " or ".join(heeded)})

    def port(self, one: Written) -> Iterator[Hit]:
        """Ports that the Service does not have, listeners without a certificate, and what is forwarded to where."""
        numbers = {str(port) for port, _ in self.protocols}
        if one.key.name == "loadbalancer-protocol-port":
            yield from self.without_port(one, numbers)
            secured = [word for _, word in _pairs(one.value) if word in ("https", "tcpssl")]
            if secured and self.value("loadbalancer-cert-id") is None:
                yield Hit(one.path, "lacks", {"other": self.full("loadbalancer-cert-id")})
        elif one.key.name == "loadbalancer-forward-port":
            yield from self.forwarded(one)
        elif one.key.name in ("loadbalancer-vgroup-port", "loadbalancer-listener-port-range"):
            yield from self.without_port(one, numbers)

    def without_port(self, one: Written, numbers: set[str]) -> Iterator[Hit]:
        lost = [port for port, _ in _pairs(one.value) if port not in numbers]
        if lost and numbers:
            yield Hit(one.path, "port", {"port": lost[0]})

    def forwarded(self, one: Written) -> Iterator[Hit]:
        listeners = {str(port): word for (port, _), word in self.protocols.items()}
        for to, at in _pairs(one.value):
            if listeners and (listeners.get(at), listeners.get(to)) != ("http", "https"):
                yield Hit(one.path, "forward", {"from": at, "to": to, "other": self.full("loadbalancer-protocol-port")})
                return

    @property
    def leaves_listeners_alone(self) -> bool:
        """Whether the load balancer is brought along, and what listens there is not the controller's."""
        override = self.value("loadbalancer-force-override-listeners")
        return self.value("loadbalancer-id") is not None and override not in ("true", "")


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The items of `https:443,http:80`, turned round: ("443", "https")."""
    for item in text.split(","):
        first, colon, second = item.strip().partition(":")
        if colon and second.isdecimal():
            yield second, first.lower()
