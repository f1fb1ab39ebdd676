"""rules/ and schemas/ as one compiled file: what is needed to match; pages and examples stay in the YAML."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from asklint import tree

_PACKAGE = Path(__file__).parent
_COMPILED = _PACKAGE / "compiled.json"
_PAGES = ("why", "examples")  # what a rule file holds for its readers and its tests alone
_NOTES = ("sources", "note", "notes")  # likewise in schemas/


def root() -> Path:
    """The folder that holds rules/ and schemas/: the package itself, or the checkout around it."""
    return _PACKAGE if (_PACKAGE / "rules").is_dir() else _PACKAGE.parent


def objects() -> Path:
    """The fields of Kubernetes' own objects: a file of its own, read when there are objects to be validated."""
    return root() / "schemas" / "kubernetes" / "objects.txt"


def fingerprint() -> str:
    """What tells these rules from any other; in a checkout the code too, of which the version says enough elsewhere."""
    if _COMPILED.is_file():
        import hashlib

        return hashlib.sha256(_COMPILED.read_bytes()).hexdigest()  # installers may set any time of change
    return _stamp((*_files(root()), objects(), *sorted(_PACKAGE.rglob("*.py"))))


def _stamp(files: Iterable[Path]) -> str:
    import hashlib

    seen = "\n".join(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


@cache
def load() -> dict[str, Any]:
    """All rules and the schemas they use, as compile_data() makes them."""
    if _COMPILED.is_file():
        return dict(json.loads(_COMPILED.read_bytes()))
    cached = cache_folder() / f"rules-{_stamp((*_files(root()), Path(__file__)))}.json"
    try:
        return dict(json.loads(cached.read_bytes()))
    except (OSError, ValueError):
        pass  # it is not there yet, or is not what was written
    from asklint import write

    compiled = compile_data(root())
    write.cached(cached, compiled)
    return dict(json.loads(compiled))


def cache_folder() -> Path:
    """Where asklint keeps what it can make again: $XDG_CACHE_HOME/asklint, else ~/.cache/asklint."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "asklint"


def compile_data(root: Path) -> bytes:
    """The rules/ and schemas/ below `root` as JSON: {"rules": {name: rule}, "schemas": {name: …}, "silent": rows}."""
    rules: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    silent: dict[str, Any] = {}
    for path in _files(root):
        content = parse(path)
        if path.parent.name == "schemas":
            schemas[path.stem] = _without_pages(content)
        elif path.name == "silent.yaml":
            silent = content
        else:
            rules[path.stem] = {
                "category": path.parent.name,
                **{key: value for key, value in content.items() if key not in _PAGES},
            }
            chinese = rules[path.stem].get("zh", {})
            for told in ("why", "options"):  # on the page alone
                chinese.pop(told, None)
    data = {"rules": rules, "schemas": schemas, "silent": silent}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _without_pages(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _without_pages(value) for key, value in content.items() if key not in _NOTES}
    return [_without_pages(item) for item in content] if isinstance(content, list) else content


def parse(path: Path) -> Any:
    """The data in a YAML file of ours, read as every manifest is. Raises ValueError with the place of what is wrong."""
    text = path.read_text(encoding="utf-8")
    for document in tree.read(text):
        if document.problem is not None:
            line = text.count("\n", 0, document.problem.offset) + 1
            raise ValueError(f"{path}:{line}: {document.problem.message}")
        if document.data is not None:
            return document.data
    raise ValueError(f"{path}: the file is empty")


def _files(root: Path) -> list[Path]:
    return sorted((*(root / "rules").rglob("*.yaml"), *(root / "schemas").glob("*.yaml")))
