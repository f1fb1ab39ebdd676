"""Which charts and kustomizations a run renders, and what becomes of their files then."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from asklint.inputs import helm, kustomize
from asklint.inputs.files import Input
from asklint.inputs.rendered import CannotRender, Chart, Rendered

_USED = ("Chart.yaml", "Chart.yml", "Chart.lock", "values.yaml", "values.schema.json")  # by helm, when it renders


def asked(
    paths: Sequence[str], given: Mapping[str, Any], entries: Iterable[Mapping[str, Any]], root: Path
) -> list[Chart]:
    """The charts to render: those that `paths` name, and those in the config's `entries` that stand below `paths`.

    `given` are fields of Chart for the charts that are named; without any, an entry about that chart counts. A chart
    that is only met on the way is not rendered: nobody said with which values.
    """
    configured = [_entry(entry, root) for entry in entries]
    found: list[Chart] = []
    for path in paths:
        mine = [one for one in configured if _same(one.path, path)]
        if helm.is_chart(path) and not (mine and not given):
            found.append(Chart(path, **given))
            continue
        top = os.path.realpath(path)
        for one in configured:
            real = os.path.realpath(one.path)
            if real == top or real.startswith(top.rstrip(os.sep) + os.sep):
                found.append(one._replace(path=str(Path(path, os.path.relpath(real, top)))))
    return list(dict.fromkeys(found))


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _entry(entry: Mapping[str, Any], root: Path) -> Chart:
    known = {key: entry[key] for key in ("release", "namespace") if key in entry}
    values = tuple(str(root / name) for name in entry.get("values", ()))
    return Chart(str(root / entry["chart"]), values, tuple(entry.get("set", ())), **known)


def rendered(found: Sequence[Input], charts: Sequence[Chart]) -> list[Input]:
    """`found`, with what each of `charts` renders in place of its templates.

    A template that makes nothing with these values is counted as one that was not checked. A chart that cannot be
    rendered is an input that cannot be read, and its files stay what they are.
    """
    made: list[Input] = []
    roots: list[str] = []
    used: set[str] = set()
    excluded = {os.path.realpath(one.path) for one in found if one.reason == "excluded"}
    for chart in charts:
        try:
            results = helm.render(chart)
        except CannotRender as error:
            made.append(Input(chart.path, Path(chart.path), "", str(error)))
            continue
        top = os.path.realpath(chart.path)
        roots.append(os.path.join(top, ""))
        used.update(map(os.path.realpath, chart.values))
        made += [one for one in map(_input, results) if os.path.realpath(one.path) not in excluded]
    used.update(os.path.realpath(one.path) for one in made if one.rendered)
    return [*_rest(found, roots, used), *made]


def _rest(found: Sequence[Input], roots: Sequence[str], used: set[str]) -> Iterator[Input]:
    """What of `found` was not used to render the charts in `roots`."""
    for one in found:
        real = os.path.realpath(one.path)
        below = next((real[len(top) :].split(os.sep) for top in roots if real.startswith(top)), [])
        if real in used or (below and below[-1] in _USED):
            continue
        yield one._replace(reason="helm-template") if "templates" in below[:-1] and not one.reason else one


def built(paths: Sequence[str]) -> list[Input]:
    """What kustomize builds of the folders `paths`; one that cannot be built is an input that cannot be read."""
    made: list[Input] = []
    for path in paths:
        try:
            made += map(_input, kustomize.render(path))
        except CannotRender as error:
            made.append(Input(path, Path(path), "", str(error)))
    return made


def _input(one: Rendered) -> Input:
    return Input(one.name, Path(one.name), rendered=one)
