// Small comforts of the studio. Every page works without this file. It never asks whether the machine
// is online: the studio is on this machine.
(() => {
  "use strict";
  const first = document.querySelector(".summary[data-focus]");
  if (first) first.focus({ preventScroll: false });

  // The list of choices closes as people expect.
  document.querySelectorAll("details.choices").forEach((details) => {
    addEventListener("click", (event) => { if (!details.contains(event.target)) details.open = false; });
    details.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { details.open = false; details.querySelector("summary").focus(); }
    });
  });
})();
