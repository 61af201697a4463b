// Small comforts. Every page works without this file; nothing here decides anything.
(() => {
  "use strict";
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // What was typed wrong, or what was answered, is read out first.
  const first = document.querySelector(".summary[data-focus]") || document.querySelector(".answer[data-focus]");
  if (first) first.focus({ preventScroll: false });

  // A secret can be looked at by whoever types it.
  each("[data-reveal]", (button) => {
    const box = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = box.type === "text";
      box.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
  });

  // Without a connection nothing is sent, and what was typed stays on the page.
  const offline = document.getElementById("offline");
  each("form", (form) => form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault(); event.stopImmediatePropagation();
    offline.hidden = false; offline.focus();
  }));
  addEventListener("online", () => { offline.hidden = true; });

  // A form is sent once; the button says so after it was sent, never before.
  each("form[data-once]", (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      const button = form.querySelector("[data-sending]");
      if (button) setTimeout(() => {
        button.dataset.label = button.textContent;
        button.textContent = button.dataset.sending;
        button.setAttribute("aria-disabled", "true");
      }, 0);
    });
  });
  addEventListener("pageshow", () => each("form[data-once]", (form) => {
    delete form.dataset.sent;
    const button = form.querySelector("[data-label]");
    if (button) { button.textContent = button.dataset.label; button.removeAttribute("aria-disabled"); }
  }));

  // Hiding leaves no page to come back to.
  each("[data-hide]", (link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    sessionStorage.clear();
    document.body.replaceChildren();
    location.replace(link.href);
  }));

  // Two minutes before a session ends it is said; going on keeps what was typed. What the server
  // says counts, as another page may have gone on; who gets no answer sees nothing any more.
  each(".ending", (box) => {
    let warn, end;
    const leave = () => { sessionStorage.clear(); document.body.replaceChildren(); location.replace(box.dataset.leave); };
    const late = () => new Promise((_, refuse) => setTimeout(refuse, 5000));
    const asked = (request) => Promise.race([request, late()]).then((answer) => answer.json());
    const ask = () => asked(fetch(box.dataset.ask, { cache: "no-store" }));
    const tell = (left) => {
      box.querySelectorAll("[data-if-last]").forEach((one) => { one.hidden = !left.last; });
      box.querySelectorAll("[data-unless-last]").forEach((one) => { one.hidden = Boolean(left.last); });
      box.hidden = false;
      (left.last ? box : box.querySelector("button")).focus();
    };
    const arm = (left) => {
      clearTimeout(warn); clearTimeout(end);
      if (left.end <= 0) return leave();
      if (left.warn <= 0) tell(left);
      else {
        box.hidden = true;
        warn = setTimeout(() => ask().then(arm, () => tell(left)), left.warn * 1000);
      }
      end = setTimeout(() => ask().then(arm, leave), left.end * 1000);
    };
    box.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      asked(fetch(event.target.action, { method: "POST", body: new FormData(event.target), headers: { "X-Requested-With": "fetch" } })).then(arm, () => {});
    });
    arm({ warn: Number(box.dataset.warn), end: Number(box.dataset.end), last: box.dataset.last });
  });

  // A page that comes back from the browser's memory after a logout is asked for anew.
  addEventListener("pageshow", (event) => { if (event.persisted && document.querySelector(".ending")) location.reload(); });

  // The list of choices closes as people expect.
  each("details.choices", (details) => {
    addEventListener("click", (event) => { if (!details.contains(event.target)) details.open = false; });
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { details.open = false; details.querySelector("summary").focus(); }
    });
  });
})();
