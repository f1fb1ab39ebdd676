"""The plugin as krew installs it: the manifest keeps krew's rules, and an archive runs with nothing but Python."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from apiserver import Cluster, kubeconfig, serving
from livecluster import deployment, namespace

ROOT = Path(__file__).resolve().parents[1]
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
HERE = f"{platform.system().lower()}-{MACHINES.get(platform.machine(), platform.machine())}"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(scope="module")
def krew() -> Any:
    """scripts/krew.py as a module."""
    spec = importlib.util.spec_from_file_location("krew", ROOT / "scripts/krew.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def manifest(krew: Any) -> Any:
    words = {"version": "0.1.0", "url": "https://x.example/r", "homepage": "https://x.example", "oldest": "3.11"}
    sums = {name.replace("-", "_"): hashlib.sha256(name.encode()).hexdigest() for name in krew.PLATFORMS}
    return yaml.safe_load(krew.manifest({**words, **sums, "newest": "3.14"}))


# https://github.com/kubernetes-sigs/krew/blob/master/internal/index/validation/validate.go says what krew refuses.


def test_the_manifest_names_the_plugin(manifest: Any) -> None:
    assert (manifest["apiVersion"], manifest["kind"]) == ("krew.googlecontainertools.github.com/v1alpha2", "Plugin")
    assert manifest["metadata"] == {"name": "asklint"}
    assert set(manifest) == {"apiVersion", "kind", "metadata", "spec"}
    allowed = {"version", "homepage", "shortDescription", "description", "caveats", "platforms"}
    assert set(manifest["spec"]) == allowed
    assert re.fullmatch(r"v\d+\.\d+\.\d+", manifest["spec"]["version"])


def test_the_manifest_s_lines_are_short(manifest: Any) -> None:
    spec = manifest["spec"]
    assert 0 < len(spec["shortDescription"]) <= 50
    assert "\n" not in spec["shortDescription"]
    assert all(len(line) <= 80 for key in ("description", "caveats") for line in spec[key].splitlines())


def test_the_manifest_s_platforms_are_whole_and_apart(manifest: Any, krew: Any) -> None:
    chosen = []
    for one in manifest["spec"]["platforms"]:
        assert set(one) == {"selector", "uri", "sha256", "bin"}
        assert re.fullmatch(r"[a-f0-9]{64}", one["sha256"])
        labels = one["selector"]["matchLabels"]
        assert set(labels) == {"os", "arch"}
        name = f"{labels['os']}-{labels['arch']}"
        assert one["uri"] == f"https://x.example/r/asklint-v0.1.0-{name}.tar.gz"
        assert one["sha256"] == hashlib.sha256(name.encode()).hexdigest()
        assert one["bin"] == "kubectl-asklint"
        chosen.append(name)
    assert sorted(chosen) == sorted(krew.PLATFORMS)


def test_the_pythons_are_those_that_asklint_names(krew: Any) -> None:
    assert krew.PYTHONS[0] == "3.11"
    assert f'requires-python = ">={krew.PYTHONS[0]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def unpacked(krew: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive for this machine and this Python, unpacked where krew would."""
    if HERE not in krew.PLATFORMS or PYTHON not in krew.PYTHONS:
        pytest.skip(f"krew's archives are not for {HERE} with Python {PYTHON}")
    work = tmp_path_factory.mktemp("krew")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(work / "wheel")]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = (work / "wheel").iterdir()
    words = [wheel, work / "out", "--url", "https://x.example", "--homepage", "https://x.example"]
    command = [sys.executable, ROOT / "scripts/krew.py", *words, "--platform", HERE, "--python", PYTHON]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with tarfile.open(done.stdout.strip()) as archive:
        assert {"LICENSE", "kubectl-asklint"} <= set(archive.getnames())
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 and newer have one
        archive.extractall(work / "store")
    return work / "store"


def test_an_archive_runs_with_nothing_but_python(unpacked: Path, tmp_path: Path) -> None:
    """Through kubectl, by the link that krew makes, with a Python that has no packages of its own."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not on the PATH")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/kubectl-asklint").symlink_to(unpacked / "kubectl-asklint")
    (tmp_path / "bin/python3").symlink_to(os.path.realpath(sys.executable))
    with serving(Cluster([namespace("shop"), deployment(hostNetwork=True)])) as address:
        env = {
            "HOME": str(tmp_path),
            "KUBECONFIG": str(kubeconfig(tmp_path / "kubeconfig", address)),
            "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONNOUSERSITE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        words = [kubectl, "asklint", "--lang", "en"]
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == "not ready: shop (1 object): 1 error"


def test_another_python_is_told(unpacked: Path, tmp_path: Path) -> None:
    shutil.copytree(unpacked, tmp_path / "store")
    (own,) = (tmp_path / "store").glob("cp*")
    own.rename(own.with_name("cp399"))
    done = subprocess.run([sys.executable, tmp_path / "store/kubectl-asklint"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: kubectl asklint needs Python 3.99 as python3 on the PATH; this is 3.")
