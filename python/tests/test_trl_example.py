"""The example runs end to end on a small data set that is made here; it shows what it says it shows."""

from __future__ import annotations

import json
import pathlib
import statistics
import sys
from typing import Any

import pytest
from conftest import preferences

pytest.importorskip("torch", reason="torch is not installed: the example is not tested")
pytest.importorskip("trl", reason="trl is not installed: the example is not tested")
transformers = pytest.importorskip("transformers")
examples = pathlib.Path(__file__).parents[1] / "examples"
if not examples.exists():
    pytest.skip("the examples are not beside the tests: the example is not tested", allow_module_level=True)
sys.path.insert(0, str(examples))

import bag_of_words  # noqa: E402
import trl_weighted  # noqa: E402


@pytest.fixture(scope="module")
def long_rows() -> list[dict[str, Any]]:
    return preferences(prompts=8, words=60)


@pytest.fixture
def file(long_rows: list[dict[str, Any]], tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in long_rows))
    return path


def test_the_comparison_is_printed(file: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert trl_weighted.main(["--data", str(file), "--copies", "20", "--seeds", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"80 rows of {file}"
    for kind in ("plain", "weighted"):
        assert [line.split()[1] for line in lines if line.startswith(kind)] == ["0", "20", "0", "20"]


def test_copies_move_the_plain_head_and_not_the_weighted_one(long_rows: list[dict[str, Any]]) -> None:
    cells = trl_weighted.study("head", trl_weighted.head_rewards, long_rows, copies=40, seeds=3)
    there = {(cell.estimate, cell.copies): statistics.mean(change.there for change in cell.changes) for cell in cells}
    # The whole data fit into one batch: the seed changes the first weights of a linear head alone.
    assert there["plain", 0] < 0.001
    assert there["plain", 40] > 3 * there["weighted", 40]


def test_a_folder_is_joined_and_its_ties_are_counted(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = {
        "prompts": [{"id": 0, "text": "p"}],
        "alternatives": [{"id": name, "prompt": 0, "text": name * 2} for name in "xyz"],
        "comparisons": [
            {"a": "x", "b": "y", "preference_b": 0.9},
            {"a": "x", "b": "z", "preference_b": 0.2},
            {"a": "y", "b": "z", "preference_b": 0.5},
        ],
    }
    for name, rows in tables.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert trl_weighted.read(tmp_path) == [
        {"prompt": "p", "chosen": "yy", "rejected": "xx"},
        {"prompt": "p", "chosen": "xx", "rejected": "zz"},
    ]
    assert "ties, left out: 1" in capsys.readouterr().out


def test_a_model_of_ones_own_is_trained_and_stored(
    file: pathlib.Path, long_rows: list[dict[str, Any]], tmp_path: pathlib.Path
) -> None:
    tokenizer = bag_of_words.tokenizer_of(long_rows)
    transformers.set_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    options = ["--model", str(tmp_path / "model"), "--output", str(tmp_path / "out"), "--epochs", "0.1"]
    assert trl_weighted.main(["--data", str(file), *options]) == 0
    stored = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path / "out")
    assert stored.config.num_labels == 1
    with pytest.raises(SystemExit):
        trl_weighted.main(["--data", str(file), *options[:2]])
