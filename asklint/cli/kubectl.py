"""The command kubectl asklint, which kubectl finds as kubectl-asklint: the same check on a live cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from asklint import report
from asklint.cli import main as guarded
from asklint.cli.manifests import COMMON, finish
from asklint.cli.output import Output, Shown
from asklint.cli.screen import Progress
from asklint.inputs.cluster import CannotAsk, Scope
from asklint.request import Options, Request, Wrong
from asklint.rule import TARGETS
from asklint.serve import kubectl

# kubectl's own options, handed on to it as they are.
_CONTEXT = {
    "context": "The context of the kubeconfig to use.",
    "kubeconfig": "The kubeconfig to use.",
    "cluster": "The cluster of the kubeconfig to use.",
    "user": "The user of the kubeconfig to use.",
    "as": "The user to read as.",
    "request-timeout": "How long kubectl waits for one answer, such as 30s.",
}


def _key(name: str) -> str:
    return f"kubectl_{name.replace('-', '_')}"


def _options(command: Any) -> Any:
    handed = [click.option(f"--{name}", _key(name), metavar="WORD", help=text) for name, text in _CONTEXT.items()]
    for option in reversed((*handed, *COMMON)):
        command = option(command)
    return command


@click.command("kubectl asklint", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.argument("what", nargs=-1, metavar="[TYPE | TYPE/NAME | TYPE NAME]...")
@click.option("-n", "--namespace", metavar="NAMESPACE", help="The namespace (default: that of the context).")
@click.option(
    "-A",
    "--all-namespaces",
    "everywhere",
    is_flag=True,
    help="All namespaces but the system's, and what stands in none.",
)
@click.option("-l", "--selector", metavar="SELECTOR", help="Only objects with these labels: app=web.")
@click.option("-o", "--output", "style", type=click.Choice(tuple(report.FORMATS)), help="The form of the report.")
@click.option("--target", type=click.Choice(TARGETS), help="Where the objects shall run (default: ask).")
@click.option("--fix", is_flag=True, help="Write the objects as clean manifests to --out, with the safe fixes made.")
@click.option("--unsafe", is_flag=True, help="Also make the fixes that may change behaviour, cost, reach or data.")
@click.option(
    "--out", type=click.Path(file_okay=False), metavar="DIR", help="Where --fix writes: DIR/NAMESPACE/KIND-NAME.yaml."
)
@click.option("--include-secrets", is_flag=True, help="Write Secrets too, in clear.")
@_options
def command(
    what: tuple[str, ...], fix: bool, unsafe: bool, out: str | None, include_secrets: bool, **options: Any
) -> None:
    """Say what in a live cluster will not run on Alibaba Cloud ASK; with --fix, write manifests that do.

    Objects are read through kubectl get, with its contexts and its log-in; the cluster is never written to. Without
    TYPE, all kinds that the rules ask about are read.
    """
    if fix != (out is not None):
        raise Wrong("--fix and --out DIR go together: the cluster itself is never written to")
    if not fix and (unsafe or include_secrets):
        raise Wrong("--unsafe and --include-secrets are for --fix")
    asked = Request((), Options.of(options)._replace(namespace=None))  # which is the cluster's, not a chart's
    handed = [f"--{name}={options[_key(name)]}" for name in _CONTEXT if options[_key(name)] is not None]
    output = Output(asked, Shown(options["style"]), sys.stdout, asked.plan.target)
    scope = Scope(options["namespace"], options["everywhere"], options["selector"], handed)
    target = kubectl.Out(Path(out), unsafe, include_secrets) if out is not None else None
    try:
        found = kubectl.find(what, scope, asked, target, _hear)
    except CannotAsk as error:
        raise Wrong(str(error)) from error
    with Progress(len(found.objects)) as step:
        told = kubectl.fix(found, asked, target, _hear, step) if target else kubectl.check(found, asked, step)
    sys.exit(finish(asked, told, output))


def _hear(line: str) -> None:
    click.echo(line, err=True)


def main() -> None:
    """The console script kubectl-asklint."""
    guarded(command)
