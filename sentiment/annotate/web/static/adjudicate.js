// Keys of the adjudication page, as in the terminal: a digit for the stance, then a digit for the reason.
"use strict";
(() => {
  const form = document.querySelector("form.decide");
  if (!form) return;
  const stances = [...form.querySelectorAll("[name=stance]")];
  const reasons = [...form.querySelectorAll("[name=reason]")];
  const hint = document.getElementById("hint");
  const start = hint.textContent;
  let chosen = null; // the stance, while the next digit means the reason

  function choose(button) {
    chosen = button;
    for (const other of stances) other.classList.toggle("chosen", other === button);
    form.querySelector(".reasons").classList.toggle("ask", Boolean(button));
    hint.textContent = button ? `${button.value}, because: ${reasons.map((one, i) => `${i + 1} ${one.value}`).join("   ")}   Esc back` : start;
  }

  // by their place on the keyboard, so that every layout has them
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
    if (event.code === "Escape") { choose(null); if (typing) event.target.blur(); return; }
    if (typing) { if (event.code === "Enter") { event.preventDefault(); event.target.blur(); } return; }
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    if (digit) {
      event.preventDefault();
      const place = Number(digit[1]) - 1;
      if (!chosen) { if (stances[place]) choose(stances[place]); return; }
      if (!reasons[place]) return;
      reasons[place].checked = true;
      form.requestSubmit(chosen);
      return;
    }
    const act = {
      KeyS: () => document.getElementById("later").click(),
      KeyN: () => form.elements.note.focus(),
      KeyC: () => { const article = document.querySelector("details"); article.open = !article.open; },
      KeyG: () => window.open("/codebook", "codebook", "noopener"),
    }[event.code];
    if (act) { event.preventDefault(); act(); }
  });
})();
