/* What the desk can do more where scripts run: dates in words and ids looked up as one types, and
   below the form what it would change, without recording it. Every form works without any of it. */

"use strict";

(() => {
  const form = document.querySelector("form[data-live]");
  const lang = new URLSearchParams(location.search).get("lang");
  const waits = new Map();
  const spoken = new Map(); // of each line below inputs, the one that was written into last

  addEventListener("submit", ({ submitter }) => {
    if (submitter?.closest("[data-once]")) setTimeout(() => { submitter.disabled = true; });
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-once] button, button[data-once]").forEach((each) => { each.disabled = false; });
  });
  if (!form) return;
  const box = document.getElementById("live");

  form.addEventListener("input", (event) => {
    const input = event.target;
    for (const [kind, act] of Object.entries({ date, new: free, of: named })) {
      if (!(kind in input.dataset)) continue;
      spoken.set(line(input), input);
      soon(input, 250, () => act(input));
    }
    rows(input);
    soon(form, 700, look);
  });

  form.addEventListener("focusout", ({ target }) => {
    if ("of" in target.dataset && target.value.trim()) soon(target, 0, () => named(target));
  });

  /* One thing at a time for each subject, once it has been quiet for a moment. */
  function soon(subject, pause, act) {
    clearTimeout(waits.get(subject));
    waits.set(subject, setTimeout(act, pause));
  }

  async function ask(path, texts) {
    const query = new URLSearchParams(lang ? { ...texts, lang } : texts);
    const answer = await fetch(`/desk/${path}?${query}`, { headers: { Accept: "application/json" } });
    return answer.ok ? answer.json() : null;
  }

  function line(input) {
    return input.closest(".member").querySelector(".live");
  }

  /* Answers may come in another order than they were asked for. */
  function still(input, text) {
    return input.value.trim() === text && spoken.get(line(input)) === input;
  }

  function tell(input, text, bad) {
    const live = line(input);
    live.textContent = text;
    live.classList.toggle("bad", bad);
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  async function date(input) {
    const text = input.value.trim();
    if (!text) return tell(input, "", false);
    const told = await ask("date", { text });
    if (told && still(input, text)) tell(input, told.words, !told.ok);
  }

  async function free(input) {
    const id = input.value.trim();
    if (!id) return tell(input, "", false);
    const told = await ask("id", { of: input.dataset.new, id });
    if (told && still(input, id)) tell(input, told.words_new, !told.free);
  }

  async function named(input) {
    const id = input.value.trim(), of = input.dataset.of;
    if (!id) return tell(input, "", false);
    const told = await ask("id", { of, id });
    if (!told || !still(input, id)) return;
    // What is still being written is no id yet, though the list below it may have one.
    const left = document.activeElement !== input;
    tell(input, told.taken || left ? told.words : "", !told.taken && left);
    const list = document.getElementById(`list-${of}`);
    if (!list || told.taken) return;
    const found = await ask("find", { of, q: id });
    list.replaceChildren(...(found ?? []).map((each) => {
      const option = document.createElement("option");
      option.value = each.id;
      option.label = each.name;
      return option;
    }));
  }

  /* Where the last of some rows is written into, there is another one. */
  function rows(input) {
    const pair = input.closest(".pair");
    if (!pair || pair.nextElementSibling || !input.value) return;
    const next = pair.cloneNode(true);
    const number = pair.parentElement.children.length + 1;
    next.querySelectorAll("label").forEach((each) => {
      const text = each.querySelector("span"), inner = each.querySelector("input");
      text.textContent = text.textContent.replace(/\d+/, number);
      inner.value = "";
      inner.removeAttribute("id");
    });
    pair.after(next);
  }

  let looking = null;

  /* What the form would change as it stands, decided by the server and not kept. */
  async function look() {
    const sent = new FormData(form);
    if (![...form.querySelectorAll("[required]")].every((each) => each.value.trim())) {
      box.hidden = true;
      return;
    }
    sent.set("do", "live");
    const body = new URLSearchParams(sent);
    looking?.abort();
    const { signal } = (looking = new AbortController());
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body, signal, headers: { Accept: "text/html" } });
    } catch (failed) {
      if (failed.name === "AbortError") return; // the form has changed since
      throw failed;
    }
    if (!answer.ok) {
      box.replaceChildren();
      box.hidden = answer.status !== 401;
      if (!box.hidden) box.textContent = box.dataset.signedOut;
      return;
    }
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    suggest(told.body.firstElementChild.dataset.suggested);
    box.replaceChildren(...told.body.children);
    box.hidden = !box.textContent.trim();
  }

  /* The id that is suggested stands in the form until somebody writes another. */
  function suggest(id) {
    const input = form.querySelector("[data-new]"), held = form.elements.suggested;
    if (!id || document.activeElement === input || !["", held.value].includes(input.value)) return;
    input.value = held.value = id;
    tell(input, "", false);
  }
})();
