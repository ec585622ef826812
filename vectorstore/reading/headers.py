"""The usual headers of item files, by what they mean, in several languages. Data; `catalog.toml` overrules it."""

from __future__ import annotations

from collections.abc import Mapping

from vectorstore.base import FacetRole
from vectorstore.plan import Kind

SLOT_HEADERS: Mapping[Kind, tuple[str, ...]] = {
    "id": (
        "id", "item_id", "product_id", "movie_id", "film_id", "book_id", "sku", "asin", "uid", "key", "handle", "slug",
        "article_id", "listing_id", "offer_id", "recipe_id", "course_id", "song_id", "track_id", "game_id", "hotel_id",
        "restaurant_id", "isbn13", "isbn", "ean", "gtin", "product_code", "item_code", "code", "uniq_id", "_id",
        "variant_sku", "artikelnummer", "artikel_nr", "artikelnr", "produktnummer", "bestellnummer", "reference", "ref",
        "identifiant", "codigo", "referencia", "id_producto", "codice", "编号", "編號", "商品编号", "产品编号",
        "货号", "商品id",
        "商品番号", "品番",
    ),
    "title": (
        "title", "name", "product_name", "item_name", "product_title", "product", "headline", "item", "book_title",
        "movie_title", "film", "movie", "recipe_name", "course_title", "game", "restaurant_name", "hotel_name",
        "titel", "produktname", "artikelname", "artikelbezeichnung", "bezeichnung", "produkt", "artikel",
        "titre", "nom", "nom_du_produit", "nom_produit", "intitule", "designation", "produit", "titulo", "nombre",
        "nombre_del_producto", "nombre_producto", "producto", "titolo", "nome", "nome_prodotto", "prodotto",
        "nome_do_produto", "produto", "naam", "productnaam", "nazwa", "tytul", "название", "наименование", "标题",
        "標題", "名称", "名稱", "商品名称", "商品名", "产品名称", "品名", "片名", "书名", "名前", "タイトル",
        "상품명", "제목", "이름",
        "اسم", "العنوان", "اسم_المنتج", "original_title",
    ),
    "description": (
        "description", "desc", "long_description", "product_description", "body_html", "body_(html)", "summary",
        "overview", "synopsis", "plot", "abstract", "extract", "about", "about_product", "details", "text", "body",
        "content", "short_description", "blurb", "beschreibung", "produktbeschreibung", "artikelbeschreibung",
        "kurzbeschreibung", "langbeschreibung", "handlung", "descriptif", "resume", "description_du_produit",
        "descripcion", "descripcion_del_producto", "sinopsis", "detalles", "resumen", "descrizione", "trama",
        "descricao", "omschrijving", "opis", "описание", "描述", "简介", "簡介", "说明", "商品描述", "产品描述",
        "详情", "内容",
        "剧情", "説明", "商品説明", "설명", "상품설명", "الوصف", "وصف",
    ),
    "image": (
        "image", "image_url", "img", "img_url", "image_link", "image_src", "main_image", "picture", "photo", "poster",
        "poster_url", "poster_path", "thumbnail", "cover", "cover_url", "images", "bild", "bild_url", "produktbild",
        "foto", "image_principale", "imagen", "url_imagen", "immagine", "imagem", "afbeelding", "图片", "圖片", "主图",
        "图片链接", "画像", "이미지",
    ),
    "url": (
        "url", "link", "href", "product_url", "product_link", "page", "page_url", "permalink", "web", "website",
        "homepage", "lien", "enlace", "produkt_url", "seite", "链接", "网址", "連結", "リンク",
    ),
}  # fmt: skip
"""Headers of each field of an item, the surest first."""

ROLE_HEADERS: Mapping[FacetRole, tuple[str, ...]] = {
    "price": (
        "price", "sale_price", "current_price", "unit_price", "retail_price", "selling_price", "discounted_price",
        "variant_price", "price_usd", "price_eur", "price_gbp", "list_price", "actual_price", "regular_price", "msrp",
        "rrp", "amount", "preis", "verkaufspreis", "bruttopreis", "prix", "prix_ttc", "prix_de_vente",
        "tarif", "precio",
        "precio_de_venta", "pvp", "prezzo", "preco", "prijs", "cena", "цена", "价格", "價格", "售价", "售價", "单价",
        "価格",
        "가격", "السعر", "سعر", "cost",
    ),
    "stock": (
        "stock", "in_stock", "inventory", "stock_quantity", "quantity", "qty", "units_available", "current_stock",
        "available", "availability", "inventory_quantity", "variant_inventory_qty", "stock_status", "on_hand",
        "bestand", "lagerbestand", "lager", "verfugbarkeit", "verfugbar", "auf_lager", "quantite", "disponibilite",
        "en_stock", "disponible", "existencias", "cantidad", "disponibilidad", "en_existencia", "disponibilita",
        "giacenza", "estoque", "voorraad", "库存", "庫存", "库存量", "有货", "在庫", "재고", "المخزون",
    ),
    "popularity": (
        "popularity", "ratings_count", "rating_count", "num_ratings", "vote_count", "votes", "num_votes",
        "reviews_count", "review_count", "num_reviews", "no_of_ratings", "number_of_reviews", "number_of_ratings",
        "reviews", "sales", "sold", "units_sold", "sales_rank_inverse", "views", "downloads", "plays", "play_count",
        "likes", "favorites", "popularitat", "bewertungen", "anzahl_bewertungen", "verkaufe", "popularite",
        "nombre_d_avis", "ventes", "popularidad", "numero_de_resenas", "ventas", "销量", "銷量", "评价数", "评论数",
        "热度",
    ),
    "year": (
        "year", "release_year", "published_year", "publication_year", "original_publication_year", "model_year",
        "startyear", "start_year", "year_published", "yearpublished", "jahr", "erscheinungsjahr", "baujahr", "jahrgang",
        "annee", "annee_de_sortie", "millesime", "ano", "ano_de_publicacion", "anio", "anno", "jaar", "rok", "год",
        "年份", "年", "上映年份", "出版年份", "発売年", "연도", "السنة",
    ),
}  # fmt: skip
"""Headers of the facets that ranking treats in a special way, the surest first."""

COUNTED = (
    "rating", "ratings", "review", "reviews", "vote", "votes", "sale", "sales", "sold", "view", "views",
    "like", "likes",
    "download", "downloads", "order", "orders", "click", "clicks", "user", "users", "purchase", "purchases", "favorite",
    "favorites", "comment", "comments", "share", "shares", "follower", "followers", "text_reviews", "plays",
)  # fmt: skip
"""What popularity is counted in."""

LIST_HEADERS = frozenset([
    "genres", "genre", "tags", "categories", "keywords", "cast", "actors", "authors", "languages", "countries",
    "colors", "colours", "materials", "sizes", "features", "directors", "topics", "seasons", "author", "ingredients",
    "cuisines", "cuisine", "amenities", "artists", "writers", "starring", "stars", "themes", "platforms", "allergens",
    "autor", "autoren", "schlagworte", "farben", "materialien", "kategorien", "auteurs", "auteur", "couleurs",
    "mots_cles", "autores", "colores", "etiquetas", "categorias", "generos", "genero", "标签", "类型", "作者",
    "演员", "主演",
    "タグ", "ジャンル", "著者",
])  # fmt: skip
"""Headers under which a comma separates values."""

KEPT_HEADERS = LIST_HEADERS | frozenset([
    "brand", "manufacturer", "maker", "vendor", "publisher", "artist", "director", "writer", "designer", "studio",
    "label", "series", "collection", "marke", "hersteller", "verlag", "marque", "fabricant", "editeur", "marca",
    "fabricante", "editorial", "品牌", "厂商", "出版社", "导演", "ブランド", "category", "subcategory", "color",
    "colour",
])  # fmt: skip
"""Headers whose values visitors name, however many different ones there are."""

OTHER_NAMES = frozenset(
    ["aliases", "alias", "synonyms", "aka", "also_known_as", "alternative_titles", "alternate_names"]
)
"""Headers of further names of an item."""

NO_FACETS: Mapping[str, str] = {
    "contact details": "phone phone_number tel telephone fax email e_mail mobile telefon telefono correo 电话 邮箱",
    "an address": "address street street_address full_address postcode zip zip_code zipcode postal_code plz adresse "
    "anschrift direccion indirizzo endereco 地址 邮编",
    "a place on the map": "lat latitude lon lng long longitude geo coordinates geolocation latlng",
}
"""Headers of what belongs on an item's own page, by what it is."""

MINUTES = frozenset([
    "runtime", "running_time", "duration", "length_minutes", "laufzeit", "spieldauer", "dauer", "duree", "duracion",
    "durata", "片长", "时长", "上映時間",
])  # fmt: skip
"""Headers of a time in minutes."""

CURRENCIES = frozenset([
    "currency", "currency_code", "price_currency", "price_currency_code", "wahrung", "devise", "moneda",
    "valuta", "币种", "货币",
])  # fmt: skip
"""Headers of a column that names the currency of the price."""

UNIT_ENDINGS = ("_unit", "_units", "_uom", "_unit_of_measure", "_einheit", "_unite", "_unidad")
"""Endings of a header that names the unit of another column, as "weight_unit" that of "weight"."""


def role_of(key: str) -> FacetRole:
    """The role that a header plays."""
    return next((role for role, headers in ROLE_HEADERS.items() if key in headers), "attribute")


def rank_of(key: str, role: FacetRole) -> int:
    """How sure a header is of its role, 0 the surest."""
    headers = ROLE_HEADERS.get(role, ())
    return headers.index(key) if key in headers else len(headers)
