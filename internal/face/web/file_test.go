package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestAFileOfARepositoryRunsNothingInABrowser(t *testing.T) {
	w := newWorld(t, allPages(), allOps(true)...).as("olga")
	for name, how := range map[string]string{"a.txt": "attachment", "page.html": "attachment", "x.svg": "attachment", "b.xml": "attachment"} {
		got := w.get("/download/code.raw?repository=shop&path=" + name)
		h := got.Header()
		if got.Code != http.StatusOK || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != fileCSP || !strings.Contains(fileCSP, "sandbox") || strings.HasPrefix(h.Get("Content-Type"), "text/html") || !strings.HasPrefix(h.Get("Content-Disposition"), how) {
			t.Errorf("%s: %d %v", name, got.Code, h)
		}
	}
	if got := w.get("/download/code.raw?repository=shop&path=refused"); got.Code != http.StatusTooManyRequests && got.Code < 400 || !strings.Contains(got.Body.String(), "oo many at once") {
		t.Errorf("what is refused before a byte was written has no page: %d %s", got.Code, got.Body)
	}
	torn := func() (whole bool) {
		defer func() { whole = recover() == nil }()
		w.get("/download/code.raw?repository=shop&path=torn")
		return true
	}
	if got := torn(); got {
		t.Error("a file that was not written whole ends as one that was")
	}
	for _, path := range []string{"/download/code.tree?repository=shop", "/download/run.start", "/download/none"} {
		if got := w.get(path); got.Code < 400 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestLinksOfADocumentLeadIntoItsRepository(t *testing.T) {
	w := newWorld(t, allPages(), allOps(true)...)
	got := string(w.site.readmeOf("[a](../b.go#L3) [c](/d/e) [f](https://example.org/g) [h](#i) [j](javascript:alert(1)) [k](//evil.example/l) [m](../../../n)", "src/x", "/repositories/shop/file?at=main"))
	for _, want := range []string{`href="/repositories/shop/file?at=main&amp;path=src%2Fb.go#L3"`, `path=d%2Fe"`, `href="https://example.org/g"`, `href="#i"`, `path=n"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "javascript:") {
		t.Error(got)
	}
}

func TestALongLineOfAFileIsCutAndSaysSo(t *testing.T) {
	got := string(sourceOf(paintOf("a.go"), strings.Repeat("<", 5000)+"\r\nif x {", 7))
	if len(got) > 12_000 || !strings.Contains(got, "3000 bytes more") || !strings.Contains(got, `id="L8"`) || !strings.Contains(got, `<span class="tk">if</span>`) || strings.Contains(got, "<<") {
		t.Errorf("%d %s", len(got), got[len(got)-300:])
	}
}
