"""A file -> its bytes (unpacked) and its text, whatever the encoding. Knows no format."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

from charset_normalizer import from_bytes

from vectorstore.errors import CatalogError

LARGEST = 2_000_000_000
"""Bytes of an unpacked file: more is refused, also where a small packed file grows to it."""
_BOMS = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_GZIP = b"\x1f\x8b"
_SAMPLE = 200_000
_FOREIGN: tuple[str, ...] = ("cp932", "shift_jis", "euc_jp", "gb", "hz", "big5", "cp950", "euc_kr", "cp949", "johab")
_FOREIGN += ("cp1251", "koi8", "iso8859_5", "mac_cyrillic", "cp866", "cp1253", "iso8859_7", "cp874", "tis_620")
_NAMES = {"cp1252": "Windows-1252", "latin_1": "Latin-1", "cp932": "Shift-JIS", "gb18030": "GB18030", "big5": "Big5"}
_NAMES |= {"utf_8": "UTF-8", "utf_16": "UTF-16", "utf_32": "UTF-32", "cp1251": "Windows-1251", "cp949": "EUC-KR"}


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; a gzip file (by its first bytes, not its name) is unpacked.

    Raises `CatalogError` when it cannot be read, its gzip is broken, or it is larger than `LARGEST`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}", hint="Check the path and its rights.") from error
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            unpacked = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CatalogError(f"{path.name} is a damaged gzip file: {error}", hint="Copy or pack it again.") from error
    if len(unpacked) > LARGEST:
        raise CatalogError(f"{path.name} unpacks to more than {LARGEST // 10**9} GB", hint="Split it into a folder.")
    return unpacked


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, and the name of its encoding as an operator knows it, "UTF-8" for the usual one.

    UTF-8, UTF-16, the usual Chinese, Japanese, Korean, Cyrillic and Greek encodings and Windows-1252 are told apart;
    when most lines are UTF-8, the bytes of the others stay as lone surrogates for
    `Problem`s. Raises `CatalogError` for a file that is no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding, name), _name(encoding.removesuffix("-sig"))
    if b"\0" in data:
        encoding = _wide_encoding(data)
        return _decoded(data, encoding, name), _name(encoding.replace("-", "_"))
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    foreign = [line for line in data.split(b"\n") if not line.isascii()]
    if 2 * sum(_is_utf8(line) for line in foreign) > len(foreign):
        return data.decode("utf-8", errors="surrogateescape"), "UTF-8"
    encoding = _likely(data)
    return _decoded(data, encoding, name), _name(encoding)


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them; an empty last line is none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _likely(data: bytes) -> str:
    """A foreign encoding where most letters are foreign and read well in it, else Windows-1252 or Latin-1."""
    sample = data[:_SAMPLE]
    high = sum(byte > 127 for byte in sample)
    letters = high + sum(chr(byte).isalpha() for byte in sample if byte < 128)
    if high > 0.3 * max(letters, 1):
        best = from_bytes(sample[: sample.rfind(b"\n") + 1] or sample).best()
        if best is not None and best.encoding.startswith(_FOREIGN) and _reads(data, best.encoding):
            return best.encoding
    return "cp1252" if _reads(data, "cp1252") else "latin_1"


def _reads(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _name(encoding: str) -> str:
    key = encoding.replace("-", "_").removesuffix("_le").removesuffix("_be")
    return _NAMES.get(key, key)


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CatalogError(f"{name} is not text in any known encoding", hint="Save it as UTF-8.") from error
    if "\0" in text or _mostly_control(text):
        raise CatalogError(f"{name} holds binary data", hint="Give CSV, JSON, JSON Lines, YAML or Parquet.")
    return text


def _mostly_control(text: str) -> bool:
    sample = text[:10_000]
    return sum(not one.isprintable() and not one.isspace() for one in sample) > 0.1 * len(sample)


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without its mark shows by zeros at every other place; anything else with zeros is no text."""
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) < 0.6 * (len(sample) // 2):
        return "ascii"
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
