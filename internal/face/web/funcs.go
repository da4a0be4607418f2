package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// funcs are the words that templates may use beside those of html/template.
func (s *Site) funcs() template.FuncMap {
	return template.FuncMap{
		"asset": func(name string) string { return s.assets.named[name] }, "address": s.at,

		// state and risk
		"state": s.badges.state, "runstate": s.badges.run, "sign": func(v any) string { return s.badges.of(v).Sign }, "hue": func(v any) string { return string(s.badges.of(v).Hue) },
		"word": func(v any) string { return s.badges.of(v).Word }, "risk": riskBadge,

		// what things are about
		"ref": s.refLink, "refs": s.refList, "between": between, "link": func(v any) string { return s.links.to(prentice.Ref(fmt.Sprint(v))) },
		"runref": func(n int64) string { return s.links.to(prentice.NewRef("run", fmt.Sprint(n))) },

		// when
		"ago": func(t time.Time) template.HTML { return timeTag(t, render.Ago(s.o.Clock(), t), "ago") },
		"at":  func(t time.Time) template.HTML { return timeTag(t, t.UTC().Format("15:04:05"), "at") },
		"on":  func(t time.Time) template.HTML { return timeTag(t, t.UTC().Format("2006-01-02 15:04 UTC"), "on") },
		"dur": render.Span, "took": s.took, "after": after, "past": func(t time.Time) bool { return !t.IsZero() && t.Before(s.o.Clock()) }, "deadline": s.deadline,

		// text
		"md":    func(text string) template.HTML { return template.HTML(render.Markdown(text)) }, //nolint:gosec // sanitised by render
		"plain": render.Plain, "ansi": coloured, "hash": hashTag, "pretty": pretty, "gist": gist, "bytes": render.Bytes, "plural": plural, "percent": percent,
		"sentence": capital, "hint": s.hint, "called": called, "label": func(s string) string { return capital(strings.TrimSuffix(s, ".")) }, "action": action, "length": length, "join": func(by string, list any) string { return strings.Join(texts(list), by) },
		"linked": s.linked, "dict": dict, "list": func(v ...any) []any { return v }, "env": environ, "lines": func(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") },
		"text": func(v any) string { return fmt.Sprint(v) },

		// forms and lists
		"control": control, "choices": s.choices, "also": s.also, "entry": s.badges.entry, "within": within, "stands": s.stands, "standing": standing, "outcomes": outcomes, "first": firstRuns, "over": over, "share": share, "slotof": slotOf, "manner": manner,

		// runs
		"story": storyOf, "stages": s.stagesOf, "failing": failingOf, "lastwords": lastWordsOf, "fold": foldOf, "diff": diffTextOf, "code": codeOf, "paint": paintOf, "source": sourceOf, "readme": s.readmeOf, "marks": marksOf, "shared": sharedEnv, "own": ownEnv, "same": sameText, "steps": stepSection, "sum": s.badges.sum, "tally": tallyOf, "bad": badOnes, "times": timesOf,
		"may": s.may, "has": s.hasPage, "begin": s.begin, "typed": typed,
		"query": withQuery, "filters": filtersOf, "empty": emptyText, "role": func(a prentice.Actor, least string) bool { return a.Role.Includes(prentice.Role(least)) },
	}
}

// hashTag is a hash short enough to read, whole on hover and in copy.
func hashTag(hash string) template.HTML {
	if hash == "" {
		return ""
	}
	short := hash
	if kind, hex, ok := strings.Cut(hash, ":"); ok && len(hex) > 12 {
		short = kind + ":" + hex[:8] + "…"
	} else if len(hash) > 16 {
		short = hash[:8] + "…"
	}
	whole := template.HTMLEscapeString(hash)
	return template.HTML(`<code class="hash" title="` + whole + `" data-copy="` + whole + `">` + template.HTMLEscapeString(short) + `</code>`)
}

// pretty is a value as indented JSON; raw JSON is indented as it is.
func pretty(v any) string {
	if raw, ok := v.(json.RawMessage); ok && len(raw) == 0 {
		return ""
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the template does
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return render.Plain(fmt.Sprint(v))
	}
	return render.Plain(strings.TrimSpace(b.String()))
}

// gist is the one line that raw data has for people, if it has one.
func gist(raw json.RawMessage) string {
	var data map[string]json.RawMessage
	_ = json.Unmarshal(raw, &data) // data that is no object has no gist
	for _, key := range []string{"says", "reason", "summary", "text", "error"} {
		var text string
		if json.Unmarshal(data[key], &text) == nil && text != "" {
			return render.Plain(text)
		}
	}
	return ""
}

// plural is a count with its noun: 1 host, 2 hosts, 3 entries.
func plural(n any, noun string, many ...string) string {
	count := reflect.ValueOf(n)
	text := fmt.Sprint(n)
	if count.Kind() == reflect.Slice || count.Kind() == reflect.Map {
		text = fmt.Sprint(count.Len())
		if noun == "host" && count.Len() > 0 {
			noun = sortOf(count.Index(0).Interface())
		}
	}
	switch {
	case text == "1":
		return text + " " + noun
	case len(many) > 0:
		return text + " " + many[0]
	default:
		return text + " " + noun + "s"
	}
}

// sortOf is what the targets are that begin with one.
func sortOf(first any) string {
	ref := prentice.Ref("")
	switch t := first.(type) {
	case prentice.Ref:
		ref = t
	case prentice.Target:
		ref = t.Ref
	}
	if ref == "" || ref.Kind() == "host" {
		return "host"
	}
	return "target"
}

// percent is a share of one as people read it, never rounded up to whole.
func percent(f float64) string {
	cut := float64(int64(f*1e6)) / 1e4
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4f", cut), "0"), ".") + " %"
}

// action is what an operation does, short enough for a button: its summary up to
// the first comma.
func action(summary string) string {
	short, _, _ := strings.Cut(strings.TrimSuffix(summary, "."), ",")
	short, _, _ = strings.Cut(short, ";")
	return capital(short)
}

// called is what people call a procedure.
func called(procedure string) string {
	if procedure == prentice.AdhocName {
		return "Ad-hoc command"
	}
	return procedure
}

// capital begins a sentence, but leaves the name of something as it is.
func capital(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz,:") != "" || word == "" {
		return s
	}
	return strings.ToUpper(word[:1]) + s[1:]
}

func texts(list any) []string {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice {
		return []string{fmt.Sprint(list)}
	}
	var out []string
	for i := range v.Len() {
		out = append(out, fmt.Sprint(v.Index(i).Interface()))
	}
	return out
}

// dict hands several values to a part.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict takes names and values in pairs, got %d", len(pairs))
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m, nil
}

// may says whether the reader's role is enough to ask for an operation. The
// door decides; this only spares people a button that says no.
func (s *Site) may(v View, name string) bool {
	d, ok := s.ops[name]
	return ok && v.Actor.MightAsk(d.Name, d.Role)
}

// hasPage says whether a skill has brought a page with this path.
func (s *Site) hasPage(path string) bool {
	return slices.ContainsFunc(s.o.Pages, func(p op.Page) bool { return p.Path == path })
}

// begin opens a form for an operation: where it goes, the session's token, the
// page it stands on, and where it leads and what it says when all went well.
func (s *Site) begin(v View, name, next, said string) (template.HTML, error) {
	if _, ok := s.ops[name]; !ok {
		return "", fmt.Errorf("a form for %q, which is no operation", name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<form method="post" action="%s">`, template.HTMLEscapeString(s.at("/do/"+name)))
	for _, f := range [][2]string{{"_csrf", v.CSRF}, {"_from", v.Here}, {"_next", next}, {"_said", said}, {"_key", freshKey()}} {
		if f[1] != "" {
			fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s">`, f[0], template.HTMLEscapeString(f[1]))
		}
	}
	return template.HTML(b.String()), nil
}

// typed is what stood in a field of a form that went wrong, or "".
func typed(v View, name, field string) string {
	if v.TypedOp != name {
		return ""
	}
	return v.Typed.Get(field)
}

// withQuery is the address of this page with a part of its query changed; an
// empty value takes the key away.
func withQuery(v View, pairs ...any) (string, error) {
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("query takes keys and values in pairs, got %d", len(pairs))
	}
	q := url.Values{}
	for k, have := range v.Query {
		q[k] = slices.Clone(have)
	}
	for i := 0; i < len(pairs); i += 2 {
		key, value := fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1])
		if value == "" {
			q.Del(key)
			continue
		}
		q.Set(key, value)
	}
	if len(q) == 0 {
		return v.Path, nil
	}
	return v.Path + "?" + q.Encode(), nil
}

// filtersOf is what the list of this page is filtered by, as a query: all but where
// in the list the reader is.
func filtersOf(v View) string {
	q := url.Values{}
	for key, values := range v.Query {
		if key != "before" && key != "after" && key != "cursor" && key != "limit" && strings.Join(values, "") != "" {
			q[key] = values
		}
	}
	return q.Encode()
}

// emptyText is what an empty list says of itself, or other words.
func emptyText(out any, other string) string {
	if e, ok := out.(op.Emptier); ok && e.Empty() != "" {
		return e.Empty()
	}
	return other
}

// between is a way without its two ends.
func between(way []prentice.Ref) []prentice.Ref {
	if len(way) < 3 {
		return nil
	}
	return way[1 : len(way)-1]
}

// environ is the lines of an environment, sorted, that are worth reading.
func environ(env map[string]string) []string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(env)) {
		lines = append(lines, k+"="+render.Plain(env[k]))
	}
	return lines
}
