// The buttons that turn the pages of a list.

function tasto(testo, nome, quando, corrente) {
  const elemento = document.createElement("button");
  elemento.type = "button";
  elemento.textContent = testo;
  if (nome) elemento.setAttribute("aria-label", nome);
  if (corrente) elemento.setAttribute("aria-current", "page");
  else elemento.addEventListener("click", quando);
  return elemento;
}

// Page numbers to show: the first, the last, and those around the current one.
export function numeri(pagina, quante) {
  const scelti = new Set([1, quante, pagina - 1, pagina, pagina + 1]);
  return [...scelti].filter((n) => n >= 1 && n <= quante).sort((a, b) => a - b);
}

export function disegnaPagine(barra, pagina, quante, vai) {
  barra.hidden = quante < 2;
  const elenco = document.createElement("ul");
  const aggiungi = (elemento) => {
    const voce = document.createElement("li");
    voce.append(elemento);
    elenco.append(voce);
  };
  if (pagina > 1) aggiungi(tasto("Precedente", "Pagina precedente", () => vai(pagina - 1)));
  let ultima = 0;
  for (const n of numeri(pagina, quante)) {
    if (n > ultima + 1) {
      const salto = document.createElement("span");
      salto.textContent = "…";
      aggiungi(salto);
    }
    aggiungi(tasto(String(n), `Pagina ${n} di ${quante}`, () => vai(n), n === pagina));
    ultima = n;
  }
  if (pagina < quante) aggiungi(tasto("Successiva", "Pagina successiva", () => vai(pagina + 1)));
  barra.replaceChildren(elenco);
}
