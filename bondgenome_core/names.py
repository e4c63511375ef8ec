"""Names that users give: kept for display, never used as paths."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 80
"""Characters."""
_FORBIDDEN = re.compile(r'[<>:"|?*`$\\/]')


def safe_name(text: str, *, default: str = "unnamed") -> str:
    """The last path part of a name, without control and shell characters, at most 80 characters.

    Letters of every script stay.

    >>> safe_name("../../etc/passwd")
    'passwd'
    >>> safe_name("..")
    'unnamed'
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", text))[-1]
    kept = "".join(c for c in last if c.isprintable() and not _FORBIDDEN.match(c))
    return kept.strip(" .")[:MAX_NAME].strip(" .") or default


def ascii_file_name(text: str, suffix: str) -> str:
    """A file name for a download: ASCII letters, digits, dots and dashes only.

    >>> ascii_file_name("Größe S–Au 3", ".csv")
    'Groe_S-Au_3.csv'
    """
    dashes = re.sub("[\u2010-\u2015\u2212]", "-", safe_name(text))
    ascii_only = unicodedata.normalize("NFKD", dashes).encode("ascii", "ignore").decode()
    return (re.sub(r"[^A-Za-z0-9._+-]+", "_", ascii_only).strip("._") or "unnamed") + suffix


def renamed_sentence(given: str, *, default: str = "unnamed") -> str | None:
    """What to tell the user where a name cannot be kept as given; None where it can."""
    kept = safe_name(given, default=default)
    if kept == given:
        return None
    return f"The name {given[:MAX_NAME]!r} has path parts or signs that cannot be kept; it is stored as {kept!r}."
