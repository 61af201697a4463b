// The count of a certified letter while it is typed. Without this file a button counts.
(() => {
  "use strict";
  const form = document.querySelector("form[data-count]");
  const shown = document.getElementById("counted");
  if (!form || !shown) return;
  let waiting = 0;
  let asked = 0;
  const ask = async () => {
    asked += 1;
    const mine = asked;
    const answer = await fetch(form.dataset.count, { method: "POST", body: new FormData(form) });
    if (!answer.ok) return;
    const html = await answer.text();
    if (mine === asked) shown.replaceChildren(new DOMParser().parseFromString(html, "text/html").body);
  };
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); };
  form.querySelector("textarea").addEventListener("input", soon);
  form.querySelector("select").addEventListener("change", soon);
})();
