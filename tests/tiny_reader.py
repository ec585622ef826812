"""A reader's world in small: MiniLM's tokenizer with its first 3,000 words, one layer of the encoder, and corpora of a
few made-up lines in the files and columns of the real ones."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from bot.engines.reader.network import WIDTH
from vectorstore.embedders.encoder import Shape
from vectorstore.embedders.local import model_folder

WORDS = 3000


def config() -> Shape:
    """MiniLM's shape with one layer."""
    return Shape(vocab_size=WORDS, hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=12, intermediate_size=64)


def tokenizer() -> Tokenizer:
    """MiniLM's tokenizer without its rarer words; it neither pads nor cuts."""
    whole = json.loads((model_folder() / "tokenizer.json").read_text("utf-8"))
    words = whole["model"]["vocab"]
    whole["model"]["vocab"] = {word: place for word, place in words.items() if place < WORDS}
    found = Tokenizer.from_str(json.dumps(whole))
    found.no_padding()
    found.no_truncation()
    return found


def model(folder: Path) -> Path:
    """A folder with what a training begins from."""
    folder.mkdir()
    torch.manual_seed(11)
    shape = BertConfig(**{name: value for name, value in asdict(config()).items() if name != "plain"})
    encoder = BertModel(shape, add_pooling_layer=False)
    save_file({name: one.contiguous() for name, one in encoder.state_dict().items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(shape.to_json_string(), "utf-8")
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


PATTERNS = """\
# plain
[recommend] Any {is:V} {nouns} under {<:N}?
[recommend] a {is:F} {noun}, nothing {not:V}
[recommend] a {noun} {wish|for a rainy day}
# service
[support] Hi, {question|where is my parcel}
# items
> {is:V} {nouns} || [feedback] {liked:R} is fine, {rejected:T} is not
# facts
[ask_item] how {ask:N!} is {mentioned:T}?
# people
[handover] a person please
# greetings
[smalltalk] hello there
# limits
[recommend] {nouns} from {from:N} to {to:N}
"""


def patterns(folder: Path) -> Path:
    """A folder with a few patterns; "greetings" and "limits" fall to what is held out."""
    folder.mkdir()
    (folder / "few.txt").write_text(PATTERNS, "utf-8")
    return folder


MESSAGES = """\
@ genre: multi = horror, comedy, science fiction
@ country: category = France, Japan
@ runtime: number, minutes
@ subtitles: flag

# idioms
[recommend] {not:genre=horror|scary} is out, {is:country=France|French}, not too {vague<:runtime|long} {wish|for tea}
[recommend] {any:genre=comedy|comedy} or {any:genre=horror|horror}, {is:subtitles|subtitles} {<:runtime|two hours}
# asked
> something short || [ask_item] how {ask:runtime|long} is {mentioned:R|the second one}?
> something short || [refine] {liked:T|Paper Lanterns} but {lower:runtime|shorter}
"""


def messages(folder: Path) -> Path:
    """A folder with a few messages of one shop."""
    folder.mkdir()
    (folder / "films.txt").write_text(MESSAGES, "utf-8")
    return folder


def corpora(folder: Path) -> Path:
    """A folder of public data files with a few lines each."""
    titles = ("Red Harbour (film)", "Paper Lanterns", "The Long Way Home", "Up")
    _jsonl(folder / "wikipedia_movies/movies.jsonl.gz", ({"title": title} for title in titles))
    _jsonl(folder / "redial/dialogues.jsonl.gz", [_redial("train", 3926), _redial("test", 17958)])
    _jsonl(folder / "sgd/train.jsonl.gz", [_sgd("1_00042"), _sgd("1_00043"), _sgd("1_00044")])
    _jsonl(folder / "sgd/dev.jsonl.gz", [_sgd("2_00001")])
    for part in ("train", "dev"):
        (folder / f"sgd/schema_{part}.json").write_text(json.dumps([SERVICE]), "utf-8")
    _csv(folder / "banking77/train.csv.gz", ["text", "category"], [["Where is my card?", "card_arrival"]])
    (folder / "clinc150").mkdir()
    domains = {"small_talk": ["greeting"], "banking": ["transfer"], "travel": ["flight"]}
    (folder / "clinc150/domains.json").write_text(json.dumps(domains), "utf-8")
    rows = {
        "train": [["hi", "greeting"], ["move money", "transfer"], ["to rome", "flight"]],
        "oos_train": [["ho", "oos"]],
    }
    with gzip.open(folder / "clinc150/data_full.json.gz", "wt", encoding="utf-8") as file:
        json.dump(rows, file)
    said = [["good morning", "openinggreeting"], ['my "plan" costs far too much', "viewbill"], ["ok", "confirmation"]]
    for domain in ("media", "software", "finance", "insurance"):
        _csv(folder / f"multidogo/{domain}/train.tsv.gz", ["utterance", "intent"], said, tabs=True)
    return folder


SERVICE = {
    "service_name": "Food_1",
    "slots": [
        {"name": "city", "is_categorical": False, "possible_values": []},
        {"name": "serves_alcohol", "is_categorical": True, "possible_values": ["True", "False"]},
        {"name": "party_size", "is_categorical": True, "possible_values": ["1", "2"]},
        {"name": "kitchen", "is_categorical": True, "possible_values": ["Greek", "Thai"]},
    ],
}


def _redial(split: str, number: int) -> dict[str, object]:
    turns = [
        {"role": "seeker", "text": f"hello, what do you have for line {place} of us?", "movie_ids": []}
        for place in range(8)
    ]
    turns[1] = {"role": "recommender", "text": "Have you seen @1?", "movie_ids": ["1"]}
    turns[6]["text"] = "yes, that one was fun. I liked it and I saw Up as well as another"
    return {"conversation_id": number, "split": split, "turns": turns}


def _sgd(name: str) -> dict[str, object]:
    first = "Something greek in Berkeley for 2 people, with a bar, and nothing that is dear to us."
    slots = [
        {"slot": "city", "start": 19, "exclusive_end": 27},
        {"slot": "kitchen", "start": 10, "exclusive_end": 15},
        {"slot": "party_size", "start": 32, "exclusive_end": 33},
    ]
    informed = [_action("INFORM", slot, value) for slot, value in TOLD]
    second = "What about Oakland or San Jose?"
    offered = [{"slot": "city", "start": 11, "exclusive_end": 18}, {"slot": "city", "start": 22, "exclusive_end": 30}]
    return {
        "dialogue_id": name,
        "turns": [
            _turn("USER", first, [_action("INFORM_INTENT", "intent", "Find"), *informed], slots),
            _turn("SYSTEM", second, [_action("OFFER", "city", "Oakland")], offered),
            _turn("USER", "Does it serve wine?", [_action("REQUEST", "serves_alcohol")], []),
            _turn("USER", "Thanks", [_action("THANK_YOU", "")], []),
            _turn("USER", "Yes", [_action("AFFIRM", "")], []),
        ],
    }


TOLD = (("city", "Berkeley"), ("kitchen", "Greek"), ("party_size", "2"), ("serves_alcohol", "True"))


def _action(act: str, slot: str, *values: str) -> dict[str, object]:
    return {"act": act, "slot": slot, "values": list(values)}


def _turn(speaker: str, text: str, actions: list[object], slots: list[object]) -> dict[str, object]:
    return {
        "speaker": speaker,
        "utterance": text,
        "frames": [{"service": "Food_1", "actions": actions, "slots": slots}],
    }


def _jsonl(path: Path, rows: Iterable[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def _csv(path: Path, header: list[str], rows: list[list[str]], *, tabs: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        if tabs:
            file.writelines("\t".join(row) + "\n" for row in [header, *rows])
        else:
            csv.writer(file).writerows([header, *rows])
