"""One text open in an editor: what the rules say of it, and the changes that would mend or silence it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from asklint import config, engine, library
from asklint.edit import CannotEdit
from asklint.engine import Found
from asklint.finding import Finding
from asklint.gather import without_moot
from asklint.inputs import files
from asklint.report import pages, summary
from asklint.request import Options, Request, Wrong, requests
from asklint.source import Source
from asklint.suppress import suppress


class Change(NamedTuple):
    """Lines `first` to `last` (from 0, the end exclusive) become `text`."""

    first: int
    last: int
    text: str


class Action(NamedTuple):
    """Something that may be done about a finding; `kind` is `safe`, `unsafe` or `silence`."""

    kind: str
    title: str
    finding: Finding
    changes: list[Change]


class Workspace:
    """The configs of the files that are open, each read once until it changes."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._known: dict[tuple[object, ...], list[Request]] = {}

    def requests(self, path: Path) -> list[Request]:
        """What is asked of the file at `path`, for each target. Raises Wrong where its config cannot be used."""
        file = config.find(path.parent)
        beside = (file.parent if file else Path.cwd()) / config.BASELINE
        stamp = (file, *(one.stat().st_mtime_ns if one and one.exists() else 0 for one in (file, beside)))
        if stamp not in self._known:
            asked = requests((str(path),), self.options._replace(config_file=str(file) if file else None))
            self._known = {known: kept for known, kept in self._known.items() if known[0] != file} | {stamp: asked}
        return self._known[stamp]

    def forget(self) -> None:
        """All configs and rules are read again."""
        self._known.clear()


class Opened:
    """A text, and what the rules say of it. Raises Wrong where the config cannot be used."""

    def __init__(self, workspace: Workspace, path: Path, text: str) -> None:
        self.source = Source(str(path), text)
        self.findings: list[Finding] = []
        self._edits: dict[int, tuple[Request, Found]] = {}  # by the index of the finding
        self.asked = workspace.requests(path)
        if not _reason(self.asked[0], path) and "\0" not in text:
            for asked in self.asked:
                self._ask(asked)

    def _ask(self, asked: Request) -> None:
        checked = engine.check(self.source, asked.setup)
        found = {id(one.finding): one for one in checked.found}
        heard = [finding for finding in checked.findings if engine.is_heard(finding, asked.setup)]
        heard = without_moot(heard) + [one.finding for one in engine.conclude(checked.told, asked.setup)]
        baseline = asked.setup.baseline
        accepted = baseline.accepts(heard) if baseline else [False] * len(heard)
        for finding, known in zip(heard, accepted, strict=True):
            if known:
                continue
            at = self._note(finding, asked)
            if id(finding) in found:
                self._edits.setdefault(at, (asked, found[id(finding)]))

    def _note(self, finding: Finding, asked: Request) -> int:
        """Adds a finding, and gives its index: that of another target's where that says the same."""
        if len(self.asked) == 1:
            self.findings.append(finding)
            return len(self.findings) - 1
        at = self._known_as(finding)
        before = () if at is None else self.findings[at].targets
        noted = finding._replace(targets=(*before, asked.plan.target))
        if at is None:
            self.findings.append(noted)
            return len(self.findings) - 1
        self.findings[at] = noted
        return at

    def _known_as(self, finding: Finding) -> int | None:
        """The index of what another target says in the same words of the same place."""
        for index, known in enumerate(self.findings):
            if (known.rule, known.message, known.place) == (finding.rule, finding.message, finding.place):
                return index
        return None

    # -- what may be done

    def actions(self, first: int, last: int) -> Iterator[Action]:
        """What may be done about the findings on lines `first` to `last`, from 1: proven changes alone."""
        silenced = set()
        for index, finding in enumerate(self.findings):
            if finding.place.line > last or finding.place.end_line < first:
                continue
            yield from self._fix(index, finding)
            if (finding.rule, finding.place.line) not in silenced:
                silenced.add((finding.rule, finding.place.line))
                yield from self._silence(index, finding)

    def _fix(self, index: int, finding: Finding) -> Iterator[Action]:
        fix = finding.fix
        if fix is None or fix.applicability == "suggestion" or fix.refused is not None or index not in self._edits:
            return
        asked, found = self._edits[index]
        try:
            text = engine.change(self.source, {found.document: list(found.edits)}, asked.setup).text
        except CannotEdit:
            return
        lang = asked.plan.lang
        word = summary.say(lang, fix.applicability)
        told = f"{word}{summary.say(lang, ':')}{fix.caveat}" if fix.caveat else word
        title = summary.say(lang, "action", fix.title, told)
        yield Action(fix.applicability, title, finding, changes(self.source.text, text))

    def _silence(self, index: int, finding: Finding) -> Iterator[Action]:
        """A comment without its reason: until a person writes one, the finding stays, as does a word that it lacks."""
        asked = self._edits[index][0] if index in self._edits else self.asked[0]
        mark = "\u2060reason\u2060"  # nobody writes this
        try:
            done = suppress(self.source, asked.setup, finding.rule, mark, {finding.place.line})
        except CannotEdit:
            return
        title = summary.say(asked.plan.lang, "action-silence", finding.rule)
        text = _without(done.text, mark)
        yield Action("silence", title, finding, changes(self.source.text, text))

    def fix_all(self) -> list[Change]:
        """All safe fixes, on the first target; nothing where several are asked for, as with asklint fix."""
        if len(self.asked) > 1 or not self.findings:
            return []
        return changes(self.source.text, engine.fix(self.source, self.asked[0].setup, unsafe=False).text)

    def page(self, rule: str) -> str:
        """The page of `rule` without its examples, in Markdown; "" where there is none."""
        plan = self.asked[0].plan
        found = library.page(rule, [Path(folder) for folder in plan.folders])
        return pages.rule(rule, {**found.spec, "examples": []}, plan.lang) if found else ""


def _without(text: str, mark: str) -> str:
    import json

    return text.replace(mark, "").replace(json.dumps(mark)[1:-1], "")


def _reason(asked: Request, path: Path) -> str:
    """Why the file is not to be checked; what is not saved yet may be."""
    if not path.exists():
        return ""
    found = list(files.find((str(path),), asked.config.content.get("exclude", ()), asked.config.root))
    return found[0].reason if found else ""


def changes(old: str, new: str) -> list[Change]:
    """What makes `new` of `old`, by lines; only LF ends a line."""
    before, after = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Change(first, last, "".join(after[start:stop]))
        for tag, first, last, start, stop in matcher.get_opcodes()
        if tag != "equal"
    ]


def _lines(text: str) -> list[str]:
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines


__all__ = ["Action", "Change", "Opened", "Workspace", "Wrong", "changes"]
