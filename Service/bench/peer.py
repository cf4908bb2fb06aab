"""A reward server as it is usually written: FastAPI, uvicorn, NumPy. All runs of the model in one product a layer.

MODEL=model.safetensors uvicorn peer:app --port 9000
"""

import os

import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray
from pydantic import BaseModel
from safetensors import safe_open


class Body(BaseModel):
    """What /v1/rewards takes."""

    vectors: list[list[float]]


class Model:
    """The mean over the runs of a model that tessera train wrote on vectors without a transform."""

    def __init__(self, path: str) -> None:
        with safe_open(path, framework="np") as file:
            facts = file.metadata()
            runs, self.depth = int(facts["runs"]), int(facts["layers"])
            self.weights = [
                np.stack([file.get_tensor(f"run.{run}.layer.{layer}.weight").T for run in range(runs)])
                for layer in range(self.depth)
            ]
            self.biases = [
                np.stack([file.get_tensor(f"run.{run}.layer.{layer}.bias") for run in range(runs)])[:, None, :]
                for layer in range(self.depth)
            ]

    def scores(self, rows: NDArray[np.float32]) -> tuple[list[float], list[float]]:
        values = np.broadcast_to(rows, (self.weights[0].shape[0], *rows.shape))
        for layer in range(self.depth):
            values = values @ self.weights[layer] + self.biases[layer]
            if layer < self.depth - 1:
                values = np.maximum(values, 0)
        rewards = values[:, :, 0].astype(np.float64)
        return rewards.mean(0).tolist(), rewards.std(0, ddof=1).tolist()


app = FastAPI()
model = Model(os.environ["MODEL"])


@app.post("/v1/rewards")
async def rewards(body: Body) -> dict[str, list[float]]:
    means, spreads = model.scores(np.asarray(body.vectors, dtype=np.float32))
    return {"rewards": means, "spreads": spreads}
