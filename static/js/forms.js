/* Forms: unsaved-changes warning, no double submit, focus on the error summary, collapsing filters. */
let leaving = false;

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  form.addEventListener("input", () => { form.dataset.dirty = "1"; });
  form.addEventListener("change", () => { form.dataset.dirty = "1"; });
}

addEventListener("beforeunload", (event) => {
  if (!leaving && document.querySelector("form[data-dirty]")) event.preventDefault();
});

document.addEventListener("autosave:saved", (event) => { delete event.target.dataset.dirty; });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.target === "_blank") return;
  if (form.matches("[data-unsaved]")) leaving = true;
  if (form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) return event.preventDefault();
  if ([...form.attributes].some(({ name }) => name.startsWith("hx-"))) return;
  form.dataset.sent = "1";
  event.submitter?.classList.add("btn-loading");
  event.submitter?.setAttribute("aria-disabled", "true");
});

/* The page comes back from the browser's history: everything may be sent again. */
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving = false;
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".btn-loading")) {
    button.classList.remove("btn-loading");
    button.removeAttribute("aria-disabled");
  }
});

document.querySelector("[data-form-errors]")?.focus();

/* <details data-filters>: open on a desk, closed on a phone unless a filter is set. */
for (const filters of document.querySelectorAll("details[data-filters]")) {
  const wide = matchMedia("(min-width: 768px)");
  const fit = () => { filters.open = wide.matches || filters.hasAttribute("data-active"); };
  fit();
  wide.addEventListener("change", fit);
}

/* select or input with data-autosubmit sends its form at once. */
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form?.requestSubmit();
});

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
for (const button of document.querySelectorAll("[data-show-password]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.showPassword);
    field.type = field.type === "password" ? "text" : "password";
    button.setAttribute("aria-pressed", String(field.type === "text"));
  });
}
