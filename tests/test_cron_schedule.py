"""Schedules, as github.com/robfig/cron reads them for the API server."""

from __future__ import annotations

import pytest

from asklint.checks.cron_schedule import is_schedule


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "0 0 1 1 0",
        "59 23 31 12 6",
        "  0\t3 * * 1-5 ",
        "*/15 8-18/2,20 ? jan-MAR,12 Mon-5",
        "5/15 * * * *",  # from 5 to 59
        "+5 05 * * *",
        "0,,30 * * * *",
        "* * * * fri",
        "@daily",
        "@every 1h30m",
        "TZ=Asia/Shanghai 0 3 * * *",
        "CRON_TZ=UTC 0 3 * * *",
    ],
)
def test_is_read(text):
    assert is_schedule(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "0 * * * * *",  # seconds, as Quartz and Spring have them
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 0 *",
        "* * * 13 *",
        "* * * * 7",
        "30-10 * * * *",
        "1-2-3 * * * *",
        "*/5/5 * * * *",
        "*/0 * * * *",
        "*/x * * * *",
        "-5 * * * *",
        "1.5 * * * *",
        "jan * * * *",  # a month in the place of minutes
        "* * L * *",
        "H * * * *",
        "@reboot",
        "@Daily",
        "@every",
    ],
)
def test_is_refused(text):
    assert not is_schedule(text)
