// Comforts of a call: copying the number, what time is left, pieces of notes. A call is made and
// written down without this file too; nothing here decides anything.
(() => {
  "use strict";
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const opened = performance.now();
  const left = (seconds) => Math.ceil(Number(seconds) - (performance.now() - opened) / 1000);

  // The number goes with its permit.
  each("[data-until]", (line) => {
    const over = document.querySelector(".dial-over");
    const hide = () => { line.remove(); if (over) over.hidden = false; };
    setTimeout(hide, Math.max(0, left(line.dataset.until)) * 1000);
  });
  each("[data-copies]", (button) => {
    const number = document.getElementById(button.dataset.copies);
    if (!number || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(number.dataset.copy).then(() => button.setAttribute("aria-pressed", "true"), () => {});
    });
  });

  // How long the after-call work is planned to take; the page stays when it is over.
  each("[data-due]", (line) => {
    const shown = line.querySelector(".after-left");
    const tick = () => {
      const seconds = left(line.dataset.due);
      const sign = seconds < 0 ? "-" : "";
      const size = Math.abs(seconds);
      shown.textContent = `${sign}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
      line.classList.toggle("is-over", seconds < 0);
    };
    tick();
    setInterval(tick, 1000);
  });

  // A piece of a note is put where one writes.
  each("[data-module]", (button) => {
    const note = document.getElementById("note");
    const name = button.parentElement.querySelector(".module-name");
    if (!note) return;
    button.hidden = false;
    name.hidden = true;
    button.addEventListener("click", () => {
      note.setRangeText(`${button.dataset.module} `, note.selectionStart, note.selectionEnd, "end");
      note.focus();
    });
  });
  // What is written is kept while one writes, and goes along when the identity is checked.
  const form = document.getElementById("ending-form");
  if (form) {
    const written = () => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const state = () => JSON.stringify(written());
    let kept = state();
    let waits;
    const keep = () => {
      clearTimeout(waits);
      const now = state();
      if (now === kept || form.dataset.sent) return;
      const before = kept;
      kept = now;
      const undo = () => { if (kept === now) kept = before; };
      fetch(location.href, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" }, redirect: "error", keepalive: true }).catch(undo);
    };
    form.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(keep, 1000); });
    addEventListener("pagehide", keep);
    each("#identify", (check) => check.addEventListener("submit", () => {
      kept = state();
      written().forEach(([name, value]) => {
        const box = document.createElement("input");
        Object.assign(box, { type: "hidden", name, value });
        check.append(box);
      });
    }));
  }
  const first = document.querySelector("[data-first]");
  if (first) first.focus();
})();
