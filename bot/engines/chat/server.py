"""A URL -> the chat model that an OpenAI-compatible server (vLLM, SGLang, llama.cpp, ...) offers there.

Knows nothing of prompts, schemas or local weights.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from bot.errors import EngineError

_NO_KEY = "none"
_FIRST_LOOK = 10.0
"""At most so many seconds for the list of models."""
_TEMPLATED = frozenset({"vllm", "sglang", "llamacpp"})
"""Owners of models whose server fills in chat templates: they are told not to think aloud before each answer."""


def served(url: str, *, api_key: str, timeout: float) -> BaseChatModel:
    """The model ``#name`` of the server at ``url``, or the first that it lists. Raises EngineError."""
    base, name = split(url)
    owners = _offered(base, api_key=api_key, timeout=min(timeout, _FIRST_LOOK))
    offered = tuple(owners)
    if name and offered and name not in offered:
        raise EngineError(f"{base} has no model {name!r}", hint=f"it offers {', '.join(offered[:10])}")
    if not name and not offered:
        raise EngineError(f"{base} lists no model", hint="name one: http://host:port/v1#model")
    chosen = name or offered[0]
    templated = owners.get(chosen, "").lower() in _TEMPLATED
    return ChatOpenAI(
        base_url=base,
        model=chosen,
        api_key=SecretStr(api_key or _NO_KEY),
        timeout=timeout,
        max_retries=0,
        temperature=0,
        use_responses_api=False,
        stream_usage=False,
        extra_body={"chat_template_kwargs": {"enable_thinking": False}} if templated else None,
    )


def split(url: str) -> tuple[str, str]:
    """``(base URL, model name or "")``; a bare host gets ``/v1``."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise EngineError(f"{url!r} is not a URL", hint="write it as http://host:port/v1 or http://host:port/v1#model")
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), parts.fragment


def _offered(base: str, *, api_key: str, timeout: float) -> dict[str, str]:
    """The ids of the server's models and their owners; none where it has no such list."""
    asked = f"{base}/models"
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        answer = httpx.get(asked, headers=headers, timeout=timeout)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise EngineError(f"no answer from {asked}: {reason}", hint="start the server, or check the address") from error
    if answer.status_code in (401, 403):
        raise EngineError(f"{asked} refused the key ({answer.status_code})", hint="set SHELFTALK_CHAT_API_KEY")
    if answer.status_code in (404, 405):
        return {}
    try:
        answer.raise_for_status()
        return {str(row["id"]): str(row.get("owned_by", "")) for row in answer.json()["data"]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "is this an OpenAI-compatible server? its address usually ends in /v1"
        raise EngineError(f"{asked} gave no list of models ({answer.status_code})", hint=hint) from error
