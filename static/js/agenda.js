/* One click puts lines into the agenda: the template of the chosen kind, or what a button carries itself. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert-agenda], [data-insert-lines]");
  if (!button) return;
  const form = button.closest("form"), field = form.elements.agenda;
  const kind = form.elements.kind.value;
  const lines = button.dataset.insertLines ?? document.querySelector(`template[data-agenda="${CSS.escape(kind)}"]`)?.content.textContent ?? "";
  const known = field.value.split("\n").map((line) => line.trim());
  const added = lines.split("\n").map((line) => line.trim()).filter((line) => line && !known.includes(line));
  const section = field.closest("details");
  if (section) section.open = true;
  field.value = [field.value.trimEnd(), ...added].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
document.documentElement.classList.add("has-script");
