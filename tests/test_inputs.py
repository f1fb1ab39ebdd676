"""Which files are read, in what order, under what name; and what some of them are instead of manifests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kit import ERROR, GOOD, scene

from asklint.inputs import files

TEMPLATE = "kind: {{ .Values.kind }}\n"


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def find(*paths: str, **options: object) -> list[str]:
    """The names found, with the reason where there is one."""
    return [f"{one.name}: {one.reason or one.problem}".removesuffix(": ") for one in files.find(paths, **options)]


# ---- names and order


def test_walked_in_order_each_once(tmp_path):
    names = [
        "b.yaml",
        "a.yml",
        "c.json",
        "z/a.yaml",
        "m/b.yaml",
        "m/a/x.yaml",
        ".hidden/x.yaml",
        ".x.yaml",
        "d.txt",
        "e.yaml~",
    ]
    scene(tmp_path, dict.fromkeys(names, GOOD))
    assert find(".") == ["a.yml", "b.yaml", "c.json", "m/b.yaml", "m/a/x.yaml", "z/a.yaml"]
    assert find("m", "b.yaml", "./b.yaml", ".") == ["m/b.yaml", "m/a/x.yaml", "b.yaml", "a.yml", "c.json", "z/a.yaml"]
    assert find(".x.yaml", "d.txt", ".hidden") == [".x.yaml", "d.txt", ".hidden/x.yaml"]  # who names it means it


def test_names_are_as_the_user_gave_them(tmp_path):
    scene(tmp_path, {"a/b.yaml": GOOD, "c/d.yaml": GOOD})
    assert find("a/") == ["a/b.yaml"]
    assert find("./a") == ["a/b.yaml"]
    assert find("./a/b.yaml") == ["./a/b.yaml"]
    assert find(str(tmp_path)) == [f"{tmp_path}/a/b.yaml", f"{tmp_path}/c/d.yaml"]
    os.chdir("a")
    assert find("../c") == ["../c/d.yaml"]
    assert find("..") == ["../a/b.yaml", "../c/d.yaml"]


def test_missing_path():
    with pytest.raises(FileNotFoundError, match="none"):
        find("none")


def test_output_folder_is_left_out(tmp_path):
    scene(tmp_path, {"a.yaml": GOOD, "new/a.yaml": GOOD, "b/new/c.yaml": GOOD})
    assert find(".", out=Path("new")) == ["a.yaml", "b/new/c.yaml"]


# ---- .gitignore


def test_gitignore(tmp_path):
    scene(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "build/\n*.gen.yaml\n!keep.gen.yaml\n/top.yaml\n",
            "sub/.gitignore": "!special.gen.yaml\nlocal.yaml\n",
            **dict.fromkeys(
                ["a.yaml", "a.gen.yaml", "keep.gen.yaml", "top.yaml", "build/x.yaml", "sub/build/x.yaml"], GOOD
            ),
            **dict.fromkeys(["sub/top.yaml", "sub/special.gen.yaml", "sub/local.yaml", "sub/deep/local.yaml"], GOOD),
        },
    )
    assert find(".") == ["a.yaml", "keep.gen.yaml", "sub/special.gen.yaml", "sub/top.yaml"]
    assert find("sub") == ["sub/special.gen.yaml", "sub/top.yaml"]  # what stands above it counts in it
    assert find("a.gen.yaml") == ["a.gen.yaml"]  # who names it means it
    assert find("build") == ["build/x.yaml"]


def test_gitignore_ends_at_the_repository(tmp_path):
    scene(tmp_path, {".gitignore": "*.yaml\n", "repo/.git/HEAD": "", "repo/a.yaml": GOOD})
    assert find("repo") == ["repo/a.yaml"]
    assert find(".") == []


def test_gitignore_that_git_cannot_read_either(tmp_path):
    scene(
        tmp_path, {".gitignore": b"[z-a]\n!\n\\\nb.yaml\n\xff\n", "a.yaml": GOOD, "b.yaml": GOOD, "c/.gitignore/x": ""}
    )
    assert find(".") == ["a.yaml"]


# ---- links


def test_links(tmp_path):
    """Inside the folder that was named they are followed, elsewhere not; a file is found once, by its own name."""
    scene(tmp_path, {"in/real.yaml": GOOD, "in/.data/hidden.yaml": GOOD, "out/b.yaml": GOOD, "inside/c.yaml": GOOD})
    os.symlink("real.yaml", "in/a-link.yaml")
    os.symlink(".data/hidden.yaml", "in/mounted.yaml")  # as ConfigMaps are mounted
    os.symlink("../out/b.yaml", "in/outside.yaml")
    os.symlink("../inside/c.yaml", "in/prefix.yaml")  # "in" is a prefix of "inside"
    os.symlink("../out", "in/folder")
    os.symlink("in", "other")
    os.symlink("loop.yaml", "in/loop.yaml")
    assert find("in") == ["in/loop.yaml", "in/mounted.yaml", "in/real.yaml"]
    assert find("other") == ["other/loop.yaml", "other/mounted.yaml", "other/real.yaml"]
    assert find("in/outside.yaml") == ["in/outside.yaml"]  # who names it means it
    assert find("in", "out") == ["in/loop.yaml", "in/mounted.yaml", "in/real.yaml", "out/b.yaml"]


def test_what_is_no_file(tmp_path):
    scene(tmp_path, {"a.yaml": GOOD, "folder.yaml/b.yaml": GOOD})
    os.mkfifo("pipe.yaml")
    assert find(".") == ["a.yaml", "pipe.yaml: it is no regular file", "folder.yaml/b.yaml"]


# ---- what is no manifest


def test_helm_chart(tmp_path):
    chart = {
        "c/Chart.yaml": "name: c\n",
        "c/Chart.lock": "",
        "c/values.yaml": "a: 1\n",
        "c/values-prod.yaml": "a: 1\n",
        "c/prod-values.yml": "a: 1\n",
        "c/values.schema.json": "{}",
        "c/crds/crd.yaml": GOOD,
        "c/templates/a.yaml": TEMPLATE,
        "c/templates/plain.yaml": GOOD,
        "c/templates/deep/b.yaml": TEMPLATE,
        "c/charts/d/Chart.yaml": "name: d\n",
        "c/charts/d/templates/a.yaml": TEMPLATE,
        "c/ci/templates/a.yaml": TEMPLATE,
        "values.yaml": GOOD,
        "templates/a.yaml": TEMPLATE,
    }
    scene(tmp_path, chart)
    assert find(".") == [
        "values.yaml",
        "c/Chart.yaml: chart-file",
        "c/prod-values.yml: values-file",
        "c/values-prod.yaml: values-file",
        "c/values.schema.json: values-file",
        "c/values.yaml: values-file",
        "c/charts/d/Chart.yaml: chart-file",
        "c/charts/d/templates/a.yaml: helm-template",
        "c/ci/templates/a.yaml",
        "c/crds/crd.yaml",
        "c/templates/a.yaml: helm-template",
        "c/templates/plain.yaml",
        "c/templates/deep/b.yaml: helm-template",
        "templates/a.yaml",
    ]
    assert find("c/templates/a.yaml", "c/values.yaml") == [
        "c/templates/a.yaml: helm-template",
        "c/values.yaml: values-file",
    ]
    os.chdir("c/templates")
    assert find(".") == ["a.yaml: helm-template", "plain.yaml", "deep/b.yaml: helm-template"]
    assert find("a.yaml", "../values.yaml") == ["a.yaml: helm-template", "../values.yaml: values-file"]


def test_kustomize(tmp_path):
    scene(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "base/web.yaml": GOOD,
            "over/kustomization.yml": (
                "patches:\n- path: p1.yaml\n- path: sub/p2.yaml\n- patch: '- op: add'\n- 1\n"
                "patchesStrategicMerge:\n- p3.yaml\n- |-\n  kind: Inline\n- null\n"
                "patchesJson6902:\n- {path: p4.json, target: {kind: A}}\nresources: [../base, new.yaml]\n"
            ),
            **dict.fromkeys(
                ["over/p1.yaml", "over/sub/p2.yaml", "over/p3.yaml", "over/p4.json", "over/new.yaml"], GOOD
            ),
            "odd/Kustomization": 'patches: [{path: "a\\0b"}, {path: [x]}, {path: ../over/new.yaml}]\n',
            "wrong/kustomization.yaml": "patches: {a: b\n",
            "wrong/x.yaml": GOOD,
        },
    )
    assert find("base", "over", "wrong") == [
        "base/kustomization.yaml: kustomization",
        "base/web.yaml",
        "over/kustomization.yml: kustomization",
        "over/new.yaml",
        "over/p1.yaml: kustomize-patch",
        "over/p3.yaml: kustomize-patch",
        "over/p4.json: kustomize-patch",
        "over/sub/p2.yaml: kustomize-patch",
        "wrong/kustomization.yaml: kustomization",
        "wrong/x.yaml",
    ]
    assert find("over/p1.yaml", "over/sub/p2.yaml", "over/new.yaml") == [
        "over/p1.yaml: kustomize-patch",
        "over/sub/p2.yaml: kustomize-patch",
        "over/new.yaml",
    ]
    assert find("odd", "over/new.yaml") == ["odd/Kustomization: kustomization", "over/new.yaml"]
    assert "over/new.yaml: kustomize-patch" in find(".")


def test_excluded(tmp_path):
    scene(tmp_path, {"a.yaml": GOOD, "vendor/b.yaml": GOOD, "c/vendor/d.yaml": GOOD})
    assert find(".", excludes=["/vendor/"]) == ["a.yaml", "c/vendor/d.yaml", "vendor/b.yaml: excluded"]
    assert find("vendor/b.yaml", excludes=["vendor"]) == ["vendor/b.yaml: excluded"]
    assert find("a.yaml", excludes=["*.yaml", "!a.yaml"]) == ["a.yaml"]
    assert find("../" + tmp_path.name, excludes=["vendor"], root=tmp_path / "c") == [
        f"../{tmp_path.name}/a.yaml",
        f"../{tmp_path.name}/c/vendor/d.yaml: excluded",
        f"../{tmp_path.name}/vendor/b.yaml",
    ]


# ---- reading


def test_read(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR, "b.yaml": b"a\0b", "c.yaml": "\ufeff".encode() + b"a: 1\n"})
    assert files.read(Path("a.yaml"), "name").text == ERROR
    assert files.read(Path("a.yaml"), "name").name == "name"
    assert files.read(Path("c.yaml"), "name").text == "a: 1\n"
    with pytest.raises(files.CannotRead, match="it is a binary file"):
        files.read(Path("b.yaml"), "b.yaml")
    with pytest.raises(FileNotFoundError):
        files.read(Path("d.yaml"), "d.yaml")
    with pytest.raises(IsADirectoryError):
        files.read(tmp_path, "d.yaml")


def test_largest(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1 << 20)
    scene(tmp_path, {"a.yaml": b"#" * (1 << 20), "b.yaml": b"#" * ((1 << 20) + 1)})
    assert len(files.read(Path("a.yaml"), "a.yaml").text) == 1 << 20
    with pytest.raises(files.CannotRead, match="it is larger than 1 MiB, which no manifest is"):
        files.read(Path("b.yaml"), "b.yaml")
