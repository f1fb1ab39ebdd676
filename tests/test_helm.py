"""Charts: which are rendered, with what, and where in their templates the findings stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from pathlib import Path

import pytest
from kit import asklint, held, scene
from test_settle import ACCOUNT, EXPORTER

from asklint.inputs import helm
from asklint.inputs.rendered import CannotRender, Chart

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: {{ .Values.host }}
  containers:
  - {name: web, image: "x:1"}
"""
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "shop"
BARE = {"PATH": "/nowhere"}  # no helm on it


@pytest.fixture(params=["helm", "library"])
def engine(request, monkeypatch):
    """Both that render: the program, and the package of asklint[helm]."""
    if request.param == "library":
        monkeypatch.setattr(helm.program, "find", lambda name: None)
    elif shutil.which("helm") is None:
        pytest.skip("there is no helm on PATH (python scripts/tools.py DIR brings it)")


def chart(folder: Path, templates: dict[str, str], values: str = "host: true\n") -> str:
    files = {f"shop/templates/{name}": text for name, text in templates.items()}
    scene(folder, {"shop/Chart.yaml": CHART, "shop/values.yaml": values, **files})
    return str(folder / "shop")


def origins(
    folder: Path, templates: dict[str, str], values: str = "host: true\n"
) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Each rendered line that is not empty, with the number of the template's line that made it, and its values."""
    found = {}
    for one in helm.render(Chart(chart(folder, templates, values))):
        for text, line in zip(one.text.split("\n"), one.lines, strict=False):
            if text.strip() and not text.startswith(("---", "# Source")):
                found[text.strip()] = (line.number, line.values) if line else (0, ())
    return found


# -- lines


def test_each_line_is_that_of_its_template(tmp_path, engine):
    text = """\
kind: A
{{- /* a comment
with }} lines */}}
{{- if .Values.host }}
one: 1
{{- else }}
two: 2
{{- end }}
three: {{ .Values.three | quote }}
{{- with .Values.map }}
map:
  {{- toYaml . | nindent 2 }}
{{- end }}
list:
{{- range .Values.list }}
- {{ . }}
{{- end }}
block: |
  text # no mark
"""
    values = "host: true\nthree: x\nmap: {a: 1, b: 2}\nlist: [p, q]\n"
    assert origins(tmp_path, {"a.yaml": text}, values) == {
        "kind: A": (1, ()),
        "one: 1": (5, (".Values.host",)),
        'three: "x"': (9, (".Values.three",)),
        "map:": (11, (".Values.map",)),
        "a: 1": (12, (".Values.map",)),
        "b: 2": (12, (".Values.map",)),
        "list:": (14, ()),
        "- p": (16, (".Values.list",)),
        "- q": (16, (".Values.list",)),
        "block: |": (18, ()),
        "text # no mark": (19, ()),
    }


def test_a_checksum_does_not_hide_its_neighbours(tmp_path, engine):
    first = 'kind: A\nsum: {{ include (print $.Template.BasePath "/b.yaml") . | sha256sum }}\nchance: {{ randAlpha 9 }}\nend: 1\n'
    found = origins(tmp_path, {"a.yaml": first, "b.yaml": "kind: B\nx: 1\n"})
    lines = {text.split(":")[0]: number for text, (number, _) in found.items()}
    assert {name: lines[name] for name in ("sum", "chance", "end", "x")} == {"sum": 2, "chance": 3, "end": 4, "x": 2}


def test_a_helper_s_lines_are_those_that_include_it(tmp_path, engine):
    helper = '{{- define "labels" -}}\napp: web\nname: {{ include "name" . }}\n{{- end }}\n{{- define "name" -}}\nshop\n{{- end }}\n'
    text = 'kind: A\nlabels:\n  {{- include "labels" . | nindent 2 }}\nname: {{ include "name" . }}-x\n'
    assert origins(tmp_path, {"_h.tpl": helper, "a.yaml": text}) == {
        "kind: A": (1, ()),
        "labels:": (2, ()),
        "app: web": (3, ()),
        "name: shop": (3, ()),
        "name: shop-x": (4, ()),
    }


def test_what_is_not_proven_is_not_told(tmp_path, engine):
    """The line looks at its own template: marked, it writes something else."""
    text = (
        'kind: A\n{{- if contains "#asklint" (.Files.Get "x" | cat (include "h" .)) }}\nmore: 1\n{{- end }}\nend: 1\n'
    )
    found = origins(tmp_path, {"_h.tpl": '{{- define "h" }}\nkey: 1\n{{- end }}\n', "a.yaml": text})
    assert found == {"kind: A": (0, ()), "end: 1": (0, ())}


@pytest.mark.parametrize(
    ("marked", "numbers"), [("b: 1", {0}), ("a: 2", {1, 2, 3})], ids=["another key", "another value"]
)
def test_lines_that_differ(tmp_path, engine, marked, numbers):
    """As many lines, and one of them says something else once the helper bears a mark; a value alone may be chance."""
    text = f'kind: A\n{{{{ if contains "#asklint" (include "h" .) }}}}{marked}{{{{ else }}}}a: 1{{{{ end }}}}\nend: 1\n'
    found = origins(tmp_path, {"_h.tpl": '{{- define "h" }}\nkey: 1\n{{- end }}\n', "a.yaml": text})
    assert list(found) == ["kind: A", "a: 1", "end: 1"]
    assert {number for number, _ in found.values()} == numbers


def test_linked_templates_are_traced(tmp_path, engine):
    """Helm follows links, wherever they lead; what they lead to has lines as well."""
    scene(tmp_path, {"far/web.yaml": POD, "far/deep/job.yaml": POD.replace("web", "job")})
    folder = chart(tmp_path, {"own.yaml": POD.replace("web", "own")})
    os.symlink("../../far/web.yaml", Path(folder, "templates/web.yaml"))
    os.symlink("../../far/deep", Path(folder, "templates/deep"))
    lines = {one.name.removeprefix(folder): one.lines[5] for one in helm.render(Chart(folder))}
    assert {name: line and line.number for name, line in lines.items()} == {
        "/templates/deep/job.yaml": 4,
        "/templates/own.yaml": 4,
        "/templates/web.yaml": 4,
    }


def test_links_that_helm_ignores_are_not_followed_for_ever(tmp_path, engine, monkeypatch):
    folder = chart(tmp_path, {"web.yaml": POD})
    os.symlink(".", Path(folder, "templates/here"))
    os.symlink("..", Path(folder, "templates/up"))
    Path(folder, ".helmignore").write_text("templates/here\ntemplates/up\n")
    assert [line and line.number for line in helm.render(Chart(folder))[0].lines[5:7]] == [4, 5]
    monkeypatch.setattr(helm, "_LARGEST", 10)  # where such a link leads to a whole disk
    assert helm.render(Chart(folder))[0].lines[5] is None


def test_template_that_is_not_utf_8(tmp_path, engine):
    """A byte in a comment of Helm's, as editors of old leave it, which does not reach the manifest."""
    folder = chart(tmp_path, {"web.yaml": POD})
    Path(folder, "templates/web.yaml").write_bytes(b"{{/* caf\xe9 */}}\n" + POD.encode())
    for style in ("concise", "json", "rich"):
        done = asklint("check", "--select", "host-network", "--format", style, folder, cwd=tmp_path)
        assert (done.returncode, "host-network" in done.stdout) == (1, True), done.stderr


def test_templates_of_windows(tmp_path, engine):
    found = origins(tmp_path, {"a.yaml": "kind: A\r\nx: 1\r\n"})
    assert found == {"kind: A": (1, ()), "x: 1": (2, ())}


def test_an_action_of_two_lines_leaves_open_what_it_wrote(tmp_path, engine):
    """Its first line bears no mark, so what stands before a mark may be its work."""
    text = 'kind: A\nlast: {{ printf "%s"\n  .Values.x }}\n{{ toYaml .Values.map }}\n'
    assert origins(tmp_path, {"a.yaml": text}, "x: p\nmap: {a: 1, b: 2}\n") == {
        "kind: A": (1, ()),
        "last: p": (3, (".Values.x",)),
        "a: 1": (0, ()),
        "b: 2": (4, (".Values.map",)),
    }


def test_subcharts(tmp_path, engine):
    folder = chart(tmp_path, {"a.yaml": "kind: A\n"})
    scene(
        tmp_path / "shop/charts/sub",
        {"Chart.yaml": CHART.replace("shop", "sub"), "templates/b.yaml": "# one\nkind: B\n"},
    )
    found = helm.render(Chart(folder))
    assert [Path(one.name).relative_to(folder).as_posix() for one in found] == [
        "charts/sub/templates/b.yaml",
        "templates/a.yaml",
    ]
    assert [line.number for line in found[0].lines if line] == [1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": ("https://example.invalid/values.yaml",)}, "there is no values file https://example.invalid"),
        ({"sets": ("a",)}, 'key "a" has no value'),
        ({"values": ("broken.yaml",)}, "broken.yaml|YAML|yaml"),
    ],
)
def test_what_does_not_render_is_said(tmp_path, engine, monkeypatch, change, said):
    monkeypatch.chdir(scene(tmp_path, {"broken.yaml": "a: [\n"}))
    with pytest.raises(CannotRender, match=said):
        helm.render(Chart(chart(tmp_path, {"a.yaml": POD}), **change))


def test_a_missing_dependency_is_not_fetched(tmp_path, engine):
    folder = chart(tmp_path, {"a.yaml": POD})
    needs = "dependencies:\n- {name: sub, version: 1.0.0, repository: 'https://example.invalid'}\n"
    (tmp_path / "shop/Chart.yaml").write_text(CHART + needs)
    with pytest.raises(CannotRender, match="helm dependency build"):
        helm.render(Chart(folder))


def test_values_are_merged_as_helm_does(tmp_path, engine):
    text = "kind: A\n{{- range $k, $v := .Values.m }}\n{{ $k }}: {{ $v | toJson }}\n{{- end }}\nr: {{ .Release.Name }}-{{ .Release.Namespace }}\n"
    folder = chart(tmp_path, {"a.yaml": text}, "m: {a: 1, b: {c: 1, d: 2}, e: [1, 2]}\n")
    files = tuple(str(tmp_path / name) for name in ("one.yaml", "two.yaml"))
    scene(tmp_path, {"one.yaml": "m: {a: 2, b: {c: 2}}\n", "two.yaml": "m: {e: [3]}\n"})
    (one,) = helm.render(Chart(folder, files, ("m.b.d=9", "m.f=x"), "rel", "ns"))
    lines = one.text.splitlines()
    assert lines[3:] == ["a: 2", 'b: {"c":2,"d":9}', "e: [3]", 'f: "x"', "r: rel-ns"]


# -- runs


def test_nothing_renders_without_helm(tmp_path):
    chart(tmp_path, {"a.yaml": POD})
    stub = scene(tmp_path / "stub", {"helm_python.py": "raise ImportError\n"})
    env = {**BARE, "PYTHONPATH": str(stub)}
    named = asklint("check", "shop", cwd=tmp_path, env=env)
    assert named.returncode == 2
    assert "pip install 'asklint[helm]'" in named.stdout
    walked = asklint("check", ".", "--allow-empty", cwd=tmp_path, env=env)
    assert (walked.returncode, "1 Helm template" in walked.stdout) == (0, True)


def test_a_chart_on_the_way_is_not_rendered(tmp_path):
    chart(tmp_path, {"a.yaml": POD})
    scene(tmp_path, {"b.yaml": POD.replace("{{ .Values.host }}", "false")})
    done = asklint("check", ".", "--select", "host-network", cwd=tmp_path)
    assert (done.returncode, "not checked: 1 Helm chart file, 1 Helm template, 1 Helm values file" in done.stdout) == (
        0,
        True,
    )


def test_a_chart_that_is_named_is_rendered(tmp_path):
    chart(tmp_path, {"a.yaml": POD, "off.yaml": "{{ if not .Values.host }}\n" + POD + "{{ end }}\n"})
    scene(
        tmp_path / "shop", {"values-x.yaml": "host: false\n", "crds/c.yaml": POD.replace("{{ .Values.host }}", "true")}
    )
    done = asklint("check", "shop", "--format", "json", "--select", "host-network", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["summary"]["skipped"] == {"helm-template": 1, "values-file": 1}
    assert [(one["file"], one["line"], one.get("origin")) for one in told["findings"]] == [
        ("shop/crds/c.yaml", 5, None),
        ("shop/templates/a.yaml", 5, {"template": "shop/templates/a.yaml", "values": [".Values.host"], "exact": True}),
    ]
    assert asklint("check", "--select", "host-network", cwd=tmp_path / "shop").returncode == 1


def test_fix_writes_no_template(tmp_path):
    chart(tmp_path, {"a.yaml": POD, "b.yaml": POD.replace("{{ .Values.host }}", "true")})
    before = held(tmp_path)
    for words in ((), ("--diff",), ("--check",)):
        done = asklint("fix", "--unsafe", "shop", "--select", "host-network", *words, cwd=tmp_path)
        assert done.returncode == 1
        assert "not fixed: 2 findings" in done.stdout + done.stderr
        assert "+++" not in done.stdout
        assert held(tmp_path) == before
    done = asklint("fix", "--unsafe", "--out", "out", "shop", cwd=tmp_path)
    assert (done.returncode, held(tmp_path)) == (2, before)


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [
        ("hostNetwork: {{ .Values.host }}", "host: true", "the value host=false does the same"),
        (
            "{{- with .Values.sel }}\n  nodeSelector: {{ toJson . }}\n  {{- end }}",
            "sel: {disk: ssd}",
            "the value sel=null does the same",
        ),
        ("hostNetwork: true", "host: true", "change the values, or post-render"),
        (
            "hostNetwork: {{ .Values.host }}\n  shareProcessNamespace: {{ .Values.host }}",
            "host: true",
            "change the values, or post-render",
        ),
        ("hostNetwork: {{ .Values.host | default true }}", "host: true", "change the values, or post-render"),
        (
            'hostNetwork: {{ .Values.host }}{{ if not .Values.host }}{{ fail "no" }}{{ end }}',
            "host: true",
            "change the values, or post-render",
        ),
        ("hostNetwork: {{ .Values.other }}", "other: true", "change the values, or post-render"),
    ],
    ids=[
        "a boolean",
        "a mapping",
        "no value",
        "a value that does more",
        "a value that does not",
        "does not render so",
        "another template uses it",
    ],
)
def test_a_value_that_does_the_same_is_named(tmp_path, template, values, said):
    """As rendering with it shows: the same objects as the fix makes, and no other change in the chart."""
    chart(
        tmp_path,
        {
            "a.yaml": POD.replace("hostNetwork: {{ .Values.host }}", template),
            "b.yaml": "kind: B\nx: {{ .Values.other }}\n",
        },
        values,
    )
    select = ("--select", "host-network", "--select", "node-selector-custom")
    done = asklint("fix", "--unsafe", "shop", *select, cwd=tmp_path)
    assert said in done.stdout.partition("\nnot fixed: ")[2]


def test_values_of_subcharts(tmp_path):
    chart(tmp_path, {"a.yaml": "{{ if .Values.host }}\n# other\n{{ end }}\n"})
    scene(
        tmp_path / "shop/charts/sub",
        {"Chart.yaml": CHART.replace("shop", "sub"), "templates/b.yaml": POD, "values.yaml": "host: true\n"},
    )
    done = asklint("fix", "--unsafe", "shop", "--select", "host-network", cwd=tmp_path)
    assert "the value sub.host=false does the same" in done.stdout


@pytest.mark.parametrize("option", ["--values", "--set", "--release", "--namespace"])
def test_options_of_charts_need_one(tmp_path, option):
    done = asklint("check", option, "x=1", ".", cwd=scene(tmp_path, {"a.yaml": "a: 1\n"}))
    assert (done.returncode, "name the folder of one" in done.stderr) == (2, True)


def test_config_names_charts(tmp_path):
    chart(tmp_path, {"a.yaml": POD}, "host: false\n")
    config = "helm:\n- chart: shop\n- {chart: shop, values: [on.yaml]}\n- {chart: shop, set: [host=true]}\n"
    scene(tmp_path, {".asklint.yaml": config, "on.yaml": "host: true\n"})
    only = ("--select", "host-network", "--format", "concise")
    for where in (".", "shop"):
        done = asklint("check", where, *only, cwd=tmp_path)
        assert done.stdout.count("error[host-network]") == 1  # two sets of values say the same
    assert asklint("check", "on.yaml", "--allow-empty", *only, cwd=tmp_path).returncode == 0
    given = asklint("check", "shop", "--set", "host=false", *only, cwd=tmp_path)
    assert given.returncode == 0  # what is given counts in the place of the config


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{chart: none}", ".asklint.yaml:2: helm[0].chart: there is no chart in none"),
        ("{chart: shop, values: [none.yaml]}", ".asklint.yaml:2: helm[0].values[0]: there is no file none.yaml"),
        ("{chart: shop, value: [x]}", ".asklint.yaml:2: helm[0].value: there is no such key; did you mean values?"),
    ],
)
def test_config_that_is_wrong(tmp_path, entry, said):
    chart(tmp_path, {"a.yaml": POD})
    done = asklint("check", ".", cwd=scene(tmp_path, {".asklint.yaml": f"helm:\n- {entry}\n"}))
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_comment_in_a_template_silences(tmp_path):
    text = POD.replace("  hostNetwork", "  # asklint: ignore[host-network] agreed\n  hostNetwork")
    chart(tmp_path, {"a.yaml": text})
    done = asklint("check", "shop", "--select", "host-network", cwd=tmp_path)
    assert (done.returncode, "silenced: 1 finding" in done.stdout) == (0, True)


def test_no_secret_of_a_template_is_shown(tmp_path):
    text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  key: hunter2{{ .Values.host | ternary "" "x" }}\n  key: hunter3\n'
    chart(tmp_path, {"a.yaml": text})
    for style in ("rich", "json", "concise"):
        done = asklint("check", "shop", "--format", style, cwd=tmp_path)
        assert "duplicate-key" in done.stdout
        assert "hunter" not in done.stdout


def test_helm_is_kept_from_the_network(tmp_path):
    fake = scene(tmp_path / "bin", {"helm": '#!/bin/sh\necho "$@" > args\nenv > env\n'}) / "helm"
    fake.chmod(0o755)
    chart(tmp_path, {"a.yaml": POD})
    env = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "KUBECONFIG": "mine"}
    asklint("check", "shop", "--kubernetes-version", "1.34", "--set", "a=b", cwd=tmp_path, env=env)
    assert re.fullmatch(
        r"template release-name \S+/chart --namespace default --set a=b --kube-version 1\.34\n",
        (tmp_path / "args").read_text(),
    )
    said = (tmp_path / "env").read_text().splitlines()
    assert {"HTTPS_PROXY=http://127.0.0.1:9", "KUBECONFIG=/dev/null", "NO_PROXY="} <= set(said)


def test_a_schema_elsewhere_is_not_fetched(tmp_path, engine, monkeypatch):
    """A values schema may refer to an address; the user's own proxy would be asked for it."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, address)
        folder = chart(tmp_path, {"a.yaml": POD})
        scene(tmp_path, {"shop/values.schema.json": '{"$ref": "http://example.com/x.json"}'})
        with pytest.raises(CannotRender, match=r"example\.com/x\.json.*127\.0\.0\.1:9\b"):
            helm.render(Chart(folder))
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody called
            proxy.accept()


def test_the_library_is_no_file_of_the_folder(tmp_path):
    """What is called like a module where asklint is run is not executed."""
    folder = chart(tmp_path, {"a.yaml": POD})
    trap = f"open({str(tmp_path / 'executed')!r}, 'w')\n"
    names = ("json.py", "re.py", "yaml.py", "helm_python.py", "asklint/__init__.py", "sitecustomize.py")
    scene(tmp_path / "here", dict.fromkeys(names, trap))
    done = asklint("check", folder, "--select", "host-network", cwd=tmp_path / "here", env=BARE)
    assert (done.returncode, "host-network" in done.stdout) == (1, True), done.stdout + done.stderr
    assert not (tmp_path / "executed").exists()


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(scene(tmp_path / "tmp", {"kept": ""})))
    chart(tmp_path, {"a.yaml": POD})
    asklint("check", "shop", cwd=tmp_path)
    assert held(tmp_path / "tmp") == {"kept": ""}


# -- streams


def test_a_stream_of_helm_names_the_template(tmp_path):
    stream = f"---\n# Source: shop/templates/a.yaml\n{POD}---\n{POD}".replace("{{ .Values.host }}", "true")
    done = asklint("check", "-", "--format", "json", "--select", "host-network", cwd=tmp_path, stdin=stream)
    findings = json.loads(done.stdout)["findings"]
    assert [(one["file"], one["line"], one.get("origin")) for one in findings] == [
        ("<stdin>", 7, {"template": "shop/templates/a.yaml", "values": [], "exact": False}),
        ("<stdin>", 15, None),
    ]
    (tmp_path / "kept.yaml").write_text(stream)
    done = asklint("check", "kept.yaml", "--format", "json", "--select", "host-network", cwd=tmp_path)
    assert [one.get("origin") for one in json.loads(done.stdout)["findings"]] == [one.get("origin") for one in findings]
    said = asklint("check", "-", "--lang", "zh", "--select", "host-network", cwd=tmp_path, stdin=stream).stdout
    assert "（shop/templates/a.yaml）" in said


def test_a_rule_across_files_names_the_template(tmp_path):
    service = """\
---
# Source: shop/templates/{0}.yaml
apiVersion: v1
kind: Service
metadata:
  name: {0}
  annotations:
    service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id: lb-1
spec:
  type: LoadBalancer
  ports: [{{port: 80}}]
"""
    stream = service.format("a") + service.format("b")
    done = asklint(
        "check", "-", "--format", "json", "--select", "service-annotation-conflict", cwd=tmp_path, stdin=stream
    )
    told = {one["origin"]["template"] for one in json.loads(done.stdout)["findings"]}
    assert told == {"shop/templates/b.yaml"}


@pytest.mark.parametrize("stream", ["", "\n", "\n\n"])
@pytest.mark.parametrize("words", [(), ("--fail-on", "error")])
def test_a_release_without_objects_passes(tmp_path, stream, words):
    """Helm takes a post-renderer that writes nothing for one that failed."""
    done = asklint("fix", "-", *words, cwd=tmp_path, stdin=stream)
    assert (done.returncode, done.stdout) == (0, "---\n")


# -- fixes across files


@pytest.mark.parametrize("where", ["a/ds.yaml", "shop/templates/ds.yaml"], ids=["a file", "a template"])
def test_fixes_across_files_write_no_template(tmp_path, where):
    """What hangs on a DaemonSet stands in a template: it is told of, and stays."""
    chart(tmp_path, {"sa.yaml": ACCOUNT})
    before = held(scene(tmp_path, {where: EXPORTER, ".asklint.yaml": "helm: [{chart: shop}]\n"}))
    select = ("--select", "daemonset,orphaned", ".")
    told = json.loads(asklint("check", *select, "--format", "json", cwd=tmp_path).stdout)["findings"]
    assert {one["file"] for one in told} == {where, "shop/templates/sa.yaml"}
    assert all(bool(one["fix"]["refused"]) == one["file"].startswith("shop/") for one in told)
    done = asklint("fix", "--unsafe", *select, cwd=tmp_path)
    assert "shop/templates/sa.yaml:2:1 orphaned: one of its objects is rendered" in done.stdout or where.startswith(
        "shop/"
    )
    after = held(tmp_path)
    assert {name for name in before if before[name] != after[name]} == ({where} if where.startswith("a/") else set())
