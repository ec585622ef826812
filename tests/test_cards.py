"""Cards, replies and the panel as HTML: drawn from plain data, every text escaped, every control named."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import pytest

from bot.memory import StoredTurn
from bot.types import Card, Chip, DialogueState, Evidence, StateChanged
from bot.web.languages import language_of
from bot.web.page.cards import cards
from bot.web.page.conversation import begun, conversation, empty
from bot.web.page.drawings import Drawings
from bot.web.page.face import Face
from bot.web.page.markup import el, prose
from bot.web.page.profile import profile
from bot.web.page.reply_text import lead_and_rest
from bot.web.page.screen import PRESSES, Kept, read_asked, read_kept
from bot.web.page.wishes import wishes
from prompts import Registry
from vectorstore.base import Constraint, Facet, Item, Passage, Schema

SCHEMA = Schema((Facet("year", "number", role="year"), Facet("runtime", "number", unit="minutes")))
UNDER = Constraint("runtime", "<", 120.0)
HOSTILE = "<img src=x onerror=alert(1)> ${alert(1)} {{value}} \" ' `"


class _Reader(HTMLParser):
    """Collects the elements of a document, and checks that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html: str) -> _Reader:
    """The document's elements and text."""
    reader = _Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def registry():
    return Registry.load()


@pytest.fixture
def face(registry):
    passage = Passage(
        "refunds#when", "refunds", "Refunds", "When", "when", "We refund. Report it within 7 days. Thanks."
    )
    return Face(registry.voice("en", catalog="films"), SCHEMA, {passage.id: passage}, page_locale="en")


def card(**changes) -> dict:
    """A card as the `recommended` event holds it."""
    given = {
        "item": Item("alien", "Alien", "A crew meets something.", {"year": 1979.0, "runtime": 117.0}),
        "rank": 0,
        "score": 0.9,
        "reasons": ("Horror, 117 minutes long.",),
        "unmet": ("Does not meet: after 1990 (it is from 1979).",),
        "details": ("It meets under 120 minutes.",),
        "label": "the oldest of these",
        "facts": (("year", "1979"), ("running time", "117 minutes"), ("capacity", "4")),
        "evidence": (Evidence("constraint", "runtime", "117", constraint=UNDER),),
        "features": {"dense": 0.8, "unheard_of": 0.9, "popularity": 0.0},
    }
    return Card(**{**given, **changes}).as_dict()


def turn(**changes) -> StoredTurn:
    """A finished turn with one card."""
    events = ({"event": "recommended", "data": {"items": [card()], "total": 1}},)
    given = {"id": "t1", "message": "Hi", "reply": "", "status": "done", "events": events}
    return StoredTurn(**{**given, **changes}, created=datetime(2026, 11, 1, 12, 30))


def drawn(turns, registry, locale="en") -> str:
    """A whole conversation as one document."""
    faces = {name: Face(registry.voice(name, catalog="films"), SCHEMA, page_locale=locale) for name in ("en", "zh")}
    messages = conversation(turns, faces.__getitem__, Drawings(), locale=locale)
    return "".join(part["value"] for message in messages for part in message["content"])


def test_a_card_shows_title_year_facts_reason_verdict_and_scores(face):
    """Everything that the record and the evidence hold is there as text, the year beside the title alone."""
    text = " ".join(read(str(cards([card()], face, name="1"))).text.split())
    assert text.startswith("the oldest of these Alien (1979)".replace("these ", "these"))
    assert "running time 117 minutescapacity 4Horror, 117 minutes long.Meets under 120 minutes" in text
    assert "Does not meet: after 1990 (it is from 1979).Why this? AlienIt meets under 120 minutes." in text
    assert "0.80" in text and "unheard" not in text
    assert "A crew meets something." in text


def test_a_card_is_a_list_entry_with_a_heading_and_named_buttons(face):
    """The accessible names begin with the visible word and end with the title; pressable buttons say their state."""
    found = read(str(cards([card()], face, name="1"))).found
    assert ("ul", {"class": "st-cards", "role": "list", "aria-label": "Recommended films", "data-count": "1"}) in found
    assert ("h3", {"class": "st-title"}) in found
    buttons = [attributes for tag, attributes in found if tag == "button" and "aria-label" in attributes]
    named = {attributes["aria-label"]: attributes.get("aria-pressed") for attributes in buttons}
    assert named == {
        "Like: Alien": "false",
        "Not for me: Alien": None,
        "Not my taste: Alien": "false",
        "Seen it: Alien": "false",
        "Undo: Alien": None,
    }
    assert all(attributes["type"] == "button" for attributes in buttons)


def test_hostile_records_stay_text(face):
    """Markup, template marks and quotes from a record come out as the same text and make no element."""
    hostile = card(
        item=Item(HOSTILE, HOSTILE, HOSTILE, {}, image=f"javascript:{HOSTILE}"),
        reasons=(HOSTILE,),
        unmet=(HOSTILE,),
        details=(HOSTILE,),
        label=HOSTILE,
        facts=((HOSTILE, HOSTILE),),
    )
    reader = read(str(cards([hostile], face, name="1")))
    assert "img" not in [tag for tag, _ in reader.found]
    assert reader.text.count(HOSTILE) >= 7
    assert next(attributes for tag, attributes in reader.found if tag == "li" and "data-id" in attributes) == {
        "class": "st-card",
        "data-id": HOSTILE,
        "data-title": HOSTILE,
    }


def test_an_image_is_drawn_only_from_an_allowed_place(face):
    """A picture at an allowed origin is shown lazily with a text; from elsewhere, or without one, there is none."""
    face = replace(face, images=("https://pictures.example",))
    item = Item("a", "Alien", image="https://pictures.example/a.jpg")
    found = read(str(cards([card(item=item)], face, name="1"))).found
    image = next(attributes for tag, attributes in found if tag == "img")
    assert (image["src"], image["alt"], image["loading"]) == (item.image, "Picture of Alien", "lazy")
    elsewhere = Item("a", "Alien", image="https://pictures.example.evil/a.jpg")
    assert "<img" not in str(cards([card(), card(item=elsewhere)], face, name="1"))


def test_cards_are_the_same_to_the_byte_while_text_grows_around_them(registry):
    """The part with the cards does not change from the running turn to the stored one."""
    running = conversation_parts(turn(id="", status="running", reply="These fit"), registry)
    stored = conversation_parts(turn(reply="These fit what you asked for."), registry)
    assert [part for part in running if "st-cards" in part] == [part for part in stored if "st-cards" in part]


def conversation_parts(one: StoredTurn, registry) -> list[str]:
    """The parts of a reply."""
    face = Face(registry.voice("en", catalog="films"), SCHEMA, page_locale="en")
    return [part["value"] for part in conversation([one], lambda _: face, Drawings(), locale="en")[1]["content"]]


def test_what_a_card_says_is_not_said_twice():
    """The first paragraph leads; list entries that only repeat a card go, all else stays."""
    reply = "These fit.\n\n- **Alien** (1979): Horror, 117 minutes long. Does not meet: after 1990 (it is from 1979).\n"
    items = [card()]
    assert lead_and_rest(reply, items) == ("These fit.", "")
    assert (
        lead_and_rest(reply + "- **Alien** (1979): It won a prize.", items)[1] == "- **Alien** (1979): It won a prize."
    )
    assert lead_and_rest(reply + "\nYou may watch on two screens. [1]", items)[1] == "You may watch on two screens. [1]"
    assert lead_and_rest("Just words.\n\nAnd more.", []) == ("", "Just words.\n\nAnd more.")


def test_a_list_entry_that_is_still_being_written_waits():
    """Half an entry does not flash up before it is known to repeat a card."""
    assert lead_and_rest("These fit.\n- **Alien** (1979): Hor", [card()], finished=False) == ("These fit.", "")


def test_a_chinese_line_about_a_card_is_recognised():
    """Full-width marks around the title and after it are read too."""
    chinese = card(reasons=("恐怖，片长117分钟。",), unmet=())
    assert lead_and_rest("符合要求：\n\n- **《Alien》**（1979）：恐怖，片长117分钟。", [chinese]) == ("符合要求：", "")


def test_markdown_makes_no_links_images_or_markup():
    """Emphasis and lists are drawn; HTML, links and images of a model's text stay text."""
    html = str(prose("**bold** <b>x</b> [a](http://x.example) ![i](http://x.example/i.png)\n\n- one\n- two\n\n# no"))
    assert {tag for tag, _ in read(html).found} == {"p", "strong", "ul", "li"}
    assert str(prose("- one\n- two\nThe end.")).endswith("</ul>\n<p>The end.</p>\n")


def test_a_citation_opens_the_quoted_section(registry, face):
    """[1] in the text leads to a disclosure with the section, its quote marked."""
    cited = {
        "id": "refunds#when",
        "title": "Refunds",
        "heading": "When",
        "quote": "Report it within 7 days.",
        "url": None,
    }
    events = ({"event": "answered", "data": {"citations": [cited], "abstained": False}},)
    faces = {"en": face}
    message = conversation(
        [turn(reply="Within 7 days. [1] [2]", events=events)], faces.__getitem__, Drawings(), locale="en"
    )
    html = "".join(part["value"] for part in message[1]["content"])
    assert 'href="#st-src-1-1" data-act="source">[1]</a> [2]' in html
    assert '<details id="st-src-1-1"' in html
    assert "We refund. <mark>Report it within 7 days.</mark> Thanks." in html


def test_a_stopped_or_cut_reply_is_marked_and_can_be_tried_again(registry):
    """The mark is text, and "Try again" stands under the last turn only."""
    assert "(stopped)" in drawn([turn(status="stopped")], registry)
    both = drawn([turn(status="cut"), turn(id="t2", message="Other", status="stopped")], registry)
    assert "(cut off)" in both and both.count('data-act="retry"') == 1


def test_a_broken_turn_gives_way_to_the_same_message_tried_again(registry):
    """After "Try again" the message stands there once."""
    html = drawn([turn(status="failed", message="Twice"), turn(id="t2", message="Twice")], registry)
    assert html.count(">Twice</p>") == 1


def test_every_turn_speaks_its_own_language(registry):
    """A Chinese turn in an English conversation has Chinese buttons and says so in its ``lang``."""
    state = {"event": "state", "data": {"state": {"language": "zh"}}}
    html = drawn([turn(events=(*turn().events, state))], registry)
    assert 'lang="zh"' in html and "为什么推荐这个？" in html


def test_an_empty_conversation_offers_examples_and_says_what_it_is(face):
    """Greeting, examples as buttons, and that an AI answers."""
    html = empty(["A quiet film"], face)[0]["content"][0]["value"]
    assert 'data-act="say" data-text="A quiet film"' in html
    assert "AI assistant" in read(html).text
    assert "AI assistant" in read(begun(face)[0]["content"][0]["value"]).text


def test_wishes_are_removable_by_their_keys(face):
    """Each chip names what pressing it does."""
    html = str(wishes([Chip("wish:quiet", "“quiet”", "wish")], face))
    assert 'data-act="unwish" data-key="wish:quiet" aria-label="Remove: “quiet”"' in html
    assert str(wishes([], face)) == ""


def test_the_panel_says_what_is_known_and_where_from(face):
    """Sentences with the number of the latest message that said so, each with a delete button; and the own data."""
    understood = {
        "intent": {"constraints": [{"facet": "runtime", "op": "<", "value": 120.0}], "wishes": [], "mentions": []}
    }
    said = turn(events=({"event": "understood", "data": understood},))
    known = StateChanged(
        DialogueState(constraints=(UNDER,), likes=("alien",)),
        (Chip("constraint:runtime:<:120.0", "under 120 minutes", "constraint"),),
        likes=(("alien", "Alien"),),
    )
    html = str(profile(known, [turn(), said], face))
    text = read(html).text
    assert "You asked for: under 120 minutes.From message 2." in text
    assert 'data-act="forget" data-key="like:alien" aria-label="Remove: Alien"' in html
    assert "Download my data" in text and "Erase everything" in text
    assert "Nothing yet" in read(str(profile(None, [], face))).text


def test_languages_follow_the_browser_as_far_as_they_are_offered():
    """The most wanted offered language wins; a region falls back to its language, nonsense to English."""
    offered = ("en", "zh")
    assert language_of("zh-CN,zh;q=0.9,en;q=0.8", offered) == "zh"
    assert language_of("de;q=0.9, en;q=0.5, zh;q=0.7", offered) == "zh"
    assert language_of("fr, *;q=0.1", offered) == "en"
    assert language_of(";q=x,,", offered) == "en"


@pytest.mark.parametrize("data", [None, "like", {}, {"act": "drop tables"}, {"act": ["like"]}, {"act": 1}])
def test_unknown_presses_are_not_read(data):
    """What is not a known act is nothing."""
    assert read_asked(data, PRESSES) is None


def test_known_presses_are_bounded():
    """Fields of the wrong type are empty, long ones are cut, NUL characters go."""
    asked = read_asked({"act": "like", "id": "a\x00" + "b" * 9000, "reason": {"x": 1}}, PRESSES)
    assert asked is not None and len(asked.id) <= 500 and "\x00" not in asked.id and asked.reason == ""


def test_the_browsers_memory_is_read_only_as_far_as_it_fits():
    """A known catalogue and text ids are kept; anything else is forgotten."""
    assert read_kept(
        {"catalog": "films", "sessions": {"films": "s", "x": "y", "outdoor": 7}}, ("films", "outdoor")
    ) == (Kept("films", {"films": "s"}))
    assert read_kept([1, 2], ("films",)) == Kept("films")
    assert read_kept({"catalog": {}, "sessions": "no"}, ("films",)) == Kept("films")


def test_an_element_escapes_attributes_and_text():
    """Whatever is put in comes out as data."""
    assert str(el("p", HOSTILE, title=HOSTILE, hidden=True, lang=None)).startswith('<p title="&lt;img src=x')
    assert read(str(el("p", HOSTILE, title=HOSTILE))).found == [("p", {"title": HOSTILE})]
