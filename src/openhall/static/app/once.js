// A form is sent once: a second press within a moment is a double click, not a second wish. Only a moment, because
// after a download the page stays and may be used again. Forms that scripts send themselves are left to them.
const MOMENT = 2000;
const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (event.timeStamp - (sent.get(form) ?? -MOMENT) < MOMENT) event.preventDefault();
  else sent.set(form, event.timeStamp);
});
