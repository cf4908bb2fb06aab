"""Work on a cluster of Ray: the same bytes as on one machine, whatever its size, and whoever dies meanwhile.

    import ray, tessera_rl as tr

    ray.init("auto")                                        # left out: this machine
    weights = tr.ray.voronoi_weights(contexts, samples=10_000_000)
    spread = tr.ray.fit_bootstrap(rows, replicates=1_000)
    weights = tr.ray.linkage_weights(contexts)
    weights = tr.ray.voronoi_weights([first, second])       # references to rows that no node holds whole

The nodes need tessera-rl as well, of the same version. `pip install 'tessera-rl[ray]'` brings Ray; without it the functions
raise `MissingError`.
"""

from __future__ import annotations

from .bootstrap import Bootstrap, fit_bootstrap
from .linkage import linkage_weights
from .rows import nearest
from .weights import voronoi_weights

__all__ = ["Bootstrap", "fit_bootstrap", "linkage_weights", "nearest", "voronoi_weights"]
