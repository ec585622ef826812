"""When a person is called though nobody asked, and how the page and the terminal show one."""

from __future__ import annotations

import asyncio
import io

import pytest
from rich.console import Console

from bot import types
from bot.engines.understand_scripted import ScriptedUnderstander
from bot.memory import open_memory
from bot.terminal import talking as terminal
from bot.web.desk import Desk
from bot.web.page.handlers import Handlers
from bot.web.page.screen import Visit
from tests.films import assistant, only, said, text
from tests.support_desk import talking
from tests.web import settings, words

VISIT = Visit("127.0.0.1", "en")


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Nobody delivers here, and nobody is waited for."""
    monkeypatch.setattr("bot.handing_over.PATIENCE", 0.0)


def connected(folder, *, desk=True):
    """An assistant whose intents are scripted, with a desk or without."""
    asks = {word: types.Intent(acts=("support",), question=word) for word in ("zebra", "quokka", "wombat")}
    for word in ("how do I cancel my rental?", "How do I cancel my rental"):
        asks[word] = types.Intent(acts=("support",), question=word)
    asks |= {word: types.Intent(acts=("smalltalk",), topic="complaint") for word in ("useless", "you never listen")}
    asks |= {word: types.Intent(acts=("handover",)) for word in ("a person please", "human!", "charged twice, human!")}
    engine = ScriptedUnderstander(asks | {"hello": types.Intent(acts=("smalltalk",), topic="hello")})
    bot = assistant(folder, understander=engine, fallback=engine)
    bot.memory.close()
    bot.memory = open_memory(f"sqlite:///{folder / 'desk.db'}", desk=desk)
    return bot


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (["zebra", "quokka"], "abstained"),
        (["how do I cancel my rental?", "hello", "How do I cancel my rental"], "repeated"),
        (["useless", "you never listen"], "upset"),
        (["zebra", "hello", "hello"], None),
        (["useless", "hello", "useless"], None),
    ],
)
def test_a_person_is_called_where_we_fail(tmp_path, messages, reason):
    """Two questions without an answer, the same one again, two complaints in a row; said in words, once."""
    bot = connected(tmp_path)
    session = bot.open().id
    turns = [said(bot, session, message) for message in messages]
    assert [event for turn in turns[:-1] for event in only(turn, types.HandedOver)] == []
    handed = only(turns[-1], types.HandedOver)
    found = bot.memory.hand_overs.latest(session)
    if reason is None:
        assert handed == [] and found is None
        return
    assert (found.reason, found.status, handed[0].delivery) == (reason, "open", "waiting")
    assert found.id in text(turns[-1]) and "could not reach the support desk yet" in text(turns[-1])
    assert only(said(bot, session, messages[-1]), types.HandedOver) == []


def test_answers_that_do_not_help_call_one_too(tmp_path):
    """Two presses on "get more help"."""
    bot = connected(tmp_path)
    session = bot.open().id
    for _ in range(2):
        said(bot, session, "hello")
        bot.feedback(session, "unresolved", turn_id=bot.memory.turns(session)[-1].id)
    assert only(said(bot, session, "hello"), types.HandedOver)
    assert bot.memory.hand_overs.latest(session).reason == "unresolved"


def test_without_a_desk_a_person_is_offered_and_never_promised(tmp_path):
    """The abstention offers one; nothing is handed over unasked."""
    bot = connected(tmp_path, desk=False)
    session = bot.open().id
    turns = [said(bot, session, message) for message in ("zebra", "quokka", "quokka")]
    assert not any(only(turn, types.HandedOver) for turn in turns)


def test_without_a_desk_a_call_is_noted_and_nothing_is_promised(tmp_path):
    """The question goes along, of a mere call the one before it; a second call says the same."""
    bot = connected(tmp_path, desk=False)
    session = bot.open().id
    said(bot, session, "zebra")
    first, again = said(bot, session, "a person please"), said(bot, session, "human!")
    assert only(first, types.HandedOver)[0].ahead == 0
    assert "I have noted that you want a person" in text(first) and "I cannot say when" in text(first)
    assert "“zebra”" in text(first) and "a person please" not in text(first)
    assert "is in our team's list" in text(again)
    assert bot.memory.hand_overs.latest(session).summary == "Goal: Zebra."
    told = bot.open().id
    said(bot, told, "zebra")
    assert "“charged twice, human!”" in text(said(bot, told, "charged twice, human!"))
    alone = bot.open().id
    assert "with this conversation. Our team" in text(said(bot, alone, "human!"))


def html(screen):
    """Everything that the chat shows."""
    return "".join(part["value"] for message in screen.chat for part in message["content"])


def test_the_page_shows_who_speaks(tmp_path):
    """A person's words under their name, escaped; notes of the system; no reply while they have it; looks for more."""
    bot = talking(tmp_path, words)
    handlers = Handlers(Desk(bot, settings(tmp_path, per_minute=1000, per_minute_address=1000)))

    def say(kept, message):
        async def collect():
            return [screen async for screen in handlers.say(kept, VISIT, {"act": "say", "text": message})]

        return asyncio.run(collect())[-1]

    first = say(None, "something quiet")
    assert first.watch is False and handlers.look(first.kept, VISIT).chat is None
    session = first.kept["sessions"]["films"]
    over = bot.memory.hand_over(session, summary="s", reason="asked")
    bot.memory.persons.say(over.id, name="<b>Ada</b>", text="Hello <script>", words="Ada has joined.")
    looked = handlers.look(first.kept, VISIT)
    shown = html(looked)
    assert looked.watch and looked.kept["heard"] == 2 and handlers.look(looked.kept, VISIT).chat is None
    assert "Person: &lt;b&gt;Ada&lt;/b&gt;" in shown and "Hello &lt;script&gt;" in shown and "<script>" not in shown
    assert shown.index("AI assistant") < shown.index("Ada has joined.") < shown.index("Hello &lt;")
    held = say(looked.kept, "are you there?")
    assert html(held).count("st-turn") == 2 and 'data-status="held"' in html(held)
    assert "does not answer it" in html(held) and held.watch
    bot.memory.persons.resume(over.id, words="You are talking with the AI assistant again.")
    again = say(held.kept, "something funny")
    assert html(again).index("assistant again.") < html(again).index("something funny")
    assert again.watch is False and html(handlers.load(again.kept, VISIT)) == html(again)
    bot.memory.close()


def test_the_terminal_shows_who_speaks(tmp_path, monkeypatch):
    """Assistant, person and note are labelled; while a person has it nothing is answered."""
    bot, written = talking(tmp_path, words), io.StringIO()
    screen = Console(file=written, width=200, highlight=False, soft_wrap=True)
    typed = iter(["something quiet", "are you there?", ""])

    def read(_):
        session = bot.opened[-1]
        message = next(typed, None)
        if message is None:
            raise EOFError
        if message == "are you there?":
            over = bot.memory.hand_over(session, summary="s", reason="asked")
            bot.memory.persons.say(over.id, name="Ada", text="[bold]Hello", words="Ada has joined.")
        return message

    real, bot.opened = bot.open, []

    def noted(*asked, **named):
        session = real(*asked, **named)
        bot.opened.append(session.id)
        return session

    monkeypatch.setattr(bot, "open", noted)
    monkeypatch.setattr(screen, "input", read)
    monkeypatch.setattr(terminal, "out", screen)
    terminal.converse(bot)
    lines = [line.strip() for line in written.getvalue().splitlines() if line.strip()]
    assert lines.count("AI assistant") == 2
    assert "Person: Ada" in lines and "[bold]Hello" in lines
    assert "Note Ada has joined. Press Enter to look for an answer." in lines
    assert any(line.startswith("Note Your message is kept for Ada") for line in lines)
    bot.memory.close()
