"""log-env-and-crd: containers whose logs are collected by variables and by an AliyunLogConfig at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from asklint.checks.log_env import PREFIX, logged
from asklint.finding import Conclusion, Fact, Told
from asklint.path import get, mapping, sequence
from asklint.resource import Object, Pod

_DETAIL = ("spec", "logtailConfig", "inputDetail")
_LABELS = ("IncludeK8sLabel", "ExcludeK8sLabel")
_FILTER = re.compile(r"K8s|Include|Exclude|External|dockerInclude|dockerExclude")
_LONGEST = 200  # a pattern or a name ends long before
_COSTLY = re.compile(r"\)[*+?{]|([*+?{].*){4}")  # patterns that could take for ever; the agent's own engine cannot


def collect(
    subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Fact]:
    """Containers with such variables, and the filters of every AliyunLogConfig."""
    if isinstance(subject, Object):
        filters = _filters(subject)
        if all(key in params["patterns"] or key in _LABELS for key in filters):  # others take in who knows what
            wanted = {key: filters[key] for key in params["patterns"] if isinstance(filters.get(key), str)}
            include, exclude = (_texts(mapping(filters.get(key))) for key in _LABELS)
            yield Fact(("metadata", "name"), {"filters": wanted, "labels": include, "not": exclude})
        return
    if str(mapping(subject.metadata.get("annotations")).get(params["opt-out"])).lower() == "false":
        return
    have = _texts(mapping(subject.metadata.get("labels")))
    for container in logged(subject, []):
        name = container.data.get("name")
        if any(one.name.startswith(PREFIX) for one in container.variables):
            path = (*container.variables[0].path, "name")
            yield Fact(path, {"container": name if isinstance(name, str) else "", "labels": have})


def _filters(subject: Object) -> dict[str, Any]:
    """What says of which containers an AliyunLogConfig collects, wherever it may stand."""
    detail = mapping(get(subject.data, _DETAIL))
    inputs = sequence(get(detail, ("plugin", "inputs")))
    places = [get(detail, ("advanced", "k8s")), detail, *(get(one, ("detail",)) for one in inputs)]
    return {key: value for place in places for key, value in mapping(place).items() if value and _FILTER.match(key)}


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in given.items() if isinstance(value, str)}


def conclude(
    facts: Sequence[Told], params: Mapping[str, Any], options: Mapping[str, Any], target: str
) -> Iterator[Conclusion]:
    """A finding on every such container that an AliyunLogConfig of the same file or folder takes in too."""
    configs: dict[str, list[int]] = {}
    for index, fact in enumerate(facts):
        if "filters" in fact.data:
            configs.setdefault(_folder(fact), []).append(index)
    for index, fact in enumerate(facts):
        for config in configs.get(_folder(fact), ()) if "container" in fact.data else ():
            if _takes(facts[config], fact, params["patterns"]):
                yield Conclusion(index, "", {"config": facts[config].object.name or ""}, ((config, "config"),))
                break


def _folder(told: Told) -> str:
    return told.place.file.rpartition("/")[0]


def _takes(config: Told, container: Told, patterns: Mapping[str, str]) -> bool:
    """Whether all filters of the config are known to let the container in."""
    known = {
        "namespace": container.object.namespace,
        "pod": f"{container.object.name}-0" if container.object.name else None,
        "container": container.data["container"],
    }
    labels = container.data["labels"]
    return (
        all(_matches(pattern, known[patterns[key]]) for key, pattern in config.data["filters"].items())
        and all(key in labels and _matches(wanted, labels[key]) for key, wanted in config.data["labels"].items())
        and not any(key in labels and _matches(wanted, labels[key]) for key, wanted in config.data["not"].items())
    )


def _matches(pattern: str, text: str | None) -> bool:
    if text is None or len(pattern) > _LONGEST or len(text) > _LONGEST or _COSTLY.search(pattern):
        return False
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
