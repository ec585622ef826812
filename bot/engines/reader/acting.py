"""The acts of a message: the rules' own, without what the reader denies and with what it is sure of. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.engines.lexical.combining import JUDGED
from bot.engines.lexical.deciding import GUESS
from bot.engines.lexical.lexicon import table
from bot.engines.reader.deciding import WISHED, Told
from bot.engines.reader.sheet import ACTS
from bot.engines.reader.trust import Trust
from bot.types import Act, Intent

NAMES: tuple[Act, ...] = ACTS[:10]  # type: ignore[assignment]
"""The reader's acts without its flags and dangers."""
WANTING: frozenset[Act] = frozenset({"recommend", "refine"})
"""Acts that ask for items."""
ON_ITEMS: frozenset[Act] = frozenset({"feedback", "ask_item", "compare", "why_not"})
"""Acts that are about an item which is named or shown."""
COURTESIES = frozenset({"hello", "how_are_you", "thanks", "bye"})
"""Topics of messages that are nothing else."""
HARDLY, NEVER = 0.1, 0.003
"""How likely a service matter must be at least that the rules see beside a wish, or that they see alone; the latter in
the form of a question beside a wish."""
_CHANGING = ("vague<", "vague>", "lower", "higher", "asc", "desc", "dropped")


def acts_of(intent: Intent, told: Told, trust: Trust, *, named: bool, shown: bool) -> tuple[Act, ...]:
    """The corrected acts; ``named``: the message names or points at an item, ``shown``: a list was shown before.

    Surprises, fresh starts, thanks and the wish for a person are said in words that the rules know: they stay, as does
    what words such as "back to the films" ask for.
    """
    if intent.surprise or intent.reset or intent.topic in COURTESIES:
        return intent.acts
    kept = _kept(intent, told, trust)
    barred = _barred(intent, told, trust, kept, named=named, shown=shown)
    new = [act for act in NAMES if told.acts[act] >= trust.act and act not in kept and act not in barred]
    found = _settled(intent, [*kept, *new], told.acts) or list(intent.acts)
    return tuple(found) if len(found) == 1 else tuple(act for act in found if act != "smalltalk")


def _kept(intent: Intent, told: Told, trust: Trust) -> list[Act]:
    """The rules' acts that the reader does not deny.

    Hardly denied is a service question beside a wish, unless the rules only guess it: they cut the message into
    clauses, the reader sees it as one; and never what is all that there is: a wish of which nothing is known, a service
    matter put as a question, unless that is a guess and the reader is sure of something else.
    """
    served, wanting, matter = "support" in intent.acts, bool(WANTING & set(intent.acts)), _matter(intent)
    asks = served and _questions().search(intent.question.lower()) is not None
    least = 0.0 if wanting and not (served or matter) else 1 - trust.deny
    guessed = intent.engines.get("acts", "").endswith(GUESS)
    other = any(told.acts[act] >= trust.act for act in NAMES if act != "support")
    alone = 0.0 if asks and not (guessed and other) else HARDLY
    beside = (NEVER if asks and not guessed else HARDLY) if wanting else least
    support = beside if matter else alone
    judged = any(one.how == "reference" and one.role in ("liked", "rejected") for one in intent.mentions)
    sure = {*_pointed(intent), "handover", *(("refine",) if intent.more else ()), *(("feedback",) if judged else ())}
    kept = [act for act in intent.acts if act in sure or told.acts[act] >= (support if act == "support" else least)]
    several = "compare" in kept and told.acts["ask_item"] < HARDLY
    return [act for act in kept if not (several and act == "ask_item")]


def _barred(
    intent: Intent, told: Told, trust: Trust, kept: Sequence[Act], *, named: bool, shown: bool
) -> frozenset[Act]:
    """What the reader may not add, however sure it is."""
    barred = set[Act]()
    if kept:  # what is beside anything else is not out of scope
        barred |= {"out_of_scope"}
    if not (named or shown):  # there is nothing to judge or to ask about
        barred |= ON_ITEMS
    if intent.topic == "why" or any(one.role in JUDGED or one.how == "reference" for one in intent.mentions):
        barred |= {"why_not"}  # nobody asks why there is none of what they see, have seen or rule out
    if intent.order or intent.constraints or intent.relatives:
        barred |= {"smalltalk"}
    if "ask_item" in intent.acts and sum(one.role == "mentioned" for one in intent.mentions) == 1:
        barred |= {"compare"}  # one item is compared with none
    if "compare" in kept or (not named and intent.constraints and WANTING & set(kept)):
        barred |= {
            "ask_item"
        }  # what is asked of several is a comparison; a change that names no item asks nothing of one
    idle = intent.acts in (("feedback",), ("ask_item",)) and not _changes(told, trust)
    served = "support" in kept and not _matter(intent)
    if idle or served or _pointed(intent):  # a mere verdict, service question or question changes no search
        barred |= WANTING
    return frozenset(barred)


def _settled(intent: Intent, acts: Sequence[Act], chances: Mapping[str, float]) -> list[Act]:
    """Of a new wish and a change one, the likelier; of a new wish and a question too, but where the rules saw both."""
    found = list(acts)
    if set(found) >= WANTING:
        found.remove("recommend" if intent.more else min(sorted(WANTING), key=lambda act: chances[act]))
    both: list[Act] = ["ask_item", "recommend"]
    if set(both) <= set(found) and not set(both) <= set(intent.acts):
        found.remove(min(both, key=lambda act: chances[act]))
    return found


def _changes(told: Told, trust: Trust) -> bool:
    """Whether the reader saw anything asked for beside a verdict."""
    wished = any(one.name in WISHED and one.sure >= trust.wish for one in told.tags)
    said = any(about[name] >= trust.about for about in told.about for name in _CHANGING)
    return wished or said or told.acts["more"] >= trust.flag


def _pointed(intent: Intent) -> tuple[Act, ...]:
    """The rules' acts that are about items which the message names or points at: two to compare, one to tell of."""
    named = sum(one.role == "mentioned" for one in intent.mentions)
    wanted = {
        "compare": named > 1,
        "why_not": named > 0,
        "ask_item": named > 0 and bool(intent.asked or intent.topic == "why"),
    }
    return tuple(act for act in intent.acts if wanted.get(act))


def _matter(intent: Intent) -> bool:
    """Whether the rules saw anything to look for."""
    said = (intent.constraints, intent.wishes, intent.mentions, intent.relatives, intent.dropped, intent.retracted)
    return any(said) or intent.order is not None or intent.more


@lru_cache(maxsize=1)
def _questions() -> re.Pattern[str]:
    """What tells a question from a statement."""
    return re.compile(table("en.acts")["forms"]["question"])
