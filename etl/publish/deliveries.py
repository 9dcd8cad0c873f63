"""Encrypted deliveries: one age file for each recipient, which no other key opens."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyrage

from etl.problems import ReleaseRefusedError

# The date inside the archives: the same list is the same archive.
_DATE = (1980, 1, 1, 0, 0, 0)


def deliver(folder: Path, parcels: Iterable[tuple[str, str, Mapping[str, str]]]) -> list[Path]:
    """Write `folder/<name>.zip.age` for each parcel; what stood in `folder` before goes away.

    A parcel is a name, the recipient's public key (age, x25519), and texts by file name. Nothing
    unencrypted is ever written. Without parcels no folder is left. Raises ReleaseRefusedError,
    naming the recipient, where a key is not one.
    """
    sealed: list[tuple[str, bytes]] = []
    for name, key, texts in parcels:
        try:
            recipient = pyrage.x25519.Recipient.from_str(key)
        except pyrage.RecipientError:
            raise ReleaseRefusedError(
                f"La chiave pubblica di «{name}» non è una chiave di age: copiarla per intero in "
                "portale.toml, sezione [[incrocio.destinatari]] (comincia con «age1»)."
            ) from None
        sealed.append((name, pyrage.encrypt(_archive(texts), [recipient])))
    fresh = folder.with_name(f".{folder.name}-nuovo")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    if not sealed:
        return []
    fresh.mkdir(parents=True, mode=0o700)
    for name, content in sealed:
        path = fresh / f"{name}.zip.age"
        path.touch(mode=0o600)
        path.write_bytes(content)
    fresh.rename(folder)
    return sorted(folder.iterdir())


def _archive(texts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), text.encode("utf-8"))
    return buffer.getvalue()
