"""An operator's rules as a file beside the catalogue: read, checked against what the catalogue holds, written whole.

`rules.json` is a list of objects: `action` (promote, bury, hide or in_stock), and what it is about: an `item_id`, or a
`constraint` of `facet`, `op` and `value`. It outlives every generation; a rule on what is no longer there stays and
touches nothing. What rules do is in `rules`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from rapidfuzz import process

from bot.errors import InvalidRequest
from bot.rules import name, scope
from bot.types import Rule, RuleAction, plain
from vectorstore.base import Constraint, Facet, Operator
from vectorstore.errors import BadConstraint
from vectorstore.files import make_folder, write_file

if TYPE_CHECKING:
    from vectorstore.index import ItemIndex

FILE = "rules.json"
MOST = 500
"""Rules of one catalogue: each costs a few microseconds a turn."""
_KEYS = ("action", "item_id", "constraint")
_ACTIONS: tuple[str, ...] = get_args(RuleAction)
_OPERATORS: tuple[str, ...] = get_args(Operator)

_log = logging.getLogger(__name__)


def load(root: Path) -> tuple[Rule, ...]:
    """The rules of the catalogue in ``root``; none where there is no file. A file that cannot be read is an error.

    Raises:
        InvalidRequest: the file is no list of rules.
    """
    try:
        text = (root / FILE).read_text("utf-8")
    except FileNotFoundError:
        return ()
    try:
        return tuple(_rule(row, place) for place, row in enumerate(json.loads(text)))
    except (ValueError, TypeError) as error:
        hint = "correct the file, or send the rules anew with PUT /v1/rules"
        raise InvalidRequest(f"{root / FILE} holds no rules: {error}", hint=hint) from error


def save(root: Path, rules: Sequence[Rule]) -> None:
    """Replace the rules of the catalogue in ``root``, whole or not at all. Raises StorageError."""
    make_folder(root)
    rows = [_row(rule) for rule in rules]
    write_file(root / FILE, json.dumps(rows, ensure_ascii=False, indent=1).encode())


def read(rows: Any, index: ItemIndex) -> tuple[Rule, ...]:
    """Rules out of JSON, each checked against the catalogue.

    Raises:
        InvalidRequest: which rule is wrong, why, and the nearest name that would be right.
    """
    if not isinstance(rows, list):
        raise InvalidRequest("rules must be a list", hint=f"send a list of objects with {', '.join(_KEYS)}")
    if len(rows) > MOST:
        raise InvalidRequest(f"{len(rows)} rules are too many", hint=f"at most {MOST}; a facet value covers many items")
    rules = tuple(_rule(row, place) for place, row in enumerate(rows))
    for place, rule in enumerate(rules):
        _check(rule, index, f"rules[{place}]")
    return rules


def described(rules: Sequence[Rule], index: ItemIndex) -> list[dict[str, Any]]:
    """Each rule as JSON with its name and how many items it touches now."""
    return [{**_row(rule), "name": name(rule), "touches": touches(rule, index)} for rule in rules]


def touches(rule: Rule, index: ItemIndex) -> int:
    """How many items a rule is about now."""
    try:
        return int(scope(index, rule).sum())
    except BadConstraint:  # the facet has another type since
        return 0


def usable(rules: Sequence[Rule], index: ItemIndex) -> tuple[Rule, ...]:
    """The rules that this catalogue can apply; one whose facet has another type now is left out, and said."""
    kept = []
    for rule in rules:
        try:
            scope(index, rule)
        except BadConstraint as error:
            _log.warning("the rule %r is not applied: %s", name(rule), error)
        else:
            kept.append(rule)
    return tuple(kept)


def _rule(row: Any, place: int) -> Rule:
    """One rule, its form checked."""
    where = f"rules[{place}]"
    if not isinstance(row, dict):
        raise InvalidRequest(f"{where} is not an object", hint=f"its keys are {', '.join(_KEYS)}")
    if unknown := sorted(set(row) - set(_KEYS) - {"name", "touches"}):
        raise InvalidRequest(f"{where} has an unknown key {unknown[0]!r}", hint=f"its keys are {', '.join(_KEYS)}")
    action, item_id = row.get("action"), row.get("item_id") or ""
    if action not in _ACTIONS:
        raise InvalidRequest(f"{where}.action is {_short(action)}", hint=f"choose one of {', '.join(_ACTIONS)}")
    if not isinstance(item_id, str):
        raise InvalidRequest(f"{where}.item_id is no text", hint="send the id of one item")
    constraint = _constraint(row["constraint"], where) if row.get("constraint") is not None else None
    if action != "in_stock" and not item_id and constraint is None:
        hint = "name an item_id, or a constraint such as {facet, op, value}"
        raise InvalidRequest(f"{where} does not say what to {action}", hint=hint)
    return Rule(action, item_id, constraint)


def _constraint(row: Any, where: str) -> Constraint:
    if not isinstance(row, Mapping) or set(row) != {"facet", "op", "value"}:
        hint = 'as in {"facet": "genres", "op": "is", "value": "drama"}'
        raise InvalidRequest(f"{where}.constraint needs facet, op and value", hint=hint)
    if row["op"] not in _OPERATORS:
        raise InvalidRequest(f"{where}.constraint.op is {_short(row['op'])}", hint=f"one of {', '.join(_OPERATORS)}")
    value = tuple(row["value"]) if isinstance(row["value"], list) else row["value"]
    several = value if isinstance(value, tuple) else (value,)
    sound = several and all(isinstance(one, (str, bool)) or _is_number(one) for one in several)
    if not isinstance(row["facet"], str) or not sound:
        raise InvalidRequest(f"{where}.constraint.value does not fit", hint="send a text, a number, or a list of them")
    return Constraint(row["facet"], row["op"], value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < 1e300


def _check(rule: Rule, index: ItemIndex, where: str) -> None:
    """Refuse a rule on what the catalogue does not have, with the nearest that it has."""
    if rule.item_id and rule.item_id not in index.items:
        hint = _nearest(rule.item_id, index.ids)
        raise InvalidRequest(f"{where}: there is no item {_short(rule.item_id)}", hint=hint)
    if rule.constraint is None:
        return
    facet = index.schema.get(rule.constraint.facet)
    if facet is None:
        names = [one.name for one in index.schema.facets]
        hint = f"{_nearest(rule.constraint.facet, names)}; known facets: {', '.join(names) or 'none'}"
        raise InvalidRequest(f"{where}: there is no facet {_short(rule.constraint.facet)}", hint=hint)
    try:
        index.columns.mask([rule.constraint])
    except BadConstraint as error:
        raise InvalidRequest(f"{where}: {error}", hint=error.hint) from error
    _check_values(rule.constraint, facet, where)


def _check_values(constraint: Constraint, facet: Facet, where: str) -> None:
    """Every named value of a column of words is one that some item holds."""
    if facet.type not in ("category", "multi") or constraint.op == "contains":
        return
    known = {value.casefold() for value, _ in facet.values} | set(facet.aliases)
    for value in constraint.value if isinstance(constraint.value, tuple) else (constraint.value,):
        if str(value).casefold() not in known:
            hint = _nearest(str(value), [value for value, _ in facet.values])
            raise InvalidRequest(f"{where}: no item has {facet.name} {_short(value)}", hint=hint)


def _nearest(text: str, known: Sequence[str]) -> str:
    """A hint that names what reads most like ``text``."""
    found = [choice for choice, score, _ in process.extract(text[:200], known, limit=3) if score >= 50]
    return f"did you mean {' or '.join(map(repr, found))}?" if found else "look it up with POST /v1/search"


def _short(value: Any) -> str:
    return repr(value)[:80]


def _row(rule: Rule) -> dict[str, Any]:
    """A rule as JSON; what it does not name is left out."""
    return {key: value for key, value in plain(rule).items() if value}
