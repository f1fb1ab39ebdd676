"""The Helm of asklint[helm], run as a program of its own, which is kept from the network as the others are."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from asklint import write
from asklint.inputs import program
from asklint.inputs.rendered import CannotRender, Chart

MISSING = (
    "there is no helm to render it with: put Helm on PATH, or install asklint with a renderer of its own: "
    "pip install 'asklint[helm]'"
)
_ASKED, _MADE = "asked.json", "made.json"


def output(chart: Chart, folder: Path) -> str:
    """What `helm template` would write of the chart in `folder`. Raises CannotRender.

    The package fetches what a values schema refers to, and has no option not to; proxies are read as a process starts.
    """
    try:
        with write.scratch() as place:
            write.new(place / _ASKED, json.dumps([chart, str(folder)]).encode())
            modules = os.pathsep.join(filter(None, sys.path))  # and not the folder that asklint is called in
            program.output([sys.executable, "-P", "-m", __spec__.name, str(place)], PYTHONPATH=modules)
            made = json.loads((place / _MADE).read_bytes())
    except OSError as error:
        raise CannotRender(str(error)) from error
    if "problem" in made:
        raise CannotRender(made["problem"])
    return str(made["text"])


def _answer(place: Path) -> None:
    chart, folder = json.loads((place / _ASKED).read_bytes())
    try:
        made = {"text": _rendered(Chart(*chart), Path(folder))}
    except CannotRender as error:
        made = {"problem": str(error)}
    write.new(place / _MADE, json.dumps(made).encode())


def _rendered(chart: Chart, folder: Path) -> str:
    try:
        import helm_python as helm
    except ImportError as error:
        raise CannotRender(MISSING) from error
    values: dict[str, Any] = {}
    try:
        for name in chart.values:
            values = _merged(values, helm.values_from_yaml(Path(name).read_text(encoding="utf-8")))
        values = _merged(values, helm.parse_set_string(",".join(chart.sets))) if chart.sets else values
        with helm.Chart.load(folder) as loaded:
            missing = [one["name"] for one in helm.dependency_list(folder) if one["status"] == "missing"]
            if missing:
                raise CannotRender(f"charts/ lacks {', '.join(missing)}: run `helm dependency build` first")
            made = loaded.render(values, name=chart.release, namespace=chart.namespace)
    except (helm.HelmError, OSError, UnicodeDecodeError) as error:
        raise CannotRender(str(error)) from error
    parts = (part for name, text in made.items() for part in _split(name, text))
    return "".join(f"---\n# Source: {name}\n{part.strip(chr(10))}\n" for name, part in parts)


def _split(name: str, text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^---[^\S\n]*\n", text, flags=re.MULTILINE):
        if part.strip():
            yield name, part


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two sets of values as one: mappings are merged, all else is replaced."""
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return both


if __name__ == "__main__":
    _answer(Path(sys.argv[1]))
