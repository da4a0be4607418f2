package environment

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// telling is a back end whose services print what they were given.
type telling struct {
	*scripted
	text string
}

func (b telling) Logs(context.Context, string, string, time.Time, bool) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("it is " + b.text + "\n")), nil
}

func (b telling) Exec(_ context.Context, _, _ string, p Program) (int, error) {
	io.WriteString(p.Out, "no entry with "+b.text) //nolint:errcheck // a buffer
	return 1, nil
}

func (b telling) States(ctx context.Context, id string) (map[string]State, error) {
	all, err := b.scripted.States(ctx, id)
	for name, s := range all {
		if name == "bad" {
			s.Said = "it does not know " + b.text
		}
		all[name] = s
	}
	return all, err
}

func TestWhatAServiceWasGivenAsASecretIsNowhereInWhatItSays(t *testing.T) {
	const secret = "hunter22-and-more"
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, newScripted())
		w.Backends["scripted"] = telling{w.on, secret}
		known := secret
		w.Secret = func(context.Context, string) (string, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if known == "" {
				return "", prentice.Errorf(prentice.NotFound, "there is no such secret")
			}
			return known, nil
		}
		w.run()
		e := w.await(w.ask(Service{Name: "web", Secret: map[string]string{"PASSWORD": "db-password"}}).ID, Ready)
		w.mu.Lock()
		known = "another-by-now" // what it was given is hidden all the same
		w.mu.Unlock()
		b, err := w.Backend(e)
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.Logs(t.Context(), e.ID, "web", time.Time{}, false)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := io.ReadAll(r)
		if r.Close(); err != nil || string(printed) != "it is •••\n" {
			t.Errorf("its log is %q, %v", printed, err)
		}
		var out bytes.Buffer
		if code, err := b.Exec(t.Context(), e.ID, "web", Program{Out: &out}); err != nil || code != 1 || out.String() != "no entry with •••" {
			t.Errorf("a program beside it prints %q, %v", out.String(), err)
		}
		w.stop(e.ID)
		w.await(e.ID, Stopped)
		if text, err := w.Printed(t.Context(), e.ID, "web"); err != nil || text != "it is •••\n" {
			t.Errorf("what is kept of it is %q, %v", text, err)
		}

		w.mu.Lock()
		known = secret
		w.mu.Unlock()
		w.on.codes["bad"] = 3
		e = w.await(w.ask(Service{Name: "bad", Secret: map[string]string{"PASSWORD": "db-password"}}).ID, Failed)
		if e.Says != "bad could not begin: it does not know •••" {
			t.Errorf("why it failed is %q", e.Says)
		}

		// Of one that another process began the secret is not known once it was removed.
		w.mu.Lock()
		known = ""
		w.mu.Unlock()
		w.ungave(e.ID)
		if b, err = w.Backend(e); err != nil {
			t.Fatal(err)
		}
		if _, err = b.Logs(t.Context(), e.ID, "web", time.Time{}, false); err == nil || !strings.Contains(err.Error(), "is not shown") {
			t.Errorf("it is shown: %v", err)
		}
	})
}
