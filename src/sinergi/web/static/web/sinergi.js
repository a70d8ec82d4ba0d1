/* The one script of the pages. Everything works without it; it saves steps: keys, focus after a failed post, words for a screen reader. */
(() => {
  "use strict";
  const off = "sinergi-keys-off";
  const typing = (place) => place.closest("input, textarea, select, [contenteditable]") !== null;
  const keysAreOff = () => localStorage.getItem(off) === "1";

  const focusErrors = (root) => {
    const summary = root.querySelector(".errors");
    if (summary) summary.focus();
    return summary !== null;
  };

  const announce = (root) => {
    const speaker = root.matches("[data-announce]") ? root : root.querySelector("[data-announce]");
    const live = document.querySelector("[data-live]");
    if (speaker && live) live.textContent = speaker.dataset.announce;
  };

  const toSearch = () => {
    const box = document.querySelector("main form[role=search] input:not([type=hidden])");
    if (box) { box.focus(); box.select(); return; }
    const link = document.querySelector("a[data-key='/']");
    if (link) link.click();
  };

  const listKeys = () => {
    const list = document.querySelector("[data-keys]");
    list.open = true;
    list.querySelector("summary").focus();
  };

  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || typing(press.target) || keysAreOff()) return;
    if (press.key === "/") { press.preventDefault(); toSearch(); return; }
    if (press.key === "?") { press.preventDefault(); listKeys(); return; }
    const control = document.querySelector(`main [data-key="${CSS.escape(press.key.toLowerCase())}"]`);
    if (control) { press.preventDefault(); control.focus(); control.click(); }
  });

  // In the search box: arrows go through who was found, Enter opens him, any letter goes on in the box.
  document.addEventListener("keydown", (press) => {
    const box = press.target.closest("form[role=search][hx-post] .input");
    const found = [...document.querySelectorAll("#calon .cand a")];
    const at = found.indexOf(press.target);
    if (press.ctrlKey || press.metaKey || press.altKey || (!box && at < 0)) return;
    if (press.key === "ArrowDown" || press.key === "ArrowUp") {
      const next = press.key === "ArrowDown" ? Math.min(at + 1, found.length - 1) : at - 1;
      const place = found[next] || (at === 0 && document.getElementById("text"));
      if (place) { press.preventDefault(); place.focus(); }
    } else if (at >= 0 && (press.key.length === 1 && press.key !== " " || press.key === "Backspace")) {
      press.stopPropagation();
      document.getElementById("text").focus();
    }
  }, true);

  document.addEventListener("click", (click) => {
    if (click.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("htmx:afterSwap", (swap) => {
    const fresh = document.getElementById(swap.detail.target.id) || swap.detail.target;
    if (!focusErrors(fresh)) announce(fresh);
  });
  document.addEventListener("htmx:beforeRequest", (ask) => { ask.detail.target.setAttribute("aria-busy", "true"); });
  document.addEventListener("htmx:afterRequest", (answer) => {
    answer.detail.target.removeAttribute("aria-busy");
    document.querySelector("[data-halted]").hidden = answer.detail.successful || answer.detail.xhr.status === 422;
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const hidden of document.querySelectorAll("[data-with-script]")) hidden.hidden = false;
    const wish = document.querySelector("[data-keys-off]");
    if (wish) {
      wish.checked = keysAreOff();
      wish.addEventListener("change", () => localStorage.setItem(off, wish.checked ? "1" : "0"));
    }
    focusErrors(document);
  });
})();
