"""Published versions: immutable, labelled, rolled back, by several processes at once, whole after a crash; trials."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prompts import SHIPPED, Library, PromptError, Registry, Store, heard_by, speaking
from prompts.states import Content, files_of
from prompts.trials import Trial
from tests.prompt_edits import put

ROOT = Path(__file__).parents[1]
WHY = {"why": "Warmer.", "author": "ada"}


def thanks(words: str) -> dict[str, bytes]:
    """The files of a state that thanks in its own way."""
    return {"talk/reply.md": f"## thanks\n{words}\n".encode()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "prompts" / "published", shipped=SHIPPED)


def library(store: Store, **chosen: str) -> Library:
    return Library.open(store.root, store.root.parent, **chosen)


def said(registry: Registry, **whom: str) -> str:
    return registry.voice(**whom).phrase("talk/reply", "thanks")


def test_the_shipped_prompts_are_the_first_version(store):
    """Before anything is published there is one version, on `production`, and the folder's own files are spoken."""
    (first,) = store.versions()
    assert (first.number, first.labels, first.why, store.used) == (1, ("production",), "As shipped.", False)
    put(store.root.parent, "talk/reply", "## thanks\nMy pleasure.\n")
    assert (said(library(store)), library(store).version) == ("My pleasure.", None)


def test_publishing_speaks_at_once_and_rolling_back_too(store):
    """A running server follows; each rollback goes one further back; edits wait once something is published."""
    running, shipped = library(store), said(Registry.load())
    second = store.publish(thanks("Two."), **WHY)
    third = store.publish(thanks("Three."), why="Shorter.", author="bo")
    put(store.root.parent, "talk/reply", "## thanks\nA draft.\n")
    assert (running.refresh(), said(running), running.version.id) == (True, "Three.", third.id)
    assert (second.number, third.number, running.refresh()) == (2, 3, False)
    heard = []
    for _ in range(2):
        store.rollback(**WHY)
        running.refresh()
        heard.append(said(running))
    assert heard == ["Two.", shipped]
    with pytest.raises(PromptError, match="nothing before"):
        store.rollback(**WHY)
    store.move("production", "3", why="After all.", author="ada")
    running.refresh()
    assert said(running) == "Three."
    assert said(library(store, speaks="files")) == "A draft."
    assert [entry.action for entry in store.history()] == ["publish"] * 3 + ["rollback"] * 2 + ["move"]


def test_a_version_is_its_content(store):
    """The id is a SHA-256 of the files; the same files are the same version, and cannot be published twice in a row."""
    second = store.publish(thanks("Two."), **WHY)
    made = Content(json.loads((store.folder(second) / "state.json").read_text())["base"], thanks("Two."))
    assert (second.id, len(second.id), files_of(store.folder(second))) == (made.id, 64, thanks("Two."))
    with pytest.raises(PromptError, match="Nothing has changed"):
        store.publish(thanks("Two."), **WHY)
    store.publish(thanks("Three."), **WHY)
    again = store.publish(thanks("Two."), **WHY)
    assert (again.id, again.number, [one.number for one in store.versions()]) == (second.id, 2, [1, 2, 3])


@pytest.mark.parametrize(("ref", "number"), [("2", 2), ("production", 3), ("staging", 2), ("shipped", 1), ("id", 2)])
def test_a_version_has_many_names(store, ref, number):
    """Its number, its labels, the beginning of its id; others are refused with what there is."""
    second = store.publish(thanks("Two."), label="staging", **WHY)
    store.publish(thanks("Three."), **WHY)
    assert store.find(second.id[:6] if ref == "id" else ref).number == number
    with pytest.raises(PromptError, match="No one version") as caught:
        store.find("nobody")
    assert "3 (" in caught.value.hint


def test_a_reason_is_asked_for(store):
    """Nothing is published, moved or tried without a sentence that says why."""
    with pytest.raises(PromptError, match="no reason"):
        store.publish(thanks("Two."), why=" ", author="ada")
    assert not store.used


def test_the_second_of_two_editors_is_told(store):
    """Who began from an older production than stands now is refused, with who it is that came first."""
    began = store.label("production").id
    store.publish(thanks("First."), expected=began, **WHY)
    with pytest.raises(PromptError, match=r"Meanwhile version 2 \("):
        store.publish(thanks("Second."), expected=began, **WHY)
    assert len(store.versions()) == 2


PUBLISH = """
import sys
from pathlib import Path
from prompts import SHIPPED, Store
store = Store(Path(sys.argv[1]), shipped=SHIPPED)
for n in range(5):
    files = {"talk/reply.md": f"## thanks\\n{sys.argv[2]} {n}.\\n".encode()}
    store.publish(files, why=f"{sys.argv[2]} {n}", author=sys.argv[2])
"""


def test_several_processes_publish_at_once(store):
    """Nothing is lost or torn: every publication is a version, every version is whole."""
    started = [
        subprocess.Popen([sys.executable, "-c", PUBLISH, str(store.root), name], cwd=ROOT) for name in ("ada", "bo")
    ]
    assert [process.wait(timeout=200) for process in started] == [0, 0]
    versions = store.versions()
    assert [one.number for one in versions] == list(range(1, 12))
    assert {one.why for one in versions[1:]} == {f"{name} {n}" for name in ("ada", "bo") for n in range(5)}
    assert store.damaged() == () and sum("production" in one.labels for one in versions) == 1
    assert said(library(store)) == f"{versions[-1].why}."


def test_what_a_crash_leaves_does_no_harm(store):
    """Half a line of the journal and half a folder are passed over, and gone after the next publication."""
    second = store.publish(thanks("Two."), **WHY)
    journal, left = store.root / "journal.jsonl", store.root / "states" / ".new-abc-def"
    with journal.open("ab") as out:
        out.write(b'{"action": "publish", "state": "12')
    left.mkdir()
    (left / "half.md").write_text("x")
    assert [one.id for one in store.versions()][1:] == [second.id]
    third = store.publish(thanks("Three."), **WHY)
    assert [one.id for one in store.versions()][1:] == [second.id, third.id]
    assert not left.exists() and journal.read_bytes().endswith(b"}\n")


def test_a_damaged_store_is_named_and_speaks_on(store):
    """A changed file is found; a journal that cannot be read leaves a running server as it was."""
    second = store.publish(thanks("Two."), **WHY)
    running = library(store)
    path = store.folder(second) / "talk" / "reply.md"
    path.chmod(0o644)
    path.write_text("## thanks\nTampered.\n")
    assert store.damaged() == (second,)
    path.write_bytes(thanks("Two.")["talk/reply.md"])
    assert store.damaged() == ()
    (store.root / "journal.jsonl").write_bytes(b"{}}\n" + (store.root / "journal.jsonl").read_bytes())
    running.refresh()
    assert "journal.jsonl, line 1" in running.fault and said(running) == "Two."
    with pytest.raises(PromptError, match="line 1"):
        library(store)


def test_a_draft_names_its_own_place(store):
    """What cannot be used of a draft is named where it is edited, and changes nothing."""
    draft = library(store).drafted(thanks("{{ nobody }}"), place=Path("/desk"))
    (problem,) = draft.problems
    assert problem.message.startswith("/desk/talk/reply.md, line 2: uses {{ nobody }}") and said(draft) == said(
        Registry.load()
    )


# -- trials -----------------------------------------------------------------------------------------------------------


def test_a_trial_is_sticky_and_has_its_share():
    """The same visitor always hears the same version; a larger share keeps those of the smaller one."""
    visitors = [f"visitor-{n}" for n in range(5000)]
    tenth, third = Trial("a", "b" * 64, 10.0), Trial("a", "b" * 64, 33.0)
    few, many = ({one for one in visitors if trial.hears_variant(one)} for trial in (tenth, third))
    assert few < many and abs(len(few) / 5000 - 0.10) < 0.015 and abs(len(many) / 5000 - 0.33) < 0.02
    assert few == {one for one in visitors if tenth.hears_variant(one)}
    assert not any(Trial("a", "b", 100.0).hears_variant("") for _ in range(3))


def test_some_visitors_hear_the_trial_until_it_ends(store):
    """A running server lets the share hear it, wherever a voice is asked for; a rollback ends it as well."""
    store.publish(thanks("Two."), **WHY)
    store.publish(thanks("Three."), label="staging", **WHY)
    running = library(store)
    store.begin_trial("staging", percent=50, **WHY)
    running.refresh()
    heard = {f"v{n}": said(running, visitor=f"v{n}") for n in range(40)}
    assert set(heard.values()) == {"Two.", "Three."} and said(running) == "Two."
    lucky = next(one for one, words in heard.items() if words == "Three.")
    with heard_by(lucky):
        assert (said(running), running.voice().state) == ("Three.", store.find("staging").id)
    with speaking(Registry.load()):
        assert said(running, visitor=lucky) == said(Registry.load())
    store.end_trial(**WHY)
    running.refresh()
    assert {said(running, visitor=one) for one in heard} == {"Two."}
    store.begin_trial("staging", percent=50, **WHY)
    store.rollback(**WHY)
    assert store.trial() is None


@pytest.mark.parametrize("percent", [0, 100, -3])
def test_a_trial_needs_a_share(store, percent):
    """Nobody, or everybody, is no trial; nor is what everybody hears already."""
    store.publish(thanks("Two."), label="staging", **WHY)
    with pytest.raises(PromptError, match="percent"):
        store.begin_trial("staging", percent=percent, **WHY)
    with pytest.raises(PromptError, match="everybody hears"):
        store.begin_trial("1", percent=10, **WHY)
