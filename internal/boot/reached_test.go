package boot

import (
	"net/http"
	"testing"

	"prentice/internal/op"
)

func TestNoWayInTakesTheAddressOfAPage(t *testing.T) {
	pages := []op.Page{{Path: "/calendar"}, {Path: "/runs/{run}"}}
	for taken, fails := range map[string]bool{"/ical/": false, "/calendar/": true, "/calendar": true, "/runs/": true} {
		mux := http.NewServeMux()
		mux.Handle("/", http.NotFoundHandler())
		mux.Handle(taken, http.NotFoundHandler())
		if err := reached(mux, pages); (err != nil) != fails {
			t.Errorf("%s: %v", taken, err)
		}
	}
}
