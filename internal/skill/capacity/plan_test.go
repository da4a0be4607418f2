package capacity

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db/dbtest"
)

func TestAChangeIsShownBesideTodayByTheSameForecast(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for i := range 100 {
		w.now = now.AddDate(0, 0, i-100)
		w.put("disk", int64(100+i), 210, "gigabytes")
		w.put("other", int64(10+i%2), 210, "gigabytes")
		w.put("seats", 5, 50, "seats")
	}
	w.put("young", 1, 2, "gigabytes")
	w.now = now
	for _, c := range []struct {
		in             PlanIn
		today, changed string
	}{
		{PlanIn{Growth: 1, Use: 1}, "about 2026-03-14", "about 2026-03-14"},
		{PlanIn{Growth: 2, Use: 1}, "about 2026-03-14", "about 2026-03-09"},
		{PlanIn{Growth: 1, Use: 1, Add: 5}, "about 2026-03-14", "about 2026-03-19"},
		{PlanIn{Growth: 1, Use: 1, Remove: 5}, "about 2026-03-14", "about 2026-03-09"},
		{PlanIn{Growth: 1, Use: 1, Bring: 5}, "about 2026-03-14", "about 2026-03-09"},
		{PlanIn{Growth: 0, Use: 1}, "about 2026-03-14", "it lasts beyond"},
		{PlanIn{Growth: 1, Use: 0.5}, "about 2026-03-14", "it lasts beyond"},
		{PlanIn{Growth: 1, Use: 2}, "about 2026-03-14", nothingLeft},
		{PlanIn{Growth: 1, Use: 1, Take: 150, To: "other"}, "about 2026-03-14", "it lasts beyond"},
	} {
		c.in.Name = "disk"
		p, err := w.plan(t.Context(), w.call(), c.in)
		if err != nil {
			t.Fatalf("%+v: %v", c.in, err)
		}
		if r := p.Resources[0]; !strings.Contains(r.Today.Says, c.today) || !strings.Contains(r.Changed.Says, c.changed) {
			t.Errorf("%+v: %s | %s", c.in, r.Today.Says, r.Changed.Says)
		}
		if shown, err := w.show(t.Context(), w.call(), NameIn{"disk"}); err != nil || shown.Says != p.Resources[0].Today.Says {
			t.Errorf("today is %s there, and %s here: %v", shown.Says, p.Resources[0].Today.Says, err)
		}
		if c.in.To != "" && (len(p.Resources) != 2 || p.Resources[1].Changed.Used < 160) {
			t.Errorf("what goes comes: %+v", p.Resources)
		}
	}
	p, err := w.plan(t.Context(), w.call(), PlanIn{Name: "young", Growth: 3, Use: 1})
	if err != nil || p.Resources[0].Changed.State != Unknown || !strings.Contains(p.Resources[0].Changed.Says, "too short a time") {
		t.Errorf("what was hardly measured has no day under any change: %+v %v", p, err)
	}
	for _, bad := range []PlanIn{{Name: "disk", Remove: 210}, {Name: "disk", To: "other"}, {Name: "disk", To: "disk", Take: 1}, {Name: "disk", To: "seats", Take: 1}} {
		bad.Growth, bad.Use = 1, 1
		if _, err := w.plan(t.Context(), w.call(), bad); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
