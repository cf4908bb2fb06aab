from __future__ import annotations

import json
import pathlib
import subprocess
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr


def test_weights_have_mean_1_and_copies_count_together(rows: list[dict[str, Any]]) -> None:
    found = tr.row_weights(rows)
    assert found.values.shape == (len(rows),)
    assert found.values.mean() == pytest.approx(1)
    assert found.scheme == "local"
    assert 0 < found.effective < len(rows)
    copied = [row for row, group in zip(rows, found.groups_a, strict=True) if row["chosen"].endswith(" indeed")]
    assert copied
    # The whole data set three times over: the same statements, so the same shares.
    again = tr.row_weights(rows + rows + rows)
    np.testing.assert_allclose(again.values[: len(rows)], found.values, rtol=1e-6)


def test_the_weights_are_those_of_the_tool(tool: pathlib.Path, rows: list[dict[str, Any]], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    subprocess.run([tool, "export", path, "-o", tmp_path / "out.jsonl"], check=True, capture_output=True)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    found = tr.row_weights(rows)
    np.testing.assert_allclose([line["weight"] for line in lines], found.values, rtol=1e-12)
    np.testing.assert_allclose([line["weight_a"] for line in lines], found.weights_a, rtol=1e-12)
    assert [line["group_a"] for line in lines] == found.groups_a
    assert [line["group_b"] for line in lines] == found.groups_b


def test_every_kind_of_data_set_comes_back(rows: list[dict[str, Any]]) -> None:
    expected = tr.row_weights(rows).values
    listed = tr.add_weights(rows)
    assert [row["weight"] for row in listed] == expected.tolist()
    assert "weight" not in rows[0]
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rows)
    assert tr.add_weights(frame)["weight"].tolist() == expected.tolist()
    assert list(frame.columns) == ["prompt", "chosen", "rejected"]
    polars = pytest.importorskip("polars")
    assert tr.add_weights(polars.DataFrame(rows))["weight"].to_list() == expected.tolist()
    pyarrow = pytest.importorskip("pyarrow")
    assert tr.add_weights(pyarrow.Table.from_pylist(rows))["weight"].to_pylist() == expected.tolist()
    datasets = pytest.importorskip("datasets")
    whole = datasets.Dataset.from_list(rows)
    more = tr.add_weights(whole, extra=True)
    assert more["weight"][:] == expected.tolist()
    assert set(more.column_names) == {*whole.column_names, "weight", "weight_a", "weight_b", "group_a", "group_b"}
    streamed = tr.add_weights(whole.to_iterable_dataset())
    assert [row["weight"] for row in streamed] == expected.tolist()


def test_a_column_that_is_there_is_not_overwritten(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(tr.DataError, match="weight"):
        tr.add_weights(tr.add_weights(rows))
    twice = tr.add_weights(tr.add_weights(rows), column="second")
    assert twice[0]["weight"] == twice[0]["second"]


def test_embeddings_of_both_sides(rows: list[dict[str, Any]]) -> None:
    def vector(text: str) -> list[float]:
        return [text.count(letter) / 10 for letter in "aeiourstln"]

    chosen = np.array([vector(row["chosen"]) for row in rows], dtype=np.float32)
    rejected = np.array([vector(row["rejected"]) for row in rows], dtype=np.float32)
    found = tr.row_weights(rows, (chosen, rejected))
    assert found.values.mean() == pytest.approx(1)
    with pytest.raises(tr.DataError, match="rows in each"):
        tr.row_weights(rows, (chosen[1:], rejected))
    with pytest.raises(tr.OptionError, match="two matrices"):
        tr.row_weights(rows, (chosen,))


def test_duplicates_have_decisions(rows: list[dict[str, Any]]) -> None:
    found = tr.duplicates(rows)
    decisions = {row["decision"] for row in found.rows}
    assert decisions <= {"keep", "review", "drop"}
    # Answers that differ in their last full stop say the same.
    assert found.ids("drop")
    assert "near-duplicates" in found.answer
    with pytest.raises(tr.OptionError, match="within"):
        tr.duplicates(rows, within="close")
    pytest.importorskip("pandas")
    assert len(found.to_pandas()) == len(found.rows)
