"""Work shared among processes: in order, none of them lost without a word, none left behind."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

CHUNK = 8  # items that a process takes at once
_ENDS = (signal.SIGINT, signal.SIGTERM)

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerLost(RuntimeError):
    """A process was ended from outside."""


class WorkerFailed(RuntimeError):
    """What a process raised; the message is its traceback."""


def ordered(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int, start: Callable[[], None]
) -> Iterator[Result]:
    """What `work` makes of each item, in order, in `jobs` processes; each calls `start` first.

    Nothing is shared but one pipe a process: the standard pools have queues and locks in common, and hang, or speak in
    tracebacks, where a process is killed or Ctrl-C comes in between.
    """
    chunks = [items[first : first + CHUNK] for first in range(0, len(items), CHUNK)]
    workers: dict[Connection, Process] = {}
    with _undisturbed():
        for _ in range(min(jobs, len(chunks))):
            pipe, process = _begin(work, start)
            workers[pipe] = process
    return _collect(workers, chunks)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Processes begun here are deaf to Ctrl-C and SIGTERM from their first moment: their parent hears and ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(work: Callable[[Any], Any], start: Callable[[], None]) -> tuple[Connection, Process]:
    mine, theirs = Pipe()
    process = Process(target=_serve, args=(theirs, mine, work, start), daemon=True)
    process.start()
    theirs.close()
    return mine, process


def _serve(pipe: Connection, other: Connection, work: Callable[[Any], Any], start: Callable[[], None]) -> None:
    """The life of a process: it ends with its parent, whose end of the pipe it must not hold open itself."""
    other.close()
    for number in _ENDS:
        signal.signal(number, signal.SIG_IGN)
    try:
        start()
        while True:
            pipe.send([work(item) for item in pipe.recv()])
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception:
        pipe.send(traceback.format_exc())


def _collect(workers: dict[Connection, Process], chunks: Sequence[Sequence[Any]]) -> Iterator[Any]:
    todo = iter(enumerate(chunks))
    busy: dict[Connection, int] = {}
    done: dict[int, list[Any]] = {}
    try:
        for pipe in workers:
            _hand_out(pipe, todo, busy)
        for index in range(len(chunks)):
            while index not in done:
                ready = wait(list(busy))
                for pipe in [one for one in busy if one in ready]:
                    done[busy.pop(pipe)] = _take(pipe)
                    _hand_out(pipe, todo, busy)
            yield from done.pop(index)
    finally:
        for pipe, process in workers.items():
            process.kill()
            process.join()
            pipe.close()


def _hand_out(pipe: Connection, todo: Iterator[tuple[int, Sequence[Any]]], busy: dict[Connection, int]) -> None:
    for index, chunk in todo:
        try:
            pipe.send(chunk)
        except OSError as error:
            _take(pipe)  # it may have said why it ended before it was given anything
            raise WorkerLost from error
        busy[pipe] = index
        return


def _take(pipe: Connection) -> list[Any]:
    try:
        result = pipe.recv()
    except (EOFError, OSError) as error:
        raise WorkerLost from error
    if isinstance(result, str):
        raise WorkerFailed(result)
    assert isinstance(result, list)
    return result
