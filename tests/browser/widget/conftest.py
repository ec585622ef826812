"""What the widget's tests share: its server, somebody's site, and a page of it for each visitor."""

from __future__ import annotations

import pytest

from tests.browser.widget.place import place as made


@pytest.fixture(scope="module")
def place(tmp_path_factory, browser):
    """The widget's server and a site on another origin."""
    with made(tmp_path_factory.mktemp("widget"), browser) as found:
        found.site.page("/zh", locale="zh", lang="zh")
        yield found


@pytest.fixture
def visit(place, request):
    """Opens a page for a new visitor."""
    with place.visits(request.node.name) as found:
        yield found
