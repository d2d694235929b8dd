"use strict";
// Copies values and remembers what was ticked by hand in this browser. The page says everything without it.
(() => {
  const said = document.getElementById("said");
  const legacy = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return legacy(text);
    }
  };
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const copied = await copy(button.dataset.copy);
      button.focus();
      said.textContent = `${copied ? "Copied" : "Could not copy"} ${button.dataset.copy}`;
      button.textContent = copied ? "Copied" : "Not copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
  // A plan of the same changes has the same digest next year; what was ticked belongs to this sheet of this run.
  const key = `worksheet ${location.pathname} ${document.body.dataset.plan}`;
  const own = [...document.querySelectorAll("input[id]")].filter((box) => !box.defaultChecked);
  try {
    const ticked = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
    for (const box of own) box.checked ||= ticked.has(box.id);
    document.addEventListener("change", () => {
      localStorage.setItem(key, JSON.stringify(own.filter((box) => box.checked).map((box) => box.id)));
    });
  } catch {
    // A browser that keeps nothing for files still shows them.
  }
})();
