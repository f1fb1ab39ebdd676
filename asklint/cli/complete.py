"""What a shell completes: the names of rules, categories and targets."""

from __future__ import annotations

import click

from asklint import data
from asklint.rule import TARGETS


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The rules whose names begin with `incomplete`."""
    return sorted(name for name in data.load()["rules"] if name.startswith(incomplete))


def rules_or_categories(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The rules and categories that `incomplete` may become, behind its last comma."""
    before, comma, last = incomplete.rpartition(",")
    known = data.load()["rules"]
    names = {*known, *(spec["category"] for spec in known.values())}
    return sorted(f"{before}{comma}{name}" for name in names if name.startswith(last))


def targets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The targets that `incomplete` may become, behind its last comma."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in TARGETS if name.startswith(last) and name not in before.split(",")]
