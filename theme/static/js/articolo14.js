// The art. 14 agreement: who may be placed, and what a company covers. Nothing is kept anywhere.

import { conValori, esegui, legge } from "../../strumenti/quota.mjs";
import { euro, giorno, leggiCifra, numero } from "./cifre.js";
import { crea, metti } from "./elementi.js";

const ATTESA = 350;
const DOMANDE = [
  "idoneita_gia_valutata",
  "disabilita_psichica_o_intellettiva",
  "relazione_con_supporto",
];
const ESEMPIO = {
  base: "100",
  forza: "3",
  esonerati: "",
  commesse: "90.000",
  coefficiente: "30.000",
  limite: "30",
};

const persona = document.getElementById("persona");
const azienda = document.getElementById("azienda");
const esitoPersona = document.getElementById("esito-persona");
const esitoAzienda = document.getElementById("esito-azienda");
const INVITI = new Map(
  [esitoPersona, esitoAzienda].map((esito) => [esito, esito.textContent.trim()]),
);
const adesso = new Date();
const oggi = [adesso.getFullYear(), adesso.getMonth() + 1, adesso.getDate()]
  .map((n) => String(n).padStart(2, "0"))
  .join("-");

// The day whose law holds for the company.
let giornoAzienda = oggi;

const campi = (modulo) => [...modulo.querySelectorAll("input[data-nome]")];
const paragrafo = (testo, classe) => crea("p", classe ? { class: classe } : {}, testo);
const daVerificare = () => crea("span", { class: "marca marca-demo" }, "da verificare");

// Reads a form: its figures by name, and how many fields are wrong. `attivo` is being written.
function leggi(modulo, attivo) {
  const valori = {};
  let sbagliati = 0;
  for (const campo of campi(modulo)) {
    const { nome, tipo } = campo.dataset;
    if (campo.type === "checkbox") {
      valori[nome] = campo.checked ? 1n : 0n;
      continue;
    }
    const { valore = null, errore = "" } = campo.validity.badInput
      ? { errore: "Scrivi una data completa." }
      : leggiCifra(tipo, campo.value);
    valori[nome] = valore;
    if (errore) sbagliati += 1;
    const posto = document.getElementById(`${campo.id}-errore`);
    const mostrato = campo === attivo ? "" : errore;
    posto.textContent = mostrato;
    posto.hidden = mostrato === "";
    if (mostrato) campo.setAttribute("aria-invalid", "true");
    else campo.removeAttribute("aria-invalid");
  }
  return { valori, sbagliati };
}

function fermo(esito, sbagliati) {
  metti(
    esito,
    paragrafo(
      sbagliati === 0
        ? INVITI.get(esito)
        : sbagliati === 1
          ? "Un campo è da correggere."
          : `${sbagliati} campi sono da correggere.`,
    ),
  );
}

// ---------------------------------------------------------------------------------------------
// The person

function provaPersona(attivo = null) {
  const { valori, sbagliati } = leggi(persona, attivo);
  const niente = valori.eta === null && DOMANDE.every((nome) => valori[nome] === 0n);
  if (sbagliati || niente || valori.giorno === null) {
    fermo(esitoPersona, sbagliati);
    return;
  }
  const dati = Object.fromEntries(DOMANDE.map((nome) => [nome, valori[nome]]));
  dati.eta = valori.eta ?? 0n;
  const law = legge(valori.giorno);
  const adesso = esegui("accesso-articolo-14", { dati }, law);
  const detto = (esito) => esito.motivi.find(({ regola }) => regola === "accesso").frase;
  const fine = law.art14_modo.scaduto;
  const riga = (testo) => crea("p", {}, `${testo} `, daVerificare());
  if (fine === null) {
    metti(esitoPersona, [
      paragrafo(`Con i criteri del ${giorno(valori.giorno)}:`),
      crea("p", { class: "esito-frase" }, detto(adesso)),
      riga("Che basti un criterio solo è una lettura del testo:"),
    ]);
    return;
  }
  const allora = esegui("accesso-articolo-14", { dati }, legge(fine));
  metti(esitoPersona, [
    crea(
      "p",
      { class: "esito-frase" },
      `Il ${giorno(valori.giorno)} la regola non è più valida, salvo proroga.`,
    ),
    paragrafo(detto(adesso)),
    paragrafo(
      `Il ${giorno(fine)}, ultimo giorno valido, il risultato era questo. ${detto(allora)}`,
    ),
    paragrafo("Chiedi al collocamento mirato quali criteri si usano ora."),
  ]);
}

// ---------------------------------------------------------------------------------------------
// The company

function provaAzienda(attivo = null) {
  const { valori, sbagliati } = leggi(azienda, attivo);
  if (sbagliati || valori.base === null || valori.commesse === null) {
    fermo(esitoAzienda, sbagliati);
    return;
  }
  const inVigore = legge(giornoAzienda);
  const scritti = {};
  if (valori.coefficiente) scritti.art14_coefficiente = valori.coefficiente;
  if (valori.limite !== null) scritti.art14_percentuale_massima = valori.limite;
  const law = conValori(inVigore, scritti);
  const base_computo_art3 = valori.base;
  const quota = esegui(
    "prospetto",
    { dati: {}, righe: [{ etichetta: "000", dati: { sede_legale: 1n, lavoratori: valori.base } }] },
    law,
  ).cifre.quota_riserva_disabili;
  if (quota === null) {
    metti(esitoAzienda, paragrafo("Da verificare: la quota di questa data non è nota."));
    return;
  }
  const esito = esegui(
    "articolo-14",
    {
      dati: {
        base_computo_art3,
        quota_riserva_disabili: quota,
        valore_commesse: valori.commesse,
        esonerati: valori.esonerati ?? 0n,
        disabili_in_forza: valori.forza ?? 0n,
      },
    },
    law,
  );
  const { coperture } = esito.cifre;
  const frasi = esito.motivi.filter(({ frase }) => frase);
  const propri = [
    scritti.art14_coefficiente !== undefined && `coefficiente ${euro(scritti.art14_coefficiente)}`,
    scritti.art14_percentuale_massima !== undefined &&
      `limite ${numero(scritti.art14_percentuale_massima)}%`,
  ].filter(Boolean);
  metti(esitoAzienda, [
    crea(
      "p",
      { class: "esito-frase" },
      quota === 0n
        ? "Con questa base non c’è una quota da coprire."
        : coperture === null
          ? "Il risultato è da verificare: manca un numero della convenzione quadro."
          : `La convenzione copre ${numero(coperture)} ${coperture === 1n ? "posto" : "posti"} su ${numero(quota)}.`,
    ),
    crea(
      "ul",
      { class: "passi" },
      crea(
        "li",
        {},
        `Con una base di ${numero(valori.base)} la quota di riserva è ${numero(quota)}, secondo la legge del ${giorno(giornoAzienda)}.`,
      ),
      quota === 0n
        ? null
        : senzaDoppi(frasi).map(({ frase, articolo }) =>
            crea(
              "li",
              {},
              frase,
              articolo ? [" ", crea("span", { class: "articolo" }, `(${articolo})`)] : null,
            ),
          ),
    ),
    propri.length
      ? crea(
          "p",
          {},
          `Hai scritto tu: ${propri.join(", ")}. Sono valori `,
          daVerificare(),
          " con gli uffici.",
        )
      : null,
  ]);
}

// Two figures that lack the same number say the same sentence.
function senzaDoppi(motivi) {
  const viste = new Set();
  return motivi.filter(({ frase }) => !viste.has(frase) && viste.add(frase));
}

// What the quota calculator hands over after «#»: the company's figures, never a person's.
function riprendi() {
  const coda = new URLSearchParams(window.location.hash.slice(1));
  giornoAzienda = leggiCifra("giorno", coda.get("giorno") ?? "").valore ?? oggi;
  for (const nome of ["base", "esonerati", "forza"]) {
    const testo = coda.get(nome);
    if (testo !== null && /^\d{1,7}$/.test(testo))
      scrivi(nome, testo === "0" && nome !== "base" ? "" : testo);
  }
}

function scrivi(nome, testo) {
  azienda.querySelector(`[data-nome=${nome}]`).value = testo;
}

function collega(modulo, prova) {
  let timer = 0;
  modulo.addEventListener("input", (evento) => {
    clearTimeout(timer);
    timer = setTimeout(prova, ATTESA, evento.target);
  });
  modulo.addEventListener("change", () => {
    clearTimeout(timer);
    prova();
  });
  modulo.addEventListener("submit", (evento) => evento.preventDefault());
}

azienda.addEventListener("click", (evento) => {
  const azione = evento.target.closest("[data-azione]")?.dataset.azione;
  if (!azione) return;
  for (const nome of Object.keys(ESEMPIO)) scrivi(nome, azione === "esempio" ? ESEMPIO[nome] : "");
  provaAzienda();
  if (azione === "ricomincia") azienda.querySelector("[data-nome=base]").focus();
});
collega(persona, provaPersona);
collega(azienda, provaAzienda);

// Browsers write back what a closed page held.
for (const modulo of [persona, azienda]) modulo.reset();
persona.querySelector("[data-nome=giorno]").value = oggi;
riprendi();
provaPersona();
provaAzienda();
window.addEventListener("hashchange", () => {
  riprendi();
  provaAzienda();
});
persona.dataset.pronto = "";
