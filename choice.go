package prentice

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ChoiceSource says which values an input may have where neither the catalog nor the
// team's files do: an address that is asked, or a script that can change nothing.
type ChoiceSource struct {
	URL     string            `json:"url,omitempty"`
	Path    string            `json:"path,omitempty"`    // where the values stand in the JSON of the answer; "" is one value a line
	Bearer  string            `json:"bearer,omitempty"`  // the secret that is sent as a bearer token
	Headers map[string]string `json:"headers,omitempty"` // the secrets that are sent, by header
	Script  string            `json:"script,omitempty"`  // a file of the team folder, run in the sandbox
	Text    string            `json:"-"`                 // of the script
	Every   time.Duration     `json:"every"`             // how often it is read for the form
}

// ChoiceList is what a source said last. The zero list was never read.
type ChoiceList struct {
	Values []string  `json:"values"`
	Read   time.Time `json:"read,omitzero"`    // when the values were read; zero is never, and of the catalog now
	Tried  time.Time `json:"tried,omitzero"`   // when it was asked last
	Failed string    `json:"failed,omitempty"` // why it did not answer then
}

// Key names a source by all that decides its answer.
func (s ChoiceSource) Key() string {
	raw, _ := json.Marshal([]any{s.URL, s.Path, s.Bearer, s.Headers, s.Script, s.Text}) // texts have a JSON form, with keys sorted
	return strings.TrimPrefix(Digest(raw), "sha256:")
}

// String is the source as people name it.
func (s ChoiceSource) String() string {
	if s.URL == "" {
		return cmp.Or(s.Script, "nothing")
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return s.URL
	}
	return u.Redacted()
}

// Secrets are the names of the secrets that it is asked with, sorted.
func (s ChoiceSource) Secrets() []string {
	names := slices.Collect(maps.Values(s.Headers))
	if s.Bearer != "" {
		names = append(names, s.Bearer)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
