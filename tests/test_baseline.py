"""Accepted findings: what is silent, what is new, what is no more, and how the file grows and shrinks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kit import asklint, only, scene

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
spec:
  hostNetwork: true
  hostPID: true
  containers:
  - name: web
    image: registry.example/web:1
"""
ONLY = only("host-network", "host-pid", "host-ipc", "host-port")
CONFIG = "select: [host-network, host-pid, host-ipc, host-port, yaml-syntax]\n"
FILE = ".asklint-baseline.json"


def pod(name: str = "web", **changes: str) -> str:
    text = POD.format(name=name)
    for old, new in changes.items():
        assert f"  {old}: true\n" in text
        text = text.replace(f"  {old}: true\n", new)
    return text


def report(folder: Path, *words: str) -> tuple[int, dict]:
    done = asklint("check", "--format", "json", *words, cwd=folder)
    return done.returncode, json.loads(done.stdout)


def found(folder: Path, *words: str) -> list[tuple[str, str]]:
    return [(one["file"], one["rule"]) for one in report(folder, *words)[1]["findings"]]


def accepted(folder: Path, name: str = FILE) -> list[tuple[str, str, int]]:
    entries = json.loads((folder / name).read_text())["accepted"]
    return [(one["file"], one["rule"], one["number"]) for one in entries]


@pytest.fixture
def shop(tmp_path) -> Path:
    """A folder with one accepted pod."""
    scene(tmp_path, {"web.yaml": pod(), ".asklint.yaml": CONFIG})
    done = asklint("baseline", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{FILE}: 2 findings accepted: 2 new, 0 taken out\n")
    return tmp_path


def test_what_is_accepted_is_silent(shop):
    status, said = report(shop)
    assert (status, said["findings"]) == (0, [])
    assert said["summary"]["silenced"] == 2
    assert said["summary"]["baseline"] == {"accepted": 2, "stale": 0}
    told = asklint("check", cwd=shop).stdout
    assert told == "Nothing new for ask: 1 object of 1 file checked; accepted by the baseline: 2 findings\n"
    told = asklint("check", "--lang", "zh", cwd=shop).stdout
    assert told == "ask 没有新问题：已检查 1 个文件中的 1 个对象；基线已接受：2 个问题\n"


@pytest.mark.parametrize(
    "words", [["--statistics"], ["--output", "told.json"], ["--compare", FILE], ["--format", "json"]]
)
def test_it_takes_no_option_of_a_report(shop, words):
    """It shows none, and an option that does nothing would promise one."""
    done = asklint("baseline", "--update", *words, cwd=shop)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(f"No such option:? '?{words[0]}", done.stderr)


def test_what_is_new_is_not(shop):
    scene(shop, {"web.yaml": pod(hostPID="  hostPID: true\n  hostIPC: true\n"), "api.yaml": pod("api")})
    assert found(shop) == [("api.yaml", "host-network"), ("api.yaml", "host-pid"), ("web.yaml", "host-ipc")]
    assert report(shop)[0] == 1


def test_lines_and_layout_do_not_matter(shop):
    scene(shop, {"web.yaml": "# moved\n\n\n" + pod().replace("  hostPID: true", "  hostPID:    yes  # kept")})
    assert found(shop) == []


def test_without_it_all_is_told(shop):
    assert len(found(shop, "--no-baseline")) == 2


def test_alike_are_counted(tmp_path):
    ports = "".join("    - containerPort: 80\n      hostPort: 80\n" for _ in range(2))
    text = pod("web").replace("  hostNetwork: true\n  hostPID: true\n", "") + "    ports:\n" + ports
    scene(tmp_path, {"web.yaml": text, ".asklint.yaml": CONFIG})
    asklint("baseline", cwd=tmp_path)
    assert accepted(tmp_path) == [("web.yaml", "host-port", 2)]
    assert found(tmp_path) == []
    scene(tmp_path, {"web.yaml": text + "    - containerPort: 80\n      hostPort: 80\n"})
    assert found(tmp_path) == [("web.yaml", "host-port")]


def test_an_object_of_the_same_name_in_another_file_is_new(shop):
    scene(shop, {"prod/web.yaml": pod()})
    assert {file for file, _ in found(shop)} == {"prod/web.yaml"}
    assert {file for file, _ in found(shop, "prod/web.yaml")} == {"prod/web.yaml"}


def test_a_file_may_be_renamed(shop):
    (shop / "web.yaml").rename(shop / "shop.yaml")
    assert found(shop) == []
    assert report(shop)[1]["summary"]["baseline"] == {"accepted": 2, "stale": 0}
    assert asklint("baseline", "--prune", cwd=shop).stdout == f"{FILE}: 2 findings accepted: 0 new, 0 taken out\n"
    assert {file for file, _, _ in accepted(shop)} == {"shop.yaml"}


def test_what_is_no_more_is_told_and_pruned(shop):
    scene(shop, {"web.yaml": pod(hostPID="")})
    assert report(shop)[1]["summary"]["baseline"] == {"accepted": 1, "stale": 1}
    assert (
        "accepted by the baseline and gone: 1 finding (asklint baseline --prune)" in asklint("check", cwd=shop).stdout
    )
    assert accepted(shop) == [("web.yaml", "host-network", 1), ("web.yaml", "host-pid", 1)]  # check writes nothing
    assert asklint("baseline", "--prune", cwd=shop).stdout == f"{FILE}: 1 finding accepted: 0 new, 1 taken out\n"
    assert accepted(shop) == [("web.yaml", "host-network", 1)]
    scene(shop, {"web.yaml": pod()})
    assert found(shop) == [("web.yaml", "host-pid")]


def test_prune_accepts_nothing(shop):
    scene(shop, {"web.yaml": pod(hostPID="  hostIPC: true\n")})
    asklint("baseline", "--prune", cwd=shop)
    assert accepted(shop) == [("web.yaml", "host-network", 1)]
    assert found(shop) == [("web.yaml", "host-ipc")]


def test_it_does_not_grow_by_itself(shop):
    scene(shop, {"web.yaml": pod(hostPID="  hostPID: true\n  hostIPC: true\n")})
    before = (shop / FILE).read_text()
    refused = asklint("baseline", cwd=shop)
    assert refused.returncode == 2
    assert "--update accepts what is new as well, --prune takes out what is gone" in refused.stderr
    assert (shop / FILE).read_text() == before
    assert asklint("baseline", "--update", cwd=shop).stdout == f"{FILE}: 3 findings accepted: 1 new, 0 taken out\n"
    assert found(shop) == []


def test_one_file_says_nothing_of_others(shop):
    """As hooks run it: what was not looked at is neither gone nor pruned."""
    scene(shop, {"api.yaml": pod("api")})
    assert report(shop, "api.yaml")[1]["summary"].get("baseline") is None
    for word in ("--prune", "--update"):
        asklint("baseline", word, "api.yaml", cwd=shop)
        assert [one for one in accepted(shop) if one[0] == "web.yaml"] == [
            ("web.yaml", "host-network", 1),
            ("web.yaml", "host-pid", 1),
        ]
    assert found(shop) == []


def test_rules_that_were_not_asked_are_not_gone(shop):
    _, said = report(shop, "--select", "host-network")
    assert said["summary"]["baseline"] == {"accepted": 1, "stale": 0}
    asklint("baseline", "--prune", "--select", "host-network", cwd=shop)
    assert len(accepted(shop)) == 2


def test_rules_across_files_need_all_of_them(tmp_path):
    """Two Services on one port of one load balancer: a look at one of them does not say that this is over."""
    service = (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {0}\n  annotations:\n"
        "    service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id: lb-1\n"
        '    service.beta.kubernetes.io/alibaba-cloud-loadbalancer-force-override-listeners: "true"\nspec:\n'
        "  type: LoadBalancer\n  selector: {{app: {0}}}\n  ports:\n  - port: 80\n"
    )
    scene(tmp_path, {"a/web.yaml": service.format("web"), "b/api.yaml": service.format("api")})
    scene(tmp_path, {".asklint.yaml": "select: [service-annotation-conflict]\n"})
    asklint("baseline", cwd=tmp_path)
    assert accepted(tmp_path)
    many = len(accepted(tmp_path))
    for path in ("a", "a/web.yaml", "b"):
        assert report(tmp_path, path)[1]["findings"] == []
        assert report(tmp_path, path)[1]["summary"].get("baseline", {"stale": 0})["stale"] == 0
        asklint("baseline", "--prune", path, cwd=tmp_path)
        assert len(accepted(tmp_path)) == many
    assert report(tmp_path)[1]["summary"]["baseline"] == {"accepted": many, "stale": 0}
    (tmp_path / "b" / "api.yaml").unlink()
    assert report(tmp_path)[1]["summary"]["baseline"]["stale"] == many
    asklint("baseline", "--prune", cwd=tmp_path)
    assert accepted(tmp_path) == []


def test_a_file_that_cannot_be_read_is_not_gone(shop):
    scene(shop, {"web.yaml": "kind: Pod\napiVersion: [\n"})
    assert "baseline" not in report(shop)[1]["summary"]
    scene(shop, {"web.yaml": b"\0"})
    done = asklint("baseline", "--prune", "--allow-empty", cwd=shop)
    assert done.returncode == 2
    assert len(accepted(shop)) == 2


def test_another_target_says_nothing(shop):
    assert "stale" not in str(report(shop, "--target", "acs", "--no-baseline")[1]["summary"])
    scene(shop, {"web.yaml": pod(hostPID="", hostNetwork="")})
    assert "baseline" not in report(shop, "--target", "acs")[1]["summary"]
    done = asklint("baseline", "--prune", "--target", "acs", cwd=shop)
    assert (done.returncode, "is for ask: --target ask" in done.stderr) == (2, True)
    assert report(shop, "--target", "ask,acs")[1]["summary"]["baseline"]["stale"] == 2


def test_several_targets_are_one_baseline(tmp_path):
    scene(tmp_path, {"web.yaml": pod(), ".asklint.yaml": CONFIG})
    asklint("baseline", "--target", "ask,acs", cwd=tmp_path)
    assert found(tmp_path, "--target", "ask,acs") == []
    assert found(tmp_path, "--target", "acs") == []
    assert json.loads((tmp_path / FILE).read_text())["targets"] == ["acs", "ask"]


def test_fix_leaves_it_alone(shop):
    before = (shop / "web.yaml").read_text()
    assert asklint("fix", "--unsafe", cwd=shop).returncode == 0
    assert (shop / "web.yaml").read_text() == before
    asklint("fix", "--unsafe", "--no-baseline", cwd=shop)
    assert "hostNetwork" not in (shop / "web.yaml").read_text()


def test_fix_mends_what_is_new_beside_it(shop):
    scene(shop, {"web.yaml": pod(hostPID="  hostPID: true\n  hostIPC: true\n")})
    asklint("fix", "--unsafe", cwd=shop)
    assert (shop / "web.yaml").read_text() == pod()


def test_many_files_and_processes(tmp_path):
    scene(tmp_path, {".asklint.yaml": CONFIG, **{f"{at}.yaml": pod(f"web-{at}") for at in range(80)}})
    asklint("baseline", "--jobs", "2", cwd=tmp_path)
    asklint("fix", "--unsafe", "--jobs", "2", cwd=tmp_path)
    assert (tmp_path / "79.yaml").read_text() == pod("web-79")
    for _ in range(2):  # what is kept between runs does not know of it
        assert report(tmp_path, "--jobs", "2")[1]["summary"]["baseline"] == {"accepted": 160, "stale": 0}
    assert len(found(tmp_path, "--no-baseline")) == 160


def test_standard_input(tmp_path):
    scene(tmp_path, {".asklint.yaml": CONFIG})
    asklint("baseline", "-", cwd=tmp_path, stdin=pod())
    assert asklint("check", "-", cwd=tmp_path, stdin=pod()).returncode == 0
    assert asklint("check", "-", cwd=tmp_path, stdin=pod("api")).returncode == 1


def test_it_stands_beside_the_config_or_where_it_is_named(tmp_path):
    scene(tmp_path, {".asklint.yaml": CONFIG, "deploy/web.yaml": pod()})
    asklint("baseline", "web.yaml", cwd=tmp_path / "deploy")
    assert accepted(tmp_path)[0][0] == "deploy/web.yaml"
    assert found(tmp_path / "deploy", "web.yaml") == found(tmp_path, "deploy") == []
    (tmp_path / FILE).unlink()
    scene(tmp_path, {".asklint.yaml": CONFIG + "baseline: ci/known.json\n"})
    missing = asklint("check", cwd=tmp_path)
    assert (missing.returncode, "there is no such baseline; asklint baseline writes it" in missing.stderr) == (2, True)
    asklint("baseline", cwd=tmp_path)
    assert accepted(tmp_path, "ci/known.json")[0][0] == "../deploy/web.yaml"
    assert found(tmp_path) == []
    asklint("baseline", "--baseline", "mine.json", cwd=tmp_path)
    assert found(tmp_path, "--baseline", "mine.json") == []


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"version": 2}', '{"version": 1, "targets": [], "accepted": [{}]}', '{"version": 1}']
    + [
        '{"version": 1, "targets": ["ask"], "accepted": [{"file": "a", "object": "", "rule": "b", "pointer": "",'
        f' "key": "c", "number": {count}}}]}}'
        for count in ('"1"', "0", "true")
    ],
)
def test_what_is_no_baseline_is_told(tmp_path, content):
    scene(tmp_path, {FILE: content, "web.yaml": pod()})
    for words in (("check",), ("fix", "--diff"), ("baseline", "--update")):
        done = asklint(*words, *ONLY, cwd=tmp_path)
        assert (done.returncode, f"{FILE}: this is no baseline" in done.stderr) == (2, True)
    assert (tmp_path / FILE).read_text() == content


def test_nothing_checked_writes_nothing(tmp_path):
    scene(tmp_path, {"a.yaml": "a: 1\n"})
    assert asklint("baseline", cwd=tmp_path).returncode == 2
    assert not (tmp_path / FILE).exists()


def test_an_entry_a_line_in_an_order_of_its_own(shop):
    scene(shop, {"api.yaml": pod("api")})
    asklint("baseline", "--update", "web.yaml", "api.yaml", cwd=shop)
    one = (shop / FILE).read_text()
    (shop / FILE).unlink()
    asklint("baseline", cwd=shop)
    assert (shop / FILE).read_text() == one
    rows = [line for line in one.splitlines() if '"rule"' in line]
    assert len(rows) == 4
    assert rows == sorted(rows)


def test_no_secret_stands_in_it(tmp_path):
    secret = (
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  flexVolume:\n    driver: alicloud/oss\n"
        "    options: {bucket: b, akId: 'LTAI0123456789abcdef', akSecret: 'hunter2hunter2'}\n"
    )
    scene(tmp_path, {"a.yaml": secret})
    asklint("baseline", cwd=tmp_path)
    text = (tmp_path / FILE).read_text()
    assert '"rule"' in text
    assert "hunter2" not in text
    assert "LTAI" not in text


def test_a_plain_check_does_not_import_it(tmp_path):
    scene(tmp_path, {"web.yaml": pod()})
    code = (
        "import sys; sys.argv = ['asklint', 'check', 'web.yaml']\nfrom asklint.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'asklint.baseline', 'asklint.suppress'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
