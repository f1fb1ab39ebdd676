"""Objects as a real server gives them back: what their authors wrote, and all that was written beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Data = dict[str, Any]


def live(data: Mapping[str, Any], *, owner: Mapping[str, Any] | None = None, **metadata: Any) -> Data:
    """`data` with the metadata that a server adds; `owner` is the object that made it."""
    kind, own = data["kind"], data["metadata"]
    made: Data = {
        "creationTimestamp": "2026-01-05T08:00:00Z",
        "resourceVersion": "4711",
        "uid": f"uid-{kind}-{own.get('namespace', '')}-{own['name']}",
        "managedFields": [{"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:spec": {}}}],
    }
    if owner is not None:
        keys = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
        made["ownerReferences"] = [{**keys, "uid": owner["metadata"]["uid"], "controller": True}]
    return {**data, "metadata": {**own, **made, **metadata}}


def applied(data: Mapping[str, Any]) -> dict[str, str]:
    """The annotation in which kubectl apply keeps its input."""
    return {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(data) + "\n"}


def container(**more: Any) -> Data:
    """A container with all that the server fills in."""
    return {
        "name": "web",
        "image": "registry-vpc.cn-hangzhou.aliyuncs.com/shop/web:1.4",
        "imagePullPolicy": "IfNotPresent",
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}},
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "livenessProbe": {
            "failureThreshold": 3,
            "httpGet": {"path": "/", "port": 8080, "scheme": "HTTP"},
            "periodSeconds": 10,
            "successThreshold": 1,
            "timeoutSeconds": 1,
        },
        **more,
    }


def pod_spec(**more: Any) -> Data:
    """A pod's spec with all that the server fills in."""
    return {
        "containers": [container()],
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
        **more,
    }


def namespace(name: str) -> Data:
    """A Namespace."""
    labels = {"kubernetes.io/metadata.name": name}
    return {
        **live({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}),
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def deployment(name: str = "web", of: str = "shop", **spec: Any) -> Data:
    """A Deployment as it runs; `spec` is laid over that of its pods."""
    labels = {"app": name}
    return {
        **live(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": name, "namespace": of, "labels": labels},
            },
            annotations={"deployment.kubernetes.io/revision": "3"},
            generation=3,
        ),
        "spec": {
            "replicas": 2,
            "progressDeadlineSeconds": 600,
            "revisionHistoryLimit": 10,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "template": {"metadata": {"creationTimestamp": None, "labels": labels}, "spec": pod_spec(**spec)},
        },
        "status": {"replicas": 2, "readyReplicas": 2, "observedGeneration": 3},
    }


def replica_set(owner: Mapping[str, Any], revision: str = "7d4b9c", replicas: int = 2) -> Data:
    """A ReplicaSet that a Deployment made."""
    name, of = f"{owner['metadata']['name']}-{revision}", owner["metadata"]["namespace"]
    data = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": name, "namespace": of}}
    spec = {key: owner["spec"][key] for key in ("selector", "template")}
    return {**live(data, owner=owner), "spec": {"replicas": replicas, **spec}, "status": {"replicas": replicas}}


def pod(
    name: str = "web-7d4b9c-x2x4z", of: str = "shop", owner: Mapping[str, Any] | None = None, phase: str = "Running"
) -> Data:
    """A Pod as it runs: scheduled, with its token, its tolerations and what ECI notes on it."""
    token = {
        "name": "kube-api-access-x7k2p",
        "projected": {
            "defaultMode": 420,
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            ],
        },
    }
    mount = {"name": token["name"], "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True}
    spec = pod_spec(
        containers=[container(volumeMounts=[mount])],
        enableServiceLinks=True,
        nodeName="virtual-kubelet-cn-hangzhou-k",
        preemptionPolicy="PreemptLowerPriority",
        priority=0,
        serviceAccount="default",
        serviceAccountName="default",
        tolerations=[
            {"effect": "NoExecute", "key": f"node.kubernetes.io/{key}", "operator": "Exists", "tolerationSeconds": 300}
            for key in ("not-ready", "unreachable")
        ],
        volumes=[token],
    )
    data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": of}}
    notes = {"k8s.aliyun.com/eci-instance-id": "eci-2ze1example", "k8s.aliyun.com/eci-instance-spec": "2.0-4.0Gi"}
    return {
        **live(data, owner=owner, annotations=notes),
        "spec": spec,
        "status": {"phase": phase, "hostIP": "10.0.0.1"},
    }


def service(name: str = "web", of: str = "shop", type: str = "ClusterIP", **more: Any) -> Data:
    """A Service with the addresses and ports that it was given."""
    port: Data = {"port": 80, "protocol": "TCP", "targetPort": 8080}
    if type != "ClusterIP":
        port["nodePort"] = 31234
        more.setdefault("externalTrafficPolicy", "Cluster")
    if type == "LoadBalancer":
        more.setdefault("allocateLoadBalancerNodePorts", True)
    data = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": of}}
    spec = {
        "clusterIP": "172.16.8.15",
        "clusterIPs": ["172.16.8.15"],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": [port],
        "selector": {"app": name},
        "sessionAffinity": "None",
        "type": type,
        **more,
    }
    return {**live(data, finalizers=["service.k8s.alibaba/resources"]), "spec": spec, "status": {"loadBalancer": {}}}


def simple(kind: str, name: str, of: str | None = "shop", version: str = "v1", **more: Any) -> Data:
    """An object of any kind."""
    place = {"namespace": of} if of else {}
    return {**live({"apiVersion": version, "kind": kind, "metadata": {"name": name, **place}}), **more}


def claim(name: str = "data", of: str = "shop") -> Data:
    """A claim that a controller bound."""
    notes = {
        "pv.kubernetes.io/bind-completed": "yes",
        "pv.kubernetes.io/bound-by-controller": "yes",
        "volume.kubernetes.io/selected-node": "virtual-kubelet-cn-hangzhou-k",
        "volume.kubernetes.io/storage-provisioner": "diskplugin.csi.alibabacloud.com",
    }
    data = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": of}}
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "40Gi"}},
        "storageClassName": "alicloud-disk-topology-alltype",
        "volumeMode": "Filesystem",
        "volumeName": "d-bp1example",
    }
    made = live(data, annotations=notes, finalizers=["kubernetes.io/pvc-protection"])
    return {**made, "spec": spec, "status": {"phase": "Bound", "capacity": {"storage": "40Gi"}}}
