/* Runs before the first paint: the server has set the theme of the cookie; without one the device decides. */
(() => {
  const root = document.documentElement;
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  if (chosen) root.dataset.bsTheme = chosen[1];
  else { apply(); dark.addEventListener("change", apply); }
})();
