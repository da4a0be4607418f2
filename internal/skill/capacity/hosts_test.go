package capacity

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/hostfacts"
	"prentice/internal/engine/provision"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

const said = "== stat\ncpu 1 0 0 9 0\ncpu0 1 0 0 9 0\n== meminfo\nMemTotal: 100 kB\nMemAvailable: 40 kB\n== disks\n/dev/sda 100 100 0 100% /\n/dev/sdb 100 10 90 10% /var/a-b\n/dev/sdc 100 10 90 10% /var/a/b\n== end\n"

func looking(t *testing.T, d *db.DB, file string) *world {
	t.Helper()
	w := newWorld(t, d)
	if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM capacity_hosts`); return err }); err != nil {
		t.Fatal(err)
	}
	set, found := provision.Load("capacity.yaml", []byte(file))
	if len(found) > 0 {
		t.Fatal(found)
	}
	w.Set = func() *provision.Set { return set }
	w.Hosts = func() []team.Host { return []team.Host{{Ref: "host/web1"}, {Ref: "host/web2"}, {Ref: "host/other"}} }
	w.Look = func(context.Context, team.Host, string) (hostfacts.Answer, error) {
		return hostfacts.Answer{Text: said, Sent: w.now, Heard: w.now}, nil
	}
	return w
}

func TestAHostThatIsLookedAtHasResourcesAndAFullDiskIsToldAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := looking(t, d, "hosts: [\"web*\"]")
		if due := w.dueHosts(t.Context()); len(due) != 2 {
			t.Fatalf("%+v", due)
		}
		shown, err := w.lookNow(t.Context(), w.call(), HostIn{"web1"})
		if err != nil || shown.State != Exhausted || len(shown.Resources) != 4 {
			t.Fatalf("%+v %v", shown, err)
		}
		if shown.Resources[0].Name != "web1-disk" || shown.Resources[0].State != Exhausted {
			t.Errorf("%+v", shown.Resources[0])
		}
		if len(w.sent) != 1 || !strings.Contains(w.sent[0].ID, "web1-disk exhausted") {
			t.Errorf("%+v", w.sent)
		}
		if due := w.dueHosts(t.Context()); len(due) != 1 || due[0].Ref != "host/web2" {
			t.Errorf("%+v", due)
		}
		if _, err := w.lookNow(t.Context(), w.call(), HostIn{"other"}); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("the team did not name it: %v", err)
		}

		w.Look = func(context.Context, team.Host, string) (hostfacts.Answer, error) {
			return hostfacts.Answer{}, errors.New("no route to it")
		}
		w.now = w.now.Add(time.Hour)
		if _, err := w.lookNow(t.Context(), w.call(), HostIn{"web1"}); err == nil {
			t.Error("it was looked at")
		}
		after, err := w.showHost(t.Context(), w.call(), HostIn{"web1"})
		if err != nil || after.State != Unknown || !strings.Contains(after.Says, "no route to it") || !after.Facts.Memory.Known() {
			t.Errorf("what was known stays, and says that it is old: %+v %v", after, err)
		}
	})
}

func TestNamesOfResourcesAreToldApart(t *testing.T) {
	seen := map[string]string{}
	for _, host := range []string{"web1", "Web1", "web_1", "web-1", strings.Repeat("a", 90), strings.Repeat("a", 91)} {
		for _, what := range []string{"disk", "disk-var", "disk/var", "disk/var/a-b", "disk/var-a/b", "disk" + strings.Repeat("/x", 90), "disk/ü"} {
			name := named(host, what)
			if was, there := seen[name]; there && was != host+"-"+what {
				t.Errorf("%s is %s and %s", name, was, host+"-"+what)
			}
			seen[name] = host + "-" + what
			if len(name) > longestName || !prentice.ValidName(name) {
				t.Errorf("%q is no name", name)
			}
		}
	}
	if got := named("web1", "disk-var"); got != "web1-disk-var" {
		t.Error(got)
	}
}

func TestAHostTakesOverNoResourceOfAnother(t *testing.T) {
	w := looking(t, dbtest.SQLite(t), "hosts: [web1]")
	w.put("web1-memory", 1, 2, "seats")
	if _, err := w.lookNow(t.Context(), w.call(), HostIn{"web1"}); prentice.KindOf(err) != prentice.Conflict {
		t.Error(err)
	}
}

func TestWhatEndsOnADayIsToldFromItsNoticeOnAndWhatAProbeSeesIsNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := looking(t, d, "ends:\n  - {name: soon, kind: licence, about: group/shop, ends: 2026-03-20}\n  - {name: later, kind: domain, about: group/shop, ends: 2027-03-20}\n  - {name: over, kind: domain, about: group/shop, ends: 2026-01-20}\n")
		w.Endings = func(context.Context) ([]Ended, error) {
			return []Ended{{Name: "tls", Kind: "certificate", About: "service/shop", Ends: w.now.AddDate(0, 0, 3), Seen: w.now, Pressed: true}}, nil
		}
		list, err := w.list(t.Context(), w.call(), ListIn{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range list.Resources {
			got = append(got, l.Name+" "+string(l.State))
		}
		if strings.Join(got, ", ") != "over exhausted, shop-tls-certificate ending, soon ending, later enough" {
			t.Errorf("%v", got)
		}
		if err := w.tell(t.Context()); err != nil || len(w.sent) != 2 {
			t.Errorf("%v %+v", err, w.sent)
		}
		if _, err := w.record(t.Context(), w.call(), RecordIn{Name: "soon", About: "group/shop", Used: 1, Limit: 2, Unit: "seats"}); prentice.KindOf(err) != prentice.Conflict {
			t.Error(err)
		}
	})
}
