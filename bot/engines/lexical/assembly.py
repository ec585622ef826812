"""Findings -> intent: each clause adds its act and its slots; what it takes back or replaces is worked out here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.degrees import settled
from bot.engines.lexical.alternatives import alternatives
from bot.engines.lexical.anchoring import compared, critiques, measured
from bot.engines.lexical.combining import denied, evaluated, facet_words, found_wanting, merged, overruled
from bot.engines.lexical.deciding import Case, Decider, Decision
from bot.engines.lexical.findings import Finders, Findings, Labelled
from bot.engines.lexical.lexicon import table, word_set
from bot.engines.lexical.roles import with_role
from bot.engines.lexical.spans import Span
from bot.engines.lexical.wishes import Ground, Wish
from bot.meeting import meets
from bot.types import Act, Intent, Mention, Order, Relative, Vague
from vectorstore.base import Constraint

_WEAK_TOPICS = ("", "affirm", "unclear", "hello")
_OF_ITEMS = ("why", "unrecorded")
_ASKING = ("ask_item", "compare", "why_not")


@dataclass(slots=True)
class _Draft:
    """An intent in the making; lives for one message."""

    acts: list[Act] = field(default_factory=list)
    topic: str = ""
    constraints: list[Constraint] = field(default_factory=list)
    retracted: list[Constraint] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    relatives: list[Relative] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    order: Order | None = None
    flags: set[str] = field(default_factory=set)
    vague: list[Vague] = field(default_factory=list)
    decided_by: str = "rules"


class Assembler:
    """Makes intents from findings."""

    def __init__(self, finders: Finders) -> None:
        """Use the same finders that made the findings."""
        self._finders = finders
        self._decider = Decider(finders.acts)
        self._unwanted: str = table("en.polarity")["unwanted"]

    def intent(self, findings: Findings) -> Intent:
        """The intent of one message, language and safety left to the caller."""
        draft = _Draft()
        self._raise_flags(findings, draft)
        decided = [self._decided(findings, item) if item.content else None for item in findings.clauses]
        serving = any(item.ruling.label == "support" for item in findings.clauses)
        serving = serving or any(found[1].act == "support" for found in decided if found)
        comparing = self._comparing([found[0] for found in decided if found])
        asking = any(case.named and decision.act == "ask_item" for case, decision in filter(None, decided))
        for item, found in zip(findings.clauses, decided, strict=True):
            if found is None:
                self._labelled(findings, item, draft)
                continue
            case, decision = found
            if comparing and self._which(case):
                draft.asked += self._decider.asked(case)
                continue
            if asking and self._names(case, decision):
                decision = Decision("ask_item")
            elif serving and decision.act != "support" and self._aside(case):
                decision = Decision("support")
            elif comparing and case.mentions:
                decision = Decision("compare")
            self._content(findings, case, decision, draft)
        return self._finished(findings, draft)

    def _decided(self, findings: Findings, item: Labelled) -> tuple[Case, Decision]:
        ground = Ground(findings.reading, findings.board, findings.polarity, findings.themes)
        wishes = self._finders.wishes.read(ground, item.clause.start, item.clause.end)
        case = self._decider.case(findings, item, wishes)
        return case, self._decider.decide(case)

    def _comparing(self, cases: Sequence[Case]) -> bool:
        """Whether one clause names several items and another asks about them: "Heat or Alien, which is longer?"."""
        named = sum(len(judged.span.mentions) for case in cases for judged in case.mentions)
        return named > 1 and any(self._which(case) for case in cases)

    def _which(self, case: Case) -> bool:
        """Whether a clause asks which of the items another clause names."""
        if case.mentions or case.wishes or any(span.constraints for span in case.spans):
            return False
        asks = bool(set(case.text.split()[:1]) & word_set("assembly_which"))
        return asks and self._finders.acts.says("compare", case.text)

    def _names(self, case: Case, decision: Decision) -> bool:
        """Whether a clause only names what another one asks about: "that Saturday 2, how heavy is it?"."""
        asks = self._finders.acts.says("request", case.text) or case.said or case.wishes
        return decision.act == "recommend" and bool(case.mentions) and not asks

    def _aside(self, case: Case) -> bool:
        """Whether a clause beside a service question only goes on with it: "how does that work?"."""
        pronouns = word_set("assembly_pronouns")
        named = any(m.text.casefold() not in pronouns for judged in case.mentions for m in judged.span.mentions)
        if case.wanting or named or case.clause.ruling.flags:
            return False
        says = self._finders.acts.says
        asks = says("request", case.text) or says("item", case.text)
        return not asks and (says("sentence", case.text) or says("question", case.text))

    def _raise_flags(self, findings: Findings, draft: _Draft) -> None:
        """Note the flags of content clauses, and take the words that raised them off the board."""
        for item in findings.clauses:
            if not item.content:
                continue
            offset = findings.reading.tokens[item.clause.start].start
            draft.flags |= set(item.ruling.flags)
            ranges = [found for spans in item.ruling.flags.values() for found in spans]
            for index in range(item.clause.start, item.clause.end):
                token = findings.reading.tokens[index]
                if any(offset + first <= token.start and token.end <= offset + last for first, last in ranges):
                    findings.board.block(index, index + 1)

    def _content(self, findings: Findings, case: Case, decision: Decision, draft: _Draft) -> None:
        draft.acts.append(decision.act)
        draft.topic = draft.topic or decision.topic
        draft.decided_by = decision.by if decision.by != "rules" else draft.decided_by
        if decision.act == "support":
            draft.questions.append(self._finders.acts.without("joint", case.clause.clause.text))
        elif decision.act in _ASKING:
            self._asked(findings, case, decision, draft)
        elif decision.act in ("recommend", "feedback"):
            self._wanted(findings, case, draft)

    def _labelled(self, findings: Findings, item: Labelled, draft: _Draft) -> None:
        """A clause of service, hand-over, small talk or another world."""
        label = item.ruling.label
        if label == "support":
            draft.acts.append("support")
            draft.mentions += [one for judged in findings.mentions(item.clause) for one in with_role(judged)]
            draft.questions.append(self._finders.acts.without("joint", item.clause.text))
        elif label == "handover":
            draft.acts.append("handover")
        elif label == "off_topic":
            draft.acts.append("out_of_scope")
            draft.topic = draft.topic or "off_topic"
        else:
            draft.acts.append("smalltalk")
            draft.topic = label if draft.topic in _WEAK_TOPICS else draft.topic

    def _asked(self, findings: Findings, case: Case, decision: Decision, draft: _Draft) -> None:
        """A question about items; one without an item means the one in focus, a comparison those shown."""
        years = [
            one
            for span in case.spans
            for one in span.constraints
            if one.op in ("is", "between") and span.kind == "range"
        ]
        draft.asked += [facet for facet in decision.asked if facet not in {constraint.facet for constraint in years}]
        for judged in case.mentions:
            found = with_role(judged, "mentioned" if judged.role == "liked" else judged.role)
            draft.mentions += [self._dated(mention, years) for mention in found]
        if case.mentions or case.named:
            return
        scene = findings.scene
        several = decision.act == "compare" or bool(set(re.findall(r"\w+", case.text)) & word_set("assembly_several"))
        ids = scene.shown if several else (scene.focus,) if scene.focus else ()
        draft.mentions += [Mention(case.text, id_, how="reference", confidence=0.7) for id_ in ids]

    def _dated(self, mention: Mention, limits: Sequence[Constraint]) -> Mention:
        """A title asked for with a year is not the one of another year: "do you have Dune from 1984?"."""
        item = self._finders.vocabulary.by_id.get(mention.item_id or "")
        if item is None or mention.how == "reference" or meets(item, limits):
            return mention
        return replace(mention, item_id=None, near=(item.id,), confidence=0.7)

    def _wanted(self, findings: Findings, case: Case, draft: _Draft) -> None:
        resembled = bool(case.wishes) or case.wanting
        asking = bool(set(case.text.split()[:1]) & word_set("assembly_asking"))
        for judged in case.mentions:
            if compared(findings, judged.span) and len(judged.span.mentions) > 1:
                continue
            liked = resembled and not (judged.said or asking or measured(findings, judged.span))
            draft.mentions += with_role(judged, "liked" if liked else None)
            if judged.role == "rejected" and not judged.span.mentions:
                draft.flags.add("more")
        for span in alternatives(findings, case.spans):
            self._span(findings, case, span, draft)
        for wish in case.wishes:
            self._wish(wish, draft)
        draft.dropped += [facet for facet in findings.corrections.dropped if facet not in draft.dropped]

    def _wish(self, wish: Wish, draft: _Draft) -> None:
        text = wish.text if wish.wanted else self._unwanted.format(wish=wish.text)
        if text.casefold() not in map(str.casefold, draft.wishes):
            draft.wishes.append(text)
        if wish.wanted:
            draft.words.append(text)

    def _span(self, findings: Findings, case: Case, span: Span, draft: _Draft) -> None:
        negative = findings.polarity.negative(span.start)
        if span.start in findings.polarity.lifted:
            return
        if span.relative:
            draft.relatives += critiques(findings, case, span)
        elif span.order:
            draft.order = draft.order or (None if span.soft and negative else span.order)
            if span.soft and case.wishes:
                draft.order = None
        elif span.start in findings.corrections.released and (findings.scene.shown or not negative):
            open_ = span.facet in findings.corrections.dropped
            unasked = span.kind == "vague" and not findings.scene.shown
            draft.retracted += () if open_ or unasked else span.constraints
        elif span.kind == "vague" and findings.scene.shown and (ways := found_wanting(findings, span)):
            draft.relatives += [Relative(span.facet, ways[c.op]) for c in span.constraints if c.op in ways]
        elif span.constraints:
            self._constraint(findings, span, negative, draft)

    def _constraint(self, findings: Findings, span: Span, negative: bool, draft: _Draft) -> None:
        corrections, wanted = findings.corrections, span.opposite if negative else span.constraints
        if span.wish:
            self._wish(Wish(span.wish, span.start, not negative), draft)
            wanted = () if negative else wanted
        if span.shares:
            draft.vague += [Vague(one, span.shares[negative]) for one in wanted]
        if negative and corrections.actually and span.kind in ("value", "person", "flag"):
            draft.retracted += span.constraints
        worded = span.kind in ("value", "person", "flag") and span.facet not in draft.dropped
        if not negative and corrections.replacing and findings.scene.shown and worded:
            draft.dropped.append(span.facet)
        draft.constraints = [one for one in draft.constraints if not overruled(one, wanted)]
        new = [one for one in wanted if one not in draft.constraints and not denied(one, draft.constraints)]
        draft.constraints += new

    def _finished(self, findings: Findings, draft: _Draft) -> Intent:
        acts = merged(draft.acts)
        constraints, vague = settled(draft.constraints, draft.vague, self._finders.vocabulary.by_id)
        if findings.scene.shown and "reset" not in draft.flags and self._refines(findings, draft):
            acts = tuple("refine" if act == "recommend" else act for act in acts)
            told = "feedback" in draft.acts and any(one.item_id in findings.scene.shown for one in draft.mentions)
            acts = evaluated(acts, draft.mentions, told=told)
        facts = facet_words(draft.constraints, self._finders.speeches)
        query = " ".join(dict.fromkeys([*draft.words, *facts])) if set(acts) & {"recommend", "refine"} else ""
        topic = draft.topic if not acts or set(acts) & {"smalltalk", "out_of_scope"} or draft.topic in _OF_ITEMS else ""
        return Intent(
            acts=acts,
            query=query or self._liked_titles(draft, acts),
            constraints=constraints,
            vague=vague,
            dropped=tuple(draft.dropped),
            retracted=tuple(dict.fromkeys(draft.retracted)),
            wishes=tuple(draft.wishes),
            order=draft.order,
            relatives=tuple(dict.fromkeys(draft.relatives)),
            mentions=tuple({(m.item_id or m.text, m.role): m for m in reversed(draft.mentions)}.values())[::-1],
            asked=tuple(dict.fromkeys(draft.asked)),
            question=" ".join(draft.questions),
            more="more" in draft.flags and bool(findings.scene.shown),
            surprise="surprise" in draft.flags and not draft.mentions,
            reset="reset" in draft.flags,
            topic=topic,
            confidence=0.9 if draft.decided_by == "rules" else 0.65,
            engines={"acts": draft.decided_by},
        )

    def _liked_titles(self, draft: _Draft, acts: Sequence[Act]) -> str:
        if not set(acts) & {"recommend", "refine"}:
            return ""
        ids = dict.fromkeys(m.item_id for m in draft.mentions if m.role == "liked" and m.item_id)
        return " ".join(self._finders.vocabulary.by_id[id_].title for id_ in ids)

    def _refines(self, findings: Findings, draft: _Draft) -> bool:
        """Whether a message adjusts what was asked before rather than asking anew."""
        if draft.relatives or draft.dropped or draft.retracted or draft.flags & {"more", "no_preference", "narrow"}:
            return True
        negative = draft.constraints and all(constraint.op == "not" for constraint in draft.constraints)
        shades = (
            draft.wishes
            and not draft.constraints
            and all(self._finders.acts.says("shade", wish) for wish in draft.wishes)
        )
        if shades or negative or findings.corrections.adding or "back" in draft.flags:
            return bool(shades or negative or findings.corrections.adding)
        fresh = any(self._fresh(findings, item) for item in findings.clauses if item.content)
        return bool(draft.constraints or draft.wishes or draft.order) and not fresh

    def _fresh(self, findings: Findings, item: Labelled) -> bool:
        """A request in full ("I want a ..."), a noun with its article, or an item to resemble."""
        first = findings.reading.tokens[item.clause.start].norm
        request = self._finders.acts.says("request", item.clause.lower)
        liked = any(judged.role == "liked" for judged in findings.mentions(item.clause))
        return request or liked or first in ("a", "an", "some", "any")
