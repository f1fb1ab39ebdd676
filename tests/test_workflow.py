"""Argo Workflows: where their pods are, where what is said of them stands, and what is mended."""

from __future__ import annotations

import json
import textwrap

import pytest
from kit import NONSENSE, documents, places, put, scene
from kit import asklint as command

import asklint
from asklint import tree
from asklint.path import get
from asklint.resource import Object, objects

HEAD = {
    "Workflow": "kind: Workflow\nspec:\n",
    "WorkflowTemplate": "kind: WorkflowTemplate\nspec:\n",
    "ClusterWorkflowTemplate": "kind: ClusterWorkflowTemplate\nspec:\n",
    "CronWorkflow": "kind: CronWorkflow\nspec:\n  schedules: ['@daily']\n  workflowSpec:\n",
}
IMAGE = "registry-vpc.cn-hangzhou.aliyuncs.com/shop/web:1"


def workflow(spec: str, kind: str = "Workflow") -> str:
    """A workflow with this spec; where it is nested, the spec is two columns deeper."""
    indent = "    " if kind == "CronWorkflow" else "  "
    body = textwrap.indent(textwrap.dedent(spec), indent)
    return f"apiVersion: argoproj.io/v1alpha1\nmetadata: {{name: nightly}}\n{HEAD[kind]}{body}"


def read(text: str) -> Object:
    (one,) = (one for document in tree.read(text) for one in objects(document))
    return one


def said(text: str, *rules: str, target: str = "ask") -> list[tuple[str, str]]:
    report = asklint.check(text, target=target, select=list(rules))
    return [(one["rule"], one["pointer"]) for one in report["findings"]]


def mended(text: str, *rules: str, target: str = "ask") -> str:
    return asklint.fix(text, target=target, select=list(rules), unsafe=True).text


ALL = """\
    hostNetwork: true
    podMetadata: {annotations: {a: all, b: all}}
    templateDefaults:
      nodeSelector: {of: defaults}
      metadata: {annotations: {b: defaults}}
      container: {imagePullPolicy: Always}
    volumes:
    - {name: unused, emptyDir: {}}
    - {name: data, hostPath: {path: /data}}
    templates:
    - name: steps
      steps:
      - - name: one
          template: one
        - name: in
          inline: {container: {image: web}}
    - name: one
      metadata: {annotations: {a: one}, labels: {app: one}}
      container:
        image: web
        volumeMounts: [{name: data, mountPath: /data}]
      initContainers: [{name: init, image: init}]
      sidecars: [{name: side, image: side}]
      volumes: [{name: own, emptyDir: {}}]
    - name: two
      nodeSelector: {of: two}
      script: {image: script, source: echo}
    - name: set
      containerSet:
        volumeMounts: [{name: data, mountPath: /all}]
        containers: [{name: a, image: a}, {name: b, image: b, volumeMounts: [{name: data, mountPath: /b}]}]
    - name: apply
      resource: {action: create}
    - name: wait
      suspend: {}
    """


@pytest.mark.parametrize("kind", HEAD)
def test_each_template_that_makes_a_pod_is_one(kind):
    one = read(workflow(ALL, kind))
    root = ("spec", "workflowSpec") if kind == "CronWorkflow" else ("spec",)
    paths = [pod.path[len(root) :] for pod in one.pods]
    assert paths == [("templates", 1), ("templates", 2), ("templates", 3), ("templates", 0, "steps", 0, 1, "inline")]
    assert all(pod.path[: len(root)] == root and pod.is_whole for pod in one.pods)
    assert [[each["name"] for each in pod.data["containers"]] for pod in one.pods] == [
        ["main", "side"],
        ["main"],
        ["a", "b"],
        ["main"],
    ]


def test_a_template_of_two_kinds_is_one_pod():
    """Argo refuses it; what is told of it stands where it is."""
    text = workflow("templates: [{container: {image: a}, steps: [[{inline: {container: {image: b}}}]]}]\n")
    assert [pod.path for pod in read(text).pods] == [("spec", "templates", 0)]


def test_a_template_without_a_pod_gives_none():
    text = workflow("templates: [{name: a, steps: []}, {name: b, suspend: {}}, {name: c, container: []}]\n")
    assert read(text).pods == []


@pytest.mark.parametrize(
    ("number", "path", "place"),
    [
        (0, ("containers",), "templates/1/container"),
        (0, ("containers", 0, "image"), "templates/1/container/image"),
        (0, ("containers", 0, "imagePullPolicy"), "templateDefaults/container/imagePullPolicy"),
        (0, ("containers", 1, "image"), "templates/1/sidecars/0/image"),
        (0, ("initContainers", 0), "templates/1/initContainers/0"),
        (0, ("volumes", 0), "templates/1/volumes/0"),
        (0, ("volumes", 1, "hostPath"), "volumes/1/hostPath"),
        (0, ("hostNetwork",), "hostNetwork"),
        (0, ("nodeSelector", "of"), "templateDefaults/nodeSelector/of"),
        (0, ("metadata", "annotations", "a"), "templates/1/metadata/annotations/a"),
        (0, ("metadata", "annotations", "b"), "templateDefaults/metadata/annotations/b"),
        (0, ("metadata", "annotations", "new"), "templates/1/metadata/annotations/new"),
        (1, ("metadata", "annotations", "a"), "podMetadata/annotations/a"),
        (1, ("containers", 0, "image"), "templates/2/script/image"),
        (1, ("nodeSelector", "of"), "templates/2/nodeSelector/of"),
        (2, ("containers", 1, "image"), "templates/3/containerSet/containers/1/image"),
        (2, ("containers", 0, "volumeMounts", 0), "templates/3/containerSet/volumeMounts/0"),
        (2, ("containers", 1, "volumeMounts", 0), "templates/3/containerSet/containers/1/volumeMounts/0"),
        (2, ("containers", 1, "volumeMounts", 1), "templates/3/containerSet/volumeMounts/0"),
        (2, ("volumes", 0), "volumes/1"),
    ],
)
def test_places(number, path, place):
    one = read(workflow(ALL))
    written = one.place((*one.pods[number].path, *path))
    assert "/".join(map(str, written[1:])) == place
    assert path[-1] == "new" or get(one.written, written) is not None


def test_what_a_template_has_and_what_it_has_of_the_workflow():
    first, second, third, inline = read(workflow(ALL)).pods
    assert (first.metadata["annotations"], first.metadata["labels"]) == ({"a": "one", "b": "defaults"}, {"app": "one"})
    assert second.metadata["annotations"] == {"a": "all", "b": "defaults"}
    assert [one["name"] for one in first.data["volumes"]] == ["own", "data"], "a volume is there for what mounts it"
    assert "volumes" not in second.data
    assert [one["name"] for one in third.data["volumes"]] == ["data"]
    assert (second.data["nodeSelector"], third.data["nodeSelector"]) == ({"of": "two"}, {"of": "defaults"})
    assert second.data["containers"] == [{"name": "main", "image": "script", "source": "echo"}]
    assert inline.data["hostNetwork"] is True


def test_the_document_is_as_it_was():
    text = workflow(ALL)
    assert read(text).written == tree.read(text)[0].data
    assert "containers" not in read(text).written["spec"]["templates"][1]


def test_what_a_patch_hides_is_not_missing():
    spec = "templates: [{name: a, container: {image: a}%s}]\n"
    assert said(workflow(spec % ""), "resources-missing") == [("resources-missing", "/spec/templates/0/container")]
    assert said(workflow(spec % ", podSpecPatch: 'x'"), "resources-missing") == []
    assert said(workflow("podSpecPatch: 'x'\n" + spec % ""), "resources-missing") == []


def test_nonsense_everywhere():
    whole = tree.read(workflow(ALL))[0].data
    for place in places(whole):
        for value in NONSENSE:
            for document in tree.read(json.dumps(put(whole, place, value))):
                for one in objects(document):
                    assert all(isinstance(pod.data, dict) and pod.metadata is not None for pod in one.pods)


# ---- findings


BAD = f"""\
    hostNetwork: true
    dnsPolicy: ClusterFirstWithHostNet
    tolerations: [{{key: dedicated, operator: Exists}}]
    nodeSelector: {{disktype: ssd}}
    templates:
    - name: build
      container:
        image: {IMAGE}
        securityContext: {{privileged: true}}
        ports: [{{containerPort: 80, hostPort: 80}}]
      sidecars:
      - name: docker
        image: {IMAGE}
        securityContext: {{privileged: true}}
    - name: train
      script:
        image: {IMAGE}
        source: echo
        resources: {{limits: {{nvidia.com/gpu: 1}}}}
    """


@pytest.mark.parametrize("kind", HEAD)
def test_rules_speak_of_each_pod_and_once_of_what_all_have(kind):
    root = "/spec/workflowSpec" if kind == "CronWorkflow" else "/spec"
    found = said(workflow(BAD, kind), "host-network", "node-selector-custom", "privileged", "host-port", "gpu")
    assert sorted(found) == [
        ("gpu", f"{root}/templates/1/script/resources/limits/nvidia.com~1gpu"),
        ("host-network", f"{root}/hostNetwork"),
        ("host-port", f"{root}/templates/0/container/ports/0/hostPort"),
        ("node-selector-custom", f"{root}/nodeSelector/disktype"),
        ("privileged", f"{root}/templates/0/container/securityContext/privileged"),
        ("privileged", f"{root}/templates/0/sidecars/0/securityContext/privileged"),
    ]


def test_messages_name_what_is_written():
    report = asklint.check(workflow(BAD), select=["privileged", "host-network"])
    assert [one["message"].split(" is set")[0] for one in report["findings"]] == [
        "spec.hostNetwork",
        "spec.templates[build].container.securityContext.privileged",
        "spec.templates[build].sidecars[docker].securityContext.privileged",
    ]


def test_containers_have_names_to_be_silenced_by(tmp_path):
    ignore = "ignore:\n- {rule: privileged, container: %s, reason: allow-listed}\n"
    for name, left in (("main", "sidecars"), ("docker", "container")):
        scene(tmp_path / name, {"a.yaml": workflow(BAD), ".asklint.yaml": ignore % name})
        out = command("check", "--select", "privileged", "--format", "concise", ".", cwd=tmp_path / name).stdout
        assert f"spec.templates[build].{left}" in out
        assert out.count("error[privileged]") == 1


def test_what_all_have_is_mended_where_it_stands():
    text = mended(workflow(BAD), "host-network", "node-selector-custom", "host-port")
    (data,) = documents(text)
    assert data["spec"].keys() == {"dnsPolicy", "tolerations", "templates"}
    assert data["spec"]["dnsPolicy"] == "ClusterFirst"
    assert data["spec"]["templates"][0]["container"]["ports"] == [{"containerPort": 80}]


def test_parameters_are_not_known_yet():
    text = workflow("""\
        nodeSelector: {kubernetes.io/os: "{{workflow.parameters.os}}", "{{workflow.parameters.key}}": a}
        templates:
        - name: a
          nodeSelector:
            kubernetes.io/arch: "{{inputs.parameters.arch}}"
            kubernetes.io/hostname: "{{inputs.parameters.host}}"
            topology.kubernetes.io/zone: "{{inputs.parameters.zone}}"
          metadata:
            annotations: {k8s.aliyun.com/eci-use-specs: "{{inputs.parameters.spec}}"}
          container:
            image: "{{inputs.parameters.image}}"
            imagePullPolicy: "{{inputs.parameters.pull}}"
            resources: {requests: {cpu: "{{inputs.parameters.cpu}}", memory: "{{inputs.parameters.memory}}Gi"}}
            env: [{name: "{{inputs.parameters.name}}", value: "{{inputs.parameters.value}}"}]
        - name: b
          script:
            image: "http://{{inputs.parameters.image}}"
            source: "{{inputs.parameters.source}}"
            resources: {limits: {cpu: "{{inputs.parameters.cpu}}"}}
    """)
    assert said(text) == []
    assert said(text, target="eci") == [("eci-opt-in", "/kind")]
    platform = "/spec/templates/0/metadata/annotations/k8s.aliyun.com~1eci-use-specs"
    assert said(text, target="acs") == [("annotation-platform", platform)]


SHARED = """\
    volumes:
    - name: zone
      hostPath: {path: /etc/localtime}
    templates:
    - name: one
      container:
        image: one
        env: [{name: TZ, value: Asia/Shanghai}]
        volumeMounts: [{name: zone, mountPath: /etc/localtime}]
    - name: two
      container:
        image: two
        env: [%s]
        volumeMounts: [{name: zone, mountPath: /etc/localtime}]
    """


def test_a_volume_goes_with_the_mounts_of_all_templates():
    text = workflow(SHARED % "{name: TZ, value: Asia/Shanghai}")
    assert said(text, "hostpath-volume") == [("hostpath-volume", "/spec/volumes/0/hostPath")]
    (data,) = documents(mended(text, "hostpath-volume"))
    assert "volumes" not in data["spec"]
    assert all("volumeMounts" not in one["container"] for one in data["spec"]["templates"])


def test_a_volume_stays_where_the_templates_do_not_agree():
    text = workflow(SHARED % "")
    assert said(text, "hostpath-volume") == [("hostpath-volume", "/spec/volumes/0/hostPath")]
    assert mended(text, "hostpath-volume") == text


def test_a_volume_that_nothing_mounts_is_in_no_pod():
    text = workflow("volumes: [{name: a, hostPath: {path: /a}}]\ntemplates: [{name: a, container: {image: a}}]\n")
    assert said(text, "hostpath-volume") == []


def test_annotations_are_written_where_argo_takes_them():
    spec = """\
        podMetadata:
          labels: {team: a}
        templates:
        - name: train
          metadata:
            labels: {app: train}
          container:
            image: a
            resources: {limits: {nvidia.com/gpu: 1}}
        - name: plain
          container: {image: a}
    """
    fixed = asklint.fix(
        workflow(spec), select=["gpu"], unsafe=True, options={"gpu": {"type": "ecs.gn6i-c4g1.xlarge"}}
    ).text
    train, plain = documents(fixed)[0]["spec"]["templates"]
    assert train["metadata"]["annotations"] == {"k8s.aliyun.com/eci-use-specs": "ecs.gn6i-c4g1.xlarge"}
    assert "metadata" not in plain


def test_metadata_of_all_is_told_and_mended_once():
    text = workflow("""\
        podMetadata:
          annotations: {k8s.aliyun.com/eci-use-spec: 2-4Gi}
        templates:
        - {name: a, container: {image: a}}
        - {name: b, container: {image: b}}
    """)
    assert said(text, "annotation-unknown") == [
        ("annotation-unknown", "/spec/podMetadata/annotations/k8s.aliyun.com~1eci-use-spec")
    ]
    assert "eci-use-specs: 2-4Gi" in mended(text, "annotation-unknown")


def test_a_selector_that_overrides_one_of_the_workflow_stays():
    """Were it empty, the workflow's would hold for the template."""
    own = "%stemplates: [{name: a, nodeSelector: {disktype: ssd}, container: {image: a}}]\n"
    caller = "{name: b, nodeSelector: {disktype: ssd}, steps: [[{name: a, template: a}]]}"
    for spec in (own, f"%stemplates: [{caller}, {{name: a, container: {{image: a}}}}]\n"):
        alone, over = workflow(spec % ""), workflow(spec % "nodeSelector: {kubernetes.io/arch: amd64}\n")
        assert "disktype" not in mended(alone, "node-selector-custom")
        assert said(over, "node-selector-custom") == [
            ("node-selector-custom", "/spec/templates/0/nodeSelector/disktype")
        ]
        assert "disktype" in mended(over, "node-selector-custom")


def test_templates_have_what_their_caller_has():
    text = workflow("""\
        nodeSelector: {kubernetes.io/arch: amd64}
        templates:
        - name: main
          nodeSelector: {disktype: ssd}
          steps:
          - - {name: a, template: called}
            - {name: b, inline: {container: {image: a}}}
        - name: graph
          tolerations: [{key: a, operator: Exists}]
          dag: {tasks: [{name: a, template: called}, {name: b, template: own}]}
        - {name: called, container: {image: a}}
        - {name: own, tolerations: [{key: b, operator: Exists}], container: {image: a}}
    """)
    called, own, inline = read(text).pods
    assert called.data["nodeSelector"] == inline.data["nodeSelector"] == {"disktype": "ssd"}
    assert own.data["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    assert [pod.data.get("tolerations", [{}])[0].get("key") for pod in (called, own, inline)] == ["a", "b", None]
    found = said(text, "node-selector-custom")
    assert found == [("node-selector-custom", "/spec/templates/0/nodeSelector/disktype")]


def test_one_template_changes_nothing_that_others_have():
    """The sysctls that its init container sets would come to be those of all pods."""
    spec = """\
        %s
        templates:
        - name: a
          initContainers:
          - {name: sys, image: a, command: [sh, -c, sysctl -w net.core.somaxconn=1024], securityContext: {privileged: true}}
          container: {image: a}
        - name: b
          container: {image: b}
    """
    alone, shared = workflow(spec % ""), workflow(spec % "securityContext: {runAsUser: 0}")
    (data,) = documents(mended(alone, "privileged-sysctl-init"))
    assert data["spec"]["templates"][0]["securityContext"]["sysctls"][0]["name"] == "net.core.somaxconn"
    assert len(said(shared, "privileged-sysctl-init")) == 1
    assert mended(shared, "privileged-sysctl-init") == shared


def test_what_some_pods_need_stays():
    """Reserved nodes of ACS have labels of their owner's, for which their pods may ask."""
    text = workflow("""\
        nodeSelector: {disktype: ssd}
        templates:
        - {name: a, container: {image: a}}
        - {name: b, metadata: {labels: {alibabacloud.com/compute-class: gpu-hpn}}, container: {image: b}}
    """)
    assert said(text, "node-selector-custom", target="acs") == [("node-selector-custom", "/spec/nodeSelector/disktype")]
    assert mended(text, "node-selector-custom", target="acs") == text
    both = text.replace("gpu-hpn", "performance")
    assert "disktype" not in mended(both, "node-selector-custom", target="acs")


@pytest.mark.parametrize("is_main", [True, False])
def test_a_template_keeps_the_container_that_makes_it_one(is_main):
    app = f"{{name: a, image: {IMAGE}, volumeMounts: [{{name: logs, mountPath: /logs}}]}}"
    collector = app.replace(IMAGE, "registry-vpc.cn-hangzhou.aliyuncs.com/log-service/logtail:1").replace(
        "volumeMounts", "env: [{name: ALIYUN_LOGTAIL_USER_DEFINED_ID, value: shop}], volumeMounts"
    )
    main, beside = (collector, app) if is_main else (app, collector)
    text = workflow(f"""\
        templates:
        - name: shop
          container: {main}
          sidecars: [{beside}]
          volumes: [{{name: logs, emptyDir: {{}}}}]
    """)
    collect = {"shop": [{"files": "/logs/*.log", "logstore": "shop"}]}
    fixed = asklint.fix(
        text, select=["logtail-sidecar"], unsafe=True, options={"logtail-sidecar": {"collect": collect}}
    )
    assert ("logtail" in fixed.text) is is_main
    assert len(fixed.report["findings"]) == is_main


def test_a_workflow_of_other_objects_templates_is_read_for_what_all_pods_have():
    text = workflow("""\
        workflowTemplateRef: {name: build}
        hostNetwork: true
        podMetadata: {annotations: {k8s.aliyun.com/eci-use-spec: 2-4Gi}}
    """)
    assert said(text, "host-network", "annotation-unknown", "resources-missing") == [
        ("host-network", "/spec/hostNetwork"),
        ("annotation-unknown", "/spec/podMetadata/annotations/k8s.aliyun.com~1eci-use-spec"),
    ]


def test_a_template_is_silenced_by_its_annotation():
    text = workflow("""\
        templates:
        - name: a
          metadata: {annotations: {asklint.io/ignore: "privileged: allow-listed"}}
          container: {image: a, securityContext: {privileged: true}}
        - name: b
          container: {image: a, securityContext: {privileged: true}}
    """)
    assert said(text, "privileged") == [("privileged", "/spec/templates/1/container/securityContext/privileged")]


@pytest.mark.parametrize("kind", HEAD)
def test_claims_are_those_of_all_pods(kind):
    text = workflow(
        """\
        volumeClaimTemplates:
        - metadata: {name: work}
          spec:
            accessModes: [ReadWriteMany]
            storageClassName: alicloud-disk-essd
            resources: {requests: {storage: 1Gi}}
        templates: [{name: a, container: {image: a}}, {name: b, container: {image: b}}]
        """,
        kind,
    )
    at = ("/spec/workflowSpec" if kind == "CronWorkflow" else "/spec") + "/volumeClaimTemplates/0/spec"
    assert sorted(said(text, "pvc-min-size", "disk-access-mode", "disk-pvc")) == [
        ("disk-access-mode", f"{at}/accessModes/0"),
        ("disk-pvc", at),
        ("pvc-min-size", f"{at}/resources/requests/storage"),
    ]


def test_a_patch_for_kustomize_changes_what_the_document_has(tmp_path):
    scene(tmp_path, {"a.yaml": workflow(BAD), "kustomization.yaml": "resources: [a.yaml]\n"})
    command("fix", "--unsafe", "--select", "host-network", "--emit", "kustomize", "--out", "o", "a.yaml", cwd=tmp_path)
    written = "".join(path.read_text(encoding="utf-8") for path in sorted((tmp_path / "o").rglob("*patch*")))
    assert "/spec/hostNetwork" in written
    assert "templates" not in written
