"""What the formats share: counts, the words for them in English and Chinese, and text made harmless."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from asklint.finding import SEVERITIES, Finding, Fix, Identity, Report

# What a terminal obeys or hides: control characters, escapes, direction marks, blanks of no width, half characters.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "error": "error",
        "warning": "warning",
        "info": "info",
        "fix": "fix ({0})",
        "safe": "safe",
        "unsafe": "unsafe",
        "suggestion": "suggestion",
        "caveat": "mind",
        "refused": "not made",
        "page": "see",
        "hint-safe": "[fix: safe]",
        "hint-unsafe": "[fix: unsafe]",
        "hint-suggestion": "[suggestion]",
        "hint-refused": "[fix refused: {0}]",
        "from": "from",
        "around": "somewhere in this block",
        "action": "asklint: {0} ({1})",
        "action-all": "asklint: make all safe fixes",
        "action-silence": "asklint: silence {0} here; write the reason",
        "more": "… {0}",
        "same": "the same",
        "same-rest": "… {0} (--format concise names each)",
        ",": ", ",
        ";": "; ",
        ":": ": ",
        "size": "{0} of {1}",
        "found": "{0} in {1} (target {2})",
        "left": "left: {0}",
        "clear": "All clear for {1}: {0} checked",
        "nothing-new": "Nothing new for {1}: {0} checked",
        "then-clear": "Then all clear for {1}: {0} checked",
        "nothing": "Nothing was checked: no Kubernetes object in {0}",
        "nothing-live": "Nothing was checked: there is no such object, or none that may be read",
        "ready": "ready: {0} ({1}){2}",
        "not-ready": "not ready: {0} ({1}){2}",
        "unknown": "not known: {0} ({1}){2}, but not everything there could be read",
        "in-cluster": "the cluster itself",
        "left-out": "{0}: may not be read, and is left out",
        "not-written": "{0}: not written, since {1} {2} makes it",
        "claims": "mind: claims are written without their volumes, whose data stay where they are: {0}",
        "none": "No finding in {0} (target {1})",
        "fixable-both": "{0} fixable: {1} safe ({3}{4}), {2} more with --unsafe",
        "fixable-safe": "{0} fixable: {3}{4}",
        "fixable-unsafe": "{0} fixable: {3} --unsafe{4}",
        "skipped": "not checked: {0}",
        "silenced": "silenced: {0}",
        "moot": "not shown: {0} in objects that a fix drops whole",
        "accepted": "accepted by the baseline: {0}",
        "stale": "accepted by the baseline and gone: {0} (asklint baseline --prune)",
        "expired": "no longer silenced, since the day in the config is past: {0}",
        "unread": "failed: {0}",
        "fixed": "fixed {0}: {1}",
        "would-fix": "would fix {0}: {1}",
        "written": "written: {0}",
        "not-fixed": "not fixed: {0}",
        "caveats": "mind: {0}",
        "option": "needs an option in .asklint.yaml: {0} ({1})",
        "person": "needs a person: {0}",
        "first": "new, to be applied first: {0}",
        "gone": "gone from the files, to be deleted from a cluster that has it: {0}",
        "anew": "pods are made anew: {0}",
    },
    "zh": {
        "error": "错误",
        "warning": "警告",
        "info": "提示",
        "fix": "修复（{0}）",
        "safe": "安全",
        "unsafe": "不安全",
        "suggestion": "建议",
        "caveat": "注意",
        "refused": "未修改",
        "page": "参见",
        "hint-safe": "[修复：安全]",
        "hint-unsafe": "[修复：不安全]",
        "hint-suggestion": "[建议]",
        "hint-refused": "[未修改：{0}]",
        "from": "来自",
        "around": "位于此块之内",
        "action": "asklint：{0}（{1}）",
        "action-all": "asklint：进行所有安全的修复",
        "action-silence": "asklint：在此忽略 {0}，请写明原因",
        "more": "… 另有 {0}",
        "same": "同样",
        "same-rest": "… 另有 {0}（--format concise 逐一列出）",
        ",": "、",
        ";": "；",
        ":": "：",
        "size": "{1}中的 {0}",
        "found": "{0}（已检查 {1}，目标 {2}）",
        "left": "剩余：{0}",
        "clear": "{1} 检查通过：已检查 {0}",
        "nothing-new": "{1} 没有新问题：已检查 {0}",
        "then-clear": "修复后 {1} 检查通过：已检查 {0}",
        "nothing": "未检查任何内容：{0}中没有 Kubernetes 对象",
        "nothing-live": "未检查任何内容：没有这样的对象，或没有权限读取",
        "ready": "就绪：{0}（{1}）{2}",
        "not-ready": "未就绪：{0}（{1}）{2}",
        "unknown": "未知：{0}（{1}）{2}，部分内容无法读取",
        "in-cluster": "集群级资源",
        "left-out": "{0}：无权读取，已略过",
        "not-written": "{0}：未写入，由 {1} {2} 创建",
        "claims": "注意：写入的 PVC 不包含其存储卷，卷中的数据留在原处：{0}",
        "none": "未发现问题（已检查 {0}，目标 {1}）",
        "fixable-both": "{0} 个可修复：{1} 个安全（{3}{4}），另外 {2} 个需加 --unsafe",
        "fixable-safe": "{0} 个可修复：{3}{4}",
        "fixable-unsafe": "{0} 个可修复：{3} --unsafe{4}",
        "skipped": "未检查：{0}",
        "silenced": "已忽略：{0}",
        "moot": "未显示：修复将整个删除的对象中的 {0}",
        "accepted": "基线已接受：{0}",
        "stale": "基线已接受但已不存在：{0}（asklint baseline --prune）",
        "expired": "配置中的期限已过，不再忽略：{0}",
        "unread": "失败：{0}",
        "fixed": "已修复 {0}：{1}",
        "would-fix": "可修复 {0}：{1}",
        "written": "已写入：{0}",
        "not-fixed": "未修复：{0}",
        "caveats": "注意：{0}",
        "option": "在 .asklint.yaml 中设置选项后可修复：{0}（{1}）",
        "person": "需要人工处理：{0}",
        "first": "新增，需先部署：{0}",
        "gone": "已从文件中删除，需在已部署的集群中手动删除：{0}",
        "anew": "Pod 将重建：{0}",
    },
}

# What is counted: one and many in English, with its measure word in Chinese.
_NOUNS: dict[str, tuple[str, str, str]] = {
    "error": ("error", "errors", "个错误"),
    "warning": ("warning", "warnings", "个警告"),
    "info": ("info", "infos", "个提示"),
    "finding": ("finding", "findings", "个问题"),
    "entry": ("entry", "entries", "个条目"),
    "object": ("object", "objects", "个对象"),
    "file": ("file", "files", "个文件"),
    "more": ("more line", "more lines", "行"),
    "caveat": ("caveat", "caveats", "点"),
    "place": ("more place", "more places", "处"),
    "helm-template": ("Helm template", "Helm templates", "个 Helm 模板"),
    "values-file": ("Helm values file", "Helm values files", "个 Helm values 文件"),
    "chart-file": ("Helm chart file", "Helm chart files", "个 Helm chart 文件"),
    "cluster-chart": ("chart that the cluster renders", "charts that the cluster renders", "个由集群渲染的 Helm chart"),
    "kustomize-patch": ("kustomize patch", "kustomize patches", "个 kustomize 补丁"),
    "kustomization": ("kustomization", "kustomizations", "个 kustomization"),
    "not-kubernetes": ("non-Kubernetes document", "non-Kubernetes documents", "个非 Kubernetes 文档"),
    "unreadable": ("unreadable document", "unreadable documents", "个无法解析的文档"),
    "sops-encrypted": ("document encrypted by SOPS", "documents encrypted by SOPS", "个 SOPS 加密的文档"),
    "empty": ("empty file", "empty files", "个空文件"),
    "excluded": ("excluded file", "excluded files", "个被排除的文件"),
    "binary": ("binary file", "binary files", "个二进制文件"),
    "forbidden": ("kind that may not be read", "kinds that may not be read", "种无权读取的资源"),
    "system-namespace": ("object of a system namespace", "objects of system namespaces", "个系统命名空间的对象"),
    "secret": ("Secret", "Secrets", "个 Secret"),
    "finished": ("finished Job or Pod", "finished Jobs and Pods", "个已结束的 Job 或 Pod"),
    "old-revision": ("ReplicaSet of an old revision", "ReplicaSets of old revisions", "个旧版本的 ReplicaSet"),
    "provisioned": ("provisioned PersistentVolume", "provisioned PersistentVolumes", "个动态创建的 PersistentVolume"),
    "being-deleted": ("object being deleted", "objects being deleted", "个正在删除的对象"),
}


class Line(NamedTuple):
    """One line of a summary, and what it tells: the worst severity, or the key of its words (`written-item`, …)."""

    kind: str
    text: str


def shown(text: str) -> str:
    """`text` as one line that is only shown: what a terminal would obey or hide has a visible stand-in."""
    return text if text.isprintable() else UNSAFE.sub(_stand_in, text)


def _stand_in(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def say(lang: str, key: str, *values: object) -> str:
    """The words for `key` in `lang`, filled with `values`; English where a language is not known."""
    return _WORDS.get(lang, _WORDS["en"])[key].format(*values)


def count(lang: str, number: int, noun: str) -> str:
    """`2 Helm templates`; a noun that is not known stands as it is."""
    one, many, chinese = _NOUNS.get(noun, (noun, noun, noun))
    return f"{number} {chinese if lang == 'zh' else one if number == 1 else many}"


def name(identity: Identity) -> str:
    """`Deployment shop/web`."""
    path = "/".join(part for part in (identity.namespace, identity.name) if part)
    return f"{identity.kind} {path}" if path else identity.kind


def targets(finding: Finding, lang: str) -> str:
    """`(ask, acs)`: what the finding is true of, where a run asks about several targets; "" elsewhere."""
    names = say(lang, ",").join(finding.targets)
    return names and (f"（{names}）" if lang == "zh" else f"({names})")


def origin(finding: Finding, lang: str) -> str:
    """What rendered the line of the finding: the template, where the place does not name it, and the values; or ""."""
    told = finding.origin
    if told is None:
        return ""
    parts = list(told.values)
    if told.template != finding.place.file:
        parts.append(told.template)
    elif not told.exact:
        parts.append(say(lang, "around"))
    return say(lang, ",").join(parts)


def of_fix(fix: Fix, lang: str) -> Iterator[tuple[str, str]]:
    """What is said of a fix, each with the word before it: its title, its caveat, and why it is not made."""
    suggested = fix.applicability == "suggestion"
    yield say(lang, "suggestion") if suggested else say(lang, "fix", say(lang, fix.applicability)), fix.title
    if fix.caveat:
        yield say(lang, "caveat"), fix.caveat
    if fix.refused is not None:
        yield say(lang, "refused"), fix.refused


def findings(report: Report) -> Sequence[Finding]:
    """The findings of `report`; where this run refused to make a fix, the fix says why."""
    if not report.refused:
        return report.findings
    reasons = {_place(finding): reason for finding, reason in report.refused}
    return [
        finding._replace(fix=finding.fix._replace(refused=reasons[_place(finding)]))
        if finding.fix and not finding.fix.refused and _place(finding) in reasons
        else finding
        for finding in report.findings
    ]


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.rule, *finding.place[:5], finding.pointer


def fixable(report: Report) -> dict[str, int]:
    """How many of the findings asklint would mend, by applicability."""
    would = Counter(one.fix.applicability for one in findings(report) if one.fix and one.fix.refused is None)
    return {"safe": would["safe"], "unsafe": would["unsafe"]}


def severities(report: Report) -> dict[str, int]:
    """How many findings there are of each severity."""
    counted = Counter(finding.severity for finding in report.findings)
    return {severity: counted[severity] for severity in SEVERITIES}


def lines(report: Report) -> Iterator[Line]:
    """The summary of a run."""
    lang = report.lang
    yield from _fixes(report)
    rest = list(_not_checked(report))
    if report.findings or report.unread or report.refused or not report.objects:
        for side in report.sides or [report]:
            yield from _total(side)
        yield from _needs(report)
        yield from rest
        yield from _list(lang, "unread", "file", (f"{file}{say(lang, ':')}{why}" for file, why in report.unread))
    else:
        would = report.mended and not report.written
        key = "nothing-new" if report.accepted else "then-clear" if would else "clear"
        clear = say(lang, key, _size(report), report.target.replace(",", say(lang, ",")))
        yield Line("clear", say(lang, ";").join([clear, *(line.text for line in rest)]))
    yield from _readiness(report)


def _readiness(report: Report) -> Iterator[Line]:
    """A line for each namespace of a live cluster."""
    lang = report.lang
    for one in report.namespaces or ():
        found = {"error": one.errors, "warning": one.warnings}
        told = say(lang, ",").join(count(lang, number, severity) for severity, number in found.items() if number)
        kind = "not-ready" if one.errors else "ready" if one.complete else "unknown"
        name = one.namespace or say(lang, "in-cluster")
        yield Line(kind, say(lang, kind, name, count(lang, one.objects, "object"), told and say(lang, ":") + told))


def _size(report: Report) -> str:
    if report.namespaces is not None:
        return count(report.lang, report.objects, "object")
    objects, files = count(report.lang, report.objects, "object"), count(report.lang, report.files, "file")
    return say(report.lang, "size", objects, files)


def _total(report: Report) -> Iterator[Line]:
    lang = report.lang
    if not report.findings:
        if report.objects:
            yield Line("none", say(lang, "none", _size(report), report.target))
        elif report.namespaces is not None:
            yield Line("nothing", say(lang, "nothing-live"))
        else:
            yield Line("nothing", say(lang, "nothing", count(lang, report.files, "file")))
        return
    found = {severity: number for severity, number in severities(report).items() if number}
    told = say(lang, ",").join(count(lang, number, severity) for severity, number in found.items())
    told = say(lang, "found", told, _size(report), report.target)
    yield Line(next(iter(found)), say(lang, "left", told) if report.mended or report.written else told)
    safe, unsafe = fixable(report).values()
    if safe or unsafe:
        key = "fixable-both" if safe and unsafe else "fixable-safe" if safe else "fixable-unsafe"
        live = report.namespaces is not None
        command = "kubectl asklint --fix --out DIR" if live else "asklint fix"
        command += "" if report.target == "ask" else f" --target {report.target}"
        yield Line("fixable", say(lang, key, safe + unsafe, safe, unsafe, command, "" if live else " PATH"))


def _not_checked(report: Report) -> Iterator[Line]:
    lang = report.lang
    if any(report.skipped.values()):
        reasons = sorted(report.skipped.items(), key=lambda one: (-one[1], one[0]))
        told = say(lang, ",").join(count(lang, number, reason) for reason, number in reasons if number)
        yield Line("skipped", say(lang, "skipped", told))
    if report.moot:
        yield Line("moot", say(lang, "moot", count(lang, report.moot, "finding")))
    if report.silenced:
        yield Line("silenced", say(lang, "silenced", count(lang, report.silenced, "finding")))
    if report.accepted:
        yield Line("accepted", say(lang, "accepted", count(lang, report.accepted, "finding")))
    if report.stale:
        yield Line("stale", say(lang, "stale", count(lang, sum(report.stale.values()), "finding")))
    yield from _list(lang, "expired", "entry", report.expired)


def _fixes(report: Report) -> Iterator[Line]:
    """What a fix run did: how many by rule, which files, what to mind, what it did not dare."""
    lang = report.lang
    if report.mended:
        rules = Counter(finding.rule for finding in report.mended)
        ranked = sorted(rules.items(), key=lambda one: (-one[1], one[0]))
        told = say(lang, ",").join(f"{number} {rule}" for rule, number in ranked)
        number = count(lang, len(report.mended), "finding")
        yield Line("fixed", say(lang, "fixed" if report.written else "would-fix", number, told))
    yield from _list(lang, "written", "file", report.written)
    caveats: dict[str, dict[str, None]] = {}
    for finding in report.mended:
        if finding.fix and finding.fix.caveat:
            caveats.setdefault(finding.fix.caveat, {})[finding.rule] = None
    told_once = (f"{say(lang, ',').join(rules)}{say(lang, ':')}{caveat}" for caveat, rules in caveats.items())
    yield from _list(lang, "caveats", "caveat", told_once)
    yield from _follows(report)
    yield from _list(lang, "not-fixed", "finding", (_refusal(lang, *one) for one in report.refused))


def _needs(report: Report) -> Iterator[Line]:
    """What a fix run leaves: what an option would mend, and what only a person can."""
    if not report.mended and not report.refused:
        return
    lang, asking, persons = report.lang, Counter[str](), 0
    options: dict[str, dict[str, None]] = {}
    for finding in findings(report):
        fix = finding.fix
        if fix and fix.options:
            asking[finding.rule] += 1
            options.setdefault(finding.rule, {}).update(dict.fromkeys(fix.options))
        elif not fix or fix.refused or fix.applicability == "suggestion":
            persons += 1
    if asking:
        told = [f"{rule}{say(lang, ':')}{say(lang, ',').join(options[rule])}" for rule in sorted(options)]
        number = count(lang, asking.total(), "finding")
        yield Line("option", say(lang, "option", number, say(lang, ";").join(told)))
    if persons:
        yield Line("person", say(lang, "person", count(lang, persons, "finding")))


def _follows(report: Report) -> Iterator[Line]:
    """What must happen besides: what is to be applied first, what is to be deleted, what is made anew."""
    lang = report.lang
    added = dict.fromkeys(name for one in report.mended if one.fix for name in one.fix.adds)
    yield from _list(lang, "first", "object", added)
    if report.namespaces is not None:
        return  # what was written is for a new cluster: nothing has to go there, and no pod runs yet
    gone = dict.fromkeys(name(one.object) for one in report.mended if one.fix and one.fix.drops and one.object)
    yield from _list(lang, "gone", "object", gone)
    anew = {(one.place.file, name(one.object)) for one in report.mended if one.object and _in_pod(one)}
    if anew := {one for one in anew if one[1] not in gone}:
        yield Line("anew", say(lang, "anew", count(lang, len(anew), "object")))


def _in_pod(finding: Finding) -> bool:
    """Whether the finding is about a pod's description, so that its pods are made anew once it changes."""
    kind = finding.object.kind if finding.object else ""
    return "/template/" in f"{finding.pointer or ''}/" or kind == "Pod"


def _refusal(lang: str, finding: Finding, reason: str) -> str:
    place = finding.place
    return f"{place.file}:{place.line}:{place.column} {finding.rule}{say(lang, ':')}{reason}"


def _list(lang: str, kind: str, noun: str, items: Iterable[str]) -> Iterator[Line]:
    """One item on the line that says what it is, more of them below it."""
    told = list(items)
    if len(told) == 1:
        yield Line(kind, say(lang, kind, told[0]))
    elif told:
        yield Line(kind, say(lang, kind, count(lang, len(told), noun)))
        for item in told:
            yield Line(f"{kind}-item", f"  {item}")
