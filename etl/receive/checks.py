"""What a table must say beyond its contract: places, occupations, registers."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache

import pandas as pd

from etl.contracts import Contract, FieldDefinition, load_contracts, vocabulary
from etl.problems import Problem, Severity
from etl.receive.geography import Geography, name_key
from etl.receive.validation import Found, Table

_MOST_SIMILAR = 3


class Registers:
    """The registers against which tables are checked.

    `least_people`: how many inhabitants a territory must have to be shown by itself.
    """

    def __init__(self, geography: Geography, occupations: pd.DataFrame, least_people: int) -> None:
        self.geography = geography
        self.occupations = frozenset(occupations["qualifica"])
        self.least_people = least_people


Check = Callable[[Table, Registers, str | None], list[Found]]
Doubt = Callable[[Table, Registers, set[int]], list[Found]]


def check_table(table: Table, registers: Registers, province: str | None) -> list[Found]:
    """Return what is wrong in a table against the registers; `province` is its supplier's."""
    found: list[Found] = []
    for check in _CHECKS.get(table.contract.nome, ()):
        found += check(table, registers, province)
    return found


def check_doubts(table: Table, registers: Registers, refused: set[int]) -> list[Found]:
    """Return what the rows that are left cannot say because others were refused, or are missing."""
    doubt = _DOUBTS.get(table.contract.nome)
    return doubt(table, registers, refused) if doubt else []


def _doubtful_consents(table: Table, _: Registers, refused: set[int]) -> list[Found]:
    """A refused row may be a withdrawal: no other row of that statement counts until corrected."""
    codes = table.column("codice_comunicazione")
    doubtful = {codes[index] for index in refused} - {None}
    return [
        (
            index,
            table.problem(
                index,
                "consenso-in-dubbio",
                "Un’altra riga dello stesso prospetto è stata rifiutata: finché non è corretta, "
                "il consenso non vale.",
                "correggere la riga rifiutata e inviare di nuovo il registro.",
                column=table.header("codice_comunicazione"),
            ),
        )
        for index, code in enumerate(codes)
        if code in doubtful and index not in refused
    ]


def _places(table: Table, registers: Registers, province: str | None) -> list[Found]:
    return _comuni(table, registers, "comune_dichiarato", province)


def _vacancies(table: Table, registers: Registers, _: str | None) -> list[Found]:
    # a statement is national: a vacancy elsewhere in Italy or abroad is as it should be
    found = _comuni(table, registers, "comune_assunzione", None, outside=False)
    for index, code in enumerate(table.column("qualifica_dichiarata")):
        if code is not None and ".".join(str(code).split(".")[:5]) not in registers.occupations:
            found.append(
                (
                    index,
                    table.problem(
                        index,
                        "professione-sconosciuta",
                        "Il codice della professione non è nella classificazione Istat CP2021.",
                        "usare un codice della classificazione in vigore.",
                        column=table.header("qualifica_dichiarata"),
                        found=str(code),
                        expected="un codice CP2021, per esempio 4.1.1.2.0",
                    ),
                )
            )
    return found


def _offices(table: Table, registers: Registers, _: str | None) -> list[Found]:
    found = _comuni(table, registers, "comune_sede_legale", None, outside=False)
    for index, code in enumerate(table.column("codice_ateco")):
        if code is not None and not _known_sector(str(code)):
            found.append(
                (
                    index,
                    table.problem(
                        index,
                        "ateco-sconosciuto",
                        "Il codice Ateco non esiste in nessuna edizione della classificazione.",
                        "controllare il settore; intanto il prospetto è usato senza settore.",
                        column=table.header("codice_ateco"),
                        found=str(code),
                        severity=Severity.NOTICE,
                    ),
                )
            )
    return found


def _provinces(table: Table, registers: Registers, _: str | None) -> list[Found]:
    found = _comuni(table, registers, "comune_sede", None, outside=False)
    return found + _province_codes(table, registers, "codice_provincia")


def _compensations(table: Table, registers: Registers, _: str | None) -> list[Found]:
    return _province_codes(table, registers, "provincia_compensata")


def _returns(table: Table, registers: Registers, _: str | None) -> list[Found]:
    """A return names a measure, an item and a category that some data set asks for.

    Its value is a number, or a date or code, as the item's own field says.
    """
    asked = {c.slug: c for c in load_contracts() if c.ritorno is not None}
    found = _province_codes(table, registers, "codice_provincia")
    names = ("misura", "grandezza", "categoria", "quantita", "codice")
    columns = [table.column(name) for name in names]
    for index, (measure, item, category, amount, code) in enumerate(zip(*columns, strict=True)):
        contract = asked.get(str(measure))
        rule = contract.ritorno if contract else None
        if contract is None or rule is None:
            wrong = ("misura", "misura-sconosciuta", "Nessuna misura si chiama così.")
            expected = _near(str(measure), list(asked))
        elif item not in rule.grandezze:
            wrong = ("grandezza", "grandezza-sconosciuta", "La misura non chiede questa cifra.")
            expected = ", ".join(rule.grandezze)
        elif rule.categoria and not _known_category(contract, rule.categoria, category):
            wrong = ("categoria", "categoria-sconosciuta", "La misura non ha questa categoria.")
            expected = _categories(contract, rule.categoria)
        else:
            entry = _field_of(contract, str(item))
            fault = _value_fault(entry, amount, code, registers)
            if fault is None:
                continue
            wrong, expected = fault, _value_expected(entry)
        column, kind, message = wrong
        found.append(
            (
                index,
                table.problem(
                    index,
                    kind,
                    message,
                    "usare una delle parole attese, come stanno nel modello del ritorno.",
                    column=table.header(column),
                    found=table.value(index, column),
                    expected=expected,
                ),
            )
        )
    return found


def _field_of(contract: Contract, name: str) -> FieldDefinition | None:
    """Return the field that an item fills; None where a module works its figures out of numbers."""
    return next((item.definizione for item in contract.campi if item.name == name), None)


def _value_fault(
    entry: FieldDefinition | None, amount: object, code: object, registers: Registers
) -> tuple[str, str, str] | None:
    """Return the column, kind and message of what is wrong with a return's value, if anything."""
    if entry is None or entry.tipo in ("intero", "decimale"):
        if amount is None:
            return "quantita", "quantita-mancante", "Manca il numero di questa grandezza."
        if code is not None:
            return "codice", "codice-di-troppo", "Questa grandezza è un numero, senza codice."
        return None
    if amount is not None:
        return "quantita", "quantita-di-troppo", "Questa grandezza non è un numero."
    known = code is not None and _is_code(entry, str(code))
    if known and entry.nome == "codice_comune":
        known = registers.geography.region_of(str(code)[:3]) is not None
    if not known:
        return "codice", "codice-sbagliato", "Il codice non è uno di quelli della grandezza."
    return None


def _is_code(entry: FieldDefinition, code: str) -> bool:
    if entry.tipo == "data":
        try:
            return date.fromisoformat(code).isoformat() == code
        except ValueError:
            return False
    if entry.tipo == "logico":
        return code in ("true", "false")
    words = code.split("|") if entry.tipo == "elenco" else [code]
    if entry.vocabolario:
        return set(words) <= set(vocabulary(entry.vocabolario))
    return all(re.fullmatch(entry.formato or "", word) for word in words)


def _value_expected(entry: FieldDefinition | None) -> str:
    if entry is None or entry.tipo in ("intero", "decimale"):
        return "un numero in «quantita»"
    if entry.vocabolario:
        return ", ".join(vocabulary(entry.vocabolario))
    kinds = {"data": "una data (AAAA-MM-GG)", "logico": "true o false"}
    return kinds.get(entry.tipo) or f"un codice fatto così: {entry.formato}"


def _near(word: str, known: list[str]) -> str:
    return ", ".join(difflib.get_close_matches(word, known, 3, 0.3) or sorted(known))


def _known_category(contract: Contract, name: str, value: object) -> bool:
    entry = _field_of(contract, name)
    if value is None or entry is None:
        return value is not None
    if entry.vocabolario:
        return str(value) in vocabulary(entry.vocabolario)
    return entry.formato is None or bool(re.fullmatch(entry.formato, str(value)))


def _categories(contract: Contract, name: str) -> str:
    entry = _field_of(contract, name)
    if entry is not None and entry.vocabolario:
        return ", ".join(vocabulary(entry.vocabolario))
    if entry is not None and entry.formato:
        return f"un codice fatto così: {entry.formato}"
    return "un testo"


# What comes first must not come later.
_ORDER = (
    ("data_iscrizione", "data_primo_servizio"),
    ("data_assegnazione", "data_primo_servizio"),
    ("data_primo_servizio", "data_avviamento"),
    ("data_avviamento", "data_cessazione"),
)


def _paths(table: Table, registers: Registers, _: str | None) -> list[Found]:
    found: list[Found] = []
    for first, then in _ORDER:
        pairs = zip(table.column(first), table.column(then), strict=True)
        found += [
            (
                index,
                table.problem(
                    index,
                    "date-in-disordine",
                    f"La data in «{table.header(then)}» viene prima di quella in "
                    f"«{table.header(first)}».",
                    "controllare le due date nella pratica.",
                    column=table.header(then),
                    found=table.value(index, then),
                    expected=f"una data non precedente a «{table.header(first)}»",
                ),
            )
            for index, (before, after) in enumerate(pairs)
            if before is not None and after is not None and str(after) < str(before)
        ]
    return found + _province_codes(table, registers, "codice_provincia")


def _declarations(table: Table, registers: Registers, _: str | None) -> list[Found]:
    return _province_codes(table, registers, "codice_provincia")


def _ambiti(table: Table, registers: Registers, _: str | None) -> list[Found]:
    """A comune of the portal stands in one ambito of its province, and an ambito has one name."""
    found: list[Found] = []
    placed: dict[str, list[int]] = {}
    codes, ambiti = table.column("codice_comune"), table.column("codice_ambito")
    for index, (code, ambito) in enumerate(zip(codes, ambiti, strict=True)):
        if not (table.has_form(index, "codice_comune") and table.has_form(index, "codice_ambito")):
            continue
        resolution = registers.geography.resolve(str(code))
        own = resolution.codice_comune
        if own is None:
            found.append((index, _no_comune(table, index, resolution.kind == "fuori")))
        elif str(ambito)[:3] != own[:3]:
            found.append((index, _other_province(table, index, own[:3])))
        else:
            placed.setdefault(own, []).append(index)
    for own, indexes in placed.items():
        # the same code twice is a repeated key; here are former codes of one comune of today
        if (
            len({codes[index] for index in indexes}) > 1
            and len({ambiti[index] for index in indexes}) > 1
        ):
            found += [(index, _two_ambiti(table, index, own)) for index in indexes]
    return found + _ambito_names(table, {index for rows in placed.values() for index in rows})


def _no_comune(table: Table, index: int, outside: bool) -> Problem:
    return table.problem(
        index,
        "comune-fuori" if outside else "comune-sconosciuto",
        "Il comune è fuori dalle province del portale."
        if outside
        else "Il codice non è di nessun comune nell’elenco Istat dell’anno.",
        "togliere la riga." if outside else "scrivere il codice Istat del comune in vigore.",
        column=table.header("codice_comune"),
        found=table.value(index, "codice_comune"),
        expected="il codice Istat di un comune delle province del portale",
    )


def _other_province(table: Table, index: int, province: str) -> Problem:
    return table.problem(
        index,
        "ambito-fuori-provincia",
        f"Il comune è della provincia {province}, l’ambito di un’altra.",
        "correggere il codice dell’ambito o del comune; un ambito a cavallo di due province ha un "
        "codice per ognuna.",
        column=table.header("codice_ambito"),
        found=table.value(index, "codice_ambito"),
        expected=f"un codice che comincia con «{province}-»",
    )


def _two_ambiti(table: Table, index: int, code: str) -> Problem:
    return table.problem(
        index,
        "comune-in-due-ambiti",
        f"Più righe sono dello stesso comune di oggi ({code}), in ambiti diversi: non si sa quale "
        "vale.",
        "lasciare una sola riga, con il codice Istat in vigore.",
        column=table.header("codice_comune"),
        found=table.value(index, "codice_comune"),
        expected="una riga per comune",
    )


def _ambito_names(table: Table, rows: set[int]) -> list[Found]:
    """Refuse the rows whose name is not the one that most rows of the ambito have."""
    names: dict[str, dict[int, str]] = {}
    for index in sorted(rows):
        if table.has_form(index, "denominazione_ambito"):
            code = str(table.column("codice_ambito")[index])
            name = str(table.column("denominazione_ambito")[index])
            names.setdefault(code, {})[index] = name
    found: list[Found] = []
    for code, given in names.items():
        counted = Counter(name_key(name) for name in given.values()).most_common()
        if len(counted) == 1:
            continue
        prevails = counted[0][0] if counted[0][1] > counted[1][1] else None
        spelt = {name_key(name): name for name in reversed(given.values())}
        expected = " oppure ".join(
            f"«{spelt[key]}»" for key, count in counted if count == counted[0][1]
        )
        found += [
            (
                index,
                table.problem(
                    index,
                    "ambito-con-due-nomi",
                    f"L’ambito {code} ha un altro nome in altre righe.",
                    "scrivere lo stesso nome in tutte le righe dell’ambito, o cambiare il codice.",
                    column=table.header("denominazione_ambito"),
                    found=table.value(index, "denominazione_ambito"),
                    expected=expected,
                ),
            )
            for index, name in given.items()
            if name_key(name) != prevails
        ]
    return found


def _provinces_without_ambiti(table: Table, registers: Registers, refused: set[int]) -> list[Found]:
    """Say which of the register's provinces stay without ambiti, and why.

    Their ambiti are not shown where a comune stands in none, or where one has few inhabitants.
    """
    first: dict[str, int] = {}
    ambito_of: dict[str, str] = {}
    columns = (table.column("codice_comune"), table.column("codice_ambito"))
    for index, (code, ambito) in enumerate(zip(*columns, strict=True)):
        own = registers.geography.resolve(str(code)).codice_comune if code else None
        if own is not None:
            first.setdefault(own[:3], index)
            if index not in refused:
                ambito_of[own] = str(ambito)
    comuni = registers.geography.comuni
    comuni = comuni.assign(ambito=comuni["codice_comune"].map(ambito_of))
    found: list[Found] = []
    for province, index in first.items():
        own_comuni = comuni[comuni["codice_provincia"] == province]
        lacking = own_comuni[own_comuni["ambito"].isna()]
        people = own_comuni.groupby("ambito")["popolazione"].sum()
        small = people[people < registers.least_people]
        if len(lacking):
            message = f"Manca l’ambito di {_named(list(lacking['comune']), 'un comune', 'comuni')}"
            remedy = "aggiungere le righe che mancano, o correggere quelle rifiutate."
        elif len(small):
            message = (
                f"Ha meno di {registers.least_people} abitanti "
                f"{_named(list(small.index), 'un ambito', 'ambiti')}"
            )
            remedy = "contare ogni ambito piccolo insieme a uno vicino, con un solo codice."
        else:
            continue
        message += f": la provincia {province} resta senza ambiti."
        place = (table.source, table.files[index])
        found.append(
            (index, Problem(*place, "provincia-senza-ambiti", message, remedy, Severity.NOTICE))
        )
    return found


def _named(names: list[str], one: str, many: str) -> str:
    if len(names) == 1:
        return f"{one} ({names[0]})"
    more = "…" if len(names) > _MOST_SIMILAR else ""
    return f"{len(names)} {many} ({', '.join(names[:_MOST_SIMILAR])}{more})"


_DOUBTS: dict[str, Doubt] = {"consensi": _doubtful_consents, "ambiti": _provinces_without_ambiti}

_CHECKS: dict[str, tuple[Check, ...]] = {
    "ambiti": (_ambiti,),
    "doti": (_paths,),
    "dichiarazioni-operatori": (_declarations,),
    "ritorni-monitoraggio": (_returns,),
    "catalogo-operatori": (_places,),
    "iscritti": (_places,),
    "prospetti": (_offices,),
    "prospetti-province": (_provinces,),
    "prospetti-compensazioni": (_compensations,),
    "prospetti-posti": (_vacancies,),
    "offerte-cliclavoro": (_vacancies,),
}


@cache
def _known_sector(code: str) -> bool:
    import ateco

    return any(
        ateco.lookup(part, edition=edition) is not None
        for edition in ("2025", "2022", "2007")
        for part in (code, code[:5], code[:2])
    )


def _province_codes(table: Table, registers: Registers, name: str) -> list[Found]:
    return [
        (
            index,
            table.problem(
                index,
                "provincia-sconosciuta",
                "Il codice non è di una provincia italiana.",
                "usare il codice Istat della provincia, tre cifre.",
                column=table.header(name),
                found=table.value(index, name),
                expected="un codice Istat di provincia, per esempio 015",
            ),
        )
        for index, code in enumerate(table.column(name))
        if code is not None and registers.geography.region_of(str(code)) is None
    ]


def _comuni(
    table: Table, registers: Registers, name: str, province: str | None, *, outside: bool = True
) -> list[Found]:
    found: list[Found] = []
    header = table.header(name)
    known: dict[str, Callable[[int], Problem] | None] = {}
    for index, value in enumerate(table.column(name)):
        if value is None:
            continue
        text = str(value)
        if text not in known:
            known[text] = _place_problem(table, registers, name, header, text, province, outside)
        maker = known[text]
        if maker is not None:
            found.append((index, maker(index)))
    return found


def _place_problem(
    table: Table,
    registers: Registers,
    name: str,
    header: str,
    text: str,
    province: str | None,
    outside: bool,
) -> Callable[[int], Problem] | None:
    resolution = registers.geography.resolve(text, province)
    close = () if name in table.restricted else resolution.similar
    similar = ", ".join(f"«{place}»" for place in close[:_MOST_SIMILAR])
    severity = Severity.ROW
    if resolution.kind == "comune" or (resolution.kind == "fuori" and not outside):
        return None
    if resolution.kind == "fuori":
        severity = Severity.NOTICE
        code, message = "comune-fuori", "Il comune è fuori dalle province del portale."
        remedy = "nulla, se è giusto così: la riga non compare nelle pagine del territorio."
    elif resolution.kind == "ambiguo":
        code, message = (
            "comune-ambiguo",
            "Più comuni hanno questo nome" + (f": {similar}." if similar else "."),
        )
        remedy = "aggiungere la sigla della provincia, o scrivere il codice Istat del comune."
    else:
        code, message = "comune-sconosciuto", "Il comune non esiste."
        if similar:
            message += f" I nomi più vicini sono: {similar}."
        remedy = "correggere il nome, o scrivere il codice Istat del comune."

    def make(index: int) -> Problem:
        return table.problem(
            index,
            code,
            message,
            remedy,
            column=header,
            found=table.value(index, name),
            severity=severity,
        )

    return make
