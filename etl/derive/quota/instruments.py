"""What goes with the quota: exemptions, suspension, agreements, sanctions, incentives, duties.

Written in the same language as `rules.py`; every number of the law is a dated parameter.
Amounts are integer cents, days are counted from 1 January 1970.
"""

from __future__ import annotations

from etl.derive.quota.language import Program
from etl.derive.quota.rules import PROSPETTO, quota_of_base, rounded
from etl.derive.quota.words import conta, data, euro, numero

AZIENDA, GIORNO = "azienda", "giorno"

# ---------------------------------------------------------------------------------------------
# Partial exemption (art. 5, cc. 3 and 3-bis)

E = ESONERO = Program("esonero", (AZIENDA,))
E.given(AZIENDA, "base_computo_art3", "quota_riserva_disabili", default=None)
E.given(
    AZIENDA,
    "disabili_in_forza",
    "pubblico",
    "sicurezza_o_trasporto",
    "percentuale_autorizzata",
    "lavoratori_60_per_mille",
    "esonerati_autocertificati",
    "posti_compensati",
    "posti_richiesti",
)


@E.rule(AZIENDA, "L. 68/1999, art. 5, c. 3; DM 357/2000")
def esonero_ammesso(base_computo_art3: int, pubblico: int, esonero_base_minima: int) -> int:
    """Return 1 where an exemption may be granted: not a public body, base over the threshold."""
    return 1 if base_computo_art3 >= esonero_base_minima and pubblico == 0 else 0


@E.says("esonero_ammesso")
def _esonero_ammesso(esonero_ammesso: int, pubblico: int, esonero_base_minima: int) -> str:
    return (
        "L’esonero parziale si può chiedere."
        if esonero_ammesso == 1
        else "L’esonero parziale non riguarda i datori di lavoro pubblici."
        if pubblico == 1
        else f"L’esonero parziale si può chiedere con una base di almeno "
        f"{numero(esonero_base_minima)} persone."
    )


@E.rule(AZIENDA, "DM 357/2000")
def esonero_percentuale_massima(
    sicurezza_o_trasporto: int,
    esonero_percentuale_ordinaria: int,
    esonero_percentuale_sicurezza: int,
) -> int:
    """Return the greatest percentage of the quota that may be exempted."""
    return (
        esonero_percentuale_sicurezza
        if sicurezza_o_trasporto == 1
        else esonero_percentuale_ordinaria
    )


@E.rule(AZIENDA, "L. 68/1999, art. 5, c. 3")
def esonero_percentuale(percentuale_autorizzata: int, esonero_percentuale_massima: int) -> int:
    """Return the percentage granted, cut at the greatest one."""
    return min(percentuale_autorizzata, esonero_percentuale_massima)


def exempt_units(
    quota: int,
    percentage: int,
    esonero_quota_senza: int,
    esonero_quota_intermedia: int,
    esonero_unita_intermedia: int,
) -> int:
    """Return how many posts of a quota a percentage exempts: none of 1, one of 2, else rounded."""
    return (
        0
        if quota <= esonero_quota_senza or percentage == 0
        else esonero_unita_intermedia
        if quota <= esonero_quota_intermedia
        else rounded(quota * percentage, 100)
    )


@E.rule(AZIENDA, "DM 357/2000")
def esonero_limite_di_legge(
    quota_riserva_disabili: int,
    esonero_percentuale_massima: int,
    esonero_ammesso: int,
    esonero_quota_senza: int,
    esonero_quota_intermedia: int,
    esonero_unita_intermedia: int,
) -> int:
    """Return the most posts that may be exempted, both kinds together."""
    return (
        exempt_units(
            quota_riserva_disabili,
            esonero_percentuale_massima,
            esonero_quota_senza,
            esonero_quota_intermedia,
            esonero_unita_intermedia,
        )
        if esonero_ammesso == 1
        else 0
    )


@E.says("esonero_limite_di_legge")
def _esonero_limite(
    esonero_limite_di_legge: int, esonero_percentuale_massima: int, quota_riserva_disabili: int
) -> str:
    return (
        f"I due tipi di esonero insieme arrivano al massimo al "
        f"{numero(esonero_percentuale_massima)} per cento della quota di "
        f"{numero(quota_riserva_disabili)}: {conta(esonero_limite_di_legge, 'posto', 'posti')}."
    )


@E.rule(AZIENDA, "L. 68/1999, art. 3, c. 1")
def quota_senza_60_per_mille(
    base_computo_art3: int,
    lavoratori_60_per_mille: int,
    quota_soglia_una_unita: int,
    quota_soglia_due_unita: int,
    quota_soglia_percentuale: int,
    quota_unita_fascia_c: int,
    quota_unita_fascia_b: int,
    quota_percentuale: int,
) -> int:
    """Return the quota as it would be without the workers at Inail rate of 60 per mille or more."""
    return quota_of_base(
        max(0, base_computo_art3 - lavoratori_60_per_mille),
        quota_soglia_una_unita,
        quota_soglia_due_unita,
        quota_soglia_percentuale,
        quota_unita_fascia_c,
        quota_unita_fascia_b,
        quota_percentuale,
    )


@E.rule(AZIENDA, "L. 68/1999, art. 5, c. 3-bis")
def esonero_autocertificabile(
    quota_riserva_disabili: int,
    quota_senza_60_per_mille: int,
    disabili_in_forza: int,
    pubblico: int,
    esonero_percentuale_autocertificata: int,
) -> int:
    """Return the most posts that may be self-certified."""
    return (
        0
        if pubblico == 1
        else max(
            0,
            min(
                quota_riserva_disabili - quota_senza_60_per_mille,
                quota_riserva_disabili - disabili_in_forza,
                rounded(quota_riserva_disabili * esonero_percentuale_autocertificata, 100),
            ),
        )
    )


@E.says("esonero_autocertificabile")
def _esonero_autocertificabile(
    esonero_autocertificabile: int,
    lavoratori_60_per_mille: int,
    quota_riserva_disabili: int,
    quota_senza_60_per_mille: int,
    disabili_in_forza: int,
) -> str:
    return (
        ""
        if lavoratori_60_per_mille == 0
        else f"Posti che si possono autocertificare: {numero(esonero_autocertificabile)}; senza "
        f"chi ha un tasso Inail del 60 per mille o più la quota di "
        f"{numero(quota_riserva_disabili)} sarebbe {numero(quota_senza_60_per_mille)}, e le "
        f"persone in forza sono {numero(disabili_in_forza)}."
    )


@E.rule(AZIENDA, "L. 68/1999, art. 5, c. 3")
def esonero_massimo(
    quota_riserva_disabili: int,
    esonero_percentuale: int,
    esonero_ammesso: int,
    esonerati_autocertificati: int,
    esonero_quota_senza: int,
    esonero_quota_intermedia: int,
    esonero_unita_intermedia: int,
) -> int:
    """Return the posts that the granted percentage exempts, less those self-certified."""
    return (
        max(
            0,
            exempt_units(
                quota_riserva_disabili,
                esonero_percentuale,
                esonero_quota_senza,
                esonero_quota_intermedia,
                esonero_unita_intermedia,
            )
            - esonerati_autocertificati,
        )
        if esonero_ammesso == 1
        else 0
    )


@E.rule(AZIENDA, "L. 68/1999, art. 5, c. 3; DM 357/2000")
def esonero_da_pagare(
    quota_riserva_disabili: int,
    disabili_in_forza: int,
    posti_compensati: int,
    posti_richiesti: int,
    esonerati_autocertificati: int,
    esonero_massimo: int,
) -> int:
    """Return the exempted posts for which the contribution is due."""
    return max(
        0,
        min(
            quota_riserva_disabili
            - disabili_in_forza
            - posti_compensati
            - posti_richiesti
            - esonerati_autocertificati,
            esonero_massimo,
        ),
    )


@E.says("esonero_da_pagare")
def _esonero_da_pagare(
    esonero_da_pagare: int, percentuale_autorizzata: int, esonero_massimo: int
) -> str:
    return (
        ""
        if percentuale_autorizzata == 0
        else f"L’esonero concesso copre fino a {conta(esonero_massimo, 'posto', 'posti')}; il "
        f"contributo si paga per {numero(esonero_da_pagare)}."
    )


# ---------------------------------------------------------------------------------------------
# The calendar and the exemption contribution


def year_of(day: int) -> int:
    """Return the year of a day counted from 1 January 1970 (Gregorian calendar)."""
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    return year + era * 400 + (1 if (5 * of_year + 2) // 153 >= 10 else 0)


def month_and_day(day: int) -> int:
    """Return month × 100 + day of the month of a day counted from 1 January 1970."""
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    turn = (5 * of_year + 2) // 153
    month = turn + 3 if turn < 10 else turn - 9
    return month * 100 + of_year - (153 * turn + 2) // 5 + 1


def day_number(year: int, month: int, day: int) -> int:
    """Return the days from 1 January 1970 to a date (Gregorian calendar)."""
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def easter_monday(year: int) -> int:
    """Return the day number of Easter Monday (Gregorian computus)."""
    golden = year % 19
    century = year // 100
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    paschal = moon - (moon // 28) * (1 - (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + paschal + 2 - century + century // 4) % 7
    offset = paschal - weekday
    month = 3 + (offset + 40) // 44
    return day_number(year, month, offset + 28 - 31 * (month // 4)) + 1


def weekday_of(day: int) -> int:
    """Return 0 for Monday … 6 for Sunday."""
    return (day + 3) % 7


C = CONTRIBUTO = Program("contributo", (AZIENDA, GIORNO))
C.given(AZIENDA, "unita", default=None)
C.given(AZIENDA, "patrono")
C.given(AZIENDA, "giorni_settimana", default=5)
C.given(GIORNO, "giorno", default=None)
C.given(GIORNO, "festa_contratto")


@C.rule(GIORNO, "L. 260/1949")
def festivo(giorno: int, patrono: int, festivita_nazionali: tuple[int, ...]) -> int:
    """Return 1 on national holidays, Easter Monday and the patron's day (month × 100 + day)."""
    return (
        1
        if month_and_day(giorno) in festivita_nazionali
        or month_and_day(giorno) == patrono
        or easter_monday(year_of(giorno)) == giorno
        else 0
    )


@C.rule(GIORNO, "L. 68/1999, art. 5, c. 3")
def lavorativo(giorno: int, festivo: int, festa_contratto: int, giorni_settimana: int) -> int:
    """Return 1 on the days for which the contribution is due."""
    return (
        1 if weekday_of(giorno) < giorni_settimana and festivo == 0 and festa_contratto == 0 else 0
    )


C.total("giorni_lavorativi", of="lavorativo")


@C.says("giorni_lavorativi")
def _giorni_lavorativi(giorni_lavorativi: int, giorni_settimana: int) -> str:
    return (
        f"Giorni lavorativi del periodo: {numero(giorni_lavorativi)}, con una settimana di "
        f"{numero(giorni_settimana)} giorni."
    )


@C.rule(AZIENDA, "L. 68/1999, art. 5, c. 3; DM 193/2021")
def contributo(unita: int, giorni_lavorativi: int, contributo_esonerativo: int) -> int:
    """Return the exemption contribution, in cents."""
    return unita * giorni_lavorativi * contributo_esonerativo


@C.says("contributo")
def _contributo(
    contributo: int, unita: int, giorni_lavorativi: int, contributo_esonerativo: int
) -> str:
    return (
        f"Il contributo è {euro(contributo)}: {conta(unita, 'posto', 'posti')} per "
        f"{conta(giorni_lavorativi, 'giorno', 'giorni')} per {euro(contributo_esonerativo)}."
    )


# ---------------------------------------------------------------------------------------------
# Suspension and graduality

S = SOSPENSIONE = Program("sospensione", (AZIENDA,))
S.given(AZIENDA, "quota_riserva_disabili", default=None)
S.given(
    AZIENDA,
    "licenziamento_collettivo",
    "percentuale_sospensione",
    "lavoratori_provincia",
    "lavoratori_sospesi",
    "esonerati",
    "disabili_in_forza",
)


@S.rule(AZIENDA, "L. 68/1999, art. 3, c. 5; DPR 333/2000, art. 4")
def quota_non_sospesa(
    quota_riserva_disabili: int,
    licenziamento_collettivo: int,
    percentuale_sospensione: int,
    lavoratori_provincia: int,
    lavoratori_sospesi: int,
    sospensione_percentuale_licenziamento: int,
) -> int:
    """Return the part of the quota that is not suspended, rounded as the law rounds.

    A collective dismissal suspends it all; otherwise the stated percentage, or the share of the
    province's workers who are suspended.
    """
    per_cento = (
        sospensione_percentuale_licenziamento
        if licenziamento_collettivo == 1
        else min(100, percentuale_sospensione)
    )
    return (
        rounded(
            quota_riserva_disabili * max(0, lavoratori_provincia - lavoratori_sospesi),
            max(1, lavoratori_provincia),
        )
        if lavoratori_sospesi > 0 and per_cento == 0
        else rounded(quota_riserva_disabili * (100 - per_cento), 100)
    )


@S.says("quota_non_sospesa")
def _quota_non_sospesa(quota_non_sospesa: int, quota_riserva_disabili: int) -> str:
    return (
        f"Durante la sospensione la quota di {numero(quota_riserva_disabili)} si riduce a "
        f"{numero(quota_non_sospesa)}."
    )


@S.rule(AZIENDA, "L. 68/1999, art. 3, c. 5")
def scoperture_durante_sospensione(
    quota_non_sospesa: int, esonerati: int, disabili_in_forza: int
) -> int:
    """Return the uncovered posts that remain due during the suspension."""
    return max(0, quota_non_sospesa - esonerati - disabili_in_forza)


G = GRADUALITA = Program("gradualita", (AZIENDA,))
G.given(
    AZIENDA, "scoperture_disabili", "assunzioni_dopo_trasformazione", "percentuale", default=None
)


@G.rule(AZIENDA, "DPR 333/2000")
def assunzioni_dovute(
    scoperture_disabili: int,
    assunzioni_dopo_trasformazione: int,
    percentuale: int,
    gradualita_in_proporzione: int,
) -> int:
    """Return the hires due so far from a privatised employer: the authorised share of its hires."""
    return (
        min(scoperture_disabili, rounded(assunzioni_dopo_trasformazione * percentuale, 100))
        if gradualita_in_proporzione == 1
        else scoperture_disabili
    )


@G.says("assunzioni_dovute")
def _assunzioni_dovute(
    assunzioni_dovute: int, percentuale: int, assunzioni_dopo_trasformazione: int
) -> str:
    return (
        f"Con la gradualità si deve il {numero(percentuale)} per cento delle "
        f"{numero(assunzioni_dopo_trasformazione)} assunzioni fatte dopo la trasformazione: "
        f"{numero(assunzioni_dovute)}."
    )


# ---------------------------------------------------------------------------------------------
# Agreements

V = CONVENZIONI = Program("convenzioni", (AZIENDA,))
V.given(AZIENDA, "base_computo_art3", "quota_riserva_disabili", default=None)
V.given(AZIENDA, "scoperture_disabili", "posti_in_convenzione")


@V.rule(AZIENDA, "L. 68/1999, art. 11")
def scoperture_nette(scoperture_disabili: int, posti_in_convenzione: int) -> int:
    """Return the uncovered posts that no agreement plans."""
    return max(0, scoperture_disabili - posti_in_convenzione)


@V.says("scoperture_nette")
def _scoperture_nette(scoperture_nette: int, posti_in_convenzione: int) -> str:
    return (
        ""
        if posti_in_convenzione == 0
        else f"Posti in convenzione: {numero(posti_in_convenzione)}; ancora da programmare: "
        f"{numero(scoperture_nette)}."
    )


@V.rule(AZIENDA, "L. 68/1999, art. 12")
def convenzione12_persone(
    base_computo_art3: int,
    quota_riserva_disabili: int,
    convenzione12_soglia: int,
    convenzione12_unita: int,
    convenzione12_percentuale: int,
) -> int:
    """Return how many people may be placed with art. 12: one under the threshold, else a share."""
    return (
        min(quota_riserva_disabili, convenzione12_unita)
        if base_computo_art3 < convenzione12_soglia
        else quota_riserva_disabili * convenzione12_percentuale // 100
    )


@V.says("convenzione12_persone")
def _convenzione12(convenzione12_persone: int, convenzione12_mesi: int) -> str:
    return (
        f"Convenzione dell’articolo 12: al massimo "
        f"{conta(convenzione12_persone, 'persona', 'persone')}, per {numero(convenzione12_mesi)} "
        f"mesi, rinnovabili."
    )


@V.rule(AZIENDA, "L. 68/1999, art. 12-bis")
def convenzione12bis_persone(
    base_computo_art3: int,
    quota_riserva_disabili: int,
    convenzione12bis_base_minima: int,
    convenzione12bis_percentuale: int,
) -> int:
    """Return how many people may be placed with art. 12-bis: a share of the quota, rounded up."""
    return (
        (quota_riserva_disabili * convenzione12bis_percentuale + 99) // 100
        if base_computo_art3 >= convenzione12bis_base_minima
        else 0
    )


@V.says("convenzione12bis_persone")
def _convenzione12bis(convenzione12bis_persone: int, convenzione12bis_base_minima: int) -> str:
    return (
        f"Convenzione dell’articolo 12-bis: al massimo "
        f"{conta(convenzione12bis_persone, 'persona', 'persone')}."
        if convenzione12bis_persone > 0
        else f"La convenzione dell’articolo 12-bis riguarda chi ha una base di almeno "
        f"{numero(convenzione12bis_base_minima)} persone."
    )


A = ARTICOLO_14 = Program("articolo-14", (AZIENDA,))
A.given(AZIENDA, "base_computo_art3", "quota_riserva_disabili", "valore_commesse", default=None)
A.given(AZIENDA, "esonerati", "disabili_in_forza")


@A.rule(AZIENDA, "D.Lgs. 276/2003, art. 14, c. 3")
def senza_limite(base_computo_art3: int, quota_soglia_due_unita: int) -> int:
    """Return 1 for employers with a base under 36, to whom the cap does not apply."""
    return 1 if base_computo_art3 < quota_soglia_due_unita else 0


@A.rule(AZIENDA, "D.Lgs. 276/2003, art. 14, c. 3")
def coperture_per_valore(valore_commesse: int, art14_coefficiente: int) -> int:
    """Return the people whose work the year's orders are worth, whole people only."""
    return valore_commesse // art14_coefficiente


@A.says("coperture_per_valore")
def _coperture_per_valore(
    coperture_per_valore: int, valore_commesse: int, art14_coefficiente: int
) -> str:
    return (
        f"Commesse per {euro(valore_commesse)} all’anno, divise per il coefficiente di "
        f"{euro(art14_coefficiente)}: {conta(coperture_per_valore, 'persona', 'persone')}."
    )


@A.rule(AZIENDA, "D.Lgs. 276/2003, art. 14, c. 3")
def limite_convenzione(quota_riserva_disabili: int, art14_percentuale_massima: int) -> int:
    """Return the cap of the framework agreement, whole people only."""
    return quota_riserva_disabili * art14_percentuale_massima // 100


A.choice(
    "limite_coperture",
    when="senza_limite",
    then="quota_riserva_disabili",
    otherwise="limite_convenzione",
)


@A.says("limite_coperture")
def _limite_coperture(limite_coperture: int, senza_limite: int, quota_riserva_disabili: int) -> str:
    return (
        f"Con una base sotto la soglia il limite della convenzione non si applica: si può coprire "
        f"tutta la quota, {numero(quota_riserva_disabili)}."
        if senza_limite == 1
        else f"La convenzione permette di coprire al massimo "
        f"{conta(limite_coperture, 'posto', 'posti')} della quota."
    )


@A.rule(AZIENDA, "D.Lgs. 276/2003, art. 14, c. 3")
def coperture(coperture_per_valore: int, limite_coperture: int) -> int:
    """Return the posts of the quota that the agreement covers."""
    return min(coperture_per_valore, limite_coperture)


@A.says("coperture")
def _coperture(coperture: int) -> str:
    return f"La convenzione copre {conta(coperture, 'posto', 'posti')} della quota."


@A.rule(AZIENDA, "D.Lgs. 276/2003, art. 14, c. 4")
def resto_da_assumere(
    quota_riserva_disabili: int, coperture: int, esonerati: int, disabili_in_forza: int
) -> int:
    """Return the posts still due outside the agreement, on which the coverage depends."""
    return max(0, quota_riserva_disabili - coperture - esonerati - disabili_in_forza)


@A.says("resto_da_assumere")
def _resto_da_assumere(resto_da_assumere: int) -> str:
    return (
        "Il resto della quota è coperto: la convenzione vale per intero."
        if resto_da_assumere == 0
        else f"La copertura vale se l’azienda assolve anche il resto dell’obbligo: "
        f"{conta(resto_da_assumere, 'posto', 'posti')}."
    )


R = ACCESSO_ARTICOLO_14 = Program("accesso-articolo-14", (AZIENDA,))
R.given(
    AZIENDA,
    "idoneita_gia_valutata",
    "disabilita_psichica_o_intellettiva",
    "relazione_con_supporto",
    "eta",
)


@R.rule(AZIENDA, "Linee di programmazione 2021 del Fondo regionale L.R. 13/2003")
def eta_sufficiente(eta: int, art14_eta: int) -> int:
    """Return 1 for people older than the stated age: that age itself is not enough."""
    return 1 if eta > art14_eta else 0


@R.rule(AZIENDA, "Linee di programmazione 2021 del Fondo regionale L.R. 13/2003")
def criteri_soddisfatti(
    idoneita_gia_valutata: int,
    disabilita_psichica_o_intellettiva: int,
    relazione_con_supporto: int,
    eta_sufficiente: int,
) -> int:
    """Return how many of the four criteria are met."""
    return (
        min(1, idoneita_gia_valutata)
        + min(1, disabilita_psichica_o_intellettiva)
        + min(1, relazione_con_supporto)
        + eta_sufficiente
    )


@R.rule(AZIENDA, "Linee di programmazione 2021 del Fondo regionale L.R. 13/2003")
def accesso(criteri_soddisfatti: int, art14_modo: str) -> int:
    """Return 1 where the person may be proposed: one criterion if alternative, else all."""
    return 1 if criteri_soddisfatti >= (1 if art14_modo == "alternativo" else 4) else 0


@R.says("accesso")
def _accesso(accesso: int, criteri_soddisfatti: int) -> str:
    return (
        f"Criteri soddisfatti: {numero(criteri_soddisfatti)}; l’accesso è ammesso."
        if accesso == 1
        else f"Criteri soddisfatti: {numero(criteri_soddisfatti)}; l’accesso non è ammesso."
    )


# ---------------------------------------------------------------------------------------------
# Sanctions

N = SANZIONI = Program("sanzioni", (AZIENDA,))
N.given(
    AZIENDA,
    "posti_scoperti",
    "giorni_lavorativi_di_ritardo",
    "prospetto_in_ritardo",
    "giorni_di_ritardo_prospetto",
    "contributo_non_versato",
    "giorni_di_ritardo_contributo",
)


@N.rule(AZIENDA, "L. 68/1999, art. 15, c. 4")
def sanzione_scopertura(
    posti_scoperti: int, giorni_lavorativi_di_ritardo: int, sanzione_scopertura_al_giorno: int
) -> int:
    """Return the sanction for posts left uncovered, in cents."""
    return posti_scoperti * giorni_lavorativi_di_ritardo * sanzione_scopertura_al_giorno


@N.says("sanzione_scopertura")
def _sanzione_scopertura(
    sanzione_scopertura: int,
    posti_scoperti: int,
    giorni_lavorativi_di_ritardo: int,
    sanzione_scopertura_al_giorno: int,
) -> str:
    return (
        ""
        if posti_scoperti * giorni_lavorativi_di_ritardo == 0
        else f"La sanzione è {euro(sanzione_scopertura)}: "
        f"{conta(posti_scoperti, 'posto scoperto', 'posti scoperti')} per "
        f"{conta(giorni_lavorativi_di_ritardo, 'giorno', 'giorni')} per "
        f"{euro(sanzione_scopertura_al_giorno)}."
    )


@N.rule(AZIENDA, "L. 68/1999, art. 15, c. 1")
def sanzione_prospetto(
    prospetto_in_ritardo: int,
    giorni_di_ritardo_prospetto: int,
    sanzione_prospetto_fissa: int,
    sanzione_prospetto_al_giorno: int,
) -> int:
    """Return the sanction for a statement that is missing or late, in cents."""
    return (
        sanzione_prospetto_fissa + giorni_di_ritardo_prospetto * sanzione_prospetto_al_giorno
        if prospetto_in_ritardo == 1
        else 0
    )


@N.says("sanzione_prospetto")
def _sanzione_prospetto(
    sanzione_prospetto: int,
    prospetto_in_ritardo: int,
    sanzione_prospetto_fissa: int,
    giorni_di_ritardo_prospetto: int,
    sanzione_prospetto_al_giorno: int,
) -> str:
    return (
        ""
        if prospetto_in_ritardo != 1
        else f"Per il prospetto in ritardo la sanzione è {euro(sanzione_prospetto)}: "
        f"{euro(sanzione_prospetto_fissa)} più {euro(sanzione_prospetto_al_giorno)} per "
        f"{conta(giorni_di_ritardo_prospetto, 'giorno', 'giorni')}."
    )


@N.rule(AZIENDA, "L. 68/1999, art. 5, c. 5")
def maggiorazione_contributo(
    contributo_non_versato: int,
    giorni_di_ritardo_contributo: int,
    maggiorazione_percentuale_annua: int,
) -> int:
    """Return the yearly surcharge on an unpaid contribution, by the day, in cents."""
    return rounded(
        contributo_non_versato * maggiorazione_percentuale_annua * giorni_di_ritardo_contributo,
        36500,
    )


# ---------------------------------------------------------------------------------------------
# Incentives

I = INCENTIVI = Program("incentivi", (AZIENDA,))  # noqa: E741
I.given(AZIENDA, "riduzione_capacita", "psichica_o_intellettiva", "retribuzione_mensile")


@I.rule(AZIENDA, "L. 68/1999, art. 13")
def incentivo_percentuale(
    riduzione_capacita: int,
    psichica_o_intellettiva: int,
    incentivo_riduzione_psichica: int,
    incentivo_riduzione_alta: int,
    incentivo_riduzione_media: int,
    incentivo_percentuale_alta: int,
    incentivo_percentuale_media: int,
) -> int:
    """Return the share of gross pay that the employer gets back, per cent."""
    return (
        incentivo_percentuale_alta
        if (psichica_o_intellettiva == 1 and riduzione_capacita > incentivo_riduzione_psichica)
        or riduzione_capacita > incentivo_riduzione_alta
        else incentivo_percentuale_media
        if riduzione_capacita >= incentivo_riduzione_media
        else 0
    )


@I.rule(AZIENDA, "L. 68/1999, art. 13")
def incentivo_mesi(
    riduzione_capacita: int,
    psichica_o_intellettiva: int,
    incentivo_percentuale: int,
    incentivo_riduzione_psichica: int,
    incentivo_mesi_psichica: int,
    incentivo_mesi_ordinari: int,
) -> int:
    """Return for how many months."""
    return (
        incentivo_mesi_psichica
        if psichica_o_intellettiva == 1 and riduzione_capacita > incentivo_riduzione_psichica
        else incentivo_mesi_ordinari
        if incentivo_percentuale > 0
        else 0
    )


@I.rule(AZIENDA, "L. 68/1999, art. 13")
def incentivo_totale(
    retribuzione_mensile: int, incentivo_percentuale: int, incentivo_mesi: int
) -> int:
    """Return the whole incentive on a monthly gross pay, in cents."""
    return rounded(retribuzione_mensile * incentivo_percentuale, 100) * incentivo_mesi


@I.says("incentivo_totale")
def _incentivo_totale(
    incentivo_totale: int,
    incentivo_percentuale: int,
    incentivo_mesi: int,
    retribuzione_mensile: int,
) -> str:
    return (
        "L’articolo 13 non prevede un incentivo per questa assunzione."
        if incentivo_percentuale == 0
        else f"L’incentivo è il {numero(incentivo_percentuale)} per cento della retribuzione per "
        f"{numero(incentivo_mesi)} mesi."
        if retribuzione_mensile == 0
        else f"L’incentivo è il {numero(incentivo_percentuale)} per cento di "
        f"{euro(retribuzione_mensile)} al mese per {numero(incentivo_mesi)} mesi: "
        f"{euro(incentivo_totale)}."
    )


D = DOTE_IMPRESA = Program("dote-impresa", (AZIENDA,))
D.given(
    AZIENDA,
    "assunzioni",
    "spesa_assunzione",
    "spesa_tirocinio",
    "spesa_consulenza",
    "spesa_isola_tutoraggio",
    "spesa_isola_adattamento",
    "spesa_isola_consulenza",
    "assunzioni_cooperativa",
)


@D.rule(AZIENDA, "Dote Impresa – Collocamento mirato, asse I")
def dote_assunzione(
    assunzioni: int,
    spesa_assunzione: int,
    dote_assunzione_minimo: int,
    dote_assunzione_massimo: int,
) -> int:
    """Return the hiring incentive: between the least and the most for each hire, in cents.

    `spesa_assunzione` is the amount for one hire by contract and severity, where it is known.
    """
    return assunzioni * min(dote_assunzione_massimo, max(dote_assunzione_minimo, spesa_assunzione))


@D.says("dote_assunzione")
def _dote_assunzione(
    assunzioni: int, dote_assunzione_minimo: int, dote_assunzione_massimo: int
) -> str:
    return (
        ""
        if assunzioni == 0
        else f"Asse I: per ogni assunzione da {euro(dote_assunzione_minimo)} a "
        f"{euro(dote_assunzione_massimo)}, secondo il contratto e la gravità."
    )


@D.rule(AZIENDA, "Dote Impresa – Collocamento mirato, asse I")
def dote_tirocinio(spesa_tirocinio: int, dote_tirocinio_massimo: int) -> int:
    """Return the refund of the internship allowance, in cents."""
    return min(spesa_tirocinio, dote_tirocinio_massimo)


@D.rule(AZIENDA, "Dote Impresa – Collocamento mirato, asse II")
def dote_consulenza(spesa_consulenza: int, dote_consulenza_massimo: int) -> int:
    """Return the refund of one service of consulting, accompaniment or training, in cents."""
    return min(spesa_consulenza, dote_consulenza_massimo)


@D.rule(AZIENDA, "Dote Impresa – Collocamento mirato, asse II")
def dote_isola_formativa(
    spesa_isola_tutoraggio: int,
    spesa_isola_adattamento: int,
    spesa_isola_consulenza: int,
    dote_isola_tutoraggio_massimo: int,
    dote_isola_adattamento_massimo: int,
    dote_isola_consulenza_massimo: int,
) -> int:
    """Return the refund of a training island: tutoring, workstation, consulting, each capped."""
    return (
        min(spesa_isola_tutoraggio, dote_isola_tutoraggio_massimo)
        + min(spesa_isola_adattamento, dote_isola_adattamento_massimo)
        + min(spesa_isola_consulenza, dote_isola_consulenza_massimo)
    )


@D.says("dote_isola_formativa")
def _dote_isola_formativa(dote_isola_formativa: int) -> str:
    return (
        ""
        if dote_isola_formativa == 0
        else f"Isola formativa: fino a {euro(dote_isola_formativa)}."
    )


@D.rule(AZIENDA, "Dote Impresa – Collocamento mirato, asse III")
def dote_cooperativa(assunzioni_cooperativa: int, dote_cooperativa_massimo: int) -> int:
    """Return the most that a social cooperative gets for the people it hires, in cents."""
    return assunzioni_cooperativa * dote_cooperativa_massimo


# ---------------------------------------------------------------------------------------------
# Duties and dates

U = ADEMPIMENTI = Program("adempimenti", (AZIENDA,))
U.given(AZIENDA, "anno_riferimento", "giorno_obbligo", "quota_riserva_disabili", default=None)


@U.rule(AZIENDA, "L. 68/1999, art. 9, c. 6")
def scadenza_prospetto(
    anno_riferimento: int, prospetto_scadenza_mese: int, prospetto_scadenza_giorno: int
) -> int:
    """Return the day by which the statement of a year's 31 December is due."""
    return day_number(anno_riferimento + 1, prospetto_scadenza_mese, prospetto_scadenza_giorno)


@U.says("scadenza_prospetto")
def _scadenza_prospetto(scadenza_prospetto: int) -> str:
    when = month_and_day(scadenza_prospetto)
    return (
        f"Il prospetto informativo va inviato entro il "
        f"{data(year_of(scadenza_prospetto), when // 100, when % 100)}, se rispetto all’ultimo "
        f"sono cambiati l’obbligo o la quota."
    )


@U.rule(AZIENDA, "L. 68/1999, art. 9, c. 1")
def scadenza_richiesta(giorno_obbligo: int, richiesta_giorni: int) -> int:
    """Return the day by which the request to the offices is due."""
    return giorno_obbligo + richiesta_giorni


@U.says("scadenza_richiesta")
def _scadenza_richiesta(
    scadenza_richiesta: int, richiesta_giorni: int, quota_riserva_disabili: int
) -> str:
    when = month_and_day(scadenza_richiesta)
    return (
        ""
        if quota_riserva_disabili == 0
        else f"La richiesta agli uffici va fatta entro {numero(richiesta_giorni)} giorni "
        f"dall’obbligo: entro il {data(year_of(scadenza_richiesta), when // 100, when % 100)}."
    )


PROGRAMS = (
    PROSPETTO,
    ESONERO,
    CONTRIBUTO,
    SOSPENSIONE,
    GRADUALITA,
    CONVENZIONI,
    ARTICOLO_14,
    ACCESSO_ARTICOLO_14,
    SANZIONI,
    INCENTIVI,
    DOTE_IMPRESA,
    ADEMPIMENTI,
)
