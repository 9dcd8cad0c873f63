"""Companies invented at random, as receive tables: seeded, of every size and shape."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from etl.derive.quota.rules import GROUPS

PROVINCES = ("012", "013", "014", "015", "016", "017", "018", "019", "020", "058", "097", "108")
SEATS = dict(
    zip(
        PROVINCES,
        (
            "L682",
            "C933",
            "I829",
            "F205",
            "A794",
            "B157",
            "G388",
            "D150",
            "E897",
            "H501",
            "E507",
            "F704",
        ),
        strict=True,
    )
)
WEEKS = (2400, 2400, 2400, 2400, 2280, 2250, 2160, 2220, 2340)


def tables(
    size: int,
    seed: int,
    on: date = date(2025, 12, 31),
    odd_weeks: bool = False,
    simple: bool = False,
) -> dict[str, pd.DataFrame]:
    """Return `size` statements; `odd_weeks` draws week lengths that share no factors.

    `simple` gives most of them one province and few rows of hours.
    """
    random = np.random.default_rng(seed)
    codes = np.array([f"{i:016d}" for i in range(size)], dtype=object)
    counts = [1, 1, 1, 1, 1, 1, 1, 2, 3] if simple else [1, 1, 1, 1, 2, 2, 3, 4, 6]
    count = random.choice(counts, size)
    owner = np.repeat(np.arange(size), count)
    province = np.concatenate([np.sort(random.choice(PROVINCES, k, replace=False)) for k in count])
    total = len(owner)
    workers = np.maximum(1, np.exp(random.normal(3.4, 1.0, total)).astype(np.int64))

    def some(share: float, up_to: float) -> np.ndarray:
        return np.where(random.random(total) < share, random.binomial(workers, up_to), 0)

    first = np.r_[True, owner[1:] != owner[:-1]]
    seat = np.array([SEATS[p] for p in province], dtype=object)
    statements = pd.DataFrame(
        {
            "codice_comunicazione": codes,
            "data_riferimento": pd.to_datetime([on] * size),
            "tipologia_dichiarante": random.choice(["A", "B", "C", "D"], size),
            "comune_sede_legale": seat[np.flatnonzero(first) + random.integers(0, count)],
        }
    )
    provinces = pd.DataFrame(
        {
            "codice_comunicazione": codes[owner],
            "codice_provincia": province,
            "comune_sede": np.where(random.random(total) < 0.5, seat, "Z999"),
            "lavoratori": workers,
            "disabili_tempo_pieno": some(0.5, 0.03),
            "centralinisti_tempo_pieno": some(0.03, 0.02),
            "massofisioterapisti_tempo_pieno": some(0.01, 0.02),
            "telelavoro_tempo_pieno": some(0.1, 0.05),
            "categorie_protette": some(0.2, 0.02),
            "categorie_protette_2000": some(0.05, 0.01),
            "somministrati_tempo_pieno": some(0.03, 0.02),
            "convenzioni_tempo_pieno": some(0.03, 0.02),
            "esonero_stato": random.choice(["E", "F", None], total, p=[0.1, 0.02, 0.88]),
            "esonero_lavoratori": some(0.5, 0.03),
            "esonero60_lavoratori": some(0.05, 0.02),
        }
    )
    pick = np.repeat(
        np.arange(total), random.choice([0, 0, 0, 0, 1, 2] if simple else [0, 0, 1, 2, 3, 8], total)
    )
    week = random.integers(1200, 2400, len(pick)) if odd_weeks else random.choice(WEEKS, len(pick))
    hours = pd.DataFrame(
        {
            "codice_comunicazione": codes[owner[pick]],
            "codice_provincia": province[pick],
            "gruppo_orario": random.choice(
                GROUPS, len(pick), p=[0.5, 0.1, 0.15, 0.03, 0.02, 0.1, 0.05, 0.05]
            ),
            "numero": random.integers(1, 1 + np.maximum(1, workers[pick] // 20)),
            "minuti_contratto": week,
            "minuti_svolti": (
                week * random.choice([0.3, 0.5, 0.501, 0.6, 0.75, 0.8], len(pick))
            ).astype(np.int64),
        }
    )
    pick = np.flatnonzero(random.random(total) < 0.3)
    excluded = pd.DataFrame(
        {
            "codice_comunicazione": codes[owner[pick]],
            "codice_provincia": province[pick],
            "categoria_esclusa": random.choice(["0001", "0002", "0010"], len(pick)),
            "numero": random.binomial(workers[pick], 0.1),
        }
    )
    pick = np.flatnonzero(random.random(total) < 0.05)
    compensations = pd.DataFrame(
        {
            "codice_comunicazione": codes[owner[pick]],
            "codice_provincia": province[pick],
            "provincia_compensata": random.choice(PROVINCES, len(pick)),
            "categoria_compensazione": random.choice(["E", "R"], len(pick)),
            "categoria_soggetto": random.choice(["D", "D", "C"], len(pick)),
            "numero": random.integers(1, 4, len(pick)),
            "codice_fiscale_gruppo": random.choice([None, None, "00000000000"], len(pick)),
        }
    )
    result = {
        "prospetti": statements,
        "prospetti-province": provinces,
        "prospetti-orari": hours,
        "prospetti-escluse": excluded,
        "prospetti-compensazioni": compensations,
    }
    for frame in (hours, excluded, compensations):
        frame.insert(2, "progressivo", np.arange(len(frame)))
    return {name: _as_received(frame) for name, frame in result.items()}


def _as_received(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(
        {
            name: "Int64" if frame[name].dtype.kind in "iu" else "str"
            for name in frame
            if frame[name].dtype.kind in "iuOUT"
        }
    )
