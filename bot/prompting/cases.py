"""Test cases: a turn as it was, with what should have happened, as readable YAML. Knows no engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from bot.errors import InvalidRequest
from bot.memory.past import PastTurn
from bot.memory.records import load_state
from bot.types import DialogueState, Message, Recommended, plain

_NAME = re.compile(r"[^a-z0-9]+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXPECTS = re.compile(r"^(?P<what>says|not|items|language|words|cites|note)\s*(?:<=|=|:)?\s*(?P<value>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expect:
    """What should happen. ``says`` and ``avoids`` are texts, ``items`` ids that must be shown, ``words`` the most.

    ``cites``: whether a help page must be quoted; None leaves it open. ``note`` tells a person what should be.
    """

    says: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    words: int = 0
    cites: bool | None = None
    language: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One turn to replay: what it began with, what the visitor said, what was replied then, and what should be.

    ``turn`` is the id that seeds what chance draws, ``conversation`` how the session's key begins; ``shown`` are the
    cards that "why this one?" asks about.
    """

    name: str
    catalog: str
    message: str
    expect: Expect = field(default_factory=Expect)
    state: DialogueState = field(default_factory=DialogueState)
    history: tuple[Message, ...] = ()
    turn: str = ""
    conversation: str = ""
    product_id: str = ""
    reply: str = ""
    items: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    shown: Sequence[Mapping[str, Any]] = ()


def of_turn(past: PastTurn, *, name: str = "", expect: Expect | None = None) -> Case:
    """A stored turn as a case."""
    asks_why = any(
        event["event"] == "understood" and event["data"]["intent"]["topic"] == "why" for event in past.events
    )
    cards = [card for event in past.earlier if event["event"] == Recommended.name for card in event["data"]["items"]]
    return Case(
        name=name or f"{slug(past.message)}-{past.session[:6]}-{past.number}",
        catalog=past.catalog,
        message=past.message,
        expect=expect or Expect(),
        state=past.state,
        history=past.history,
        turn=past.id,
        conversation=past.session[:12],
        product_id=past.product_id,
        reply=past.reply,
        items=past.items,
        prompts=past.prompts,
        shown=tuple(cards) if asks_why else (),
    )


def expecting(told: Iterable[str]) -> Expect:
    """Expectations as they are typed: ``says=refund``, ``not=hurry``, ``words<=60``, ``items=alien-1979``, ``cites``,
    ``cites=no``, ``language=zh``; any other sentence is a note. Raises InvalidRequest.
    """
    found: dict[str, Any] = {"says": [], "avoids": [], "items": [], "note": []}
    for text in told:
        match = _EXPECTS.match(text.strip())
        what, value = (match["what"], match["value"].strip()) if match else ("note", text.strip())
        if what in ("says", "not", "items", "note"):
            found["avoids" if what == "not" else what].append(value)
        elif what == "words" and not value.isdigit():
            raise InvalidRequest(f"words needs a number, found {value!r}", hint="write it as words<=60")
        else:
            found[what] = int(value) if what == "words" else value != "no" if what == "cites" else value
    lists = {name: tuple(found[name]) for name in ("says", "avoids", "items")}
    return Expect(**{**found, **lists, "note": " ".join(found["note"])})


def save(case: Case, folder: Path) -> Path:
    """Write a case as ``NAME.yaml``, in place of one of that name; it appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{slug(case.name)}.yaml"
    fresh = path.with_suffix(".new")
    fresh.write_text(dump([case]), "utf-8")
    return fresh.replace(path)


def dump(cases: Iterable[Case]) -> str:
    """Cases as YAML, each a document; what is empty is left out."""
    text: str = yaml.safe_dump_all((_told(case) for case in cases), sort_keys=False, allow_unicode=True, width=120)
    return text


def load(path: Path) -> tuple[Case, ...]:
    """The cases of a file, or of every ``*.yaml`` of a folder, by name. Raises InvalidRequest naming what is wrong."""
    if path.is_dir():
        return tuple(case for one in sorted(path.glob("*.yaml")) for case in load(one))
    try:
        documents = list(yaml.load_all(path.read_text("utf-8"), Loader=_LOADER))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}", hint="name a file of cases, or a folder") from error
    return tuple(_cases(documents, path))


def _cases(documents: Sequence[Any], path: Path) -> Iterator[Case]:
    for number, told in enumerate((one for one in documents if one is not None), 1):
        try:
            yield _case(told)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidRequest(
                f"{path}, case {number}: {type(error).__name__}: {error}", hint="a case needs name, catalog and message"
            ) from error


def _case(told: Mapping[str, Any]) -> Case:
    if unknown := told.keys() - {one.name for one in fields(Case)}:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}")
    expect: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.get("expect", {}).items()
    }
    values: dict[str, Any] = dict(told) | {
        "expect": Expect(**expect),
        "state": load_state(told.get("state", {})),
        "history": tuple(_message(one) for one in told.get("history", ())),
    }
    values |= {name: tuple(told.get(name, ())) for name in ("items", "prompts", "shown")}
    if not all(isinstance(told[name], str) for name in ("name", "catalog", "message")):
        raise ValueError("name, catalog and message are texts")
    return Case(**values)


def _message(told: Mapping[str, Any]) -> Message:
    """``visitor: text`` or ``assistant: text``, with ``items``."""
    role = next(one for one in ("visitor", "assistant", "person", "system") if one in told)
    return Message(role, told[role], tuple(told.get("items", ())))  # type: ignore[arg-type]


def _told(case: Case) -> dict[str, Any]:
    """A case as YAML shows it: without what is empty or as ever."""
    empty = plain(DialogueState())
    told = {one.name: getattr(case, one.name) for one in fields(Case)}
    told["expect"] = {
        name: plain(value) for name, value in asdict(case.expect).items() if value not in ((), "", 0, None)
    }
    told["state"] = {name: value for name, value in plain(case.state).items() if value != empty[name]}
    told["history"] = [{one.role: one.text} | ({"items": list(one.items)} if one.items else {}) for one in case.history]
    return {name: plain(value) for name, value in told.items() if value or name in ("name", "catalog", "message")}


def slug(text: str) -> str:
    """What a case's file is called."""
    return _NAME.sub("-", text.casefold()).strip("-")[:60] or "case"
