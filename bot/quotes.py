"""The part of a description that answers a wish, word for word, or nothing.

A wish and a part are compared by their words and in embedding space; what counts as an answer is measured against how
near the wish comes to the whole catalogue, so that it holds for any embedder. Knows no ranking and no phrases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.claim_words import claim_words
from bot.echoes import echoed, telling
from bot.parts import parts

if TYPE_CHECKING:
    from vectorstore.base import Embedder
    from vectorstore.index import ItemIndex

ECHOED, PARTLY, ALONE = 3.3, 4.4, 7.5
"""Standard deviations above the wish's mean cosine to the catalogue that a quote needs: of a part that says most
telling words of the wish, of one that says some, and of one that says none.

Of the parts without a word of the wish, those above 4.4 answer it no more often than not ("luminous colour" for
"lighter"); only far above is nearness alone to be trusted.
"""


@dataclass(frozen=True, slots=True)
class Quote:
    """``text`` stands in the description word for word; ``strength`` is its cosine to ``wish``.

    ``words`` are the telling words of the wish that it says too, each with how it says them; ``whole``: these are all.
    """

    wish: str
    text: str
    strength: float
    words: tuple[tuple[str, str], ...] = ()
    whole: bool = False


def quotes(
    index: ItemIndex, ids: Sequence[str], wishes: Sequence[str], *, embedder: Embedder
) -> dict[str, tuple[Quote, ...]]:
    """For each id the best part per wish that it answers, the surest first; ids without one are left out.

    One embedding call for all parts and one for the wishes; none without a wish.
    """
    owned = [(id_, part) for id_ in ids for part in parts(index.items[id_].description)]
    if not owned or not wishes:
        return {}
    vectors = embedder.embed([part for _, part in owned], kind="passage")
    asked = embedder.embed(list(wishes), kind="query")
    best: dict[tuple[str, str], Quote] = {}
    for wish, vector in zip(wishes, asked, strict=True):
        usual = _usual(index, vector)
        for (id_, part), cosine in zip(owned, vectors @ vector, strict=True):
            quote = quoted(wish, part, float(cosine))
            if answers(quote, *usual) and _surer(quote, best.get((id_, wish))):
                best[id_, wish] = quote
    found = {id_: [quote for (owner, _), quote in best.items() if owner == id_] for id_ in ids}
    return {id_: tuple(sorted(held, key=_sureness, reverse=True)) for id_, held in found.items() if held}


def quoted(wish: str, part: str, strength: float) -> Quote:
    """The part beside the wish, with the words that both say."""
    words = echoed(wish, part)
    return Quote(wish, part, strength, tuple(words.items()), bool(words) and tuple(words) == telling(wish))


def answers(quote: Quote, mean: float, deviation: float) -> bool:
    """Whether the part is near enough to the wish to be quoted for it.

    A part that denies something ("without the kids") is no answer to a wish that does not.
    """
    words = claim_words("en").negators
    if words & set(quote.text.casefold().split()) and not words & set(quote.wish.casefold().split()):
        return False
    most = 2 * len(quote.words) > len(telling(quote.wish))
    needed = ECHOED if most else PARTLY if quote.words else ALONE
    return (quote.strength - mean) / deviation >= needed


def _surer(quote: Quote, other: Quote | None) -> bool:
    return other is None or _sureness(quote) > _sureness(other)


def _sureness(quote: Quote) -> tuple[bool, bool, float]:
    """What says all words of the wish goes before what says some, that before what says none."""
    return quote.whole, bool(quote.words), quote.strength


def _usual(index: ItemIndex, vector: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation of a wish's cosines to the catalogue."""
    near = index.vectors @ vector
    return float(near.mean()), max(float(near.std()), 1e-3)
