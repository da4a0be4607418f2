package procedure

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// maxEventFacts is how many values of an event reach a script.
const maxEventFacts = 100

// eventEnviron is what scripts may know of an event: what it is about, and the
// single values at the top of its data. Its id and time are left out, so that
// equal faults have equal plans. A value that is too long or holds a NUL byte is
// left out, and so are two whose names would be one variable: a script sees
// them unset, never cut or swapped.
func eventEnviron(e *prentice.Event) map[string]string {
	env := map[string]string{}
	if e == nil {
		return env
	}
	put(env, "EVENT_TYPE", e.Type)
	put(env, "EVENT_SOURCE", e.Source)
	put(env, "EVENT_SUBJECT", string(e.Subject))
	var data map[string]any
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber() // a number is what was written
	if d.Decode(&data) != nil {
		return env // data that is no object has no names
	}
	count := map[string]int{}
	for key := range data {
		count[eventVariable(key)]++
	}
	left := maxEventFacts
	for _, key := range sortedKeys(data) {
		name := eventVariable(key)
		text, ok := flat(data[key])
		if ok && count[name] == 1 && left > 0 && len(name) <= 100 {
			put(env, name, text)
			left--
		}
	}
	return env
}

func put(env map[string]string, name, value string) {
	if plain, why := typed("string", value); why == "" && plain != "" {
		env[name] = plain
	}
}

// eventVariable turns a key that a stranger chose into the name of a variable.
// The prefix keeps it from being one that anything else reads.
func eventVariable(key string) string {
	return "EVENT_DATA_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			return r
		default:
			return '_'
		}
	}, key)
}

// flat is a JSON string, number or boolean as text.
func flat(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// serviceEnviron is the facts of a service. One that the catalog does not have
// is unset.
func serviceEnviron(s team.Service) map[string]string {
	env := map[string]string{}
	put(env, "SERVICE_NAME", s.Ref.Name())
	put(env, "SERVICE_UNIT", s.Unit)
	put(env, "SERVICE_URL", s.URL)
	put(env, "SERVICE_RUN", s.Run)
	put(env, "SERVICE_OWNER", string(s.Owner))
	return env
}
