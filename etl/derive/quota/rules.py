"""The rules of Legge 68/1999, written once for the build and for the browser.

No number of the law stands here: thresholds, percentages and amounts are arguments that bear the
names of dated parameters (`parameters/*.toml`). Sources: Legge 68/1999; DPR 333/2000; the
ministry's rules for the *prospetto informativo* as the regional systems apply them (rounding,
base of computation, split among provinces); `docs/decisions/010-…` says where they leave a choice.
"""

from __future__ import annotations

from etl.derive.quota.language import Program
from etl.derive.quota.words import conta, decimale, numero

AZIENDA, PROVINCIA, ORARIO = "azienda", "provincia", "orario"

# The groups of reduced hours, numbered in this order wherever they are a figure.
GROUPS = (
    "dipendenti",
    "intermittenti",
    "disabili",
    "centralinisti",
    "massofisioterapisti",
    "telelavoro",
    "somministrati",
    "convenzioni",
)
DIPENDENTI = 0
INTERMITTENTI = 1
DISABILI = 2
MASSOFISIOTERAPISTI = 4
TELELAVORO = 5


def rounded(numerator: int, denominator: int) -> int:
    """Return the nearest integer to a fraction, ties downwards: over 0,50 one more, else none.

    Both are integers, the denominator positive, the fraction not negative (law's own rounding;
    floats would wrongly give 11 for 7 % of 150).
    """
    return (2 * numerator + denominator - 1) // (2 * denominator)


def quota_of_base(
    base: int,
    quota_soglia_una_unita: int,
    quota_soglia_due_unita: int,
    quota_soglia_percentuale: int,
    quota_unita_fascia_c: int,
    quota_unita_fascia_b: int,
    quota_percentuale: int,
) -> int:
    """Return the posts reserved for people with disabilities on a national base (art. 3 c. 1)."""
    return (
        rounded(quota_percentuale * base, 100)
        if base >= quota_soglia_percentuale
        else quota_unita_fascia_b
        if base >= quota_soglia_due_unita
        else quota_unita_fascia_c
        if base >= quota_soglia_una_unita
        else 0
    )


def quota_of_base_18(
    base: int,
    art18_soglia_una_unita: int,
    art18_soglia_percentuale: int,
    art18_unita: int,
    art18_percentuale: int,
) -> int:
    """Return the posts reserved for the other protected categories (art. 18 c. 2)."""
    return (
        rounded(art18_percentuale * base, 100)
        if base >= art18_soglia_percentuale
        else art18_unita
        if base >= art18_soglia_una_unita
        else 0
    )


# ---------------------------------------------------------------------------------------------
# The statement (prospetto informativo)

P = PROSPETTO = Program("prospetto", (AZIENDA, PROVINCIA, ORARIO))

P.given(AZIENDA, "datore_piccolo_privato")
P.given(
    PROVINCIA,
    "sede_legale",
    "lavoratori",
    "disabili_tempo_pieno",
    "centralinisti_tempo_pieno",
    "massofisioterapisti_tempo_pieno",
    "telelavoro_tempo_pieno",
    "esclusi_disabili",
    "esclusi_art18",
    "categorie_protette",
    "categorie_protette_2000",
    "somministrati_tempo_pieno",
    "convenzioni_tempo_pieno",
    "esonero_autorizzato",
    "esonero_autocertificato",
    "eccedenza_disabili",
    "riduzione_disabili",
    "eccedenza_art18",
    "riduzione_art18",
    "eccedenza_gruppo_disabili",
    "riduzione_gruppo_disabili",
    "eccedenza_gruppo_art18",
    "riduzione_gruppo_art18",
)
P.given(ORARIO, "gruppo", "numero_lavoratori", "minuti_contratto", "minuti_svolti", "oltre_meta")

# Reduced hours: every fraction over one common denominator, summed exactly, rounded once.


@P.rule(ORARIO, "")
def contratto(minuti_contratto: int) -> int:
    """Return the full week in minutes, never zero."""
    return max(1, minuti_contratto)


@P.rule(ORARIO, "")
def svolto(minuti_contratto: int, minuti_svolti: int) -> int:
    """Return the minutes worked, at most the full week; a row without a week is full time."""
    return 1 if minuti_contratto <= 0 else min(minuti_svolti, minuti_contratto)


P.lcm("orario_comune_provincia", of="contratto")
P.lcm("orario_comune", of="orario_comune_provincia")


@P.rule(ORARIO, "")
def parti(numero_lavoratori: int, svolto: int, contratto: int, orario_comune: int) -> int:
    """Return the row's workers in units of 1/orario_comune."""
    return numero_lavoratori * svolto * (orario_comune // contratto)


@P.rule(ORARIO, "")
def teste_part_time(gruppo: int, numero_lavoratori: int) -> int:
    """Return the row's part-timers without disabilities, teleworkers included."""
    return numero_lavoratori if gruppo in (DIPENDENTI, TELELAVORO) else 0


@P.rule(ORARIO, "")
def parti_part_time(gruppo: int, parti: int) -> int:
    """Return the same part-timers in units of 1/orario_comune."""
    return parti if gruppo in (DIPENDENTI, TELELAVORO) else 0


@P.rule(ORARIO, "")
def teste_telelavoro(gruppo: int, numero_lavoratori: int) -> int:
    """Return the row's part-time teleworkers."""
    return numero_lavoratori if gruppo == TELELAVORO else 0


@P.rule(ORARIO, "")
def parti_telelavoro(gruppo: int, parti: int) -> int:
    """Return the same teleworkers in units of 1/orario_comune."""
    return parti if gruppo == TELELAVORO else 0


@P.rule(ORARIO, "")
def teste_intermittenti(gruppo: int, numero_lavoratori: int) -> int:
    """Return the row's on-call workers."""
    return numero_lavoratori if gruppo == INTERMITTENTI else 0


@P.rule(ORARIO, "")
def parti_intermittenti(gruppo: int, parti: int) -> int:
    """Return the same on-call workers in units of 1/orario_comune."""
    return parti if gruppo == INTERMITTENTI else 0


@P.rule(ORARIO, "")
def teste_disabili_dipendenti(gruppo: int, numero_lavoratori: int) -> int:
    """Return the row's part-time employees with disabilities, each one head."""
    return numero_lavoratori if gruppo >= DISABILI and gruppo <= MASSOFISIOTERAPISTI else 0


P.total("tp_part_time", of="teste_part_time")
P.total("tp_parti_part_time", of="parti_part_time")
P.total("tp_telelavoro", of="teste_telelavoro")
P.total("tp_parti_telelavoro", of="parti_telelavoro")
P.total("tp_intermittenti", of="teste_intermittenti")
P.total("tp_parti_intermittenti", of="parti_intermittenti")
P.total("tp_disabili_dipendenti", of="teste_disabili_dipendenti")
P.total("part_time", of="tp_part_time")
P.total("somma_part_time", of="tp_parti_part_time")
P.total("telelavoro_part_time", of="tp_telelavoro")
P.total("somma_telelavoro", of="tp_parti_telelavoro")
P.total("intermittenti", of="tp_intermittenti")
P.total("somma_intermittenti", of="tp_parti_intermittenti")

# Base of computation


@P.rule(PROVINCIA, "L. 68/1999, art. 4, c. 1")
def disabili_dipendenti_provincia(
    disabili_tempo_pieno: int,
    centralinisti_tempo_pieno: int,
    massofisioterapisti_tempo_pieno: int,
    tp_disabili_dipendenti: int,
) -> int:
    """Return the employees with disabilities of the province, heads."""
    return (
        disabili_tempo_pieno
        + centralinisti_tempo_pieno
        + massofisioterapisti_tempo_pieno
        + tp_disabili_dipendenti
    )


P.total("dipendenti", of="lavoratori")
P.total("disabili_dipendenti", of="disabili_dipendenti_provincia")
P.total("esclusi_art3", of="esclusi_disabili")
P.total("esclusi_base18", of="esclusi_art18")
P.total("categorie_protette_in_forza", of="categorie_protette")
P.total("categorie_protette_al_2000", of="categorie_protette_2000")
P.total("telelavoro_intero", of="telelavoro_tempo_pieno")


@P.says("dipendenti")
def _dipendenti(dipendenti: int) -> str:
    return f"L’azienda ha {conta(dipendenti, 'dipendente', 'dipendenti')} in Italia."


@P.says("disabili_dipendenti")
def _disabili_dipendenti(disabili_dipendenti: int) -> str:
    return (
        ""
        if disabili_dipendenti == 0
        else f"Da togliere: {conta(disabili_dipendenti, 'dipendente', 'dipendenti')} con "
        f"disabilità, ciascuno per uno anche a tempo parziale."
    )


@P.says("esclusi_art3")
def _esclusi_art3(esclusi_art3: int) -> str:
    return (
        ""
        if esclusi_art3 == 0
        else f"Da togliere: {conta(esclusi_art3, 'lavoratore', 'lavoratori')} di categorie escluse."
    )


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 2")
def protette_non_computate(
    categorie_protette_in_forza: int, dipendenti: int, base_limite_protette_percentuale: int
) -> int:
    """Return the protected workers left out of the base, at most 1 % of employees."""
    return min(
        categorie_protette_in_forza, rounded(base_limite_protette_percentuale * dipendenti, 100)
    )


@P.says("protette_non_computate")
def _protette(
    protette_non_computate: int,
    categorie_protette_in_forza: int,
    base_limite_protette_percentuale: int,
) -> str:
    return (
        ""
        if categorie_protette_in_forza == 0
        else f"Da togliere per le categorie protette: {numero(protette_non_computate)}, su "
        f"{numero(categorie_protette_in_forza)} in forza (al massimo "
        f"{numero(base_limite_protette_percentuale)} ogni 100 dipendenti)."
    )


@P.rule(AZIENDA, "L. 68/1999, art. 4, c. 1; D.Lgs. 81/2015, art. 9")
def riduzione_part_time(part_time: int, somma_part_time: int, orario_comune: int) -> int:
    """Return how many heads part-time takes from the base: heads less their rounded sum."""
    return part_time - rounded(somma_part_time, orario_comune)


@P.says("riduzione_part_time")
def _riduzione_part_time(
    riduzione_part_time: int, part_time: int, somma_part_time: int, orario_comune: int
) -> str:
    return (
        ""
        if part_time == 0
        else f"Da togliere per il tempo parziale: {numero(riduzione_part_time)}, cioè "
        f"{conta(part_time, 'persona', 'persone')} a orario ridotto, pari a "
        f"{decimale(somma_part_time, orario_comune)} a tempo pieno, arrotondato a "
        f"{numero(part_time - riduzione_part_time)}."
    )


@P.rule(AZIENDA, "D.Lgs. 81/2015, art. 18")
def riduzione_intermittenti(
    intermittenti: int, somma_intermittenti: int, orario_comune: int
) -> int:
    """Return how many heads on-call work takes from the base."""
    return intermittenti - rounded(somma_intermittenti, orario_comune)


@P.says("riduzione_intermittenti")
def _riduzione_intermittenti(
    riduzione_intermittenti: int, intermittenti: int, somma_intermittenti: int, orario_comune: int
) -> str:
    return (
        ""
        if intermittenti == 0
        else f"Da togliere per il lavoro intermittente: {numero(riduzione_intermittenti)}, cioè "
        f"{conta(intermittenti, 'persona', 'persone')}, pari a "
        f"{decimale(somma_intermittenti, orario_comune)} a tempo pieno, arrotondato a "
        f"{numero(intermittenti - riduzione_intermittenti)}."
    )


@P.rule(AZIENDA, "D.Lgs. 80/2015, art. 23")
def telelavoro_riproporzionato(somma_telelavoro: int, orario_comune: int) -> int:
    """Return the part-time teleworkers still in the base after the part-time reduction."""
    return rounded(somma_telelavoro, orario_comune)


@P.says("telelavoro_riproporzionato")
def _telelavoro(telelavoro_riproporzionato: int, telelavoro_intero: int) -> str:
    return (
        ""
        if telelavoro_riproporzionato + telelavoro_intero == 0
        else f"Da togliere per il telelavoro: "
        f"{numero(telelavoro_riproporzionato + telelavoro_intero)}, cioè "
        f"{numero(telelavoro_intero)} a tempo pieno e {numero(telelavoro_riproporzionato)} a tempo "
        f"parziale, già in proporzione."
    )


@P.rule(AZIENDA, "L. 68/1999, art. 4")
def base_comune(
    dipendenti: int,
    disabili_dipendenti: int,
    protette_non_computate: int,
    riduzione_part_time: int,
    riduzione_intermittenti: int,
    telelavoro_riproporzionato: int,
    telelavoro_intero: int,
) -> int:
    """Return the base before the excluded categories, which differ between arts. 3 and 18."""
    return (
        dipendenti
        - disabili_dipendenti
        - protette_non_computate
        - riduzione_part_time
        - riduzione_intermittenti
        - telelavoro_riproporzionato
        - telelavoro_intero
    )


@P.rule(AZIENDA, "L. 68/1999, artt. 3 e 4")
def base_computo_art3(base_comune: int, esclusi_art3: int) -> int:
    """Return the national base of computation of art. 3, never negative."""
    return max(0, base_comune - esclusi_art3)


@P.says("base_computo_art3")
def _base_computo_art3(base_computo_art3: int) -> str:
    return f"La base di computo dell’articolo 3 è {numero(base_computo_art3)}."


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 2")
def base_computo_art18(base_comune: int, esclusi_base18: int) -> int:
    """Return the national base of computation of art. 18, never negative."""
    return max(0, base_comune - esclusi_base18)


@P.says("base_computo_art18")
def _base_computo_art18(base_computo_art18: int) -> str:
    return f"La base di computo dell’articolo 18 è {numero(base_computo_art18)}."


# Quotas


@P.rule(AZIENDA, "L. 68/1999, art. 3, c. 1")
def quota_riserva_disabili(
    base_computo_art3: int,
    quota_soglia_una_unita: int,
    quota_soglia_due_unita: int,
    quota_soglia_percentuale: int,
    quota_unita_fascia_c: int,
    quota_unita_fascia_b: int,
    quota_percentuale: int,
) -> int:
    """Return the national quota for people with disabilities."""
    return quota_of_base(
        base_computo_art3,
        quota_soglia_una_unita,
        quota_soglia_due_unita,
        quota_soglia_percentuale,
        quota_unita_fascia_c,
        quota_unita_fascia_b,
        quota_percentuale,
    )


@P.says("quota_riserva_disabili")
def _quota_riserva_disabili(
    quota_riserva_disabili: int,
    base_computo_art3: int,
    quota_soglia_una_unita: int,
    quota_soglia_percentuale: int,
    quota_percentuale: int,
) -> str:
    return (
        f"Con meno di {numero(quota_soglia_una_unita)} persone nella base non c’è obbligo: "
        f"la quota di riserva è 0."
        if base_computo_art3 < quota_soglia_una_unita
        else f"Con una base di {numero(base_computo_art3)} la quota di riserva è "
        f"{numero(quota_riserva_disabili)}."
        if base_computo_art3 < quota_soglia_percentuale
        else f"Il {numero(quota_percentuale)} per cento di {numero(base_computo_art3)} è "
        f"{decimale(quota_percentuale * base_computo_art3, 100)}: la quota di riserva è "
        f"{numero(quota_riserva_disabili)} (oltre 0,50 si arrotonda in su)."
    )


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 2")
def quota_riserva_art18(
    base_computo_art18: int,
    art18_soglia_una_unita: int,
    art18_soglia_percentuale: int,
    art18_unita: int,
    art18_percentuale: int,
) -> int:
    """Return the national quota for the other protected categories."""
    return quota_of_base_18(
        base_computo_art18,
        art18_soglia_una_unita,
        art18_soglia_percentuale,
        art18_unita,
        art18_percentuale,
    )


@P.says("quota_riserva_art18")
def _quota_riserva_art18(quota_riserva_art18: int) -> str:
    return (
        f"Per le altre categorie protette la quota è {numero(quota_riserva_art18)}."
        if quota_riserva_art18 > 0
        else "Non c’è obbligo per le altre categorie protette."
    )


# People in force


@P.rule(ORARIO, "L. 68/1999, art. 4, c. 1; DPR 333/2000, art. 3, c. 5")
def parti_disabili(
    gruppo: int,
    numero_lavoratori: int,
    svolto: int,
    contratto: int,
    orario_comune: int,
    oltre_meta: int,
    parti: int,
    datore_piccolo_privato: int,
    base_computo_art3: int,
    quota_soglia_due_unita: int,
    forza_soglia_part_time: int,
    forza_intero_piccoli: int,
) -> int:
    """Return what the row counts towards the quota, in units of 1/orario_comune.

    More than half the week counts one; otherwise in proportion. A private employer whose base is
    under 36 counts one, whatever the hours, whoever has an invalidity over 50 % (`oltre_meta`).
    """
    intero = svolto * 100 > contratto * forza_soglia_part_time or (
        oltre_meta == 1
        and forza_intero_piccoli == 1
        and datore_piccolo_privato == 1
        and base_computo_art3 < quota_soglia_due_unita
    )
    conta_nella_quota = (
        gruppo >= DISABILI and gruppo <= MASSOFISIOTERAPISTI
    ) or gruppo > TELELAVORO
    return 0 if not conta_nella_quota else numero_lavoratori * orario_comune if intero else parti


@P.rule(ORARIO, "")
def teste_disabili(gruppo: int, numero_lavoratori: int) -> int:
    """Return the row's part-timers who count towards the quota."""
    return (
        numero_lavoratori
        if (gruppo >= DISABILI and gruppo <= MASSOFISIOTERAPISTI) or gruppo > TELELAVORO
        else 0
    )


P.total("tp_parti_disabili", of="parti_disabili")
P.total("tp_teste_disabili", of="teste_disabili")
P.total("somma_disabili_part_time", of="tp_parti_disabili")
P.total("teste_disabili_part_time", of="tp_teste_disabili")


@P.rule(PROVINCIA, "L. 68/1999, art. 4; D.Lgs. 81/2015, art. 34, c. 3")
def in_forza_tempo_pieno_provincia(
    disabili_tempo_pieno: int,
    centralinisti_tempo_pieno: int,
    massofisioterapisti_tempo_pieno: int,
    somministrati_tempo_pieno: int,
    convenzioni_tempo_pieno: int,
) -> int:
    """Return the full-time people in force of the province."""
    return (
        disabili_tempo_pieno
        + centralinisti_tempo_pieno
        + massofisioterapisti_tempo_pieno
        + somministrati_tempo_pieno
        + convenzioni_tempo_pieno
    )


P.total("in_forza_tempo_pieno", of="in_forza_tempo_pieno_provincia")


@P.rule(AZIENDA, "L. 68/1999, art. 4, c. 1")
def in_forza_part_time(somma_disabili_part_time: int, orario_comune: int) -> int:
    """Return what part-timers with disabilities count towards the quota, rounded once."""
    return rounded(somma_disabili_part_time, orario_comune)


@P.rule(AZIENDA, "L. 68/1999, art. 4")
def disabili_in_forza(in_forza_tempo_pieno: int, in_forza_part_time: int) -> int:
    """Return the people with disabilities in force who count towards the quota."""
    return in_forza_tempo_pieno + in_forza_part_time


@P.says("disabili_in_forza")
def _disabili_in_forza(
    disabili_in_forza: int,
    in_forza_tempo_pieno: int,
    teste_disabili_part_time: int,
    somma_disabili_part_time: int,
    orario_comune: int,
) -> str:
    return (
        f"Persone con disabilità in forza: {numero(disabili_in_forza)}."
        if teste_disabili_part_time == 0
        else f"Persone con disabilità in forza: {numero(disabili_in_forza)}, cioè "
        f"{numero(in_forza_tempo_pieno)} a tempo pieno e {numero(teste_disabili_part_time)} a "
        f"tempo parziale, pari a {decimale(somma_disabili_part_time, orario_comune)}."
    )


@P.rule(PROVINCIA, "L. 68/1999, art. 5, cc. 3 e 3-bis")
def esonerati_provincia(esonero_autorizzato: int, esonero_autocertificato: int) -> int:
    """Return the exempted posts of the province: granted plus self-certified."""
    return esonero_autorizzato + esonero_autocertificato


P.total("esonerati", of="esonerati_provincia")


@P.says("esonerati")
def _esonerati(esonerati: int) -> str:
    return "" if esonerati == 0 else f"Posti esonerati: {numero(esonerati)}."


# Uncovered posts, before compensation


@P.rule(AZIENDA, "L. 68/1999, art. 3, c. 1")
def saldo(quota_riserva_disabili: int, esonerati: int, disabili_in_forza: int) -> int:
    """Return quota less exempted posts less people in force, signed."""
    return quota_riserva_disabili - esonerati - disabili_in_forza


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 2")
def esuberi_art18(categorie_protette_in_forza: int, quota_riserva_art18: int) -> int:
    """Return the protected workers in force beyond their quota."""
    return max(0, categorie_protette_in_forza - quota_riserva_art18)


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 3")
def quota_esuberi_art18(
    quota_riserva_art18: int, esuberi_art18: int, categorie_protette_al_2000: int
) -> int:
    """Return how much of the excess of art. 18 may cover posts of art. 3."""
    return min(quota_riserva_art18, min(esuberi_art18, categorie_protette_al_2000))


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 3")
def abbattimento(saldo: int, quota_esuberi_art18: int) -> int:
    """Return the uncovered posts that the excess of art. 18 covers."""
    return max(0, min(saldo, quota_esuberi_art18))


@P.says("abbattimento")
def _abbattimento(abbattimento: int) -> str:
    return (
        ""
        if abbattimento == 0
        else f"Posti coperti dalle categorie protette in forza già al 17 gennaio 2000: "
        f"{numero(abbattimento)}."
    )


@P.rule(AZIENDA, "L. 68/1999, art. 3, c. 1")
def saldo_abbattuto(saldo: int, abbattimento: int) -> int:
    """Return the national balance before compensation, signed."""
    return saldo - abbattimento


# The split among provinces: each figure is worked out for each province, then the difference
# with the national one, which is right by law, is handed out among provinces.


@P.rule(PROVINCIA, "")
def rid_part_time_grezza(tp_part_time: int, tp_parti_part_time: int, orario_comune: int) -> int:
    """Return the province's own part-time reduction, before it is matched with the national."""
    return tp_part_time - rounded(tp_parti_part_time, orario_comune)


P.total("somma_rid_part_time", of="rid_part_time_grezza")


@P.rule(AZIENDA, "")
def rid_part_time_da_aggiungere(riduzione_part_time: int, somma_rid_part_time: int) -> int:
    """Return the heads that the provinces together reduce too few."""
    return max(0, riduzione_part_time - somma_rid_part_time)


@P.rule(AZIENDA, "")
def rid_part_time_da_togliere(riduzione_part_time: int, somma_rid_part_time: int) -> int:
    """Return the heads that the provinces together reduce too many."""
    return max(0, somma_rid_part_time - riduzione_part_time)


@P.rule(PROVINCIA, "")
def rid_part_time_spazio(tp_part_time: int, rid_part_time_grezza: int) -> int:
    """Return how many more heads the province could reduce."""
    return tp_part_time - rid_part_time_grezza


@P.rule(PROVINCIA, "")
def rid_part_time_minore(rid_part_time_grezza: int) -> int:
    """Return the order in which reductions grow: smallest first."""
    return -rid_part_time_grezza


P.spread(
    "rid_part_time_piu",
    amount="rid_part_time_da_aggiungere",
    capacity="rid_part_time_spazio",
    first="rid_part_time_minore",
)
P.spread(
    "rid_part_time_meno",
    amount="rid_part_time_da_togliere",
    capacity="rid_part_time_grezza",
    first="rid_part_time_grezza",
)


@P.rule(PROVINCIA, "")
def rid_intermittenti_grezza(
    tp_intermittenti: int, tp_parti_intermittenti: int, orario_comune: int
) -> int:
    """Return the province's own on-call reduction."""
    return tp_intermittenti - rounded(tp_parti_intermittenti, orario_comune)


P.total("somma_rid_intermittenti", of="rid_intermittenti_grezza")


@P.rule(AZIENDA, "")
def rid_intermittenti_da_aggiungere(
    riduzione_intermittenti: int, somma_rid_intermittenti: int
) -> int:
    """Return the heads that the provinces together reduce too few."""
    return max(0, riduzione_intermittenti - somma_rid_intermittenti)


@P.rule(AZIENDA, "")
def rid_intermittenti_da_togliere(
    riduzione_intermittenti: int, somma_rid_intermittenti: int
) -> int:
    """Return the heads that the provinces together reduce too many."""
    return max(0, somma_rid_intermittenti - riduzione_intermittenti)


@P.rule(PROVINCIA, "")
def rid_intermittenti_spazio(tp_intermittenti: int, rid_intermittenti_grezza: int) -> int:
    """Return how many more heads the province could reduce."""
    return tp_intermittenti - rid_intermittenti_grezza


@P.rule(PROVINCIA, "")
def rid_intermittenti_minore(rid_intermittenti_grezza: int) -> int:
    """Return the order in which reductions grow: smallest first."""
    return -rid_intermittenti_grezza


P.spread(
    "rid_intermittenti_piu",
    amount="rid_intermittenti_da_aggiungere",
    capacity="rid_intermittenti_spazio",
    first="rid_intermittenti_minore",
)
P.spread(
    "rid_intermittenti_meno",
    amount="rid_intermittenti_da_togliere",
    capacity="rid_intermittenti_grezza",
    first="rid_intermittenti_grezza",
)


@P.rule(PROVINCIA, "")
def telelavoro_grezzo(tp_parti_telelavoro: int, orario_comune: int) -> int:
    """Return the province's own part-time teleworkers, reduced in proportion."""
    return rounded(tp_parti_telelavoro, orario_comune)


P.total("somma_telelavoro_grezzo", of="telelavoro_grezzo")


@P.rule(AZIENDA, "")
def telelavoro_da_aggiungere(telelavoro_riproporzionato: int, somma_telelavoro_grezzo: int) -> int:
    """Return the teleworkers that the provinces together count too few."""
    return max(0, telelavoro_riproporzionato - somma_telelavoro_grezzo)


@P.rule(AZIENDA, "")
def telelavoro_da_togliere(telelavoro_riproporzionato: int, somma_telelavoro_grezzo: int) -> int:
    """Return the teleworkers that the provinces together count too many."""
    return max(0, somma_telelavoro_grezzo - telelavoro_riproporzionato)


@P.rule(PROVINCIA, "")
def telelavoro_spazio(tp_telelavoro: int, telelavoro_grezzo: int) -> int:
    """Return how many more teleworkers the province could count."""
    return tp_telelavoro - telelavoro_grezzo


P.spread(
    "telelavoro_piu",
    amount="telelavoro_da_aggiungere",
    capacity="telelavoro_spazio",
    first="telelavoro_spazio",
)
P.spread(
    "telelavoro_meno",
    amount="telelavoro_da_togliere",
    capacity="telelavoro_grezzo",
    first="telelavoro_grezzo",
)


@P.rule(PROVINCIA, "")
def protette_grezze(
    categorie_protette: int, lavoratori: int, base_limite_protette_percentuale: int
) -> int:
    """Return the province's own protected workers left out of the base."""
    return min(categorie_protette, rounded(base_limite_protette_percentuale * lavoratori, 100))


P.total("somma_protette_grezze", of="protette_grezze")


@P.rule(AZIENDA, "")
def protette_da_aggiungere(protette_non_computate: int, somma_protette_grezze: int) -> int:
    """Return the protected workers that the provinces together leave out too few."""
    return max(0, protette_non_computate - somma_protette_grezze)


@P.rule(AZIENDA, "")
def protette_da_togliere(protette_non_computate: int, somma_protette_grezze: int) -> int:
    """Return the protected workers that the provinces together leave out too many."""
    return max(0, somma_protette_grezze - protette_non_computate)


@P.rule(PROVINCIA, "")
def protette_spazio(categorie_protette: int, protette_grezze: int) -> int:
    """Return how many more protected workers the province could leave out."""
    return categorie_protette - protette_grezze


@P.rule(PROVINCIA, "")
def protette_minori(protette_grezze: int, lavoratori: int) -> int:
    """Return the order in which the deduction grows: smallest first, then larger provinces."""
    return lavoratori - protette_grezze * 10000000


@P.rule(PROVINCIA, "")
def protette_maggiori(protette_grezze: int, lavoratori: int) -> int:
    """Return the order in which the deduction shrinks: greatest first, then larger provinces."""
    return lavoratori + protette_grezze * 10000000


P.spread(
    "protette_piu",
    amount="protette_da_aggiungere",
    capacity="protette_spazio",
    first="protette_minori",
)
P.spread(
    "protette_meno",
    amount="protette_da_togliere",
    capacity="protette_grezze",
    first="protette_maggiori",
)


@P.rule(PROVINCIA, "L. 68/1999, art. 4")
def base_comune_provincia(
    lavoratori: int,
    disabili_dipendenti_provincia: int,
    protette_grezze: int,
    protette_piu: int,
    protette_meno: int,
    rid_part_time_grezza: int,
    rid_part_time_piu: int,
    rid_part_time_meno: int,
    rid_intermittenti_grezza: int,
    rid_intermittenti_piu: int,
    rid_intermittenti_meno: int,
    telelavoro_grezzo: int,
    telelavoro_piu: int,
    telelavoro_meno: int,
    telelavoro_tempo_pieno: int,
) -> int:
    """Return the province's base before excluded categories; it may be negative."""
    protette = protette_grezze + protette_piu - protette_meno
    part_time = rid_part_time_grezza + rid_part_time_piu - rid_part_time_meno
    intermittenti = rid_intermittenti_grezza + rid_intermittenti_piu - rid_intermittenti_meno
    telelavoro = telelavoro_grezzo + telelavoro_piu - telelavoro_meno + telelavoro_tempo_pieno
    return (
        lavoratori
        - disabili_dipendenti_provincia
        - protette
        - part_time
        - intermittenti
        - telelavoro
    )


@P.rule(PROVINCIA, "")
def base3_grezza(base_comune_provincia: int, esclusi_disabili: int) -> int:
    """Return the province's base of art. 3, possibly negative."""
    return base_comune_provincia - esclusi_disabili


@P.rule(PROVINCIA, "")
def base3_positiva(base3_grezza: int) -> int:
    """Return the province's base of art. 3 where it is positive."""
    return max(0, base3_grezza)


P.total("somma_base3_positive", of="base3_positiva")


@P.rule(AZIENDA, "")
def base3_in_eccesso(somma_base3_positive: int, base_computo_art3: int) -> int:
    """Return what negative provinces must take from the others."""
    return somma_base3_positive - base_computo_art3


P.spread(
    "base3_ceduta", amount="base3_in_eccesso", capacity="base3_positiva", first="base3_positiva"
)


@P.rule(PROVINCIA, "L. 68/1999, artt. 3 e 4")
def base_computo_art3_provincia(base3_positiva: int, base3_ceduta: int) -> int:
    """Return the province's base of computation of art. 3; the provinces add up to the whole."""
    return base3_positiva - base3_ceduta


@P.rule(PROVINCIA, "")
def base18_grezza(base_comune_provincia: int, esclusi_art18: int) -> int:
    """Return the province's base of art. 18, possibly negative."""
    return base_comune_provincia - esclusi_art18


@P.rule(PROVINCIA, "")
def base18_positiva(base18_grezza: int) -> int:
    """Return the province's base of art. 18 where it is positive."""
    return max(0, base18_grezza)


P.total("somma_base18_positive", of="base18_positiva")


@P.rule(AZIENDA, "")
def base18_in_eccesso(somma_base18_positive: int, base_computo_art18: int) -> int:
    """Return what negative provinces must take from the others."""
    return somma_base18_positive - base_computo_art18


P.spread(
    "base18_ceduta",
    amount="base18_in_eccesso",
    capacity="base18_positiva",
    first="base18_positiva",
)


@P.rule(PROVINCIA, "L. 68/1999, art. 18, c. 2")
def base_computo_art18_provincia(base18_positiva: int, base18_ceduta: int) -> int:
    """Return the province's base of computation of art. 18."""
    return base18_positiva - base18_ceduta


@P.rule(PROVINCIA, "")
def quota_grezza(
    base_computo_art3_provincia: int,
    base_computo_art3: int,
    quota_soglia_percentuale: int,
    quota_percentuale: int,
) -> int:
    """Return the province's rounded percentage; none while the quota is a fixed number."""
    return (
        rounded(quota_percentuale * base_computo_art3_provincia, 100)
        if base_computo_art3 >= quota_soglia_percentuale
        else 0
    )


P.total("somma_quote", of="quota_grezza")


@P.rule(AZIENDA, "")
def quota_mancante(quota_riserva_disabili: int, somma_quote: int) -> int:
    """Return the posts that the provinces together lack: they go to the registered office."""
    return max(0, quota_riserva_disabili - somma_quote)


@P.rule(AZIENDA, "")
def quota_in_eccesso(quota_riserva_disabili: int, somma_quote: int) -> int:
    """Return the posts that the provinces together have too many."""
    return max(0, somma_quote - quota_riserva_disabili)


@P.rule(PROVINCIA, "")
def resto_quota(base_computo_art3_provincia: int, quota_percentuale: int) -> int:
    """Return the decimal remainder of the province's percentage, in hundredths."""
    return (quota_percentuale * base_computo_art3_provincia) % 100


P.spread("quota_tolta", amount="quota_in_eccesso", capacity="quota_grezza", first="resto_quota")


@P.rule(PROVINCIA, "L. 68/1999, art. 3, c. 1; DPR 333/2000, art. 2")
def quota_riserva_disabili_provincia(
    quota_grezza: int, quota_tolta: int, quota_mancante: int, sede_legale: int
) -> int:
    """Return the province's share of the quota; the provinces add up to the whole."""
    return quota_grezza - quota_tolta + (quota_mancante if sede_legale == 1 else 0)


@P.says("quota_riserva_disabili_provincia")
def _quota_provincia(
    quota_riserva_disabili_provincia: int,
    base_computo_art3_provincia: int,
    base_computo_art3: int,
    quota_soglia_percentuale: int,
    quota_percentuale: int,
    quota_tolta: int,
    quota_mancante: int,
    sede_legale: int,
) -> str:
    return (
        f"La quota di riserva spetta tutta alla provincia della sede legale: qui è "
        f"{numero(quota_riserva_disabili_provincia)}."
        if base_computo_art3 < quota_soglia_percentuale
        else f"Il {numero(quota_percentuale)} per cento di "
        f"{numero(base_computo_art3_provincia)} è "
        f"{decimale(quota_percentuale * base_computo_art3_provincia, 100)}: la quota è "
        f"{numero(quota_riserva_disabili_provincia)}, ridotta di {numero(quota_tolta)} "
        f"perché la somma delle province non superi la quota nazionale."
        if quota_tolta > 0
        else f"Il {numero(quota_percentuale)} per cento di "
        f"{numero(base_computo_art3_provincia)} è "
        f"{decimale(quota_percentuale * base_computo_art3_provincia, 100)}: la quota è "
        f"{numero(quota_riserva_disabili_provincia)}, con {numero(quota_mancante)} in più "
        f"perché qui è la sede legale."
        if quota_mancante > 0 and sede_legale == 1
        else f"Il {numero(quota_percentuale)} per cento di "
        f"{numero(base_computo_art3_provincia)} è "
        f"{decimale(quota_percentuale * base_computo_art3_provincia, 100)}: la quota è "
        f"{numero(quota_riserva_disabili_provincia)}."
    )


@P.rule(PROVINCIA, "")
def quota18_grezza(
    base_computo_art18_provincia: int,
    base_computo_art18: int,
    art18_soglia_percentuale: int,
    art18_percentuale: int,
) -> int:
    """Return the province's rounded percentage of art. 18."""
    return (
        rounded(art18_percentuale * base_computo_art18_provincia, 100)
        if base_computo_art18 >= art18_soglia_percentuale
        else 0
    )


P.total("somma_quote18", of="quota18_grezza")


@P.rule(AZIENDA, "")
def quota18_mancante(quota_riserva_art18: int, somma_quote18: int) -> int:
    """Return the posts of art. 18 that go to the registered office."""
    return max(0, quota_riserva_art18 - somma_quote18)


@P.rule(AZIENDA, "")
def quota18_in_eccesso(quota_riserva_art18: int, somma_quote18: int) -> int:
    """Return the posts of art. 18 that the provinces together have too many."""
    return max(0, somma_quote18 - quota_riserva_art18)


@P.rule(PROVINCIA, "")
def resto_quota18(base_computo_art18_provincia: int, art18_percentuale: int) -> int:
    """Return the decimal remainder of the province's percentage of art. 18, in hundredths."""
    return (art18_percentuale * base_computo_art18_provincia) % 100


P.spread(
    "quota18_tolta", amount="quota18_in_eccesso", capacity="quota18_grezza", first="resto_quota18"
)


@P.rule(PROVINCIA, "L. 68/1999, art. 18, c. 2")
def quota_riserva_art18_provincia(
    quota18_grezza: int, quota18_tolta: int, quota18_mancante: int, sede_legale: int
) -> int:
    """Return the province's share of the quota of art. 18."""
    return quota18_grezza - quota18_tolta + (quota18_mancante if sede_legale == 1 else 0)


@P.rule(PROVINCIA, "")
def forza_grezza(tp_parti_disabili: int, orario_comune: int) -> int:
    """Return the province's own part-timers with disabilities, rounded."""
    return rounded(tp_parti_disabili, orario_comune)


P.total("somma_forza_grezza", of="forza_grezza")


@P.rule(AZIENDA, "")
def forza_da_aggiungere(in_forza_part_time: int, somma_forza_grezza: int) -> int:
    """Return the people in force that the provinces together count too few."""
    return max(0, in_forza_part_time - somma_forza_grezza)


@P.rule(AZIENDA, "")
def forza_da_togliere(in_forza_part_time: int, somma_forza_grezza: int) -> int:
    """Return the people in force that the provinces together count too many."""
    return max(0, somma_forza_grezza - in_forza_part_time)


@P.rule(PROVINCIA, "")
def forza_spazio(tp_teste_disabili: int, forza_grezza: int) -> int:
    """Return how many more people the province could count."""
    return tp_teste_disabili - forza_grezza


@P.rule(PROVINCIA, "")
def forza_minore_spazio(forza_spazio: int) -> int:
    """Return the order in which the count shrinks: least room first."""
    return -forza_spazio


P.spread("forza_piu", amount="forza_da_aggiungere", capacity="forza_spazio", first="forza_spazio")
P.spread(
    "forza_meno",
    amount="forza_da_togliere",
    capacity="forza_grezza",
    first="forza_minore_spazio",
)


@P.rule(PROVINCIA, "L. 68/1999, art. 4")
def disabili_in_forza_provincia(
    in_forza_tempo_pieno_provincia: int, forza_grezza: int, forza_piu: int, forza_meno: int
) -> int:
    """Return the province's people in force; the provinces add up to the whole."""
    return in_forza_tempo_pieno_provincia + forza_grezza + forza_piu - forza_meno


@P.rule(PROVINCIA, "")
def saldo_provincia(
    quota_riserva_disabili_provincia: int,
    esonerati_provincia: int,
    disabili_in_forza_provincia: int,
) -> int:
    """Return the province's balance before the excess of art. 18 and compensation."""
    return quota_riserva_disabili_provincia - esonerati_provincia - disabili_in_forza_provincia


@P.rule(PROVINCIA, "")
def saldo_provincia_positivo(saldo_provincia: int) -> int:
    """Return the province's uncovered posts, before the excess of art. 18."""
    return max(0, saldo_provincia)


@P.rule(PROVINCIA, "")
def abbattimento_proporzionale(saldo_provincia_positivo: int, abbattimento: int, saldo: int) -> int:
    """Return the province's proportional share of the posts that the excess covers."""
    return min(
        saldo_provincia_positivo, rounded(saldo_provincia_positivo * abbattimento, max(1, saldo))
    )


P.spread(
    "abbattimento_primo",
    amount="abbattimento",
    capacity="abbattimento_proporzionale",
    first="saldo_provincia_positivo",
)
P.total("somma_abbattimento_primo", of="abbattimento_primo")


@P.rule(AZIENDA, "")
def abbattimento_residuo(abbattimento: int, somma_abbattimento_primo: int) -> int:
    """Return what the proportional shares leave to hand out."""
    return abbattimento - somma_abbattimento_primo


@P.rule(PROVINCIA, "")
def saldo_dopo_primo(saldo_provincia_positivo: int, abbattimento_primo: int) -> int:
    """Return the province's uncovered posts after the proportional share."""
    return saldo_provincia_positivo - abbattimento_primo


P.spread(
    "abbattimento_secondo",
    amount="abbattimento_residuo",
    capacity="saldo_dopo_primo",
    first="saldo_dopo_primo",
)

# Compensation


@P.rule(PROVINCIA, "L. 68/1999, art. 5, cc. 8 e 8-bis")
def scoperture_disabili_con_segno_provincia(
    saldo_provincia: int,
    abbattimento_primo: int,
    abbattimento_secondo: int,
    eccedenza_disabili: int,
    riduzione_disabili: int,
) -> int:
    """Return the province's balance: excess assigned here is added, reduction is taken off."""
    return (
        saldo_provincia
        - abbattimento_primo
        - abbattimento_secondo
        + eccedenza_disabili
        - riduzione_disabili
    )


@P.rule(PROVINCIA, "L. 68/1999, art. 3, c. 1")
def scoperture_disabili_provincia(scoperture_disabili_con_segno_provincia: int) -> int:
    """Return the province's uncovered posts, none below zero."""
    return max(0, scoperture_disabili_con_segno_provincia)


@P.says("scoperture_disabili_provincia")
def _scoperture_provincia(
    scoperture_disabili_provincia: int,
    quota_riserva_disabili_provincia: int,
    esonerati_provincia: int,
    disabili_in_forza_provincia: int,
    eccedenza_disabili: int,
    riduzione_disabili: int,
) -> str:
    return (
        f"Posti scoperti: {numero(scoperture_disabili_provincia)}, cioè quota "
        f"{numero(quota_riserva_disabili_provincia)}, esonerati {numero(esonerati_provincia)}, in "
        f"forza {numero(disabili_in_forza_provincia)}."
        if eccedenza_disabili + riduzione_disabili == 0
        else f"Posti scoperti: {numero(scoperture_disabili_provincia)}, cioè quota "
        f"{numero(quota_riserva_disabili_provincia)}, esonerati {numero(esonerati_provincia)}, in "
        f"forza {numero(disabili_in_forza_provincia)}, compensazioni +{numero(eccedenza_disabili)} "
        f"e −{numero(riduzione_disabili)}."
    )


@P.rule(PROVINCIA, "L. 68/1999, art. 18, c. 2")
def scoperture_art18_con_segno_provincia(
    quota_riserva_art18_provincia: int,
    categorie_protette: int,
    eccedenza_art18: int,
    riduzione_art18: int,
) -> int:
    """Return the province's balance of art. 18, signed."""
    return quota_riserva_art18_provincia - categorie_protette + eccedenza_art18 - riduzione_art18


@P.rule(PROVINCIA, "L. 68/1999, art. 18, c. 2")
def scoperture_art18_provincia(scoperture_art18_con_segno_provincia: int) -> int:
    """Return the province's uncovered posts of art. 18, none below zero."""
    return max(0, scoperture_art18_con_segno_provincia)


@P.rule(PROVINCIA, "Regole del prospetto informativo")
def compensazione_non_ammessa(
    esonerati_provincia: int,
    eccedenza_disabili: int,
    riduzione_disabili: int,
    eccedenza_art18: int,
    riduzione_art18: int,
) -> int:
    """Return 1 for an excess where posts are exempted, or for excess and reduction together."""
    return (
        1
        if (eccedenza_disabili > 0 and esonerati_provincia > 0)
        or (eccedenza_disabili > 0 and riduzione_disabili > 0)
        or (eccedenza_art18 > 0 and riduzione_art18 > 0)
        else 0
    )


@P.says("compensazione_non_ammessa")
def _compensazione_non_ammessa(compensazione_non_ammessa: int) -> str:
    return (
        "Le compensazioni di questa provincia non sono ammesse: un’eccedenza non sta insieme a "
        "posti esonerati né a una riduzione."
        if compensazione_non_ammessa == 1
        else ""
    )


P.total("eccedenze_gruppo_disabili", of="eccedenza_gruppo_disabili")
P.total("riduzioni_gruppo_disabili", of="riduzione_gruppo_disabili")
P.total("eccedenze_gruppo_art18", of="eccedenza_gruppo_art18")
P.total("riduzioni_gruppo_art18", of="riduzione_gruppo_art18")


@P.rule(AZIENDA, "L. 68/1999, art. 5, c. 8-bis")
def scoperture_disabili_con_segno(
    saldo_abbattuto: int, eccedenze_gruppo_disabili: int, riduzioni_gruppo_disabili: int
) -> int:
    """Return the national balance; only compensation inside a group changes it."""
    return saldo_abbattuto + eccedenze_gruppo_disabili - riduzioni_gruppo_disabili


@P.rule(AZIENDA, "L. 68/1999, art. 3, c. 1")
def scoperture_disabili(scoperture_disabili_con_segno: int) -> int:
    """Return the national uncovered posts, none below zero."""
    return max(0, scoperture_disabili_con_segno)


@P.says("scoperture_disabili")
def _scoperture_disabili(scoperture_disabili: int, scoperture_disabili_con_segno: int) -> str:
    return (
        f"Posti scoperti per persone con disabilità: {numero(scoperture_disabili)}."
        if scoperture_disabili_con_segno > 0
        else "La quota per le persone con disabilità è coperta."
        if scoperture_disabili_con_segno == 0
        else f"La quota per le persone con disabilità è superata di "
        f"{numero(-scoperture_disabili_con_segno)}."
    )


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 2")
def scoperture_art18_con_segno(
    quota_riserva_art18: int,
    categorie_protette_in_forza: int,
    eccedenze_gruppo_art18: int,
    riduzioni_gruppo_art18: int,
) -> int:
    """Return the national balance of art. 18, signed."""
    return (
        quota_riserva_art18
        - categorie_protette_in_forza
        + eccedenze_gruppo_art18
        - riduzioni_gruppo_art18
    )


@P.rule(AZIENDA, "L. 68/1999, art. 18, c. 2")
def scoperture_art18(scoperture_art18_con_segno: int) -> int:
    """Return the national uncovered posts of art. 18, none below zero."""
    return max(0, scoperture_art18_con_segno)


@P.says("scoperture_art18")
def _scoperture_art18(scoperture_art18: int) -> str:
    return (
        ""
        if scoperture_art18 == 0
        else f"Posti scoperti per le altre categorie protette: {numero(scoperture_art18)}."
    )


# The employer's class (A, B, C) that the figure `fascia` numbers.
FASCE = ("", "C", "B", "A")


@P.rule(AZIENDA, "L. 68/1999, art. 3, c. 1")
def fascia(
    base_computo_art3: int,
    quota_soglia_una_unita: int,
    quota_soglia_due_unita: int,
    quota_soglia_percentuale: int,
) -> int:
    """Return the employer's class as a number: 0 none, 1 C (15–35), 2 B (36–50), 3 A (over 50)."""
    return (
        3
        if base_computo_art3 >= quota_soglia_percentuale
        else 2
        if base_computo_art3 >= quota_soglia_due_unita
        else 1
        if base_computo_art3 >= quota_soglia_una_unita
        else 0
    )
