package objective

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
)

// Indicator says which looks count, and which of them are good.
type Indicator struct {
	Probe  string        `json:"probe,omitempty"`
	Within time.Duration `json:"within,omitempty"` // an answer is good that came within it; 0 is any that passed
	Good   string        `json:"good,omitempty"`   // counters in PromQL, in the place of a probe: what they count is good,
	Total  string        `json:"total,omitempty"`  // and what these count is all
	Source string        `json:"source,omitempty"` // of metrics.yaml, that is asked for them; "" is our own samples
}

// Counts says whether the indicator is of counters.
func (i Indicator) Counts() bool { return i.Total != "" }

// String is the indicator for people.
func (i Indicator) String() string {
	if i.Counts() {
		return fmt.Sprintf("%s of %s", i.Good, i.Total)
	}
	if i.Within > 0 {
		return fmt.Sprintf("looks of probe %s that passed within %s", i.Probe, i.Within)
	}
	return "looks of probe " + i.Probe + " that passed"
}

// Key names what is counted for it.
func (i Indicator) Key() string {
	if i.Counts() {
		sum := sha256.Sum256([]byte(i.Source + "\x00" + i.Good + "\x00" + i.Total))
		return "metric/" + hex.EncodeToString(sum[:12])
	}
	if i.Within > 0 {
		return fmt.Sprintf("probe/%s/%d", i.Probe, i.Within.Microseconds())
	}
	return "probe/" + i.Probe
}

// Objective is how good a service shall be.
type Objective struct {
	Name      string       `json:"name"`
	Title     string       `json:"title,omitempty"`
	Says      string       `json:"says,omitempty"`
	Service   prentice.Ref `json:"service"`
	Indicator Indicator    `json:"indicator"`
	Target    Target       `json:"target"`
	Period    Period       `json:"period"`
	Rules     []Rule       `json:"rules,omitempty"`
	Excludes  bool         `json:"excludes_maintenance,omitempty"` // looks during maintenance do not count
	Public    bool         `json:"public_badge,omitempty"`         // anyone may see how it stands
	At        prentice.Pos `json:"at"`
}

// Ref names it.
func (o Objective) Ref() prentice.Ref { return prentice.NewRef("objective", o.Name) }

// Digest is of all that decides when its alerts fire.
func (o Objective) Digest() string {
	raw, err := json.Marshal([]any{o.Service, o.Indicator, o.Target, o.Period, o.Rules, o.Excludes})
	if err != nil {
		panic("an objective always has a JSON form: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}
