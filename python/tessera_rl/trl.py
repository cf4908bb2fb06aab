"""Trainers of TRL that count near-duplicates together: the loss of a row is multiplied by its column `weight`.

    from tessera_rl import add_weights
    from tessera_rl.trl import WeightedRewardTrainer

    trainer = WeightedRewardTrainer(model=..., args=RewardConfig(...), train_dataset=add_weights(dataset))

Weights of 1 end in the parameters of TRL's own trainer, bit by bit. TRL's logs, its margin and its centring stay as they are.
Written for TRL 1.16: rows longer than `max_length` are left out by TRL before training, after which the weights' mean is no
longer 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Sampler
from trl import DPOTrainer, RewardTrainer

__all__ = ["WeightedDPOTrainer", "WeightedRewardTrainer", "WeightedSampler"]


class _WeighingCollator:
    """A collator that hands on the weights of its rows; 1 where a row has none, as in evaluation sets."""

    def __init__(self, collator: Any) -> None:
        self.collator = collator

    def __call__(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        weights = [float(example.get("weight", 1.0)) for example in examples]
        for weight in weights:
            if not (math.isfinite(weight) and weight >= 0):
                raise ValueError(f"weight: found {weight}, expected a number that is not negative")
        batch: dict[str, Any] = self.collator([{k: v for k, v in example.items() if k != "weight"} for example in examples])
        batch["weight"] = torch.tensor(weights, dtype=torch.float)
        return batch


class _WeighingTrainer:
    """What both trainers share: the column reaches the loss."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.data_collator: Any = _WeighingCollator(self.data_collator)

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()  # type: ignore[misc]
        columns: Any = self._signature_columns
        if "weight" not in columns:
            self._signature_columns: Any = [*columns, "weight"]


class WeightedRewardTrainer(_WeighingTrainer, RewardTrainer):  # type: ignore[misc]
    """TRL's trainer of reward models with a column `weight`.

    The loss of a batch is the mean of weight x -log sigmoid(chosen - rejected - margin) over its rows.
    """

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """TRL's loss, and what the weights add to it."""
        inputs = dict(inputs)
        weight = inputs.pop("weight")
        margin = inputs.get("margin", 0.0)
        plain, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        chosen, rejected = outputs.logits.squeeze(-1).chunk(2)
        losses = -torch.nn.functional.logsigmoid(chosen - rejected - margin)
        # Weights of 1 add an exact zero, so that the plain trainer's bits stay.
        loss = plain + ((weight.to(losses) - 1) * losses).mean()
        return (loss, outputs) if return_outputs else loss


class WeightedDPOTrainer(_WeighingTrainer, DPOTrainer):  # type: ignore[misc]
    """TRL's DPO trainer with a column `weight`, for losses that are means over rows (sigmoid, hinge, ipo, ...).

    Each row is computed on its own, weighed and averaged: a batch costs as many passes as it has rows, and gradients are
    those of the weighted mean. Where TRL logs numbers of a batch, they are those of its rows one after another.
    """

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The weighted mean of TRL's losses of single rows."""
        inputs = dict(inputs)
        weight = inputs.pop("weight")
        if bool((weight == 1).all()):
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        rows = len(weight)
        total: Any = 0.0
        kept: Any = None
        for row in range(rows):
            single = {name: _row(value, row, rows) for name, value in inputs.items()}
            loss, outputs = super().compute_loss(model, single, True, num_items_in_batch)
            kept = kept if kept is not None else outputs
            total = total + weight[row].to(loss) * loss / rows
        return (total, kept) if return_outputs else total


def _row(value: Any, row: int, rows: int) -> Any:
    """What belongs to one row of a batch, whose first half is chosen and second half rejected where it is twice as long."""
    if isinstance(value, torch.Tensor) and value.ndim > 0:
        if len(value) == rows:
            return value[row : row + 1]
        if len(value) == 2 * rows:
            return torch.cat([value[row : row + 1], value[rows + row : rows + row + 1]])
    return value


class WeightedSampler(Sampler[int]):  # type: ignore[misc]
    """Draws rows in proportion to their weights, for trainers that know no weights.

    Systematic: in every pass a row is drawn its expected number of times, rounded down or up. Passes differ.

    Args:
        weights: One for each row, not negative.
        count: Rows of a pass; None for as many as there are weights.
        seed: The same seed gives the same passes.
    """

    def __init__(self, weights: Sequence[float] | np.ndarray[Any, Any], count: int | None = None, seed: int = 0) -> None:
        values = np.asarray(weights, dtype=np.float64)
        if values.ndim != 1 or not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
            raise ValueError("weights: expected numbers that are finite, not negative and not all zero")
        self.weights = values
        self.count = len(values) if count is None else count
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return self.count

    def set_epoch(self, epoch: int) -> None:
        """Which pass comes next."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        marks = (np.arange(self.count) + random.random()) / self.count * self.weights.sum()
        drawn = np.minimum(np.searchsorted(np.cumsum(self.weights), marks, side="right"), len(self.weights) - 1)
        random.shuffle(drawn)
        return iter(drawn.tolist())
