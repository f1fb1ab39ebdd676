"""One file of rules/, validated, ready to be asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from asklint.condition import compile_condition
from asklint.edit import Edit, Insert, Remove, Rename, Set
from asklint.finding import SEVERITIES, Applicability, Conclusion, Fact, Hit, Severity, Told
from asklint.path import Key, Path, PathError, concrete, get, parse, show, walk
from asklint.resource import Object, Pod
from asklint.silence import Suppression
from asklint.tree import Document

Subject = Object | Pod | Document | Suppression
Ask = Callable[[Subject, Mapping[str, Any], str], Iterator[Hit]]

TARGETS = ("ask", "eci", "acs")
_SILENT = ("supported", "unknown")
FIELD = re.compile(r"\{([\w-]+)\}")
WORDS = ("path", "value", "kind", "name")  # what the sentences of every rule may name


class RuleError(ValueError):
    """A rule file that cannot be used; the message names the rule and the key."""


class Remedy(NamedTuple):
    """One entry of a rule's `fix`."""

    applicability: Applicability
    title: str
    caveat: str | None
    do: tuple[Mapping[str, Any], ...]
    targets: tuple[str, ...]
    case: str | None
    when: Mapping[str, Any]
    options: tuple[str, ...]  # those that make a fix of a suggestion


class Rule:
    """A rule for one target and one language. `kinds` are those it is asked of, as `Kind.group`."""

    __slots__ = (
        "across", "ask", "category", "defaults", "instead_of", "kinds", "message", "name", "of_any", "of_pods",
        "of_suppressions", "of_text", "related", "remedies", "severities", "severity", "source", "target", "title",
        "whole",
    )  # fmt: skip

    def __init__(self, name: str, spec: Mapping[str, Any], target: str, schemas: Mapping[str, Any], lang: str) -> None:
        self.name = name
        self.category: str = spec["category"]
        self.target = target
        here = spec["targets"][target]
        self.severity: Severity | None = None if here["status"] in _SILENT else here.get("severity")
        first = next(iter(here.get("sources") or spec["sources"]), None)
        self.source: str | None = spec["sources"][first]["url"] if first else None
        words = {**spec, **spec.get("zh", {})} if lang == "zh" else spec
        self.severities: Mapping[str, Severity] = spec.get("severities", {})
        self.title: str = words["title"]
        self.message: str | Mapping[str, str] = words["message"]
        self.related: Mapping[str, str] = {**spec.get("related", {}), **words.get("related", {})}
        self._scope(spec["scope"])
        self.defaults = {key: option.get("default") for key, option in spec.get("options", {}).items()}
        self.instead_of = frozenset(spec.get("instead-of", ()))
        self.remedies = tuple(remedies(spec, lang))
        self.ask = _compile(spec, schemas)
        self.across = _across(spec.get("python", {}), schemas)
        self.whole: bool = spec.get("python", {}).get("whole", False)

    def _scope(self, scope: str | list[str]) -> None:
        names = {scope} if isinstance(scope, str) else set(scope)
        self.of_text = "text" in names
        self.of_suppressions = "suppression" in names
        self.of_any = "any" in names
        self.of_pods = "pod" in names
        self.kinds = frozenset(names - {"text", "suppression", "any", "pod"})

    def hits(self, subject: Subject, options: Mapping[str, Any]) -> Iterator[Hit]:
        """What this rule has to say of `subject`; `options` are those of the config."""
        return self.ask(subject, {**self.defaults, **options} if options else self.defaults, self.target)

    def collect(self, subject: Subject, options: Mapping[str, Any]) -> Iterator[Fact]:
        """What a rule across files notes of `subject`."""
        if self.across is not None:
            yield from self.across("collect")(subject, self.across.params, {**self.defaults, **options}, self.target)

    def conclude(self, facts: Sequence[Told], options: Mapping[str, Any]) -> Iterator[Conclusion]:
        """What a rule across files makes of all that it noted."""
        if self.across is not None:
            yield from self.across("conclude")(facts, self.across.params, {**self.defaults, **options}, self.target)

    def fields(self, hit: Hit, options: Mapping[str, Any]) -> dict[str, object]:
        """What the braces of an edit may name: the rule's options, and what its check found."""
        return {**self.defaults, **options, **hit.fields}

    def words(self, hit: Hit, data: Any, options: Mapping[str, Any]) -> dict[str, object]:
        """What the braces of this rule's sentences may name; some of it may be secret."""
        return {
            "path": show(hit.path, data),
            "value": _brief(get(data, hit.path)),
            "kind": get(data, ("kind",), ""),
            "name": _brief(get(data, ("metadata", "name"), "")),
            **self.fields(hit, options),
        }

    def severity_of(self, hit: Hit) -> Severity:
        """How bad `hit` is: its case may say less than the rule does on its target."""
        assert self.severity is not None
        said = self.severities.get(hit.case, self.severity)
        return max(self.severity, said, key=SEVERITIES.index)

    def say(self, hit: Hit, fields: Mapping[str, object]) -> str:
        """The message for `hit`."""
        message = self.message if isinstance(self.message, str) else self.message[hit.case]
        return fill(message, fields)

    def remedy(self, hit: Hit, options: Mapping[str, Any]) -> Remedy | None:
        """The first fix that fits the target, the case and the options."""
        options = {**self.defaults, **options}
        for remedy in self.remedies:
            if (
                self.target in remedy.targets
                and remedy.case in (None, hit.fix or hit.case)
                and all(options.get(key) == value for key, value in remedy.when.items())
            ):
                return remedy
        return None

    def edits(self, remedy: Remedy, hit: Hit, data: Any, options: Mapping[str, Any]) -> tuple[Edit, ...]:
        """What `remedy` shall change, as paths from the object's root."""
        if not remedy.do:
            return hit.edits
        fields = self.fields(hit, options)
        return tuple(edit for operation in remedy.do for edit in _edits(operation, hit.path, data, fields))


def load(
    compiled: Mapping[str, Any], target: str, lang: str = "en", severities: Mapping[str, str] | None = None
) -> list[Rule]:
    """The rules in `compiled` (as data.load() gives them) that speak on `target`, by name. Raises RuleError."""
    rules: list[Rule] = []
    for name in sorted(compiled["rules"]):
        try:
            rule = Rule(name, compiled["rules"][name], target, compiled["schemas"], lang)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RuleError(f"rule {name}: {error}") from error
        if rule.severity is not None:
            rule.severity = (severities or {}).get(name, rule.severity)  # type: ignore[assignment]
            assert rule.severity in SEVERITIES
            rules.append(rule)
    return rules


def fill(template: str, fields: Mapping[str, object]) -> str:
    """`template` with its {braces} filled; what no field names stays as it is."""
    return FIELD.sub(lambda match: str(fields.get(match[1], match[0])), template)


def _brief(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    text = "true" if value is True else "false" if value is False else "null" if value is None else str(value)
    text = text.replace("\n", "\\n")
    return text if len(text) <= 60 else text[:57] + "…"


def remedies(spec: Mapping[str, Any], lang: str) -> Iterator[Remedy]:
    """The entries of `fix` in the rule file `spec`, in the words of `lang`; in English where it has no others."""
    entries = spec.get("fix", [])
    chinese = spec.get("zh", {}) if lang == "zh" else {}
    for index, entry in enumerate([entries] if isinstance(entries, dict) else entries):
        caveat = entry.get("caveat")
        do = entry.get("do", [])
        yield Remedy(
            entry["applicability"],
            _nth(chinese.get("fix"), index, entry["title"]),
            _nth(chinese.get("caveat"), index, caveat) if caveat else caveat,
            tuple(do if isinstance(do, list) else [do]),
            tuple(entry.get("targets", TARGETS)),
            entry.get("case"),
            entry.get("when", {}),
            tuple(entry.get("options", ())),
        )


def _nth(words: Any, index: int, otherwise: str) -> str:
    if isinstance(words, list):
        return words[index] if index < len(words) and words[index] else otherwise
    return words if isinstance(words, str) else otherwise


# -- asking


def _compile(spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> Ask:
    if "forbid" in spec:
        return _forbid(spec["forbid"])
    if "require" in spec:
        return _require(spec["require"])
    return _python(spec["python"], schemas)


def _root(subject: Subject) -> Path:
    return subject.path if isinstance(subject, Pod) else ()


def _ways(at: str | list[str]) -> list[tuple[tuple[Key, ...] | None, ...]]:
    return [parse(path) for path in ([at] if isinstance(at, str) else at)]


def _forbid(spec: Mapping[str, Any]) -> Ask:
    ways, fits, unless = _ways(spec["at"]), compile_condition(spec.get("is")), spec.get("unless")

    def ask(subject: Subject, options: Mapping[str, Any], target: str) -> Iterator[Hit]:
        if unless is not None and options[unless]:
            return
        for steps in ways:
            for path, value in walk(steps, subject.data):
                if value is not None and fits(value):
                    yield Hit((*_root(subject), *path))

    return ask


def _require(spec: Mapping[str, Any]) -> Ask:
    ways, fits, unless = _ways(spec["at"]), compile_condition(spec.get("is")), spec.get("unless")

    def ask(subject: Subject, options: Mapping[str, Any], target: str) -> Iterator[Hit]:
        if unless is not None and options[unless]:
            return
        for steps in ways:
            for path, missing in _lacking(steps, subject.data, (), fits):
                yield Hit((*_root(subject), *path), missing=missing)

    return ask


def _lacking(
    steps: tuple[tuple[Key, ...] | None, ...], data: Any, at: Path, fits: Callable[[Any], bool]
) -> Iterator[tuple[Path, bool]]:
    if not steps:
        if not fits(data):
            yield at, False
        return
    step, rest = steps[0], steps[1:]
    if step is None:
        for index, item in enumerate(data if isinstance(data, list) else ()):
            yield from _lacking(rest, item, (*at, index), fits)
        return
    present = [key for key in step if get(data, (key,)) is not None]
    if not present:
        yield at, True
    for key in present:
        yield from _lacking(rest, data[key], (*at, key), fits)


class _Module:
    """A module of asklint.checks, imported when it is first asked, and the parameters that its rule gives it."""

    __slots__ = ("module", "name", "params")

    def __init__(self, name: str, spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
        self.name = "asklint.checks." + name
        self.module: Any = None
        self.params = {
            key: schemas[value["schema"]] if isinstance(value, dict) and value.keys() == {"schema"} else value
            for key, value in spec.items()
            if key not in ("check", "across")
        }

    def __call__(self, function: str) -> Callable[..., Iterator[Any]]:
        if self.module is None:
            self.module = import_module(self.name)
        found: Callable[..., Iterator[Any]] = getattr(self.module, function)
        return found


def _across(spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> _Module | None:
    return _Module(spec["across"], spec, schemas) if "across" in spec else None


def _python(spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> Ask:
    if "check" not in spec:
        return lambda subject, options, target: iter(())
    module = _Module(spec["check"], spec, schemas)

    def ask(subject: Subject, options: Mapping[str, Any], target: str) -> Iterator[Hit]:
        return module("check")(subject, module.params, options, target)

    return ask


# -- mending


def _edits(operation: Mapping[str, Any], here: Path, data: Any, fields: Mapping[str, object]) -> Iterator[Edit]:
    word = next(iter(operation))
    if word == "remove":
        for path, _ in places(operation["remove"], here, data):
            yield Remove(path)
        return
    for place, value in operation[word].items():
        if word == "rename":
            for path, _ in places(place, here, data):
                yield Rename(path, fill(value, fields))
            continue
        path = place_of(place, here)
        if "was" in operation and get(data, path) != operation["was"]:
            continue
        yield Set(path, _filled(value, fields)) if word == "set" else Insert(path, _filled(value, fields))


def _filled(value: Any, fields: Mapping[str, object]) -> Any:
    if isinstance(value, str):
        return fill(value, fields)
    if isinstance(value, dict):
        return {key: _filled(item, fields) for key, item in value.items()}
    return [_filled(item, fields) for item in value] if isinstance(value, list) else value


def _anchor(place: str, here: Path) -> tuple[Path, str]:
    """Where the steps of `place` are counted from, and those steps."""
    if place.startswith("/"):
        return (), place[1:]
    rest = place
    up = 0
    while rest.startswith("../"):
        rest, up = rest[3:], up + 1
    if rest == "..":
        rest, up = ".", up + 1
    if up > len(here):
        raise PathError(f"{place!r} leads above the object")
    return here[: len(here) - up], rest


def place_of(place: str, here: Path) -> Path:
    """The one path that `place` (`.`, `../x`, `/a.b`) names, seen from `here`. Raises PathError."""
    start, rest = _anchor(place, here)
    return (*start, *concrete(rest))


def places(place: str, here: Path, data: Any) -> Iterable[tuple[Path, Any]]:
    """Every place in `data` that `place` reaches, seen from `here`, with its value. Raises PathError."""
    start, rest = _anchor(place, here)
    return walk(parse(rest), get(data, start), start)
