package metric

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAScrapeIsAnsweredInTheFormatThatWasAskedFor(t *testing.T) {
	families := []Family{
		One("shop_open", "Whether the shop is open.", Yes(true)),
		{Name: "shop_sold_total", Help: "Things sold.", Counter: true, Labels: []string{"thing"}, Samples: []Sample{{[]string{`a "b"` + "\n"}, 3}, {[]string{"c"}, 4}}},
	}
	for accept, want := range map[string][]string{
		"": {"# TYPE shop_open gauge", "shop_open 1\n", `shop_sold_total{thing="a \"b\"\n"} 3`, "# TYPE shop_sold_total counter", "go_goroutines ", "process_open_fds "},
		"application/openmetrics-text; version=1.0.0": {"# TYPE shop_sold counter", `shop_sold_total{thing="c"} 4.0`, "# EOF"},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		Handler(families).ServeHTTP(w, r)
		for _, line := range want {
			if !strings.Contains(w.Body.String(), line) {
				t.Errorf("accepting %q: no %q in\n%s", accept, line, w.Body.String())
			}
		}
	}
}

func TestASampleThatDoesNotFitItsFamilyIsAnError(t *testing.T) {
	w := httptest.NewRecorder()
	Handler([]Family{{Name: "x", Help: "x", Labels: []string{"a"}, Samples: []Sample{{Value: 1}}}}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 500 {
		t.Errorf("answered %d", w.Code)
	}
}
