"""Rows that stay on the nodes of a cluster: the engine of `tessera_rl.shards` over Ray."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np

from .._shard import Shard
from ..errors import OptionError, WorkerError
from ..weights import contexts_array
from ._cluster import Place, engine, places
from ._pool import first_line

_TRIES = 3
"""How often a worker may die, and a question lose its worker."""


class Holder:
    """What runs on the other side: some shards, each fetched when it is first asked for."""

    def __init__(self, refs: dict[int, Any], threads: int) -> None:
        self._refs, self._threads = refs, threads
        self._shards: dict[int, Shard] = {}

    def ask(self, shard: int, method: str, *arguments: Any) -> Any:
        """The answer of a shard. Faults of its rows come out of here: out of the start they would look like a death."""
        if shard not in self._shards:
            import ray

            self._shards[shard] = Shard(ray.get(self._refs[shard]), threads=self._threads)
        return getattr(self._shards[shard], method)(*arguments)


class Holders:
    """Shards behind references, asked where they lie.

    Every node has one worker for its shards, which Ray starts again where it dies: answers are functions of rows and questions,
    so nothing else is lost. What shards tell one another goes from node to node.

    Args:
        refs: References of Ray's to the rows of each shard.
        workers, threads: As for `Pool`.
    """

    def __init__(self, refs: Sequence[Any], *, workers: int | None = None, threads: int | None = None) -> None:
        self._ray = engine()
        self.count = len(refs)
        known = places(self._ray, workers, threads)
        hosts = _hosts(self._ray, refs, known)
        # What Ray itself does with a death is enough here: every question can be asked again.
        kind = self._ray.remote(max_restarts=_TRIES, max_task_retries=_TRIES)(Holder)
        self._actors: dict[int, Any] = {}
        for host in sorted(set(hosts)):
            own = {shard: refs[shard] for shard in range(len(refs)) if hosts[shard] == host}
            place = known[host]
            # No cores are asked for: where a node is gone, its worker would wait for ever for those that others of them hold.
            self._actors[host] = kind.options(num_cpus=0, scheduling_strategy=_strategy(place)).remote(own, place.cpus)
        self._hosts = [self._actors[host] for host in hosts]

    def put(self, value: Any) -> Any:
        """A reference, which travels once to every node."""
        return self._ray.put(value)

    def ask(self, shard: int, method: str, *arguments: Any) -> Any:
        """A reference to the answer."""
        return self._hosts[shard].ask.remote(shard, method, *arguments)

    def get(self, answer: Any) -> Any:
        """The answer itself.

        Raises:
            WorkerError: for workers that die again and again, and for rows that went with their node.
            Exception: what the shard raised.
        """
        from ray.exceptions import RayError, RayTaskError

        if not isinstance(answer, self._ray.ObjectRef):
            return answer
        try:
            return self._ray.get(answer)
        except RayTaskError as problem:
            cause = problem.cause
            while isinstance(cause, RayTaskError):
                cause = cause.cause
            if isinstance(cause, RayError):
                raise WorkerError(f"a shard was lost: {first_line(cause)}") from problem
            raise cause from problem
        except RayError as problem:
            raise WorkerError(f"a shard was lost: {first_line(problem)}") from problem

    def __enter__(self) -> Holders:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._ray.is_initialized():
            for actor in self._actors.values():
                self._ray.kill(actor, no_restart=True)


def _hosts(ray: Any, refs: Sequence[Any], known: list[Place]) -> list[int]:
    """The worker of each shard: one of a node where it lies, else the one with the fewest."""
    where = ray.experimental.get_object_locations(list(refs))
    load = [0] * len(known)
    hosts: list[int] = []
    for ref in refs:
        nodes = where.get(ref, {}).get("node_ids") or []
        near = [host for host, place in enumerate(known) if place.node in nodes] or list(range(len(known)))
        host = min(near, key=lambda host: (load[host], host))
        load[host] += 1
        hosts.append(host)
    return hosts


def _strategy(place: Place) -> Any:
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return "SPREAD" if place.node is None else NodeAffinitySchedulingStrategy(place.node, soft=True)


def is_rows(contexts: Any) -> bool:
    """Whether these are references to the rows of shards."""
    return isinstance(contexts, (list, tuple)) and bool(contexts) and all(type(one).__name__ == "ObjectRef" for one in contexts)


def shards_of(contexts: Any, count: int | None) -> list[Any]:
    """References to the rows of shards; of one array, or of a reference to one, in so many parts.

    Raises:
        OptionError: for a number below 1, and for one beside shards that are there.
    """
    if count is not None and (count < 1 or is_rows(contexts)):
        raise OptionError(f"blocks is {count}; expected at least 1, and none beside rows that are in shards")
    if is_rows(contexts):
        return list(contexts)
    ray = engine()
    parts = count or max(sum(1 for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1), 1)
    if isinstance(contexts, ray.ObjectRef):
        # Cut where the array is.
        if parts == 1:
            return [contexts]
        return list(ray.remote(num_returns=parts, num_cpus=0)(_cut).remote(contexts, parts))
    return [ray.put(part) for part in _cut(contexts_array(contexts), parts)]


def _cut(contexts: Any, parts: int) -> list[Any]:
    return [np.ascontiguousarray(part) for part in np.array_split(contexts_array(contexts), parts)]
