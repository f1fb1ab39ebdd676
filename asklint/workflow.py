"""Argo Workflows read as rules read pods: each template a pod's spec, and where what it shows is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from asklint.edit import AddDocument, DropDocument, Edit, Elsewhere, Move, Remove, Rename, Set, declare
from asklint.finding import Fact, Hit
from asklint.path import Key, Path, get, mapping, parse, sequence, walk

_TEMPLATES = tuple(map(parse, ("templates[*]", "templates[*].steps[*][*].inline", "templates[*].dag.tasks[*].inline")))
_MAIN = ("container", "script")
# What a template has of a pod in place of what its workflow has, and what a workflow alone has.
_EITHER = (
    *("affinity", "automountServiceAccountToken", "hostAliases", "nodeSelector", "podSpecPatch", "resourceClaims"),
    *("schedulerName", "securityContext", "serviceAccountName", "tolerations"),
)
_WORKFLOW = (*_EITHER, "dnsConfig", "dnsPolicy", "hostNetwork", "imagePullSecrets")
_CALLER = ("affinity", "nodeSelector", "tolerations")  # of the template whose step or task it is
_CALLS = tuple(map(parse, ("steps[*][*].template", "dag.tasks[*].template")))
_DEFAULTS = (*_EITHER, "initContainers", "sidecars", "volumes")


class View(NamedTuple):
    """A workflow as rules read it.

    In `data` a template that makes a pod has the pod's fields beside its own. `pods` lead to those templates; `moved`
    leads from the places of what they show to where it is written, for all that is written elsewhere. `over` are the
    fields of templates in whose stead, were they not there, the workflow's would hold.
    """

    data: dict[str, Any]
    pods: tuple[Path, ...]
    moved: Mapping[Path, Path]
    over: AbstractSet[Path]

    def place(self, path: Path) -> Path:
        """Where the document has what stands at `path` in `data`."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.moved:
                return (*self.moved[path[:length]], *path[length:])
        return path

    def is_main(self, path: Path) -> bool:
        """Whether `path` leads into the one container of a template, which Argo calls main."""
        return any(len(pod) < len(path) and path[: len(pod)] == pod and path[len(pod)] in _MAIN for pod in self.pods)

    def fact(self, fact: Fact) -> Fact:
        """`fact` with its place in the document."""
        return fact._replace(path=self.place(fact.path))

    def hits(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        """`hits` of one rule with their places in the document, where what several pods have is told once.

        It is mended where they agree on it; for one of them alone, nothing that others have is changed.
        """
        together: dict[tuple[Path, int], list[Hit]] = {}
        before: Counter[Path] = Counter()
        for hit in hits:
            together.setdefault((self.place(hit.path), before[hit.path]), []).append(hit)
            before[hit.path] += 1
        for (path, _), same in together.items():
            edits = tuple(edit for hit in same for edit in hit.edits)
            agreed = len(same) >= self._sharing(path) and all(hit.case == same[0].case and hit.edits for hit in same)
            if not agreed or not all(self._may(edit, path) for edit in edits):
                edits = ()
            related = tuple((self.place(other), word) for other, word in same[0].related)
            yield same[0]._replace(path=path, edits=tuple(map(self._edit, edits)), related=related)

    def _sharing(self, path: Path) -> int:
        """How many pods have what is written at `path`."""
        above = {path[:length] for length in range(1, len(path) + 1)}
        return len({self._pod(shown) for shown, written in self.moved.items() if written in above} - {()}) or 1

    def _pod(self, path: Path) -> Path:
        return next((pod for pod in self.pods if path[: len(pod)] == pod), ())

    def _may(self, edit: Edit, path: Path) -> bool:
        """Whether `edit`, of a finding at `path`, leaves alone what other pods have, and a template its container."""
        if isinstance(edit, DropDocument | AddDocument | Elsewhere):
            return True
        place, pod = self.place(edit.path), self._pod(path)
        is_item = isinstance(edit.path[-1], int)
        takes = isinstance(edit, Remove) and is_item and not isinstance(place[-1], int)
        return place[: len(pod)] == pod and not takes and not self._uncovers(edit)

    def _uncovers(self, edit: Edit) -> bool:
        """Whether something of the workflow may hold once `edit` has taken away what stands in its stead."""
        if isinstance(edit, Remove | Move):
            return any(edit.path[:length] in self.over for length in range(1, len(edit.path) + 1))
        return isinstance(edit, Rename) and edit.path in self.over

    def _edit(self, edit: Edit) -> Edit:
        if isinstance(edit, DropDocument | AddDocument | Elsewhere):
            return edit
        if isinstance(edit, Move):
            return Move(self.place(edit.path), self.place(edit.to))
        return edit._replace(path=self.place(edit.path))


def view(data: dict[str, Any], root: Path) -> View:
    """The workflow in `data`, whose spec is at `root`, as rules read it.

    Where all pods are those of other objects' templates, what it has for them is read as a pod.
    """
    spec = mapping(get(data, root))
    templates: dict[Path, Mapping[str, Any]] = {}
    for path, one in (found for steps in _TEMPLATES for found in walk(steps, spec, root)):
        if _makes_pod(one) and path[: len(root) + 2] not in templates:
            templates[path] = one
    moved: dict[Path, Path] = {}
    over: set[Path] = set()
    callers = _callers(spec, root)
    pods = {path: _Pod(path, root, spec, moved, over).read(template, callers) for path, template in templates.items()}
    if not templates and any(key in spec for key in (*_WORKFLOW, "podMetadata")):
        pods = {root: {**spec, "metadata": spec.get("podMetadata")}}
        moved[*root, "metadata"] = (*root, "podMetadata")
    return View(declare(data, [Set(path, pod) for path, pod in pods.items()]), tuple(pods), moved, over)


def _callers(spec: Mapping[str, Any], root: Path) -> dict[object, dict[Path, Mapping[str, Any]]]:
    """The templates that call others, each under the names of those and under its own place, for what is inline."""
    found: dict[object, dict[Path, Mapping[str, Any]]] = {}
    for path, template in walk(_TEMPLATES[0], spec, root):
        if any(key in mapping(template) for key in _CALLER):
            names = {name for steps in _CALLS for _, name in walk(steps, template) if isinstance(name, str)}
            for name in (*sorted(names), path):
                found.setdefault(name, {})[path] = template
    return found


def _makes_pod(template: Any) -> bool:
    return isinstance(template, dict) and any(isinstance(template.get(key), dict) for key in (*_MAIN, "containerSet"))


class _Pod:
    """The pod of the template at `path`; what is written elsewhere is noted in `moved`, what overrides it in `over`."""

    def __init__(
        self, path: Path, root: Path, spec: Mapping[str, Any], moved: dict[Path, Path], over: set[Path]
    ) -> None:
        self.path, self.root, self.spec, self.moved, self.over = path, root, spec, moved, over
        self.defaults = mapping(spec.get("templateDefaults"))
        self.above: Path = (*root, "templateDefaults")

    def read(
        self, template: Mapping[str, Any], callers: Mapping[object, Mapping[Path, Mapping[str, Any]]]
    ) -> dict[str, Any]:
        """The template with the fields of its pod."""
        outer, name = self.path[: len(self.root) + 2], template.get("name")
        known: object = outer if outer != self.path else name if isinstance(name, str) else ""
        calling = [(path, one, _CALLER) for path, one in callers.get(known, {}).items()]
        layers = ((self.above, self.defaults, _DEFAULTS), *calling, (self.root, self.spec, _WORKFLOW))
        pod = self._over(template, (), layers)
        if metadata := self._metadata(mapping(template.get("metadata"))):
            pod["metadata"] = metadata
        pod["containers"] = self._containers(pod)
        if volumes := self._volumes(pod):
            pod["volumes"] = volumes
        return pod

    def _over(
        self, own: Mapping[str, Any], at: Path, layers: Iterable[tuple[Path, Mapping[str, Any], Iterable[str] | None]]
    ) -> dict[str, Any]:
        """`own`, which stands `at`, and what it lacks of the fields of `layers`, the first that has one."""
        fields = dict(own)
        for where, layer, keys in layers:
            for key in layer if keys is None else keys:
                if layer.get(key) is None:
                    continue
                if fields.get(key) is not None:
                    self.over.add((*self.path, *at, key))
                else:
                    fields[key] = layer[key]
                    self.moved[*self.path, *at, key] = (*where, key)
        return fields

    def _metadata(self, own: Mapping[str, Any]) -> dict[str, Any]:
        fields = dict(own)
        places: tuple[Path, ...] = ((*self.above, "metadata"), (*self.root, "podMetadata"))
        for kind in ("annotations", "labels"):
            layers = [
                ((*place, kind), mapping(get(self.spec, (*place[len(self.root) :], kind))), None) for place in places
            ]
            if any(layer for _, layer, _ in layers):
                fields[kind] = self._over(mapping(own.get(kind)), ("metadata", kind), layers)
        return fields

    def _containers(self, template: Mapping[str, Any]) -> list[Any]:
        """The container that Argo calls main, or those of a set, and its sidecars."""
        at: Path = ("containers",)
        main = next((key for key in _MAIN if isinstance(template.get(key), dict)), "")
        if main:
            layer = ((*self.above, main), mapping(self.defaults.get(main)), None)
            found = [{"name": "main", **self._over(template[main], (*at, 0), (layer,))}]
            self._move((*at, 0), (main,))
            self._move(at, (main,))
        else:
            found = self._set(template["containerSet"])
            self._move(at, ("containerSet", "containers"))
        start: Path = self.moved.get((*self.path, "sidecars"), (*self.path, "sidecars"))
        for index, one in enumerate(sequence(template.get("sidecars"))):
            self.moved[*self.path, *at, len(found)] = (*start, index)
            found.append(one)
        return found

    def _set(self, given: Mapping[str, Any]) -> list[Any]:
        """The containers of a set, each with the mounts of all."""
        found = []
        for index, one in enumerate(sequence(given.get("containers"))):
            mounts = sequence(mapping(one).get("volumeMounts"))
            for place, mount in enumerate(sequence(given.get("volumeMounts"))):
                at: tuple[Key, ...] = ("containers", index, "volumeMounts", len(mounts))
                self._move(at, ("containerSet", "volumeMounts", place))
                mounts = [*mounts, mount]
            found.append({**one, "volumeMounts": mounts} if mounts and isinstance(one, dict) else one)
        return found

    def _move(self, shown: Path, written: Path) -> None:
        self.moved[*self.path, *shown] = (*self.path, *written)

    def _volumes(self, pod: Mapping[str, Any]) -> list[Any]:
        """The volumes of the template, and those of the workflow that its containers mount, which are all it gets."""
        found = list(sequence(pod.get("volumes")))
        mounted = [
            mapping(mount).get("name")
            for one in [*pod["containers"], *sequence(pod.get("initContainers"))]
            for mount in sequence(mapping(one).get("volumeMounts"))
        ]
        for index, volume in enumerate(sequence(self.spec.get("volumes"))):
            if mapping(volume).get("name") in mounted:
                self.moved[*self.path, "volumes", len(found)] = (*self.root, "volumes", index)
                found.append(volume)
        return found
