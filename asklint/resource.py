"""The Kubernetes objects in a document; where their pods are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from asklint.finding import Identity
from asklint.path import Path, get, mapping, parse, sequence, walk
from asklint.tree import Document, Scalar

if TYPE_CHECKING:
    from asklint.workflow import View

Known = TypeVar("Known")
Pods = Mapping[str, list[str]]  # where kinds keep their pods, as `pods` in the config has it

_TEMPLATE: Path = ("spec", "template", "spec")
# Where Kubernetes' own kinds keep the pod's spec. Source: https://kubernetes.io/docs/reference/generated/kubernetes-api/
PODS: dict[str, Path] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "ReplicationController": _TEMPLATE,
    **dict.fromkeys(
        (f"{kind}.{group}" for kind in ("Deployment", "DaemonSet", "ReplicaSet") for group in ("apps", "extensions")),
        _TEMPLATE,
    ),
    "StatefulSet.apps": _TEMPLATE,
    "Job.batch": _TEMPLATE,
    "CronJob.batch": ("spec", "jobTemplate", "spec", "template", "spec"),
}
# Where the kinds of Argo Workflows keep the spec of a workflow. Source: https://argo-workflows.readthedocs.io/en/latest/fields/
_WORKFLOWS: dict[str, Path] = {
    **dict.fromkeys(
        (f"{kind}.argoproj.io" for kind in ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate")), ("spec",)
    ),
    "CronWorkflow.argoproj.io": ("spec", "workflowSpec"),
}
# Kinds that name a chart, which a controller renders in the cluster. Sources: https://fluxcd.io/flux/components/helm/,
# https://docs.k3s.io/helm, https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
_RELEASES = {"HelmRelease.helm.toolkit.fluxcd.io", "HelmRelease.helm.fluxcd.io", "HelmChart.helm.cattle.io"}
_APPLICATIONS: dict[str, Path] = {
    "Application.argoproj.io": ("spec",),
    "ApplicationSet.argoproj.io": ("spec", "template", "spec"),
}
# Kinds of which an operator makes a DaemonSet, and the field of the spec that asks for it; then those of which it makes
# one by itself, and what in the spec keeps it from that. Sources: those of the rule operator-daemonset
_DAEMONS = {
    "Agent.agent.k8s.elastic.co": "daemonSet",
    "Beat.beat.k8s.elastic.co": "daemonSet",
    "OpenTelemetryCollector.opentelemetry.io": "mode",
    "PrometheusAgent.monitoring.coreos.com": "mode",
}
_ALWAYS_DAEMONS: dict[str, tuple[Path, object]] = {
    "ClusterPolicy.nvidia.com": ((), None),
    "DatadogAgent.datadoghq.com": (("override", "nodeAgent", "disabled"), True),
    "Falco.instance.falcosecurity.dev": (("type",), "Deployment"),
    "FluentBit.fluentbit.fluent.io": ((), None),
    "FluentbitAgent.logging.banzaicloud.io": ((), None),
    "Installation.operator.tigera.io": ((), None),
    "NodeFeatureDiscovery.nfd.kubernetes.io": ((), None),
}
# Keys of custom kinds below which a pod is one to be compared with or asked about, and none to be made. Sources:
# https://cloud.google.com/kubernetes-engine/docs/reference/crds/workloadallowlist,
# https://kyverno.io/docs/policy-types/cluster-policy/validate, https://kyverno.github.io/chainsaw/latest/operations/assert/,
# https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request,
# https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#imagepolicywebhook
COMPARED: dict[str, tuple[str, ...]] = {
    "AdmissionReview.admission.k8s.io": ("request",),
    "ImageReview.imagepolicy.k8s.io": ("spec",),
    "WorkloadAllowlist.auto.gke.io": ("matchingCriteria",),
    **dict.fromkeys((f"{kind}.kyverno.io" for kind in ("ClusterPolicy", "Policy")), ("pattern", "anyPattern")),
    **dict.fromkeys((f"{kind}.chainsaw.kyverno.io" for kind in ("Test", "StepTemplate")), ("assert", "error")),
}
PATCHED = "patched "  # in `added`, before the kind and the name of objects that a kustomization has patches for
_DEEPEST = 12  # a pod template in a custom kind stands at most this deep: spec.tasks[0].template.spec is 5


def _workflow(data: dict[str, Any], root: Path) -> View:
    from asklint.workflow import view  # few runs meet a workflow

    return view(data, root)


class Object:
    """One Kubernetes object: its data, the document it stands in, and its path there (`("items", 0)` in a List).

    `known` is `Kind` for the core group and `Kind.group` otherwise, as kubectl writes it. `beside` is what stands in
    the text, this object among it. `added` are fields that a kustomization gives it on the way to a cluster, and
    which objects beside it have patches there. `data` is what rules read: of an Argo workflow it is that of its `view`,
    `written` is what the document has.
    """

    __slots__ = (
        "_found",
        "added",
        "api_version",
        "base",
        "beside",
        "data",
        "document",
        "group",
        "kind",
        "known",
        "places",
        "view",
        "written",
    )

    def __init__(
        self,
        document: Document,
        base: Path,
        data: dict[str, Any],
        places: Pods | None = None,
        beside: Beside | None = None,
        added: tuple[str, ...] = (),
    ) -> None:
        self.document = document
        self.beside = beside or Beside((document,), places)
        self.base = base
        self.written = data
        self.api_version: str = data["apiVersion"]
        self.kind: str = data["kind"]
        self.group = self.api_version.rpartition("/")[0]
        self.known = f"{self.kind}.{self.group}" if self.group else self.kind
        self.view = _workflow(data, _WORKFLOWS[self.known]) if self.known in _WORKFLOWS else None
        self.data = self.view.data if self.view else data
        self.places = places or {}
        self.added = added
        self._found: list[tuple[Path, dict[str, Any]]] | None = None

    @property
    def name(self) -> str | None:
        """metadata.name, where it is a string."""
        name = mapping(self.data.get("metadata")).get("name")
        return name if isinstance(name, str) else None

    @property
    def namespace(self) -> str | None:
        """metadata.namespace, where it is a string."""
        namespace = mapping(self.data.get("metadata")).get("namespace")
        return namespace if isinstance(namespace, str) else None

    @property
    def identity(self) -> Identity:
        """What names this object."""
        return Identity(self.api_version, self.kind, self.namespace, self.name)

    @property
    def is_daemonset(self) -> bool:
        """Whether its pods are those of a DaemonSet, or of one that an operator makes, and stay on ECS nodes."""
        return self.daemonset_at is not None

    @property
    def daemonset_at(self) -> Path | None:
        """What says that it is a DaemonSet, or that an operator makes one of it: a field of its spec, or its kind."""
        spec = mapping(self.data.get("spec"))
        if self.known in _DAEMONS:
            asked = spec.get(_DAEMONS[self.known])
            made = isinstance(asked, dict) or asked in ("daemonset", "DaemonSet")
            return ("spec", _DAEMONS[self.known]) if made else None
        unless, value = _ALWAYS_DAEMONS.get(self.known, ((), None))
        made = self.known in _ALWAYS_DAEMONS and get(spec, unless) != value
        return ("kind",) if made or self.kind == "DaemonSet" else None

    @property
    def is_patched(self) -> bool:
        """Whether a kustomization has patches for it, which may bring what it lacks and change what it says."""
        targets = (one.removeprefix(PATCHED).partition("/") for one in self.added if one.startswith(PATCHED))
        return any(kind in ("", self.kind) and (not name or (self.name or "") in name) for kind, _, name in targets)

    @property
    def names_chart(self) -> bool:
        """Whether the cluster renders a chart for it, so that its pods stand in no file."""
        if self.known not in _APPLICATIONS:
            return self.known in _RELEASES
        spec = mapping(get(self.data, _APPLICATIONS[self.known]))
        return any(mapping(source).get("chart") for source in [spec.get("source"), *sequence(spec.get("sources"))])

    @property
    def pods(self) -> list[Pod]:
        """Every pod described in this object."""
        if self._found is None:  # not the pods themselves: they know their object, and a circle is never given back
            self._found = list(self._find_pods())
        return [Pod(self, path, spec) for path, spec in self._found]

    def _find_pods(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        path = PODS.get(self.known)
        if path is not None:
            spec = get(self.data, path)
            if isinstance(spec, dict):
                yield path, spec
            return
        if self.view is not None:
            for path in self.view.pods:
                yield path, get(self.data, path)
        elif self.known in self.places:
            for text in self.places[self.known]:
                for path, spec in walk(parse(text), self.data):
                    if isinstance(spec, dict):
                        yield path, spec
        elif "." in self.group:  # custom kinds have a domain for a group
            yield from self._pods_by_shape((), self.data)

    def _pods_by_shape(self, path: Path, data: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
        if isinstance(data, dict):
            if path and (_is_pod(data) or _is_filled(path, data)):
                yield path, data
                return
            compared = COMPARED.get(self.known, ())
            for key, value in data.items():
                if isinstance(value, dict | list) and len(path) < _DEEPEST and key not in compared:
                    yield from self._pods_by_shape((*path, key), value)
        elif isinstance(data, list):
            for index, item in enumerate(data):
                yield from self._pods_by_shape((*path, index), item)

    def place(self, path: Path) -> Path:
        """Where the document has what stands at `path` in `data`, both from the object's root."""
        return self.view.place(path) if self.view else path

    def text(self, path: Path) -> str:
        """The characters written for the scalar at `path` (from the object's root), quotes included; `""` elsewhere."""
        try:
            node = self.document.trail((*self.base, *self.place(path)))[-1][1]
        except KeyError:
            return ""
        return self.document.text[node.start : node.end] if isinstance(node, Scalar) else ""


class Beside:
    """All documents of a text, and what is worked out of all objects in them: once, however many objects ask."""

    __slots__ = ("_known", "documents", "places")

    def __init__(self, documents: Sequence[Document], places: Pods | None = None) -> None:
        self.documents = documents
        self.places = places
        self._known: dict[object, Any] = {}

    def know(self, work_out: Callable[[Iterator[tuple[int, Object]]], Known]) -> Known:
        """What `work_out` makes of all objects of the text, each with the number of its document.

        It keeps none of them: they know what is beside them, and a circle is never given back.
        """
        if work_out not in self._known:
            self._known[work_out] = work_out(self.objects())
        known: Known = self._known[work_out]
        return known

    def objects(self) -> Iterator[tuple[int, Object]]:
        """All objects of the text, each with the number of its document."""
        for index, document in enumerate(self.documents):
            for one in objects(document, self.places, self):
                yield index, one


class Pod:
    """A pod described in an object: in a Pod itself, in a workload's template, or in a custom kind's.

    `data` is the pod's spec; `path` leads there from the object's root. `metadata` is the metadata beside it, or in it
    in a workflow's template, empty where there is none; `metadata_path` leads to it.
    """

    __slots__ = ("data", "object", "path")

    def __init__(self, object: Object, path: Path, data: dict[str, Any]) -> None:
        self.object = object
        self.path = path
        self.data = data

    @property
    def is_whole(self) -> bool:
        """Whether all of the pod stands here; what is absent says nothing where an operator fills it."""
        return self.object.known in PODS or (_is_pod(self.data) and "podSpecPatch" not in self.data)

    @property
    def metadata_path(self) -> Path:
        """Where the pod's metadata stands, or would stand."""
        return (*(self.path if self.object.view else self.path[:-1]), "metadata")

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The pod's own metadata; that of a custom object is not its pods'."""
        if not self.has_metadata:
            return {}
        return mapping(get(self.object.data, self.metadata_path))

    @property
    def has_metadata(self) -> bool:
        """Whether the pod has a metadata of its own here, written or not."""
        return len(self.metadata_path) > 1 or self.object.known == "Pod"


def _is_pod(data: dict[str, Any]) -> bool:
    return _has_containers(data) and any(isinstance(one.get("image"), str) for one in data["containers"])


def _is_filled(path: Path, data: dict[str, Any]) -> bool:
    """Whether an operator lays `data` over a pod of its own: the spec of a template, with containers by name."""
    template = path[-1] == "spec" and path[-2:-1] in (("template",), ("podTemplate",))
    return template and _has_containers(data) and all(isinstance(one.get("name"), str) for one in data["containers"])


def _has_containers(data: dict[str, Any]) -> bool:
    containers = data.get("containers")
    return isinstance(containers, list) and bool(containers) and all(isinstance(one, dict) for one in containers)


def objects(
    document: Document, places: Pods | None = None, beside: Beside | None = None, added: tuple[str, ...] = ()
) -> Iterator[Object]:
    """The objects in `document`, those of a List one by one, as kubectl visits them.

    `beside` is what stands in the text, `added` the fields that a kustomization gives the objects.
    """
    yield from _objects(document, (), document.data, places, beside, added)


def is_list(data: Any) -> bool:
    """Whether `data` is a List, with items or without."""
    if not isinstance(data, dict):
        return False
    version, kind = data.get("apiVersion"), data.get("kind")
    named = isinstance(version, str) and bool(version) and isinstance(kind, str) and kind.endswith("List")
    return named and isinstance(data.get("items"), list)


def lacks(data: Any) -> str:
    """`apiVersion` or `kind`, where `data` would be an object with it: it has the other one, and a name; else ""."""
    metadata = mapping(mapping(data).get("metadata"))
    missing = [key for key in ("apiVersion", "kind") if not isinstance(mapping(data).get(key), str) or not data[key]]
    return missing[0] if len(missing) == 1 and isinstance(metadata.get("name"), str) else ""


def _objects(
    document: Document, base: Path, data: Any, places: Pods | None, beside: Beside | None, added: tuple[str, ...]
) -> Iterator[Object]:
    if not isinstance(data, dict):
        return
    version, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str) or not version or not kind:
        return
    if not is_list(data):
        yield Object(document, base, data, places, beside, added)
        return
    for index, item in enumerate(data["items"]):
        if isinstance(item, dict):
            if kind != "List":  # the items of a ConfigMapList need not say what they are
                item = {"apiVersion": version, "kind": kind.removesuffix("List"), **item}
            yield from _objects(document, (*base, "items", index), item, places, beside, added)
