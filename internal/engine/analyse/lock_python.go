package analyse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

var (
	pythonDashes = regexp.MustCompile(`[-_.]+`)
	requirement  = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@()]*)\)?\s*(@|;|$)`)
)

func pythonName(s string) string { return strings.ToLower(pythonDashes.ReplaceAllString(s, "-")) }

// clauses are those of a specifier, in an order of their own.
func clauses(s string) string {
	list := strings.FieldsFunc(strings.ReplaceAll(s, " ", ""), func(r rune) bool { return r == ',' })
	slices.Sort(list)
	return strings.Join(list, ",")
}

// asked reads what a project asks for: names with their specifiers. What is no name with a
// specifier is passed over.
func asked(list []string, into map[string][]string) {
	for _, line := range list {
		if m := requirement.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			name := pythonName(m[1])
			into[name] = append(into[name], clauses(m[2]))
		}
	}
}

// uvLock asks whether a uv.lock was made of what a pyproject.toml asks for.
func uvLock(t *standard.Text) (list []check.Finding) {
	lock, _ := lockOf(t, "uv.lock")
	top := t.Value()
	name := pythonName(textAt(top, "project", "name"))
	if lock == nil || name == "" || slices.Contains(texts(at(top, "project", "dynamic")), "dependencies") {
		return nil
	}
	var own map[string]any
	for _, p := range tables(at(lock.Value(), "package")) {
		if pythonName(textAt(p, "name")) == name && (at(p, "source", "virtual") != nil || at(p, "source", "editable") != nil || at(p, "source", "directory") != nil) {
			own = p
		}
	}
	if own == nil {
		return nil // another project's
	}
	asks, has := map[string][]string{}, map[string][]string{}
	asked(texts(at(top, "project", "dependencies")), asks)
	for _, extra := range tableAt(top, "project", "optional-dependencies") {
		asked(texts(extra), asks)
	}
	for _, group := range tableAt(top, "dependency-groups") {
		asked(texts(group), asks)
	}
	asked(texts(at(top, "tool", "uv", "dev-dependencies")), asks)
	had := tables(at(own, "metadata", "requires-dist"))
	for _, group := range tableAt(own, "metadata", "requires-dev") {
		had = append(had, tables(group)...)
	}
	for _, one := range had {
		n := pythonName(textAt(one, "name"))
		has[n] = append(has[n], clauses(textAt(one, "specifier")))
	}
	const run = "uv lock"
	for n, wants := range asks {
		for _, want := range wants {
			if !slices.Contains(has[n], want) {
				list = append(list, differs(t, "uv.lock", n, want, strings.Join(has[n], ", "), run))
			}
		}
	}
	for n := range has {
		if _, there := asks[n]; !there {
			f := t.Of(fmt.Sprintf("uv.lock was made of one that asks for %s, and this one does not", standard.Shown(n)))
			f.Key, f.Remedy = n, "run uv lock, and commit uv.lock"
			list = append(list, f)
		}
	}
	return firstOf(list)
}

// poetryLock asks whether a poetry.lock was made of what a pyproject.toml asks for, by the
// digest that stands in it.
func poetryLock(t *standard.Text) []check.Finding {
	lock, from := lockOf(t, "poetry.lock")
	if lock == nil || from != "." {
		return nil
	}
	has := textAt(lock.Value(), "metadata", "content-hash")
	digest, known := poetryDigest(t.Value())
	if has == "" || !known || has == digest {
		return nil
	}
	f := t.Of("poetry.lock was not made of what it asks for: its content-hash is of another")
	f.Key, f.Remedy = "content-hash", "run poetry lock, and commit poetry.lock"
	return []check.Finding{f}
}

// poetryDigest is what poetry calls the content hash of a pyproject.toml; known is that it
// can be worked out here.
func poetryDigest(top any) (digest string, known bool) {
	old := []string{"dependencies", "source", "extras", "dev-dependencies"}
	project, poetry := map[string]any{}, map[string]any{}
	for _, key := range []string{"requires-python", "dependencies", "optional-dependencies"} {
		if v := at(top, "project", key); v != nil {
			project[key] = v
		}
	}
	for _, key := range append(slices.Clone(old), "group") {
		v := at(top, "tool", "poetry", key)
		if v == nil && (!slices.Contains(old, key) || len(project) > 0) {
			continue
		}
		poetry[key] = v
	}
	var of any = poetry
	if len(project) > 0 {
		of = map[string]any{"project": project, "tool": map[string]any{"poetry": poetry}}
	}
	if at(top, "dependency-groups") != nil {
		return "", false // versions of poetry differ in whether they count
	}
	var b strings.Builder
	if !pythonJSON(&b, of) {
		return "", false
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:]), true
}

// pythonJSON writes a value as json.dumps of Python does with its keys in order.
func pythonJSON(b *strings.Builder, v any) bool {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case string:
		pythonText(b, v)
	case []any:
		return pythonList(b, len(v), func(i int) any { return v[i] })
	case []map[string]any:
		return pythonList(b, len(v), func(i int) any { return v[i] })
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteString(", ")
			}
			pythonText(b, k)
			b.WriteString(": ")
			if !pythonJSON(b, v[k]) {
				return false
			}
		}
		b.WriteByte('}')
	default:
		return false // a day or a fraction, which Python writes in its own way
	}
	return true
}

func pythonList(b *strings.Builder, n int, item func(int) any) bool {
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		if !pythonJSON(b, item(i)) {
			return false
		}
	}
	b.WriteByte(']')
	return true
}

func pythonText(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r >= 0x20 && r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
}
