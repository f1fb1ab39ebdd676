"""kustomizations: what they say of the files around them, and what comes of them when they are built."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from kit import asklint, held, scene

from asklint.inputs import kustomize
from asklint.inputs.rendered import CannotRender

needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="there is no kubectl on PATH (python scripts/tools.py DIR brings it)"
)
BARE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostPID: true
      containers:
      - {name: web, image: "x:1"}
"""
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n"
LABELS = ("commonLabels: {app: web}\n", "labels:\n- {pairs: {app: web}, includeSelectors: true}\n")
NONE = (
    "",
    "commonLabels: {}\n",
    "labels:\n- {pairs: {app: web}}\n",
    "labels:\n- {pairs: {}, includeSelectors: true}\n",
)


def schema(folder: Path, *paths: str) -> list[str]:
    """What the rule schema says is missing in `paths`."""
    done = asklint("check", *paths, "--select", "schema", "--format", "json", cwd=folder)
    return [f"{one['file']}: {one['message']}" for one in json.loads(done.stdout)["findings"]]


@pytest.mark.parametrize("paths", [(".",), ("web.yaml",)])
@pytest.mark.parametrize("labels", LABELS)
def test_a_selector_that_is_added_is_not_missing(tmp_path, labels, paths):
    scene(tmp_path, {"kustomization.yaml": f"resources: [web.yaml]\n{labels}", "web.yaml": BARE})
    assert schema(tmp_path, *paths) == []


@pytest.mark.parametrize("labels", NONE)
def test_a_selector_that_nobody_adds_is_missing(tmp_path, labels):
    scene(tmp_path, {"kustomization.yaml": f"resources: [web.yaml]\n{labels}", "web.yaml": BARE})
    (said,) = schema(tmp_path, ".")
    assert said.startswith("web.yaml: spec lacks selector")


def test_labels_reach_what_is_listed_alone(tmp_path):
    scene(tmp_path, {"kustomization.yaml": f"resources: [a.yaml]\n{LABELS[0]}", "a.yaml": BARE, "b.yaml": BARE})
    (said,) = schema(tmp_path, ".")
    assert said.startswith("b.yaml")


def test_labels_of_an_overlay_reach_its_base(tmp_path):
    files = {
        "base/kustomization.yaml": "resources: [web.yaml, more]\n",
        "base/web.yaml": BARE,
        "base/more/kustomization.yaml": "resources: [b.yaml, ..]\n",  # in a circle, as kustomize refuses
        "base/more/b.yaml": BARE,
        "prod/kustomization.yaml": f"resources: [../base]\n{LABELS[1]}",
    }
    assert schema(scene(tmp_path, files), ".") == []


WEBHOOK = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: web}
webhooks:
- name: web.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {name: web}}
"""


def test_the_namespace_reaches_the_service_of_a_webhook(tmp_path):
    """kustomize writes it where the Service is named, once it moves that into a namespace."""
    files = {"base/kustomization.yaml": "resources: [hook.yaml]\n", "base/hook.yaml": WEBHOOK}
    (said,) = schema(scene(tmp_path, files), ".")
    assert "lacks namespace" in said
    scene(tmp_path, {"prod/kustomization.yaml": "resources: [../base]\nnamespace: shop\n"})
    assert schema(tmp_path, ".") == []


BASE = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "x:1", volumeMounts: [{name: data, mountPath: /data}], ports: [{name: http_port, containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  loadBalancerSourceRanges: [192.0.2.0/24]
  ports: [{port: 80}]
"""
WHOLE = {"mount": "volumeMounts", "ranges": "loadBalancerSourceRanges", "port": "http_port"}
VOLUME = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {volumes: [{name: data}]}}}\n"


@pytest.mark.parametrize(
    ("patches", "left"),
    [
        ("", ["mount", "ranges", "port"]),
        ("patches: [{path: volume.yaml}]", ["ranges", "port"]),
        ("patchesStrategicMerge: [volume.yaml]", ["ranges", "port"]),
        ("patches: [{patch: 'kind: Deployment'}]", ["ranges", "port"]),
        ("patches: [{path: volume.yaml, target: {kind: Service}}]", ["mount", "port"]),
        ("patches: [{path: ops.yaml, target: {kind: Deployment, name: web}}]", ["ranges", "port"]),
        ("patches: [{path: ops.yaml, target: {kind: Deployment, name: dev-web}}]", ["ranges", "port"]),
        ("patches: [{path: ops.yaml, target: {kind: Deployment, name: shop}}]", ["mount", "ranges", "port"]),
        ("patches: [{path: ops.yaml, target: {kind: Deployment, name: 'w.*'}}]", ["ranges", "port"]),
        ("patches: [{path: ops.yaml, target: {labelSelector: app=web}}]", ["port"]),
        ("components: [../volume]", ["ranges", "port"]),
    ],
)
def test_what_a_patch_may_bring_is_not_missing(tmp_path, patches, left):
    """A base is no whole object where an overlay has patches for it; what no patch excuses is told all the same."""
    files = {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": BASE,
        "prod/kustomization.yaml": f"resources: [../base]\n{patches}\n",
        "prod/volume.yaml": VOLUME,
        "prod/ops.yaml": "[{op: add, path: /spec/paused, value: true}]\n",
        "volume/kustomization.yaml": "kind: Component\npatches: [{path: volume.yaml}]\n",
        "volume/volume.yaml": VOLUME,
    }
    said = [one for one in schema(scene(tmp_path, files), ".") if one.startswith("base/web.yaml")]
    assert [name for name, word in WHOLE.items() if any(word in one for one in said)] == left


def test_a_field_that_a_patch_may_bring_is_not_missing(tmp_path):
    files = {
        "kustomization.yaml": "resources: [web.yaml]\npatches: [{path: p.yaml}]\n",
        "web.yaml": BARE,
        "p.yaml": PATCH,
    }
    assert schema(scene(tmp_path, files), ".") == schema(tmp_path, "web.yaml") == []
    scene(tmp_path, {"p.yaml": PATCH.replace("web", "shop")})
    assert len(schema(tmp_path, ".")) == len(schema(tmp_path, "web.yaml")) == 1


def test_the_cache_knows_who_adds_what(tmp_path):
    """Files of one content say different things in different places."""
    files = {f"{name}/web.yaml": BARE for name in "ab"}
    files |= {f"a/{number}.yaml": f"# {number}\n{PATCH}" for number in range(20)}
    scene(tmp_path, {**files, "a/kustomization.yaml": f"resources: [web.yaml]\n{LABELS[0]}"})
    for _ in range(2):
        assert [said.partition(":")[0] for said in schema(tmp_path, ".")] == ["b/web.yaml"]


def test_other_fixes_keep_what_is_added(tmp_path):
    scene(tmp_path, {"kustomization.yaml": f"resources: [web.yaml]\n{LABELS[0]}", "web.yaml": BARE})
    done = asklint("fix", "--unsafe", ".", cwd=tmp_path)
    assert "hostPID" not in held(tmp_path)["web.yaml"]
    assert "selector" not in done.stdout


def skipped(folder: Path, *paths: str) -> dict[str, int]:
    done = asklint("check", *paths, "--allow-empty", "--fail-on", "never", "--format", "json", cwd=folder)
    found: dict[str, int] = json.loads(done.stdout)["summary"]["skipped"]
    return found


@pytest.mark.parametrize("paths", [("crd",), ("crd/patches/a.yaml",)])
@pytest.mark.parametrize("key", ["resources", "patchesStrategicMerge"])
def test_patches_that_are_not_in_use(tmp_path, paths, key):
    """kubebuilder leaves them commented out in the kustomization beside the folder."""
    scene(tmp_path, {"crd/kustomization.yaml": f"{key}: [b.yaml]\n#- patches/a.yaml\n", "crd/patches/a.yaml": PATCH})
    assert skipped(tmp_path, *paths)["kustomize-patch"] == 1


@pytest.mark.parametrize("paths", [("config",), ("config/manager_patch.yaml",), ("config/cert-patch.json",)])
def test_patches_by_name_that_are_not_in_use(tmp_path, paths):
    """kubebuilder leaves them beside the kustomization, too."""
    scene(tmp_path, dict.fromkeys(("config/manager_patch.yaml", "config/cert-patch.json"), PATCH))
    assert "kustomize-patch" not in skipped(tmp_path, *paths)
    scene(tmp_path, {"config/kustomization.yaml": "patches:\n#- path: manager_patch.yaml\n"})
    assert skipped(tmp_path, *paths)["kustomize-patch"] == (2 if paths == ("config",) else 1)


@pytest.mark.parametrize(
    "files",
    [
        {"patches/a.yaml": PATCH},
        {"kustomization.yaml": "resources: [patches/a.yaml]\n", "patches/a.yaml": PATCH},
        {"kustomization.yaml": "resources: [x.yaml]\n", "other/a.yaml": PATCH},
        {"kustomization.yaml": "resources: [a_patch.yaml]\n", "a_patch.yaml": PATCH},
        {"kustomization.yaml": "resources: [x.yaml]\n", "dispatch.yaml": PATCH},
    ],
    ids=["no kustomization beside it", "a resource", "another folder", "a resource by its name", "another name"],
)
def test_what_may_be_an_object_is_checked(tmp_path, files):
    scene(tmp_path, files)
    for paths in ((".",), (next(name for name in files if "kustomization" not in name),)):
        assert "kustomize-patch" not in skipped(tmp_path, *paths)


# -- built

FILES = {
    "base/kustomization.yaml": f"resources: [web.yaml]\n{LABELS[1]}",
    "base/web.yaml": f"# first\n{BARE}---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec:\n  ports:\n  - port: 80\n",
    "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\nnamespace: shop\npatches:\n- path: p.yaml\n",
    "prod/p.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n",
}


@needs_kubectl
def test_findings_stand_in_the_sources(tmp_path):
    scene(tmp_path, FILES)
    done = asklint("check", "--kustomize", "prod", "--format", "json", "--fail-on", "never", cwd=tmp_path)
    found = {one["rule"]: one for one in json.loads(done.stdout)["findings"]}
    pid, port = found["host-pid"], found["service-nodeport"]
    assert (pid["file"], pid["line"], pid["column"], pid["origin"]["exact"]) == ("base/web.yaml", 8, 7, True)
    assert pid["object"]["name"] == "prod-web"
    assert (port["file"], port["line"], port["origin"]["exact"]) == ("base/web.yaml", 15, False)
    assert asklint("check", "--kustomize", "prod", cwd=tmp_path).returncode == 1
    assert asklint("check", "prod", "--allow-empty", cwd=tmp_path).returncode == 0


@needs_kubectl
def test_what_is_built_is_not_written(tmp_path):
    before = held(scene(tmp_path, FILES))
    done = asklint("fix", "--unsafe", "--kustomize", "prod", cwd=tmp_path)
    assert (done.returncode, "not fixed: 2 findings" in done.stdout, held(tmp_path)) == (1, True, before)
    assert asklint("fix", "--out", "x", "--kustomize", "prod", cwd=tmp_path).returncode == 2


@needs_kubectl
def test_items_of_lists_are_known_by_their_names(tmp_path):
    """A patch puts its container first; the line of the other is still its own."""
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: a, image: 'y:1'}]}}}\n"
    web = BARE.replace(
        '      - {name: web, image: "x:1"}',
        "      - name: web\n        image: x:1\n        tty: true\n        args:\n        - one\n        - two",
    )
    scene(
        tmp_path,
        {"kustomization.yaml": "resources: [w.yaml]\npatches: [{path: p.yaml}]\n", "w.yaml": web, "p.yaml": patch},
    )
    (one,) = kustomize.render(str(tmp_path))
    made = {
        text.strip(): line.number if line else 0 for text, line in zip(one.text.split("\n"), one.lines, strict=False)
    }
    assert (made["- one"], made["- two"]) == (13, 14)
    assert (made["tty: true"], made["- image: y:1"], made["hostPID: true"]) == (11, 0, 7)


@needs_kubectl
def test_the_lines_of_a_text_are_counted_once(tmp_path):
    """Not from its beginning for each place in it: what is built may have 75,000 lines."""
    scene(tmp_path, FILES)
    kustomize._ends.cache_clear()
    built = kustomize.render(str(tmp_path / "prod"))
    counted = kustomize._ends.cache_info()
    assert counted.misses <= 1 + len(built)
    assert counted.hits > 10 * counted.misses


@needs_kubectl
@pytest.mark.parametrize(
    "kustomization", ["resources: [https://example.invalid/x.yaml]\n", "resources: [none.yaml]\n", "resources: {}\n"]
)
def test_what_cannot_be_built_is_said(tmp_path, kustomization):
    scene(tmp_path, {"a/kustomization.yaml": kustomization})
    with pytest.raises(CannotRender):
        kustomize.render(str(tmp_path / "a"))
    done = asklint("check", "--kustomize", "a", cwd=tmp_path)
    assert (done.returncode, "failed: a: " in done.stdout) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a.yaml",), "there is no such folder"),
        (("empty",), "there is no kustomization in it"),
        (("k",), "put kustomize or kubectl on PATH"),
    ],
)
def test_what_is_no_kustomization(tmp_path, words, said):
    scene(tmp_path, {"a.yaml": PATCH, "empty/b.yaml": PATCH, "k/kustomization.yaml": "resources: []\n"})
    done = asklint("check", "--kustomize", *words, cwd=tmp_path, env={"PATH": "/nowhere"})
    assert (done.returncode, said in done.stdout + done.stderr) == (2, True)
