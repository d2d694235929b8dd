"use strict";
// Everything is shown as text; nothing that somebody named can become markup. See also `trusted-types` in the policy.
(() => {
  const FINDINGS_AT_ONCE = 100;
  const SITES_AT_ONCE = 50;
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("data").textContent);
  const words = new Map(data.kinds);
  const count = (number, noun) => `${spaced(number)} ${noun}${number === 1 ? "" : "s"}`;
  const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const when = (minutes) => (minutes < 0 ? "" : new Date(minutes * 60000).toISOString().slice(0, 16).replace("T", " ") + " UTC");

  const findings = data.findings.map((row, rank) => {
    const one = { rank, severity: data.severities[row[0]][0], kind: data.kinds[row[1]][0] };
    data.columns.forEach((name, index) => {
      one[name] = index < data.numbers ? row[index + 2] : data.texts[row[index + 2]];
    });
    for (const name of data.columns.slice(data.numbers)) {
      if (one[name].includes("\u0000")) one[name] = one[name].replaceAll("\u0000", one.target);
    }
    one.kind_words = words.get(one.kind);
    one.isOpen = one.kind !== "suppressed";
    one.hay = [one.name, one.installation, one.labels, one.what, one.setting, one.wanted, one.actual, one.why, one.file, one.code, one.kind_words]
      .join("\n").toLowerCase();
    return one;
  });
  const sites = data.sites.map(([name, id, labels, chargers, compared, worst]) => {
    const one = { name: data.texts[name], id: data.texts[id], labels: data.texts[labels], chargers, compared, worst };
    one.rank = Math.min(9, ...[...worst].filter((digit) => digit >= "0" && digit <= "9").map(Number));
    one.wrong = one.rank < 9 || !compared || worst.includes("?");
    one.hay = [one.name, one.id, one.labels].join("\n").toLowerCase();
    return one;
  }).sort((one, other) => one.rank - other.rank);

  const asked = (input) => input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (hay, parts) => parts.every((part) => hay.includes(part));
  const soon = (work) => {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(work, 60); };
  };

  function fill(node, values) {
    for (const slot of node.querySelectorAll("[data-o]")) {
      const text = values[slot.dataset.o] ?? "";
      slot.textContent = text;
      if (slot.dataset.o === "severity") slot.className = `badge ${text.toLowerCase()}`;
      if (slot.matches("code, .mark")) slot.hidden = text === "";
      const pair = slot.closest("dl > div");
      if (pair && slot.tagName === "DD") pair.hidden = text === "";
    }
    return node;
  }

  function findingNode(one) {
    const seen = one.flaps ? `${one.seen}, gone and back ${one.flaps} times` : String(one.seen || "");
    const values = { since: when(one.since_min) || "not known", seen_words: seen, cars_words: one.cars < 0 ? "" : String(one.cars) };
    return fill(element("one").content.cloneNode(true), { ...one, ...values, setting: one.setting || "-", code: one.code || "-" });
  }

  function siteNode(one) {
    const node = fill(element("one-site").content.cloneNode(true), one);
    const row = node.querySelector("tr");
    for (const digit of one.worst) {
      const cell = row.insertCell();
      cell.textContent = digit === "-" ? "·" : digit === "?" ? "?" : `S${digit}`;
      cell.className = digit === "-" ? "none" : digit === "?" ? "unknown" : `heat s${digit}`;
    }
    node.querySelector("a").dataset.site = one.id;
    return node;
  }

  // Shows a part of a list at a time, so that ten thousand rows cost no more than a hundred.
  function paged({ list, pager, previous, next, size, node, tell }) {
    let all = [];
    let start = 0;
    const show = () => {
      list.replaceChildren(...all.slice(start, start + size).map(node));
      pager.hidden = all.length <= size;
      previous.disabled = start === 0;
      next.disabled = start + size >= all.length;
      tell(all.length, start + 1, Math.min(start + size, all.length));
    };
    const turn = (by) => { start += by; show(); list.scrollIntoView({ block: "nearest" }); };
    previous.addEventListener("click", () => turn(-size));
    next.addEventListener("click", () => turn(size));
    return (found) => { all = found; start = 0; show(); };
  }

  const showFindings = paged({
    list: element("list"), pager: element("pager"), previous: element("previous"), next: element("next"),
    size: FINDINGS_AT_ONCE, node: findingNode,
    tell: (total, from, to) => {
      const part = total > FINDINGS_AT_ONCE ? `, ${spaced(from)} to ${spaced(to)} are shown` : "";
      element("found").textContent = `${count(total, "finding")} of ${spaced(findings.length)}${part}.`;
    },
  });
  const showSites = paged({
    list: element("map-rows"), pager: element("map-pager"), previous: element("map-previous"), next: element("map-next"),
    size: SITES_AT_ONCE, node: siteNode,
    tell: (total, from, to) => {
      const part = total > SITES_AT_ONCE ? `, ${spaced(from)} to ${spaced(to)} are shown` : "";
      element("map-found").textContent = `${count(total, "installation")} of ${spaced(sites.length)}, worst first${part}.`;
    },
  });

  const known = (minutes) => (minutes < 0 ? Infinity : minutes);
  const orders = {
    worst: (one, other) => one.rank - other.rank,
    oldest: (one, other) => known(one.since_min) - known(other.since_min) || one.rank - other.rank,
    newest: (one, other) => other.since_min - one.since_min || one.rank - other.rank,
  };

  function filterFindings() {
    const parts = asked(element("search"));
    const severities = new Set([...document.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
    const [kind, group, who, news] = ["kind", "group", "who", "news"].map((id) => element(id).value);
    const ofKind = (one) => (kind === "open" ? one.isOpen : kind === "all" || one.kind === kind);
    const found = findings.filter((one) => severities.has(one.severity) && ofKind(one)
      && (!group || one.group === group) && (!who || one.who === who) && (!news || one.news === news) && holds(one.hay, parts));
    showFindings(found.sort(orders[element("order").value]));
  }

  function filterSites() {
    const parts = asked(element("map-search"));
    const all = element("map-all").checked;
    showSites(sites.filter((one) => (all || one.wrong) && holds(one.hay, parts)));
  }

  // The links to the views become tabs: arrow keys go from one to the next, Tab goes into the view.
  function makeTabs() {
    const tabs = [...element("tabs").querySelectorAll("a")];
    const panel = (tab) => element(tab.hash.slice(1));
    element("tabs").setAttribute("role", "tablist");
    const select = (tab) => {
      for (const one of tabs) {
        one.setAttribute("aria-selected", String(one === tab));
        one.tabIndex = one === tab ? 0 : -1;
        panel(one).hidden = one !== tab;
      }
    };
    const go = (tab) => { select(tab); history.replaceState(null, "", tab.hash); };
    const keys = { ArrowRight: 1, ArrowLeft: -1 };
    tabs.forEach((tab, index) => {
      tab.id = `tab-${panel(tab).id}`;
      tab.parentElement.setAttribute("role", "presentation");
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel(tab).id);
      panel(tab).setAttribute("role", "tabpanel");
      panel(tab).setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", (event) => { event.preventDefault(); go(tab); });
      tab.addEventListener("keydown", (event) => {
        const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : index + (keys[event.key] ?? NaN);
        if (Number.isNaN(to) || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        const next = tabs[(to + tabs.length) % tabs.length];
        go(next);
        next.focus();
      });
    });
    const named = () => tabs.find((tab) => tab.hash === location.hash);
    addEventListener("hashchange", () => named() && select(named()));
    select(named() ?? tabs[0]);
    return (id) => go(tabs.find((tab) => tab.hash === `#${id}`));
  }

  // A cell that a spreadsheet could take for a formula begins with an apostrophe.
  function cell(value) {
    const text = String(value);
    const safe = /^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function csv() {
    const columns = ["severity", "kind", "code", "installationId", "installationName", "labels", "what", "setting", "wanted", "actual", "why",
      "nextExecutor", "next", "file", "cars", "firstSeen", "timesSeen", "flaps", "sinceLastRun", "exception", "adopt", "restore"];
    const moment = (minutes) => (minutes < 0 ? "" : new Date(minutes * 60000).toISOString().replace(".000", ""));
    const lines = findings.map((one) => [one.severity, one.kind, one.code, one.installation, one.name, one.labels, one.what, one.setting,
      one.wanted, one.actual, one.why, one.who, one.next, one.file, one.cars < 0 ? "" : one.cars, moment(one.since_min), one.seen || "",
      one.flaps, one.news, one.note, one.adopt, one.restore]);
    return [columns, ...lines].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  function offerCsv() {
    const link = element("csv");
    link.hidden = false;
    link.addEventListener("click", () => {
      if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv" }));
    });
  }

  function tellAge() {
    const hours = (Date.now() - Date.parse(data.observed)) / 3600000;
    const days = Math.floor(hours / 24);
    if (hours >= 2) element("now").textContent = `; now it is ${days < 2 ? count(Math.floor(hours), "hour") : count(days, "day")} old`;
  }

  const show = makeTabs();
  for (const [kind, text] of data.kinds) element("kind").add(new Option(text, kind));
  element("filter").hidden = element("map-filter").hidden = false;
  for (const form of [element("filter"), element("map-filter")]) form.addEventListener("submit", (event) => event.preventDefault());
  element("filter").addEventListener("input", soon(filterFindings));
  element("filter").addEventListener("reset", () => setTimeout(filterFindings));
  element("map-filter").addEventListener("input", soon(filterSites));
  element("map-rows").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    element("filter").reset();
    for (const box of document.querySelectorAll("[name=severity]")) box.checked = true;
    element("search").value = link.dataset.site;
    filterFindings();
    show("findings");
    element("search").focus();
  });
  filterFindings();
  filterSites();
  offerCsv();
  tellAge();
})();
