// Keying paper: one key an answer, then on to the next question. Without this file the form works as a plain one.
(() => {
  "use strict";
  const form = document.querySelector("[data-keying]");
  if (!form) return;
  const serial = form.querySelector("#serial");
  const fields = [...form.querySelectorAll(".app-keying__row input")];
  const left = form.querySelector("#keying-left");
  const BLANKS = ["-", "–", "−", "—"];

  form.querySelector(".app-keying__with-script").hidden = false;
  form.querySelector(".app-keying__without-script").hidden = true;

  const codes = (field) => (field.dataset.codes || "").trim().split(/\s+/).filter(Boolean);
  const oneKey = (field) => "oneKey" in field.dataset;
  const marks = (field) => field.value.split(/[|+]/).map((mark) => mark.trim()).filter(Boolean);
  const waits = (field) => /[|+]\s*$/.test(field.value); // a second mark is announced
  const half = (text) => text.normalize("NFKC");

  function label(field, code) {
    const legend = document.getElementById(field.dataset.legend);
    const option = legend && legend.querySelector(`[data-value="${CSS.escape(code)}"]`);
    return option ? option.textContent.replace(code, "").trim() : code;
  }

  // Says beside the field what its code means, so that a wrong key is seen at once.
  function show(field, complaint) {
    const said = document.getElementById(`said-${field.name}`);
    const value = field.value.trim();
    let text = complaint || "";
    if (!complaint && BLANKS.includes(value)) text = form.dataset.sayBlank;
    else if (!complaint && field.dataset.legend) text = marks(field).map((code) => label(field, code)).join(" + ");
    said.textContent = text;
    said.classList.toggle("app-keying__said--wrong", Boolean(complaint));
    field.classList.toggle("app-keying__double", marks(field).length > 1);
    field.classList.toggle("govuk-input--error", Boolean(complaint));
  }

  function go(place) {
    const field = place < 0 ? serial : fields[place];
    if (!field) return form.querySelector("button").focus();
    field.focus();
    field.select();
    field.closest(".app-keying__row, .govuk-form-group").scrollIntoView({ block: "nearest" });
  }

  function save() {
    const open = fields.findIndex((field) => field.dataset.codes && !field.value.trim());
    if (open >= 0) {
      left.textContent = form.dataset.sayLeft;
      return go(open);
    }
    form.requestSubmit();
  }

  function put(field, place, value) {
    field.value = value;
    left.textContent = "";
    show(field);
    if (value !== "" && !waits(field)) go(place + 1);
  }

  function digit(event, field, place) {
    const key = half(event.key);
    event.preventDefault();
    if (!codes(field).includes(key)) return show(field, form.dataset.sayWrong);
    if (!waits(field)) return put(field, place, key);
    const both = [...new Set([...marks(field), key])].sort((a, b) => a - b);
    return put(field, place, both.join("|"));
  }

  // `+` comes after a mark: in its own field, or in the next one, where the first key has already led.
  function plus(event, field, place) {
    const target = field.value === "" && place > 0 ? place - 1 : place;
    const before = fields[target];
    if (!before.dataset.codes || !marks(before).length) return;
    event.preventDefault();
    before.value = `${marks(before).join("|")}|`;
    show(before);
    before.focus();
    before.setSelectionRange(before.value.length, before.value.length);
  }

  function back(event, field, place) {
    if (field.value !== "" && !(oneKey(field) && place >= 0)) return;
    event.preventDefault();
    if (field.value !== "") {
      field.value = waits(field) || marks(field).length > 1 ? marks(field)[0] : "";
      show(field);
    } else if (place > 0) {
      const before = fields[place - 1];
      if (oneKey(before)) before.value = "";
      show(before);
      go(place - 1);
    } else go(-1);
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target;
    const place = fields.indexOf(field);
    const coded = Boolean(field.dataset.codes);
    if (event.key === "Enter") {
      event.preventDefault();
      const typed = field.value.trim() !== "" && !oneKey(field);
      const last = place === fields.length - 1;
      return typed && !last ? go(place + 1) : save();
    }
    if (coded && (BLANKS.includes(event.key) || event.key === " " || event.key === "－")) {
      event.preventDefault();
      return put(field, place, "-");
    }
    if (coded && (event.key === "+" || event.key === "＋" || event.key === "|")) return plus(event, field, place);
    if (event.key === "Backspace") return back(event, field, place);
    if (event.key === "ArrowDown") return event.preventDefault(), go(Math.min(place + 1, fields.length - 1));
    if (event.key === "ArrowUp") return event.preventDefault(), go(place - 1);
    if (oneKey(field) && half(event.key).length === 1) {
      if (/\d/.test(half(event.key))) return digit(event, field, place);
      event.preventDefault();
      show(field, form.dataset.sayWrong);
    }
  }

  for (const field of fields) {
    field.addEventListener("keydown", press);
    field.addEventListener("input", () => show(field));
    if (field.value && !field.hasAttribute("aria-invalid")) show(field);
  }
  for (const field of form.querySelectorAll(".app-keying__sheet input, .app-keying__sheet select")) {
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const known = [...fields].find((one) => !one.value.trim());
      go(Math.max(fields.indexOf(known), 0));
    });
  }
})();
