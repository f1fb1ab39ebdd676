"""Which value of a chart does what a fix does: proven by rendering with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from asklint import lower, tree
from asklint.edit import CannotEdit, Remove, Set, by_document
from asklint.engine import Found
from asklint.finding import Origin
from asklint.inputs import helm
from asklint.inputs.rendered import CannotRender, Chart, Rendered
from asklint.path import Path, get

_PLAIN = re.compile(r"[\w.-]+")
_SUBCHART = re.compile(r"/charts/([\w.-]+)/(?=templates/|charts/)")
_TRIED = 40  # renderings of one chart that are kept; each takes about a tenth of a second


def mending(found: Found, origin: Origin, rendered: Rendered) -> str | None:
    """The setting (`key=value`) with which the chart renders what the fix of `found` makes, and nothing else differs.

    None where there is none. `origin` is what `rendered` says of the finding.
    """
    chart = rendered.chart
    before = _texts(chart, None) if chart is not None and origin.exact else None
    name = next((name for name, text in (before or {}).items() if text == rendered.text), None)
    if chart is None or before is None or name is None:
        return None
    read = tree.read(rendered.text)
    data = read[found.document].data
    try:
        _, documents = lower.change(rendered.text, read, by_document(found.edits, found.document))
    except CannotEdit:
        return None
    gone = [edit.path for edit in found.edits if isinstance(edit, Remove)]
    wanted = _without([one.data for one in documents if one.data is not None], gone)
    keys = [_prefix(rendered.name) + value.removeprefix(".Values.") for value in origin.values]
    for setting in (f"{key}={value}" for key in keys for value in _candidates(found, data)):
        after = _texts(chart, setting) or {}
        if after.keys() != before.keys() or _without(_data(after[name]), gone) != wanted:
            continue
        if all(_data(after[other]) == _data(text) for other, text in before.items() if other != name):
            return setting
    return None


def _candidates(found: Found, data: Any) -> Iterator[str]:
    """What the fix writes into `data`; false for a true that it removes, nothing for anything else."""
    for edit in found.edits:
        if isinstance(edit, Set) and isinstance(edit.value, str) and _PLAIN.fullmatch(edit.value):
            yield edit.value
        if isinstance(edit, Remove):
            yield "false" if get(data, edit.path) is True else "null"


def _prefix(name: str) -> str:
    """What stands before a value of the subchart that the template `name` is of, in the chart: `sub.`."""
    return "".join(f"{chart}." for chart in _SUBCHART.findall(name))


@lru_cache(maxsize=_TRIED)
def _texts(chart: Chart, setting: str | None) -> Mapping[str, str] | None:
    try:
        return helm.texts(chart._replace(sets=(*chart.sets, setting)) if setting else chart)
    except CannotRender:
        return None


def _data(text: str) -> list[Any]:
    return [document.data for document in tree.read(text) if document.data is not None]


def _without(data: list[Any], gone: list[Path]) -> list[Any]:
    """`data` without what says nothing: null, and false in the place of a true that the fix removes."""
    return [_bare(one, (), [path for path in gone if get(one, path) is False]) for one in data]


def _bare(value: Any, at: Path, gone: list[Path]) -> Any:
    if isinstance(value, dict):
        return {
            key: _bare(item, (*at, key), gone)
            for key, item in value.items()
            if item is not None and (*at, key) not in gone
        }
    if isinstance(value, list):
        return [_bare(item, (*at, index), gone) for index, item in enumerate(value)]
    return value
