// Elements made from texts: a text is always a text node, whatever it holds.

export function crea(nome, attributi = {}, ...figli) {
  const elemento = document.createElement(nome);
  for (const [chiave, valore] of Object.entries(attributi)) elemento.setAttribute(chiave, valore);
  elemento.append(...figli.flat().filter((figlio) => figlio !== null && figlio !== ""));
  return elemento;
}

// Puts the children in the place of those that are there, unless they say the same: what did not
// change is not read out again.
export function metti(elemento, ...figli) {
  const nuovo = crea("div", {}, ...figli);
  if (nuovo.innerHTML !== elemento.innerHTML) elemento.replaceChildren(...nuovo.childNodes);
}
