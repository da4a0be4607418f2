package support

import (
	"encoding/json"
	"testing"

	"prentice"
)

func TestARunThatOnlyReadClosesNoIncident(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart-service"}
		w.happens("probe.failed", connection)
		read := w.moves(1, "restart-service", prentice.Verified, "seen")
		var data map[string]any
		if err := json.Unmarshal(read.Data, &data); err != nil {
			t.Fatal(err)
		}
		data["risk"] = "look"
		read.Data, _ = json.Marshal(data) //nolint:errcheck // it was read from JSON
		w.hears(read)
		if d := w.show(1); d.State == Closed || d.Runs[0].State != prentice.Verified {
			t.Errorf("incident %s, run %s", d.State, d.Runs[0].State)
		}
	})
}
