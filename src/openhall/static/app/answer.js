// A line at the top that says how many questions are answered; and once answers are stored, Back shows a blank form. The
// form does everything without it.
const form = document.getElementById("answer");
const questions = form ? [...form.querySelectorAll("[data-question]")] : [];

if (questions.length > 4) {
  const line = document.createElement("div");
  line.className = "app-progress";
  const bar = document.createElement("progress");
  bar.max = questions.length;
  const text = document.createElement("span");
  line.append(bar, text);
  form.prepend(line);

  const answered = (question) =>
    [...question.querySelectorAll("input, textarea")].some((field) =>
      field.type === "radio" || field.type === "checkbox" ? field.checked : field.value.trim() !== "");

  const count = () => {
    const n = questions.filter(answered).length;
    bar.value = n;
    text.textContent = form.dataset.progress.replace("{n}", n).replace("{total}", questions.length);
    bar.setAttribute("aria-label", text.textContent);
  };

  form.addEventListener("input", count);
  form.addEventListener("reset", () => setTimeout(count));
  window.addEventListener("pageshow", count);
  count();
}

// A browser that goes back fills the form in again: whoever takes the phone next would read the answers, and sending them
// once more would count them twice. Only the page that follows on storing knows that they arrived.
if (form) {
  form.addEventListener("submit", () => sessionStorage.setItem("openhall-sent", form.action));
  window.addEventListener("pageshow", () => {
    if (sessionStorage.getItem("openhall-stored") !== form.action) return;
    sessionStorage.removeItem("openhall-stored");
    form.reset();
  });
} else if (sessionStorage.getItem("openhall-sent")) {
  sessionStorage.setItem("openhall-stored", sessionStorage.getItem("openhall-sent"));
  sessionStorage.removeItem("openhall-sent");
}
