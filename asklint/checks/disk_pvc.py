"""disk-pvc: claims for which a disk has to be made, told once a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.claims import by_name, claims, is_disk_class, nearest
from asklint.finding import Conclusion, Fact, Told
from asklint.path import get, mapping, sequence
from asklint.resource import Object

_MOST = 20  # claims named beside the first


def collect(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Fact]:
    """Claims of a class, the classes of the run, and the component itself where the run installs it."""
    storage = params["storage"]
    if subject.known == "StorageClass.storage.k8s.io":
        if subject.name and is_disk_class(subject.data, storage):
            legacy = subject.data.get("provisioner") == params["legacy"]
            yield Fact(("metadata", "name"), {"name": subject.name, "legacy": legacy})
        return
    for claim in claims(subject):
        if claim.cls and not claim.spec.get("volumeName") and not claim.spec.get("selector"):
            yield Fact(claim.path, {"class": claim.cls, "vendor": claim.cls in storage["classes"]}, missing=True)
    for container in sequence(get(subject.data, ("spec", "template", "spec", "containers"))):
        image = mapping(container).get("image")
        if isinstance(image, str) and any(name in image for name in params["installed-by"]):
            yield Fact(("kind",), {"installed": True})
            return


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """One finding, on the first claim that is not to be passed over, with the others beside it."""
    if options["installed"] or any("installed" in fact.data for fact in facts):
        return
    classes = by_name(facts, "name")
    made = [
        index
        for index, fact in enumerate(facts)
        if "class" in fact.data and not fact.silenced and (fact.data["vendor"] or _made(index, facts, classes))
    ]
    if made:
        related = tuple((index, "as-well") for index in made[1 : _MOST + 1])
        yield Conclusion(made[0], "", {"count": len(made)}, related, {"claims": len(made)})


def _made(index: int, facts: Sequence[Told], classes: Mapping[str, Sequence[int]]) -> bool:
    meant = nearest(facts[index], facts, classes.get(facts[index].data["class"], ()))
    return meant is not None and not facts[meant].data["legacy"]
