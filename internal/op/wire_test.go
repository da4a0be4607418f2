package op

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"prentice"
)

func TestAnErrorOnTheWireTellsItsKindAndNothingOfWhatIsInside(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		body   string
	}{
		{prentice.Errorf(prentice.NotFound, "no run 7").Try("list them"), http.StatusNotFound, `"detail":"no run 7","hint":"list them","kind":"not-found"}`},
		{prentice.Errorf(prentice.Invalid, "no key x").In(prentice.Pos{File: "a.yaml", Line: 2}), http.StatusUnprocessableEntity, `"at":{`},
		{errors.New("dial tcp 10.0.0.7"), http.StatusInternalServerError, `"type":"urn:prentice:error:internal"`},
		{prentice.Errorf(prentice.Unauthenticated, "no token"), http.StatusUnauthorized, `"kind":"unauthenticated"`},
	} {
		w := httptest.NewRecorder()
		WireOf(c.err).Answer(w)
		body := w.Body.String()
		if w.Code != c.status || !strings.Contains(body, c.body) || strings.Contains(body, "10.0.0.7") || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%v: %d %s", c.err, w.Code, body)
		}
		if asks := w.Header().Get("WWW-Authenticate") != ""; asks != (c.status == http.StatusUnauthorized) {
			t.Errorf("%v: asks who it is: %t", c.err, asks)
		}
	}
}
