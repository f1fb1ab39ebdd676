"""kubectl asklint: the real kubectl, and a server that speaks the Kubernetes API and writes down all it is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
import yaml
from apiserver import Cluster, Data, kubeconfig, serving
from jsonschema import Draft202012Validator
from kit import ASKLINT, asklint, held
from livecluster import claim, container, deployment, namespace, pod, replica_set, service, simple

from asklint import run
from asklint.inputs.cluster import Live
from asklint.serve import kubectl

PLUGIN = ASKLINT.with_name("kubectl-asklint")
pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the PATH")


class Shop:
    """A cluster, and `kubectl asklint` on it."""

    def __init__(self, cluster: Cluster, address: str, folder: Path) -> None:
        self.cluster, self.folder = cluster, folder
        config = kubeconfig(folder / "kubeconfig", address)
        path = f"{ASKLINT.parent}{os.pathsep}{os.environ['PATH']}"
        self.env = {**os.environ, "KUBECONFIG": str(config), "HOME": str(folder), "PATH": path}

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [*map(str, words)]
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def asklint(self, *words: object) -> subprocess.CompletedProcess[str]:
        """The plugin, as kubectl finds and starts it."""
        return self.run(PLUGIN, *words)

    def report(self, *words: object) -> Any:
        return json.loads(self.asklint("-o", "json", *words).stdout)

    def files(self) -> list[str]:
        return sorted({one["file"] for one in self.report("--fail-on", "never")["findings"]})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes clusters; what they were asked is looked at when the test is over: nothing but to be read."""
    open_ones = []

    def make(*objects: Data, **how: Any) -> Shop:
        folder = tmp_path / f"of-{len(open_ones)}"
        folder.mkdir()
        known = {one["metadata"].get("namespace") for one in objects} - {None}
        cluster = Cluster([*objects, *map(namespace, sorted({"shop", *known}))], **how)
        server = serving(cluster)
        open_ones.append((cluster, server))
        return Shop(cluster, server.__enter__(), folder)

    yield make
    for cluster, server in open_ones:
        server.__exit__(None, None, None)
        assert cluster.writable or {method for method, _ in cluster.requests} <= {"GET"}


NODE = {"hostNetwork": True}
NO_NETWORK = "spec.template.spec.hostNetwork is set, and there is no node network to join"


def test_a_deployment_speaks_once(shop: Callable[..., Shop]) -> None:
    web = deployment(**NODE)
    made, old = replica_set(web), replica_set(web, "old", 0)
    for one in (made, old):
        one["spec"]["template"]["spec"]["hostNetwork"] = True
    mine = pod(owner=made)
    mine["spec"]["hostNetwork"] = True
    done = shop(web, made, old, mine).run("kubectl", "asklint")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"shop/deployment/web:34:7: error[host-network] {NO_NETWORK} [fix: unsafe]",
        "1 error in 1 object (target ask)",
        "1 fixable: kubectl asklint --fix --out DIR --unsafe",
        "not ready: shop (1 object): 1 error",
    ]
    assert done.stderr == ""


def test_an_orphan_speaks_for_itself(shop: Callable[..., Shop]) -> None:
    lost = pod("lost", owner=replica_set(deployment()))
    lost["spec"]["hostNetwork"] = True
    assert shop(lost).files() == ["shop/pod/lost"]


def test_the_excerpt_is_the_object_as_yaml(shop: Callable[..., Shop]) -> None:
    done = shop(deployment(**NODE)).asklint("-o", "rich")
    assert "  --> shop/deployment/web:34:7  Deployment shop/web" in done.stdout.splitlines()
    assert "34 |       hostNetwork: true" in done.stdout.splitlines()


@pytest.mark.parametrize("target", ["ask", "eci", "acs"])
def test_what_the_server_wrote_is_no_finding(shop: Callable[..., Shop], target: str) -> None:
    plain = [deployment(), service(), service("pub", type="LoadBalancer"), pod("lonely")]
    words = ("--target", target, "--fail-on", "info", "--ignore", "eci-opt-in")  # which asks all of eci, and rightly
    done = shop(*plain, simple("ServiceAccount", "default")).asklint(*words)
    assert done.stdout.splitlines() == [f"All clear for {target}: 4 objects checked", "ready: shop (4 objects)"]
    assert done.returncode == 0


def test_lists_come_in_pages(shop: Callable[..., Shop]) -> None:
    many = [deployment(f"web-{number}", **NODE) for number in range(7)]
    given = shop(*many, page=2)
    assert given.files() == [f"shop/deployment/web-{number}" for number in range(7)]
    assert len(given.cluster.paths("/deployments?")) == 4


def test_what_may_not_be_read_is_said_and_counted(shop: Callable[..., Shop]) -> None:
    given = shop(deployment(), service(), forbidden=["services", "jobs.batch"])
    done = given.asklint()
    assert done.returncode == 0
    assert sorted(done.stderr.splitlines()) == [
        "jobs.batch: may not be read, and is left out",
        "services: may not be read, and is left out",
    ]
    assert done.stdout.splitlines() == [
        "All clear for ask: 1 object checked; not checked: 2 kinds that may not be read",
        "not known: shop (1 object), but not everything there could be read",
    ]
    assert given.report()["summary"]["skipped"] == {"forbidden": 2}


def test_kinds_of_the_cluster_do_not_make_a_namespace_unknown(shop: Callable[..., Shop]) -> None:
    done = shop(deployment(), forbidden=["persistentvolumes", "storageclasses.storage.k8s.io"]).asklint("-A")
    assert done.stdout.splitlines()[-1] == "ready: shop (1 object)"
    assert "not checked: 2 kinds that may not be read" in done.stdout


def test_where_nothing_may_be_read_nothing_was_checked(shop: Callable[..., Shop]) -> None:
    given = shop(deployment(), forbidden=["deployments.apps"])
    done = given.asklint("deployments")
    assert done.returncode == 2
    assert "deployments.apps: may not be read, and is left out" in done.stderr
    assert done.stdout.splitlines()[0] == "Nothing was checked: there is no such object, or none that may be read"


def test_an_empty_namespace_is_nothing_checked(shop: Callable[..., Shop]) -> None:
    given = shop(deployment())
    assert given.asklint("-n", "pay").returncode == 2
    assert given.asklint("-n", "pay", "--allow-empty").returncode == 0


def test_a_failure_of_one_kind_is_told_at_the_end(shop: Callable[..., Shop]) -> None:
    done = shop(deployment(), broken=["services"]).asklint()
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "No finding in 1 object (target ask)",
        "failed: kubectl: Internal error occurred: services is out of order",
        "not known: shop (1 object), but not everything there could be read",
    ]


def test_an_api_that_is_away_keeps_nobody(shop: Callable[..., Shop]) -> None:
    done = shop(deployment(), away=["metrics.k8s.io/v1beta1"]).asklint()
    assert done.returncode == 0
    assert "metrics.k8s.io/v1beta1" in done.stderr
    assert done.stdout.splitlines()[0] == "All clear for ask: 1 object checked"


# -- what is asked for


def test_all_namespaces_without_those_of_the_system(shop: Callable[..., Shop]) -> None:
    objects = [deployment(of=of, **NODE) for of in ("shop", "pay", "kube-system", "arms-prom")]
    given = shop(*objects)
    report = given.report("-A")
    assert [one["file"] for one in report["findings"]] == ["pay/deployment/web", "shop/deployment/web"]
    assert report["summary"]["skipped"] == {"system-namespace": 2}
    named = given.report("-n", "kube-system")
    assert [one["file"] for one in named["findings"]] == ["kube-system/deployment/web"]


def test_what_stands_in_no_namespace_comes_with_all(shop: Callable[..., Shop]) -> None:
    volume = simple("PersistentVolume", "local", None, spec={"hostPath": {"path": "/data"}, "accessModes": []})
    given = shop(volume, deployment())
    assert "persistentvolume/local" in {one["file"] for one in given.report("-A")["findings"]}
    assert given.report()["findings"] == []
    assert given.asklint("-A").stdout.splitlines()[-2:] == [
        "not ready: the cluster itself (1 object): 1 error",
        "ready: shop (1 object)",
    ]


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (["deploy"], ["shop/deployment/one", "shop/deployment/two"]),
        (["deployments.apps"], ["shop/deployment/one", "shop/deployment/two"]),
        (["deploy/one"], ["shop/deployment/one"]),
        (["deploy", "two"], ["shop/deployment/two"]),
        (["deploy/one", "service/web"], ["shop/deployment/one", "shop/service/web"]),
        (["deploy,services"], ["shop/deployment/one", "shop/deployment/two", "shop/service/web"]),
        (["-l", "app=two"], ["shop/deployment/two"]),
        (["deploy", "--selector", "app=one"], ["shop/deployment/one"]),
        (["--context", "test", "service/web"], ["shop/service/web"]),
        (["-n", "pay"], ["pay/deployment/pay"]),
    ],
)
def test_what_is_named_is_what_is_read(shop: Callable[..., Shop], words: list[str], files: list[str]) -> None:
    objects = [deployment("one", **NODE), deployment("two", **NODE), deployment("pay", "pay", **NODE)]
    given = shop(*objects, service(type="NodePort"))
    assert sorted({one["file"] for one in given.report(*words)["findings"]}) == files


def test_only_kinds_that_matter_are_read(shop: Callable[..., Shop]) -> None:
    given = shop(deployment())
    given.asklint("-A")
    read = {path.partition("?")[0].rpartition("/")[2] for path in given.cluster.paths("limit=")}
    assert {"deployments", "pods", "aliyunlogconfigs", "rollouts", "persistentvolumes"} <= read
    assert not read & {"secrets", "nodes", "events", "endpoints", "serviceaccounts", "widgets"}


def test_a_custom_kind_with_pods_is_read_where_the_config_names_it(shop: Callable[..., Shop]) -> None:
    given = shop(simple("Widget", "w", version="shop.example/v1", spec={"run": {"containers": [container()], **NODE}}))
    (given.folder / ".asklint.yaml").write_text("pods:\n  Widget.shop.example: [spec.run]\n")
    assert given.files() == ["shop/widget/w"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--context", "elsewhere"], "elsewhere"),
        (["deploy/none"], 'deployments.apps "none" not found'),
        (["gadgets"], 'the server doesn\'t have a resource type "gadgets"'),
        (["--fix"], "--fix and --out DIR go together"),
        (["--out", "x"], "--fix and --out DIR go together"),
        (["--unsafe"], "--unsafe and --include-secrets are for --fix"),
        (["--select", "host-netwok"], "did you mean host-network?"),
        (["-o", "wide"], "'wide' is not one of"),
        (["--", "--raw=/"], "arguments in resource/name form"),
    ],
)
def test_what_is_asked_wrongly_says_so(shop: Callable[..., Shop], words: list[str], says: str) -> None:
    done = shop(deployment()).asklint(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_a_name_that_is_missing_beside_others_is_told(shop: Callable[..., Shop]) -> None:
    done = shop(deployment("one"), deployment("two")).asklint("deploy", "one", "gone", "two")
    assert done.returncode == 2
    assert 'failed: kubectl: deployments.apps "gone" not found' in done.stdout
    assert "No finding in 2 objects" in done.stdout


def test_a_server_that_is_away(shop: Callable[..., Shop], tmp_path: Path) -> None:
    given = shop(deployment())
    kubeconfig(given.folder / "kubeconfig", "http://127.0.0.1:9")
    for words in ([], ["deploy"]):
        done = given.asklint(*words)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith("Error: The connection to the server 127.0.0.1:9 was refused")


def test_without_kubectl(tmp_path: Path) -> None:
    done = subprocess.run([PLUGIN], cwd=tmp_path, env={"PATH": "/nowhere"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "Error: kubectl is not on the PATH; asklint reads the cluster through it\n"


def test_fail_on_decides_the_exit_code(shop: Callable[..., Shop]) -> None:
    given = shop(deployment(**NODE))
    assert given.asklint("--fail-on", "never").returncode == 0
    assert given.asklint("--ignore", "host-network").returncode == 0


def test_the_report_as_json_has_the_readiness(shop: Callable[..., Shop], root: Path) -> None:
    given = shop(deployment(**NODE), deployment("pay", "pay"))
    report = given.report("-A")
    Draft202012Validator(json.loads((root / "schemas/report.schema.json").read_text())).validate(report)
    counted = {"objects": 1, "warnings": 0, "complete": True}
    assert report["namespaces"] == [
        {"namespace": "pay", "errors": 0, "ready": True, **counted},
        {"namespace": "shop", "errors": 1, "ready": False, **counted},
    ]


def test_in_chinese(shop: Callable[..., Shop]) -> None:
    done = shop(deployment(**NODE), forbidden=["services"]).asklint("--lang", "zh")
    assert done.stdout.splitlines()[1:] == [
        "1 个错误（已检查 1 个对象，目标 ask）",
        "1 个可修复：kubectl asklint --fix --out DIR --unsafe",
        "未检查：1 种无权读取的资源",
        "未就绪：shop（1 个对象）：1 个错误",
    ]
    assert done.stderr == "services：无权读取，已略过\n"


def test_an_annotation_silences(shop: Callable[..., Shop]) -> None:
    web = deployment(**NODE)
    web["metadata"]["annotations"]["asklint.io/ignore"] = "host-network: moves in March"
    assert shop(web).asklint().returncode == 0


# -- manifests for a new cluster


def fixed(given: Shop, *words: object) -> dict[str, str]:
    done = given.asklint("--fix", "--out", "ready", *words)
    assert done.returncode in (0, 1), done.stderr
    return held(given.folder / "ready")


def everything() -> list[Data]:
    web = deployment(**NODE)
    made = replica_set(web)
    return [
        *(web, made, pod(owner=made), pod("lonely"), claim(), service(type="NodePort")),
        simple("ConfigMap", "settings", data={"run.sh": "set -e\nrun\n"}),
        simple("ConfigMap", "kube-root-ca.crt", data={"ca.crt": "-"}),
        simple("ServiceAccount", "default"),
        simple("ServiceAccount", "web", secrets=[{"name": "web-token-x7k2p"}]),
        simple("Secret", "db", type="Opaque", data={"password": "c2VjcmV0"}),
        simple("Secret", "web-token", type="kubernetes.io/service-account-token", data={"token": "c2VjcmV0"}),
        simple("PersistentVolume", "nas", None, spec={"nfs": {"server": "nas.example", "path": "/"}}),
    ]


def test_one_file_for_each_object(shop: Callable[..., Shop]) -> None:
    files = fixed(shop(*everything()))
    assert set(files) == {
        "namespace-shop.yaml",
        "shop/configmap-settings.yaml",
        "shop/deployment-web.yaml",
        "shop/persistentvolumeclaim-data.yaml",
        "shop/pod-lonely.yaml",
        "shop/service-web.yaml",
        "shop/serviceaccount-web.yaml",
    }
    assert files["shop/serviceaccount-web.yaml"] == (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n  namespace: shop\n"
    )
    assert "hostNetwork: true\n" in files["shop/deployment-web.yaml"]  # the fix is not safe


def test_what_stands_in_no_namespace_is_written_with_all(shop: Callable[..., Shop]) -> None:
    assert "persistentvolume-nas.yaml" in fixed(shop(*everything()), "-A")


def test_secrets_are_written_where_asked(shop: Callable[..., Shop]) -> None:
    given = shop(*everything())
    assert not [path for path in fixed(given) if "secret-" in path]
    assert not given.cluster.paths("/secrets")
    files = fixed(given, "--include-secrets")
    assert [path for path in files if "secret-" in path] == ["shop/secret-db.yaml"]
    assert yaml.safe_load(files["shop/secret-db.yaml"])["data"] == {"password": "c2VjcmV0"}


def test_secrets_that_are_named_are_counted(shop: Callable[..., Shop]) -> None:
    report = shop(*everything()).report("secrets,deploy")
    assert report["summary"]["skipped"] == {"secret": 1}


def test_a_chart_that_the_cluster_has_rendered_is_not_counted(shop: Callable[..., Shop]) -> None:
    chart = {"source": {"chart": "web", "repoURL": "https://charts.example.com"}}
    given = shop(simple("Application", "web", "shop", "argoproj.io/v1alpha1", spec=chart), deployment())
    report = given.report("applications,deploy")
    assert (report["summary"]["objects"], report["summary"]["skipped"]) == (2, {})


def test_unsafe_fixes_are_made_where_asked(shop: Callable[..., Shop]) -> None:
    given = shop(*everything())
    done = given.asklint("--fix", "--unsafe", "--out", "ready")
    assert done.returncode == 0
    files = held(given.folder / "ready")
    assert "hostNetwork" not in files["shop/deployment-web.yaml"]
    assert "type: LoadBalancer\n" in files["shop/service-web.yaml"]
    assert "fixed 2 findings: 1 host-network, 1 service-nodeport" in done.stdout
    assert "  ready/shop/deployment-web.yaml" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == "ready: shop (6 objects)"
    assert "whose data stay where they are: shop/persistentvolumeclaim/data" in done.stderr


def test_the_manifests_are_as_the_report_says(shop: Callable[..., Shop]) -> None:
    given = shop(*everything())
    fixed(given, "--unsafe")
    again = asklint("check", "--format", "json", "ready", cwd=given.folder)
    left = [(one["rule"], one["severity"]) for one in json.loads(again.stdout)["findings"]]
    assert left == [("disk-pvc", "info")]
    assert asklint("fix", "--unsafe", "--check", "ready", cwd=given.folder).returncode == 0


def test_the_manifests_apply_to_a_new_cluster(shop: Callable[..., Shop]) -> None:
    given = shop(*everything(), deployment("pay", "pay"))
    fixed(given, "-A", "--unsafe", "--include-secrets")
    cluster = Cluster(writable=True)
    with serving(cluster) as address:
        new = Shop(cluster, address, given.folder)
        for words in (["apply", "-f", "ready"], ["apply", "-R", "-f", "ready"]):
            done = new.run("kubectl", *words)
            assert (done.returncode, done.stderr) == (0, "")
    made = {(one["kind"], one["metadata"]["name"]) for one in cluster.objects}
    assert made == {
        *(("Namespace", "pay"), ("Namespace", "shop"), ("PersistentVolume", "nas"), ("Deployment", "pay")),
        *(("ConfigMap", "settings"), ("Deployment", "web"), ("PersistentVolumeClaim", "data"), ("Pod", "lonely")),
        *(("Service", "web"), ("ServiceAccount", "web"), ("Secret", "db")),
    }


def test_the_manifests_are_valid(shop: Callable[..., Shop]) -> None:
    for path, text in fixed(shop(*everything()), "--unsafe", "--include-secrets").items():
        assert list(yaml.safe_load_all(text)), path
        for data in yaml.safe_load_all(text):
            kubernetes_validate.validate(data, "1.34", strict=True)


def test_the_namespace_comes_along_whatever_its_labels(shop: Callable[..., Shop]) -> None:
    given = shop(deployment("one"), deployment("two"))
    assert set(fixed(given, "-l", "app=one")) == {"namespace-shop.yaml", "shop/deployment-one.yaml"}


def test_no_object_takes_the_place_of_another(tmp_path: Path) -> None:
    """Two manifests of one object, as two fixes may add them: the second is told, and the first stays."""
    objects = [Live("shop/service/web", service()), Live("shop/service/other", service(type="LoadBalancer"))]
    asked = SimpleNamespace(setup=run.setup(run.Plan()), plan=run.Plan())
    heard: list[str] = []
    told = kubectl.fix(kubectl.Found(objects), asked, kubectl.Out(tmp_path), heard.append, lambda: None)
    place = tmp_path / "shop/service-web.yaml"
    assert told.unread == [("shop/service/other", f"cannot be written: {place} stands there already")]
    assert "LoadBalancer" not in place.read_text()


def test_a_node_agent_that_goes_has_no_file(shop: Callable[..., Shop]) -> None:
    """What serves it stays: what else uses it may be of a kind that nobody read."""
    image = "quay.io/prometheus/node-exporter:v1.8.2"
    agent = deployment("node-exporter", containers=[container(image=image)], serviceAccountName="node-exporter")
    agent = {**agent, "kind": "DaemonSet", "spec": {**agent["spec"], "updateStrategy": {"type": "RollingUpdate"}}}
    for key in ("replicas", "progressDeadlineSeconds", "strategy"):
        del agent["spec"][key]
    given = shop(agent, simple("ServiceAccount", "node-exporter"), service())
    assert "shop/daemonset-node-exporter.yaml" in fixed(given)
    shutil.rmtree(given.folder / "ready")
    assert set(fixed(given, "--unsafe")) == {
        "namespace-shop.yaml",
        "shop/service-web.yaml",
        "shop/serviceaccount-node-exporter.yaml",
    }


def test_what_a_controller_makes_is_not_written(shop: Callable[..., Shop]) -> None:
    lost = pod("lost", owner=replica_set(deployment()))
    given = shop(lost, service())
    assert set(fixed(given)) == {"namespace-shop.yaml", "shop/service-web.yaml"}
    done = given.asklint("--fix", "--out", "ready")
    assert "shop/pod/lost: not written, since ReplicaSet web-7d4b9c makes it" in done.stderr.splitlines()


def test_two_kinds_of_one_name_get_two_files(shop: Callable[..., Shop]) -> None:
    from apiserver import RESOURCES, Resource

    knative = Resource("services", "serving.knative.dev/v1", "Service")
    other = simple("Service", "web", version="serving.knative.dev/v1", spec={"template": {"spec": {}}})
    files = fixed(shop(service(), other, resources=[*RESOURCES, knative]))
    assert {path for path in files if "service" in path} == {
        "shop/service-web.yaml",
        "shop/service.serving.knative.dev-web.yaml",
    }


def test_a_folder_that_cannot_be_written_is_told(shop: Callable[..., Shop]) -> None:
    given = shop(service())
    (given.folder / "ready").write_text("a file")
    done = given.asklint("--fix", "--out", "ready")
    assert done.returncode == 2
    assert "ready" in done.stderr


def test_one_file_that_cannot_be_written_does_not_stop_the_others(shop: Callable[..., Shop]) -> None:
    given = shop(service(), deployment())
    (given.folder / "ready/shop/service-web.yaml").mkdir(parents=True)
    done = given.asklint("--fix", "--out", "ready")
    assert done.returncode == 2
    assert "failed: shop/service/web: cannot be written: it is no regular file" in done.stdout
    assert (given.folder / "ready/shop/deployment-web.yaml").is_file()
