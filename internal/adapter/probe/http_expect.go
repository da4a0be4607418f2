package probe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/kit/expr"
)

// mostRead is how much of an answer patterns and conditions are held against. A pattern
// may hold against a part; a condition is worked out over the whole or not at all.
const mostRead = 1 << 20

// headers holds the headers of an answer against the wanted ones.
func headers(q prentice.Probe, seen prentice.Observation, got http.Header) prentice.Observation {
	for _, h := range q.Options["has_headers"] {
		name, pattern, _ := strings.Cut(h, ": ")
		values := got.Values(name)
		re, err := regexp.Compile(pattern)
		switch {
		case err != nil:
			return unseen(fmt.Sprintf("has_headers %q is no pattern: %v", pattern, err))
		case len(values) == 0:
			seen.Truth = prentice.Fail
			seen.Says += " without the header " + name
			return seen
		case !re.MatchString(strings.Join(values, ", ")):
			seen.Truth = prentice.Fail
			seen.Says += fmt.Sprintf(" with another %s than %q", name, pattern)
			return seen
		}
	}
	return seen
}

// expected holds the body of an answer against patterns and conditions, and gives back
// what was read; nil when there is nothing more to look at.
func expected(ctx context.Context, q prentice.Probe, seen prentice.Observation, answer *http.Response) (io.Reader, prentice.Observation) {
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostRead+1))
	if err != nil {
		broken := unreached(q, err)
		broken.Status = seen.Status
		return nil, broken
	}
	whole := len(body) <= mostRead
	part := body[:min(len(body), mostRead)]
	missed := func(format string, args ...any) (io.Reader, prentice.Observation) {
		seen.Truth = prentice.Fail
		seen.Says += fmt.Sprintf(format, args...)
		return nil, seen
	}
	for _, m := range q.Options["matches"] {
		re, err := regexp.Compile(m)
		switch {
		case err != nil:
			return nil, unseen(fmt.Sprintf("matches %q is no pattern: %v", m, err))
		case !re.Match(part) && !whole:
			return missed(" without a match of %q in its first %d MiB", m, mostRead>>20)
		case !re.Match(part):
			return missed(" without a match of %q", m)
		}
	}
	if q.Options.Has("expect") && !whole {
		return missed(" with more than %d MiB, of which no condition can be worked out", mostRead>>20)
	}
	for _, e := range q.Options["expect"] {
		c, err := conditions.of(e)
		if err != nil {
			return nil, unseen(fmt.Sprintf("expect %q: %v", e, err))
		}
		values := map[string]any{"status": int64(answer.StatusCode), "headers": flat(answer.Header), "body": string(part), "json": nil}
		if c.json {
			if len(bytes.TrimSpace(part)) == 0 {
				return missed(" with no body, which is no JSON")
			}
			if values["json"], err = expr.JSON(part); err != nil {
				return missed(" with a body that is %v", err)
			}
		}
		yes, err := c.Is(ctx, values)
		switch {
		case ctx.Err() != nil:
			return missed(": no answer in time")
		case err != nil:
			return missed(", of which %s cannot be said: %v", e, err)
		case !yes:
			return missed(", and it is not so that %s", e)
		}
	}
	return bytes.NewReader(body), seen
}

// flat are headers by their name in small letters.
func flat(h http.Header) map[string]any {
	all := map[string]any{}
	for name, values := range h {
		all[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return all
}

// condition is a compiled expect; json says that it looks at the body as JSON.
type condition struct {
	expr.Program
	json bool
}

// book keeps compiled conditions by their text. There are as many as catalogs ever had;
// when that is too many it begins anew.
type book struct {
	mu   sync.Mutex // guards kept
	kept map[string]condition
	env  func() (*expr.Env, error)
}

var conditions = &book{env: sync.OnceValues(func() (*expr.Env, error) {
	return expr.NewEnv(expr.Vars{"status": expr.Int, "headers": expr.MapOf(expr.String), "body": expr.String, "json": expr.Any})
})}

func (b *book) of(source string) (condition, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, known := b.kept[source]; known {
		return c, nil
	}
	env, err := b.env()
	if err != nil {
		return condition{}, err
	}
	compiled, err := env.Compile(source, expr.Bool)
	if err != nil {
		return condition{}, err
	}
	c := condition{Program: compiled}
	for _, m := range compiled.About() {
		c.json = c.json || m.Path == "json" || strings.HasPrefix(m.Path, "json.")
	}
	if b.kept == nil || len(b.kept) >= 10_000 {
		b.kept = map[string]condition{}
	}
	b.kept[source] = c
	return c, nil
}
