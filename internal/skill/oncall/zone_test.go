package oncall

import (
	"encoding/json"
	"testing"
	"time"

	"prentice/internal/engine/rota"
)

func TestWhatCameOverTheAPIShowsTheClockOfTheRota(t *testing.T) {
	set, findings := rota.Load("oncall.yaml", []byte(`rotas: [{name: primary, zone: Europe/Berlin, layers: [{people: [ann, ben], start: "2026-03-02", handover: mon 09:00}]}]`))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	raw, err := json.Marshal(LineOf(set.Rotas[0], time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), nil))
	if err != nil {
		t.Fatal(err)
	}
	var l Line
	if err := json.Unmarshal(raw, &l); err != nil {
		t.Fatal(err)
	}
	if got := l.Local(l.Until); got != "Mon 2026-03-30 09:00 CEST" {
		t.Error(got)
	}
}
