"""The command ignore: a suppression written for the author, with its reason, where it silences just what is meant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import click

from asklint import config, patch, run, silence, write
from asklint.cli import complete
from asklint.cli.screen import near, say, writing
from asklint.edit import CannotEdit
from asklint.inputs import files
from asklint.report import summary
from asklint.request import Options, Request, Wrong, requests
from asklint.source import Source
from asklint.suppress import Voiced, entry, suppress, voices

_WORDS = {
    "en": {
        "comment": "{0}:{1}: {2} is silenced by a comment\n",
        "annotation": "{0}: {2} is silenced by an annotation on {1}\n",
        "besides": "the annotation silences {0} more there\n",
        "config": "{0}: {1} is silenced by an entry\n",
    },
    "zh": {
        "comment": "{0}:{1}：已用注释忽略 {2}\n",
        "annotation": "{0}：已用 {1} 的注解忽略 {2}\n",
        "besides": "该注解还忽略了另外 {0}\n",
        "config": "{0}：已用配置项忽略 {1}\n",
    },
}
_SPECIAL = re.compile(r"([\\*?\[\]!# ])")  # what means something in a pattern of .gitignore


class _Change(NamedTuple):
    """A file to be written, and what to say of it."""

    name: str
    path: Path
    source: Source
    text: str
    told: str


@click.command(short_help="Silence a rule in a file, with a reason.")
@click.argument("rule", shell_complete=complete.rules)
@click.argument("place", type=click.Path(), metavar="PATH[:LINE]")
@click.option("--reason", required=True, help="Why it is silenced.")
@click.option("--object", "named", metavar="KIND/NAME", help="In this object alone.")
@click.option(
    "--as",
    "way",
    type=click.Choice(("comment", "annotation", "config")),
    help="Where to write it (default: a comment, or an annotation where none can be).",
)
@click.option("--until", metavar="DATE", help="With --as config: the last day on which it holds.")
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--target", metavar="TARGET", shell_complete=complete.targets, help="ask (default), eci or acs.")
@click.option("--config", "config_file", type=click.Path(dir_okay=False), help="Use this .asklint.yaml.")
@click.option("--rules", "folders", multiple=True, type=click.Path(), metavar="DIR", help="Rules of your own.")
def ignore(
    rule: str,
    place: str,
    reason: str,
    named: str | None,
    way: str | None,
    until: str | None,
    diff: bool,
    **options: Any,
) -> None:
    """Silence RULE where it speaks in PATH, on LINE or everywhere.

    Nothing else in the file changes, and nothing else is silenced.
    """
    if not reason.strip():
        raise Wrong("--reason: without one nobody knows later whether it may go")
    if until and way != "config":
        raise Wrong("--until: only the config knows days; add --as config")
    name, line = _split(place)
    every = requests((name,), Options.of(options))
    asked, source, meant = _meant(every, rule, name, line, named)
    if way == "config":
        change = _in_config(asked, rule, reason, name, meant if line or named else [], until)
    else:
        change = _in_file(asked, source, rule, reason, name, meant, way or "")
    if diff:
        say(patch.unified(change.name, change.source.text, change.text))
        return
    with writing(change.name):
        old = change.source.encode(change.source.text)
        write.atomic(change.path, change.source.encode(change.text), old if change.path.exists() else None)
    say(change.told)


def _split(place: str) -> tuple[str, int | None]:
    """`deploy.yaml:14` as its name and line."""
    name, colon, line = place.rpartition(":")
    return (name, int(line)) if colon and line.isdecimal() and not Path(place).exists() else (place, None)


def _meant(
    every: list[Request], rule: str, name: str, line: int | None, named: str | None
) -> tuple[Request, Source, list[Voiced]]:
    """Where `rule` speaks of what was named: on the first target on which it does. Raises Wrong where it does not."""
    known = every[0].setup.known
    if rule not in known:
        raise Wrong(f"there is no rule {rule}{config.suggest(rule, known)}")
    try:
        source = files.read(Path(name), name)
    except OSError as error:
        raise Wrong(f"{name}: cannot be read: {run.reason(error)}") from error
    spoken: list[Voiced] = []
    for asked in every:
        spoken = [one for one in voices(source, asked.setup) if one.rule == rule]
        meant = [one for one in spoken if line in (None, one.place.line) and named in (None, _called(one))]
        if meant:
            return asked, source, meant
    lines = ", ".join(str(one) for one in sorted({one.place.line for one in spoken}))
    where = f"{name}:{line}" if line else name
    hint = f"; it does on line {lines}" if lines and line else f"; it does in {_owners(spoken)}" if spoken else ""
    raise Wrong(f"{rule} says nothing of {named + ' in ' if named else ''}{where}{hint}")


def _called(one: Voiced) -> str:
    return f"{one.object.kind}/{one.object.name}" if one.object else ""


def _owners(spoken: list[Voiced]) -> str:
    return ", ".join(dict.fromkeys(_called(one) for one in spoken if one.object))


def _in_file(
    asked: Request, source: Source, rule: str, reason: str, name: str, meant: list[Voiced], way: str
) -> _Change:
    if source.problem:
        raise Wrong(f"{name}: {source.problem}")
    try:
        done = suppress(source, asked.setup, rule, reason, {one.place.line for one in meant}, way)
    except CannotEdit as error:
        raise Wrong(f"{name}: {error}; --as config silences it in {config.NAME}") from error
    words = _WORDS[asked.plan.lang]
    told = "".join(words["comment"].format(name, line, rule) for line in done.lines)
    told += "".join(words["annotation"].format(name, summary.name(one), rule) for one in done.annotated)
    if done.besides:
        told += words["besides"].format(summary.count(asked.plan.lang, done.besides, "finding"))
    return _Change(name, Path(name), source, done.text, told)


def _in_config(asked: Request, rule: str, reason: str, name: str, meant: list[Voiced], until: str | None) -> _Change:
    """The config with entries for the objects of `meant`, or one for the whole file where that is empty."""
    root = asked.config.root
    path = Path(name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise Wrong(f"{name} is not below {root}, from which the config's paths count")
    spec = {"rule": rule, "path": "/" + _SPECIAL.sub(r"\\\1", path.relative_to(root.resolve()).as_posix())}
    day = {"until": until} if until else {}
    parts = [{"kind": one.object.kind, "name": one.object.name} for one in meant if one.object and one.object.name]
    distinct = {repr(part): part for part in parts}.values()
    entries = [{**spec, **part, "reason": reason, **day} for part in distinct or [{}]]
    file = asked.config.written.file if asked.config.written else root / config.NAME
    name_of_config = str(near(file))
    try:
        old = files.read(file, name_of_config) if file.exists() else Source(name_of_config, "")
        text = old.text
        for one in entries:
            silence.entry(one, root)
            text = entry(Source(old.name, text), one)
    except (CannotEdit, ValueError, OSError) as error:
        raise Wrong(f"{name_of_config}: {error}") from error
    return _Change(old.name, file, old, text, _WORDS[asked.plan.lang]["config"].format(old.name, rule))
