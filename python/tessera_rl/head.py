"""Reward heads: functions of contexts, trained on comparisons whose copies count together."""

from __future__ import annotations

import os
import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from ._columns import Rows
from ._data import Embed, read_with_contexts
from ._settings import Settings
from .errors import OptionError
from .weights import contexts_array


class RewardHead(Settings):
    """A small network from contexts to rewards, trained with the weighted loss.

    Args:
        hidden: Sizes of the hidden layers; () for a linear reward.
        weights: auto, none, local, voronoi, ... as for `RewardFit`.
        lambda_: auto, or the strength of the regularisation.
        steps, batch_size, learning_rate, runs: Of the training; with several runs the mean is the reward.
        normalize, center, pca: What is done to the contexts first.
        seed: The same seed gives the same bytes on any number of cores.
        embed, dimensions, with_prompt: As for `RewardFit`.

    >>> import numpy as np, tessera_rl as tr
    >>> x = np.linspace(-1, 1, 20, dtype=np.float32).reshape(-1, 1)
    >>> a, b = np.arange(1, 20), np.arange(19)
    >>> head = tr.RewardHead(hidden=(), weights="none", lambda_=0.01, learning_rate=0.05).fit((a, b), x)
    >>> bool(head.predict([[1.0]])[0] > head.predict([[-1.0]])[0])
    True
    """

    _result: _native.Result | None = None

    def __init__(
        self,
        *,
        hidden: Sequence[int] = (32, 32),
        weights: str = "auto",
        lambda_: float | str = "auto",
        lambda_convention: str = "local",
        steps: int = 500,
        batch_size: int = 512,
        learning_rate: float = 1e-3,
        runs: int = 1,
        normalize: bool = False,
        center: bool = False,
        pca: int | None = None,
        space: str = "bounding-box",
        samples: int = 100_000,
        seed: int = 0,
        embed: Embed = "auto",
        dimensions: int = 256,
        with_prompt: bool = False,
        threads: int | None = None,
        progress: bool | _native.Progress | None = None,
    ) -> None:
        self.hidden = hidden
        self.weights = weights
        self.lambda_ = lambda_
        self.lambda_convention = lambda_convention
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.runs = runs
        self.normalize = normalize
        self.center = center
        self.pca = pca
        self.space = space
        self.samples = samples
        self.seed = seed
        self.embed = embed
        self.dimensions = dimensions
        self.with_prompt = with_prompt
        self.threads = threads
        self.progress = progress

    def __sklearn_is_fitted__(self) -> bool:
        return self._result is not None

    @property
    def about(self) -> dict[str, Any]:
        """What was trained: sizes of the layers, runs, weights, lambda, losses."""
        self._fitted()
        return self._about

    def fit(
        self,
        comparisons: Rows,
        contexts: npt.ArrayLike | None = None,
        *,
        alternatives: Sequence[Any] | str | os.PathLike[str] | None = None,
        **reading: Any,
    ) -> RewardHead:
        """Trains the head. The arguments are those of `RewardFit.fit`."""
        data = read_with_contexts(
            comparisons,
            contexts,
            "builtin" if self.embed == "auto" else self.embed,
            alternatives=alternatives,
            reading=reading,
            keeps_prompts=True,
            with_prompt=self.with_prompt,
            dimensions=self.dimensions,
            seed=self.seed,
            threads=self.threads,
            progress=self.progress,
        )
        fit: dict[str, Any] = {
            "weights": self.weights,
            "lambda": self.lambda_,
            "lambdaConvention": self.lambda_convention,
            "normalize": self.normalize,
            "center": self.center,
            "space": self.space,
            "samples": self.samples,
            "seed": self.seed,
        }
        if self.pca is not None:
            fit["pca"] = self.pca
        settings = {
            "fit": fit,
            "hidden": [int(size) for size in self.hidden],
            "steps": self.steps,
            "batch": self.batch_size,
            "learningRate": self.learning_rate,
            "runs": self.runs,
        }
        self._take(_native.run("train head", settings, subject=data.result, threads=self.threads, progress=self.progress))
        return self

    def _take(self, result: _native.Result) -> None:
        self._result = result
        self._about: dict[str, Any] = result.document
        self.n_features_in_: int = int(self.about["sizes"][0])

    def _fitted(self) -> _native.Result:
        if self._result is None:
            raise OptionError("nothing was trained here; expected fit(...) or load_safetensors(...) before")
        return self._result

    def predict(self, contexts: npt.ArrayLike, *, return_std: bool = False) -> Any:
        """The reward of every row: the mean over the runs, and with `return_std` their deviation.

        Raises:
            DataError: for rows of another length than those of the training.
        """
        array = contexts_array(contexts)
        found = _native.run("score head", {}, {"contexts": array}, subject=self._fitted(), threads=self.threads).arrays()
        return (found["rewards"], found["deviations"]) if return_std else found["rewards"]

    def save_safetensors(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Writes the head as `tessera train` does: `tessera score` reads it."""
        target = pathlib.Path(path)
        _native.run("save head", {"file": os.fspath(target.absolute())}, subject=self._fitted())
        return target

    @classmethod
    def load_safetensors(cls, path: str | os.PathLike[str]) -> RewardHead:
        """Reads a head of `save_safetensors` or `tessera train`."""
        head = cls()
        head._take(_native.run("load head", {"file": os.fspath(pathlib.Path(path).absolute())}))
        head.hidden = tuple(int(size) for size in head.about["sizes"][1:-1])
        head.runs = int(head.about["runs"])
        return head

    def to_onnx(self, path: str | os.PathLike[str] | None = None) -> Any:
        """The head as an ONNX model, which any runtime computes: input `contexts`, output `rewards`.

        Args:
            path: Where it is written as well.

        Raises:
            ImportError: without the package onnx.
        """
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        arrays = self._fitted().arrays()
        sizes, runs = self.about["sizes"], int(self.about["runs"])
        axes, mean = arrays.get("axes"), arrays.get("mean")
        inputs = len(mean) if mean is not None else sizes[0]
        constants: list[Any] = []
        nodes: list[Any] = []

        def constant(name: str, values: npt.NDArray[Any]) -> str:
            constants.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float32), name))
            return name

        def node(operator: str, sources: list[str], target: str, **attributes: Any) -> str:
            nodes.append(helper.make_node(operator, sources, [target], **attributes))
            return target

        last = "contexts"
        if self.about["normalizes"]:
            last = node("LpNormalization", [last], "normalized", axis=1, p=2)
        if mean is not None:
            last = node("Sub", [last, constant("transform.mean", mean)], "centred")
        if axes is not None:
            last = node("MatMul", [last, constant("transform.axes", axes.T)], "reduced")
        prepared = last
        outputs = []
        for run in range(runs):
            last = prepared
            for layer in range(len(sizes) - 1):
                name = f"run.{run}.layer.{layer}"
                weight = constant(f"{name}.weight", arrays[f"{run}.{layer}.weight"].reshape(sizes[layer + 1], sizes[layer]))
                bias = constant(f"{name}.bias", arrays[f"{run}.{layer}.bias"])
                last = node("Gemm", [last, weight, bias], name, transB=1)
                if layer < len(sizes) - 2:
                    last = node("Relu", [last], f"{name}.rectified")
            outputs.append(last)
        total = node("Sum", outputs, "sum") if runs > 1 else outputs[0]
        count = constant("runs", np.array(float(runs)))
        scaled = node("Div", [total, count], "mean")
        shape = "shape"
        constants.append(numpy_helper.from_array(np.array([-1], dtype=np.int64), shape))
        node("Reshape", [scaled, shape], "rewards")
        graph = helper.make_graph(
            nodes,
            "tessera reward head",
            [helper.make_tensor_value_info("contexts", TensorProto.FLOAT, ["rows", inputs])],
            [helper.make_tensor_value_info("rewards", TensorProto.FLOAT, ["rows"])],
            constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        if path is not None:
            onnx.save(model, os.fspath(path))
        return model

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_result"] = None
        if self._result is not None:
            with tempfile.TemporaryDirectory() as folder:
                state["_bytes"] = self.save_safetensors(pathlib.Path(folder) / "head.safetensors").read_bytes()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        content = state.pop("_bytes", None)
        if content is not None:
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "head.safetensors"
                file.write_bytes(content)
                self._take(_native.run("load head", {"file": os.fspath(file)}))
        # Last: a stored head knows no losses of its training.
        self.__dict__.update({name: value for name, value in state.items() if name != "_result"})
