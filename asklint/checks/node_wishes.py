"""What a pod demands of the labels of its node, and which of it a virtual node cannot meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from asklint.edit import Remove
from asklint.path import Path, get, mapping, sequence
from asklint.resource import Pod

_REQUIRED: Path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")


_LONGEST = 317  # characters: a prefix, a slash and a name; the API server refuses what is longer


class Wish(NamedTuple):
    """One label that the node must or must not have; an entry of the nodeSelector is `In` with one value."""

    path: Path  # of the selector's entry, or of the expression's key
    key: str
    operator: str
    values: tuple[str, ...]


def unmet(pod: Pod, fails: Callable[[Wish], bool]) -> list[Wish]:
    """The wishes that fail and keep the pod off: those of the nodeSelector, and of terms that all have one."""
    failing = [wish for wish in _selector(pod) if _is_label(wish) and fails(wish)]
    terms = [[wish for wish in term if _is_label(wish) and fails(wish)] for term in _terms(pod)]
    return failing + [wish for term in terms for wish in term] if terms and all(terms) else failing


def without(pod: Pod, failing: list[Wish]) -> Iterator[Remove]:
    """The edits that drop `failing`, in order; a term that loses its last expression takes the requirement along.

    An empty term matches no node, so that what is left must not be one.
    """
    required: Path = (*pod.path, *_REQUIRED)
    dropped = {one.path[:-1] for one in failing}
    emptied = any(all(one.path[:-1] in dropped for one in term) for term in _terms(pod))
    for wish in failing:
        if wish.path[: len(required)] != required:
            yield Remove(wish.path)
        else:
            yield Remove(required if emptied else wish.path[:-1])


def _is_label(wish: Wish) -> bool:
    return all(len(text) <= _LONGEST for text in (wish.key, *wish.values))


def _selector(pod: Pod) -> Iterator[Wish]:
    for key, value in mapping(pod.data.get("nodeSelector")).items():
        if value is not None:
            yield Wish((*pod.path, "nodeSelector", key), key, "In", (_text(value),))


def _terms(pod: Pod) -> list[list[Wish]]:
    terms = sequence(get(pod.data, (*_REQUIRED, "nodeSelectorTerms")))
    start: Path = (*pod.path, *_REQUIRED, "nodeSelectorTerms")
    return [list(_term(term, (*start, index))) for index, term in enumerate(terms)] if terms else []


def _term(term: Any, start: Path) -> Iterator[Wish]:
    for field in ("matchExpressions", "matchFields"):
        for index, expression in enumerate(sequence(mapping(term).get(field))):
            key, operator = mapping(expression).get("key"), mapping(expression).get("operator")
            if isinstance(key, str) and isinstance(operator, str):
                values = tuple(_text(value) for value in sequence(expression.get("values")))
                yield Wish((*start, field, index, "key"), key, operator, values)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()
