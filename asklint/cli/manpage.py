"""The man page asklint.1: what the commands say of themselves, made when the wheel is built."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from asklint import __version__
from asklint.cli import cli

_EXIT = (
    ("0", "nothing at or above --fail-on"),
    ("1", "findings, or fix --check would change something"),
    ("2", "asked wrongly, a file could not be read, or nothing was checked"),
    ("3", "a fault of asklint, with what to report"),
)
_FILES = (
    (".asklint.yaml", "the config, found from the working directory upwards"),
    (".asklint-baseline.json", "findings that are accepted, beside the config"),
)


def page() -> str:
    """The page, in the man macros."""
    with click.Context(cli, info_name="asklint") as top:
        lines = [
            f'.TH ASKLINT 1 "" "asklint {__version__}" "User Commands"',
            ".SH NAME",
            "asklint \\- check Kubernetes manifests for Alibaba Cloud ASK, and rewrite them so that they run there",
            ".SH SYNOPSIS",
            ".B asklint",
            "\\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...",
            ".SH DESCRIPTION",
            _plain(cli.help or ""),
            ".SH COMMANDS",
        ]
        for name in cli.list_commands(top):
            command = cli.get_command(top, name)
            assert command is not None
            lines += _command(click.Context(command, info_name=name, parent=top), command)
    lines += [".SH EXIT STATUS", *_list(_EXIT), ".SH FILES", *_list(_FILES)]
    return "\n".join(lines) + "\n"


def _command(context: click.Context, command: click.Command) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS asklint {_plain(context.info_name or '')} {_plain(usage)}"
    for part in (command.help or "").split("\n\n"):
        yield ".PP"
        yield _plain(" ".join(part.split()))
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and isinstance(param, click.Option) and param.name != "help":
            yield from _list([record])


def _list(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in rows:
        yield ".TP"
        yield f"\\fB{_plain(term)}\\fR"
        yield _plain(" ".join(text.split()))


def _plain(text: str) -> str:
    """`text` as roff takes it for itself."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", text)  # its input is Latin-1 by itself
    return re.sub(r"^([.'])", r"\\&\1", text)
