"""kubernetes-version: objects in an apiVersion that the cluster does not serve, or not for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from asklint.checks.kubernetes_fields import minor
from asklint.edit import Set
from asklint.finding import Hit
from asklint.path import show
from asklint.resource import Object

_HERE = ("apiVersion",)


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit where the chosen release does not serve the object's apiVersion, or calls it deprecated."""
    table = params["table"]
    known = table["kinds"].get(subject.kind)
    entry = known.get(subject.api_version) if known else None
    if entry is not None and len(entry) == 1 and entry["from"] <= table["oldest"] and options["version"] is None:
        return  # most objects: served by every release that is asked for by default
    release = minor(options["version"], table["newest"])
    fields = {"version": f"1.{release}", "old": subject.api_version}
    if entry is None:
        yield from _never(subject, known, table, release, fields)
    elif entry["from"] > release:
        yield Hit(_HERE, "early", {**fields, "since": f"1.{entry['from']}"})
    elif entry.get("to", release) < release:
        yield _replaced("removed", subject, entry, params, release, {**fields, "last": f"1.{entry['to']}"})
    elif entry.get("deprecated", release + 1) <= release:
        yield _replaced("deprecated", subject, entry, params, release, {**fields, "since": f"1.{entry['deprecated']}"})


def _replaced(
    state: str,
    subject: Object,
    entry: Mapping[str, Any],
    params: Mapping[str, Any],
    release: int,
    fields: dict[str, Any],
) -> Hit:
    """The case is `state`, with what stands between it and a safe fix: gone, hand, broken, defaults, late."""
    kinds = params["table"]["kinds"]
    kind = entry.get("kind", subject.kind)
    use = entry.get("use")
    served = kinds[kind][use] if use else None
    if use is None or served is None or not served["from"] <= release <= served.get("to", release):
        use = _best(kinds[kind], subject.api_version, release)
        case = "hand" if use else "gone"
        return Hit(_HERE, f"{state}-{case}", {**fields, "use": use or "", "taken": kind})
    fields |= {"use": use, "taken": kind, "came": f"1.{served['from']}"}
    from asklint.checks.api_moves import change

    needed = change(entry.get("change"), subject.data, params)
    if needed.hand:
        return Hit(_HERE, f"{state}-hand", fields)
    if state == "removed" and not needed.edits:
        fault = _fault(subject, kind, use, params["table"], release)
        if fault is not None:
            return Hit(_HERE, "removed-broken", {**fields, "where": fault})
    edits = (Set(_HERE, use), *needed.edits)
    if needed.defaults:
        return Hit(_HERE, f"{state}-defaults", {**fields, "fields": ", ".join(needed.defaults)}, edits)
    late = served["from"] > min(params["table"]["oldest"], release)
    return Hit(_HERE, f"{state}-late" if late else state, fields, edits)


def _fault(subject: Object, kind: str, use: str, table: Mapping[str, Any], release: int) -> str | None:
    """The first field that the API server would refuse if nothing but the apiVersion changed; None where it would not.

    It is told of under the new apiVersion alone, so that writing that would bring an error.
    """
    from asklint.checks.schema_agreement import disagreements
    from asklint.checks.schema_faults import faults

    data = {**subject.data, "apiVersion": use, "kind": kind}
    moved = Object(subject.document, subject.base, data, subject.places, subject.beside, subject.added)
    found = faults(moved, table, release)
    first = next((one for one in found.problems if one.case != "duplicate"), None)
    if first is not None:
        return show((*first.path, first.name) if first.case == "missing" else first.path, data)
    odd = next(disagreements(moved), None) if found.whole else None
    return odd and ".".join(filter(None, (show(odd.path, data), str(odd.fields.get("needed", "")))))


def _never(
    subject: Object, known: Mapping[str, Any] | None, table: Mapping[str, Any], release: int, fields: dict[str, Any]
) -> Iterator[Hit]:
    """What no release serves: one of Kubernetes' kinds in the wrong group or version, or a kind that is misspelt."""
    if subject.group not in table["groups"]:
        return
    if known is not None:
        use = _best(known, subject.api_version, release)
        if use is not None:
            yield Hit(_HERE, "foreign", {**fields, "use": use})
        return
    from difflib import get_close_matches

    names = {kind.lower(): kind for kind, served in table["kinds"].items() if subject.api_version in served}
    close = get_close_matches(subject.kind.lower(), names, n=1, cutoff=0.85)
    if close:
        yield Hit(("kind",), "misspelt", {**fields, "meant": names[close[0]]})


def _best(known: Mapping[str, Any], api_version: str, release: int) -> str | None:
    """The apiVersion of a kind to take at `release`: served and not deprecated, of the same group, stable and new."""
    served = [
        version
        for version, entry in known.items()
        if entry["from"] <= release <= entry.get("to", release) and entry.get("deprecated", release + 1) > release
    ]
    return max(served, key=partial(_rank, api_version), default=None)


def _rank(api_version: str, version: str) -> tuple[bool, bool, str]:
    group = api_version.rpartition("/")[0]
    return version.rpartition("/")[0] == group, "alpha" not in version and "beta" not in version, version
