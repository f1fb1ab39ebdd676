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

_BASE = "base"  # the folder of copies, where there is no kustomization to build upon


def emitted(asked: Request, form: str, unsafe: bool, out: str | None, shown_only: bool) -> Report:
    """Writes to the folder `out` what the fixes change, as a `patch` or for `kustomize`. Raises Wrong."""
    if out is None or shown_only:
        raise Wrong("--emit writes to --out DIR, and goes with neither --diff nor --check")
    folder = Path(out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Wrong(f"--out {out}: it is not an empty folder")
    builds = form == "kustomize" and _is_kustomization(asked)
    made = _built(asked, unsafe) if builds else _mended(asked, unsafe)
    gathered = Gathered(asked.setup)
    for one in made:
        gathered.mend(one)
    try:
        if form == "patch":
            contents = _patch(made)
        else:
            contents = _overlay(made, os.path.relpath(asked.paths[0], folder.resolve())) if builds else _based(made)
    except emit.CannotEmit as error:
        raise Wrong(f"--emit {form}: {error}") from error
    for name, content in contents.items():
        with writing(folder / name):
            write.new(folder / name, content)
        gathered.written.append(str(folder / name))
    return gathered.report(asked.plan.target, asked.plan.lang)


def _mended(asked: Request, unsafe: bool) -> list[run.Mended]:
    """The files that were named, mended."""
    inputs = asked.inputs()
    with Progress(len(inputs)) as step:
        return run.fix(inputs, asked.plan, asked.setup, asked.jobs, unsafe, step)


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


def _overlay(built: list[run.Mended], kustomization: str) -> dict[str, bytes]:
    """The files of an overlay on the folder `kustomization`, of which `built` is what it builds, mended."""
    changes = [_change(one, one.old) for one in built if one.new is not None]
    return {name: text.encode() for name, text in emit.overlay(changes, [kustomization]).items()}


def _based(made: list[run.Mended]) -> dict[str, bytes]:
    """The files of an overlay whose base are copies of the manifests as they were."""
    copies: dict[str, bytes] = {}
    changes = []
    for one in made:
        if one.without.input.reason in ("kustomization", "kustomize-patch"):
            raise emit.CannotEmit("name one folder with a kustomization, or manifests without any")
        if one.without.problem or not one.without.outcome.seen:
            continue
        place = write.below(Path(_BASE), one.without.input.name).as_posix()
        if place in copies:
            raise emit.CannotEmit(f"two files would both be {place}")
        copies[place] = one.old if one.new is not None else files.raw(one.without.input.path)
        changes.append(_change(one, copies[place]))
    overlay = {name: text.encode() for name, text in emit.overlay(changes, [_BASE]).items()}
    base = emit.base([name.removeprefix(f"{_BASE}/") for name in copies])
    return {**overlay, **copies, f"{_BASE}/kustomization.yaml": base.encode()}


def _change(one: run.Mended, old: bytes) -> emit.Change:
    name = one.without.input.name
    new = old if one.new is None else one.new
    return emit.Change(name, files.decode(old, name).text, files.decode(new, name).text)


def _is_kustomization(asked: Request) -> bool:
    from asklint.inputs import overlay

    return len(asked.paths) == 1 and any(os.path.isfile(os.path.join(asked.paths[0], name)) for name in overlay.NAMES)


def _built(asked: Request, unsafe: bool) -> list[run.Mended]:
    """What kustomize builds of the folder that was named, mended."""
    from asklint.inputs import kustomize

    (path,) = asked.paths
    try:
        content = kustomize.output(path).encode()
        return [run.mend_alone(files.Input(path, Path(path)), content, asked.setup, unsafe)]
    except (CannotRender, OSError) as error:
        raise Wrong(f"{path}: {error}") from error
