"""What cards say over whole conversations: something true and personal each, never the same twice, in every style."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.build import build
from bot.claims import check
from bot.errors import SettingsError
from bot.repeating import opening
from bot.settings import Settings
from bot.types import Card, Delta, Recommended
from prompts import STYLES

TURNS = {
    "films": (
        ("something like Alien but funnier, after 1990", "older please", "something else", "no horror"),
        ("a slow French film from the 60s", "something else", "not Breathless, I've seen it"),
        ("no Tom Cruise, and nothing over two hours", "make it older", "only comedies", "the shortest of them"),
        ("a film by Kurosawa with Toshiro Mifune", "the oldest first"),
        ("a quiet film for tonight", "in Japanese", "under 100 minutes", "more"),
        ("the oldest horror films you have", "after 1960", "not in English"),
        ("I loved Heat", "something longer", "without Al Pacino", "from the 1990s"),
        ("a funny heist film, not too long", "newer", "something else"),
        ("a thriller from the 1990s", "rated PG-13", "directed by Michael Mann"),
    ),
    "outdoor": (
        ("a light tent under 300 euros", "cheaper", "for two people"),
        ("waterproof hiking boots for women", "under 200 euros", "something else"),
        ("the cheapest backpack over 40 litres", "lighter", "more"),
        ("merino base layer", "not wool", "for men"),
        ("a red jacket", "by Skarvane", "the lightest", "something else"),
        ("a headlamp with at least 300 lumens, rechargeable", "cheaper"),
        ("a warm sleeping bag for winter", "no down", "under 250 euros"),
        ("a stove in stock", "runs on gas", "something to carry water in"),
    ),
}
"""Sixty turns over the two demos."""
PERSONAL = {"constraint", "liked", "wish", "order", "near"}


@pytest.fixture(scope="module")
def assistants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assistant]:
    """The offline assistant in every style, over the demos laid out once."""
    folder = tmp_path_factory.mktemp("reasons")
    return {style: build(_settings(folder, style)) for style in STYLES}


def _settings(folder: Path, style: str) -> Settings:
    return Settings.load(
        environ={"HOME": str(folder)}, data_dir=folder, profile="offline", memory_url="memory", style=style
    )


def replies(assistant: Assistant) -> Iterator[tuple[str, str, tuple[Card, ...], str]]:
    """Catalogue, message, cards and text of every turn."""
    for catalog, dialogues in TURNS.items():
        for dialogue in dialogues:
            session = assistant.open(catalog=catalog)
            for message in dialogue:
                events = list(assistant.reply(session.id, message))
                cards = [card for event in events if isinstance(event, Recommended) for card in event.cards]
                text = "".join(event.text for event in events if isinstance(event, Delta))
                yield catalog, message, tuple(cards), text


@pytest.fixture(scope="module")
def said(assistants: dict[str, Assistant]) -> dict[str, list[tuple[str, str, tuple[Card, ...], str]]]:
    """What is replied in every style."""
    return {style: list(replies(assistant)) for style, assistant in assistants.items()}


def test_there_are_sixty_turns_and_most_have_cards(said) -> None:
    """The tests below look at something."""
    turns = said["plain"]
    assert len(turns) >= 50 and sum(bool(cards) for *_, cards, _ in turns) >= 45


@pytest.mark.parametrize("style", STYLES)
def test_no_two_cards_of_a_reply_begin_alike(said, style: str) -> None:
    """The first two words of every reason differ within a reply, and so do the reasons."""
    alike = []
    for _, message, cards, _ in said[style]:
        begun = [opening(card.reasons[0], words=2) for card in cards if card.reasons]
        if len(set(begun)) < len(begun):
            alike.append((message, [card.reasons[0] for card in cards]))
    assert alike == []


@pytest.mark.parametrize("style", STYLES)
def test_every_card_has_a_reason_that_is_personal(said, style: str) -> None:
    """A visitor who asked for something gets cards whose evidence answers it, and a sentence on each."""
    bare = [
        (message, card.item.title)
        for _, message, cards, _ in said[style]
        for card in cards
        if not card.reasons or not any(one.kind in PERSONAL for one in card.evidence)
    ]
    assert bare == []


@pytest.mark.parametrize("style", STYLES)
def test_every_sentence_passes_the_claim_check(said, assistants, style: str) -> None:
    """Reasons, limits and labels are covered by the records in every style."""
    dropped = []
    for catalog, message, cards, _ in said[style]:
        index = assistants[style].shelf(catalog).items
        titles = [item.title for item in index.items.values()] if catalog == "films" else ()
        for card in cards:
            text = f"{card.item.title}: {card.reasons[0]}"
            quoted = [one.value for one in card.evidence if one.kind == "liked"]
            found = check(text, cards, index=index, said=[message, *card.reasons], allowed_titles=quoted)
            dropped += [(message, text)] if found.dropped else []
        assert titles is not None
    assert dropped == []


def test_nothing_is_said_twice_in_a_row(said) -> None:
    """No reply begins as the one before, and no reason comes back word for word in the next reply."""
    for (_, _, first, before), (_, _, second, after) in zip(said["plain"], said["plain"][1:], strict=False):
        if first and second:
            assert not {card.reasons for card in first} & {card.reasons for card in second}
            assert before != after


def test_styles_differ_and_terse_is_shortest(said) -> None:
    """The same cards are told in other words; terse says least."""
    lengths = {style: sum(len(text) for *_, text in turns) for style, turns in said.items()}
    assert len({turns[0][3] for turns in said.values()}) == len(STYLES)
    assert lengths["terse"] == min(lengths.values())


def test_an_unknown_style_is_refused(tmp_path: Path) -> None:
    """Before anything is loaded, with the styles that there are."""
    with pytest.raises(SettingsError, match="style 'shouted'") as error:
        build(_settings(tmp_path, "shouted"))
    assert "playful" in error.value.hint
