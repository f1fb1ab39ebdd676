"""What in an object the API server of a release refuses, without what says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from asklint.checks.kubernetes_fields import Problem, Release, Struct, problems, release
from asklint.path import get, mapping, sequence
from asklint.resource import Object

_PLACEHOLDER = re.compile(  # filled in later, by another tool or by a person
    r"\$[({\w]|\{\{|<[^<>]*>|\*\*|\.\.\.|…|__\w+__|%\w+%|@\w+@|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$"
)
_PATCH = ("$patch", "$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList")  # of a strategic merge patch
_TEMPLATED = {"Pod", "ReplicationController", "Job.batch", "CronJob.batch"}
_TEMPLATED |= {"DaemonSet.apps", "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps"}


class Faults(NamedTuple):
    """What the API server refuses in an object, each by itself; `whole` where nothing that is required is missing.

    What its fields say of each other is known of a whole object alone: the rest may stand in another file.
    """

    problems: Sequence[Problem] = ()
    whole: bool = False


def faults(subject: Object, table: Mapping[str, Any], chosen: int) -> Faults:
    """What the API server of the minor release `chosen` refuses in `subject`, as far as `table` and schemas know."""
    if subject.api_version not in table["kinds"].get(subject.kind, ()):
        return Faults()
    here = release(chosen)
    root = here.root(subject.api_version, subject.kind) if chosen >= table["oldest"] else None
    found = problems(subject.data, root, here) if root is not None else []
    if root is None or any(str(problem.path[-1:]).startswith(_PATCH, 2) for problem in found):
        return Faults()
    is_fragment = _is_fragment(subject, root, here)
    told = []
    for problem in found:
        if problem.case != "unknown" and to_be_filled(problem.value):
            continue
        if problem.case != "missing" or not (problem.name in subject.added or is_fragment or subject.is_patched):
            told.append(problem)
    return Faults(told, not is_fragment and all(problem.case != "missing" for problem in told))


def to_be_filled(value: Any) -> bool:
    """Whether another tool, or a person, is still to put something in the place of `value`."""
    return isinstance(value, str) and bool(_PLACEHOLDER.search(value))


def _is_fragment(subject: Object, root: Struct, here: Release) -> bool:
    """Whether the object is not whole: a patch, or what a test expects to find; what it lacks says nothing then."""
    if subject.known in _TEMPLATED:
        return not any(_has_image(pod.data) for pod in subject.pods)
    field = root.fields.get("spec")
    needed = here.of(field).required if field is not None and field.code == "@" else ()
    return bool(needed) and not any(get(subject.data, ("spec", name)) is not None for name in needed)


def _has_image(pod: Mapping[str, Any]) -> bool:
    return any(mapping(container).get("image") for container in sequence(pod.get("containers")))
