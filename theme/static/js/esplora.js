// The explorer of a data set: what is chosen stands in the address, and the page follows it.

import {
  CALCOLI,
  diciEsclusi,
  diciStato,
  filtra,
  gruppiCsv,
  leggiVista,
  operatori,
  ordina,
  ordinaGruppi,
  raggruppa,
  righeCsv,
  scriviVista,
  stato,
  statoDelGruppo,
} from "./esplora-calcoli.js";
import { leggiParquet } from "./esplora-dati.js";
import { crea } from "./elementi.js";
import { disegnaPagine } from "./pagine.js";
import { conta, numero } from "./parole.js";

const PER_PAGINA = 25;
const BARRE = 25;
const DA_SOLO = 10_000_000; // bytes over which the file is loaded only when asked
const ATTESA = 250;

const id = (nome) => document.getElementById(nome);
const radice = id("esplora");
const elenco = JSON.parse(id("campi").textContent);
const campi = new Map(elenco.map((campo) => [campo.nome, campo]));
const predefinite = elenco.filter((campo) => campo.predefinita).map((campo) => campo.nome);

const DETTI = {
  e: "è",
  non: "non è",
  contiene: "contiene",
  da: "è almeno",
  a: "è al massimo",
};
const DETTI_GIORNO = { da: "dal giorno", a: "fino al giorno", e: "è il giorno" };
const NOMI_CALCOLO = { righe: "quante righe", somma: "somma", media: "media", minimo: "minimo", massimo: "massimo" };

let dati = null;
let vista = leggiVista(window.location.hash.slice(1), campi, predefinite);
let timer = 0;

const numerico = (campo) => campo.tipo === "intero" || campo.tipo === "decimale";

// A value as people read it: the label of a code, sì and no, decimals with a comma.
function dici(campo, valore) {
  if (Array.isArray(valore)) return valore.map((voce) => campo.codici?.[voce] ?? voce).join(", ");
  if (campo.tipo === "logico") return valore === true || valore === "true" ? "sì" : "no";
  if (typeof valore === "number") {
    return valore.toLocaleString("it-IT", { maximumFractionDigits: 6, useGrouping: "always" });
  }
  return campo.codici?.[valore] ?? String(valore);
}

function opzione(valore, testo, scelta) {
  const elemento = crea("option", { value: valore }, testo);
  elemento.selected = scelta;
  return elemento;
}

function sceltaCampo(elemento, vuota, corrente, quali = elenco) {
  elemento.replaceChildren(
    ...(vuota ? [opzione("", vuota, corrente === "")] : []),
    ...quali.map((campo) => opzione(campo.nome, campo.titolo, campo.nome === corrente)),
  );
}

// --- The form --------------------------------------------------------------------------------

function campoValore(filtro, nome) {
  const campo = campi.get(filtro.campo);
  const codici = campo.tipo === "logico" ? { true: "sì", false: "no" } : campo.codici;
  if (codici) {
    return crea(
      "select",
      { id: nome },
      opzione("", "scegli", filtro.valore === ""),
      ...Object.entries(codici).map(([codice, detto]) =>
        opzione(codice, detto, codice === filtro.valore),
      ),
    );
  }
  const tipo = campo.tipo === "data" ? "date" : "text";
  const elemento = crea("input", { id: nome, type: tipo, autocomplete: "off", spellcheck: "false" });
  if (numerico(campo)) elemento.inputMode = "decimal";
  elemento.value = numerico(campo) ? filtro.valore.replace(".", ",") : filtro.valore;
  return elemento;
}

function leggiValore(campo, testo) {
  const pulito = testo.trim();
  if (!numerico(campo) || pulito === "") return pulito;
  const scritto = pulito.replace(/\.(?=\d{3}(\D|$))/g, "").replace(",", ".");
  return Number.isFinite(Number(scritto)) ? String(Number(scritto)) : null;
}

function etichetta(per, testo) {
  return crea("label", { for: per }, testo);
}

function disegnaFiltro(filtro, posto) {
  const nome = `filtro-${posto}`;
  const gruppo = crea("div", { class: "filtro", role: "group", "aria-label": `Filtro ${posto + 1}` });
  const campo = crea("select", { id: `${nome}-campo` });
  sceltaCampo(campo, "", filtro.campo);
  campo.addEventListener("change", () => {
    const nuovo = campi.get(campo.value);
    vista.filtri[posto] = { campo: campo.value, operatore: operatori(nuovo)[0], valore: "" };
    disegnaFiltri();
    id(`${nome}-campo`).focus();
    aggiorna(1);
  });
  const scelto = campi.get(filtro.campo);
  const detti = scelto.tipo === "data" ? DETTI_GIORNO : DETTI;
  const operatore = crea(
    "select",
    { id: `${nome}-operatore` },
    ...operatori(scelto).map((voce) => opzione(voce, detti[voce], voce === filtro.operatore)),
  );
  operatore.addEventListener("change", () => {
    filtro.operatore = operatore.value;
    aggiorna(1);
  });
  const valore = campoValore(filtro, `${nome}-valore`);
  const errore = crea("p", { id: `${nome}-errore`, class: "errore-campo" });
  errore.hidden = true;
  valore.addEventListener("input", () => {
    const letto = leggiValore(scelto, valore.value);
    errore.hidden = letto !== null;
    errore.textContent = letto === null ? "Scrivi un numero, per esempio 12 o 3,5." : "";
    valore.setAttribute("aria-invalid", String(letto === null));
    if (letto === null) valore.setAttribute("aria-describedby", errore.id);
    else valore.removeAttribute("aria-describedby");
    filtro.valore = letto ?? "";
    clearTimeout(timer);
    timer = setTimeout(aggiorna, ATTESA, 1);
  });
  const togli = crea(
    "button",
    { type: "button", class: "btn btn-outline-primary btn-piccolo" },
    `Togli il filtro ${posto + 1}`,
  );
  togli.addEventListener("click", () => {
    vista.filtri.splice(posto, 1);
    disegnaFiltri();
    id("aggiungi").focus();
    aggiorna(1);
  });
  gruppo.append(
    crea("div", { class: "campo" }, etichetta(campo.id, "Colonna"), campo),
    crea("div", { class: "campo" }, etichetta(operatore.id, "Confronto"), operatore),
    crea("div", { class: "campo" }, etichetta(valore.id, "Valore"), valore, errore),
    togli,
  );
  return gruppo;
}

function disegnaFiltri() {
  id("filtri").replaceChildren(...vista.filtri.map(disegnaFiltro));
}

function disegnaScelte() {
  disegnaFiltri();
  sceltaCampo(id("ordine"), "nessuna: come nel file", vista.ordine?.campo ?? "");
  id("giu").checked = vista.ordine?.giu ?? false;
  sceltaCampo(id("gruppo"), "niente: una riga per riga", vista.gruppo, elenco.filter(
    (campo) => campo.tipo !== "decimale",
  ));
  id("calcolo").replaceChildren(
    opzione("righe:", NOMI_CALCOLO.righe, vista.calcolo === "righe"),
    ...elenco.filter(numerico).flatMap((campo) =>
      CALCOLI.slice(1).map((calcolo) =>
        opzione(
          `${calcolo}:${campo.nome}`,
          `${NOMI_CALCOLO[calcolo]} di «${campo.titolo}»`,
          vista.calcolo === calcolo && vista.misura === campo.nome,
        ),
      ),
    ),
  );
  id("per-valore").checked = vista.perValore;
  id("colonne").replaceChildren(
    ...elenco.map((campo) => {
      const casella = crea("input", { type: "checkbox", value: campo.nome });
      casella.checked = vista.colonne.includes(campo.nome);
      casella.addEventListener("change", () => {
        const scelte = new Set(vista.colonne);
        if (casella.checked) scelte.add(campo.nome);
        else scelte.delete(campo.nome);
        vista.colonne = elenco.map((voce) => voce.nome).filter((nome) => scelte.has(nome));
        aggiorna(vista.pagina);
      });
      return crea("label", { class: "spunta" }, casella, ` ${campo.titolo}`);
    }),
  );
}

// --- The results -----------------------------------------------------------------------------

function intestazione(testo, num, ordinata) {
  const cella = crea("th", { scope: "col", ...(num ? { class: "num" } : {}) }, testo);
  if (ordinata) cella.setAttribute("aria-sort", ordinata);
  return cella;
}

function senzaValore(detto) {
  return crea("span", { class: "riservato" }, diciStato(detto));
}

function disegnaRighe(righe) {
  const mostrati = vista.colonne.map((nome) => campi.get(nome));
  id("testa").replaceChildren(
    crea("tr", {}, mostrati.map((campo) =>
      intestazione(
        campo.titolo,
        numerico(campo),
        vista.ordine?.campo === campo.nome ? (vista.ordine.giu ? "descending" : "ascending") : null,
      ),
    )),
  );
  id("corpo").replaceChildren(
    ...righe.map((riga) =>
      crea("tr", {}, mostrati.map((campo) => {
        const detto = stato(dati, campi, campo.nome, riga);
        return crea(
          "td",
          numerico(campo) ? { class: "num" } : {},
          detto === "pubblicato" ? dici(campo, dati.colonne[campo.nome][riga]) : senzaValore(detto),
        );
      })),
    ),
  );
}

function chiaveDetta(gruppo) {
  return gruppo.chiave === null ? diciStato(gruppo.stato) : dici(campi.get(vista.gruppo), gruppo.chiave);
}

function valoreDetto(gruppo) {
  return gruppo.valore === null ? diciStato(statoDelGruppo(gruppo)) : dici({}, gruppo.valore);
}

function nomeCalcolo() {
  return vista.calcolo === "righe"
    ? "Righe"
    : `${NOMI_CALCOLO[vista.calcolo][0].toUpperCase()}${NOMI_CALCOLO[vista.calcolo].slice(1)} di «${campi.get(vista.misura).titolo}»`;
}

function disegnaGruppi(gruppi) {
  const conti = vista.calcolo === "righe";
  id("testa").replaceChildren(
    crea(
      "tr",
      {},
      intestazione(campi.get(vista.gruppo).titolo, false, vista.perValore ? null : "ascending"),
      intestazione("Righe", true, conti && vista.perValore ? "descending" : null),
      conti ? [] : intestazione(nomeCalcolo(), true, vista.perValore ? "descending" : null),
      conti ? [] : intestazione("Valori esclusi", false, null),
    ),
  );
  id("corpo").replaceChildren(
    ...gruppi.map((gruppo) =>
      crea(
        "tr",
        {},
        crea("th", { scope: "row" }, gruppo.chiave === null ? senzaValore(gruppo.stato) : chiaveDetta(gruppo)),
        crea("td", { class: "num" }, numero(gruppo.righe)),
        conti
          ? []
          : [
              crea(
                "td",
                { class: "num" },
                gruppo.valore === null ? senzaValore(statoDelGruppo(gruppo)) : valoreDetto(gruppo),
              ),
              crea("td", {}, diciEsclusi(gruppo.esclusi) || "nessuno"),
            ],
      ),
    ),
  );
}

function barra(gruppo, minimo, massimo) {
  const spazio = "http://www.w3.org/2000/svg";
  const disegno = document.createElementNS(spazio, "svg");
  disegno.setAttribute("viewBox", "0 0 100 8");
  disegno.setAttribute("preserveAspectRatio", "none");
  const ampiezza = massimo - minimo || 1;
  const pezzo = document.createElementNS(spazio, "rect");
  const [da, a] = [Math.min(0, gruppo.valore), Math.max(0, gruppo.valore)];
  pezzo.setAttribute("x", String((100 * (da - minimo)) / ampiezza));
  pezzo.setAttribute("width", String((100 * (a - da)) / ampiezza));
  pezzo.setAttribute("height", "8");
  pezzo.setAttribute("class", diciEsclusi(gruppo.esclusi) ? "barra-parziale" : "barra-piena");
  disegno.append(pezzo);
  return disegno;
}

// Bars with their words. The same values are in the table, which is what a screen reader reads.
function disegnaGrafico(gruppi) {
  const grafico = id("grafico");
  const mostrati = gruppi.slice(0, BARRE);
  grafico.hidden = mostrati.length === 0;
  const valori = mostrati.map((gruppo) => gruppo.valore).filter((valore) => valore !== null);
  const [minimo, massimo] = [Math.min(0, ...valori), Math.max(0, ...valori)];
  const parziali = mostrati.some((gruppo) => diciEsclusi(gruppo.esclusi));
  const note = [];
  if (gruppi.length > mostrati.length) {
    note.push(`Il grafico mostra i primi ${mostrati.length} gruppi di ${numero(gruppi.length)}.`);
  }
  if (parziali) note.push("Una barra tratteggiata lascia fuori dei valori: quanti, è scritto accanto.");
  if (vista.calcolo === "somma" || vista.calcolo === "media") {
    note.push("Se nella tabella ci sono totali insieme alle loro parti, si contano due volte: filtra prima.");
  }
  grafico.replaceChildren(
    crea("h2", {}, `${nomeCalcolo()} per «${campi.get(vista.gruppo).titolo}»`),
    crea("div", { class: "grafico-barre", "aria-hidden": "true" }, mostrati.map((gruppo) =>
      crea(
        "div",
        { class: "grafico-riga" },
        crea("span", { class: "grafico-nome" }, chiaveDetta(gruppo)),
        gruppo.valore === null ? crea("span", {}) : barra(gruppo, minimo, massimo),
        crea(
          "span",
          { class: gruppo.valore === null ? "grafico-valore riservato" : "grafico-valore" },
          `${valoreDetto(gruppo)}${diciEsclusi(gruppo.esclusi) ? ` (esclusi ${diciEsclusi(gruppo.esclusi)})` : ""}`,
        ),
      ),
    )),
    ...note.map((testo) => crea("p", { class: "nota" }, testo)),
  );
}

// --- Everything together ---------------------------------------------------------------------

function risultati() {
  const filtri = vista.filtri.filter((filtro) => filtro.valore !== "");
  const { trovate, incerte } = filtra(dati, campi, filtri);
  if (!vista.gruppo) {
    return { trovate: vista.ordine ? ordina(dati, campi, trovate, vista.ordine) : trovate, incerte };
  }
  const gruppi = raggruppa(dati, campi, trovate, {
    campo: vista.gruppo,
    calcolo: vista.calcolo,
    misura: vista.misura,
  });
  return { trovate, incerte, gruppi: ordinaGruppi(gruppi, vista.perValore ? "valore" : "chiave") };
}

function scrivi(elemento, testo) {
  if (elemento.textContent !== testo) elemento.textContent = testo;
  elemento.hidden = testo === "";
}

function aggiorna(pagina) {
  if (!dati) return;
  const { trovate, incerte, gruppi } = risultati();
  const voci = gruppi ?? trovate;
  const quante = Math.max(1, Math.ceil(voci.length / PER_PAGINA));
  vista.pagina = Math.min(pagina, quante);
  const mostrate = voci.slice((vista.pagina - 1) * PER_PAGINA, vista.pagina * PER_PAGINA);
  if (gruppi) disegnaGruppi(mostrate);
  else disegnaRighe(mostrate);
  if (gruppi) disegnaGrafico(gruppi);
  else id("grafico").hidden = true;

  let testo = `${conta(trovate.length, "riga", "righe")} su ${numero(dati.righe)}`;
  if (gruppi) testo += `, in ${conta(gruppi.length, "gruppo", "gruppi")}`;
  if (quante > 1) testo += `, pagina ${vista.pagina} di ${quante}`;
  scrivi(id("conteggio"), testo);
  scrivi(
    id("incerte"),
    [...incerte]
      .map(
        ([nome, righe]) =>
          `${conta(righe, "riga è lasciata", "righe sono lasciate")} fuori perché «${campi.get(nome).titolo}» è riservato, non rilevato o vuoto.`,
      )
      .join(" "),
  );
  id("didascalia").textContent = gruppi ? "Un gruppo per riga" : "Una riga per riga del file";
  id("vuota").hidden = voci.length > 0;
  disegnaPagine(id("pagine"), vista.pagina, quante, (n) => {
    aggiorna(n);
    id("tabella").focus();
    id("tabella").scrollIntoView();
  });
  const coda = scriviVista(vista, predefinite);
  const indirizzo = `${window.location.pathname}${window.location.search}${coda ? `#${coda}` : ""}`;
  window.history.replaceState(null, "", indirizzo);
  id("copiato").textContent = "";
}

function scarica() {
  const { trovate, gruppi } = risultati();
  const testo = gruppi
    ? gruppiCsv(gruppi, { campo: vista.gruppo, calcolo: vista.calcolo, misura: vista.misura })
    : righeCsv(dati, conStati(vista.colonne), trovate);
  const indirizzo = URL.createObjectURL(new Blob([testo], { type: "text/csv;charset=utf-8" }));
  crea("a", { href: indirizzo, download: `${radice.dataset.nome}-selezione.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(indirizzo), 10_000);
}

// The columns, each with the one that says why a value is not there.
function conStati(nomi) {
  const presi = new Set();
  for (const nome of nomi) {
    presi.add(nome);
    if (campi.get(nome).stato) presi.add(campi.get(nome).stato);
  }
  return [...presi];
}

async function copia() {
  try {
    await navigator.clipboard.writeText(window.location.href);
    id("copiato").textContent = "Collegamento copiato.";
  } catch {
    id("copiato").textContent = "Il collegamento è nella barra degli indirizzi: copialo da lì.";
  }
}

function ascolta() {
  id("scelte").addEventListener("submit", (evento) => evento.preventDefault());
  id("aggiungi").addEventListener("click", () => {
    const [primo] = elenco;
    vista.filtri.push({ campo: primo.nome, operatore: operatori(primo)[0], valore: "" });
    disegnaFiltri();
    id(`filtro-${vista.filtri.length - 1}-campo`).focus();
  });
  const ordine = () => {
    vista.ordine = id("ordine").value ? { campo: id("ordine").value, giu: id("giu").checked } : null;
    aggiorna(1);
  };
  id("ordine").addEventListener("change", ordine);
  id("giu").addEventListener("change", ordine);
  const gruppo = () => {
    vista.gruppo = id("gruppo").value;
    [vista.calcolo, vista.misura] = id("calcolo").value.split(":");
    vista.perValore = id("per-valore").checked;
    aggiorna(1);
  };
  for (const nome of ["gruppo", "calcolo", "per-valore"]) id(nome).addEventListener("change", gruppo);
  id("azzera").addEventListener("click", () => {
    vista = leggiVista("", campi, predefinite);
    disegnaScelte();
    aggiorna(1);
  });
  id("scarica").addEventListener("click", scarica);
  id("copia").addEventListener("click", copia);
  window.addEventListener("hashchange", () => {
    vista = leggiVista(window.location.hash.slice(1), campi, predefinite);
    disegnaScelte();
    aggiorna(vista.pagina);
  });
}

async function carica() {
  id("carica").hidden = true;
  id("conteggio").textContent = "Carico i dati…";
  try {
    const risposta = await fetch(radice.dataset.parquet);
    if (!risposta.ok) throw new Error(String(risposta.status));
    dati = await leggiParquet(await risposta.arrayBuffer(), [...campi.keys()]);
  } catch (errore) {
    id("conteggio").textContent =
      "I dati non si possono leggere da qui. Qui sotto ci sono le prime righe; le altre sono nei file da scaricare.";
    throw errore;
  }
  id("azioni").hidden = false;
  disegnaScelte();
  aggiorna(vista.pagina);
  radice.dataset.pronta = "";
}

ascolta();
disegnaScelte();
if (window.matchMedia("(max-width: 991px)").matches) {
  radice.querySelector(".filtri-corpo").open = false;
}
if (Number(radice.dataset.byte) <= DA_SOLO) carica();
else {
  id("carica").hidden = false;
  id("carica").querySelector("button").addEventListener("click", carica);
}
