package boot

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/kit/variable"
	"prentice/internal/op"
)

// exitCodes is what the chapter of help says, as a table.
func exitCodes() string {
	var b strings.Builder
	head(&b, "code", "when")
	for _, e := range op.Exits() {
		row(&b, strconv.Itoa(e.Code), e.When)
	}
	b.WriteString("\n")
	head(&b, "kind of error, as the API names it", "exit code")
	for _, p := range op.Problems() {
		row(&b, "`"+p.Kind.String()+"`", strconv.Itoa(p.Exit))
	}
	return b.String()
}

// endings says of each end state what it means, and what to do.
var endings = map[prentice.State][2]string{
	prentice.Verified:   {"It was done, and the symptom is gone and stayed gone.", "Nothing."},
	prentice.Unverified: {"It was done, and nothing in the procedure says whether it helped.", "Look yourself, and add a Verify section."},
	prentice.Failed:     {"It did not help, and nothing was undone; or a check could not be made, and nothing was done.", "Look at the last step and at what it printed."},
	prentice.Undone:     {"It did not help, and what was done has been rolled back.", "Look at what it printed; the fault is still there."},
	prentice.Uncertain:  {"It is not known whether a step was done, most often because of a crash in the middle of it.", "Look at the host that the run names; then put it right by hand, or ask for a new run."},
	prentice.Expired:    {"No one approved in time. Nothing was done.", "Ask again if it is still needed."},
	prentice.Cancelled:  {"A person stopped it.", "Read the reason that they gave."},
	prentice.RunRefused: {"Policy, a limit, a check or an approver said no. Nothing was done.", "Read the reason; a check that refused means that this was another fault."},
}

func endStates() string {
	var b strings.Builder
	head(&b, "", "state", "what it means", "what to do", "counts against the procedure")
	for _, s := range prentice.EndStates() {
		harm := "no"
		if s.Harmful() {
			harm = "yes"
		}
		row(&b, s.Sign(), "**"+string(s)+"**", endings[s][0], endings[s][1], harm)
	}
	return b.String()
}

// settingsTable is every boot setting with the three ways to give it.
func (c *commands) settingsTable() string {
	root := c.root()
	up, _, err := root.Find([]string{"up"})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	head(&b, "in prentice.toml", "flag", "environment", "what it is")
	of := reflect.TypeFor[Settings]()
	for i := range of.NumField() {
		name := of.Field(i).Tag.Get("toml")
		if of.Field(i).Type.Kind() == reflect.Pointer || name == "-" {
			continue // a table of its own, which no flag gives, or nothing that a file gives
		}
		given := strings.ReplaceAll(name, "_", "-")
		flag := up.Flags().Lookup(given)
		if flag == nil {
			flag = root.PersistentFlags().Lookup(given)
		}
		environment := "`PRENTICE_" + variable.Of(name) + "`"
		if of.Field(i).Type.Kind() == reflect.Bool {
			environment = "–"
		}
		row(&b, "`"+name+"`", "`--"+given+"`", environment, usage(flag))
	}
	return b.String()
}

func usage(flag *pflag.Flag) string {
	if flag == nil {
		return "–"
	}
	_, text := pflag.UnquoteUsage(flag)
	text, _, _ = strings.Cut(text, " (PRENTICE_")
	return text
}

// frontMatter is the keys of a procedure's front matter, from its JSON Schema.
func frontMatter() string {
	var schema property
	if err := json.Unmarshal(procedure.Schema(), &schema); err != nil {
		return err.Error()
	}
	var b strings.Builder
	head(&b, "key", "what it is")
	schema.keys(&b, "")
	return b.String()
}

// property is what the table needs to know of a JSON Schema.
type property struct {
	Description string
	Properties  ordered
	Required    []string
	Items       struct{ OneOf []property }
	Additional  json.RawMessage `json:"additionalProperties"`
	Enum        []any
	Default     any
	Examples    []any
}

// ordered keeps the order in which the schema names its properties.
type ordered []struct {
	name string
	is   property
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *ordered) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var p property
		if err := d.Decode(&p); err != nil {
			return err
		}
		*o = append(*o, struct {
			name string
			is   property
		}{fmt.Sprint(name), p})
	}
	return nil
}

func (p property) keys(b *strings.Builder, prefix string) {
	for _, key := range p.Properties {
		about := key.is.Description
		if len(key.is.Enum) > 0 {
			about = strings.TrimSpace(about + " One of " + list(key.is.Enum) + ".")
		}
		if key.is.Default != nil {
			about += fmt.Sprintf(" Otherwise `%v`.", key.is.Default)
		}
		if len(key.is.Examples) > 0 {
			about += fmt.Sprintf(" Such as `%v`.", key.is.Examples[0])
		}
		if slices.Contains(p.Required, key.name) {
			about += " **Needed.**"
		}
		row(b, "`"+prefix+key.name+"`", about)
		key.is.keys(b, prefix+key.name+".")
		for _, one := range key.is.Items.OneOf {
			one.Required = nil // each is needed only where the other is not
			one.keys(b, prefix+key.name+"[].")
		}
		var each property
		if json.Unmarshal(key.is.Additional, &each) == nil {
			each.keys(b, prefix+key.name+".NAME.")
		}
	}
}

func list(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprintf("`%v`", v)
	}
	return strings.Join(words, ", ")
}

// builtInRules is what holds when no rule of the team speaks.
func builtInRules() string {
	var b strings.Builder
	head(&b, "rule", "when", "verdict", "why")
	for _, r := range policy.Default().Rules() {
		verdict := r.Verdict.String()
		if r.Verdict == prentice.Ask {
			verdict += fmt.Sprintf(" %d with the role %s, for %s", r.Approvers, r.Role, strings.TrimSuffix(r.Expires.String(), "0m0s"))
		}
		row(&b, "`"+r.Name+"`", "`"+r.When+"`", verdict, r.Reason)
	}
	return b.String()
}

// holds is every reason to hold a run back.
func holds() string {
	var b strings.Builder
	head(&b, "code", "when", "binds", "what ends it")
	for _, m := range gate.HoldMeanings() {
		row(&b, "`"+string(m.Code)+"`", m.When, m.Binds, m.Ends)
	}
	return b.String()
}
