// A form whose choices stand in the page's address: they can be shared, and kept with a bookmark.

const ATTESA = 250;

// Reads the choices: { name: [values] }, empty ones left out.
function leggi(modulo) {
  const scelte = {};
  for (const [nome, valore] of new FormData(modulo)) {
    if (valore.trim() !== "") (scelte[nome] ??= []).push(valore.trim());
  }
  return scelte;
}

function riempi(modulo, parametri) {
  for (const campo of modulo.elements) {
    if (!campo.name) continue;
    const valori = parametri.getAll(campo.name);
    if (campo.type === "checkbox") campo.checked = valori.includes(campo.value);
    else if (valori.length > 0) campo.value = valori[0];
  }
}

// Calls `applica(scelte, pagina)` now and at every change; returns how to move between pages.
export function collega(modulo, applica) {
  const parametri = new URLSearchParams(window.location.search);
  riempi(modulo, parametri);
  for (const parte of modulo.querySelectorAll("details.altri")) {
    parte.open = parte.querySelector("input:checked") !== null;
  }
  const corpo = modulo.querySelector(".filtri-corpo");
  if (corpo && window.matchMedia("(min-width: 992px)").matches) corpo.open = true;

  function aggiorna(pagina) {
    const scelte = leggi(modulo);
    const nuovi = new URLSearchParams();
    for (const [nome, valori] of Object.entries(scelte)) {
      for (const valore of valori) nuovi.append(nome, valore);
    }
    const mostrata = applica(scelte, pagina);
    if (mostrata > 1) nuovi.set("pagina", mostrata);
    const coda = nuovi.toString();
    window.history.replaceState(
      null,
      "",
      `${window.location.pathname}${coda ? `?${coda}` : ""}${window.location.hash}`,
    );
  }

  let timer = 0;
  const presto = () => {
    clearTimeout(timer);
    timer = setTimeout(aggiorna, ATTESA, 1);
  };
  modulo.addEventListener("input", presto);
  modulo.addEventListener("reset", presto);
  modulo.addEventListener("submit", (evento) => {
    evento.preventDefault();
    clearTimeout(timer);
    aggiorna(1);
  });
  aggiorna(Math.max(1, Number.parseInt(parametri.get("pagina"), 10) || 1));
  return { vai: aggiorna };
}
