"""What the workbench's tests share: a server, and editors in browsers of their own."""

from __future__ import annotations

import pytest

from tests.browser.workbench.place import place as made


@pytest.fixture(scope="module")
def place(tmp_path_factory, browser):
    """A server over the films for the tests of one file."""
    with made(tmp_path_factory.mktemp("workbench"), browser) as found:
        yield found


@pytest.fixture
def edit(place, request):
    """Opens the workbench for an editor."""
    with place.editors(request.node.name) as found:
        yield found
