"""Makes the reference files again, or says how far they are from what is made now.

python Tests/References/make.py             writes all files
python Tests/References/make.py linkage     writes linkage.json
python Tests/References/make.py --check     writes nothing, prints every largest difference
"""

from __future__ import annotations

import argparse
import importlib
import json
from typing import Any

from common import HERE, laid_out

FILES = ("estimates", "errors", "voronoi", "linkage", "quasi", "topics", "ties", "board")


def difference(old: Any, new: Any) -> float:
    """The largest difference of numbers in two documents; infinite where the form differs."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return max((difference(old[key], new[key]) for key in old), default=0.0)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return max((difference(a, b) for a, b in zip(old, new, strict=True)), default=0.0)
    numbers = (int, float)
    if isinstance(old, numbers) and isinstance(new, numbers):
        return abs(old - new)
    return 0.0 if old == new else float("inf")


def main() -> None:
    """Runs the script of each file named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=FILES, metavar="FILE")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    for name in options.files:
        content = importlib.import_module(name).content()
        path = HERE / f"{name}.json"
        if options.check:
            old = json.loads(path.read_text(encoding="utf-8"))
            print(f"{path.name}: {difference(old['cases'], content['cases']):.1e}")
        else:
            path.write_text(laid_out(content) + "\n", encoding="utf-8")
            print(f"{path.name}: {len(content['cases'])} cases, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
