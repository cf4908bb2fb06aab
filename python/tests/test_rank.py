"""Leaderboards: text, documents and files of the tool."""

from __future__ import annotations

import json
import pathlib
import pickle
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tessera_rl as tr
from tessera_rl.command import main

NAMES = ["Ape 7B", "Ape 13B", "Bee <&>", "Cat 日本", "Dog", "Eel"]


@pytest.fixture(scope="module")
def votes(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Votes of two languages with ties, annotators and makers; two of the names never meet the others."""
    random = np.random.default_rng(7)
    lines = ["model_a,model_b,winner,judge,language,maker_a,maker_b"]
    for _ in range(500):
        apart = random.random() < 0.1
        a, b = [4, 5] if apart else random.choice(4, 2, replace=False).tolist()
        strength = 1 / (1 + np.exp((a - b) * 0.7))
        winner = random.choice(["model_a", "model_b", "tie"], p=[0.8 * strength, 0.8 * (1 - strength), 0.2])
        language = random.choice(["en", "de"])
        lines.append(f"{NAMES[a]},{NAMES[b]},{winner},w{random.integers(9)},{language},{NAMES[a][:3]},{NAMES[b][:3]}")
    path = tmp_path_factory.mktemp("votes") / "votes.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


OPTIONS = [
    [],
    ["--format", "json"],
    ["--format", "csv", "--top", "3"],
    ["--top", "2", "--scale", "logit", "--level", "0.8"],
    ["--category", "language", "--ties", "auto", "--families", "maker"],
    ["--category", "language", "--families", "maker", "--format", "json"],
    ["--format", "markdown", "--anchor", "Dog=1200", "--lambda", "0.3", "--pairs", "proportion", "--seed", "5"],
    ["--profiles", "--ties", "davidson", "--where", "language=en"],
]


COMMAND = """import json, sys
from tessera_rl.command import main
for arguments in json.loads(sys.argv[1]):
    assert main(arguments) == 0
    print("== end")"""


def test_the_command_prints_what_the_tool_prints(
    tool: pathlib.Path, with_its_blas: Callable[..., str], votes: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    calls = [["rank", str(votes), "--columns", "annotator=judge", *options] for options in OPTIONS]
    printed = with_its_blas(COMMAND, json.dumps(calls), cwd=tmp_path).split("== end\n")
    for call, text in zip(calls, printed, strict=False):
        expected = subprocess.run([tool, *call], check=True, capture_output=True, text=True).stdout
        assert text == expected, call


def test_files_are_those_of_the_tool(
    tool: pathlib.Path, with_its_blas: Callable[..., str], votes: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    calls = [
        *(["rank", str(votes), "-o", name] for name in ("board.md", "board.json", "board.csv", "board")),
        ["rank", str(votes), "--suggest-families", "families.csv"],
        ["rank", str(votes), "--families", "families.csv", "--format", "json"],
    ]
    for folder in (ours, theirs):
        folder.mkdir()
    done = [subprocess.run([tool, *call], cwd=theirs, check=True, capture_output=True, text=True).stdout for call in calls]
    assert with_its_blas(COMMAND, json.dumps(calls), cwd=ours).split("== end\n")[:-1] == done
    written = {file.name: file.read_bytes() for file in theirs.iterdir()}
    assert {file.name: file.read_bytes() for file in ours.iterdir()} == written
    assert b"Ape 7B" in written["families.csv"]


def test_warnings_are_said(votes: pathlib.Path, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    some = tmp_path / "some.csv"
    lines = votes.read_text().splitlines()
    some.write_text("\n".join(line for line in lines if "Dog" not in line or ",de," not in line) + "\n")
    assert main(["rank", str(some), "--category", "language", "--anchor", "Dog=1200"]) == 0
    assert '"Dog" has no votes in de: scores there hang at their mean' in capsys.readouterr().err
    assert main(["rank", str(votes), "--families", "maker", "--profiles"]) == 64
    assert "profiles" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--level", "1.5"], ["--top", "-1"], ["--format", "json", "--top", "3"], ["--anchor", "Nobody=3"]]
)
def test_options_that_cannot_be_are_refused(options: list[str], votes: pathlib.Path) -> None:
    assert main(["rank", str(votes), *options]) == 64


def test_the_leaderboard_has_the_ranks_of_the_tool(tool: pathlib.Path, votes: pathlib.Path) -> None:
    text = subprocess.run(
        [tool, "rank", votes, "--columns", "annotator=judge", "--format", "json", "--level", "0.9"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    expected = {row["id"]: row["standard"] for row in json.loads(text)["alternatives"]}
    fit = tr.RewardFit().fit(votes, map={"annotator": "judge"})
    rows: Any = fit.leaderboard(level=0.9)
    rows = rows.to_dict("records") if hasattr(rows, "columns") else rows
    assert len(rows) == len(expected)
    for row in rows:
        standing = expected[row["id"]]
        assert [row["rank"], row["rank_from"], row["rank_to"]] == [standing["rank"], *standing["ranks"]]
        assert row["place"] == standing["place"]
        # 0.9 of a normal distribution lies within 1.644854 standard errors.
        assert row["low"] == pytest.approx(standing["reward"] - 1.644854 * standing["rewardError"], abs=1e-6)
        assert row["high"] == pytest.approx(standing["reward"] + 1.644854 * standing["rewardError"], abs=1e-6)
    assert any(row["rank_from"] < row["rank_to"] for row in rows)
    with pytest.raises(tr.OptionError, match="level"):
        fit.leaderboard(level=1.5)


def test_ranks_travel_in_a_pickle_once_they_are_known(votes: pathlib.Path) -> None:
    fit = tr.RewardFit().fit(votes)
    with pytest.raises(tr.OptionError, match="expected fit"):
        pickle.loads(pickle.dumps(fit)).leaderboard()
    whole = fit.leaderboard(3)
    again = pickle.loads(pickle.dumps(fit)).leaderboard(3)
    assert list(whole["id"] if hasattr(whole, "columns") else [row["id"] for row in whole])
    assert whole.equals(again) if hasattr(whole, "equals") else whole == again
