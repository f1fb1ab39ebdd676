"""volume-binding-mode across files: pods placed past the scheduler, whose disks are made once it has placed them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.claims import by_name, claims, claims_of, is_disk_class, may_share, nearest
from asklint.finding import Conclusion, Fact, Told
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Object, Pod

_LATE = "WaitForFirstConsumer"


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """Pods whose placement forbids it, with what they claim; claims with their class; classes with their mode."""
    if isinstance(subject, Pod):
        found = next(_forbidding(subject, params["forbidden"].get(target, {})), None)
        if found is not None:
            classes = [claim.cls for claim in claims_of(subject) if claim.cls]
            names = [
                get(volume, ("persistentVolumeClaim", "claimName")) for volume in sequence(subject.data.get("volumes"))
            ]
            mounts = [name for name in names if isinstance(name, str)]
            if classes or mounts:
                yield Fact(found[0], {"case": found[1], "classes": classes, "mounts": mounts})
    elif subject.kind == "StorageClass" and subject.name:
        late = subject.data.get("volumeBindingMode") == _LATE and is_disk_class(subject.data, params["storage"])
        yield Fact(("metadata", "name"), {"name": subject.name, "late": late})
    elif subject.kind == "PersistentVolumeClaim":
        for claim in claims(subject):
            if claim.cls and not claim.spec.get("volumeName"):
                yield Fact(("metadata", "name"), {"claim": claim.name, "of": claim.cls})


def _forbidding(pod: Pod, rows: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What about the pod keeps a disk from being made after it is placed."""
    for kind in ("annotations", "labels"):
        given = mapping(pod.metadata.get(kind))
        for key, row in rows.get(kind, {}).items() if given else ():
            value = given.get(key)
            fits = value is not None and str(value) and str(value).lower() == row.get("value", str(value).lower())
            if fits and not (row.get("unless-zone") and _names_zone(pod)):
                yield (*pod.metadata_path, kind, key), row["case"]
    name = pod.data.get("nodeName")
    if isinstance(name, str) and name.startswith(rows.get("nodes", "\0")):
        yield (*pod.path, "nodeName"), "node-name"


def _names_zone(pod: Pod) -> bool:
    """Whether the pod itself says in which zone it is to be."""
    zone = "topology.kubernetes.io/zone"
    terms = get(pod.data, ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
    wishes = [
        mapping(wish).get("key")
        for term in sequence(mapping(terms).get("nodeSelectorTerms"))
        for wish in sequence(mapping(term).get("matchExpressions"))
    ]
    return zone in mapping(pod.data.get("nodeSelector")) or zone in wishes


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every such pod that is known to wait for a disk made after it is placed."""
    known, claimed = by_name(facts, "name"), by_name(facts, "claim")
    for index, fact in enumerate(facts):
        if "case" not in fact.data:
            continue
        named = [(index, name) for name in fact.data["classes"]]
        for mount in fact.data["mounts"]:
            found = [one for one in claimed.get(mount, ()) if may_share(facts[one], fact)]
            claim = nearest(fact, facts, found)
            if claim is not None:
                named.append((claim, facts[claim].data["of"]))
        for place, name in named:
            shown = nearest(facts[place], facts, known.get(name, ()))
            vendor = params["storage"]["classes"].get(name, {}).get("volumeBindingMode") == _LATE
            if facts[shown].data["late"] if shown is not None else vendor:
                related = ((shown, "class"),) if shown is not None else ()
                yield Conclusion(index, fact.data["case"], {"class": name}, related)
                break
