"""What `--chat` names -> a LangChain chat model: a folder, a URL, or a name.

Explicit choices are obeyed or refused with the remedy; nothing is downloaded. Knows nothing of prompts or schemas.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import EngineError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_FORMS = "name a model folder, the URL of an OpenAI-compatible server, a Hub name in the cache, or provider:model"


def language_model(spec: str, *, api_key: str = "", device: str = "auto", timeout: float = 30) -> BaseChatModel:
    """The chat model that ``spec`` names, loaded or reached once to see that it is there.

    - an existing folder: loaded here, on ``device``;
    - ``http(s)://host[:port][/v1][#model]``: an OpenAI-compatible server; without ``#model``, the first it lists;
    - ``organisation/model``: from the local Hugging Face cache;
    - ``provider:model``: whatever `init_chat_model` knows.

    ``timeout``: seconds without an answer from a server, or of waiting for a local model's turn.
    Raises EngineError: what was asked, what was found, what to do.
    """
    spec = spec.strip()
    if not spec:
        raise EngineError("no language model is named", hint=_FORMS)
    if spec.startswith(("http://", "https://")):
        from bot.engines.chat.server import served

        return served(spec, api_key=api_key, timeout=timeout)
    folder = Path(spec).expanduser()
    if folder.is_dir():
        return _local(folder, device=device, timeout=timeout)
    if spec.startswith((".", "/", "~", "\\")) or folder.exists():
        raise EngineError(f"{spec} is not a folder", hint=_FORMS)
    if _HUB_NAME.fullmatch(spec):
        return _local(_cached(spec), device=device, timeout=timeout)
    return _provided(spec, api_key=api_key, timeout=timeout)


def _local(folder: Path, *, device: str, timeout: float) -> BaseChatModel:
    """A model in this process; ``timeout`` bounds the wait for its turn."""
    from bot.engines.chat.local import LocalChatModel

    return LocalChatModel.load(folder, device=device, wait=timeout)


def _cached(name: str) -> Path:
    """Where the Hugging Face cache keeps ``name``; it is never fetched from here."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError) as error:
        raise EngineError(
            f"the model {name!r} is neither a folder nor in the Hugging Face cache ({constants.HF_HUB_CACHE})",
            hint=f"fetch it once with `hf download {name}`, or copy its folder here and name that",
        ) from error


def _provided(spec: str, *, api_key: str, timeout: float) -> BaseChatModel:
    """A model of one of LangChain's providers."""
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": timeout, "max_retries": 0}
    if api_key:
        options["api_key"] = api_key
    try:
        model: BaseChatModel = init_chat_model(spec, **options)
        return model
    except ImportError as error:
        raise EngineError(f"{spec!r}: {error}", hint="install the provider's package that the message names") from error
    except Exception as error:  # every provider raises its own kind for a missing key or an unknown name
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EngineError(
            f"no language model could be made of {spec!r}: {reason}",
            hint=f"{_FORMS}; keys go to SHELFTALK_CHAT_API_KEY",
        ) from error
