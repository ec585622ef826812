"""Versions of the prompts in whole turns: what a turn keeps, cases and replay, comparison, figures, publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.assistant import Assistant
from bot.errors import InvalidRequest, UnknownSession
from bot.memory import open_memory
from bot.memory.tables import turns
from bot.prompting import cases as case_files
from bot.prompting.cases import Case, Expect, expecting, of_turn
from bot.prompting.comparing import compare, summed
from bot.prompting.figuring import apart, differing, figures, share_dict
from bot.prompting.judging import failures
from bot.prompting.publishing import Blocked, Draft, Examined, examine_draft, publish
from bot.prompting.replaying import Player
from bot.prompting.running import run
from bot.shares import Share
from prompts import Library
from tests.films import cards, said, shelf, text
from tests.prompt_edits import put

WHY = {"why": "Warmer.", "author": "ada"}
TALK = ("something like Alien but funnier, after 1990", "newer please", "why the first one?", "surprise me", "thanks")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "prompts" / "published", tmp_path / "prompts")


@pytest.fixture
def bot(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """An assistant over the films that speaks what is published, with a database of its own."""
    monkeypatch.setattr("bot.assistant.HEAR_EVERY", 0.0)
    served = shelf()
    return Assistant({"films": lambda: served}, open_memory(f"sqlite:///{tmp_path / 'memory.db'}"), library)


def held(bot: Assistant, *messages: str) -> str:
    """A conversation; returns its session."""
    session = bot.open().id
    for message in messages:
        said(bot, session, message)
    return session


def edited(library: Library, name: str, words: str, **label: str) -> None:
    """Publish one edited file."""
    library.store.publish({f"{name}.md": words.encode()}, **WHY, **label)


# -- what a turn keeps ------------------------------------------------------------------------------------------------


def test_a_turn_keeps_the_version_and_every_prompt_that_spoke(bot, library):
    """In the database, the export, the end of the reply, and in the transcript for whoever takes over."""
    edited(library, "talk/reply", "## thanks\nMy pleasure.\n")
    session = bot.open().id
    done = said(bot, session, "thanks")[-1]
    said(bot, session, "I want to talk to a person")
    row, _ = bot.memory.export(session)["turns"]
    assert row["prompt_state"] == library.store.label("production").id
    assert row["prompts"] == list(done.prompts) and done.prompts[-1].startswith("talk/reply.en@1#")
    record = bot.memory.hand_over(session, summary="x", reason="asked")
    assert [line.get("prompts") for line in record.transcript if line["from"] == "assistant"] == [row["prompts"]]
    library.store.rollback(**WHY)
    assert bot.memory.past.turn(session, "1").prompt_state != said(bot, session, "thanks")[-1].turn_id
    assert bot.memory.past.turn(session, "3").prompt_state == library.store.find("1").id


def test_a_visitor_of_the_trial_hears_one_version_throughout(bot, library):
    """Every turn of a session has the same version; of many visitors both versions are heard."""
    edited(library, "talk/reply", "## thanks\nTwo.\n")
    edited(library, "talk/reply", "## thanks\nThree.\n", label="staging")
    library.store.begin_trial("staging", percent=50, **WHY)
    heard = set()
    for _ in range(12):
        session = bot.open().id
        replies = {text(said(bot, session, "thanks")) for _ in range(2)}
        assert len(replies) == 1
        heard |= replies
    assert heard == {"Two.", "Three."}


# -- cases ------------------------------------------------------------------------------------------------------------


def test_a_stored_turn_is_replayed_to_the_letter(bot, library, tmp_path):
    """From the YAML file of its case: the same items and words, whatever came before, chance and "why" included."""
    session = held(bot, *TALK)
    stored = bot.memory.turns(session)
    player = Player(bot)
    for number, turn in enumerate(stored, 1):
        case = of_turn(bot.memory.past.turn(session, str(number)), name=f"turn {number}")
        path = case_files.save(case, tmp_path / "cases")
        assert path.name == f"turn-{number}.yaml" and case_files.load(path) == (case,)
        again = player.play(case, library)
        assert (again.text, again.items, again.failed) == (turn.reply, case.items, "")
    player.close()
    assert len(case_files.load(tmp_path / "cases")) == len(TALK)
    assert len(bot.memory.turns(session)) == len(TALK)


def test_a_turn_of_older_days_is_replayed_from_what_the_one_before_left(bot, library):
    """A database whose turns have no state of their own yet still gives cases."""
    session = held(bot, "a science fiction film", "newer please")
    with bot.memory._transaction() as connection:
        connection.execute(update(turns).values(before=None))
    case = of_turn(bot.memory.past.turn(session, "2"))
    assert case.state.last_shown and Player(bot).play(case, library).items == case.items


def test_a_session_goes_by_its_id_or_the_digits_of_its_key(bot):
    """And nothing else; a turn by its number or id."""
    session = held(bot, "thanks")
    past = bot.memory.past.turn(session, "1")
    assert bot.memory.past.turn(past.session[:8], past.id) == past
    with pytest.raises(UnknownSession, match="no session"):
        bot.memory.past.turn("nobody", "1")
    with pytest.raises(InvalidRequest, match="no turn '7'"):
        bot.memory.past.turn(session, "7")


def test_expectations_are_typed_in_plain_words():
    """Each kind; a sentence is a note."""
    told = ["says=refund", "not=hurry", "words<=60", "cites", "items=alien-1979", "language=zh", "it should be kind"]
    assert expecting(told) == Expect(
        says=("refund",), avoids=("hurry",), items=("alien-1979",), words=60, cites=True, language="zh",
        note="it should be kind",
    )  # fmt: skip
    assert expecting(["cites=no"]).cites is False
    with pytest.raises(InvalidRequest, match="a number"):
        expecting(["words=few"])


@pytest.mark.parametrize("broken", ["name: x\n", "- a\n", "name: x\ncatalog: films\nmessage: y\ncolour: red\n", "a: ["])
def test_a_broken_case_is_named(tmp_path, broken):
    """File and reason."""
    (tmp_path / "x.yaml").write_text(broken)
    with pytest.raises(InvalidRequest, match=r"x\.yaml"):
        case_files.load(tmp_path)


# -- whole turns ------------------------------------------------------------------------------------------------------

CASE = Case("liked", "films", "something like Alien, after 1990", Expect(says=("1990",), words=120))
PLANTED = {
    "an invented award": (
        "explain/item",
        "## line\n- **{{ title | md }}** won 5 Oscars. {{ reason | md }}\n",
        "nothing supports",
    ),
    "an invented number": (
        "explain/frame",
        "## similar\nAll of these cost 300 dollars and run 999 minutes:\n",
        "nothing supports",
    ),
    "an expectation": ("explain/frame", "## similar\nHere you are:\n", "says '1990': it does not"),
    "too many words": ("explain/item", "## line\n- **{{ title | md }}** " + "word " * 60 + "\n", "at most 120 words"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_regression_in_whole_turns_is_caught(bot, library, tmp_path, name):
    """The claim check, what a case expects, and what every reply must be; the shipped prompts pass."""
    prompt, words, found = PLANTED[name]
    base = library.reading("shipped")
    (good,) = run(bot, [CASE], base, base=base)
    assert good.passed, failures(good.judged)
    put(tmp_path / "edit", prompt, words)
    (bad,) = run(bot, [CASE], library.reading(str(tmp_path / "edit")), base=base)
    assert not bad.passed
    assert any(found in f"{one.check}: {one.found}" for one in failures(bad.judged)), failures(bad.judged)


def test_two_versions_are_compared_on_stored_conversations(bot, library, tmp_path):
    """Same items, other words; broken, changed and same turns are told apart; a stop ends it with what there is."""
    held(bot, "a science fiction film", "thanks")
    held(bot, "how do I cancel my rental?")
    chosen = [of_turn(one) for one in bot.memory.past.latest(10)]
    a = library.reading("shipped")
    put(tmp_path / "b", "explain/item", "## line\n- {{ title | md }} it is. {{ reason | md }}\n")
    b = library.reading(str(tmp_path / "b"))
    found = summed(list(compare(bot, chosen, a, b)))
    assert (found.cases, found.conversations, found.items_changed, found.texts_changed) == (3, 2, 0, 1)
    assert (found.counts["changed"], found.counts["same"], found.wins, found.losses) == (1, 2, 0, 0)
    assert [ref.partition("@")[0] for ref in found.prompts] == ["explain/item.en"]
    assert summed(list(compare(bot, chosen, a, a))).counts["same"] == 3
    put(tmp_path / "c", "explain/item", "## line\n- {{ title | md }} won 7 Oscars.\n")
    pairs = list(compare(bot, chosen, a, library.reading(str(tmp_path / "c"))))
    assert summed(pairs).counts["broken"] == 1 and summed(pairs).losses == 1
    (broken,) = (pair for pair in pairs if pair.verdict == "broken")
    assert {"gone", "new"} <= {kind for kind, _ in broken.words}
    assert len(bot.memory.past.turn(*_first(bot)).history) == 0


def _first(bot: Assistant) -> tuple[str, str]:
    with bot.memory._transaction() as connection:
        row = connection.execute(select(turns.c.session_key).order_by(turns.c.created)).first()
    return row.session_key, "1"


# -- publication ------------------------------------------------------------------------------------------------------


def test_nothing_is_published_while_a_check_fails_that_must_hold(bot, library, tmp_path):
    """The findings are told; a good draft is published as it was tested, whatever the folder holds by then."""
    folder = tmp_path / "desk"
    put(folder, "talk/reply", "## thanks\n不客气。\n")
    draft = Draft.of(folder)
    _, alone = examine_draft(library, draft)
    with pytest.raises(Blocked) as caught:
        publish(library, draft, Examined(alone), **WHY)
    assert "an English wording with Chinese" in caught.value.problems[0] and not library.store.used
    put(folder, "talk/reply", "## thanks\nMy pleasure.\n")
    draft = Draft.of(folder)
    registry, alone = examine_draft(library, draft)
    ran = tuple(run(bot, [Case("thanks", "films", "thanks")], registry, base=library.reading("shipped")))
    put(folder, "talk/reply", "## thanks\nNever tested.\n")
    version = publish(library, draft, Examined(alone, ran), **WHY)
    assert (version.number, text(said(bot, bot.open().id, "thanks"))) == (2, "My pleasure.")
    assert Draft({}, folder).lacking(library) == ("talk/reply.md",)


# -- figures ----------------------------------------------------------------------------------------------------------


def test_the_figures_of_each_version_come_from_its_own_turns(bot, library):
    """Likes and dislikes of turns with items, what was undone left out; resolutions; hand-overs of conversations."""
    first = library.store.find("1").id
    liked = bot.open().id
    for card in cards(said(bot, liked, "a science fiction film"))[:2]:
        bot.feedback(liked, "like", item_id=card.item.id)
    undone = bot.open().id
    (card, *_) = cards(said(bot, undone, "a comedy"))
    bot.feedback(undone, "dislike", item_id=card.item.id)
    bot.feedback(undone, "undo", item_id=card.item.id)
    edited(library, "talk/reply", "## thanks\nTwo.\n")
    second = library.store.label("production").id
    other = bot.open().id
    (card, *_) = cards(said(bot, other, "a comedy"))
    bot.feedback(other, "dislike", item_id=card.item.id)
    done = said(bot, other, "how do I cancel my rental?")[-1]
    bot.feedback(other, "unresolved", turn_id=done.turn_id)
    bot.feedback(other, "resolved", turn_id=done.turn_id)
    said(bot, other, "I want to talk to a person")
    found = {one.state: one for one in bot.memory.effects.by_state()}
    assert (found[first].turns, found[second].turns) == (2, 3)
    assert (found[first].liked, found[first].disliked) == (Share(1, 2), Share(0, 2))
    assert (found[second].disliked, found[second].resolved) == (Share(1, 1), Share(1, 1))
    assert (found[first].handed_over, found[second].handed_over) == (Share(0, 2), Share(1, 1))
    told = figures(library.store.versions(), bot.memory.effects.by_state())
    assert [one.version.number for one in told] == [2, 1]
    assert told[1].as_dict()["resolved"]["value"] is None and told[1].as_dict()["liked"]["few"]
    future = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    assert bot.memory.effects.by_state(since=future) == ()


@pytest.mark.parametrize(
    ("count", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)]
)
def test_intervals_are_wilsons(count, of, low, high):
    """Published values: Newcombe (1998), table I, 81 of 263; and both ends."""
    told = share_dict(Share(count, of))
    assert (told["low"], told["high"]) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_difference_is_sure_only_where_the_intervals_part():
    """And only with enough behind both."""
    assert apart(Share(10, 100), Share(40, 100)) and not apart(Share(10, 100), Share(14, 100))
    assert not apart(Share(0, 10), Share(10, 10))
    assert list(differing(_effect(10), _effect(40))) == ["liked"]


def _effect(liked: int):
    from bot.memory.effects import Effect

    return Effect("s", 100, Share(liked, 100), Share(5, 100), Share(0, 0), Share(1, 50))
