"""An immutable snapshot of all prompts, and its assembly from layers of files.

A later layer (the overlay) wins over an earlier one (the shipped files), key by key for phrases and maps. Knows nothing
of when files change or who speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from prompts import checking
from prompts.errors import PromptError
from prompts.files import DEFAULT_LOCALE, Source, chain
from prompts.filters import GRAMMAR
from prompts.front_matter import FrontMatter, parse_head, split
from prompts.prompt import Compiler, Prompt, PromptRef, build, declared, digest
from prompts.sections import Table, expand, included

GRAMMAR_PROMPT = "labels/grammar"
Slot = tuple[str, str]
"""``(name, locale)``."""
Faults = list[tuple[Path, PromptError]]


@dataclass(frozen=True, slots=True)
class Book:
    """Every prompt of one moment. ``number`` counts the snapshots of a registry."""

    prompts: Mapping[Slot, Prompt] = field(default_factory=dict)
    number: int = 0

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

    @property
    def slot(self) -> Slot:
        """Which prompt it is."""
        return (self.source.name, self.source.locale)


def assemble(layers: Sequence[Sequence[Source]], *, compiler: Compiler, last: Book) -> tuple[Book, Faults]:
    """Build every file; one that fails leaves what ``last`` had, or else what the layer below says.

    Returns the book and the faults, those of the lowest layer first.
    """
    compiler.begin()
    faults: Faults = []
    made: dict[Slot, Prompt] = {}
    for draft in _ordered(_drafts(layers, faults), faults):
        try:
            made[draft.slot] = _build(draft, made, compiler=compiler)
        except PromptError as error:
            faults.append((draft.source.path, error))
        else:
            continue
        if draft.slot in last.prompts:
            made[draft.slot] = last.prompts[draft.slot]
    _keep_unread(faults, made, last, layers)
    return Book(prompts=made), faults


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
    for level, sources in enumerate(layers):
        for source in sources:
            try:
                head, body = split(source.read())
                parsed = None if head is None else parse_head(head, where=str(source.path))
                drafts.append(Draft(source, level, parsed, body))
            except PromptError as error:
                faults.append((source.path, error))
    return drafts


def _ordered(drafts: list[Draft], faults: Faults) -> list[Draft]:
    """Partials before what includes them, English before other locales, lower layers first."""
    needs: dict[str, set[str]] = {}
    for draft in drafts:
        needs.setdefault(draft.source.name, set()).update(included(draft.body))
    depth: dict[str, int] = {}
    for name in needs:
        _measure(name, needs, depth, ())
    for draft in drafts:
        if depth[draft.source.name] < 0:
            error = PromptError("Its includes come back to itself.", hint="Break the circle of includes.")
            faults.append((draft.source.path, error))
    return sorted(
        (draft for draft in drafts if depth[draft.source.name] >= 0),
        key=lambda d: (
            d.source.name != GRAMMAR_PROMPT,
            depth[d.source.name],
            d.source.name,
            d.source.locale != DEFAULT_LOCALE,
            d.source.locale,
            d.level,
        ),
    )


def _measure(name: str, needs: Mapping[str, set[str]], depth: dict[str, int], path: tuple[str, ...]) -> int:
    """How many includes lie below ``name``; -1 when it includes itself or one that does."""
    if name in path:
        return -1
    if name not in depth:
        below = [_measure(one, needs, depth, (*path, name)) for one in needs.get(name, ())]
        depth[name] = -1 if -1 in below else 1 + max(below, default=-1)
    return depth[name]


def _build(draft: Draft, made: Mapping[Slot, Prompt], *, compiler: Compiler) -> Prompt:
    """Build and check one draft over what the layers below made."""
    name, locale = draft.slot
    where = str(draft.source.path)
    below, english = made.get(draft.slot), made.get((name, DEFAULT_LOCALE))
    if draft.level and english is None:
        raise PromptError(f"{where}: nothing speaks a prompt {name!r}.", hint="Check the folder and file name.")
    head = _head(draft, below or english, where=where)
    body = _expanded(draft, made, where=where)
    ref = PromptRef(name, locale, head.version, digest(body))
    prompt = build(ref, head, body, compiler=compiler, where=where)
    declared(prompt, where=where, unused=not (draft.level and (draft.head is None or head.kind == "phrases")))
    checking.against(prompt, english or prompt, where=where)
    if draft.level:
        checking.samples(prompt, grammar=_grammar(made, locale), where=where)
    return _over(prompt, below)


def _head(draft: Draft, lower: Prompt | None, *, where: str) -> FrontMatter:
    """The draft's own head, or that of the prompt it replaces; an overlay keeps samples and checks it leaves out."""
    if draft.head is None:
        if lower is None or not draft.level:
            raise PromptError(f"{where}: no front matter.", hint="Begin the file with --- and a description.")
        return lower.head
    if draft.level and lower is not None:
        inputs, checks = draft.head.inputs or lower.head.inputs, draft.head.checks or lower.head.checks
        return replace(draft.head, inputs=inputs, checks=checks)
    return draft.head


def _expanded(draft: Draft, made: Mapping[Slot, Prompt], *, where: str) -> str:
    """The body with its partials in place, each in the nearest locale."""
    partials: dict[str, str] = {}
    for name in included(draft.body):
        found = next((made[name, one] for one in chain(draft.source.locale) if (name, one) in made), None)
        if found is None:
            raise PromptError(f"{where}: includes {name!r}, which does not exist.", hint="Check its name.")
        partials[name] = found.body
    return expand(draft.body, partials)


def _over(prompt: Prompt, below: Prompt | None) -> Prompt:
    """``prompt`` laid over the one below: keys that it does not have shine through."""
    if below is None or prompt.head.kind == "template":
        return prompt
    head = replace(prompt.head, inputs={**below.head.inputs, **prompt.head.inputs})
    ref = replace(prompt.ref, hash=digest(below.ref.hash + prompt.ref.hash))
    phrases = {**below.phrases, **prompt.phrases}
    return replace(prompt, ref=ref, head=head, phrases=phrases, table=_merged(below.table, prompt.table))


def _merged(below: Table, above: Table) -> Table:
    """Two tables as one, the upper one winning leaf by leaf."""
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        both = not isinstance(value, str) and lower is not None and not isinstance(lower, str)
        merged[key] = _merged(lower, value) if both else value  # type: ignore[arg-type]
    return merged


def _keep_unread(faults: Faults, made: dict[Slot, Prompt], last: Book, layers: Sequence[Sequence[Source]]) -> None:
    """Files that could not even be split keep their last good prompt too."""
    faulty = {path for path, _ in faults}
    for source in (one for layer in layers for one in layer):
        slot = (source.name, source.locale)
        if source.path in faulty and slot in last.prompts:
            made[slot] = last.prompts[slot]
