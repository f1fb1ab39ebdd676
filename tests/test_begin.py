"""What one begins with: a config, a hook, completion in the shell, the man page."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from kit import ASKLINT, ERROR, asklint, documents, held, scene

from asklint import config, data, run
from asklint.cli import COMMANDS, manpage

ROOT = Path(__file__).resolve().parents[1]
CONFIG, HOOKS = ".asklint.yaml", ".pre-commit-config.yaml"


def talk(folder: Path, *words: str, says: str) -> str:
    """What the command prints on a terminal at which `says` is typed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([ASKLINT, *words], cwd=folder, stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    os.write(leader, says.encode())
    told = b""
    while True:
        try:
            part = os.read(leader, 4096)
        except OSError:
            break
        if not part:
            break
        told += part
    assert process.wait(30) == 0
    os.close(leader)
    return told.decode()


def loaded(folder: Path) -> dict:
    """What the config in `folder` says; it names what there is."""
    made = config.load(folder / CONFIG)
    config.check(made, run.specs(()))
    return dict(made.content)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_init_without_a_terminal_asks_nothing(tmp_path, lang):
    done = asklint("init", "--lang", lang, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "asklint check" in done.stdout
    assert list(held(tmp_path)) == [CONFIG]
    assert loaded(tmp_path) == {"target": "ask", "fail-on": "error"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_init_comments_out_is_a_config(tmp_path, lang):
    asklint("init", "--lang", lang, cwd=tmp_path)
    text = (tmp_path / CONFIG).read_text()
    (tmp_path / CONFIG).write_text(
        re.sub(r"^# (?=[a-z-]+: ?[\[\"\n]|- |  )", "", text.replace(":\n", ": \n"), flags=re.MULTILINE)
    )
    said = loaded(tmp_path)
    assert set(said) == {"target", "fail-on", "kubernetes-version", "exclude", "severity", "options", "ignore"}


def test_init_takes_options(tmp_path):
    asklint("init", "--target", "acs", "--fail-on", "warning", "--no-pre-commit", cwd=tmp_path)
    assert loaded(tmp_path) == {"target": "acs", "fail-on": "warning"}
    assert list(held(tmp_path)) == [CONFIG]


def test_init_asks(tmp_path):
    told = talk(tmp_path, "init", says="eci\nnever\ny\n")
    assert "Where shall the manifests run" in told
    assert loaded(tmp_path) == {"target": "eci", "fail-on": "never"}
    assert documents((tmp_path / HOOKS).read_text())[0]["repos"][0]["hooks"][0]["id"] == "asklint"
    assert "pre-commit install" in told
    told = talk(tmp_path, "init", "--force", "--target", "acs", says="\n\n")
    assert "Where shall" not in told
    assert loaded(tmp_path) == {"target": "acs", "fail-on": "error"}


def test_init_replaces_nothing(tmp_path):
    scene(tmp_path, {CONFIG: "# mine\n"})
    done = asklint("init", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "Error: .asklint.yaml is there; --force replaces it\n")
    assert held(tmp_path) == {CONFIG: "# mine\n"}
    asklint("init", "--force", cwd=tmp_path)
    assert loaded(tmp_path)["target"] == "ask"


def test_the_hook_goes_beside_others(tmp_path):
    old = "# our hooks\nrepos:\n- repo: https://example.org/x  # pinned\n  rev: v1\n  hooks:\n  - id: a\n"
    scene(tmp_path, {HOOKS: old})
    asklint("init", "--pre-commit", cwd=tmp_path)
    text = (tmp_path / HOOKS).read_text()
    assert text.startswith(old)
    assert [repo["hooks"][0]["id"] for repo in documents(text)[0]["repos"]] == ["a", "asklint"]
    again = asklint("init", "--force", "--pre-commit", cwd=tmp_path)
    assert "has a hook asklint already" in again.stdout
    assert (tmp_path / HOOKS).read_text() == text


def test_a_hook_that_has_no_place_is_told(tmp_path):
    scene(tmp_path, {HOOKS: "repos: none\n"})
    done = asklint("init", "--pre-commit", cwd=tmp_path)
    assert ("left as it is" in done.stdout, "- id: asklint" in done.stdout) == (True, True)
    assert (tmp_path / HOOKS).read_text() == "repos: none\n"


def test_the_hook_is_the_readmes(tmp_path):
    asklint("init", "--pre-commit", cwd=tmp_path)
    (made,) = documents((tmp_path / HOOKS).read_text())
    for name in ("README.md", "README.zh-CN.md"):
        shown = re.search(r"```yaml\n(repos:.*?)```", (ROOT / name).read_text(), re.DOTALL)
        assert shown is not None
        assert documents(shown[1]) == [made]


# -- completion


def completed(line: str) -> list[str]:
    words = line.split(" ")
    env = {"_ASKLINT_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run([ASKLINT], env={**os.environ, **env}, capture_output=True, text=True)
    return [row.partition(",")[2] for row in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("asklint base", ["baseline"]),
        ("asklint rule host-n", ["host-network"]),
        ("asklint ignore host-n", ["host-network"]),
        ("asklint check --target e", ["eci"]),
        ("asklint check --target eci,a", ["eci,ask", "eci,acs"]),
        ("asklint check --format con", ["concise"]),
        ("asklint fix --select host-network,loggi", ["host-network,logging"]),
        ("asklint completion f", ["fish"]),
    ],
)
def test_completes(line, names):
    assert completed(line) == names


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_that_shell(tmp_path, shell):
    done = asklint("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert f"_ASKLINT_COMPLETE={shell}_complete" in done.stdout
    program = shutil.which(shell)
    if program:
        read = subprocess.run([program, "-n"], input=done.stdout, capture_output=True, text=True)
        assert (read.returncode, read.stderr) == (0, "")


# -- the man page


@pytest.fixture(scope="module")
def manual() -> str:
    return manpage.page()


def test_man_page_has_every_command_and_option(manual):
    for name in COMMANDS:
        assert f"\n.SS asklint {name} " in manual
        said = subprocess.run([ASKLINT, name, "--help"], capture_output=True, text=True, check=True).stdout
        for option in set(re.findall(r"^ +(--[a-z-]+)", said, re.MULTILINE)) - {"--help"}:
            assert option.replace("-", "\\-") in manual, (name, option)


def test_man_page_is_roff(manual):
    assert manual.startswith(".TH ASKLINT 1 ")
    assert [line for line in manual.splitlines() if line.startswith(".SH")] == [
        f".SH {name}" for name in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "FILES")
    ]
    assert {line.split()[0] for line in manual.splitlines() if line.startswith((".", "'"))} <= {
        *(".TH", ".SH", ".SS", ".TP", ".PP", ".B")
    }
    program = shutil.which("groff")
    if program:
        read = subprocess.run([program, "-man", "-Tutf8", "-ww"], input=manual, capture_output=True, text=True)
        assert (read.returncode, read.stderr) == (0, "")


# -- schemas for editors


@pytest.mark.parametrize("name", ["config", "rule", "report"])
def test_schema_is_printed(tmp_path, name):
    done = asklint("schema", name, cwd=tmp_path)
    assert done.stdout == (data.root() / "schemas" / f"{name}.schema.json").read_text()


# -- what the pages tell to type


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_commands_that_silence_run(tmp_path, name):
    """Each of them, in its order, in a folder with the two manifests that they name."""
    text = (ROOT / name).read_text()
    commands = re.findall(r"^    (asklint (?:ignore|baseline|check)\b.*?)(?:  +\S.*)?$", text, re.MULTILINE)
    commands = commands[next(at for at, one in enumerate(commands) if "ignore" in one) :]
    assert [command.split()[1] for command in commands] == ["ignore", "ignore", "baseline", "check", "baseline"]
    privileged = ERROR.replace("hostNetwork: true  # one hop less", "hostPID: false").replace(
        "web:1", "web:1\n      securityContext: {privileged: true}"
    )
    scene(tmp_path, {"deploy.yaml": (ROOT / "fixtures/deployment.yaml").read_text(), "search.yaml": privileged})
    env = {**os.environ, "PATH": f"{ASKLINT.parent}{os.pathsep}{os.environ['PATH']}"}
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert "# asklint: ignore[host-network]" in (tmp_path / "deploy.yaml").read_text()
    assert loaded(tmp_path)["ignore"][0]["until"] == "2027-01-31"
    assert "service-nodeport" in (tmp_path / ".asklint-baseline.json").read_text()
    assert "host-network" not in (tmp_path / ".asklint-baseline.json").read_text()


# -- the page on editors


PAGE = (ROOT / "docs" / "editors.md").read_text()


def test_modelines_name_what_the_page_writes():
    assert set(re.findall(r"yaml-language-server: \$schema=(\S+)", PAGE)) == {
        ".asklint.schema.json",
        "../asklint-rule.schema.json",
    }
    for name in (".asklint.schema.json", "asklint-rule.schema.json"):
        assert re.search(rf"^asklint schema \w+ > {re.escape(name)}$", PAGE, re.MULTILINE)


def test_the_page_names_what_the_server_has():
    from asklint.serve.lsp import FIX_ALL

    assert PAGE.count(FIX_ALL) >= 2
    assert '"asklint", "lsp"' in PAGE
