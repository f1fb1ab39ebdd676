"""The command asklint: click; the only module that prints or exits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

if sys.argv[1:] == ["--version"]:  # answered before click is imported: editors and hooks ask it often
    from asklint import __version__

    print(f"asklint {__version__}")
    sys.exit(0)

import click

from asklint import __version__, config, data, engine, report, run
from asklint.finding import NOTHING, SEVERITIES, Finding, Report
from asklint.gather import Clash, Gathered, check_mirror
from asklint.inputs import files
from asklint.rule import TARGETS, RuleError

STDIN = "<stdin>"


class Wrong(click.ClickException):
    """Asked wrongly: exit 2, with what to do."""

    exit_code = 2


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that check and fix share."""
    options = (
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option("--target", type=click.Choice(TARGETS), help="Where the manifests shall run (default: ask)."),
        click.option("--kubernetes-version", metavar="VERSION", help="The cluster's (default: the newest known)."),
        click.option("--select", multiple=True, metavar="RULE|CATEGORY", help="Ask these alone."),
        click.option("--ignore", multiple=True, metavar="RULE|CATEGORY", help="Do not ask these."),
        click.option("--config", "config_file", type=click.Path(dir_okay=False), help="Use this .asklint.yaml."),
        click.option("--rules", "folders", multiple=True, type=click.Path(), metavar="DIR", help="Rules of your own."),
        click.option("--format", "style", type=click.Choice(tuple(report.FORMATS)), help="How to show what is found."),
        click.option("--output", type=click.Path(dir_okay=False), help="Write the report to this file."),
        click.option("--fail-on", type=click.Choice((*SEVERITIES, "never")), help="The least severity that exits 1."),
        click.option("--jobs", type=click.IntRange(1), help="Processes to use (default: all processors)."),
        click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs found."),
        click.option("--allow-empty", is_flag=True, help="Exit 0 where there is nothing to check."),
        click.option("--stdin-filename", default=STDIN, metavar="NAME", help="What to call standard input."),
        click.option("--lang", type=click.Choice(("en", "zh")), help="The language of messages."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, message="asklint %(version)s")
def cli() -> None:
    """Say what in Kubernetes manifests will not run on Alibaba Cloud ASK, and rewrite them so that they do."""


@cli.command()
@_shared
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Say what is wrong in PATH: files, folders, or - for standard input. Never writes to a manifest."""
    asked = _Asked(paths, options)
    gathered = Gathered(asked.setup)
    for one in asked.outcomes():
        gathered.add(one)
    sys.exit(asked.finish(gathered))


@cli.command()
@_shared
@click.option("--unsafe", is_flag=True, help="Make fixes too that change behaviour, cost, reach or data.")
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 if anything would change.")
@click.option("--out", type=click.Path(file_okay=False), metavar="DIR", help="Write all files to DIR instead.")
def fix(paths: tuple[str, ...], unsafe: bool, diff: bool, check_only: bool, out: str | None, **options: Any) -> None:
    """Rewrite the manifests in PATH so that they run on the target; what is not safe only with --unsafe."""
    asked = _Asked(paths, options)
    if asked.paths == ("-",):
        if out:
            raise Wrong("--out is for files; standard input goes to standard output")
        sys.exit(_fix_stream(asked, unsafe, diff, check_only))
    gathered, folder = Gathered(asked.setup), Path(out) if out else None
    inputs = asked.inputs(folder)
    with _Progress(len(inputs)) as step:
        for one in run.fix(inputs, asked.plan, asked.setup, asked.jobs, unsafe, step):
            if diff and one.new:
                _show_patch(one)
            if diff or check_only:
                gathered.mend(one)
            else:
                gathered.write(one, folder)
    status = asked.finish(gathered, sys.stderr if diff else sys.stdout)
    sys.exit(max(status, 1 if check_only and gathered.mended else 0))


@cli.command("rules")
@click.option("--target", type=click.Choice(TARGETS), default="ask", show_default=True)
@click.option("--lang", type=click.Choice(("en", "zh")))
def list_rules(target: str, lang: str | None) -> None:
    """List the rules, with their severity on the target and whether they can fix."""
    from asklint.report import pages

    _say(pages.rules(data.load(), target, _language(lang)))


@cli.command("rule")
@click.argument("name")
@click.option(
    "--rules", "folders", multiple=True, type=click.Path(exists=True), metavar="DIR", help="Rules of your own."
)
@click.option("--lang", type=click.Choice(("en", "zh")))
def show_rule(name: str, folders: tuple[str, ...], lang: str | None) -> None:
    """Show the page of the rule NAME: why, sources, fix and examples."""
    from asklint import library
    from asklint.report import pages

    try:
        found = library.page(name, [Path(folder) for folder in folders])
    except RuleError as error:
        raise Wrong(str(error)) from error
    if found is None:
        raise Wrong(f"there is no rule {name}{config.suggest(name, data.load()['rules'])}")
    _say(pages.rule(found.name, found.spec, _language(lang)))


@cli.command("matrix")
@click.option(
    "--diff", nargs=2, type=click.Choice(TARGETS), metavar="A B", help="Show what differs between two targets."
)
@click.option("--stale", type=click.IntRange(0), metavar="MONTHS", help="Show what no newer page speaks of.")
@click.option("--format", "style", type=click.Choice(("table", "markdown", "json")), default="table", show_default=True)
@click.option("--lang", type=click.Choice(("en", "zh")))
def show_matrix(diff: tuple[str, str] | None, stale: int | None, style: str, lang: str | None) -> None:
    """Show what each Kubernetes feature does on ask, eci and acs."""
    from asklint.report import matrix

    _say(matrix.matrix(data.load(), style, diff, stale, _language(lang), _width()))


@cli.command("test")
@click.argument("folder", type=click.Path(exists=True), metavar="DIR")
def test_rules(folder: str) -> None:
    """Run the examples in the rule files below DIR: ours or your own."""
    from asklint import library

    failures = examples = 0
    paths = library.files(Path(folder))
    if not paths:
        raise Wrong(f"{folder}: there is no rule file")
    for path in paths:
        try:
            rule = library.read(path)
        except RuleError as error:
            raise Wrong(str(error)) from error
        examples += len(rule.content["examples"])
        failures += _tell_failures(library.examples(rule))
    _say(f"{len(paths)} rules, {examples} examples, {failures} failed\n")
    sys.exit(1 if failures else 0)


def _tell_failures(failures: Iterable[Any]) -> int:
    count = 0
    for failure in failures:
        _say(f"{failure.rule}: example {failure.example}: {failure.problem}\n")
        count += 1
    return count


class _Asked:
    """What the user asked for: options over config over defaults."""

    def __init__(self, paths: tuple[str, ...], options: dict[str, Any]) -> None:
        self.paths = paths or (".",)
        self.options = options
        if "-" in self.paths and len(self.paths) > 1:
            raise Wrong("- stands for standard input, and alone")
        file = Path(options["config_file"]) if options["config_file"] else config.find(Path.cwd())
        try:
            self.config = config.load(file)
            self.plan = self._plan(self.config.content)
            known = run.specs(self.plan.folders)
            config.check(self.config, known)
            self._check_names(known)
            self.setup = run.setup(self.plan, known)
        except (config.ConfigError, RuleError) as error:
            raise Wrong(str(error)) from error
        self.fail_on: str = options["fail_on"] or self.config.content.get("fail-on", "error")
        self.jobs: int = options["jobs"] or run.default_jobs()

    def _plan(self, content: Any) -> run.Plan:
        ignore = content.get("ignore", [])
        for folder in self.options["folders"]:
            if not os.path.exists(folder):
                raise Wrong(f"--rules {folder}: there is no such folder")
        return run.Plan(
            self.options["target"] or content.get("target", "ask"),
            _language(self.options["lang"] or content.get("lang")),
            tuple(self.options["select"] or content.get("select", ())),
            (*self.options["ignore"], *(entry for entry in ignore if isinstance(entry, str))),
            content.get("severity", {}),
            self._options(content),
            content.get("pods", {}),
            (*self.options["folders"], *(str(self.config.root / folder) for folder in content.get("rules", []))),
            tuple(entry for entry in ignore if not isinstance(entry, str)),
            str(self.config.root),
        )

    def _options(self, content: Any) -> Any:
        version = self.options["kubernetes_version"]
        if version is not None:
            wrong = config.wrong_version(version)
            if wrong:
                raise Wrong(f"--kubernetes-version {version}: {wrong}")
            return run.versioned(content.get("options", {}), version, force=True)
        return run.versioned(content.get("options", {}), content.get("kubernetes-version"))

    def _check_names(self, known: dict[str, Any]) -> None:
        names = {*known, *(spec["category"] for spec in known.values())}
        for option in ("select", "ignore"):
            for name in self.options[option]:
                if name not in names:
                    hint = config.suggest(name, names)
                    raise Wrong(f"--{option}: there is no rule or category {name}{hint}")

    def inputs(self, out: Path | None = None) -> list[files.Input]:
        try:
            found = list(files.find(self.paths, self.config.content.get("exclude", ()), self.config.root, out))
            if out is not None:
                check_mirror(found, out)
        except FileNotFoundError as error:
            raise Wrong(f"{error}: there is no such file or folder") from error
        except Clash as error:
            raise Wrong(f"--out {out}: {error}") from error
        return found

    def outcomes(self) -> Iterator[run.Outcomes]:
        if self.paths == ("-",):
            yield self.check_stream()
            return
        inputs = self.inputs()
        with _Progress(len(inputs)) as step:
            yield from run.check(inputs, self.plan, self.setup, self.jobs, not self.options["no_cache"], step)

    def check_stream(self) -> run.Outcomes:
        one = self.stream()
        try:
            source = files.decode(files.checked(_stdin()), one.name)
        except OSError as error:
            return run.Outcomes(one, NOTHING, run.reason(error))
        return run.Outcomes(one, run.told(engine.check(source, self.setup)))

    def stream(self) -> files.Input:
        return files.Input(self.options["stdin_filename"], Path(self.options["stdin_filename"]))

    def finish(self, gathered: Gathered, to: IO[str] | None = None) -> int:
        """Shows the report on `to` (standard output), and gives the exit status."""
        told = gathered.report(self.plan.target, self.plan.lang)
        self.show(self.render(told, to or sys.stdout), to or sys.stdout)
        return self.status(told)

    def status(self, told: Report) -> int:
        if told.unread or (not told.objects and not told.findings and not self.options["allow_empty"]):
            return 2
        return 1 if fails(told.findings, self.fail_on) else 0

    def render(self, told: Report, to: IO[str] | None) -> str:
        terminal = to is not None and to.isatty() and not self.options["output"]
        style = self.options["style"] or ("rich" if terminal else "concise")
        color = terminal and "NO_COLOR" not in os.environ
        return report.render(style, told, width=_width() if terminal else 100, color=color)

    def show(self, text: str, to: IO[str] | None) -> None:
        """Prints the report, or writes it to --output."""
        if self.options["output"]:
            _write_report(Path(self.options["output"]), text)
        else:
            _say(text, to)


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((120, 24)).columns


def _say(text: str, to: IO[str] | None = None) -> None:
    """Prints `text`, and exits where it cannot be printed: what stands in the buffer would fail again at every turn."""
    try:
        click.echo(text, to or sys.stdout, nl=False)
    except BrokenPipeError:
        raise  # click's own: nobody reads on
    except OSError as error:
        click.echo(f"asklint: the output cannot be written: {run.reason(error)}", err=True)
        os._exit(2)


def fails(findings: Sequence[Finding], least: str) -> bool:
    """Whether one of `findings` is as bad as `least`."""
    if least == "never":
        return False
    bad = SEVERITIES[: [str(severity) for severity in SEVERITIES].index(least) + 1]
    return any(finding.severity in bad for finding in findings)


def _write_report(path: Path, text: str) -> None:
    from asklint import write

    try:
        write.report(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise Wrong(f"{path}: cannot be written: {run.reason(error)}") from error


def _show_patch(one: run.Mended) -> None:
    from asklint import patch

    name = one.without.input.name
    _say(patch.unified(name, files.decode(one.old, name).text, files.decode(one.new, name).text))


def _fix_stream(asked: _Asked, unsafe: bool, diff: bool, check_only: bool) -> int:
    """Standard input to standard output, fixed; the report goes to standard error."""
    one, content, gathered = asked.stream(), _stdin(), Gathered(asked.setup)
    try:
        mended = run.mend(one, files.checked(content), asked.setup, unsafe)
    except OSError as error:
        raise Wrong(f"{one.name}: {run.reason(error)}") from error
    gathered.mend(mended)
    told = gathered.report(asked.plan.target, asked.plan.lang)
    status = asked.status(told) if asked.options["fail_on"] else 0
    text = asked.render(told, sys.stderr)  # before a byte is written: what goes wrong must leave standard output empty
    if status != 2 and diff and mended.new:
        _show_patch(mended)
    elif status != 2 and not diff and not check_only:
        _write_stream(mended.new or content)
    asked.show(text, sys.stderr)
    return max(status, 1 if check_only and mended.made else 0)


def _stdin() -> bytes:
    if sys.stdin is None:
        raise Wrong("standard input is closed")
    return sys.stdin.buffer.read()


def _write_stream(content: bytes) -> None:
    if sys.stdout is None:
        raise Wrong("standard output is closed")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


class _Progress:
    """A bar on standard error while a long run goes on in a terminal; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar: Any = None

    def __enter__(self) -> Callable[[], None]:
        if self.total <= run.PARALLEL or sys.stderr is None or not sys.stderr.isatty():
            return lambda: None
        return self.step

    def step(self) -> None:
        if self.bar is None:  # not before the first result: processes are started before the bar's thread is
            from rich.console import Console
            from rich.progress import Progress

            self.bar = Progress(console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("", total=self.total)
            self.bar.start()
        self.bar.advance(self.task)

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def _language(asked: str | None) -> str:
    """The language that was asked for, else that of the environment: Chinese where it says so, English elsewhere."""
    if asked:
        return asked
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if said.startswith("zh") else "en"


def main() -> None:
    """The console script: click's own exit codes, and 3 with what to report where asklint itself is at fault."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(
            stream, "reconfigure"
        ):  # a name or a mask that the terminal has no letter for
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("asklint: interrupted; files already written are whole, all others as they were", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except Exception as error:
        if type(error).__name__ == "WorkerLost":  # of asklint.pool, which a run of few files does not import
            click.echo("asklint: a process was ended from outside, as where memory is short; try --jobs 1", err=True)
        else:
            _tell_fault()
        sys.exit(3)


def _tell_fault() -> None:
    import platform
    import traceback

    click.echo(
        f"asklint: this is a fault of asklint itself. Please report it with the lines below:\n"
        f"asklint {__version__}, Python {platform.python_version()}, {platform.platform()}\n{traceback.format_exc()}",
        err=True,
        nl=False,
    )
