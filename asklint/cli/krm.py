"""The command krm: a function for kustomize and kpt."""

from __future__ import annotations

import sys

import click

from asklint.cli import main as guarded
from asklint.cli.screen import say, stdin, write_stream
from asklint.inputs import files
from asklint.request import Wrong


@click.command(short_help="Fix a KRM ResourceList, for kustomize and kpt.")
def krm() -> None:
    """Fix the items of a KRM ResourceList: standard input to standard output, as kustomize and kpt run functions.

    Its functionConfig says how: target, unsafe, select, ignore, fail-on, kubernetes-version, lang.
    """
    from asklint.report import summary
    from asklint.serve import krm as function

    try:
        source = files.decode(files.checked(stdin()), function.NAME)
    except OSError as error:
        raise Wrong(f"standard input: {error}") from error
    if source.problem:
        raise Wrong(f"standard input: {source.problem}")
    told = function.answer(source.text)
    write_stream(source.encode(told.text))
    for result in told.results:
        of = result.get("resourceRef", {})
        name = " ".join(str(of[key]) for key in ("kind", "name") if key in of)
        line = f"{result['severity']}[{result['tags']['rule']}] {name}: {result['message']}"
        say(summary.shown(line) + "\n", sys.stderr)
    sys.exit(1 if told.fails else 0)


def main() -> None:
    """The console script asklint-krm, for what runs a program without arguments."""
    guarded(krm)
