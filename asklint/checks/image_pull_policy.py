"""Pull policies that count on images which are there, or pass over those that are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.pod_parts import annotations_of, containers, runs
from asklint.finding import Hit
from asklint.path import mapping
from asklint.resource import Pod


def check(subject: Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """`never` for each container whose image must be there already, `always` for one that passes an image cache over.

    `caches` are the annotations by which a pod names a cache, with the values that say no, per target.
    """
    have = annotations_of(subject)
    refusals = mapping(params["caches"].get(target))
    cached = bool(have) and any(have.get(key) not in (None, "", refusal) for key, refusal in refusals.items())
    for path, container in containers(subject) if runs(subject) else ():
        policy = container.get("imagePullPolicy")
        if policy == "Never" and not cached:
            yield Hit((*path, "imagePullPolicy"), "never")
        elif policy == "Always" and cached and target in params["always-on"]:
            yield Hit((*path, "imagePullPolicy"), "always")
