"""The files by which an application and its log collector wait for each other, taken out of the script."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from asklint.checks.pod_parts import commands
from asklint.edit import Edit, Set
from asklint.path import Path

# Source: https://www.alibabacloud.com/help/en/sls/collect-container-text-logs-through-sidecar-console
_SIGNALS = (
    r"(?:until\s+\[{1,2}\s+|while\s+\[{1,2}\s+!\s+)-[ef]\s+FOLDER/cornerstone\s+\]{1,2}"
    r"\s*[;\s]\s*do\s+sleep\s+[\d.]+\s*;?\s*done"
    r"|touch\s+FOLDER/tombstone"
)
_END = re.compile(r"[ \t]*(?:(?P<mark>;(?!;)|&&)[ \t]*|(?P<line>\n)|\Z)")
_GOES_ON = re.compile(r"(?:[{(|\\]|&&|\b(?:then|do|else))\s*\Z")  # what comes next belongs to what stands here


def without(container: Mapping[str, Any], at: Path, folder: str) -> list[Edit] | None:
    """The edits, counted from `at`, after which the scripts of `container` know no signal files in `folder`.

    None where a script is not seen, or where the files stand in it in another way than the vendor's page has them.
    """
    edits: list[Edit] = []
    for field, index, script in commands(container):
        if folder in script:
            changed = _stripped(script, folder)
            if changed is None:
                return None
            edits.append(Set((*at, field, index), changed))
    others = {key: value for key, value in container.items() if key not in ("command", "args", "volumeMounts")}
    return edits if edits and folder not in json.dumps(others, ensure_ascii=False, default=str) else None


@cache
def _signals(folder: str) -> re.Pattern[str]:
    return re.compile(_SIGNALS.replace("FOLDER", re.escape(folder)))


def _stripped(script: str, folder: str) -> str | None:
    """`script` without the statements of the handshake; None where more of it is left, or nothing of the script."""
    for match in reversed(list(_signals(folder).finditer(script))):
        part = _statement(script, *match.span())
        if part is None:
            return None
        script = script[: part[0]] + script[part[1] :]
    return script if folder not in script and script.strip(" \t\n;") else None


def _statement(script: str, start: int, end: int) -> tuple[int, int] | None:
    """What goes with the statement at `start` to `end`: a separator, or its line; None where it is a part."""
    before, after = script[:start].rstrip(" \t"), _END.match(script, end)
    if after is None:
        return None
    if not before or before.endswith("\n"):
        rest = after.end() + (not after["line"] and script.startswith("\n", after.end()))
        return None if _GOES_ON.search(before) else (len(before), rest)
    if not before.endswith((";", "&&")) or before.endswith(";;"):
        return None
    if after["mark"] == "&&" or (after["mark"] == ";" and before.endswith(";")):
        return start, after.end()
    return len(before.removesuffix("&&").removesuffix(";").rstrip(" \t")), end
