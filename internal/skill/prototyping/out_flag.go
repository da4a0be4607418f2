package prototyping

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/flag"
	"prentice/internal/op"
)

// FlagOut is a flag, and how it stands.
type FlagOut struct {
	Key      string       `json:"key"`
	Ref      prentice.Ref `json:"ref"`
	State    string       `json:"state"` // enabled, disabled, overridden
	Type     string       `json:"type"`
	Default  string       `json:"default,omitempty"`  // the variant where the targeting chooses none; "" is the value in the code
	Targeted bool         `json:"targeted,omitempty"` // it does not answer everyone alike
	Kind     string       `json:"kind"`
	Owner    string       `json:"owner"`
	Says     string       `json:"says,omitempty"`
	Expires  time.Time    `json:"expires"`
	Due      bool         `json:"due,omitempty"` // its day is over
	Override *Override    `json:"override,omitempty"`
}

func flagOut(f *flag.Flag, k *known, now time.Time) FlagOut {
	out := FlagOut{Key: f.Key, Ref: prentice.NewRef("flag", f.Key), State: "enabled", Type: f.Type(), Default: f.Default, Targeted: f.Targeting != nil,
		Kind: f.Kind, Owner: f.Owner, Says: f.Says, Expires: f.Expires, Due: f.Due(now)}
	if f.Disabled {
		out.State = "disabled"
	}
	if o, ok := k.of(f, now); ok {
		out.State, out.Override = "overridden", &o
	}
	return out
}

// rank puts first what a person has to do something about.
func (f FlagOut) rank() int {
	switch {
	case f.Override != nil:
		return 0
	case f.Due:
		return 1
	}
	return 2
}

// Answers is what it answers, in a few words.
func (f FlagOut) Answers() string {
	code := func(variant string) string {
		if variant == "" {
			return "the value in the code"
		}
		return variant
	}
	switch {
	case f.Override != nil:
		return f.Override.Variant + " for everyone"
	case f.State == "disabled":
		return "the value in the code"
	case f.Targeted:
		return "by targeting, else " + code(f.Default)
	}
	return code(f.Default) + " for everyone"
}

func (f FlagOut) sign() string {
	if badge, ok := states[f.State]; ok {
		return badge.Sign
	}
	return "○"
}

// FlagList is flags.
type FlagList struct {
	Flags []FlagOut          `json:"flags"`
	Wrong []prentice.Finding `json:"wrong,omitempty"` // in the file, which is therefore not taken: what was read before goes on
}

// Table implements op.Tabler.
func (l FlagList) Table() (head []string, rows [][]string) {
	head = []string{"FLAG", "STATE", "ANSWERS", "KIND", "OWNER", "TO BE GONE BY"}
	for _, f := range l.Flags {
		day := f.Expires.Format(time.DateOnly)
		if f.Due {
			day += " (over)"
		}
		rows = append(rows, []string{f.Key, f.sign() + " " + f.State, f.Answers(), f.Kind, f.Owner, day})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l FlagList) Empty() string {
	return "No flag. Flags stand in flags.json in the team folder, in flagd's format; look it over with: prentice flag check flags.json"
}

// Variant is one of a flag's.
type Variant struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

func variantsOf(f *flag.Flag) (list []Variant) {
	for _, name := range slices.Sorted(maps.Keys(f.Variants)) {
		value, _ := json.Marshal(f.Variants[name])
		list = append(list, Variant{name, value})
	}
	return list
}

// FlagShown is one flag, whole.
type FlagShown struct {
	FlagOut
	Variants  []Variant       `json:"variants"`
	Targeting json.RawMessage `json:"targeting,omitempty"` // in JsonLogic
	Past      []Override      `json:"past,omitempty"`      // what overrides it or did, newest first
	At        string          `json:"at"`                  // the file that declares it
	URL       string          `json:"url,omitempty"`       // where programs ask for it
}

// Indented is the targeting for people.
func (f FlagShown) Indented() string {
	text, err := json.MarshalIndent(f.Targeting, "", "  ")
	if err != nil || f.Targeting == nil {
		return ""
	}
	return string(text)
}

// Text implements op.Texter.
func (f FlagShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s: %s\n", f.Ref, f.sign(), f.State, f.Answers())
	if f.Says != "" {
		fmt.Fprintf(&b, "For       %s\n", f.Says)
	}
	fmt.Fprintf(&b, "Kind      %s, of %s\nGone by   %s", f.Kind, f.Owner, f.Expires.Format(time.DateOnly))
	if f.Due {
		b.WriteString(", which is over: remove it from the code and from " + f.At)
	}
	b.WriteString("\nVariants\n")
	for _, v := range f.Variants {
		fmt.Fprintf(&b, "  %s = %s\n", v.Name, v.Value)
	}
	if f.Targeting != nil {
		fmt.Fprintf(&b, "Targeting\n%s\n", f.Indented())
	}
	if f.URL != "" {
		fmt.Fprintf(&b, "Asked at  POST %s\n", f.URL)
	}
	for i, o := range f.Past {
		if i == 0 {
			b.WriteString("Overridden\n")
		}
		fmt.Fprintf(&b, "  %s\n", o.says())
	}
	return b.String()
}

func (o Override) says() string {
	end := "until " + op.At(o.Ends)
	if !o.Ended.IsZero() {
		end = fmt.Sprintf("ended by %s at %s", o.EndedBy, op.At(o.Ended))
	}
	return fmt.Sprintf("%s from %s, %s, by %s: %s", o.Variant, op.At(o.Began), end, o.By, o.Reason)
}

// Evaluated is what a flag answers, in the fields of OFREP.
type Evaluated struct {
	Key      string          `json:"key"`
	Value    json.RawMessage `json:"value,omitempty"` // none: the program uses the value in its code
	Variant  string          `json:"variant,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Metadata map[string]any  `json:"metadata,omitempty"`
	Code     string          `json:"errorCode,omitempty"`
	Details  string          `json:"errorDetails,omitempty"`
}

func evaluated(a flag.Answer) Evaluated {
	out := Evaluated{Key: a.Key, Variant: a.Variant, Reason: a.Reason, Metadata: a.Metadata, Code: a.Code, Details: a.Details}
	if a.Variant != "" {
		out.Value, _ = json.Marshal(a.Value)
	}
	return out
}

// Text implements op.Texter.
func (e Evaluated) Text() string {
	switch {
	case e.Code != "":
		return fmt.Sprintf("%s  %s: %s\n", e.Key, e.Code, e.Details)
	case e.Variant == "":
		return fmt.Sprintf("%s  the value in the program's code (%s)\n", e.Key, e.Reason)
	}
	return fmt.Sprintf("%s  %s = %s (%s)\n", e.Key, e.Variant, e.Value, e.Reason)
}

// EvaluatedAll is what all flags answer.
type EvaluatedAll struct {
	Flags    []Evaluated    `json:"flags"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

// Table implements op.Tabler.
func (e EvaluatedAll) Table() (head []string, rows [][]string) {
	head = []string{"FLAG", "VARIANT", "VALUE", "REASON", "ERROR"}
	for _, one := range e.Flags {
		rows = append(rows, []string{one.Key, one.Variant, string(one.Value), one.Reason, one.Code})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (e EvaluatedAll) Empty() string { return FlagList{}.Empty() }

// FlagsChecked is what is wrong with a file of flags.
type FlagsChecked struct{ op.Findings }

// Text implements op.Texter.
func (c FlagsChecked) Text() string { return c.Report("") }

var (
	_ op.Tabler  = FlagList{}
	_ op.Emptier = FlagList{}
	_ op.Texter  = FlagShown{}
	_ op.Texter  = Evaluated{}
	_ op.Tabler  = EvaluatedAll{}
	_ op.Texter  = FlagsChecked{}
)
