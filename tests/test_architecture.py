"""The house: imports go one way, importing is light, sentences live in prompt files, files and functions stay small."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "prompts", "vectorstore")

LAYERS: tuple[tuple[str, set[str]], ...] = (
    (
        "nouns",
        {"errors", "types", "settings", "naming", "narrowing", "parts", "remembering", "claim_words"}
        | {"degrees", "echoes", "meeting", "senses", "limits", "shares", "collecting"},
    ),
    (
        "stages",
        {"understanding", "state", "wording", "phrasing", "profile", "turn", "gathering", "shelving", "cutting"}
        | {"changing", "presence", "rulebook", "pages"}
        | {"anchors", "rules", "relaxing", "retrieval", "features", "ranking"}
        | {"evidence", "contrast", "likeness", "quotes", "points", "requested", "telling", "repeating", "reasons"}
        | {"details", "drawing", "explaining", "grounds", "claims", "claiming"}
        | {"answering", "support", "lookup"},
    ),
    ("engines and memory", {"engines", "memory", "webhooks"}),
    ("acts", {"writing", "starting", "suggesting", "recommending", "about", "handing_over", "acts"}),
    ("assistant", {"assistant"}),
    ("build", {"build", "demo", "prompting"}),
    ("faces", {"web", "runnable"}),
    ("tools", {"evaluation", "training"}),
    ("command line", {"terminal", "__main__"}),
)
"""Top-level names of `bot`, lowest layer first: a module imports from its own layer and from those below."""

TOP = {"bot", "prompts", "vectorstore", "tests", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
TOP |= {"constraints.txt"}
MADE = {"__pycache__", "build", "dist", "*.egg-info"}
HEAVY = {"torch", "transformers", "sentence_transformers", "gradio", "chromadb", "langchain", "langchain_core"}
HEAVY |= {"langchain_openai", "sqlalchemy", "bm25s", "fastapi", "uvicorn"}

OPERATORS = {  # whose strings only an operator or a program reads
    "bot/__main__.py": "the command line's own help",
    "bot/terminal/": "the terminal's faces speak to the operator",
    "bot/evaluation/": "figures and protocols, for the operator",
    "bot/training/": "scripts, for the developer",
    "bot/demo/": "scripts that build the demo; its texts are data",
    "bot/build.py": "what runs where, for the operator",
    "bot/prompting/": "checks and remedies, for whoever edits prompts",
    "prompts/properties.py": "what is wrong with an edit, for whoever made it",
    "prompts/testing.py": "what is wrong with an edit, for whoever made it",
    "prompts/checking.py": "what is wrong with an edit, for whoever made it",
    "prompts/sandbox.py": "what is wrong with an edit, for whoever made it",
    "prompts/front_matter.py": "what is wrong with an edit, for whoever made it",
    "bot/rulebook.py": "errors of an operator's rules",
    "bot/changing.py": "errors of an operator's rows",
    "bot/runnable.py": "descriptions of a tool, for a language model",
    "bot/web/body.py": "errors of the API, for programs",
    "bot/web/errors.py": "errors of the API, for programs",
    "bot/web/filters.py": "errors of the API, for programs",
    "bot/web/identity/": "errors of the API and of settings, for the host's developers and the operator",
    "bot/web/logs.py": "the form of a log line",
    "bot/web/metrics.py": "what figures mean, for the operator",
    "bot/web/routes/handovers.py": "errors of the API, for the operator and the desk",
    "bot/web/routes/items.py": "errors of the API, for the operator",
    "bot/web/routes/operator.py": "errors of the API, for the operator",
    "bot/web/routes/ready.py": "health, for the operator",
    "bot/web/serve.py": "remedies, for the operator",
    "bot/web/stream.py": "an error with its remedy",
    "bot/memory/opening.py": "remedies, for the operator",
    "bot/webhooks/": "remedies and problems, for the operator and the desk's developers",
    "bot/engines/chat/": "remedies, for the operator who names a model; its own words are prompt files",
    "bot/answering/calibration.py": "the form of a data file",
    "vectorstore/": "reports and remedies of reading files and indexes, for the operator",
}
LONG = {"bot.types": "the nouns, events and seams on one page: what every other file speaks of"}
NOT_SPOKEN = {  # single strings, with the reason
    "none; run `shelftalk ingest items FILE` first": "an error's list of catalogues, for the operator",
}


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, for everything that ships."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


@cache
def imported(path: Path, *, typing: bool = True) -> tuple[str, ...]:
    """The modules of this repository that a file imports, anywhere; ``typing``: also those for annotations alone."""
    checked = () if typing else (node for node in nodes(path) if _under_typing(node))
    skipped = {id(inner) for node in checked for inner in ast.walk(node)}
    found: list[str] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules() else str(node.module) for name in names]
        else:
            continue
        if id(node) not in skipped:
            found += (name for name in names if name.split(".")[0] in PACKAGES)
    return tuple(found)


def _under_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def layer(module: str) -> int:
    """The place in LAYERS of the top-level module or package that `module` is or lies in."""
    name = module.split(".")[1]
    places = [place for place, (_, names) in enumerate(LAYERS) if name in names]
    assert len(places) == 1, f"bot.{name} stands in {len(places)} layers: give it one place in LAYERS"
    return places[0]


@pytest.mark.parametrize("package", ["vectorstore", "prompts"])
def test_search_and_prompts_know_nothing_of_the_bot(package):
    """`vectorstore` and `prompts` import only themselves."""
    wrong = [
        f"{name} imports {other}"
        for name, path in modules().items()
        if name.split(".")[0] == package
        for other in imported(path)
        if other.split(".")[0] != package
    ]
    assert wrong == []


def test_imports_of_the_bot_go_one_way():
    """A module of `bot` imports from its own layer and from lower ones, never from above."""
    wrong = []
    for name, path in modules().items():
        if name.startswith("bot."):
            for other in imported(path):
                if other.startswith("bot.") and layer(other) > layer(name):
                    wrong.append(f"{name} ({LAYERS[layer(name)][0]}) imports {other} ({LAYERS[layer(other)][0]})")
    assert wrong == []


def test_no_module_imports_itself_in_a_circle():
    """Nowhere, not even inside functions; only annotations may look back."""
    graph = {name: set(imported(path, typing=False)) - {name} for name, path in modules().items()}
    graph = {name: others for name, others in graph.items() if name not in PACKAGES}
    done: set[str] = set()

    def circle(name: str, trail: tuple[str, ...]) -> tuple[str, ...]:
        if name in trail:
            return (*trail[trail.index(name) :], name)
        if name in done or name not in graph:
            return ()
        found = next((found for other in sorted(graph[name]) if (found := circle(other, (*trail, name)))), ())
        done.add(name)
        return found

    assert [found for name in sorted(graph) if (found := circle(name, ()))] == []


@pytest.mark.parametrize("statement", ["import bot", "import bot, prompts, vectorstore", "from bot import Settings"])
def test_importing_is_light(statement):
    """The public names cost no model, no web framework and no database."""
    command = f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert HEAVY.intersection(done.stdout.split()) == set()


@pytest.mark.parametrize("before", ["", "from bot.build import catalogs; "])
def test_the_public_names_are_what_they_say(before):
    """`build` is the function, also when its module was imported before; the others are classes."""
    check = (
        "from bot import Assistant, Settings, build as b; print(*(type(x).__name__ for x in (Assistant, Settings, b)))"
    )
    done = subprocess.run([sys.executable, "-c", before + check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["type", "type", "function"]


def test_the_environment_is_read_in_one_place():
    """`settings` reads it; `web.app` sets the one variable that Gradio reads at its import."""
    users = {name for name, path in modules().items() if re.search(r"\bos\.(environ|getenv)", path.read_text("utf-8"))}
    assert users <= {"bot.settings", "bot.web.app", "bot.web.page.options"}
    for name in users - {"bot.settings"}:
        lines = [line for line in modules()[name].read_text("utf-8").splitlines() if "environ" in line]
        assert all("GRADIO_ANALYTICS_ENABLED" in line for line in lines), name


def test_no_sentence_that_a_visitor_reads_stands_in_python():
    """Every string of four words or more is a docstring, an error, a log line, or listed with its reason."""
    spoken = []
    for path in modules().values():
        place = path.relative_to(ROOT).as_posix()
        if not any(place.startswith(prefix) for prefix in OPERATORS):
            spoken += [f"{place}:{line}: {text!r}" for line, text in sentences(tree(path)) if text not in NOT_SPOKEN]
    assert spoken == []


def sentences(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every string that looks like prose and that no rule excuses."""
    excused = {id(inner) for node in ast.walk(module) if _excuses(node) for inner in ast.walk(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) and id(node) not in excused:
            text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            excused |= {id(part) for part in node.values}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in excused:
            text = node.value
        else:
            continue
        if _is_prose(text):
            yield node.lineno, text


def _is_prose(text: str) -> bool:
    pattern = re.search(r"\\[bwsd]|\(\?|\]\*|\w\|\w", text)
    return not pattern and len(re.findall(r"(?<![\w<>/=-])[A-Za-z][a-z']*(?![\w<>=-])", text)) >= 4 and " " in text


def _excuses(node: ast.AST) -> bool:
    """Docstrings, errors and their hints, log lines, and lists of words that are split on the spot."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.Raise, ast.Assert)):
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(one, ast.Name) and re.search("hint|stop_words", one.id, re.I) for one in targets)
    if isinstance(node, ast.keyword):
        return node.arg == "hint"
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    owner = getattr(getattr(node.func, "value", None), "id", "")
    return bool(re.search(r"(Error|Fault|Mismatch|Request|Busy)$", name)) or owner == "_log" or name in {"split", "say"}


def test_the_search_for_sentences_finds_one():
    """The test above is not blind: a plain sentence is found, a docstring, an error and a word list are not."""
    source = '"""A module that says something here."""\nx = f"Here are {n} films that you may like."\n'
    source += 'y = "one two three four".split()\nraise ValueError("this is not for visitors")\n'
    assert list(sentences(ast.parse(source))) == [(2, "Here are {} films that you may like.")]


def test_the_top_level_holds_only_what_the_design_names():
    """Three packages, the tests, and a handful of files."""
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in found - TOP if not any(fnmatch(name, made) for made in MADE)} == set()
    assert found >= TOP


def test_files_and_functions_stay_small(capsys):
    """No file reaches 300 lines and no function 60; the medians are printed."""
    files = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules().items()}
    spans = {
        f"{name}.{node.name}": node.end_lineno - node.lineno + 1
        for name, path in modules().items()
        for node in nodes(path)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    with capsys.disabled():
        tenths = quantiles(spans.values(), n=10)
        sys.stdout.write(f"\nfiles: median {median(files.values())} lines, longest {max(files.values())}; ")
        sys.stdout.write(f"functions: {median(spans.values())}, p90 {tenths[8]:.0f}, longest {max(spans.values())}\n")
    assert {name: lines for name, lines in files.items() if lines >= 300 and name not in LONG} == {}
    assert {name: lines for name, lines in spans.items() if lines > 60} == {}


def test_every_module_says_what_it_is():
    """Every module has a docstring."""
    assert [name for name, path in modules().items() if not ast.get_docstring(tree(path))] == []


def test_every_file_that_ships_is_declared():
    """Package data patterns cover every file that is not Python, and no folder has a dot in its name."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    assert all(f"{package}*" in settings["packages"]["find"]["include"] for package in PACKAGES)
    lost = []
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()):
        place = path.relative_to(ROOT)
        if "__pycache__" in place.parts or path.suffix in {".py", ".pyc"}:
            continue
        if any("." in folder for folder in place.parts[:-1]) or not any(fnmatch(path.name, one) for one in patterns):
            lost.append(place.as_posix())
    assert lost == []
