"""Personal data does not belong into logs: e-mail addresses, phone, card and bank account numbers are blacked out.

Cards must pass the Luhn check and IBANs their checksum, so that ids, dates and years survive.
"""

from __future__ import annotations

import logging
import re

_EMAIL = re.compile(r"(?:[\w.+%-]|(?<=\w)'(?=\w)){1,64}@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?\b")
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){11,18}(?![\w])")
_HARMLESS = re.compile(r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}|\d{4}-\d{4}|\d+\.\d+|\d{1,3}(?:\.\d{1,3}){3}")
_PHONE = re.compile(
    r"(?<![\w.:/])(?<!\d-)"
    r"(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}"
    r"(?:x\d{1,5})?"
    r"(?![\w:/]|[.-]\d)"
)


def redact(text: str) -> str:
    """``text`` with a name like `[email]` in the place of each find."""
    text = _EMAIL.sub("[email]", text)
    text = _IBAN.sub(lambda found: "[iban]" if _is_iban(found[0]) else found[0], text)
    text = _DIGITS.sub(lambda found: "[card]" if _is_card(found[0]) else found[0], text)
    return _PHONE.sub(lambda found: "[phone]" if _is_phone(found[0]) else found[0], text)


def _is_card(text: str) -> bool:
    """12 to 19 digits that pass the Luhn check."""
    digits = [int(character) for character in reversed(text) if character.isdigit()]
    doubled = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return 12 <= len(digits) <= 19 and doubled % 10 == 0


def _is_iban(text: str) -> bool:
    """15 to 34 characters whose checksum is 1 modulo 97."""
    packed = text.replace(" ", "").upper()
    moved = packed[4:] + packed[:4]
    return 15 <= len(packed) <= 34 and int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _is_phone(text: str) -> bool:
    """7 to 15 digits, grouped or prefixed as people write them (10 if not); no date, decimal or IP address."""
    digits = sum(character.isdigit() for character in text.partition("x")[0])
    written = any(character in text for character in "+(). -")
    return (7 if written else 10) <= digits <= 15 and not _HARMLESS.fullmatch(text)


def _message(record: logging.LogRecord) -> str:
    """The record's text; one whose arguments do not fit is kept as it is."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args}"


class Redaction(logging.Filter):
    """Redacts every record that a handler writes, its traceback included."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record is changed in place."""
        record.msg, record.args = redact(_message(record)), ()
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True
