"""What the reports say, to the letter; and what no manifest can make them say."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
import unicodedata

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from asklint import report
from asklint.finding import Finding, Fix, Identity, Origin, Place, Readiness, Report, Run, Seen
from asklint.report import rich, summary

PAGE = "https://help.example.com/limits"
WEB = Identity("apps/v1", "Deployment", "shop", "web")

HOST_NETWORK = Finding(
    "host-network",
    "error",
    "hostNetwork is set, and there is no node network to join",
    Place("shop/web.yaml", 14, 7, 14, 24, ("      hostNetwork: true  # one hop less",)),
    "/spec/template/spec/hostNetwork",
    WEB,
    Fix(
        "unsafe",
        "leave hostNetwork out",
        "clients that used the node's address must use a Service",
        None,
        (
            (
                14,
                ("      hostNetwork: true  # one hop less", "      dnsPolicy: ClusterFirstWithHostNet"),
                ("      dnsPolicy: ClusterFirst",),
            ),
        ),
    ),
    PAGE,
)
AGENT = Identity("apps/v1", "DaemonSet", "kube-system", "agent")
DUPLICATE = Finding(
    "duplicate-key",
    "warning",
    "replicas stands again on line 9",
    Place("shop/web.yaml", 8, 3, 8, 14, ("  replicas: 2",)),
    None,
    None,
    Fix("safe", "remove the one that kubectl ignores", None, None, ((8, ("  replicas: 2",), ()),)),
    None,
)
HOST_PATH = Finding(
    "hostpath-volume",
    "error",
    "spec.volumes[data].hostPath names /data on a node, and there is no node behind the pod",
    Place("jobs.yaml", 112, 5, 113, 18, ("  - hostPath:", "      path: /data")),
    "/spec/volumes/0/hostPath",
    Identity("v1", "Pod", None, "job"),
    Fix("suggestion", "use a cloud disk or NAS"),
    PAGE,
)
UNFIXABLE = Finding(
    "yaml-syntax",
    "info",
    "a word",
    Place("odd.yaml", 1, 1, 1, 2, ("{",)),
    None,
    Identity("v1", "Pod", None, None),
    None,
    None,
)


def refused(finding: Finding, reason: str) -> Finding:
    assert finding.fix
    return finding._replace(fix=finding.fix._replace(refused=reason, diff=()))


def lines_of(name: str, told: Report, **how: object) -> list[str]:
    text = report.render(name, told, **how)  # type: ignore[arg-type]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    return text.splitlines()


def shown(finding: Finding, width: int = 100, lang: str = "en") -> str:
    """How the format `rich` shows one finding, without the summary."""
    return report.render("rich", Report("ask", [finding], 1, 1, lang=lang), width=width).partition("\n\n")[0]


def summed(**parts: object) -> list[str]:
    """The summary of a Report in which these `parts` are set."""
    told = Report(**{"target": "ask", "findings": [], "files": 3, "objects": 7} | parts)  # type: ignore[arg-type]
    return [line.text for line in summary.lines(told)]


# ---- concise


def test_concise():
    caught = refused(HOST_NETWORK, "an alias (*pod) stands in for it")
    told = Report("ask", [DUPLICATE, HOST_NETWORK, HOST_PATH, UNFIXABLE, caught], files=3, objects=7)
    assert lines_of("concise", told) == [
        "shop/web.yaml:8:3: warning[duplicate-key] replicas stands again on line 9 [fix: safe]",
        (
            "shop/web.yaml:14:7: error[host-network] hostNetwork is set, and there is no node network"
            " to join [fix: unsafe]"
        ),
        (
            "jobs.yaml:112:5: error[hostpath-volume] spec.volumes[data].hostPath names /data on a node, and there is no"
            " node behind the pod [suggestion]"
        ),
        "odd.yaml:1:1: info[yaml-syntax] a word",
        (
            "shop/web.yaml:14:7: error[host-network] hostNetwork is set, and there is no node network"
            " to join [fix refused: an alias (*pod) stands in for it]"
        ),
        "3 errors, 1 warning, 1 info in 7 objects of 3 files (target ask)",
        "2 fixable: 1 safe (asklint fix PATH), 1 more with --unsafe",
    ]


def test_concise_in_chinese():
    told = Report("ask", [DUPLICATE, refused(HOST_NETWORK, "x")], 3, 7, {"empty": 1}, lang="zh")
    assert lines_of("concise", told) == [
        "shop/web.yaml:8:3: 警告[duplicate-key] replicas stands again on line 9 [修复：安全]",
        "shop/web.yaml:14:7: 错误[host-network] hostNetwork is set, and there is no node network to join [未修改：x]",
        "1 个错误、1 个警告（已检查 3 个文件中的 7 个对象，目标 ask）",
        "1 个可修复：asklint fix PATH",
        "未检查：1 个空文件",
    ]


def test_concise_names_all_targets_in_one_line_where_only_advice_differs():
    ask, acs = (HOST_PATH._replace(targets=(target,)) for target in ("ask", "acs"))
    advised = acs._replace(fix=Fix("suggestion", "use another disk"), source=None)
    milder = acs._replace(severity="warning")
    one, *rest = lines_of("concise", Report("ask,acs", [ask, advised], 1, 1))
    assert one.startswith("jobs.yaml:112:5: error[hostpath-volume] (ask, acs) spec.volumes[data].hostPath names /data")
    assert not rest[0].startswith("jobs.yaml")
    two = lines_of("concise", Report("ask,acs", [ask, milder], 1, 1))
    assert [line.split(" spec")[0] for line in two[:2]] == [
        "jobs.yaml:112:5: error[hostpath-volume] (ask)",
        "jobs.yaml:112:5: warning[hostpath-volume] (acs)",
    ]
    assert len(lines_of("concise", Report("ask", [HOST_PATH, HOST_PATH], 1, 1))) == 3


def test_concise_ignores_width():
    told = Report("ask", [HOST_NETWORK], 1, 1)
    assert report.render("concise", told, width=10) == report.render("concise", told)


# ---- rich


def test_rich():
    told = Report("ask", [HOST_NETWORK, HOST_PATH], files=3, objects=7, skipped={"helm-template": 2})
    assert lines_of("rich", told) == [
        "error[host-network]: hostNetwork is set, and there is no node network to join",
        "  --> shop/web.yaml:14:7  Deployment shop/web",
        "   |",
        "14 |       hostNetwork: true  # one hop less",
        "   |       ^^^^^^^^^^^^^^^^^",
        "   = fix (unsafe): leave hostNetwork out",
        "14 -       hostNetwork: true  # one hop less",
        "15 -       dnsPolicy: ClusterFirstWithHostNet",
        "   +       dnsPolicy: ClusterFirst",
        "   = mind: clients that used the node's address must use a Service",
        "   = see: https://help.example.com/limits",
        "",
        "error[hostpath-volume]: spec.volumes[data].hostPath names /data on a node, and there is no node",
        "    behind the pod",
        "   --> jobs.yaml:112:5  Pod job",
        "    |",
        "112 |   - hostPath:",
        "    |     ^^^^^^^^^",
        "113 |       path: /data",
        "    = suggestion: use a cloud disk or NAS",
        "    = see: https://help.example.com/limits",
        "",
        "2 errors in 7 objects of 3 files (target ask)",
        "1 fixable: asklint fix --unsafe PATH",
        "not checked: 2 Helm templates",
    ]


def test_rich_in_chinese():
    told = Report("ask", [HOST_NETWORK._replace(message="已设置 hostNetwork"), DUPLICATE], 1, 2, lang="zh")
    assert lines_of("rich", told) == [
        "错误[host-network]：已设置 hostNetwork",
        "  --> shop/web.yaml:14:7  Deployment shop/web",
        "   |",
        "14 |       hostNetwork: true  # one hop less",
        "   |       ^^^^^^^^^^^^^^^^^",
        "   = 修复（不安全）：leave hostNetwork out",
        "14 -       hostNetwork: true  # one hop less",
        "15 -       dnsPolicy: ClusterFirstWithHostNet",
        "   +       dnsPolicy: ClusterFirst",
        "   = 注意：clients that used the node's address must use a Service",
        "   = 参见：https://help.example.com/limits",
        "",
        "警告[duplicate-key]：replicas stands again on line 9",
        " --> shop/web.yaml:8:3",
        "  |",
        "8 |   replicas: 2",
        "  |   ^^^^^^^^^^^",
        "  = 修复（安全）：remove the one that kubectl ignores",
        "8 -   replicas: 2",
        "",
        "1 个错误、1 个警告（已检查 1 个文件中的 2 个对象，目标 ask）",
        "2 个可修复：1 个安全（asklint fix PATH），另外 1 个需加 --unsafe",
    ]


def test_a_fix_that_asklint_does_not_make():
    assert shown(refused(HOST_NETWORK, "a comment would be lost")).splitlines()[5:] == [
        "   = fix (unsafe): leave hostNetwork out",
        "   = mind: clients that used the node's address must use a Service",
        "   = not made: a comment would be lost",
        "   = see: https://help.example.com/limits",
    ]


def test_without_object_excerpt_fix_and_page():
    assert shown(UNFIXABLE._replace(object=None, place=Place("odd.yaml", 1, 1, 1, 2))) == (
        "info[yaml-syntax]: a word\n --> odd.yaml:1:1"
    )


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (WEB, "Deployment shop/web"),
        (WEB._replace(namespace=None), "Deployment web"),
        (WEB._replace(namespace=None, name=None), "Deployment"),
    ],
)
def test_what_an_object_is_called(identity, name):
    assert shown(UNFIXABLE._replace(object=identity)).splitlines()[1] == f" --> odd.yaml:1:1  {name}"


def many(count: int, end_column: int = 9) -> Finding:
    """A finding whose place begins on line 8 and has `count` lines, of which no more than eight are known."""
    excerpt = tuple(f"  line{number:<3}" for number in range(8, 8 + min(count, 8)))
    return UNFIXABLE._replace(place=Place("odd.yaml", 8, 3, 7 + count, end_column, excerpt))


def test_a_place_of_six_lines_is_shown_whole():
    assert shown(many(6)).splitlines()[2:] == [
        "   |",
        " 8 |   line8",
        "   |   ^^^^^",
        " 9 |   line9",
        "10 |   line10",
        "11 |   line11",
        "12 |   line12",
        "13 |   line13",
    ]


def test_of_a_longer_place_the_first_lines_are_shown():
    assert shown(many(7)).splitlines()[8:] == ["12 |   line12", "   | … 2 more lines"]
    assert shown(many(100)).splitlines()[8:] == [" 12 |   line12", "    | … 95 more lines"]


def test_an_end_before_the_first_column_is_the_end_of_the_line_above():
    assert shown(many(3, end_column=1)).splitlines()[2:] == [
        "  |",
        "8 |   line8",
        "  |   ^^^^^",
        "9 |   line9",
    ]


def test_a_missing_line_end_is_marked_at_the_end():
    """A place behind the last character, and one that a mask has made shorter than it is in the file."""
    place = Place("odd.yaml", 1, 12, 1, 40, ("token: •••",))
    assert shown(UNFIXABLE._replace(place=place)).splitlines()[3:5] == ["1 | token: •••", "  |           ^"]


def test_related_places():
    other = Place("base/rbac.yaml", 120, 3, 125, 1, ("  name: agent", "  namespace: logs"))
    told = HOST_PATH._replace(fix=None, related=((other, "bound here"), (other._replace(excerpt=()), "and here")))
    assert shown(told).splitlines()[2:] == [
        "   --> jobs.yaml:112:5  Pod job",
        "    |",
        "112 |   - hostPath:",
        "    |     ^^^^^^^^^",
        "113 |       path: /data",
        "    |",
        "   ::: base/rbac.yaml:120:3  bound here",
        "    |",
        "120 |   name: agent",
        "    |   ^^^^^^^^^^^",
        "    |",
        "   ::: base/rbac.yaml:120:3  and here",
        "    = see: https://help.example.com/limits",
    ]


def test_an_info_does_not_repeat_what_it_suggests():
    """Errors and warnings are told in full each time, and so are fixes that asklint makes."""
    info = HOST_PATH._replace(severity="info")
    note, page = "    = suggestion: use a cloud disk or NAS", "    = see: https://help.example.com/limits"
    for finding, times in ((info, 1), (HOST_PATH, 2)):
        told = lines_of("rich", Report("ask", [finding, finding], 1, 1))
        assert (told.count(note), told.count(page)) == (times, times)
    told = lines_of("rich", Report("ask", [info, info._replace(source="https://elsewhere.example.com")], 1, 1))
    assert told[-3:-1] == ["    = see: https://elsewhere.example.com", ""]
    told = lines_of("rich", Report("ask", [HOST_NETWORK._replace(severity="info")] * 2, 1, 1))
    assert told.count("   = fix (unsafe): leave hostNetwork out") == 2
    assert told.count("   = mind: clients that used the node's address must use a Service") == 2
    other = lines_of("rich", Report("ask", [info, info._replace(rule="other")], 1, 1))
    assert other.count(page) == 2


def places(count: int) -> list[Finding]:
    """An info of `count` places, which says the same of each."""
    info = HOST_PATH._replace(severity="info")
    return [info._replace(place=info.place._replace(line=line, end_line=line + 1)) for line in range(1, count + 1)]


def test_an_info_that_says_the_same_of_other_places_is_told_once():
    told = lines_of("rich", Report("ask", [*places(2), HOST_NETWORK, *places(3)[2:]], 1, 1))
    assert told[:8] == [
        "info[hostpath-volume]: spec.volumes[data].hostPath names /data on a node, and there is no node",
        "    behind the pod",
        " --> jobs.yaml:1:5  Pod job",
        "  |",
        "1 |   - hostPath:",
        "  |     ^^^^^^^^^",
        "2 |       path: /data",
        "  = suggestion: use a cloud disk or NAS",
    ]
    assert told[8:13] == [
        "  = see: https://help.example.com/limits",
        "  = the same: 2 more places",
        " ::: jobs.yaml:2:5  Pod job",
        " ::: jobs.yaml:3:5  Pod job",
        "",
    ]
    assert told[13].startswith("error[host-network]")
    assert told[-2] == "1 error, 3 infos in 1 object of 1 file (target ask)"


def test_of_many_places_the_first_ones_are_shown():
    eleven = lines_of("rich", Report("ask", places(11), 1, 1))
    assert (eleven.count("  = the same: 10 more places"), sum(" ::: " in line for line in eleven)) == (1, 10)
    twelve = lines_of("rich", Report("ask", places(12), 1, 1))
    assert [line for line in twelve if ":::" in line][-1] == " ::: jobs.yaml:10:5  Pod job"
    assert twelve[-3] == "      … 2 more places (--format concise names each)"
    assert twelve[-1] == "12 infos in 1 object of 1 file (target ask)"
    assert "     … 另有 2 处（--format concise 逐一列出）" in "\n".join(
        lines_of("rich", Report("ask", places(12), 1, 1, lang="zh"))
    )


ONE = places(1)[0]


@pytest.mark.parametrize(
    "other",
    [
        ONE._replace(severity="warning"),
        ONE._replace(message="another"),
        ONE._replace(rule="another"),
        ONE._replace(source=None),
        ONE._replace(targets=("ask",)),
        ONE._replace(fix=None),
        ONE._replace(fix=Fix("suggestion", "another")),
        ONE._replace(related=((ONE.place, "and here"),)),
        ONE._replace(origin=Origin("shop/templates/web.yaml")),
    ],
    ids=["severity", "message", "rule", "page", "targets", "no fix", "fix", "related", "origin"],
)
def test_what_differs_is_told_apart(other):
    told = lines_of("rich", Report("ask", [ONE, other, other], 1, 1))
    is_info = other.severity == "info" and not other.related and not other.origin
    assert sum(" --> " in line for line in told) == (2 if is_info else 3)
    assert told.count("  = the same: 1 more place") == is_info
    assert "  = the same: 2 more places" not in told


# ---- rich: the diff


def changed(*diff: tuple[int, tuple[str, ...], tuple[str, ...]]) -> list[str]:
    finding = UNFIXABLE._replace(fix=Fix("safe", "x", None, None, diff))
    return shown(finding, 60).split("fix (safe): x\n")[1].splitlines()


def test_what_is_inserted_says_where():
    assert changed((9, (), ("  a: 1", "  b: 2")), (12, ("  c: 3",), ("  c: 4",))) == [
        " 9 +   a: 1",
        "   +   b: 2",
        "12 -   c: 3",
        "   +   c: 4",
    ]


def test_the_gutter_holds_the_last_line_of_the_diff():
    assert changed((98, ("a", "b", "c"), ())) == [" 98 - a", " 99 - b", "100 - c"]


def test_a_diff_of_twelve_lines_is_shown_whole():
    assert changed((1, tuple("abcdefghijkl"), ()))[-1] == "12 - l"


def test_of_a_longer_diff_the_first_lines_are_shown():
    rows = changed((1, tuple("abcdefghijkl"), ("m",)))
    assert rows[-2:] == ["11 - k", "   | … 2 more lines"]
    assert len(rows) == 12


def test_a_long_line_of_a_diff_is_cut_around_what_differs():
    old, new = (f"{'a' * 500}{word}{'b' * 500}" for word in ("OLD", "NEW"))
    assert changed((1, (old,), (new,))) == [
        f"1 - …{'a' * 14}OLD{'b' * 37}…",
        f"  + …{'a' * 14}NEW{'b' * 37}…",
    ]


# ---- rich: columns and cells


def test_wide_characters_are_two_cells():
    line = "  - {name: 日志, path: /应用}  # 注释"
    place = Place("odd.yaml", 1, 16, 1, 25, (line,))
    assert line[15:24] == "path: /应用"
    _, _, _, text, mark = shown(UNFIXABLE._replace(place=place)).splitlines()
    assert text == f"1 | {line}"
    assert mark == f"  | {' ' * 17}{'^' * 11}"


def test_characters_of_no_width_take_no_cell():
    line = "cafe\u0301: menu"  # an e and its accent
    place = Place("odd.yaml", 1, 8, 1, 12, (line,))
    assert shown(UNFIXABLE._replace(place=place)).splitlines()[3:5] == [f"1 | {line}", f"  | {' ' * 6}^^^^"]


def test_tabs_reach_to_the_next_fourth_cell():
    place = Place("odd.yaml", 1, 5, 1, 9, ("\tab\tkey:\t1",))
    assert shown(UNFIXABLE._replace(place=place)).splitlines()[3:5] == ["1 |     ab  key:    1", "  |         ^^^^"]


def test_a_long_line_is_cut_behind_the_place():
    place = Place("odd.yaml", 1, 3, 1, 6, (f"  key: {'v' * 200}",))
    assert shown(UNFIXABLE._replace(place=place), 44).splitlines()[3:5] == [f"1 |   key: {'v' * 32}…", "  |   ^^^"]


def test_a_line_that_just_fits_is_not_cut():
    place = Place("odd.yaml", 1, 1, 1, 4, (f"key{'v' * 37}",))
    assert shown(UNFIXABLE._replace(place=place), 44).splitlines()[3] == f"1 | key{'v' * 37}"


def test_a_place_that_fits_is_shown_whole():
    for before in range(60):
        text, start, marked = rich._fitted(f"{'v' * before}key{'v' * 60}", before, before + 3, 40)
        assert text[start : start + marked] == "key"
        assert cell_len(text) == 40


@pytest.mark.parametrize("before", [50, 200, 20_000])
def test_a_long_line_is_cut_before_the_place(before):
    place = Place("odd.yaml", 1, before + 1, 1, before + 4, (f"{'v' * before}key",))
    assert shown(UNFIXABLE._replace(place=place), 48).splitlines()[3:5] == [
        f"1 | …{'v' * 11}key",
        f"  | {' ' * 12}^^^",
    ]


def test_a_place_longer_than_the_line_shown_is_marked_as_far_as_it_is_shown():
    place = Place("odd.yaml", 1, 3, 1, 201, (f"  {'v' * 200}",))
    assert shown(UNFIXABLE._replace(place=place), 44).splitlines()[3:5] == [
        f"1 |   {'v' * 37}…",
        f"  |   {'^' * 37}",
    ]


def test_a_file_of_one_line_is_looked_at_around_the_place_alone():
    line = "[" + "1," * 2_000_000 + "1]"
    for column in (1, 2_000_001, len(line)):
        text, before, marked = rich._fitted(line, column - 1, column, 60)
        assert text[before] == line[column - 1]
        assert cell_len(text) <= 60
        assert marked == 1


LINES = st.text(st.sampled_from("ab: {}[]\"'\t中文，✓é\u0301\u200b\x1b\u202e🚀"), max_size=200)


@given(line=LINES, first=st.integers(0, 220), size=st.integers(0, 220), room=st.integers(30, 90))
def test_a_line_fits_and_its_mark_lies_in_it(line, first, size, room):
    text, before, marked = rich._fitted(line, first, first + size, room)
    assert cell_len(text) <= room
    assert before + marked <= cell_len(text)
    inside = line[first : first + size]
    if inside and inside.isascii() and inside.isprintable():
        under = text[len(rich_prefix(text, before)) :]
        assert under.startswith(inside[: max(marked, 1)])


def rich_prefix(text: str, cells: int) -> str:
    """The start of `text` that takes so many cells, with all that takes none behind it."""
    at = next((at for at in range(len(text) + 1) if cell_len(text[:at]) >= cells), len(text))
    while at < len(text) and cell_len(text[: at + 1]) == cells:
        at += 1
    return text[:at]


# ---- rich: words that wrap


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("12345678 12345678", ["12345678", "12345678"]),
        ("https://example.com/a/long/page x", ["https://example.com/a/long/page", "x"]),
        ("see https://example.com/a/long/page", ["see https://example.com/a/long/page"]),
        ("云盘数据和日志", ["云盘数据", "和日志"]),
        ("云盘数据，和日志", ["云盘数", "据，和日", "志"]),
        ("云盘的（数据）", ["云盘的", "（数据）"]),
        ("用 aliyun_ 变量", ["用", "aliyun_", "变量"]),
    ],
)
def test_where_a_line_ends(text, lines):
    assert rich._wrapped(text, 8 + ("one" in text), 0) == lines


def test_a_word_that_fits_no_line_better_stays():
    assert rich._wrapped("see 12345678", 10, 2) == ["see", "12345678"]
    assert rich._wrapped("see 123456789", 10, 2) == ["see 123456789"]


def test_later_lines_are_indented():
    finding = HOST_NETWORK._replace(message="one two three four five six seven eight nine ten eleven twelve")
    told = shown(finding, 40).splitlines()
    assert told[:3] == [
        "error[host-network]: one two three four",
        "    five six seven eight nine ten eleven",
        "    twelve",
    ]
    assert told[-4:] == [
        "   = mind: clients that used the node's",
        "       address must use a Service",
        "   = see:",
        "       https://help.example.com/limits",
    ]


@given(st.text(st.sampled_from("ab 中文，（）/."), max_size=80), st.integers(10, 40), st.integers(0, 4))
def test_wrapping_loses_nothing(text, width, indent):
    lines = rich._wrapped(text, width, indent)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines[1:]:
        assert line == line.rstrip()


def test_a_terminal_of_no_width_is_not_believed():
    assert shown(HOST_NETWORK, 0) == shown(HOST_NETWORK, 40)


# ---- what manifests hold is shown, never obeyed

NASTY = "a\x1b[31mb\x07\x9b2J\rc\u202ed\u200b\x7f\ud800\n[bold]x[/bold]\t:smile:"
HARMLESS = "a␛[31mb␇�2J␍c�d�␡�␊[bold]x[/bold]␉:smile:"


def everywhere(text: str) -> Report:
    """A Report that holds `text` wherever there is room for it."""
    place = Place(text, 1, 1, 2, 3, (text, text))
    fix = Fix("unsafe", text, text, None, ((1, (text,), (text,)),))
    finding = Finding(text, "error", text, place, text, Identity(text, text, text, text), fix, text, ((place, text),))
    caught = finding._replace(fix=fix._replace(refused=text))
    return Report(
        "ask", [finding, caught], 1, 1, {text: 1}, 1, [(text, text)], [finding], [(finding, text)], [text, text]
    )


@pytest.mark.parametrize("name", ["rich", "concise", "json"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("color", [False, True])
def test_nothing_in_a_manifest_reaches_the_terminal(name, lang, color):
    text = report.render(name, everywhere(NASTY)._replace(lang=lang), color=color)
    text = re.sub(r"\x1b\[[0-9;]*m", "", text) if color else text
    assert not summary.UNSAFE.findall(text.replace("\n", ""))
    text.encode()  # what no encoding can write is not among it
    if name != "json":
        assert "[bold]x[/bold]" in text
        assert ":smile:" in text


def test_each_character_that_is_hidden_has_a_stand_in():
    assert summary.shown(NASTY) == HARMLESS
    assert summary.shown("plain [text], 中文 and é") == "plain [text], 中文 and é"
    told = Report("ask", [UNFIXABLE._replace(message=NASTY)], 1, 1)
    assert lines_of("concise", told)[0] == f"odd.yaml:1:1: info[yaml-syntax] {HARMLESS}"


def test_a_name_cannot_begin_a_line():
    told = everywhere("x\nerror[fake]: all is lost")
    assert not [line for line in lines_of("concise", told) if line.startswith("error[fake]")]
    assert not [line for line in lines_of("rich", told) if line.startswith("error[fake]")]


def test_what_a_terminal_obeys_is_known():
    """Controls, half characters, line ends and turns of direction, as Unicode has them; and blanks of no width."""
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    obeyed = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(character) in turns
    ]
    assert len(obeyed) > 2000
    assert [
        character for character in (*obeyed, *"\u200b\u200e\u200f\u2060\ufeff") if summary.shown(character) == character
    ] == []
    assert len(summary.shown("".join(obeyed)).splitlines()) == 1


def test_json_says_what_was_there():
    (finding, _) = json.loads(report.render("json", everywhere(NASTY)))["findings"]
    assert finding["message"] == finding["object"]["name"] == finding["file"] == NASTY


# ---- colour

ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
EVERYTHING = Report(
    "ask", [HOST_NETWORK, DUPLICATE, HOST_PATH, UNFIXABLE, refused(HOST_NETWORK, "x"), many(20)], 3, 7,
    {"helm-template": 1}, 1, [("a.yaml", "permission denied")], [HOST_NETWORK], [(DUPLICATE, "y")], ["b.yaml"],
)  # fmt: skip


@pytest.mark.parametrize("name", report.FORMATS)
def test_no_colour_where_none_is_asked_for(name):
    assert "\x1b" not in report.render(name, EVERYTHING)


@pytest.mark.parametrize("name", report.FORMATS)
def test_colour_changes_no_word(name):
    colored = report.render(name, EVERYTHING, color=True)
    assert [line.rstrip() for line in ESCAPE.sub("", colored).splitlines()] == lines_of(name, EVERYTHING)


@pytest.mark.parametrize("name", ["rich", "concise"])
def test_colour_ends_with_its_line(name):
    for line in report.render(name, EVERYTHING, color=True).splitlines():
        codes = ESCAPE.findall(line)
        assert "0" not in codes[::2]
        assert codes[1::2] == ["0"] * (len(codes) // 2)
        assert len(codes) % 2 == 0


def test_what_is_coloured():
    text = report.render("rich", Report("ask", [HOST_NETWORK], 1, 1), color=True)
    assert "\x1b[1;31merror[host-network]\x1b[0m" in text
    assert "\x1b[1;31m^^^^^^^^^^^^^^^^^\x1b[0m" in text
    assert "\x1b[31m-       hostNetwork: true  # one hop less\x1b[0m" in text
    assert "\x1b[32m+       dnsPolicy: ClusterFirst\x1b[0m" in text
    assert "\x1b[1mfix (unsafe):\x1b[0m leave hostNetwork out" in text
    assert "\x1b[1;33mmind:\x1b[0m clients" in text
    assert "\x1b[1msee:\x1b[0m\x1b[2m https://help" in text
    text = report.render("concise", Report("ask", [HOST_NETWORK], 1, 1), color=True)
    assert text.startswith("\x1b[1mshop/web.yaml:14:7\x1b[0m: \x1b[1;31merror[host-network]\x1b[0m hostNetwork")


@pytest.mark.parametrize(("severity", "code"), [("error", "1;31"), ("warning", "1;33"), ("info", "1;36")])
def test_severities_have_the_same_colour_everywhere(severity, code):
    told = Report("ask", [UNFIXABLE._replace(severity=severity)], 1, 1)
    assert f"\x1b[{code}m{severity}[yaml-syntax]\x1b[0m" in report.render("concise", told, color=True)
    assert f"\x1b[{code}m{severity}[yaml-syntax]\x1b[0m" in report.render("rich", told, color=True)


# ---- the summary


@pytest.mark.parametrize("name", ["rich", "concise"])
def test_a_clean_run_is_one_line(name):
    assert lines_of(name, Report("ask", [], 1, 1)) == ["All clear for ask: 1 object of 1 file checked"]
    told = Report("acs", [], 3, 7, {"kustomize-patch": 1, "helm-template": 2, "empty": 0}, 1)
    assert lines_of(name, told) == [
        (
            "All clear for acs: 7 objects of 3 files checked; not checked: 2 Helm templates, 1 kustomize patch;"
            " silenced: 1 finding"
        )
    ]
    assert lines_of(name, told._replace(lang="zh")) == [
        "acs 检查通过：已检查 3 个文件中的 7 个对象；未检查：2 个 Helm 模板、1 个 kustomize 补丁；已忽略：1 个问题"
    ]


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        (
            {"files": 2, "objects": 0, "skipped": {"not-kubernetes": 2}},
            ["Nothing was checked: no Kubernetes object in 2 files", "not checked: 2 non-Kubernetes documents"],
        ),
        (
            {"unread": [("a.yaml", "permission denied")]},
            ["No finding in 7 objects of 3 files (target ask)", "failed: a.yaml: permission denied"],
        ),
        (
            {"objects": 0, "unread": [("a.yaml", "permission denied"), ("b.yaml", "it is a binary file")]},
            [
                "Nothing was checked: no Kubernetes object in 3 files",
                "failed: 2 files",
                "  a.yaml: permission denied",
                "  b.yaml: it is a binary file",
            ],
        ),
    ],
    ids=["nothing", "one unread", "two unread"],
)
def test_no_false_green(parts, lines):
    assert summed(**parts) == lines
    assert not any(line.kind == "clear" for line in summary.lines(Report("ask", [], **{"objects": 7} | parts)))


def test_findings_in_what_is_no_object_are_told():
    assert summed(findings=[UNFIXABLE], objects=0) == ["1 info in 0 objects of 3 files (target ask)"]


@pytest.mark.parametrize(
    ("findings", "line"),
    [
        ([DUPLICATE], ["1 fixable: asklint fix PATH"]),
        ([HOST_NETWORK, HOST_NETWORK], ["2 fixable: asklint fix --unsafe PATH"]),
        ([DUPLICATE, HOST_NETWORK, HOST_NETWORK], ["3 fixable: 1 safe (asklint fix PATH), 2 more with --unsafe"]),
        ([HOST_PATH, UNFIXABLE, refused(DUPLICATE, "x")], []),
    ],
)
def test_fixable_is_what_asklint_would_mend(findings, line):
    assert summed(findings=findings)[1:] == line


def test_everything_else_is_told_behind_the_count():
    skipped = {"empty": 1, "binary": 1, "values-file": 2}
    assert summed(findings=[UNFIXABLE], skipped=skipped, silenced=2, moot=3, unread=[("a", "b")]) == [
        "1 info in 7 objects of 3 files (target ask)",
        "not checked: 2 Helm values files, 1 binary file, 1 empty file",
        "not shown: 3 findings in objects that a fix drops whole",
        "silenced: 2 findings",
        "failed: a: b",
    ]


REASONS = {
    "helm-template": ("1 Helm template", "2 Helm templates", "2 个 Helm 模板"),
    "values-file": ("1 Helm values file", "2 Helm values files", "2 个 Helm values 文件"),
    "chart-file": ("1 Helm chart file", "2 Helm chart files", "2 个 Helm chart 文件"),
    "cluster-chart": (
        "1 chart that the cluster renders",
        "2 charts that the cluster renders",
        "2 个由集群渲染的 Helm chart",
    ),
    "kustomize-patch": ("1 kustomize patch", "2 kustomize patches", "2 个 kustomize 补丁"),
    "kustomization": ("1 kustomization", "2 kustomizations", "2 个 kustomization"),
    "not-kubernetes": ("1 non-Kubernetes document", "2 non-Kubernetes documents", "2 个非 Kubernetes 文档"),
    "unreadable": ("1 unreadable document", "2 unreadable documents", "2 个无法解析的文档"),
    "sops-encrypted": ("1 document encrypted by SOPS", "2 documents encrypted by SOPS", "2 个 SOPS 加密的文档"),
    "empty": ("1 empty file", "2 empty files", "2 个空文件"),
    "binary": ("1 binary file", "2 binary files", "2 个二进制文件"),
    "excluded": ("1 excluded file", "2 excluded files", "2 个被排除的文件"),
    "some-day": ("1 some-day", "2 some-day", "2 some-day"),
}


@pytest.mark.parametrize("reason", REASONS)
def test_words_for_what_is_not_checked(reason):
    told = tuple(
        summed(findings=[UNFIXABLE], skipped={reason: number}, lang=lang)[-1]
        for number, lang in ((1, "en"), (2, "en"), (2, "zh"))
    )
    one, two, chinese = REASONS[reason]
    assert told == (f"not checked: {one}", f"not checked: {two}", f"未检查：{chinese}")


def test_both_languages_say_the_same():
    words = summary._WORDS
    assert list(words["en"]) == list(words["zh"])
    for key, english in words["en"].items():
        fields = [
            {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for text in (english, words["zh"][key])
        ]
        assert fields[0] == fields[1], key
    assert summary.say("fr", "error") == "error"


# ---- the summary of a fix run


def test_what_was_fixed():
    other = HOST_NETWORK._replace(rule="host-port")
    assert summed(
        findings=[HOST_PATH],
        mended=[HOST_NETWORK, other, HOST_NETWORK, DUPLICATE],
        refused=[(HOST_NETWORK, "a comment would be lost")],
        written=["shop/web.yaml", "b.yaml"],
    ) == [
        "fixed 4 findings: 2 host-network, 1 duplicate-key, 1 host-port",
        "written: 2 files",
        "  shop/web.yaml",
        "  b.yaml",
        "mind: host-network, host-port: clients that used the node's address must use a Service",
        "pods are made anew: 1 object",
        "not fixed: shop/web.yaml:14:7 host-network: a comment would be lost",
        "left: 1 error in 7 objects of 3 files (target ask)",
        "needs a person: 1 finding",
    ]


def test_what_follows_and_what_is_needed():
    """New objects, dropped objects whose pods nobody makes anew, options that would mend, and what only a person can."""
    made = HOST_NETWORK._replace(fix=HOST_NETWORK.fix._replace(adds=("PersistentVolume a", "PersistentVolumeClaim a")))
    gone = HOST_NETWORK._replace(object=AGENT, fix=HOST_NETWORK.fix._replace(drops=True))
    asking = HOST_PATH._replace(fix=HOST_PATH.fix._replace(options=("zone", "size")))
    told = summed(mended=[made, gone], findings=[asking, asking._replace(rule="a"), HOST_PATH, UNFIXABLE])
    assert told[2:-1] == [
        "new, to be applied first: 2 objects",
        "  PersistentVolume a",
        "  PersistentVolumeClaim a",
        "gone from the files, to be deleted from a cluster that has it: DaemonSet kube-system/agent",
        "pods are made anew: 1 object",
        "left: 3 errors, 1 info in 7 objects of 3 files (target ask)",
        "needs an option in .asklint.yaml: 2 findings (a: zone, size; hostpath-volume: zone, size)",
    ]
    assert told[-1] == "needs a person: 2 findings"
    assert "needs" not in "".join(summed(findings=[asking]))  # a check


def test_a_terminal_wraps_words_and_leaves_paths():
    told = Report("ask", [], 1, 1, mended=[HOST_NETWORK, DUPLICATE], written=["a folder/" * 9])
    assert report.render("rich", told, width=40).splitlines() == [
        "fixed 2 findings: 1 duplicate-key, 1",
        "    host-network",
        f"written: {'a folder/' * 9}",
        "mind: host-network: clients that used",
        "    the node's address must use a",
        "    Service",
        "pods are made anew: 1 object",
        "All clear for ask: 1 object of 1 file checked",
    ]


def test_what_was_fixed_in_chinese():
    assert summed(lang="zh", mended=[HOST_NETWORK], written=["b.yaml"], findings=[HOST_PATH]) == [
        "已修复 1 个问题：1 host-network",
        "已写入：b.yaml",
        "注意：host-network：clients that used the node's address must use a Service",
        "Pod 将重建：1 个对象",
        "剩余：1 个错误（已检查 3 个文件中的 7 个对象，目标 ask）",
        "需要人工处理：1 个问题",
    ]


def test_all_is_fixed():
    assert summed(mended=[DUPLICATE], written=["a.yaml"])[2:] == ["All clear for ask: 7 objects of 3 files checked"]


def test_what_would_be_fixed_is_not_clear_yet():
    assert summed(mended=[DUPLICATE]) == [
        "would fix 1 finding: 1 duplicate-key",
        "Then all clear for ask: 7 objects of 3 files checked",
    ]
    assert summed(mended=[DUPLICATE], findings=[HOST_PATH])[1:] == [
        "left: 1 error in 7 objects of 3 files (target ask)",
        "needs a person: 1 finding",
    ]


def test_what_this_run_refused_is_not_fixable():
    told = Report("ask", [DUPLICATE, HOST_NETWORK], 3, 7, refused=[(DUPLICATE, "two fixes touch the same characters")])
    assert summary.fixable(told) == {"safe": 0, "unsafe": 1}
    assert "[fix refused: two fixes touch the same characters]" in lines_of("concise", told)[0]
    assert "  = not made: two fixes touch the same characters" in lines_of("rich", told)
    assert (
        json.loads(report.render("json", told))["findings"][0]["fix"]["refused"]
        == "two fixes touch the same characters"
    )


def test_a_run_that_refused_all_is_not_clear():
    assert summed(refused=[(DUPLICATE, "x")])[-1] == "No finding in 7 objects of 3 files (target ask)"


# ---- JSON


def test_json_to_the_letter():
    told = Report(
        "ask", [HOST_PATH._replace(related=((DUPLICATE.place, "此处"),), data={"asked": 1.5, "billed": 2})], 3, 7,
        {"values-file": 1, "helm-template": 2}, 1, [("a.yaml", "permission denied")],
        moot=3,
    )  # fmt: skip
    assert report.render("json", told) == (
        '{\n  "version": 1,\n  "target": "ask",\n'
        '  "summary": {"files": 3, "objects": 7,'
        ' "applications": {"ready": 0, "safe": 0, "unsafe": 0, "blocked": 0}, "errors": 1, "warnings": 0, "infos": 0,'
        ' "fixable": {"safe": 0, "unsafe": 0}, "skipped": {"helm-template": 2, "values-file": 1}, "silenced": 1, "moot": 3,'
        ' "unread": [{"file": "a.yaml", "reason": "permission denied"}]},\n'
        '  "findings": [\n    {"key": "c56d4e0e33a3c4959aa5", "rule": "hostpath-volume", "severity": "error",'
        ' "message": "spec.volumes[data].hostPath names /data on a node, and there is no node behind the pod",'
        ' "caveat": null, "file": "jobs.yaml", "line": 112, "column": 5, "endLine": 113, "endColumn": 18,'
        ' "pointer": "/spec/volumes/0/hostPath",'
        ' "object": {"apiVersion": "v1", "kind": "Pod", "namespace": null, "name": "job"},'
        ' "fix": {"applicability": "suggestion", "title": "use a cloud disk or NAS", "refused": null},'
        ' "source": "https://help.example.com/limits",'
        ' "related": [{"message": "此处", "file": "shop/web.yaml", "line": 8, "column": 3, "endLine": 8,'
        ' "endColumn": 14}], "data": {"asked": 1.5, "billed": 2}}\n  ]\n}\n'
    )


def test_json_of_nothing():
    assert report.render("json", Report("eci", [])) == (
        '{\n  "version": 1,\n  "target": "eci",\n  "summary": {"files": 0, "objects": 0,'
        ' "applications": {"ready": 0, "safe": 0, "unsafe": 0, "blocked": 0}, "errors": 0, "warnings": 0,'
        ' "infos": 0, "fixable": {"safe": 0, "unsafe": 0}, "skipped": {}, "silenced": 0, "moot": 0, "unread": []},\n'
        '  "findings": []\n}\n'
    )


def test_json_of_a_fix_run():
    told = Report("ask", [HOST_PATH], 3, 7, mended=[HOST_NETWORK], refused=[(DUPLICATE, "why")], written=["b.yaml"])
    read = json.loads(report.render("json", told))
    assert list(read)[4:] == ["fixed", "refused", "written"]
    assert [one["rule"] for one in read["fixed"]] == ["host-network"]
    assert read["fixed"][0]["caveat"] == "clients that used the node's address must use a Service"
    assert [(one["reason"], one["finding"]["rule"]) for one in read["refused"]] == [("why", "duplicate-key")]
    assert read["written"] == ["b.yaml"]


@pytest.mark.parametrize("part", [{"mended": [DUPLICATE]}, {"refused": [(DUPLICATE, "x")]}, {"written": ["a"]}])
def test_json_of_a_fix_run_has_all_three_keys(part):
    assert list(json.loads(report.render("json", Report("ask", [], **part))))[4:] == ["fixed", "refused", "written"]


def test_json_tells_what_it_has_no_word_for():
    data = {"asked": float("inf"), "sizes": (1, float("nan"), True, None), 3: {"of": Identity}}
    read = json.loads(report.render("json", Report("ask", [HOST_PATH._replace(data=data)])))
    assert read["findings"][0]["data"] == {"asked": "inf", "sizes": [1, "nan", True, None], "3": {"of": str(Identity)}}


TEXT = st.text(st.characters(exclude_categories=()), max_size=12)  # half characters are in file names
NUMBER = st.integers(1, 10**6)
PLACES = st.builds(Place, TEXT, NUMBER, NUMBER, NUMBER, NUMBER, st.lists(TEXT, max_size=9).map(tuple))
DIFFS = st.lists(st.tuples(NUMBER, st.lists(TEXT).map(tuple), st.lists(TEXT).map(tuple)), max_size=3).map(tuple)
IDENTITIES = st.builds(Identity, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT)
FIXES = st.builds(
    Fix, st.sampled_from(["safe", "unsafe", "suggestion"]), TEXT, st.none() | TEXT, st.none() | TEXT, DIFFS
)
FINDINGS = st.builds(
    Finding,
    st.text(min_size=1, max_size=9),
    st.sampled_from(["error", "warning", "info"]),
    TEXT,
    PLACES,
    st.none() | st.lists(TEXT.map(lambda key: "/" + key.replace("~", "~0").replace("/", "~1"))).map("".join),
    st.none() | IDENTITIES,
    st.none() | FIXES,
    st.none() | TEXT,
    st.lists(st.tuples(PLACES, TEXT), max_size=2).map(tuple),
    st.none() | st.dictionaries(TEXT, st.floats() | st.integers() | TEXT | st.none(), max_size=3),
    st.none() | TEXT,
    st.lists(st.sampled_from(["ask", "eci", "acs"]), max_size=2).map(tuple),
    TEXT,
    TEXT,
)
COUNT = st.integers(0, 99)
READY = st.builds(Readiness, TEXT, COUNT, COUNT, COUNT, st.booleans())
REPORTS = st.builds(
    Report,
    st.sampled_from(["ask", "eci", "acs"]),
    st.lists(FINDINGS, max_size=3),
    NUMBER,
    st.integers(0, 99),
    st.dictionaries(st.sampled_from(list(REASONS)), st.integers(0, 9)),
    st.integers(0, 9),
    st.lists(st.tuples(TEXT, TEXT), max_size=2),
    st.lists(FINDINGS, max_size=2),
    st.lists(st.tuples(FINDINGS, TEXT), max_size=2),
    st.lists(TEXT, max_size=2),
    st.sampled_from(["en", "zh"]),
    names=st.lists(TEXT, max_size=2),
    moot=st.integers(0, 9),
    namespaces=st.none() | st.lists(READY, max_size=2),
    sides=st.just(()),
    accepted=st.integers(0, 9),
    stale=st.dictionaries(st.tuples(TEXT, TEXT), st.integers(1, 9), max_size=2),
    seen=st.lists(st.builds(Seen, IDENTITIES, st.booleans(), TEXT), max_size=3),
    run=st.builds(
        Run,
        st.just("/repository/deploy"),
        st.sampled_from(["", "/repository", "/elsewhere"]),
        st.none() | st.integers(0, 3),
        st.sampled_from(["error", "warning", "info", "never"]),
        folders=st.just(()),
        before=st.none()
        | st.lists(FINDINGS, max_size=2).map(lambda told: json.loads(report.render("json", Report("ask", told)))),
    ),
)


@pytest.fixture(scope="module")
def validator(root):
    schema = json.loads((root / "schemas" / "report.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@given(told=REPORTS)
def test_json_is_what_its_schema_says(validator, told):
    text = report.render("json", told)
    text.encode()
    read = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    validator.validate(read)
    assert [one["message"] for one in read["findings"]] == [one.message for one in told.findings]


def keys_of(value: object, path: str = "") -> set[str]:
    if isinstance(value, dict) and path.endswith("/data"):
        return set()
    if isinstance(value, dict):
        return {f"{path}/{key}" for key in value} | {
            one for key in value for one in keys_of(value[key], f"{path}/{key}")
        }
    return {one for item in value for one in keys_of(item, path)} if isinstance(value, list) else set()


def test_the_schema_is_strict(validator):
    """Each key of a full report is required, and beside it stands no other."""
    full = HOST_NETWORK._replace(related=((DUPLICATE.place, "x"),), data={})
    told = Report("ask", [full], 1, 1, {}, 0, [("a", "b")], [full], [(full, "y")], ["c"])
    read = json.loads(report.render("json", told))
    validator.validate(read)
    for path in keys_of(read):
        *way, key = path.split("/")[1:]
        for change in ("without", "with another"):
            changed = json.loads(json.dumps(read))
            holder = changed
            for step in way:
                holder = holder[step][0] if isinstance(holder[step], list) else holder[step]
            if change == "without":
                del holder[key]
            else:
                holder["other"] = 1
            assert not validator.is_valid(changed), f"{path} {change}"


@given(told=REPORTS)
def test_every_report_can_be_shown(told):
    for name in ("rich", "concise"):
        text = report.render(name, told, width=60)
        text.encode()
        assert not summary.UNSAFE.findall(text.replace("\n", ""))
        colored = report.render(name, told, width=60, color=True)
        assert [line.rstrip() for line in ESCAPE.sub("", colored).split("\n")] == [
            line.rstrip() for line in text.split("\n")
        ]


@settings(max_examples=20)
@given(sides=st.lists(REPORTS, min_size=2, max_size=2))
@pytest.mark.parametrize("name", report.FORMATS)
def test_every_report_of_several_targets_can_be_shown(name, sides):
    sides = [side._replace(target=target) for side, target in zip(sides, ("ask", "acs"), strict=True)]
    told = sides[0]._replace(target="ask,acs", sides=sides)
    assert report.render(name, told).encode()


# ---- what start-up pays


@pytest.mark.parametrize(("name", "paid"), [("json", False), ("concise", False), ("rich", True)])
def test_rich_is_imported_for_its_format_alone(name, paid):
    code = (
        "import sys; from asklint import report; from asklint.finding import Report\n"
        f"assert 'rich' not in sys.modules; report.render({name!r}, Report('ask', []), color=True)\n"
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == int(paid)
