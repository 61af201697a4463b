// The grid of the workbench: a native table and one textarea that stands over the chosen cell, so that
// an input method begins in the right place and its first sign is never lost. Rows are changed by
// operations, kept on this PC until the studio has written them; figures come back from the studio.
(() => {
  "use strict";
  const box = document.querySelector("[data-grid]");
  // On a phone the rows stay the list that the page brought; they are changed row by row.
  if (!box || matchMedia("(max-width: 599px)").matches) return;
  const T = window.MotochoText, data = box.dataset;
  // On a lender's server a phone may be shared: what waits there goes with the window.
  const store = data.session === undefined ? localStorage : sessionStorage;
  const words = {};
  document.querySelector("template[data-words]").content.querySelectorAll("[data-word]").forEach((one) => { words[one.dataset.word] = one.textContent; });
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const COLUMNS = ["number", "date", "borrow", "repay", "rate", "days", "interest", "left", "balance", "state", "note", "contract", "kind"];
  const TYPED = ["date", "borrow", "repay", "rate", "balance", "note", "contract", "kind"];
  const PASTED = ["date", "borrow", "repay", "rate", "balance", "note", "contract", "kind"];
  const NUMBERS = new Set(["number", "borrow", "repay", "rate", "days", "interest", "left", "balance"]);
  const SIGNS = { agrees: "✓", look: "△", wrong: "✕", estimated: "◇", fixed: "✎", unread: "✕" };
  const FOLDED = Number(data.folded), PREVIEWED = 20, DEBOUNCE = 120, RETRY = 2000;
  const QUEUE = `grid:${data.key}`, DRAFT = `draft:${data.key}`;
  const tools = document.querySelector("[data-tools]"), saved = document.querySelector(".bench-saved");
  const trouble = document.querySelector("[data-trouble]"), spoken = document.querySelector("[data-spoken]");
  const numpad = document.querySelector("[data-numpad]");
  let rows = [], made = {}, told = {}, states = {}, seq = 0, pending = [], at = { row: 0, col: 1 }, from = null;
  let editing = false, composing = false, leaving = false, sending = false, timer = 0, opened = new Set(), amountColumn = "repay", count = 0;
  const written = new Map();
  let undone = [], undos = [], known = "", before = "", shown = null, years = [];

  // ------------------------------------------------------------------------------------- the table
  box.innerHTML = `<div class="grid-scroll"><table role="grid" class="grid" aria-label="${T.escaped(words.grid)}" aria-describedby="grid-how"><thead><tr>${COLUMNS.map((one, place) => `<th scope="col" role="columnheader" aria-colindex="${place + 1}" class="c-${one}">${T.escaped(words[one])}</th>`).join("")}</tr></thead></table><textarea class="grid-cell" rows="1" spellcheck="false" autocomplete="off" autocapitalize="off"></textarea></div>`;
  const scroll = box.firstElementChild, table = scroll.querySelector("table"), cell = scroll.querySelector("textarea");
  cell.setAttribute("aria-describedby", "grid-how");
  tools.hidden = false;
  document.querySelector("[data-help]").hidden = false;

  const stateOf = (row) => (told[row.id] ? "unread" : states[row.id] || "");
  const textOf = (row, column) => {
    if (TYPED.includes(column)) return row[column] || "";
    const one = made[row.id];
    if (column === "state") { const state = stateOf(row); return state ? `${SIGNS[state]} ${words[state]}` : ""; }
    return one ? one[column] || "" : "";
  };
  const shownOf = (row, place, column) => (column === "number" ? String(place + 1) : ["borrow", "repay", "balance"].includes(column) ? T.amount(textOf(row, column)) : textOf(row, column));
  const cellHtml = (row, place, column) => `<td role="${column === "number" ? "rowheader" : "gridcell"}" class="c-${column}${NUMBERS.has(column) ? " is-number" : ""}${TYPED.includes(column) ? "" : " is-made"}">${T.escaped(shownOf(row, place, column))}</td>`;
  const rowHtml = (row, place) => `<tr id="${row.id}" data-place="${place}" aria-rowindex="${place + 2}" class="s-${stateOf(row)}">${COLUMNS.map((column) => cellHtml(row, place, column)).join("")}</tr>`;
  const blank = () => `<tr data-place="${rows.length}" aria-rowindex="${rows.length + 2}" class="is-new">${COLUMNS.map((column) => `<td role="gridcell" class="c-${column}${TYPED.includes(column) ? "" : " is-made"}">${column === "number" ? "＊" : ""}</td>`).join("")}</tr>`;
  const yearOf = (place) => {
    for (let one = place; one >= 0; one -= 1) { const day = (made[rows[one].id] || {}).on || T.iso(rows[one].date); if (day) return day.slice(0, 4); }
    return "";
  };
  const isFolded = () => rows.length > FOLDED;

  const draw = () => {
    table.setAttribute("aria-rowcount", rows.length + 2);
    table.setAttribute("aria-colcount", COLUMNS.length);
    table.querySelectorAll("tbody").forEach((one) => one.remove());
    years = []; written.clear();
    if (isFolded()) {
      let last = "";
      rows.forEach((row, place) => {
        const day = (made[row.id] || {}).on || T.iso(row.date);
        const year = day ? day.slice(0, 4) : last;
        if (!years.length || year !== last) years.push({ year, from: place, to: place });
        years[years.length - 1].to = place; last = year;
      });
      if (!opened.size && years.length) opened.add(Math.max(0, years.findIndex((one) => at.row <= one.to)));
      years.forEach((one, number) => {
        const is = opened.has(number), part = document.createElement("tbody");
        const head = `<tr class="grid-year"><th scope="rowgroup" role="rowheader" colspan="${COLUMNS.length}"><button type="button" tabindex="-1" data-year="${number}" aria-expanded="${is}">${T.escaped(one.year || words.no_year)} — ${one.to - one.from + 1} ${T.escaped(words.rows_of_year)}</button></th></tr>`;
        part.innerHTML = head + (is ? rows.slice(one.from, one.to + 1).map((row, place) => rowHtml(row, one.from + place)).join("") : "");
        table.append(part);
      });
      const end = document.createElement("tbody"); end.innerHTML = blank(); table.append(end);
    } else {
      const part = document.createElement("tbody");
      part.innerHTML = rows.map(rowHtml).join("") + blank();
      table.append(part);
    }
    place();
  };
  const trOf = (row) => table.querySelector(`tr[data-place="${row}"]`);
  const tdOf = (row, col) => { const tr = trOf(row); return tr ? tr.cells[col] : null; };
  // Only what differs is written again: a row that is typed in stays where it is.
  const redraw = (number) => {
    const row = rows[number], tr = trOf(number);
    if (!tr || !row) return;
    const texts = COLUMNS.map((column) => shownOf(row, number, column)), sign = texts.join("\u0001") + stateOf(row);
    if (written.get(row.id) === sign && tr.id === row.id) return;
    written.set(row.id, sign);
    tr.className = `s-${stateOf(row)}`;
    COLUMNS.forEach((_, place) => { const text = texts[place], td = tr.cells[place]; if (td.textContent !== text) td.textContent = text; });
  };
  const refresh = () => {
    const same = shown !== null && shown.size === rows.length && rows.every((row, place) => shown.get(place) === row.id);
    if (same && !isFolded()) rows.forEach((_, place) => redraw(place));
    else if (same) table.querySelectorAll("tr[data-place]").forEach((tr) => redraw(Number(tr.dataset.place)));
    else { shown = new Map(rows.map((row, place) => [place, row.id])); draw(); }
    select();
  };

  // ------------------------------------------------------------------------------------- the cell
  const column = () => COLUMNS[at.col];
  const value = () => (rows[at.row] ? textOf(rows[at.row], column()) : "");
  const place = () => {
    const td = tdOf(at.row, at.col);
    if (!td) { cell.style.visibility = "hidden"; return; }
    cell.style.visibility = "visible";
    const table_at = table.getBoundingClientRect(), box_at = td.getBoundingClientRect();
    cell.style.left = `${box_at.left - table_at.left + table.offsetLeft}px`;
    cell.style.top = `${box_at.top - table_at.top + table.offsetTop}px`;
    cell.style.width = `${editing ? Math.max(box_at.width, 140) : box_at.width}px`;
    cell.style.height = `${box_at.height}px`;
  };
  const range = () => {
    const other = from || at;
    return { top: Math.min(at.row, other.row), bottom: Math.max(at.row, other.row), left: Math.min(at.col, other.col), right: Math.max(at.col, other.col) };
  };
  const select = () => {
    table.querySelectorAll("[aria-selected]").forEach((one) => one.removeAttribute("aria-selected"));
    const area = range();
    for (let row = area.top; row <= area.bottom; row += 1) for (let col = area.left; col <= area.right; col += 1) { const td = tdOf(row, col); if (td) td.setAttribute("aria-selected", "true"); }
    cell.classList.toggle("is-made", !TYPED.includes(column()));
    cell.setAttribute("aria-label", `${at.row < rows.length ? words.row.replace("#", at.row + 1) : words.new_row} ${words[column()]} ${value()}`.trim());
    place();
  };
  const openYear = (row) => {
    if (!isFolded() || row >= rows.length) return;
    const number = years.findIndex((one) => row >= one.from && row <= one.to);
    if (number >= 0 && !opened.has(number)) { opened.add(number); draw(); }
  };
  const go = (row, col, extend) => {
    if (editing) commit();
    if (extend && !from) from = { ...at };
    if (!extend) from = null;
    at = { row: Math.max(0, Math.min(rows.length, row)), col: Math.max(1, Math.min(COLUMNS.length - 1, col)) };
    openYear(at.row);
    select();
    const td = tdOf(at.row, at.col);
    if (td) td.scrollIntoView({ block: "nearest", inline: "nearest" });
    spoken.textContent = cell.getAttribute("aria-label");
  };
  const begin = (text) => {
    if (!TYPED.includes(column())) return false;
    editing = true; before = value(); leaving = false;
    cell.classList.add("is-editing");
    if (text !== null) cell.value = text;
    place();
    return true;
  };
  const end = () => { editing = false; cell.value = ""; cell.classList.remove("is-editing"); store.removeItem(DRAFT); place(); };
  const dayAbove = (row) => { for (let one = row - 1; one >= 0; one -= 1) { const day = T.iso(rows[one].date) || (made[rows[one].id] || {}).on; if (day) return day; } return ""; };
  const commit = () => {
    if (!editing) return;
    let text = cell.value.replace(/\s+/g, " ").trim();
    if (numpad.checked && column() === "date") text = T.day(text, dayAbove(at.row));
    end();
    if (text !== before || at.row >= rows.length) put([{ row: at.row, column: column(), text }]);
    select();
  };
  const cancel = () => { end(); select(); };

  // -------------------------------------------------------------------------------- operations
  const freshId = () => { count += 1; return `n${Date.now().toString(36)}${count}`; };
  const put = (cells) => {
    const set = [], fresh = new Map();
    for (const one of cells) {
      if (one.row < rows.length) set.push({ id: rows[one.row].id, column: one.column, text: one.text });
      else if (one.text !== "") fresh.set(one.row, { ...(fresh.get(one.row) || { id: freshId(), source: "typed" }), [one.column]: one.text });
    }
    const operations = [];
    const changed = set.filter((one) => (rows.find((row) => row.id === one.id) || {})[one.column] !== one.text);
    if (changed.length) operations.push({ op: "set_cells", cells: changed, source: "typed" });
    if (fresh.size) operations.push({ op: "put_rows", rows: [...fresh.keys()].sort((a, b) => a - b).map((one) => fresh.get(one)), before: null });
    write(operations);
  };
  const write = (operations) => {
    if (!operations.length) return;
    pending.push(operations);
    for (const one of operations) {
      rows = T.done(rows, one);
      if (one.op === "set_cells") one.cells.forEach((changed) => { delete made[changed.id]; delete told[changed.id]; });
    }
    keep();
    say("saving");
    refresh();
    soon();
  };
  const keep = () => { if (pending.length) store.setItem(QUEUE, JSON.stringify(pending)); else store.removeItem(QUEUE); };
  const say = (key) => { saved.textContent = words[key]; };
  const tell = (html) => { trouble.innerHTML = html; trouble.hidden = !html; };
  const soon = (wait = DEBOUNCE) => { clearTimeout(timer); timer = setTimeout(send, wait); };
  const ask = (address, body) => fetch(address, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" } });

  const take = (state) => {
    known = JSON.stringify(state.rows); seq = state.seq; rows = state.rows; made = state.made; told = {};
    state.told.forEach((one) => { if (one.row) told[one.row] = one; });
    document.getElementById("strip").innerHTML = state.strip;
    if (state.chart !== undefined) document.getElementById("chart").innerHTML = state.chart;
    document.dispatchEvent(new CustomEvent("chart:fresh"));
  };
  // What is not written yet is laid over what the studio knows.
  const overlay = () => { for (const group of pending) for (const one of group) rows = T.done(rows, one); };
  const send = async () => {
    if (sending || !pending.length) return;
    sending = true; say("saving");
    const group = pending[0], more = pending.length > 1 && group[0].op !== "undo_to";
    let wait = 0;
    try {
      const answer = await ask(data.write, { expected_seq: seq, operations: group, more });
      const state = answer.headers.get("Content-Type").startsWith("application/json") ? await answer.json() : null;
      if (!state) throw new Error("no answer");
      if (answer.ok && !state.rows) { pending.shift(); undos.push(seq); undone = []; seq = state.seq; known = ""; keep(); return; }
      if (answer.ok) { pending.shift(); if (group[0].op !== "undo_to") { undos.push(seq); undone = []; } take(state); tell(""); } else if (answer.status === 409) { const other = known !== "" && known !== JSON.stringify(state.rows); take(state); if (other) tell(T.escaped(words.merged)); } else {
        pending.shift(); take(state);
        tell(`<strong>${T.escaped(words.not_taken)}</strong> ${state.refused.map((one) => T.escaped(`${one.what} ${one.fix}`)).join(" ")} <code>${T.escaped(kept(group))}</code>`);
      }
      overlay(); keep(); refresh();
      if (!pending.length) { say("saved"); look(); }
    } catch {
      say("unsaved"); wait = RETRY;
    } finally { sending = false; if (pending.length) soon(wait || 1); }
  };
  const kept = (group) => group.flatMap((one) => (one.cells ? one.cells.map((changed) => changed.text) : one.rows ? one.rows.map((row) => TYPED.map((name) => row[name] || "").join("\t")) : [])).join(" · ").slice(0, 2000);
  // Back and forth are entries of the log like any other.
  const step = (stack, other) => {
    if (sending || pending.length) { setTimeout(() => step(stack, other), 60); return; }
    if (!stack.length) return;
    other.push(seq);
    write([{ op: "undo_to", seq: stack.pop() }]);
  };
  const undo = () => step(undos, undone), redo = () => step(undone, undos);

  let looking = false, again = false;
  const look = async () => {
    if (looking) { again = true; return; }
    looking = true;
    try {
      const answer = await fetch(data.checks, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const found = await answer.json();
        if (found.seq === seq) { states = found.states; const box_of = document.getElementById("checks"), held = box_of.contains(document.activeElement); box_of.innerHTML = found.html; if (held) nextCheck(1); refresh(); }
      }
    } catch { /* the studio is away; the next edit asks again */ } finally { looking = false; }
    if (again) { again = false; look(); }
  };

  // --------------------------------------------------------------------------- rows and ranges
  const chosen = () => { const area = range(); return rows.slice(area.top, area.bottom + 1); };
  const insert = () => { const area = range(), fresh = []; for (let one = area.top; one <= area.bottom; one += 1) fresh.push({ id: freshId(), source: "typed" }); write([{ op: "put_rows", rows: fresh, before: rows[area.top] ? rows[area.top].id : null }]); };
  const remove = () => { const ids = chosen().map((row) => row.id); if (ids.length) { from = null; write([{ op: "delete_rows", ids }]); go(Math.min(at.row, rows.length), at.col); } };
  const cells = (act) => { const area = range(), found = []; for (let row = area.top; row <= Math.min(area.bottom, rows.length - 1); row += 1) for (let col = area.left; col <= area.right; col += 1) if (TYPED.includes(COLUMNS[col])) found.push(act(row, COLUMNS[col], area)); put(found.filter(Boolean)); };
  const clear = () => cells((row, name) => ({ row, column: name, text: "" }));
  const fill = () => { const area = range(), top = area.top === area.bottom ? area.top - 1 : area.top; if (top >= 0) cells((row, name) => ({ row, column: name, text: rows[top][name] || "" })); };
  const copied = () => { const area = range(), lines = []; for (let row = area.top; row <= Math.min(area.bottom, rows.length - 1); row += 1) lines.push(COLUMNS.slice(area.left, area.right + 1).map((name) => (name === "number" ? String(row + 1) : textOf(rows[row], name)))); return { lines, columns: COLUMNS.slice(area.left, area.right + 1) }; };

  const paste = async (text, own) => {
    let lines = T.table(text), names = own || T.heads(lines[0]);
    if (!own && names) lines = lines.slice(1);
    if (!names) names = PASTED.slice(Math.max(0, PASTED.indexOf(column())));
    lines = lines.filter((one) => one.some((text_of) => text_of !== ""));
    if (!lines.length) return;
    const start = at.row, changes = [], rows_of = [];
    lines.forEach((one, down) => {
      const row = {};
      one.forEach((text_of, right) => { const name = names[right]; if (name && TYPED.includes(name)) { row[name] = text_of.slice(0, 400); changes.push({ row: start + down, column: name, text: row[name] }); } });
      rows_of.push(row);
    });
    let unread = [];
    say("saving");
    try {
      const answer = await ask(data.judge, { rows: rows_of });
      if (answer.ok) unread = (await answer.json()).unread;
    } catch { /* pasted all the same; the studio reads it once it is back */ }
    const finish = () => { put(changes); from = null; go(start, at.col); cell.focus(); };
    if (lines.length <= PREVIEWED && !unread.length) { finish(); return; }
    const dialog = document.querySelector("[data-paste-dialog]");
    dialog.querySelector("[data-paste-count]").textContent = words.paste_count.replace("#", lines.length);
    dialog.querySelector("[data-paste-unread]").textContent = unread.length ? words.paste_unread.replace("#", new Set(unread.map((one) => one.at)).size) : "";
    dialog.querySelector("[data-paste-list]").innerHTML = unread.slice(0, 50).map((one) => `<li><strong>${T.escaped(words.row.replace("#", one.at + 1))}</strong> ${T.escaped((lines[one.at] || []).join(" "))} — ${T.escaped(one.what)} ${T.escaped(one.fix)}</li>`).join("");
    dialog.querySelector("[data-paste-take]").onclick = () => { dialog.close(); finish(); };
    dialog.querySelector("[data-paste-leave]").onclick = () => { dialog.close(); say("saved"); cell.focus(); };
    dialog.showModal();
  };

  // -------------------------------------------------------------------- checks, reasons, a voice
  let lastCheck = -1;
  const nextCheck = (by) => {
    const found = [...document.querySelectorAll("#checks .check-item")];
    if (!found.length) { spoken.textContent = words.none_left; return; }
    const held = found.findIndex((one) => one.contains(document.activeElement));
    lastCheck = ((held >= 0 ? held : Math.min(lastCheck, found.length)) + by + found.length) % found.length;
    const one = found[lastCheck], row = rows.findIndex((typed) => typed.id === one.dataset.row);
    if (row >= 0) go(row, at.col);
    one.querySelector("button").focus();
    spoken.textContent = one.textContent.replace(/\s+/g, " ").trim();
  };
  const why = async () => {
    const row = rows[at.row];
    if (!row) return;
    const answer = await fetch(data.why.replace("ROW", row.id), { headers: { Accept: "application/json" } });
    const dialog = document.querySelector("[data-why-dialog]");
    dialog.querySelector("[data-why-text]").textContent = (await answer.json()).text;
    dialog.showModal();
  };
  const read = () => {
    const voices = window.speechSynthesis ? speechSynthesis.getVoices().filter((one) => one.localService) : [];
    if (!voices.length) { spoken.textContent = words.no_voice; return; }
    speechSynthesis.cancel();
    for (const row of chosen()) {
      const said = [row.date, row.borrow && `${words.borrow} ${row.borrow}`, row.repay && `${words.repay} ${row.repay}`, row.balance && `${words.balance} ${row.balance}`].filter(Boolean).join("、");
      const one = new SpeechSynthesisUtterance(said);
      one.voice = voices.find((voice) => voice.lang.startsWith(document.documentElement.lang)) || voices[0];
      speechSynthesis.speak(one);
    }
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(".check-form");
    if (!form) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok && answer.headers.get("Content-Type").startsWith("application/json")) { undos.push(seq); undone = []; take(await answer.json()); overlay(); refresh(); }
    await look();
  });

  // ------------------------------------------------------------------------------------- keys
  const right = (by) => { let col = at.col; do col += by; while (COLUMNS[col] && !TYPED.includes(COLUMNS[col])); return col; };
  const last = () => COLUMNS.length - 1;
  const ctrl = { z: undo, y: redo, d: fill, Home: () => go(0, 1), End: () => go(rows.length, last()), a: () => { go(0, 1); from = { row: rows.length - 1, col: last() }; select(); }, "-": remove, "+": insert, ";": insert };
  const entered = (back) => {
    commit();
    if (!numpad.checked || back) { go(at.row + (back ? -1 : 1), at.col); return; }
    if (column() === "date") go(at.row, COLUMNS.indexOf(amountColumn));
    else go(at.row + 1, 1);
  };
  const moves = {
    ArrowUp: (event) => go(at.row - 1, at.col, event.shiftKey), ArrowDown: (event) => go(at.row + 1, at.col, event.shiftKey),
    ArrowLeft: (event) => go(at.row, at.col - 1, event.shiftKey), ArrowRight: (event) => go(at.row, at.col + 1, event.shiftKey),
    PageUp: (event) => go(at.row - 20, at.col, event.shiftKey), PageDown: (event) => go(at.row + 20, at.col, event.shiftKey),
    Home: (event) => go(at.row, 1, event.shiftKey), End: (event) => go(at.row, last(), event.shiftKey),
    F2: () => begin(value()), Delete: clear, Backspace: clear,
  };
  const always = { F1: why, F8: (event) => nextCheck(event.shiftKey ? -1 : 1), F9: read };
  const tabbed = (event) => {
    const next = right(event.shiftKey ? -1 : 1);
    if (leaving && !editing) { leaving = false; return; }
    if (event.shiftKey && next < 1 && at.row === 0) { commit(); return; }
    event.preventDefault();
    commit();
    if (COLUMNS[next] && next >= 1) go(at.row, next);
    else go(at.row + (event.shiftKey ? -1 : 1), event.shiftKey ? last() : 1);
  };
  const signed = (event) => {
    const wanted = event.key === "+" ? "repay" : "borrow", text = editing ? cell.value.trim() : value();
    event.preventDefault();
    if (editing) end();
    amountColumn = wanted;
    const other = column();
    at.col = COLUMNS.indexOf(wanted);
    if (text && other !== wanted) put([{ row: at.row, column: other, text: "" }, { row: at.row, column: wanted, text }]);
    select();
  };
  cell.addEventListener("keydown", (event) => {
    if (event.isComposing || composing || event.keyCode === 229) return;
    if (always[event.key]) { event.preventDefault(); commit(); always[event.key](event); return; }
    if (event.key === "Tab") { tabbed(event); return; }
    if (event.key === "Enter") { event.preventDefault(); entered(event.shiftKey); return; }
    if (event.key === "Escape") { event.preventDefault(); if (editing) cancel(); else leaving = true; return; }
    leaving = false;
    if (numpad.checked && ["borrow", "repay"].includes(column()) && (event.key === "+" || event.key === "-") && !event.ctrlKey) { signed(event); return; }
    if (event.ctrlKey || event.metaKey) {
      const key = event.shiftKey && event.key.toLowerCase() === "z" ? "y" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!editing && ctrl[key]) { event.preventDefault(); ctrl[key](); }
      return;
    }
    if (editing && ["ArrowUp", "ArrowDown"].includes(event.key)) { event.preventDefault(); commit(); moves[event.key](event); return; }
    if (!editing && moves[event.key]) { event.preventDefault(); moves[event.key](event); }
    else if (!editing && event.key.length === 1 && !begin("")) event.preventDefault();
  });
  cell.addEventListener("compositionstart", () => { composing = true; if (!editing && !begin(null)) cell.value = ""; });
  cell.addEventListener("compositionend", () => { composing = false; });
  cell.addEventListener("input", () => {
    if (!editing && !begin(null)) { cell.value = ""; return; }
    store.setItem(DRAFT, JSON.stringify({ id: rows[at.row] ? rows[at.row].id : null, column: column(), text: cell.value }));
  });
  cell.addEventListener("blur", () => { if (editing && !composing) commit(); });
  cell.addEventListener("copy", (event) => {
    if (editing) return;
    event.preventDefault();
    const { lines, columns } = copied();
    event.clipboardData.setData("text/plain", T.written(lines));
    event.clipboardData.setData("text/x-motocho", JSON.stringify(columns));
  });
  cell.addEventListener("cut", (event) => { if (!editing) { cell.dispatchEvent(new ClipboardEvent("copy", { clipboardData: event.clipboardData, cancelable: true })); event.preventDefault(); clear(); } });
  cell.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (editing && !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    if (editing) cancel();
    const own = event.clipboardData.getData("text/x-motocho");
    paste(text, own ? JSON.parse(own) : null);
  });
  table.addEventListener("mousedown", (event) => {
    const year = event.target.closest("[data-year]");
    if (year) { event.preventDefault(); const number = Number(year.dataset.year); if (!opened.delete(number)) opened.add(number); draw(); return; }
    const td = event.target.closest("td"), tr = td && td.closest("tr[data-place]");
    if (!tr) return;
    event.preventDefault();
    go(Number(tr.dataset.place), td.cellIndex, event.shiftKey);
    cell.focus({ preventScroll: true });
  });
  document.getElementById("strip").addEventListener("click", (event) => {
    const link = event.target.closest("[data-row]"), row = link ? rows.findIndex((one) => one.id === link.dataset.row) : -1;
    if (row >= 0) { event.preventDefault(); go(row, 1); cell.focus(); }
  });
  table.addEventListener("dblclick", () => begin(value()));
  document.addEventListener("keydown", (event) => { if (event.target !== cell && always[event.key] && !document.querySelector("dialog[open]")) { event.preventDefault(); always[event.key](event); } });
  tools.addEventListener("click", (event) => { const what = event.target.dataset.do; if (what) { (what === "undo" ? undo : redo)(); cell.focus(); } });
  numpad.checked = store.getItem("grid:numpad") === "yes";
  const padded = () => { store.setItem("grid:numpad", numpad.checked ? "yes" : ""); document.querySelector("[data-numpad-how]").hidden = !numpad.checked; };
  numpad.addEventListener("change", () => { padded(); cell.focus(); });
  padded();
  addEventListener("resize", place);

  // -------------------------------------------------------------------------------------- start
  const restore = () => {
    const queue = store.getItem(QUEUE), draft = store.getItem(DRAFT);
    if (queue) { pending = JSON.parse(queue); overlay(); refresh(); soon(1); }
    if (!draft) return;
    const one = JSON.parse(draft), row = one.id === null ? rows.length : rows.findIndex((typed) => typed.id === one.id);
    if (row < 0) { store.removeItem(DRAFT); return; }
    go(row, COLUMNS.indexOf(one.column));
    begin(one.text);
  };
  const start = async () => {
    try {
      const answer = await fetch(data.state, { headers: { Accept: "application/json" } });
      take(await answer.json());
    } catch { say("unsaved"); setTimeout(start, RETRY); return; }
    refresh();
    const wanted = rows.findIndex((row) => `#${row.id}` === location.hash);
    if (wanted >= 0) go(wanted, 1);
    box.dataset.ready = "yes";
    restore();
    if (!pending.length) { say("saved"); look(); }
  };
  start();
})();
