"""ingress-alb-annotation: annotations of the ALB Ingress controller, of its neighbours, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from asklint.checks.annotation_table import near
from asklint.checks.balancer_grammar import fault, is_filled_in_later
from asklint.edit import Rename, Set
from asklint.finding import Hit
from asklint.path import get, mapping
from asklint.resource import Object

_CLASS = "kubernetes.io/ingress.class"


def check(subject: Object, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """A hit on wrong values, misspelt keys, keys without what makes them act, and those of other controllers."""
    texts = mapping(get(subject.data, ("metadata", "annotations")))
    known = params["keys"]
    for name, value in texts.items():
        if name.startswith(known["prefix"]):
            yield from _hits(name, value, texts, known)
        elif name.startswith(known["nginx"]["prefix"]) and _class(subject, texts) == "alb":
            word = name.removeprefix(known["nginx"]["prefix"])
            if word not in known["nginx"]["read"]:
                case = "nginx-known" if word in known["keys"] else "nginx"
                yield Hit(_at(name), case, {"other": known["prefix"] + word})


def _class(subject: Object, texts: Mapping[str, Any]) -> Any:
    return texts.get(_CLASS) or get(subject.data, ("spec", "ingressClassName"))


def _hits(name: str, value: Any, texts: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Hit]:
    word = name.removeprefix(known["prefix"])
    entry = known["keys"].get(word) or known["each"].get(word.partition(".")[0] if "." in word else "")
    if entry is None:
        yield from _unknown(name, word, texts, known)
    elif isinstance(value, str):
        wrong = fault(entry["value"], value)
        if wrong is not None:
            edits = (Set(_at(name), wrong.right),) if wrong.right is not None else ()
            yield Hit(_at(name), wrong.case, {**wrong.fields, "right": wrong.right or ""}, edits)
        else:
            yield from _idle(name, value, entry, texts, known)


def _unknown(name: str, word: str, texts: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Hit]:
    if word in known["aws"]:
        does_it = known["aws"][word]
        yield Hit(_at(name), "aws-nothing" if does_it.startswith("nothing") else "aws", {"other": does_it})
        return
    meant = _meant(word, tuple(known["keys"]))
    if meant:
        right = known["prefix"] + meant
        yield Hit(_at(name), "misspelt", {"meant": right}, () if right in texts else (Rename(_at(name), right),))


def _idle(
    name: str, value: str, entry: Mapping[str, Any], texts: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[Hit]:
    """A key without the one that makes it act; some of those may be said as for Nginx."""
    need = entry.get("needs")
    if not need or value in ("false", "0"):
        return
    other = known["prefix"] + need["key"]
    said = texts.get(other)
    if said is None and need["key"] in known["nginx"]["read"]:
        said = texts.get(known["nginx"]["prefix"] + need["key"])
    if isinstance(said, str) and (said in need.get("is", [said]) or is_filled_in_later(said)):
        return
    yield Hit(_at(name), "idle", {"other": f'{other}: "{need["is"][0]}"' if "is" in need else other})


def _at(name: str) -> tuple[str, str, str]:
    return ("metadata", "annotations", name)


@cache
def _meant(word: str, words: tuple[str, ...]) -> str:
    """The key that `word` is a slip of, "" where it is none or may be of several."""
    meant = [one for one in words if near(word, one)]
    return meant[0] if len(meant) == 1 else ""
