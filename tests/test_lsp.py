"""A language server as an editor has it: a real client, a real process, messages over its streams."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from kit import ASKLINT, scene
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true  # one hop less
  containers:
  - name: web
    image: registry.example/web:1
"""
CONFIG = "select: [host-network, duplicate-key, unused-suppression, yaml-syntax]\n"
SAFE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  color: red\n  color: blue\n"


class Editor:
    """One editor in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = LanguageClient("editor", "1")
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

    async def start(self, *words: str, encodings: list[str] | None = None) -> lsp.InitializeResult:
        await self.client.start_io(str(ASKLINT), "lsp", *words, cwd=self.folder)
        general = lsp.GeneralClientCapabilities(position_encodings=encodings)
        started = await self.client.initialize_async(
            lsp.InitializeParams(capabilities=lsp.ClientCapabilities(general=general), root_uri=self.folder.as_uri())
        )
        self.client.initialized(lsp.InitializedParams())
        return started

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    async def said(self, name: str) -> list[lsp.Diagnostic]:
        while True:
            told = await asyncio.wait_for(self.told.get(), 30)
            if told.uri == self.uri(name):
                return list(told.diagnostics)

    async def open(self, name: str, text: str) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri(name), "yaml", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.said(name)

    def type(self, name: str, version: int, text: str) -> None:
        document = lsp.VersionedTextDocumentIdentifier(version, self.uri(name))
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))

    async def actions(self, name: str, line: int, only: list[str] | None = None) -> list[lsp.CodeAction]:
        here = lsp.Range(lsp.Position(line, 4), lsp.Position(line, 4))
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(self.uri(name)), here, lsp.CodeActionContext([], only))
        return list(await self.client.text_document_code_action_async(params) or [])

    async def hover(self, name: str, line: int, character: int) -> lsp.Hover | None:
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(self.uri(name)), lsp.Position(line, character))
        return await self.client.text_document_hover_async(params)


def session(folder: Path, body: Callable[[Editor], Awaitable[None]], *words: str, **options: list[str]) -> None:
    """Runs `body` with an editor that has started asklint."""
    if not (folder / ".asklint.yaml").exists():
        scene(folder, {".asklint.yaml": CONFIG})

    async def run() -> None:
        editor = Editor(folder)
        await editor.start(*words, **options)
        try:
            await body(editor)
        finally:
            await editor.stop()

    asyncio.run(run())


def applied(text: str, edit: lsp.WorkspaceEdit) -> str:
    """`text` as an editor that counts UTF-16 makes it."""
    (edits,) = (edit.changes or {}).values()
    lines = text.split("\n")

    def offset(at: lsp.Position) -> int:
        line = lines[at.line].encode("utf-16-le")[: 2 * at.character].decode("utf-16-le")
        return sum(len(one) + 1 for one in lines[: at.line]) + len(line)

    for one in sorted(edits, key=lambda one: offset(one.range.start), reverse=True):
        text = text[: offset(one.range.start)] + one.new_text + text[offset(one.range.end) :]
    return text


def test_what_is_found_is_shown(tmp_path):
    async def body(editor: Editor) -> None:
        (one,) = await editor.open("web.yaml", POD)
        assert (one.code, one.source, one.severity) == ("host-network", "asklint", lsp.DiagnosticSeverity.Error)
        assert one.range == lsp.Range(lsp.Position(5, 2), lsp.Position(5, 19))
        assert one.code_description is not None
        assert one.code_description.href.startswith("https://help.aliyun.com/")
        assert await editor.open("other.yaml", "a: 1\n") == []

    session(tmp_path, body)


def test_columns_are_the_editors(tmp_path):
    text = POD.replace("  hostNetwork: true", "  '😀': 雨\n  hostNetwork: true").replace("kind: Pod", "kind: Pod  # 😀")
    text = text.replace("spec:\n  '😀': 雨\n  hostNetwork: true  # one hop less", "spec: {'😀': 雨, hostNetwork: true,")
    text = text.replace("  containers:\n  - name: web\n    image: registry.example/web:1\n", "  containers: []}\n")

    def body(start: int) -> Callable[[Editor], Awaitable[None]]:
        async def inner(editor: Editor) -> None:
            told = [one for one in await editor.open("web.yaml", text) if one.code == "host-network"]
            assert [(one.range.start.character, one.range.end.character) for one in told] == [(start, start + 17)]

        return inner

    before = "spec: {'😀': 雨, "
    session(tmp_path, body(len(before) + 1))
    session(tmp_path, body(len(before)), encodings=["utf-32"])
    session(tmp_path, body(len(before.encode())), encodings=["utf-8"])


def test_typing(tmp_path):
    async def body(editor: Editor) -> None:
        assert len(await editor.open("web.yaml", POD)) == 1
        for version in range(2, 12):  # one look for many keystrokes
            editor.type("web.yaml", version, POD.replace("true", "t" * version))
        editor.type("web.yaml", 12, POD.replace("true", "false"))
        told = await asyncio.wait_for(editor.told.get(), 30)
        assert (told.version, list(told.diagnostics)) == (12, [])
        await asyncio.sleep(1)
        assert editor.told.empty()
        editor.type("web.yaml", 13, "kind: [\napiVersion: v1\n")
        assert [one.code for one in await editor.said("web.yaml")] == ["yaml-syntax"]

    session(tmp_path, body)


def test_closing_takes_back_what_was_said(tmp_path):
    async def body(editor: Editor) -> None:
        await editor.open("web.yaml", POD)
        document = lsp.TextDocumentIdentifier(editor.uri("web.yaml"))
        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        assert await editor.said("web.yaml") == []

    session(tmp_path, body)


def test_the_page_under_the_cursor(tmp_path):
    async def body(editor: Editor) -> None:
        await editor.open("web.yaml", POD)
        shown = await editor.hover("web.yaml", 5, 4)
        assert shown is not None
        assert isinstance(shown.contents, lsp.MarkupContent)
        assert shown.contents.kind == lsp.MarkupKind.Markdown
        assert shown.contents.value.startswith("# host-network: A pod asks for its node's network")
        assert "https://help.aliyun.com/" in shown.contents.value
        assert await editor.hover("web.yaml", 5, 19) is None
        assert await editor.hover("web.yaml", 1, 2) is None

    session(tmp_path, body)


def test_fixes_and_a_suppression(tmp_path):
    async def body(editor: Editor) -> None:
        await editor.open("web.yaml", POD)
        fix, silence = await editor.actions("web.yaml", 5)
        assert fix.title.startswith("asklint: leave hostNetwork out (unsafe: the pod is reached")
        assert fix.is_preferred is None
        assert fix.edit is not None
        assert applied(POD, fix.edit) == POD.replace("  hostNetwork: true  # one hop less\n", "")
        assert fix.diagnostics is not None
        assert fix.diagnostics[0].code == "host-network"
        assert silence.title == "asklint: silence host-network here; write the reason"
        assert silence.edit is not None
        text = applied(POD, silence.edit)
        assert text == POD.replace("one hop less", "one hop less  # asklint: ignore[host-network] ")
        editor.type("web.yaml", 2, text)  # without a reason it silences nothing, and says so
        assert {one.code for one in await editor.said("web.yaml")} == {"host-network", "unused-suppression"}
        editor.type("web.yaml", 3, text.replace("[host-network] ", "[host-network] why"))
        assert await editor.said("web.yaml") == []
        assert await editor.actions("web.yaml", 1) == []

    session(tmp_path, body)


@pytest.mark.parametrize(
    "text", [SAFE, SAFE.replace("\n", "\r\n"), SAFE.replace("name: a", "name: a # 😀"), SAFE + "\n\n"]
)
def test_all_safe_fixes(tmp_path, text):
    async def body(editor: Editor) -> None:
        await editor.open("a.yaml", text)
        for only in (["source.fixAll"], ["source.fixAll.asklint"], ["source"]):
            (one,) = await editor.actions("a.yaml", 0, only)
            assert (one.kind, one.title) == ("source.fixAll.asklint", "asklint: make all safe fixes")
            assert one.edit is not None
            assert applied(text, one.edit) in (text.replace("  color: red\n", ""), text.replace("  color: red\r\n", ""))
        assert await editor.actions("a.yaml", 0, ["refactor"]) == []
        kinds = [one.kind for one in await editor.actions("a.yaml", 5, ["quickfix"])]
        assert set(kinds) == {lsp.CodeActionKind.QuickFix}
        await editor.open("web.yaml", POD)  # an unsafe one is not among them
        assert await editor.actions("web.yaml", 5, ["source.fixAll"]) == []

    session(tmp_path, body)


def test_the_last_line_without_its_end(tmp_path):
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: []\n  hostNetwork: true # 😀"

    async def body(editor: Editor) -> None:
        await editor.open("web.yaml", text)
        fix, silence = [one for one in await editor.actions("web.yaml", 5) if "host-network" in str(one.diagnostics)]
        assert fix.edit is not None
        assert silence.edit is not None
        assert "hostNetwork" not in applied(text, fix.edit)
        assert applied(text, silence.edit) == text + "  # asklint: ignore[host-network] "

    session(tmp_path, body)


def test_config_and_baseline_are_the_files_own(tmp_path):
    scene(
        tmp_path,
        {
            "one/.asklint.yaml": CONFIG + "severity: {host-network: info}\nlang: zh\n",
            "two/web.yaml": POD,
            "two/.asklint.yaml": CONFIG,
        },
    )
    subprocess.run([ASKLINT, "baseline"], cwd=tmp_path / "two", check=True, capture_output=True)

    async def body(editor: Editor) -> None:
        (one,) = await editor.open("one/web.yaml", POD)
        assert one.severity == lsp.DiagnosticSeverity.Information
        assert [action.title for action in await editor.actions("one/web.yaml", 5)][1].startswith("asklint：在此忽略")
        assert await editor.open("two/web.yaml", POD) == []
        scene(tmp_path, {"one/.asklint.yaml": "targt: ask\n"})
        config = lsp.TextDocumentIdentifier(editor.uri("one/.asklint.yaml"))
        editor.client.text_document_did_save(lsp.DidSaveTextDocumentParams(config))
        (wrong,) = await editor.said("one/web.yaml")
        assert "there is no such key; did you mean target?" in wrong.message
        assert await editor.actions("one/web.yaml", 5) == []
        assert await editor.hover("one/web.yaml", 5, 4) is None

    session(tmp_path, body)


def test_what_is_no_manifest_is_silent(tmp_path):
    chart = {"Chart.yaml": "name: a\nversion: 1.0.0\napiVersion: v2\n", "templates/a.yaml": POD + "{{ x }}\n"}
    scene(tmp_path, {**chart, "values.yaml": POD, ".asklint.yaml": CONFIG + "exclude: [old/]\n", "old/web.yaml": POD})

    async def body(editor: Editor) -> None:
        for name in ("templates/a.yaml", "values.yaml", "old/web.yaml"):
            assert await editor.open(name, (tmp_path / name).read_text()) == []

    session(tmp_path, body)


def test_several_targets(tmp_path):
    async def body(editor: Editor) -> None:
        (one,) = await editor.open("web.yaml", POD)
        assert one.message.startswith("(ask, eci) spec.hostNetwork is set")
        assert await editor.actions("web.yaml", 5, ["source.fixAll"]) == []

    session(tmp_path, body, "--target", "ask,eci")


def test_without_pygls_it_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['pygls'] = None; sys.modules['lsprotocol'] = None; sys.argv = ['asklint', 'lsp']\n"
        "from asklint.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (
        2,
        "Error: the language server needs pygls: pip install 'asklint[lsp]'\n",
    )
