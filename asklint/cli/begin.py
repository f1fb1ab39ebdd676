"""The commands to begin with: init and completion."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from asklint import __version__, config, tree, write
from asklint.cli.screen import say, writing
from asklint.edit import CannotEdit, Insert
from asklint.finding import SEVERITIES
from asklint.request import Wrong, language
from asklint.rule import TARGETS

_HOOKS = Path(".pre-commit-config.yaml")
_HOOK = {"repo": "https://github.com/asklint/asklint", "rev": f"v{__version__}", "hooks": [{"id": "asklint"}]}
_WORDS = {
    "en": {
        "target": "Where shall the manifests run? (ask: ACK Serverless; eci: ACK with virtual nodes)",
        "fail-on": "From which severity on shall a check fail?",
        "hook": "Check before each commit, with pre-commit?",
        "written": "written: {0}\n",
        "hooked": "{0} has a hook asklint already\n",
        "by-hand": "{0} is left as it is ({1}); this goes under repos:\n{2}",
        "next": "Next:\n"
        "  asklint check                 what is wrong\n"
        "  asklint fix --unsafe --diff   what asklint would make of it\n"
        "  asklint baseline              accept what is there today, so that only new findings fail\n",
        "next-hook": "  pre-commit install            the hook, in this clone\n",
    },
    "zh": {
        "target": "清单将运行在哪里？（ask：ACK Serverless，eci：带虚拟节点的 ACK）",
        "fail-on": "从哪个级别起视为检查失败？",
        "hook": "是否用 pre-commit 在每次提交前检查？",
        "written": "已写入：{0}\n",
        "hooked": "{0} 中已有 asklint 钩子\n",
        "by-hand": "{0} 保持原样（{1}），请把以下内容加到 repos: 之下\n{2}",
        "next": "下一步：\n"
        "  asklint check                 有什么问题\n"
        "  asklint fix --unsafe --diff   asklint 会如何修改\n"
        "  asklint baseline              接受现有的问题，只有新问题才会失败\n",
        "next-hook": "  pre-commit install            在本仓库中启用钩子\n",
    },
}
_CONFIG = {
    "en": """\
# asklint reads this file from here and from every folder below. All keys: asklint schema config

# ask: ACK Serverless; eci: ACK with virtual nodes; acs: Container Compute Service; or several: [ask, acs]
target: {target}
fail-on: {fail_on}  # error, warning, info or never

# The cluster's version, in quotes; without it the newest that asklint knows counts.
# kubernetes-version: "1.34"

# Files that are not to be checked, as in .gitignore.
# exclude: [vendor/]

# Rules are listed by `asklint rules`; `asklint rule NAME` shows one, with its options.
# severity:
#   host-port: error
# options:
#   service-nodeport:
#     to: ClusterIP

# What is not to be reported: a rule or category, or single findings with the reason.
# ignore:
# - annotation-system
# - rule: privileged
#   name: search-*
#   reason: the account is allow-listed
#   until: "2030-01-31"
""",
    "zh": """\
# 本目录及其下所有目录都使用此配置。全部配置项：asklint schema config

# ask：ACK Serverless；eci：带虚拟节点的 ACK；acs：容器计算服务；也可以是多个：[ask, acs]
target: {target}
fail-on: {fail_on}  # error、warning、info 或 never

# 集群版本，需加引号；未指定时以 asklint 已知的最新版本为准。
# kubernetes-version: "1.34"

# 不检查的文件，写法与 .gitignore 相同。
# exclude: [vendor/]

# `asklint rules` 列出规则，`asklint rule NAME` 显示某条规则及其选项。
# severity:
#   host-port: error
# options:
#   service-nodeport:
#     to: ClusterIP

# 不报告的内容：规则或类别，或者个别问题及其原因。
# ignore:
# - annotation-system
# - rule: privileged
#   name: search-*
#   reason: 账号已加白名单
#   until: "2030-01-31"
""",
}


@click.command(short_help="Write a .asklint.yaml to begin with.")
@click.option("--target", type=click.Choice(TARGETS), help="Where the manifests shall run.")
@click.option(
    "--fail-on", type=click.Choice((*SEVERITIES, "never")), help="The least severity that exits 1 (default: error)."
)
@click.option("--pre-commit/--no-pre-commit", "hook", default=None, help="Add a hook to .pre-commit-config.yaml.")
@click.option("--force", is_flag=True, help="Replace a .asklint.yaml that is there.")
@click.option("--lang", type=click.Choice(("en", "zh")), help="The language of questions and comments.")
def init(target: str | None, fail_on: str | None, hook: bool | None, force: bool, lang: str | None) -> None:
    """Write a .asklint.yaml to begin with into this folder; in a terminal, ask what no option says."""
    file, words = Path(config.NAME), _WORDS[language(lang)]
    if file.exists() and not force:
        raise Wrong(f"{file} is there; --force replaces it")
    asks = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    if target is None:
        target = _ask(words["target"], TARGETS) if asks else "ask"
    if fail_on is None:
        fail_on = _ask(words["fail-on"], (*SEVERITIES, "never")) if asks else "error"
    if hook is None:
        hook = asks and click.confirm(words["hook"], default=False)
    text = _CONFIG[language(lang)].format(target=target, fail_on=fail_on)
    _write(file, text.encode(), file.read_bytes() if file.exists() else None)
    say(words["written"].format(file))
    if hook:
        _add_hook(words)
    say(words["next"] + (words["next-hook"] if hook else ""))


def _ask(question: str, choices: tuple[str, ...]) -> str:
    answer: str = click.prompt(question, type=click.Choice(choices), default=choices[0])
    return answer


def _write(file: Path, content: bytes, before: bytes | None) -> None:
    with writing(file):
        write.atomic(file, content, before)


def _add_hook(words: dict[str, str]) -> None:
    """Adds the hook to .pre-commit-config.yaml, which keeps its comments; or says what to add."""
    from asklint import lower, render
    from asklint.inputs import files

    if not _HOOKS.exists():
        lines = render.block({"repos": [_HOOK]}, 2, 0)
        _write(_HOOKS, "".join(line + "\n" for line in lines).encode(), None)
        say(words["written"].format(_HOOKS))
        return
    try:
        source = files.read(_HOOKS, str(_HOOKS))
        documents = tree.read(source.text)
        if any("'id': 'asklint'" in repr(document.data) for document in documents):
            say(words["hooked"].format(_HOOKS))
            return
        text, _ = lower.change(source.text, documents, {0: [Insert(("repos",), _HOOK)]})
    except (CannotEdit, OSError) as error:
        example = "".join(line + "\n" for line in render.block([_HOOK], 2, 0))
        say(words["by-hand"].format(_HOOKS, error, example))
        return
    _write(_HOOKS, source.encode(text), source.encode(source.text))
    say(words["written"].format(_HOOKS))


@click.command(short_help="Print the completion of a shell.")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes SHELL complete commands, options, rules and targets.

    For bash, in ~/.bashrc: eval "$(asklint completion bash)"
    """
    from click.shell_completion import get_completion_class

    found: Any = get_completion_class(shell)
    made = found(ctx.find_root().command, {}, "asklint", "_ASKLINT_COMPLETE")
    say(str(made.source_template % made.source_vars()) + "\n")  # source() would look for a bash to ask its version
