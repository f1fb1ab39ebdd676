"""annotation-value: an annotation with a value that its page does not list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.annotation_grammar import fault
from asklint.checks.annotation_table import entries, table
from asklint.edit import Set
from asklint.finding import Hit
from asklint.resource import Object

_UNREAD = ("removed", "unverified")  # keys of which no page says that anything reads them


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on every value that does not keep to its key's grammar, with the right one where the slip is plain."""
    for entry in entries(subject, table(params["keys"])):
        key, value = entry.key, entry.value
        if entry.field != key.field or not key.by_user or not key.acts(target) or key.status in _UNREAD:
            continue
        if entry.place.kind not in key.places or not isinstance(value, str):
            continue
        found = fault(key.value, value)
        if found is not None:
            edits = (Set(entry.path, found.right),) if found.right is not None else ()
            yield Hit(entry.path, found.case, {**found.fields, "right": found.right or ""}, edits)
