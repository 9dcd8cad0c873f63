"""Inputs that lie encrypted on disk (age, X25519): opened for as long as they are read.

Whoever delivers them encrypts to the portal's public key; the private one comes from the
environment and is never written. What is opened stands in memory where the machine has a folder
for that (`/dev/shm`), else in a private temporary folder, and is removed whatever happens.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage

SUFFIX = ".age"
IDENTITY_VARIABLE = "MIRATO_CHIAVE_AGE"

_MEMORY = Path("/dev/shm")


class SealError(Exception):
    """An encrypted input cannot be opened: why, and what to do."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


def is_sealed(name: str) -> bool:
    """Tell whether a file lies encrypted, by its name."""
    return name.lower().endswith(SUFFIX)


def inner_name(name: str) -> str:
    """Return a file's name without the mark of encryption."""
    return name[: -len(SUFFIX)] if is_sealed(name) else name


@contextmanager
def private_folder() -> Iterator[Path]:
    """Yield a folder that nobody else can look into, in memory if it can be; then remove it."""
    memory = str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="mirato-", dir=memory) as name:
        yield Path(name)


@contextmanager
def opened(path: Path, name: str | None = None) -> Iterator[Path]:
    """Yield a path that can be read: the file's own, or that of its opened copy.

    `name` is what the file is called, where that is not how `path` ends.

    The copy is gone at the end, also after a failure. Raises SealError where the key is not there,
    is not one, or is not that of this file.
    """
    name = name or path.name
    if not is_sealed(name):
        yield path
        return
    keys = _identities()
    with private_folder() as folder:
        copy = folder / inner_name(name)
        copy.touch(mode=0o600)
        try:
            copy.write_bytes(pyrage.decrypt(path.read_bytes(), keys))
        except pyrage.DecryptError:
            # the library's own words are not repeated: they may quote what it read
            raise SealError(
                "chiave-sbagliata",
                "Il file cifrato non si apre con la chiave data, oppure è rovinato.",
                f"controllare che {IDENTITY_VARIABLE} sia la chiave privata giusta, o chiedere al "
                "fornitore di cifrare di nuovo con la chiave pubblica del portale.",
            ) from None
        yield copy


def _identities() -> list[pyrage.x25519.Identity]:
    """Return the private keys of the environment, one a line; comments are skipped."""
    lines = [line.strip() for line in os.environ.get(IDENTITY_VARIABLE, "").splitlines()]
    texts = [line for line in lines if line and not line.startswith("#")]
    if not texts:
        raise SealError(
            "chiave-mancante",
            "Il file è cifrato e manca la chiave per aprirlo.",
            f"impostare la variabile d’ambiente {IDENTITY_VARIABLE} con la chiave privata "
            "(comincia con AGE-SECRET-KEY-1).",
        )
    try:
        return [pyrage.x25519.Identity.from_str(text) for text in texts]
    except pyrage.IdentityError:
        raise SealError(
            "chiave-sbagliata",
            f"Il valore di {IDENTITY_VARIABLE} non è una chiave privata di age.",
            "copiare per intero la riga che comincia con AGE-SECRET-KEY-1.",
        ) from None
