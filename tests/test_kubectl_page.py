"""docs/kubectl.md: every command on the page runs, and says what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiserver import RESOURCES, Cluster, Resource, kubeconfig, serving
from kit import ASKLINT
from livecluster import deployment, namespace, pod, replica_set, service, simple

PAGE = (Path(__file__).resolve().parents[1] / "docs/kubectl.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [part.partition("\n") for block in BLOCKS for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
ROLES = Resource("clusterroles", "rbac.authorization.k8s.io/v1", "ClusterRole", False)

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the PATH")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a reader, whose kubeconfig leads to a cluster with two namespaces and to a new one."""
    folder = tmp_path_factory.mktemp("page")
    web = deployment(hostNetwork=True)
    made = replica_set(web)
    objects = [web, made, pod(owner=made), service(type="NodePort"), deployment("pay", "pay"), service("pay", "pay")]
    objects += [deployment("coredns", "kube-system"), simple("ConfigMap", "settings", data={"a": "1"})]
    objects += [*map(namespace, ("shop", "pay", "kube-system")), simple("Secret", "db", data={"password": "eA=="})]
    objects += [simple("ClusterRole", "reader", None, ROLES.version, rules=[])]
    old, new = Cluster(objects, resources=[*RESOURCES, ROLES]), Cluster(writable=True)
    with serving(old) as here, serving(new) as there:
        kubeconfig(folder / "kubeconfig", here)
        kubeconfig(folder / "new", there, "default", "new")
        yield folder
    assert {method for method, _ in old.requests} == {"GET"}
    assert {one["metadata"]["name"] for one in new.objects} == {"shop", "pay", "web", "settings"}


def test_every_command_runs_and_says_what_is_shown(place: Path) -> None:
    """In the order of the page: later commands rest on what earlier ones wrote."""
    assert len(COMMANDS) > 12
    configs = os.pathsep.join(str(place / name) for name in ("kubeconfig", "new"))
    path = f"{ASKLINT.parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "KUBECONFIG": configs, "HOME": str(place), "PATH": path}
    for command, _, shown in COMMANDS:
        done = subprocess.run(shlex.split(command), cwd=place, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode in (0, 1), (command, done.stderr)
        assert not done.stderr, command
        if shown:
            assert done.stdout == shown, command
