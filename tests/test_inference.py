"""What columns are taken for: languages, units, currencies, flags, dates, HTML, counts and junk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vectorstore.catalog import Ingested, grouped, read_items
from vectorstore.reading.date_cells import date, date_order
from vectorstore.reading.markup import plain
from vectorstore.reading.quantities import convert, is_range, quantity


def read(tmp_path: Path, text: str) -> Ingested:
    (tmp_path / "items.csv").write_text(text, "utf-8")
    return read_items(tmp_path / "items.csv")


def column(tmp_path: Path, header: str, *cells: str) -> Ingested:
    rows = "".join(f'{n},Thing {n},"{cell}"\n' for n, cell in enumerate((cell.replace('"', '""') for cell in cells), 1))
    return read(tmp_path, f'id,title,"{header}"\n{rows}')


def facets(found: Ingested) -> list[tuple]:
    return [(one.name, one.type, one.unit, one.role) for one in found.schema.facets]


LANGUAGES = {
    "de": (
        "Artikelnummer;Bezeichnung;Beschreibung;Preis;Lagerbestand;Marke;Gewicht (kg);"
        "Erscheinungsjahr;Bild;Wasserdicht\n"
        "A1;Kuppelzelt;Ein leichtes Zelt für zwei.;1.299,00 €;5;Nordheim;2,5;2021;https://x.example/a.jpg;ja\n"
        "A2;Schlafsack;Ein warmer Schlafsack.;249,50 €;0;Karst;1,8;2019;https://x.example/b.jpg;nein\n",
        ("A1", "Kuppelzelt", "Ein leichtes Zelt für zwei.", "https://x.example/a.jpg"),
        [
            ("preis", "number", "EUR", "price"),
            ("lagerbestand", "number", "", "stock"),
            ("marke", "category", "", "attribute"),
            ("gewicht", "number", "kg", "attribute"),
            ("erscheinungsjahr", "number", "", "year"),
            ("wasserdicht", "flag", "", "attribute"),
        ],
    ),
    "fr": (
        "référence,nom,descriptif,prix,quantité,marque,couleurs,image\n"
        'R1,Tente dôme,Une tente légère pour deux.,"199,00 €",3,Karst,"rouge, bleu",https://x.example/a.png\n'
        'R2,Sac de couchage,Un sac bien chaud.,"89,90 €",0,Karst,vert,https://x.example/b.png\n',
        ("R1", "Tente dôme", "Une tente légère pour deux.", "https://x.example/a.png"),
        [
            ("prix", "number", "EUR", "price"),
            ("quantite", "number", "", "stock"),
            ("marque", "category", "", "attribute"),
            ("couleurs", "multi", "", "attribute"),
        ],
    ),
    "es": (
        "código,nombre,descripción,precio,disponibilidad,marca,año\n"
        "C1,Tienda,Una tienda ligera.,199 €,en existencia,Karst,2020\n"
        "C2,Saco,Un saco cálido.,89 €,agotado,Larch,2018\n",
        ("C1", "Tienda", "Una tienda ligera.", None),
        [
            ("precio", "number", "EUR", "price"),
            ("disponibilidad", "flag", "", "stock"),
            ("marca", "category", "", "attribute"),
            ("ano", "number", "", "year"),
        ],
    ),
    "zh": (
        "编号,名称,描述,价格,库存,品牌,重量(公斤),标签\n"
        "z1,双人帐篷,轻便的双人帐篷。,¥1299,5,北山,2.5,户外、露营\n"
        "z2,睡袋,保暖的冬季睡袋。,¥249,0,东岭,1.8,露营\n",
        ("z1", "双人帐篷", "轻便的双人帐篷。", None),
        [
            ("价格", "number", "CNY", "price"),
            ("库存", "number", "", "stock"),
            ("品牌", "category", "", "attribute"),
            ("重量", "number", "kg", "attribute"),
            ("标签", "multi", "", "attribute"),
        ],
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_in_other_languages(tmp_path, language):
    """Fields, roles, units and flags are found under the headers of other languages."""
    text, item, wanted = LANGUAGES[language]
    found = read(tmp_path, text)
    first = found.items[0]
    assert (first.id, first.title, first.description, first.image) == item
    assert facets(found) == wanted
    assert found.problems == ()


def test_columns_without_telling_headers(tmp_path):
    """Where headers say nothing, titles, prose, pictures, pages and prices are told by what stands there."""
    prose = "This is a long text that tells a great deal about the thing on offer here and goes on {}."
    rows = "".join(
        f"Fine thing {n},{prose.format(n)},https://x.example/{n}.jpg,https://x.example/p{n},${n}.99,"
        f"{'red' if n % 2 else 'blue'}\n"
        for n in range(1, 9)
    )
    found = read(tmp_path, f"a,b,c,d,e,f\n{rows}")
    item = found.items[0]
    assert (item.id, item.title) == ("fine-thing-1", "Fine thing 1")
    assert (item.image, item.url) == ("https://x.example/1.jpg", "https://x.example/p1")
    assert item.description.startswith("This is a long text")
    assert facets(found) == [("e", "number", "USD", "price"), ("f", "category", "", "attribute")]


@pytest.mark.parametrize(
    ("header", "cells", "unit", "values"),
    [
        ("price", ["$12.99", "$1,299.00", "$5"], "USD", [12.99, 1299.0, 5.0]),
        ("price", ["12,99 €", "1.299,00 €", "5 €"], "EUR", [12.99, 1299.0, 5.0]),
        ("price", ["USD 1,299.00", "USD 5.50"], "USD", [1299.0, 5.5]),
        ("price", ["£5", "£1,000"], "GBP", [5.0, 1000.0]),
        ("Price (CAD)", ["$12.99", "$5"], "CAD", [12.99, 5.0]),
        ("price", ["CHF 12.-", "CHF 7.50"], "CHF", [12.0, 7.5]),
        ("price", ["1 200 kr", "850 kr"], "SEK", [1200.0, 850.0]),
        ("price", ["₹1,29,900", "₹999"], "INR", [129900.0, 999.0]),
        ("price_eur", ["12.99", "5"], "EUR", [12.99, 5.0]),
        ("weight", ["2.1 kg", "900 g", "1.5kg"], "kg", [2.1, 0.9, 1.5]),
        ("Weight (g)", ["900", "1.2 kg"], "g", [900.0, 1200.0]),
        ("duration", ["90 min", "1h 35m", "2 h", "PT1H5M"], "minutes", [90.0, 95.0, 120.0, 65.0]),
        ("screen", ['15.6"', '13.3"', "17 inches"], "in", [15.6, 13.3, 17.0]),
        ("volume", ["500 ml", "1 l", "750 ml"], "ml", [500.0, 1000.0, 750.0]),
        ("battery", ["1,200 mAh", "3000mAh"], "mAh", [1200.0, 3000.0]),
        ("capacity", ["20L", "35 L"], "l", [20.0, 35.0]),
        ("storage", ["256 GB", "1 TB", "512GB"], "GB", [256.0, 1000.0, 512.0]),
        ("discount", ["20%", "5 %"], "%", [20.0, 5.0]),
        ("comfort", ["-5 °C", "−12°C", "3 °C"], "°C", [-5.0, -12.0, 3.0]),
        ("height", ["6 ft 2 in", "5 ft"], "ft", [6.166667, 5.0]),
    ],
)
def test_numbers_with_units(tmp_path, header, cells, unit, values):
    """Currencies and units are read from cells and headers and converted to the column's main unit."""
    found = column(tmp_path, header, *cells)
    assert found.problems == ()
    (facet,) = found.schema.facets
    assert (facet.type, facet.unit) == ("number", unit)
    assert [item.facets[facet.name] for item in found.items] == values


def test_what_does_not_fit_a_number(tmp_path):
    """Ranges, other currencies and other units are told with their repair; they never become wrong numbers."""
    prices = ["10 €", "12 €", "15 €", "10-12 €", "$15", "call us", "20 €", "21 €"]
    found = column(tmp_path, "price", *prices)
    assert [(one.line, one.rule, one.repair) for one in found.problems] == [
        (5, "two numbers where one is wanted", "the value was left out; write one number, as 10 EUR"),
        (6, "in $, another currency than the column's EUR", "the value was left out; convert it to EUR"),
        (7, "not a number in EUR", "the value was left out; write a number, as 12.5 EUR"),
    ]
    assert [item.facets.get("price") for item in found.items] == [10.0, 12.0, 15.0, None, None, None, 20.0, 21.0]
    found = column(tmp_path, "weight", "2 kg", "3 kg", "4 kg", "5 kg", "6 kg", "30 cm")
    assert [one.rule for one in found.problems] == ["in cm, another unit than the column's kg"]
    assert len(found.rejected) == 1


def test_units_in_a_column_of_their_own(tmp_path):
    """A currency or unit beside the number counts; rows in another unit are converted, in another currency told."""
    found = read(
        tmp_path,
        "id,title,price,currency,weight,weight_unit\n1,A,10,EUR,2,kg\n2,B,20,EUR,500,g\n3,C,30,USD,1,kg\n",
    )
    assert facets(found) == [("price", "number", "EUR", "price"), ("weight", "number", "kg", "attribute")]
    assert [dict(item.facets) for item in found.items] == [
        {"price": 10.0, "weight": 2.0},
        {"price": 20.0, "weight": 0.5},
        {"weight": 1.0},
    ]
    assert [one.rule for one in found.problems] == ["in USD, another currency than the column's EUR"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["ja", "nein"], "flag"),
        (["oui", "non"], "flag"),
        (["sí", "no"], "flag"),
        (["是", "否"], "flag"),
        (["TRUE", "FALSE"], "flag"),
        (["✓", "✗"], "flag"),
        (["y", "n"], "flag"),
        (["F", "F"], "category"),
        (["in stock", "sold out", "preorder", "preorder"] * 3, "category"),
        (["S", "M", "L", "38", "40", "42"] * 3, "category"),
        (["2024-01-31", "1 Feb 2024"], "date"),
        (["31/01/2024", "01/02/2024"], "date"),
        (["Jan 31, 2024", "March 1, 2023"], "date"),
        (["2024年1月31日", "2023年5月"], "date"),
        (["2024-01-31T10:00:00Z", "2024-02-01 09:30"], "date"),
        (["10-12", "12-14"], "category"),
        (["red, blue", "blue, green", "red", "green, red"] * 3, "multi"),
    ],
)
def test_kinds(tmp_path, cells, kind):
    """Flags, dates, sizes and lists are told apart in several languages."""
    found = column(tmp_path, "thing", *cells)
    assert found.schema.get("thing").type == kind
    assert found.problems == ()


def test_one_column_per_role(tmp_path):
    """Of several prices and counts the surest is the price and the popularity; further counts are left out."""
    found = read(
        tmp_path,
        "id,title,cost,price,list_price,num_reviews,ratings_count,page_count\n1,A,5,10,12,3,40,300\n2,B,6,11,13,4,50,200\n",
    )
    roles = {one.name: one.role for one in found.schema.facets}
    assert roles == {
        "cost": "attribute", "price": "price", "list_price": "attribute", "ratings_count": "popularity",
        "page_count": "attribute",
    }  # fmt: skip
    assert any("num_reviews (another count beside ratings_count)" in note for note in found.notes)


def test_junk_is_no_facet(tmp_path):
    """Row numbers, keys, barcodes, second pictures, constants and texts that never repeat are left out, and told."""
    header = "Unnamed: 0,id,title,brand_id,ean,thumb,site,remark,updated_at,colour"
    rows = "".join(
        f"{n},k{n},Thing {n},{n % 7},40{n:010},https://x.example/{n}.png,web,remark {n} here,2024-01-01,"
        f"{'red' if n % 3 else 'blue'}\n"
        for n in range(120)
    )
    found = read(tmp_path, f"{header}\n{rows}")
    assert [facet.name for facet in found.schema.facets] == ["colour"]
    why = {one.source: one.why for one in found.plan if one.kind == "ignore"}
    assert why == {
        "Unnamed: 0": "a row number",
        "brand_id": "an identifier",
        "ean": "an identifier",
        "site": "almost every row says the same",
        "remark": "almost every value is different",
        "updated_at": "bookkeeping",
    }


def test_html_goes_before_anything_is_inferred(tmp_path):
    """Tags, entities, scripts and styles are gone from titles, texts and values; blocks become sentences."""
    found = read(
        tmp_path,
        "id,title,description,colour\n"
        '1,Salt &amp; Pepper <b>Mill</b>,"<p>Grinds <i>fine</i></p><ul><li>Steel</li><li>Oak</li></ul>'
        '<script>x()</script>",<b>red</b>\n'
        '2,R&D kit,"Plain &lt;b&gt;text&lt;/b&gt; &eacute;",red\n',
    )
    assert [item.title for item in found.items] == ["Salt & Pepper Mill", "R&D kit"]
    assert [item.description for item in found.items] == ["Grinds fine. Steel. Oak", "Plain text é"]
    assert found.schema.get("colour").values == (("red", 2),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I <3 you", "I <3 you"),
        ("a <b and c> d", "a <b and c> d"),
        ("x &notanentity; y", "x &notanentity; y"),
        ("one<br>two", "one two"),
        ("A whole sentence.<br>Another one", "A whole sentence. Another one"),
        ("<style>p{}</style>Only <a href='x'>this</a>", "Only this"),
        ("- light\n- dry", "light. dry"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("<table><tr><td>Size</td><td>10</td></tr></table>", "Size. 10"),
    ],
)
def test_plain_text(text, expected):
    """What is HTML goes, what only looks like it stays."""
    assert plain(text) == expected


def test_the_error_column_of_rejected_rows_is_ignored(tmp_path):
    """A file of rejected rows that was corrected can be read as it is."""
    found = read(tmp_path, "id,title,price,error\n1,Tent,10,price: not a number\n")
    assert [facet.name for facet in found.schema.facets] == ["price"]


def test_groups(tmp_path):
    """Equal problems are told once, the most frequent first, with examples and one repair."""
    found = column(tmp_path, "price", *["10", "11", "cheap", "12", "dear", "1-2", "13", "14", "15"])
    groups = grouped(found.problems)
    assert [(one.rule, one.field, one.count) for one in groups] == [
        ("not a number", "price", 2),
        ("two numbers where one is wanted", "price", 1),
    ]
    assert [one.value for one in groups[0].examples] == ["cheap", "dear"]
    assert str(groups[0]) == (
        "2 x price: not a number, as 'cheap' in items.csv:4; the value was left out; write a number, as 12.5"
    )


def test_json_values_keep_their_kind(tmp_path):
    """Whole numbers, flags and nulls of JSON are what they are; NaN and null are blanks."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"id": 1, "title": "A", "size": 2, "new": True, "gone": None}]).replace("2", "NaN"))
    assert dict(read_items(path).items[0].facets) == {"new": True}


def test_small_parts():
    """Ranges are told from numbers, marks decide between orders, units convert both ways."""
    assert [is_range(cell) for cell in ("10-12", "$5 – $8", "10 to 12 kg", "-5", "10", "PG-13")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert convert(quantity("50 °F"), "°C") == 10.0
    assert convert(quantity("1 lb"), "kg") == 0.453592
    assert quantity("4.500", ",").value == 4500.0
    assert date("31 December 2024", date_order([])) == "2024-12-31"


def test_what_belongs_on_an_items_own_page(tmp_path):
    """Phone numbers, addresses and places on the map are no facets; codes with leading zeros are no numbers."""
    path = tmp_path / "restaurants.json"
    record = {
        "id": 1, "name": "Pizza Hut", "food": "italian", "area": "south", "pricerange": "cheap",
        "phone": "01223 323737", "address": "Regent Street 1", "postcode": "cb17hf", "location": [52.19, 0.13],
        "geo": {"lat": 1.5, "lng": 2.5}, "table": "007",
    }  # fmt: skip
    path.write_text(json.dumps([record, {**record, "id": 2, "name": "Da Vinci", "area": "north", "table": "012"}]))
    found = read_items(path)
    assert [(one.name, one.type) for one in found.schema.facets] == [
        ("food", "category"), ("area", "category"), ("pricerange", "category"), ("table", "category"),
    ]  # fmt: skip
    why = {one.source: one.why for one in found.plan if one.kind == "ignore"}
    assert why == {
        "phone": "contact details", "address": "an address", "postcode": "an address", "location": "lists of numbers",
        "geo.lat": "a place on the map", "geo.lng": "a place on the map",
    }  # fmt: skip
