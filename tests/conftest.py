"""What every test shares: no network but loopback, the public data, and no silent skips."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)  # no authority: reading all of them takes every client 0.1 s
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each worker has a core of its own

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("SHELFTALK_TEST_DATA", ROOT.parent / "shared" / "data"))
LONGEST = (
    *("foreign/", "browser/test_", "browser/widget/", "browser/", "dialogues/", "contracts/"),
    *("test_cli", "test_web_operator", "test_while_serving", "test_fault_table", "test_training", "test_abstention"),
    *("test_reasons", "test_demo", "test_streams", "test_readme", "test_prompt_", "test_web_"),
)
"""Files that begin first, so that no process is left alone with a long one; those of one folder share its fixtures."""
_LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}


def pytest_addoption(parser):
    """`--no-skips` turns every skip but those marked `gpu` into a failure of the run."""
    parser.addoption("--no-skips", action="store_true", help="fail the run when anything but a gpu test is skipped")


def pytest_terminal_summary(terminalreporter, config):
    """Name the tests that should not have been skipped."""
    unwanted = [r for r in terminalreporter.stats.get("skipped", []) if "gpu" not in r.keywords]
    if config.getoption("--no-skips") and unwanted:
        terminalreporter.write_line(f"{len(unwanted)} tests were skipped that must run:", red=True)
        for report in unwanted:
            terminalreporter.write_line(f"  {report.nodeid}: {report.longrepr}")


def pytest_collection_modifyitems(items):
    """The longest files first; `--no-loadscope-reorder` keeps it so."""
    starts = tuple(f"tests/{start}" for start in LONGEST)
    items.sort(
        key=lambda item: next((n for n, start in enumerate(starts) if item.nodeid.startswith(start)), len(starts))
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """An unwanted skip fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption("--no-skips") and any("gpu" not in r.keywords for r in skipped):
        session.exitstatus = 1


@pytest.fixture(autouse=True, scope="session")
def loopback_only():
    """A test that reaches beyond this machine fails at once."""
    patch = pytest.MonkeyPatch()
    real = socket.socket.connect

    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOCAL:
            raise AssertionError(f"a test tried to reach {address[0]}")
        return real(self, address)

    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def forked_index_children():
    """Indexes are built and proven in processes that are forked: see `tests.index_children`."""
    from tests.index_children import run_child

    with pytest.MonkeyPatch.context() as patch:
        for module in ("vectorstore.generations", "vectorstore.indexing.proof"):
            patch.setattr(f"{module}.run_child", run_child)
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data files beside the checkout."""
    if not DATA.is_dir():
        pytest.skip(f"the public data files are missing: {DATA}; set SHELFTALK_TEST_DATA")
    return DATA
