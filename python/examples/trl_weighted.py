#!/usr/bin/env python3
"""What near-copies of one losing answer do to reward models that are trained on preferences, plain and weighted.

    python examples/trl_weighted.py --data rows.jsonl

Two reward models: TRL's `RewardTrainer` on a frozen bag of words with a linear head, made on the spot, and `RewardHead` on the
same vectors. Each is trained plain and weighted, on the rows as they are and with copies of one row whose losing answer differs
in a word here and there. Rewards of all answers are then compared: how far did they move, in the prompt of the copied row and
in the others, and how far when nothing but the seed of the training changes? Every seed takes another row to copy.

With `--model` the rows are weighed and that model is trained on them with TRL, once, and stored:

    python examples/trl_weighted.py --data rows.jsonl --model some/model --output reward-model
"""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from bag_of_words import WORD, Bag
from datasets import Dataset, disable_progress_bars
from transformers import AutoTokenizer, PrinterCallback
from trl import RewardConfig, RewardTrainer

import tessera_rl as tr
from tessera_rl.trl import WeightedRewardTrainer

Row: TypeAlias = dict[str, str]
Floats: TypeAlias = npt.NDArray[np.float64]


# The data


def read(path: pathlib.Path) -> list[Row]:
    """Rows of prompt, chosen and rejected; what is left out is counted aloud.

    A file has such rows, a line of JSON each. A folder has `prompts.jsonl` (id, text), `alternatives.jsonl` (id, prompt, text)
    and `comparisons.jsonl` (a, b, preference_b); its ties are left out.
    """
    if path.is_file():
        rows = [{name: row[name] for name in ("prompt", "chosen", "rejected")} for row in _lines(path)]
        print(f"{len(rows):,} rows of {path}")
        return rows
    prompts = {row["id"]: row["text"] for row in _lines(path / "prompts.jsonl")}
    answers = {row["id"]: row for row in _lines(path / "alternatives.jsonl")}
    rows, ties = [], 0
    for row in _lines(path / "comparisons.jsonl"):
        if row["preference_b"] == 0.5:
            ties += 1
            continue
        sides = (row["b"], row["a"]) if row["preference_b"] > 0.5 else (row["a"], row["b"])
        chosen, rejected = (answers[side] for side in sides)
        rows.append({"prompt": prompts[chosen["prompt"]], "chosen": chosen["text"], "rejected": rejected["text"]})
    print(f"{len(rows):,} rows of {path}; ties, left out: {ties}")
    return rows


def _lines(path: pathlib.Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def with_copies(rows: Sequence[Row], copies: int, seed: int) -> tuple[list[Row], str]:
    """The rows, with copies of one of them whose losing answer differs: one word in twenty is another one of its words.

    Returns:
        The rows, and the prompt of the copied one.
    """
    random = np.random.default_rng([seed, 1])
    # An answer of three words has no near-copies that differ from one another.
    long = [row for row in rows if len(WORD.findall(row["rejected"])) >= 40 and row["chosen"] != row["rejected"]]
    if not long:
        raise SystemExit("found no row whose rejected answer has 40 words; expected one to copy")
    row = long[random.integers(len(long))]
    words = WORD.findall(row["rejected"])

    def changed(match: re.Match[str]) -> str:
        return words[random.integers(len(words))] if random.random() < 0.05 else match[0]

    return [*rows, *({**row, "rejected": WORD.sub(changed, row["rejected"])} for _ in range(copies))], row["prompt"]


# The two reward models


def trl_rewards(rows: Sequence[Row], weighted: bool, seed: int, bag: Bag, answers: Sequence[tuple[str, str]]) -> Floats:
    """Rewards of all answers by TRL's trainer."""
    data = Dataset.from_list(list(rows))
    kind = WeightedRewardTrainer if weighted else RewardTrainer
    with tempfile.TemporaryDirectory() as folder:
        args = RewardConfig(
            output_dir=folder,
            num_train_epochs=5,
            per_device_train_batch_size=64,
            learning_rate=0.05,
            max_length=None,
            logging_strategy="no",
            report_to="none",
            save_strategy="no",
            seed=seed,
            use_cpu=True,
            disable_tqdm=True,
            bf16=False,
            gradient_checkpointing=False,
        )
        model = bag.model(seed)
        train = tr.add_weights(data, bag) if weighted else data
        trainer = kind(model=model, args=args, train_dataset=train, processing_class=bag.tokenizer)
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    model.eval()
    texts = [prompt + answer for prompt, answer in answers]
    return bag.apply(texts, lambda tokens: model(tokens).logits).ravel().astype(np.float64)


def head_rewards(rows: Sequence[Row], weighted: bool, seed: int, bag: Bag, answers: Sequence[tuple[str, str]]) -> Floats:
    """Rewards of all answers by `RewardHead`."""
    head = tr.RewardHead(
        hidden=(), weights="auto" if weighted else "none", lambda_=0.01, learning_rate=0.02, embed=bag, seed=seed
    ).fit(rows)
    return np.asarray(head.predict(bag.encode([answer for _, answer in answers])), dtype=np.float64)


Trains: TypeAlias = Callable[[Sequence[Row], bool, int, Bag, Sequence[tuple[str, str]]], Floats]


# What is compared


class Prompts:
    """The answers to every prompt with several of them. Rewards compare among those alone."""

    def __init__(self, answers: Sequence[tuple[str, str]]) -> None:
        places = defaultdict(list)
        for place, (prompt, _) in enumerate(answers):
            places[prompt].append(place)
        self.places = {prompt: np.array(own) for prompt, own in places.items() if len(own) > 1}

    def change(self, before: Floats, after: Floats, copied: str) -> Change:
        """What changed between two trainings."""
        old = {prompt: before[own] - before[own].mean() for prompt, own in self.places.items()}
        new = {prompt: after[own] - after[own].mean() for prompt, own in self.places.items()}
        unit = np.concatenate(list(old.values())).std()

        def moved(prompts: Iterable[str]) -> float:
            difference = np.concatenate([new[prompt] - old[prompt] for prompt in prompts])
            return float(np.sqrt(np.mean(difference**2)) / unit)

        winners = sum(int(old[prompt].argmax() != new[prompt].argmax()) for prompt in old)
        return Change(moved([copied]), moved(prompt for prompt in old if prompt != copied), winners)


class Change(NamedTuple):
    """How far rewards moved, root mean square, in standard deviations of rewards within prompts; how many prompts' winners."""

    there: float
    elsewhere: float
    winners: int


class Cell(NamedTuple):
    """One line of the table: the changes of every seed."""

    estimate: str
    copies: int
    changes: list[Change]

    def __str__(self) -> str:
        def spelled(values: Sequence[float]) -> str:
            spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
            return f"{statistics.mean(values):.3f}{spread}".rjust(18)

        there, elsewhere, winners = zip(*self.changes, strict=True)
        return f"{self.estimate:10}{self.copies:>7}{spelled(there)}{spelled(elsewhere)}{statistics.mean(winners):>16.1f}"


def study(name: str, train: Trains, rows: Sequence[Row], copies: int, seeds: int) -> list[Cell]:
    """Four cells: plain and weighted, without copies and with them."""
    answers = list(dict.fromkeys((row["prompt"], row[side]) for row in rows for side in ("chosen", "rejected")))
    bag, prompts = Bag(rows), Prompts(answers)
    cells = []
    print(f"\n{name}; {len(answers):,} answers to {len(prompts.places)} prompts\n")
    print(f"{'':10}{'copies':>7}{'moved, its prompt':>18}{'moved, others':>18}{'other winners':>16}")
    for weighted in (False, True):
        # One seed more than copies need: without copies, what moves is the noise of the training.
        before = [train(rows, weighted, seed, bag, answers) for seed in range(seeds + 1)]
        flooded = [with_copies(rows, copies, seed) for seed in range(seeds)]
        after = [train(own, weighted, seed, bag, answers) for seed, (own, _) in enumerate(flooded)]
        for count, others in ((0, before[1:]), (copies, after)):
            changes = [prompts.change(before[seed], others[seed], flooded[seed][1]) for seed in range(seeds)]
            cells.append(Cell("weighted" if weighted else "plain", count, changes))
            print(cells[-1], flush=True)
    return cells


def train_model(rows: Sequence[Row], options: argparse.Namespace) -> None:
    """A model of one's own on weighted rows."""
    trainer = WeightedRewardTrainer(
        model=options.model,
        args=RewardConfig(
            output_dir=options.output,
            num_train_epochs=options.epochs,
            per_device_train_batch_size=options.batch,
            learning_rate=options.rate,
            max_length=options.max_length,
            use_cpu=not torch.cuda.is_available(),
            bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
            report_to="none",
        ),
        train_dataset=tr.add_weights(Dataset.from_list(list(rows))),
        processing_class=AutoTokenizer.from_pretrained(options.model),
    )
    trainer.train()
    trainer.save_model()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison, or trains a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="rows of prompt, chosen and rejected, or a folder")
    parser.add_argument("--copies", type=int, default=40, help="near-copies of one row")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of every cell")
    parser.add_argument("--model", help="name or folder of a model to train in place of the comparison")
    parser.add_argument("--output", help="folder for that model")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch", type=int, default=8, help="rows of a batch")
    parser.add_argument("--rate", type=float, default=1e-5, help="learning rate")
    parser.add_argument("--max-length", type=int, default=1024, help="tokens; TRL leaves longer rows out")
    options = parser.parse_args(arguments)
    if (options.model is None) != (options.output is None):
        parser.error("--model and --output go together")
    disable_progress_bars()
    start = time.perf_counter()
    rows = read(options.data)
    if options.model is not None:
        train_model(rows, options)
        return 0
    study("TRL's RewardTrainer, linear head on a frozen bag of words", trl_rewards, rows, options.copies, options.seeds)
    study("tessera_rl.RewardHead, linear, on the same vectors", head_rewards, rows, options.copies, options.seeds)
    seconds = time.perf_counter() - start
    print(f"\n0 copies: only the seed differs. Means and deviations over {options.seeds} seeds. {seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
