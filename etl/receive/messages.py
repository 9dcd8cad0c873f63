"""What frictionless finds, said in Italian to the person who must act."""

from __future__ import annotations

from dataclasses import dataclass

from etl.contracts import ContractField, vocabulary

SHORT_CODE = 3
EXAMPLES = {
    "data": "una data, per esempio 31/12/2025 o 2025-12-31",
    "intero": "un numero intero",
    "decimale": "un numero, per esempio 1234,5",
    "logico": "sì oppure no",
    "testo": "un testo",
    "elenco": "uno o più valori",
}


@dataclass(frozen=True)
class Wording:
    """One message of the catalogue: what is wrong, what was expected, what to do."""

    code: str
    message: str
    expected: str | None
    remedy: str


def expected_form(field: ContractField) -> str:
    """Return in words what a field may hold."""
    definition = field.definizione
    if definition.vocabolario:
        words = [
            f"{code} ({label.it})" if len(code) <= SHORT_CODE else label.it
            for code, label in vocabulary(definition.vocabolario).items()
        ]
        many = "uno o più" if definition.tipo == "elenco" else "uno"
        return f"{many} di questi valori: " + ", ".join(words)
    parts = [EXAMPLES[definition.tipo]]
    if definition.minimo is not None and definition.massimo is not None:
        parts.append(f"da {definition.minimo:g} a {definition.massimo:g}")
    elif definition.minimo is not None:
        parts.append(f"non inferiore a {definition.minimo:g}")
    elif definition.massimo is not None:
        parts.append(f"non superiore a {definition.massimo:g}")
    if definition.lunghezza_massima:
        parts.append(f"di al massimo {definition.lunghezza_massima} caratteri")
    if definition.esempio:
        parts.append(f"(esempio: {definition.esempio})")
    return " ".join(parts)


def cell_wording(kind: str, constraint: str | None, field: ContractField, header: str) -> Wording:
    """Return the words for an error that frictionless finds in a cell.

    `kind` is frictionless’s error type, `constraint` the constraint that failed, `header` the
    supplier’s own name of the column.
    """
    title = field.definizione.titolo.it
    expected = expected_form(field)
    if constraint == "required":
        return Wording(
            "valore-mancante",
            f"Manca un valore obbligatorio ({title}).",
            expected,
            f"compilare la colonna «{header}» in questa riga.",
        )
    if kind == "type-error":
        return Wording(
            f"tipo-{field.definizione.tipo}",
            f"Il valore non si può leggere ({title}).",
            expected,
            "riscrivere il valore nella forma attesa.",
        )
    if constraint == "enum":
        return Wording(
            "fuori-vocabolario",
            f"Il valore non è tra quelli ammessi ({title}).",
            expected,
            "usare uno dei valori ammessi, o chiedere al gestore di aggiungere la corrispondenza.",
        )
    if constraint in ("maxLength", "minLength"):
        return Wording(
            "lunghezza",
            f"Il testo è troppo lungo ({title}).",
            expected,
            "accorciare il testo.",
        )
    if constraint in ("minimum", "maximum"):
        return Wording(
            "fuori-intervallo",
            f"Il numero è fuori dall’intervallo ammesso ({title}).",
            expected,
            "controllare il numero.",
        )
    if constraint == "pattern":
        return Wording(
            "forma",
            f"Il valore non ha la forma richiesta ({title}).",
            expected,
            "riscrivere il valore nella forma attesa.",
        )
    return Wording(
        "valore",
        f"Il valore non è ammesso ({title}).",
        expected,
        "correggere il valore.",
    )


def row_wording(kind: str) -> Wording:
    """Return the words for an error that frictionless finds in a whole row."""
    known = {
        "blank-row": Wording("riga-vuota", "La riga è vuota.", None, "togliere la riga."),
        "missing-cell": Wording(
            "celle-mancanti",
            "La riga ha meno celle dell’intestazione.",
            None,
            "completare la riga.",
        ),
        "extra-cell": Wording(
            "celle-in-piu",
            "La riga ha più celle dell’intestazione.",
            None,
            "controllare i separatori e le virgolette della riga.",
        ),
    }
    return known.get(
        kind,
        Wording(
            "riga", "La riga non si può leggere.", None, "riscrivere la riga e controllare il file."
        ),
    )
