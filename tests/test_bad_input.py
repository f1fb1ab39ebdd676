"""Input that nobody would write on purpose: a clear word, the right exit status, nothing lost, nothing slow."""

from __future__ import annotations

import gzip
import json
import os
import resource
import time
from collections.abc import Iterable

import pytest
from kit import ERROR, GOOD, MENDED, NONSENSE, asklint, check, documents, held, only, places, put, scene, setup

from asklint import data, engine, library
from asklint.source import Source

ALL = only()
TARGETS = ("ask", "eci", "acs")


def quick(seconds: float = 10.0):
    """An upper bound on processor time that a machine under load keeps as well, and that a bomb does not."""
    started = time.process_time()

    def check() -> None:
        assert time.process_time() - started < seconds

    return check


# ---- files


def test_folder_without_manifests(tmp_path):
    scene(tmp_path, {"docs/readme.md": "# web\n", "docs/a.yml~": ERROR})
    done = asklint("check", "docs", cwd=tmp_path)
    assert (done.returncode, "Nothing was checked" in done.stdout) == (2, True)
    assert asklint("check", "docs", "--allow-empty", cwd=tmp_path).returncode == 0


def test_binary_file(tmp_path):
    binary = bytes(range(256)) * 16
    done = asklint("fix", *ALL, "--unsafe", ".", cwd=scene(tmp_path, {"a.yaml": ERROR, "b.yaml": binary}))
    assert (done.returncode, "b.yaml: it is a binary file" in done.stdout) == (2, True)
    assert (tmp_path / "a.yaml").read_text() == MENDED  # the others are done all the same
    assert (tmp_path / "b.yaml").read_bytes() == binary


def test_packed_chart(tmp_path):
    done = asklint("check", "shop-1.0.0.tgz", cwd=scene(tmp_path, {"shop-1.0.0.tgz": gzip.compress(b"Chart.yaml")}))
    assert done.returncode == 2
    assert "shop-1.0.0.tgz: it is an archive; unpack a chart (tar -xzf) and name its folder" in done.stdout


def test_file_too_large(tmp_path):
    scene(tmp_path, {"a.yaml": ERROR})
    with open(tmp_path / "b.yaml", "wb") as large:
        large.truncate(200 * 1024 * 1024)
    done = asklint("check", *ALL, ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "b.yaml: it is larger than 64 MiB, which no manifest is" in done.stdout
    assert "a.yaml:6:3: error[host-network]" in done.stdout


def test_stream_too_large(tmp_path):
    """Standard input has no size to ask for."""
    done = asklint("fix", "-", cwd=tmp_path, stdin=bytes(65 * 1024 * 1024))
    assert (done.returncode, done.stdout) == (2, "")
    assert "larger than 64 MiB" in done.stderr


def test_invalid_utf_8_is_checked_and_never_edited(tmp_path):
    raw = ERROR.encode().replace(b"one hop", b"\xff hop")
    scene(tmp_path, {"a.yaml": raw})
    done = asklint("fix", *ALL, "--unsafe", "a.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "a.yaml:6:3: error[host-network]" in done.stdout
    assert "byte 76 is not valid UTF-8" in done.stdout
    assert (tmp_path / "a.yaml").read_bytes() == raw


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_other_encodings_are_kept(tmp_path, mark, encoding):
    scene(tmp_path, {"a.yaml": mark + ERROR.encode(encoding)})
    assert asklint("fix", *ALL, "--unsafe", "a.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.yaml").read_bytes() == mark + MENDED.encode(encoding)


def test_name_that_is_no_text(tmp_path):
    name = b"we\xffb.yaml"
    (tmp_path / os.fsdecode(name)).write_text(ERROR)
    for style in ("concise", "json", "rich"):
        done = asklint("check", *ALL, "--format", style, ".", cwd=tmp_path)
        assert (done.returncode, "host-network" in done.stdout) == (1, True), done.stderr
    assert asklint("fix", *ALL, "--unsafe", ".", "--out", "new", cwd=tmp_path).returncode == 0
    assert sorted(os.listdir(os.fsencode(tmp_path / "new"))) == [name]


def test_odd_names(tmp_path):
    names = ["-.yaml", "a b.yaml", "x" * 250 + ".yaml", "new\nline.yaml", "☂.yaml"]
    scene(tmp_path, dict.fromkeys(names, ERROR))
    done = asklint("fix", *ALL, "--unsafe", ".", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert held(tmp_path) == dict.fromkeys(names, MENDED)


def test_pipe_in_a_folder_does_not_hang(tmp_path):
    scene(tmp_path, {"a.yaml": GOOD})
    os.mkfifo(tmp_path / "b.yaml")
    done = asklint("check", ".", cwd=tmp_path)
    assert (done.returncode, "b.yaml: it is no regular file" in done.stdout) == (2, True)


def test_pipe_that_was_named_is_read(tmp_path):
    done = asklint("check", *ALL, "/dev/stdin", cwd=tmp_path, stdin=ERROR)
    assert (done.returncode, "/dev/stdin:6:3: error[host-network]" in done.stdout) == (1, True)
    done = asklint("fix", *ALL, "--unsafe", "/dev/stdin", cwd=tmp_path, stdin=ERROR)
    assert (done.returncode, "cannot be written: it is no regular file" in done.stdout) == (2, True)


# ---- writing


def test_read_only_folder(tmp_path):
    from kit import unprivileged

    scene(tmp_path, {"shut/a.yaml": ERROR, "open/b.yaml": ERROR})
    (tmp_path / "shut").chmod(0o500)
    try:
        done = asklint("fix", *ALL, "--unsafe", ".", cwd=tmp_path, preexec_fn=unprivileged)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert done.returncode == 2
    assert "shut/a.yaml: cannot be written: permission denied" in done.stdout
    assert "shut/a.yaml:6:3: error[host-network]" in done.stdout  # it is there still
    assert held(tmp_path) == {"open/b.yaml": MENDED, "shut/a.yaml": ERROR}


def test_read_only_file(tmp_path):
    from kit import unprivileged

    scene(tmp_path, {"a.yaml": ERROR})
    (tmp_path / "a.yaml").chmod(0o400)
    done = asklint("fix", *ALL, "--unsafe", ".", cwd=tmp_path, preexec_fn=unprivileged)
    assert (done.returncode, "a.yaml: cannot be written: it is read-only" in done.stdout) == (2, True)
    assert held(tmp_path) == {"a.yaml": ERROR}


def test_full_disk(tmp_path):
    """A limit on the size of files stops the write in its middle, as a full disk does."""
    large = ERROR + "".join(f"---\n{GOOD}" for _ in range(400))
    scene(tmp_path, {"a.yaml": large, "b.yaml": ERROR})

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    done = asklint("fix", *ALL, "--unsafe", "--no-cache", ".", cwd=tmp_path, preexec_fn=full)
    assert (done.returncode, "a.yaml: cannot be written: file too large" in done.stdout) == (2, True), done.stderr
    assert held(tmp_path) == {"a.yaml": large, "b.yaml": MENDED}


# ---- text


def test_deep_nesting_is_one_finding():
    done = quick()
    for text in (
        "kind: A\napiVersion: v1\nspec: " + "[" * 100_000,
        "kind: A\napiVersion: v1\nspec: " + "[" * 100_000 + "]" * 100_000,
        "kind: A\napiVersion: v1\nspec:\n" + "".join(" " * (depth + 1) + "a:\n" for depth in range(2000)),
        '{"kind": "A", "apiVersion": "v1", "spec": ' + '{"a": ' * 50_000 + "1" + "}" * 50_000 + "}",
        "kind: A\napiVersion: v1\nspec: " + "{? " * 5000,
    ):
        assert [rule for _, rule in check(text)] == ["yaml-syntax"]
    done()


def test_alias_bomb_is_one_finding():
    done = quick()
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    bomb = f"apiVersion: v1\nkind: A\na0: &a0 [x, x, x]\n{levels}"
    assert [rule for _, rule in check(bomb)] == ["yaml-syntax"]
    maps = "".join(f"b{n}: &b{n}\n" + "".join(f"  k{i}: *b{n - 1}\n" for i in range(9)) for n in range(1, 12))
    assert [rule for _, rule in check(f"apiVersion: v1\nkind: A\nb0: &b0 {{a: 1}}\n{maps}")] == ["yaml-syntax"]
    done()


def test_endless_text_takes_no_endless_time():
    done = quick(30)
    every = setup()
    for text in (
        "---\n" * 100_000,
        "#" * 1_000_000,
        "a" * 1_000_000,
        " " * 1_000_000 + "x",
        " " * 1_000_000 + "a: b: c",
        "\n" * 1_000_000 + "a: b: c",
        "# eyJ-" * 200_000 + "\na: b: c",
        "apiVersion: v1\nkind: A\nx: " + "y" * 1_000_000 + "\n",
        "apiVersion: v1\nkind: A\n" + "".join(f"k{n}: v\n" for n in range(20_000)),
        "apiVersion: v1\nkind: A\n" + "".join("# asklint: ignore[\n" for n in range(5_000)) + "a: 1\n",
        "apiVersion: v1\nkind: Secret\ndata: {a: " + "=" * 200_000 + "}\nb: c: d\n",
        "token" * 100_000 + "=x",
        "\ufeff" * 10_000,
        "{{" * 100_000,
        "- " * 5_000,
        '{"apiVersion": "v1", "kind": "A"}' * 5_000,
    ):
        engine.fix(Source("long.yaml", text), every, unsafe=True)
    done()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD.replace("  name: settings", "  name: &a {? [b]: c}"), id="a mapping for a name"),
        pytest.param(
            '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\\ud800"}, "spec": {"hostNetwork": true}}'
        ),
        pytest.param(ERROR.replace("name: web\nspec", 'name: "a\\nb\\e[31m"\nspec'), id="a name that steers terminals"),
        pytest.param(ERROR.replace("name: web\nspec", f"name: {'w' * 100_000}\nspec"), id="a name without end"),
    ],
)
def test_odd_words_are_shown(tmp_path, text):
    scene(tmp_path, {f"{index}.yaml": text for index in range(20)})  # enough for the cache
    for style in ("concise", "json", "rich"):
        done = asklint("check", "--format", style, ".", cwd=tmp_path)
        assert done.returncode in (0, 1), done.stderr
        assert "\x1b" not in done.stdout


# ---- shapes

# Whole manifests, written so that every rule has something to look at.
FIXTURES = data.root() / "fixtures"
MANIFESTS = [FIXTURES / "deployment.yaml", FIXTURES / "clean.yaml", FIXTURES / "pairs" / "flex.before.yaml"]
EXAMPLES = library.files(data.root() / "rules")


@pytest.fixture(scope="module")
def setups() -> list[engine.Setup]:
    return [setup(target=target) for target in TARGETS]


def survive(whole: object, path: tuple[object, ...], value: object, setups: Iterable[engine.Setup]) -> None:
    """Puts `value` in the place of the node at `path`, and asks all rules to check and fix that."""
    source = Source("wrong.yaml", json.dumps(put(whole, path, value)))
    for one in setups:
        try:
            engine.fix(source, one, unsafe=True)
        except Exception as error:
            raise AssertionError(f"{value!r} at {path} of {whole}") from error


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_nonsense_in_every_place(path, value, setups):
    for whole in documents(path.read_text(encoding="utf-8")):
        for place in places(whole):
            survive(whole, place, value, setups)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nonsense_in_examples(path, setups):
    """One sort of nonsense a place and one target; test_examples has all of them, for the rule itself."""
    bad = next(example["bad"] for example in data.parse(path)["examples"] if "bad" in example)
    for whole in documents(library.bare(bad)):
        for number, place in enumerate(places(whole), len(path.stem)):
            survive(whole, place, NONSENSE[number % len(NONSENSE)], [setups[number % len(setups)]])


@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_nonsense_in_yaml(value):
    """The same where places are those of block YAML."""
    lines = ERROR.splitlines()
    every = setup()
    for number, line in enumerate(lines):
        key, colon, _ = line.partition(":")
        if colon:
            text = "\n".join([*lines[:number], f"{key}: {json.dumps(value)}", *lines[number + 1 :]])
            engine.fix(Source("wrong.yaml", text), every, unsafe=True)


def test_nonsense_is_told_in_every_format(tmp_path):
    texts = [
        json.dumps(put(whole, path, value))
        for whole in documents(ERROR)
        for path in places(whole)
        for value in NONSENSE
    ]
    scene(tmp_path, {"a.json": "\n".join(texts)})
    for style in ("concise", "json", "rich"):
        done = asklint("check", "--format", style, ".", cwd=tmp_path)
        assert done.returncode == 1, done.stderr
    assert asklint("fix", "--unsafe", ".", cwd=tmp_path).returncode in (0, 1)
