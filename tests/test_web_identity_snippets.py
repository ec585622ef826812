"""The snippets that a host's developer copies: each is run as it stands, and its token opens the door."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.identity import PEM, PRIVATE_PEM, SECRET, bearer, chat, host, said

PAGE = Path(__file__).parents[1] / "bot" / "web" / "widget" / "snippets" / "identity.md"
BLOCKS = {
    name: (language, body)
    for language, name, body in re.findall(r"^```(\w+) ([\w-]+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M)
}
KEYS = {
    "2026-10": {"alg": "HS256", "key": SECRET, "aud": ["films", "outdoor"]},
    "2026-11": {"alg": "EdDSA", "key": PEM, "aud": "films"},
}


@pytest.fixture(scope="module")
def http(tmp_path_factory):
    """A server with the keys of the page."""
    with host(tmp_path_factory.mktemp("web"), identity_keys=json.dumps(KEYS)) as found:
        yield found


def ran(name: str, folder: Path) -> str:
    """What a snippet prints, in a folder of its own, told the keys as it asks for them."""
    language, body = BLOCKS[name]
    (folder / "private.pem").write_text(PRIVATE_PEM, "utf-8")
    file = folder / ("snippet.py" if language == "python" else "snippet.mjs")
    file.write_text(body, "utf-8")
    program = sys.executable if language == "python" else shutil.which("node")
    assert program, "node is missing: apt-get install nodejs"
    known = {"SHELFTALK_SECRET": SECRET, "SHELFTALK_PRIVATE_KEY_FILE": str(folder / "private.pem")}
    environ = {"PATH": os.environ["PATH"], **known}
    done = subprocess.run(
        [program, str(file)],
        env=environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["hs256-pyjwt", "eddsa-pyjwt", "hs256-stdlib", "hs256-node", "eddsa-node"])
def test_a_snippet_signs_a_token_that_is_taken(http, tmp_path, name):
    """Every one is for the same visitor, whom the server knows again."""
    headers = bearer(ran(name, tmp_path))
    chat(http, f"by {name}", headers)
    assert f"by {name}" in said(http, headers)
    assert http.get("/v1/me", headers=headers).json()["verified"] is True


def test_every_snippet_is_run(tmp_path):
    """But the one for the page, which the browser's tests speak the language of: it is only read."""
    assert {*BLOCKS} == {"hs256-pyjwt", "eddsa-pyjwt", "hs256-stdlib", "hs256-node", "eddsa-node", "page"}
    file = tmp_path / "page.mjs"
    file.write_text(BLOCKS["page"][1], "utf-8")
    node = shutil.which("node")
    assert node, "node is missing: apt-get install nodejs"
    subprocess.run([node, "--check", str(file)], check=True, timeout=60, stdin=subprocess.DEVNULL)


def test_the_keys_as_they_are_written_there_are_taken(tmp_path):
    """The example of the setting, with real keys in the place of the dots."""
    (example,) = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M)
    rows = json.loads(example)
    assert {kid: (row["alg"], row["aud"]) for kid, row in rows.items()} == {
        kid: (row["alg"], row["aud"]) for kid, row in KEYS.items()
    }
