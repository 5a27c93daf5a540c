"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const CHUNK = 100;
  const cards = JSON.parse(document.getElementById("data").textContent);
  const list = document.getElementById("cards");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const more = document.getElementById("more");
  const unfold = document.getElementById("unfold");
  const stepsOf = new Map();
  for (const help of document.querySelectorAll(".help")) {
    stepsOf.set(help.dataset.exchange, [...help.querySelectorAll(".steps li")].map((item) => item.textContent));
  }

  // Everything that a repository can say comes in as text, never as markup.
  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== ""));
    return element;
  };
  const counted = (number) => number.toLocaleString("en");

  // Storage may be refused (private windows, file pages of some browsers): ticks then last as long as the page.
  const memory = new Map();
  const keyOf = (card) => `leakscan:${card.name}`;
  const load = (card) => {
    try {
      const ticked = JSON.parse(localStorage.getItem(keyOf(card)));
      return Array.isArray(ticked) ? ticked : [];
    } catch {
      return memory.get(keyOf(card)) || [];
    }
  };
  const save = (card, ticked) => {
    memory.set(keyOf(card), ticked);
    try {
      localStorage.setItem(keyOf(card), JSON.stringify(ticked));
    } catch {
      return;
    }
  };
  const doneText = (card, ticked) => {
    const steps = stepsOf.get(card.exchange) || [];
    const number = steps.filter((step) => ticked.includes(step)).length;
    return number ? `${number} of ${steps.length} steps done` : "";
  };

  const makeSteps = (card, done) => {
    const ticked = new Set(load(card));
    const items = (stepsOf.get(card.exchange) || []).map((step) => {
      const box = make("input");
      box.type = "checkbox";
      box.checked = ticked.has(step);
      box.addEventListener("change", () => {
        ticked[box.checked ? "add" : "delete"](step);
        save(card, [...ticked]);
        done.textContent = doneText(card, [...ticked]);
      });
      return make("li", "", make("label", "", box, make("span", "", step)));
    });
    return make("div", "todo", make("h3", "", "Steps"), make("ul", "ticks", ...items));
  };
  const makeExposure = (part) => [
    ...(part.exposed ? [make("p", "", part.exposed)] : []),
    ...part.advice.map((text) => make("p", "advice", text)),
  ];
  // A key and its secret mostly came in one commit: that is said once.
  const isShared = (parts) => new Set(parts.map((part) => [part.exposed, ...part.advice].join("\n"))).size === 1;
  const makePart = (part, card, exposure) => {
    const places = part.places.map((place) => make("li", "code", place));
    if (part.more) places.push(make("li", "", `and ${counted(part.more)} more (the json report lists all)`));
    return [
      make("h3", "", `${part.name} `, make("span", "code value", part.preview), " ", make("small", "", part.size)),
      ...exposure,
      make("ul", "places", ...places),
      make("p", "small", part.why, make("br"), `${card.confidence} confidence · rule `, make("span", "code", part.rule_id),
        " · fingerprint ", make("span", "code", part.fingerprint)),
    ];
  };
  // Bodies are made when they are first seen. The toggle event comes too late for a print: see foldAll.
  const bodies = new WeakMap();
  const fill = (details) => { if (details.open) bodies.get(details)?.(); };
  const makeCard = (card) => {
    const done = make("span", "done tag", doneText(card, load(card)));
    const tags = [["published", "tag alarm-tag", "published"], ["old", "tag", "over 90 days"], ["known", "tag", "known"]];
    const summary = make("summary", "",
      make("span", `badge ${card.severity}`, card.severity), " ",
      make("span", "what", `${card.exchange}: ${card.title}`), " ",
      make("span", "where code", card.place), " ",
      ...tags.filter(([state]) => card.states.includes(state)).map(([, name, text]) => make("span", name, text)), " ", done);
    const details = make("details", `card ${card.severity}`, summary);
    details.id = `c${card.number}`;
    bodies.set(details, () => {
      bodies.delete(details);
      const shared = isShared(card.parts) ? makeExposure(card.parts[0]) : null;
      const parts = card.parts.flatMap((part) => makePart(part, card, shared ? [] : makeExposure(part)));
      details.append(make("div", "body", ...(shared || []), ...parts, makeSteps(card, done)));
    });
    details.addEventListener("toggle", () => fill(details));
    return details;
  };

  let fitting = cards;
  const show = (upTo) => {
    const start = list.childElementCount;
    list.append(...fitting.slice(start, upTo).map(makeCard));
    const rest = fitting.length - list.childElementCount;
    more.hidden = rest <= 0;
    more.textContent = `Show ${counted(Math.min(CHUNK, rest))} more of ${counted(rest)}`;
  };
  const textOf = (card) => {
    card.text ??= [card.exchange, card.title, ...card.parts.flatMap((part) =>
      [...part.places, part.rule_id, part.fingerprint, part.exposed])].join("\n").toLowerCase();
    return card.text;
  };
  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const text = wanted.text.trim().toLowerCase();
    fitting = cards.filter((card) => (!wanted.exchange || card.exchange === wanted.exchange)
      && (!wanted.severity || card.severity === wanted.severity)
      && (!wanted.state || card.states.includes(wanted.state))
      && (!text || textOf(card).includes(text)));
    list.replaceChildren();
    show(CHUNK);
    const all = `${counted(cards.length)} credential${cards.length === 1 ? "" : "s"}`;
    shown.textContent = fitting.length === cards.length ? all : `${counted(fitting.length)} of ${all}`;
    nothing.hidden = fitting.length > 0;
    unfold.setAttribute("aria-expanded", "false");
    unfold.textContent = "Unfold all";
  };
  const foldAll = (open) => {
    for (const card of list.children) {
      card.open = open;
      fill(card);
    }
    unfold.setAttribute("aria-expanded", String(open));
    unfold.textContent = open ? "Fold all" : "Unfold all";
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  const showAll = () => {
    form.reset();
    filter();
  };
  document.getElementById("all").addEventListener("click", showAll);
  more.addEventListener("click", () => {
    const next = list.childElementCount;
    show(next + CHUNK);
    list.children[next].querySelector("summary").focus();
  });
  unfold.addEventListener("click", () => foldAll(unfold.getAttribute("aria-expanded") !== "true"));
  addEventListener("beforeprint", () => {
    show(fitting.length);
    foldAll(true);
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.text.focus();
    }
  });
  const reveal = () => {
    const number = /^#c(\d+)$/.exec(location.hash);
    if (!number || !cards[number[1]]) return;
    if (!fitting.includes(cards[number[1]])) showAll();
    show(fitting.indexOf(cards[number[1]]) + 1);
    const card = document.getElementById(`c${number[1]}`);
    card.open = true;
    card.querySelector("summary").focus();
  };
  addEventListener("hashchange", reveal);
  filter();
  reveal();
  setTimeout(() => cards.forEach(textOf)); // so that the first key typed need not wait for it
})();
