"""Settings and profiles: one frozen object, read once. The only place that reads the environment.

Every field can be set by `SHELFTALK_<FIELD>` in upper case; an explicit keyword wins over the environment, the
environment over the profile, the profile over the default.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from bot.errors import SettingsError

Profile: TypeAlias = Literal["embedded", "offline", "gpu", "cluster"]

_PREFIX = "SHELFTALK_"
SHORTEST_TOKEN = 16
"""Characters of an operator token at least."""
_PROFILES: dict[str, dict[str, Any]] = {
    "embedded": {},
    "offline": {"embedder": "hashed", "reranker": "overlap", "understander": "lexical", "writer": "composed"},
    "gpu": {
        "chat": "Qwen/Qwen3-4B-Instruct-2507",
        "embedder": "ibm-granite/granite-embedding-311m-multilingual-r2",
        "reranker": "BAAI/bge-reranker-v2-m3",
    },
    "cluster": {"store": "http://localhost:8001"},
}
_ENGINES = {"understander": ("auto", "lexical", "reader", "chat"), "writer": ("auto", "composed", "model", "chat")}
"""Engines that go by a name of their own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be chosen. Engines: a short name, a model folder or name, or a URL.

    - ``understander``: ``lexical``, ``reader`` (the trained one), or ``chat`` (the model named by ``chat``).
    - ``writer``: ``composed``, ``model`` (the trained one), a folder of trained weights, or ``chat``.
    - ``embedder``: ``minilm``, ``hashed``, a sentence-transformers folder or name, or a `/v1/embeddings` URL.
    - ``reranker``: ``late``, ``pairs`` (the trained one), ``dense``, ``overlap``, ``none``, a folder of trained
      weights, a cross-encoder folder or name, or a `/rerank` URL; ``auto``: ``pairs`` where it ships, else ``late``.
    - ``store``: ``chroma``, ``memory``, or the URL of a Chroma server.
    - ``memory_url``: empty for SQLite in the data directory, else a database URL; ``memory`` keeps nothing.
    - ``style``: ``plain``, ``terse``, ``warm``, ``playful``, or one that the prompts of your own folder speak.
    - ``prompts_dir`` holds your own prompt files. ``prompts`` says what is spoken: ``files`` (those files as they are),
      ``production``, ``staging``, or a version's number; ``auto``: ``production`` once something was published.
    - ``device``: ``auto``, ``cpu`` or ``cuda[:n]``; only ``auto`` falls back.
    - ``turns_at_once`` bounds running turns, ``queue`` those that may wait; past that a request gets 429.
    - ``per_minute`` bounds messages per visitor, ``per_minute_address`` those per network address, and
      ``per_minute_overall`` those of all together (0: ten times an address's); a long message counts as several.
    - ``trusted_proxies``: addresses or networks of proxies whose ``X-Forwarded-For`` is believed; this machine's is.
    - ``allowed_origins`` may show the page in a frame, ``image_origins`` may serve the pictures of items.
    - ``operator_token`` opens the operator's routes; empty: one that is made once and kept in the data directory;
      two with a comma between them while one takes the other's place.
    - ``log_format``: ``text`` or ``json``, one line per request and per turn, without what was said.
    - ``identity_keys``: the keys with which host sites vouch for their visitors, as JSON or ``file:PATH``.
    - ``handover_url``: the support desk's webhook; empty: hand-overs are only kept, and listed for the operator.
    - ``handover_secret``, ``handover_secrets``: what both sides sign with (``whsec_`` and base64); two while rotating.
    - ``retention_days``: conversations that were quiet for so long are deleted daily; 0 keeps them.
    """

    profile: Profile = "embedded"
    data_dir: Path = Path()
    catalogs: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 7860
    root_path: str = ""
    chat: str = ""
    chat_api_key: str = ""
    understander: str = "auto"
    writer: str = "auto"
    embedder: str = "minilm"
    reranker: str = "auto"
    store: str = "chroma"
    memory_url: str = ""
    device: str = "auto"
    style: str = "plain"
    allowed_origins: tuple[str, ...] = ()
    image_origins: tuple[str, ...] = ()
    max_message: int = 4000
    turns_at_once: int = 4
    queue: int = 32
    turn_seconds: float = 60.0
    per_minute: int = 30
    per_minute_address: int = 120
    per_minute_overall: int = 0
    trusted_proxies: tuple[str, ...] = ()
    prompts_dir: Path | None = None
    prompts: str = "auto"
    operator_token: str = field(default="", repr=False)
    identity_keys: str = field(default="", repr=False)
    handover_url: str = ""
    handover_secret: str = field(default="", repr=False)
    handover_secrets: tuple[str, ...] = field(default=(), repr=False)
    log_format: str = "text"
    retention_days: int = 0

    @property
    def understander_engine(self) -> str:
        """``lexical``, ``reader`` or ``chat`` once ``auto`` is resolved; the trained reader has MiniLM's own words."""
        if self.understander != "auto":
            return self.understander
        return "chat" if self.chat else "reader" if self.embedder == "minilm" else "lexical"

    @property
    def writer_engine(self) -> str:
        """``composed``, ``model`` or ``chat`` once ``auto`` is resolved; a folder of weights is a ``model``."""
        if self.writer == "auto":
            return "chat" if self.chat else "composed"
        return self.writer if self.writer in _ENGINES["writer"] else "model"

    @property
    def operator_tokens(self) -> tuple[str, ...]:
        """The chosen tokens: the first is to be used, the others still open the routes. () when none was chosen."""
        return tuple(token.strip() for token in self.operator_token.split(",")) if self.operator_token else ()

    @property
    def overlay(self) -> Path:
        """The folder whose prompt files stand in front of the shipped ones."""
        return self.prompts_dir or self.data_dir / "prompts"

    @property
    def published(self) -> Path:
        """The folder of the published versions of the prompts."""
        return self.data_dir / "prompts" / "published"

    @property
    def cases(self) -> Path:
        """The folder of the test cases that were made of conversations."""
        return self.data_dir / "prompts" / "cases"

    @property
    def drafts(self) -> Path:
        """The folder of what is being edited on the workbench, and of what readers say of it."""
        return self.data_dir / "prompts" / "drafts"

    @classmethod
    def load(cls, *, environ: Mapping[str, str] | None = None, **chosen: Any) -> Settings:
        """Settings from keywords, environment, profile and defaults; None means "not chosen".

        Raises:
            SettingsError: an unknown field or profile, or a value that does not fit, with the remedy.
        """
        environ = os.environ if environ is None else environ
        fields = {one.name: one for one in dataclasses.fields(cls)}
        chosen = {name: value for name, value in chosen.items() if value is not None}
        if unknown := chosen.keys() - fields.keys():
            raise SettingsError(f"no setting is called {sorted(unknown)}", hint=f"known: {', '.join(fields)}")
        found: dict[str, Any] = {
            name: environ[_PREFIX + name.upper()] for name in fields if environ.get(_PREFIX + name.upper())
        }
        profile = chosen.get("profile", found.get("profile", "embedded"))
        if profile not in get_args(Profile):
            raise SettingsError(f"no profile is called {profile!r}", hint=f"choose one of {', '.join(_PROFILES)}")
        merged = {"data_dir": default_data_dir(environ), **_PROFILES[profile], **found, **chosen, "profile": profile}
        return _check(cls(**{name: _coerce(name, fields[name].type, value) for name, value in merged.items()}))


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """The user's data directory on this platform."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "shelftalk"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "shelftalk"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "shelftalk"


def _coerce(name: str, kind: Any, value: Any) -> Any:
    """``value`` as the field's type; text from the environment is parsed."""
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, list) else value
    try:
        if kind in ("int", "float"):
            return int(value) if kind == "int" else float(value)
    except ValueError:
        wanted = "a whole number" if kind == "int" else "a number"
        raise SettingsError(f"{name} must be {wanted}, found {value!r}", hint=f"set {_PREFIX}{name.upper()}") from None
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return Path(value).expanduser() if "Path" in kind else value


def _check(settings: Settings) -> Settings:
    """Refuse what cannot work, before anything is loaded."""
    if not 0 <= settings.port <= 65535:
        raise SettingsError(f"port {settings.port} does not exist", hint="choose one between 1 and 65535")
    for name, allowed in _ENGINES.items():
        folder = name == "writer" and Path(settings.writer).expanduser().is_dir()
        if (value := getattr(settings, name)) not in allowed and not folder:
            raise SettingsError(f"{name} {value!r} is not known", hint=f"choose one of {', '.join(allowed)}")
        if value == "chat" and not settings.chat:
            raise SettingsError(f"{name}='chat' needs a language model", hint="name one with --chat FOLDER|NAME|URL")
    _check_web(settings)
    if settings.log_format not in ("text", "json"):
        raise SettingsError(f"log_format {settings.log_format!r} is not known", hint="choose text or json")
    for name in ("retention_days", "per_minute_overall"):
        if getattr(settings, name) < 0:
            raise SettingsError(f"{name} is negative", hint=f"set {_PREFIX}{name.upper()} to 0 or more")
    for name in ("turns_at_once", "queue", "max_message", "per_minute", "per_minute_address"):
        if getattr(settings, name) < 1:
            raise SettingsError(f"{name} must be at least 1", hint=f"set {_PREFIX}{name.upper()}")
    return settings


def _check_web(settings: Settings) -> None:
    """Refuse short tokens, and proxies that are no address: whoever may name their own address has no limit."""
    for token in settings.operator_tokens:
        if len(token) < SHORTEST_TOKEN:
            raise SettingsError(
                f"an operator token has {len(token)} characters",
                hint=f"use at least {SHORTEST_TOKEN}, as from `openssl rand -hex 24`; or none: then one is made",
            )
    for proxy in settings.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            hint = "name addresses or networks, as in 10.0.0.7,172.16.0.0/12; there is no wildcard"
            raise SettingsError(f"trusted_proxies has {proxy!r}, which is no address", hint=hint) from None
