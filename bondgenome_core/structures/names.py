"""Names that came from outside, made harmless."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME_LENGTH = 80


def safe_name(name: str, default: str = "structure") -> str:
    """A name of ASCII letters, digits, dot, dash and underscore, without path parts or a leading dot.

    >>> safe_name("../../etc/Größe 1.xyz")
    'Grosse_1.xyz'
    >>> safe_name("...")
    'structure'
    """
    last = re.split(r"[/\\]", name.replace("\x00", ""))[-1]
    ascii_text = unicodedata.normalize("NFKD", last.replace("ß", "ss")).encode("ascii", "ignore").decode()
    clean = re.sub(r"[^A-Za-z0-9._-]+", "_", ascii_text).strip("._-")
    if len(clean) > MAX_NAME_LENGTH:
        stem, dot, ending = clean.rpartition(".")
        keep = ending if dot and len(ending) <= 8 else ""
        clean = (stem[: MAX_NAME_LENGTH - len(keep) - 1] + "." + keep) if keep else clean[:MAX_NAME_LENGTH]
    return clean or default
