"""The commands about rules: rules, rule, matrix, test."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from asklint import config, data
from asklint.cli import complete
from asklint.cli.screen import say, width
from asklint.request import Wrong, language
from asklint.rule import TARGETS, RuleError

_NARROW = 72  # columns that the list of rules takes: fewer would cut words
_WIDE = 140  # … and the matrix


@click.command(short_help="List the rules.")
@click.option("--target", type=click.Choice(TARGETS), default="ask", show_default=True)
@click.option("--lang", type=click.Choice(("en", "zh")))
def rules(target: str, lang: str | None) -> None:
    """List the rules, with their severity on the target and the fixes they have."""
    from asklint.report import pages

    say(pages.rules(data.load(), target, language(lang), max(width(), _NARROW)))


@click.command(short_help="Show a rule: why, options, fixes, sources, examples.")
@click.argument("name", shell_complete=complete.rules)
@click.option(
    "--rules", "folders", multiple=True, type=click.Path(exists=True), metavar="DIR", help="Rules of your own."
)
@click.option("--lang", type=click.Choice(("en", "zh")))
def rule(name: str, folders: tuple[str, ...], lang: str | None) -> None:
    """Show the page of the rule NAME: why, options, fixes, sources and examples."""
    from asklint import library
    from asklint.report import pages

    try:
        found = library.page(name, [Path(folder) for folder in folders])
    except RuleError as error:
        raise Wrong(str(error)) from error
    if found is None:
        raise Wrong(f"there is no rule {name}{config.suggest(name, data.load()['rules'])}")
    say(pages.rule(found.name, found.spec, language(lang)))


@click.command(short_help="Show what each feature does on each target.")
@click.option(
    "--diff", nargs=2, type=click.Choice(TARGETS), metavar="A B", help="Show what differs between two targets."
)
@click.option(
    "--stale",
    type=click.IntRange(0),
    metavar="MONTHS",
    help="Show features of which no page of the last MONTHS speaks.",
)
@click.option("--format", "style", type=click.Choice(("table", "markdown", "json")), default="table", show_default=True)
@click.option("--lang", type=click.Choice(("en", "zh")))
def matrix(diff: tuple[str, str] | None, stale: int | None, style: str, lang: str | None) -> None:
    """Show what each Kubernetes feature does on ask, eci and acs."""
    from asklint.report.matrix import matrix as table

    say(table(data.load(), style, diff, stale, language(lang), max(width(), _WIDE)))


@click.command(short_help="Run the examples in rule files.")
@click.argument("folder", type=click.Path(exists=True), metavar="DIR")
def test(folder: str) -> None:
    """Run the examples in the rule files below DIR: ours or your own."""
    from asklint import library

    failures = examples = 0
    paths = library.files(Path(folder))
    if not paths:
        raise Wrong(f"{folder}: there is no rule file")
    for path in paths:
        try:
            one = library.read(path)
        except RuleError as error:
            raise Wrong(str(error)) from error
        examples += len(one.content["examples"])
        failures += _tell_failures(library.examples(one))
    say(f"{len(paths)} rules, {examples} examples, {failures} failed\n")
    sys.exit(1 if failures else 0)


def _tell_failures(failures: Iterable[Any]) -> int:
    count = 0
    for failure in failures:
        say(f"{failure.rule}: example {failure.example}: {failure.problem}\n")
        count += 1
    return count
