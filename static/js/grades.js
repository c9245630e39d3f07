/* Grades of an appraisal: how many are 优秀 so far, and the rest in one click. */
const form = document.querySelector("form[data-grades]");
const line = form.querySelector("[data-grades-count]");

function count() {
  const chosen = [...form.querySelectorAll("select")].map(({ value }) => value);
  const excellent = chosen.filter((value) => value === "excellent").length;
  const open = chosen.filter((value) => !value).length;
  line.textContent = `现在优秀 ${excellent} 名（最多 ${form.dataset.limit} 名），未评定 ${open} 名。`;
  line.classList.toggle("text-danger", excellent > Number(form.dataset.limit));
}

form.addEventListener("change", count);
form.querySelector("[data-grades-rest]").addEventListener("click", () => {
  for (const select of form.querySelectorAll("select")) if (!select.value) select.value = "qualified";
  form.dispatchEvent(new Event("change", { bubbles: true }));
});
document.documentElement.classList.add("has-script");
count();
