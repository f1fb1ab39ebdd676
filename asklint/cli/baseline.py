"""The command baseline: today's findings accepted, so that only new ones are reported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from asklint import baseline as accepted
from asklint import write
from asklint.baseline import Baseline
from asklint.cli.manifests import checked, shared
from asklint.cli.screen import near, say, stdin, writing
from asklint.config import ConfigError
from asklint.report import summary
from asklint.request import Options, Request, Wrong, requests

# options of the commands that report
_REPORTING = ("style", "outputs", "compare", "statistics", "fail_on", "no_baseline")
_WORDS = {
    "en": {
        "written": "{0}: {1} accepted: {2} new, {3} taken out\n",
        "unread": "not read, and left as accepted before: {0}\n",
    },
    "zh": {
        "written": "{0}：已接受 {1}，新增 {2}，移除 {3}\n",
        "unread": "无法读取，保持原样：{0}\n",
    },
}


def _asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The shared options of a command that asks rules and shows no report."""
    command = shared(command)
    params: list[click.Parameter] = command.__click_params__  # type: ignore[attr-defined]
    params[:] = [param for param in params if param.name not in _REPORTING]
    return command


@click.command("baseline", short_help="Accept today's findings; report only new ones.")
@_asking
@click.option("--update", is_flag=True, help="Also accept what is new, and take out what is gone.")
@click.option("--prune", is_flag=True, help="Take out what is gone, and accept nothing new.")
def baseline(paths: tuple[str, ...], update: bool, prune: bool, **options: Any) -> None:
    """Accept today's findings in PATH, or in this folder, so that only new ones are reported."""
    if update and prune:
        raise Wrong("--update takes out what is gone, too: name one of them")
    asked = requests(paths, Options.of(options)._replace(no_baseline=True))
    place = asked[0].baseline_file
    if place.exists() and not (update or prune):
        raise Wrong(f"{place} is there: --update accepts what is new as well, --prune takes out what is gone")
    if prune and not place.exists():
        raise Wrong(f"{place}: there is no such baseline")
    try:
        old = accepted.read(place) if place.exists() else Baseline(place)
    except ConfigError as error:
        raise Wrong(str(error)) from error
    if prune and not {*old.targets} <= {one.plan.target for one in asked}:
        raise Wrong(f"{place} is for {', '.join(old.targets)}: --target {','.join(old.targets)}")
    sys.exit(_renew(asked, old, prune))


def _renew(asked: Sequence[Request], old: Baseline, prune: bool) -> int:
    """Writes `old` anew: what a look at today's findings says nothing about, and those findings."""
    content = stdin() if asked[0].paths == ("-",) else None
    targets = [one.plan.target for one in asked]
    sides, unread = [], []
    for one in asked:
        one.setup = one.setup._replace(baseline=old)
        one.judge(targets)
        gathered = checked(one, content)
        if not gathered.seen and not gathered.findings and not one.options.allow_empty:
            raise Wrong("nothing was checked: there is no Kubernetes object in what was named")
        found = gathered.concluded()
        if prune:
            found = [finding for finding, known in zip(found, old.accepts(found), strict=True) if known]
        sides.append([*old.of(found), *old.untouched(gathered.checked, one.setup.judged)])
        unread = [file for file, _ in gathered.unread]
    new = Baseline(old.path, {*old.targets, *targets}, accepted.together(sides))
    with writing(new.path):
        write.new(new.path, new.text().encode())
    _tell(asked[0].plan.lang, old, new, unread)
    return 2 if unread else 0


def _tell(lang: str, old: Baseline, new: Baseline, unread: Sequence[str]) -> None:
    before, after = old.counts(), new.counts()
    number = summary.count(lang, after.total(), "finding")
    words = _WORDS[lang]
    say(words["written"].format(near(new.path), number, (after - before).total(), (before - after).total()))
    if unread:
        say(words["unread"].format(", ".join(summary.shown(file) for file in unread)))
