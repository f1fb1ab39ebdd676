"""Where the report goes: to the terminal, to files, in which formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from asklint import report, run
from asklint.cli.screen import say, width, writing
from asklint.finding import Report, Run
from asklint.inputs import files
from asklint.request import Request, Wrong

STATISTICS = ("rich", "concise", "json")  # what --statistics can be shown in


class Shown(NamedTuple):
    """What a command line says of the report, each by the name of its option."""

    style: str | None = None
    outputs: tuple[str, ...] = ()
    compare: str | None = None
    statistics: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Shown:
        """Those of `given` that say something of the report."""
        return cls(**{name: given[name] for name in cls._fields})


class Output:
    """The places that --format and --output name. Raises Wrong where they cannot go together.

    `stream` shows the report where no --output without a format takes its place; `target` is what the report is about.
    """

    def __init__(self, asked: Request, options: Shown, stream: IO[str] | None, target: str) -> None:
        self.asked = asked
        self.statistics = options.statistics
        self.stream = stream
        self.files: dict[str, str | None] = {}  # formats by path; None is what --format says
        for given in options.outputs:
            style, equals, path = given.partition("=")
            known = bool(equals) and style in report.FORMATS
            path = path if known else given
            if not path or os.path.isdir(path):
                raise Wrong(f"--output {given}: {'it is a folder' if path else 'a file is missing'}")
            if path in self.files:
                raise Wrong(f"--output {path} is named twice")
            if not known and None in self.files.values():
                raise Wrong(f"--output {path}: only one file can be without a format, as in sarif={path}")
            self.files[path] = style if known else None
        self.speaks = None not in self.files.values()  # whether the stream shows anything
        self.terminal = self.speaks and stream is not None and stream.isatty()
        self.style = options.style or self._default()
        if self.statistics and self.style not in STATISTICS:
            raise Wrong(f"--statistics is shown as {', '.join(STATISTICS)}, not as {self.style}")
        self.before = _before(options.compare, target)

    def _default(self) -> str:
        if self.terminal:
            return "rich"
        annotated = self.speaks and not self.statistics and os.environ.get("GITHUB_ACTIONS") == "true"
        return "github" if annotated else "concise"

    def render(self, told: Report, status: int) -> dict[str | None, str]:
        """The report as text for every place, by path; None is the stream. `status` is the run's exit status."""
        told = told._replace(run=self._run(status))
        texts: dict[str | None, str] = {}
        if self.speaks:
            texts[None] = self._text(self.style, told, True)
        for path, style in self.files.items():
            texts[path] = self._text(style or self.style, told, style is None)
        return texts

    def _text(self, style: str, told: Report, main: bool) -> str:
        if main and self.statistics:
            from asklint.report import statistics

            return statistics.render(told, style == "json")
        color = main and self.terminal and "NO_COLOR" not in os.environ
        return report.render(style, told, width=width() if main and self.terminal else 100, color=color)

    def _run(self, status: int) -> Run:
        cwd = os.getcwd()
        fail_on, folders = self.asked.fail_on, self.asked.plan.folders
        return Run(cwd, _root(cwd), status, fail_on, folders, self.before)

    def show(self, texts: dict[str | None, str]) -> None:
        """Prints and writes what render() gave. Raises Wrong where a file cannot be written."""
        for path, text in texts.items():
            if path is None:
                say(text, self.stream or sys.stdout)
            else:
                _write(path, text)


def _write(path: str, text: str) -> None:
    from asklint import write  # not where the report is only shown: every start would pay for it

    with writing(path):
        write.report(Path(path), text.encode("utf-8", "backslashreplace"))


def _before(file: str | None, target: str) -> Mapping[str, Any] | None:
    """The earlier report that --compare names. Raises Wrong."""
    if not file:
        return None
    from asklint.report import compare

    try:
        return compare.read(files.raw(Path(file)), target)
    except OSError as error:
        raise Wrong(f"--compare {file}: {run.reason(error)}") from error
    except ValueError as error:
        raise Wrong(f"--compare {file}: {error}") from error


def _root(cwd: str) -> str:
    """The folder from which other programs count paths: what the CI system or git calls the repository's root."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        said = os.environ.get(name)
        if said and os.path.commonpath((os.path.abspath(said), cwd)) == os.path.abspath(said):
            return os.path.abspath(said)
    above = cwd
    while not os.path.exists(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above:
            return cwd
        above = parent
    return above
