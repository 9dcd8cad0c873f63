// Distances from a comune that the visitor names: nothing of it leaves the browser.

import { piega } from "./parole.js";

const RAGGIO_KM = 6371;
const SUGGERITI = 12;

function km([lat, lon], [altraLat, altraLon]) {
  const radianti = Math.PI / 180;
  const mezzo = (angolo) => Math.sin((angolo * radianti) / 2) ** 2;
  const corda =
    mezzo(altraLat - lat) +
    Math.cos(lat * radianti) * Math.cos(altraLat * radianti) * mezzo(altraLon - lon);
  return 2 * RAGGIO_KM * Math.asin(Math.sqrt(corda));
}

let comuni = null;

async function carica() {
  comuni ??= fetch(new URL("comuni.json", document.location)).then((risposta) => {
    if (!risposta.ok) throw new Error(`comuni.json: ${risposta.status}`);
    return risposta.json();
  });
  return comuni;
}

function scrivi([nome, sigla]) {
  return sigla ? `${nome} (${sigla})` : nome;
}

// Tells `trovato` the place that the field names ({ nome, km(posto) }), or null where none.
export function distanze(campo, trovato) {
  const proposte = document.getElementById(campo.getAttribute("list"));
  let ultimo = null;

  async function cerca() {
    const testo = piega(campo.value.trim());
    if (testo === "") {
      if (ultimo !== null) trovato((ultimo = null));
      return;
    }
    let elenco;
    try {
      elenco = await carica();
    } catch (errore) {
      comuni = null;
      console.error(errore);
      return;
    }
    if (testo !== piega(campo.value.trim())) return;
    const simili = elenco.filter((voce) => piega(scrivi(voce)).startsWith(testo));
    proposte.replaceChildren(
      ...simili.slice(0, SUGGERITI).map((voce) => {
        const proposta = document.createElement("option");
        proposta.value = scrivi(voce);
        return proposta;
      }),
    );
    const esatto =
      simili.find((voce) => piega(scrivi(voce)) === testo || piega(voce[0]) === testo) ??
      (simili.length === 1 ? simili[0] : null);
    if (esatto === ultimo) return;
    ultimo = esatto;
    trovato(esatto && { nome: esatto[0], km: (posto) => km([esatto[2], esatto[3]], posto) });
  }

  campo.addEventListener("input", cerca);
  campo.form.addEventListener("reset", () => setTimeout(cerca));
  if (campo.value) cerca();
}
