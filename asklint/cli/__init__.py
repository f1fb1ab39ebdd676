"""The command asklint: click; the only floor that prints or exits."""

# ruff: noqa: E402 - what stands before the imports is about what they cost
from __future__ import annotations

import gc
import sys
from importlib import import_module

gc.disable()  # a start and a run make millions of small values and few circles

if sys.argv[1:] == ["--version"]:  # answered before click is imported: editors and hooks ask it often
    from asklint import __version__

    print(f"asklint {__version__}")
    sys.exit(0)

import click

from asklint import __version__
from asklint.request import Wrong

COMMANDS = {
    "check": "manifests",
    "fix": "manifests",
    "rules": "pages",
    "rule": "pages",
    "matrix": "pages",
    "init": "begin",
    "ignore": "ignore",
    "baseline": "baseline",
    "test": "pages",
    "krm": "krm",
    "lsp": "editors",
    "schema": "editors",
    "completion": "begin",
}  # the module in which each command stands: it is imported when the command is asked for


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"asklint.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


_INTERRUPTED = "asklint: interrupted; files already written are whole, all others as they were"
_TERMINATED = 143  # 128 and the number of the signal, as shells count


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, message="asklint %(version)s")
def cli() -> None:
    """Say what in Kubernetes manifests will not run on Alibaba Cloud ASK, and rewrite them so that they do.

    Begin with `asklint check DIR`, which writes nothing, and `asklint fix --unsafe --diff DIR`, which shows all fixes.
    """


def main(command: click.Command = cli) -> None:
    """Runs `command`: click's own exit codes, and 3 with what to report where asklint itself is at fault."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name or a mask that the terminal has no letter for
    _unwind_on_sigterm()
    try:
        command(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo(_INTERRUPTED, err=True)
        sys.exit(130)
    except SystemExit as end:
        if end.code == _TERMINATED:
            click.echo(_INTERRUPTED, err=True)
        raise
    except Wrong as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except Exception as error:
        if type(error).__name__ == "WorkerLost":  # of asklint.pool, which a run of few files does not import
            click.echo("asklint: a process was ended from outside, as where memory is short; try --jobs 1", err=True)
        else:
            _tell_fault()
        sys.exit(3)
    finally:
        gc.freeze()  # else Python's last collection goes through all values of a run that ends anyway


def _unwind_on_sigterm() -> None:
    """Makes SIGTERM, which schedulers and `docker stop` send, end a run as Ctrl-C does: nothing is left behind."""
    import signal

    def end(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not end what puts them away
        sys.exit(_TERMINATED)

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def _tell_fault() -> None:
    import platform
    import traceback

    click.echo(
        f"asklint: this is a fault of asklint itself. Please report it with the lines below:\n"
        f"asklint {__version__}, Python {platform.python_version()}, {platform.platform()}\n{traceback.format_exc()}",
        err=True,
        nl=False,
    )
