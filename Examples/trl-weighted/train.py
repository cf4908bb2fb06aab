#!/usr/bin/env python3
"""Trains TRL's reward model on rows that `tessera export` weighed.

    tessera export pairs.jsonl -o weighted/
    python train.py weighted/ --model some/model --output reward-model

Every row's loss is multiplied by its column `weight`; all else is TRL's.
"""

from __future__ import annotations

import argparse
from typing import Any, cast

import torch
from datasets import Dataset, load_dataset
from torch.nn.functional import logsigmoid
from transformers import AutoTokenizer
from trl import RewardConfig, RewardTrainer

WEIGHT = "weight"
# What the trainer reads. `margin` is left out on purpose: TRL subtracts a column of that name
# inside the loss.
COLUMNS = ["prompt", "chosen", "rejected", WEIGHT]


class WeightedCollator:
    """TRL's collator, and the weights of the rows beside its tensors."""

    def __init__(self, base: Any) -> None:
        self.base = base

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = self.base(rows)
        if all(WEIGHT in row for row in rows):
            batch[WEIGHT] = torch.tensor([row[WEIGHT] for row in rows], dtype=torch.float)
        return batch


class WeightedRewardTrainer(RewardTrainer):
    """`RewardTrainer` whose loss is the mean of weight x loss over the rows of a batch.

    Weights have mean 1 over the data, so the sum over a batch is divided by its rows, not by its
    weights: learning rates keep their meaning, and the mean over all batches is the weighted mean.
    Centring is weighted like the loss, so that copies of a row change neither. An evaluation set
    without weights is evaluated without.

    Raises:
        ValueError: The training rows have no column `weight`, which would train as if all were 1.
    """

    def __init__(self, *args: Any, train_dataset: Any, **kwargs: Any) -> None:
        # Asked before texts are tokenized, which takes long. Streams may not know their columns.
        names = train_dataset.column_names
        if names is not None and WEIGHT not in names:
            raise ValueError(
                f"train_dataset: found the columns {', '.join(names)}, expected {WEIGHT} among them"
            )
        super().__init__(*args, train_dataset=train_dataset, **kwargs)
        self.data_collator = WeightedCollator(self.data_collator)

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        # The library's own annotation of the attribute is None.
        own: Any = self
        if WEIGHT not in own._signature_columns:
            own._signature_columns = [*own._signature_columns, WEIGHT]

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        weight = inputs.pop(WEIGHT, None)
        # The outputs are TRL's, and so are its logs; its own loss is used where nothing weighs.
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        if weight is not None:
            chosen, rejected = torch.chunk(outputs.logits.squeeze(-1), chunks=2)
            difference = chosen - rejected
            if "margin" in inputs:
                difference = difference - inputs["margin"]
            loss = -(weight * logsigmoid(difference)).mean()
            coefficient = cast(RewardConfig, self.args).center_rewards_coefficient
            if coefficient is not None:
                loss = loss + coefficient * (weight * (chosen + rejected) ** 2).mean()
        return (loss, outputs) if return_outputs else loss


def rows(path: str) -> Dataset:
    """The training rows of a folder or of a file, with the columns that count."""
    if path.endswith((".jsonl", ".json")):
        data = load_dataset("json", data_files=path, split="train")
    elif path.endswith(".parquet"):
        data = load_dataset("parquet", data_files=path, split="train")
    else:
        data = load_dataset(path, split="train")
    return data.select_columns([name for name in COLUMNS if name in data.column_names])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="a folder, .jsonl or .parquet that tessera export wrote")
    parser.add_argument("--model", required=True, help="name or folder of a model")
    parser.add_argument("--output", required=True, help="folder to write the reward model to")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch", type=int, default=8, help="rows of a batch")
    parser.add_argument("--rate", type=float, default=1e-5, help="learning rate")
    parser.add_argument(
        "--max-length", type=int, default=1024, help="tokens; TRL leaves longer rows out"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    tokenizer = AutoTokenizer.from_pretrained(options.model)
    trainer = WeightedRewardTrainer(
        model=options.model,
        args=RewardConfig(
            output_dir=options.output,
            num_train_epochs=options.epochs,
            per_device_train_batch_size=options.batch,
            learning_rate=options.rate,
            max_length=options.max_length,
            seed=options.seed,
            report_to="none",
        ),
        train_dataset=rows(options.data),
        processing_class=tokenizer,
    )
    trainer.train()
    trainer.save_model()


if __name__ == "__main__":
    main()
