// The questionnaire editor made pleasanter: a word before leaving with unsaved typing, and fields that follow the kind
// of question as soon as it is chosen. Everything works without this file.
(() => {
  "use strict";
  let typed = false;

  document.addEventListener("input", (event) => {
    if (event.target.closest("form[data-unsaved]")) typed = true;
  });
  document.addEventListener("submit", () => { typed = false; });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (document.querySelector("#question [role=status] ul")) typed = true;
    else if (event.detail.successful !== false) typed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("#question select[name=kind]")) document.getElementById("change-kind").click();
  });
})();
