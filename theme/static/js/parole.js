// Numbers and words as an Italian reader expects them.

const forma = new Intl.NumberFormat("it-IT", { useGrouping: "always" });

export function numero(quanti) {
  return forma.format(quanti);
}

export function conta(quanti, uno, molti) {
  return `${numero(quanti)} ${quanti === 1 ? uno : molti}`;
}

export function frase(testo) {
  return testo.charAt(0).toUpperCase() + testo.slice(1);
}

// Lower case, no accents: how searches compare texts.
export function piega(testo) {
  return testo.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
