"""The command of the wheel: documents, exit codes, files."""

from __future__ import annotations

import json
import os
import pathlib
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import tessera_rl as tr
from tessera_rl._files import write_all
from tessera_rl.command import main


@pytest.fixture
def path(rows: list[dict[str, Any]], tmp_path: pathlib.Path) -> pathlib.Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_the_document_of_the_command_is_that_of_the_fit(
    path: pathlib.Path, rows: list[dict[str, Any]], tmp_path: pathlib.Path
) -> None:
    target = tmp_path / "fit.json"
    assert main(["fit", str(path), "--lambda", "0.1", "-o", str(target)]) == 0
    assert json.loads(target.read_text()) == tr.RewardFit(lambda_=0.1).fit(rows).document


def test_an_export_has_the_weights_of_the_rows(path: pathlib.Path, rows: list[dict[str, Any]], tmp_path: pathlib.Path) -> None:
    target = tmp_path / "out.jsonl"
    assert main(["export", str(path), "-o", str(target)]) == 0
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    found = tr.row_weights(rows)
    assert [line["weight"] for line in lines] == found.values.tolist()
    assert [{name: line[name] for name in rows[0]} for line in lines] == rows


@pytest.mark.parametrize("command", ["fit", "weights", "duplicates", "rank"])
def test_tables_are_printed(command: str, path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(path)]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["fit", "nowhere.jsonl"], 66),
        (["fit", "ROWS", "--weights", "voronoj"], 64),
        (["fit", "ROWS", "--seed", "-1"], 64),
        (["fit", "ROWS", "--layout", "votes"], 65),
        (["export", "ROWS", "-o", "ROWS"], 64),
        (["fit", "ROWS", "--embedder", "none", "-o", "nowhere/fit.json"], 73),
    ],
)
def test_codes_are_those_of_the_tool(
    arguments: list[str], code: int, path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    assert main([str(path) if word == "ROWS" else word for word in arguments]) == code
    assert capsys.readouterr().err.startswith("tessera: ")
    assert path.read_bytes() == before


def test_what_is_no_regular_file_is_not_replaced(tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        write_all(pipe, b"x")
        assert read.result() == b"x"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")
    write_all(link, b"one")
    assert link.is_symlink()
    assert (tmp_path / "file").read_bytes() == b"one"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "link", "pipe"]


@pytest.mark.parametrize("settings", [{"seed": -1}, {"seed": 2**64}, {"target_error": float("nan")}, {"space": object()}])
def test_settings_that_cannot_be_are_options(settings: dict[str, Any]) -> None:
    with pytest.raises(tr.OptionError):
        tr.weights([[0.0], [1.0]], **settings)
