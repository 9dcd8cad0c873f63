"""Puts a finished site in the place of the published one: all of it at once, or nothing.

The published address is a link to a folder that nobody writes any more. A release becomes a
folder of its own beside it; then one rename replaces the link. Whoever reads sees the old site or
the new one, whole, whatever happens to the machine in between.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.problems import ReleaseRefusedError

KEPT = 3  # releases that stay on disk, the published one included
_NUMBER = 6  # digits of a release's number

Checkpoint = Callable[[str], None]


def deploy(site: Path, target: Path, checkpoint: Checkpoint = lambda _: None) -> bool:
    """Publish the folder `site` at `target`; return whether anything had to change.

    `target` must be absent, or a link that an earlier release made. `checkpoint` is called with a
    name before every step that could be interrupted. Raises ReleaseRefusedError.
    """
    if target.exists() and not target.is_symlink():
        raise ReleaseRefusedError(
            f"«{target}» è una cartella, non un collegamento: non si può sostituire in un colpo "
            f"solo. Spostarla una volta per tutte (mv {target.name} {target.name}-prima) e rifare."
        )
    mark = fingerprint(site)
    if target.is_symlink() and target.exists() and fingerprint(target.resolve()) == mark:
        return False
    shelf = _shelf(target)
    shelf.mkdir(parents=True, exist_ok=True)
    for leftover in sorted(shelf.glob(".*")):
        shutil.rmtree(leftover)
    checkpoint("prima di copiare")
    staging = shelf / ".in-arrivo"
    link_tree(site, staging, checkpoint)
    checkpoint("prima di verificare")
    if fingerprint(staging) != mark:
        raise ReleaseRefusedError(
            "La copia del sito non è uguale al sito costruito: disco pieno o guasto? "
            "Ciò che era pubblicato è rimasto com’era."
        )
    final = shelf / f"{_next_number(shelf):0{_NUMBER}}-{mark[:12]}"
    staging.rename(final)
    checkpoint("prima di sostituire")
    swap_link(target, final, checkpoint)
    checkpoint("prima di sgomberare")
    for old in _releases(shelf)[:-KEPT]:
        if old.resolve() != target.resolve():
            shutil.rmtree(old)
    checkpoint("alla fine")
    return True


def swap_link(target: Path, folder: Path, checkpoint: Checkpoint = lambda _: None) -> None:
    """Make `target` a link to `folder`, in one step that cannot be seen half done."""
    fresh = target.with_name(f".{target.name}-collegamento")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(folder, target.parent))
    checkpoint("con il collegamento pronto")
    fresh.replace(target)


def link_tree(source: Path, target: Path, checkpoint: Checkpoint = lambda _: None) -> None:
    """Copy a folder as hard links, or as copies where the disk is another."""
    half = len(list(source.rglob("*"))) // 2
    for position, path in enumerate(sorted(source.rglob("*"))):
        if position == half:
            checkpoint("a metà della copia")
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:  # another disk
            shutil.copy2(path, place)


def fingerprint(folder: Path) -> str:
    """Return a hash of every path and every byte below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def only_one(target: Path) -> Iterator[None]:
    """Hold the right to release to `target`; raises ReleaseRefusedError where another has it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f".{target.name}.blocco").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseRefusedError(
                f"Un altro rilascio verso «{target.name}» è in corso. Attendere che finisca."
            ) from None
        yield


def _shelf(target: Path) -> Path:
    return target.with_name(f".{target.name}-rilasci")


def _releases(shelf: Path) -> list[Path]:
    return sorted(path for path in shelf.iterdir() if path.name[:_NUMBER].isdigit())


def _next_number(shelf: Path) -> int:
    done = _releases(shelf)
    return int(done[-1].name[:_NUMBER]) + 1 if done else 1
