"""The prompts in plain words, as data: what there is, what is spoken, who edits what. Knows no web and no command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.prompting.drafting import moved, texts_of
from bot.prompting.drafts import PromptDraft, Texts
from prompts import Library, Prompt, PromptError, Registry, Version, Voice
from prompts.checking import FOR_MODELS
from prompts.filters import text_of
from prompts.prompt import AMBIENT
from prompts.rewriting import PARAMETER
from prompts.states import MANIFEST

WORDS = "labels/prompting"
"""The map with the names of groups, styles and variables in plain words."""
GROUPS = ("talk", "explain", "about", "suggest", "clarify", "support", "notice", "progress", "profile", "chips")
"""In the order in which they are shown; what is not among them comes before the last, `ADVANCED`."""
ADVANCED = "advanced"
_SAMPLE = 120
_PARAMETERS = ("max_tokens", "temperature", "top_p")
"""What a prompt for a language model may ask it with, whether or not it does by now."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Who worded each file of what is spoken: ``task/name.md`` -> the version that brought this wording."""

    state: str
    by_file: Mapping[str, Version]

    @classmethod
    def of(cls, library: Library) -> Changes:
        """As the published versions tell it."""
        spoken = library.version
        if spoken is None:
            return cls("", {})
        now = _hashes(library, spoken)
        first: dict[str, Version] = {}
        for version in library.store.versions():
            held = _hashes(library, version)
            for name, digest in now.items():
                if held.get(name) == digest:
                    first.setdefault(name, version)
        return cls(spoken.id, first)

    def of_prompt(self, library: Library, name: str, locale: str) -> dict[str, Any] | None:
        """The version that worded a prompt, or the file; None for one as shipped."""
        files = [f"{name}.md", f"{name}.en.md"] if locale == "en" else [f"{name}.{locale}.md"]
        if library.version is not None:
            version = next((self.by_file[file] for file in files if file in self.by_file), None)
            return version_dict(version) if version is not None else None
        path = next((path for file in files if (path := library.folder / file).is_file()), None)
        if path is None:
            return None
        when = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
        return {"number": None, "author": "", "when": when, "why": ""}


def version_dict(version: Version) -> dict[str, Any]:
    """A version as it is told."""
    return {
        "number": version.number,
        "id": version.id,
        "why": version.why,
        "author": version.author,
        "when": version.at,
        "labels": list(version.labels),
    }


def spoken(library: Library) -> dict[str, Any]:
    """What everybody hears: a version, or files (``number`` null). ``follows``: a publication is heard at once."""
    version = library.version
    told = (
        version_dict(version)
        if version is not None
        else {"number": None, "id": library.state, "why": "", "author": "", "when": "", "labels": []}
    )
    return {**told, "source": "version" if version is not None else "files", "follows": library.follows}


def trial(library: Library) -> dict[str, Any] | None:
    """The trial that runs, with the numbers of its versions."""
    running = library.trial
    if running is None:
        return None
    try:
        numbers = {one.id: one.number for one in library.store.versions()}
    except PromptError:  # `library.fault` says it
        numbers = {}
    return {
        "number": numbers.get(running.variant),
        "against": numbers.get(running.control),
        "percent": running.percent,
        "since": running.since,
        "why": running.why,
        "author": running.author,
    }


def group_of(name: str) -> str:
    """The group that a prompt is shown in."""
    return ADVANCED if name.startswith(FOR_MODELS) else name.partition("/")[0]


def groups(registry: Registry, voice: Voice) -> list[dict[str, str]]:
    """The groups in plain words, that of the prompts for language models last."""
    found = {group_of(name) for name in registry.names()}
    others = sorted(found - {*GROUPS, ADVANCED})
    order = [*(one for one in GROUPS if one in found), *others, *([ADVANCED] if ADVANCED in found else [])]
    return [{"name": one, "title": voice.word(WORDS, "groups", one, default=one)} for one in order]


def listed(
    library: Library, changes: Changes, drafts: Sequence[PromptDraft], *, locale: str, editor: str
) -> list[dict[str, Any]]:
    """Every prompt, by group and then by its title."""
    order = {one["name"]: number for number, one in enumerate(groups(library, library.voice(locale)))}
    languages: dict[str, list[str]] = {}
    for name, one in library.slots():
        languages.setdefault(name, []).append(one)
    rows = []
    for name, spoken_in in languages.items():
        prompt = library.prompt(name, locale)
        own = [one for one in drafts if one.name == name]
        found = [changes.of_prompt(library, name, one) for one in spoken_in]
        rows.append(
            {
                "name": name,
                "title": title_of(library, name, locale),
                "description": prompt.head.description,
                "group": group_of(name),
                "languages": spoken_in,
                "changed": max((one for one in found if one), key=lambda one: one["number"] or 0, default=None),
                "drafts": [
                    {"language": one.language, **holder(one, editor), "moved": bool(moved(one, library))} for one in own
                ],
            }
        )
    return sorted(rows, key=lambda row: (order[row["group"]], row["title"]))


def holder(draft: PromptDraft, editor: str) -> dict[str, Any]:
    """Who holds a draft since when, and whether that is ``editor``, the id of whoever asks."""
    return {
        "holder": draft.editor.name,
        "mine": bool(editor) and draft.editor.id == editor,
        "since": draft.since,
        "saved": draft.saved,
    }


def draft_dict(draft: PromptDraft, registry: Registry, *, editor: str) -> dict[str, Any]:
    """A draft, and its phrases whose spoken wording is another one by now (``moved``)."""
    return {**holder(draft, editor), "begun_from": draft.begun_from, "moved": list(moved(draft, registry))}


def title_of(registry: Registry, name: str, locale: str) -> str:
    """A prompt in plain words."""
    found = registry.prompt(name, locale).head.name or registry.prompt(name).head.name
    return found or registry.prompt(name).head.description.partition(",")[0].partition(".")[0][:60]


def described(
    library: Library,
    shipped: Registry,
    slot: tuple[str, str],
    draft: PromptDraft | None,
    *,
    locale: str,
    editor: str,
) -> dict[str, Any]:
    """One prompt with all that its editor needs."""
    (name, language), prompt = slot, library.prompt(*slot)
    head, voice = prompt.head, library.voice(locale)
    return {
        "name": name,
        "title": title_of(library, name, locale),
        "description": library.prompt(name, locale).head.description,
        "language": language,
        "languages": [one for called, one in library.slots() if called == name],
        "group": group_of(name),
        "kind": head.kind,
        "state": library.state,
        "variables": [_variable(one, value, voice) for one, value in head.inputs.items()],
        "checks": dict(head.checks),
        "advanced": {
            "parameters": dict(head.parameters),
            "style": head.style,
            "version": head.version,
            "ref": str(prompt.ref),
            "output": dict(head.output),
        },
        "phrases": list(_phrases(library, shipped, prompt, draft, voice)),
        "draft": draft_dict(draft, library, editor=editor) if draft is not None else None,
    }


def _variable(name: str, value: Any, voice: Voice) -> dict[str, str]:
    return {"name": name, "description": voice.word(WORDS, "variables", name), "sample": text_of(value)[:_SAMPLE]}


def _phrases(
    library: Library, shipped: Registry, prompt: Prompt, draft: PromptDraft | None, voice: Voice
) -> Iterator[dict[str, Any]]:
    name, language = prompt.ref.name, prompt.ref.locale
    english, live = library.prompt(name), texts_of(prompt)
    otherwise, before = texts_of(english), texts_of(shipped.at(name, language))
    drafted: Mapping[str, Texts] = draft.phrases if draft is not None else {}
    more = [f"{PARAMETER}{one}" for one in _PARAMETERS] if prompt.head.parameters else []
    keys = [*live, *(key for key in otherwise if "@" not in key), *more, *drafted]
    for key in dict.fromkeys(keys):
        was = draft.before.get(key, ()) if draft is not None and key in drafted else live.get(key, ())
        yield {
            "key": key,
            "about": _about(key, voice),
            "advanced": key.startswith(PARAMETER),
            "live": list(live.get(key, ())),
            "shipped": list(before.get(key, ())),
            "otherwise": [] if key in live else list(otherwise.get(key, ())),
            "draft": list(drafted[key]) if key in drafted else None,
            "was": list(was) if was != live.get(key, ()) else None,
            "variables": _given(english, prompt, key),
            "spoken_as": _spoken(library, prompt, key, live.get(key, ())),
        }


def _about(key: str, voice: Voice) -> str:
    """The situation and the style in plain words; a key without any speaks for itself."""
    name, _, style = key.removeprefix(PARAMETER).partition("@")
    plain = voice.word(WORDS, "situations", name, default=name.replace("_", " "))
    words = voice.word(WORDS, "styles", style, default=style) if style else ""
    return f"{plain} ({words})" if words else plain


def _given(english: Prompt, prompt: Prompt, key: str) -> list[str]:
    """The variables that a phrase may name."""
    phrase = english.phrases.get(key.partition("@")[0])
    return sorted((phrase.variables if phrase else frozenset()) | (AMBIENT & prompt.head.inputs.keys()))


def _spoken(registry: Registry, prompt: Prompt, key: str, texts: Texts) -> list[str]:
    """The wordings with the sample values."""
    if prompt.head.kind == "map" or key not in prompt.phrases:
        return list(texts)
    grammar = registry.grammar(prompt.ref.locale)
    return [one.render(prompt.head.inputs, grammar=grammar) for one in prompt.phrases[key].alternatives]


def _hashes(library: Library, version: Version) -> Mapping[str, str]:
    """File -> SHA-256 of a published version; a damaged one has none."""
    folder = library.store.root / "states" / version.id
    try:
        found: Mapping[str, str] = json.loads(Path(folder / MANIFEST).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found
