"""A frozen bag of words: vectors for texts, and models with a linear head over them that TRL trains. No network."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.modeling_outputs import SequenceClassifierOutput

WORD = re.compile(r"\w+")
WIDTH = 256


def tokenizer_of(rows: Sequence[Mapping[str, str]]) -> PreTrainedTokenizerFast:
    """A tokenizer that knows the words of the data."""
    words = sorted({word.lower() for row in rows for text in row.values() for word in WORD.findall(text)})
    vocabulary = {name: number for number, name in enumerate(["<unk>", "<pad>", "<eos>", *words])}
    own = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    own.normalizer = normalizers.Lowercase()
    own.pre_tokenizer = pre_tokenizers.Split(Regex(r"\W+"), "removed")
    return PreTrainedTokenizerFast(tokenizer_object=own, unk_token="<unk>", pad_token="<pad>", eos_token="<eos>")


class BagOfWords(PreTrainedModel):  # type: ignore[misc]
    """The sum of one vector for every word, at unit length, under a linear head. Only the head is trained."""

    config_class = PreTrainedConfig

    def __init__(self, config: Any, vectors: torch.Tensor) -> None:
        super().__init__(config)
        self.words = torch.nn.EmbeddingBag.from_pretrained(vectors, freeze=True, mode="sum")
        self.score = torch.nn.Linear(WIDTH, 1, bias=False)
        torch.nn.init.normal_(self.score.weight, std=0.02)
        self.post_init()

    def vectors(self, input_ids: torch.Tensor) -> torch.Tensor:
        """A vector for every text; padding is the zero vector."""
        return torch.nn.functional.normalize(self.words(input_ids), dim=-1)

    def forward(self, input_ids: torch.Tensor, **_: Any) -> SequenceClassifierOutput:
        """A reward for every text."""
        return SequenceClassifierOutput(logits=self.score(self.vectors(input_ids)))


def word_vectors(rows: Sequence[Mapping[str, str]], tokenizer: PreTrainedTokenizerFast) -> torch.Tensor:
    """A random direction for every word, the longer the rarer the word is; what is no word has none."""
    texts = {text for row in rows for text in row.values()}
    frequency = Counter(token for text in texts for token in set(tokenizer(text)["input_ids"]))
    rarity = [np.log((1 + len(texts)) / (1 + frequency[token])) for token in range(len(tokenizer))]
    vectors = torch.randn(len(tokenizer), WIDTH, generator=torch.Generator().manual_seed(0))
    vectors *= torch.tensor(rarity, dtype=torch.float).unsqueeze(1)
    vectors[:3] = 0
    return vectors


class Bag:
    """Tokenizer and vectors of one data set: models for TRL, and vectors for `RewardHead`."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        self.tokenizer = tokenizer_of(rows)
        self.words = word_vectors(rows, self.tokenizer)

    def model(self, seed: int) -> BagOfWords:
        """A model whose head is not trained."""
        torch.manual_seed(seed)
        return BagOfWords(PreTrainedConfig(num_labels=1, pad_token_id=self.tokenizer.pad_token_id), self.words)

    def apply(self, texts: Sequence[str], function: Callable[[torch.Tensor], torch.Tensor]) -> npt.NDArray[np.float32]:
        """What a function of tokens gives for texts."""
        parts = []
        for first in range(0, len(texts), 256):
            batch = self.tokenizer(list(texts[first : first + 256]), padding=True, return_tensors="pt")
            with torch.no_grad():
                parts.append(function(batch["input_ids"]))
        found: npt.NDArray[np.float32] = torch.cat(parts).numpy()
        return found

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A vector for every text, as models of sentence-transformers have it: `embed` takes it."""
        model = self.model(0)
        return self.apply(texts, model.vectors)
