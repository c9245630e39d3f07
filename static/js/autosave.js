/* form[data-autosave-url]: posts the whole form a moment after typing stops and says so in [data-autosave-status].
   The answer may be 204 or JSON; "autosave:saved" is fired on the form with the JSON as detail. */
const PAUSE = 1200;
const RETRIES = [3000, 10000, 30000];

for (const form of document.querySelectorAll("form[data-autosave-url]")) watch(form);

function watch(form) {
  const status = document.querySelector("[data-autosave-status]");
  let timer, running = false, pending = false, failures = 0;

  const say = (state, text) => {
    if (!status) return;
    status.dataset.state = state;
    status.textContent = text;
  };
  const later = (delay) => { clearTimeout(timer); timer = setTimeout(save, delay); };

  async function save() {
    if (form.dataset.sent) return;
    if (running) { pending = true; return; }
    running = true;
    pending = false;
    say("saving", "正在保存…");
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST", body: new FormData(form), keepalive: document.hidden,
        headers: {
          "X-CSRFToken": portal.csrfToken(), "X-Requested-With": "XMLHttpRequest", Accept: "application/json",
          ...(failures && { "X-Background": "1" }),  // a retry is nobody's activity: it keeps no session alive
        },
      });
      await understand(answer);
    } catch {
      retry("没有保存：网络不通，会自动再试");
    } finally {
      running = false;
      if (pending) later(PAUSE);
    }
  }

  async function understand(answer) {
    if (answer.status === 401 || portal.isLogin(answer.url)) {
      say("failed", "没有保存：登录已过期");
      return portal.sessionExpired();
    }
    if (answer.status >= 500) return retry("没有保存：服务器忙，会自动再试");
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    const detail = isJson ? await answer.json() : {};
    if (!answer.ok) return say("failed", `没有保存：${detail.message ?? "内容没有被接受"}`);
    failures = 0;
    const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
    say("saved", `草稿已保存 ${time}`);
    if (!pending) form.dispatchEvent(new CustomEvent("autosave:saved", { detail, bubbles: true }));
  }

  function retry(text) {
    say("failed", text);
    later(RETRIES[Math.min(failures++, RETRIES.length - 1)]);
  }

  const touched = () => { if (running) pending = true; say("typing", "有修改，还没有保存"); later(PAUSE); };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("portal:resumed", save);
  addEventListener("online", () => { if (form.dataset.dirty) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && form.dataset.dirty) save(); });
}
