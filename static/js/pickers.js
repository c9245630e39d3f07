/* Date fields and searchable selects; typing stays possible, and without this script they are plain fields. */
function date(field) {
  if (field._flatpickr) return;
  const picker = flatpickr(field, {
    locale: "zh", dateFormat: "Y-m-d", allowInput: true, clickOpens: false, disableMobile: true,
    parseDate: readDate, errorHandler() {}, minDate: field.min || undefined, maxDate: field.max || undefined,
  });
  const open = () => {
    const typed = readDate(field.value);
    if (typed) picker.setDate(typed, false);
    picker.open();
  };
  field.addEventListener("click", open);
  field.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowDown") open();
    if (key === "Escape") picker.close();
  });
  field.addEventListener("input", () => picker.close());
  field.addEventListener("blur", () => keep(field, field.value), true);
}

/* 2026-7-3, 2026/7/3, 2026.7.3, 20260703, 2026年7月3日 */
function readDate(text) {
  const parts = String(text).match(/^\s*(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?\s*$/);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1).map(Number);
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : undefined;
}

/* flatpickr empties a field that it cannot read; the server shall see what was typed and say what is wrong. */
function keep(field, typed) {
  setTimeout(() => { if (typed.trim() && !field.value) field.value = typed; });
}

/* data-autocomplete-url answers ?q= with {"results": [{"value", "text", "hint"}]} */
function autocomplete(field) {
  if (field.tomselect) return;
  const url = new URL(field.dataset.autocompleteUrl, location.href);
  const select = new TomSelect(field, {
    valueField: "value", labelField: "text", searchField: [], maxOptions: 50, openOnFocus: true,
    preload: "focus", create: false, placeholder: field.dataset.placeholder || "输入名称搜索",
    score: () => () => 1,
    load(query, done) {
      url.searchParams.set("q", query);
      fetch(url, { headers: { Accept: "application/json" } })
        .then((answer) => {
          if (portal.isLogin(answer.url)) throw portal.sessionExpired();
          return answer.json();
        })
        .then((data) => { this.clearOptions(); done(data.results); }, () => done());
    },
    render: {
      option: (row, escape) => `<div>${escape(row.text)}${row.hint ? `<span class="option-hint">${escape(row.hint)}</span>` : ""}</div>`,
      item: (row, escape) => `<div>${escape(row.text)}</div>`,
      no_results: () => '<div class="no-results">没有找到</div>',
      loading: () => '<div class="no-results">正在查找…</div>',
    },
  });
  if (!field.required && !field.multiple) clearable(select);
}

function clearable(select) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn-close ts-clear" });
  button.setAttribute("aria-label", "清除选择");
  button.addEventListener("click", () => { select.clear(); select.focus(); });
  select.wrapper.append(button);
}

function start(root) {
  if (window.flatpickr) root.querySelectorAll("input[data-date]").forEach(date);
  if (window.TomSelect) root.querySelectorAll("select[data-autocomplete-url]").forEach(autocomplete);
}
start(document);
document.body.addEventListener("htmx:load", (event) => start(event.detail.elt));
