package analyse

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/kit/markdown"
)

func names() []standard.Analyser {
	return []standard.Analyser{
		{Name: "case-collision", Whole: caseCollision},
		{Name: "windows-names", Bare: true, Each: windowsNames},
		{Name: "legible-names", Bare: true, Each: legibleNames},
		{Name: "links-stay", Whole: linksStay},
		{Name: "submodules-declared", Whole: submodules},
		{Name: "size", Bare: true, Each: size},
	}
}

func caseCollision(_ context.Context, v *standard.View) ([]check.Finding, error) {
	seen := make(map[string]string, len(v.Files))
	var list []check.Finding
	note := func(p string) {
		folded := strings.ToLower(p)
		switch other, found := seen[folded]; {
		case !found:
			seen[folded] = p
		case other != p:
			list = append(list, check.Finding{Path: p, Says: fmt.Sprintf("it has the name of %q where case does not count: only one of them can be checked out there", standard.Shown(other))})
			seen[folded] = p
		}
	}
	lastDir := ""
	for _, f := range v.Files {
		if dir := path.Dir(f.Path); dir != lastDir {
			lastDir = dir
			for d := dir; d != "." && d != "/"; d = path.Dir(d) {
				if seen[strings.ToLower(d)] == d {
					break
				}
				note(d)
			}
		}
		note(f.Path)
	}
	return list, nil
}

var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$`)

func windowsNames(t *standard.Text) []check.Finding {
	for part := range strings.SplitSeq(t.Path, "/") {
		switch {
		case reserved.MatchString(part):
			return []check.Finding{t.Of(fmt.Sprintf("Windows keeps the name %q for itself", standard.Shown(part)))}
		case strings.ContainsAny(part, `<>:"|?*\`):
			return []check.Finding{t.Of(`it has a character that Windows has no place for: one of <>:"|?*\`)}
		case strings.HasSuffix(part, " ") || strings.HasSuffix(part, "."):
			return []check.Finding{t.Of("a name that ends with a blank or a dot loses it on Windows")}
		}
	}
	if len(t.Path) > 240 {
		return []check.Finding{t.Of(fmt.Sprintf("its path has %d bytes: with a folder before it, it is too long for many programs", len(t.Path)))}
	}
	return nil
}

func legibleNames(t *standard.Text) []check.Finding {
	switch {
	case !utf8.ValidString(t.Path):
		return []check.Finding{t.Of("its name is not UTF-8")}
	case strings.ContainsFunc(t.Path, func(r rune) bool { return r == '\n' || r == '\t' || markdown.Unseen(r) }):
		return []check.Finding{t.Of("its name has a character that no one sees")}
	}
	for part := range strings.SplitSeq(t.Path, "/") {
		if strings.HasPrefix(part, "-") {
			return []check.Finding{t.Of("a name that begins with a dash is taken for an option")}
		}
	}
	return nil
}

func linksStay(_ context.Context, v *standard.View) ([]check.Finding, error) {
	var list []check.Finding
	for _, f := range v.Files {
		if f.Mode != check.Link || !v.Covers(f.Path) {
			continue
		}
		raw, err := v.Read(f)
		if err != nil {
			return list, err
		}
		to := string(raw)
		says := ""
		switch target := path.Join(path.Dir(f.Path), to); {
		case path.IsAbs(to):
			says = "the link leads to a place of one machine"
		case target == ".." || strings.HasPrefix(target, "../"):
			says = "the link leads out of the repository"
		case target != "." && !v.Has(target) && !behindLink(v, target):
			says = "the link leads nowhere"
		case target == f.Path || strings.HasPrefix(f.Path, target+"/") || target == ".":
			says = "the link leads to itself, or to a folder that it lies in"
		}
		if says != "" {
			list = append(list, check.Finding{Path: f.Path, Says: says, Saw: standard.Shown(to)})
		}
	}
	return list, nil
}

// behindLink says whether a folder on the way is itself a link, or a submodule.
func behindLink(v *standard.View, p string) bool {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		if f, found := v.File(dir); found {
			return f.Mode == check.Link || f.Mode == check.Submodule
		}
	}
	return false
}

func submodules(_ context.Context, v *standard.View) ([]check.Finding, error) {
	var list []check.Finding
	declared, err := v.Text(".gitmodules")
	if err != nil && !check.Missing(err) {
		return nil, err
	}
	for _, f := range v.Files {
		if f.Mode != check.Submodule {
			continue
		}
		if !regexp.MustCompile(`(?m)^\s*path\s*=\s*` + regexp.QuoteMeta(f.Path) + `\s*$`).Match(declared) {
			list = append(list, check.Finding{Path: f.Path, Says: "a repository within this one, and .gitmodules does not say where it is from"})
		}
	}
	return list, nil
}

// largest is how large a file of a repository should be at most.
const largest = 5 << 20

func size(t *standard.Text) []check.Finding {
	if t.Size <= largest {
		return nil
	}
	return []check.Finding{t.Of(fmt.Sprintf("it has %.1f MB: everyone who clones keeps it forever", float64(t.Size)/(1<<20)))}
}
