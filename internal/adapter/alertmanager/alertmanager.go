// Package alertmanager tells an Alertmanager of silences over its API, version 2
// (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml).
//
// A silence that it adds says in its comment which of ours it is a copy of: that is
// how it is found again. It follows no redirect, reads no more than a bound, and its
// errors do not hold the token.
package alertmanager

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"prentice/internal/engine/silence"
	"prentice/internal/kit/label"
)

const (
	patience = 10 * time.Second // for one request
	mostRead = 16 << 20         // of an answer
)

// Alertmanager is one, at an address.
type Alertmanager struct {
	URL       string
	TokenFile string // whose content is the bearer token; "" is none
	client    *http.Client
}

// New is an Alertmanager at an address such as http://127.0.0.1:9093. Below a path it
// is at that path.
func New(address, tokenFile string) *Alertmanager {
	return &Alertmanager{URL: strings.TrimRight(address, "/"), TokenFile: tokenFile, client: &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// matcher is one of a silence on the wire.
type matcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual bool   `json:"isEqual"`
}

// mark is how a comment says which silence its own is a copy of.
var mark = regexp.MustCompile(`\[prentice ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]$`)

// List implements silence.Receiver.
func (a *Alertmanager) List(ctx context.Context) ([]silence.Copy, error) {
	var all []struct {
		ID      string `json:"id"`
		Comment string `json:"comment"`
		Status  struct {
			State string `json:"state"`
		} `json:"status"`
	}
	if err := a.ask(ctx, http.MethodGet, "silences", nil, &all); err != nil {
		return nil, err
	}
	var list []silence.Copy
	for _, s := range all {
		c := silence.Copy{ID: s.ID, Over: s.Status.State == silence.Expired}
		if found := mark.FindStringSubmatch(s.Comment); found != nil {
			c.Of = found[1]
		}
		list = append(list, c)
	}
	return list, nil
}

// Add implements silence.Receiver.
func (a *Alertmanager) Add(ctx context.Context, s silence.Silence) (id string, err error) {
	body := map[string]any{"startsAt": s.Starts.UTC(), "endsAt": s.Ends.UTC(), "createdBy": "prentice", "comment": comment(s)}
	var matchers []matcher
	for _, text := range s.Matchers {
		m, err := label.Parse(text)
		if err != nil {
			return "", err
		}
		matchers = append(matchers, matcher{m.Name, m.Value, strings.HasSuffix(m.Op, "~"), !strings.HasPrefix(m.Op, "!")})
	}
	body["matchers"] = matchers
	var made struct {
		SilenceID string `json:"silenceID"`
	}
	err = a.ask(ctx, http.MethodPost, "silences", body, &made)
	return made.SilenceID, err
}

// comment says what a silence is a copy of: one of ours, or maintenance, which has no
// number.
func comment(s silence.Silence) string {
	of := fmt.Sprintf("%s by %s", s.Ref(), s.By)
	if s.Number == 0 {
		of = "maintenance " + s.By.Name()
	}
	return fmt.Sprintf("%s (%s) [prentice %s]", s.Reason, of, s.ID)
}

// End implements silence.Receiver.
func (a *Alertmanager) End(ctx context.Context, id string) error {
	return a.ask(ctx, http.MethodDelete, "silence/"+url.PathEscape(id), nil, nil)
}

func (a *Alertmanager) ask(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, a.URL+"/api/v2/"+path, body)
	if err != nil {
		return fmt.Errorf("the address of Alertmanager %s: %w", a.URL, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if a.TokenFile != "" {
		token, err := os.ReadFile(a.TokenFile)
		if err != nil {
			return fmt.Errorf("the token for Alertmanager: %w", err)
		}
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	answer, err := a.client.Do(r)
	if err != nil {
		return fmt.Errorf("Alertmanager does not answer: %w", err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, mostRead))
	if err != nil {
		return fmt.Errorf("the answer of Alertmanager did not arrive: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("Alertmanager answered %s: %s", answer.Status, said(raw))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("Alertmanager at %s answered what is no JSON of its API: %w", a.URL, err)
	}
	return nil
}

// said is an answer's text on a line, short.
func said(raw []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(raw[:min(len(raw), 300)]), "")), " ")
	return cmp.Or(strings.Trim(text, `"`), "nothing")
}
