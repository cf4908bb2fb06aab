#!/usr/bin/env python3
"""Checks `WeightedRewardTrainer` against TRL's own trainer, on a small model made on the spot.

    tessera export pairs.jsonl -o weighted/
    tessera export pairs.jsonl --resample 5000 --seed 1 -o resampled.jsonl
    python check.py weighted/ resampled.jsonl

It needs no network. Run it again with every new version of TRL: the trainer overrides a method
that is not public.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import torch
from datasets import Dataset, disable_progress_bars, load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    PrinterCallback,
    set_seed,
)
from transformers.utils import logging
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

from train import WeightedRewardTrainer, rows

STEPS = 6
BATCH = 8
LENGTH = 512


def expect(holds: bool, what: str) -> None:
    print(("ok      " if holds else "FAILED  ") + what)
    if not holds:
        sys.exit(1)


def make_model(folder: Path, data: Dataset) -> PreTrainedTokenizerFast:
    """Two layers of 32, random, and a tokenizer that knows the texts' words."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    special = ["<unk>", "<pad>", "<eos>"]
    tokenizer.train_from_iterator(
        data["chosen"],
        trainers.BpeTrainer(vocab_size=2000, special_tokens=special, show_progress=False),
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", eos_token="<eos>"
    )
    set_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(fast),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
            pad_token_id=fast.pad_token_id,
            eos_token_id=fast.eos_token_id,
        )
    )
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return fast


class Batch(NamedTuple):
    """What a step saw: tokens of the rows, chosen ones first, and what came out."""

    tokens: list[tuple[int, ...]]
    weights: list[float]
    margins: list[float] | None
    logits: list[float]
    loss: float


class Recorder(WeightedRewardTrainer):
    """Keeps what each step of the training saw."""

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        weight, margin = inputs.get("weight"), inputs.get("margin")
        masks = inputs["attention_mask"].bool()
        tokens = [
            tuple(ids[mask].tolist()) for ids, mask in zip(inputs["input_ids"], masks, strict=True)
        ]
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        if weight is not None:
            self.seen: list[Batch] = getattr(self, "seen", [])
            margins = margin.tolist() if margin is not None else None
            logits = outputs.logits.detach().double().flatten().tolist()
            self.seen.append(Batch(tokens, weight.tolist(), margins, logits, loss.item()))
        return (loss, outputs) if return_outputs else loss


def train(
    kind: type[RewardTrainer], data: Dataset, model: str, tokenizer: Any, **settings: Any
) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        trainer = kind(
            model=model,
            args=RewardConfig(
                output_dir=folder,
                max_steps=STEPS,
                per_device_train_batch_size=BATCH,
                learning_rate=1e-3,
                max_length=LENGTH,
                logging_steps=1,
                report_to="none",
                save_strategy="no",
                seed=0,
                use_cpu=True,
                disable_tqdm=True,
                bf16=False,
                gradient_checkpointing=False,
                **settings,
            ),
            train_dataset=data,
            processing_class=tokenizer,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return trainer


def losses(trainer: Any) -> list[float]:
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def same(one: Any, other: Any) -> bool:
    pairs = zip(one.model.parameters(), other.model.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def by_hand(seen: list[Batch], coefficient: float) -> float:
    """Largest distance of a batch's loss from one that is summed row by row in double precision."""
    worst = 0.0
    for batch in seen:
        count = len(batch.weights)
        total = 0.0
        for row, weight in enumerate(batch.weights):
            chosen, rejected = batch.logits[row], batch.logits[row + count]
            difference = chosen - rejected - (batch.margins[row] if batch.margins else 0)
            total += weight * (
                math.log1p(math.exp(-difference)) + coefficient * (chosen + rejected) ** 2
            )
        worst = max(worst, abs(total / count - batch.loss))
    return worst


def strangers(seen: list[Batch], data: Dataset, tokenizer: Any) -> int:
    """Rows of the batches whose weight is none that their own texts have in the file."""
    known: dict[tuple[tuple[int, ...], ...], set[float]] = {}
    for row in data:
        sides = [
            tuple(tokenizer(row["prompt"] + row[side] + "<eos>")["input_ids"])
            for side in ("chosen", "rejected")
        ]
        known.setdefault(tuple(sides), set()).add(
            torch.tensor(row["weight"], dtype=torch.float).item()
        )
    rows = [
        (batch.tokens[place], batch.tokens[place + len(batch.weights)], weight)
        for batch in seen
        for place, weight in enumerate(batch.weights)
    ]
    return sum(
        weight not in known.get((chosen, rejected), set()) for chosen, rejected, weight in rows
    )


def main() -> None:
    folder, resampled = sys.argv[1:]
    disable_progress_bars()
    logging.disable_progress_bar()
    names = ["torch", "transformers", "trl", "datasets"]
    print(", ".join(f"{name} {version(name)}" for name in names))
    start = time.perf_counter()
    data = rows(folder)
    weights = data["weight"]
    mean = sum(weights) / len(weights)
    span = f"{min(weights):.3f} to {max(weights):.3f}"
    expect(abs(mean - 1) < 1e-9, f"{len(weights)} rows, weights of mean 1, {span}")
    # A few steps see few rows; these are enough, and soon tokenized.
    data = data.select(range(min(400, len(data))))
    with tempfile.TemporaryDirectory() as place:
        tokenizer = make_model(Path(place), data)
        ones = data.map(lambda row: {**row, "weight": 1.0})

        plain = train(RewardTrainer, data.remove_columns("weight"), place, tokenizer)
        one = train(Recorder, ones, place, tokenizer)
        print("losses, plain     ", [round(x, 4) for x in losses(plain)])
        expect(
            same(plain, one), "weights of 1: the same parameters as the plain trainer, bit by bit"
        )
        held_out = data.select(range(16)).remove_columns("weight")
        expect(
            one.evaluate(held_out)["eval_loss"] == plain.evaluate(held_out)["eval_loss"],
            "rows without weights are evaluated as by the plain trainer",
        )
        ignored = train(RewardTrainer, data, place, tokenizer)
        expect(
            same(plain, ignored),
            "the plain trainer reads no column weight: the same parameters again",
        )

        weighted = train(Recorder, data, place, tokenizer)
        print("losses, weighted  ", [round(x, 4) for x in losses(weighted)])
        expect(not same(plain, weighted), "weights change the parameters")
        kept = [weight for batch in weighted.seen for weight in batch.weights]
        expect(len(set(kept)) > 1, f"{len(kept)} rows seen, of {len(set(kept))} different weights")
        expect(
            strangers(weighted.seen, data, tokenizer) == 0,
            "each came with the weight of its own texts",
        )
        # Single precision has seven digits; sums of 8 rows of size 1 lose one of them.
        expect(
            by_hand(weighted.seen, 0) < 1e-6,
            f"losses as by hand, within {by_hand(weighted.seen, 0):.1e}",
        )
        logged = set(weighted.state.log_history[0])
        expect(
            {"accuracy", "margin", "min_reward", "mean_reward", "max_reward"} <= logged,
            "TRL's own logs are there",
        )

        margins = data.map(
            lambda row, place: {**row, "margin": 0.1 * (place % 5)}, with_indices=True
        )
        both = train(Recorder, margins, place, tokenizer, center_rewards_coefficient=0.01)
        expect(all(batch.margins for batch in both.seen), "a column margin reaches the loss")
        expect(
            by_hand(both.seen, 0.01) < 1e-6,
            f"with margin and centring too, within {by_hand(both.seen, 0.01):.1e}",
        )
        ones = margins.map(lambda row: {**row, "weight": 1.0})
        own_one = train(Recorder, ones, place, tokenizer, center_rewards_coefficient=0.01)
        own = train(
            RewardTrainer,
            margins.remove_columns("weight"),
            place,
            tokenizer,
            center_rewards_coefficient=0.01,
        )
        expect(
            same(own_one, own),
            "with margin and centring, weights of 1: the plain trainer's parameters",
        )
        expect(not same(plain, own), "a margin is no weight: it alone changes the parameters")

        try:
            train(WeightedRewardTrainer, data.remove_columns("weight"), place, tokenizer)
            expect(False, "rows without weights are refused")
        except ValueError as error:
            expect("expected weight" in str(error), f"rows without weights are refused: {error}")

        drawn = rows(resampled)
        count = len(drawn)
        drawn = drawn.select(range(min(400, count)))
        again = train(RewardTrainer, drawn.remove_columns("weight"), place, tokenizer)
        print("losses, resampled ", [round(x, 4) for x in losses(again)])
        expect(
            len(losses(again)) == STEPS,
            f"drawn rows train with the plain trainer (the first {len(drawn)} of {count})",
        )

        pairs = load_dataset(folder, split="train")
        with tempfile.TemporaryDirectory() as output:
            dpo = DPOTrainer(
                model=LlamaForCausalLM.from_pretrained(place),
                args=DPOConfig(
                    output_dir=output,
                    max_steps=2,
                    per_device_train_batch_size=2,
                    max_length=LENGTH,
                    logging_steps=1,
                    report_to="none",
                    save_strategy="no",
                    use_cpu=True,
                    bf16=False,
                    disable_tqdm=True,
                    gradient_checkpointing=False,
                ),
                train_dataset=pairs.select(range(64)),
                processing_class=tokenizer,
            )
            dpo.remove_callback(PrinterCallback)
            dpo.train()
        print("losses, DPO       ", [round(x, 4) for x in losses(dpo)])
        expect(
            len(losses(dpo)) == 2,
            f"DPO takes the folder as it is, all {len(pairs.column_names)} columns",
        )
    answers = load_dataset(folder, "alternatives", split="train")
    expect(
        set(pairs["group_a"]) <= set(answers["group"]),
        f"{len(answers)} alternatives load as a subset of their own",
    )
    print(f"{time.perf_counter() - start:.0f} s on {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
