// A picture of a paper, turned and enlarged beside its form. The bar stands there only with this file: without it the
// picture leads to the whole one. Its keys count while something of the picture has the focus, and nowhere else.
(() => {
  "use strict";
  const SIZES = [1, 1.5, 2, 3, 4];
  const KEYS = { "[": "left", "]": "right", "+": "larger", ";": "larger", "=": "larger", "-": "smaller" };

  document.querySelectorAll("[data-picture]").forEach((figure) => {
    const image = figure.querySelector("img"), stage = figure.querySelector("a"), box = figure.querySelector(".paper-box");
    const bar = figure.querySelector("[role=toolbar]"), said = figure.querySelector("[role=status]");
    const buttons = [...bar.querySelectorAll("button")];
    const place = `picture ${image.getAttribute("src")}`;
    let [turns, size] = (sessionStorage.getItem(place) || "0 0").split(" ").map(Number);

    // A quarter turn makes the width out of the height: the link is as large as the picture stands.
    const lay = () => {
      if (!image.naturalWidth) return;
      figure.classList.add("is-laid");
      const ratio = image.naturalHeight / image.naturalWidth, isAside = turns % 2 === 1;
      const width = box.clientWidth * SIZES[size], own = isAside ? width / ratio : width;
      stage.style.width = `${width}px`;
      stage.style.height = `${isAside ? own : own * ratio}px`;
      image.style.width = `${own}px`;
      image.style.height = `${own * ratio}px`;
      image.style.transform = `translate(-50%, -50%) rotate(${turns * 90}deg)`;
    };
    const does = {
      left: () => { turns = (turns + 3) % 4; },
      right: () => { turns = (turns + 1) % 4; },
      larger: () => { size = Math.min(SIZES.length - 1, size + 1); },
      smaller: () => { size = Math.max(0, size - 1); },
    };
    const act = (what) => {
      does[what]();
      sessionStorage.setItem(place, `${turns} ${size}`);
      lay();
      said.textContent = `${turns * 90}° · ${SIZES[size] * 100}%`;
    };

    // One stop of the tab key; arrows go from button to button.
    const enter = (at) => buttons.forEach((one, index) => { one.tabIndex = index === at ? 0 : -1; if (index === at) one.focus(); });
    buttons.forEach((one, index) => { one.tabIndex = index ? -1 : 0; one.addEventListener("click", () => { enter(index); act(one.dataset.does); }); });
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      enter((buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length);
    });
    figure.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
      event.preventDefault();
      act(KEYS[event.key]);
    });

    bar.hidden = false;
    if (turns || size) { if (image.complete) lay(); else image.addEventListener("load", lay); }
    addEventListener("resize", () => { if (figure.classList.contains("is-laid")) lay(); });
  });
})();
