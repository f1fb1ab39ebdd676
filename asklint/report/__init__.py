"""One module per format: a Report in, text out; a module is imported when its format is asked for."""

from __future__ import annotations

from importlib import import_module

from asklint.finding import Report

FORMATS = {
    "rich": "rich",
    "concise": "concise",
    "json": "json",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
    "html": "html",
}  # the name of each format, and its module here


def render(name: str, report: Report, *, width: int = 100, color: bool = False) -> str:
    """`report` as text in the format `name`, ended by a line break; `width` and `color` are for terminals."""
    if report.lang == "zh":
        from asklint.report import reasons

        report = reasons.chinese(report)
    text: str = import_module(f"{__name__}.{FORMATS[name]}").render(report, width=width, color=color)
    return text
