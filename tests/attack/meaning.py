"""What a reader knows from the meaning of the columns alone, written from their descriptions.

Nothing here is read from the contracts' ties: it is what somebody who studied the pages would
write down. `coincidences` looks for sums that two tables share without knowing why they should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from tests.attack.stranger import Figure, Page, Sum

NEVER_ABOVE = [
    ("abbinamenti_minimo", "abbinamenti_massimo"),
    ("abbinamenti_massimo", "persone_adatte"),
    ("posti_copribili_minimo", "posti_copribili_massimo"),
    ("posti_copribili_massimo", "posti_con_candidati"),
    ("posti_con_candidati", "posti"),
    ("posti_mancanti", "posti"),
    ("posti_coperti_minimo", "posti_coperti_massimo"),
    ("posti_coperti_massimo", "posti"),
    ("posti_coperti_dentro", "posti"),
    ("posti_adatti_altrove", "posti_adatti_residenti"),
    ("posti_adatti_altrove", "posti_adatti"),
    ("offerte_adatte", "posti_adatti"),
    ("posti_in_piu", "posti_con_requisito"),
    ("posti_in_piu", "coppie_in_piu"),
    ("posti_in_piu", "persone_interessate"),
    ("persone_interessate", "coppie_in_piu"),
    ("posti_coperti", "posti"),
    ("fuori_provincia_minimo", "fuori_provincia_massimo"),
    ("fuori_provincia_massimo", "posti_coperti"),
    ("imprese_beneficiarie", "imprese_obbligo"),
    ("imprese_nuove", "imprese_beneficiarie"),
    ("assunzioni_senza_obbligo", "assunzioni"),
    ("domande_accolte", "domande_ricevute"),
    ("persone_isole_assunte", "persone_isole"),
    ("convenzioni_attive", "imprese_obbligate"),
    ("lavoratori_convenzione", "posti_quota"),
    ("convenzioni_incentivate", "convenzioni_attive"),
    ("persone_ricollocate", "persone_entrate"),
    ("persone_intervistate", "persone_entrate"),
    ("persone_con_beneficio", "persone_intervistate"),
    ("persone_osservabili", "persone_avviate"),
    ("persone_occupate", "persone_osservabili"),
    ("persone_inserite", "inserimenti"),
    ("inserimenti_integrazione", "inserimenti"),
    ("inserimenti_laboratori", "inserimenti"),
    ("persone_laboratori_tre_sei", "persone_laboratori"),
    ("percorsi_appropriati", "percorsi_verificati"),
    ("persone_risposte", "persone_servizio"),
    ("persone_migliorate", "persone_risposte"),
    ("contattate_obbligo", "imprese_obbligate_68"),
    ("coinvolte_obbligo", "contattate_obbligo"),
    ("coinvolte_non_obbligo", "contattate_non_obbligo"),
    ("tirocini_conclusi", "tirocini_attivati"),
    ("tirocini_trasformati", "tirocini_conclusi"),
    ("giovani_certificati", "giovani_iscritti"),
    ("giovani_assunti", "giovani_iscritti"),
    ("giovani_al_lavoro_6", "giovani_assunti"),
    ("giovani_al_lavoro_12", "giovani_al_lavoro_6"),
    ("persone_mantenute", "persone_rientrate"),
    ("adattamenti_fatti", "adattamenti_chiesti"),
]


class Library:
    """The pages by name, and sums over their rows."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = {page.name: page for page in pages}

    def sum(
        self, page: str, column: str, weight: float = 1.0, away: bool = False, **codes: str
    ) -> list[tuple[Figure, float]]:
        """Return the figures of a column in the rows whose codes begin as given."""
        found = self.pages.get(page)
        if found is None:
            return []
        return [
            (found.figure(row, column), weight)
            for row in found.rows
            if all(row[name].startswith(code) for name, code in codes.items())
            and not (away and row["provincia_residenza"] == row["provincia_lavoro"])
        ]

    def codes(self, page: str, *names: str) -> list[tuple[str, ...]]:
        """Return the codes that a page's rows have in some columns."""
        found = self.pages.get(page)
        return sorted({tuple(row[name] for name in names) for row in found.rows}) if found else []


def never_above_zero(pages: Sequence[Page]) -> Iterator[Sum]:
    """Yield the sums that are surely at most zero."""
    for page in pages:
        for smaller, larger in NEVER_ABOVE:
            if {smaller, larger} <= {*page.columns, *page.facts}:
                for row in page.rows:
                    yield [(page.figure(row, smaller), 1.0), (page.figure(row, larger), -1.0)]
    for terms in _matching(Library(pages)):
        # a table that is not there bounds nothing
        if len({weight > 0 for _, weight in terms}) == 2:
            yield terms


def _matching(read: Library) -> Iterator[Sum]:
    flows, cover, lack = "incrocio-flussi", "incrocio-copertura", "incrocio-carenze"
    borders, regimes, followed = "incrocio-confini", "incrocio-regimi", "incrocio-operatori"
    for (here,) in read.codes(borders, "codice_provincia"):
        comers = read.sum(flows, "persone_adatte", -1.0, provincia_lavoro=here)
        everyone = read.sum(cover, "persone_adatte", codice_provincia=here)
        # who suits a group comes from somewhere, and who comes suits some group
        yield from ([one, *comers] for one in everyone)
        yield [*((name, 1.0) for name, _ in comers), *((name, -1.0) for name, _ in everyone)]
        least, most = (f"posti_coperti_{end}" for end in ("minimo", "massimo"))
        yield [
            *read.sum(cover, "posti_copribili_minimo", codice_provincia=here),
            *read.sum(borders, least, -1.0, codice_provincia=here),
        ]
        yield [
            *read.sum(borders, most, codice_provincia=here),
            *read.sum(cover, "posti_copribili_massimo", -1.0, codice_provincia=here),
        ]
        yield [
            *read.sum(flows, "abbinamenti_minimo", provincia_lavoro=here),
            *read.sum(borders, most, -1.0, codice_provincia=here),
        ]
        yield [
            *read.sum(borders, least, codice_provincia=here),
            *read.sum(flows, "abbinamenti_massimo", -1.0, provincia_lavoro=here),
        ]
    for (group,) in read.codes(cover, "gruppo_professionale"):
        inside = {"sottogruppo_professionale": group}
        wide = read.sum(cover, "persone_adatte", -1.0, gruppo_professionale=group)
        fine = read.sum(lack, "persone_adatte", **inside)
        yield from ([one, *wide] for one in fine)
        yield from ([(one, 1.0), *((name, -1.0) for name, _ in fine)] for one, _ in wide)
        yield [
            *read.sum(lack, "posti_mancanti", **inside),
            *read.sum(cover, "posti", -1.0, gruppo_professionale=group),
            *read.sum(cover, "posti_copribili_minimo", gruppo_professionale=group),
        ]
    for regime in (row["regime"] for row in _in_force(read, regimes)):
        for away, least, most in (
            (False, "posti_coperti", "posti_coperti"),
            (True, "fuori_provincia_minimo", "fuori_provincia_massimo"),
        ):
            yield [
                *read.sum(flows, "abbinamenti_minimo", away=away),
                *read.sum(regimes, least, -1.0, regime=regime),
            ]
            yield [
                *read.sum(regimes, most, regime=regime),
                *read.sum(flows, "abbinamenti_massimo", -1.0, away=away),
            ]
    for own, all_of in (
        ("posti_adatti", "posti_adatti_residenti"),
        ("posti_adatti_altrove", "posti_adatti_altrove"),
    ):
        total = read.sum(borders, all_of, -1.0)
        yield from ([one, *total] for one in read.sum(followed, own))


def _in_force(read: Library, regimes: str) -> Iterable[dict[str, str]]:
    page = read.pages.get(regimes)
    return [dict(row) for row in page.rows if row["in_vigore"] == "true"] if page else []


def zero(pages: Sequence[Page]) -> Iterator[Sum]:
    """Yield the sums that are surely zero: posts filled and posts missing make the posts."""
    for page in pages:
        if page.name == "incrocio-copertura":
            for row in page.rows:
                yield [
                    (page.figure(row, "posti_copribili_massimo"), 1.0),
                    (page.figure(row, "posti_mancanti"), 1.0),
                    (page.figure(row, "posti"), -1.0),
                ]


Series = tuple[str, str, tuple[str, ...]]


def coincidences(pages: Sequence[Page], least: int = 3) -> list[Sum]:
    """Return sums that two columns share wherever both are told, as equations for where not.

    For each column and each choice of dimensions, its sums over all other dimensions. Two columns
    whose sums agree on at least `least` codes, with as many different values and never differing,
    are taken for the same thing.
    """
    told: dict[Series, dict[tuple[str, ...], int]] = {}
    open_sums: dict[Series, dict[tuple[str, ...], list[Figure]]] = {}
    for page in pages:
        for count in range(1, len(page.dimensions) + 1):
            for kept in combinations(page.dimensions, count):
                for column in (*page.columns, *page.facts):
                    _add_up(page, column, kept, told, open_sums)
    by_value: dict[tuple[tuple[str, ...], int], list[Series]] = {}
    for series, sums in told.items():
        for codes, value in sums.items():
            by_value.setdefault((codes, value), []).append(series)
    agreeing: Counter[tuple[Series, Series]] = Counter()
    for found in by_value.values():
        agreeing.update(combinations(sorted(found), 2))
    equations: list[Sum] = []
    for (one, other), times in agreeing.items():
        if one[0] == other[0] or times < least:
            continue
        common = told[one].keys() & told[other].keys()
        values = {told[one][codes] for codes in common if told[one][codes]}
        if len(values) < least or any(told[one][codes] != told[other][codes] for codes in common):
            continue
        for codes in sorted(open_sums[one].keys() & open_sums[other].keys() - common):
            left = [(name, 1.0) for name in open_sums[one][codes]]
            equations.append([*left, *((name, -1.0) for name in open_sums[other][codes])])
    return equations


def _add_up(
    page: Page,
    column: str,
    kept: tuple[str, ...],
    told: dict[Series, dict[tuple[str, ...], int]],
    open_sums: dict[Series, dict[tuple[str, ...], list[Figure]]],
) -> None:
    series = (page.name, column, kept)
    for row in page.rows:
        name = page.figure(row, column)
        if name in page.figures:
            codes = tuple(row[dimension] for dimension in kept)
            open_sums.setdefault(series, {}).setdefault(codes, []).append(name)
    for codes, names in open_sums.get(series, {}).items():
        values = [page.figures[name] for name in names]
        if all(value is not None for value in values):
            told.setdefault(series, {})[codes] = sum(value or 0 for value in values)
