"""Three of the conversations that must go right, in a real browser, with the assistant that a newcomer gets."""

from __future__ import annotations

import re


def years(chat) -> list[int]:
    """The years of the cards of the latest turn, in order."""
    titles = chat.page.evaluate(
        "Array.from([...document.querySelectorAll('.st-cards')].pop().querySelectorAll('.st-title'), e => e.innerText)"
    )
    return [int(re.search(r"\((\d{4})\)", title)[1]) for title in titles]


def minutes(chat) -> list[int]:
    """The running times that the cards of the latest turn show."""
    facts = chat.find(".st-cards").last.locator(".st-facts").all_inner_texts()
    return [int(found[1]) for fact in facts if (found := re.search(r"(\d+) minutes", fact))]


def test_exclusions_and_ranges_hold_while_older_moves_the_years(visit, real_site):
    """First "no Tom Cruise, and nothing over two hours", then "make it older"."""
    chat = visit(address=real_site).say("no Tom Cruise, and nothing over two hours")
    assert chat.texts(".st-wish") == ["without Tom Cruise", "at most 120 minutes"]
    assert max(minutes(chat)) <= 120
    before = years(chat)
    chat.say("make it older")
    assert {"without Tom Cruise", "at most 120 minutes"} <= set(chat.texts(".st-wish"))
    assert max(years(chat)) < max(before) and max(minutes(chat)) <= 120
    assert "Tom Cruise" not in " ".join(chat.texts(".st-record"))


def test_a_service_question_in_the_middle_keeps_every_wish(visit, real_site):
    """A cited answer to "how do I cancel my rental?", then "ok, back to films"."""
    chat = visit(address=real_site).say("a comedy under 100 minutes")
    wished = chat.texts(".st-wish")
    chat.say("how do I cancel my rental?")
    chat.find(".st-ref").first.click()
    assert "cancel" in chat.find(".st-source mark").first.inner_text().casefold()
    assert chat.texts(".st-wish") == wished
    chat.say("ok, back to films")
    assert chat.texts(".st-wish") == wished and max(minutes(chat)) < 100


def test_contradictory_wishes_show_near_misses_and_repairs_that_lead_somewhere(visit, real_site):
    """Every card says what it does not meet, and pressing a repair leads to films that meet it."""
    chat = visit(address=real_site).say("a western from the 1990s under 60 minutes")
    cards = chat.find(".st-card").count()
    assert cards and len(chat.texts(".st-unmet")) >= cards
    chat.during(lambda: chat.find(".st-chip-repair").first.click())
    assert chat.find(".st-cards").last.locator(".st-card").count() >= 1
    assert chat.find(".st-cards").last.locator(".st-unmet").count() == 0
