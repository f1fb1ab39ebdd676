"""What an Ingress needs to be served by an ALB: its paths, and the objects beside it that options ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.edit import AddDocument, Set
from asklint.path import get, mapping, sequence

_TYPES = {"intranet": "Intranet", "internet": "Internet"}


def class_name(options: Mapping[str, Any]) -> str:
    """The IngressClass that options name or bring along; `""` where a person has yet to."""
    return options["class"] or ("alb" if options["vswitches"] else "")


def kind(options: Mapping[str, Any]) -> str:
    """What serves the Ingress: `intranet` or `internet`, an ALB that is made for it; `named`, one that is there."""
    return str(options["address-type"]) if options["vswitches"] else "named"


def documents(options: Mapping[str, Any], https: bool) -> tuple[AddDocument, ...]:
    """The AlbConfig and the IngressClass, in the shape of the vendor's pages; none where vSwitches are not named.

    Source: https://www.alibabacloud.com/help/en/ack/serverless-kubernetes/user-guide/use-albconfigs-to-configure-alb-instances
    """
    if not options["vswitches"]:
        return ()
    name = class_name(options)
    listeners = [{"port": 80, "protocol": "HTTP"}, *([{"port": 443, "protocol": "HTTPS"}] if https else [])]
    config = {
        "name": name,
        "addressType": _TYPES[options["address-type"]],
        "zoneMappings": [{"vSwitchId": vswitch} for vswitch in options["vswitches"]],
    }
    parameters = {"apiGroup": "alibabacloud.com", "kind": "AlbConfig", "name": name}
    return (
        AddDocument(
            {
                "apiVersion": "alibabacloud.com/v1",
                "kind": "AlbConfig",
                "metadata": {"name": name},
                "spec": {"config": config, "listeners": listeners},
            }
        ),
        AddDocument(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "IngressClass",
                "metadata": {"name": name},
                "spec": {"controller": "ingress.k8s.alibabacloud/alb", "parameters": parameters},
            }
        ),
    )


def paths(spec: Mapping[str, Any]) -> Iterator[Set]:
    """The pathType of paths that have none: an ALB takes them to the letter, and other controllers by their beginning.

    `spec` is an Ingress's. Those with a wildcard are left, which an ALB takes without a type alone.
    Source: https://github.com/kubernetes/cloud-provider-alibaba-cloud (model_build_listener_rules.go)
    """
    for index, rule in enumerate(sequence(spec.get("rules"))):
        for number, entry in enumerate(sequence(get(rule, ("http", "paths")))):
            path, kind = mapping(entry).get("path"), mapping(entry).get("pathType")
            plain = isinstance(path, str) and path.startswith("/") and not {"*", "?"} & {*path}
            if plain and kind in (None, "ImplementationSpecific"):
                yield Set(("spec", "rules", index, "http", "paths", number, "pathType"), "Prefix")
