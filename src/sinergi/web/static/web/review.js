/* The review of pairs: the next pair stands in the page already, so it shows at once and the answer is sent behind it. Without this, forms post. */
(() => {
  "use strict";
  const work = () => document.querySelector("[data-review]");
  const pair = () => work().querySelector("[data-pair]");
  let sending = Promise.resolve();
  let armed = null;

  const arm = (form, button) => {
    armed = { form, button };
    const hint = form.querySelector("[data-armed]");
    hint.hidden = false;
    form.querySelector("[data-reasons]").focus();
  };

  const disarm = () => {
    if (!armed) return;
    armed.form.querySelector("[data-armed]").hidden = true;
    armed.button.focus();
    armed = null;
  };

  const isReasoned = (form) => form.querySelector("[name=because]:checked") !== null || form.querySelector("[name=reason]").value.trim() !== "";

  const say = (place) => {
    const heading = place.querySelector("h1");
    heading.focus({ preventScroll: true });
    document.querySelector("[data-live]").textContent = heading.dataset.announce;
    window.scrollTo(0, 0);
  };

  const showNext = () => {
    const next = work().querySelector("template[data-next]");
    if (!next) return;
    pair().replaceWith(next.content.cloneNode(true));
    next.remove();
    say(work());
  };

  const putBack = (old, form) => {
    delete form.dataset.sent;
    if (pair() !== old) pair().replaceWith(old);
    document.querySelector("[data-halted]").hidden = false;
  };

  const settle = (text, status) => {
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    const came = fresh.content.querySelector("[data-pair]");
    const next = fresh.content.querySelector("template[data-next]");
    const here = pair();
    if (status !== 200 || here.dataset.pair !== came.dataset.pair) {
      here.replaceWith(came);
      const errors = work().querySelector(".errors");
      if (errors) errors.focus(); else say(work());
    } else {
      here.querySelector("[data-day]").replaceWith(came.querySelector("[data-day]"));
      const undo = came.querySelector("[data-undo]");
      const old = here.querySelector("[data-undo]");
      if (old) old.remove();
      if (undo) here.append(undo);
    }
    work().querySelectorAll("template[data-next]").forEach((old) => old.remove());
    if (next) work().append(next);
  };

  const send = (form, body, old) => {
    sending = sending.then(async () => {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "pair" } });
      if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
      settle(await answer.text(), answer.status);
      document.querySelector("[data-halted]").hidden = true;
    }).catch(() => putBack(old, form));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-review] [data-verdict], [data-review] [data-undo]")) return;
    event.preventDefault();
    const button = event.submitter;
    if (button && form.dataset.needs && form.dataset.needs.split(" ").includes(button.value) && !isReasoned(form)) { arm(form, button); return; }
    armed = null;
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    const body = new FormData(form, button), old = pair();
    if (form.matches("[data-verdict]")) showNext();
    send(form, body, old);
  });

  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || localStorage.getItem("sinergi-keys-off") === "1") return;
    if (press.key === "Escape") { disarm(); return; }
    if (press.target.closest("input:not([type=radio]), textarea, select")) return;
    const choice = work() && pair() && pair().querySelector(`[data-digit="${CSS.escape(press.key)}"]`);
    if (!choice) return;
    press.preventDefault();
    choice.checked = true;
    if (armed) armed.form.requestSubmit(armed.button);
  });
})();
