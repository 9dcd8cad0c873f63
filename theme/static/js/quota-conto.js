// From what a company writes to what the law's rules make of it. No figure of the law stands here.

import { GRUPPI_ORARIO, esegui, legge } from "../../strumenti/quota.mjs";
import { numeroDelGiorno } from "./cifre.js";

const DATI = [
  "lavoratori",
  "disabili_tempo_pieno",
  "centralinisti_tempo_pieno",
  "massofisioterapisti_tempo_pieno",
  "telelavoro_tempo_pieno",
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
];
// Where there is one province only, its code decides nothing.
const SENZA_CODICE = "000";

const somma = (province, nome) =>
  province.reduce((totale, { dati }) => totale + (dati[nome] ?? 0n), 0n);
const positivo = (valore) => (valore > 0n ? valore : 0n);
const uno = (vero) => (vero ? 1n : 0n);

function riga(provincia, sede) {
  const { dati } = provincia;
  const scritti = { sede_legale: uno(sede) };
  for (const nome of DATI) if (dati[nome]) scritti[nome] = dati[nome];
  scritti.esclusi_disabili = (dati.esclusi ?? 0n) + (dati.esclusi_solo_3 ?? 0n);
  scritti.esclusi_art18 = (dati.esclusi ?? 0n) + (dati.esclusi_solo_18 ?? 0n);
  const righe = provincia.orari.map((orario) => ({
    dati: {
      gruppo: BigInt(GRUPPI_ORARIO.indexOf(orario.gruppo)),
      numero_lavoratori: orario.numero,
      minuti_contratto: orario.contratto,
      minuti_svolti: orario.svolto,
      oltre_meta: uno(orario.oltre),
    },
  }));
  return { etichetta: provincia.codice || SENZA_CODICE, dati: scritti, righe };
}

// Works out everything that the page shows. `stato` is {giorno, inizio, pubblico, dati, province};
// province are {codice, dati, orari}, that of the registered office first. Programs that need a
// figure that is not known are null.
export function calcola(stato) {
  const law = legge(stato.giorno);
  const { province, dati, pubblico } = stato;
  const righe = province
    .map((provincia, i) => riga(provincia, i === 0))
    .sort((a, b) => (a.etichetta < b.etichetta ? -1 : 1));
  const azienda = { datore_piccolo_privato: uno(!pubblico) };
  const prospetto = esegui("prospetto", { dati: azienda, righe }, law);
  const cifre = prospetto.cifre;
  const { base_computo_art3, quota_riserva_disabili, scoperture_disabili } = cifre;
  const noto = ![base_computo_art3, quota_riserva_disabili, scoperture_disabili].includes(null);
  const programma = (nome, valori) => (noto ? esegui(nome, { dati: valori }, law) : null);
  const obbligo = { base_computo_art3, quota_riserva_disabili };
  const { esonerati, disabili_in_forza } = cifre;

  return {
    legge: law,
    noto,
    cifre,
    righe: prospetto.righe,
    motivi: prospetto.motivi,
    etichette: righe.map(({ etichetta }) => etichetta),
    oltreMeta: province.some(({ orari }) => orari.some(({ oltre }) => oltre)),
    adempimenti: noto ? adempimenti(stato, quota_riserva_disabili, law) : null,
    convenzioni: programma("convenzioni", {
      ...obbligo,
      scoperture_disabili,
      posti_in_convenzione: dati.posti_in_convenzione ?? 0n,
    }),
    esonero: noto ? esonero(stato, cifre, law) : null,
    sospensione:
      dati.percentuale_sospensione || dati.lavoratori_sospesi || dati.licenziamento_collettivo
        ? programma("sospensione", {
            quota_riserva_disabili,
            licenziamento_collettivo: uno(dati.licenziamento_collettivo),
            percentuale_sospensione: dati.percentuale_sospensione ?? 0n,
            lavoratori_provincia: cifre.dipendenti,
            lavoratori_sospesi: dati.lavoratori_sospesi ?? 0n,
            esonerati,
            disabili_in_forza,
          })
        : null,
    gradualita: dati.percentuale_gradualita
      ? programma("gradualita", {
          scoperture_disabili,
          assunzioni_dopo_trasformazione: dati.assunzioni_dopo_trasformazione ?? 0n,
          percentuale: dati.percentuale_gradualita,
        })
      : null,
    sanzioni: programma("sanzioni", {
      posti_scoperti: scoperture_disabili ?? 0n,
      giorni_lavorativi_di_ritardo: dati.giorni_scopertura ?? 1n,
      prospetto_in_ritardo: 1n,
      giorni_di_ritardo_prospetto: dati.giorni_prospetto ?? 0n,
    }),
    incentivi: incentivi(dati.retribuzione_mensile ?? 0n, law),
    dote: dote(scoperture_disabili ?? 0n, law),
  };
}

// The statement to send next after the day of the calculation.
function adempimenti(stato, quota_riserva_disabili, law) {
  const oggi = numeroDelGiorno(stato.giorno);
  const anno = BigInt(stato.giorno.slice(0, 4));
  const per = (anno_riferimento) =>
    esegui(
      "adempimenti",
      {
        dati: {
          anno_riferimento,
          giorno_obbligo: numeroDelGiorno(stato.inizio ?? stato.giorno),
          quota_riserva_disabili,
        },
      },
      law,
    );
  const prima = per(anno - 1n);
  const scadenza = prima.cifre.scadenza_prospetto;
  return scadenza === null || oggi <= scadenza ? prima : per(anno);
}

function esonero({ dati, province, pubblico, giorno }, cifre, law) {
  const percentuale_autorizzata = dati.percentuale_autorizzata ?? null;
  const valori = {
    base_computo_art3: cifre.base_computo_art3,
    quota_riserva_disabili: cifre.quota_riserva_disabili,
    disabili_in_forza: cifre.disabili_in_forza,
    pubblico: uno(pubblico),
    sicurezza_o_trasporto: uno(dati.sicurezza_o_trasporto),
    lavoratori_60_per_mille: dati.lavoratori_60_per_mille ?? 0n,
    esonerati_autocertificati: somma(province, "esonero_autocertificato"),
    posti_compensati: positivo(
      somma(province, "riduzione_gruppo_disabili") - somma(province, "eccedenza_gruppo_disabili"),
    ),
    posti_richiesti: dati.posti_richiesti ?? 0n,
    percentuale_autorizzata: percentuale_autorizzata ?? 0n,
  };
  let esito = esegui("esonero", { dati: valori }, law);
  const massima = esito.cifre.esonero_percentuale_massima;
  const ipotesi = percentuale_autorizzata === null && massima !== null;
  if (ipotesi) {
    esito = esegui("esonero", { dati: { ...valori, percentuale_autorizzata: massima } }, law);
  }
  const unita = esito.cifre.esonero_da_pagare;
  const anno = giorno.slice(0, 4);
  const settimana = dati.sei_giorni ? 6n : 5n;
  return {
    esito,
    ipotesi,
    anno,
    contributo: unita ? contributo(anno, unita, settimana, dati.patrono ?? 0n, law) : null,
  };
}

function contributo(anno, unita, giorni_settimana, patrono, law) {
  const righe = [];
  const fine = numeroDelGiorno(`${Number(anno) + 1}-01-01`);
  for (let giorno = numeroDelGiorno(`${anno}-01-01`); giorno < fine; giorno += 1n) {
    righe.push({ dati: { giorno } });
  }
  return esegui("contributo", { dati: { unita, giorni_settimana, patrono }, righe }, law);
}

// The incentive of art. 13 for each case that the law tells apart.
function incentivi(retribuzione_mensile, law) {
  const limite = (nome) => law[`incentivo_riduzione_${nome}`].valore;
  const caso = (riduzione_capacita, psichica_o_intellettiva) =>
    riduzione_capacita === null
      ? null
      : esegui(
          "incentivi",
          { dati: { riduzione_capacita, psichica_o_intellettiva, retribuzione_mensile } },
          law,
        );
  const oltre = (nome) => (limite(nome) === null ? null : limite(nome) + 1n);
  return {
    psichica: caso(oltre("psichica"), 1n),
    alta: caso(oltre("alta"), 0n),
    media: caso(limite("media"), 0n),
  };
}

function dote(assunzioni, law) {
  const con = (spesa_assunzione) =>
    esegui("dote-impresa", { dati: { assunzioni, spesa_assunzione } }, law).cifre.dote_assunzione;
  const massimo = law.dote_assunzione_massimo.valore;
  return { assunzioni, minimo: con(0n), massimo: massimo === null ? null : con(massimo) };
}
