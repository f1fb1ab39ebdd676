"""Every rule asked of every object; findings where they belong; fixes that settle and bring nothing new."""

from __future__ import annotations

import json

import pytest
from kit import ERROR, GOOD, MENDED, SAFE, STAYS, WARNING, setup
from test_rule import BASE

from asklint import engine
from asklint.rule import Rule
from asklint.source import Source


def checked(text: str, *names: str, **changes: object) -> engine.Checked:
    return engine.check(Source("a.yaml", text), setup(*names, **changes))


def fixed(text: str, *names: str, unsafe: bool = True) -> engine.Fixed:
    return engine.fix(Source("a.yaml", text), setup(*names), unsafe)


def rule(name: str, **changes: object) -> Rule:
    return Rule(name, {**BASE, **changes}, "ask", {}, "en")


# ---- places


def at(finding) -> tuple[int, int, int, int]:
    return finding.place[1:5]


def only_finding(text: str, *names: str):
    (finding,) = checked(text, *names).findings
    return finding


def test_place_is_key_and_value():
    finding = only_finding(ERROR, "host-network")
    assert (at(finding), finding.pointer) == ((6, 3, 6, 20), "/spec/hostNetwork")
    assert finding.place.excerpt == ("  hostNetwork: true  # one hop less",)
    assert finding.object == ("v1", "Pod", None, "web")


def test_place_of_a_block_is_the_whole_block():
    volume = "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n    - name: a\n      hostPath:\n        path: /x\n        type: Directory\n"
    finding = only_finding(volume, "hostpath-volume")
    assert at(finding)[:2] == (6, 7)


def test_columns_count_characters():
    text = 'apiVersion: v1\nkind: Pod\nspec: {"☂𝄞": 1, hostNetwork: true}\n'
    assert at(only_finding(text, "host-network")) == (3, 17, 3, 34)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_with_every_line_end(end):
    finding = only_finding(ERROR.replace("\n", end), "host-network")
    assert (at(finding), finding.place.excerpt) == ((6, 3, 6, 20), ("  hostNetwork: true  # one hop less",))


def test_lines_end_at_lf_alone():
    text = ERROR.replace("name: web\nspec", 'name: "a\u2028b\x85c"\nspec')
    finding = only_finding(text, "host-network")
    assert (finding.place.line, finding.place.excerpt) == (6, ("  hostNetwork: true  # one hop less",))


def test_place_of_an_alias_is_the_alias():
    text = "apiVersion: v1\nkind: Pod\nx: &on {hostNetwork: true}\nspec: *on\n"
    assert at(only_finding(text, "host-network")) == (4, 7, 4, 10)
    merged = "apiVersion: v1\nkind: Pod\nx: &on {hostNetwork: true}\nspec:\n  <<: *on\n  a: b\n"
    assert at(only_finding(merged, "host-network")) == (5, 7, 5, 10)


def test_place_of_what_is_missing_is_its_parent():
    one = rule("test", require={"at": "spec.a.b"})

    def lines(text: str) -> list[tuple[int, int, int, int]]:
        found = engine.check(Source("a.yaml", text), engine.Setup([one])).findings
        return [at(finding) for finding in found]

    head = "apiVersion: v1\nkind: Pod\n"
    assert lines(head + "spec:\n  a:\n    c: 1\n") == [(4, 3, 4, 4)]
    assert lines(head + "spec:\n  c: 1\n") == [(3, 1, 3, 5)]
    assert lines(head) == [(1, 1, 2, 10)]
    assert lines(head + "spec: {a: }\n") == [(3, 1, 3, 5)]


def test_excerpt_of_a_long_block_is_short():
    text = "apiVersion: v1\nkind: Pod\nspec:\n" + "".join(f"  k{n}: {n}\n" for n in range(50))
    (finding,) = engine.check(Source("a.yaml", text), engine.Setup([rule("test", forbid={"at": "spec"})])).findings
    assert (len(finding.place.excerpt), at(finding)) == (8, (3, 1, 53, 10))


def test_container_is_named():
    text = (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - {name: a, ports: [{hostPort: 1, containerPort: 1}]}\n"
        "  initContainers:\n    - {ports: [{hostPort: 1, containerPort: 1}]}\n  hostNetwork: true\n"
    )
    found = checked(text, "host-port", "host-network").findings
    assert [(one.place.line, one.container) for one in found] == [(5, "a"), (7, None), (8, None)]


# ---- documents


def test_findings_are_in_the_order_of_the_text():
    text = f"{STAYS}---\n{ERROR}---\n{WARNING}"
    lines = [one.place.line for one in checked(text).findings]
    assert lines == sorted(lines)
    assert len(lines) > 2


@pytest.mark.parametrize(
    ("text", "objects", "skipped"),
    [
        ("", 0, ["empty"]),
        ("# nothing\n---\n\n---\n", 0, ["empty"]),
        ("null\n", 0, ["empty"]),
        (GOOD, 1, []),
        (f"---\n{GOOD}---\n# nothing\n---\n{GOOD}", 2, []),
        ("a: 1\n", 0, ["not-kubernetes"]),
        ("- a\n---\nb\n---\n1\n", 0, ["not-kubernetes"] * 3),
        (f"a: 1\n---\n{GOOD}", 1, ["not-kubernetes"]),
        ("apiVersion: v1\nkind: List\nitems: []\n", 0, ["empty"]),
        ("kind: Secret\napiVersion: v1\nsops: {mac: a}\n", 0, ["sops-encrypted"]),
        ("kind: Secret\napiVersion: v1\nsops: {other: a}\n", 1, []),
        ("kind: A\napiVersion: kustomize.config.k8s.io/v1alpha1\n", 0, ["kustomization"]),
        ("kind: {{ .Kind }}\napiVersion: v1\n", 0, ["helm-template"]),
        ("a: b: c\n", 0, ["unreadable"]),
        ("\0", 0, ["unreadable"]),
        (f"a: b: c\n---\n{GOOD}", 1, []),
        ("kind: Pod\nmetadata: {name: a}\n", 0, ["not-kubernetes"]),
        (f"kind: Pod\nmetadata: {{name: a}}\n---\n{GOOD}", 1, []),
        (f"{GOOD}---\nkind: Pod\nmetadata: {{generateName: a}}\n", 1, ["not-kubernetes"]),
        (f"{GOOD}---\n'{{{{ .x }}}}kind': Pod\napiVersion: v1\nmetadata: {{name: a}}\n", 1, ["helm-template"]),
    ],
)
def test_what_is_counted(text, objects, skipped):
    found = checked(text)
    assert (found.objects, found.skipped) == (objects, skipped)


FLUX = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
ARGO = "apiVersion: argoproj.io/v1alpha1\nkind: Application"


@pytest.mark.parametrize(
    ("text", "charts"),
    [
        (FLUX, 1),
        (f"{FLUX}---\n{FLUX}", 2),
        ("apiVersion: helm.cattle.io/v1\nkind: HelmChart\n", 1),
        (f"{ARGO}\nspec: {{source: {{chart: web}}}}\n", 1),
        (f"{ARGO}\nspec: {{sources: [{{path: web}}, {{chart: web}}]}}\n", 1),
        (f"{ARGO}Set\nspec: {{template: {{spec: {{source: {{chart: web}}}}}}}}\n", 1),
        (f"{ARGO}\nspec: {{source: {{path: web, helm: {{}}}}}}\n", 0),
        (f"{ARGO}\nspec: [source]\n", 0),
        ("apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nspec: {chart: web}\n", 0),
    ],
)
def test_charts_that_the_cluster_renders_are_counted(text, charts):
    found = checked(text)
    assert (found.objects, found.skipped) == (text.count("kind:"), ["cluster-chart"] * charts)


def test_one_broken_document_among_others():
    text = f"{ERROR}---\nkind: Pod\napiVersion: v1\nspec: {{a: b: c}}\n---\n{ERROR}"
    found = checked(text, "host-network", "yaml-syntax").findings
    assert [(one.place.line, one.rule) for one in found] == [
        (6, "host-network"),
        (13, "yaml-syntax"),
        (20, "host-network"),
    ]
    broken = found[1]
    assert (broken.pointer, broken.object) == (None, None)


def test_encrypted_documents_are_not_touched():
    text = f"{ERROR}sops: {{mac: ENC}}\n---\n{ERROR}"
    assert fixed(text, "host-network").text == f"{ERROR}sops: {{mac: ENC}}\n---\n{MENDED}"


def test_instead_of():
    agent = STAYS.replace("registry.example/agent:1", "fluent/fluent-bit:3")
    assert [one.rule for one in checked(agent, "daemonset", "log-agents").findings] == ["log-agents"]
    assert [one.rule for one in checked(agent, "daemonset").findings] == ["daemonset"]  # nobody else speaks


def test_instead_of_holds_for_the_same_place_alone():
    setup_ = engine.Setup(
        [rule("b", forbid={"at": "spec.a"}), rule("a", forbid={"at": "spec.(a|b)"}, **{"instead-of": ["b"]})]
    )
    text = "apiVersion: v1\nkind: Pod\nspec: {a: 1, b: 2}\n---\napiVersion: v1\nkind: Pod\nspec: {b: 1}\n"
    found = engine.check(Source("a.yaml", text), setup_).findings
    assert [(one.rule, one.pointer) for one in found] == [("a", "/spec/a"), ("a", "/spec/b"), ("a", "/spec/b")]


# ---- fixing


def test_safe_and_unsafe():
    text = f"{ERROR}---\n{WARNING}"
    assert fixed(text, "host-network", "duplicate-key", unsafe=False).text == f"{ERROR}---\n{SAFE}"
    assert fixed(text, "host-network", "duplicate-key").text == f"{MENDED}---\n{SAFE}"


def test_what_a_fix_tells():
    result = fixed(f"{ERROR}---\n{STAYS}", "host-network", "daemonset")
    assert [one.rule for one in result.mended] == ["host-network"]
    assert [one.rule for one in result.before.findings] == ["host-network", "daemonset"]
    assert [one.rule for one in result.checked.findings] == ["daemonset"]
    assert result.before.findings[1].place.line == 12
    assert result.checked.findings[0].place.line == 11  # in the new text
    assert result.refused == []


def test_second_fix_changes_nothing():
    once = fixed(f"{ERROR}---\n{WARNING}---\n{STAYS}")
    again = fixed(once.text)
    assert (again.text, again.mended) == (once.text, [])


def test_text_that_may_not_be_written():
    source = Source("a.yaml", ERROR, problem="byte 5 is not valid UTF-8")
    result = engine.fix(source, setup("host-network"), unsafe=True)
    assert (result.text, result.mended) == (ERROR, [])
    (finding,) = result.checked.findings
    assert finding.fix.refused == "byte 5 is not valid UTF-8"


MAKES = {"applicability": "unsafe", "title": "t", "caveat": "c"}


def settle(text: str, *rules: Rule) -> engine.Fixed:
    return engine.fix(Source("a.yaml", text), engine.Setup(rules), unsafe=True)


def test_fix_that_brings_an_error_is_refused():
    """Another rule, or the same one elsewhere."""
    moves = rule("moves", forbid={"at": "spec.a"}, fix={**MAKES, "do": [{"remove": "."}, {"set": {"../b": 1}}]})
    text = "apiVersion: v1\nkind: Pod\nspec:\n  a: 1\n  c: 2\n"
    assert "b: 1" in settle(text, moves).text
    result = settle(text, moves, rule("other", forbid={"at": "spec.b"}))
    assert (result.text, result.mended) == (text, [])
    assert [reason for _, reason in result.refused] == [
        "it would bring an error that is not there now: other: spec.b is 1 in Pod "
    ]


def test_other_fixes_are_made_where_one_is_refused():
    bad = rule("bad", forbid={"at": "spec.a"}, fix={**MAKES, "do": {"rename": {".": "b"}}})
    good = rule("good", forbid={"at": "spec.(d|e|f)"}, fix={**MAKES, "do": {"remove": "."}})
    text = "apiVersion: v1\nkind: Pod\nspec:\n  a: 1\n  c: 2\n  d: 3\n  e: 4\n  f: 5\n"
    result = settle(text, bad, good, rule("other", forbid={"at": "spec.b"}))
    assert result.text == "apiVersion: v1\nkind: Pod\nspec:\n  a: 1\n  c: 2\n"
    assert [one.rule for one in result.mended] == ["good"] * 3
    assert [one.finding.rule for one in result.refused] == ["bad"]


def test_an_error_that_moves_up_is_no_new_one():
    """What stands behind a removed list item has another index then."""
    gone = rule("gone", forbid={"at": "spec.list[*].a"}, fix={**MAKES, "do": {"remove": ".."}})
    stays = rule("stays", forbid={"at": "spec.list[*].b"})
    text = "apiVersion: v1\nkind: Pod\nspec:\n  list:\n  - a: 1\n  - b: 2\n  - a: 3\n  - b: 4\n"
    result = settle(text, gone, stays)
    assert result.text == "apiVersion: v1\nkind: Pod\nspec:\n  list:\n  - b: 2\n  - b: 4\n"
    assert result.refused == []


def test_what_is_mended_by_another_fix_is_not_told_as_refused():
    whole = rule("whole", forbid={"at": "spec.a"}, fix={**MAKES, "do": {"remove": "."}})
    inner = rule("inner", forbid={"at": "spec.a.b"}, fix={**MAKES, "do": {"set": {".": "none"}}})
    result = settle("apiVersion: v1\nkind: Pod\nspec:\n  a: {b: 1}\n  c: 1\n", inner, whole)
    assert result.text == "apiVersion: v1\nkind: Pod\nspec:\n  c: 1\n"
    assert result.refused == []


def test_rules_that_undo_each_other_come_to_an_end():
    forth = rule("forth", forbid={"at": "spec.a", "is": {"const": 1}}, fix={**MAKES, "do": {"set": {".": 2}}})
    back = rule("back", forbid={"at": "spec.a", "is": {"const": 2}}, fix={**MAKES, "do": {"set": {".": 1}}})
    result = settle("apiVersion: v1\nkind: Pod\nspec:\n  a: 1\n", forth, back)
    assert result.text in ("apiVersion: v1\nkind: Pod\nspec:\n  a: 1\n", "apiVersion: v1\nkind: Pod\nspec:\n  a: 2\n")
    assert len(result.mended) <= engine.ROUNDS


def test_fixes_in_list_items_and_json():
    pods = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": n}, "spec": {"hostNetwork": True, "a": 1}}
        for n in "ab"
    ]
    whole = {"apiVersion": "v1", "kind": "List", "items": pods}
    for indent in (None, 2):
        text = json.dumps(whole, indent=indent)
        for pod in pods:
            pod["spec"] = {"a": 1}
        assert fixed(text, "host-network").text == json.dumps(whole, indent=indent)
        for pod in pods:
            pod["spec"] = {"hostNetwork": True, "a": 1}


# ---- fixes that reach into other documents


VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata: {name: share}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadWriteMany]
  flexVolume: {driver: alicloud/nas, options: {server: x.cn-hangzhou.nas.aliyuncs.com, path: /, vers: "3"}}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: share, uid: x}
spec: {accessModes: [ReadWriteMany], volumeName: share, storageClassName: "", resources: {requests: {storage: 5Gi}}}
"""
TO_CSI = {"options": {"flexvolume": {"to": "csi"}}}


def test_a_fix_of_two_documents():
    text = f"# first\n---\n{CLAIM}---\n{VOLUME}"
    result = engine.fix(Source("a.yaml", text), setup("flexvolume", **TO_CSI), unsafe=True)
    assert CLAIM.replace("volumeName: share", "volumeName: share-csi") in result.text
    assert "metadata: {name: share-csi}\n" in result.text
    assert [one.rule for one in result.mended] == ["flexvolume"]
    (finding,) = result.before.findings
    assert [line for line, _, _ in finding.fix.diff] == [
        6,
        10,
        14,
        15,
    ]  # the claim, and the volume's name, source and mountOptions


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (CLAIM.replace("volumeName: share", "volumeName: &v share") + "note: *v\n", "anchor"),
        (CLAIM + "sops: {mac: ENC}\n", "not asklint's to change"),
    ],
)
def test_a_fix_of_two_documents_is_made_in_both_or_in_none(claim, reason):
    text = f"{VOLUME}---\n{claim}"
    result = engine.fix(Source("a.yaml", text), setup("flexvolume", **TO_CSI), unsafe=True)
    assert (result.text, result.mended) == (text, [])
    (finding,) = result.checked.findings
    refusals = [finding.fix.refused or "", *(one.reason for one in result.refused)]
    assert reason in "; ".join(refusals)


def test_a_fix_of_two_items_of_a_list():
    items = [line for text in (VOLUME, CLAIM) for line in ("- " + text.replace("\n", "\n  ").rstrip() + "\n",)]
    text = "apiVersion: v1\nkind: List\nitems:\n" + "".join(items)
    result = engine.fix(Source("a.yaml", text), setup("flexvolume", **TO_CSI), unsafe=True)
    assert "\n  metadata: {name: share-csi}\n" in result.text
    assert "volumeName: share-csi," in result.text
    assert [one.rule for one in result.mended] == ["flexvolume"]


def test_the_change_of_another_document_hides_its_secrets():
    text = f"{VOLUME}---\n" + json.dumps(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "share", "annotations": {"token": "never-shown"}},
            "spec": {"volumeName": "share"},
        }
    )
    (finding,) = checked(text, "flexvolume", **TO_CSI).findings
    assert "share-csi" in str(finding.fix.diff)
    assert "never-shown" not in str(finding.fix.diff)


# ---- forms: one manifest written in many ways says the same


@pytest.mark.parametrize("form", ["crlf", "mark", "json", "flow", "start", "indented"])
def test_forms(form):
    text = f"{ERROR}"
    data = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"hostNetwork": True, "containers": [{"name": "web", "image": "registry.example/web:1"}]},
    }
    forms = {
        "crlf": text.replace("\n", "\r\n"),
        "mark": text,
        "json": json.dumps(data),
        "flow": "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {hostNetwork: true, containers: [{name: web, image: 'registry.example/web:1'}]}}",
        "start": f"# a comment\n---  # another\n{text}...\n",
        "indented": "".join(f"  {line}\n" for line in text.splitlines()),
    }
    source = Source("a.yaml", forms[form], mark=b"\xef\xbb\xbf" if form == "mark" else b"")

    def said(source: Source) -> list[tuple[object, ...]]:
        found = engine.check(source, setup()).findings
        return sorted((one.rule, one.severity, one.message, one.pointer) for one in found)

    assert said(source) == said(Source("a.yaml", text))
