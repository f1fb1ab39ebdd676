"""A small server that speaks the Kubernetes API as kubectl asks for it: discovery, lists in pages, refusals."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

Data = dict[str, Any]


class Resource(NamedTuple):
    """A resource that is served: its plural, group and version, kind, and whether it stands in namespaces."""

    plural: str
    version: str  # "v1", "apps/v1"
    kind: str
    namespaced: bool = True

    @property
    def group(self) -> str:
        return self.version.rpartition("/")[0]

    @property
    def name(self) -> str:
        """As in `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


RESOURCES = (
    Resource("namespaces", "v1", "Namespace", False),
    Resource("nodes", "v1", "Node", False),
    Resource("persistentvolumes", "v1", "PersistentVolume", False),
    Resource("configmaps", "v1", "ConfigMap"),
    Resource("endpoints", "v1", "Endpoints"),
    Resource("events", "v1", "Event"),
    Resource("persistentvolumeclaims", "v1", "PersistentVolumeClaim"),
    Resource("pods", "v1", "Pod"),
    Resource("secrets", "v1", "Secret"),
    Resource("serviceaccounts", "v1", "ServiceAccount"),
    Resource("services", "v1", "Service"),
    Resource("daemonsets", "apps/v1", "DaemonSet"),
    Resource("deployments", "apps/v1", "Deployment"),
    Resource("replicasets", "apps/v1", "ReplicaSet"),
    Resource("statefulsets", "apps/v1", "StatefulSet"),
    Resource("jobs", "batch/v1", "Job"),
    Resource("cronjobs", "batch/v1", "CronJob"),
    Resource("horizontalpodautoscalers", "autoscaling/v2", "HorizontalPodAutoscaler"),
    Resource("ingresses", "networking.k8s.io/v1", "Ingress"),
    Resource("networkpolicies", "networking.k8s.io/v1", "NetworkPolicy"),
    Resource("roles", "rbac.authorization.k8s.io/v1", "Role"),
    Resource("storageclasses", "storage.k8s.io/v1", "StorageClass", False),
    Resource("aliyunlogconfigs", "log.alibabacloud.com/v1alpha1", "AliyunLogConfig"),
    Resource("rollouts", "argoproj.io/v1alpha1", "Rollout"),
    Resource("applications", "argoproj.io/v1alpha1", "Application"),
    Resource("widgets", "shop.example/v1", "Widget"),
)


class Cluster:
    """What the server holds and whom it refuses; every request that it was sent is in `requests`.

    `forbidden` and `broken` are names of resources (`deployments.apps`) whose lists answer 403 and 500; `away` are group
    versions whose own server does not answer. `writable` says whether objects may be made. `page` is the largest page of a list, whatever the client asks for.
    """

    def __init__(
        self,
        objects: Sequence[Data] = (),
        *,
        forbidden: Sequence[str] = (),
        broken: Sequence[str] = (),
        resources: Sequence[Resource] = RESOURCES,
        away: Sequence[str] = (),
        writable: bool = False,
        page: int = 500,
    ) -> None:
        self.objects = [dict(one) for one in objects]
        self.forbidden, self.broken, self.away, self.resources = forbidden, broken, away, resources
        self.writable, self.page = writable, page
        self.requests: list[tuple[str, str]] = []

    def paths(self, part: str) -> list[str]:
        """The requests for a path that holds `part`."""
        return [path for _, path in self.requests if part in path]

    # -- what is answered

    def get(self, path: str, query: Mapping[str, str]) -> tuple[int, Data]:
        parts = path.strip("/").split("/")
        if "/".join(parts[1:3]) in self.away:
            return _status(503, "ServiceUnavailable", "the server is currently unable to handle the request")
        found = self._discovered(parts)
        if found is not None:
            return 200, found
        place = self._placed(parts)
        if place is None:
            return _status(404, "NotFound", "the server could not find the requested resource")
        resource, namespace, name = place
        if resource.name in self.forbidden:
            where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
            words = f'User "ann" cannot list resource "{resource.plural}" in API group "{resource.group}" {where}'
            named = f'{resource.name} "{name}"' if name else resource.name
            return _status(403, "Forbidden", f"{named} is forbidden: {words}")
        if resource.name in self.broken:
            return _status(500, "InternalError", f"Internal error occurred: {resource.name} is out of order")
        mine = [one for one in self.objects if _is(one, resource, namespace)]
        if name:
            named_so = [one for one in mine if one["metadata"]["name"] == name]
            if not named_so:
                return _status(404, "NotFound", f'{resource.name} "{name}" not found')
            return 200, named_so[0]
        mine = [one for one in mine if _selected(one, query.get("labelSelector", ""))]
        start = int(query.get("continue") or 0)
        stop = start + min(int(query.get("limit") or self.page), self.page)
        more = {"continue": str(stop)} if stop < len(mine) else {}
        metadata = {"resourceVersion": "1", **more}
        return 200, {
            "kind": f"{resource.kind}List",
            "apiVersion": resource.version,
            "metadata": metadata,
            "items": mine[start:stop],
        }

    def make(self, path: str, sent: Data) -> tuple[int, Data]:
        place = self._placed(path.strip("/").split("/"))
        if not self.writable or place is None:
            return _status(405, "MethodNotAllowed", "this server is only read")
        resource, namespace, _ = place
        namespaces = {one["metadata"]["name"] for one in self.objects if one["kind"] == "Namespace"}
        if namespace and namespace not in namespaces:
            return _status(404, "NotFound", f'namespaces "{namespace}" not found')
        if "resourceVersion" in sent["metadata"]:
            return _status(500, "InternalError", "resourceVersion should not be set on objects to be created")
        assert (sent["apiVersion"], sent["kind"]) == (resource.version, resource.kind)
        self.objects.append(sent)
        return 201, sent

    def _discovered(self, parts: list[str]) -> Data | None:
        groups = sorted({one.version for one in self.resources if one.group} | set(self.away))
        if parts == ["version"]:
            return {"major": "1", "minor": "34", "gitVersion": "v1.34.1-aliyun.1"}
        if parts == ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"]}
        if parts == ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(version) for version in groups]}
        if parts[:2] == ["openapi", "v3"]:
            return self._described("/".join(parts[2:]))
        version = "/".join(parts[1:])
        if (parts[0] == "api" and version == "v1") or (parts[0] == "apis" and version in groups):
            served = [one for one in self.resources if one.version == version]
            names = [
                {
                    "name": one.plural,
                    "singularName": one.kind.lower(),
                    "namespaced": one.namespaced,
                    "kind": one.kind,
                    "shortNames": ["deploy"] if one.kind == "Deployment" else [],
                    "verbs": ["get", "list"],
                }
                for one in served
            ]
            return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": names}
        return None

    def _described(self, path: str) -> Data:
        """As much OpenAPI as kubectl apply needs to leave validation to the server."""
        versions = {one.version: ("apis/" if one.group else "api/") + one.version for one in self.resources}
        if not path:
            return {"paths": {at: {"serverRelativeURL": f"/openapi/v3/{at}"} for at in versions.values()}}
        named = [one for one in self.resources if versions[one.version] == path]
        asked = [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}]
        paths = {}
        for one in named:
            of = {"group": one.group, "version": one.version.rpartition("/")[2], "kind": one.kind}
            patch = {"parameters": asked, "x-kubernetes-group-version-kind": of, "responses": {}}
            paths[f"/{path}/{one.plural}/{{name}}"] = {"patch": patch}
        return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1"}, "paths": paths}

    def _placed(self, parts: list[str]) -> tuple[Resource, str, str] | None:
        """The resource, namespace and name in a path such as apis/apps/v1/namespaces/shop/deployments/web."""
        size = 2 if parts[0] == "api" else 3
        version, rest = "/".join(parts[1:size]), parts[size:]
        namespace = ""
        if rest[:1] == ["namespaces"] and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        for one in self.resources:
            if rest and (one.version, one.plural) == (version, rest[0]):
                return one, namespace, rest[1] if len(rest) > 1 else ""
        return None


def _group(version: str) -> Data:
    group, _, short = version.rpartition("/")
    known = {"groupVersion": version, "version": short}
    return {"name": group, "versions": [known], "preferredVersion": known}


def _is(one: Data, resource: Resource, namespace: str) -> bool:
    same = (one["apiVersion"], one["kind"]) == (resource.version, resource.kind)
    return same and (not namespace or one["metadata"].get("namespace") == namespace)


def _selected(one: Data, selector: str) -> bool:
    labels = one["metadata"].get("labels", {})
    return all(
        labels.get(key) == value for key, _, value in (part.partition("=") for part in selector.split(",") if part)
    )


def _status(code: int, reason: str, message: str) -> tuple[int, Data]:
    return code, {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": reason,
        "message": message,
        "code": code,
    }


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    """The address of a server that answers for `cluster` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece: two would wait for each other

        def answer(self, code: int, data: Data) -> None:
            body = json.dumps(data).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            cluster.requests.append(("GET", self.path))
            url = urlsplit(self.path)
            self.answer(*cluster.get(url.path, {key: values[0] for key, values in parse_qs(url.query).items()}))

        def _write(self) -> None:
            cluster.requests.append((self.command, self.path))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.command == "POST":
                self.answer(*cluster.make(urlsplit(self.path).path, json.loads(body)))
            else:
                self.answer(*_status(405, "MethodNotAllowed", "this server is only read"))

        def log_message(self, format: str, *words: object) -> None:
            pass

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._write)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def kubeconfig(path: Path, address: str, namespace: str = "shop", context: str = "test") -> Path:
    """A kubeconfig at `path` whose context `context` leads to `address`."""
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": context, "cluster": {"server": address}}],
                "users": [{"name": "ann", "user": {"token": "of-ann"}}],
                "contexts": [{"name": context, "context": {"cluster": context, "user": "ann", "namespace": namespace}}],
                "current-context": context,
            }
        )
    )
    return path
