"""What the user asks of a run: options over config over defaults, and the inputs that they name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from asklint import config, run
from asklint.finding import NOTHING, SEVERITIES, Finding, Report
from asklint.gather import Clash, check_mirror
from asklint.inputs import files
from asklint.inputs.rendered import Chart
from asklint.rule import TARGETS, RuleError

STDIN = "<stdin>"
_OF_CHARTS = ("values", "sets", "release", "namespace")  # options, each a field of Chart


class Wrong(Exception):
    """Asked wrongly; the message says what to do. Exit status 2."""


class Options(NamedTuple):
    """What a command line says of a run, each by the name of its option; None where it says nothing."""

    target: str | None = None  # several have commas between
    kubernetes_version: str | None = None
    select: tuple[str, ...] = ()  # rules and categories, also several with commas between
    ignore: tuple[str, ...] = ()
    config_file: str | None = None
    folders: tuple[str, ...] = ()  # of rules
    fail_on: str | None = None
    allow_empty: bool = False
    lang: str | None = None
    baseline: str | None = None
    no_baseline: bool = False
    jobs: int | None = None
    no_cache: bool = False
    stdin_filename: str = STDIN
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    release: str | None = None
    namespace: str | None = None
    kustomize: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """Those of `given` that say something of a run."""
        return cls(**{name: given[name] for name in cls._fields if name in given})


class Request:
    """What the user asks for: options over config over defaults.

    Raises Wrong where the options, the config or a rule file cannot be used.
    """

    def __init__(self, paths: tuple[str, ...], options: Options) -> None:
        self.paths = paths or (".",)
        self.options = options._replace(select=_listed(options.select), ignore=_listed(options.ignore))
        if "-" in self.paths and len(self.paths) > 1:
            raise Wrong("- stands for standard input, and alone")
        file = Path(options.config_file) if options.config_file else config.find(Path.cwd())
        try:
            self.config = config.load(file)
            self.plan = self._plan()
            known = run.specs(self.plan.folders)
            config.check(self.config, known)
            self._check_names(known)
            self.setup = run.setup(self.plan, known)
        except (config.ConfigError, RuleError) as error:
            raise Wrong(str(error)) from error
        self.fail_on: str = options.fail_on or self.config.content.get("fail-on", "error")
        self.jobs: int = options.jobs or run.default_jobs()

    def _plan(self) -> run.Plan:
        for folder in self.options.folders:
            if not os.path.exists(folder):
                raise Wrong(f"--rules {folder}: there is no such folder")
        plan = run.plan(self.config)
        return plan._replace(
            target=self.options.target or plan.target,
            lang=language(self.options.lang or self.config.content.get("lang")),
            select=self.options.select or plan.select,
            ignore=(*self.options.ignore, *plan.ignore),
            options=self._options_of_rules(plan),
            folders=(*self.options.folders, *plan.folders),
            whole=all(os.path.isdir(path) for path in self.paths),
            baseline="" if self.options.no_baseline else self._baseline(),
        )

    def _baseline(self) -> str:
        """The file of the baseline; `""` where there is none."""
        named = self.options.baseline or self.config.content.get("baseline")
        file = self.baseline_file
        if named and not file.exists():
            raise Wrong(f"{file}: there is no such baseline; asklint baseline writes it")
        return str(file) if file.exists() else ""

    @property
    def others(self) -> list[str]:
        """The targets that the config asks for behind the first; none where the command line names its own."""
        named = config.targets(self.config.content.get("target", "ask")) or []
        return [] if self.options.target else named[1:]

    @property
    def baseline_file(self) -> Path:
        """Where the baseline stands, or would stand: as it was named, else beside the config."""
        if self.options.baseline:
            return Path(self.options.baseline)
        return self.config.root / str(self.config.content.get("baseline", config.BASELINE))

    def judge(self, targets: Sequence[str]) -> None:
        """What the baseline accepts is no more where a run about `targets` finds nothing: notes of which rules."""
        baseline = self.setup.baseline
        if baseline is None or not {*baseline.targets} <= {*targets}:
            return
        rules = {entry.rule for entry in baseline.entries}
        if self.options.select or self.options.ignore:
            rules &= {rule.name for rule in self.setup.rules} | (rules - self.setup.known)
        root = baseline.path.parent.resolve()
        if not any(root.is_relative_to(Path(path).resolve()) for path in self.paths):  # across files: all of them
            rules -= {rule.name for rule in self.setup.rules if rule.across}
        self.setup = self.setup._replace(judged=frozenset(rules))

    def _options_of_rules(self, plan: run.Plan) -> Mapping[str, Mapping[str, Any]]:
        """Those of `plan`, which is the config's, with --kubernetes-version over what they say of versions."""
        version = self.options.kubernetes_version
        if version is None:
            return plan.options
        wrong = config.wrong_version(version)
        if wrong:
            raise Wrong(f"--kubernetes-version {version}: {wrong}")
        return run.at_version(plan.options, version)

    def _check_names(self, known: dict[str, Any]) -> None:
        names = {*known, *(spec["category"] for spec in known.values())}
        for option, named in (("select", self.options.select), ("ignore", self.options.ignore)):
            for name in named:
                if name not in names:
                    hint = config.suggest(name, names)
                    raise Wrong(f"--{option}: there is no rule or category {name}{hint}")

    def inputs(self, out: Path | None = None) -> list[files.Input]:
        """The files that were named, and what is rendered of them; `out` is the mirror tree to which they shall go."""
        if self.options.kustomize:
            return self._built(out)
        asked = self._charts()
        if asked and out is not None:
            raise Wrong("--out is for files; `helm template … | asklint fix - > FILE` writes what a chart renders")
        try:
            found = list(files.find(self.paths, self.config.content.get("exclude", ()), self.config.root, out))
            if out is not None:
                check_mirror(found, out, self.paths)
        except FileNotFoundError as error:
            raise Wrong(f"{error}: there is no such file or folder") from error
        except Clash as error:
            raise Wrong(f"--out {out}: {error}") from error
        if not asked:
            return found
        from asklint.inputs import charts

        return charts.rendered(found, asked)

    def _charts(self) -> list[Chart]:
        """The charts to render."""
        given = {name: said for name in _OF_CHARTS if (said := getattr(self.options, name))}
        configured = self.config.content.get("helm", ())
        named = any(os.path.isfile(os.path.join(path, "Chart.yaml")) for path in self.paths)
        if given and not named:
            raise Wrong("--values, --set, --release and --namespace are for charts; name the folder of one")
        if not named and not configured:
            return []
        from asklint.inputs import charts

        version = self.options.kubernetes_version or self.config.content.get("kubernetes-version")
        asked = charts.asked(self.paths, given, configured, self.config.root)
        return [one._replace(kubernetes=version) for one in asked]

    def _built(self, out: Path | None) -> list[files.Input]:
        if out is not None:
            raise Wrong("--out is for files; `kustomize build … | asklint fix - > FILE` writes what is built")
        for path in self.paths:
            if not os.path.isdir(path):
                raise Wrong(f"--kustomize: {path}: there is no such folder")
        from asklint.inputs import charts

        return charts.built(self.paths)

    def check_stream(self, content: bytes) -> run.Outcomes:
        """What standard input says, whose `content` was read."""
        one = self.stream()
        try:
            source = files.decode(files.checked(content), one.name)
        except OSError as error:
            return run.Outcomes(one, NOTHING, run.reason(error))
        return run.Outcomes(one, run.outcome(source, self.setup))

    def stream(self) -> files.Input:
        """Standard input, by the name that it shall have."""
        return files.Input(self.options.stdin_filename, Path(self.options.stdin_filename))

    def status(self, told: Report) -> int:
        """The exit status that `told` comes to."""
        if told.unread or (not told.objects and not told.findings and not self.options.allow_empty):
            return 2
        return 1 if fails(told.findings, self.fail_on) else 0


def requests(paths: tuple[str, ...], options: Options) -> list[Request]:
    """What is asked for each target, where several are named: `ask,acs`. Raises Wrong, as Request does."""
    given = options.target
    targets = config.targets(given) if given else None
    if targets is None and given:
        raise Wrong(f"--target: {given!r} is not one of {', '.join(TARGETS)}, nor several of them with commas between")
    first = Request(paths, options._replace(target=targets[0] if targets else None))
    rest = targets[1:] if targets else first.others
    every = [first, *(Request(paths, options._replace(target=target)) for target in rest)]
    for one in every:
        one.judge([other.plan.target for other in every])
    return every


def _listed(given: Sequence[str]) -> tuple[str, ...]:
    """`a,b` as a and b."""
    return tuple(name.strip() for names in given for name in names.split(",") if name.strip())


def fails(findings: Sequence[Finding], least: str) -> bool:
    """Whether one of `findings` is as bad as `least`."""
    if least == "never":
        return False
    bad = SEVERITIES[: [str(severity) for severity in SEVERITIES].index(least) + 1]
    return any(finding.severity in bad for finding in findings)


def language(asked: str | None) -> str:
    """The language that was asked for, else that of the environment: Chinese where it says so, English elsewhere."""
    if asked:
        return asked
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if said.startswith("zh") else "en"
