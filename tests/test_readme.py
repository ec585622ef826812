"""The README tells the truth: its commands parse, its Python runs, its paths exist."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import click
import pytest
import typer
from fastapi import FastAPI
from typer.testing import CliRunner

from bot.__main__ import app
from bot.web.routes.api import api, probes

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)[^\n]*\n(.*?)^```$", README, re.S | re.M)
PYTHON = [body for language, body in BLOCKS if language in ("python", "py")]
SHELL = [body for language, body in BLOCKS if language in ("sh", "bash", "console", "shell")]


def commands():
    """Every command of the shell blocks, without prompts, comments and output; joined lines are one."""
    for body in SHELL:
        lines = body.replace("\\\n", " ").splitlines()
        prompted = any(line.startswith("$ ") for line in lines)
        for line in lines:
            if not prompted or line.startswith("$ "):
                yield from (part.strip() for part in re.split(r"&&|\|(?!\|)|;(?= )", line.removeprefix("$ ")))


def words(program):
    """The arguments of every command that starts with ``program``."""
    split = [shlex.split(command, comments=True) for command in commands() if "<<" not in command]
    return [one[len(program) :] for one in split if one[: len(program)] == program]


OURS = [*words(["shelftalk"]), *words(["python", "-m", "bot"])]


def test_the_first_screen_shows_the_command():
    """One sentence, then the command that does all the set-up, within the first lines; nothing is left to fill in."""
    assert "shelftalk serve" in "\n".join(README.splitlines()[:15])
    assert not re.search(r"@@|TODO|FIXME|\bXXX\b", README)
    assert README.count("```") % 2 == 0


@pytest.mark.parametrize("arguments", OURS, ids=" ".join)
def test_every_command_of_ours_parses(arguments):
    """The subcommand and its options exist, and the values have the right types."""
    command, name = typer.main.get_command(app), "shelftalk"
    parent = None
    while isinstance(command, click.Group) and arguments:
        parent = command.make_context(name, [], parent=parent, resilient_parsing=True)
        name, command, arguments = command.resolve_command(parent, arguments)
    with command.make_context(name, list(arguments), parent=parent):
        pass


def test_every_command_has_help():
    """`--help` of the command line and of every subcommand works and says something."""
    runner = CliRunner()
    for path in [[], *_paths(typer.main.get_command(app))]:
        shown = runner.invoke(app, [*path, "--help"])
        assert shown.exit_code == 0 and len(shown.output.split()) > 5, path


def _paths(command, path=()):
    for name, inner in getattr(command, "commands", {}).items():
        yield [*path, name]
        yield from _paths(inner, (*path, name))


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_python_runs(number, tmp_path):
    """Every Python block runs as it stands in a fresh data directory; one that asks a server is only compiled."""
    source = PYTHON[number]
    compile(source, f"README block {number}", "exec")
    if re.search(r"https?://", source):
        return
    environ = {**os.environ, "SHELFTALK_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", source], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{source}\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}"


def test_requests_are_well_formed():
    """Bodies given to curl are JSON, and every path of ours is a route."""
    routes = FastAPI()
    routes.include_router(api, prefix="/v1")
    routes.include_router(probes)
    known = {"/", *routes.openapi()["paths"]}
    for arguments in words(["curl"]):
        for flag, value in pairwise(arguments):
            if flag in ("-d", "--data", "--data-raw", "--json") and not value.startswith("@"):
                json.loads(value)
        for url in (word for word in arguments if re.match(r"(https?://)?(127\.0\.0\.1|localhost)", word)):
            path = re.sub(r"^(https?://)?[^/]*", "", url).split("?")[0] or "/"
            assert path in known, url


def test_installation_names_what_exists():
    """Extras stand in pyproject.toml, and files given to pip are there."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for arguments in words(["pip"]):
        named = [extra for word in arguments for extra in re.findall(r"^\.\[(.*)\]$", word)]
        assert {extra for group in named for extra in group.split(",")} <= set(extras)
        files = [value for flag, value in pairwise(arguments) if flag in ("-c", "-r")]
        assert [file for file in files if not (ROOT / file).is_file()] == []
    assert words(["pip"])


def test_the_map_of_the_tree_is_right():
    """Every file and folder that the map names exists, under the folder it stands in."""
    maps = [body for language, body in BLOCKS if not language and re.search(r"^bot/", body, re.M)]
    assert len(maps) == 1
    missing, folder = [], ""
    for line in maps[0].splitlines():
        indent, name = re.match(r"( *)(\S*)", line).groups()
        if not indent:
            folder = name if name.endswith("/") else ""
        path = ROOT / (folder + name if indent else name)
        if name and re.fullmatch(r"[\w./-]+", name) and len(indent) <= 4 and not path.exists():
            missing.append(f"{folder if indent else ''}{name}")
    assert missing == []


def test_links_lead_somewhere():
    """Relative links point at files, and anchors at headings."""
    anchors = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in README.splitlines()}
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", README, flags=re.S)):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif "://" not in target and not target.startswith("mailto:"):
            assert (ROOT / target.split("#")[0]).exists(), target
