"""What the pages in docs/ show is run: their files, their commands, what these print; and the site is built of them.

`<!-- file: NAME -->` before a block: it is that file's content. `<!-- exits N -->`: the commands end so.
`<!-- prints -->`: the block's lines are among what the commands before it printed. `<!-- not run: why -->`: only read.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from kit import scene
from published import ADDRESS, ROOT, TAG, environment, found, publish, run

from asklint import __version__, data, library

PAGES = sorted((ROOT / "docs").glob("*.md"))
GUIDES = (
    "helm.md",
    "kustomize.md",
    "migration.md",
)  # test_guides runs them, in fixtures and with the tools that they need
CHINESE = sorted((ROOT / "docs/zh").glob("*.md"))
BLOCK = re.compile(r"(?:^<!-- ([^>]*) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOOLS = ("pre-commit", "pipx", "uvx", "uv")


class Block(NamedTuple):
    """A fenced block and the word before it."""

    mark: str
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(*match.groups("")) for match in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def named(page: Path) -> str:
    return page.name


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The environment in which asklint is published."""
    work = tmp_path_factory.mktemp("published")
    publish(work)
    return environment(work)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in GUIDES], ids=named)
def test_page_does_what_it_shows(page, known, tmp_path):
    shown = blocks(page)
    commands = "\n".join(
        block.text for block in shown if block.language == "sh" and not block.mark.startswith("not run")
    )
    for tool in TOOLS:
        if re.search(rf"^{tool}\b", commands, re.MULTILINE):
            found(tool)
    run(("git", "init", "--quiet"), tmp_path, known)
    said, names = "", {}
    for mark, language, text in shown:
        if mark.startswith("file: "):
            scene(tmp_path, {mark.removeprefix("file: "): text})
        elif mark == "prints":
            missing = [line for line in text.splitlines() if line not in said.splitlines()]
            assert not missing, f"{page.name}: not printed: {missing}\n{said}"
        elif language == "sh" and not re.match(r"not run: \w+", mark):
            status = int(mark.removeprefix("exits ") or 0)
            said = run(("bash", "-euo", "pipefail", "-c", text), tmp_path, known, status)
        elif language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(text, names)
            said = out.getvalue()


def test_every_block_is_understood():
    """A word that is misspelt would leave a block out."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert len(blocks(page)) == len(re.findall(r"^```\w+$", text, re.MULTILINE)), page.name
        for mark in re.findall(r"<!-- (.*?) -->", text):
            assert re.match(r"file: |prints$|exits \d$|not run: \w+", mark), f"{page.name}: {mark}"


READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")


@pytest.mark.parametrize("page", [*PAGES, *CHINESE, *READMES], ids=named)
def test_versions_and_addresses_are_this_ones(page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"rev: (\S+)|asklint/asklint@(\S+)", text)) <= {(TAG, ""), ("", TAG)}
    assert set(re.findall(r"asklint==(\S+)", text)) <= {__version__}
    assert set(re.findall(r"https://github\.com/asklint/[\w.-]+", text)) <= {ADDRESS}


def workflows(page: Path) -> dict[str, str]:
    return {block.mark[6:]: block.text for block in blocks(page) if block.mark.startswith("file: .github/workflows/")}


def test_workflows_shown_are_what_github_reads(tmp_path):
    shown = workflows(ROOT / "docs/github-action.md")
    assert len(shown) == 3
    scene(tmp_path, shown)
    words = (found("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *shown)
    run(words, tmp_path, dict(os.environ))


def test_workflows_shown_are_sound(tmp_path):
    """actionlint knows the inputs and outputs of a local action: there it takes the action for the published one."""
    shown = workflows(ROOT / "docs/github-action.md")
    local = {name: text.replace(f"asklint/asklint@{TAG}", "./") for name, text in shown.items()}
    scene(tmp_path, {**local, "action.yml": (ROOT / "action.yml").read_text(encoding="utf-8")})
    program = found("actionlint")
    run(("git", "init", "--quiet"), tmp_path, dict(os.environ))
    run((program, *local), tmp_path, dict(os.environ))


def test_inputs_and_outputs_shown_are_the_actions():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    page = (ROOT / "docs/github-action.md").read_text(encoding="utf-8")
    rows = [re.findall(r"`([\w-]+)`", row) for row in re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE)]
    assert {name for row in rows for name in row} == {*action["inputs"], *action["outputs"]}
    for text in workflows(ROOT / "docs/github-action.md").values():
        for job in yaml.safe_load(text)["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("asklint/"):
                    assert step.get("with", {}).keys() <= action["inputs"].keys()
        assert set(re.findall(r"steps\.asklint\.outputs\.([\w-]+)", text)) <= action["outputs"].keys()


@pytest.mark.parametrize("page", CHINESE, ids=named)
def test_chinese_pages_show_the_same(page):
    """What is run of the English page is what stands in the Chinese one."""
    english = ROOT / "docs" / page.name
    assert blocks(page) == blocks(english)
    tables = [
        re.findall(r"^\| (`[^|]*) \|", text.read_text(encoding="utf-8"), re.MULTILINE) for text in (page, english)
    ]
    assert [re.findall(r"`([^`]+)`", row) for row in tables[0]] == [re.findall(r"`([^`]+)`", row) for row in tables[1]]


def test_every_page_is_there_in_chinese():
    assert {page.name for page in CHINESE} == {page.name for page in PAGES} - {"not-in-manifests.md"}


@pytest.mark.parametrize("page", READMES, ids=named)
def test_readme_shows_what_the_pages_show(page):
    """The hooks whole; of a workflow the steps, with inputs that the action has."""
    shown = [yaml.safe_load(block.text) for block in blocks(page) if block.language == "yaml"]
    pages = [yaml.safe_load(block.text) for block in blocks(ROOT / "docs/pre-commit.md") if block.language == "yaml"]
    (hooks,) = (one for one in shown if "repos" in one)
    assert hooks == pages[0]
    (steps,) = (one for one in shown if isinstance(one, list))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert steps[1]["uses"] == f"asklint/asklint@{TAG}"
    assert steps[1]["with"].keys() <= inputs.keys()


def test_dockerfile_is_clean():
    run((found("hadolint"), "Dockerfile"), ROOT, dict(os.environ))


def test_dockerfile_copies_what_pip_builds_from():
    """What is not copied, or kept out by .dockerignore, would be missing in the image alone."""
    copied = re.findall(r"^COPY (?!--)(.*) \S+$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    assert names == kept
    assert all((ROOT / name).exists() for name in names)
    built = {"pyproject.toml", "hatch_build.py", "asklint", "rules", "schemas", "README.md", "LICENSE"}
    assert names == {*built, ".ci/lock/asklint.txt"}


# ---- the site


class Page(HTMLParser):
    """What a reader and a search engine find on a page: its headings, its links, the text of its article."""

    def __init__(self, file: Path, articles: bool = False) -> None:
        super().__init__()
        self.articles = articles  # only the links in articles
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.text = ""
        self.inside = False
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside |= tag == "article"
        if tag == "a" and (self.inside or not self.articles):
            self.links.append(given.get("href") or "")
        if tag in ("script", "img", "link", "iframe"):
            self.loaded.append(given.get("src") or given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self.inside &= tag != "article"

    def handle_data(self, text: str) -> None:
        if self.inside:
            self.text += text


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as `mkdocs build --strict` makes it."""
    pytest.importorskip("material", reason="mkdocs-material is not installed: pip install -e '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(words, cwd=ROOT, env=quiet, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout
    return folder


RULES = [library.RuleFile(path.stem, path, data.parse(path)) for path in library.files(ROOT / "rules")]


def test_each_rule_has_a_page_in_both_languages(site):
    for rule in RULES:
        english = Page(site / "rules" / rule.name / "index.html")
        chinese = Page(site / "zh/rules" / rule.name / "index.html")
        first = rule.content["examples"][0]
        for page in (english, chinese):
            assert {source["url"] for source in rule.content["sources"].values()} <= set(page.links), rule.name
            assert first.get("bad", first.get("good")).strip() in page.text, rule.name
        assert rule.content["title"].replace("`", "") in english.text
        assert rule.content["zh"]["title"].replace("`", "") in chinese.text
        assert f"../../zh/rules/{rule.name}/" in english.links
        assert f"../../../rules/{rule.name}/" in chinese.links


@pytest.mark.parametrize("folder", ["rules", "zh/rules"])
def test_list_and_matrix_lead_to_every_rule(site, folder):
    for page, up in ((site / folder / "index.html", ""), (site / folder / "matrix/index.html", "../")):
        article = Page(page, articles=True).links
        assert {f"{up}{rule.name}/" for rule in RULES} <= set(article)


def test_the_site_asks_nothing_of_other_servers(site):
    for file in site.rglob("*.html"):
        page = Page(file)
        assert not [address for address in page.loaded if re.match(r"(https?:)?//", address)], file
        assert 'data-md-component="source"' not in file.read_text(encoding="utf-8"), file  # it would ask GitHub


def test_every_link_of_the_site_leads_somewhere(site):
    for file in site.rglob("index.html"):
        for link in Page(file).links:
            path = link.partition("#")[0]
            if path and not re.match(r"[a-z]+:", path):
                target = (file.parent / path).resolve()
                assert (target / "index.html").exists() or target.is_file(), f"{file}: {link}"


def test_nothing_that_is_made_is_kept():
    """What docs/hooks.py makes is no file of the project."""
    assert not (ROOT / "docs/rules").exists()
    assert not (ROOT / "docs/zh/rules").exists()
