"""A phraser's world in small: recommenders' dialogues of a few lines, a vocabulary, and networks that know nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import torch
from torch import Tensor, nn

from bot.engines.phraser.network import PhraserNetwork, Shape
from bot.engines.phraser.sheet import Cue, Slot
from bot.engines.phraser.storing import save
from bot.engines.phraser.words import Words
from bot.training.phrasing.recipe import PhrasingRecipe

RECIPE = PhrasingRecipe(
    steps=4, batch=4, every=2, minutes=5, visits=80, width=64, layers=1, vocabulary=400, dropout=0.0
)
FILMS = {
    "1": {"name": "Red Harbour (1999)", "genre": ["drama"], "director": ["Ann Lee"], "star": ["Bo Ek", "Cy Hu"]},
    "2": {"name": "Paper Lanterns (2001)", "genre": ["sci-fi", "comedy"], "director": ["Ann Lee"], "star": ["Di Fo"]},
}
SAID = (
    ("seeker", "something with Bo Ek like Paper Lanterns (2001)", ["2"]),
    ("recommender", "Well, Red Harbour (1999) is a great drama with Bo Ek.", ["1"]),
    ("recommender", "It is similar to Paper Lanterns (2001), and I loved it!", ["2"]),
    ("recommender", "If you like Ann Lee you might like this one too. Have you seen it?", []),
    ("recommender", "Its also a sci fi comedy. It won 3 prizes.", []),
)


def corpora(folder: Path) -> Path:
    """A folder of public data files: one dialogue on each side of the split, one of the test part."""
    (folder / "redial").mkdir(parents=True)
    with gzip.open(folder / "redial/id2info.json.gz", "wt", encoding="utf-8") as file:
        json.dump(FILMS, file)
    rows = [_dialogue(number, "train") for number in (1, 2, 3, 7)] + [_dialogue(99, "test")]
    with gzip.open(folder / "redial/dialogues.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def _dialogue(number: int, split: str) -> dict[str, object]:
    turns = [{"role": role, "text": text, "movie_ids": films} for role, text, films in SAID]
    return {"conversation_id": number, "split": split, "turns": turns}


def words() -> Words:
    """A vocabulary of a few words."""
    texts = ["a [genre] [noun] by [director] that runs [runtime]", "it is like [title], and it has [cast] in it"]
    return Words.learned(texts, most=260)


def network(tokens: int, *, seed: int = 1) -> PhraserNetwork:
    """An untrained network of one layer."""
    torch.manual_seed(seed)
    return PhraserNetwork(Shape(tokens, 64, 1)).eval()


def saved(folder: Path) -> Path:
    """A folder of weights that know nothing."""
    vocabulary = words()
    save(network(len(vocabulary)), vocabulary, folder)
    return folder


class Loud(nn.Module):
    """A network that cries slots and ends, given or not: what decoding keeps in check. ``noise`` 0: always alike."""

    def __init__(self, vocabulary: Words, *, seed: int = 0, noise: float = 1.0) -> None:
        super().__init__()
        self._noise = noise
        self._dice = torch.Generator().manual_seed(seed)
        self._loud = [*vocabulary.slots, vocabulary.id("<end>")]
        self._tokens = len(vocabulary)

    def forward(self, ids: Tensor, past: object = None) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """Logits; nothing is remembered."""
        logits = self._noise * torch.randn(*ids.shape, self._tokens, generator=self._dice)
        logits[..., self._loud] += 4
        return logits, [(torch.zeros(len(ids), 1, 1, 1), torch.zeros(len(ids), 1, 1, 1))]


def cue(relation: str, **slots: str) -> Cue:
    """A cue whose slots are all due but those that end in an underscore."""
    named = ((name.removesuffix("_"), words, not name.endswith("_")) for name, words in slots.items())
    return Cue(relation, tuple(Slot(*one) for one in named))
