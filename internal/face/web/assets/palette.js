// The search field as a palette: Ctrl-K or / goes there, and below it stands what the
// typed characters may mean. Arrows choose, Enter goes, Escape closes. Without
// script the field is a form that leads to a page of what was found.
(function () {
  "use strict";
  var doc = document, field = doc.querySelector("[data-find]"), list = doc.getElementById("offers"), told = doc.querySelector("[data-offered]");
  if (!field || !list) return;
  var at = -1, asked = 0, timer = 0;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  function choose(i) {
    at = i;
    field.removeAttribute("aria-activedescendant");
    Array.prototype.forEach.call(list.children, function (li, n) {
      li.setAttribute("aria-selected", String(n === i));
      if (n !== i) return;
      field.setAttribute("aria-activedescendant", li.id);
      li.scrollIntoView({ block: "nearest" });
    });
  }
  function show(open) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    if (!open) choose(-1);
  }
  function shut() { asked++; clearTimeout(timer); show(false); told.textContent = ""; }
  function ask() {
    var mine = ++asked, text = field.value.trim();
    fetch("/find/offers?q=" + encodeURIComponent(text)).then(function (r) {
      return r.ok && !r.redirected ? r.text() : ""; // a session that has ended is the page's to tell
    }).then(function (html) {
      if (mine !== asked || doc.activeElement !== field) return;
      list.innerHTML = html;
      var n = list.children.length;
      show(n > 0);
      choose(n > 0 && text ? 0 : -1);
      told.textContent = n ? n + " found" : text ? "Nothing found" : "";
    }).catch(function () { /* Enter still leads to the page of what was found */ });
  }
  function go(li) { location.assign(li.dataset.href); }

  field.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 120); });
  field.addEventListener("focus", ask);
  field.addEventListener("blur", shut);
  field.addEventListener("keydown", function (e) {
    var n = list.hidden ? 0 : list.children.length;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!n) return ask();
      choose((at + (e.key === "ArrowDown" ? 1 : n - (at < 0 ? 0 : 1))) % n);
    } else if (e.key === "Enter" && n && at >= 0) {
      e.preventDefault();
      go(list.children[at]);
    } else if (e.key === "Escape" && n) {
      e.preventDefault(); e.stopPropagation();
      shut();
    }
  });
  list.addEventListener("mousedown", function (e) { e.preventDefault(); }); // the field keeps the focus
  list.addEventListener("click", function (e) { var li = e.target.closest("[data-href]"); if (li) go(li); });
  doc.addEventListener("keydown", function (e) {
    if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.key.toLowerCase() !== "k" || doc.querySelector("dialog[open]")) return;
    e.preventDefault();
    field.focus(); field.select();
  });
})();
