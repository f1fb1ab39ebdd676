"""The command asklint: click; the only module that prints or exits."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

if sys.argv[1:] == ["--version"]:  # answered before click is imported: editors and hooks ask it often
    from asklint import __version__

    print(f"asklint {__version__}")
    sys.exit(0)

import click

from asklint import __version__, config, data, engine, report, run
from asklint.finding import NOTHING, SEVERITIES, Finding, Report, Severity, Told
from asklint.inputs import files
from asklint.rule import TARGETS, RuleError
from asklint.source import Source


STDIN = "<stdin>"


class Wrong(click.ClickException):
    """Asked wrongly: exit 2, with what to do."""

    exit_code = 2


def _names(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The names in `a,b` and in options that are given again."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that check and fix share."""
    options = (
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option("--target", type=click.Choice(TARGETS), help="Where the manifests shall run (default: ask)."),
        click.option("--select", multiple=True, callback=_names, metavar="RULE|CATEGORY", help="Ask these alone."),
        click.option("--ignore", multiple=True, callback=_names, metavar="RULE|CATEGORY", help="Do not ask these."),
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
    gathered = _Gathered()
    for one in asked.outcomes():
        gathered.add(one, asked.setup)
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
        sys.exit(_fix_stream(asked, unsafe, diff, check_only))
    gathered, writer = _Gathered(), _Writer(asked, Path(out) if out else None, diff, check_only)
    for one in asked.inputs():
        writer.fix(one, unsafe, gathered)
    status = asked.finish(gathered)
    sys.exit(max(status, 1 if check_only and gathered.mended else 0))


@cli.command("rules")
@click.option("--target", type=click.Choice(TARGETS), default="ask", show_default=True)
@click.option("--lang", type=click.Choice(("en", "zh")))
def list_rules(target: str, lang: str | None) -> None:
    """List the rules, with their severity on the target and whether they can fix."""
    from asklint.report import pages

    click.echo(pages.rules(data.load(), target, _language(lang), _width()), nl=False)


@cli.command("rule")
@click.argument("name")
@click.option("--rules", "folders", multiple=True, type=click.Path(), metavar="DIR", help="Rules of your own.")
@click.option("--lang", type=click.Choice(("en", "zh")))
def show_rule(name: str, folders: tuple[str, ...], lang: str | None) -> None:
    """Show the page of the rule NAME: why, sources, fix and examples."""
    from asklint import library
    from asklint.report import pages

    found = library.page(name, [Path(folder) for folder in folders])
    if found is None:
        raise Wrong(f"there is no rule {name}{config.suggest(name, data.load()['rules'])}")
    click.echo(pages.rule(found.name, found.spec, _language(lang)), nl=False)


@cli.command("matrix")
@click.option(
    "--diff", nargs=2, type=click.Choice(TARGETS), metavar="A B", help="Show what differs between two targets."
)
@click.option("--lang", type=click.Choice(("en", "zh")))
def show_matrix(diff: tuple[str, str] | None, lang: str | None) -> None:
    """Show what each Kubernetes feature does on ask, eci and acs."""
    from asklint.report import pages

    click.echo(pages.matrix(data.load(), diff, _language(lang), _width()), nl=False)


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
    click.echo(f"{len(paths)} rules, {examples} examples, {failures} failed")
    sys.exit(1 if failures else 0)


def _tell_failures(failures: Iterable[Any]) -> int:
    count = 0
    for failure in failures:
        click.echo(f"{failure.rule}: example {failure.example}: {failure.problem}")
        count += 1
    return count


class _Gathered:
    """What comes together in the course of a run."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.files = self.objects = self.silenced = 0
        self.skipped: Counter[str] = Counter()
        self.unread: list[tuple[str, str]] = []
        self.mended: list[Finding] = []
        self.refused: list[tuple[Finding, str]] = []
        self.written: list[str] = []
        self.told: list[Told] = []
        self.names: list[str] = []

    def add(self, one: run.Outcomes, setup: engine.Setup) -> None:
        self.files += 1
        self.names.append(one.input.name)
        if one.problem:
            self.unread.append((one.input.name, one.problem))
            return
        findings, objects, skipped, silenced, told = one.outcome
        kept = [finding for finding in findings if engine.is_heard(finding, setup)]
        self.findings += kept
        self.told += told
        self.objects += objects
        self.skipped.update(skipped)
        self.silenced += silenced + len(findings) - len(kept)

    def conclude(self, setup: engine.Setup) -> None:
        """Adds what the rules across files say, each finding behind those of its file."""
        found = [finding for finding in engine.conclude(self.told, setup) if engine.is_heard(finding, setup)]
        if found:
            order = {name: index for index, name in enumerate(self.names)}
            self.findings += found
            self.findings.sort(key=lambda one: (order[one.place.file], one.place.line, one.place.column, one.rule))

    def report(self, target: str, lang: str) -> Report:
        return Report(
            target,
            self.findings,
            self.files,
            self.objects,
            dict(self.skipped),
            self.silenced,
            self.unread,
            self.mended,
            self.refused,
            self.written,
            lang,
        )


class _Asked:
    """What the user asked for: options over config over defaults."""

    def __init__(self, paths: tuple[str, ...], options: dict[str, Any]) -> None:
        self.paths = paths or (".",)
        self.options = options
        if "-" in self.paths and len(self.paths) > 1:
            raise Wrong("- stands for standard input, and alone")
        compiled = data.load()["rules"]
        file = Path(options["config_file"]) if options["config_file"] else config.find(Path.cwd())
        try:
            self.config = config.load(file, compiled)
            self.plan = self._plan(self.config.content)
            self.setup = run.setup(self.plan)
        except (config.ConfigError, RuleError) as error:
            raise Wrong(str(error)) from error
        self._check_names(compiled)
        self.fail_on: str = options["fail_on"] or self.config.content.get("fail-on", "error")
        self.jobs: int = options["jobs"] or run.default_jobs()

    def _plan(self, content: Any) -> run.Plan:
        ignore = content.get("ignore", [])
        folders = [str(self.config.root / folder) for folder in content.get("rules", [])]
        for folder in self.options["folders"]:
            if not os.path.exists(folder):
                raise Wrong(f"--rules {folder}: there is no such folder")
        return run.Plan(
            self.options["target"] or content.get("target", "ask"),
            _language(self.options["lang"] or content.get("lang")),
            tuple(self.options["select"] or content.get("select", ())),
            (*self.options["ignore"], *(entry for entry in ignore if isinstance(entry, str))),
            content.get("severity", {}),
            content.get("options", {}),
            content.get("pods", {}),
            (*self.options["folders"], *folders),
            tuple(entry for entry in ignore if not isinstance(entry, str)),
        )

    def _check_names(self, compiled: dict[str, Any]) -> None:
        known = {*compiled, *(rule.name for rule in self.setup.rules)}
        known |= {spec["category"] for spec in compiled.values()}
        for option in ("select", "ignore"):
            for name in self.options[option]:
                if name not in known:
                    raise Wrong(
                        f"--{option}: there is no rule or category {name}{config.suggest(name, dict.fromkeys(known))}"
                    )

    def inputs(self) -> list[files.Input]:
        try:
            return list(files.find(self.paths, self.config.content.get("exclude", ()), self.config.root))
        except FileNotFoundError as error:
            raise Wrong(f"{error}: there is no such file or folder") from error

    def outcomes(self) -> Iterator[run.Outcomes]:
        if self.paths == ("-",):
            yield self.stdin()
            return
        inputs = self.inputs()
        with _progress(len(inputs)) as step:
            yield from run.check(inputs, self.plan, self.setup, self.jobs, not self.options["no_cache"], step)

    def stdin(self) -> run.Outcomes:
        one = files.Input(self.options["stdin_filename"], Path(self.options["stdin_filename"]))
        try:
            return run.Outcomes(one, run.told(engine.check(self.stdin_source(), self.setup)))
        except OSError as error:
            return run.Outcomes(one, NOTHING, run.reason(error))

    def stdin_source(self) -> Source:
        """Standard input. Raises OSError where it is no text."""
        return files.decode(sys.stdin.buffer.read(), self.options["stdin_filename"])

    def finish(self, gathered: _Gathered) -> int:
        """Shows the report, and gives the exit status."""
        gathered.conclude(self.setup)
        told = gathered.report(self.plan.target, self.plan.lang)
        self.show(told)
        if told.unread or (not told.objects and not told.findings and not self.options["allow_empty"]):
            return 2
        return 1 if fails(told.findings, self.fail_on) else 0

    def show(self, told: Report) -> None:
        """Prints the report, or writes it to --output."""
        terminal = sys.stdout.isatty() and not self.options["output"]
        style = self.options["style"] or ("rich" if terminal else "concise")
        color = terminal and "NO_COLOR" not in os.environ
        text = report.render(style, told, width=_width(), color=color)
        if self.options["output"]:
            _write_report(Path(self.options["output"]), text)
        else:
            click.echo(text, nl=False, color=color)


def _width() -> int:
    """The terminal's columns; enough for tables where there is none."""
    import shutil

    return shutil.get_terminal_size((120, 40)).columns


def fails(findings: Sequence[Finding], least: str) -> bool:
    """Whether one of `findings` is as bad as `least`."""
    if least == "never":
        return False
    bad: tuple[Severity, ...] = SEVERITIES[: SEVERITIES.index(least) + 1]  # type: ignore[arg-type]
    return any(finding.severity in bad for finding in findings)


def _write_report(path: Path, text: str) -> None:
    from asklint import write

    try:
        write.new(path, text.encode())
    except OSError as error:
        raise Wrong(f"{path}: cannot be written: {run.reason(error)}") from error


class _Writer:
    """Fixes files, and writes them where the user wants them."""

    def __init__(self, asked: _Asked, out: Path | None, diff: bool, dry: bool) -> None:
        self.asked = asked
        self.out = out
        self.diff = diff
        self.dry = dry or diff
        self.patches: list[str] = []

    def fix(self, one: files.Input, unsafe: bool, gathered: _Gathered) -> None:
        if one.reason:
            gathered.add(run.check_one(one, self.asked.setup), self.asked.setup)
            if self.out is not None and one.reason != "excluded":
                self.write(one, self.read_raw(one, gathered), gathered)
            return
        try:
            source = files.read(one.path, one.name)
        except OSError as error:
            gathered.add(run.Outcomes(one, NOTHING, run.reason(error)), self.asked.setup)
            return
        fixed = engine.fix(source, self.asked.setup, unsafe)
        raw = source.encode(fixed.text) if fixed.text != source.text else None
        if raw is not None and self.diff:
            click.echo(_patch(one.name, source.text, fixed.text), nl=False)
        if raw is None and self.out is not None:
            raw = self.read_raw(one, gathered)
        if raw is None or self.dry or self.write(one, raw, gathered):
            gathered.mended += fixed.mended
            checked = fixed.checked
            gathered.refused += [(refused.finding, refused.reason) for refused in fixed.refused]
        else:
            checked = engine.check(source, self.asked.setup)
        gathered.add(run.Outcomes(one, run.told(checked)), self.asked.setup)

    def read_raw(self, one: files.Input, gathered: _Gathered) -> bytes | None:
        try:
            return one.path.read_bytes()
        except OSError as error:
            gathered.unread.append((one.name, run.reason(error)))
            return None

    def write(self, one: files.Input, raw: bytes | None, gathered: _Gathered) -> bool:
        from asklint import write

        if raw is None or self.dry:
            return False
        try:
            if self.out is None:
                write.atomic(one.path, raw)
            else:
                write.new(self.out / _below(one.name), raw)
        except OSError as error:
            gathered.unread.append((one.name, f"cannot be written: {run.reason(error)}"))
            return False
        gathered.written.append(one.name if self.out is None else str(self.out / _below(one.name)))
        return True


def _below(name: str) -> str:
    """`name` as a path that stays below --out: absolute paths lose their root, `..` its meaning."""
    parts = [part for part in Path(os.path.normpath(name)).parts if part not in ("..", os.sep)]
    return str(Path(*parts))


def _patch(name: str, old: str, new: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _fix_stream(asked: _Asked, unsafe: bool, diff: bool, check_only: bool) -> int:
    """Standard input to standard output, fixed; the report goes to standard error."""
    gathered = _Gathered()
    name = asked.options["stdin_filename"]
    one = files.Input(name, Path(name))
    try:
        source = asked.stdin_source()
    except OSError as error:
        raise Wrong(f"{name}: {run.reason(error)}") from error
    fixed = engine.fix(source, asked.setup, unsafe)
    gathered.add(run.Outcomes(one, run.told(fixed.checked)), asked.setup)
    gathered.conclude(asked.setup)
    gathered.mended, gathered.refused = fixed.mended, [(refused.finding, refused.reason) for refused in fixed.refused]
    told = gathered.report(asked.plan.target, asked.plan.lang)
    if diff:
        click.echo(_patch(name, source.text, fixed.text), nl=False)
    elif not check_only:
        sys.stdout.buffer.write(source.encode(fixed.text))
        sys.stdout.buffer.flush()
    text = report.render(asked.options["style"] or "concise", told)
    click.echo(text, nl=False, err=True)
    if check_only and gathered.mended:
        return 1
    return 1 if asked.options["fail_on"] and fails(told.findings, asked.fail_on) else 0


class _progress:
    """A bar on standard error while a long run goes on in a terminal; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar: Any = None

    def __enter__(self) -> Callable[[], None]:
        if self.total <= run.PARALLEL or not sys.stderr.isatty():
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress

        self.bar = Progress(console=Console(stderr=True), transient=True)
        task = self.bar.add_task("checking", total=self.total)
        self.bar.start()
        return lambda: self.bar.advance(task)

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
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("asklint: interrupted; files already written are whole, all others as they were", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception:
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
