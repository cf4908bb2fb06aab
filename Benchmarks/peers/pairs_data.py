"""Makes rows of prompt, chosen, rejected, as preference data sets have them: JSONL, and Parquet with zstd.

A tenth of the prompts and of the answers stand in an earlier row too. Texts are random words, 200 to 800 bytes; one in four has a
line break, one in eight quotation marks, one in sixteen letters beyond ASCII. Same count, same bytes.

    python pairs_data.py FOLDER ROWS
"""

import json
import os
import random
import sys

import pyarrow.json
import pyarrow.parquet


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    draw = random.Random(0)
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(draw.choice(letters) for _ in range(draw.randint(2, 10))) for _ in range(20_000)]

    def text():
        size = draw.randint(200, 800)
        made = draw.choices(words, k=size // 7)
        kind = draw.randrange(16)
        if kind & 3 == 0:
            made[len(made) // 2] += "\n\n"
        if kind & 7 == 1:
            made[3] = '"' + made[3] + '"'
        if kind == 2:
            made[5] = "naïve – 東京"
        return " ".join(made)[:size]

    kept = []
    lines = f"{folder}/pairs-{count}.jsonl"
    with open(lines + ".part", "w") as file:
        for number in range(count):
            row = {"prompt": text(), "chosen": text(), "rejected": text()}
            if kept and draw.random() < 0.1:
                earlier = draw.choice(kept)
                row["prompt"] = earlier["prompt"]
                # Half of the repeated prompts come with a repeated answer.
                if draw.random() < 0.5:
                    row["chosen"] = earlier[draw.choice(["chosen", "rejected"])]
                if draw.random() < 0.2:
                    row["rejected"] = earlier["rejected"]
            if len(kept) < 100_000:
                kept.append(row)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    os.rename(lines + ".part", lines)
    table = pyarrow.json.read_json(lines, read_options=pyarrow.json.ReadOptions(block_size=1 << 24))
    pyarrow.parquet.write_table(table, f"{folder}/pairs-{count}.parquet", compression="zstd", compression_level=1,
                                row_group_size=50_000)


main()
