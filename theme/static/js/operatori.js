// The operators' dashboard: filters, map and list move together.

import { collega } from "./filtri.js";
import { disegnaPagine } from "./pagine.js";
import { conta, piega } from "./parole.js";

const PER_PAGINA = 25;

const modulo = document.getElementById("filtri");
const conteggio = document.getElementById("conteggio");
const elenco = document.getElementById("elenco");
const barra = document.getElementById("pagine");
const nessuno = document.getElementById("nessuno");

const sedi = [...document.getElementById("righe").rows].map((riga) => ({
  riga,
  provincia: riga.dataset.provincia,
  codice: riga.dataset.codice,
  comune: riga.dataset.comune,
  operatore: riga.dataset.operatore,
  gruppo: riga.dataset.gruppi.split(" "),
  accesso: riga.dataset.accessi.split(" "),
  servizio: riga.dataset.servizi.split(" "),
}));
const comuni = new Set(sedi.map((sede) => sede.comune));

// The list works even where the map cannot be drawn.
const carta = await caricaMappa();

async function caricaMappa() {
  try {
    const [{ prepara }, disegno] = await Promise.all([
      import("./mappa.js"),
      import("../../operatori/mappa.js"),
    ]);
    return prepara(disegno);
  } catch (errore) {
    console.error(errore);
    return null;
  }
}

function corrisponde(sede, scelte, comune, intero) {
  if (scelte.provincia && sede.provincia !== scelte.provincia[0]) return false;
  if (comune && !(intero ? sede.comune === comune : sede.comune.includes(comune))) return false;
  return ["gruppo", "accesso", "servizio"].every(
    (nome) => !scelte[nome] || scelte[nome].every((codice) => sede[nome].includes(codice)),
  );
}

let provinciaMostrata = null;

function applica(scelte, pagina) {
  const comune = piega(scelte.comune?.[0] ?? "");
  const trovate = sedi.filter((sede) => corrisponde(sede, scelte, comune, comuni.has(comune)));
  const quante = Math.max(1, Math.ceil(trovate.length / PER_PAGINA));
  const mostrata = Math.min(pagina, quante);
  const visibili = new Set(trovate.slice((mostrata - 1) * PER_PAGINA, mostrata * PER_PAGINA));
  for (const sede of sedi) sede.riga.hidden = !visibili.has(sede);
  nessuno.hidden = trovate.length > 0;

  const enti = new Set(trovate.map((sede) => sede.operatore)).size;
  let testo = `${conta(trovate.length, "sede", "sedi")} di ${conta(enti, "operatore", "operatori")}`;
  if (quante > 1) testo += `, pagina ${mostrata} di ${quante}`;
  if (conteggio.textContent !== testo) conteggio.textContent = testo;
  disegnaPagine(barra, mostrata, quante, (n) => {
    filtri.vai(n);
    elenco.focus();
    elenco.scrollIntoView();
  });

  if (carta) {
    const perComune = new Map();
    for (const sede of trovate) perComune.set(sede.codice, (perComune.get(sede.codice) ?? 0) + 1);
    carta.mostra(perComune);
    const provincia = scelte.provincia?.[0] ?? "";
    if (provincia !== (provinciaMostrata ?? "")) {
      carta.inquadra(provincia, provinciaMostrata !== null);
    }
    provinciaMostrata = provincia;
  }
  return mostrata;
}

carta?.tela.addEventListener("comune", (evento) => {
  modulo.elements.comune.value = evento.detail.comune;
  filtri.vai(1);
  elenco.focus();
});

const filtri = collega(modulo, applica);
if (carta) carta.tela.dataset.pronta = "";
