"""Ray itself: found, connected to, asked what there is."""

from __future__ import annotations

import os
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
    from ray._private.state import available_resources_per_node

    free: dict[str, dict[str, float]] = available_resources_per_node()
    found: list[Place] = []
    for node in sorted(ray.nodes(), key=lambda node: str(node["NodeID"])):
        total = int(node["Resources"].get("CPU", 0))
        if not node["Alive"] or total < 1:
            continue
        # Where all cores are taken, one is waited for: the others do the work meanwhile.
        cores = max(int(free.get(node["NodeID"], {}).get("CPU", 0)), 1)
        name = str(node["NodeID"])
        found += [Place(cores, name)] if threads is None else [Place(threads, name)] * max(cores // threads, 1)
    if not found:
        raise OptionError("the cluster has no CPU at all; expected a node with one")
    return found


def shared(ray: Any, value: Any) -> Any:
    """A reference to a value, which then travels once to every node."""
    return value if isinstance(value, ray.ObjectRef) else ray.put(value)
