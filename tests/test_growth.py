"""What a run keeps and does grows with its objects, and no faster."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from asklint import engine, run
from asklint.edit import CannotEdit, Elsewhere
from asklint.inputs.files import Input
from asklint.source import Source

SETUP = run.setup(run.Plan(whole=True))
EXPORTER = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: exporter-{0}}}
spec:
  selector: {{matchLabels: {{team: shop, app: exporter-{0}}}}}
  template:
    metadata: {{labels: {{team: shop, app: exporter-{0}}}}}
    spec:
      hostNetwork: true
      serviceAccountName: {1}
      containers:
        - {{name: exporter, image: "quay.io/prometheus/node-exporter:v1.8.2"}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {1}}}
---
apiVersion: v1
kind: Service
metadata: {{name: exporter-{0}}}
spec:
  selector: {{team: shop, app: exporter-{0}}}
  ports: [{{port: 9100}}]
"""


VOLUMES = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: disk-{0}}}
provisioner: alicloud/disk
parameters: {{type: cloud_ssd}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: claim-{0}}}
spec: {{storageClassName: disk-{0}, accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 20Gi}}}}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {{name: pictures-{0}, labels: {{alicloud-pvname: pictures-{0}}}}}
spec:
  capacity: {{storage: 5Gi}}
  accessModes: [ReadWriteMany]
  flexVolume: {{driver: alicloud/nas, options: {{server: a-1.cn-hangzhou.nas.aliyuncs.com, path: /, vers: "3"}}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: pictures-{0}}}
spec:
  accessModes: [ReadWriteMany]
  selector: {{matchLabels: {{alicloud-pvname: pictures-{0}}}}}
  resources: {{requests: {{storage: 5Gi}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db-{0}}}
spec:
  selector: {{matchLabels: {{app: db-{0}}}}}
  template:
    metadata: {{labels: {{app: db-{0}}}}}
    spec:
      containers:
        - {{name: db, image: "registry.example/db:1"}}
      volumes:
        - {{name: data, flexVolume: {{driver: alicloud/disk, fsType: ext4, options: {{volumeId: d-bp1{0}}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: db-{0}}}
spec: {{type: NodePort, selector: {{app: db-{0}}}, ports: [{{port: 80, nodePort: 3{0:04}}}]}}
"""


def work(what: Callable[[], object]) -> int:
    """How many Python functions `what` calls: as good as its time, and the same on every machine."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    gc.disable()  # what it finds of other tests has calls of its own
    sys.setprofile(count)
    try:
        what()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


def test_a_file_that_is_done_is_given_back():
    """With the collector off, as it is in a run: what refers to itself stays to the end."""
    source = Source("a.yaml", "---\n".join(EXPORTER.format(number, "all") for number in range(3)))
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(10):  # what caches of a fixed size hold
            engine.check(source, SETUP)
        first, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            engine.check(source, SETUP)
        last, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert (last - first) / 20 < 5000, "bytes of a file of 9 objects; Python keeps some tuples to use again"


def test_rules_of_other_kinds_cost_nothing():
    """They are passed over once a kind, not tried for each object."""
    text = "---\n".join(["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"] * 30)
    others = [rule for rule in SETUP.rules if rule.kinds == {"Service"} and not (rule.of_pods or rule.of_any)]
    assert len(others) > 5

    def check(setup: engine.Setup) -> int:
        engine.check(Source("a.yaml", text), setup)
        return work(lambda: engine.check(Source("a.yaml", text), setup))

    assert check(SETUP._replace(rules=others)) == check(SETUP._replace(rules=others[:1]))


def test_objects_of_one_file_do_not_look_through_all_others_each():
    """A class looks for its claims in the text, a Service for an Ingress, a volume for the names that are taken."""
    setup = SETUP._replace(options={"flexvolume": {"to": "csi"}})

    def check(number: int) -> int:
        source = Source("a.yaml", "---\n".join(VOLUMES.format(index) for index in range(number)))
        checked: list[engine.Checked] = []
        calls = work(lambda: checked.append(engine.check(source, setup)))
        rules = [
            found.finding.rule for found in checked[0].found for edit in found.edits if isinstance(edit, Elsewhere)
        ]
        assert Counter(rules) == {"storageclass-provisioner": number, "flexvolume": number}
        return calls

    assert check(80) < 4.5 * check(20)


@pytest.mark.parametrize("account", ["exporter-{0}", "exporter"], ids=["one-each", "all-the-same-name"])
def test_orphans_are_found_in_one_go(account):
    def conclude(number: int) -> int:
        told = []
        for index in range(number):
            source = Source(f"{index}/a.yaml", EXPORTER.format(index, account.format(index)))
            told += engine.check(source, SETUP).told
        found: list[engine.Concluded] = []
        calls = work(lambda: found.extend(engine.conclude(told, SETUP)))
        assert len(found) == 2 * number
        return calls

    assert conclude(80) < 4.5 * conclude(20)


def test_orphans_in_one_file_go_together(tmp_path: Path):
    def fix(number: int) -> int:
        file = tmp_path / f"{number}.yaml"
        text = "---\n".join(EXPORTER.format(index, f"exporter-{index}") for index in range(number))
        file.write_text(text + "---\n" + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stays}\n")
        mended: list[run.Mended] = []

        def mend() -> None:
            mended[:] = run.settled([run.fix_one(Input(file.name, file), SETUP, unsafe=True)], SETUP, unsafe=True)

        calls = work(mend)
        assert [one.object.name for one in mended[0].fixed.outcome.findings if one.object] == []
        assert mended[0].new is not None
        assert mended[0].new.count(b"kind:") == 1
        return calls

    assert fix(24) < 4.5 * fix(6)


def test_refused_attempts_are_given_back_before_the_next(monkeypatch):
    """An exception that is being handled holds what was tried: a large file would be there once for each halving."""
    handled: list[object] = []

    def refuse(*args: object) -> None:
        handled.append(sys.exc_info()[1])
        raise CannotEdit("never")

    monkeypatch.setattr(engine, "_changed", refuse)
    text = "---\n".join(VOLUMES.format(number) for number in range(4))
    fixed = engine.fix(Source("a.yaml", text), SETUP, unsafe=True)
    assert len(fixed.refused) == 8
    assert handled == [None] * 15
