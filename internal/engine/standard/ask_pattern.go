package standard

import (
	"context"
	"fmt"
	"regexp"

	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// mostFindings is how many places of one rule in one file are told.
const mostFindings = 20

// compilePattern makes a pattern (https://github.com/google/re2/wiki/Syntax, which takes
// no longer than the text is long) ready: it is not to match a line, or the path; one
// that is wanted has to match something in each file.
func (q question) compilePattern(covers func(string) bool) (judge, error) {
	re, err := regexp.Compile(q.Pattern)
	if err != nil {
		return judge{}, hinted{fmt.Errorf("%q is not a pattern: %w", clip.Text(q.Pattern), err), "see https://github.com/google/re2/wiki/Syntax"}
	}
	switch {
	case q.In == "path" && q.Wanted:
		return judge{covers: covers, whole: func(_ context.Context, v *View) ([]check.Finding, error) {
			for _, f := range v.Files {
				if v.Covers(f.Path) && re.MatchString(f.Path) {
					return nil, nil
				}
			}
			return []check.Finding{{Says: "there is no such file"}}, nil
		}}, nil
	case q.In == "path":
		return judge{covers: covers, bare: true, each: func(t *Text) ([]check.Finding, error) {
			if !re.MatchString(t.Path) {
				return nil, nil
			}
			return []check.Finding{{Path: t.Path, Says: "a file of this name has no place here", Saw: Shown(t.Path)}}, nil
		}}, nil
	case q.Wanted:
		return judge{covers: covers, each: func(t *Text) ([]check.Finding, error) {
			if t.Binary() || re.Match(t.Bytes) {
				return nil, nil
			}
			return []check.Finding{t.Of("what is wanted does not stand here")}, nil
		}}, nil
	}
	return judge{covers: covers, each: func(t *Text) ([]check.Finding, error) { return forbidden(re, t), nil }}, nil
}

func forbidden(re *regexp.Regexp, t *Text) []check.Finding {
	if t.Binary() || !re.Match(t.Bytes) {
		return nil
	}
	var list []check.Finding
	for i, line := range t.Lines() {
		if re.MatchString(line) && len(list) < mostFindings {
			list = append(list, t.At(i+1, "what has no place here stands here"))
		}
	}
	if len(list) == 0 { // over several lines
		at := re.FindIndex(t.Bytes)
		list = append(list, t.At(t.LineAt(at[0]), "what has no place here stands here"))
	}
	return list
}
