// A line at the top that says how many questions are answered. The form does everything without it.
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
