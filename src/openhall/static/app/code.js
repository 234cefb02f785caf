// A code in a letter's QR code comes behind the # of the address, which a browser never sends; it is put into the field
// and taken out of the address. On the page of a saved form: copy and print.
const field = document.querySelector("input#code");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1).replaceAll("%20", " ").slice(0, 40);
  history.replaceState(null, "", location.pathname);
  field.focus();
}

const tools = document.getElementById("code-tools");
if (tools) {
  const copy = document.getElementById("code-copy");
  tools.hidden = false;
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById("code").textContent.trim());
    copy.textContent = copy.dataset.done;
  });
  document.getElementById("code-print").addEventListener("click", () => window.print());
}
