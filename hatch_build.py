"""Puts rules/, schemas/ and the one file compiled from them inside the wheel's package, and the man page beside it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataHook(BuildHookInterface[Any]):
    """A checkout reads rules/ and schemas/ where they are; an installed asklint reads its own copy of them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the data, write the man page, and name what the wheel must hold: none of it where it is editable."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        try:
            from asklint.cli.manpage import page as manpage
            from asklint.data import compile_data
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory(prefix="asklint-build-")
        compiled, page = (Path(self._folder.name, name) for name in ("compiled.json", "asklint.1"))
        compiled.write_bytes(compile_data(root))
        page.write_text(manpage(), encoding="utf-8")
        build_data["shared_data"][str(page)] = "share/man/man1/asklint.1"
        build_data["force_include"].update(
            {
                str(root / "rules"): "asklint/rules",
                str(root / "schemas"): "asklint/schemas",
                str(compiled): "asklint/compiled.json",
            }
        )

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made once the wheel holds it."""
        if version != "editable":
            self._folder.cleanup()
