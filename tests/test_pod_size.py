"""Pod sizes: the worked examples of the vendor's pages, and what every table must hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklint import data, engine
from asklint.rule import Rule
from asklint.source import Source

FAMILY = ("resources-missing", "resources-rounding", "limits-above-requests", "pod-size-large")
COMPILED = data.load()
SIZES = COMPILED["schemas"]["pod-sizes"]
RULES = {
    target: [Rule(name, COMPILED["rules"][name], target, COMPILED["schemas"], "en") for name in FAMILY]
    for target in ("ask", "acs")
}


def findings(containers, target="ask", region="", annotations=None, init=()):
    """What the family says of a pod, with every difference told."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "annotations": annotations or {}},
        "spec": {
            "initContainers": [{"name": f"i{n}", "image": "web", **one} for n, one in enumerate(init)],
            "containers": [{"name": f"c{n}", "image": "web", **one} for n, one in enumerate(containers)],
        },
    }
    options = {"resources-rounding": {"region": region, "least-spare": 0}, "limits-above-requests": {"region": region}}
    setup = engine.Setup(RULES[target], options)
    return engine.check(Source("pod.json", json.dumps(pod)), setup).findings


def limits(cpu, memory, **more):
    return {"resources": {"limits": {"cpu": str(cpu), "memory": f"{memory}Gi"}}, **more}


def billed(found):
    return (found.data["billed"]["vcpu"], found.data["billed"]["memoryGiB"])


# Sources: as schemas/pod-sizes.yaml has them.
IGNORED = {"env": [{"name": "__ECI_RESOURCE_IGNORE__", "value": "TRUE"}]}
CATEGORY = "k8s.aliyun.com/eci-compute-category"


@pytest.mark.parametrize(
    ("containers", "region", "annotations", "size"),
    [
        ([limits(7, 13)], "cn-hangzhou", {}, (8, 14)),
        ([limits(7, 13)], "", {}, (8, 16)),
        ([limits(7, 13)], "cn-wuhan-lr", {}, (8, 16)),
        ([limits(7, 13)], "cn-hangzhou", {CATEGORY: "general"}, (8, 16)),
        ([limits(2, 4), limits(1, 2)], "cn-hangzhou", {}, (4, 6)),
        ([limits(2, 4), limits(2, 4), limits(0.25, 0.5)], "cn-hangzhou", {}, (6, 10)),
        ([limits(2, 3)], "", {}, (2, 4)),
        ([limits(0.5, 1.9)], "", {CATEGORY: "general,economy"}, (0.5, 2)),
        ([limits(0.5, 1.9)], "", {CATEGORY: "general"}, (1, 2)),
        ([limits(1, 3)], "", {"k8s.aliyun.com/eci-spot-strategy": "SpotAsPriceGo"}, (2, 4)),
    ],
)
def test_the_pages_own_examples(containers, region, annotations, size):
    found = findings(containers, region=region, annotations=annotations)
    assert [billed(one) for one in found] == [size]


def test_an_ignored_container_is_not_counted():
    assert not findings([limits(2, 4), limits(2, 4), limits(0.25, 0.5, **IGNORED)], region="cn-hangzhou")


def test_both_readings_of_init_containers():
    (found,) = findings([limits(0.6, 1)], init=[limits(4, 8)])
    assert found.data["otherwise"] == {
        "reading": "init",
        "asked": {"vcpu": 4.0, "memoryGiB": 8.0},
        "billed": {"vcpu": 4.0, "memoryGiB": 8.0},
    }


@pytest.mark.parametrize("target", ["ask", "acs"])
def test_tables_rise(target):
    platform = SIZES["acs" if target == "acs" else "eci"]
    for name in ("everywhere", "regional", "spot"):
        rows = platform.get(name, [])
        assert [row["vcpu"] for row in rows] == sorted({row["vcpu"] for row in rows})
        for row in rows:
            memory = row["memory"]
            assert memory["from"] <= memory["to"] if isinstance(memory, dict) else memory == sorted(set(memory))


def test_regions_have_every_common_size():
    regional = {row["vcpu"]: row["memory"] for row in SIZES["eci"]["regional"]}
    for row in SIZES["eci"]["everywhere"]:
        assert set(row["memory"]) <= set(regional.get(row["vcpu"], row["memory"]))


_AMOUNT = st.integers(1, 64_000)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(_AMOUNT, st.integers(1, 512 * 1024)), min_size=1, max_size=4), st.sampled_from(["ask", "acs"])
)
def test_the_size_holds_what_is_asked(amounts, target):
    """At most one finding a pod, and never a size smaller than what the containers ask for."""
    containers = [{"resources": {"limits": {"cpu": f"{cpu}m", "memory": f"{mib}Mi"}}} for cpu, mib in amounts]
    found = findings(containers, target)
    assert len(found) <= 1
    for one in found:
        assert one.data["asked"]["vcpu"] == pytest.approx(sum(cpu for cpu, _ in amounts) / 1000)
        if one.data["billed"]:
            assert one.data["billed"]["vcpu"] >= one.data["asked"]["vcpu"] - 1e-9
            assert one.data["billed"]["memoryGiB"] >= one.data["asked"]["memoryGiB"] - 1e-9
