// Up to three operators' sites side by side, in the order of the list: no order of merit.

import { crea } from "./elementi.js";
import { conta } from "./parole.js";

const MASSIMO = 3;

const sezione = document.getElementById("confronto");
const tabella = sezione.querySelector("table");
const avviso = document.getElementById("confronto-avviso");

// Returns what makes the box to compare a site; `parole` and `esperienza` write lists of codes.
export function prepara(sedi, { parole, esperienza }) {
  const caselle = new Map();
  const scelte = new Set();

  const voci = [
    ["Dove", (sede) => sede.dove],
    ["Esperienza con", (sede) => esperienza(sede.gruppo) || "Non indicata"],
    ["Segue più di altri", (sede) => esperienza(sede.conosciute) || "Nessun gruppo in particolare"],
    ["Servizi", (sede) => parole(sede.servizio) || "Non indicati"],
    ["Accessibilità", (sede) => parole(sede.accesso) || "Non indicata"],
    ["Orari", (sede) => sede.orari || "Non indicati"],
    ["Lingue", (sede) => parole(sede.lingua) || "Non indicate"],
    [
      "Attesa del primo servizio",
      (sede) =>
        sede.attesa === null
          ? "Non si sa: troppo poche persone"
          : `Metà delle persone entro ${conta(sede.attesa, "giorno", "giorni")}`,
    ],
  ];

  function disegna() {
    const elencate = sedi.filter((sede) => scelte.has(sede));
    sezione.hidden = elencate.length === 0;
    avviso.textContent =
      elencate.length === 1 ? "Scegline un’altra, o altre due, dall’elenco." : `${conta(elencate.length, "sede", "sedi")}.`;
    const testa = crea("tr", {}, crea("td", {}));
    for (const sede of elencate) {
      testa.append(
        crea("th", { scope: "col" }, crea("a", { href: `${sede.operatore}/#${sede.id}` }, sede.nome)),
      );
    }
    tabella.tHead.replaceChildren(testa);
    tabella.tBodies[0].replaceChildren(
      ...voci.map(([nome, leggi]) =>
        crea("tr", {}, crea("th", { scope: "row" }, nome), ...elencate.map((sede) => crea("td", {}, leggi(sede)))),
      ),
    );
  }

  document.getElementById("confronto-vuota").addEventListener("click", () => {
    for (const casella of caselle.values()) casella.checked = false;
    scelte.clear();
    disegna();
    document.getElementById("elenco").focus();
  });

  return (sede) => {
    const casella = crea("input", {
      type: "checkbox",
      "aria-label": `Confronta ${sede.nome}, ${sede.nomeSede}`,
    });
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
    return crea("label", { class: "spunta scegli-confronto" }, casella, "Confronta");
  };
}
