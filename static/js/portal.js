/* What every page needs: CSRF for htmx, theme switch, confirmation, flash messages. */
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const cookie = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1] ?? "";

const portal = {
  /* A login in another tab renews the cookie, so the cookie is asked first. */
  csrfToken: () => cookie("csrftoken") || meta("csrf-token"),
  loginPath: meta("portal-login"),
  isLogin: (url) => Boolean(url) && new URL(url, location.href).pathname === portal.loginPath,
  flash(text, tone = "info") {
    const box = document.getElementById("flashes");
    const alert = document.getElementById("flash-template").content.cloneNode(true).firstElementChild;
    alert.classList.add(`alert-${tone}`);
    alert.querySelector("[data-flash-text]").textContent = text;
    box?.append(alert);
  },
};
window.portal = portal;

document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = portal.csrfToken();
});
/* What polls by itself ([data-background]) tries again by itself: no message each second. */
const isBackground = (event) => Boolean(event.detail.elt?.closest?.("[data-background]"));
document.body.addEventListener("htmx:responseError", (event) => {
  if (isBackground(event)) return;
  const status = event.detail.xhr.status;
  portal.flash(status === 403 ? "没有权限，或页面已过期。请刷新后再试。" : "服务器没有处理成功，请稍后再试。", "danger");
});
document.body.addEventListener("htmx:sendError", (event) => {
  if (!isBackground(event)) portal.flash("网络不通，请稍后再试。", "danger");
});

document.addEventListener("submit", (event) => {
  const field = event.target.querySelector?.("input[name=csrfmiddlewaretoken]");
  if (field && cookie("csrftoken")) field.value = cookie("csrftoken");
}, true);

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-dismiss-alert]")?.closest(".alert")?.remove();
  if (event.target.closest?.("[data-theme-toggle]")) toggleTheme();
});

function toggleTheme() {
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  document.dispatchEvent(new CustomEvent("portal:theme", { detail: theme }));
}

/* data-confirm="问题" on a form, a submit button or a link; data-confirm-yes="删除" names the button. */
const dialog = document.getElementById("confirm-dialog");

function ask(source) {
  const yes = dialog.querySelector("[data-confirm-yes]");
  dialog.querySelector("[data-confirm-text]").textContent = source.dataset.confirm;
  yes.textContent = source.dataset.confirmYes || "确定";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const source = event.submitter?.closest("[data-confirm]") ?? form.closest("[data-confirm]");
  if (!source || form.dataset.confirmed) return delete form.dataset.confirmed;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(source))) return;
  form.dataset.confirmed = "1";
  form.requestSubmit(event.submitter);
}, true);

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-confirm]");
  if (!link) return;
  event.preventDefault();
  if (await ask(link)) location.assign(link.href);
});

document.body.addEventListener("htmx:confirm", (event) => {
  const source = event.detail.elt.closest("[data-confirm]");
  if (!source || source.tagName === "FORM") return;
  event.preventDefault();
  ask(source).then((yes) => yes && event.detail.issueRequest(true));
});
