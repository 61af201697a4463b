// The desk by keyboard. Pages mark what a key does with data-key and the key's usual sign; the sign
// that somebody chose for it stands on the body. Without this file everything is a link or a button.
(() => {
  "use strict";
  const body = document.body;
  if (!body.classList.contains("at-desk")) return;
  const IME_KEY = 229;
  const USUAL = ["/", "n", "c", "p", "s", "m", "d", "h", "j", "k", "a", "r", "e", "w", "i", "t", "y", "g", "x", "b", "?"];
  const chosen = JSON.parse(body.dataset.keys || "{}");
  const own = (usual) => (usual in chosen ? chosen[usual] : usual);
  const usualOf = new Map(USUAL.filter(own).map((usual) => [own(usual), usual]));
  const isOff = usualOf.size === 0;
  if (!isOff) for (const fixed of "0123456789-") if (!usualOf.has(fixed)) usualOf.set(fixed, fixed);

  const TYPED = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";
  const isTyping = (one) => one instanceof Element && one.matches(TYPED);
  const sheet = document.getElementById("sheet");
  const command = document.getElementById("command");
  const drawer = document.querySelector("details.desk-panel");
  const isShown = (one) => one.closest("details.desk-panel") || (one.getClientRects().length > 0 && (!one.checkVisibility || one.checkVisibility()));

  // What a key leads to: a box is entered, everything else is pressed.
  const act = (one) => {
    if (drawer && drawer.contains(one)) drawer.open = true;
    one.focus();
    if (isTyping(one)) { if (one.select) one.select(); return; }
    if (one.matches("details")) { one.open = !one.open; one.querySelector("summary").focus(); return; }
    one.click();
  };
  const step = (by) => {
    const rows = [...document.querySelectorAll("[data-row]")].filter(isShown);
    if (!rows.length) return false;
    const at = rows.findIndex((one) => one.contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    const row = rows[next];
    const focus = row.matches("a, button, input, [tabindex]") ? row : row.querySelector("a, button, input, [tabindex]");
    (focus || row).focus();
    row.scrollIntoView({ block: "nearest" });
    return true;
  };
  // A number is copied as it stands: of the row that has the focus, else the first on the page.
  const copy = () => {
    const row = document.activeElement.closest("[data-row]");
    const number = (row && row.querySelector("[data-copy]")) || document.querySelector("[data-copy]");
    if (!number) return false;
    getSelection().selectAllChildren(number);
    return document.execCommand("copy");
  };
  const press = (usual) => {
    const marked = [...document.querySelectorAll(`[data-key="${CSS.escape(usual)}"]`)].find((one) => isShown(one) && !one.disabled);
    if (marked) { act(marked); return true; }
    if (usual === "?") { sheet.showModal(); return true; }
    if (usual === "w") return copy();
    if (usual === "j") return step(1);
    return usual === "k" && step(-1);
  };
  const save = () => {
    const here = document.activeElement && document.activeElement.closest("form");
    const button = (here && (here.querySelector("[data-save]") || here.querySelector("button:not([type=button])"))) || document.querySelector("[data-save]");
    if (!button) return false;
    button.form ? button.form.requestSubmit(button) : button.click();
    return true;
  };

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === IME_KEY) return;
    const isOpen = document.querySelector("dialog[open]");
    if (event.ctrlKey || event.metaKey) {
      if (event.altKey || event.shiftKey) return;
      if (event.key.toLowerCase() === "k" && command) { event.preventDefault(); if (!isOpen) openCommand(); }
      if (event.key === "Enter" && !isOpen && save()) event.preventDefault();
      return;
    }
    if (event.altKey || isOpen) return;
    if (event.key === "Escape") {
      if (isTyping(document.activeElement)) document.activeElement.blur();
      else if (drawer && drawer.open) { drawer.open = false; }
      return;
    }
    if (isTyping(event.target) || event.key.length !== 1) return;
    const isLetter = /^[A-Z]$/i.test(event.key);
    if (isLetter && event.shiftKey) return;
    const usual = usualOf.get(event.key.toLowerCase());
    if (!usual || (event.repeat && usual !== "j" && usual !== "k")) return;
    if (press(usual)) event.preventDefault();
  });

  // The keys that are shown are the reader's own.
  document.querySelectorAll("[data-shown-key]").forEach((one) => {
    const sign = own(one.dataset.shownKey);
    one.textContent = sign.toUpperCase();
    one.hidden = !sign;
  });

  // ------------------------------------------------------------------------------ the command bar
  // Members are looked for only when somebody asks: nothing that is typed is sent letter by letter.
  const box = document.getElementById("command-text");
  const list = document.getElementById("command-list");
  let choices = [];
  let at = 0;
  const named = (one) => (one.getAttribute("aria-label") || one.textContent).replace(/\s+/g, " ").trim();
  const places = () => [...document.querySelectorAll(".desk-places a, main [data-key], .desk-panel [data-key], .desk-panel nav a")]
    .filter((one) => !isTyping(one) && isShown(one) && named(one))
    .map((one) => ({ text: named(one), go: () => { command.close(); act(one); } }));
  const same = (text) => text.normalize("NFKC").toLowerCase();
  const choose = (to) => {
    at = Math.max(0, Math.min(choices.length - 1, to));
    [...list.children].forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    const now = list.children[at];
    if (now) { box.setAttribute("aria-activedescendant", now.id); now.scrollIntoView({ block: "nearest" }); }
    else box.removeAttribute("aria-activedescendant");
  };
  const fill = () => {
    const wanted = same(box.value).trim();
    const fitting = places().filter((one) => same(one.text).includes(wanted));
    const find = { text: `${list.dataset.find}: ${box.value.trim()}`, go: () => box.form.submit() };
    choices = wanted ? [...fitting, find] : fitting;
    list.replaceChildren(...choices.map((one, index) => {
      const item = document.createElement("li");
      item.id = `command-${index}`;
      item.setAttribute("role", "option");
      item.textContent = one.text;
      item.addEventListener("click", one.go);
      return item;
    }));
    choose(0);
  };
  const openCommand = () => { box.value = ""; command.showModal(); fill(); box.focus(); };
  if (command) {
    box.addEventListener("input", fill);
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === IME_KEY) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(at + (event.key === "ArrowDown" ? 1 : -1)); }
      if (event.key === "Enter") { event.preventDefault(); if (choices[at]) choices[at].go(); }
    });
  }
})();
