"""The commands about manifests: check and fix."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from asklint import report, run
from asklint.cli import complete
from asklint.cli.output import Output, Shown
from asklint.cli.screen import Progress, say, stdin, write_stream
from asklint.finding import SEVERITIES, Report
from asklint.gather import Gathered, beside
from asklint.inputs import files
from asklint.request import STDIN, Options, Request, Wrong, requests

_NAMES: Any = {"metavar": "RULE|CATEGORY", "shell_complete": complete.rules_or_categories}
_NO_OBJECTS = b"---\n"  # Helm takes a post-renderer that writes nothing for one that failed

# The options of all that asks rules.
COMMON = (
    click.option("--kubernetes-version", metavar="VERSION", help="The cluster's version (default: the newest known)."),
    click.option("--select", multiple=True, **_NAMES, help="Only these rules or categories."),
    click.option("--ignore", multiple=True, **_NAMES, help="All but these rules or categories."),
    click.option(
        "--config", "config_file", type=click.Path(dir_okay=False), help="Use this .asklint.yaml, and look for none."
    ),
    click.option("--rules", "folders", multiple=True, type=click.Path(), metavar="DIR", help="Rules of your own."),
    click.option(
        "--fail-on",
        type=click.Choice((*SEVERITIES, "never")),
        help="The least severity that exits 1 (default: error).",
    ),
    click.option("--allow-empty", is_flag=True, help="Exit 0, not 2, where there is nothing to check."),
    click.option("--lang", type=click.Choice(("en", "zh")), help="The language of messages (default: that of LANG)."),
)


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that the commands about manifests share."""
    options = (
        click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]..."),
        click.option(
            "--target",
            metavar="TARGET",
            shell_complete=complete.targets,
            help="ask (default), eci or acs; for check also several: ask,acs.",
        ),
        *COMMON,
        click.option(
            "--baseline", type=click.Path(dir_okay=False), metavar="FILE", help="The file of accepted findings."
        ),
        click.option("--no-baseline", is_flag=True, help="Report what the baseline accepts, too."),
        click.option("--format", "style", type=click.Choice(tuple(report.FORMATS)), help="The form of the report."),
        click.option(
            "--output",
            "outputs",
            multiple=True,
            metavar="[FORMAT=]FILE",
            help="Write the report to this file; with a FORMAT, beside what --format shows.",
        ),
        click.option(
            "--compare",
            type=click.Path(exists=True, dir_okay=False),
            metavar="FILE",
            help="Show in html and markdown what became of the findings in an earlier --format json report.",
        ),
        click.option("--statistics", is_flag=True, help="Show how often each rule speaks in place of the findings."),
        click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes to use (default: all processors)."),
        click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs found."),
        click.option("--stdin-filename", default=STDIN, metavar="NAME", help="What to call standard input."),
        click.option("--values", multiple=True, metavar="FILE", help="Render the chart in PATH with these values."),
        click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="… and with this value."),
        click.option("--release", metavar="NAME", help="… as this release."),
        click.option("--namespace", metavar="NAME", help="… in this namespace."),
        click.option("--kustomize", is_flag=True, help="Build the kustomization in PATH, and check what comes of it."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(short_help="Say what is wrong; write nothing.")
@shared
@click.option("--show-files", is_flag=True, help="Show which files would be checked, and why others not.")
def check(paths: tuple[str, ...], show_files: bool, **options: Any) -> None:
    """Say what is wrong in PATH: files, folders, Helm charts, or - for standard input; without PATH, in this folder.

    Never writes to a manifest.
    """
    asked = requests(paths, Options.of(options))
    if show_files:
        sys.exit(_show_files(asked[0]))
    output = Output(asked[0], Shown.of(options), sys.stdout, ",".join(one.plan.target for one in asked))
    content = stdin() if asked[0].paths == ("-",) else None
    sides = [checked(one, content).report(one.plan.target, one.plan.lang) for one in asked]
    sys.exit(finish(asked[0], beside(sides) if len(sides) > 1 else sides[0], output))


def checked(asked: Request, content: bytes | None) -> Gathered:
    """All that the inputs of `asked` say; `content` is that of standard input, where it is asked for."""
    gathered = Gathered(asked.setup)
    for one in _outcomes(asked, content):
        gathered.add(one)
    return gathered


@click.command(short_help="Rewrite manifests so that they run.")
@shared
@click.option("--unsafe", is_flag=True, help="Also make the fixes that may change behaviour, cost, reach or data.")
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 if anything would change.")
@click.option("--out", type=click.Path(file_okay=False), metavar="DIR", help="Write all files to DIR instead.")
@click.option(
    "--emit",
    type=click.Choice(("patch", "kustomize")),
    help="Write to DIR one patch, or an overlay, and change no source.",
)
def fix(
    paths: tuple[str, ...],
    unsafe: bool,
    diff: bool,
    check_only: bool,
    out: str | None,
    emit: str | None,
    **options: Any,
) -> None:
    """Rewrite the manifests in PATH, or in this folder, so that they run on the target.

    Makes the safe fixes; with --unsafe also those that may change behaviour, cost, reach or data, each named in the
    report with what it changes.
    """
    asked, *others = requests(paths, Options.of(options))
    if others:
        raise Wrong("fix writes for one target; check shows several side by side")
    if asked.paths == ("-",):
        if out or emit:
            raise Wrong("--out is for files; standard input goes to standard output")
        sys.exit(_fix_stream(asked, Shown.of(options), unsafe, diff, check_only))
    if emit:
        from asklint.cli.emission import emitted

        output = Output(asked, Shown.of(options), sys.stdout, asked.plan.target)
        sys.exit(finish(asked, emitted(asked, emit, unsafe, out, diff or check_only), output))
    output = Output(asked, Shown.of(options), sys.stderr if diff else sys.stdout, asked.plan.target)
    gathered, folder = Gathered(asked.setup), Path(out) if out else None
    inputs = asked.inputs(folder)
    with Progress(len(inputs)) as step:
        for one in run.fix(inputs, asked.plan, asked.setup, asked.jobs, unsafe, step):
            if diff:
                _show_patch(one)
            if diff or check_only:
                gathered.mend(one)
            else:
                gathered.write(one, folder)
    told = gathered.report(asked.plan.target, asked.plan.lang)
    sys.exit(finish(asked, told, output, check_only and bool(gathered.mended)))


def _outcomes(asked: Request, content: bytes | None) -> Iterator[run.Outcomes]:
    if content is not None:
        yield asked.check_stream(content)
        return
    inputs = asked.inputs()
    with Progress(len(inputs)) as step:
        yield from run.check(inputs, asked.plan, asked.setup, asked.jobs, not asked.options.no_cache, step)


def _show_files(asked: Request) -> int:
    """Lists the files that were named; no rule is asked."""
    from asklint.report.listing import line

    if asked.paths == ("-",):
        raise Wrong("--show-files is for files; standard input is always read")
    for one in asked.inputs():
        _, outcome, problem = run.check_one(one, asked.setup._replace(rules=()))
        say(line(one.name, len(outcome.seen), outcome.skipped, problem, asked.plan.lang) + "\n")
    return 0


def finish(asked: Request, told: Report, output: Output, changed: bool = False) -> int:
    """Shows the report, and gives the exit status; `changed` where fix --check would change something."""
    status = max(asked.status(told), int(changed))
    output.show(output.render(told, status))
    return status


def _show_patch(one: run.Mended) -> None:
    from asklint import patch

    if one.new is None:
        return
    name = one.without.input.name
    say(patch.unified(name, files.decode(one.old, name).text, files.decode(one.new, name).text))


def _fix_stream(asked: Request, shown: Shown, unsafe: bool, diff: bool, check_only: bool) -> int:
    """Standard input to standard output, fixed; the report goes to standard error."""
    output = Output(asked, shown, sys.stderr, asked.plan.target)
    one, content, gathered = asked.stream(), stdin(), Gathered(asked.setup)
    try:
        mended = run.mend_alone(one, files.checked(content), asked.setup, unsafe)
    except OSError as error:
        raise Wrong(f"{one.name}: {run.reason(error)}") from error
    gathered.mend(mended)
    writes = not diff and not check_only
    if mended.new is not None and writes:
        gathered.written.append(one.name)
    told = gathered.report(asked.plan.target, asked.plan.lang)
    blank = not content.strip()
    of_empty_chart = set(told.skipped) == {"empty"} and b"# Source: " in content  # what Helm pipes of it
    status = 0 if blank or of_empty_chart or not asked.options.fail_on else asked.status(told)
    ends = max(status, int(check_only and bool(mended.made)))
    texts = output.render(told, ends)  # before a byte is written: a fault must leave standard output empty
    if status != 2 and diff:
        _show_patch(mended)
    elif status != 2 and writes:
        write_stream(_NO_OBJECTS if blank else content if mended.new is None else mended.new)
    output.show(texts)
    return ends
