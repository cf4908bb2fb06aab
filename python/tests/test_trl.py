"""TRL's trainers beside ours, on a random model made on the spot; no network."""

from __future__ import annotations

import math
import pathlib
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr

torch = pytest.importorskip("torch", reason="torch is not installed: the trainers are not tested")
trl = pytest.importorskip("trl", reason="trl is not installed: the trainers are not tested")
datasets = pytest.importorskip("datasets")
transformers = pytest.importorskip("transformers")

from tessera_rl.trl import WeightedDPOTrainer, WeightedRewardTrainer, WeightedSampler  # noqa: E402

datasets.disable_progress_bars()


@pytest.fixture(scope="module")
def place(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, Any]:
    """A model of two layers of 32, and a tokenizer that knows the words."""
    tokenizers = pytest.importorskip("tokenizers")
    words = sorted({word for row in rows for text in row.values() for word in text.replace(".", " .").split()})
    vocabulary = {name: number for number, name in enumerate(["<unk>", "<pad>", "<eos>", *words])}
    own = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    own.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=own, unk_token="<unk>", pad_token="<pad>", eos_token="<eos>")
    transformers.set_seed(0)
    folder = tmp_path_factory.mktemp("model")
    model = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=len(fast),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            pad_token_id=fast.pad_token_id,
            eos_token_id=fast.eos_token_id,
        )
    )
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder, fast


def settings(kind: Any, folder: pathlib.Path, **more: Any) -> Any:
    return kind(
        output_dir=str(folder),
        max_steps=3,
        per_device_train_batch_size=4,
        learning_rate=1e-3,
        max_length=256,
        logging_steps=1,
        report_to="none",
        save_strategy="no",
        seed=0,
        use_cpu=True,
        disable_tqdm=True,
        bf16=False,
        gradient_checkpointing=False,
        **more,
    )


def trained(kind: Any, data: Any, place: tuple[pathlib.Path, Any], tmp_path: pathlib.Path, **more: Any) -> Any:
    folder, tokenizer = place
    if issubclass(kind, trl.DPOTrainer):
        model: Any = transformers.LlamaForCausalLM.from_pretrained(folder)
        args = settings(trl.DPOConfig, tmp_path, **more)
    else:
        model, args = str(folder), settings(trl.RewardConfig, tmp_path, **more)
    trainer = kind(model=model, args=args, train_dataset=data, processing_class=tokenizer)
    trainer.train()
    return trainer


def same(one: Any, other: Any) -> bool:
    pairs = zip(one.model.parameters(), other.model.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize(("plain", "weighted"), [("RewardTrainer", WeightedRewardTrainer), ("DPOTrainer", WeightedDPOTrainer)])
def test_weights_of_1_end_in_the_plain_trainers_parameters(
    plain: str, weighted: Any, rows: list[dict[str, Any]], place: tuple[pathlib.Path, Any], tmp_path: pathlib.Path
) -> None:
    data = datasets.Dataset.from_list(rows[:40])
    ones = data.add_column("weight", [1.0] * 40)
    own = trained(getattr(trl, plain), data, place, tmp_path)
    assert same(own, trained(weighted, ones, place, tmp_path))
    uneven = data.add_column("weight", [0.25, 1.75] * 20)
    # TRL's own trainers drop the column without a word.
    assert same(own, trained(getattr(trl, plain), uneven, place, tmp_path))
    other = trained(weighted, uneven, place, tmp_path)
    assert not same(own, other)
    logged = set(other.state.log_history[0])
    assert set(own.state.log_history[0]) <= logged


class Recorder(WeightedRewardTrainer):  # type: ignore[misc]
    """Keeps what each step saw."""

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None) -> Any:
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        self.seen = getattr(self, "seen", [])
        margins = inputs["margin"].tolist() if "margin" in inputs else None
        self.seen.append((inputs["weight"].tolist(), margins, outputs.logits.detach().double().flatten().tolist(), loss.item()))
        return (loss, outputs) if return_outputs else loss


def test_losses_are_those_of_a_sum_by_hand(
    rows: list[dict[str, Any]], place: tuple[pathlib.Path, Any], tmp_path: pathlib.Path
) -> None:
    data = tr.add_weights(datasets.Dataset.from_list(rows)).map(lambda row, i: {"margin": 0.1 * (i % 3)}, with_indices=True)
    trainer = trained(Recorder, data, place, tmp_path, center_rewards_coefficient=0.01)
    assert len(trainer.seen) == 3
    assert len({weight for batch in trainer.seen for weight in batch[0]}) > 1
    for weights, margins, logits, loss in trainer.seen:
        assert margins is not None
        half = len(weights)
        total = 0.0
        for i, weight in enumerate(weights):
            chosen, rejected = logits[i], logits[half + i]
            difference = chosen - rejected - margins[i]
            total += weight * (math.log1p(math.exp(-difference)) + 0.01 * (chosen + rejected) ** 2)
        # Single precision has seven digits.
        assert abs(total / half - loss) < 1e-6


def test_every_row_comes_with_its_own_weight(
    rows: list[dict[str, Any]], place: tuple[pathlib.Path, Any], tmp_path: pathlib.Path
) -> None:
    tokenizer = place[1]
    weights = [0.1 * (1 + i) for i in range(12)]
    known: dict[Any, set[float]] = {}
    for row, weight in zip(rows, weights, strict=False):
        sides = (tuple(tokenizer(row["prompt"] + row[side] + "<eos>")["input_ids"]) for side in ("chosen", "rejected"))
        known.setdefault(tuple(sides), set()).add(float(np.float32(weight)))
    seen = []

    class Watcher(WeightedRewardTrainer):  # type: ignore[misc]
        def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None) -> Any:
            masked = zip(inputs["input_ids"], inputs["attention_mask"].bool(), strict=True)
            tokens = [tuple(ids[mask].tolist()) for ids, mask in masked]
            half = len(tokens) // 2
            seen.extend(zip(tokens[:half], tokens[half:], inputs["weight"].tolist(), strict=True))
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    trained(Watcher, datasets.Dataset.from_list(rows[:12]).add_column("weight", weights), place, tmp_path)
    assert len(seen) == 12
    for chosen, rejected, weight in seen:
        assert weight in known[chosen, rejected]


def test_dpo_losses_are_weighted_means_of_single_rows(
    rows: list[dict[str, Any]], place: tuple[pathlib.Path, Any], tmp_path: pathlib.Path
) -> None:
    folder, tokenizer = place
    weights = [0.5, 2.0, 0.75, 0.75]
    data = datasets.Dataset.from_list(rows[:4]).add_column("weight", weights)
    model = transformers.LlamaForCausalLM.from_pretrained(folder)
    reference = transformers.LlamaForCausalLM.from_pretrained(folder)
    with torch.no_grad():  # the two differ, so that losses of rows differ
        for number, parameter in enumerate(reference.parameters()):
            parameter.add_(0.02 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(number)))
    trainer = WeightedDPOTrainer(
        model=model,
        ref_model=reference,
        args=settings(trl.DPOConfig, tmp_path, beta=1.0),
        train_dataset=data,
        processing_class=tokenizer,
    )
    batch = next(iter(torch.utils.data.DataLoader(trainer.train_dataset, batch_size=4, collate_fn=trainer.data_collator)))
    whole = trainer.compute_loss(trainer.model, dict(batch)).item()
    singles = []
    for i in range(4):
        one = next(
            iter(torch.utils.data.DataLoader(trainer.train_dataset.select([i]), batch_size=1, collate_fn=trainer.data_collator))
        )
        one["weight"] = torch.ones(1)
        singles.append(trainer.compute_loss(trainer.model, one).item())
    assert np.std(singles) > 1e-4
    # Rows of a batch are padded to one length, which rounds otherwise in single precision.
    assert whole == pytest.approx(float(np.mean(np.array(weights) * np.array(singles))), abs=1e-5)


def test_rows_without_weights_are_missed(
    rows: list[dict[str, Any]], place: tuple[pathlib.Path, Any], tmp_path: pathlib.Path
) -> None:
    data = datasets.Dataset.from_list(rows[:8])
    with pytest.raises(ValueError, match="expected weight"):
        trained(WeightedRewardTrainer, data, place, tmp_path)
    with pytest.raises(ValueError, match="not negative"):
        trained(WeightedRewardTrainer, data.add_column("weight", [-1.0] * 8), place, tmp_path)
    trainer = trained(WeightedRewardTrainer, data.add_column("weight", [1.0] * 8), place, tmp_path)
    held_out = trainer._prepare_dataset(data, trainer.processing_class, trainer.args, "eval")
    assert math.isfinite(trainer.evaluate(held_out)["eval_loss"])
    with pytest.raises(ValueError, match="mean over rows"):
        trained(WeightedDPOTrainer, data.add_column("weight", [1.0] * 8), place, tmp_path, loss_type=["aot"])


def test_the_sampler_draws_each_row_its_expected_number_of_times() -> None:
    weights = [0.5, 1.5, 0, 2.25, 0.75]
    sampler = WeightedSampler(weights, count=1_000, seed=1)
    first, second = list(sampler), list(sampler)
    assert len(first) == len(sampler) == 1_000
    assert first != second
    for row, weight in enumerate(weights):
        assert abs(first.count(row) - 200 * weight) <= 1
    assert list(WeightedSampler(weights, count=1_000, seed=1)) == first
    with pytest.raises(ValueError, match="not negative"):
        WeightedSampler([-1.0, 2.0])
