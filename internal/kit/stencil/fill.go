package stencil

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"time"
	"unicode"
)

const (
	mostWork  = 200_000  // nodes of loops that are gone through
	mostMade  = 4 << 20  // bytes that functions give, all together
	mostOfOne = 64 << 10 // bytes that a function gives
)

// filling is one making of a text, with what it has cost so far.
type filling struct {
	text       strings.Builder
	work, made int
}

// Write implements io.Writer.
func (f *filling) Write(p []byte) (int, error) {
	if f.text.Len()+len(p) > MaxText {
		return 0, &Error{Text: fmt.Sprintf("what it is filled in to has more than %d bytes", MaxText)}
	}
	return f.text.Write(p)
}

func (f *filling) functions() template.FuncMap {
	return template.FuncMap{
		"_counted": f.counted, "print": f.print, "printf": f.printf, "json": f.json, "join": f.join,
		"lower": func(s string) (string, error) { return f.gives(strings.ToLower(s)) },
		"upper": func(s string) (string, error) { return f.gives(strings.ToUpper(s)) },
	}
}

// counted is the beginning of a round.
func (f *filling) counted(nodes int) (string, error) {
	if f.work += nodes; f.work > mostWork {
		return "", &Error{Text: "its loops go through too much: let them go over shorter lists"}
	}
	return "", nil
}

func (f *filling) gives(s string) (string, error) {
	if f.made += len(s); f.made > mostMade || len(s) > mostOfOne {
		return "", &Error{Text: "its functions give too much text: let them give shorter ones"}
	}
	return s, nil
}

// fits refuses texts that are too long together, before anything is made of them.
func (f *filling) fits(args []any, times int) error {
	total := 0
	for _, a := range args {
		if s, is := a.(string); is {
			total += len(s)
		}
	}
	if total*max(times, 1) > mostMade {
		return &Error{Text: "its functions give too much text: let them give shorter ones"}
	}
	return nil
}

func (f *filling) print(args ...any) (string, error) {
	if err := f.fits(args, 1); err != nil {
		return "", err
	}
	return f.gives(fmt.Sprint(args...))
}

var wide = regexp.MustCompile(`[0-9]{4}|\*`)

func (f *filling) printf(format string, args ...any) (string, error) {
	verbs := strings.Count(format, "%")
	if wide.MatchString(format) || verbs > 100 {
		return "", &Error{Text: "printf is for texts with at most 100 values, each of at most 999 characters in width"}
	}
	if err := f.fits(args, verbs); err != nil {
		return "", err
	}
	return f.gives(fmt.Sprintf(format, args...))
}

// json is a value as JSON, which YAML reads too.
func (f *filling) json(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return f.gives(strings.TrimSuffix(b.String(), "\n"))
}

func (f *filling) join(list any, between string) (string, error) {
	var texts []string
	switch list := list.(type) {
	case []any:
		for _, v := range list {
			texts = append(texts, fmt.Sprint(v))
		}
	default:
		return "", &Error{Text: fmt.Sprintf("join is for a list, and not for a %T", list)}
	}
	return f.gives(strings.Join(texts, between))
}

// bare is a value without methods: times and lengths are texts. One that holds a control
// character is refused: where it is put it would be more than a value.
func bare(v any, path string) (any, error) {
	switch v := v.(type) {
	case string:
		if i := strings.IndexFunc(v, unicode.IsControl); i >= 0 {
			return nil, &Error{Text: path + " holds a line break or another control character, and would be more than a value in the text"}
		}
		return v, nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case time.Duration:
		return v.String(), nil
	case map[string]any:
		return bareMap(v, path)
	case map[string]string:
		return bareMap(v, path)
	case []any:
		return bareList(v, path)
	case []string:
		return bareList(v, path)
	case []map[string]any:
		return bareList(v, path)
	case nil, bool, int, int64, uint64, float64:
		return v, nil
	}
	return nil, &Error{Text: fmt.Sprintf("%s is a %T, and no value", path, v)}
}

func bareMap[V any](m map[string]V, path string) (any, error) {
	of := make(map[string]any, len(m))
	for key, v := range m {
		var err error
		if of[key], err = bare(v, strings.TrimPrefix(path+"."+key, ".")); err != nil {
			return nil, err
		}
	}
	return of, nil
}

func bareList[V any](list []V, path string) (any, error) {
	of := make([]any, len(list))
	for i, v := range list {
		var err error
		if of[i], err = bare(v, path); err != nil {
			return nil, err
		}
	}
	return of, nil
}
