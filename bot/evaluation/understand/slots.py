"""The slots of an intent, each with what counts as right in it: found against wanted, thing by thing.

Two kinds: of most slots the F1 is told, so that a thing too many counts against the reader; of references, titles and
whole intents the share that is right. Pure; knows no file and no reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from bot.evaluation.understand.cases import Case
from bot.evaluation.understand.labels import FLAGS
from bot.evaluation.understand.matching import same_constraint, same_title, same_wish, uniform, unmatched
from bot.types import Intent, Mention
from vectorstore.base import Constraint, Schema

T = TypeVar("T")
Kind: TypeAlias = Literal["F1", "share"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One slot of one message: how many things are ``right``, and in words which are too many and which are missed."""

    right: int
    extra: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def perfect(self) -> bool:
        """Whether nothing is missed and nothing too many."""
        return not (self.extra or self.missed)

    @property
    def wanted(self) -> int:
        """How many things are wanted."""
        return self.right + len(self.missed)


Slot: TypeAlias = Callable[[Intent, Case, Schema], Compared]


def acts(found: Intent, case: Case, schema: Schema) -> Compared:
    """The set of acts."""
    return _equal(found.acts, case.want.acts)


def constraints(found: Intent, case: Case, schema: Schema) -> Compared:
    """Facet, operator and value of each."""
    return _conditions(found.constraints, case.want.constraints, schema)


def retracted(found: Intent, case: Case, schema: Schema) -> Compared:
    """Facet, operator and value of what is taken back."""
    return _conditions(found.retracted, case.want.retracted, schema)


def negation(found: Intent, case: Case, schema: Schema) -> Compared:
    """Constraints that exclude, and what is taken back."""
    excluded = _conditions(_excluding(found.constraints), _excluding(case.want.constraints), schema)
    back = retracted(found, case, schema)
    return Compared(excluded.right + back.right, excluded.extra + back.extra, excluded.missed + back.missed)


def references(found: Intent, case: Case, schema: Schema) -> Compared:
    """Items pointed at, with their role, and items that a comparison is measured against."""
    wanted = [_named(one) for one in case.want.mentions if one.item_id and one.how == "reference"]
    return _equal([_named(one) for one in found.mentions] + _anchors(found), wanted + _anchors(case.want))


def linking(found: Intent, case: Case, schema: Schema) -> Compared:
    """Items named by their titles; the role is another matter."""
    wanted = [one.item_id for one in case.want.mentions if one.item_id and one.how == "title"]
    return _equal([one.item_id for one in found.mentions if one.item_id], [id_ for id_ in wanted if id_])


def not_in_catalogue(found: Intent, case: Case, schema: Schema) -> Compared:
    """Titles that the catalogue lacks, reported as such and not linked to something else."""
    linked = [one.text for one in found.mentions if one.item_id]
    unknown = [one.text for one in found.mentions if not one.item_id and one.how == "title"]
    kept = [text for text in unknown if not any(same_title(text, other) == 1 for other in linked)]
    return _paired(kept, [one.text for one in case.want.mentions if not one.item_id], same_title, str)


def mentions(found: Intent, case: Case, schema: Schema) -> Compared:
    """Every item named or pointed at, with its role."""
    return _paired(_once(found.mentions), _once(case.want.mentions), _same_mention, _named)


def wishes(found: Intent, case: Case, schema: Schema) -> Compared:
    """Wishes whose content words overlap, wanted or unwanted alike."""
    return _paired(found.wishes, case.want.wishes, same_wish, str)


def order(found: Intent, case: Case, schema: Schema) -> Compared:
    """The facet sorted by, and which way."""
    return _equal(*([f"{one.facet} {one.direction}"] if one else [] for one in (found.order, case.want.order)))


def relatives(found: Intent, case: Case, schema: Schema) -> Compared:
    """Comparisons: the facet, which way, and against what."""
    return _equal(*(
        [f"{one.facet} {one.direction}" + (f" than {one.anchor}" if one.anchor else "") for one in intent.relatives]
        for intent in (found, case.want)
    ))  # fmt: skip


def dropped(found: Intent, case: Case, schema: Schema) -> Compared:
    """Facets of which any value is fine again."""
    return _equal(found.dropped, case.want.dropped)


def asked(found: Intent, case: Case, schema: Schema) -> Compared:
    """Facets that a question is about."""
    return _equal(found.asked, case.want.asked)


def flags(found: Intent, case: Case, schema: Schema) -> Compared:
    """Something else, a surprise, starting over, danger."""
    return _equal(*(
        [name for name in FLAGS if getattr(intent, name)] + _danger(intent) for intent in (found, case.want)
    ))  # fmt: skip


def question(found: Intent, case: Case, schema: Schema) -> Compared:
    """Whether there is a service question."""
    return _equal(*(["a question"] if intent.question else [] for intent in (found, case.want)))


WHOLE: Mapping[str, Slot] = {
    "acts": acts, "constraints": constraints, "retracted": retracted, "dropped": dropped, "wishes": wishes,
    "order": order, "relatives": relatives, "mentions": mentions, "asked": asked, "question": question, "flags": flags,
}  # fmt: skip
"""The slots that make a whole intent, none in two of them."""


def exact(found: Intent, case: Case, schema: Schema) -> Compared:
    """The whole intent; search text, topic, language and confidence are another matter."""
    wrong = tuple(name for name, slot in WHOLE.items() if not slot(found, case, schema).perfect)
    return Compared(0, missed=("the whole",)) if wrong else Compared(1)


SLOTS: Mapping[str, tuple[Kind, Slot]] = {
    "acts": ("F1", acts), "constraints": ("F1", constraints), "negation": ("F1", negation),
    "references": ("share", references), "linking": ("share", linking), "not in catalogue": ("share", not_in_catalogue),
    "mentions": ("F1", mentions), "wishes": ("F1", wishes), "order": ("F1", order), "relatives": ("F1", relatives),
    "dropped": ("F1", dropped), "asked": ("F1", asked), "flags": ("F1", flags), "exact": ("share", exact),
}  # fmt: skip
"""Name -> what is told of it (F1, or the share that is right), and the comparison."""


def _conditions(found: Iterable[Constraint], wanted: Iterable[Constraint], schema: Schema) -> Compared:
    def likeness(one: Constraint, other: Constraint) -> float:
        return same_constraint(one, other, schema)

    return _paired(uniform(found), uniform(wanted), likeness, condition)


def _excluding(constraints: Iterable[Constraint]) -> list[Constraint]:
    return [one for one in uniform(constraints) if one.op == "not" or one.value is False]


def _equal(found: Iterable[str], wanted: Iterable[str]) -> Compared:
    """As sets."""
    have, want = list(dict.fromkeys(found)), list(dict.fromkeys(wanted))
    missed = tuple(one for one in want if one not in have)
    return Compared(len(want) - len(missed), tuple(one for one in have if one not in want), missed)


def _paired(
    found: Sequence[T], wanted: Sequence[T], likeness: Callable[[T, T], float], words: Callable[[T], str]
) -> Compared:
    extra, missed = unmatched(found, wanted, likeness)
    return Compared(len(wanted) - len(missed), tuple(map(words, extra)), tuple(map(words, missed)))


def _once(mentions: Iterable[Mention]) -> list[Mention]:
    """Each item and title once per role."""
    return list({(one.role, one.item_id or one.text): one for one in mentions}.values())


def _same_mention(found: Mention, wanted: Mention) -> float:
    if found.role != wanted.role or (found.item_id is None) != (wanted.item_id is None):
        return 0.0
    return float(found.item_id == wanted.item_id) if wanted.item_id else same_title(found.text, wanted.text)


def _named(mention: Mention) -> str:
    return f"{mention.role} {mention.item_id or '?' + mention.text}"


def _anchors(intent: Intent) -> list[str]:
    return [f"than {one.anchor}" for one in intent.relatives if one.anchor]


def _danger(intent: Intent) -> list[str]:
    return [intent.sensitive.removeprefix("refusal_")] if intent.sensitive else []


def condition(constraint: Constraint) -> str:
    """``year > 1990``, ``genres any comedy|drama``."""
    values = constraint.value if isinstance(constraint.value, tuple) else (constraint.value,)
    said = "|".join(f"{one:g}" if isinstance(one, float) else str(one) for one in values)
    return f"{constraint.facet} {constraint.op} {said}"
