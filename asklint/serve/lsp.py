"""The language server: findings while typing, a rule's page under the cursor, fixes and suppressions at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from asklint import __version__
from asklint.finding import Finding, Place
from asklint.report import summary
from asklint.request import Options
from asklint.serve.opened import Action, Change, Opened, Workspace, Wrong

FIX_ALL = "source.fixAll.asklint"
DELAY = 0.2  # seconds without a keystroke before a text is checked
_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}


class Server(LanguageServer):
    """The server, and what it knows of each text that is open."""

    def __init__(self, options: Options) -> None:
        super().__init__("asklint", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.configs = Workspace(options)
        self.waiting: dict[str, asyncio.TimerHandle] = {}
        self.known: dict[str, tuple[str, Opened]] = {}  # by URI: the text, and what is said of it

    def opened(self, uri: str) -> Opened:
        """What is said of the text that is open as `uri`. Raises Wrong where its config cannot be used."""
        text = self.workspace.get_text_document(uri).source
        known = self.known.get(uri)
        if known is None or known[0] != text:
            known = self.known[uri] = (text, Opened(self.configs, Path(to_fs_path(uri) or uri), text))
        return known[1]

    def soon(self, uri: str) -> None:
        """Checks the text once nobody has typed for a moment."""
        self.still(uri)
        self.waiting[uri] = asyncio.get_running_loop().call_later(DELAY, self.publish, uri)

    def still(self, uri: str) -> None:
        """Takes back what was to be done soon."""
        if uri in self.waiting:
            self.waiting.pop(uri).cancel()

    def publish(self, uri: str) -> None:
        """Checks the text, and tells the editor all that is found."""
        self.still(uri)
        document = self.workspace.get_text_document(uri)
        try:
            opened = self.opened(uri)
            told = [self.diagnostic(uri, opened, finding) for finding in opened.findings]
        except Wrong as error:
            told = [_of_config(str(error))]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, told, document.version))

    def diagnostic(self, uri: str, opened: Opened, finding: Finding) -> lsp.Diagnostic:
        """`finding` as the editor shows it."""
        targets = f"({', '.join(finding.targets)}) " if finding.targets else ""
        advice = f"\n{finding.fix.title}" if finding.fix and finding.fix.applicability == "suggestion" else ""
        return lsp.Diagnostic(
            range=self.range(opened, finding.place),
            message=f"{targets}{finding.message}{advice}",
            severity=_SEVERITIES[finding.severity],
            code=finding.rule,
            code_description=lsp.CodeDescription(finding.source) if finding.source else None,
            source="asklint",
            related_information=[
                lsp.DiagnosticRelatedInformation(lsp.Location(uri, self.range(opened, place)), word)
                for place, word in finding.related
                if place.file == finding.place.file
            ],
        )

    def range(self, opened: Opened, place: Place) -> lsp.Range:
        """`place`, in the units in which this editor counts characters."""
        return lsp.Range(
            self.position(opened, place.line, place.column), self.position(opened, place.end_line, place.end_column)
        )

    def position(self, opened: Opened, line: int, column: int) -> lsp.Position:
        """A line and a column, both from 1, in the editor's units."""
        source = opened.source
        start = source.line_starts[line - 1]
        before = source.text[start : start + column - 1].rstrip("\r\n")
        return lsp.Position(line - 1, self.workspace.position_codec.client_num_units(before))

    def edit(self, uri: str, made: list[Change]) -> lsp.WorkspaceEdit:
        """`made` as the editor applies it."""
        source = self.known[uri][1].source
        return lsp.WorkspaceEdit({uri: [lsp.TextEdit(self._lines(source.text, one), one.text) for one in made]})

    def _lines(self, text: str, change: Change) -> lsp.Range:
        ends = text.count("\n")
        if change.last <= ends:
            return lsp.Range(lsp.Position(change.first, 0), lsp.Position(change.last, 0))
        rest = self.workspace.position_codec.client_num_units(text.rpartition("\n")[2])
        return lsp.Range(lsp.Position(change.first, 0), lsp.Position(ends, rest))


def _of_config(message: str) -> lsp.Diagnostic:
    start = lsp.Position(0, 0)
    return lsp.Diagnostic(
        range=lsp.Range(start, start), message=message, severity=lsp.DiagnosticSeverity.Error, source="asklint"
    )


def server(options: Options) -> Server:
    """A server that is ready to be started."""
    made = Server(options)

    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.publish(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        ls.soon(params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        ls.configs.forget()  # it may be a config, or a rule; or another program wrote one meanwhile
        ls.known.clear()
        for uri in list(ls.workspace.text_documents):
            ls.publish(uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.still(uri)
        ls.known.pop(uri, None)
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    @made.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        return _hover(ls, params.text_document.uri, params.position)

    kinds = [lsp.CodeActionKind.QuickFix, FIX_ALL]

    @made.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(kinds))
    def code_action(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return _actions(ls, params)

    return made


def _hover(ls: Server, uri: str, position: lsp.Position) -> lsp.Hover | None:
    try:
        opened = ls.opened(uri)
    except Wrong:
        return None
    for finding in opened.findings:
        range_ = ls.range(opened, finding.place)
        if range_.start <= position < range_.end:
            page = lsp.MarkupContent(lsp.MarkupKind.Markdown, opened.page(finding.rule))
            return lsp.Hover(page, range_)
    return None


def _actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    uri, only = params.text_document.uri, params.context.only
    try:
        opened = ls.opened(uri)
    except Wrong:
        return []
    told: list[lsp.CodeAction] = []
    if _wants(only, lsp.CodeActionKind.QuickFix.value):
        first, last = params.range.start.line + 1, params.range.end.line + 1
        told = [_action(ls, uri, opened, one) for one in opened.actions(first, last)]
    if _wants(only, FIX_ALL):
        made = opened.fix_all()
        if made:
            title = summary.say(opened.asked[0].plan.lang, "action-all")
            told.append(lsp.CodeAction(title, kind=FIX_ALL, edit=ls.edit(uri, made)))
    return told


def _wants(only: Sequence[lsp.CodeActionKind | str] | None, kind: str) -> bool:
    """Whether an action of `kind` is asked for: by its name, or by a part of it before a dot."""
    return only is None or any(f"{kind}.".startswith(f"{getattr(one, 'value', one)}.") for one in only)


def _action(ls: Server, uri: str, opened: Opened, one: Action) -> lsp.CodeAction:
    return lsp.CodeAction(
        one.title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[ls.diagnostic(uri, opened, one.finding)],
        is_preferred=one.kind == "safe" or None,
        edit=ls.edit(uri, one.changes),
    )
