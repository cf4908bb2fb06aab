"""The peer of `tessera export` on rows of text: datasets reads, pandas groups, datasets writes.

Answers are the same where prompt and answer are; a row weighs one over how often its pair stands in the data, mean 1.

    python pairs.py IN OUT        JSONL or Parquet by the endings; prints {"rows", "alternatives"}
"""

import json
import sys
import tempfile

import datasets
import numpy as np
import pandas as pd


def main():
    source, target = sys.argv[1], sys.argv[2]
    datasets.disable_progress_bars()
    kind = "parquet" if source.endswith(".parquet") else "json"
    with tempfile.TemporaryDirectory() as cache:
        rows = datasets.load_dataset(kind, data_files=source, split="train", cache_dir=cache)
        frame = rows.to_pandas()
        count = len(frame)
        # Numbers for prompts and texts first: pairs of numbers group faster than pairs of texts.
        prompt = pd.factorize(frame["prompt"])[0]
        text = pd.factorize(pd.concat([frame["chosen"], frame["rejected"]], ignore_index=True))[0]
        del frame
        answers, names = pd.factorize(np.concatenate([prompt, prompt]) * (2 * count) + text)
        a, b = answers[:count], answers[count:]
        low, high = np.minimum(a, b), np.maximum(a, b)
        pairs = pd.Series(low * len(names) + high)
        weight = (1 / pairs.groupby(pairs).transform("size")).to_numpy()
        rows = rows.add_column("weight", weight / weight.mean())
        rows = rows.add_column("chosen_id", a).add_column("rejected_id", b)
        if target.endswith(".parquet"):
            rows.to_parquet(target)
        else:
            # One process, which was faster here than two.
            rows.to_json(target, force_ascii=False)
    print(json.dumps({"rows": count, "alternatives": len(names)}))


main()
