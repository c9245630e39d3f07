/* The page of minutes: counting heads, rows of votes and decisions, and the address of the draft once it is saved. */
const PRESENT = ["5", "6"];
const form = document.querySelector("form[data-minutes]");
const sections = form.querySelectorAll("details[data-section]");

if (matchMedia("(min-width: 992px)").matches) for (const section of sections) section.open = true;

function count() {
  const seats = [...form.querySelectorAll("[data-status]")];
  const there = seats.filter((seat) => PRESENT.includes(seat.value));
  const voting = (list) => list.filter((seat) => "vote" in seat.dataset).length;
  for (const seat of seats) seat.closest(".roll-row").classList.toggle("is-absent", seat.value !== "6");
  const line = form.querySelector("[data-roll-count]");
  const missing = seats.length - there.length;
  if (line) line.textContent = missing
    ? `应到 ${seats.length} 人，实到 ${there.length} 人，缺席 ${missing} 人`
    : `应到 ${seats.length} 人，全部到会。只改没来的人。`;
  form.querySelector("[data-vote-base]").textContent = `现在是应到 ${voting(seats)} 人，实到 ${voting(there)} 人。`;
}

function add(kind) {
  const rows = form.querySelector(`[data-rows=${kind}]`);
  const used = [...rows.querySelectorAll("[name]")].map(({ name }) => Number(name.split("-")[1]));
  const next = Math.max(-1, ...used.filter((n) => n < 900)) + 1;
  const holder = document.createElement("div");
  holder.innerHTML = document.getElementById(`${kind}-template`).innerHTML.replaceAll("__n__", next);
  const row = holder.firstElementChild;
  rows.append(row);
  htmx.trigger(document.body, "htmx:load", { elt: row });
  row.querySelector("input").focus();
}

form.addEventListener("change", (event) => { if (event.target.matches("[data-status]")) count(); });
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-remove]");
  if (!button) return;
  if (button.dataset.add) return add(button.dataset.add);
  button.closest("[data-row]").remove();
  form.dispatchEvent(new Event("change", { bubbles: true }));
});

/* From the first save on, reloading the page leads back to the draft. */
form.addEventListener("autosave:saved", ({ detail }) => {
  if (!detail.revision) return;
  form.elements.draft_revision.value = detail.revision;
  if (!form.elements.meeting && location.pathname !== detail.url) history.replaceState(null, "", detail.url);
});

/* A new roster takes over what was marked while it was on its way, and the usual title unless another was written. */
let marked = [], title = "";

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const roster = detail.target;
  if (roster.id !== "meeting-roster") return;
  marked = [...roster.querySelectorAll("select, input:not([type=hidden]), textarea")];
  title = form.elements.auto_title.value;
});
document.body.addEventListener("htmx:afterSwap", () => {
  for (const old of marked) {
    const now = form.querySelector(`#meeting-roster [name="${old.name}"]${old.type === "checkbox" ? `[value="${old.value}"]` : ""}`);
    if (!now || ["group", "guests", "also", "held_as"].includes(old.name)) continue;
    if (old.type === "checkbox") now.checked = old.checked; else now.value = old.value;
  }
  marked = [];
  if (["", title].includes(form.elements.title.value.trim())) form.elements.title.value = form.elements.auto_title.value;
  count();
});
/* What is put to the vote usually stands on the agenda already. */
form.addEventListener("focusin", ({ target }) => {
  if (!target.matches("[list=agenda-topics]")) return;
  const lines = form.elements.agenda.value.split("\n").map((line) => line.trim()).filter(Boolean);
  document.getElementById("agenda-topics").replaceChildren(...lines.map((line) => new Option(line, line)));
});
document.documentElement.classList.add("has-script");
count();
