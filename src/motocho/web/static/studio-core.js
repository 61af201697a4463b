// Small comforts of the studio. Every page works without this file. It never asks whether the machine
// is online: the studio is on this machine.
(() => {
  "use strict";
  const first = document.querySelector(".summary[data-focus]");
  if (first) first.focus({ preventScroll: false });

  // Who leaves the server leaves nothing that waits in this window.
  document.querySelectorAll("form[data-leaves]").forEach((form) => form.addEventListener("submit", () => sessionStorage.clear()));

  // The list of choices closes as people expect.
  document.querySelectorAll("details.choices").forEach((details) => {
    addEventListener("click", (event) => { if (!details.contains(event.target)) details.open = false; });
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { details.open = false; details.querySelector("summary").focus(); }
    });
  });

  const send = (form) => fetch(form.action, {
    method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Studio": "live" },
  });

  // What is typed into a form that keeps itself is sent a second after the last key, and at once when
  // a box is left. Every form of the page learns the number of the log that came back with it.
  const waiting = new Map();
  let sending = Promise.resolve();
  const told = (form, saved) => {
    const place = form.querySelector("[data-saved]");
    if (place) place.textContent = saved ? place.dataset.saved : place.dataset.unsaved;
  };
  const keep = (form) => {
    clearTimeout(waiting.get(form)); waiting.delete(form);
    sending = sending.then(async () => {
      try {
        const answer = await send(form);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const seq = page.querySelector("input[name=seq]");
        if (answer.ok && seq) document.querySelectorAll("input[name=seq]").forEach((one) => { one.value = seq.value; });
        told(form, answer.ok);
      } catch { told(form, false); }
    });
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keeps]");
    if (!form) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => keep(form), 1000));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-keeps]");
    if (form) keep(form);
  });
  document.addEventListener("submit", (event) => { clearTimeout(waiting.get(event.target)); waiting.delete(event.target); });

  // A convention counts as soon as it is chosen: the same form is sent, and what comes back takes the
  // place of what was there, with the focus where it was. One is sent at a time, the last one wins.
  let busy = false, again = false;
  const stand = (fresh) => {
    const old = document.querySelector("[data-live]"), at = document.activeElement && document.activeElement.id;
    const opened = [...old.querySelectorAll("details[open]")].map((one) => one.id);
    const sets = old.querySelector("#presets"), seq = fresh.querySelector("input[name=seq]");
    if (sets && fresh.dataset.rest) {
      fresh.querySelector("#questions").before(sets);
      sets.querySelectorAll("input[name=seq]").forEach((one) => { one.value = seq.value; });
    }
    old.replaceWith(fresh);
    opened.forEach((id) => { const one = id && document.getElementById(id); if (one) one.open = true; });
    if (at) { const one = document.getElementById(at); if (one) one.focus({ preventScroll: true }); }
  };
  // What the other answers would change takes longer: it comes after the total, unless more was chosen.
  const rest = async (shown) => {
    const answer = await fetch(shown.dataset.rest, { headers: { "X-Studio": "rest" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
    if (!answer.ok || !fresh || busy || document.querySelector("[data-live]") !== shown) return;
    fresh.querySelectorAll(".answer-yen").forEach((one) => { const place = document.getElementById(one.id); if (place) place.replaceWith(one); });
    const sets = fresh.querySelector("#presets"), place = shown.querySelector("#presets");
    if (sets && place) place.replaceWith(sets);
    document.dispatchEvent(new CustomEvent("studio:rest"));
  };
  const live = async (form) => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await send(form);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!fresh) { document.documentElement.replaceWith(page.documentElement); return; }
      stand(fresh);
      document.dispatchEvent(new CustomEvent("studio:fresh"));
      if (fresh.dataset.rest && !again) rest(fresh);
    } finally { busy = false; }
    if (again) { again = false; const form = document.getElementById("questions"); if (form) live(form); }
    else if (unsent) { const one = unsent; unsent = null; sendAnew(one); }
  };
  // What is sent while a choice is on its way would meet a newer entry of one's own: it waits for it.
  let unsent = null;
  const sendAnew = (one) => {
    const buttons = [...document.querySelectorAll("[data-live] button")];
    const place = one ? buttons.find((each) => each.name === one.name && each.value === one.value && each.form.id === one.form.id) : null;
    if (place) place.click();
  };
  document.addEventListener("submit", (event) => {
    if (!busy || !event.target.closest("[data-live]") || !event.submitter) return;
    event.preventDefault();
    unsent = event.submitter;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("#questions");
    if (form) live(form);
  });

  // A file that is dropped on the page of imports is chosen there.
  const file = document.querySelector("input[type=file]#file");
  if (file) {
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      file.files = event.dataTransfer.files;
      file.focus();
    });
  }
})();
