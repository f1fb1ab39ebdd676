"""DaemonSets that collect the logs of their nodes, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from asklint.checks.disposition import found, mended, wish
from asklint.edit import AddDocument, DropDocument
from asklint.finding import Hit
from asklint.resource import Object, Pod


def check(subject: Object | Pod, params: Mapping[str, Any], options: Mapping[str, Any], target: str) -> Iterator[Hit]:
    """The DaemonSet where it runs one of `agents`; what collects by variables across the run is log_collection's."""
    if isinstance(subject, Pod):
        return
    known = found(subject, params, target)
    if known is None:
        return
    row, hit = known
    wished, logstore = wish(subject, options), options["logstore"]
    if target == "eci":
        yield hit
    elif wished.to or not options["collect"]:
        yield mended(subject, hit, wished.to or row.get("to", ""), wished, params, target)
    elif options["collect"] == "crd":
        edits = (
            (DropDocument(), AddDocument(_log_config(logstore, subject.namespace)))
            if logstore and target == "ask"
            else ()
        )
        yield hit._replace(edits=edits, fix="crd" if edits else "", fields={**hit.fields, "logstore": logstore})


def _log_config(logstore: str, namespace: str | None) -> Mapping[str, Any]:
    """What collects the stdout of every container.

    Source: https://help.aliyun.com/zh/eci/user-guide/collect-logs-by-using-log-service-crds
    """
    plugin = {"inputs": [{"type": "service_docker_stdout", "detail": {"Stdout": True, "Stderr": True}}]}
    return {
        "apiVersion": "log.alibabacloud.com/v1alpha1",
        "kind": "AliyunLogConfig",
        "metadata": {"name": logstore, **({"namespace": namespace} if namespace else {})},
        "spec": {
            "logstore": logstore,
            "logtailConfig": {"configName": logstore, "inputType": "plugin", "inputDetail": {"plugin": plugin}},
        },
    }
