"""Reports for people who were not at the terminal: Markdown, HTML, what became of an earlier report, statistics."""

from __future__ import annotations

import json
import re

import html5lib
import pytest
from hypothesis import given
from kit import ERROR, GOOD, INFO, SAFE, STAYS, WARNING, setup
from markdown_it import MarkdownIt
from test_report import DUPLICATE, HOST_NETWORK, HOST_PATH, REPORTS, UNFIXABLE, WEB, refused

from asklint import engine, gather, report, run
from asklint.finding import Finding, Fix, Identity, Place, Report, Run, Seen
from asklint.inputs.files import Input
from asklint.report import compare, html, listing, look, markdown, ready, statistics, words
from asklint.source import Source

RULES = ("host-network", "flexvolume", "daemonset", "annotation-not-string", "resources-missing", "yaml-syntax")
QUOTED = ERROR.replace("  hostNetwork: true  # one hop less\n", "").replace(
    "  name: web\nspec", "  name: quoted\n  annotations: {k8s.aliyun.com/eci-image-cache: true}\nspec"
)


def checked(files: dict[str, str], *rules: str, lang: str = "en", target: str = "ask") -> Report:
    """What the rules say of these files."""
    made = gather.Gathered(setup(*rules, lang=lang, target=target))
    for name, text in files.items():
        source = Source(name, text)
        made.add(run.Outcomes(Input(name, None), run.told(engine.check(source, made.setup))))  # type: ignore[arg-type]
    return made.report(target, lang)


SCENE = {"web.yaml": ERROR, "agent.yaml": STAYS, "quoted.yaml": QUOTED, "good.yaml": GOOD, "info.yaml": INFO}


# ---- readiness


def states(told: Report) -> dict[str, str]:
    return {str(one.object and one.object.name): one.state for part in ready.readiness(told) for one in part}


def test_readiness():
    one = ready.readiness(checked(SCENE, *RULES))
    assert [(app.file, app.object.name, app.state) for app in one.applications] == [
        ("web.yaml", "web", "unsafe"),
        ("agent.yaml", "agent", "blocked"),
        ("quoted.yaml", "quoted", "safe"),
        ("info.yaml", "web", "ready"),
    ]
    assert [(app.object.kind, app.state) for app in one.others] == [("ConfigMap", "ready")]
    assert one.broken == ()
    assert ready.counts(one.applications) == {"ready": 1, "safe": 1, "unsafe": 1, "blocked": 1}


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ([], "ready"),
        ([DUPLICATE, UNFIXABLE], "ready"),  # a warning and an info
        ([DUPLICATE._replace(severity="error")], "safe"),
        ([DUPLICATE._replace(severity="error"), HOST_NETWORK], "unsafe"),
        ([HOST_NETWORK, HOST_PATH], "blocked"),
        ([refused(HOST_NETWORK, "an alias")], "blocked"),
        ([UNFIXABLE._replace(severity="error")], "blocked"),
    ],
)
def test_states(findings, state):
    assert ready.state(findings) == state


def test_what_this_run_refused_blocks():
    told = Report("ask", [HOST_NETWORK], seen=[Seen(WEB, True, "shop/web.yaml")], refused=[(HOST_NETWORK, "why")])
    assert states(told) == {"web": "blocked"}


def test_the_same_name_in_another_file_is_another_application():
    told = checked({"a.yaml": ERROR, "b.yaml": ERROR.replace("hostNetwork: true", "hostNetwork: false")}, *RULES)
    assert [one.state for one in ready.readiness(told).applications] == ["unsafe", "ready"]


def test_what_cannot_be_read_is_not_ready():
    told = checked({"a.yaml": "apiVersion: v1\nkind: Pod\nspec: [\n"}, *RULES)._replace(unread=[("b.yaml", "why")])
    one = ready.readiness(told)
    assert (one.applications, one.others) == ((), ())
    assert [(app.file, app.state) for app in one.broken] == [("a.yaml", "blocked"), ("b.yaml", "blocked")]


def test_sizes():
    """What a pod asks for and what it is billed as; what is no size is none."""
    files = {
        "info.yaml": INFO,
        "large.yaml": INFO.replace("/web:1\n", "/web:1\n      resources: {limits: {cpu: 9, memory: 9Gi}}\n"),
    }
    told = ready.readiness(checked(files, "resources-missing", "resources-rounding"))
    assert [ready.sizes(one) for one in told.applications] == [
        [("", "2 vCPU / 4 GiB")],
        [("9 vCPU / 9 GiB", "12 vCPU / 12 GiB")],
    ]
    (app, _) = told.applications
    odd = app._replace(findings=(UNFIXABLE._replace(data={"asked": {"vcpu": 0.5, "memoryGiB": 1}, "billed": 3}),))
    assert ready.sizes(odd) == []


def test_what_has_errors_and_is_no_application_is_named_beside_them():
    """A Deployment that runs is out of reach where its Service is refused."""
    service = Identity("v1", "Service", None, "front")
    wrong = HOST_NETWORK._replace(object=service)
    seen = [Seen(WEB, True, "shop/web.yaml"), Seen(service, False, "shop/web.yaml")]
    told = Report("ask", [wrong], files=2, objects=2, seen=seen, unread=[("gone.yaml", "permission denied")])
    line = "Applications are what describes pods. What else has errors: {}\n"
    assert line.format("`Service front`, `gone.yaml`") in report.render("markdown", told)
    assert line.format("Service front, gone.yaml").strip() in words_of(page(told).find(".//section[@id='readiness']"))
    many = told._replace(unread=[(f"{at}.yaml", "permission denied") for at in (0, 1, 1, 2, 3, 4, 5)])
    assert "`Service front`, `0.yaml`, `1.yaml`, `2.yaml`, `3.yaml` (and 2 more)" in report.render("markdown", many)
    assert "What else" not in report.render("markdown", told._replace(findings=[], unread=[]))


# ---- markdown


def test_markdown():
    """Totals, readiness, a table of files, and each finding with its fix."""
    told = Report(
        "ask",
        [HOST_NETWORK, HOST_PATH._replace(data={"asked": None, "billed": {"vcpu": 2.0, "memoryGiB": 4.0}})],
        files=2,
        objects=3,
        seen=[
            Seen(WEB, True, "shop/web.yaml"),
            Seen(HOST_PATH.object, True, "jobs.yaml"),
            Seen(Identity("v1", "Service", None, "front"), False, "jobs.yaml"),
        ],
    )
    assert (
        report.render("markdown", told)
        == """\
## asklint: what runs on ask

- 2 errors in 3 objects of 2 files (target ask)
- 1 fixable: asklint fix --unsafe PATH

### Readiness

| Target | ✅ ready now | 🟢 after safe fixes | 🟡 after unsafe fixes | ⛔ blocked | All |
| --- | --: | --: | --: | --: | --: |
| ask | 0 | 0 | 1 | 1 | 2 |

#### Applications

| Application | State | Errors | Warnings | Asked for | Billed | File |
| --- | --- | --- | --- | --- | --- | --- |
| `Deployment shop/web` | 🟡 after unsafe fixes | 1 | 0 |  |  | `shop/web.yaml` |
| `Pod job` | ⛔ blocked | 1 | 0 | nothing | 2 vCPU / 4 GiB | `jobs.yaml` |

Sizes are those of one pod, shown where much more is billed than asked for.

#### Files

| File | Errors | Warnings | Infos | Safe fixes | Unsafe fixes |
| --- | --- | --- | --- | --- | --- |
| `shop/web.yaml` | 1 | 0 | 0 | 0 | 1 |
| `jobs.yaml` | 1 | 0 | 0 | 0 | 0 |

### Findings

#### `shop/web.yaml`

- ⛔ **error** [`host-network`](https://help.example.com/limits) · line 14 · `Deployment shop/web`<br>\
hostNetwork is set, and there is no node network to join<br>**fix (unsafe)**: leave hostNetwork out<br>\
**mind**: clients that used the node's address must use a Service

  ```diff
  -      hostNetwork: true  # one hop less
  -      dnsPolicy: ClusterFirstWithHostNet
  +      dnsPolicy: ClusterFirst
  ```

#### `jobs.yaml`

- ⛔ **error** [`hostpath-volume`](https://help.example.com/limits) · line 112 · `Pod job`<br>\
spec.volumes\\[data\\].hostPath names /data on a node, and there is no node behind the pod<br>\
**suggestion**: use a cloud disk or NAS
"""
    )


def test_markdown_of_nothing():
    told = Report("ask", [], 1, 1, seen=[Seen(Identity("v1", "ConfigMap", None, "a"), False, "a.yaml")])
    assert report.render("markdown", told) == (
        "## asklint: what runs on ask\n\n- All clear for ask: 1 object of 1 file checked\n\n### Readiness\n\n"
        "No application was checked: nothing that describes pods.\n"
    )


def test_markdown_in_chinese():
    text = report.render("markdown", checked({"web.yaml": ERROR}, "host-network", lang="zh"))
    assert "## asklint：哪些可在 ask 上运行" in text
    assert "| `Pod web` | 🟡 不安全修复后就绪 | 1 | 0 | `web.yaml` |" in text
    assert "**错误** [`host-network`](https://help.aliyun.com" in text
    assert "第 6 行" in text
    assert "**注意**：" in text


def side_by_side(lang: str = "en") -> Report:
    return gather.beside([checked(SCENE, *RULES, lang=lang, target=target) for target in ("ask", "acs")])


def test_markdown_of_several_targets():
    text = report.render("markdown", side_by_side())
    assert "## asklint: what runs on ask, acs" in text
    rows = re.findall(r"^\| (ask|acs) \| (\d) \| (\d) \| (\d) \| (\d) \| 4 \|$", text, re.MULTILINE)
    assert rows[0] == ("ask", "1", "1", "1", "1")
    assert rows[1][0] == "acs"
    assert rows[1][1:] != rows[0][1:]
    assert "#### Applications (ask)" in text
    assert "#### Applications (acs)" in text
    assert "`Pod quoted` · (ask, acs)" in text


def test_what_is_long_is_folded():
    few, many = ([HOST_NETWORK] * number for number in (10, 11))
    assert "#### `shop/web.yaml`" in report.render("markdown", Report("ask", few, 1, 1))
    text = report.render("markdown", Report("ask", many, 1, 1))
    assert "<details><summary>shop/web.yaml</summary>\n\n- " in text
    assert text.endswith("</details>\n")
    many = [Seen(WEB._replace(name=f"a<{number}"), True, "x.yaml") for number in range(11)]
    text = report.render("markdown", Report("ask", [], 1, 11, seen=many))
    assert "<details><summary>Applications</summary>\n\n| Application |" in text


def test_what_no_summary_would_hold_is_counted(monkeypatch):
    monkeypatch.setattr(markdown, "LARGEST", 3600)
    files = [HOST_NETWORK._replace(place=HOST_NETWORK.place._replace(file=f"{at}.yaml")) for at in range(20)]
    text = report.render("markdown", Report("ask", files, 20, 20))
    told = text.count("⛔ **error**")
    assert 2 < told < 9
    assert text.endswith(f"\n… and {20 - told} findings that are left out here for length\n")
    assert len(text.encode()) < 3700


HOSTILE = (
    "<script>alert(1)</script>", "</style><b>", "*bold* _it_ `code` ~~gone~~", "[a](javascript:alert(1))", "![x](http://x/y.png)",
    "a | b", "# no head", "- no item", "1. no list", "&lt;b&gt;", "@somebody #12", '" onload="alert(1)', "```\n</details>", "$x$",
    "\\", "'><img src=x>", "<!-- x", "]]>", "\u202ereversed",
)  # fmt: skip


def hostile(text: str) -> Report:
    """A report in which everything that a manifest or a rule of the user's can say is `text`."""
    place = Place(text, 1, 1, 1, 3, (text, text))
    fix = Fix("safe", text, text, text, ((1, (text,), (text, text)),))
    of = Identity(text, text, text, text)
    finding = Finding("a-rule", "error", text, place, None, of, fix, text, ((place, text),), {"asked": text}, text)
    before = json.loads(report.render("json", Report("ask", [finding._replace(where="x")])))
    seen = [Seen(of, True, text), Seen(of._replace(kind="x"), False, text)]
    return Report("ask", [finding], 1, 1, {}, 0, [(text, text)], seen=seen, run=Run(before=before))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_manifest_is_markdown(text):
    """A reader of Markdown sees the text, and none of what it would be: no tag, no picture, no link, no heading."""
    told = report.render("markdown", hostile(text))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(told)
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens if token.type.endswith("_open")} <= {
        "heading_open", "bullet_list_open", "list_item_open", "paragraph_open", "table_open", "thead_open", "tr_open",
        "th_open", "tbody_open", "td_open",
    }  # fmt: skip
    assert {one.type for one in inline} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "html_inline",
        "text_special",
    }
    assert {one.content for one in inline if one.type == "html_inline"} <= {"<br>", "<!-- -->"}
    assert {token.content for token in tokens if token.type == "html_block"} == set()
    assert {token.tag for token in tokens if token.type == "heading_open"} <= {"h2", "h3", "h4"}
    shown = "".join(one.content for one in inline if one.type in ("text", "text_special", "code_inline"))
    plain = html.shown(text)
    assert shown.count(plain) + shown.count(plain.replace("|", "\u2502")) >= 6


# ---- html

SVG = "{http://www.w3.org/2000/svg}"


def page(told: Report):
    """The page as a strict parser of HTML reads it."""
    text = report.render("html", told)
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def words_of(node) -> str:
    return " ".join(" ".join(node.itertext()).split())


def test_html():
    read = page(checked(SCENE, *RULES))
    assert read.attrib["lang"] == "en"
    tiles = [words_of(tile) for tile in read.findall(".//section[@id='readiness']//div[@class='tiles']/div")]
    assert tiles == [
        "1 ready now no error",
        "1 after safe fixes asklint fix mends every error",
        "1 after unsafe fixes asklint fix --unsafe mends every error; each caveat says what changes",
        "1 blocked an error that a person has to solve",
        "4 All",
    ]
    rows = read.findall(".//section[@id='applications']/details[@open]//tbody/tr")
    assert [words_of(row) for row in rows] == [
        "Pod web after unsafe fixes 1 nothing 2 vCPU / 4 GiB web.yaml",
        "DaemonSet agent blocked 1 agent.yaml",
        "Pod quoted after safe fixes 1 nothing 2 vCPU / 4 GiB quoted.yaml",
        "Pod web ready now nothing 2 vCPU / 4 GiB info.yaml",
    ]
    finding = read.find(".//section[@id='findings']//article")
    assert words_of(finding).startswith("error host-network line 6 · Pod web spec.hostNetwork is set")
    assert words_of(finding.find(".//mark")) == "hostNetwork: true"
    assert [(line.attrib["class"], "".join(line.itertext())) for line in finding.findall(".//pre/span[@class]")] == [
        ("old", "-   hostNetwork: true  # one hop less")
    ]
    links = {link.attrib["href"] for link in read.findall(".//section[@id='sources']//a")}
    assert "https://help.aliyun.com/zh/ack/serverless-kubernetes/product-overview/ask-overview" in links


def test_long_tables_of_html_are_folded():
    for number, is_open in ((100, True), (101, False)):
        seen = [Seen(WEB._replace(name=f"a{at}"), True, "x.yaml") for at in range(number)]
        folded = page(Report("ask", [], 1, number, seen=seen)).find(".//section[@id='applications']/details")
        assert ("open" in folded.attrib, len(folded.findall(".//tbody/tr"))) == (is_open, number)


def test_html_needs_nothing_else_and_runs_nothing():
    read = page(checked(SCENE, *RULES))
    assert {node.tag for node in read.iter()} & {"script", "link", "img", "iframe", "object", "embed", "form"} == set()
    assert not any(name.startswith("on") or name in ("src", "style") for node in read.iter() for name in node.attrib)
    assert "url(" not in look.STYLE
    assert "@import" not in look.STYLE
    policies = [meta.attrib["content"] for meta in read.findall(".//meta[@http-equiv]")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_html_is_the_same_each_time():
    assert report.render("html", checked(SCENE, *RULES)) == report.render("html", checked(SCENE, *RULES))


def test_html_in_chinese_and_for_several_targets():
    read = page(side_by_side("zh"))
    assert read.attrib["lang"] == "zh-CN"
    assert words_of(read.find(".//h1")) == "asklint：哪些可在 ask、acs 上运行"
    assert [words_of(head) for head in read.findall(".//section[@id='readiness']/h3")] == ["ask", "acs"]
    assert len(read.findall(f".//section[@id='readiness']/{SVG}svg")) == 2
    assert "（ask、acs）" in words_of(read.find(".//section[@id='findings']"))


def test_charts_add_up():
    """The bar of readiness is as long as all its parts; each bar of a rule as long as its share of the longest."""
    read = page(checked(SCENE, *RULES))
    bar = read.find(f".//section[@id='readiness']/{SVG}svg")
    assert [rect.attrib["width"] for rect in bar.findall(f"{SVG}rect")] == ["250.0"] * 4
    assert [rect.attrib["x"] for rect in bar.findall(f"{SVG}rect")] == ["0.0", "250.0", "500.0", "750.0"]
    assert look.split([("a", "b", 0)]) == look.bars([]) == ""
    two = look.bars([("a<b", [("error", "e", 3), ("info", "i", 1)]), ("c", [("error", "e", 1)])])
    assert re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)"', two) == [
        ("0.0", "750.0"),
        ("750.0", "250.0"),
        ("0.0", "250.0"),
    ]
    assert "<code>a&lt;b</code>" in two


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_manifest_is_html(text):
    plain, read = page(hostile("plain")), page(hostile(text))
    assert [node.tag for node in read.iter()] == [node.tag for node in plain.iter()]
    assert [sorted(node.attrib) for node in read.iter()] == [sorted(node.attrib) for node in plain.iter()]
    assert {link.attrib["href"] for link in read.findall(".//a")} == set()
    assert words_of(read).count(" ".join(html.shown(text).split())) >= 10


@given(told=REPORTS)
def test_any_report_is_a_page(told):
    page(told)
    assert report.render("html", told).encode()
    assert report.render("markdown", told).encode()


def test_a_long_line_is_cut_around_what_matters():
    """A file that is one line would be repeated with every finding."""
    line, fixed = f"{'a' * 9000}KEY{'b' * 9000}", f"{'a' * 9000}NEW{'b' * 9000}"
    finding = HOST_NETWORK._replace(
        place=Place("a.json", 1, 9001, 1, 9004, (line,)), fix=Fix("safe", "x", diff=((1, (line,), (fixed,)),))
    )
    for style in ("html", "markdown"):
        text = report.render(style, Report("ask", [finding], 1, 1))
        assert style == "markdown" or f"…{'a' * 120}<mark>KEY</mark>{'b' * 120}…" in text
        assert f"…{'a' * 120}KEY{'b' * 117}…" in text
        assert f"…{'a' * 120}NEW{'b' * 117}…" in text
        assert "a" * 121 not in text


# ---- an earlier report


def compared(before: dict[str, str], now: dict[str, str], *rules: str) -> Report:
    old = json.loads(report.render("json", checked(before, *rules)))
    return checked(now, *rules)._replace(run=Run(before=old))


def test_what_became_of_an_earlier_report():
    before = {"web.yaml": ERROR, "b.yaml": WARNING}
    now = {"b.yaml": SAFE, "web.yaml": "# moved\n" + ERROR.replace("  containers", "  hostPID: true\n  containers")}
    told = compared(before, now, "host-network", "host-pid", "duplicate-key")
    burned = compare.burned(told)
    assert [one["rule"] for one in burned.gone] == ["duplicate-key"]
    assert [one.rule for one in burned.new] == ["host-pid"]
    assert burned.left == 1
    text = report.render("markdown", told)
    assert (
        "### Since the earlier report\n\n| earlier | Gone | New | now |\n| --- | --: | --: | --: |\n| 2 | 1 | 1 | 2 |"
        in text
    )
    assert "#### Gone: 1 finding\n\n- `duplicate-key` `b.yaml`: color stands again" in text
    assert "#### New: 1 finding\n\n- `host-pid` `web.yaml:8`: spec.hostPID is set" in text
    section = page(told).find(".//section[@id='compared']")
    assert [words_of(tile) for tile in section.findall("div/div")] == ["2 earlier", "1 Gone", "1 New", "2 now"]
    assert words_of(section.find(".//tbody/tr")).startswith("warning duplicate-key b.yaml color")


def test_twins_are_counted_and_their_own_file_comes_first():
    """Of two objects of one name the one that was mended is gone, not its twin in another file."""
    for mended in ("a.yaml", "b.yaml"):
        both = {"a.yaml": ERROR, "b.yaml": ERROR}
        told = compared(both, {**both, mended: GOOD}, "host-network")
        assert [one["file"] for one in compare.burned(told).gone] == [mended]
    told = compared({"a.yaml": ERROR}, {"moved.yaml": ERROR}, "host-network")
    assert compare.burned(told) == ([], [], 1)
    told = compared({"a.yaml": ERROR}, {"a.yaml": ERROR + "---\n" + ERROR}, "host-network")
    assert (len(compare.burned(told).new), compare.burned(told).left) == (1, 1)


def test_nothing_to_compare_with():
    assert compare.burned(checked({"a.yaml": ERROR}, "host-network")) is None
    assert "compared" not in report.render("html", checked({"a.yaml": ERROR}, "host-network"))


FINDING = {"key": "a", "rule": "b", "severity": "error", "message": "c", "file": "d", "line": 1}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "it is no JSON"),
        (b"\xff", "it is no JSON"),
        (b"[]", "it is no report"),
        (b'{"findings": [1]}', "it is no report"),
        (json.dumps({"target": "ask", "findings": [{**FINDING, "key": 1}]}).encode(), "it is no report"),
        (json.dumps({"target": "ask", "findings": [{**FINDING, "severity": "x"}]}).encode(), "it is no report"),
        (json.dumps({"target": "ask", "findings": [{**FINDING, "line": None}]}).encode(), "it is no report"),
        (
            json.dumps({"target": "acs", "findings": [FINDING]}).encode(),
            "it is about the target acs, and this run about ask",
        ),
    ],
)
def test_what_is_no_earlier_report(content, problem):
    with pytest.raises(ValueError, match=problem):
        compare.read(content, "ask")


# ---- statistics, and the files of a run


def test_statistics():
    findings = [HOST_NETWORK] * 10 + [HOST_NETWORK._replace(severity="info")] * 2 + [DUPLICATE] * 2 + [HOST_PATH]
    told = Report("ask", [*findings, refused(DUPLICATE, "x")], 3, 7)
    assert (
        statistics.render(told)
        == """\
Findings  Severity  Safe fixes  Unsafe fixes  Rule
      10  error                           10  host-network
       3  warning            2                duplicate-key
       2  info                             2  host-network
       1  error                               hostpath-volume

11 errors, 3 warnings, 2 infos in 7 objects of 3 files (target ask)
14 fixable: 2 safe (asklint fix PATH), 12 more with --unsafe
"""
    )
    assert json.loads(statistics.render(told, as_json=True))[1] == {
        "rule": "duplicate-key",
        "severity": "warning",
        "count": 3,
        "fixable": {"safe": 2, "unsafe": 0},
    }
    assert statistics.render(told._replace(lang="zh")).splitlines()[:2] == [
        "问题数  级别  安全修复  不安全修复  规则",
        "    10  错误                    10  host-network",
    ]
    assert statistics.render(Report("ask", [], 1, 1)) == "All clear for ask: 1 object of 1 file checked\n"


@pytest.mark.parametrize(
    ("parts", "line", "chinese"),
    [
        ((2, [], ""), "a.yaml: 2 objects", "a.yaml：2 个对象"),
        ((0, ["empty"], ""), "a.yaml: not checked: 1 empty file", "a.yaml：未检查：1 个空文件"),
        (
            (1, ["not-kubernetes", "sops-encrypted", "not-kubernetes"], ""),
            "a.yaml: 1 object; not checked: 2 non-Kubernetes documents, 1 document encrypted by SOPS",
            "a.yaml：1 个对象；未检查：2 个非 Kubernetes 文档、1 个 SOPS 加密的文档",
        ),
        (
            (0, [], "permission denied"),
            "a.yaml: cannot be read: permission denied",
            "a.yaml：无法读取：permission denied",
        ),
        (
            (0, [], ""),
            "a.yaml: not checked: its YAML cannot be read, and check says where",
            "a.yaml：未检查：无法解析其中的 YAML，check 会指出位置",
        ),
    ],
)
def test_the_files_of_a_run(parts, line, chinese):
    assert listing.line("a.yaml", *parts, "en") == line
    assert listing.line("a.yaml", *parts, "zh") == chinese


def test_both_languages_have_the_same_words():
    english, chinese = words.WORDS["en"], words.WORDS["zh"]
    assert list(english) == list(chinese)
    for key, text in english.items():
        assert set(re.findall(r"\{\d\}", text)) == set(re.findall(r"\{\d\}", chinese[key])), key
