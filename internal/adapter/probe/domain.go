package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// registration is the kind domain: a name is registered, and for long enough. Registries are
// asked once a day, whatever the interval.
type registration struct {
	p *Prober

	mu    *sync.Mutex // guards all below
	known map[string]registered
}

// registered is what a registry answered.
type registered struct {
	until time.Time
	asked time.Time
}

const (
	bootstrap = "https://data.iana.org/rdap/dns.json" // which registry is asked for which names (RFC 9224)
	askEvery  = 24 * time.Hour

	warnDomain, pageDomain = 30 * 24 * time.Hour, 7 * 24 * time.Hour
)

// errNoRegistry is of names that no registry answers for by this protocol.
var errNoRegistry = errors.New("its registry answers no questions by RDAP; write until: with the day on which it ends")

// Name implements prentice.ProbeKind.
func (*registration) Name() string { return "domain" }

// Keys implements prentice.ProbeKind.
func (*registration) Keys() []string { return []string{"registry", "until"} }

// Lint implements prentice.ProbeKind.
func (*registration) Lint(q prentice.Probe) (found []prentice.Finding) {
	name := strings.ToLower(strings.TrimSuffix(q.Target, "."))
	own, err := publicsuffix.EffectiveTLDPlusOne(name)
	switch {
	case err != nil || strings.ContainsAny(name, "/: "):
		found = wrong("write a name, such as example.org", "target %q is not a name that is registered", clip.Text(q.Target))
	case own != name:
		found = wrong("write "+own, "target %q is part of %s, which is what is registered", clip.Text(q.Target), own)
	}
	if r := q.Options.Text("registry"); r != "" && !reach.IsWeb(r) {
		found = append(found, wrong("write https://rdap.example/", "registry %q is not an address on the web", clip.Text(r))...)
	}
	if u := q.Options.Text("until"); u != "" {
		if _, err := time.Parse(time.DateOnly, u); err != nil {
			found = append(found, wrong("write it as 2027-03-31", "until %q is not a day", clip.Text(u))...)
		}
	}
	return found
}

// Says implements prentice.ProbeKind.
func (*registration) Says(prentice.Probe) string { return "stays registered" }

// Machine implements prentice.ProbeKind: the registry is none of the team's.
func (*registration) Machine(prentice.Probe) string { return "" }

// Look implements prentice.ProbeKind.
func (k *registration) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	name, now := strings.ToLower(strings.TrimSuffix(q.Target, ".")), time.Now()
	if day := q.Options.Text("until"); day != "" {
		until, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return unseen(fmt.Sprintf("until %q is not a day", day))
		}
		return stays(now, name, until)
	}
	k.mu.Lock()
	last, known := k.known[q.Options.Text("registry")+" "+name]
	k.mu.Unlock()
	if age := now.Sub(last.asked); known && age >= 0 && age < askEvery {
		return stays(now, name, last.until)
	}
	until, err := k.ask(ctx, q.Options.Text("registry"), name)
	switch {
	case errors.Is(err, errNoRegistry):
		return unseen(name + ": " + err.Error())
	case errors.Is(err, errUnregistered):
		return failed(name + " is not registered")
	case err != nil: // that a registry is ill says nothing of the name
		return unseen(fmt.Sprintf("the registry of %s could not be asked: %s", name, printed(reach.Why(err))))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) > 10_000 {
		clear(k.known)
	}
	k.known[q.Options.Text("registry")+" "+name] = registered{until, now}
	return stays(now, name, until)
}

// stays judges how long a name stays registered.
func stays(now time.Time, name string, until time.Time) prentice.Observation {
	left := until.Sub(now)
	if left <= 0 {
		seen := failed(fmt.Sprintf("the registration of %s ended on %s", name, day(until)))
		seen.Ends = until
		return seen
	}
	seen := prentice.Observation{Truth: prentice.Pass, Ends: until, Says: fmt.Sprintf("the registration of %s ends on %s, in %s", name, day(until), days(left))}
	switch {
	case left <= pageDomain:
		seen.Truth = prentice.Fail
		seen.Says += "; renew it now"
	case left <= warnDomain:
		seen.Degraded = true
		seen.Says += "; renew it"
	}
	return seen
}

var errUnregistered = errors.New("it is not registered")

// ask asks the registry of a name until when it is registered.
func (k *registration) ask(ctx context.Context, registry, name string) (time.Time, error) {
	if registry == "" {
		var err error
		if registry, err = k.registryOf(ctx, name); err != nil {
			return time.Time{}, err
		}
	}
	var answer struct {
		Events []struct {
			Action string    `json:"eventAction"`
			Date   time.Time `json:"eventDate"`
		} `json:"events"`
	}
	status, err := k.fetch(ctx, strings.TrimSuffix(registry, "/")+"/domain/"+name, &answer)
	switch {
	case status == http.StatusNotFound:
		return time.Time{}, errUnregistered
	case err != nil:
		return time.Time{}, err
	}
	for _, e := range answer.Events {
		if e.Action == "expiration" && !e.Date.IsZero() {
			return e.Date, nil
		}
	}
	return time.Time{}, errNoRegistry // some answer, and keep the day to themselves
}

// registryOf finds which registry answers for a name, in the list that IANA keeps.
func (k *registration) registryOf(ctx context.Context, name string) (string, error) {
	var list struct {
		Services [][][]string `json:"services"`
	}
	if _, err := k.fetch(ctx, bootstrap, &list); err != nil {
		return "", err
	}
	return chosen(list.Services, name)
}

// chosen is the registry of the longest ending of a name.
func chosen(services [][][]string, name string) (string, error) {
	best, at := "", ""
	for _, s := range services {
		if len(s) != 2 {
			continue
		}
		for _, ending := range s[0] {
			if !strings.HasSuffix("."+name, "."+strings.ToLower(ending)) || len(ending) <= len(best) {
				continue
			}
			for _, url := range s[1] {
				if strings.HasPrefix(url, "https://") {
					best, at = ending, url
				}
			}
		}
	}
	if at == "" {
		return "", errNoRegistry
	}
	return at, nil
}

// fetch reads a JSON of at most 4 MiB.
func (k *registration) fetch(ctx context.Context, url string, into any) (status int, err error) {
	r, err := http.NewRequestWithContext(context.WithValue(ctx, asked{}, prentice.Probe{Options: prentice.Options{"redirects": {"any"}}}), http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Accept", "application/rdap+json, application/json")
	answer, err := k.p.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return answer.StatusCode, fmt.Errorf("it answered %d", answer.StatusCode)
	}
	return answer.StatusCode, json.NewDecoder(io.LimitReader(answer.Body, 4<<20)).Decode(into)
}

var _ prentice.ProbeKind = (*registration)(nil)
