"""One way to write each genre, country, language, rating, title and person.

Every function takes a value as some source wrote it. Those for closed vocabularies answer None for what does not
belong (OpenDialKG lists countries and studios among its genres); the `_key` functions make equal what is the same.
"""

from __future__ import annotations

import re
import unicodedata

GENRES = (
    "action", "adventure", "animation", "biography", "comedy", "crime", "documentary", "drama", "family", "fantasy",
    "film noir", "history", "horror", "music", "musical", "mystery", "romance", "science fiction", "sport", "thriller",
    "war", "western",
)  # fmt: skip

RATINGS = ("G", "PG", "PG-13", "R", "NC-17", "Not Rated")

_GENRE_ALIASES = {
    "animated": "animation", "anime": "animation", "backstage musical": "musical", "biographical": "biography",
    "biographical film": "biography", "biopic": "biography", "black comedy": "comedy", "children's": "family",
    "comedy-drama": "comedy", "crime fiction": "crime", "family (film genre) #395": "family", "film-noir": "film noir",
    "historical": "history", "historical fiction": "history", "historical period drama": "history",
    "martial arts": "action", "noir": "film noir", "parody": "comedy", "psychological thriller": "thriller",
    "romantic comedy": "romance", "satire": "comedy", "sci-fi": "science fiction", "slapstick": "comedy",
    "slasher": "horror", "sports": "sport", "spy": "thriller", "superhero": "action", "suspense": "thriller",
}  # fmt: skip

_COUNTRY_ALIASES = {
    "america": "United States", "bosnia": "Bosnia and Herzegovina", "bosnia-herzegovina": "Bosnia and Herzegovina",
    "czechia": "Czech Republic", "england": "United Kingdom", "great britain": "United Kingdom",
    "holland": "Netherlands", "korea": "South Korea", "macedonia": "North Macedonia", "mainland china": "China",
    "palestinian territories": "Palestine", "people's republic of china": "China", "republic of ireland": "Ireland",
    "scotland": "United Kingdom", "state of palestine": "Palestine", "the netherlands": "Netherlands",
    "türkiye": "Turkey", "u.k.": "United Kingdom", "u.s.": "United States", "uk": "United Kingdom",
    "us": "United States", "usa": "United States", "ussr": "Soviet Union",
    "united states of america": "United States", "wales": "United Kingdom", "west germany": "Germany",
}  # fmt: skip

_LANGUAGE_ALIASES = {
    "american english": "English", "bokmål": "Norwegian", "dari persian": "Dari", "farsi": "Persian",
    "farsi, eastern": "Persian", "flemish": "Dutch", "irish gaelic": "Irish", "mandarin chinese": "Mandarin",
    "standard chinese": "Mandarin", "standard mandarin": "Mandarin", "yue chinese": "Cantonese",
    "taiwanese": "Hokkien", "taiwanese hokkien": "Hokkien", "min nan": "Hokkien", "castilian": "Spanish",
}  # fmt: skip

_NO_LANGUAGE = {"", "fre", "none", "silent", "silent film", "spa", "aboriginal"}

_PERSON_ALIASES = {
    "Alejandro G. Iñárritu": "Alejandro González Iñárritu",
    "Andy Wachowski": "Lilly Wachowski",
    "Charles Chaplin": "Charlie Chaplin",
    "Edward Asner": "Ed Asner",
    "Fred Newmeyer": "Fred C. Newmeyer",
    "Jon Favreau filmography": "Jon Favreau",
    "Larry Wachowski": "Lana Wachowski",
    "Laura Elena Harring": "Laura Harring",
    "Thandie Newton": "Thandiwe Newton",
}


def genre(raw: str) -> str | None:
    """The genre in this catalogue's vocabulary, or None."""
    name = raw.strip().lower()
    name = _GENRE_ALIASES.get(name, name).removesuffix(" film")
    return name if name in GENRES else None


def country(raw: str) -> str:
    """The country's usual English name."""
    name = raw.strip()
    return _COUNTRY_ALIASES.get(name.lower(), name)


def language(raw: str) -> str | None:
    """The language's English name, or None for a silent film or a code."""
    name = re.sub(r"\s+languages?$", "", raw.strip(), flags=re.IGNORECASE)
    if name.lower() in _NO_LANGUAGE:
        return None
    return _LANGUAGE_ALIASES.get(name.lower(), name)


def rating(raw: str) -> str | None:
    """The rating as the MPA writes it, or None for another body's."""
    name = {"PG13": "PG-13", "NC17": "NC-17", "NR": "Not Rated", "UNRATED": "Not Rated"}.get(raw.upper(), raw)
    return {known.lower(): known for known in RATINGS}.get(name.strip().lower())


def person(raw: str) -> str | None:
    """The name without a note such as "(Director)", in one spelling; None for a scrap such as "voices of"."""
    name = " ".join(re.sub(r"\s*\([^)]*\)", "", raw).replace(", Jr.", " Jr.").split())
    return _PERSON_ALIASES.get(name, name) if name and not name.split()[-1][0].islower() else None


def person_key(name: str) -> str:
    """Equal for "Bong Joon Ho" and "Joon-ho Bong": the sorted letters, without accents."""
    return "".join(sorted(re.sub(r"[^a-z0-9]", "", _plain(name)) or name))


def title_key(title: str) -> str:
    """Equal for titles that differ in case, accents, punctuation or a leading article."""
    words = re.sub(r"[^a-z0-9]+", " ", _plain(title.replace("&", " and ").replace("·", "-"))).strip()
    return re.sub(r"^(the|a|an) (?=.)", "", words) or title.lower()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower().replace("ł", "l").replace("ø", "o").replace("½", " half"))
    return folded.encode("ascii", "ignore").decode()
