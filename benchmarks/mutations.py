"""Break every rule in each of its parts, and see whether its own examples notice.

    python benchmarks/mutations.py [RULE]… [--folder DIR]

A mutant is a rule file in which one thing is different: a word of its condition, a path, a row of its table, an
operation of its fix. It survives where all examples of the rule still hold, and show the same cases and fixes. Prints
how many there are of each sort, and the survivors by rule. Works in this process alone; nothing is written.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from asklint import data, engine, library
from asklint.finding import Hit
from asklint.library import RuleFile
from asklint.rule import TARGETS, Remedy, Rule
from asklint.source import Source

Place = tuple[str | int, ...]
Shown = tuple[str, str, str | None]  # a target, a case, the title of the fix that is offered

_GONE = object()
_OTHER = {"safe": "unsafe", "unsafe": "safe", "suggestion": "unsafe"}


class Mutant(NamedTuple):
    """A rule with one thing different: of what sort, what it is, and the content of its file then."""

    sort: str
    what: str
    content: Mapping[str, Any]


# -- breaking


def mutants(content: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every mutant of the rule file `content`."""
    for sort, place, value in _changes(content):
        what = _shown(place) + (" dropped" if value is _GONE else f" → {value}")
        yield Mutant(sort, what, _put(content, place, value))


def _changes(content: Mapping[str, Any]) -> Iterator[tuple[str, Place, Any]]:
    """What is changed in `content`: of what sort, where, and to what."""
    for verb in ("forbid", "require"):
        if verb in content:
            yield from _verb(content[verb], (verb,))
    for name, parameter in content.get("python", {}).items():
        if name not in ("check", "across"):
            yield "parameter", ("python", name), _GONE
            yield from _rows(parameter, ("python", name))
    for index, _ in enumerate(content["scope"] if isinstance(content["scope"], list) else ()):
        yield "scope", ("scope", index), _GONE
    for case in content.get("severities", {}):
        yield "severity of a case", ("severities", case), _GONE
    for case in content["message"] if isinstance(content["message"], dict) else ():
        yield "message of a case", ("message", case), _GONE
    for name, option in content.get("options", {}).items():
        changed = not option["default"] if isinstance(option["default"], bool) else "other"
        yield "default of an option", ("options", name, "default"), changed
    yield from _targets(content["targets"])
    yield from _fixes(content.get("fix", []))


def _verb(spec: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Place, Any]]:
    if isinstance(spec["at"], list):
        for index, path in enumerate(spec["at"]):
            yield "path", (*place, "at", index), _GONE
            yield from _names(path, (*place, "at", index))
    else:
        yield from _names(spec["at"], (*place, "at"))
    if "unless" in spec:
        yield "unless", (*place, "unless"), _GONE
    yield from _condition(spec.get("is", {}), (*place, "is"))


def _names(path: str, place: Place) -> Iterator[tuple[str, Place, Any]]:
    """Each name of `(a|b)` left out, and the first item for every one."""
    for group in re.finditer(r"\(([^()]+\|[^()]+)\)", path):
        names = group[1].split("|")
        for name in names:
            less = "|".join(one for one in names if one != name)
            yield "path", place, path[: group.start()] + f"({less})" + path[group.end() :]
    for star in re.finditer(r"\[\*\]", path):
        yield "path", place, path[: star.start()] + "[0]" + path[star.end() :]


def _condition(spec: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Place, Any]]:
    for word, given in spec.items():
        here = (*place, word)
        yield "condition", here, _GONE
        if word in ("minimum", "maximum"):
            yield from (("condition", here, given + step) for step in (-1, 1))
        elif word == "pattern":
            yield from (("condition", here, less) for less in _patterns(given))
        elif word == "not":
            yield from _condition(given, here)
        elif word in ("enum", "required", "type", "anyOf") and isinstance(given, list):
            yield from (("condition", (*here, index), _GONE) for index, _ in enumerate(given) if len(given) > 1)
        if word in ("anyOf", "properties"):
            for key, inner in enumerate(given) if word == "anyOf" else given.items():
                yield from _condition(inner, (*here, key))


def _patterns(pattern: str) -> Iterator[str]:
    """`pattern` without each of its anchors, and without each of its outermost alternatives."""
    if pattern.startswith("^"):
        yield pattern[1:]
    if pattern.endswith("$"):
        yield pattern[:-1]
    depth, parts = 0, [""]
    for part in re.findall(r"\\.|\[(?:\\.|[^]])+\]|.", pattern, re.DOTALL):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += part
    if len(parts) > 1:
        yield from ("|".join(parts[:index] + parts[index + 1 :]) for index, _ in enumerate(parts))


def _rows(parameter: Any, place: Place) -> Iterator[tuple[str, Place, Any]]:
    """Each row of a table left out, each number and switch changed; what stands in schemas/ is another file's."""
    if isinstance(parameter, bool):
        yield "number or switch", place, not parameter
    elif isinstance(parameter, int | float):
        yield from (("number or switch", place, parameter + step) for step in (-1, 1))
    elif isinstance(parameter, list) or (isinstance(parameter, dict) and parameter.keys() != {"schema"}):
        for key, inner in parameter.items() if isinstance(parameter, dict) else enumerate(parameter):
            yield "row", (*place, key), _GONE
            yield from _rows(inner, (*place, key))


def _targets(targets: Mapping[str, Any]) -> Iterator[tuple[str, Place, Any]]:
    """A target on which the rule falls silent, or begins to speak."""
    for name in TARGETS:
        if "severity" in targets[name]:
            yield "target", ("targets", name, "status"), "supported"
        else:
            loud = next(one for one in targets.values() if "severity" in one)
            yield "target", ("targets", name), {**targets[name], "status": loud["status"], "severity": loud["severity"]}


def _fixes(fix: Any) -> Iterator[tuple[str, Place, Any]]:
    for index, entry in enumerate(fix if isinstance(fix, list) else [fix]):
        place: Place = ("fix", index) if isinstance(fix, list) else ("fix",)
        yield "fix", place, _GONE
        yield "applicability", (*place, "applicability"), _OTHER[entry["applicability"]]
        if "case" in entry:
            yield "case of a fix", (*place, "case"), _GONE
        for key in entry.get("when", ()):
            yield "option of a fix", (*place, "when", key), _GONE
        for number, _ in enumerate(entry.get("targets", ())):
            yield "target of a fix", (*place, "targets", number), _GONE
        if "targets" in entry:
            yield "target of a fix", (*place, "targets"), _GONE
        do = entry.get("do", [])
        for number, operation in enumerate(do if isinstance(do, list) else [do]):
            here = (*place, "do", number) if isinstance(do, list) else (*place, "do")
            yield "operation", here, _GONE
            if "was" in operation:
                yield "was", (*here, "was"), _GONE


def _put(content: Any, place: Place, value: Any) -> Any:
    """`content` with `value` at `place`, or without it; nothing else is copied."""
    key, rest = place[0], place[1:]
    if rest:
        value = _put(content[key], rest, value)
    if isinstance(content, dict):
        return {
            name: value if name == key else old for name, old in content.items() if name != key or value is not _GONE
        }
    return [value if index == key else old for index, old in enumerate(content) if index != key or value is not _GONE]


def _shown(place: Place) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).removeprefix(".")


# -- judging


class _Offering(Rule):
    """A rule that notes which of its cases are met, and which of its fixes are offered."""

    __slots__ = ("offered",)

    def remedy(self, hit: Hit, options: Mapping[str, Any]) -> Remedy | None:
        """The fix for `hit`, noted."""
        found = super().remedy(hit, options)
        self.offered.add((self.target, hit.case, found and found.title))
        return found


def shown(rule: RuleFile) -> set[Shown]:
    """What the examples of `rule` show: the cases on each target, and the fixes that are offered there."""
    offered: set[Shown] = set()
    for example in rule.content["examples"]:
        setup = library.setup(rule, example, _Offering)
        for made in setup.rules:
            if isinstance(made, _Offering):
                made.offered = offered
        texts = {library.MAIN: example.get("bad", example.get("good")), **example.get("files", {})}
        told = [engine.check(Source(name, library.bare(text)), setup).told for name, text in texts.items()]
        engine.conclude([one for facts in told for one in facts], setup)
    return offered


def survives(mutant: Mutant, rule: RuleFile, offered: set[Shown]) -> bool:
    """Whether the examples of `rule` hold for `mutant`, and show what is `offered`."""
    broken = rule._replace(content=mutant.content)
    try:
        return next(library.examples(broken), None) is None and shown(broken) == offered
    except Exception:  # a rule that cannot be asked any more is noticed
        return False


def main(words: Sequence[str] | None = None) -> int:
    """Prints the figures of the rules named in `words`, or of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rules", nargs="*", metavar="RULE")
    parser.add_argument("--folder", type=Path, default=data.root() / "rules")
    asked = parser.parse_args(words)
    files = [path for path in library.files(asked.folder) if not asked.rules or path.stem in asked.rules]
    started = time.process_time()
    made: Counter[str] = Counter()
    left: Counter[str] = Counter()
    survivors: dict[str, list[Mutant]] = defaultdict(list)
    for path in files:
        rule = RuleFile(path.stem, path, data.parse(path))
        offered = shown(rule)
        for mutant in mutants(rule.content):
            made[mutant.sort] += 1
            if survives(mutant, rule, offered):
                left[mutant.sort] += 1
                survivors[rule.name].append(mutant)
    _print(survivors, made, left)
    spent = time.process_time() - started
    print(f"{len(files)} rules, {made.total()} mutants, {left.total()} survive, {spent:.0f} s of a processor")
    return 0


def _print(survivors: Mapping[str, Iterable[Mutant]], made: Counter[str], left: Counter[str]) -> None:
    for name, mutants_left in survivors.items():
        print(name)
        for mutant in mutants_left:
            print(f"  {mutant.sort}: {mutant.what}")
    print(f"\n{'sort':24}{'mutants':>9}{'survive':>9}")
    for sort, count in made.most_common():
        print(f"{sort:24}{count:9}{left[sort]:9}")


if __name__ == "__main__":
    raise SystemExit(main())
