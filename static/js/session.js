/* A login that expired while somebody was typing: what was typed stays, the login happens in another tab. */
const dialog = document.getElementById("session-dialog");
const problem = dialog.querySelector("[data-session-problem]");
const user = document.querySelector('meta[name="portal-user"]').content;

portal.sessionExpired = () => {
  dialog.querySelector("[data-session-login]").href = portal.loginPath;
  problem.hidden = true;
  if (!dialog.open) dialog.showModal();
};

/* True while logged in. Throws when the network is down. */
portal.sessionAlive = async () => {
  const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" });
  return answer.type !== "opaqueredirect" && answer.status !== 401;
};

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 401 && !portal.isLogin(xhr.responseURL)) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  portal.sessionExpired();
});

dialog.querySelector("[data-session-check]").addEventListener("click", async () => {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector('meta[name="portal-user"]')?.content;
    if (!now) return complain("还没有登录。请先在新标签页登录。");
    if (now !== user) return complain("现在登录的是另一个账号。请换回原来的账号。");
    renewTokens(page.querySelector('meta[name="csrf-token"]').content);
    dialog.close();
    document.dispatchEvent(new CustomEvent("portal:resumed"));
  } catch {
    complain("网络不通，请稍后再试。");
  }
});

function complain(text) {
  problem.textContent = text;
  problem.hidden = false;
}

function renewTokens(token) {
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
}

/* Before a long form leaves the page: is the login still good? If not, nothing is sent and nothing is lost. */
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[method=post][data-unsaved]") || form.dataset.checked || event.defaultPrevented) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  try {
    if (!(await portal.sessionAlive())) return portal.sessionExpired();
  } catch {
    return portal.flash("网络不通，内容没有提交，还在页面上。请稍后再试。", "danger");
  }
  form.dataset.checked = "1";
  form.requestSubmit(event.submitter);
}, true);
