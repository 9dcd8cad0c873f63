// What «Cerca lavoro» keeps, only when asked: choices on this device, or in a link; and the page
// itself, for when there is no network.

const CHIAVE = "mirato.cerca-lavoro";
const SEGNO = "cerca";

// Storage may be forbidden: then nothing can be kept.
function scorta() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export function conservate() {
  return scorta()?.getItem(CHIAVE) ?? null;
}

export function conserva(testo) {
  try {
    scorta().setItem(CHIAVE, testo);
    return true;
  } catch {
    return false;
  }
}

export function cancella() {
  scorta()?.removeItem(CHIAVE);
}

export function collegamento(testo) {
  return `${window.location.origin}${window.location.pathname}#${SEGNO}&${testo}`;
}

// Takes the choices out of the address: they stay neither there nor in a bookmark by chance.
export function prendiDalCollegamento() {
  const coda = window.location.hash.slice(1);
  if (!coda.startsWith(`${SEGNO}&`)) return null;
  window.history.replaceState(null, "", `${window.location.pathname}${window.location.search}`);
  return coda.slice(SEGNO.length + 1);
}

// Without a service worker the page still holds all that it needs until it is closed.
export async function tieniSenzaRete() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL("servizio.js", document.location));
  } catch (errore) {
    console.info(`La pagina non si potrà aprire senza rete: ${errore.message}`);
  }
}
