"""The objects that ALB Ingress needs beside an Ingress, as the options of a rule ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asklint.edit import AddDocument

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
