(function () {
  "use strict";
  var wrong = [], doc = document, root = doc.documentElement;
  var all = function (css) { return Array.prototype.slice.call(doc.querySelectorAll(css)); };
  var name = function (el) { return "<" + el.tagName.toLowerCase() + (el.id ? " id=" + el.id : "") + "> " + (el.textContent || el.value || "").trim().slice(0, 40); };
  all("details").forEach(function (d) { d.open = true; });

  // what is wider than the screen
  if (root.scrollWidth > root.clientWidth) wrong.push("scrolls sideways by " + (root.scrollWidth - root.clientWidth) + " px");

  // the shape of the page: a title, one h1, no level left out, ids that are used once
  if (!/^.+ · prentice$/.test(doc.title)) wrong.push("its title is " + JSON.stringify(doc.title));
  var heads = all("h1, h2, h3, h4, h5, h6"), level = 0;
  if (all("h1").length !== 1) wrong.push("it has " + all("h1").length + " h1");
  heads.forEach(function (h) {
    var is = Number(h.tagName[1]);
    if (is > level + 1) wrong.push("a heading of level " + is + " follows one of level " + level + ": " + name(h));
    level = is;
  });
  var ids = {};
  all("[id]").forEach(function (el) { if (ids[el.id]) wrong.push("id used twice: " + name(el)); ids[el.id] = true; });
  all("[aria-labelledby], [aria-describedby]").forEach(function (el) {
    ["aria-labelledby", "aria-describedby"].forEach(function (a) {
      var to = el.getAttribute(a);
      if (to && !ids[to]) wrong.push(a + " names no id: " + to);
    });
  });
  all("th").forEach(function (th) {
    if (!th.scope) wrong.push("a table header without scope: " + name(th));
    if (!th.textContent.trim()) wrong.push("a table header without words");
  });

  // what can be worked has a name, can be reached, and shows that it was
  all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']").slice(0, 100).forEach(function (el) { // rows beyond are like those
    if (!el.getClientRects().length || el.disabled) return;
    var label = (el.labels && el.labels.length && el.labels[0].textContent) || el.getAttribute("aria-label") || (/^(A|BUTTON|SUMMARY)$/.test(el.tagName) && el.textContent) || (el.querySelector && el.querySelector("img[alt]") && el.href);
    if (!label || !label.trim()) wrong.push("no name: " + el.outerHTML.slice(0, 100));
    el.focus({ focusVisible: true, preventScroll: true });
    if (doc.activeElement !== el) { wrong.push("cannot be reached: " + name(el)); return; }
    if (getComputedStyle(el).outlineStyle === "none") wrong.push("its focus cannot be seen: " + name(el));
  });
  if (doc.activeElement) doc.activeElement.blur();

  // text against what it stands on, as WCAG 2.2 works it out
  var pixel = doc.createElement("canvas").getContext("2d", { willReadFrequently: true });
  var known = {};
  function rgba(color) {
    if (!known[color]) { pixel.clearRect(0, 0, 1, 1); pixel.fillStyle = color; pixel.fillRect(0, 0, 1, 1); known[color] = pixel.getImageData(0, 0, 1, 1).data; }
    return known[color];
  }
  function light(c) {
    var part = function (v) { v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  }
  var grounds = new Map();
  function ground(el) {
    if (!el) return [255, 255, 255, 255];
    if (!grounds.has(el)) { var c = rgba(getComputedStyle(el).backgroundColor); grounds.set(el, c[3] === 255 ? c : ground(el.parentElement)); }
    return grounds.get(el);
  }
  var told = {}, walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    var el = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || /^(SCRIPT|STYLE|OPTION|TITLE)$/.test(el.tagName) || !el.getClientRects().length || el.disabled) continue;
    var ink = light(rgba(getComputedStyle(el).color)), behind = light(ground(el));
    var is = (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
    if (is < 4.5 && !told[el.className]) { told[el.className] = true; wrong.push("contrast " + is.toFixed(2) + ": " + name(el)); }
  }
  return wrong;
})()
