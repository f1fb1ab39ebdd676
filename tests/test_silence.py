"""What is not to be reported: comments, annotations, the config's entries; always with a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from kit import check, setup

from asklint import engine, silence
from asklint.finding import Finding, Identity, Place
from asklint.source import Source, Span
from asklint.tree import read

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
  hostPID: true
  containers:
    - name: web
      image: registry.example/web:1
      ports:
        - {containerPort: 80, hostPort: 80}
    - name: side
      image: registry.example/side:1
      ports:
        - containerPort: 81
          hostPort: 81
"""
HOST = ("host-network", "host-pid", "host-port", "unused-suppression")
LOUD = [(6, "host-network"), (7, "host-pid"), (12, "host-port"), (17, "host-port")]


def said(text: str) -> list[tuple[int, str]]:
    return check(text, *HOST)


def idle(line: int, found: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """`found`, and that a suppression on `line` silences nothing."""
    return sorted([*found, (line, "unused-suppression")], key=lambda one: one[0])


def after(line: int, comment: str) -> str:
    """POD with `comment` at the end of line `line`."""
    lines = POD.splitlines()
    lines[line - 1] += f"  {comment}"
    return "\n".join(lines) + "\n"


def above(line: int, comment: str) -> str:
    """POD with `comment` on a line of its own above line `line`, indented as that is."""
    lines = POD.splitlines()
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    lines.insert(line - 1, " " * indent + comment)
    return "\n".join(lines) + "\n"


def test_nothing_is_silent():
    assert said(POD) == LOUD


def test_end_of_line():
    assert said(after(6, "# asklint: ignore[host-network] the old cluster needs it")) == LOUD[1:]
    assert said(after(6, "# kept; asklint: ignore[host-network] no comment of ours")) == LOUD
    assert said(after(6, "#asklint:ignore[host-network] no blank is needed")) == LOUD[1:]
    assert said(after(6, "# asklint: ignore[host-pid] another rule")) == idle(6, LOUD)
    assert said(after(7, "# asklint: ignore[host-network] another line")) == idle(7, LOUD)
    assert said(after(6, "# asklint: ignore[host-pid, host-network ] two rules")) == idle(6, LOUD[1:])
    assert said(after(5, "# asklint: ignore[host-network] the end of a line speaks for that line alone")) == idle(
        5, LOUD
    )


def test_end_of_line_with_crlf():
    text = after(6, "# asklint: ignore[host-network] the old cluster needs it").replace("\n", "\r\n")
    assert said(text) == LOUD[1:]
    assert said(after(6, "# asklint: ignore[host-network]").replace("\n", "\r\n")) == [
        *LOUD[:1],
        (6, HOST[3]),
        *LOUD[1:],
    ]


def test_above_a_block():
    def lower(found):  # the comment is a line more
        return [(line + 1, rule) for line, rule in found]

    assert said(above(6, "# asklint: ignore[host-network] one entry")) == lower(LOUD[1:])
    found = said(above(9, "# asklint: ignore[host-port] a list item and all in it"))
    assert found == [(6, "host-network"), (7, "host-pid"), (18, "host-port")]
    found = said(above(8, "# asklint: ignore[host-port] the whole list"))
    assert found == [(6, "host-network"), (7, "host-pid")]
    found = said(above(5, "# asklint: ignore[host-port, host-pid] the whole of spec"))
    assert found == [(7, "host-network")]
    found = said(above(1, "# asklint: ignore[host-network] the first entry is not the document"))
    assert found == idle(1, lower(LOUD))


def test_above_with_other_comments_and_blanks_between():
    text = POD.replace("  hostPID", "  # asklint: ignore[host-pid] a debugger\n\n  # looks in\n  \n  hostPID")
    assert said(text) == [(6, "host-network"), (16, "host-port"), (21, "host-port")]


def test_comments_one_above_the_other():
    """Each speaks for what is below all of them."""
    text = POD.replace(
        "  hostNetwork", "  # asklint: ignore[host-network] a\n  # asklint: ignore[host-pid] b\n  hostNetwork"
    )
    assert said(text) == idle(7, [(9, "host-pid"), (14, "host-port"), (19, "host-port")])
    text = POD.replace(
        "  hostNetwork", "  # asklint: ignore[host-pid] b\n  # asklint: ignore[host-network] a\n  hostNetwork"
    )
    assert said(text) == idle(6, [(9, "host-pid"), (14, "host-port"), (19, "host-port")])


def test_above_a_block_in_braces():
    text = POD.replace("- {containerPort: 80, hostPort: 80}", "- {\n           hostPort: 80, containerPort: 80}")
    assert said(text) == [(6, "host-network"), (7, "host-pid"), (13, "host-port"), (18, "host-port")]
    text = text.replace("        - {\n", "        # asklint: ignore[host-port] why\n        - {\n")
    assert said(text) == [(6, "host-network"), (7, "host-pid"), (19, "host-port")]


def test_above_the_last_line_of_a_text_without_a_last_newline():
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  # asklint: ignore[host-pid] why\n  hostPID: true"
    assert said(text) == []


def written(text: str) -> list[silence.Suppression]:
    """The suppressions that the comments in `text` say."""
    (document,) = read(text)
    return silence.of_document(document, [])


def test_what_a_comment_covers():
    """Its line, where something stands before it; else the block on the next line, and nothing of its neighbour."""
    (one,) = written("a: 1\nb: 2 # asklint: ignore[x] why\nc: 3\n")
    assert (one.covers, one.span) == (Span(5, 34), Span(10, 34))
    (one,) = written("# asklint: ignore[x] why\na: 1\nb: 2\n")
    assert one.covers == Span(25, 29)
    assert one.silences("x", 25)
    assert one.silences("x", 28)
    assert not one.silences("x", 24)
    assert not one.silences("x", 29)
    assert not one.silences("y", 25)


def test_a_comment_beside_an_alias():
    (one,) = written("a: &x [1]\nb: [*x]\nc: *x # asklint: ignore[x] why\n")
    assert one.covers == Span(18, 48)


@pytest.mark.parametrize(
    ("comment", "reason"),
    [("x] why  ", "why"), ("x]   why not\t", "why not"), ("x]", ""), ("x]  \t ", "")],
)
def test_reasons_of_comments(comment, reason):
    (one,) = written(f"a: 1 # asklint: ignore[{comment}\n")
    assert (one.rules, one.reason, one.unknown) == (("x",), reason, {})


def test_below_a_block_scalar():
    text = POD.replace("spec:\n", "data: |\n  x\n# asklint: ignore[host-network] why\nspec:\n")
    assert said(text) == [(9 + 1, "host-pid"), (15, "host-port"), (20, "host-port")]


@pytest.mark.parametrize("mark", ["|", ">-"])
def test_behind_the_mark_of_a_block_scalar(mark):
    text = POD.replace(
        "  hostNetwork: true", f"  note: {mark} # asklint: ignore[host-network] why\n    x\n  hostNetwork: true"
    )
    assert said(text) == idle(6, [(8, "host-network"), (9, "host-pid"), (14, "host-port"), (19, "host-port")])


def test_what_cannot_be_read_is_not_told_of():
    """Nobody knows what a comment in a broken document would silence."""
    assert said(f"{POD}---\na: [\n# asklint: ignore[host-network] why\n") == LOUD


def test_above_nothing():
    assert said(POD + "# asklint: ignore[host-network] nothing follows\n") == idle(18, LOUD)
    assert said(POD + "# asklint: ignore[host-network] the end") == idle(18, LOUD)
    text = POD + "# asklint: ignore[host-network] another document follows\n---\n" + POD
    assert said(text) == idle(18, [*LOUD, *((line + 19, rule) for line, rule in LOUD)])


def test_without_a_reason_nothing_is_silent_and_that_is_told():
    for comment in ("# asklint: ignore[host-network]", "# asklint: ignore[host-network]   "):
        assert said(after(6, comment)) == [LOUD[0], (6, "unused-suppression"), *LOUD[1:]]


def test_unknown_rules_are_told():
    found = engine.check(
        Source("a.yaml", after(6, "# asklint: ignore[host-netwrk, host-network, zzz] why")), setup(*HOST)
    )
    told = [(one.rule, one.message) for one in found.findings if one.place.line == 6]
    assert told == [
        ("unused-suppression", "there is no rule host-netwrk; did you mean host-network?"),
        ("unused-suppression", "there is no rule zzz"),
    ]
    assert found.silenced == 1


def test_what_is_told_of_suppressions_points_at_them():
    (finding,) = engine.check(
        Source("a.yaml", after(6, "# asklint: ignore[zzz] why")), setup("unused-suppression")
    ).findings
    assert finding.place[1:5] == (6, 22, 6, 48)
    assert (finding.severity, finding.pointer, finding.object) == ("warning", None, None)


def test_rules_that_are_not_asked_are_known():
    assert check(after(6, "# asklint: ignore[host-network] why"), "unused-suppression", "host-pid") == [LOUD[1]]


@pytest.mark.parametrize(
    "line",
    [
        'note: "# asklint: ignore[host-network] in a string"',
        '"# asklint: ignore[host-network] in a key": a',
        "note:\n    - '# asklint: ignore[host-network] in a list'",
        "note: {a: '# asklint: ignore[host-network] in braces', b: '# asklint: ignore[host-network] again'}",
        "note: |\n    # asklint: ignore[host-network] in what a later line overrides\n  note: b",
        "note: 'x # asklint: ignore[host-network] in a string'",
        "note: x#asklint:ignore[host-network] no comment without a blank before it",
        "note: |\n    # asklint: ignore[host-network] in a block\n    x",
        "note: >-\n    y\n\n    # asklint: ignore[host-network] in a folded block",
    ],
)
def test_strings_are_no_comments(line):
    text = POD.replace("  hostNetwork: true", f"  {line}\n  hostNetwork: true")
    assert "host-network" in [rule for _, rule in said(text)]
    assert "unused-suppression" not in [rule for _, rule in said(text)]
    text = text.replace("hostPID: true", "hostPID: true  # asklint: ignore[host-pid] a comment behind it")
    assert "host-pid" not in [rule for _, rule in said(text)]


def test_a_string_that_is_overridden_silences_nothing():
    note = "note: |\n    # asklint: ignore[host-network] in a block that a later one overrides"
    text = POD.replace("  hostNetwork: true", f"  {note}\n  hostNetwork: true\n  note: b")
    assert said(text) == [(8, "host-network"), (10, "host-pid"), (15, "host-port"), (20, "host-port")]


def test_a_string_at_the_very_start_is_no_comment():
    assert written('"# asklint: ignore[x] why": 1\n') == []


def test_json_has_no_comments():
    text = (
        '{"apiVersion": "v1", "kind": "Pod",\n "spec": {"hostNetwork": true, "a": "# asklint: ignore[host-network] x"}}'
    )
    assert said(text) == [(2, "host-network")]
    assert said(text.replace('"a":', '"# asklint: ignore[host-network] y":')) == [(2, "host-network")]
    noted = text.replace('"spec"', '"metadata": {"annotations": {"asklint.io/ignore": "host-network: x"}}, "spec"')
    assert said(noted) == []


# ---- annotations

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {a: b}
spec:
  template:
    metadata:
      annotations: {c: d}
    spec:
      hostNetwork: true
      hostPID: true
"""


@pytest.mark.parametrize("place", ["{a: b}", "{c: d}"])
def test_annotation(place):
    def noted(value: str) -> list[tuple[int, str]]:
        return said(DEPLOYMENT.replace(place, f"{{asklint.io/ignore: {value}}}"))

    line = 5 if place == "{a: b}" else 9
    both = [(11, "host-network"), (12, "host-pid")]
    assert noted('"host-network: the old cluster needs it"') == both[1:]
    assert noted('"host-pid , host-network: a debugger: it looks in"') == []
    assert noted('"host-network"') == [(line, "unused-suppression"), *both]
    assert noted('"host-network:"') == [(line, "unused-suppression"), *both]
    assert noted('"host-network:  "') == [(line, "unused-suppression"), *both]
    assert noted('"host-netwrk: why"') == [(line, "unused-suppression"), *both]
    assert noted("[host-network]") == both
    assert noted("null") == both


def test_an_annotation_is_told_of_once():
    """A Pod's own annotations are those of its pod."""
    text = POD.replace("  name: web\n", "  name: web\n  annotations: {asklint.io/ignore: 'zzz: why '}\n", 1)
    told = engine.check(Source("a.yaml", text), setup("unused-suppression")).findings
    assert [(one.place[1:5], one.message) for one in told] == [((5, 17, 5, 47), "there is no rule zzz")]


def test_annotation_of_a_template_at_the_root_and_in_a_list():
    template = "template:\n  metadata: {annotations: {asklint.io/ignore: 'host-pid: why'}}\n  spec: {hostPID: true}\n"
    assert said(f"apiVersion: v1\nkind: PodTemplate\n{template}") == []
    nested = template.replace("\n", "\n    ").rstrip()
    item = f"- apiVersion: apps/v1\n  kind: Deployment\n  spec:\n    {nested}\n"
    assert said(f"apiVersion: v1\nkind: List\nitems:\n{item}") == []
    assert said(f"apiVersion: v1\nkind: List\nitems:\n{item}".replace("host-pid: why", "zzz")) != []


def test_annotation_of_a_pod_template_speaks_for_the_template_alone():
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Twins\nspec:\n"
        "  left:\n    metadata: {annotations: {asklint.io/ignore: 'host-network: why'}}\n    spec: &s\n"
        "      hostNetwork: true\n      containers: [{image: a}]\n"
        "  right:\n    spec:\n      hostNetwork: true\n      containers: [{image: a}]\n"
    )
    assert said(text) == [(11, "host-network")]


def test_annotation_on_a_list_item():
    items = DEPLOYMENT.replace("{a: b}", '{asklint.io/ignore: "host-network, host-pid: old"}').replace("\n", "\n  ")
    text = f"apiVersion: v1\nkind: List\nitems:\n- {items.rstrip()}\n- {DEPLOYMENT.replace(chr(10), chr(10) + '  ')}"
    assert said(text) == [(26, "host-network"), (27, "host-pid")]


def test_silenced_findings_are_counted_and_not_fixed():
    source = Source("a.yaml", after(6, "# asklint: ignore[host-network] the old cluster needs it"))
    fixed = engine.fix(source, setup("host-network", "host-pid"), unsafe=True)
    assert "hostNetwork: true" in fixed.text
    assert "hostPID" not in fixed.text
    assert engine.check(source, setup("host-network")).silenced == 1


# ---- the config's entries


def finding(**changes) -> Finding:
    known = {
        "rule": "host-network",
        "severity": "error",
        "message": "",
        "place": Place("deploy/shop/web.yaml", 1, 1, 1, 1),
        "pointer": "",
        "object": Identity("apps/v1", "Deployment", "shop", "web"),
        "fix": None,
        "source": None,
        "container": "main",
    }
    return Finding(**{**known, **changes})


@pytest.mark.parametrize(
    ("wanted", "silent"),
    [
        ({}, True),
        ({"rule": "host-pid"}, False),
        ({"kind": "Deployment"}, True),
        ({"kind": "D*"}, True),
        ({"kind": "deployment"}, False),
        ({"name": "web", "namespace": "shop"}, True),
        ({"name": "web", "namespace": "other"}, False),
        ({"name": "api"}, False),
        ({"container": "main"}, True),
        ({"container": "side"}, False),
        ({"path": "deploy/"}, True),
        ({"path": "deploy/shop/web.yaml"}, True),
        ({"path": "web.yaml"}, True),
        ({"path": "*.yaml"}, True),
        ({"path": "/web.yaml"}, False),
        ({"path": "deploy/*.yaml"}, False),
        ({"path": "deploy/**/*.yaml"}, True),
        ({"path": "vendor/"}, False),
        ({"until": "2027-01-31"}, True),
        ({"until": "2027-01-30"}, False),
    ],
    ids=str,
)
def test_entries(wanted, silent):
    entry = silence.entry({"rule": "host-network", "reason": "why", **wanted}, Path.cwd())
    assert entry.silences(finding(), date(2027, 1, 31)) is silent


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({}, "host-network"),
        ({"name": "web-*", "path": "shop/", "kind": "Pod"}, "host-network shop/ Pod web-*"),
        ({"container": "main", "until": "2027-01-31"}, "host-network main (2027-01-31)"),
    ],
)
def test_words_of_an_entry(wanted, words):
    assert silence.entry({"rule": "host-network", "reason": "why", **wanted}, Path.cwd()).words == words


def test_entry_wants_what_is_not_there():
    def silences(wanted: dict[str, str], found: Finding) -> bool:
        entry = silence.entry({"rule": "host-network", "reason": "why", **wanted}, Path.cwd())
        return entry.silences(found, date.min)

    assert silences({}, finding(object=None, container=None))
    assert not silences({"kind": "*"}, finding(object=None))
    assert not silences({"container": "*"}, finding(container=None))
    assert not silences({"namespace": "*"}, finding(object=Identity("v1", "Pod", None, "web")))


def test_path_counts_from_the_folder_of_the_config():
    entry = silence.entry({"rule": "host-network", "reason": "why", "path": "shop/"}, Path.cwd() / "deploy")
    assert entry.silences(finding(), date.min)
    inside = Place(str(Path.cwd() / "deploy/shop/web.yaml"), 1, 1, 1, 1)
    assert entry.silences(finding(place=inside), date.min)
    assert not entry.silences(finding(place=Place("shop/web.yaml", 1, 1, 1, 1)), date.min)


@pytest.mark.parametrize("wrong", [{"until": "2027-02-31"}, {"path": "!"}, {"path": "[z-a]"}])
def test_entries_that_cannot_be_used(wrong):
    with pytest.raises(ValueError, match=r"."):
        silence.entry({"rule": "host-network", "reason": "why", **wrong}, Path.cwd())
