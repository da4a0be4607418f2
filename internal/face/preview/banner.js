(function (said) {
  "use strict";
  var key = "prentice-banner-" + said.id;
  function closed() { try { return sessionStorage.getItem(key) === "closed"; } catch (e) { return false; } }
  if (closed() || window.top !== window || !document.body || !document.body.attachShadow) return;
  function make(name, text, more) {
    var e = document.createElement(name);
    if (text) e.textContent = text;
    for (var k in more || {}) e.setAttribute(k, more[k]);
    return e;
  }
  var host = make("prentice-banner"), root = host.attachShadow({ mode: "closed" });
  try {
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(
      ":host{all:initial;position:fixed;inset:auto 12px 12px auto;z-index:2147483647;max-width:calc(100vw - 24px)}" +
      "div{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;padding:6px 6px 6px 12px;border-radius:8px;font:14px/1.5 system-ui,sans-serif;background:#1d2430;color:#fff;box-shadow:0 2px 8px #0006}" +
      "a{color:#9cc9ff}small{font-size:inherit;color:#c9d1dc}" +
      "button{font:inherit;min-width:32px;min-height:32px;color:#fff;background:none;border:1px solid #8a96a8;border-radius:6px;cursor:pointer}" +
      "a:focus-visible,button:focus-visible{outline:3px solid #ffd54a;outline-offset:2px}" +
      "@media print{:host{display:none}}");
    root.adoptedStyleSheets = [sheet];
  } catch (e) { return; }
  var box = make("div", "", { role: "complementary", "aria-label": "About this preview" });
  box.append(make("span", "Preview: " + said.title));
  if (said.until) box.append(make("small", "until " + new Date(said.until).toLocaleString()));
  if (said.feedback) box.append(make("a", "Say what you think", { href: said.feedback + "?page=" + encodeURIComponent(location.pathname) }));
  var close = make("button", "×", { type: "button", "aria-label": "Close the banner", title: "Close the banner" });
  close.addEventListener("click", function () {
    host.remove();
    try { sessionStorage.setItem(key, "closed"); } catch (e) { /* it comes back with the next page */ }
  });
  box.append(close);
  root.append(box);
  document.body.append(host);
})({/*said*/});
