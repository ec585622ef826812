"""The trained reader's parts: framing of sheets, shapes of what the network says, losses, scores, and int8 on disk."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from bot.engines.encoder import KINDS
from bot.engines.reader.framing import (
    BEFORE,
    MESSAGE,
    OF_ITEM,
    OF_NUMBER,
    OF_SCHEMA,
    OF_VALUE,
    SCHEMA,
    SHOWN,
    Framer,
)
from bot.engines.reader.network import WIDTH, Logits, ReaderNetwork, collate
from bot.engines.reader.sheet import ABOUT, ACTS, OPERATORS, ROLES, TAGS, VERDICTS, FacetEntry, Sheet, ValueEntry
from bot.engines.reader.storing import FILE, TABLE, expanded, load, rounded, save
from bot.errors import EngineError
from bot.training.examples import Example, Targets
from bot.training.losses import losses
from bot.training.scoring import decided, score, wanted
from tests import tiny_reader
from vectorstore.embedders.encoder import padded

MESSAGE_WORDS = "a red lamp under 40 euros like the second one"
SHEET = Sheet(
    MESSAGE_WORDS,
    (FacetEntry("colour", 0), FacetEntry("price euros", 2)),
    (ValueEntry(0, "red", 2, (2, 5)), ValueEntry(0, "blue")),
    numbers=((17, 19),),
    mentions=((31, 45),),
    before="hello there",
    shown=True,
)
TARGETS = Targets(
    {"recommend", "more"}, about={1: {"lower"}}, verdicts={0: "is"}, links=[1], operators=["<"], roles=[{"liked"}],
    tags=[((26, 45), "wish")],
)  # fmt: skip


def large(facets=200, values=4):
    """A schema of many facets."""
    return Sheet(
        "something nice for 2 people",
        tuple(FacetEntry(f"facet number {number}", number % 5) for number in range(facets)),
        tuple(ValueEntry(number // values, f"value {number}") for number in range(facets * values)),
        numbers=((19, 20),),
    )


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_reader.tokenizer()


@pytest.fixture(scope="module")
def framer(tokenizer):
    return Framer(tokenizer)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(5)
    return ReaderNetwork(tiny_reader.config()).eval()


def read(network, framed):
    with torch.no_grad():
        return network(collate(framed))


# -- framing ----------------------------------------------------------------------------------------------------------


def test_a_sheet_is_framed_as_one_row(tokenizer, framer):
    """Before, message and schema between the special tokens; every token says what it is part of."""
    framed = framer.frame(SHEET)
    (chunk,) = framed.chunks
    text = "hello there ; | a red lamp under 40 euros like the second one | colour : red , blue , ; price euros : ; |"
    words = [
        token for part in text.split("|") for token in [*tokenizer.encode(part, add_special_tokens=False).ids, 102]
    ]
    assert chunk.ids == [101, *words[:-1]]
    assert SHOWN in chunk.ids and len(chunk.ids) == len(chunk.segments)
    said = {
        kind: tokenizer.decode([id_ for id_, one in zip(chunk.ids, chunk.segments, strict=True) if one == kind])
        for kind in (OF_SCHEMA, OF_VALUE, OF_NUMBER, OF_ITEM)
    }
    assert said[OF_VALUE] == "red" and said[OF_NUMBER] == "40" and said[OF_ITEM] == "the second one"
    assert said[OF_SCHEMA].startswith("colour : red") and chunk.segments.count(OF_SCHEMA) == len(chunk.ids) - 24


@pytest.mark.parametrize("sheet", [SHEET, large(), large(3, 90)])
def test_chunks_hold_every_value_once_and_fit(framer, tokenizer, sheet):
    """Each value stands once beside its facet, its words where the chunk says; no chunk outgrows its room."""
    framed = framer.frame(sheet)
    values = [value for chunk in framed.chunks for value in chunk.values]
    assert [index for index, _, _ in values] == list(range(len(sheet.values)))
    assert {index for chunk in framed.chunks for index, _, _ in chunk.facets} == set(range(len(sheet.facets)))
    for chunk in framed.chunks:
        here = {index for index, _, _ in chunk.facets}
        assert {sheet.values[index].facet for index, _, _ in chunk.values} <= here
        assert chunk.message == framed.chunks[0].message
        assert len(chunk.ids) <= BEFORE + MESSAGE + SCHEMA + 5
        for index, first, last in chunk.values:
            assert tokenizer.decode(chunk.ids[first:last]) == sheet.values[index].words
        for index, first, last in chunk.facets:
            assert tokenizer.decode(chunk.ids[first:last]) == sheet.facets[index].words


def test_spans_are_in_the_right_tokens(framer, tokenizer):
    """Numbers, items and matched values as the tokens that hold their characters."""
    framed = framer.frame(SHEET)
    ids = framed.chunks[0].ids

    def words(span):
        return tokenizer.decode(ids[slice(*span)])

    assert [words(span) for span in framed.numbers] == ["40"]
    assert [words(span) for span in framed.mentions] == ["the second one"[:14]]
    assert words(framed.matched[0]) == "red" and framed.matched[1] is None
    assert words(framed.chunks[0].message) == MESSAGE_WORDS


def test_a_long_message_is_cut_and_its_spans_with_it(framer):
    """What stands behind the cut falls on the last token; what was said before keeps its end."""
    text = "word " * 300
    sheet = Sheet(text, (FacetEntry("colour", 0),), numbers=((1490, 1494), (5, 9)), before="first " * 60 + "last")
    framed = framer.frame(sheet)
    first, last = framed.chunks[0].message
    assert last - first == MESSAGE and first == BEFORE + 2
    assert framed.numbers == [(last - 1, last), (first + 1, first + 2)]
    assert len(framed.offsets) == MESSAGE


@pytest.mark.parametrize("sheet", [Sheet("hi", ()), Sheet("", (FacetEntry("", 0),), (ValueEntry(0, ""),), ((0, 0),))])
def test_an_empty_schema_or_message_is_read(framer, network, sheet):
    """One chunk; the heads say something of everything that there is."""
    framed = framer.frame(sheet)
    logits = read(network, [framed])
    assert len(framed.chunks) == 1
    assert [len(logits.acts), len(logits.about), len(logits.verdicts), len(logits.link)] == [
        1, len(sheet.facets), len(sheet.values), len(sheet.numbers),
    ]  # fmt: skip


def test_a_value_of_a_thousand_words_is_cut_to_its_chunk(framer, network):
    """It is read by its beginning; nothing outgrows the encoder."""
    sheet = Sheet("hi " * 200, (FacetEntry("long " * 400, 0),), (ValueEntry(0, "very " * 1000), ValueEntry(0, "b")))
    framed = framer.frame(sheet)
    assert [value[0] for chunk in framed.chunks for value in chunk.values] == [0, 1]
    assert torch.isfinite(read(network, [framed]).verdicts).all()


# -- network, losses, scores ------------------------------------------------------------------------------------------


def test_the_heads_say_something_of_everything(framer, network):
    """A row for each chunk, facet, value, number and item of every sheet, each in every chunk."""
    framed = [framer.frame(SHEET), framer.frame(large())]
    logits = read(network, framed)
    chunks = len(framed[1].chunks)
    most = max(len(chunk.facets) for one in framed for chunk in one.chunks)
    facets = sum(len(chunk.facets) for one in framed for chunk in one.chunks)
    longest = padded(max(len(chunk.ids) for one in framed for chunk in one.chunks))
    assert chunks > 5
    assert {name: tuple(getattr(logits, name).shape) for name in Logits.__slots__} == {
        "acts": (1 + chunks, len(ACTS)),
        "about": (facets, len(ABOUT)),
        "verdicts": (2 + 800, len(VERDICTS)),
        "link": (1 + chunks, 1 + most),
        "operators": (1 + chunks, len(OPERATORS)),
        "roles": (1, len(ROLES)),
        "tags": (1 + chunks, longest, len(TAGS)),
    }


def test_what_stands_beside_a_sheet_does_not_change_it(framer, network):
    """Padding and other sheets of a batch leave the logits as they are."""
    one = framer.frame(SHEET)
    alone, beside = read(network, [one]), read(network, [one, framer.frame(large(30))])
    width = alone.link.shape[1]
    torch.testing.assert_close(alone.acts[0], beside.acts[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(alone.verdicts, beside.verdicts[:2], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(alone.link[0], beside.link[0, :width], atol=1e-4, rtol=1e-4)
    assert (beside.link[0, width:] < -1e3).all()


def perfect(framed, network, targets):
    """Logits that are wholly sure of ``targets``, which are of one sheet in one chunk."""
    logits = read(network, [framed])
    for name in Logits.__slots__:
        setattr(logits, name, torch.full_like(getattr(logits, name), -9.0))
    logits.acts[0, [ACTS.index(act) for act in targets.acts]] = 9
    for facet, said in targets.about.items():
        logits.about[facet, [ABOUT.index(name) for name in said]] = 9
    for value in range(len(framed.sheet.values)):
        logits.verdicts[value, VERDICTS.index(targets.verdicts.get(value, "none"))] = 9
    for number, (facet, operator) in enumerate(zip(targets.links, targets.operators, strict=True)):
        logits.link[number, facet + 1] = logits.operators[number, OPERATORS.index(operator)] = 9
    for mention, said in enumerate(targets.roles):
        logits.roles[mention, [ROLES.index(role) for role in said]] = 9
    logits.tags[0, :, 0] = 9
    first = framed.chunks[0].message[0]
    for (start, end), name in targets.tags:
        inside = [place for place, (a, b) in enumerate(framed.offsets) if a < end and b > start]
        for place in inside:
            tag = TAGS.index(f"{'B' if place == inside[0] else 'I'}-{name}")
            logits.tags[0, first + place, 0], logits.tags[0, first + place, tag] = -9, 9
    return logits


def test_what_is_wholly_right_loses_nothing_and_scores_one(framer, network):
    """Perfect logits: a loss near 0 for every head, F1 of 1, and the facts are those that are wanted."""
    framed, example = framer.frame(SHEET), Example(SHEET, TARGETS)
    logits = perfect(framed, network, TARGETS)
    found = losses(logits, [framed], [example])
    assert set(found) == {"acts", "about", "verdicts", "link", "operators", "roles", "tags"}
    assert all(float(value) < 0.02 for value in found.values()), found
    assert decided([framed], logits) == [wanted(example, framed)]
    right = score([([framed], logits)], [example])
    assert (set(right.f1.values()), right.exact, right.overall, right.count) == ({1.0}, 1.0, 1.0, 1)


def test_what_is_wrong_costs_its_own_head(framer, network):
    """One wrong verdict: that head's loss and score suffer, and the message is not wholly right."""
    framed = framer.frame(SHEET)
    logits = perfect(framed, network, TARGETS)
    other = Example(SHEET, replace(TARGETS, verdicts={0: "not"}))
    found = losses(logits, [framed], [other])
    assert float(found["verdicts"]) > 5 and float(found["acts"]) < 0.01
    wrong = score([([framed], logits)], [other])
    assert (wrong.f1["verdicts"], wrong.f1["acts"], wrong.exact) == (0.0, 1.0, 0.0)


def test_what_a_source_does_not_tell_is_not_judged(framer, network):
    """Only the heads that are known have a loss and a score; with nothing known the loss is 0 and still has a slope."""
    framed = framer.frame(SHEET)
    logits = perfect(framed, network, TARGETS)
    half = Example(SHEET, replace(TARGETS, verdicts={0: "not"}, known=frozenset({"acts"})))
    assert float(losses(logits, [framed], [half])["verdicts"]) == 0.0
    assert score([([framed], logits)], [half]).f1 == {"acts": 1.0}
    network.train()
    nothing = Example(SHEET, replace(TARGETS, known=frozenset()))
    found = losses(network(collate([framed])), [framed], [nothing])
    torch.stack(list(found.values())).sum().backward()
    network.zero_grad()
    network.eval()


def test_a_number_of_another_chunk_is_of_no_facet_here(framer, network):
    """Over the chunks of a large schema a number is linked once."""
    sheet = large()
    framed = framer.frame(sheet)
    want = Targets(set(), links=[150], operators=["is"])
    logits = read(network, [framed])
    logits.link[:] = -9
    for row, chunk in enumerate(framed.chunks):
        here = [facet for facet, _, _ in chunk.facets]
        logits.link[row, here.index(150) + 1 if 150 in here else 0] = 9
    logits.operators[:] = -9
    logits.operators[:, OPERATORS.index("is")] = 9
    assert float(losses(logits, [framed], [Example(sheet, want)])["link"]) < 0.01
    assert decided([framed], logits)[0]["numbers"] == {(0, 150, "is")}


# -- on disk ----------------------------------------------------------------------------------------------------------


def test_rounding_to_a_byte_keeps_each_row_close():
    """At most half a step of 127 per row, whatever the row's size; a row of zeros stays one."""
    torch.manual_seed(1)
    weight = torch.randn(20, 50) * torch.logspace(-3, 3, 20).unsqueeze(1)
    weight[3] = 0
    small, scale = rounded(weight)
    assert small.dtype == torch.int8 and scale.shape == (20, 1)
    error = (expanded(small, scale) - weight).abs().amax(1)
    assert (error <= weight.abs().amax(1) / 254 + 1e-9).all()


def test_a_saved_reader_reads_alike(tmp_path, framer, network):
    """Everything comes back: a byte a number, the word table from elsewhere, and almost the same logits."""
    table = network.state_dict()[TABLE]
    path = save(network, tmp_path)
    assert path == tmp_path / FILE and [one.name for one in tmp_path.iterdir()] == [FILE]
    assert TABLE not in load_file(path)
    back = load(tmp_path, tiny_reader.config(), table)
    assert not any(one.requires_grad for one in back.parameters())
    framed = [framer.frame(SHEET)]
    before, after = read(network, framed), read(back, framed)
    for name in Logits.__slots__:
        torch.testing.assert_close(getattr(after, name), getattr(before, name), atol=0.08, rtol=0.05)
    again = save(back, tmp_path / "again")
    first, second = load_file(path), load_file(again)
    assert all(torch.equal(first[name], second[name]) for name in first if first[name].dtype == torch.int8)


def _missing(folder):
    (folder / FILE).unlink()


def _truncated(folder):
    (folder / FILE).write_bytes((folder / FILE).read_bytes()[:5000])


def _no_scale(folder):
    weights = load_file(folder / FILE)
    del weights["unlinked.weight.scale"]
    save_file(weights, folder / FILE)


def _a_head_less(folder):
    weights = {name: one for name, one in load_file(folder / FILE).items() if not name.startswith("roles")}
    save_file(weights, folder / FILE)


@pytest.mark.parametrize("harm", [_missing, _truncated, _no_scale, _a_head_less])
def test_weights_that_cannot_be_used_are_refused(tmp_path, network, harm):
    """Missing, cut off or incomplete: the folder, and three ways out."""
    save(network, tmp_path)
    harm(tmp_path)
    with pytest.raises(EngineError, match="cannot be used") as caught:
        load(tmp_path, tiny_reader.config(), network.state_dict()[TABLE])
    assert str(tmp_path) in str(caught.value)
    assert "shelftalk train reader" in caught.value.hint and "SHELFTALK_UNDERSTANDER=lexical" in caught.value.hint


def test_weights_of_another_architecture_are_refused(tmp_path, network):
    """Another number of layers or another width of them."""
    save(network, tmp_path)
    table = network.state_dict()[TABLE]
    for change in ({"num_hidden_layers": 2}, {"intermediate_size": 128}):
        config = replace(tiny_reader.config(), **change)
        with pytest.raises(EngineError, match="cannot be used"):
            load(tmp_path, config, table)
    assert table.shape[1] == WIDTH


def test_weights_that_tell_two_token_types_apart_read_as_before(network, framer, tmp_path):
    """Older weights know nothing of words that name values, amounts or items: to them they are plain words."""
    save(network, tmp_path)
    stored = load_file(tmp_path / FILE)
    kinds = f"encoder.{KINDS}"
    save_file({name: one[:2] if name.startswith(kinds) else one for name, one in stored.items()}, tmp_path / FILE)
    older = load(tmp_path, tiny_reader.config(), network.state_dict()[TABLE])
    found = dict(older.named_parameters())[kinds]
    assert len(found) == 5 and all(torch.equal(found[kind], found[0]) for kind in (OF_VALUE, OF_NUMBER, OF_ITEM))
    assert not torch.equal(found[OF_SCHEMA], found[0])
    assert torch.isfinite(read(older, [framer.frame(SHEET)]).acts).all()
