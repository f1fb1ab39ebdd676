"""Work in several processes: in order, and nothing lost without a word."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

import pytest

from asklint import pool


def nothing() -> None:
    """What a process has to do before it works."""


def square(number: int) -> int:
    return number * number


def slow_at_first(number: int) -> int:
    time.sleep(0.05 if number < 8 else 0)
    return number


def fail_at(which: int, number: int) -> int:
    if number == which:
        raise ValueError(f"no {number}")
    return number


def die_at(which: int, number: int) -> int:
    if number == which:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse() -> None:
    raise ValueError("no start")


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 8, 9, 100])
def test_in_order(jobs, count):
    assert list(pool.ordered(square, range(count), jobs, nothing)) == [number * number for number in range(count)]


def test_in_order_though_the_first_is_last():
    assert list(pool.ordered(slow_at_first, range(60), 3, nothing)) == list(range(60))


def test_large_results():
    made = pool.ordered(partial(str.__mul__, "x" * 1000), [1000] * 40, 2, nothing)
    assert [len(text) for text in made] == [1_000_000] * 40


def test_what_a_process_raises_is_told():
    results = pool.ordered(partial(fail_at, 30), range(100), 2, nothing)
    with pytest.raises(pool.WorkerFailed, match="ValueError: no 30"):
        list(results)
    assert processes() == []


def test_process_that_does_not_start_is_told():
    with pytest.raises(pool.WorkerFailed, match="ValueError: no start"):
        list(pool.ordered(square, range(100), 2, refuse))
    assert processes() == []


def test_what_a_process_said_before_it_was_given_anything_is_told(monkeypatch):
    begin = pool._begin

    def wait_for_its_end(*given):
        pipe, process = begin(*given)
        process.join()
        return pipe, process

    monkeypatch.setattr(pool, "_begin", wait_for_its_end)
    with pytest.raises(pool.WorkerFailed, match="ValueError: no start"):
        list(pool.ordered(square, range(100), 2, refuse))


def test_killed_process_is_told():
    with pytest.raises(pool.WorkerLost):
        list(pool.ordered(partial(die_at, 30), range(100), 2, nothing))
    assert processes() == []


def test_who_stops_listening_leaves_nobody_behind():
    results = pool.ordered(square, range(1000), 3, nothing)
    assert next(results) == 0
    results.close()
    assert processes() == []


def test_interrupt_leaves_nobody_behind():
    def listen() -> None:
        for number in pool.ordered(square, range(1000), 3, nothing):
            if number == 9:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        listen()
    assert processes() == []


def processes() -> list[str]:
    """The children of this process, those of the test runner left out."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as stat:
                state, parent = stat.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == os.getpid() and state != "Z":
            found.append(name)
    return found
