"""What the commands share at the terminal: saying, a bar, reading and writing streams."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from asklint import run
from asklint.request import Wrong


def width() -> int:
    """The columns of the terminal; 120 where there is none."""
    import shutil

    return shutil.get_terminal_size((120, 24)).columns


def say(text: str, to: IO[str] | None = None) -> None:
    """Prints `text`, and exits where it cannot be printed."""
    with _streaming():
        click.echo(text, to or sys.stdout, nl=False)


@contextmanager
def _streaming() -> Iterator[None]:
    """Exits where a stream cannot be written: what stands in its buffer would fail again at every turn."""
    try:
        yield
    except BrokenPipeError:
        raise  # click's own: nobody reads on
    except OSError as error:
        click.echo(f"asklint: the output cannot be written: {run.reason(error)}", err=True)
        os._exit(2)


@contextmanager
def writing(file: Path | str) -> Iterator[None]:
    """Raises Wrong, which names `file`, where what stands within raises OSError as it writes that file."""
    try:
        yield
    except OSError as error:
        raise Wrong(f"{file}: cannot be written: {run.reason(error)}") from error


def near(path: Path) -> Path:
    """`path` as it is called from the working directory, where it stands below; else as it is."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def stdin() -> bytes:
    """All of standard input. Raises Wrong where it is closed."""
    if sys.stdin is None:
        raise Wrong("standard input is closed")
    return sys.stdin.buffer.read()


def write_stream(content: bytes) -> None:
    """Writes `content` to standard output as it is, and exits where that fails. Raises Wrong where it is closed."""
    if sys.stdout is None:
        raise Wrong("standard output is closed")
    with _streaming():
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


class Progress:
    """A bar on standard error while a long run goes on in a terminal; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar: Any = None

    def __enter__(self) -> Callable[[], None]:
        if self.total <= run.PARALLEL or sys.stderr is None or not sys.stderr.isatty():
            return lambda: None
        return self.step

    def step(self) -> None:
        """One more is done."""
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
