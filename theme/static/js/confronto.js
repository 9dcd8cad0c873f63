// Up to three operators' sites side by side, in the order of the list: no order of merit.

import { crea } from "./elementi.js";
import { conta } from "./parole.js";

const MASSIMO = 3;

const sezione = document.getElementById("confronto");
const tabella = sezione.querySelector("table");
const avviso = document.getElementById("confronto-avviso");
const scelte = new Set();

function parole(codici, nomi) {
  const testi = codici.filter(Boolean).map((codice) => nomi.get(codice) ?? codice);
  return testi.length ? testi.join(", ") : "non indicato";
}

// Puts a box beside each site of the list; `nomi` holds the words of the filters' codes.
export function prepara(sedi, nomi) {
  const caselle = new Map();
  for (const sede of sedi) {
    const casella = crea("input", { type: "checkbox" });
    const testata = sede.riga.cells[0];
    const nome = testata.querySelector("a").textContent;
    casella.setAttribute("aria-label", `Confronta ${nome}, ${testata.querySelector(".sotto").textContent}`);
    testata.append(crea("label", { class: "spunta scegli-confronto" }, casella, "Confronta"));
    caselle.set(sede, casella);
    casella.addEventListener("change", () => {
      if (casella.checked && scelte.size === MASSIMO) {
        casella.checked = false;
        avviso.textContent = "Se ne confrontano al massimo tre: togline uno per aggiungerne un altro.";
        return;
      }
      if (casella.checked) scelte.add(sede);
      else scelte.delete(sede);
      disegna();
    });
  }
  document.getElementById("confronto-vuota").addEventListener("click", () => {
    for (const casella of caselle.values()) casella.checked = false;
    scelte.clear();
    disegna();
    document.getElementById("elenco").focus();
  });

  const voci = [
    ["Dove", (sede) => sede.riga.cells[1].firstChild.textContent.trim()],
    ["Esperienza con", (sede) => parole(sede.gruppo, nomi)],
    ["Segue più di altri", (sede) => parole(sede.conosciute, nomi)],
    ["Servizi", (sede) => parole(sede.servizio, nomi)],
    ["Accessibilità", (sede) => parole(sede.accesso, nomi)],
    ["Orari", (sede) => sede.orari || "non indicati"],
    ["Lingue", (sede) => parole(sede.lingua, nomi)],
    [
      "Attesa del primo servizio",
      (sede) => (sede.attesa ? `metà delle persone entro ${conta(Number(sede.attesa), "giorno", "giorni")}` : "non si sa"),
    ],
  ];

  function disegna() {
    const elencate = sedi.filter((sede) => scelte.has(sede));
    sezione.hidden = elencate.length === 0;
    avviso.textContent =
      elencate.length === 1 ? "Scegline un’altra, o altre due, dall’elenco." : `${conta(elencate.length, "sede", "sedi")}.`;
    const testa = crea("tr", {}, crea("td", {}));
    for (const sede of elencate) {
      const collegamento = sede.riga.cells[0].querySelector("a");
      testa.append(
        crea("th", { scope: "col" }, crea("a", { href: collegamento.getAttribute("href") }, collegamento.textContent)),
      );
    }
    tabella.tHead.replaceChildren(testa);
    tabella.tBodies[0].replaceChildren(
      ...voci.map(([nome, leggi]) =>
        crea("tr", {}, crea("th", { scope: "row" }, nome), ...elencate.map((sede) => crea("td", {}, leggi(sede)))),
      ),
    );
  }
}
