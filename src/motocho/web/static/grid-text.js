// What the grid does with texts alone: tables that are pasted, days that go on from the row above,
// amounts as they are shown, operations on rows. It touches no page.
window.MotochoText = (() => {
  "use strict";
  const HEADS = [
    ["date", /^(取引|利用|取扱い?|処理|受付)?(年月日|日付|日時|月日|日)$|^date$/i],
    ["borrow", /^(お?借入|貸付|融資|出金)(額|金額|金)?$|^borrow(ed)?$|^advance$/i],
    ["repay", /^(ご?返済|入金|弁済)(額|金額|金)?$|^repay(ment)?$|^paid$/i],
    ["balance", /^(業者)?(残高|残元金|元金残高|貸付残高)$|^balance$/i],
    ["rate", /^(約定)?(利率|年率)$|^rate$/i],
    ["contract", /^契約(番号)?$|^contract$/i],
    ["kind", /^(種別|取引種別|区分)$|^kind$/i],
    ["note", /^(備考|摘要)$|^note$/i],
  ];

  // A table as spreadsheets put it on the clipboard: tabs or commas, quotes around what holds either.
  const table = (text) => {
    const whole = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
    const sign = whole.includes("\t") ? "\t" : /^[^\n]*,[^\n]*,/.test(whole) ? "," : "\t";
    const lines = [];
    let line = [], cell = "", quoted = false, at = 0;
    const end = () => { line.push(cell); cell = ""; };
    for (; at < whole.length; at += 1) {
      const one = whole[at];
      if (quoted) {
        if (one !== '"') cell += one;
        else if (whole[at + 1] === '"') { cell += '"'; at += 1; }
        else quoted = false;
      } else if (one === '"' && cell === "") quoted = true;
      else if (one === sign) end();
      else if (one === "\n") { end(); lines.push(line); line = []; }
      else cell += one;
    }
    end(); lines.push(line);
    return lines.map((cells) => cells.map((one) => one.replace(/\s+/g, " ").trim()));
  };

  // Which column each cell of a head means; null for a line that is no head.
  const heads = (cells) => {
    const found = cells.map((cell) => (HEADS.find(([, shape]) => shape.test(cell.replace(/\s/g, ""))) || [null])[0]);
    return found.filter(Boolean).length >= 2 ? found : null;
  };

  const written = (lines) => lines.map((cells) => cells.map((one) => (/["\t\n]/.test(one) ? `"${one.replace(/"/g, '""')}"` : one)).join("\t")).join("\r\n");

  // A day as the number pad gives it: what is left out goes on from the day above, never backwards.
  const DAY = 86400000;
  const narrow = (text) => text.normalize("NFKC").trim();
  const day = (text, above) => {
    const typed = narrow(text), parts = /^(?:(\d{1,2})[/.\-])?(\d{1,2})$/.exec(typed);
    const last = /^(\d{4})-(\d\d)-(\d\d)$/.exec(above || "");
    if (!parts || !last) return text.trim();
    let year = Number(last[1]), month = parts[1] ? Number(parts[1]) : Number(last[2]);
    const wanted = Number(parts[2]);
    const made = () => new Date(Date.UTC(year, month - 1, wanted));
    const is = (one) => one.getUTCMonth() === month - 1 && one.getUTCDate() === wanted;
    if (month > 12 || wanted < 1 || wanted > 31) return text.trim();
    if (made() < new Date(`${above}T00:00:00Z`)) {
      if (parts[1]) year += 1;
      else { month += 1; if (month > 12) { month = 1; year += 1; } }
    }
    return is(made()) ? new Date(made().getTime()).toISOString().slice(0, 10) : text.trim();
  };

  const ERAS = { m: 1867, t: 1911, s: 1925, h: 1988, r: 2018, 明治: 1867, 大正: 1911, 昭和: 1925, 平成: 1988, 令和: 2018, 明: 1867, 大: 1911, 昭: 1925, 平: 1988, 令: 2018 };
  // The day a text means, where it is plain enough to go on from; the engine reads the rest.
  const iso = (text) => {
    const typed = narrow(text || "").replace(/[年月./]/g, "-").replace(/日$/, "").replace(/元/, "1");
    const western = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
    const era = /^([MTSHR]|明治|大正|昭和|平成|令和|明|大|昭|平|令)(\d{1,2})-(\d{1,2})-(\d{1,2})$/i.exec(typed);
    const parts = western ? western.slice(1).map(Number) : era ? [ERAS[era[1].toLowerCase()] + Number(era[2]), Number(era[3]), Number(era[4])] : null;
    if (!parts) return "";
    const at = new Date(Date.UTC(parts[0], parts[1] - 1, parts[2]));
    return at.getUTCDate() === parts[2] && at.getTime() > -100 * 366 * DAY ? at.toISOString().slice(0, 10) : "";
  };

  const amount = (text) => (/^\d{4,}$/.test(text) ? text.replace(/\B(?=(\d{3})+$)/g, ",") : text);
  const escaped = (text) => String(text).replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one]);

  // Operations on rows, as the case's log knows them. Gives the rows after them.
  const done = (rows, operation) => {
    const at = (id) => rows.findIndex((row) => row.id === id);
    if (operation.op === "set_cells") {
      const changed = new Map(rows.map((row) => [row.id, row]));
      for (const cell of operation.cells) {
        const row = changed.get(cell.id);
        if (row) changed.set(cell.id, { ...row, [cell.column]: cell.text, source: operation.source || row.source });
      }
      return rows.map((row) => changed.get(row.id));
    }
    if (operation.op === "delete_rows") { const gone = new Set(operation.ids); return rows.filter((row) => !gone.has(row.id)); }
    if (operation.op === "put_rows") {
      const known = new Set(rows.map((row) => row.id));
      const blank = { date: "", borrow: "", repay: "", rate: "", balance: "", note: "", contract: "", kind: "", source: "typed", mark: "" };
      const fresh = operation.rows.filter((row) => !known.has(row.id)).map((row) => ({ ...blank, ...row }));
      const place = operation.before == null || at(operation.before) < 0 ? rows.length : at(operation.before);
      return [...rows.slice(0, place), ...fresh, ...rows.slice(place)];
    }
    return rows;
  };

  return { table, heads, written, day, iso, amount, escaped, done };
})();
