// Reading a file: the page tells how far it is, and Enter takes a cell as right and goes to the next.
// Every page works without this file.
(() => {
  "use strict";
  const progress = document.getElementById("progress");
  if (progress) {
    const said = document.getElementById("progress-said"), bar = progress.querySelector("progress");
    const ask = async () => {
      try {
        const answer = await fetch(progress.dataset.state, { headers: { Accept: "application/json" } });
        const state = await answer.json();
        if (state.stage !== "reading") { location.reload(); return; }
        if (state.pages) {
          const text = progress.dataset.says.replace("##", state.pages).replace("#", state.pages_done);
          if (said.textContent !== text) said.textContent = text;
          bar.max = state.pages; bar.value = state.pages_done;
        }
      } catch (_) { /* the studio is stopped: it goes on when it is there again */ }
      setTimeout(ask, 1000);
    };
    setTimeout(ask, 1000);
  }
  const cells = [...document.querySelectorAll(".intake-cell")];
  cells.forEach((cell, at) => cell.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    const right = cell.closest("tr").querySelector('input[type="checkbox"]');
    if (right) right.checked = true;
    const next = cells.slice(at + 1).find((one) => !one.closest("tr").querySelector('input[type="checkbox"]').checked);
    if (next) { next.focus(); next.select(); } else { (cell.form.querySelector('button[name="next"]') || cell.form.querySelector('.actions button[name="take"]')).focus(); }
  }));
})();
