"""fix --emit: what would change, written beside the sources."""

from __future__ import annotations

import os
from pathlib import Path

from asklint import emit, run, write
from asklint.cli.screen import Progress, writing
from asklint.finding import Report
from asklint.gather import Gathered
from asklint.inputs import files
from asklint.inputs.rendered import CannotRender
from asklint.request import Request, Wrong


def emitted(asked: Request, form: str, unsafe: bool, out: str | None, shown_only: bool) -> Report:
    """Writes to the folder `out` what the fixes change, as a `patch` or for `kustomize`. Raises Wrong."""
    if out is None or shown_only:
        raise Wrong("--emit writes to --out DIR, and goes with neither --diff nor --check")
    folder = Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Wrong(f"--out {out}: it is not an empty folder")
    gathered = Gathered(asked.setup)
    if form == "kustomize" and _is_kustomization(asked):
        made, resources = _built(asked, unsafe), [os.path.relpath(asked.paths[0], os.path.realpath(folder))]
    else:
        with Progress(len(inputs := asked.inputs())) as step:
            made, resources = list(run.fix(inputs, asked.plan, asked.setup, asked.jobs, unsafe, step)), ["base"]
    for one in made:
        gathered.mend(one)
    try:
        for name, content in (_patch(made) if form == "patch" else _overlay(made, resources)).items():
            with writing(folder / name):
                write.new(folder / name, content)
            gathered.written.append(str(folder / name))
    except emit.CannotEmit as error:
        raise Wrong(f"--emit {form}: {error}") from error
    return gathered.report(asked.plan.target, asked.plan.lang)


def _patch(made: list[run.Mended]) -> dict[str, bytes]:
    changes = []
    for one in made:
        if one.new is not None:
            name = os.path.relpath(one.without.input.name)
            if name.startswith(os.pardir):
                raise emit.CannotEmit(f"{name} is not below the working directory, from which a patch counts")
            try:
                changes.append(emit.Change(name, one.old.decode(), one.new.decode()))
            except UnicodeDecodeError as error:
                raise emit.CannotEmit(f"{name} is not UTF-8") from error
    return {emit.PATCH: emit.unified(changes).encode()}


def _overlay(made: list[run.Mended], resources: list[str]) -> dict[str, bytes]:
    """The files of the overlay; without a kustomization to build upon, copies of the manifests are its base."""
    copies: dict[str, bytes] = {}
    changes = []
    for one in made:
        if one.without.input.reason in ("kustomization", "kustomize-patch"):
            raise emit.CannotEmit("name one folder with a kustomization, or manifests without any")
        if one.without.problem or not one.without.outcome.seen:
            continue
        name = one.without.input.name
        old = one.old if one.new is not None else (b"" if resources != ["base"] else files.raw(one.without.input.path))
        place = write.below(Path("base"), name).as_posix()
        if place in copies:
            raise emit.CannotEmit(f"two files would both be {place}")
        copies[place] = old
        changes.append(
            emit.Change(
                name, files.decode(old, name).text, files.decode(old if one.new is None else one.new, name).text
            )
        )
    found = {name: text.encode() for name, text in emit.overlay(changes, resources).items()}
    if resources != ["base"]:
        return found
    return {
        **found,
        **copies,
        "base/kustomization.yaml": emit.base([name.removeprefix("base/") for name in copies]).encode(),
    }


def _is_kustomization(asked: Request) -> bool:
    from asklint.inputs import overlay

    return len(asked.paths) == 1 and any(os.path.isfile(os.path.join(asked.paths[0], name)) for name in overlay.NAMES)


def _built(asked: Request, unsafe: bool) -> list[run.Mended]:
    """What kustomize builds of the folder that was named, mended."""
    from asklint.inputs import kustomize

    (path,) = asked.paths
    try:
        content = kustomize.output(path).encode()
        mended = run.mend(files.Input(path, Path(path)), content, asked.setup, unsafe)
        return run.settled([mended], asked.setup, unsafe, content)
    except (CannotRender, OSError) as error:
        raise Wrong(f"{path}: {error}") from error
