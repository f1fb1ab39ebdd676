"""The archives of kubectl asklint for krew, and their manifest.

    python scripts/krew.py WHEEL OUT --url URL --homepage URL

An archive holds asklint and all it depends on, so that nothing is fetched when the plugin is installed or run. What is
compiled (libyaml, rpds) is there for each Python in cp311/, cp312/…; what is the same for all stands once, in lib/.
"""

from __future__ import annotations

import argparse
import filecmp
import gzip
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from string import Template

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The tags of wheels that run on a platform: the oldest systems for which the dependencies are built.
PLATFORMS = {
    "linux-amd64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    "linux-arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
    "darwin-amd64": ("macosx_10_9_x86_64", "macosx_10_12_x86_64", "macosx_10_13_x86_64", "macosx_10_15_x86_64"),
    "darwin-arm64": ("macosx_11_0_arm64",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--url", required=True, help="the folder from which the archives can be fetched")
    parser.add_argument("--homepage", required=True)
    parser.add_argument("--platform", action="append", choices=PLATFORMS, help="only this one; the manifest needs all")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only this one")
    given = parser.parse_args()
    pythons, version = given.python or PYTHONS, given.wheel.name.split("-")[1]
    given.out.mkdir(parents=True, exist_ok=True)
    words = {"version": version, "url": given.url.rstrip("/"), "homepage": given.homepage}
    words |= {"oldest": pythons[0], "newest": pythons[-1]}
    for platform in given.platform or PLATFORMS:
        archive = given.out / f"asklint-v{version}-{platform}.tar.gz"
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), given.wheel, platform, pythons)
            pack(Path(folder), archive)
        words[platform.replace("-", "_")] = hashlib.sha256(archive.read_bytes()).hexdigest()
        print(archive)
    if not given.platform:
        (given.out / "asklint.yaml").write_text(manifest(words), encoding="utf-8")
        print(given.out / "asklint.yaml")


def manifest(words: dict[str, str]) -> str:
    """plugins/asklint.yaml with `words` filled in."""
    lines = (ROOT / "plugins/asklint.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    return Template("".join(line for line in lines if not line.startswith("#"))).substitute(words)


def fill(folder: Path, wheel: Path, platform: str, pythons: tuple[str, ...]) -> None:
    """Puts the launcher, the licence and all packages into `folder`."""
    shutil.copy(ROOT / "plugins/kubectl-asklint", folder)
    shutil.copy(ROOT / "LICENSE", folder)
    tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    own = [folder / f"cp{python.replace('.', '')}" for python in pythons]
    for python, target in zip(pythons, own, strict=True):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}", *tags]
        subprocess.run([*command, "--target", target, wheel], check=True)
        shutil.rmtree(target / "bin", ignore_errors=True)
    (folder / "lib").mkdir()
    for one in sorted(own[0].iterdir()):
        if not compiled(one) and all(same(one, other / one.name) for other in own[1:]):
            shutil.move(one, folder / "lib")
            for other in own[1:]:
                remove(other / one.name)


def compiled(path: Path) -> bool:
    """Whether a package has parts that are made for one Python."""
    return any(file.suffix == ".so" for file in (path.rglob("*") if path.is_dir() else [path]))


def same(one: Path, other: Path) -> bool:
    """Whether two packages are the same, file by file."""
    if one.is_file():
        return other.is_file() and filecmp.cmp(one, other, shallow=False)
    names = {file.relative_to(one) for file in one.rglob("*")}
    if not other.is_dir() or names != {file.relative_to(other) for file in other.rglob("*")}:
        return False
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in names if (one / name).is_file())


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def pack(folder: Path, archive: Path) -> None:
    """Packs `folder`: the same files give the same bytes."""
    with gzip.GzipFile(archive, "wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as packed:
        for path in sorted(folder.rglob("*")):
            info = packed.gettarinfo(path, path.relative_to(folder).as_posix())
            info.uid = info.gid = info.mtime = 0
            info.uname = info.gname = ""
            if info.isfile():
                with open(path, "rb") as content:
                    packed.addfile(info, content)
            else:
                packed.addfile(info)


if __name__ == "__main__":
    main()
