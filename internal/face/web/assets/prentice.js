// What script adds: keys, the theme, times in the reader's zone, copying, and a
// log that follows only while its end is in sight. Every page works without it.
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  var all = function (css, from) { return Array.prototype.slice.call((from || doc).querySelectorAll(css)); };
  var one = function (css) { return doc.querySelector(css); };

  // ---- theme: the system's, light, dark ----
  var themes = ["auto", "light", "dark"];
  function theme() { return root.dataset.theme || "auto"; }
  function showTheme() {
    all("[data-theme-switch]").forEach(function (b) { b.hidden = false; b.textContent = "Theme: " + theme(); });
  }
  function nextTheme() {
    var t = themes[(themes.indexOf(theme()) + 1) % themes.length];
    if (t === "auto") delete root.dataset.theme; else root.dataset.theme = t;
    try { localStorage.setItem("theme", t); } catch (e) { /* it holds for this page only */ }
    showTheme();
  }

  // ---- times: the reader's zone in front, UTC behind ----
  var units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  function ago(ms) {
    var s = Math.floor(Math.abs(ms) / 1000);
    if (s < 1) return "just now";
    if (s > 30 * 86400) return null;
    if (s < 172800 && s >= 86400) return words(Math.floor(s / 3600) + " h", ms);
    for (var i = 0; i < units.length; i++) {
      if (s >= units[i][0]) return words(Math.floor(s / units[i][0]) + " " + units[i][1], ms);
    }
  }
  function words(text, ms) { return ms < 0 ? "in " + text : text + " ago"; }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  var zone = "";
  try { zone = " " + Intl.DateTimeFormat().resolvedOptions().timeZone; } catch (e) { /* no name for it */ }
  function short(t) { // the zone as it is called at that moment, such as CET or GMT+2
    try {
      return " " + new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(t).find(function (p) { return p.type === "timeZoneName"; }).value;
    } catch (e) { return zone; }
  }
  function offsetFrom(t) {
    var m = -t.getTimezoneOffset(), a = Math.abs(m);
    return m === 0 ? "UTC" : "UTC" + (m < 0 ? "−" : "+") + Math.floor(a / 60) + (a % 60 ? ":" + two(a % 60) : "");
  }
  function tellZone() {
    all("[data-zone]").forEach(function (el) { var off = offsetFrom(new Date()); el.textContent = "Times are in" + zone + (zone === " " + off ? "" : " (" + off + ")") + ". Point at one for UTC; press it to copy it whole."; });
  }
  function copyTime(el) {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(el.getAttribute("datetime")).then(function () {
      el.classList.add("copied");
      setTimeout(function () { el.classList.remove("copied"); }, 1200);
    });
  }
  function tellTimes(from) {
    all("time[datetime]", from).forEach(function (el) {
      var t = new Date(el.getAttribute("datetime"));
      if (isNaN(t)) return;
      var day = t.getFullYear() + "-" + two(t.getMonth() + 1) + "-" + two(t.getDate());
      var clock = two(t.getHours()) + ":" + two(t.getMinutes()) + ":" + two(t.getSeconds());
      var utc = t.toISOString().replace("T", " ").replace(/\.\d+Z/, " UTC");
      el.title = day + " " + clock + zone + "\n" + utc;
      var text = null;
      if ("ago" in el.dataset) text = ago(Date.now() - t.getTime());
      if ("at" in el.dataset) text = clock;
      if ("on" in el.dataset) text = day + " " + clock.slice(0, 5) + short(t);
      if (text && el.textContent !== text) el.textContent = text;
    });
  }

  // ---- waits: the bar of a step that waits on purpose ----
  function tellWaits() {
    all("progress[data-lasts]").forEach(function (bar) { bar.value = Math.max(0, Math.min(100, 100 * (Date.now() - bar.dataset.from) / bar.dataset.lasts)); });
  }

  // ---- hashes: one press copies the whole ----
  function copyable() {
    all("code[data-copy]").forEach(function (code) {
      var b = doc.createElement("button");
      b.type = "button"; b.className = "hash"; b.textContent = code.textContent;
      b.title = code.title + "\nPress to copy"; b.dataset.copied = code.dataset.copy;
      code.replaceWith(b);
    });
  }
  function copy(b) {
    var was = b.textContent;
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(b.dataset.copied).then(function () {
      b.textContent = "copied";
      setTimeout(function () { b.textContent = was; }, 1200);
    });
  }

  // ---- logs: in order, each line once, followed only while the end is in sight ----
  var mostLines = 5000;
  function offset(li) { return Number(li.dataset.offset); }
  function place(log, li) { // a stream and a page may both tell of a line, in any order
    var before = li.previousElementSibling;
    while (before && offset(before) > offset(li)) before = before.previousElementSibling;
    if (before && offset(before) === offset(li)) { li.remove(); return; }
    if (before === li.previousElementSibling) return;
    if (before) before.after(li); else log.prepend(li);
  }
  function follow(log) {
    if (log.dataset.followed) return;
    log.dataset.followed = "1";
    var bar = doc.createElement("p"), jump = doc.createElement("button"), told = doc.createElement("span");
    bar.className = "logbar"; jump.type = "button"; jump.className = "plain"; jump.textContent = "Go to the end";
    bar.append(told, jump); log.after(bar);
    var atEnd = true;
    function end() { log.scrollTop = log.scrollHeight; }
    function look() {
      atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
      bar.hidden = log.scrollHeight <= log.clientHeight + 4;
      told.textContent = atEnd ? "Following new lines" : "Staying here while new lines arrive";
      jump.hidden = atEnd;
    }
    log.addEventListener("scroll", look, { passive: true });
    jump.addEventListener("click", end);
    new MutationObserver(function (changes) {
      changes.forEach(function (c) {
        c.addedNodes.forEach(function (n) { if (n.dataset && n.dataset.offset && n.parentNode === log) { place(log, n); tellTimes(n); } });
      });
      while (atEnd && log.childElementCount > mostLines) log.firstElementChild.remove();
      if (atEnd) end();
      look();
    }).observe(log, { childList: true });
    end(); look();
  }
  function catchUp() { // a stream begins a little after its page, and may lose a line
    var log = one("[data-log]");
    if (!log) return;
    fetch(location.href, { headers: { "HX-Request": "true" } }).then(function (r) { return r.ok ? r.text() : ""; }).then(function (html) {
      var page = new DOMParser().parseFromString(html, "text/html");
      all("[data-log] li[data-offset]", page).forEach(function (li) { log.append(li); });
    }).catch(function () { /* the stream says that no one answers */ });
  }
  doc.addEventListener("htmx:sseOpen", catchUp);
  doc.addEventListener("htmx:sseClose", catchUp);

  // ---- parts that are replaced: what was opened, typed and focused stays ----
  var opened = [], wrote = null, focused = null;
  var fields = "main textarea[id], main input[id]:not([type=hidden]), main select[id]";
  function remember() {
    opened = all("main details[open]").map(function (d) { return d.querySelector("summary").textContent; });
    wrote = {}; focused = null;
    all(fields).forEach(function (f) {
      wrote[f.id] = f.type === "checkbox" ? f.checked : f.value;
      if (f === doc.activeElement) focused = { id: f.id, from: f.selectionStart, to: f.selectionEnd };
    });
  }
  function restore() {
    if (!wrote) return;
    all("main details:not([open])").forEach(function (d) {
      if (opened.indexOf(d.querySelector("summary").textContent) >= 0) d.open = true;
    });
    all(fields).forEach(function (f) {
      if (!(f.id in wrote)) return;
      if (f.type === "checkbox") f.checked = wrote[f.id]; else if (f.value !== wrote[f.id]) f.value = wrote[f.id];
      if (focused && focused.id === f.id && f !== doc.activeElement) {
        f.focus({ preventScroll: true });
        if (f.setSelectionRange && focused.from !== null) try { f.setSelectionRange(focused.from, focused.to); } catch (e) { /* not a text */ }
      }
    });
    wrote = null;
  }
  doc.addEventListener("htmx:beforeSwap", remember);
  doc.addEventListener("htmx:afterOnLoad", function () { restore(); dress(); });

  // ---- a page that can no longer be kept fresh says so ----
  var fresh = Date.now();
  function stale(is) {
    var note = one(".stale");
    if (!is) { fresh = Date.now(); if (note) note.remove(); return; }
    if (note) return;
    note = doc.createElement("p");
    note.className = "stale"; note.setAttribute("role", "status");
    note.textContent = "prentice does not answer. This page shows how things stood at " + new Date(fresh).toLocaleTimeString() + ".";
    (one(".frame") || doc.body).before(note);
  }
  doc.addEventListener("htmx:sendError", function () { stale(true); });
  doc.addEventListener("htmx:sseError", function () { stale(true); });
  doc.addEventListener("htmx:sseOpen", function () { stale(false); });
  doc.addEventListener("htmx:afterOnLoad", function () { stale(false); });
  doc.addEventListener("htmx:responseError", function (e) { if (e.detail.xhr.status === 401) location.reload(); });

  // ---- keys ----
  var waitsForWord = 0, picked = -1;
  function rows() { return all("[data-row], tbody tr").filter(function (r) { return r.querySelector("a[href]"); }); }
  function pick(step) {
    var list = rows();
    if (!list.length) return;
    picked = Math.max(0, Math.min(list.length - 1, picked + step));
    list.forEach(function (r, i) { r.classList.toggle("picked", i === picked); });
    list[picked].scrollIntoView({ block: "nearest" });
    list[picked].querySelector("a[href]").focus({ preventScroll: true });
  }
  function typing(el) { return el && (/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable); }
  function pair(list, key, what) {
    var dt = doc.createElement("dt"), k = doc.createElement("kbd"), dd = doc.createElement("dd");
    k.textContent = key; dt.append(k); dd.textContent = what; list.append(dt, dd);
  }
  function help() {
    var d = one("dialog.keys-help");
    if (!d) {
      d = doc.createElement("dialog"); d.className = "keys-help"; d.setAttribute("aria-labelledby", "keys-title");
      var h = doc.createElement("h2"), list = doc.createElement("dl"), shut = doc.createElement("form"), b = doc.createElement("button");
      h.id = "keys-title"; h.textContent = "Keys"; list.className = "pairs";
      all(".rail a[data-key]").forEach(function (a) { pair(list, "g " + a.dataset.key, "Go to " + a.firstChild.textContent.trim()); });
      pair(list, "/", "Find anything, also Ctrl K"); pair(list, "j", "Next row"); pair(list, "k", "Row before"); pair(list, "Enter", "Open the row");
      pair(list, "a", "Approve: write the reason");
      if (one("[data-file]")) { pair(list, "n", "Next file"); pair(list, "p", "File before"); pair(list, "r", "Comment on the change"); } pair(list, "?", "These keys");
      shut.method = "dialog"; b.textContent = "Close"; shut.append(b);
      d.append(h, list, shut); doc.body.append(d);
    }
    if (!d.open) d.showModal();
  }
  // ---- changes: files with n and p, a line's number opens what is said of it ----
  function file(by) {
    var list = all("[data-file]");
    if (!list.length) return;
    var at = list.findIndex(function (f) { return f.getBoundingClientRect().top > (by > 0 ? 72 : 56); });
    var to = by > 0 ? (at < 0 ? list.length - 1 : at) : (at < 0 ? list.length : at) - 1;
    if (by < 0 && to >= 0 && list[to].getBoundingClientRect().top > 40) to--;
    to = Math.max(0, Math.min(list.length - 1, to));
    list[to].scrollIntoView({ block: "start" });
    list[to].querySelector("h3").focus({ preventScroll: true });
  }
  function onLine(cell) {
    var f = cell.closest("[data-file]"), say = f && f.querySelector("details.say");
    if (!say) return;
    say.open = true;
    say.querySelector("[name=line]").value = cell.dataset.n;
    say.querySelector("[name=side]").value = cell.dataset.side;
    var table = cell.closest("table"), row = cell.closest("tr"), rest = row.nextElementSibling;
    if (rest && table.nextElementSibling !== say) { // the lines below it stand in a table of their own
      var below = table.cloneNode(false), body = doc.createElement("tbody");
      while (row.nextElementSibling) body.append(row.nextElementSibling);
      below.append(body); table.after(below);
    }
    table.after(say);
    say.querySelector("textarea").focus();
  }
  function pickable() {
    all("[data-file]").forEach(function (f) {
      if (f.querySelector("details.say")) all("td.n[data-n]", f).forEach(function (c) { c.classList.add("pick"); });
    });
  }
  function key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (typing(e.target)) { if (e.key === "Escape") e.target.blur(); return; }
    if (one("dialog[open]")) return;
    if (waitsForWord && Date.now() - waitsForWord < 1500) {
      waitsForWord = 0;
      var to = all(".rail a[data-key]").find(function (a) { return a.dataset.key === e.key; });
      if (to) { e.preventDefault(); location.assign(to.href); }
      return;
    }
    switch (e.key) {
      case "g": waitsForWord = Date.now(); return;
      case "/": var find = one("[data-find]"); if (find) { e.preventDefault(); find.focus(); find.select(); } return;
      case "j": e.preventDefault(); pick(1); return;
      case "k": e.preventDefault(); pick(-1); return;
      case "n": file(1); return;
      case "p": file(-1); return;
      case "r": var talk = one("[data-reply]"); if (talk) { e.preventDefault(); talk.scrollIntoView({ block: "center" }); talk.focus({ preventScroll: true }); } return;
      case "a": var box = one("[data-approve]"); if (box) { e.preventDefault(); box.scrollIntoView({ block: "center" }); box.focus({ preventScroll: true }); } return;
      case "?": e.preventDefault(); help(); return;
    }
  }

  // ---- all together, now and whenever a part of the page has changed ----
  function dress() {
    tellTimes(); tellZone(); copyable(); pickable();
    all("[data-log]").forEach(follow);
    if (picked >= 0) rows().forEach(function (r, i) { r.classList.toggle("picked", i === picked); });
  }
  doc.addEventListener("keydown", key);
  doc.addEventListener("click", function (e) {
    var time = e.target.closest("time[datetime]");
    if (time && !e.target.closest("a, button, summary")) copyTime(time);
    var line = e.target.closest("td.n.pick");
    if (line) onLine(line);
    var b = e.target.closest("button");
    if (!b) return;
    if (b.dataset.copied) copy(b);
    if ("themeSwitch" in b.dataset) nextTheme();
    if ("help" in b.dataset) help();
  });
  all("[data-help]").forEach(function (b) { b.hidden = false; });
  showTheme(); dress();
  setInterval(function () { tellTimes(); }, 5000);
  setInterval(tellWaits, 1000);
})();
