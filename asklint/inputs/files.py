"""Files and folders: which of them are manifests, and which are something else that looks like one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asklint import glob
from asklint.inputs import overlay
from asklint.inputs.overlay import Overlay
from asklint.inputs.rendered import Rendered
from asklint.source import Source

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_GZIP = b"\x1f\x8b"
LARGEST = 64 * 1024 * 1024  # the API server takes objects of 3 MiB at most; what is larger than this is no manifest

_ENDINGS = (".yaml", ".yml", ".json")
_VALUES = re.compile(r"values[\w.-]*\.ya?ml|.*[-_.]values\.ya?ml|values\.schema\.json")
_CHART_FILES = ("Chart.yaml", "Chart.yml", "Chart.lock")
_DEEPEST = 6  # folders: below a chart's root a template stands no deeper; an overlay keeps its patches within three


class Input(NamedTuple):
    """A file to read. `name` is the path as the user gave it, joined with the path below it.

    `reason` says why it is not to be checked (a Helm template, a values file, …), `problem` why it cannot be read; both
    are `""` where it may be. `rendered` is what a template engine made of it, which is checked in its place.
    `added` are the fields that a kustomization gives its objects.
    """

    name: str
    path: Path
    reason: str = ""
    problem: str = ""
    rendered: Rendered | None = None
    added: tuple[str, ...] = ()


class CannotRead(OSError):
    """A file that is no text, or too large; the message says which."""


def raw(path: Path) -> bytes:
    """What stands in the file at `path`. Raises OSError (CannotRead among it) where it cannot be read."""
    with open(path, "rb") as file:
        known = os.fstat(file.fileno())
        _check_size(known.st_size)
        content = file.read() if stat.S_ISREG(known.st_mode) else file.read(LARGEST + 1)
    return checked(content)


def checked(content: bytes) -> bytes:
    """`content`, where it is small enough to be a manifest. Raises CannotRead."""
    _check_size(len(content))
    return content


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise CannotRead(f"it is larger than {LARGEST >> 20} MiB, which no manifest is")


def decode(content: bytes, name: str, added: tuple[str, ...] = ()) -> Source:
    """The Source in `content`, whose objects a kustomization gives the fields `added`. Raises CannotRead."""
    source = Source.decode(name, content, added)
    if content.startswith(_GZIP):
        raise CannotRead("it is an archive; unpack a chart (tar -xzf) and name its folder")
    if "\0" in source.text:
        raise CannotRead("it is a binary file")
    return source


def read(path: Path, name: str, added: tuple[str, ...] = ()) -> Source:
    """The Source in the file at `path`, as decode has it. Raises OSError (CannotRead among it)."""
    return decode(raw(path), name, added)


def find(
    paths: Sequence[str], excludes: Sequence[str] = (), root: Path | None = None, out: Path | None = None
) -> Iterator[Input]:
    """The files below `paths`, sorted, each once; `excludes` are patterns as in .gitignore, counted from `root`.

    Folders are walked without what .gitignore names, without hidden folders and without `out`; symbolic links are
    followed to files inside the folder that was named, and nowhere else. Raises FileNotFoundError for what is missing.
    """
    excluded, around = glob.patterns(excludes) if excludes else None, _Around()
    seen: set[str] = set()
    for path in paths:
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        found = _folder(path, around, out) if os.path.isdir(path) else iter([_file(path, around)])
        for one in found:
            real = around.real(one.path)
            if real in seen:
                continue
            seen.add(real)
            if excluded is not None and glob.matches(excluded, one.path, root or Path.cwd()):
                one = one._replace(reason="excluded", problem="")
            yield one


def _file(name: str, around: _Around) -> Input:
    path = Path(name)
    said = around.overlay(path)
    return Input(name, path, around.reason(path, said), added=said.added(around.real(path)))


def _folder(top: str, around: _Around, out: Path | None) -> Iterator[Input]:
    root = os.path.realpath(top)
    left_out = os.path.realpath(out) if out is not None else None
    ignored = _Ignored(root)
    paths: list[Path] = []
    problems: list[Input] = []

    def cannot(error: OSError) -> None:
        problems.append(Input(str(Path(error.filename)), Path(error.filename), "", str(error.strerror).lower()))

    for folder, folders, names in os.walk(top, onerror=cannot):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and not ignored.match(folder, name, True)
            and (left_out is None or os.path.realpath(os.path.join(folder, name)) != left_out)
        )
        for name in sorted(names):
            if not name.endswith(_ENDINGS) and name != "Kustomization":
                continue
            if not name.startswith(".") and not ignored.match(folder, name, False):
                paths.append(Path(folder, name))
    paths = list(_without_links(paths, root))
    said = overlay.together(overlay.read(path) for path in paths if path.name in overlay.NAMES)
    for path in paths:
        yield _regular(Input(str(path), path, around.reason(path, said), added=said.added(around.real(path))))
    yield from problems


def _without_links(paths: Sequence[Path], root: str) -> Iterator[Path]:
    """`paths` without the links that lead out of `root`, and without those to a file that is there itself."""
    links = {path: os.path.realpath(path) for path in paths if path.is_symlink()}
    files = {os.path.realpath(path) for path in paths if path not in links} if links else set()
    for path in paths:
        if path not in links or (links[path].startswith(root + os.sep) and links[path] not in files):
            yield path


def _regular(one: Input) -> Input:
    """`one`, unless nobody could tell whether reading it ends: a pipe, a socket, a device."""
    try:
        return one if stat.S_ISREG(one.path.stat().st_mode) else one._replace(problem="it is no regular file")
    except OSError:
        return one  # a link to nothing: reading it says so


class _Ignored:
    """What the .gitignore files say, from the repository's root down to each folder."""

    def __init__(self, root: str) -> None:
        self.specs: dict[str, GitIgnoreSpec | None] = {}
        self.known: dict[str, tuple[str, list[tuple[str, GitIgnoreSpec]]]] = {}  # per folder, as it is named
        self.top = root
        above = root
        while not os.path.exists(os.path.join(above, ".git")):
            parent = os.path.dirname(above)
            if parent == above:
                return
            above = parent
        self.top = above
        if above != root and self.match(os.path.dirname(root), os.path.basename(root), True):
            self.top = root  # the user named a folder that git ignores, and means it

    def match(self, folder: str, name: str, is_folder: bool) -> bool:
        if folder not in self.known:
            real = os.path.realpath(folder)
            self.known[folder] = real, list(self._above(real))
        real, specs = self.known[folder]
        for above, spec in specs:
            path = os.path.relpath(os.path.join(real, name), above)
            verdict = spec.check_file(path + ("/" if is_folder else "")).include
            if verdict is not None:
                return verdict
        return False

    def _above(self, folder: str) -> Iterator[tuple[str, GitIgnoreSpec]]:
        """The folders from `folder` up that have a .gitignore, with what it says."""
        while folder.startswith(self.top):
            spec = self._spec(folder)
            if spec is not None:
                yield folder, spec
            if folder == self.top or os.path.dirname(folder) == folder:
                return
            folder = os.path.dirname(folder)

    def _spec(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self.specs:
            self.specs[folder] = _read_ignored(os.path.join(folder, ".gitignore"))
        return self.specs[folder]


def _read_ignored(file: str) -> GitIgnoreSpec | None:
    try:
        if os.path.isfile(file):
            with open(file, encoding="utf-8", errors="replace") as lines:
                return glob.readable(lines)
    except OSError:
        pass
    return None


class _Around:
    """What stands around a file and tells what it is: looked up once a folder."""

    def __init__(self) -> None:
        self.charts: dict[Path, Path | None] = {}
        self.said: dict[Path, Overlay] = {}
        self.folders: dict[str, str] = {}

    def real(self, path: Path) -> str:
        """The path of the file at `path` without links."""
        folder, name = os.path.split(path)
        if folder not in self.folders:
            self.folders[folder] = os.path.realpath(folder)
        real = os.path.join(self.folders[folder], name)
        return os.path.realpath(real) if name in ("", ".", "..") or os.path.islink(real) else real

    def reason(self, path: Path, said: Overlay) -> str:
        """Why the file at `path` is no manifest, as its place and name tell; `""` where it may be one."""
        if path.name in overlay.NAMES:
            return "kustomization"
        if path.name in _CHART_FILES:
            return "chart-file"
        if said.is_patch(self.real(path)):
            return "kustomize-patch"
        whole = Path(os.path.abspath(path))
        chart = self.chart(whole.parent)
        if chart is None:
            return ""
        if chart == whole.parent and _VALUES.fullmatch(path.name):
            return "values-file"
        below = whole.relative_to(chart).parts
        return "helm-template" if below[0] == "templates" and _has_braces(path) else ""

    def chart(self, folder: Path) -> Path | None:
        """The folder of the Helm chart that `folder` belongs to."""
        if folder not in self.charts:
            above = (folder, *folder.parents)[:_DEEPEST]
            self.charts[folder] = next((one for one in above if (one / "Chart.yaml").is_file()), None)
        return self.charts[folder]

    def overlay(self, path: Path) -> Overlay:
        """What the kustomizations beside and above `path` say; patches stand at most two folders down."""
        folder = Path(os.path.abspath(path)).parent
        if folder not in self.said:
            near = [above / name for above in (folder, *folder.parents)[:3] for name in overlay.NAMES]
            self.said[folder] = overlay.together(map(overlay.read, near))
        return self.said[folder]


def _has_braces(path: Path) -> bool:
    try:
        return path.is_file() and b"{{" in raw(path)
    except OSError:
        return False
