// Keeps the parts of a page up to date, and a button from being pressed twice. Without it the page works too.
"use strict";

const EVERY_MS = 5000;
const LONGEST_MS = 60000;

const parts = [...document.querySelectorAll("[data-live]")].map((place) => ({
  place,
  shown: place.innerHTML.trim(),
  tag: null,
}));
const connection = document.getElementById("connection");
let failures = 0;
let timer = 0;

function isBusy(place) {
  return place.querySelector("button[aria-disabled]") !== null;
}

// What was open stays open, and who was at a button stays there.
function put(place, text) {
  const open = [...place.querySelectorAll("details[open][id]")].map((each) => each.id);
  const held = place.contains(document.activeElement) ? document.activeElement : null;
  const path = held && { id: held.id, href: held.getAttribute("href") };
  place.innerHTML = text;
  const heading = place.querySelector("[data-title]");
  if (heading) document.title = heading.dataset.title;
  for (const id of open) {
    const again = document.getElementById(id);
    if (again) again.open = true;
  }
  if (!path) return;
  const same = path.id
    ? document.getElementById(path.id)
    : path.href && place.querySelector(`a[href="${CSS.escape(path.href)}"]`);
  if (same) same.focus({ preventScroll: true });
}

async function refresh(part) {
  const headers = part.tag ? { "If-None-Match": part.tag } : {};
  const answer = await fetch(part.place.dataset.live, { headers, cache: "no-store", redirect: "error" });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(String(answer.status));
  const text = await answer.text();
  if (isBusy(part.place)) return;
  part.tag = answer.headers.get("ETag");
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  const shown = fresh.innerHTML.trim();
  if (shown === part.shown) return;
  part.shown = shown;
  put(part.place, text);
}

async function look() {
  try {
    for (const part of parts) await refresh(part);
    failures = 0;
  } catch {
    failures += 1;
  }
  connection.hidden = failures < 2;
  connection.textContent = failures < 2 ? "" : "No answer from syncd: this is not up to date.";
  wait();
}

function wait() {
  clearTimeout(timer);
  if (document.hidden || parts.length === 0) return;
  timer = setTimeout(look, Math.min(EVERY_MS * 2 ** failures, LONGEST_MS));
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden && parts.length > 0) look();
});

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  const button = event.submitter;
  if (!button) return;
  if (button.hasAttribute("aria-disabled")) event.preventDefault();
  else button.setAttribute("aria-disabled", "true");
});

// A page that comes back from the browser's memory may be old, and its buttons pressed.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

wait();
