"""Pages as a browser shows them: the HTML report, and the site with its search."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit import asklint

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="there is no chromium on PATH"),
    pytest.mark.skipif(not importlib.util.find_spec("playwright"), reason="playwright is not installed"),
]


class Visit:
    """A page in a browser, with the addresses that it asked and the faults that it told."""

    def __init__(self, browser: Any, address: str, width: int = 1280) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(address)

    @property
    def slides(self) -> bool:
        """Whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("report") / "report.html"
    words = ("--output", f"html={place}", "--lang", request.param, "--fail-on", "never", "fixtures")
    done = asklint("check", *words, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return place.as_uri()


@pytest.mark.parametrize("width", [390, 1280])
def test_report_fits_its_window(browser, report, width):
    visit = Visit(browser, report, width)
    assert (visit.slides, visit.faults, visit.asked) == (False, [], [report])


def test_report_is_folded_and_opens(browser, report):
    visit = Visit(browser, report)
    findings = visit.page.locator("#findings details > summary")
    assert findings.count() >= 3
    first = visit.page.locator("#findings details").first
    shown = first.locator("article").first.is_visible()
    findings.first.click()
    assert first.locator("article").first.is_visible() is not shown


def test_report_links_lead_to_what_is_there(browser, report):
    visit = Visit(browser, report)
    inner = visit.page.eval_on_selector_all("a[href^='#']", "all => all.map(one => one.getAttribute('href').slice(1))")
    there = visit.page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert {*inner} <= {*there}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the built site."""
    for module in ("mkdocs", "material"):
        if not importlib.util.find_spec(module):
            pytest.skip(f"{module} is not installed: pip install -e '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    build = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder))
    subprocess.run(build, cwd=ROOT, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": ""})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("page", "words", "found"),
    [
        ("", "hostNetwork", "rules/host-network/"),
        ("", "node ports", "rules/service-nodeport/"),
        ("zh/", "弹性容器 特权", "zh/rules/privileged/"),
    ],
)
def test_search_finds_the_rule(browser, site, page, words, found):
    visit = Visit(browser, site + page)
    visit.page.locator("[data-md-component=search-query]").fill(words)
    results = visit.page.locator("a.md-search-result__link")
    results.first.wait_for(state="attached", timeout=30_000)
    first = [str(one.get_attribute("href")).partition("?")[0] for one in results.all()[:20]]
    assert site + found in first


@pytest.mark.parametrize(
    "page", ["", "zh/", "rules/host-network/", "zh/rules/host-network/", "rules/matrix/", "migration/"]
)
@pytest.mark.parametrize("width", [390, 1280])
def test_site_asks_no_other_server(browser, site, page, width):
    visit = Visit(browser, site + page, width)
    assert visit.page.locator("h1").first.is_visible()
    assert all(address.startswith((site, "data:")) for address in visit.asked)
    assert (visit.faults, visit.slides) == ([], False)
