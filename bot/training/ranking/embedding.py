"""An embedder that learns to bring a need near to the text that answers it: softmax over cosines.

Wrong are the other texts of its group, and the right texts of the groups beside it in a batch (in-batch negatives).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import normalize

from bot.engines.encoder import EncoderNetwork
from bot.training.adapters import merged
from bot.training.curves import Chart
from bot.training.ranking.groups import Group
from bot.training.ranking.scoring import Placed, placed

SCALE = 20.0
"""What a cosine counts in the softmax, as sentence-transformers has it."""
LONGEST = 128
"""Tokens of a text that are read while it learns."""
TOGETHER = 16
"""Texts that one pass reads, alike in length."""
KEPT = 20_000
_CLS, _SEP = 101, 102


class Embedding:
    """An embedder in training. ``model`` is the folder of MiniLM, whose other files go beside the weights."""

    file = "model.safetensors"
    chart = Chart("nDCG@10", "nDCG@10 of groups held out")

    def __init__(self, network: EncoderNetwork, tokenizer: Tokenizer, place: torch.device, model: Path) -> None:
        """Train ``network``, which lies on ``place``."""
        self.network = network
        self._tokenizer, self._place, self._model = tokenizer, place, model
        self._tokens = lru_cache(KEPT)(self._ids)

    def losses(self, batch: Sequence[Group]) -> dict[str, Tensor]:
        """The cross-entropy between what is right and the softmax of a need's cosines."""
        needs, texts = self._needs(batch), self._texts(batch)
        firsts = torch.stack([own[0] for own in texts])
        found = []
        for row, (group, own) in enumerate(zip(batch, texts, strict=True)):
            others = torch.cat([firsts[:row], firsts[row + 1 :]])
            scores = SCALE * torch.cat([own, others]) @ needs[row]
            right = torch.tensor([*group.labels, *[0.0] * len(others)], device=scores.device)
            found.append(-(right / right.sum() * torch.log_softmax(scores, 0)).sum())
        return {"order": torch.stack(found).mean()}

    def judge(self, examples: Sequence[Group]) -> Placed:
        """How well the cosines order the texts of each group."""
        needs, texts = self._needs(examples), self._texts(examples)
        scores = [(own @ need).tolist() for need, own in zip(needs, texts, strict=True)]
        return placed(scores, [group.labels for group in examples])

    def save(self, folder: Path) -> None:
        """Leave a folder that sentence-transformers loads: the weights, and MiniLM's own files beside them."""
        encoder = merged(self.network).encoder
        for path in self._model.iterdir():
            if path.is_dir():
                shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
            elif path.name != self.file:
                shutil.copyfile(path, folder / path.name)
        weights = {name: one.detach().float().cpu().contiguous() for name, one in encoder.state_dict().items()}
        aside = folder / f"{self.file}.tmp"
        save_file(weights, aside, metadata={"format": "pt"})
        aside.chmod(0o644)  # safetensors leaves it to its owner alone
        aside.replace(folder / self.file)

    def _needs(self, groups: Sequence[Group]) -> Tensor:
        """``(groups, 384)`` unit rows."""
        return self._embedded([group.need for group in groups])

    def _texts(self, groups: Sequence[Group]) -> list[Tensor]:
        """``(texts, 384)`` unit rows of every group."""
        rows = self._embedded([text for group in groups for text in group.texts])
        return list(torch.split_with_sizes(rows, [len(group.texts) for group in groups]))

    def _embedded(self, texts: Sequence[str]) -> Tensor:
        """``(texts, 384)`` float32 unit rows: the means of the last hidden states, in mixed precision."""
        ids = [self._tokens(text) for text in texts]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        parts = [self._pass([ids[place] for place in order[at : at + TOGETHER]]) for at in range(0, len(ids), TOGETHER)]
        places = torch.empty(len(order), dtype=torch.long)
        places[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[places.to(self._place)]

    def _pass(self, several: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, several))
        rows = torch.tensor([[*one, *[0] * (longest - len(one))] for one in several], device=self._place)
        mask = (rows != 0).long()
        with torch.autocast(self._place.type, dtype=torch.bfloat16):
            hidden = self.network.encoder(rows, mask).float()
        mean = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return normalize(mean, dim=-1)

    def _ids(self, text: str) -> tuple[int, ...]:
        held = self._tokenizer.encode(text, add_special_tokens=False).ids[: LONGEST - 2]
        return (_CLS, *held, _SEP)
