"""What asklint knows of Kubernetes' releases, held against kubernetes-validate: the table, and the fields."""

from __future__ import annotations

import copy
import json
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import kubernetes_validate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import asklint, scene

from asklint import config, data, engine, run, tree
from asklint.checks import api_moves
from asklint.checks.kubernetes_fields import minor, problems, release
from asklint.path import Path as Place
from asklint.path import get
from asklint.source import Source

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
TABLE = data.load()["schemas"]["kubernetes-versions"]
RELEASES = range(TABLE["oldest"], TABLE["newest"] + 1)
ENTRIES = [(kind, version) for kind, served in TABLE["kinds"].items() for version in served]
RENAMED = [  # of which the library knows both versions, and only the version is said to change
    (kind, version)
    for kind, version in ENTRIES
    if (entry := TABLE["kinds"][kind][version]).get("to", TABLE["newest"]) >= TABLE["oldest"]
    and "use" in entry
    and "change" not in entry
]


def script(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        return import_module(name)


@pytest.fixture(scope="module")
def schemas() -> ModuleType:
    return script("kubernetes_schemas")


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    return script("kubernetes_oracle")


def newest_of_library() -> int:
    return int(kubernetes_validate.latest_version().split(".")[1])


# ---- the files


def test_the_files_are_what_the_script_makes(schemas, oracle):
    if newest_of_library() != TABLE["newest"]:
        pytest.skip("this kubernetes-validate knows other releases")
    definitions = oracle.definitions()
    assert schemas.OBJECTS.read_text(encoding="utf-8") == schemas.objects(definitions)
    assert schemas.VERSIONS.read_text(encoding="utf-8") == schemas.versions(definitions)


@pytest.mark.parametrize("number", RELEASES)
def test_the_table_serves_what_the_library_has(number, schemas, oracle):
    served = {
        (kind, version)
        for kind, version in ENTRIES
        if (entry := TABLE["kinds"][kind][version])["from"] <= number <= entry.get("to", number)
    }
    known = {key for key, one in schemas.kinds(oracle.definitions()).items() if number in one.minors}
    assert served == known


@pytest.mark.parametrize(("kind", "version"), ENTRIES)
def test_an_entry_makes_sense(kind, version):
    entry = TABLE["kinds"][kind][version]
    assert entry["from"] <= entry.get("deprecated", entry["from"]) <= entry.get("to", TABLE["newest"]) + 1
    assert entry.get("change", "hand") in {"hand", *api_moves._CHANGES}
    if "use" in entry:
        use = TABLE["kinds"][entry.get("kind", kind)][entry["use"]]
        assert use["from"] <= TABLE["newest"]
        assert "to" not in use or use["to"] > entry["to"]
        assert "deprecated" in entry or "to" in entry


@pytest.mark.parametrize(("kind", "version"), RENAMED)
def test_where_only_the_version_changes_no_field_is_lost(kind, version):
    entry = TABLE["kinds"][kind][version]
    old, new = release(min(entry.get("to", TABLE["newest"]), TABLE["newest"])), release(TABLE["newest"])
    before, after = old.root(version, kind), new.root(entry["use"], kind)
    if before is None or after is None:
        pytest.skip("it went before the library begins")
    assert not list(lost(before, after, old, new, set()))


def lost(before, after, old, new, seen):
    """The fields of one definition that the other does not have, or has otherwise."""
    if (before.name, after.name) in seen:
        return
    seen.add((before.name, after.name))
    for name, field in before.fields.items():
        there = after.fields.get(name)
        while there is not None and field.code in "[{" and field.code == there.code:
            field, there = field.inner, there.inner
        if there is None or field.code != there.code:
            yield f"{before.name}.{name}"
        elif field.code == "@":
            yield from lost(old.of(field), new.of(there), old, new, seen)


# ---- the same verdict


GOOD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, creationTimestamp: null}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 30
      volumes:
        - {name: cache, emptyDir: {sizeLimit: 1Gi}}
        - {name: all, configMap: {name: all, items: [{key: a, path: b}]}}
      containers:
        - name: web
          image: nginx:1.27
          args: ["-v"]
          env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
          ports: [{containerPort: 80, protocol: TCP}]
          resources: {limits: {cpu: 1, memory: 2Gi}}
          securityContext: {privileged: false, capabilities: {drop: [ALL]}}
          livenessProbe: {httpGet: {port: http, path: /}, periodSeconds: 5}
          volumeMounts: [{name: cache, mountPath: /cache}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  maxReplicas: 9
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: web}
spec:
  schedule: "* * * * *"
  suspend: true
  jobTemplate: {spec: {backoffLimit: 1, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tasks.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Task, plural: tasks}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {size: {type: integer, minimum: 1, default: 2}}}}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
type: Opaque
data: {a: YQ==}
stringData: {b: c}
"""
OBJECTS = [document.data for document in tree.read(GOOD) if document.data is not None]
IDS = [value["kind"] for value in OBJECTS]


@pytest.mark.parametrize("number", [RELEASES[0], 31, RELEASES[-1]])
@pytest.mark.parametrize("value", OBJECTS, ids=IDS)
def test_what_is_good_is_good_to_both(value, number):
    here = release(number)
    assert not problems(value, here.root(value["apiVersion"], value["kind"]), here)
    kubernetes_validate.validate(value, f"1.{number}.0", strict=True)


BAD = {
    "unknown field": ("Deployment", ("spec", "template", "spec", "colour"), "blue"),
    "unknown field of an item": ("Service", ("spec", "ports", 0, "colour"), "blue"),
    "unknown field at the top": ("Role", ("spec",), {}),
    "a string for a number": ("Deployment", ("spec", "replicas"), "2"),
    "a number for a string": ("Deployment", ("spec", "template", "spec", "containers", 0, "env", 0, "value"), 5),
    "a string for a boolean": ("CronJob", ("spec", "suspend"), "true"),
    "a string for a list": ("Deployment", ("spec", "template", "spec", "containers", 0, "args"), "-v"),
    "a map for a list": ("Service", ("spec", "ports"), {"port": 80}),
    "a list for a map": ("Service", ("spec", "selector"), ["app"]),
    "a fraction for a number": ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), 1.5),
    "a boolean for a quantity": ("PersistentVolumeClaim", ("spec", "resources", "requests", "storage"), True),
    "a fraction for a port": ("Service", ("spec", "ports", 0, "targetPort"), 1.5),
    "no required field": ("Ingress", ("spec", "rules", 0, "http", "paths", 0), {"path": "/"}),
    "a number in a ConfigMap": ("Secret", ("stringData", "b"), 1),
}


@pytest.mark.parametrize(("kind", "path", "value"), BAD.values(), ids=BAD)
def test_what_is_bad_is_bad_to_both(kind, path, value):
    whole = copy.deepcopy(OBJECTS[IDS.index(kind)])
    get(whole, path[:-1])[path[-1]] = value
    here = release(TABLE["newest"])
    assert problems(whole, here.root(whole["apiVersion"], kind), here)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(whole, f"1.{TABLE['newest']}.0", strict=True)


ODD = st.sampled_from(
    [None, "", "a", "5", "true", "1Gi", 0, 5, -1, 1.5, 2.0, True, {}, [], {"a": "b"}, ["a"], [None], [{}]]
)


def places(value: Any, at: Place = ()) -> list[Place]:
    """All paths in `value` but those to apiVersion and kind."""
    found = [at]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if (*at, key) not in (("apiVersion",), ("kind",)):
            found += places(item, (*at, key))
    return found


@settings(max_examples=400)
@given(st.data())
def test_one_change_is_the_same_to_both(oracle, data):
    value = changed(data)
    number = data.draw(st.sampled_from([RELEASES[0], 29, RELEASES[-1]]))
    assert oracle.ours(value, number) == oracle.library(value, number)


def changed(data: st.DataObject) -> Any:
    """One of the objects with something in it that is not as it was."""
    value = copy.deepcopy(data.draw(st.sampled_from(OBJECTS)))
    path = data.draw(st.sampled_from(places(value)[1:]))
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    how = data.draw(st.sampled_from(["set", "remove", "add"]))
    if how == "set":
        parent[path[-1]] = data.draw(ODD)
    elif how == "remove":
        del parent[path[-1]]
    elif isinstance(parent, dict):
        parent[data.draw(st.sampled_from(["colour", "name", "spec", "status", "items", "volumes"]))] = data.draw(ODD)
    return value


def test_real_objects_are_the_same_to_both(oracle, corpus):
    differing = []
    for name, value in oracle.found([str(corpus)]):
        if "from" not in (entry := TABLE["kinds"].get(value["kind"], {}).get(value["apiVersion"], {})):
            continue
        if entry["from"] <= TABLE["newest"] <= entry.get("to", TABLE["newest"]):
            theirs, mine = oracle.library(value, TABLE["newest"]), oracle.ours(value, TABLE["newest"])
            differing += [(name, theirs ^ mine)] if theirs != mine else []
    assert not differing


# ---- the rules


def asked(text: str, **options: Any) -> engine.Fixed:
    plan = run.Plan(select=("kubernetes-version", "schema"), options=run.versioned({}, options.get("version")))
    return engine.fix(Source("a.yaml", text), run.setup(plan), unsafe=options.get("unsafe", False))


def said(text: str, **options: Any) -> list[tuple[str, int, str]]:
    return [
        (one.rule, one.place.line, one.fix.applicability if one.fix else "")
        for one in asked(text, **options).before.findings
    ]


@settings(max_examples=200)
@given(st.data())
def test_nothing_raises(data):
    """Whatever stands in an object, under the apiVersion it has or under an older one."""
    value = changed(data)
    older = [version for version in TABLE["kinds"][value["kind"]] if "change" in TABLE["kinds"][value["kind"]][version]]
    value["apiVersion"] = data.draw(st.sampled_from([value["apiVersion"], *older]))
    fixed = asked(json.dumps(value), unsafe=True)
    assert [document.problem for document in tree.read(fixed.text)] == [None]


MOVES = {
    "webhooks keep the defaults of v1beta1": (
        """\
apiVersion: admissionregistration.k8s.io/v1beta1
kind: ValidatingWebhookConfiguration
metadata: {name: web}
webhooks:
  - name: web.example.com
    clientConfig: {service: {name: web, namespace: default}}
    sideEffects: None
    timeoutSeconds: 5
""",
        """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: web}
webhooks:
  - name: web.example.com
    clientConfig: {service: {name: web, namespace: default}}
    sideEffects: None
    timeoutSeconds: 5
    failurePolicy: Ignore
    matchPolicy: Exact
    admissionReviewVersions:
      - v1beta1
""",
    ),
    "the object of a metric": (
        """\
apiVersion: autoscaling/v2beta1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  maxReplicas: 9
  metrics:
  - type: Object
    object:
      target: {kind: Service, name: web}
      metricName: hits
      targetValue: 5k
  - type: ContainerResource
    containerResource:
      container: web
      name: memory
      targetAverageValue: 1Gi  # each
""",
        """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  maxReplicas: 9
  metrics:
  - type: Object
    object:
      describedObject:
        kind: Service
        name: web
      metric:
        name: hits
      target:
        type: Value
        value: 5k
  - type: ContainerResource
    containerResource:
      container: web
      name: memory
      target:
        type: AverageValue
        averageValue: 1Gi  # each
""",
    ),
    "a backend that is a resource": (
        """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: web}
spec:
  backend:
    resource: {apiGroup: example.com, kind: Bucket, name: web}  # static
""",
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend:
    resource: {apiGroup: example.com, kind: Bucket, name: web}  # static
""",
    ),
    "an EndpointSlice without a topology": (
        """\
{"apiVersion": "discovery.k8s.io/v1beta1", "kind": "EndpointSlice", "metadata": {"name": "web"},
 "addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.1"]}]}
""",
        """\
{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "web"},
 "addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.1"]}]}
""",
    ),
    "an Ingress in JSON": (
        """\
{"apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "web"},
 "spec": {"rules": [{"http": {"paths": [
   {"backend": {"serviceName": "web", "servicePort": 80}}]}}]}}
""",
        """\
{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
 "spec": {"rules": [{"http": {"paths": [
   {"backend": {"service": {"name": "web", "port": {"number": 80}}}, "pathType": "ImplementationSpecific"}]}}]}}
""",
    ),
    "the items of a List": (
        """\
apiVersion: v1
kind: List
items:
- apiVersion: batch/v2alpha1
  kind: CronJob
  metadata: {name: web}
  spec:
    schedule: "* * * * *"
    jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}
""",
        """\
apiVersion: v1
kind: List
items:
- apiVersion: batch/v1
  kind: CronJob
  metadata: {name: web}
  spec:
    schedule: "* * * * *"
    jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}
""",
    ),
}


@pytest.mark.parametrize(("before", "after"), MOVES.values(), ids=MOVES)
def test_a_move_is_safe_and_whole(before, after):
    fixed = asked(before)
    assert fixed.text == after
    assert not fixed.checked.findings
    assert asked(after).text == after


HAND = {
    "an Ingress of both versions": (
        "extensions/v1beta1, kind: Ingress",
        "spec: {backend: {serviceName: a, service: {name: b}}}",
    ),
    "an Ingress without a port": ("extensions/v1beta1, kind: Ingress", "spec: {backend: {serviceName: a}}"),
    "a selector of nothing": (
        "apps/v1beta1, kind: StatefulSet",
        "spec: {selector: {}, template: {metadata: {labels: {a: b}}}}",
    ),
    "labels that are none": ("apps/v1beta1, kind: StatefulSet", "spec: {template: {metadata: {labels: {a: 5}}}}"),
    "a rollback": (
        "apps/v1beta1, kind: Deployment",
        "spec: {rollbackTo: {revision: 1}, template: {metadata: {labels: {a: b}}}}",
    ),
    "a budget for nothing": ("policy/v1beta1, kind: PodDisruptionBudget", "spec: {selector: {matchLabels: {}}}"),
    "side effects not told": (
        "admissionregistration.k8s.io/v1beta1, kind: MutatingWebhookConfiguration",
        "webhooks: [{name: a}]",
    ),
    "a metric of two versions": (
        "autoscaling/v2beta1, kind: HorizontalPodAutoscaler",
        "spec: {metrics: [{type: Resource, resource: {name: cpu, target: {}}}]}",
    ),
    "a topology": (
        "discovery.k8s.io/v1beta1, kind: EndpointSlice",
        "endpoints: [{addresses: [a], topology: {a: b}}]",
    ),
}


@pytest.mark.parametrize(("kind", "rest"), HAND.values(), ids=HAND)
def test_what_is_not_plain_is_left_to_a_person(kind, rest):
    text = f"{{apiVersion: {kind}, {rest}}}\n"
    assert said(text) == [("kubernetes-version", 1, "suggestion")]
    assert asked(text, unsafe=True).text == text


def test_errors_that_stay_do_not_keep_an_object_in_its_old_version():
    """An object is the same under another apiVersion, and so are its errors."""
    text = """\
apiVersion: extensions/v1beta1
kind: DaemonSet
metadata: {name: a}
spec:
  selector: {matchLabels: {a: b}}
  updateStrategy: {type: OnDelete}
  template:
    metadata: {labels: {a: b}}
    spec:
      hostNetwork: true
      containers: [{name: a, image: b}]
"""
    fixed = engine.fix(Source("a.yaml", text), run.setup(run.Plan(select=("api", "host", "workload"))), unsafe=False)
    assert fixed.text == text.replace("extensions/v1beta1", "apps/v1")
    assert not fixed.refused


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("1.31", 31),
        ("v1.31", 31),
        ("1.31.4", 31),
        ("v1.31.4-aliyun.1", 31),
        ("1.99", 37),
        (None, 37),
        (5, 37),
        ("x", 37),
    ],
)
def test_a_version_is_read(name, number):
    assert minor(name, 37) == number


def test_one_version_holds_for_all_rules():
    assert run.versioned({}, None) == {}
    both = {"kubernetes-version": {"version": "1.30"}, "schema": {"version": "1.30"}}
    assert run.versioned({}, "1.30") == both
    assert run.versioned({"kubernetes-version": {"version": "1.30"}}, "1.25") == both
    assert run.at_version(both, "1.25") == {name: {"version": "1.25"} for name in both}
    apart = {"kubernetes-version": {"version": "1.30"}, "schema": {"version": "1.29"}}
    assert run.versioned(apart, None) == apart


@pytest.mark.parametrize("version", [1.3, "1", "1.x", "2.0", "1.38", "latest"])
def test_a_wrong_version_is_told(version):
    assert config.wrong_version(version)


@pytest.mark.parametrize("version", [None, "1.16", "v1.37", "1.31.4-aliyun.1"])
def test_a_right_version_is_taken(version):
    assert not config.wrong_version(version)


# ---- words


UNTOLD = {  # fields whose descriptions leave some of their words to other pages
    "ContainerResizePolicy.restartPolicy",
    "HostPathVolumeSource.type",
    "StatefulSetUpdateStrategy.type",
    "accessModes",
    "mountPropagation",
    "procMount",
    "reclaimPolicy",
    "scheme",
    "volumeBindingMode",
    "volumeMode",
}


def test_words_are_those_that_the_library_describes(oracle):
    words = data.load()["schemas"]["kubernetes-words"]
    described: dict[str, str] = {}
    for name, definition in oracle.definitions()[newest_of_library()].items():
        for field, about in definition.get("properties", {}).items():
            own = f"{name.rpartition('.')[2]}.{field}"
            key = own if own in words else field
            described[key] = f"{described.get(key, '')} {about.get('description', '')}"
    assert not words.keys() - described.keys()
    undescribed = {
        key for key, told in words.items() if any(not re.search(rf"\b{one}\b", described[key]) for one in told or ())
    }
    assert undescribed == UNTOLD


def test_secrets_are_not_shown():
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: hunter-2}\nstringData: {pin: 90817263}\n"
    )
    findings = asked(text).before.findings
    assert [one.rule for one in findings] == ["schema", "schema"]
    assert not any(word in str(findings) for word in ("hunter-2", "90817263"))


def test_what_takes_its_place_is_said_in_both_languages(tmp_path):
    scene(tmp_path, {"a.yaml": "apiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\n"})
    said = {lang: asklint("check", "--lang", lang, "a.yaml", cwd=tmp_path).stdout for lang in ("en", "zh")}
    assert "EndpointSlice in discovery.k8s.io/v1 takes its place" in said["en"]
    assert "由 discovery.k8s.io/v1 中的 EndpointSlice 取代" in said["zh"]
