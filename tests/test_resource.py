"""The Kubernetes objects in a document, and where their pods are."""

from __future__ import annotations

import pytest
from kit import NONSENSE, places, put

from asklint import tree
from asklint.resource import Beside, Object, is_list, objects

TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}


def read(text: str, where: dict[str, list[str]] | None = None) -> list[Object]:
    return [one for document in tree.read(text) for one in objects(document, where)]


def written(data: object, where: dict[str, list[str]] | None = None) -> list[Object]:
    import json

    return read(json.dumps(data), where)


def of(version: str, kind: str, **rest: object) -> dict[str, object]:
    return {"apiVersion": version, "kind": kind, **rest}


def nested(*path: str) -> dict[str, object]:
    data: object = TEMPLATE
    for key in reversed(path):
        data = {key: data}
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(
    ("version", "kind", "path"),
    [
        ("apps/v1", "Deployment", ("spec", "template")),
        ("extensions/v1beta1", "Deployment", ("spec", "template")),
        ("apps/v1beta2", "StatefulSet", ("spec", "template")),
        ("apps/v1", "DaemonSet", ("spec", "template")),
        ("apps/v1", "ReplicaSet", ("spec", "template")),
        ("v1", "ReplicationController", ("spec", "template")),
        ("batch/v1", "Job", ("spec", "template")),
        ("batch/v1", "CronJob", ("spec", "jobTemplate", "spec", "template")),
        ("batch/v1beta1", "CronJob", ("spec", "jobTemplate", "spec", "template")),
        ("v1", "PodTemplate", ("template",)),
        ("argoproj.io/v1alpha1", "Rollout", ("spec", "template")),
        ("apps.kruise.io/v1alpha1", "CloneSet", ("spec", "template")),
        ("serving.knative.dev/v1", "Service", ("spec", "template")),
    ],
)
def test_pods(version, kind, path):
    (one,) = written(of(version, kind, **nested(*path)))
    (pod,) = one.pods
    assert (pod.path, pod.data) == ((*path, "spec"), TEMPLATE["spec"])
    assert (pod.metadata_path, pod.metadata) == ((*path, "metadata"), TEMPLATE["metadata"])


def test_pod_itself():
    (one,) = written(of("v1", "Pod", metadata={"name": "web"}, spec=TEMPLATE["spec"]))
    (pod,) = one.pods
    assert (pod.path, pod.metadata_path, pod.metadata) == (("spec",), ("metadata",), {"name": "web"})


def test_pods_in_custom_kinds_by_shape():
    (one,) = written(
        of("batch.volcano.sh/v1alpha1", "Job", spec={"tasks": [{"template": TEMPLATE}, {"template": TEMPLATE}]})
    )
    assert [pod.path for pod in one.pods] == [("spec", "tasks", number, "template", "spec") for number in (0, 1)]
    (one,) = written(of("sparkoperator.k8s.io/v1", "A", spec=TEMPLATE["spec"]))
    assert [(pod.path, pod.metadata) for pod in one.pods] == [(("spec",), {})]  # its own metadata is not its pods'


@pytest.mark.parametrize("template", ["template", "podTemplate"])
def test_pods_that_an_operator_fills(template):
    """ECK and its like know the image; what stands in the template is laid over the pod that they make."""
    filled, whole = {"containers": [{"name": "a"}]}, {"containers": [{"name": "a", "image": "a"}]}
    (one,) = written(of("example.com/v1", "A", spec={"a": {template: {"spec": filled}}, "b": {"pod": {"spec": whole}}}))
    assert [(pod.path[1:], pod.is_whole) for pod in one.pods] == [
        (("a", template, "spec"), False),
        (("b", "pod", "spec"), True),
    ]
    (one,) = written(of("apps/v1", "Deployment", spec={"template": {"spec": filled}}))
    assert [pod.is_whole for pod in one.pods] == [True]
    (one,) = written(of("example.com/v1", "A", spec={template: {"spec": {"containers": [{"name": 1}, {"name": "a"}]}}}))
    assert one.pods == []


@pytest.mark.parametrize(
    ("version", "kind", "spec", "is_daemonset"),
    [
        ("apps/v1", "DaemonSet", {}, True),
        ("beat.k8s.elastic.co/v1beta1", "Beat", {"daemonSet": {}}, True),
        ("beat.k8s.elastic.co/v1beta1", "Beat", {"deployment": {}}, False),
        ("beat.k8s.elastic.co/v1beta1", "Beat", {"daemonSet": None}, False),
        ("agent.k8s.elastic.co/v1alpha1", "Agent", {"daemonSet": {"podTemplate": {}}}, True),
        ("opentelemetry.io/v1beta1", "OpenTelemetryCollector", {"mode": "daemonset"}, True),
        ("opentelemetry.io/v1beta1", "OpenTelemetryCollector", {"mode": "sidecar"}, False),
        ("example.com/v1", "Beat", {"daemonSet": {}}, False),
        ("monitoring.coreos.com/v1alpha1", "PrometheusAgent", {"mode": "DaemonSet"}, True),
        ("fluentbit.fluent.io/v1alpha2", "FluentBit", {}, True),
        ("datadoghq.com/v2alpha1", "DatadogAgent", {"override": {"nodeAgent": {"disabled": False}}}, True),
        ("datadoghq.com/v2alpha1", "DatadogAgent", {"override": {"nodeAgent": {"disabled": True}}}, False),
        ("instance.falcosecurity.dev/v1alpha1", "Falco", {"type": "Deployment"}, False),
        ("example.com/v1", "FluentBit", {}, False),
    ],
)
def test_daemonsets_that_an_operator_makes(version, kind, spec, is_daemonset):
    (one,) = written(of(version, kind, spec=spec))
    assert one.is_daemonset is is_daemonset


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": []},
        {"containers": [{"name": "a"}]},
        {"containers": ["a"]},
        {"containers": {"a": {"image": "a"}}},
        {"containers": [{"image": 1}]},
        {"containers": [None, {"image": "a"}]},
    ],
)
def test_other_shapes_are_no_pods(spec):
    (one,) = written(of("example.com/v1", "A", spec=spec))
    assert one.pods == []


@pytest.mark.parametrize(
    ("version", "kind", "said"),
    [
        ("auto.gke.io/v1", "WorkloadAllowlist", {"matchingCriteria": TEMPLATE["spec"]}),
        ("admission.k8s.io/v1", "AdmissionReview", {"request": {"object": TEMPLATE}}),
        ("imagepolicy.k8s.io/v1alpha1", "ImageReview", {"spec": {"containers": [{"image": "a"}]}}),
        ("kyverno.io/v1", "ClusterPolicy", {"spec": {"rules": [{"validate": {"pattern": TEMPLATE}}]}}),
        ("kyverno.io/v1", "Policy", {"spec": {"rules": [{"validate": {"foreach": [{"anyPattern": [TEMPLATE]}]}}]}}),
        ("chainsaw.kyverno.io/v1alpha1", "Test", {"spec": {"steps": [{"try": [{"assert": {"resource": TEMPLATE}}]}]}}),
        ("chainsaw.kyverno.io/v1alpha1", "StepTemplate", {"spec": {"try": [{"error": {"resource": TEMPLATE}}]}}),
    ],
)
def test_what_pods_are_compared_with_is_no_pod(version, kind, said):
    (one,) = written(of(version, kind, **said))
    assert one.pods == []
    (one,) = written(of(f"x.{version}", kind, **said))
    assert len(one.pods) == 1  # the kind of somebody else


def test_pods_that_a_policy_or_a_test_makes():
    (one,) = written(of("kyverno.io/v1", "Policy", spec={"rules": [{"generate": {"data": TEMPLATE}}]}))
    assert [pod.path for pod in one.pods] == [("spec", "rules", 0, "generate", "data", "spec")]
    (one,) = written(of("chainsaw.kyverno.io/v1alpha1", "Test", spec={"try": [{"apply": {"resource": TEMPLATE}}]}))
    assert [pod.path for pod in one.pods] == [("spec", "try", 0, "apply", "resource", "spec")]


def test_kinds_of_kubernetes_itself_have_pods_nowhere_else():
    for version, kind in (
        ("v1", "ConfigMap"),
        ("v1", "Service"),
        ("policy/v1", "A"),
        ("apps/v1", "ControllerRevision"),
    ):
        (one,) = written(of(version, kind, data=TEMPLATE["spec"], **nested("spec", "template")))
        assert one.pods == []


def test_pods_where_the_config_says():
    where = {"Fleet.x.example.com": ["spec.pods[*]", "spec.one"]}
    (one,) = written(
        of("x.example.com/v1", "Fleet", spec={"pods": [{"a": 1}, 2], "one": {"b": 2}, "template": TEMPLATE}), where
    )
    assert [pod.path for pod in one.pods] == [("spec", "pods", 0), ("spec", "one")]


def test_identity():
    (one,) = written(of("apps/v1", "Deployment", metadata={"name": "web", "namespace": "shop"}))
    assert one.identity == ("apps/v1", "Deployment", "shop", "web")
    assert (one.known, one.group) == ("Deployment.apps", "apps")
    (one,) = written(of("v1", "Pod", metadata={"name": 1, "namespace": [1]}))
    assert one.identity == ("v1", "Pod", None, None)
    assert (one.known, one.group) == ("Pod", "")
    (one,) = written(of("v1", "Pod", metadata="web"))
    assert one.name is None


def test_lists():
    items = [
        of("v1", "Pod", metadata={"name": "a"}),
        of("v1", "List", items=[of("v1", "Pod", metadata={"name": "b"})]),
        1,
        None,
    ]
    found = written(of("v1", "List", items=items))
    assert [(one.name, one.base) for one in found] == [("a", ("items", 0)), ("b", ("items", 1, "items", 0))]
    found = written(of("v1", "ConfigMapList", items=[{"metadata": {"name": "a"}}, of("v2", "Other")]))
    assert [(one.api_version, one.kind) for one in found] == [("v1", "ConfigMap"), ("v2", "Other")]
    assert written(of("v1", "List", items=[])) == []
    assert [one.kind for one in written(of("v1", "List", items=None))] == ["List"]
    assert [one.kind for one in written(of("v1", "Alist", items=[1]))] == ["Alist"]


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (of("v1", "List", items=[]), True),
        (of("v1", "PodList", items=[1]), True),
        (of("v1", "List"), False),
        (of("v1", "List", items={}), False),
        (of("", "List", items=[]), False),
        (of("v1", "Lister", items=[]), False),
        ({"kind": "List", "items": []}, False),
        ([], False),
        (None, False),
    ],
)
def test_is_list(data, answer):
    assert is_list(data) is answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1\n",
        "- kind: Pod\n",
        "kind: Pod\n",
        "apiVersion: v1\n",
        "apiVersion: 1\nkind: Pod\n",
        "apiVersion: v1\nkind: ''\n",
    ],
)
def test_what_is_no_object(text):
    assert read(text) == []


def test_text_is_what_is_written():
    (one,) = read('apiVersion: v1\nkind: Pod\nspec: {a: 0x10, b: "c", d: *e, f: [1]}\n'.replace("*e", "yes"))
    assert [one.text(("spec", key)) for key in ("a", "b", "d", "f", "g")] == ["0x10", '"c"', "yes", "", ""]


def test_nonsense_everywhere():
    for version, kind in (("apps/v1", "Deployment"), ("example.com/v1", "A"), ("v1", "List")):
        whole = of(version, kind, metadata={"name": "a"}, items=[nested("spec")], **nested("spec", "template"))
        for place in places(whole):
            for value in NONSENSE:
                for one in written(put(whole, place, value), {"A.example.com": ["spec.template.spec"]}):
                    assert isinstance(one.identity.kind, str)
                    for pod in one.pods:
                        assert isinstance(pod.data, dict)
                        assert pod.metadata is not None


def test_beside_an_object_are_all_objects_of_the_text():
    text = "kind: A\napiVersion: v1\n---\nx: 1\n---\nkind: List\napiVersion: v1\nitems: [{kind: B, apiVersion: v1}, {kind: C, apiVersion: v1}]\n"

    def kinds(every):
        return [(index, one.kind, one.base) for index, one in every]

    documents = tree.read(text)
    beside = Beside(documents)
    every = [one for document in documents for one in objects(document, None, beside)]
    for one in every:
        assert one.beside.know(kinds) == [(0, "A", ()), (2, "B", ("items", 0)), (2, "C", ("items", 1))]
        assert one.beside.know(kinds) is beside.know(kinds), "it is worked out once"
    (alone,) = objects(documents[0])
    assert [kind for _, kind, _ in alone.beside.know(kinds)] == ["A"]
