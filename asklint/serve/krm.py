"""A KRM function: a ResourceList comes in, and goes out with its items fixed and with what is left as results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from asklint import lower, run, tree
from asklint.edit import CannotEdit, Set
from asklint.finding import SEVERITIES, Finding
from asklint.gather import Gathered
from asklint.path import Path, get, mapping, sequence, show
from asklint.request import Options, Wrong, fails, requests

NAME = "ResourceList"
_OPTIONS = {
    "target": str,
    "unsafe": bool,
    "select": list,
    "ignore": list,
    "fail-on": str,
    "kubernetes-version": str,
    "lang": str,
}  # of functionConfig.spec, each as the option of that name
_FILE = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")
_INDEX = ("internal.config.kubernetes.io/index", "config.kubernetes.io/index")


class Answer(NamedTuple):
    """The ResourceList to write, what is told of its objects, and whether the function fails."""

    text: str
    results: list[dict[str, Any]]
    fails: bool


def answer(text: str) -> Answer:
    """What becomes of the ResourceList in `text`. Raises Wrong where it is none, or asks for what there is not.

    Source: https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
    """
    held = [document for document in tree.read(text) if document.data is not None or document.problem]
    if len(held) != 1 or held[0].problem or mapping(held[0].data).get("kind") != NAME:
        raise Wrong(f"krm reads one {NAME} from standard input, as kustomize and kpt write it")
    asked = _options(mapping(held[0].data).get("functionConfig"))
    unsafe = asked.pop("unsafe", False)
    request, *others = requests(("-",), Options(stdin_filename=NAME, **asked))
    if others:
        raise Wrong("functionConfig: a function writes for one target")
    mended = run.mend_alone(request.stream(), text.encode(), request.setup, unsafe)
    gathered = Gathered(request.setup)
    gathered.mend(mended)
    left = gathered.report(request.plan.target, request.plan.lang).findings
    fixed = text if mended.new is None else mended.new.decode()
    new, results = _with_results(fixed, left)
    return Answer(new, results, bool(asked.get("fail_on")) and fails(left, request.fail_on))


def _with_results(text: str, findings: Sequence[Finding]) -> tuple[str, list[dict[str, Any]]]:
    """The ResourceList `text` with `findings` behind the results that it has, and these alone. Raises Wrong."""
    documents = tree.read(text)
    index, held = next((index, one.data) for index, one in enumerate(documents) if one.data is not None)
    items = [item for item in sequence(held.get("items")) if isinstance(item, dict)]
    results = [_result(finding, items) for finding in findings]
    if not results:
        return text, []
    both = [*sequence(held.get("results")), *results]
    try:
        new, _ = lower.change(text, documents, {index: [Set(("results",), both)]})
    except CannotEdit as refusal:
        raise Wrong(f"the results cannot be written into the {NAME}: {refusal}") from refusal
    return new, results


def _options(config: Any) -> dict[str, Any]:
    """The options in a functionConfig: in its spec, or in the data of a ConfigMap. Raises Wrong."""
    kind = mapping(config).get("kind")
    key = "data" if kind == "ConfigMap" else "spec"
    options: dict[str, Any] = {}
    for name, value in mapping(mapping(config).get(key)).items():
        if name not in _OPTIONS:
            raise Wrong(f"functionConfig.{key}.{name}: there is no such option; there are {', '.join(_OPTIONS)}")
        kept = _as_data(value, _OPTIONS[name]) if key == "data" else value
        if not isinstance(kept, _OPTIONS[name]) or (isinstance(kept, list) and not all(map(_is_text, kept))):
            raise Wrong(f"functionConfig.{key}.{name}: {value!r} is not {_WORDS[_OPTIONS[name]]}")
        if name in _CHOICES and kept not in _CHOICES[name]:
            raise Wrong(f"functionConfig.{key}.{name}: {value!r} is not one of {', '.join(_CHOICES[name])}")
        options[name.replace("-", "_")] = tuple(kept) if isinstance(kept, list) else kept
    return options


_CHOICES = {"fail-on": (*SEVERITIES, "never"), "lang": ("en", "zh")}
_WORDS = {str: "a string", bool: "true or false", list: "a list of strings"}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _as_data(value: Any, wanted: type) -> Any:
    """A value of a ConfigMap, which has strings alone."""
    if not isinstance(value, str):
        return value
    if wanted is list:
        return [part.strip() for part in value.split(",") if part.strip()]
    return {"true": True, "false": False}.get(value, value) if wanted is bool else value


def _result(finding: Finding, items: list[Any]) -> dict[str, Any]:
    """`finding` as a result: https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/fn/framework/result.go."""
    told: dict[str, Any] = {"message": finding.message, "severity": finding.severity}
    of = finding.object
    if of is None:
        return {**told, "tags": {"rule": finding.rule}}
    named = {"apiVersion": of.api_version, "kind": of.kind, "name": of.name, "namespace": of.namespace}
    told["resourceRef"] = {key: value for key, value in named.items() if value is not None}
    item: Mapping[str, Any] = next((item for item in items if _is(item, finding)), {})
    if finding.pointer:
        told["field"] = {"path": show(_path(finding.pointer, item))}
    file = _note(item, _FILE)
    if file is not None:
        index = _note(item, _INDEX)
        told["file"] = {"path": file, **({"index": int(index)} if index and index.isdigit() else {})}
    return {**told, "tags": {"rule": finding.rule}}


def _path(pointer: str, data: Any) -> Path:
    """The path in `data` that a JSON pointer names."""
    path: Path = ()
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        path = (*path, int(name) if isinstance(get(data, path), list) and name.isdigit() else name)
    return path


def _is(item: Mapping[str, Any], finding: Finding) -> bool:
    of, metadata = finding.object, mapping(item.get("metadata"))
    mine = (item.get("apiVersion"), item.get("kind"), metadata.get("namespace"), metadata.get("name"))
    return of is not None and mine == tuple(of)


def _note(item: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    notes = mapping(get(item, ("metadata", "annotations")))
    return next((notes[name] for name in names if isinstance(notes.get(name), str)), None)
