"""Peers of the Parquet reader and writer, and the file that all of them read.

    parquet.py make FOLDER        texts-zstd.parquet, texts-snappy.parquet: 200,000 rows of prompt, chosen, rejected, seed 0
    parquet.py read FILE          reads the three columns with pyarrow and sums their bytes
    parquet.py write FILE OUT     reads them and writes them with zstd, level 1
"""

import json
import os
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NAMES = ["prompt", "chosen", "rejected"]


def make(folder):
    import numpy as np

    random = np.random.default_rng(0)
    words = ["".join(map(chr, random.integers(97, 123, n))) for n in random.integers(2, 10, 20_000)]

    def column(low, high):
        lengths = random.integers(low, high, 200_000)
        texts = []
        for n in lengths:
            # Words as frequent as their rank is low, as in language.
            chosen = np.minimum(random.zipf(1.2, n), len(words)) - 1
            texts.append(" ".join([words[k] for k in chosen.tolist()]))
        return pa.array(texts)

    table = pa.table([column(60, 180), column(60, 320), column(60, 320)], names=NAMES)
    for codec in ("zstd", "snappy"):
        path = os.path.join(folder, f"texts-{codec}.parquet")
        pq.write_table(table, path + ".part", compression=codec)
        os.rename(path + ".part", path)


kind, *rest = sys.argv[1:]
if kind == "make":
    make(rest[0])
else:
    table = pq.read_table(rest[0], columns=NAMES)
    if kind == "write":
        pq.write_table(table, rest[1], compression="zstd", compression_level=1)
    bytes_ = sum(pc.sum(pc.binary_length(table[name])).as_py() for name in NAMES)
    print(json.dumps({"rows": table.num_rows, "bytes": bytes_}))
