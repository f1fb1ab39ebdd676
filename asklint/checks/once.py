"""What checks make of the tables of their rules, made once and not for every object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

Rest = ParamSpec("Rest")
Made = TypeVar("Made")


def once(make: Callable[Concatenate[Any, Rest], Made]) -> Callable[Concatenate[Any, Rest], Made]:
    """`make`, called once for each table, its first argument: a rule hands the same object to every call of a run.

    The table is kept with what is made of it: the id of an object that is gone may be given again.
    """
    known: dict[int, tuple[object, Made]] = {}

    def made_of(table: Any, /, *rest: Rest.args, **named: Rest.kwargs) -> Made:
        if id(table) not in known:
            known[id(table)] = table, make(table, *rest, **named)
        return known[id(table)][1]

    return made_of
