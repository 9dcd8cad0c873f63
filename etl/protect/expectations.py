"""great-expectations suites made from the contracts, run on exactly what would be released."""

from __future__ import annotations

import os
from typing import Any

import pandas as pd

from etl.contracts import PUBLISHED, Contract, ContractField, vocabulary
from etl.protect.tabular import as_text


def check(contract: Contract, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one outcome per expectation: data set, expectation, column, whether it holds.

    The table is checked in its published form: lists joined, withheld values empty.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.core.batch import Batch  # noqa: F401 - completes the lazy import

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("rilascio")
    batch = (
        source.add_dataframe_asset(contract.slug)
        .add_batch_definition_whole_dataframe("tutto")
        .get_batch({"dataframe": as_text(contract, frame)})
    )
    expectations = _expectations(contract, gx.expectations)
    suite = gx.ExpectationSuite(name=contract.slug, expectations=expectations)
    result = batch.validate(suite, result_format="BOOLEAN_ONLY")
    outcomes = [
        {
            "dataset": contract.slug,
            "attesa": item.expectation_config.type,
            "colonna": _columns(item.expectation_config.kwargs),
            "esito": bool(item.success),
        }
        for item in result.results
    ]
    return sorted([*outcomes, *_states(contract, frame)], key=lambda o: (o["colonna"], o["attesa"]))


def _expectations(contract: Contract, make: Any) -> list[Any]:
    wanted: list[Any] = [
        make.ExpectTableColumnsToMatchOrderedList(column_list=contract.names),
        make.ExpectTableRowCountToBeBetween(min_value=contract.attese.righe_minime),
    ]
    if len(contract.chiave) == 1:
        wanted.append(make.ExpectColumnValuesToBeUnique(column=contract.chiave[0]))
    else:
        wanted.append(make.ExpectCompoundColumnsToBeUnique(column_list=contract.chiave))
    for field in contract.campi:
        wanted.extend(_of_field(field, make))
    for smaller, larger in contract.attese.minore_o_uguale:
        wanted.append(
            make.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=larger,
                column_B=smaller,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            )
        )
    return wanted


def _of_field(field: ContractField, make: Any) -> list[Any]:
    definition, name = field.definizione, field.name
    wanted: list[Any] = []
    if field.obbligatorio:
        wanted.append(make.ExpectColumnValuesToNotBeNull(column=name))
    if definition.vocabolario:
        codes = list(vocabulary(definition.vocabolario))
        if definition.tipo == "elenco":
            one = "|".join(codes)
            regex = rf"^(?:{one})(?:\|(?:{one}))*$"
            wanted.append(make.ExpectColumnValuesToMatchRegex(column=name, regex=regex))
        else:
            wanted.append(make.ExpectColumnValuesToBeInSet(column=name, value_set=codes))
    if definition.formato:
        wanted.append(
            make.ExpectColumnValuesToMatchRegex(column=name, regex=f"^(?:{definition.formato})$")
        )
    if definition.tipo == "data":
        wanted.append(
            make.ExpectColumnValuesToMatchRegex(column=name, regex=r"^\d{4}-\d{2}-\d{2}$")
        )
    if definition.minimo is not None or definition.massimo is not None:
        wanted.append(
            make.ExpectColumnValuesToBeBetween(
                column=name, min_value=definition.minimo, max_value=definition.massimo
            )
        )
    if definition.lunghezza_massima:
        wanted.append(
            make.ExpectColumnValueLengthsToBeBetween(
                column=name, max_value=definition.lunghezza_massima
            )
        )
    return wanted


def _states(contract: Contract, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A value stands exactly where its state says that it is published."""
    return [
        {
            "dataset": contract.slug,
            "attesa": "expect_value_only_where_published",
            "colonna": name,
            "esito": bool((frame[name].notna() == (frame[f"{name}_stato"] == PUBLISHED)).all()),
        }
        for name in contract.riservatezza.valori
    ]


def _columns(kwargs: dict[str, Any]) -> str:
    for key in ("column", "column_list"):
        if key in kwargs:
            value = kwargs[key]
            return value if isinstance(value, str) else ", ".join(value)
    if "column_A" in kwargs:
        return f"{kwargs['column_B']}, {kwargs['column_A']}"
    return ""
