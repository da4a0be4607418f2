package choice_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/choice"
)

const token = "s3cr3t-of-the-registry"

func asker() choice.Asker {
	return choice.Asker{Secret: func(_ context.Context, name string) (string, error) {
		if name == "gone" {
			return "", errors.New("is not there")
		}
		return token, nil
	}}
}

// registry answers as its path says, and counts who came to where no one is led.
func registry(t *testing.T) (at string, led *int) {
	led = new(int)
	mux := http.NewServeMux()
	mux.HandleFunc("/tags", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token || r.Header.Get("X-Api-Key") != token {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"tags":["v1","v2"]}`)
	})
	mux.HandleFunc("/led", func(w http.ResponseWriter, r *http.Request) { *led++; fmt.Fprint(w, "v1") })
	mux.HandleFunc("/leads", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/led", http.StatusFound) })
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusInternalServerError) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://x.example/"+r.Header.Get("Authorization")[len("Bearer "):])
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/repeats", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "v1\nyou said: %s\n", r.Header.Get("Authorization"))
	})
	mux.HandleFunc("/flood", func(w http.ResponseWriter, r *http.Request) {
		for range 64 {
			if _, err := w.Write(bytes.Repeat([]byte("v1\n"), 100_000)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(bytes.Repeat([]byte("v"), 8<<20)) //nolint:errcheck // the other side hangs up
		z.Close()                                 //nolint:errcheck // so here
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "v1\nv2\n")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, led
}

func TestAnAddressIsAskedAndNoOther(t *testing.T) {
	at, led := registry(t)
	for _, c := range []struct {
		source       prentice.ChoiceSource
		values, says string
	}{
		{prentice.ChoiceSource{URL: at + "/tags", Path: "$.tags", Bearer: "t", Headers: map[string]string{"X-Api-Key": "t"}}, "v1 v2", ""},
		{prentice.ChoiceSource{URL: at + "/tags", Path: "$.tags"}, "", "it answered 401 Unauthorized"},
		{prentice.ChoiceSource{URL: at + "/tags", Bearer: "gone"}, "", "the secret gone: is not there"},
		{prentice.ChoiceSource{URL: at + "/leads"}, "", "leads to " + at + "/led, where it was not followed"},
		{prentice.ChoiceSource{URL: at + "/echo", Bearer: "t"}, "", "leads to http://x.example/"},
		{prentice.ChoiceSource{URL: at + "/repeats", Bearer: "t"}, "", "value 2 repeats a secret"},
		{prentice.ChoiceSource{URL: at + "/broken"}, "", "it answered 500"},
		{prentice.ChoiceSource{URL: at + "/flood"}, "", "more than 1048576 bytes"},
		{prentice.ChoiceSource{URL: at + "/bomb"}, "", "value 1 is none"},
		{prentice.ChoiceSource{URL: at + "/cut"}, "", "the rest of its answer did not come"},
		{prentice.ChoiceSource{URL: at + "/slow"}, "", "no answer in time"},
		{prentice.ChoiceSource{URL: "http://127.0.0.1:1/"}, "", "nothing listens there"},
		{prentice.ChoiceSource{URL: "http://169.254.169.254/latest/meta-data/"}, "", "its name leads to 169.254.169.254"},
		{prentice.ChoiceSource{URL: "http://[fe80::1]/"}, "", "its name leads to fe80::1"},
		{prentice.ChoiceSource{URL: "http://[::ffff:169.254.169.254]/"}, "", "its name leads to 169.254.169.254"},
		{prentice.ChoiceSource{URL: "http://0.0.0.0:1/"}, "", "its name leads to 0.0.0.0"},
	} {
		within := time.Minute
		if c.says == "no answer in time" {
			within = 200 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(context.Background(), within)
		values, err := asker().Ask(ctx, c.source)
		cancel()
		if strings.Join(values, " ") != c.values || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %.60q %v", c.source.URL, values, err)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%s: the reason shows a secret: %v", c.source.URL, err)
		}
	}
	if *led != 0 {
		t.Errorf("it was led elsewhere %d times", *led)
	}
}

func TestAScriptSaysWhatItPrintsOrWhyNot(t *testing.T) {
	a := choice.Asker{Box: func(_ context.Context, script string, out *bytes.Buffer) (string, error) {
		out.WriteString(script)
		if strings.Contains(script, "bad") {
			return "it ended with exit code 3", nil
		}
		return "", nil
	}}
	if values, err := a.Ask(context.Background(), prentice.ChoiceSource{Script: "f", Text: "v1\nv2\n"}); err != nil || len(values) != 2 {
		t.Error(values, err)
	}
	if _, err := a.Ask(context.Background(), prentice.ChoiceSource{Script: "f", Text: "so\nbad \x1b[2J\n"}); err == nil || !strings.Contains(err.Error(), "exit code 3: bad") || strings.Contains(err.Error(), "\x1b") {
		t.Error(err)
	}
	if _, err := (choice.Asker{}).Ask(context.Background(), prentice.ChoiceSource{Script: "f"}); err == nil || !strings.Contains(err.Error(), "no sandbox") {
		t.Error(err)
	}
}
