"""An immutable snapshot of all prompts, and its assembly from layers of files.

A later layer (the overlay) wins over an earlier one (the shipped files), key by key for phrases and maps. Knows nothing
of when files change or who speaks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from prompts import checking
from prompts.errors import PromptError
from prompts.files import DEFAULT_LOCALE, Source, chain
from prompts.filters import GRAMMAR
from prompts.front_matter import FrontMatter, parse_head, split
from prompts.prompt import Phrase, Prompt, PromptRef, build, declared, digest
from prompts.sections import Body, Table, expand, included, including

GRAMMAR_PROMPT = "labels/grammar"
_INHERITED = ("name", "inputs", "checks", "parameters", "output")
"""What an overlay's head takes over from the one below where it leaves it out."""
Slot = tuple[str, str]
"""``(name, locale)``."""
Faults = list[tuple[Path, PromptError]]


@dataclass(frozen=True, slots=True)
class Book:
    """Every prompt of one moment. ``number`` counts the snapshots of a registry, ``state`` is the id of its content."""

    prompts: Mapping[Slot, Prompt] = field(default_factory=dict)
    number: int = 0
    state: str = ""

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted({name for name, _ in self.prompts}))

    def layers(self, name: str, locales: Sequence[str]) -> Iterator[Prompt]:
        """The prompts called ``name``, nearest locale first."""
        return (self.prompts[name, locale] for locale in locales if (name, locale) in self.prompts)

    def find(self, name: str, locales: Sequence[str]) -> Prompt:
        """The nearest prompt called ``name``. Raises `PromptError`."""
        found = next(self.layers(name, locales), None)
        if found is None:
            raise PromptError(f"There is no prompt {name!r}.", hint="`shelftalk prompts` lists them.")
        return found


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was read and split, not yet built. ``level`` is its layer, 0 for the shipped files."""

    source: Source
    level: int
    head: FrontMatter | None
    body: str
    line: int

    @property
    def slot(self) -> Slot:
        """Which prompt it is."""
        return (self.source.name, self.source.locale)


def assemble(layers: Sequence[Sequence[Source]], *, last: Book) -> tuple[Book, Faults]:
    """Build every file; one that fails leaves what ``last`` had, or else what the layer below says.

    Returns the book and the faults, those of the lowest layer first.
    """
    faults: Faults = []
    made: dict[Slot, Prompt] = {}
    for draft in _ordered(_drafts(layers, faults), faults):
        try:
            made[draft.slot] = _build(draft, made)
        except PromptError as error:
            faults.append((draft.source.path, error))
        else:
            continue
        if draft.slot in last.prompts:
            made[draft.slot] = last.prompts[draft.slot]
    _keep_unread(faults, made, last, layers)
    return Book(prompts=made), faults


def overlaid(book: Book, slot: Slot, text: str, *, where: str) -> Prompt:
    """One edited file over ``book``, checked as `assemble` does; ``where`` names it. Raises `PromptError`."""
    head, body, line = split(text)
    parsed = None if head is None else parse_head(head, where=where)
    return _build(Draft(Source(*slot, Path(where)), 1, parsed, body, line), book.prompts)


def grammar_of(book: Book, locale: str) -> Mapping[str, str]:
    """The joining words of a locale."""
    return _grammar(book.prompts, locale)


def _grammar(prompts: Mapping[Slot, Prompt], locale: str) -> Mapping[str, str]:
    """The joining words of the nearest locale that has some, over the built-in ones."""
    words = dict(GRAMMAR)
    for one in reversed(chain(locale)):
        prompt = prompts.get((GRAMMAR_PROMPT, one))
        if prompt is not None:
            words.update({key: text for key, text in prompt.table.items() if isinstance(text, str)})
    return words


def _drafts(layers: Sequence[Sequence[Source]], faults: Faults) -> list[Draft]:
    """Read and split every file; what cannot be read becomes a fault."""
    drafts: list[Draft] = []
    names: dict[str, str] = {}
    for level, sources in enumerate(layers):
        taken: dict[Slot, Path] = {}
        for source in sorted(sources, key=lambda one: (one.name, one.locale, len(one.path.name))):
            try:
                draft = _draft(source, level, taken)
                _unique(draft, names)
                drafts.append(draft)
            except PromptError as error:
                faults.append((source.path, error))
    return drafts


def _unique(draft: Draft, names: dict[str, str]) -> None:
    """Refuse a plain name that another prompt goes by; ``names`` maps those taken to their prompts."""
    called = draft.head.name if draft.head else ""
    if called and (twin := names.setdefault(called, draft.source.name)) != draft.source.name:
        raise PromptError(
            f"{draft.source.path}, line 2: {twin} is called {called!r} already.", hint="Choose another `name`.", line=2
        )


def _draft(source: Source, level: int, taken: dict[Slot, Path]) -> Draft:
    """One file, read and split; ``taken`` are the prompts that other files of its layer are."""
    where, slot = str(source.path), (source.name, source.locale)
    if slot in taken:
        raise PromptError(
            f"{where}: {taken[slot].name} is the same prompt in the same language.", hint="Keep one of the two files."
        )
    taken[slot] = source.path
    head, body, line = split(source.read())
    parsed = None if head is None else parse_head(head, where=where)
    return Draft(source, level, parsed, body, line)


def _ordered(drafts: list[Draft], faults: Faults) -> list[Draft]:
    """Partials before what includes them, English before other locales, lower layers first."""
    needs: dict[str, set[str]] = {}
    good: list[Draft] = []
    for draft in sorted(drafts, key=lambda one: one.level):  # an edit may close a circle, what was there stays
        asked = set(included(draft.body))
        if any(_reaches(one, draft.source.name, needs) for one in asked):
            faults.append((draft.source.path, _circular(draft)))
            continue
        needs.setdefault(draft.source.name, set()).update(asked)
        good.append(draft)
    return sorted(
        good,
        key=lambda d: (
            d.source.name != GRAMMAR_PROMPT,
            _depth(d.source.name, needs),
            d.source.name,
            d.source.locale != DEFAULT_LOCALE,
            d.source.locale,
            d.level,
        ),
    )


def _reaches(name: str, sought: str, needs: Mapping[str, set[str]]) -> bool:
    """Whether ``sought`` is ``name``, or included by it somewhere below."""
    return name == sought or any(_reaches(one, sought, needs) for one in needs.get(name, ()))


def _depth(name: str, needs: Mapping[str, set[str]]) -> int:
    """How many includes lie below ``name``."""
    return 1 + max((_depth(one, needs) for one in needs.get(name, ())), default=-1)


def _circular(draft: Draft) -> PromptError:
    """What is said of a file whose includes never end."""
    line = including(draft.body, included(draft.body)[0], line=draft.line) if included(draft.body) else draft.line
    return PromptError(
        f"{draft.source.path}, line {line}: its includes come back to itself.",
        hint="Break the circle of includes.",
        line=line,
    )


def _build(draft: Draft, made: Mapping[Slot, Prompt]) -> Prompt:
    """Build and check one draft over what the layers below made."""
    name, locale = draft.slot
    where = str(draft.source.path)
    below, english = made.get(draft.slot), made.get((name, DEFAULT_LOCALE))
    if draft.level and english is None:
        raise PromptError(f"{where}: nothing speaks a prompt {name!r}.", hint="Check the folder and file name.")
    head = _head(draft, below or english, where=where)
    body = _expanded(draft, made, where=where)
    asked = json.dumps(dict(head.parameters), sort_keys=True) if head.parameters else ""
    ref = PromptRef(name, locale, head.version, digest(body.text + asked))
    prompt = build(ref, head, body, where=where)
    declared(prompt, where=where, unused=not (draft.level and (draft.head is None or head.kind == "phrases")))
    checking.against(prompt, english or prompt, where=where)
    checking.marks(prompt, where=where)
    if draft.level:
        checking.samples(prompt, grammar=_grammar(made, locale), where=where)
        checking.strained(prompt, grammar=_grammar(made, locale))
    return _over(prompt, below)


def _head(draft: Draft, lower: Prompt | None, *, where: str) -> FrontMatter:
    """The draft's own head, or that of the prompt it replaces; an overlay keeps samples and checks it leaves out."""
    if draft.head is None:
        if lower is None or not draft.level:
            raise PromptError(f"{where}: no front matter.", hint="Begin the file with --- and a description.", line=1)
        return lower.head
    if draft.level and lower is not None:
        kept = {name: getattr(draft.head, name) or getattr(lower.head, name) for name in _INHERITED}
        return replace(draft.head, **kept)
    return draft.head


def _expanded(draft: Draft, made: Mapping[Slot, Prompt], *, where: str) -> Body:
    """The body with its partials in place, each in the nearest locale."""
    partials: dict[str, str] = {}
    for name in included(draft.body):
        found = next((made[name, one] for one in chain(draft.source.locale) if (name, one) in made), None)
        if found is None:
            line = including(draft.body, name, line=draft.line)
            raise PromptError(
                f"{where}, line {line}: includes {name!r}, which does not exist.", hint="Check its name.", line=line
            )
        partials[name] = found.body
    return expand(draft.body, partials, line=draft.line)


def _over(prompt: Prompt, below: Prompt | None) -> Prompt:
    """``prompt`` laid over the one below: keys that it does not have shine through."""
    if below is None:
        return prompt
    laid = {key: _laid(phrase, below.phrases.get(key)) for key, phrase in prompt.phrases.items()}
    if prompt.head.kind == "template":
        return replace(prompt, phrases=laid)
    head = replace(prompt.head, inputs={**below.head.inputs, **prompt.head.inputs})
    ref = replace(prompt.ref, hash=digest(below.ref.hash + prompt.ref.hash))
    phrases = {**below.phrases, **laid}
    return replace(prompt, ref=ref, head=head, phrases=phrases, table=_merged(below.table, prompt.table))


def _laid(phrase: Phrase, below: Phrase | None) -> Phrase:
    """A phrase over the one below, which says what a speaker passes: an edit may leave a variable unsaid."""
    return phrase if below is None else replace(phrase, below=below, variables=below.variables)


def _merged(below: Table, above: Table) -> Table:
    """Two tables as one, the upper one winning leaf by leaf."""
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        both = not isinstance(value, str) and lower is not None and not isinstance(lower, str)
        merged[key] = _merged(lower, value) if both else value  # type: ignore[arg-type]
    return merged


def _keep_unread(faults: Faults, made: dict[Slot, Prompt], last: Book, layers: Sequence[Sequence[Source]]) -> None:
    """Files that could not even be split keep their last good prompt too, where no other file is that prompt."""
    faulty = {path for path, _ in faults}
    for layer in layers:
        good = {(source.name, source.locale) for source in layer if source.path not in faulty}
        for source in layer:
            slot = (source.name, source.locale)
            if source.path in faulty and slot in last.prompts and slot not in good:
                made[slot] = last.prompts[slot]
