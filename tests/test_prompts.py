"""Prompts: every shipped file is whole, every rendering is strict and safe, edits are live and never break a turn."""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from prompts import SHIPPED, FacetWords, PromptError, Registry, constraint_words, order_words
from prompts.golden import golden_cases, spoken
from prompts.prompt import AMBIENT

FOR_MODELS = ("understand/", "write/")
MARKDOWN = ("explain/frame", "explain/item", "about/", "talk/", "clarify/", "support/a", "support/handover")
CASES = golden_cases()
HEAD = "---\ndescription: A test.\n"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """An empty overlay beside a small copy of the shipped labels."""
    labels = tmp_path / "shipped" / "labels"
    labels.mkdir(parents=True)
    for name in ("grammar", "amount", "catalog", "facets", "values", "ui"):
        for path in (SHIPPED / "labels").glob(f"{name}*.md"):
            shutil.copy(path, labels)
    return tmp_path / "overlay"


def load(overlay: Path) -> Registry:
    """A registry over the small copy that `overlay` lies beside."""
    return Registry.load(overlay, shipped=overlay.parent / "shipped")


def put(root: Path, name: str, text: str) -> Path:
    """Write one prompt file below ``root``, newer than anything before it."""
    path = root / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp = path.stat().st_mtime_ns + 1_000_000 if path.exists() else None
    path.write_text(text, "utf-8")
    if stamp:
        os.utime(path, ns=(stamp, stamp))
    return path


# -- the shipped files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({case.name for case in CASES}))
def test_golden(registry: Registry, name: str) -> None:
    """Every prompt says exactly what its golden cases record."""
    cases = [case for case in CASES if case.name == name]
    assert [(str(case), spoken(case, registry)) for case in cases] == [(str(case), case.text) for case in cases]


def test_golden_cover_every_frame_and_clause(registry: Registry) -> None:
    """Each phrase that takes variables or has alternatives has a golden case in each of its locales."""
    covered = {(case.name, case.locale, case.key, case.variant) for case in CASES}
    wanted = {
        (name, locale, key, variant)
        for name in registry.names()
        if not name.startswith("labels/") and name != "error/page"
        for locale in registry.locales()
        if registry.prompt(name, locale).ref.locale == locale
        for key, phrase in registry.prompt(name, locale).phrases.items()
        for variant in range(len(phrase.alternatives))
        if phrase.variables or len(phrase.alternatives) > 1
    }
    assert wanted - covered == set()


def test_every_sample_renders_within_its_limits(registry: Registry) -> None:
    """No prompt has a missing or unused variable in any locale, and every sample keeps to the prompt's checks."""
    assert _fault(registry) == ""


def test_a_sample_beyond_a_limit_is_named(tmp_path: Path) -> None:
    """A wording that overruns its prompt's checks is reported with the prompt, the key and the number."""
    shipped = tmp_path / "prompts"
    shutil.copytree(SHIPPED, shipped)
    hello = shipped / "talk" / "reply.md"
    hello.write_text(re.sub(r"(?m)^(## hello\n+).*$", r"\g<1>" + "word " * 2001, hello.read_text("utf-8")), "utf-8")
    with pytest.raises(PromptError, match=r"talk/reply\.en.* \(hello\), line \d+: 200\d words, more than 40"):
        Registry.load(shipped=shipped).check()


def _fault(registry: Registry) -> str:
    """What is wrong with the first prompt that fails; empty where none does."""
    try:
        registry.check()
    except PromptError as error:
        return str(error)
    return ""


def test_everything_a_visitor_reads_exists_in_chinese(registry: Registry) -> None:
    """Only what is said to a model stays English."""
    english_only = {name for name in registry.names() if registry.prompt(name, "zh").ref.locale == "en"}
    assert {name for name in english_only if not name.startswith(FOR_MODELS)} == set()


def test_translations_declare_the_same_keys_and_inputs(registry: Registry) -> None:
    """A translation has the kind, the keys and, but for the nouns that a voice fills in, the inputs of the English."""
    for name in registry.names():
        english, chinese = registry.prompt(name), registry.prompt(name, "zh")
        assert chinese.head.kind == english.head.kind, name
        assert list(chinese.phrases) == list(english.phrases), name
        assert set(chinese.head.inputs) - AMBIENT == set(english.head.inputs) - AMBIENT, name


def test_frames_are_short_and_do_not_flatter(registry: Registry) -> None:
    """Frames are held to 25 words and to a list of words they may not say."""
    checks = registry.prompt("explain/frame").head.checks
    assert checks["max_words"] == 25
    assert "great choice" in checks["forbid"]


def test_markdown_prompts_escape_every_variable(registry: Registry) -> None:
    """Data in a reply can neither open a tag, nor a link, nor bold."""
    evil = "**x** [a](http://e) <b>`c`"
    for name in (one for one in registry.names() if one.startswith(MARKDOWN)):
        for locale in ("en", "zh"):
            prompt, voice = registry.prompt(name, locale), registry.voice(locale, catalog="films")
            for key, phrase in prompt.phrases.items():
                values = {one: poisoned(prompt.head.inputs[one], evil) for one in voice.takes(name, key)}
                for variant in range(len(phrase.alternatives)):
                    text = voice.phrase(name, key, variant=variant, **values)
                    assert not re.search(r"(?<!\\)(<b>|\[a|`|\*\*x)", text), (name, locale, key, text)


def poisoned(sample: object, evil: str) -> object:
    """``sample`` with every string in it replaced."""
    if isinstance(sample, str):
        return evil
    if isinstance(sample, list):
        return [poisoned(one, evil) for one in sample]
    if isinstance(sample, dict):
        return {key: poisoned(one, evil) for key, one in sample.items()}
    return sample


def test_the_package_imports_nothing_of_the_bot() -> None:
    """Prompts know no engine, no store and no face."""
    for path in SHIPPED.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in ("bot", "vectorstore")], path


def constants(tree: ast.Module) -> dict[str, str]:
    """The module's names for strings: ``_CHIP = "suggest/chip"``, also several in one line."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs = zip(target.elts, node.value.elts, strict=True) if several else [(target, node.value)]
                found |= {a.id: b.value for a, b in pairs if isinstance(a, ast.Name) and isinstance(b, ast.Constant)}
    return found


def spoken_in_code() -> Iterator[tuple[str, str, str, set[str] | None]]:
    """``(place, prompt, key, variables)`` of every literal `phrase` call in the bot; None: variables not literal."""
    for path in sorted((SHIPPED.parent / "bot").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "phrase":
                given = [names.get(a.id) if isinstance(a, ast.Name) else getattr(a, "value", None) for a in node.args]
                if len(given) == 2 and all(isinstance(one, str) for one in given):
                    variables = {one.arg for one in node.keywords}
                    yield f"{path}:{node.lineno}", given[0], given[1], None if None in variables else variables


def test_what_the_code_speaks_exists(registry: Registry) -> None:
    """Every phrase that the code asks for by name is there, and gets exactly the variables that it takes."""
    voice = registry.voice()
    for place, name, key, variables in spoken_in_code():
        assert voice.has(name, key), (place, name, key)
        assert variables is None or voice.takes(name, key) <= variables, (place, voice.takes(name, key), variables)


# -- speaking ---------------------------------------------------------------------------------------------------------


def test_strict_variables(registry: Registry) -> None:
    """A missing variable, an undeclared one, an unknown key, an unknown prompt and an object are all errors."""
    voice = registry.voice("en", catalog="films")
    with pytest.raises(PromptError, match="needs 'title'"):
        voice.phrase("suggest/chip", "more_like")
    with pytest.raises(PromptError, match="was given 'colour'"):
        voice.phrase("suggest/chip", "more_like", title="Heat", colour="red")
    with pytest.raises(PromptError, match="no phrase 'nothing'"):
        voice.phrase("suggest/chip", "nothing")
    with pytest.raises(PromptError, match="no prompt 'no/such'"):
        voice.phrase("no/such", "key")
    with pytest.raises(PromptError, match=r"was given a .*Path"):
        voice.phrase("suggest/chip", "more_like", title=Path())


def test_values_are_data_and_never_templates(registry: Registry) -> None:
    """Template syntax inside a value comes out as it went in."""
    said = registry.voice().phrase("suggest/chip", "more_like", title="{{ 7 * 7 }}{% for x in y %}")
    assert said == "More like {{ 7 * 7 }}{% for x in y %}"


def test_locale_fallback(registry: Registry) -> None:
    """zh-CN speaks zh, an unknown locale speaks English, a model prompt is English for everyone."""
    assert registry.voice("zh-CN").phrase("labels/ui", "like") == "喜欢"
    assert registry.voice("zh_Hant_TW").phrase("labels/ui", "like") == "喜欢"
    assert registry.voice("fi").phrase("labels/ui", "like") == "Like"
    assert registry.prompt("write/chat", "zh").ref.locale == "en"


def test_the_catalogue_gives_the_nouns(registry: Registry) -> None:
    """The same phrase speaks of films, products or titles."""
    said = {name: registry.voice(catalog=name).phrase("suggest/chip", "back") for name in ("films", "outdoor", "tea")}
    assert said == {"films": "Back to films", "outdoor": "Back to products", "tea": "Back to titles"}
    chinese = registry.voice("zh", catalog="films").phrase("suggest/chip", "more_like", title="Heat")
    goods = registry.voice("zh", catalog="outdoor").phrase("suggest/chip", "more_like", title="Heat")
    assert (chinese, goods) == ("类似《Heat》的", "类似Heat的")


def test_variants_are_chosen_by_number(registry: Registry) -> None:
    """The same number always chooses the same wording, and numbers wrap around."""
    voice = registry.voice(catalog="films")
    said = [voice.phrase("talk/reply", "thanks", variant=number) for number in range(4)]
    assert said[0] == said[2] != said[1] == said[3]


def test_a_voice_remembers_what_it_said(registry: Registry) -> None:
    """Each prompt is listed once, as name.locale@version#hash, in the order of speaking; nouns do not count."""
    voice = registry.voice("zh", catalog="films")
    voice.phrase("labels/ui", "like")
    voice.phrase("talk/reply", "hello")
    voice.phrase("labels/ui", "seen")
    written = [str(ref) for ref in voice.spoken]
    assert [one.split("@")[0] for one in written] == ["labels/ui.zh", "talk/reply.zh"]
    assert all(re.fullmatch(r"[a-z/_]+\.[a-z-]+@\d+#[0-9a-f]{8}", one) for one in written)


def test_labels_and_values(registry: Registry) -> None:
    """Facets and values are said in the visitor's language, else as the catalogue writes them."""
    english, chinese = registry.voice("en"), registry.voice("zh")
    assert (english.label("runtime"), chinese.label("runtime")) == ("running time", "片长")
    assert (english.label("fit", "cut"), english.label("heel_drop")) == ("cut", "heel drop")
    assert (english.value("genres", "Drama"), chinese.value("genres", "Drama")) == ("Drama", "剧情")
    assert (english.value("runtime", 139.0), chinese.value("runtime", 139.0)) == ("139 minutes", "139分钟")
    assert (english.value("price", 45.5, "USD"), english.value("year", 1994.0)) == ("$45.50", "1994")
    assert english.value("range", 12430.5, "km") == "12,430.5 km"
    assert (english.value("waterproof", True), chinese.value("waterproof", False)) == ("yes", "否")
    assert english.value("cast", ("A", "B")) == "A, B"
    assert (english.listed(["a", "b", "c"]), chinese.listed(["a", "b"], "or")) == ("a, b and c", "a或b")


YEAR, RUNTIME = FacetWords("year", "year"), FacetWords("runtime", "number", unit="minutes")
GENRES, CAST = FacetWords("genres", "multi"), FacetWords("cast", "multi")


@pytest.mark.parametrize(
    ("facet", "op", "value", "english", "chinese"),
    [
        (YEAR, "<", 1990.0, "before 1990", "1990年之前"),
        (YEAR, "between", (1990.0, 1999.0), "from the 1990s", "1990年代"),
        (YEAR, "between", (1985.0, 1999.0), "1985 to 1999", "1985年至1999年"),
        (RUNTIME, "<=", 120.0, "at most 120 minutes", "不超过120分钟"),
        (RUNTIME, "between", (100.0, 120.0), "100 to 120 minutes", "100到120分钟"),
        (GENRES, "not", "Horror", "not horror", "不要恐怖"),
        (GENRES, "any", ("Comedy", "Drama"), "comedy or drama", "喜剧或剧情"),
        (CAST, "is", "Tom Cruise", "with Tom Cruise", "Tom Cruise出演"),
        (FacetWords("waterproof", "flag"), "is", True, "waterproof", "防水"),
        (FacetWords("waterproof", "flag"), "not", True, "not waterproof", "不防水"),
        (FacetWords("reach", "number", "reach", "km"), ">=", 30.5, "reach at least 30.5 km", "reach至少30.5 km"),
        (FacetWords("finish", "category", "finish"), "contains", "red", "finish with “red”", "finish含“red”"),
        (FacetWords("finish", "category", "finish"), "not", "red", "not red", "不要red"),
    ],
)
def test_conditions_in_words(registry: Registry, facet, op, value, english, chinese) -> None:
    """A condition is named alike wherever it is named, in every language."""
    said = [constraint_words(registry.voice(locale), facet, op=op, value=value) for locale in ("en", "zh")]
    assert said == [english, chinese]


def test_orders_in_words(registry: Registry) -> None:
    """An order is named by its facet, else by its label."""
    voice = registry.voice()
    assert order_words(voice, YEAR, direction="asc") == "oldest first"
    assert order_words(voice, FacetWords("reach", "number", "reach"), direction="desc") == "highest reach first"


# -- safety -----------------------------------------------------------------------------------------------------------

ESCAPES = [
    "{{ value.__class__.__mro__ }}",
    "{{ value['__class__'] }}",
    "{{ value | attr('__class__') }}",
    "{{ ''.join(['a']) }}",
    "{{ '{0.__class__}'.format(value) }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum() }}",
    "{{ self._TemplateReference__context }}",
    "{{ _grammar }}",
    "{{ _budget }}",
    "{{ range(1000000) }}",
    "{{ value | map('upper') | list }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{% set x = value %}{{ x }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ value }}",
    "{% import 'os' as os %}{{ value }}",
    "{% extends 'x' %}{{ value }}",
    "{% include '../../etc/passwd' %}{{ value }}",
    "{% include value %}",
    "{% for x in value recursive %}{{ loop(x) }}{% endfor %}",
    "{{ value is callable }}",
    "{% filter upper %}{{ value }}{% endfilter %}",
    "{% call value() %}{% endcall %}",
    "{{ {'a': value} }}",
    "{{ value",
]


@pytest.mark.parametrize("attack", ESCAPES)
def test_the_sandbox_refuses(overlay: Path, attack: str) -> None:
    """Nothing outside the small prompt language is accepted; the shipped wording stays."""
    put(overlay, "labels/amount", f"## plain\n{attack}\n")
    registry = load(overlay)
    assert [problem.path.name for problem in registry.problems] == ["amount.md"]
    assert registry.problems[0].hint
    assert registry.voice().value("count", 3) == "3"


def test_methods_of_values_are_out_of_reach(tmp_path: Path) -> None:
    """A dot reads a key of the data, never a method of it: ``one.items`` is undefined unless it is a key."""
    put(tmp_path, "test/dots", HEAD + "inputs: {one: {title: a}}\n---\n{{ one.title }}{{ one.items }}\n")
    voice = Registry.load(shipped=tmp_path).voice()
    assert voice.say("test/dots", one={"title": "a", "items": "b"}) == "ab"
    with pytest.raises(PromptError, match="items"):
        voice.say("test/dots", one={"title": "a"})


def test_output_and_loops_are_bounded(tmp_path: Path) -> None:
    """A prompt can make at most 20,000 characters and 5,000 loop steps."""
    nested = "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% endfor %}{% endfor %}{% endfor %}x"
    put(tmp_path, "test/loops", f"---\ndescription: x\ninputs: {{rows: [1]}}\n---\n{nested}\n")
    put(
        tmp_path, "test/long", "---\ndescription: x\ninputs: {rows: [1]}\n---\n{% for a in rows %}{{ a }}{% endfor %}\n"
    )
    voice = Registry.load(shipped=tmp_path).voice()
    with pytest.raises(PromptError, match="5000 times"):
        voice.say("test/loops", rows=[1] * 40)
    with pytest.raises(PromptError, match="20000 characters"):
        voice.say("test/long", rows=["x" * 1000] * 30)


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no head", "no front matter"),
        ("---\nkind: template\n---\nx", "description is missing"),
        ("---\ndescription: [\n---\nx", "not YAML"),
        (HEAD + "kind: poem\n---\nx", "kind is 'poem'"),
        (HEAD + "colour: red\n---\nx", "unknown front matter field 'colour'"),
        (HEAD + "version: 0\n---\nx", "version is 0"),
        (HEAD + "inputs: [a]\n---\nx", "inputs is not a mapping"),
        (HEAD + "---\n{{ name }}", r"uses {{ name }}"),
        (HEAD + "inputs: {name: a}\n---\nx", "never uses it"),
        (HEAD + "kind: phrases\n---\nstray\n## key\nx", "text before the first"),
        (HEAD + "kind: phrases\n---\n## key\nx\n## key\ny", "stands twice"),
        (HEAD + "kind: phrases\n---\n## key\nx\n---\n", "empty alternative"),
        (HEAD + "kind: map\n---\n- a\n", "the map is empty"),
        (HEAD + "kind: map\n---\na: [b]\n", "is a list"),
        (HEAD + '---\n{% include "test/other" %}', "does not exist"),
        (HEAD + '---\n{% include "test/prompt" %}', "come back to itself"),
    ],
)
def test_a_broken_shipped_file_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    """Loading stops at a broken file of our own and says which one and why."""
    put(tmp_path, "test/prompt", text)
    with pytest.raises(PromptError, match=message):
        Registry.load(shipped=tmp_path)


def test_a_translation_may_not_use_other_variables(tmp_path: Path) -> None:
    """What is passed is set by the English file."""
    put(tmp_path, "test/prompt", HEAD + "kind: phrases\ninputs: {a: 1}\n---\n## key\n{{ a }}\n## two\nx\n")
    put(tmp_path, "test/prompt.zh", HEAD + "kind: phrases\ninputs: {a: 1}\n---\n## two\n{{ a }}\n")
    with pytest.raises(PromptError, match="not given to this phrase"):
        Registry.load(shipped=tmp_path)


def test_partials(tmp_path: Path) -> None:
    """A prompt may include another; its variables become the prompt's own, in the nearest locale."""
    put(tmp_path, "test/part", HEAD + "inputs: {name: a}\n---\nHello {{ name }}\n")
    put(tmp_path, "test/part.zh", HEAD + "inputs: {name: a}\n---\n您好{{ name }}\n")
    put(tmp_path, "test/whole", HEAD + 'inputs: {name: a}\n---\n{% include "test/part" %}!\n')
    put(tmp_path, "test/whole.zh", HEAD + 'inputs: {name: a}\n---\n{% include "test/part" %}！\n')
    registry = Registry.load(shipped=tmp_path)
    said = [registry.voice(locale).say("test/whole", name="Ada") for locale in ("en", "zh")]
    assert said == ["Hello Ada!", "您好Ada！"]


def test_styles(tmp_path: Path) -> None:
    """A key may have a wording for one style, also one of an operator's own; other styles use the plain one."""
    put(
        tmp_path,
        "test/prompt",
        HEAD + "kind: phrases\n---\n## key\nPlain words.\n## key@terse\nTerse.\n## key@guided\nStep by step.\n",
    )
    registry = Registry.load(shipped=tmp_path)
    said = [registry.voice("en", style).phrase("test/prompt", "key") for style in ("plain", "terse", "warm", "guided")]
    assert said == ["Plain words.", "Terse.", "Plain words.", "Step by step."]
    assert registry.styles() == ("plain", "terse", "warm", "playful", "guided")
    with pytest.raises(PromptError, match="style 'shouted'"):
        registry.voice("en", "shouted")


# -- the overlay ------------------------------------------------------------------------------------------------------


def test_an_edit_is_live_and_a_broken_one_keeps_the_last_good(overlay: Path) -> None:
    """An edit acts at the next refresh; a broken one keeps what was last good and is listed; removal undoes it."""
    registry = load(overlay)
    before = registry.voice()
    assert registry.refresh() is False

    path = put(overlay, "labels/ui", "## like\nLove it\n")
    assert registry.refresh() is True
    assert registry.voice().phrase("labels/ui", "like") == "Love it"
    assert registry.voice().phrase("labels/ui", "seen") == "Seen it"
    assert before.phrase("labels/ui", "like") == "Like"

    for broken in ("## like\n{{ oops\n", "## like\n{{ colour }}\n", "## unheard_of\nx\n", "---\ndescription\n---\n"):
        put(overlay, "labels/ui", broken)
        assert registry.refresh() is True
        assert registry.voice().phrase("labels/ui", "like") == "Love it"
        assert [problem.path for problem in registry.problems] == [path]

    put(overlay, "labels/ui", "## like\nYes, please\n")
    registry.refresh()
    assert (registry.voice().phrase("labels/ui", "like"), registry.problems) == ("Yes, please", ())

    path.unlink()
    registry.refresh()
    assert registry.voice().phrase("labels/ui", "like") == "Like"


def test_an_overlay_changes_the_reference(overlay: Path) -> None:
    """What was spoken is told apart by its hash."""
    plain = load(overlay).prompt("labels/ui").ref
    put(overlay, "labels/ui", "## like\nLove it\n")
    edited = load(overlay).prompt("labels/ui").ref
    assert (edited.name, edited.locale) == (plain.name, plain.locale)
    assert edited.hash != plain.hash


def test_an_overlay_may_add_a_locale(overlay: Path) -> None:
    """A new language needs no code; what it does not say is said in English."""
    put(overlay, "labels/ui.de", "## like\nGefällt mir\n")
    put(overlay, "labels/grammar.de", "---\ndescription: Bindewörter.\nkind: map\n---\nand: ' und '\n")
    registry = load(overlay)
    voice = registry.voice("de-AT")
    assert registry.locales() == ("en", "de", "zh")
    assert voice.phrase("labels/ui", "like") == "Gefällt mir"
    assert voice.phrase("labels/ui", "seen") == "Seen it"
    assert voice.listed(["a", "b", "c"]) == "a, b und c"


def test_an_overlay_is_held_to_the_checks(overlay: Path) -> None:
    """An edit that says a forbidden word or grows too long is refused."""
    put(overlay, "labels/ui", HEAD + "kind: phrases\nchecks: {max_words: 3}\n---\n## like\nOne two three four\n")
    assert "more than 3" in load(overlay).problems[0].message
    put(overlay, "labels/ui", HEAD + "kind: phrases\n---\n## like\nTwo\nlines\n")
    assert "more than one line" in load(overlay).problems[0].message


def test_an_unknown_overlay_file_is_a_problem(overlay: Path) -> None:
    """A misspelt file name does not pass in silence."""
    put(overlay, "labels/uii", "## like\nLove it\n")
    assert "nothing speaks" in load(overlay).problems[0].message


def test_a_map_is_overlaid_leaf_by_leaf(overlay: Path) -> None:
    """An operator renames one facet and keeps the rest."""
    put(overlay, "labels/facets", "---\ndescription: x\nkind: map\n---\nruntime: length\n")
    voice = load(overlay).voice()
    assert (voice.label("runtime"), voice.label("cast")) == ("length", "cast")


def test_an_overlay_that_is_not_text_keeps_the_shipped(overlay: Path) -> None:
    """A file in a wrong encoding is reported, not fatal."""
    put(overlay, "labels/ui", "## like\nx\n").write_bytes(b"## like\n\xff\xfe\n")
    registry = load(overlay)
    assert "cannot be read" in registry.problems[0].message
    assert registry.voice().phrase("labels/ui", "like") == "Like"
