"""The usual headers of item files, by what they mean. Data, in English; `catalog.toml` overrules it."""

from __future__ import annotations

from collections.abc import Mapping

from vectorstore.base import FacetRole
from vectorstore.plan import Kind

SLOT_HEADERS: Mapping[Kind, tuple[str, ...]] = {
    "id": (
        "id", "item_id", "product_id", "movie_id", "film_id", "book_id", "sku", "asin", "uid", "key", "handle", "slug",
    ),
    "title": ("title", "name", "product_name", "item_name", "product_title", "product", "headline"),
    "description": (
        "description", "desc", "long_description", "product_description", "summary", "overview", "synopsis", "plot",
        "abstract", "extract", "about", "details", "text", "body", "content",
    ),
    "image": ("image", "image_url", "img", "img_url", "picture", "photo", "poster", "poster_url", "thumbnail", "cover"),
    "url": ("url", "link", "href", "product_url", "page", "permalink", "web", "website"),
}  # fmt: skip
"""Headers of each field of an item, the surest first."""

ROLE_HEADERS: Mapping[FacetRole, tuple[str, ...]] = {
    "price": ("price", "cost", "msrp", "list_price", "sale_price", "retail_price", "unit_price", "amount", "price_usd",
              "price_eur", "price_gbp"),
    "stock": ("stock", "in_stock", "inventory", "quantity", "qty", "units_available", "current_stock", "available"),
    "popularity": (
        "popularity", "votes", "vote_count", "num_votes", "num_ratings", "ratings_count", "rating_count",
        "reviews_count", "review_count", "num_reviews", "sales", "sold", "views", "downloads",
    ),
    "year": ("year", "release_year", "published_year", "publication_year", "original_publication_year", "model_year"),
}  # fmt: skip
"""Headers of the facets that ranking treats in a special way."""

LIST_HEADERS = frozenset([
    "genres", "genre", "tags", "categories", "keywords", "cast", "actors", "authors", "languages", "countries",
    "colors", "colours", "materials", "sizes", "features", "directors", "topics", "seasons",
])  # fmt: skip
"""Headers under which a comma separates values."""

MINUTES = frozenset(["runtime", "running_time", "duration", "length_minutes"])
"""Headers of a time in minutes."""


def role_of(key: str) -> FacetRole:
    """The role that a header plays."""
    return next((role for role, headers in ROLE_HEADERS.items() if key in headers), "attribute")
