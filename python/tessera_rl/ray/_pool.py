"""Workers that a list of tasks is shared among, and that may die.

    with Pool(make, array, workers=4) as pool:     # every worker calls make(array, threads=...) once, for a function of a task
        results = pool.map(tasks)                  # in the order of the tasks

What a task gives must not depend on who does it, nor on how often: then results do not depend on the workers either.
"""

from __future__ import annotations

import time
import warnings
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from ..errors import WorkerError
from ._cluster import Place, engine, places, shared

Make = Callable[..., Callable[[Any], Any]]
"""Called once on every worker, with the shared values and `threads`: gives the function of a task."""

PATIENCE = 30.0
"""Seconds without a single worker after which a warning says so."""


class Worker:
    """What runs on the other side."""

    def __init__(self, make: Make, threads: int, *values: Any) -> None:
        self._make, self._threads, self._values = make, threads, values
        self._function: Callable[[Any], Any] | None = None

    def ready(self) -> None:
        """Answers once the worker is there."""

    def run(self, task: Any) -> Any:
        """Does a task. Faults of the data come out of here: out of the start they would look like a death."""
        if self._function is None:
            self._function = self._make(*self._values, threads=self._threads)
        return self._function(task)


@dataclass(eq=False)
class _Hand:
    """A worker as the pool knows it."""

    actor: Any
    place: Place
    keys: set[Hashable] = field(default_factory=set)


@dataclass(eq=False)
class _Job:
    number: int
    task: Any
    tries: int = 0


class Pool:
    """Workers of a cluster of Ray.

    A worker that dies is replaced, and what it did is done again by another; a task that loses its worker `tries` times is
    given up. An exception of a task itself is raised at once, as it is. Leaving the `with` stops the workers, whatever they do.

    Args:
        make: What a worker calls once; see `Make`. It travels by its name: a function of a module that the nodes have.
        values: What all workers get: put into the object store once, unless they are references already.
        workers: How many; None for all free cores, as one worker on every node.
        threads: Cores of each worker; None for one where `workers` is a number.
        tries: How often a task may lose its worker.
        key: What a task has in common with others that the same worker should do, as data that it keeps.

    Raises:
        MissingError: without ray.
        OptionError: for numbers below 1.
    """

    def __init__(
        self,
        make: Make,
        *values: Any,
        workers: int | None = None,
        threads: int | None = None,
        tries: int = 3,
        key: Callable[[Any], Hashable] | None = None,
    ) -> None:
        self._ray = engine()
        self._values = [shared(self._ray, value) for value in values]
        self._make, self._tries, self._key = make, tries, key
        # Worker's own death is ours to mend: Ray starts none again.
        self._kind = self._ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Worker)
        self._starting: dict[Any, _Hand] = {}
        self._idle: list[_Hand] = []
        self._running: dict[Any, tuple[_Hand, _Job]] = {}
        self._failed_starts = 0
        self._places = places(self._ray, workers, threads)
        self._waiting_since = time.monotonic()
        self._warned = False
        try:
            for place in self._places:
                self._start(place)
        except BaseException:
            self.close()
            raise

    @property
    def size(self) -> int:
        """How many workers there shall be."""
        return len(self._places)

    def value(self, place: int) -> Any:
        """One of the shared values, here."""
        return self._ray.get(self._values[place])

    def map(self, tasks: Iterable[Any], *, progress: Callable[[float], None] | None = None) -> list[Any]:
        """The results of all tasks, in their order.

        Raises:
            WorkerError: for a task whose workers died.
            Exception: what a task raised.
        """
        given = list(tasks)
        results: list[Any] = [None] * len(given)
        for done, (number, result) in enumerate(self.completed(given), start=1):
            results[number] = result
            if progress is not None:
                progress(done / len(given))
        return results

    def ordered(
        self, tasks: Iterable[Any], *, ahead: int | None = None, seen: Callable[[Any, Any], None] | None = None
    ) -> Iterator[Any]:
        """The results one after another in the order of the tasks, which may be without an end.

        Args:
            ahead: How far beyond the first result that is missing tasks are begun; None for twice the workers.
            seen: Called with a task and its result as soon as that is there, in any order.
        """
        given: dict[int, Any] = {}
        kept: dict[int, Any] = {}
        wanted = 0

        def noted() -> Iterator[Any]:
            for number, task in enumerate(tasks):
                given[number] = task
                yield task

        for number, result in self.completed(noted(), ahead=ahead or 2 * self.size):
            kept[number] = result
            task = given.pop(number)
            if seen is not None:
                seen(task, result)
            while wanted in kept:
                yield kept.pop(wanted)
                wanted += 1

    def completed(self, tasks: Iterable[Any], *, ahead: int | None = None) -> Iterator[tuple[int, Any]]:
        """Number and result of every task, as they come.

        Args:
            ahead: As for `ordered`; None for no limit.
        """
        source = enumerate(tasks)
        queue: deque[_Job] = deque()
        found: list[tuple[int, Any]] = []
        is_open = True
        room = len(self._places) * (4 if self._key else 1)
        pulled = 0
        while True:
            while is_open and len(queue) < room and (ahead is None or pulled < self._first(queue, pulled) + ahead):
                item = next(source, None)
                if item is None:
                    is_open = False
                else:
                    queue.append(_Job(*item))
                    pulled += 1
            while self._idle and queue:
                hand = self._idle.pop()
                self._give(hand, self._pick(hand, queue))
            # Workers go on while the caller looks at what they gave.
            yield from found
            if not self._running and not queue and not is_open:
                return
            found = self._wait(queue)

    def _first(self, queue: deque[_Job], pulled: int) -> int:
        """The first task that is not done."""
        return min((job.number for job in [*queue, *(job for _, job in self._running.values())]), default=pulled)

    def _pick(self, hand: _Hand, queue: deque[_Job]) -> _Job:
        """The next task of a worker: one whose data it has, else one whose data nobody has, else the first."""
        if self._key is None:
            return queue.popleft()
        taken = {key for other, _ in self._running.values() for key in other.keys}
        taken.update(key for other in self._idle for key in other.keys)
        keys = [self._key(job.task) for job in queue]
        place = next((i for i, key in enumerate(keys) if key in hand.keys), None)
        if place is None:
            place = next((i for i, key in enumerate(keys) if key not in taken), 0)
        hand.keys.add(keys[place])
        job = queue[place]
        del queue[place]
        return job

    def _give(self, hand: _Hand, job: _Job) -> None:
        self._running[hand.actor.run.remote(job.task)] = (hand, job)

    def _wait(self, queue: deque[_Job]) -> list[tuple[int, Any]]:
        """Waits for something to happen, and sees to it."""
        from ray.exceptions import RayError, RayTaskError

        self._warn_if_alone()
        done, _ = self._ray.wait([*self._running, *self._starting], num_returns=1, timeout=1.0)
        found: list[tuple[int, Any]] = []
        for ref in done:
            if ref in self._starting:
                self._welcome(ref)
                continue
            hand, job = self._running.pop(ref)
            try:
                found.append((job.number, self._ray.get(ref)))
                self._idle.append(hand)
            except RayTaskError as problem:
                raise problem.cause from problem
            except RayError as problem:
                job.tries += 1
                if job.tries >= self._tries:
                    raise WorkerError(
                        f"part {job.number} lost its worker {job.tries} times, the last time to: {first_line(problem)}"
                    ) from problem
                queue.appendleft(job)
                self._replace(hand)
        return found

    def _start(self, place: Place) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        strategy = "SPREAD" if place.node is None else NodeAffinitySchedulingStrategy(place.node, soft=True)
        actor = self._kind.options(num_cpus=place.cpus, scheduling_strategy=strategy).remote(
            self._make, place.cpus, *self._values
        )
        self._starting[actor.ready.remote()] = _Hand(actor, place)

    def _welcome(self, ref: Any) -> None:
        from ray.exceptions import RayError

        hand = self._starting.pop(ref)
        try:
            self._ray.get(ref)
        except RayError as problem:
            self._failed_starts += 1
            if self._failed_starts > self._tries * len(self._places):
                raise WorkerError(f"no worker starts; the last one failed with: {first_line(problem)}") from problem
            self._replace(hand)
            return
        self._idle.append(hand)

    def _replace(self, hand: _Hand) -> None:
        self._kill(hand)
        self._start(Place(hand.place.cpus))

    def _warn_if_alone(self) -> None:
        if self._running or self._idle:
            self._waiting_since = time.monotonic()
        elif not self._warned and time.monotonic() - self._waiting_since > PATIENCE:
            self._warned = True
            wanted = self._places[0].cpus
            warnings.warn(
                f"no node has had {wanted} free {'core' if wanted == 1 else 'cores'} for {PATIENCE:.0f} seconds: waiting",
                stacklevel=2,
            )

    def _kill(self, hand: _Hand) -> None:
        self._ray.kill(hand.actor, no_restart=True)

    def close(self) -> None:
        """Stops all workers, in the middle of what they do."""
        hands = [*self._starting.values(), *self._idle, *(hand for hand, _ in self._running.values())]
        self._starting, self._idle, self._running = {}, [], {}
        if self._ray.is_initialized():
            for hand in hands:
                self._kill(hand)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def first_line(problem: BaseException) -> str:
    """What a fault says first."""
    return str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
