"""Labels as short text -> the nouns of an intent: ``"genres not horror"`` becomes a constraint, checked by the schema.

A label is refused with the rule that it breaks, apart from its own text: of a sealed file only the rule may be told.
Knows no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from bot.types import Act, Intent, Mention, Order, Relative, Role
from bot.understanding import Vocabulary
from vectorstore.base import Constraint, Facet
from vectorstore.words import all_tokens

STAR = "*"
"""In a number's place: any number, one that depends on the catalogue ("cheap")."""
SENSITIVE = ("self_harm", "harm", "illegal", "personal_data", "injection")
FLAGS = ("more", "surprise", "reset")
LISTS = ("acts", "constraints", "dropped", "retracted", "wishes", "relatives", "mentions", "asked")
KNOWN = frozenset({*LISTS, *FLAGS, "order", "question", "sensitive"})
_WORD_OPS, _NUMBER_OPS = ("is", "not", "any"), ("is", "not", "any", ">=", "<=", ">", "<", "between")
_ARTICLES = frozenset({"a", "an", "the"})


class LabelError(Exception):
    """A label breaks a ``rule``; ``text`` is the label."""

    def __init__(self, rule: str, text: object = "") -> None:
        """Keep both apart."""
        super().__init__(f"{rule}: {text!r}" if text != "" else rule)
        self.rule = rule


def intent(want: Mapping[str, Any], vocabulary: Vocabulary, message: str, shown: Sequence[str]) -> Intent:
    """The labelled intent of a message. A number may be `STAR`; a question is only "asked" or not.

    A mention is a reference when its item was just ``shown`` and ``message`` does not say its title.

    Raises:
        LabelError: for the first label that the catalogue or the form does not allow.
    """
    _check_form(want)
    labels = {name: want.get(name, []) for name in LISTS}
    return Intent(
        acts=tuple(_one_of(get_args(Act), text, "an act that does not exist") for text in labels["acts"]),
        constraints=tuple(constraint(text, vocabulary) for text in labels["constraints"]),
        retracted=tuple(constraint(text, vocabulary) for text in labels["retracted"]),
        dropped=tuple(_facet(text, vocabulary).name for text in labels["dropped"]),
        asked=tuple(_facet(text, vocabulary).name for text in labels["asked"]),
        wishes=tuple(labels["wishes"]),
        order=_order(want["order"], vocabulary) if want.get("order") else None,
        relatives=tuple(_relative(text, vocabulary) for text in labels["relatives"]),
        mentions=tuple(_mention(text, vocabulary, message, shown) for text in labels["mentions"]),
        question="asked" if want.get("question") else "",
        sensitive=_one_of(("", *SENSITIVE), want.get("sensitive", ""), "a danger that does not exist"),
        **{name: want.get(name, False) for name in FLAGS},
    )


def constraint(text: str, vocabulary: Vocabulary) -> Constraint:
    """``"facet op value"``: values as the schema spells them, ``|`` between those of `any` and `between`."""
    facet = _facet(text, vocabulary, exact=False)
    op, _, value = text[len(facet.name) :].strip().partition(" ")
    numeric = facet.type in ("number", "date")
    if op not in (_NUMBER_OPS if numeric else _WORD_OPS) or not value.strip():
        raise LabelError("a constraint that is not `facet op value`, or with an op that its facet lacks", text)
    read: Callable[[str], Any] = _number if numeric else lambda one: _value(facet, one)
    values = tuple(read(one.strip()) for one in value.split("|")) if op in ("any", "between") else (read(value),)
    if op == "between" and not (len(values) == 2 and STAR not in values and values[0] <= values[1]):
        raise LabelError("`between` without a low and a high end", text)
    return Constraint(facet.name, op, values if op in ("any", "between") else values[0])  # type: ignore[arg-type]


def _check_form(want: Mapping[str, Any]) -> None:
    """Every slot is known and of its type, and there is an act."""
    if unknown := sorted(want.keys() - KNOWN):
        raise LabelError("a slot that does not exist", ", ".join(unknown))
    for name in LISTS:
        found = want.get(name, [])
        if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
            raise LabelError(f"{name} is not a list of texts", found)
    for name in (*FLAGS, "question"):
        if not isinstance(want.get(name, False), bool):
            raise LabelError(f"{name} is not true or false", want[name])
    for name in ("order", "sensitive"):
        if not isinstance(want.get(name, ""), str):
            raise LabelError(f"{name} is not a text", want[name])
    if not want.get("acts"):
        raise LabelError("no act")


def _one_of(allowed: Sequence[str], text: str, rule: str) -> Any:
    if text not in allowed:
        raise LabelError(rule, text)
    return text


def _facet(text: str, vocabulary: Vocabulary, *, exact: bool = True) -> Facet:
    """The facet that a label is, or, not ``exact``, begins with."""
    facets = sorted(vocabulary.schema.facets, key=lambda facet: -len(facet.name))
    for facet in facets:
        if text == facet.name or (not exact and text.startswith(f"{facet.name} ")):
            return facet
    raise LabelError("a facet that the schema lacks", text)


def _numeric(text: str, vocabulary: Vocabulary) -> str:
    facet = _facet(text, vocabulary)
    if facet.type not in ("number", "date"):
        raise LabelError("an order or a comparison on a facet without numbers", text)
    return facet.name


def _value(facet: Facet, text: str) -> str | bool:
    if facet.type == "flag":
        return bool(_one_of(("True", "False"), text, "a flag that is not True or False") == "True")
    if text not in {held for held, _ in facet.values}:
        raise LabelError("a value that the schema lacks, or spells in another way", f"{facet.name}: {text}")
    return text


def _number(text: str) -> float | str:
    if text == STAR:
        return STAR
    try:
        return float(text)
    except ValueError:
        raise LabelError("a number that is none", text) from None


def _order(text: str, vocabulary: Vocabulary) -> Order:
    facet, _, direction = text.rpartition(" ")
    return Order(_numeric(facet, vocabulary), _one_of(("asc", "desc"), direction, "an order not asc or desc"))


def _relative(text: str, vocabulary: Vocabulary) -> Relative:
    what, _, anchor = text.partition(" than ")
    facet, _, direction = what.rpartition(" ")
    way = _one_of(("lower", "higher"), direction, "a comparison not lower or higher")
    return Relative(_numeric(facet, vocabulary), way, _item(anchor, vocabulary) if anchor else None)


def _mention(text: str, vocabulary: Vocabulary, message: str, shown: Sequence[str]) -> Mention:
    role, _, what = text.partition(" ")
    _one_of(get_args(Role), role, "a role that does not exist")
    if what.startswith("?"):
        return Mention(what[1:].strip(), None, role)  # type: ignore[arg-type]
    item = vocabulary.by_id[_item(what, vocabulary)]
    pointed = item.id in shown and not _says(message, item.title)
    return Mention(item.title, item.id, role, "reference" if pointed else "title")  # type: ignore[arg-type]


def _item(text: str, vocabulary: Vocabulary) -> str:
    if text not in vocabulary.by_id:
        raise LabelError("an item that the catalogue lacks", text)
    return text


def _says(message: str, title: str) -> bool:
    """Whether a message says a whole title, its article left out."""
    words = all_tokens(title)
    core = words[1:] if len(words) > 1 and words[0] in _ARTICLES else words
    return bool(core) and f" {' '.join(core)} " in f" {' '.join(all_tokens(message))} "
