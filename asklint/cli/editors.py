"""The commands for editors: lsp and schema."""

from __future__ import annotations

from typing import Any

import click

from asklint import data
from asklint.cli.screen import say
from asklint.request import Options, Wrong

_SCHEMAS = ("config", "rule", "report")


@click.command(short_help="Run the language server, for editors.")
@click.option("--target", metavar="TARGET", help="ask (default), eci or acs.")
@click.option("--kubernetes-version", metavar="VERSION", help="The cluster's version (default: the newest known).")
@click.option("--lang", type=click.Choice(("en", "zh")), help="The language of messages (default: that of LANG).")
def lsp(**options: Any) -> None:
    """Speak the Language Server Protocol on standard input and output: editors start this."""
    try:
        from asklint.serve.lsp import server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise Wrong("the language server needs pygls: pip install 'asklint[lsp]'") from error
    server(Options(**options)).start_io()


@click.command(short_help="Print the JSON Schema of config, rule or report.")
@click.argument("name", type=click.Choice(_SCHEMAS))
def schema(name: str) -> None:
    """Print the JSON Schema of .asklint.yaml, of rule files or of the JSON report, for editors and scripts."""
    say((data.root() / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
