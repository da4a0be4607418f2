package deadman_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"prentice/internal/adapter/deadman"
)

func TestAPingIsHeardOrSaysWhyNotWithoutItsAddress(t *testing.T) {
	heard := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ping/hunter2":
			heard++
		case "/away/hunter2":
			http.Redirect(w, r, "/ping/hunter2", http.StatusFound)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer s.Close()
	ping := func(address string, err error) error {
		return deadman.Switch{Address: func(context.Context) (string, error) { return address, err }}.Ping(t.Context())
	}
	if err := ping(s.URL+"/ping/hunter2\n", nil); err != nil || heard != 1 {
		t.Errorf("%d were heard: %v", heard, err)
	}
	for _, address := range []string{s.URL + "/away/hunter2", s.URL + "/gone/hunter2", "http://127.0.0.1:1/hunter2", "hunter2", "ftp://hunter2/", "http://\x00hunter2/", "http://[hunter2/"} {
		if err := ping(address, nil); err == nil || strings.Contains(err.Error(), "hunter2") || heard != 1 {
			t.Errorf("of %q it says %v, and %d were heard", address, err, heard)
		}
	}
	if err := ping("", errors.New("it is not kept")); err == nil {
		t.Error("without an address it says that all is well")
	}
}
