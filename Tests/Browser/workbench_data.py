"""Files for the workbench's test, and what the tool says of them."""

from __future__ import annotations

import json
import math
import pathlib
import random
import subprocess
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORY = ROOT / "Examples/three-answers"
HOSTILE = "<img src=x onerror=document.title='run'>"


def before() -> dict[str, pathlib.Path]:
    """Three answers, before the copy came."""
    return {
        "rows": STORY / "without-clone.comparisons.jsonl",
        "alternatives": STORY / "without-clone.alternatives.jsonl",
    }


def story() -> dict[str, pathlib.Path]:
    """Three answers and a near-copy of one."""
    return {
        part: STORY / f"with-clone.{name}.jsonl" for part, name in [("rows", "comparisons"), ("alternatives", "alternatives")]
    }


def alpaca(data: pathlib.Path) -> dict[str, pathlib.Path] | None:
    """Answers of language models to a hundred prompts, with embeddings; nothing where they are not on this machine."""
    folder = data / "alpaca"
    parts = {"rows": "comparisons.jsonl", "alternatives": "alternatives.jsonl", "contexts": "embeddings.npy"}
    files = {part: folder / name for part, name in parts.items()}
    return files if all(file.exists() for file in files.values()) else None


def hostile(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Ids and texts that are markup, in rows of texts."""
    rows = []
    for number in range(12):
        chosen = f"{HOSTILE} answer {number % 3} </script><script>document.title='run'</script>"
        rows.append({"prompt": f"{HOSTILE} why?", "chosen": chosen, "rejected": f"another {number} {HOSTILE}"})
    file = folder / "<b>hostile</b>.jsonl".replace("/", "")
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return {"rows": file}


def many(folder: pathlib.Path, answers: int = 2_000, votes: int = 20_000, dimension: int = 256) -> dict[str, pathlib.Path]:
    """Answers around as many topics as there are hundreds of them, one in ten a near-copy of another, with votes."""
    draw = random.Random(11)
    centres = [[draw.gauss(0, 1) for _ in range(dimension)] for _ in range(answers // 20)]
    contexts: list[list[float]] = []
    for number in range(answers):
        if number > 20 and draw.random() < 0.1:
            base, spread = contexts[draw.randrange(number)], 0.01
        else:
            base, spread = centres[draw.randrange(len(centres))], 0.5
        contexts.append([x + draw.gauss(0, spread) for x in base])
    strength = [draw.gauss(0, 1) for _ in range(answers)]
    files = {"rows": folder / "many.jsonl", "alternatives": folder / "many.alternatives.jsonl"}
    with files["alternatives"].open("w") as file:
        for number, context in enumerate(contexts):
            file.write(json.dumps({"id": f"answer {number}", "context": [round(x, 5) for x in context]}) + "\n")
    with files["rows"].open("w") as file:
        for _ in range(votes):
            a, b = draw.sample(range(answers), 2)
            wins = draw.random() < 1 / (1 + math.exp(strength[b] - strength[a]))
            file.write(json.dumps({"a": f"answer {a}", "b": f"answer {b}", "winner": "a" if wins else "b"}) + "\n")
    return files


def fitted(tool: str, files: dict[str, pathlib.Path], *options: str) -> dict[str, Any]:
    """The document of `tessera fit` on the same files."""
    command: list[str | pathlib.Path] = [tool, "fit", files["rows"]]
    for part in ["alternatives", "contexts"]:
        if part in files:
            command += [f"--{part}", files[part]]
    run = subprocess.run([*command, "--format", "json", *options], capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"tessera fit ended with {run.returncode}: {run.stderr}")
    found: dict[str, Any] = json.loads(run.stdout)
    return found
