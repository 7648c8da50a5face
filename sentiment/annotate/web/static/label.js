// The label page: shows one comment, takes one key, and keeps every decision until the server has it on its disk.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
  const STANCES = [...document.querySelectorAll("#label [name=stance]")].map((button) => button.value);
  const SKIPS = [...document.querySelectorAll("[name=skip]")].map((button) => button.value);
  const FLAGS = [...document.querySelectorAll("#flags input")];
  const SETTLE = 150; // ms after a comment appears in which a key was meant for the one before
  const BOX = `sentiment outbox ${meta("who")}`;

  let tasks = JSON.parse($("tasks").textContent);
  let shown = performance.now();
  let asking = null; // "flag" or "skip" while the next digit means that
  let sending = false;
  let wait = 1000;
  let fetching = false;
  let context = new Set();
  const answered = new Set(); // so that a comment that is still on its way to the server is not shown again
  const past = []; // what was decided in this window, to be taken back
  const form = $("label");

  // A ULID: 48 bits of time, 80 of chance. The server orders by its own clock; this one only says "the same decision".
  function ulid() {
    const signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = Date.now(), head = "";
    for (let i = 0; i < 10; i++) { head = signs[time % 32] + head; time = Math.floor(time / 32); }
    return head + [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => signs[byte % 32]).join("");
  }

  // ---- the outbox: in localStorage, so that it outlives the window; in memory where that is not allowed
  let memory = [];
  function load() {
    try { return JSON.parse(localStorage.getItem(BOX) || "[]"); } catch { return memory; }
  }
  function keep(list) {
    memory = list;
    try { localStorage.setItem(BOX, JSON.stringify(list)); } catch { /* memory has it */ }
    tell();
  }
  const waiting = () => load().filter((one) => !one.refused);

  function tell(problem) {
    const count = waiting().length, refused = load().filter((one) => one.refused);
    const place = $("saved");
    place.classList.toggle("waiting", count > 1 || Boolean(problem) || refused.length > 0);
    place.textContent = problem || (refused.length ? `${refused.length} not accepted: ${refused[0].refused}`
      : count ? `${count} unsaved` : "everything saved");
    if (!refused.length || problem) return;
    const away = document.createElement("button");
    away.type = "button"; away.className = "plain"; away.textContent = "Put away";
    away.addEventListener("click", () => keep(load().filter((one) => !one.refused)));
    place.append(" ", away);
  }

  function post(decision) {
    keep([...load(), { client: ulid(), ...decision }]);
    send();
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      let next;
      while ((next = waiting()[0])) {
        let answer;
        try {
          answer = await fetch("/api/decide", {
            method: "POST",
            headers: { "content-type": "application/json", "x-csrf-token": meta("csrf") },
            body: JSON.stringify(next),
          });
        } catch { answer = null; }
        if (answer && answer.ok) {
          wait = 1000;
          const said = await answer.json();
          keep(load().filter((one) => one.client !== next.client)); // another window may have added meanwhile
          heard(next, said);
        } else if (answer && (answer.status === 400 || answer.status === 422)) {
          const said = await answer.json().catch(() => ({}));
          keep(load().map((one) => one.client === next.client ? { ...one, refused: said.error || "refused" } : one));
        } else {
          const why = answer && (answer.status === 401 || answer.status === 403) ? "log in again in another window; nothing is lost" : "no answer";
          tell(`${waiting().length} unsaved, ${why}; trying again`);
          setTimeout(send, wait);
          wait = Math.min(wait * 2, 10000);
          return;
        }
      }
    } finally { sending = false; }
    more();
  }

  function heard(decision, said) {
    if (decision.kind === "undo" && said.task && !decision.shown) { put(said.task); }
    if (said.suggestion) {
      const open = !$("told").hidden && $("told").querySelector("select"); // a question that waits for its answer
      if (said.suggestion.stance !== decision.stance) { suggest(decision, said.suggestion); } else if (!open) { note(`The model says ${decision.stance} too.`); }
    }
    if (said.late) { note("Somebody else had this comment by then; your answer is kept as well."); }
  }

  // ---- what is on screen
  async function more() {
    if (fetching || tasks.length > 3 || waiting().length) return;
    fetching = true;
    try {
      const answer = await fetch("/api/next");
      if (answer.ok) {
        const known = new Set(tasks.map(key));
        const fresh = (await answer.json()).tasks.filter((task) => !known.has(key(task)) && !answered.has(key(task)));
        const empty = !tasks.length;
        tasks.push(...fresh);
        if (empty) show();
      } else if (answer.status === 401) { location.href = "/login"; }
    } catch { setTimeout(more, 2000); } finally { fetching = false; }
  }

  const key = (task) => `${task.draw} ${task.item}`;

  function put(task) { // back on screen after an undo
    answered.delete(key(task));
    tasks = [task, ...tasks.filter((other) => key(other) !== key(task))];
    show();
  }

  function words(id, text, language) {
    const place = $(id);
    place.textContent = text;
    if (language) place.lang = language;
    return place;
  }

  function show() {
    const task = tasks[0];
    form.hidden = !task;
    $("done").hidden = Boolean(task);
    asking = null;
    asked();
    if (!task) { $("place").textContent = ""; return; }
    words("outlet", task.outlet);
    words("language", task.language);
    words("purpose", task.purpose);
    for (const [id, text] of [["title", task.title || "(no title)"], ["article", task.article], ["text", task.text], ["question", task.question]]) words(id, text, task.language);
    words("parent", task.parent, task.language).hidden = !task.parent;
    words("quote", task.quote, task.language).hidden = !task.quote;
    $("context").open = false;
    context = new Set(["title", "parent", "quote"].filter((name) => task[name]));
    form.querySelector("[name=item]").value = task.item; // form.elements.item is a method
    form.querySelector("[name=draw]").value = task.draw || "";
    form.elements.note.value = "";
    FLAGS.forEach((flag) => { flag.checked = false; });
    const done = past.length;
    $("place").textContent = done ? `${done} decided` : $("place").textContent;
    shown = performance.now();
    window.scrollTo(0, 0);
    $("text").focus({ preventScroll: true });
  }

  function decide(what) {
    const task = tasks.shift();
    if (!task) return;
    const decision = { ...what, item: task.item, draw: task.draw, codebook: task.codebook, ms: Math.round(performance.now() - shown) };
    if (what.kind === "label") {
      decision.flags = FLAGS.filter((flag) => flag.checked).map((flag) => flag.name.slice(5));
      decision.note = form.elements.note.value.trim();
      decision.context = [...context];
    }
    decision.client = ulid();
    answered.add(key(task));
    past.push({ task, client: decision.client });
    post(decision);
    show();
    more();
  }

  function undo() {
    const last = past.pop();
    if (last) { post({ kind: "undo", of: last.client, shown: true }); put(last.task); } else { post({ kind: "undo" }); }
    note("Taken back.");
  }

  // ---- words to the annotator
  function note(text) {
    $("told").replaceChildren(paragraph(text));
    $("told").hidden = false;
    clearTimeout(note.timer);
    note.timer = setTimeout(() => { $("told").hidden = true; }, 4000);
  }

  function paragraph(text) {
    const made = document.createElement("p");
    made.textContent = text;
    return made;
  }

  function because(said, task) { // the comment with the words that carried the model's view
    if (!said.why) return [];
    const shown = document.createElement("p");
    shown.className = "why"; shown.dir = "auto";
    if (task) shown.lang = task.language;
    for (const [text, weight] of said.why.parts) {
      if (!weight) { shown.append(text); continue; }
      const mark = document.createElement("mark");
      mark.className = `${weight > 0 ? "for" : "not"}${Math.abs(weight) >= 0.5 ? " strong" : ""}`;
      mark.title = weight > 0 ? `speaks for ${said.stance}` : `speaks against ${said.stance}`;
      mark.textContent = text;
      shown.append(mark);
    }
    const heard = said.why.concepts.length ? ` It also heard: ${said.why.concepts.join(", ")}.` : "";
    const legend = paragraph(`Filled: speaks for ${said.stance}; dotted: against it.${heard}`);
    legend.className = "legend";
    return [shown, legend];
  }

  function suggest(decision, said) { // only after the answer, and only on comments that train
    clearTimeout(note.timer);
    const button = (text, act, style) => {
      const made = document.createElement("button");
      made.type = "button"; made.textContent = text; made.className = style;
      made.addEventListener("click", act);
      return made;
    };
    const close = () => { $("told").hidden = true; };
    const reason = document.createElement("select");
    reason.setAttribute("aria-label", "Reason for a change");
    for (const text of ["the model saw what I missed", "slip", "second thoughts"]) reason.append(new Option(text));
    const task = (past.find((one) => one.client === decision.client) || {}).task;
    const change = () => { post({ kind: "relabel", item: decision.item, draw: decision.draw, stance: said.stance, flags: decision.flags, note: decision.note, reason: reason.value }); close(); };
    const start = task ? `“${task.text.slice(0, 60)}${task.text.length > 60 ? "…" : ""}” ` : "";
    const begins = said.why ? "" : start;
    $("told").replaceChildren(
      ...because(said, task),
      paragraph(`${begins}You said ${decision.stance}, the model says ${said.stance} (${Math.round(said.probability * 100)} %).`),
      button("Keep mine", close, "small"), reason, button(`Change to ${said.stance}`, change, "small"));
    $("told").hidden = false;
  }

  function asked() {
    $("flags").classList.toggle("ask", asking === "flag");
    $("skips").classList.toggle("ask", asking === "skip");
    const text = { flag: FLAGS.map((flag, i) => `${i + 1} ${flag.name.slice(5)}`), skip: SKIPS.map((why, i) => `${i + 1} ${why}`) }[asking];
    if (text) { $("hint").textContent = `${asking}: ${text.join("   ")}   Esc back`; } else { $("hint").replaceChildren(...hint.map((node) => node.cloneNode(true))); }
  }
  const hint = [...$("hint").childNodes].map((node) => node.cloneNode(true));

  // ---- keys by their place on the keyboard, so that every layout has them
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (event.code === "Escape") { asking = null; asked(); if (typing) event.target.blur(); return; }
    if (typing) { if (event.code === "Enter") { event.preventDefault(); event.target.blur(); } return; }
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (digit) {
      event.preventDefault();
      const place = Number(digit[1]) - 1;
      if (asking === "flag") { if (FLAGS[place]) FLAGS[place].checked = !FLAGS[place].checked; asking = null; asked(); return; }
      if (asking === "skip") { if (SKIPS[place]) decide({ kind: "skip", reason: SKIPS[place] }); return; }
      if (performance.now() - shown < SETTLE || !STANCES[place]) return;
      decide({ kind: "label", stance: STANCES[place] });
      return;
    }
    const act = {
      KeyS: () => { asking = "skip"; asked(); },
      KeyF: () => { asking = "flag"; asked(); },
      KeyN: () => form.elements.note.focus(),
      KeyU: undo,
      KeyC: () => { $("context").open = !$("context").open; },
      KeyG: () => window.open("/codebook", "codebook", "noopener"),
    }[event.code];
    if (act) { event.preventDefault(); act(); }
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (!button) return;
    if (button.name === "stance") decide({ kind: "label", stance: button.value });
    else if (button.name === "skip") decide({ kind: "skip", reason: button.value });
    else undo();
  });
  $("context").addEventListener("toggle", () => { if ($("context").open) context.add("article"); });
  window.addEventListener("beforeunload", (event) => { if (waiting().length) event.preventDefault(); });
  window.addEventListener("online", send);

  waiting().forEach((one) => answered.add(`${one.draw} ${one.item}`)); // left over from a window that was closed
  tasks = tasks.filter((task) => !answered.has(key(task)));
  if (answered.size) show();
  tell();
  send();
})();
