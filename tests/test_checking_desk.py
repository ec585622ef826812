"""What `shelftalk doctor` says of the support desk: whether it answers, and what waits for it or was given up."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.errors import SettingsError, ShelftalkError
from bot.memory import open_memory
from bot.memory.tables import deliveries
from bot.settings import Settings
from bot.terminal.checking_desk import support_desk as look
from tests.support_desk import OTHER, SECRET, support_desk
from tests.web import settings


def connected(folder, url: str, **chosen) -> Settings:
    """Settings with a desk and a database of their own."""
    kept = f"sqlite:///{folder / 'memory.db'}"
    return settings(folder, handover_url=url, memory_url=kept, **{"handover_secret": SECRET, **chosen})


def waiting(found: Settings) -> str:
    """A hand-over that nobody has delivered yet; returns its id."""
    memory = open_memory(found.memory_url, desk=True)
    over = memory.hand_over(memory.open_session(catalog="films").id, summary="s", reason="asked")
    memory.close()
    return over.id


def test_without_a_desk_it_says_where_hand_overs_are(tmp_path):
    """Nothing is looked for."""
    assert look(settings(tmp_path)) == "none: hand-overs are kept, and listed by GET /v1/handovers"


def test_a_desk_that_answers_is_fine_whatever_it_answers(tmp_path):
    """What waits is counted; two secrets are told of; nothing is delivered by looking."""
    with support_desk() as desk:
        found = connected(tmp_path, desk.url)
        assert look(found) == "127.0.0.1 answers, one secret, 0 webhooks wait"
        waiting(found)
        rotating = connected(tmp_path, desk.url, handover_secret="", handover_secrets=(OTHER, SECRET))
        assert look(rotating) == "127.0.0.1 answers, 2 secrets, as while they are rotated, 1 webhooks wait"
        assert desk.attempts == [] and desk.forged == 0


def test_a_desk_that_does_not_answer_is_named_without_its_path(tmp_path):
    """With what becomes of hand-overs until then."""
    with support_desk() as desk:
        url = desk.url
    with pytest.raises(ShelftalkError) as caught:
        look(connected(tmp_path, url))
    assert str(caught.value).startswith("127.0.0.1 does not answer: Connect") and "/hook" not in str(caught.value)
    assert "SHELFTALK_HANDOVER_URL" in caught.value.hint and "hand-overs are kept" in caught.value.hint


def test_webhooks_that_were_given_up_are_a_mistake(tmp_path):
    """How many, and how to send them again."""
    with support_desk() as desk:
        found = connected(tmp_path, desk.url)
        waiting(found)
        memory = open_memory(found.memory_url)
        with memory._engine.begin() as connection:
            connection.execute(update(deliveries).values(state="dead", problem="HTTP 500"))
        memory.close()
        with pytest.raises(ShelftalkError, match="1 webhooks to") as caught:
            look(found)
    assert "/retry" in caught.value.hint and "state=dead" in caught.value.hint


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"url": "https://desk.example/hook", "handover_secret": ""}, "no secret to sign with"),
        ({"url": "http://desk.example/hook"}, "https"),
    ],
)
def test_a_desk_that_cannot_be_told_is_refused(tmp_path, chosen, said):
    """Without a secret, or over an open network, before anything is asked of it."""
    with pytest.raises(SettingsError) as caught:
        look(connected(tmp_path, **chosen))
    assert said in f"{caught.value} {caught.value.hint}"
