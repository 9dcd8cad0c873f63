// The quota calculator: what is written in the form becomes a result, at once and only here.

import { crea } from "./elementi.js";
import { calcola } from "./quota-conto.js";
import {
  aggiungiOrario,
  aggiungiProvincia,
  etichetta,
  leggi,
  mostraOltre,
  riempi,
  riepilogo,
  rifinisci,
  svuota,
  voci,
} from "./quota-modulo.js";
import { mostra, mostraRiepilogo } from "./quota-risultato.js";
import { fraseIniziale } from "./quota-scheda.js";

const ATTESA = 350;
const SEGNO = "calcolo";
const VUOTO = "Scrivi quanti dipendenti ha l’azienda: il risultato appare qui.";
const ILLEGGIBILE = "Una parte del collegamento non si è potuta leggere: controlla i campi.";
const ESEMPIO = [
  ["giorno", "2025-12-31"],
  ["1.provincia", "015"],
  ["1.lavoratori", "120"],
  ["1.disabili_tempo_pieno", "4"],
  ["1.esclusi", "8"],
  ["1.categorie_protette", "1"],
  ["1.telelavoro_tempo_pieno", "2"],
  ["1.orario", "dipendenti*12*24.00*40.00"],
  ["1.orario", "intermittenti*3*10.00*40.00"],
  ["2.provincia", "016"],
  ["2.lavoratori", "60"],
  ["2.disabili_tempo_pieno", "2"],
  ["2.categorie_protette", "1"],
];

const modulo = document.getElementById("calcolo");
const frase = document.getElementById("esito-frase");
const elencoErrori = document.getElementById("errori");
const cifre = document.getElementById("esito-cifre");
const risultati = document.getElementById("risultati");
const copiato = document.getElementById("copiato");
const campoGiorno = document.getElementById("giorno");

const adesso = new Date();
const oggi = [adesso.getFullYear(), adesso.getMonth() + 1, adesso.getDate()]
  .map((n) => String(n).padStart(2, "0"))
  .join("-");
const PREDEFINITI = { datore: "privato" };

let illeggibile = false;

function di(testo) {
  if (frase.textContent !== testo) frase.textContent = testo;
}

function segnala(errori) {
  const testi = new Map(errori.map(({ campo, testo }) => [campo, testo]));
  for (const campo of modulo.querySelectorAll("input, select")) {
    const posto = document.getElementById(`${campo.id}-errore`);
    if (!posto) continue;
    const testo = testi.get(campo) ?? "";
    posto.textContent = testo;
    posto.hidden = testo === "";
    if (testo) campo.setAttribute("aria-invalid", "true");
    else campo.removeAttribute("aria-invalid");
  }
  elencoErrori.hidden = errori.length === 0;
  elencoErrori.replaceChildren(
    ...errori.map(({ campo, testo }) => {
      const vai = crea("a", { href: `#${campo.id}` }, etichetta(campo));
      vai.addEventListener("click", (evento) => {
        evento.preventDefault();
        for (
          let parte = campo.closest("details");
          parte;
          parte = parte.parentElement.closest("details")
        ) {
          parte.open = true;
        }
        campo.focus();
      });
      return crea("li", {}, vai, `: ${testo}`);
    }),
  );
}

// `attivo` is the field in which somebody is writing: what it lacks may be still to come.
function aggiorna(attivo = null) {
  rifinisci();
  ricorda();
  const { stato, errori, avvisi, vuoto } = leggi();
  if (attivo && errori.some(({ campo }) => campo === attivo)) return;
  segnala(errori);
  const fermo = vuoto || errori.length > 0;
  cifre.hidden = fermo;
  risultati.hidden = fermo;
  if (errori.length) {
    di(
      errori.length === 1
        ? "Un campo è da correggere."
        : `${errori.length} campi sono da correggere.`,
    );
  } else if (vuoto) di(illeggibile ? ILLEGGIBILE : VUOTO);
  if (fermo) return;
  const esito = calcola(stato);
  mostra(stato, esito, illeggibile ? [ILLEGGIBILE, ...avvisi] : avvisi);
  mostraRiepilogo(riepilogo());
  di(fraseIniziale(esito));
}

// ---------------------------------------------------------------------------------------------
// The address

function indirizzo() {
  const scritte = voci(PREDEFINITI).filter(
    ([chiave, testo]) => chiave !== "giorno" || testo !== oggi,
  );
  if (scritte.length === 0) return `${window.location.pathname}${window.location.search}`;
  // a calculation that is kept must give the same result on another day
  const conData = scritte.some(([chiave]) => chiave === "giorno")
    ? scritte
    : [["giorno", campoGiorno.value], ...scritte];
  return `#${SEGNO}&${new URLSearchParams(conData)}`;
}

function ricorda() {
  window.history.replaceState(null, "", indirizzo());
}

// Fills the form from the address; returns whether the address holds a calculation.
function riprendi() {
  const coda = window.location.hash.slice(1);
  if (coda !== SEGNO && !coda.startsWith(`${SEGNO}&`)) return false;
  illeggibile = !riempi(new URLSearchParams(coda.slice(SEGNO.length + 1)));
  if (!campoGiorno.value) campoGiorno.value = oggi;
  return true;
}

function riparti(coppie) {
  illeggibile = false;
  riempi(coppie);
  if (!campoGiorno.value) campoGiorno.value = oggi;
  // the browser's Back gives back what was there
  window.history.pushState(null, "", indirizzo());
  for (const parte of modulo.querySelectorAll(".precisazione")) parte.open = false;
  aggiorna();
}

// ---------------------------------------------------------------------------------------------

const AZIONI = {
  esempio: () => riparti(ESEMPIO),
  ricomincia() {
    riparti([]);
    document.getElementById("p1-provincia").focus();
  },
  "aggiungi-provincia"() {
    const scheda = aggiungiProvincia();
    aggiorna();
    scheda.querySelector("select").focus();
  },
  "togli-provincia"(tasto) {
    tasto.closest(".altra-provincia").remove();
    aggiorna();
    modulo.querySelector("[data-azione=aggiungi-provincia]").focus();
  },
  "aggiungi-orario"(tasto) {
    const riga = aggiungiOrario(tasto.closest("details"));
    aggiorna();
    riga.querySelector("select").focus();
  },
  "togli-orario"(tasto) {
    const parte = tasto.closest("details");
    tasto.closest(".riga-orario").remove();
    aggiorna();
    parte.querySelector("[data-azione=aggiungi-orario]").focus();
  },
  async copia() {
    copiato.textContent = "";
    try {
      await navigator.clipboard.writeText(window.location.href);
      copiato.textContent =
        "Copiato. Il collegamento contiene le cifre che hai scritto: chi lo riceve le vede.";
    } catch {
      copiato.textContent = "Il browser non lascia copiare: copia l’indirizzo dalla sua barra.";
    }
  },
  stampa: () => window.print(),
};

let timer = 0;
modulo.addEventListener("input", (evento) => {
  const riga = evento.target.closest(".riga-orario");
  if (riga) mostraOltre(riga);
  clearTimeout(timer);
  timer = setTimeout(aggiorna, ATTESA, evento.target);
});
modulo.addEventListener("change", () => {
  clearTimeout(timer);
  aggiorna();
});
modulo.addEventListener("submit", (evento) => evento.preventDefault());
modulo.addEventListener("click", (evento) => {
  const tasto = evento.target.closest("[data-azione]");
  if (tasto) AZIONI[tasto.dataset.azione](tasto);
});
window.addEventListener("hashchange", () => {
  if (riprendi()) aggiorna();
  else if (window.location.hash) ricorda();
});
window.addEventListener("popstate", () => {
  if (window.location.hash.startsWith(`#${SEGNO}`) || window.location.hash) return;
  svuota();
  campoGiorno.value = oggi;
  aggiorna();
});

// On paper everything is open.
const carta = window.matchMedia("print");
let chiusi = [];
carta.addEventListener("change", ({ matches }) => {
  if (matches) chiusi = [...risultati.querySelectorAll("details:not([open])")];
  for (const parte of chiusi) parte.open = matches;
});

if (!riprendi()) {
  svuota();
  campoGiorno.value = oggi;
}
aggiorna();
modulo.dataset.pronto = "";
