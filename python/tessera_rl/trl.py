"""Trainers of TRL that count near-duplicates together: the loss of a row is multiplied by its column `weight`.

    from tessera_rl import add_weights
    from tessera_rl.trl import WeightedRewardTrainer

    trainer = WeightedRewardTrainer(model=..., args=RewardConfig(...), train_dataset=add_weights(dataset))

Weights of 1 end in the parameters of TRL's own trainer, bit by bit. TRL's logs, its margin and its centring stay as they are.
Written for TRL 1.16: rows longer than `max_length` are left out by TRL before training, after which the weights' mean is no
longer 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Sampler
from trl import DPOTrainer, RewardTrainer

__all__ = ["WeightedDPOTrainer", "WeightedRewardTrainer", "WeightedSampler"]


WEIGHT = "weight"


class _WeighingCollator:
    """TRL's collator, and the weights of the rows beside its tensors. An evaluation set without weights has none."""

    def __init__(self, base: Any) -> None:
        self.base = base

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = self.base(rows)
        if all(WEIGHT in row for row in rows):
            weights = torch.tensor([row[WEIGHT] for row in rows], dtype=torch.float)
            if not bool((weights >= 0).all() and weights.isfinite().all()):
                raise ValueError(f"{WEIGHT}: found {weights.min().item()}, expected numbers that are not negative")
            batch[WEIGHT] = weights
        return batch


class _WeighingTrainer:
    """What both trainers share: the column reaches the loss, and is missed where it is not there."""

    def __init__(self, *args: Any, train_dataset: Any = None, **kwargs: Any) -> None:
        # Asked before texts are tokenized, which takes long. Streams may not know their columns.
        names = getattr(train_dataset, "column_names", None)
        if names is not None and WEIGHT not in names:
            raise ValueError(
                f"train_dataset: found the columns {', '.join(names)}, expected {WEIGHT} among them: tessera_rl.add_weights"
            )
        super().__init__(*args, train_dataset=train_dataset, **kwargs)  # type: ignore[call-arg]
        self.data_collator: Any = _WeighingCollator(self.data_collator)

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()  # type: ignore[misc]
        columns: Any = self._signature_columns
        if WEIGHT not in columns:
            self._signature_columns: Any = [*columns, WEIGHT]


class WeightedRewardTrainer(_WeighingTrainer, RewardTrainer):  # type: ignore[misc]
    """TRL's trainer of reward models with a column `weight`.

    The loss of a batch is the mean over its rows of weight x -log sigmoid(chosen - rejected - margin). Weights have mean 1 over
    the data, so the sum over a batch is divided by its rows, not by its weights: learning rates keep their meaning. Centring is
    weighted like the loss, so that copies of a row change neither. An evaluation set without weights is evaluated without.

    Raises:
        ValueError: the training rows have no column `weight`, which would train as if all were 1; a weight below 0.
    """

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The weighted loss; outputs and logs are TRL's."""
        inputs = dict(inputs)
        weight = inputs.pop(WEIGHT, None)
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        if weight is not None:
            chosen, rejected = torch.chunk(outputs.logits.squeeze(-1), chunks=2)
            difference = chosen - rejected
            if "margin" in inputs:
                difference = difference - inputs["margin"]
            loss = -(weight * torch.nn.functional.logsigmoid(difference)).mean()
            coefficient = self.args.center_rewards_coefficient
            if coefficient is not None:
                loss = loss + coefficient * (weight * (chosen + rejected) ** 2).mean()
        return (loss, outputs) if return_outputs else loss


class WeightedDPOTrainer(_WeighingTrainer, DPOTrainer):  # type: ignore[misc]
    """TRL's DPO trainer with a column `weight`, for losses that are means over rows.

    TRL hands out the mean of a batch alone, so each row goes through its loss by itself, and the weighted mean of those is the
    loss: as much arithmetic as for the whole batch, in more and smaller passes. A batch whose weights are all 1 is TRL's own.

    Raises:
        ValueError: the training rows have no column `weight`; a weight below 0; a loss that compares rows of a batch with one
            another (aot, aot_unpaired) or counts tokens (sft).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in self.loss_types:
            if kind in ("aot", "aot_unpaired", "sft"):
                raise ValueError(f"loss_type: found {kind}, expected one that is a mean over rows, since rows are weighted")

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The weighted mean of TRL's losses of single rows."""
        inputs = dict(inputs)
        weight = inputs.pop(WEIGHT, None)
        if weight is None or bool((weight == 1).all()):
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        count = len(weight)
        losses = []
        outputs: Any = None
        for place in range(count):
            row = {name: _row(value, place, count) for name, value in inputs.items()}
            loss, outputs = super().compute_loss(model, row, True, num_items_in_batch)
            losses.append(weight[place].to(loss) * loss)
        total = torch.stack(losses).mean()
        return (total, outputs) if return_outputs else total


def _row(value: Any, place: int, count: int) -> Any:
    """What belongs to one row of a batch: tensors have a place for each row, or one for its chosen and one for its rejected."""
    if isinstance(value, torch.Tensor) and value.ndim > 0:
        if len(value) == 2 * count:
            return value[[place, count + place]]
        if len(value) == count:
            return value[place : place + 1]
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
