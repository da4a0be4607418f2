package advisory

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/osv-scalibr/semantic"

	"prentice/internal/kit/clip"
)

var dashes = regexp.MustCompile(`[-_.]+`)

// Verdict is what an advisory says of one version.
type Verdict struct {
	Affected bool
	Fixed    []string // the versions that end the ranges it is in
}

// Of says whether a version of a package is affected. An error means that no one can say.
func (a Affected) Of(version string) (out Verdict, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = Verdict{}, fmt.Errorf("%q cannot be compared: %v", clip.To(version, 60), p)
		}
	}()
	v, err := parse(version, a.Ecosystem)
	if err != nil {
		return Verdict{}, fmt.Errorf("%q is no version that is understood: %w", clip.To(version, 60), err)
	}
	out = Verdict{Affected: slices.Contains(a.Versions, version)}
	for _, listed := range a.Versions {
		if out.Affected {
			break
		}
		n, err := v.CompareStr(listed)
		out.Affected = err == nil && n == 0
	}
	for _, r := range a.Ranges {
		in, err := r.holds(v, a.Ecosystem)
		if err != nil {
			return Verdict{}, err
		}
		if in {
			out.Affected = true
		}
	}
	if !out.Affected {
		return out, nil
	}
	for _, r := range a.Ranges {
		for _, e := range r.Events {
			if n, err := v.CompareStr(e.Fixed); e.Fixed != "" && err == nil && n < 0 {
				out.Fixed = append(out.Fixed, e.Fixed)
			}
		}
	}
	slices.SortFunc(out.Fixed, func(x, y string) int { return compare(x, y, a.Ecosystem) })
	out.Fixed = slices.Compact(out.Fixed)
	return out, nil
}

// holds goes along the events in the order of their versions, as the OSV format says.
func (r Range) holds(v semantic.Version, ecosystem string) (bool, error) {
	type point struct {
		at    string
		event Event
		order int // at one version: what begins, and then what ends
	}
	var points []point
	limited := false
	for _, e := range r.Events {
		switch {
		case e.Introduced != "":
			points = append(points, point{e.Introduced, e, 0})
		case e.Fixed != "":
			points = append(points, point{e.Fixed, e, 1})
		case e.LastAffected != "":
			points = append(points, point{e.LastAffected, e, 2})
		case e.Limit == "*":
		default:
			if n, err := v.CompareStr(e.Limit); err != nil {
				return false, unread(e.Limit, err)
			} else if n >= 0 {
				limited = true
			}
		}
	}
	for _, p := range points {
		if p.at != "0" {
			if _, err := parse(p.at, ecosystem); err != nil {
				return false, unread(p.at, err)
			}
		}
	}
	slices.SortStableFunc(points, func(x, y point) int {
		if n := compare(x.at, y.at, ecosystem); n != 0 {
			return n
		}
		return x.order - y.order
	})
	in := false
	for _, p := range points {
		n := 1
		if p.at != "0" {
			var err error
			if n, err = v.CompareStr(p.at); err != nil {
				return false, unread(p.at, err)
			}
		}
		switch {
		case p.event.Introduced != "" && n >= 0:
			in = true
		case p.event.Fixed != "" && n >= 0:
			in = false
		case p.event.LastAffected != "" && n > 0:
			in = false
		}
	}
	return in && !limited, nil
}

func unread(version string, err error) error {
	return fmt.Errorf("a range ends at %q, which is no version that is understood: %w", clip.To(version, 60), err)
}

// compare orders two versions of an ecosystem; "0" is before all.
func compare(x, y, ecosystem string) int {
	switch {
	case x == y:
		return 0
	case x == "0":
		return -1
	case y == "0":
		return 1
	}
	v, err := parse(x, ecosystem)
	if err != nil {
		return strings.Compare(x, y)
	}
	n, err := v.CompareStr(y)
	if err != nil {
		return strings.Compare(x, y)
	}
	return n
}

var debian = regexp.MustCompile(`^(\d+:)?[A-Za-z0-9][A-Za-z0-9.+~:-]*$`)

var numbered = regexp.MustCompile(`^v?\d+(\.\d+)*([-+.\w]*)$`)

// looksLike is what a version of an ecosystem where any text would do must look like.
var looksLike = map[string]*regexp.Regexp{
	"Go": numbered, "npm": numbered, "crates.io": numbered,
	"Maven": regexp.MustCompile(`^\w[\w.+-]*$`), "Debian": debian, "Ubuntu": debian,
	"Alpine": regexp.MustCompile(`^\d+(\.\d+)*[a-z]?(_[a-z]+\d*)*(~[0-9a-f]+)?(-r\d+)?$`),
	"PyPI":   regexp.MustCompile(`(?i)^v?(\d+!)?\d+(\.\d+)*[-_.]?((a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?$`),
}

// longest is how long a version may be: comparing costs more than reading it.
const longest = 200

// parse reads a version. What a library takes for some version although it is none is an
// error here.
func parse(version, ecosystem string) (semantic.Version, error) {
	name, _, _ := strings.Cut(ecosystem, ":")
	if like := looksLike[name]; version == "" || len(version) > longest || like != nil && !like.MatchString(version) {
		return nil, semantic.ErrInvalidVersion
	}
	if name == "Go" {
		version = goVersion(version)
	}
	return semantic.Parse(version, name)
}

var goRelease = regexp.MustCompile(`^(\d+\.\d+(?:\.\d+)?)(rc|beta)(\d+)`)

// goVersion is the version of a module without its v, and of Go itself as SemVer has it:
// 1.22rc1 is 1.22-rc.1.
func goVersion(s string) string {
	s = strings.TrimPrefix(s, "v")
	if m := goRelease.FindStringSubmatch(s); m != nil {
		return m[1] + "-" + m[2] + "." + m[3]
	}
	return strings.TrimSuffix(s, "+incompatible")
}
