package preview

import (
	"strconv"
	"testing"
	"time"
)

func TestANameMeansOnePlaceOrNothing(t *testing.T) {
	d := Domain{Scheme: "http", Name: Local, Port: "7400"}
	for host, want := range map[string]Named{
		"change-42.preview.localhost":          {Place: "change-42"},
		"CHANGE-42.Preview.Localhost.:7400":    {Place: "change-42"},
		"api--change-42.preview.localhost":     {Place: "change-42", Service: "api"},
		"e12x.preview.localhost:1":             {Place: "e12x"},
		"preview.localhost":                    {},
		"a.b.preview.localhost":                {},
		"-a.preview.localhost":                 {},
		"a-.preview.localhost":                 {},
		"--a.preview.localhost":                {},
		"a--.preview.localhost":                {},
		"a--b--c.preview.localhost":            {},
		"a_b.preview.localhost":                {},
		"change-42.preview.localhost.evil.net": {},
		"change-42.preview.localhost:x":        {},
		"change-42preview.localhost":           {},
		"":                                     {},
		"[::1]":                                {},
		"ä.preview.localhost":                  {},
		"change-42.preview.localhost/..":       {},
		"change-42.preview.localhost@evil.net": {},
		"evil.net#.preview.localhost":          {},
	} {
		if got, ok := d.Named(host); got != want && ok || ok != (want != Named{}) {
			t.Errorf("%q is %+v, %v", host, got, ok)
		}
	}
	for named, want := range map[Named]string{
		{Place: "change-42"}:                 "http://change-42.preview.localhost:7400",
		{Place: "change-42", Service: "api"}: "http://api--change-42.preview.localhost:7400",
		{Place: "a--b"}:                      "",
		{Place: "a", Service: "b_c"}:         "",
	} {
		if got := d.URL(named); got != want {
			t.Errorf("%+v: %q, want %q", named, got, want)
		}
	}
	if got := (Domain{Scheme: "https", Name: "preview.example.net", Port: "443"}).URL(Named{Place: "a"}); got != "https://a.preview.example.net" {
		t.Error(got)
	}
}

func FuzzAHostIsReadBackAsItWasWritten(f *testing.F) {
	for _, host := range []string{"change-42.preview.localhost", "api--change-42.preview.localhost:7400", "a--b--c.preview.localhost"} {
		f.Add(host)
	}
	d := Domain{Scheme: "http", Name: Local}
	f.Fuzz(func(t *testing.T, host string) {
		n, ok := d.Named(host)
		if !ok {
			return
		}
		if back, ok := d.Named(d.Host(n)); !ok || back != n {
			t.Errorf("%q is %+v, which is %q", host, n, d.Host(n))
		}
	})
}

func TestADomainIsANameThatEveryoneReadsAlike(t *testing.T) {
	for text, want := range map[string]Domain{
		"preview.example.net":      {Scheme: "https", Name: "preview.example.net"},
		"Preview.Example.net:8443": {Scheme: "https", Name: "preview.example.net", Port: "8443"},
		"preview.localhost":        {Scheme: "http", Name: "preview.localhost"},
		"localhost":                {}, "": {}, "*.example.net": {}, "https://a.b": {}, "a.b:x": {}, "a..b": {}, "10.0.0.1/": {}, "a.b/c": {},
	} {
		if got, err := ParseDomain(text); got != want || (err == nil) != (want != Domain{}) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestAPassIsGoodAtOneHostUntilItsEnd(t *testing.T) {
	k, err := OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	other, _ := OpenKey(t.TempDir())
	now := time.Now()
	p := Pass{Env: "e1", Person: "ann", Ends: now.Add(time.Hour).UTC().Truncate(time.Microsecond)}
	sealed := k.Seal(p, "a.preview.localhost")
	if got, ok := k.Unseal(sealed, "a.preview.localhost", now); !ok || got != p {
		t.Errorf("%+v, %v", got, ok)
	}
	for says, bad := range map[string]bool{
		"another host": opens(k, sealed, "b.preview.localhost", now),
		"another key":  opens(other, sealed, "a.preview.localhost", now),
		"its end":      opens(k, sealed, "a.preview.localhost", now.Add(time.Hour)),
		"cut":          opens(k, sealed[:len(sealed)-1], "a.preview.localhost", now),
		"nothing":      opens(k, "", "a.preview.localhost", now),
		"a link":       opens(k, k.Token(Link{Number: 1, Env: "e1"}), "a.preview.localhost", now),
	} {
		if bad {
			t.Errorf("%s: it lets in", says)
		}
	}
}

func opens(k Key, sealed, host string, at time.Time) bool {
	_, ok := k.Unseal(sealed, host, at)
	return ok
}

func TestATokenIsThatOfOneLink(t *testing.T) {
	k, _ := OpenKey(t.TempDir())
	l := Link{Number: 7, Env: "e1", Ends: time.UnixMicro(1_700_000_000_000_000)}
	token := k.Token(l)
	if n, ok := NumberOf(token); n != 7 || !ok || !k.Genuine(token, l) {
		t.Errorf("%s: %d %v", token, n, ok)
	}
	for _, other := range []Link{{Number: 7, Env: "e2", Ends: l.Ends}, {Number: 7, Env: "e1", Ends: l.Ends.Add(time.Hour)}, {Number: 8, Env: "e1", Ends: l.Ends}} {
		if k.Genuine(token, other) {
			t.Errorf("%+v", other)
		}
	}
	for _, bad := range []string{"", "7", "07.x", "+7.x", "-1.x", "x.7", "7 .x"} {
		if _, ok := NumberOf(bad); ok {
			t.Errorf("%q", bad)
		}
	}
}

func TestOfAPlaceTheLastRequestsAreRemembered(t *testing.T) {
	var q Requests
	at := time.Unix(0, 0)
	for i := range MostAsked + 7 {
		q.Add("e1", Asked{At: at.Add(time.Duration(i) * time.Second), Path: "/" + strconv.Itoa(i)})
	}
	list := q.Of("e1", 1000)
	if len(list) != MostAsked || list[0].Path != "/506" || list[MostAsked-1].Path != "/7" {
		t.Errorf("%d, %s to %s", len(list), list[0].Path, list[len(list)-1].Path)
	}
	for i := range mostPlaces {
		q.Add("o"+strconv.Itoa(i), Asked{At: at.Add(time.Hour)})
	}
	if len(q.by) != mostPlaces || len(q.Of("e1", 1)) != 0 {
		t.Errorf("%d places, and of the oldest %d", len(q.by), len(q.Of("e1", 1)))
	}
}
