"""What in an object the API server of a release refuses, without what says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.kubernetes_fields import Problem, Release, Struct, problems, release
from asklint.path import get, mapping, sequence
from asklint.resource import Object

_PLACEHOLDER = re.compile(  # filled in later, by another tool or by a person
    r"\$[({\w]|\{\{|<[^<>]*>|\*\*|\.\.\.|…|__\w+__|%\w+%|@\w+@|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$"
)
_PATCH = ("$patch", "$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList")  # of a strategic merge patch
_TEMPLATED = {"Pod", "ReplicationController", "Job.batch", "CronJob.batch"}
_TEMPLATED |= {"DaemonSet.apps", "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps"}


def faults(subject: Object, table: Mapping[str, Any], chosen: int) -> Iterator[Problem]:
    """What the API server of the minor release `chosen` refuses in `subject`, as far as `table` and schemas know."""
    if subject.api_version not in table["kinds"].get(subject.kind, ()):
        return
    here = release(chosen)
    root = here.root(subject.api_version, subject.kind) if chosen >= table["oldest"] else None
    found = problems(subject.data, root, here) if root is not None else []
    if root is None or any(str(problem.path[-1:]).startswith(_PATCH, 2) for problem in found):
        return
    for problem in found:
        if _to_be_filled(problem):
            continue
        if problem.case != "missing" or not (problem.name in subject.added or _is_fragment(subject, root, here)):
            yield problem


def _to_be_filled(problem: Problem) -> bool:
    return problem.case != "unknown" and isinstance(problem.value, str) and bool(_PLACEHOLDER.search(problem.value))


def _is_fragment(subject: Object, root: Struct, here: Release) -> bool:
    """Whether the object is not whole: a patch, or what a test expects to find; what it lacks says nothing then."""
    if subject.known in _TEMPLATED:
        return not any(_has_image(pod.data) for pod in subject.pods)
    field = root.fields.get("spec")
    needed = here.of(field).required if field is not None and field.code == "@" else ()
    return bool(needed) and not any(get(subject.data, ("spec", name)) is not None for name in needed)


def _has_image(pod: Mapping[str, Any]) -> bool:
    return any(mapping(container).get("image") for container in sequence(pod.get("containers")))
