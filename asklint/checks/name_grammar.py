"""Names as the API server takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from asklint.checks.schema_faults import to_be_filled
from asklint.finding import Hit
from asklint.path import Path

# Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
_CHARACTERS = re.compile(r"[-a-z0-9]+")
_TO_COME = re.compile(r"[A-Z]+")  # as people mark what they replace
_LOOKS = {  # what a name of each kind looks like, and its most characters
    "label": ("web-1", 63),
    "subdomain": ("web-1.shop", 253),
    "cronjob": ("web-1.shop", 52),  # its Jobs add eleven
    "port": ("http-1", 15),
}


def misnamed(path: Path, name: Any, kind: str) -> Iterator[Hit]:
    """A hit on `path` where the API server does not take `name` as one of a `kind`: label, subdomain, cronjob, port."""
    such, most = _LOOKS[kind]
    if not isinstance(name, str) or not name or (len(name) <= most and _is_one(name, kind)):
        return
    if not (to_be_filled(name) or "RELEASE-NAME" in name or _TO_COME.fullmatch(name)):  # the second is Helm's
        yield Hit(path, "name", {"such": such, "most": most})


def _is_one(name: str, kind: str) -> bool:
    if kind == "port":
        return _is_label(name) and "--" not in name and not name.replace("-", "").isdigit()
    return all(map(_is_label, name.split("."))) if kind != "label" else _is_label(name)


def _is_label(text: str) -> bool:
    return _CHARACTERS.fullmatch(text) is not None and text[0] != "-" != text[-1]
