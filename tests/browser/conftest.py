"""A real Chromium against a real server, with a scripted assistant and with the one that a newcomer gets."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bot.build import build
from bot.settings import Settings
from tests.browser.chat import Chat
from tests.browser.scripted import ScriptedAssistant
from tests.web import served, settings

PROGRAM = shutil.which("chromium") or "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
OPTIONS += ["--disable-sync", "--no-first-run"]
PHONE = {"has_touch": True, "is_mobile": True}
LEAVING = ("signal is aborted", "Connection errored out")
"""What Gradio writes to the console when a page with an open stream is left."""
GENEROUS = {"per_minute": 10**6, "per_minute_address": 10**6}


def pytest_collection_modifyitems(items):
    """Every test of this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser():
    """One browser for every test of this folder.

    It ends with the folder: while Playwright lives, its event loop forbids `asyncio.run` to every later test.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def contexts(browser):
    """Options -> a browser context that the tests share, because a fresh one loads every file of the page anew."""
    opened = {}

    def context(*, phone: bool, locale: str, alone: bool):
        key = (phone, locale, len(opened) if alone else None)
        if key not in opened:
            opened[key] = browser.new_context(locale=locale, **(PHONE if phone else {}))
        return opened[key]

    yield context
    for one in opened.values():
        one.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory):
    """The address of a server whose assistant follows a script, with two catalogues."""
    assistant = ScriptedAssistant(catalogs=("films", "outdoor"))
    with served(assistant, settings(tmp_path_factory.mktemp("page"), **GENEROUS), with_page=True) as address:
        yield address


@pytest.fixture(scope="package")
def real_site(tmp_path_factory):
    """The address of the server that a newcomer starts, in a fresh data directory."""
    folder = tmp_path_factory.mktemp("real")
    chosen = Settings.load(environ={"HOME": str(folder)}, data_dir=folder, **GENEROUS)
    with served(build(chosen), chosen, with_page=True) as address:
        yield address


@pytest.fixture
def visit(contexts, site, request):
    """Opens the page for a new visitor: ``visit(width=390, phone=True)``.

    ``media`` is emulated (``color_scheme``, ``reduced_motion``); ``alone`` has a browser of its own. An error in the
    console, or a request to anywhere else, fails the test.
    """
    pages, faults = [], []

    def open_page(*, width=1280, height=800, address=site, path="/", phone=False, locale="en", alone=False, **media):
        page = contexts(phone=phone, locale=locale, alone=alone).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(**{"color_scheme": "light", "reduced_motion": "no-preference", **media})
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on("request", lambda one: one.url.startswith((address, "blob:", "data:")) or faults.append(one.url))
        return Chat(page, address + path).open()

    yield open_page
    _keep_picture(request, pages)
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    assert [fault for fault in faults if not any(word in fault for word in LEAVING)] == []


def _keep_picture(request, pages):
    """The last look of every test, where ``SHELFTALK_TEST_PICTURES`` names a folder."""
    folder = os.environ.get("SHELFTALK_TEST_PICTURES")
    if folder and pages:
        Path(folder).mkdir(parents=True, exist_ok=True)
        pages[-1].screenshot(path=Path(folder) / f"{request.node.name}.png")
