"""A live object as its author wrote it: nothing of the server's, and everything of the author's."""

from __future__ import annotations

import pytest
from apiserver import Data
from hypothesis import given
from hypothesis import strategies as st
from livecluster import applied, claim, container, deployment, live, pod, pod_spec, replica_set, service, simple

from asklint import render, tree
from asklint.inputs import live as module
from asklint.inputs.cluster import Scope, chosen

WEB = {
    "name": "web",
    "image": "registry-vpc.cn-hangzhou.aliyuncs.com/shop/web:1.4",
    "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}},
    "ports": [{"containerPort": 8080}],
    "livenessProbe": {"httpGet": {"path": "/", "port": 8080}},
}


def written(version: str, kind: str, name: str, of: str | None = "shop", **more: object) -> Data:
    place = {"namespace": of} if of else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place}, **more}


def batch(kind: str, **spec: object) -> Data:
    labels = {"controller-uid": "u-1", "batch.kubernetes.io/controller-uid": "u-1", "job-name": "load", "app": "load"}
    template = {"metadata": {"creationTimestamp": None, "labels": labels}, "spec": pod_spec(restartPolicy="Never")}
    job = {
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "completions": 1,
        "manualSelector": False,
        "parallelism": 1,
        "podReplacementPolicy": "TerminatingOrFailed",
        "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "u-1"}},
        "suspend": False,
        "template": template,
    }
    return {**live(written("batch/v1", kind, "load"), labels=dict(labels)), "spec": {**job, **spec}}


PAIRS = {
    "Deployment": (
        deployment(),
        {
            **written("apps/v1", "Deployment", "web"),
            "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [WEB]}},
            },
        },
    ),
    "bare Pod": (pod("lonely"), written("v1", "Pod", "lonely", spec={"containers": [WEB]})),
    "Service": (
        service(),
        written("v1", "Service", "web", spec={"ports": [{"port": 80, "targetPort": 8080}], "selector": {"app": "web"}}),
    ),
    "LoadBalancer with an allocated port": (
        service(type="LoadBalancer", healthCheckNodePort=30777),
        written(
            "v1",
            "Service",
            "web",
            spec={"ports": [{"port": 80, "targetPort": 8080}], "selector": {"app": "web"}, "type": "LoadBalancer"},
        ),
    ),
    "headless Service": (
        service(clusterIP="None", clusterIPs=["None"]),
        written(
            "v1",
            "Service",
            "web",
            spec={"clusterIP": "None", "ports": [{"port": 80, "targetPort": 8080}], "selector": {"app": "web"}},
        ),
    ),
    "claim": (
        claim(),
        written(
            "v1",
            "PersistentVolumeClaim",
            "data",
            spec={
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "40Gi"}},
                "storageClassName": "alicloud-disk-topology-alltype",
            },
        ),
    ),
    "Job": (
        batch("Job"),
        {
            **written("batch/v1", "Job", "load"),
            "metadata": {"name": "load", "namespace": "shop", "labels": {"app": "load"}},
            "spec": {
                "completions": 1,  # beside a parallelism of more, this says something: both stay
                "parallelism": 1,
                "template": {
                    "metadata": {"labels": {"app": "load"}},
                    "spec": {"containers": [WEB], "restartPolicy": "Never"},
                },
            },
        },
    ),
    "Namespace": (
        simple("Namespace", "shop", None, spec={"finalizers": ["kubernetes"]}, status={"phase": "Active"}),
        written("v1", "Namespace", "shop", None),
    ),
    "ServiceAccount": (
        simple("ServiceAccount", "web", secrets=[{"name": "web-token-x7k2p"}, {"name": "web-key"}]),
        written("v1", "ServiceAccount", "web", secrets=[{"name": "web-key"}]),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_what_the_server_writes_is_gone_and_nothing_else(name: str) -> None:
    one, expected = PAIRS[name]
    assert module.clean(one) == expected


@pytest.mark.parametrize("name", PAIRS)
def test_what_its_author_wrote_stays(name: str) -> None:
    expected = PAIRS[name][1]
    assert module.clean(expected) == expected


CHOSEN: Data = {
    "dnsPolicy": "Default",
    "enableServiceLinks": False,
    "restartPolicy": "Never",
    "schedulerName": "volcano",
    "securityContext": {"runAsUser": 0},
    "terminationGracePeriodSeconds": 0,
    "serviceAccountName": "web",
    "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 60}],
    "volumes": [
        {"name": "scratch", "emptyDir": {}},
        {"name": "settings", "configMap": {"name": "settings", "defaultMode": 256}},
        {"name": "logs", "hostPath": {"path": "/var/log", "type": "Directory"}},
    ],
}


@pytest.mark.parametrize("key", CHOSEN)
def test_a_value_that_is_no_default_stays(key: str) -> None:
    one = deployment(**{key: CHOSEN[key]})
    assert module.clean(one)["spec"]["template"]["spec"][key] == CHOSEN[key]


def test_a_pod_keeps_what_admission_would_not_put_there() -> None:
    one = pod()
    one["spec"]["tolerations"] += CHOSEN["tolerations"]
    one["spec"]["volumes"] += [{"name": "kube-api", "emptyDir": {}}]
    spec = module.clean(one)["spec"]
    assert spec["tolerations"] == CHOSEN["tolerations"]
    assert spec["volumes"] == [{"name": "kube-api", "emptyDir": {}}]


@pytest.mark.parametrize(
    ("image", "policy", "stays"),
    [
        ("web", "Always", False),
        ("web:latest", "Always", False),
        ("web:1", "IfNotPresent", False),
        ("registry:5000/web", "Always", False),
        ("web@sha256:0123", "IfNotPresent", False),
        ("web:1", "Always", True),
        ("web", "IfNotPresent", True),
        ("web:1", "Never", True),
    ],
)
def test_pull_policy_goes_where_the_image_implies_it(image: str, policy: str, stays: bool) -> None:
    one = deployment(containers=[container(image=image, imagePullPolicy=policy)])
    (found,) = module.clean(one)["spec"]["template"]["spec"]["containers"]
    assert ("imagePullPolicy" in found) is stays


def test_false_is_not_zero() -> None:
    one = simple("CronJob", "load", version="batch/v1", spec={"suspend": 0, "failedJobsHistoryLimit": True})
    assert module.clean(one)["spec"] == {"suspend": 0, "failedJobsHistoryLimit": True}


def test_a_node_port_that_its_author_chose_stays() -> None:
    said = written("v1", "Service", "web", spec={"type": "NodePort", "ports": [{"port": 80, "nodePort": 31234}]})
    chosen_port = service(type="NodePort")
    chosen_port["metadata"]["annotations"] = applied(said)
    assert module.clean(chosen_port)["spec"]["ports"] == [{"port": 80, "targetPort": 8080, "nodePort": 31234}]
    assert "nodePort" not in module.clean(service(type="NodePort"))["spec"]["ports"][0]


@pytest.mark.parametrize("note", ["{", "[]", '{"spec": 1}', "null"])
def test_a_note_that_cannot_be_read_says_nothing(note: str) -> None:
    one = service(type="NodePort")
    one["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": note}
    assert "nodePort" not in module.clean(one)["spec"]["ports"][0]


def test_a_volume_that_its_author_chose_stays() -> None:
    one = claim()
    del one["metadata"]["annotations"]["pv.kubernetes.io/bound-by-controller"]
    assert module.clean(one)["spec"]["volumeName"] == "d-bp1example"


def test_a_static_volume_keeps_its_claim_without_the_claim_s_uid() -> None:
    reference = {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": "data"}
    spec = {
        "nfs": {"server": "nas.example", "path": "/"},
        "claimRef": {**reference, "uid": "u-1", "resourceVersion": "1"},
    }
    one = simple("PersistentVolume", "nas", None, spec=spec, status={"phase": "Bound"})
    assert module.clean(one)["spec"]["claimRef"] == reference
    one["metadata"]["annotations"] = {"pv.kubernetes.io/bound-by-controller": "yes"}
    assert module.clean(one)["spec"] == {"nfs": spec["nfs"]}


def test_a_job_with_a_selector_of_its_own_keeps_it() -> None:
    assert "selector" in module.clean(batch("Job", manualSelector=True))["spec"]


# -- which objects count


HERE = Scope()


def names(*objects: Data, scope: Scope = HERE) -> list[str]:
    return [one.name for one in chosen(objects, scope)[0]]


def test_what_a_controller_makes_is_left_to_its_owner() -> None:
    web = deployment()
    made = replica_set(web)
    mine = pod(owner=made)
    assert names(mine, made, web) == ["shop/deployment/web"]
    assert names(mine, made) == ["shop/replicaset/web-7d4b9c"]
    assert names(mine, pod("lonely")) == ["shop/pod/lonely", "shop/pod/web-7d4b9c-x2x4z"]


def test_an_owner_that_does_not_control_is_no_owner() -> None:
    web, one = deployment(), simple("ConfigMap", "settings")
    one["metadata"]["ownerReferences"] = [{"kind": "Deployment", "name": "web", "uid": web["metadata"]["uid"]}]
    assert names(web, one) == ["shop/configmap/settings", "shop/deployment/web"]


def test_objects_without_uid_are_no_owners_of_each_other() -> None:
    one = [written("v1", "Pod", "a"), written("v1", "Pod", "b")]
    one[0]["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "name": "x", "controller": True}]
    assert names(*one) == ["shop/pod/a", "shop/pod/b"]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (pod(phase="Succeeded"), "finished"),
        (pod(phase="Failed"), "finished"),
        ({**batch("Job"), "status": {"conditions": [{"type": "Complete", "status": "True"}]}}, "finished"),
        ({**batch("Job"), "status": {"conditions": [{"type": "Failed", "status": "True"}]}}, "finished"),
        (replica_set(deployment(), replicas=0), "old-revision"),
        (live(written("v1", "Pod", "a"), deletionTimestamp="2026-01-05T08:00:00Z"), "being-deleted"),
        (
            live(written("v1", "PersistentVolume", "d", None), annotations={"pv.kubernetes.io/provisioned-by": "x"}),
            "provisioned",
        ),
        (deployment(of="kube-system"), "system-namespace"),
        (deployment(of="arms-prom"), "system-namespace"),
        (simple("Namespace", "kube-public", None), "system-namespace"),
    ],
)
def test_what_is_passed_over_is_counted(one: Data, reason: str) -> None:
    assert chosen([one], Scope(everywhere=True)) == ([], {reason: 1})


@pytest.mark.parametrize(
    "one",
    [
        {**batch("Job"), "status": {"conditions": [{"type": "Suspended", "status": "True"}]}},
        live({**written("apps/v1", "ReplicaSet", "mine"), "spec": {"replicas": 0}}),
        simple("PersistentVolume", "nas", None),
        deployment(of="kube-systems"),
        simple("Namespace", "shop", None),
        simple("ServiceAccount", "default", imagePullSecrets=[{"name": "acr"}]),
        simple("Service", "kubernetes", "shop"),
        simple("StorageClass", "fast", None, "storage.k8s.io/v1"),
    ],
)
def test_what_is_somebody_s_counts(one: Data) -> None:
    assert len(names(one, scope=Scope(everywhere=True))) == 1


@pytest.mark.parametrize(
    "one",
    [
        simple("ConfigMap", "kube-root-ca.crt"),
        simple("Service", "kubernetes", "default"),
        live(
            written("rbac.authorization.k8s.io/v1", "ClusterRole", "view", None),
            labels={"kubernetes.io/bootstrapping": "rbac-defaults"},
        ),
        simple("Namespace", "default", None),
        simple("ServiceAccount", "default", secrets=[{"name": "default-token-x"}]),
        simple("Secret", "web-token-x", type="kubernetes.io/service-account-token"),
        simple("StorageClass", "alicloud-disk-ssd", None, "storage.k8s.io/v1"),
    ],
)
def test_what_every_cluster_has_is_nobody_s(one: Data) -> None:
    assert chosen([one], Scope(everywhere=True)) == ([], {})


def test_a_namespace_that_was_named_is_no_system() -> None:
    assert names(deployment("coredns", "kube-system"), scope=Scope("kube-system")) == ["kube-system/deployment/coredns"]


def test_two_kinds_of_one_name_say_their_group() -> None:
    other = simple("Service", "web", version="serving.knative.dev/v1")
    assert names(service(), other) == ["shop/service/web", "shop/service.serving.knative.dev/web"]


@pytest.mark.parametrize("nonsense", [None, 1, "x", [], [1], {"a": None}])
@pytest.mark.parametrize("key", ["metadata", "spec", "status"])
def test_no_shape_is_an_exception(key: str, nonsense: object) -> None:
    for whole, _ in PAIRS.values():
        module.clean({**whole, key: nonsense})
        chosen([{**whole, key: nonsense}], Scope(everywhere=True))


# -- as YAML

TEXTS = st.text(st.sampled_from("ab:#- \t\n|'\"{}1e.,é中\u2028\x85&*!%"), max_size=25) | st.text(max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_an_object_reads_back_as_it_was(value: Data) -> None:
    (document,) = (one for one in tree.read(render.document(value)) if one.data is not None or one.problem)
    assert document.problem is None
    assert document.data == value


def test_texts_of_many_lines_are_written_so() -> None:
    one = {"data": {"run.sh": "set -e\n\n  run\n", "one": "line\n"}, "args": ["-c", "a\nb"]}
    assert (
        render.document(one)
        == 'data:\n  run.sh: |\n    set -e\n\n      run\n  one: "line\\n"\nargs:\n- "-c"\n- |-\n  a\n  b\n'
    )
