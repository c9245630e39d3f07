/* A dialog instead of the page that its link leads to. */
for (const link of document.querySelectorAll("[data-open-dialog]")) {
  const dialog = document.getElementById(link.dataset.openDialog);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("textarea")?.focus();
  });
  dialog.querySelector("[data-close-dialog]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
}
