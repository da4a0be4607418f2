package flag

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// File is the team's flags. Until it was read without an error there is no flag.
var File = team.File[*Set]{Name: TeamFile, Load: Load, Unread: team.Unread{IsEmpty: true}}

const (
	mostBytes = 4 << 20
	mostFlags = 10_000
	mostParts = 1_000_000
)

// Load reads a file of flags. With an error among the findings it is nil.
func Load(file string, text []byte) (*Set, []prentice.Finding) {
	own()
	if strings.TrimSpace(string(text)) == "" {
		return &Set{}, nil
	}
	r := &reader{file: file}
	set := r.set(text)
	if slices.ContainsFunc(r.findings, func(f prentice.Finding) bool { return f.Error }) {
		return nil, r.findings
	}
	return set, r.findings
}

type reader struct {
	file       string
	places     *places
	evaluators map[string]any
	parts      int // of all rules, with what they refer to
	findings   []prentice.Finding
}

// say notes what is wrong at a path.
func (r *reader) say(hint string, path []string, format string, args ...any) {
	line := 1
	for n := len(path); r.places != nil && n >= 0; n-- {
		if l, ok := r.places.lines[at(path[:n]...)]; ok {
			line = l
			break
		}
	}
	r.findings = append(r.findings, prentice.Finding{At: prentice.Pos{File: r.file, Line: line}, Error: true, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (r *reader) set(text []byte) *Set {
	if len(text) > mostBytes {
		r.say("split it, or remove flags that are no longer used", nil, "the file has %d bytes, at most %d are read", len(text), mostBytes)
		return nil
	}
	places, line, err := locate(text)
	if err != nil {
		r.findings = append(r.findings, prentice.Finding{At: prentice.Pos{File: r.file, Line: line}, Error: true, Text: "this is not JSON: " + err.Error(), Hint: "look at the line, and the one above it"})
		return nil
	}
	r.places = places
	for _, twice := range places.twice {
		path := strings.Split(twice, "\x00")
		r.say("keep one of them", path, "%q is there twice", path[len(path)-1])
	}
	var whole any
	if err := json.Unmarshal(text, &whole); err != nil {
		r.say("", nil, "this cannot be read: %v", err)
		return nil
	}
	top, ok := whole.(map[string]any)
	if !ok {
		r.say(`write {"flags": {}}`, nil, "a file of flags is an object")
		return nil
	}
	r.known(top, nil, "a file of flags", "$schema", "flags", "$evaluators", "metadata")
	sum := sha256.Sum256(text)
	s := &Set{Metadata: r.metadata(top["metadata"], []string{"metadata"}), byKey: map[string]*Flag{}, Digest: hex.EncodeToString(sum[:])}
	r.evaluators, _ = r.object(top["$evaluators"], []string{"$evaluators"})
	flags, ok := r.object(top["flags"], []string{"flags"})
	if !ok && top["flags"] == nil {
		r.say(`write "flags": {}`, nil, "there are no flags")
	}
	if len(flags) > mostFlags {
		r.say("remove flags that are no longer used", []string{"flags"}, "there are %d flags, at most %d are read", len(flags), mostFlags)
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(flags)) {
		f := r.flag(key, flags[key], s.Metadata)
		s.Flags, s.byKey[key] = append(s.Flags, f), f
	}
	return s
}

// flag reads one of them.
func (r *reader) flag(key string, from any, all map[string]any) *Flag {
	path := []string{"flags", key}
	f := &Flag{Key: key, Line: r.places.lines[at(path...)]}
	if !prentice.ValidName(key) {
		r.say("begin with a letter or digit, and use letters, digits and . _ : @ - only", path, "the key %q cannot be asked for", key)
	}
	fields, ok := r.object(from, path)
	if !ok {
		return f
	}
	r.known(fields, path, "a flag", "state", "variants", "defaultVariant", "targeting", "metadata")
	switch fields["state"] {
	case "ENABLED":
	case "DISABLED":
		f.Disabled = true
	default:
		r.say(`write "state": "ENABLED" or "DISABLED"`, append(path[:len(path):len(path)], "state"), "the flag %q has the state %v", key, fields["state"])
	}
	r.variants(f, fields["variants"], append(path[:len(path):len(path)], "variants"))
	switch v := fields["defaultVariant"].(type) {
	case nil:
	case string:
		f.Default = v
		if _, ok := f.Variants[v]; !ok {
			r.say(nearestOr(v, slices.Sorted(maps.Keys(f.Variants)), "name one of its variants"), append(path[:len(path):len(path)], "defaultVariant"), "the flag %q has no variant %q", key, v)
		}
	default:
		r.say("write the name of a variant, or null for the value in the code", append(path[:len(path):len(path)], "defaultVariant"), "defaultVariant is %v", v)
	}
	own := r.metadata(fields["metadata"], append(path[:len(path):len(path)], "metadata"))
	r.promises(f, own, append(path[:len(path):len(path)], "metadata"))
	f.Metadata = maps.Clone(all)
	if f.Metadata == nil {
		f.Metadata = map[string]any{}
	}
	maps.Copy(f.Metadata, own)
	if rule, ok := fields["targeting"].(map[string]any); fields["targeting"] != nil && (!ok || len(rule) > 0) {
		f.rule = r.rule(fields["targeting"], append(path[:len(path):len(path)], "targeting"), 0)
		f.Targeting, _ = json.Marshal(f.rule)
		f.shares = shares(f.rule)
		// A name that is put together is not seen, so cat may be any name.
		f.asksForTime = bytes.Contains(f.Targeting, []byte("timestamp")) || bytes.Contains(f.Targeting, []byte(`"cat"`))
		f.asksOfItself = f.asksForTime || bytes.Contains(f.Targeting, []byte("$flagd")) || bytes.Contains(f.Targeting, []byte("fractional"))
		f.named = map[string]any{"flagKey": f.Key}
		if f.rule == nil {
			r.say(`write a rule such as {"if": [CONDITION, "on", "off"]}, or leave targeting out`, append(path[:len(path):len(path)], "targeting"), "the targeting is no rule")
		}
	}
	return f
}

// variants reads the values, which are all of one type.
func (r *reader) variants(f *Flag, from any, path []string) {
	values, ok := r.object(from, path)
	if ok && len(values) == 0 || from == nil {
		r.say(`write "variants": {"on": true, "off": false}`, path, "the flag %q has no variants", f.Key)
	}
	f.Variants = values
	first := ""
	for _, name := range slices.Sorted(maps.Keys(values)) {
		kind := typeOf(values[name])
		if kind == "null" {
			r.say("write a value: true, 1, \"text\" or {}", append(path[:len(path):len(path)], name), "the variant %q has no value", name)
			continue
		}
		if first == "" {
			first = kind
		}
		if kind != first {
			r.say("give all variants values of one type", append(path[:len(path):len(path)], name), "the variant %q is of the type %s, and others are of the type %s", name, kind, first)
		}
	}
}

// promises reads who answers for the flag, what it is for, and when it is to be gone.
func (r *reader) promises(f *Flag, from map[string]any, path []string) {
	text := func(key string) string { s, _ := from[key].(string); return s }
	f.Owner, f.Kind, f.Says = text("owner"), text("kind"), text("description")
	if strings.TrimSpace(f.Owner) == "" {
		r.say(`write "owner": "group/NAME" into its metadata`, path, "no one answers for the flag %q", f.Key)
	}
	if !slices.Contains(Kinds, f.Kind) {
		r.say(nearestOr(f.Kind, Kinds, `write "kind" into its metadata: `+strings.Join(Kinds, ", ")), path, "the flag %q is of the kind %q", f.Key, f.Kind)
	}
	day, err := time.Parse(time.DateOnly, text("expires"))
	if err != nil {
		r.say(`write "expires": "2026-12-31" into its metadata: the day by which the flag is to be gone`, path, "the flag %q expires on %q, which is no day", f.Key, text("expires"))
	}
	f.Expires = day
}

func (r *reader) metadata(from any, path []string) map[string]any {
	values, _ := r.object(from, path)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if kind := typeOf(values[key]); kind == "object" || kind == "null" {
			r.say("write a text, a number, or true or false", append(path[:len(path):len(path)], key), "the metadata %q is of the type %s", key, kind)
		}
	}
	return values
}

// object takes a value as an object; of one that is not there it is empty.
func (r *reader) object(from any, path []string) (map[string]any, bool) {
	if from == nil {
		return nil, false
	}
	fields, ok := from.(map[string]any)
	if !ok {
		r.say("write { … }", path, "%s is to be an object", path[len(path)-1])
	}
	return fields, ok
}

func (r *reader) known(fields map[string]any, path []string, what string, keys ...string) {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(keys, key) {
			r.say(nearestOr(key, keys, "leave it out; there are "+strings.Join(keys, ", ")), append(path[:len(path):len(path)], key), "%s has no key %q", what, key)
		}
	}
}

func nearestOr(word string, words []string, otherwise string) string {
	if near := nearest.Of(word, words); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}
