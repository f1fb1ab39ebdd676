"""Judges what asklint writes by programs that know nothing of it: kubernetes-validate, and the real kubectl.

    python benchmarks/judge.py PATH… [--target TARGET]… [--sample FILES] [--seed N]

Fixes every file as `fix --unsafe PATH…` does, and writes none: on each target, without a config for the newest
Kubernetes, and with each of those in options/ for 1.34. Prints counts and every breach; exits 1 where there is one.

- What was valid before is valid after, by kubernetes-validate in strict form for that Kubernetes; so are new objects.
- kubectl reads from the new text what asklint reads, and PyYAML what kubectl reads, where it did so before.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import kubernetes_validate
import second
import yaml

from asklint import config, data, run, tree
from asklint.inputs import files
from asklint.resource import objects
from asklint.rule import TARGETS

Value = dict[str, Any]

OPTIONS = Path(__file__).with_name("options")  # configs that make fixes of suggestions


# -- what asklint writes


class Written(NamedTuple):
    """A file that asklint changed: for which Kubernetes, on which target first, and its text before and after."""

    name: str
    version: str
    target: str
    before: str
    after: str


def written(inputs: Sequence[files.Input], targets: Sequence[str], jobs: int) -> list[Written]:
    """What `fix --unsafe` makes of `inputs` in each run; what comes out alike in several of them stands there once."""
    found: dict[tuple[str, str, str], Written] = {}
    for target, plan in [(target, plan) for target in targets for plan in plans()]:
        plan = plan._replace(target=target, whole=True)
        version = plan.options["schema"]["version"]
        for one in run.fix(inputs, plan, run.setup(plan), jobs, True, lambda: None):
            if one.new is not None:
                name = one.fixed.input.name
                before, after = (files.decode(content, name).text for content in (one.old, one.new))
                found.setdefault((name, version, after), Written(name, version, target, before, after))
    return list(found.values())


def plans() -> list[run.Plan]:
    """What is asked on each target: nothing in particular, and each of the configs in OPTIONS."""
    newest = config.given({"kubernetes-version": kubernetes_validate.latest_version()[:4]})
    asked = [newest, *map(config.load, sorted(OPTIONS.glob("*.yaml")))]
    for one in asked:
        config.check(one, data.load()["rules"])
    return [run.plan(one) for one in asked]


# -- the readers


def by_asklint(text: str) -> list[Value]:
    """The objects that asklint reads from `text`, those of a List one by one."""
    read = (document for document in tree.read(text) if document.problem is None and document.data is not None)
    return [one.written for document in read for one in objects(document)]


def by_pyyaml(text: str) -> list[Value] | None:
    """The objects that PyYAML reads from `text`, those of a List one by one; None where it cannot."""
    try:
        return [one for value in yaml.load_all(text, Loader=_Undated) for one in _visited(value)]
    except (yaml.YAMLError, ValueError, TypeError):
        return None


class _Undated(yaml.CSafeLoader):
    """A loader that leaves dates the strings that they are in JSON."""


_Undated.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def _visited(value: Any) -> list[Value]:
    if not isinstance(value, dict) or not {"apiVersion", "kind"} <= set(value):
        return []
    if not value["kind"].endswith("List") or not isinstance(value.get("items"), list):
        return [value]
    said = {"apiVersion": value["apiVersion"], "kind": value["kind"].removesuffix("List")}
    return [said | item for item in value["items"] if isinstance(item, dict)]


def written_out(value: Any) -> str:
    """`value` as one line of JSON, in which 1 and 1.0 are the same, and whole numbers beyond int64 are float64."""
    return json.dumps(_number(value), sort_keys=True)


def _number(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_number(item) for item in value]
    if type(value) is float and value.is_integer() and abs(value) < 1 << 63:
        return int(value)
    return float(value) if type(value) is int and not -(1 << 63) <= value < 1 << 63 else value


# -- the judgement

VALID, UNKNOWN = "valid", "no schema"


def verdict(asked: tuple[str, str]) -> str:
    """What kubernetes-validate says of an object, for a Kubernetes: VALID, UNKNOWN, or what is wrong with it."""
    version, value = asked
    try:
        kubernetes_validate.validate(json.loads(value), version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return UNKNOWN
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"
    return VALID


class Judge:
    """Holds what was written to what the others say of it; counts, and notes each breach."""

    def __init__(self, all_written: Sequence[Written], jobs: int) -> None:
        self.read = {
            text: list(map(written_out, values))
            for text, values in second.by_kubectl(
                text for one in all_written for text in (one.before, one.after)
            ).items()
        }
        self.counts: Counter[str] = Counter()
        self.broken: list[str] = []
        asked = {(one.version, value) for one in all_written for pair in self.changed(one) for value in pair if value}
        with multiprocessing.Pool(jobs) as pool:
            self.verdicts = dict(zip(asked, pool.map(verdict, asked, chunksize=16), strict=True))
        for one in all_written:
            self.valid(one)
            self.same(one)

    def changed(self, one: Written) -> Iterator[tuple[str, str]]:
        """Each object that stands in the new text and did not so in the old one: as it was, and as it is.

        As it was is empty where it is new. The old one is that of its kind, name and namespace, or without the kind.
        """
        old, new = Counter(self.read[one.before]), Counter(self.read[one.after])
        left = list((old - new).elements())
        for value in (new - old).elements():
            was = next((was for named in (_named, _called) for was in left if named(was) == named(value)), "")
            if was:
                left.remove(was)
            yield was, value

    def valid(self, one: Written) -> None:
        """What was valid is valid, and so is what is new; what kubectl did not read of the old text was neither."""
        written = {_named(written_out(value)) for value in by_pyyaml(one.before) or () if value.get("metadata")}
        for was, value in self.changed(one):
            unread = not was and _named(value) in written
            before = self.verdicts[one.version, was] if was else "refused by kubectl" if unread else "new"
            after = self.verdicts[one.version, value]
            known = before if before in (VALID, UNKNOWN, "new") else "not valid"
            self.counts[f"objects: {known} before, {after if after in (VALID, UNKNOWN) else 'not valid'} after"] += 1
            if after not in (VALID, UNKNOWN) and known != "not valid":
                self.say("valid", one, f"{' '.join(map(str, _named(value)))} is not valid for {one.version}: {after}")

    def same(self, one: Written) -> None:
        """All read the same from the new text."""
        theirs = self.read[one.after]
        ours = list(map(written_out, by_asklint(one.after)))
        self.counts["texts: read alike by kubectl and asklint"] += ours == theirs
        if ours != theirs:
            self.say("read", one, f"kubectl reads {theirs}, asklint {ours}"[:1000])
        old, new = by_pyyaml(one.before), by_pyyaml(one.after)
        alike = [
            values is not None and list(map(written_out, values)) == self.read[text]
            for values, text in ((old, one.before), (new, one.after))
        ]
        self.counts[f"texts: read {'alike' if alike[1] else 'otherwise'} by kubectl and PyYAML"] += 1
        if alike == [True, False]:
            self.say("read", one, "PyYAML reads it otherwise than kubectl, and did not before")

    def say(self, promise: str, one: Written, how: str) -> None:
        """Notes a breach."""
        self.broken.append(f"BROKEN {promise}: {one.name} (target {one.target}, Kubernetes {one.version}): {how}")


def _named(value: str) -> tuple[Any, ...]:
    return (json.loads(value)["kind"], *_called(value))


def _called(value: str) -> tuple[Any, ...]:
    metadata = json.loads(value).get("metadata") or {}
    return metadata.get("namespace"), metadata.get("name") or metadata.get("generateName")


def main() -> int:
    """Judges; 1 where something is broken, or nothing was written."""
    asked = _arguments()
    if shutil.which("kubectl") is None:
        sys.exit("there is no kubectl on PATH (python scripts/tools.py DIR brings it)")
    gc.disable()
    started = time.perf_counter()
    inputs = list(files.find(list(map(str, asked.paths))))
    if asked.sample:
        inputs = sorted(random.Random(asked.seed).sample(inputs, min(asked.sample, len(inputs))))
    found = written(inputs, asked.target or TARGETS, asked.jobs)
    judge = Judge(found, asked.jobs)
    print(f"{len(inputs)} files (seed {asked.seed}), {len(found)} new texts, {time.perf_counter() - started:.0f} s")
    for what, count in sorted(judge.counts.items()):
        print(f"{count:8,} {what}")
    print("\n".join([*judge.broken, f"{len(judge.broken)} breaches"]))
    return 1 if judge.broken or not found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--target", action="append", choices=TARGETS, help="default: all")
    parser.add_argument("--jobs", type=int, default=run.default_jobs())
    parser.add_argument("--sample", type=int, metavar="FILES", help="judge so many of the files, chosen at random")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30), help="chooses the sample")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
