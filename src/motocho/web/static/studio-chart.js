// The chart's crosshair, and handles on its splits. The picture, its table and the form of the splits
// stand without this file; a handle only writes a row's number into the form, and the form is sent.
(() => {
  "use strict";
  const WIDTH = 1000;

  const begin = (figure) => {
    if (figure.dataset.begun) return;
    figure.dataset.begun = "1";
    const points = JSON.parse(figure.dataset.points);
    const paper = figure.querySelector(".chart-paper");
    const told = figure.querySelector("[data-cross]");
    if (!points.length) return;
    const hair = document.createElement("span");
    hair.className = "chart-hair";
    hair.hidden = true;
    paper.append(hair);
    const nearest = (x) => {
      let low = 0, high = points.length - 1;
      while (low < high) { const middle = (low + high) >> 1; if (points[middle][0] < x) low = middle + 1; else high = middle; }
      return low > 0 && x - points[low - 1][0] < points[low][0] - x ? low - 1 : low;
    };
    const xOf = (event) => { const box = paper.getBoundingClientRect(); return ((event.clientX - box.left) * WIDTH) / box.width; };
    const cross = (at) => {
      hair.style.left = `${(points[at][0] * 100) / WIDTH}%`;
      hair.hidden = told.hidden = false;
      told.textContent = points[at][2];
    };
    paper.addEventListener("pointermove", (event) => cross(nearest(xOf(event))));
    paper.addEventListener("pointerleave", () => { hair.hidden = true; });

    const form = document.querySelector("form[data-splits]");
    if (form) handles(form, { paper, points, nearest, xOf, cross });
  };

  // A row of the sheet is one less than the line of its table, which begins with a head.
  const handles = (form, { paper, points, nearest, xOf, cross }) => {
    const rowOf = (at) => points[at][1] - 1;
    const ofRow = (row) => points.findIndex((point) => point[1] - 1 >= row);
    form.querySelectorAll("input[data-split]").forEach((field) => {
      const handle = document.createElement("span");
      handle.className = "chart-handle";
      handle.textContent = field.dataset.split;
      handle.tabIndex = 0;
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-label", form.dataset.handle.replace("{contract}", field.dataset.split));
      handle.setAttribute("aria-valuemin", "2");
      handle.setAttribute("aria-valuemax", form.dataset.last);
      let at = Math.max(ofRow(Number(field.value)), 0);
      const show = () => {
        handle.style.left = `${(points[at][0] * 100) / WIDTH}%`;
        handle.setAttribute("aria-valuenow", String(rowOf(at)));
        handle.setAttribute("aria-valuetext", form.dataset.value.replace("{row}", rowOf(at)).replace("{said}", points[at][2]));
      };
      const put = (place) => {
        at = Math.min(points.length - 1, Math.max(1, place));
        while (at > 1 && rowOf(at) < 2) at -= 1;
        field.value = String(rowOf(at));
        show();
        cross(at);
      };
      const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -12, PageUp: 12 };
      handle.addEventListener("keydown", (event) => {
        if (event.key in STEPS) { event.preventDefault(); put(at + STEPS[event.key]); }
        if (event.key === "Home") { event.preventDefault(); put(1); }
        if (event.key === "End") { event.preventDefault(); put(points.length - 1); }
        if (event.key === "Enter") { event.preventDefault(); form.requestSubmit(); }
      });
      handle.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        handle.setPointerCapture(event.pointerId);
        const before = field.value;
        const move = (moved) => put(nearest(xOf(moved)));
        handle.addEventListener("pointermove", move);
        handle.addEventListener("pointerup", () => {
          handle.removeEventListener("pointermove", move);
          handle.focus();
          if (field.value !== before) form.requestSubmit();
        }, { once: true });
      });
      field.addEventListener("change", () => { const place = ofRow(Number(field.value)); if (place > 0) { at = place; show(); } });
      show();
      paper.append(handle);
    });
  };

  const all = () => document.querySelectorAll("[data-chart]").forEach(begin);
  all();
  // A page that puts a fresh picture in says so.
  addEventListener("chart:fresh", all);
})();
