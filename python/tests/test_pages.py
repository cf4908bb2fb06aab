"""The pages for users run: their Python in its order, their commands with the native tool; they print what they show.

`TESSERA_WRITE=1 pytest tests/test_pages.py` puts what is printed into the pages. In what a page shows, a line `...` stands for
any lines.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = ROOT / "Sources/Tessera/Documentation.docc"
if not PAGES.exists():
    pytest.skip("the articles are not beside the tests: their code is not run", allow_module_level=True)

# Code to run, and what is expected after it: a fenced block without a language, with at most a word or two between.
PIECE = re.compile(
    r"(?:^```python\n(?P<python>.*?)^```\n|(?P<shell>(?:^    \S[^\n]*\n)+))(?:\n(?:\S[^\n]*\n\n)?^```\n(?P<shown>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
# What installs is tried by `make wheel-test`; the example has a test of its own.
ELSEWHERE = ("make ", "pip ", "python python/examples/")


class Piece(NamedTuple):
    python: str | None
    commands: list[str]
    shown: str | None
    place: tuple[int, int]


def pieces(text: str) -> list[Piece]:
    found = []
    for match in PIECE.finditer(text):
        commands = [line.strip() for line in (match["shell"] or "").splitlines()]
        found.append(Piece(match["python"], commands, match["shown"], match.span("shown")))
    return found


def printed(piece: Piece, names: dict[str, Any], folder: pathlib.Path) -> str:
    if piece.python is not None:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(piece.python, names)
        return output.getvalue()
    text = ""
    for command in piece.commands:
        if command.startswith(ELSEWHERE):
            continue
        done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        text += done.stdout
    return text


def agrees(shown: str, found: str) -> bool:
    """Whether what is shown was printed; a line `...` is any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts), found) is not None


@pytest.fixture
def folder(tool: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A folder in which `tessera` is the native tool and `python` this one."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "tessera").symlink_to(tool)
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.mark.parametrize("name", ["ForRewardModels.md", "ForCurators.md"])
def test_pages_print_what_they_show(name: str, folder: pathlib.Path) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed: the pages are not run")
    text = (PAGES / name).read_text()
    names: dict[str, Any] = {}
    problems, changes, runs = [], [], 0
    for piece in pieces(text):
        if piece.python is not None and "tessera_rl.trl" in piece.python:
            continue  # a test of its own, below
        found = printed(piece, names, folder)
        runs += 1
        if piece.shown is not None and not agrees(piece.shown, found):
            problems.append(f"{piece.python or piece.commands}\nprinted\n{found}\nbut the page shows\n{piece.shown}")
            changes.append((piece.place, found))
    assert runs > 8
    if os.environ.get("TESSERA_WRITE"):
        for (start, end), found in reversed(changes):
            text = text[:start] + found + text[end:]
        (PAGES / name).write_text(text)
        return
    assert not problems, "\n\n".join(problems)


def test_the_trainer_of_the_page_trains(folder: pathlib.Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed: the page's trainer is not run")
    trl = pytest.importorskip("trl", reason="trl is not installed: the page's trainer is not run")
    pandas = pytest.importorskip("pandas")
    sys.path.insert(0, str(ROOT / "python/examples"))
    from bag_of_words import Bag

    import tessera_rl as tr
    from tessera_rl import made_up

    rows = list(made_up.rows())[:200]
    (piece,) = (one for one in pieces((PAGES / "ForRewardModels.md").read_text()) if "tessera_rl.trl" in (one.python or ""))
    names: dict[str, Any] = {"rows": pandas.DataFrame(rows), "tr": tr}
    exec(piece.python or "", names)
    bag = Bag(rows)
    config = trl.RewardConfig(
        output_dir=str(folder),
        max_steps=2,
        report_to="none",
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        disable_tqdm=True,
    )
    trainer = names["train"](bag.model(0), bag.tokenizer, config)
    assert trainer.state.global_step == 2


def test_a_page_that_shows_something_else_fails() -> None:
    assert agrees("a\n...\nd\n", "a\nb\nc\nd\n")
    assert agrees("a\n...\n", "a\n")
    assert not agrees("a\n...\nd\n", "a\nb\nc\n")
    assert not agrees("a.\n", "ab\n")
    (first, second) = pieces("```python\nx\n```\n\nprints\n\n```\n1\n```\n\n    ls\n    pwd\n\nwords\n")
    assert (first.python, first.shown) == ("x\n", "1\n")
    assert (second.commands, second.shown) == (["ls", "pwd"], None)
    assert shutil.which("sh")


def test_made_up_rows_end_where_their_reader_does() -> None:
    command = f"{sys.executable} -m tessera_rl.made_up | head -n 1"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith('{"prompt": "How do I ')
    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""
