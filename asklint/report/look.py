"""How the HTML report looks: its style sheet, and its charts as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --dim: #5b6470; --paper: #fff; --card: #f6f7f9; --line: #d9dde3;
  --ready: #18794e; --safe: #4c9a2a; --unsafe: #b8860b; --blocked: #c0262d; --error: #c0262d; --warning: #a86b00;
  --info: #1f6fb2; --gone: #fdecec; --come: #e8f6ec; --mark: #fff1b8; --link: #0b63b0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --dim: #9aa4b1; --paper: #14171a; --card: #1d2126;
  --line: #343a42; --ready: #3fb27f; --safe: #8ccf5e; --unsafe: #e0b040; --blocked: #f0666c; --error: #f0666c;
  --warning: #e0a33a; --info: #6cb2ee; --gone: #3a1f22; --come: #1b3225; --mark: #4d431a; --link: #79b8f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "PingFang SC",
  "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
a { color: var(--link); overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; font-size: .85em; }
code { overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.notes { margin: 0; padding: 0; list-style: none; color: var(--dim); overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1rem; }
.tile { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--c, var(--line));
  border-radius: 6px; padding: .6rem .8rem; }
.tile b { display: block; font-size: 1.75rem; line-height: 1.15; }
.tile small { color: var(--dim); display: block; line-height: 1.35; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td code { overflow-wrap: break-word; }
span.z, .state { white-space: nowrap; }
.state::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .45em; border-radius: 50%;
  background: var(--c); }
.ready { --c: var(--ready); } .safe { --c: var(--safe); } .unsafe { --c: var(--unsafe); }
.blocked { --c: var(--blocked); }
.error { --c: var(--error); } .warning { --c: var(--warning); } .info { --c: var(--info); }
svg { width: 100%; height: 1.2em; display: block; }
svg .bar { fill: var(--c); }
.bars { display: grid; grid-template-columns: minmax(0, max-content) minmax(4rem, 1fr) max-content; gap: .25rem .6rem;
  align-items: center; margin: 0 0 1rem; }
.bars code { overflow-wrap: anywhere; }
.bars span { font-variant-numeric: tabular-nums; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; background: var(--card); }
summary { padding: .5rem .8rem; cursor: pointer; overflow-wrap: anywhere; }
details > .in { padding: 0 .8rem .6rem; }
article { border-left: 4px solid var(--c); background: var(--paper); margin: .75rem 0; padding: .5rem .75rem;
  border-radius: 0 6px 6px 0; }
article p { margin: .25rem 0; overflow-wrap: anywhere; }
.badge { color: var(--c); font-weight: 700; }
pre { margin: .4rem 0; padding: .4rem 0; overflow-x: auto; background: var(--card); border-radius: 4px; }
pre span { display: block; padding: 0 .6rem; min-width: max-content; white-space: pre; }
pre span::before { content: attr(data-n); display: inline-block; min-width: 2.5em; margin-right: .9em;
  text-align: right; color: var(--dim); }
pre mark { background: var(--mark); color: inherit; }
pre .old { background: var(--gone); } pre .new { background: var(--come); }
.sources { padding-left: 1.2rem; }
@media (max-width: 40rem) { body { font-size: 15px; padding: 1rem .75rem 3rem; } h1 { font-size: 1.35rem; }
  article { padding: .4rem .5rem; } th, td { padding: .3rem .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } a { color: inherit; }
  article, tr, .tile { break-inside: avoid; } details { border: 0; background: none; } summary { list-style: none; }
  details::details-content { content-visibility: visible; display: block; }
  .wide, pre { overflow: visible; } pre span { min-width: 0; white-space: pre-wrap; } }
"""

_WIDTH = 1000  # units of a bar, which is stretched to the room there is

Part = tuple[str, str, int]  # class, label, number


def split(parts: Sequence[Part]) -> str:
    """One bar in parts, each as long as its share; "" where there is nothing to split."""
    return bar(parts, sum(number for _, _, number in parts))


def bar(parts: Sequence[Part], whole: int) -> str:
    """`parts` one behind the other in a bar in which `whole` is all of it; "" where that is 0."""
    if not whole:
        return ""
    rects, at = [], 0.0
    for name, label, number in parts:
        length = _WIDTH * number / whole
        if number:
            rects.append(
                f'<rect class="bar {name}" x="{at:.1f}" y="0" width="{length:.1f}" height="1">'
                f"<title>{escape(label)}: {number}</title></rect>"
            )
        at += length
    told = ", ".join(f"{label}: {number}" for _, label, number in parts if number)
    box = f'viewBox="0 0 {_WIDTH} 1" preserveAspectRatio="none"'
    return f'<svg role="img" aria-label="{escape(told)}" {box}>{"".join(rects)}</svg>'


def bars(rows: Sequence[tuple[str, Sequence[Part]]]) -> str:
    """A bar a row, each of a label and its parts, all to one scale; the number stands behind it."""
    most = max((sum(number for _, _, number in parts) for _, parts in rows), default=0)
    lines = (
        f"<code>{escape(label)}</code>{bar(parts, most)}<span>{sum(number for _, _, number in parts)}</span>"
        for label, parts in rows
    )
    return f'<div class="bars">{"".join(lines)}</div>' if most else ""
