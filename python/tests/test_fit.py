from __future__ import annotations

import json
import pathlib
import pickle
import subprocess
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr


def close(a: tr.RewardFit, b: tr.RewardFit) -> None:
    assert a.ids == b.ids
    np.testing.assert_array_equal(a.rewards, b.rewards)
    np.testing.assert_array_equal(a.standard_rewards, b.standard_rewards)


@pytest.fixture(scope="module")
def fit(rows: list[dict[str, Any]]) -> tr.RewardFit:
    return tr.RewardFit(lambda_=0.1).fit(rows)


def test_every_kind_of_table_is_the_same_data(rows: list[dict[str, Any]], fit: tr.RewardFit, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    tables: list[Any] = [path, str(path), [path], {name: [row[name] for row in rows] for name in rows[0]}]
    pandas = pytest.importorskip("pandas")
    tables += [pandas.DataFrame(rows), pandas.DataFrame(rows).iloc[::-1].iloc[::-1]]
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pylist(rows)
    tables += [table, table.to_batches()[0], pyarrow.concat_tables([table.slice(0, 7), table.slice(7)])]
    polars = pytest.importorskip("polars")
    tables.append(polars.DataFrame(rows))
    datasets = pytest.importorskip("datasets")
    whole = datasets.Dataset.from_list(rows)
    tables += [whole, whole.select(range(len(rows)))]
    for table in tables:
        close(tr.RewardFit(lambda_=0.1).fit(table), fit)


def test_rows_that_were_selected_are_read_alone(rows: list[dict[str, Any]]) -> None:
    datasets = pytest.importorskip("datasets")
    some = datasets.Dataset.from_list(rows).select([5, 3, 40, 41])
    assert tr.RewardFit(weights="none", lambda_=0.1).fit(some).about["rows"] == 4


def test_messages_are_texts(rows: list[dict[str, Any]], fit: tr.RewardFit) -> None:
    pyarrow = pytest.importorskip("pyarrow")

    def messages(role: str, text: str) -> dict[str, str]:
        return {"role": role, "content": text}

    talks = [
        {
            "prompt": [messages("user", row["prompt"])],
            "chosen": [messages("assistant", row["chosen"])],
            "rejected": [messages("assistant", row["rejected"])],
        }
        for row in rows
    ]
    close(tr.RewardFit(lambda_=0.1).fit(talks), fit)
    close(tr.RewardFit(lambda_=0.1).fit(pyarrow.Table.from_pylist(talks)), fit)


def test_the_numbers_are_those_of_the_tool(
    tool: pathlib.Path, rows: list[dict[str, Any]], fit: tr.RewardFit, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = subprocess.run(
        [tool, "fit", path, "--lambda", "0.1", "--format", "json"], check=True, capture_output=True, text=True
    ).stdout
    document = json.loads(text)
    found = {row["id"]: row for row in document["alternatives"]}
    assert set(found) == set(fit.ids)
    # Another OpenBLAS can round otherwise.
    np.testing.assert_allclose([found[i]["standardReward"] for i in fit.ids], fit.standard_rewards, atol=1e-9)
    np.testing.assert_allclose([found[i]["weightedReward"] for i in fit.ids], fit.rewards, atol=1e-9)
    assert fit.document["choice"] == document["choice"]
    assert fit.document["alternatives"][0].keys() == document["alternatives"][0].keys()


def test_a_saved_fit_verifies(
    tool: pathlib.Path, rows: list[dict[str, Any]], fit: tr.RewardFit, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    saved = fit.save(tmp_path / "fit.json")
    done = subprocess.run([tool, "verify", saved, "--comparisons", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_votes_by_arrays_and_by_names() -> None:
    a, b, y = [0, 1, 2, 0], [1, 2, 0, 2], [1, 1, 0.5, 1]
    one = tr.RewardFit(weights="none", lambda_=0.1).fit((a, b, y))
    two = tr.RewardFit(weights="none", lambda_=0.1).fit(
        [{"a": str(i), "b": str(j), "preference": p} for i, j, p in zip(a, b, y, strict=True)]
    )
    close(one, two)
    assert one.ids == ["0", "1", "2"]
    assert one.reward("0") == one.rewards[0]
    counted = tr.RewardFit(weights="none", lambda_=0.1).fit((np.array(a), np.array(b), np.array(y), np.array([1, 1, 1, 1])))
    close(one, counted)


def test_contexts_go_by_their_order() -> None:
    x = np.array([[0, 0], [1, 0], [1, 1], [1, 1]], dtype=np.float32)
    votes = ([0, 1, 2, 3, 0], [1, 2, 0, 0, 2], [1, 1, 0, 0, 1])
    found = tr.RewardFit(lambda_=0.1).fit(votes, x)
    named = tr.RewardFit(lambda_=0.1).fit(votes, x, alternatives=[0, 1, 2, 3])
    close(found, named)
    assert found.weighted_rewards is not None
    with pytest.raises(tr.DataError, match="one of the 3 alternatives"):
        tr.RewardFit().fit(votes, x, alternatives=["0", "1", "2"])


def test_a_model_or_a_function_embeds(rows: list[dict[str, Any]]) -> None:
    class Model:
        def encode(self, texts: list[str]) -> np.ndarray[Any, Any]:
            return np.array([[len(text), text.count("e"), hash(text[:3]) % 7] for text in texts], dtype=np.float32)

    one = tr.RewardFit(embed=Model(), lambda_=0.1).fit(rows)
    two = tr.RewardFit(embed=Model().encode, lambda_=0.1).fit(rows)
    close(one, two)
    with pytest.raises(tr.DataError, match="one for each text"):
        tr.RewardFit(embed=lambda texts: np.zeros((1, 3))).fit(rows)


def test_the_verdict_says_what_to_do(fit: tr.RewardFit) -> None:
    verdict = fit.verdict
    assert verdict.action in ("keepStandard", "useWeighted", "tooLittleData", "nothingToMend")
    assert str(verdict) == verdict.text
    assert verdict is fit.verdict
    with pytest.raises(tr.OptionError, match="weighted estimate"):
        _ = tr.RewardFit(weights="none", lambda_=0.1).fit([{"a": "x", "b": "y", "winner": "a"}]).verdict


def test_results_travel_in_a_pickle(fit: tr.RewardFit) -> None:
    other = pickle.loads(pickle.dumps(fit))
    close(other, fit)
    assert other.document == fit.document
    assert other.get_params()["lambda_"] == 0.1


def test_the_leaderboard_is_sorted(fit: tr.RewardFit) -> None:
    table = fit.leaderboard(5)
    assert len(table) == 5
    rewards = list(table["reward"]) if hasattr(table, "columns") else [row["reward"] for row in table]
    assert rewards == sorted(rewards, reverse=True)
    pytest.importorskip("pandas")
    assert len(fit.to_pandas()) == len(fit.ids)


def test_settings_follow_the_habits_of_scikit_learn() -> None:
    fit = tr.RewardFit(seed=3)
    assert fit.get_params()["seed"] == 3
    assert fit.set_params(seed=4, weights="none") is fit
    assert repr(fit) == "RewardFit(weights='none', seed=4)"
    assert type(fit)(**fit.get_params()).get_params() == fit.get_params()
    with pytest.raises(tr.OptionError, match="no setting"):
        fit.set_params(speed=1)


def test_families_weigh_as_one() -> None:
    votes = [{"a": "x", "b": "y1", "winner": "a"}, {"a": "y2", "b": "x", "winner": "a"}, {"a": "y1", "b": "z", "winner": "b"}]
    one = tr.RewardFit(lambda_=0.1).fit(votes, families={"y1": "y", "y2": "y"})
    assert one.choice["weights"] == "families"
    by_id = dict(zip(one.ids, one.weights_.tolist(), strict=True))
    assert by_id["y1"] == pytest.approx(by_id["x"] / 2)
    two = tr.RewardFit(lambda_=0.1).fit(votes, families=["y" if name.startswith("y") else None for name in one.ids])
    close(one, two)
    with pytest.raises(tr.DataError, match="expected ids"):
        tr.RewardFit().fit(votes, families={"q": "y"})


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([], "no comparisons"),
        ([{"a": "x", "b": "y", "winner": "q"}], "row 1"),
        ([{"a": "x", "b": "y", "winner": "a"}, {"a": "x", "b": None, "winner": "a"}], "row 2"),
        ([{"prompt": "p", "chosen": [1], "rejected": "x"}], "row 1"),
        ([{"a": "x", "b": "y", "winner": object()}], "type object"),
        ([1, 2], "expected a mapping"),
        ({"a": ["x"], "b": ["y", "z"], "winner": ["a"]}, "expected 1"),
        ("nowhere.jsonl", "nowhere.jsonl"),
        (42, "expected a table"),
        ([{"prompt": "p", "chosen": "\ud800", "rejected": "x"}], "no UTF-8"),
    ],
)
def test_bad_rows_say_where(bad: Any, message: str) -> None:
    with pytest.raises((tr.DataError, tr.MissingError), match=message):
        tr.RewardFit().fit(bad)


def test_an_option_of_reading_that_is_none_is_refused() -> None:
    with pytest.raises(tr.OptionError, match="layuot"):
        tr.RewardFit().fit([{"a": "x", "b": "y", "winner": "a"}], layuot="votes")


def test_filters_are_those_of_the_tool() -> None:
    votes = [{"a": "x", "b": "y", "winner": "a", "language": "en"}, {"a": "y", "b": "x", "winner": "a", "language": "de"}]
    some = tr.RewardFit(weights="none", lambda_=0.1).fit(votes, where={"language": "en"})
    assert some.comparisons.sum() == 2
    others = tr.RewardFit(weights="none", lambda_=0.1).fit(votes, where=[("language", "en", "!=")])
    assert others.reward("y") > others.reward("x")
    mapped = tr.RewardFit(weights="none", lambda_=0.1).fit(
        [{"left": "x", "other": "y", "result": "left"}], map={"a": "left", "b": "other", "outcome": "result"}
    )
    assert mapped.reward("x") > mapped.reward("y")


def test_missing_values_of_tables_are_missing() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": ["x", "x"], "b": ["y", "y"], "preference": [1.0, 0.25], "count": [float("nan"), 2.0]})
    assert tr.RewardFit(weights="none", lambda_=0.1).fit(table).comparisons.tolist() == [3.0, 3.0]
