"""Audits: the files of the tool, byte by byte, from a fit and from the command."""

from __future__ import annotations

import hashlib
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

FEW = ["--bootstraps", "5"]


@pytest.fixture(scope="module")
def path(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    file = tmp_path_factory.mktemp("data") / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def without_page(files: dict[str, bytes]) -> dict[str, bytes]:
    """All but the page, which says how it was made."""
    return {name: content for name, content in files.items() if name != "index.html"}


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def of_the_tool(tool: pathlib.Path, folder: pathlib.Path, *arguments: str | pathlib.Path) -> tuple[dict[str, bytes], str]:
    folder.mkdir()
    # The package has no library for figures of its own.
    done = subprocess.run(
        [tool, "audit", *arguments, "-o", "own", "--static"], cwd=folder, check=True, capture_output=True, text=True
    )
    return contents(folder / "own"), done.stdout


COMMAND = "import sys; from tessera_rl.command import main; sys.exit(main(sys.argv[1:]))"


def test_the_files_of_a_fit_are_those_of_the_tool(
    tool: pathlib.Path, with_its_blas: Callable[..., str], path: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    # lambda is given and no weights are asked for: a fit then keeps neither prompts nor contexts, and an audit reads again.
    settings = ["--lambda", "0.1", "--schemes", "local,horizon", "--seed", "3", "--center", "--duplicates-within", "0.4"]
    expected, said = of_the_tool(tool, tmp_path / "tool", path, *settings, *FEW)
    code = """import sys, tessera_rl as tr
fit = tr.RewardFit(weights="none", lambda_=0.1, seed=3, center=True).fit(sys.argv[1])
audit = fit.audit("ours", schemes=["local", "horizon"], duplicates_within=0.4, bootstraps=5)
print(audit, end="")"""
    printed = with_its_blas(code, path, cwd=tmp_path)
    ours = contents(tmp_path / "ours")
    assert without_page(ours) == without_page(expected)
    assert ours.keys() == expected.keys()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f'SHA-256 of rows.jsonl</td><td role="cell" data-label="Value">{digest}</td>'.encode() in ours["index.html"]
    assert printed + "Report: own/index.html\n" == said


def test_the_command_writes_and_says_what_the_tool_does(
    tool: pathlib.Path, with_its_blas: Callable[..., str], path: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    settings = ["--samples", "2000", "--pca", "3", "--normalize", "--with-prompt", "--dimensions", "32", "--pairs", "count"]
    expected, said = of_the_tool(tool, tmp_path / "tool", path, *settings, *FEW)
    assert with_its_blas(COMMAND, "audit", path, *settings, *FEW, "-o", "own", cwd=tmp_path) == said
    made = contents(tmp_path / "own")
    assert without_page(made) == without_page(expected)
    # What was typed is all that differs.
    assert made["index.html"] == expected["index.html"].replace(b" -o own --static", b" -o own")


def test_votes_between_names_are_audited_by_their_records(
    tool: pathlib.Path, with_its_blas: Callable[..., str], tmp_path: pathlib.Path
) -> None:
    random = np.random.default_rng(4)
    votes = tmp_path / "votes.csv"
    pairs = [random.choice(6, 2, replace=False).tolist() for _ in range(300)]
    lines = [f"m{a},m{b},{'left' if random.random() < 1 / (1 + np.exp((a - b) / 2)) else 'right'}" for a, b in pairs]
    votes.write_text("\n".join(["one,other,winner", *lines]) + "\n")
    options = ["--columns", "a=one,b=other", "--clone", "m2", *FEW]
    expected, said = of_the_tool(tool, tmp_path / "tool", votes, *options)
    assert with_its_blas(COMMAND, "audit", votes, *options, "-o", "own", cwd=tmp_path) == said
    assert without_page(contents(tmp_path / "own")) == without_page(expected)
    document = json.loads(expected["audit.json"])
    assert "behaviour" in document["contexts"]
    assert {attack["target"] for attack in document["attacks"]} == {"m2"}


def test_an_audit_says_what_it_wrote(tool: pathlib.Path, path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    expected, _ = of_the_tool(tool, tmp_path / "tool", path, "--lambda", "0.1", "--schemes", "local", *FEW)
    audit = tr.RewardFit(lambda_=0.1).fit(path).audit(tmp_path / "ours", schemes="local", bootstraps=5)
    assert sorted(str(file.relative_to(tmp_path / "ours")) for file in audit.files) == sorted(expected)
    assert audit.page == tmp_path / "ours" / "index.html"
    assert audit.document == json.loads((tmp_path / "ours" / "audit.json").read_text())
    document = json.loads(expected["audit.json"])
    assert audit.document.keys() == document.keys()
    assert audit.verdict.action == document["cloneVerdict"]["action"]
    assert audit.verdict.text.split(":")[0] in audit.summary
    # Another OpenBLAS can round otherwise.
    rewards = [[row["standard"]["reward"] for row in one["rewards"]] for one in (audit.document, document)]
    np.testing.assert_allclose(*rewards, atol=1e-9)


def test_declared_families_are_compared_and_marked(tool: pathlib.Path, path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fit = tr.RewardFit(lambda_=0.1).fit(path)
    families = dict.fromkeys(fit.ids[:3], "one")
    options = {"schemes": "horizon", "bootstraps": 2}
    audit = tr.RewardFit(lambda_=0.1).fit(path, families=families).audit(tmp_path / "ours", **options)  # type: ignore[arg-type]
    assert [scheme["name"] for scheme in audit.document["schemes"]] == ["standard", "families", "horizon"]
    assert {row["id"]: row["family"] for row in audit.document["rewards"] if "family" in row} == families
    assert 'data-label="Family">one</td>' in audit.page.read_text()
    # The command has them in a file, as the tool.
    file = tmp_path / "families.csv"
    file.write_text("id,family\n" + "".join(f"{name},one\n" for name in families))
    asked = ["--lambda", "0.1", "--schemes", "horizon", "--families", str(file), "--bootstraps", "2"]
    expected, _ = of_the_tool(tool, tmp_path / "tool", path, *asked)
    assert main(["audit", str(path), *asked, "-o", str(tmp_path / "own")]) == 0
    documents = [json.loads(text) for text in (expected["audit.json"], (tmp_path / "own/audit.json").read_bytes())]
    for document in (*documents, audit.document):
        found = [[row.get("family"), row["families"]["weight"]] for row in document["rewards"]]
        assert found == [[row.get("family"), row["families"]["weight"]] for row in documents[0]["rewards"]]


def test_contexts_in_memory_are_audited(tmp_path: pathlib.Path) -> None:
    contexts = np.array([[0, 0], [1, 0], [1, 1], [1, 1.001], [0, 1]], dtype=np.float32)
    pairs = [(i, j) for i in range(5) for j in range(i)]
    votes = ([i for i, _ in pairs], [j for _, j in pairs], [1.0 if (i * j) % 3 else 0.0 for i, j in pairs])
    library = tmp_path / "vega.js"
    library.write_text("/* drawn by nobody */")
    (tmp_path / "THIRD_PARTY_NOTICES").write_text("made by */ nobody")
    fit = tr.RewardFit(lambda_=0.1).fit(votes, contexts)
    audit = fit.audit(tmp_path / "audit", schemes="horizon", bootstraps=2, title="five <points>", library=library)
    page = audit.page.read_text()
    assert "five &lt;points&gt;" in page
    assert "/* drawn by nobody */" in page
    assert "made by * / nobody" in page
    assert [scheme["name"] for scheme in audit.document["schemes"]] == ["standard", "horizon"]
    # Distances within which everything is one group say little.
    assert "more than half" in fit.audit(tmp_path / "wide", schemes="horizon", bootstraps=2, duplicates_within=9).warnings[0]


def test_what_cannot_be_audited_says_why(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    fit = tr.RewardFit(lambda_=0.1).fit(path)
    for settings, message in (
        ({"schemes": "voronoj"}, "schemes names voronoj; did you mean voronoi"),
        ({"bootstraps": -1}, "bootstraps is -1"),
        ({"clone": "nobody"}, 'clone names "nobody"'),
        ({"duplicates_within": -1.0}, "expected a distance"),
    ):
        with pytest.raises(tr.OptionError, match=message):
            fit.audit(tmp_path / "audit", **settings)  # type: ignore[arg-type]
    with pytest.raises(tr.MissingError, match="nowhere"):
        fit.audit(tmp_path / "audit", library="nowhere.js")
    (tmp_path / "file").write_text("")
    with pytest.raises(tr.WriteError, match="folder cannot be made"):
        fit.audit(tmp_path / "file")
    with pytest.raises(tr.OptionError, match="expected fit"):
        pickle.loads(pickle.dumps(fit)).audit(tmp_path / "audit")
    assert main(["audit", str(path), "--schemes", "voronoj", "-o", str(tmp_path / "audit")]) == 64
    assert main(["audit", str(path), "-o", str(tmp_path / "file")]) == 73
