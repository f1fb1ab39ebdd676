"""service-nodeport with the option id: whose ports clash on the load balancer that Services are to share."""

from __future__ import annotations

import pytest
from kit import asklint, scene, setup

from asklint import engine
from asklint.source import Source

SHARED = {"service-nodeport": {"id": "lb-bp1example"}}


def service(name: str, port: int, type: str = "NodePort", annotations: str = "{}", protocol: str = "TCP") -> str:
    return f"""\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  annotations: {annotations}
spec:
  type: {type}
  selector: {{app: {name}}}
  ports: [{{port: {port}, protocol: {protocol}}}]
"""


THERE = (
    "{service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id: lb-bp1example,"
    ' service.beta.kubernetes.io/alicloud-loadbalancer-force-override-listeners: "%s"}'
)


def clashes(*services: str, target: str = "ask", **options: object) -> list[str]:
    """Which Services service-nodeport says take a port from which, before anything is fixed."""
    asked = setup(
        "service-nodeport", target=target, options={"service-nodeport": {**SHARED["service-nodeport"], **options}}
    )
    checked = engine.check(Source("test.yaml", "---\n".join(services)), asked)
    found = [one.finding for one in engine.conclude(checked.told, asked)]
    assert all(finding.fix and finding.fix.applicability == "suggestion" for finding in found)
    return [finding.object.name + finding.message.partition("whose port")[2] for finding in found]


@pytest.mark.parametrize(
    ("services", "said"),
    [
        ((service("web", 80), service("api", 8080)), []),
        ((service("web", 80), service("api", 80)), ["api 80 the Service web takes as well"]),
        ((service("dns", 53), service("udp", 53, protocol="UDP")), []),
        # the one that is there already is not told that it takes anything
        ((service("old", 80, "LoadBalancer", THERE % "true"), service("web", 80)), ["web 80 the Service old takes as well"]),
        ((service("web", 80), service("old", 80, "LoadBalancer", THERE % "true")), ["web 80 the Service old takes as well"]),
        ((service("web", 80), service("old", 80, "LoadBalancer", THERE % "false")), ["web 80 the Service old claims as well"]),
        ((service("one", 80, "LoadBalancer", THERE % "true"), service("two", 80, "LoadBalancer", THERE % "true")), []),
        ((service("web", 80), service("inside", 80, "ClusterIP")), []),
        ((service("web", 80), service("web", 80)), []),  # one Service, in dev/ and in prod/
        ((service("web", 80), service("other", 80, annotations=(THERE % "true").replace("1example", "2other"))), []),
    ],
)  # fmt: skip
def test_clashes(services, said):
    assert clashes(*services) == said


def test_only_load_balancers_share():
    both = (service("web", 80), service("api", 80))
    assert clashes(*both, to="ClusterIP") == []
    assert clashes(*both, id=None) == []
    assert clashes(*both, target="eci") == []  # nothing becomes a load balancer there
    assert clashes(*both, target="acs") == ["api 80 the Service web takes as well"]


def test_a_clash_is_left_after_the_fix(tmp_path):
    """Whoever fixes without having looked is told as well, and the run fails."""
    config = "options: {service-nodeport: {id: lb-bp1example}}\n"
    scene(tmp_path, {"a.yaml": service("web", 80), "b.yaml": service("api", 80), ".asklint.yaml": config})
    done = asklint("fix", "--unsafe", "--format", "concise", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("b.yaml:7:")
    assert "error[service-annotation-conflict]" in done.stdout
    assert "is lb-bp1example, and its port 80 is taken by the Service web as well" in done.stdout
    assert done.stdout.count("error[") == 1
