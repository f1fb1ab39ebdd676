"""The whole command, through the console script: what is asked, printed, written and exited with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest
from kit import ASKLINT, ERROR, GOOD, INFO, MENDED, SAFE, STAYS, WARNING, asklint, held, only, scene, unprivileged

ALL = only()
TEMPLATE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"


# ---- exit codes


@pytest.mark.parametrize(
    ("files", "words", "status"),
    [
        pytest.param({"a.yaml": GOOD}, (), 0, id="nothing wrong"),
        pytest.param({"a.yaml": ERROR}, (), 1, id="an error"),
        pytest.param({"a.yaml": WARNING}, (), 0, id="a warning alone"),
        pytest.param({"a.yaml": WARNING}, ("--fail-on", "warning"), 1, id="a warning where that fails"),
        pytest.param({"a.yaml": INFO}, ("--fail-on", "warning"), 0, id="an info where warnings fail"),
        pytest.param({"a.yaml": INFO}, ("--fail-on", "info"), 1, id="an info where that fails"),
        pytest.param({"a.yaml": ERROR}, ("--fail-on", "info"), 1, id="an error where infos fail"),
        pytest.param({"a.yaml": ERROR}, ("--fail-on", "never"), 0, id="an error where nothing fails"),
        pytest.param({"a.yaml": "a: 1\n"}, (), 2, id="nothing was checked"),
        pytest.param({"a.yaml": "a: 1\n"}, ("--fail-on", "never"), 2, id="nothing was checked, and nothing fails"),
        pytest.param({"a.yaml": "a: 1\n"}, ("--allow-empty",), 0, id="nothing was checked, as is allowed"),
        pytest.param({"a.txt": ERROR}, (), 2, id="no file"),
        pytest.param({"c/Chart.yaml": "name: c\n", "c/templates/a.yaml": TEMPLATE}, (), 2, id="templates alone"),
        pytest.param({"a.yaml": ERROR, "b.yaml": b"\0\1"}, (), 2, id="an error and an unreadable file"),
        pytest.param({"b.yaml": b"\0\1"}, ("--allow-empty",), 2, id="an unreadable file where nothing may be there"),
        pytest.param(
            {"a.yaml": GOOD, "b.yaml": b"\0\1"}, ("--fail-on", "never"), 2, id="an unreadable file, no failing"
        ),
    ],
)
def test_check_exits(tmp_path, files, words, status):
    done = asklint("check", *ALL, *words, cwd=scene(tmp_path, files))
    assert done.returncode == status, done.stdout + done.stderr
    assert held(tmp_path) == held(scene(tmp_path, files))


@pytest.mark.parametrize(
    ("text", "words", "status", "after"),
    [
        pytest.param(GOOD, (), 0, GOOD, id="nothing to fix"),
        pytest.param(WARNING, (), 0, SAFE, id="all fixed"),
        pytest.param(ERROR, (), 1, ERROR, id="not safe"),
        pytest.param(ERROR, ("--unsafe",), 0, MENDED, id="unsafe"),
        pytest.param(STAYS, ("--unsafe",), 1, STAYS, id="an error stays"),
        pytest.param(STAYS, ("--fail-on", "never"), 0, STAYS, id="an error stays and does not matter"),
        pytest.param(ERROR, ("--fail-on", "never"), 0, ERROR, id="what is not fixed does not matter"),
        pytest.param(INFO, ("--fail-on", "info"), 1, INFO, id="an info stays and matters"),
        pytest.param(GOOD, ("--check",), 0, GOOD, id="check: nothing would change"),
        pytest.param(WARNING, ("--check",), 1, WARNING, id="check: it would change"),
        pytest.param(
            WARNING, ("--check", "--fail-on", "never"), 1, WARNING, id="check: it would change, never failing"
        ),
        pytest.param(STAYS, ("--check",), 1, STAYS, id="check: nothing would change and an error stays"),
        pytest.param(WARNING, ("--diff",), 0, WARNING, id="diff: all would be fixed"),
        pytest.param(ERROR, ("--diff",), 1, ERROR, id="diff: an error would stay"),
        pytest.param("a: 1\n", ("--unsafe",), 2, "a: 1\n", id="nothing was checked"),
    ],
)
def test_fix_exits(tmp_path, text, words, status, after):
    done = asklint("fix", *ALL, *words, "a.yaml", cwd=scene(tmp_path, {"a.yaml": text}))
    assert done.returncode == status, done.stdout + done.stderr
    assert held(tmp_path) == {"a.yaml": after}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "missing.yaml"), "missing.yaml: there is no such file or folder"),
        (("check", "a.yaml", "missing/"), "missing/: there is no such file or folder"),
        (("check", "-", "a.yaml"), "- stands for standard input, and alone"),
        (("check", "--target", "aks"), "'aks' is not one of"),
        (("check", "--target", "ask,aks"), "'ask,aks' is not one of"),
        (("fix", "--target", "ask,acs"), "fix writes for one target"),
        (("check", "--tarket", "ask"), "--target"),
        (("check", "--jobs", "0"), "--jobs"),
        (("check", "--fail-on", "fatal"), "--fail-on"),
        (("check", "--select", "host-netwrk"), "there is no rule or category host-netwrk; did you mean host-network?"),
        (("check", "--ignore", "hots"), "--ignore: there is no rule or category hots; did you mean host?"),
        (("check", "--config", "none.yaml"), "none.yaml: cannot be read: no such file or directory"),
        (("check", "--rules", "none"), "--rules none: there is no such folder"),
        (("check", "--output", "."), "--output"),
        (("rule", "host-netwrk"), "there is no rule host-netwrk; did you mean host-network?"),
        (("test", "none"), "none"),
        (("test", "."), ".: there is no rule file"),
        (("fix", "-", "--out", "new"), "--out is for files"),
        (("fix", "a.yaml", "--out", "."), "--out .: a.yaml stands there already"),
        (("fix", "--out", "."), "--out .: it is the folder that is read"),
        (("nonsense",), "nonsense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_asked_wrongly(tmp_path, words, said):
    """Exit 2, the reason on standard error, nothing on standard output, and nothing written."""
    scene(tmp_path, {"a.yaml": ERROR} if words[0] != "test" else {"notes.txt": ""})
    before = held(tmp_path)
    done = asklint(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True), done.stderr
    assert held(tmp_path) == before


_BREAK = """
import sys
if "check" in sys.argv or "fix" in sys.argv:
    from asklint import engine
    def broken(*args, **kwargs):
        raise ZeroDivisionError("a rule fell over")
    engine.check = engine.fix = broken
"""


@pytest.mark.parametrize("words", [("check", "a.yaml"), ("fix", "a.yaml"), ("fix", "-")], ids=" ".join)
def test_own_fault_exits_3(tmp_path, words):
    scene(tmp_path, {"a.yaml": ERROR, "site/sitecustomize.py": _BREAK})
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    done = asklint(*words, cwd=tmp_path, stdin=ERROR, env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (3, "")
    assert "this is a fault of asklint itself" in done.stderr
    assert "ZeroDivisionError: a rule fell over" in done.stderr
    assert (tmp_path / "a.yaml").read_text() == ERROR


def test_unreadable_file_is_told_when_all_else_is_done(tmp_path):
    scene(tmp_path, {"a.yaml": b"\0\1\2", "b.yaml": ERROR})
    os.symlink("nowhere.yaml", tmp_path / "c.yaml")
    done = asklint("check", *ALL, ".", cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0].startswith("b.yaml:6:3: error[host-network]")
    assert "a.yaml: it is a binary file" in done.stdout
    assert "c.yaml: no such file or directory" in done.stdout


def test_file_that_may_not_be_read(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "b.yaml": ERROR, "shut/c.yaml": ERROR})
    (tmp_path / "a.yaml").chmod(0)
    (tmp_path / "shut").chmod(0)
    try:
        done = asklint("check", *ALL, ".", cwd=tmp_path, preexec_fn=unprivileged)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert done.returncode == 2
    assert "b.yaml:6:3: error[host-network]" in done.stdout
    assert "a.yaml: permission denied" in done.stdout
    assert "shut: permission denied" in done.stdout


# ---- standard input


def test_check_reads_standard_input(tmp_path):
    done = asklint("check", *ALL, "-", "--stdin-filename", "deploy/web.yaml", cwd=tmp_path, stdin=ERROR)
    assert done.returncode == 1
    assert done.stdout.startswith("deploy/web.yaml:6:3: error[host-network]")
    done = asklint("check", *ALL, "-", cwd=tmp_path, stdin=ERROR)
    assert done.stdout.startswith("<stdin>:6:3: error[host-network]")


BARE = "---\n# Source: shop/templates/web.yaml\n# a licence\n"


@pytest.mark.parametrize(
    ("stdin", "words", "status", "out"),
    [
        pytest.param(ERROR, ("--unsafe",), 0, MENDED, id="fixed"),
        pytest.param(ERROR, (), 0, ERROR, id="an error stays: the stream is what counts"),
        pytest.param(ERROR, ("--fail-on", "error"), 1, ERROR, id="an error stays, and was asked for"),
        pytest.param(STAYS, ("--unsafe", "--fail-on", "never"), 0, STAYS, id="nothing fails"),
        pytest.param("", (), 0, "---\n", id="nothing in, an empty document out"),
        pytest.param(BARE, ("--fail-on", "error"), 0, BARE, id="a chart without objects passes"),
        pytest.param("# nothing\n", (), 0, "# nothing\n", id="nothing to check passes through"),
        pytest.param("# nothing\n", ("--fail-on", "error"), 2, "", id="nothing to check, asked as check is"),
        pytest.param("a: [\n", (), 0, "a: [\n", id="what is no manifest passes through"),
        pytest.param(ERROR, ("--unsafe", "--check"), 1, "", id="check: it would change"),
        pytest.param(GOOD, ("--check",), 0, "", id="check: nothing would change"),
        pytest.param(b"\xef\xbb\xbf" + ERROR.encode(), ("--unsafe",), 0, "\ufeff" + MENDED, id="a mark is kept"),
        pytest.param(ERROR.replace("\n", "\r\n"), ("--unsafe",), 0, MENDED.replace("\n", "\r\n"), id="CRLF is kept"),
        pytest.param(b"\0\1", (), 2, "", id="binary"),
    ],
)
def test_fix_writes_the_stream(tmp_path, stdin, words, status, out):
    done = asklint("fix", *ALL, "-", *words, cwd=tmp_path, stdin=stdin)
    assert (done.returncode, done.stdout) == (status, out), done.stderr
    assert done.stderr  # the report
    assert held(tmp_path) == {}


def test_stream_that_cannot_be_decoded_passes_through(tmp_path):
    raw = ERROR.encode().replace(b"one hop", b"one \xff hop")
    done = subprocess.run(
        [ASKLINT, "fix", *ALL, "--unsafe", "-"], cwd=tmp_path, input=raw, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, raw)
    assert b"is not valid UTF-8" in done.stderr


def test_stream_as_a_diff(tmp_path):
    done = asklint("fix", *ALL, "-", "--unsafe", "--diff", "--stdin-filename", "web.yaml", cwd=tmp_path, stdin=ERROR)
    assert done.returncode == 0
    assert done.stdout.startswith("--- a/web.yaml\n+++ b/web.yaml\n@@ -3,7 +3,6 @@\n")
    assert "-  hostNetwork: true  # one hop less\n" in done.stdout
    assert "host-network" in done.stderr


def test_nobody_reads_on(tmp_path):
    """A closed pipe ends the run without a word of Python's."""
    scene(tmp_path, {f"{index}.yaml": ERROR for index in range(200)})
    with subprocess.Popen(
        [ASKLINT, "check", *ALL, "."], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) != 0


def test_output_that_cannot_be_written(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [ASKLINT, "check", "a.yaml"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert (done.returncode, done.stderr) == (2, b"asklint: the output cannot be written: no space left on device\n")


def test_letters_that_the_terminal_lacks(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    done = asklint("check", *ALL, "--lang", "zh", "a.yaml", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert "host-network" in done.stdout


# ---- fix: diff, check, out


def test_diff_is_a_patch_on_standard_output_alone(tmp_path):
    """`git apply` and patch(1) take it; the report goes to standard error."""
    scene(tmp_path, {"a/web.yaml": ERROR, "b.yaml": WARNING.rstrip("\n"), "c.yaml": GOOD})
    done = asklint("fix", *ALL, "--unsafe", "--diff", ".", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == (
        "--- a/b.yaml\n+++ b/b.yaml\n@@ -3,5 +3,4 @@\n metadata:\n   name: settings\n data:\n-  color: red\n"
        "   color: blue\n\\ No newline at end of file\n"
        "--- a/a/web.yaml\n+++ b/a/web.yaml\n@@ -3,7 +3,6 @@\n metadata:\n   name: web\n spec:\n"
        "-  hostNetwork: true  # one hop less\n   containers:\n     - name: web\n       image: registry.example/web:1\n"
    )
    assert "would fix 2 findings" in done.stderr
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply"], cwd=tmp_path, input=done.stdout, text=True, check=True)
    assert (tmp_path / "a/web.yaml").read_text() == MENDED
    assert (tmp_path / "b.yaml").read_text() == SAFE.rstrip("\n")


def test_check_only_says_what_would_change(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    done = asklint("fix", *ALL, "--unsafe", "--check", ".", cwd=tmp_path)
    assert (done.returncode, "would fix 1 finding: 1 host-network" in done.stdout) == (1, True), done.stdout
    assert "written" not in done.stdout


def test_fix_names_what_it_wrote_and_what_to_mind(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "b.yaml": GOOD, "c.yaml": STAYS})
    done = asklint("fix", *ALL, "--unsafe", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "fixed 1 finding: 1 host-network" in done.stdout
    assert "written: a.yaml\n" in done.stdout
    assert "mind: host-network:" in done.stdout
    assert "c.yaml:2:1: error[daemonset]" in done.stdout


def test_out_is_a_mirror(tmp_path):
    """Every file that was read is there under its name, changed or not, and the originals stay as they are."""
    files = {
        "src/a.yaml": ERROR,
        "src/deep/b.yaml": GOOD.replace("\n", "\r\n"),
        "src/chart/Chart.yaml": "name: c\n",
        "src/chart/templates/t.yaml": TEMPLATE,
        "src/broken.yaml": "a: [\n",
        "src/latin.yaml": ERROR.encode() + b"# \xe9\n",
    }
    scene(tmp_path, files)
    done = asklint("fix", *ALL, "--unsafe", "src", "--out", "new", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr  # latin.yaml cannot be edited
    out = held(tmp_path / "new")
    assert out.pop("src/a.yaml") == MENDED
    assert out == {name: text for name, text in held(tmp_path).items() if name in files and name != "src/a.yaml"}
    assert held(tmp_path / "src") == {name.removeprefix("src/"): text for name, text in _texts(files).items()}


def _texts(files):
    return {
        name: text if isinstance(text, str) else text.decode("utf-8", "surrogateescape")
        for name, text in sorted(files.items())
    }


def test_out_leaves_excluded_files_out(tmp_path):
    scene(tmp_path, {"src/a.yaml": ERROR, "src/vendor/b.yaml": ERROR, ".asklint.yaml": "exclude: [vendor/]\n"})
    done = asklint("fix", *ALL, "--unsafe", "src", "--out", "new", cwd=tmp_path)
    assert done.returncode == 0
    assert held(tmp_path / "new") == {"src/a.yaml": MENDED}


def test_out_below_what_is_read_is_not_read_itself(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    for _ in range(2):
        assert asklint("fix", *ALL, "--unsafe", ".", "--out", "new", cwd=tmp_path).returncode == 0
    assert held(tmp_path) == {"a.yaml": ERROR, "new/a.yaml": MENDED}


def test_out_cannot_be_escaped(tmp_path):
    """Absolute paths lose their root, and `..` its meaning."""
    scene(tmp_path, {"work/in/a.yaml": ERROR, "other/b.yaml": ERROR})
    done = asklint(
        *("fix", *ALL, "--unsafe", "--out", "new", "in/../in/a.yaml", "../other", tmp_path / "work" / "in" / "a.yaml"),
        cwd=tmp_path / "work",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    absolute = asklint("fix", *ALL, "--unsafe", "--out", "new2", tmp_path / "other/b.yaml", cwd=tmp_path / "work")
    assert absolute.returncode == 0
    below = f"work/new2{tmp_path / 'other/b.yaml'}"
    assert held(tmp_path) == {
        "work/in/a.yaml": ERROR,
        "other/b.yaml": ERROR,
        "work/new/in/a.yaml": MENDED,
        "work/new/other/b.yaml": MENDED,
        below: MENDED,
    }


def test_out_never_puts_two_files_in_one_place(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "sub/a.yaml": GOOD})
    done = asklint("fix", "a.yaml", "../a.yaml", "--out", "new", cwd=tmp_path / "sub")
    assert done.returncode == 2
    assert "a.yaml and ../a.yaml would both be written to new/a.yaml" in done.stderr
    assert not (tmp_path / "sub/new").exists()


# ---- choosing


def test_select_and_ignore(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "b.yaml": WARNING})

    def rules(*words: str) -> set[str]:
        done = asklint("check", *words, "--format", "json", ".", cwd=tmp_path)
        return {finding["rule"] for finding in json.loads(done.stdout)["findings"]}

    everything = rules()
    assert {"host-network", "duplicate-key"} <= everything
    assert rules("--select", "host-network") == {"host-network"}
    assert rules("--select", "host") == {"host-network"}
    assert rules("--select", "host", "--select", "duplicate-key") == {"host-network", "duplicate-key"}
    assert rules("--ignore", "host-network") == everything - {"host-network"}
    assert rules("--select", "host", "--select", "api", "--ignore", "api") == {"host-network"}
    assert rules("--select", "duplicate-key", "--ignore", "api") == {"duplicate-key"}  # its name outweighs its category
    assert rules("--select", "api", "--ignore", "duplicate-key") == set()


def test_target(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    assert asklint("check", *ALL, "--target", "acs", ".", cwd=tmp_path).returncode == 0  # a warning there
    assert "(target acs)" in asklint("check", *ALL, "--target", "acs", ".", cwd=tmp_path).stdout


def test_language(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    english = asklint("check", *ALL, "a.yaml", cwd=tmp_path, env={"LC_ALL": "C.UTF-8"})
    chinese = asklint("check", *ALL, "a.yaml", "--lang", "zh", cwd=tmp_path)
    assert "and there is no node network to join" in english.stdout
    assert "错误" in chinese.stdout
    assert "no node network" not in chinese.stdout
    assert asklint("check", *ALL, "a.yaml", cwd=tmp_path, env={"LC_ALL": "zh_CN.UTF-8"}).stdout == chinese.stdout
    said = {"LC_ALL": "zh_CN.UTF-8"}
    assert asklint("check", *ALL, "a.yaml", "--lang", "en", cwd=tmp_path, env=said).stdout == english.stdout


# ---- what is shown


def test_skipped_are_counted_by_reason(tmp_path):
    scene(
        tmp_path,
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "chart/values.yaml": "image: web\n",
            "chart/values-prod.yaml": "image: web\n",
            "chart/templates/a.yaml": TEMPLATE,
            "chart/templates/plain.yaml": GOOD,
            "app/kustomization.yaml": "resources: [base.yaml]\npatches: [{path: patch.yaml}]\n",
            "app/base.yaml": GOOD,
            "app/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
            "sealed.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: ENC}\nsops: {mac: ENC}\n",
            "ci.yaml": "on: push\njobs: {}\n",
            "package.json": '{"name": "web"}\n',
            "notes.yaml": "- : : [\n",
            "nothing.yaml": "# nothing\n",
        },
    )
    done = asklint("check", *ALL, "--format", "json", ".", cwd=tmp_path)
    assert done.returncode == 0
    summary = json.loads(done.stdout)["summary"]
    assert (summary["files"], summary["objects"]) == (13, 2)
    assert summary["skipped"] == {
        "chart-file": 1,
        "empty": 1,
        "helm-template": 1,
        "kustomization": 1,
        "kustomize-patch": 1,
        "not-kubernetes": 2,
        "sops-encrypted": 1,
        "unreadable": 1,
        "values-file": 2,
    }
    shown = asklint("check", *ALL, ".", cwd=tmp_path).stdout
    for part in ("1 Helm template", "2 Helm values files", "1 kustomize patch", "1 document encrypted by SOPS"):
        assert part in shown


def test_lists_json_and_streams(tmp_path):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}, "spec": {"hostNetwork": True}}
    scene(
        tmp_path,
        {
            "list.yaml": "apiVersion: v1\nkind: List\nitems:\n- " + ERROR.replace("\n", "\n  ").rstrip() + "\n",
            "one.json": json.dumps(pod, indent=2) + "\n",
            "stream.json": json.dumps(pod) + "\n" + json.dumps(pod) + "\n",
            "many.yaml": f"{GOOD}---\nkind: Pod\napiVersion: v1\nspec: {{a: b: c}}\n---\n{ERROR}",
        },
    )
    done = asklint("check", *ALL, "--format", "json", ".", cwd=tmp_path)
    report = json.loads(done.stdout)
    found = [(one["file"], one["line"], one["rule"], one["pointer"]) for one in report["findings"]]
    assert found == [
        ("list.yaml", 9, "host-network", "/spec/hostNetwork"),
        ("many.yaml", 10, "yaml-syntax", None),
        ("many.yaml", 17, "host-network", "/spec/hostNetwork"),
        ("one.json", 8, "host-network", "/spec/hostNetwork"),
        ("stream.json", 1, "host-network", "/spec/hostNetwork"),
        ("stream.json", 2, "host-network", "/spec/hostNetwork"),
    ]
    assert report["summary"]["objects"] == 6
    assert report["findings"][0]["object"] == {"apiVersion": "v1", "kind": "Pod", "namespace": None, "name": "web"}
    fixed = asklint("fix", *ALL, "--unsafe", ".", cwd=tmp_path)
    assert fixed.returncode == 1  # what is broken stays
    del pod["spec"]["hostNetwork"]
    assert json.loads((tmp_path / "one.json").read_text()) == pod
    assert (tmp_path / "stream.json").read_text() == 2 * (json.dumps(pod) + "\n")
    assert (tmp_path / "many.yaml").read_text().endswith(MENDED)
    assert "hostNetwork" not in (tmp_path / "list.yaml").read_text()


def test_report_goes_to_a_file(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    done = asklint("check", *ALL, "a.yaml", "--format", "json", "--output", "out/report.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((tmp_path / "out/report.json").read_text())["summary"]["errors"] == 1
    done = asklint("check", *ALL, "a.yaml", "--output", "a.yaml/report", cwd=tmp_path)
    assert (done.returncode, "a.yaml/report: cannot be written" in done.stderr) == (2, True)
    done = asklint("check", *ALL, "a.yaml", "--output", "/dev/stderr", cwd=tmp_path)
    assert (done.returncode, done.stdout, "host-network" in done.stderr) == (1, "", True)


def test_version_and_help(tmp_path):
    from asklint import __version__

    assert asklint("--version", cwd=tmp_path).stdout == f"asklint {__version__}\n"
    helped = asklint("check", "--help", cwd=tmp_path)
    assert (helped.returncode, "--fail-on" in helped.stdout) == (0, True)


def test_the_list_of_commands_cuts_no_word(tmp_path):
    listed = asklint("--help", cwd=tmp_path).stdout
    assert "..." not in listed.partition("Commands:")[2]
    assert "asklint fix" in listed


OPTIONS = {
    "service-nodeport": ["- `to` (`LoadBalancer | ClusterIP | Ingress`; not set by default): what a NodePort"],
    "flexvolume": [
        "- `to` (`keep | csi | nfs`; default keep): ",
        "- `disks` (`{KEY: {size, zone}, …}`; not set by default)",
    ],
    "log-agents": ["- `objects` (`[{name, namespace, to, selector}, …]`; not set by default): single"],
    "network-policy": ["- `installed` (`true | false`; default false): "],
    "resources-rounding": ["- `region` (not set by default): ", "- `least-spare` (default 25): "],
}


@pytest.mark.parametrize("rule", OPTIONS)
def test_the_page_of_a_rule_says_what_its_options_take(tmp_path, rule):
    told = asklint("rule", rule, cwd=tmp_path).stdout
    assert f"Set in .asklint.yaml: `options: {{{rule}: {{" in told
    for line in OPTIONS[rule]:
        assert f"\n{line}" in told


def test_options_speak_chinese_on_the_page(tmp_path):
    told = asklint("rule", "service-nodeport", "--lang", "zh", cwd=tmp_path).stdout
    assert "\n- `address-type`（`intranet | internet`；默认 intranet）：代替 NodePort 的" in told


def test_the_page_of_a_rule_says_each_fix_once(tmp_path):
    fixes = asklint("rule", "service-nodeport", cwd=tmp_path).stdout.partition("## fix\n")[2].partition("\n## ")[0]
    lines = [line for line in fixes.splitlines() if line]
    assert len(lines) == len({*lines}) > 5


def test_rules_rule_and_matrix(tmp_path):
    assert "host-network" in asklint("rules", cwd=tmp_path).stdout
    page = asklint("rule", "host-network", cwd=tmp_path)
    assert (page.returncode, "there is no node network" in page.stdout) == (0, True)
    assert "https://help.aliyun.com" in page.stdout
    assert "host-network" in asklint("matrix", cwd=tmp_path).stdout
    assert "host-network" in asklint("matrix", "--diff", "ask", "acs", cwd=tmp_path).stdout


# ---- many files


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """250 files of every sort, more than one process takes."""
    kinds = [ERROR, GOOD, WARNING, INFO, STAYS, "a: 1\n", f"{GOOD}---\n{ERROR}", "a: b: c\n"]
    folder = tmp_path_factory.mktemp("crowd")
    files = {f"{index % 9}/{index % 4}/{index:03}.yaml": kinds[index % len(kinds)] for index in range(250)}
    return scene(folder, {**files, "2/binary.yaml": b"\0"})


def test_one_process_many_and_the_cache_say_the_same(crowd, tmp_path):
    words = ("check", "--format", "json", crowd)
    serial = asklint(*words, "--jobs", "1", "--no-cache", cwd=tmp_path)
    assert serial.returncode == 2  # a binary file
    assert len(json.loads(serial.stdout)["findings"]) > 150
    files = [finding["file"] for finding in json.loads(serial.stdout)["findings"]]
    assert files == sorted(files)
    parallel = asklint(*words, "--jobs", "3", "--no-cache", cwd=tmp_path)
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    filled = asklint(*words, "--jobs", "2", cwd=tmp_path, env=env)
    cached = asklint(*words, cwd=tmp_path, env=env)
    assert parallel.stdout == serial.stdout
    assert filled.stdout == serial.stdout
    assert cached.stdout == serial.stdout


def test_fix_in_one_process_or_many(crowd, tmp_path):
    reports = []
    for jobs in (1, 3):
        done = asklint("fix", "--unsafe", "--jobs", jobs, crowd, "--out", f"new{jobs}", cwd=tmp_path)
        assert done.returncode == 2  # a binary file
        reports.append(done.stdout.replace(f"new{jobs}", "new"))
    assert reports[0] == reports[1]
    assert held(tmp_path / "new1") == held(tmp_path / "new3")
    assert len(held(tmp_path / "new1")) == 250


@pytest.mark.parametrize("command", ["check", "fix"])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("send", "number", "status"),
    [(os.killpg, signal.SIGINT, 130), (os.killpg, signal.SIGTERM, 143), (os.kill, signal.SIGTERM, 143)],
    ids=["ctrl-c", "group-terminated", "terminated"],
)
def test_interrupted(tmp_path, command, jobs, send, number, status):
    """Ctrl-C reaches the whole group, SIGTERM all or one: one line, no traceback, nobody left, nothing half written."""
    many = {f"{index:04}.yaml": "---\n".join([ERROR, STAYS, GOOD] * 40) for index in range(300)}
    scene(tmp_path, many)
    process = subprocess.Popen(
        [ASKLINT, command, "--jobs", str(jobs), "--no-cache", *(["--unsafe"] if command == "fix" else []), "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # ignored where the tests run in the background, and a child would inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        _wait_until_at_work(process, jobs)
        send(process.pid, number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    said = err.decode().strip()
    assert (process.returncode, out) == (status, b""), said
    assert said == "asklint: interrupted; files already written are whole, all others as they were"
    before, after = many["0000.yaml"], many["0000.yaml"].replace("  hostNetwork: true  # one hop less\n", "")
    texts = held(tmp_path)
    assert set(texts) == set(many)  # and nothing beside them
    assert set(texts.values()) <= {before, after}
    assert before in texts.values()
    _wait_until_gone(process.pid)


def test_terminated_while_files_are_written(tmp_path):
    """The file that is being written is put away: what is there is old or new, and nothing else."""
    pod = ERROR.replace("  containers", "  # " + "x" * 100_000 + "\n  containers")
    old, new = pod, pod.replace("  hostNetwork: true  # one hop less\n", "")
    files = scene(tmp_path / "many", {f"{index:04}.yaml": pod for index in range(300)})
    words = ("fix", "--unsafe", "--select", "host-network", "--jobs", "1", ".")
    process = subprocess.Popen([ASKLINT, *words], cwd=files, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        first = files / "0000.yaml"
        while process.poll() is None and first.stat().st_size == len(old):
            time.sleep(0.001)
        process.terminate()
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err.decode().count("\n")) == (143, 1), err.decode()
    texts = held(files)
    assert set(texts) == {f"{index:04}.yaml" for index in range(300)}
    assert set(texts.values()) == {old, new}


def _wait_until_at_work(process, jobs):
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if len(_group(process.pid)) > jobs if jobs > 1 else _busy(process.pid):
            return
        time.sleep(0.01)
    pytest.fail("it was over before it was interrupted")


def _busy(pid):
    """Whether the process has used its processor for so long that it is past its start."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) > 0.7 * os.sysconf("SC_CLK_TCK")


def _group(pid):
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.getpgid(int(name)) == pid:
                found.append(int(name))
        except ProcessLookupError:
            continue
    return found


def _wait_until_gone(pid):
    until = time.monotonic() + 10
    while _group(pid):
        assert time.monotonic() < until, "processes are left behind"
        time.sleep(0.05)


@pytest.mark.parametrize("killed", ["parent", "worker"])
def test_killed(tmp_path, killed):
    """A killed process leaves no other behind, and a killed worker is told of."""
    scene(tmp_path, {f"{index:04}.yaml": "---\n".join([ERROR, STAYS, GOOD] * 40) for index in range(400)})
    process = subprocess.Popen(
        [ASKLINT, "check", "--jobs", "2", "--no-cache", "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while len(_group(process.pid)) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        workers = [pid for pid in _group(process.pid) if pid != process.pid]
        os.kill(process.pid if killed == "parent" else workers[0], signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    _wait_until_gone(process.pid)
    if killed == "worker":
        assert (process.returncode, out) == (3, b"")
        assert err == b"asklint: a process was ended from outside, as where memory is short; try --jobs 1\n"


# ---- several targets side by side

HOST_NETWORK = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostNetwork: true\n  containers:\n  - {name: web, image: web:1}\n"
NODE_PORT = "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: NodePort\n"


@pytest.mark.parametrize("named", ["option", "config", "stream"])
def test_targets_side_by_side(tmp_path, named):
    """What both say stands once and names both; each target has its own total, and the worst decides."""
    scene(
        tmp_path,
        {"a.yaml": HOST_NETWORK + NODE_PORT, ".asklint.yaml": "target: [ask, acs]\n" if named == "config" else "{}\n"},
    )
    options = () if named == "config" else ("--target", "acs,ask")
    paths, stdin = (("-",), HOST_NETWORK + NODE_PORT) if named == "stream" else (("a.yaml",), None)
    done = asklint(
        "check",
        *options,
        "--select",
        "host-network,service-nodeport",
        "--format",
        "json",
        *paths,
        cwd=tmp_path,
        stdin=stdin,
    )
    told = json.loads(done.stdout)
    order = ["ask", "acs"] if named == "config" else ["acs", "ask"]
    assert (done.returncode, told["target"], list(told["targets"])) == (1, ",".join(order), order)
    said = {(one["rule"], one["severity"]): one["targets"] for one in told["findings"]}
    assert said[("host-network", "error")] == ["ask"]
    assert said[("host-network", "warning")] == ["acs"]
    assert sum(count["errors"] for count in told["targets"].values()) == sum(
        len(one["targets"]) for one in told["findings"] if one["severity"] == "error"
    )
    assert said[("service-nodeport", "error")] == order


def test_targets_side_by_side_for_people(tmp_path):
    scene(tmp_path, {"a.yaml": HOST_NETWORK})
    done = asklint("check", "--target", "ask,acs", "--select", "host-network", "a.yaml", cwd=tmp_path)
    assert done.stdout == (
        "a.yaml:6:3: error[host-network] (ask) spec.hostNetwork is set, and there is no node network to join [fix: unsafe]\n"
        "a.yaml:6:3: warning[host-network] (acs) spec.hostNetwork is set, and there is no node network to join [fix: unsafe]\n"
        "1 error in 1 object of 1 file (target ask)\n1 fixable: asklint fix --unsafe PATH\n"
        "1 warning in 1 object of 1 file (target acs)\n1 fixable: asklint fix --target acs --unsafe PATH\n"
    )
