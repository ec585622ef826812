"""Which act a clause of content is: a question about items, a comparison, an evaluation, or a request.

Rules look at the form of the clause and at what it points at; what they leave open, nearness to examples decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.engines.lexical.acts import Acts
from bot.engines.lexical.findings import Findings, Labelled, blanked
from bot.engines.lexical.lexicon import word_set
from bot.engines.lexical.roles import Judged
from bot.engines.lexical.spans import Span
from bot.engines.lexical.wishes import Wish
from bot.types import Act

GUESS = "guess"
"""What decided a question that is like no example."""
_BRIEF = 4
_FEW = 6
"""Words of a question that leaves out what it is about."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The act of a clause, the facets it asks for, its topic, and what decided: "rules", "prototypes" or a `GUESS`."""

    act: Act
    asked: tuple[str, ...] = ()
    topic: str = ""
    by: str = "rules"


@dataclass(frozen=True, slots=True)
class Case:
    """One clause with all that was found in it. ``named``: an earlier clause named or pointed at an item."""

    text: str
    clause: Labelled
    spans: tuple[Span, ...]
    mentions: tuple[Judged, ...]
    wishes: tuple[Wish, ...]
    shown: tuple[str, ...]
    pointing: bool
    named: bool = False

    @property
    def wanting(self) -> bool:
        """Whether it holds conditions, critiques or an order."""
        return any(
            span.constraints or span.relative or (span.order and not span.soft) or span.kind == "drop"
            for span in self.spans
        )

    @property
    def said(self) -> bool:
        """Whether it says what the visitor thinks of an item."""
        return any(judged.said and judged.role != "mentioned" for judged in self.mentions)


class Decider:
    """Decides clauses."""

    def __init__(self, acts: Acts) -> None:
        """Use the rules and examples of ``acts``."""
        self._acts = acts

    def case(self, findings: Findings, item: Labelled, wishes: tuple[Wish, ...]) -> Case:
        """Gather what there is to decide by."""
        spans = tuple(findings.spans(item.clause))
        text = blanked(findings.reading, item.clause, [span for span in spans if span.kind == "title"])
        words = findings.reading.norms(item.clause.start, item.clause.end)
        named = any(
            bool(judged.span.mentions)
            for other in findings.clauses
            if other.content and other.clause.end <= item.clause.start
            for judged in findings.mentions(other.clause)
        )
        present = bool(findings.scene.shown or findings.scene.focus) or named
        pointing = present and bool(word_set("deciding_pointing") & set(words))
        mentions = tuple(findings.mentions(item.clause))
        return Case(text, item, spans, mentions, wishes, findings.scene.shown, pointing, named)

    def decide(self, case: Case) -> Decision:
        """The act of a clause that no rule labelled."""
        return self._about_items(case) or self._feedback(case) or self._request(case) or self._open(case)

    def _about_items(self, case: Case) -> Decision | None:
        says, text = self._acts.says, case.text
        if says("why_not", text) and case.mentions:
            return Decision("why_not")
        if says("why", text) and (case.mentions or case.pointing or case.shown) and not case.wanting:
            return Decision("ask_item", topic="why")
        if says("how_to", text) and case.mentions and not self._acts.asked(text):
            return Decision("support")
        if says("compare", text) and self._compares(case):
            asked = self.asked(case)
            return Decision("compare", asked=asked, topic="" if asked else self._unrecorded(case))
        if self._asks(case):
            asked = self.asked(case)
            return Decision("ask_item", asked=asked, topic="" if asked else self._unrecorded(case))
        return None

    def _unrecorded(self, case: Case) -> str:
        """The topic of a question about what no facet holds: "is it on 4k?", "which are good in the cold?"."""
        starts = set(case.text.split()[:1]) & (word_set("deciding_yes_no") | word_set("assembly_which"))
        asks = bool(starts) and bool(case.wishes) and bool(case.mentions or case.shown)
        return "unrecorded" if asks and not self._acts.says("have", case.text) else ""

    def _compares(self, case: Case) -> bool:
        pointed = sum(len(judged.span.mentions) for judged in case.mentions)
        if self._acts.says("not_compare", case.text) or (self._acts.says("request", case.text) and not pointed):
            return False
        return pointed > 1 or (
            bool(case.shown)
            and (bool(pointed) or case.text.startswith(("which", "what", "how", "compare", "and which")))
        )

    def _asks(self, case: Case) -> bool:
        says, text = self._acts.says, case.text
        about = bool(case.mentions) or case.pointing
        if case.said and (case.wanting or case.wishes or not says("question", text)):
            return False
        if "more" in case.clause.ruling.flags and case.wanting:  # "anything else by that director?"
            return False
        if set(text.split()[:1]) & word_set("deciding_denying") and not says("question", text):
            return False
        third = says("question", text) and not case.wanting and says("third", text)
        if says("about", text) and (about or third) and not case.said:
            return True
        if self._acts.asked(text) and self._bare_question(case, about):
            return True
        if self._acts.asked(text) and third:
            return True
        if self._titled(case) and says("wh", text) and not case.said and not says("request", text):
            return True
        if says("have", text) and self._titled(case) and not case.said:
            return True
        if (
            about
            and text.split()[:1]
            and text.split()[0] in word_set("deciding_yes_no")
            and says("question", text)
            and not says("request", text)
            and not case.said
        ):
            return bool(case.wishes or case.wanting) and not text.startswith("can you")
        return self._alone(case)

    def _bare_question(self, case: Case, about: bool) -> bool:
        """Words that ask for a facet, of an item or, when items were shown or named before, of the one in focus."""
        question = self._acts.says("question", case.text)
        if about and (question or not case.wanting):
            return not self._acts.says("request", case.text) or question
        present = bool(case.shown) or case.named
        return present and not case.wanting and not case.wishes and len(case.text.split()) <= _FEW

    def _titled(self, case: Case) -> bool:
        return any(mention.how == "title" for judged in case.mentions for mention in judged.span.mentions)

    def _alone(self, case: Case) -> bool:
        """A title and nothing else: "Alien?", or "what about Alien"."""
        alone = bool(case.mentions) and not case.said and not case.wanting and not case.wishes
        return alone and not case.clause.ruling.flags and not self._acts.says("request", case.text)

    def asked(self, case: Case) -> tuple[str, ...]:
        """The facets asked for by words, and those of the values in a yes-or-no question."""
        found = list(self._acts.asked(case.text))
        offered = self._acts.says("have", case.text) and self._titled(case)
        for span in () if offered else case.spans:
            facet = span.facet or (span.relative.facet if span.relative else span.order.facet if span.order else "")
            found += [facet] if facet else []
        return tuple(dict.fromkeys(found))

    def _feedback(self, case: Case) -> Decision | None:
        """An evaluation of something shown, and no wish beside it."""
        if case.said and not any(judged.span.mentions for judged in case.mentions):
            return self._unsaid(case)
        named = [mention for judged in case.mentions for mention in judged.span.mentions]
        referring = all(mention.how == "reference" or mention.item_id in case.shown for mention in named)
        settled = not case.wanting and not case.wishes and not self._acts.says("request", case.text)
        if case.said and settled and (referring or all(judged.role != "liked" for judged in case.mentions)):
            similar = any(judged.role == "liked" for judged in case.mentions) and self._acts.says("similar", case.text)
            return None if similar or case.clause.ruling.flags else Decision("feedback")
        return None

    def _unsaid(self, case: Case) -> Decision | None:
        """An evaluation of nobody knows what: asks back, but "not for me" is about the whole list."""
        if case.wanting or case.wishes or self._acts.says("request", case.text):
            return None
        return None if all(judged.role == "rejected" for judged in case.mentions) else Decision("ask_item")

    def _request(self, case: Case) -> Decision | None:
        """Anything that says what is wanted; a question or a mere wish may be about something else altogether."""
        says, text = self._acts.says, case.text
        if case.said or case.clause.ruling.flags or case.mentions:
            return Decision("recommend")
        if self._doubtful(case):
            return None
        brief = case.wishes or (len(text.split()) <= _BRIEF and not says("sentence", text))
        if case.wanting or says("request", text) or (brief and says("item", text)):
            return Decision("recommend")
        if not case.wishes and not (says("question", text) and len(text.split()) >= _BRIEF):
            return Decision("smalltalk", topic="affirm" if case.shown else "unclear")
        return None

    def _doubtful(self, case: Case) -> bool:
        """A general question, or "I need to know ...", that speaks of no items: its values may be there by chance."""
        says, text = self._acts.says, case.text
        if says("item", text) or case.shown or len(text.split()) < _BRIEF:
            return False
        asks = says("general", text) and not says("request", text)
        return asks or (says("loose", text) and not case.wanting and any(len(w.text.split()) > 1 for w in case.wishes))

    def _open(self, case: Case) -> Decision:
        """Only unknown words, or doubtful ones: nearness to examples decides, for questions and for whole sentences."""
        question = self._acts.says("question", case.text)
        doubtful = self._doubtful(case)
        if not (question or doubtful or self._acts.says("sentence", case.text)):
            return Decision("recommend")
        act, _ = self._acts.nearest(case.text)
        by = "prototypes" if act else GUESS
        if not act and question and not case.wanting:
            act = self._acts.fallback(case.text)
        if act == "ask_item" and not case.shown:
            act = "out_of_scope" if question else "recommend"
        topic = {"out_of_scope": "off_topic", "smalltalk": "affirm"}.get(act, "")
        return Decision(act or "recommend", topic=topic, by=by)  # type: ignore[arg-type]
