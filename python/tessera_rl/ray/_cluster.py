"""Ray itself: found, connected to, asked what there is."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from ..errors import MissingError, OptionError

_USAGE = "RAY_USAGE_STATS_ENABLED"


def engine() -> Any:
    """Ray's own module, connected to a cluster.

    A connection that is there is used as it is. Else `ray.init` finds a cluster as it always does, by RAY_ADDRESS or on this
    machine; where there is none it starts this machine's own, without a dashboard and without statistics of use.

    Raises:
        MissingError: without ray.
    """
    try:
        import ray
    except ImportError as problem:
        raise MissingError("ray is not installed: pip install 'tessera-rl[ray]'") from problem
    if not ray.is_initialized():
        given = os.environ.get(_USAGE)
        os.environ.setdefault(_USAGE, "0")
        try:
            ray.init(include_dashboard=False, log_to_driver=False)
        finally:
            if given is None:
                del os.environ[_USAGE]
    return ray


@dataclass(frozen=True)
class Place:
    """Where a worker shall be, and what it gets.

    Attributes:
        cpus: Cores, which are its threads as well.
        node: Where, if there is room; None for wherever few are.
    """

    cpus: int
    node: str | None = None


def places(ray: Any, workers: int | None, threads: int | None) -> list[Place]:
    """Where workers go.

    Args:
        workers: How many; None for one on every node, with the cores that are free there.
        threads: Cores of each; None for one, or for those that are free on the node.

    Raises:
        OptionError: for numbers below 1.
    """
    for name, value in (("workers", workers), ("threads", threads)):
        if value is not None and value < 1:
            raise OptionError(f"{name} is {value}; expected at least 1")
    if workers is not None:
        return [Place(threads or 1)] * workers
    found: list[Place] = []
    for node, cores in _free(ray).items():
        found += [Place(cores, node)] if threads is None else [Place(threads, node)] * max(cores // threads, 1)
    if not found:
        raise OptionError("the cluster has no CPU at all; expected a node with one")
    return found


def _free(ray: Any) -> dict[str, int]:
    """Free cores of every node that has cores: at least one, which is waited for where all are taken."""
    from ray._private.state import available_resources_per_node

    total = {str(node["NodeID"]): int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]}
    total = {node: cores for node, cores in sorted(total.items()) if cores > 0}
    free: dict[str, int] = {}
    # Workers that were stopped a moment ago are counted for a moment longer.
    for _ in range(10):
        known: dict[str, dict[str, float]] = available_resources_per_node()
        free = {node: int(known.get(node, {}).get("CPU", 0)) for node in total}
        if free == total:
            break
        time.sleep(0.1)
    return {node: max(cores, 1) for node, cores in free.items()}


def shared(ray: Any, value: Any) -> Any:
    """A reference to a value, which then travels once to every node."""
    return value if isinstance(value, ray.ObjectRef) else ray.put(value)
