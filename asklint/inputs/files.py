"""Files and folders: which of them are manifests, and which are something else that looks like one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asklint import tree
from asklint.path import mapping, sequence
from asklint.source import Source

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LARGEST = 64 * 1024 * 1024  # the API server takes objects of 3 MiB at most; what is larger than this is no manifest

_ENDINGS = (".yaml", ".yml", ".json")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_VALUES = re.compile(r"values[\w.-]*\.ya?ml|.*[-_.]values\.ya?ml")


class Input(NamedTuple):
    """A file to read. `name` is the path as the user gave it, joined with the path below it.

    `reason` says why it is not to be checked (a Helm template, a values file, …), `""` where it may be. `named` is true
    for what the user named himself.
    """

    name: str
    path: Path
    reason: str = ""
    named: bool = False


class CannotRead(OSError):
    """A file that is no text, or too large; the message says which."""


def read(path: Path, name: str) -> Source:
    """The Source in the file at `path`. Raises OSError (CannotRead among it) where it cannot be read."""
    size = path.stat().st_size
    if size > LARGEST:
        raise CannotRead(f"it is larger than {LARGEST >> 20} MiB, which no manifest is")
    return decode(path.read_bytes(), name)


def decode(raw: bytes, name: str) -> Source:
    """The Source in `raw`. Raises CannotRead where that is no text."""
    source = Source.decode(name, raw)
    if "\0" in source.text:
        raise CannotRead("it is a binary file")
    return source


def find(paths: Sequence[str], excludes: Sequence[str] = (), root: Path | None = None) -> Iterator[Input]:
    """The files below `paths`, sorted, each once; `excludes` are patterns as in .gitignore, counted from `root`.

    Folders are walked without what .gitignore names and without hidden folders; symbolic links are followed to files
    inside the folder that was named, and nowhere else. Raises FileNotFoundError for a path that is not there.
    """
    chosen = _Excludes(excludes, root or Path.cwd())
    seen: set[str] = set()
    for path in paths:
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        if os.path.isdir(path):
            found: Iterable[Input] = _folder(path)
        else:
            found = [Input(path, Path(path), _reason(Path(path), _patches_near(Path(path))), named=True)]
        for one in found:
            real = os.path.realpath(one.path)
            if real in seen:
                continue
            seen.add(real)
            yield one._replace(reason="excluded") if chosen.match(one.path) else one


class _Excludes:
    def __init__(self, patterns: Sequence[str], root: Path) -> None:
        self.root = root
        self.spec: GitIgnoreSpec | None = None
        if patterns:
            from pathspec import GitIgnoreSpec

            self.spec = GitIgnoreSpec.from_lines(patterns)

    def match(self, path: Path) -> bool:
        if self.spec is None:
            return False
        relative = os.path.relpath(path, self.root)
        return not relative.startswith("..") and self.spec.match_file(relative)


def _folder(top: str) -> Iterator[Input]:
    root = os.path.realpath(top)
    ignored = _Ignored(root)
    files: list[Path] = []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not ignored.match(folder, f, True))
        for name in sorted(names):
            if not name.endswith(_ENDINGS) and name != "Kustomization":
                continue
            if name.startswith(".") or ignored.match(folder, name, False):
                continue
            path = Path(folder, name)
            if path.is_symlink() and not os.path.realpath(path).startswith(root + os.sep):
                continue
            files.append(path)
    patches = set[str]().union(*(_patches(path) for path in files if path.name in _KUSTOMIZATIONS))
    for path in files:
        yield Input(str(path) if top != "." else os.path.normpath(path), path, _reason(path, patches))


class _Ignored:
    """What the .gitignore files say, from the repository's root down to each folder."""

    def __init__(self, root: str) -> None:
        self.specs: dict[str, GitIgnoreSpec | None] = {}
        self.top = root
        above = root
        while not os.path.exists(os.path.join(above, ".git")):
            parent = os.path.dirname(above)
            if parent == above:
                return
            above = parent
        self.top = above

    def match(self, folder: str, name: str, is_folder: bool) -> bool:
        folder = os.path.realpath(folder)
        path = os.path.join(folder, name)
        while folder.startswith(self.top):
            spec = self._spec(folder)
            if spec is not None:
                verdict = spec.check_file(os.path.relpath(path, folder) + ("/" if is_folder else "")).include
                if verdict is not None:
                    return verdict
            if folder == self.top or os.path.dirname(folder) == folder:
                break
            folder = os.path.dirname(folder)
        return False

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self.specs:
            file = os.path.join(folder, ".gitignore")
            self.specs[folder] = None
            if os.path.isfile(file):
                from pathspec import GitIgnoreSpec

                with open(file, encoding="utf-8", errors="replace") as lines:
                    self.specs[folder] = GitIgnoreSpec.from_lines(lines)
        return self.specs[folder]


def _reason(path: Path, patches: set[str]) -> str:
    """Why the file at `path` is no manifest, as its place and name tell; `""` where it may be one."""
    if path.name in _KUSTOMIZATIONS:
        return "kustomization"
    if path.name in ("Chart.yaml", "Chart.yml", "Chart.lock"):
        return "chart-file"
    if os.path.realpath(path) in patches:
        return "kustomize-patch"
    chart = _chart_above(path)
    if chart is None:
        return ""
    if chart == path.parent and (_VALUES.fullmatch(path.name) or path.name == "values.schema.json"):
        return "values-file"
    below = path.relative_to(chart).parts
    return "helm-template" if below[0] == "templates" and _has_braces(path) else ""


def _chart_above(path: Path) -> Path | None:
    for folder in list(path.parents)[:6]:
        if (folder / "Chart.yaml").is_file():
            return folder
    return None


def _has_braces(path: Path) -> bool:
    try:
        return b"{{" in path.read_bytes()
    except OSError:
        return False


def _patches_near(path: Path) -> set[str]:
    """The patches that a kustomization beside or above `path` names; overlays keep them at most two folders down."""
    folders = list(Path(os.path.abspath(path)).parents)[:3]
    return set[str]().union(*(_patches(folder / name) for folder in folders for name in _KUSTOMIZATIONS))


def _patches(kustomization: Path) -> set[str]:
    """The files that `kustomization` uses as patches, as real paths."""
    try:
        text = kustomization.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    names: list[object] = []
    for document in tree.read(text):
        data = mapping(document.data)
        names += sequence(data.get("patchesStrategicMerge"))
        for key in ("patches", "patchesJson6902"):
            names += [mapping(patch).get("path") for patch in sequence(data.get(key))]
    return {
        os.path.realpath(kustomization.parent / name) for name in names if isinstance(name, str) and "\n" not in name
    }
