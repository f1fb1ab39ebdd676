"""What all tests share: one environment for all of them, and where things are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# A test that fails on a busy machine alone, or in one run of ten, tells nothing about the change at hand.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")

# What a terminal or a CI system says of itself decides formats and colours; tests say it themselves.
_SAID_BY_OTHERS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")


@pytest.fixture(scope="session", autouse=True)
def same_everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The environment is the same on every machine, and no cache of the user's is read or filled."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _SAID_BY_OTHERS:
            patch.delenv(name, raising=False)
        for name in [name for name in os.environ if name.startswith("ASKLINT_")]:
            patch.delenv(name)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real manifests beside the checkout; a test that asks for it is skipped where there is none."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        pytest.skip("no ../shared/corpus beside the checkout")
    return folder
