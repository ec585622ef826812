"""What could be said of an item, from its evidence: points, each with its worth. Wording is chosen later.

A point is personal when it answers something that the visitor said. Knows no other card and no alternatives of wording.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.claim_words import claim_words
from bot.parts import parts
from bot.phrasing import HAS, LIKED, ORDER, STANDING, WISH, Speaker
from bot.points import FEW, Point, plainly, point, share
from bot.requested import requested
from bot.senses import sense_of

SHORT_QUOTE, LONG_QUOTE = 16, 20
"""A quote of so many words stands in the sentence; the second where it is all that there is to say."""
UNTOLD = frozenset({"stock", "popularity", "year"})
"""Senses that are no fact to tell unasked: the year stands beside the title."""
BARE = frozenset({"year", "popularity"})
"""Senses whose value is not said with a place: it stands beside the title, or says nothing."""
NAMES = frozenset({"director", "author", "artist", "cast", "brand"})
"""Senses that tell more than a kind does."""
PRACTICAL = frozenset({"price", "runtime", "weight", "volume", "people", "pages", "brightness"})
"""Senses in which standing out helps to choose."""
NAMED, LIKE, SAID, SORTED, QUOTED, WHOLE, WORD, SLIGHT, LEAST = 3.2, 3.0, 3.0, 2.8, 2.6, 1.9, 1.4, 1.2, 0.8
"""What ties the item to the visitor, the surest tie first."""
STANDS, ALONE, DULL, MINE = 1.7, 1.4, 1.1, 0.6
"""What sets it apart from its neighbours: a number that helps to choose, a word of its own, any other number; and what
is added if the visitor asked about it."""
TOLD, CORE = 1.2, 1.0
"""Where the visitor said nothing yet: its own description, and what is added for what kind of thing it is."""


def points(speaker: Speaker) -> list[Point]:
    """Everything that can be said of the speaker's item."""
    answers = [*_named(speaker), *_liked(speaker), *_wished(speaker), *_sorted(speaker), *requested(speaker)]
    if not answers:
        return [*_described(speaker), *_plain(speaker, kinds=CORE)]
    return [*answers, *_standing(speaker), *_plain(speaker)]


def _named(speaker: Speaker) -> Iterator[Point]:
    """It comes nearest to a title that is not here."""
    for one in speaker.of("near")[:1]:
        yield point(LIKED, "title", ["near"], NAMED, {"title": one.value})


def _liked(speaker: Speaker) -> Iterator[Point]:
    """The liked item that it resembles most, or shares the most with."""
    for one in speaker.of("liked")[:1]:
        facets = [facet for name, _ in one.shared[:1] if (facet := speaker.schema.get(name))]
        if not facets:
            key, worth = ("led", LEAST) if one.degree == "led" else ("close", LIKE)
            yield point(LIKED, key, ["liked"], worth, {"title": one.value})
            continue
        key = speaker.voice.pick(LIKED, sense_of(facets[0]), "other")
        both = [pair for pair in one.shared if key != "genre" or pair[0] == facets[0].name]
        first, *rest = said = [speaker.voice.value(facet, value) for facet, value in both]
        topics = ["liked", *(facet for facet, _ in both)]
        given = {"title": one.value, "first": first, "rest": rest, "both": said}
        yield point(LIKED, key, topics, SLIGHT if one.degree == "slight" else LIKE, given)


def _wished(speaker: Speaker) -> Iterator[Point]:
    """What its record says where the visitor wished: in the description's words where these are few."""
    for one in speaker.of("wish")[:1]:
        whole = one.degree == "word"
        if not one.quote and not one.shared:
            yield point(WISH, "nearest", ["wish"], LEAST, {"wish": one.value})
        elif one.quote and len(one.quote.split()) <= SHORT_QUOTE:
            key, worth = ("said", SAID if whole else QUOTED) if one.shared else ("quote", QUOTED)
            wish = one.value if whole or not one.shared else ", ".join(word for word, _ in one.shared)
            yield point(WISH, key, ["wish"], worth, {"wish": wish, "quote": one.quote})
        elif one.shared:
            words = [word for _, word in one.shared]
            yield point(WISH, "word", ["wish"], WHOLE if whole else WORD, {"words": words})


def _sorted(speaker: Speaker) -> Iterator[Point]:
    """Its place in the order that was asked for."""
    for one in speaker.of("order"):
        facet, order = speaker.schema.get(one.facet), speaker.state.order
        if facet is None or order is None:
            continue
        sense = sense_of(facet)
        first = speaker.voice.pick(ORDER, f"{sense}_{order.direction}", f"other_{order.direction}")
        key = first if one.strength == 1 else "next_bare" if sense in BARE else "next"
        given = {"value": speaker.value(facet), "label": speaker.label(facet.name), "place": int(one.strength)}
        yield point(ORDER, key, [facet.name], SORTED, given)


def _standing(speaker: Speaker) -> Iterator[Point]:
    """In what it stands out from the cards beside it; personal where that is what the visitor asked about."""
    for one in speaker.of("tradeoff")[:1]:
        facet = speaker.schema.get(one.facet)
        if facet is None:
            continue
        label, sense = speaker.tradeoff(), sense_of(facet)
        mine = sense != "year" and any(facet.name == asked.facet for asked in speaker.of("constraint"))
        if one.value not in ("lower", "higher"):
            yield point(STANDING, "only", [facet.name], ALONE + MINE * mine, {"label": label}, personal=False)
            continue
        key = speaker.voice.pick(STANDING, f"{sense}_{one.value}", sense, "number")
        given = {"label": label, "value": speaker.value(facet), "n": speaker.among}
        worth = (STANDS if sense in PRACTICAL else DULL) + MINE * mine
        yield point(STANDING, key, [facet.name], worth, given, personal=mine)


def _described(speaker: Speaker) -> Iterator[Point]:
    """A short part of its description, where the visitor said nothing that it could answer; none that praises."""
    praise = claim_words(speaker.voice.locale).praise | claim_words("en").praise
    for part in parts(speaker.item.description)[:2]:
        words = part.casefold().split()
        if len(words) <= LONG_QUOTE and not praise & {word.strip(",.!?") for word in words}:
            yield point(HAS, "description", ["description"], TOLD, {"value": part}, personal=False)
            return


def _plain(speaker: Speaker, *, kinds: float = 0.0) -> Iterator[Point]:
    """Facts that nobody asked for, those that few items share first: what fills a sentence that would be short.

    ``kinds`` is added where what an item is has to be said first.
    """
    for place, facet in enumerate(speaker.schema.facets):
        cell, sense = speaker.item.facets.get(facet.name), sense_of(facet)
        if cell in (None, (), False) or sense in UNTOLD:
            continue
        value = speaker.words(facet, cell[:FEW]) if isinstance(cell, tuple) else speaker.value(facet)
        first = cell[0] if isinstance(cell, tuple) else cell
        rare = 1 - share(facet, first) if facet.values else 0.3
        worth = 0.4 * rare + 0.3 * (sense in NAMES) + 0.1 * (facet.type == "multi") - place / 100
        worth += kinds * (sense in ("genre", "kind"))
        given = {"value": value, "label": speaker.label(facet.name)}
        yield point(*plainly(speaker, facet), [facet.name], worth, given, personal=False)
