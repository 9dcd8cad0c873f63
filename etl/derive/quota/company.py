"""One employer, as the engine sees it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Self

from etl.derive.quota.rules import GROUPS
from etl.derive.quota.scalar import Row


@dataclass(frozen=True)
class Hours:
    """Workers who share a reduced week. Minutes are of a week; `gruppo` is one of `GROUPS`.

    `oltre_meta`: their invalidity is over 50 % (a statement does not say it: then False).
    """

    gruppo: str
    numero: int
    minuti_contratto: int
    minuti_svolti: int
    oltre_meta: bool = False

    def __post_init__(self) -> None:
        if self.gruppo not in GROUPS:
            raise ValueError(f"gruppo_orario sconosciuto: «{self.gruppo}»")
        _not_negative(self)

    def row(self) -> Row:
        """Return the inputs of the rules."""
        return Row(
            {
                "gruppo": GROUPS.index(self.gruppo),
                "numero_lavoratori": self.numero,
                "minuti_contratto": self.minuti_contratto,
                "minuti_svolti": self.minuti_svolti,
                "oltre_meta": int(self.oltre_meta),
            }
        )


@dataclass(frozen=True)
class Province:
    """An employer's people in one province: the figures of quadro 2, full time where it says so.

    `esclusi_disabili` and `esclusi_art18` are the workers of excluded categories for art. 3 and
    for art. 18. Compensations are those of the province; `…_gruppo_…` say how many of them are
    inside a group of companies.
    """

    codice: str
    lavoratori: int = 0
    disabili_tempo_pieno: int = 0
    centralinisti_tempo_pieno: int = 0
    massofisioterapisti_tempo_pieno: int = 0
    telelavoro_tempo_pieno: int = 0
    esclusi_disabili: int = 0
    esclusi_art18: int = 0
    categorie_protette: int = 0
    categorie_protette_2000: int = 0
    somministrati_tempo_pieno: int = 0
    convenzioni_tempo_pieno: int = 0
    esonero_autorizzato: int = 0
    esonero_autocertificato: int = 0
    eccedenza_disabili: int = 0
    riduzione_disabili: int = 0
    eccedenza_art18: int = 0
    riduzione_art18: int = 0
    eccedenza_gruppo_disabili: int = 0
    riduzione_gruppo_disabili: int = 0
    eccedenza_gruppo_art18: int = 0
    riduzione_gruppo_art18: int = 0
    orari: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        _not_negative(self)

    def row(self, registered_office: bool) -> Row:
        """Return the inputs of the rules."""
        given = {
            name: value for name, value in asdict(self).items() if name not in ("codice", "orari")
        }
        given["sede_legale"] = int(registered_office)
        return Row(given, tuple(hours.row() for hours in self.orari), self.codice)


@dataclass(frozen=True)
class Company:
    """An employer: its provinces, that of its registered office, and whether it is private.

    Provinces are worked out in the order of their ISTAT code, whatever the order given.
    """

    province: tuple[Province, ...]
    sede_legale: str
    privato: bool = True

    def __post_init__(self) -> None:
        codes = [province.codice for province in self.province]
        if len(set(codes)) != len(codes):
            raise ValueError("una provincia è indicata due volte")
        if self.sede_legale not in codes:
            raise ValueError("la provincia della sede legale deve essere tra le province")

    @classmethod
    def single(cls, *, privato: bool = True, **figures: int | tuple[Hours, ...]) -> Self:
        """Return an employer with one province, of code "015"."""
        province = Province("015", **figures)  # type: ignore[arg-type]
        return cls((province,), "015", privato)

    def row(self) -> Row:
        """Return the inputs of the rules, provinces in order."""
        return Row(
            {"datore_piccolo_privato": int(self.privato)},
            tuple(
                province.row(province.codice == self.sede_legale)
                for province in sorted(self.province, key=lambda item: item.codice)
            ),
        )


def _not_negative(item: Hours | Province) -> None:
    for entry in fields(item):
        value = getattr(item, entry.name)
        if isinstance(value, int) and value < 0:
            raise ValueError(f"«{entry.name}» non può essere negativo: {value}")
