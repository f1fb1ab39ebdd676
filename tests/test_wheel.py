"""What is installed: the sdist builds the wheel, and the wheel alone is a whole asklint."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def hatchling(folder: Path, target: str, out: Path) -> Path:
    """Build `target` from the source tree `folder`; the one file that comes of it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from an unpacked sdist, as an installer does where there is no wheel."""
    work = tmp_path_factory.mktemp("build")
    with tarfile.open(hatchling(ROOT, "sdist", work / "sdist")) as sdist:
        sdist.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 and newer have one
        sdist.extractall(work)
    (folder,) = work.glob("asklint-*")
    return hatchling(folder, "wheel", work / "wheel")


def below(folder: Path) -> set[str]:
    """The files below `folder`, named from its parent on."""
    return {file.relative_to(folder.parent).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_wheel_holds_the_package_and_its_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert len(set(names)) == len(names)
    inside = {name for name in names if not name.partition("/")[0].endswith((".dist-info", ".data"))}
    code = {name for name in below(ROOT / "asklint") if name.endswith((".py", "/py.typed"))}
    data = {f"asklint/{name}" for folder in ("rules", "schemas") for name in below(ROOT / folder)}
    assert inside == code | data | {"asklint/compiled.json"}


def test_wheel_brings_the_man_page(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.partition("/")[0].endswith(".data"))
        assert name.partition("/")[2] == "data/share/man/man1/asklint.1"
        assert archive.read(name).startswith(b".TH ASKLINT 1 ")


def test_wheel_says_who_it_is(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = next(name.partition("/")[0] for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        meta = BytesParser().parsebytes(archive.read(f"{info}/METADATA"))
        scripts = archive.read(f"{info}/entry_points.txt").decode()
        assert archive.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert (meta["Name"], meta["Requires-Python"], meta["License-Expression"]) == ("asklint", ">=3.11", "Apache-2.0")
    assert "asklint = asklint.cli:main\n" in scripts
    assert "asklint-krm = asklint.cli.krm:main" in scripts
    assert "kubectl-asklint = asklint.cli.kubectl:main" in scripts


def test_wheel_runs_away_from_the_checkout(wheel, tmp_path):
    """The code, rules and schemas in use are the wheel's own."""
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostNetwork: true\n"
        "  containers:\n    - name: web\n      image: registry.example/web:1\n"
    )

    def asklint(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONWARNINGS": "error"}
        command = [sys.executable, "-P", "-m", "asklint", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    checked = asklint("check", "--format", "concise", "pod.yaml")
    assert (checked.returncode, "host-network" in checked.stdout) == (1, True), checked.stdout + checked.stderr
    fixed = asklint("fix", "--unsafe", "pod.yaml")
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert "hostNetwork" not in manifest.read_text()
    page = asklint("rule", "host-network")
    assert (page.returncode, "host-network" in page.stdout) == (0, True), page.stdout + page.stderr
