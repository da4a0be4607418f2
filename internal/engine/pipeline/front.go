package pipeline

import (
	"path"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/egress"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/kit/variable"
)

// front reads the keys of a check's front matter into it.
type front struct {
	*strict.Reader
	check *Check
}

func (f *front) read(top *strict.Node) {
	v := f.Mapping(top, "check", "check", "summary", "needs", "paths", "network", "services", "image", "cache", "reports", "artifacts", "timeout", "secrets")
	c := f.check
	c.Name = f.name(v["check"], top)
	c.Summary = f.Needed(v["summary"], top, "check", "summary", "add summary: what it proves, in one line")
	if len(c.Summary) > 200 || strings.ContainsAny(c.Summary, "\n\t") {
		f.Wrong(v["summary"], "write one line of at most 200 characters", "the summary has %d characters in %d lines", len(c.Summary), 1+strings.Count(c.Summary, "\n"))
	}
	c.Needs = f.words(v["needs"], "needs", "the name of a check", isName)
	c.Paths = f.words(v["paths"], "paths", "a pattern of paths such as src/** or go.mod", isPattern)
	c.Network = f.words(v["network"], "network", "the name of a host such as proxy.golang.org, with a port where that is not 80 or 443; or an address", isHost)
	c.Services = f.services(v["services"])
	c.Image = f.image(v["image"])
	c.Cache = f.words(v["cache"], "cache", "a folder in the tree such as .cache, or in the home such as ~/.npm", isCache)
	c.Artifacts = f.words(v["artifacts"], "artifacts", "a file in the tree such as dist/*.deb, or a folder", isResult)
	c.Secrets = f.words(v["secrets"], "secrets", "the name of a secret: small letters, digits and dashes", isSecret)
	f.apart(v["secrets"])
	c.Timeout = f.timeout(v["timeout"])
	f.reports(v["reports"])
}

func (f *front) name(n, top *strict.Node) string {
	name := f.Needed(n, top, "check", "check", "add check: NAME, such as "+bareName(f.check.File))
	switch {
	case name == "":
	case !isName(name):
		f.Wrong(n, "use letters, digits, dots and dashes, such as unit-tests", "%q cannot name a check", clip.Text(name))
	case name != bareName(f.check.File):
		f.Wrong(n, "name the file "+name+".md, or the check "+clip.Text(bareName(f.check.File)), "the check is called %q and its file %q", name, clip.Text(path.Base(f.check.File)))
	}
	return name
}

// words reads a list whose members all are of one sort; one alone needs no list.
func (f *front) words(n *strict.Node, key, sort string, is func(string) bool) []string {
	if n == nil {
		return nil
	}
	list := []string{}
	nodes := []*strict.Node{n}
	if n.Value == "" {
		list, nodes = f.Words(n, key), n.Content
	} else {
		list = append(list, f.Text(n, key))
	}
	for i, word := range list {
		if word != "" && !is(word) {
			f.Wrong(nodes[i], "write "+sort, "%s cannot have %q", key, clip.Text(word))
		}
	}
	return list
}

// apart refuses two secrets that would be one variable.
func (f *front) apart(n *strict.Node) {
	seen := map[string]string{}
	for _, name := range f.check.Secrets {
		as := variable.Of(name)
		if other, twice := seen[as]; twice {
			f.Wrong(n, "keep one of them", "the secrets %s and %s would both be the variable %s", other, name, as)
		}
		seen[as] = name
	}
}

func (f *front) image(n *strict.Node) string {
	if n == nil {
		return ""
	}
	name := f.Text(n, "image")
	if name != "" && !IsImage(name) {
		f.Wrong(n, "write it as debian:12, or better with its digest, as debian@sha256:…", "%q is not an image", clip.Text(name))
	}
	return name
}

func (f *front) timeout(n *strict.Node) time.Duration {
	if n == nil {
		return DefaultTimeout
	}
	text := f.Text(n, "timeout")
	d, err := span.Parse(text)
	switch {
	case text == "":
	case err != nil:
		f.Wrong(n, "write it as 90s, 10m or 1h", "%q is not a time", clip.Text(text))
	case d < time.Second || d > MostTimeout:
		f.Wrong(n, "choose between 1s and 6h", "a check cannot take %s", d)
	}
	return d
}

func (f *front) reports(n *strict.Node) {
	if n == nil {
		return
	}
	v := f.Mapping(n, "reports", "junit", "sarif", "coverage")
	sort := "a file in the tree such as report.xml or out/*.xml"
	f.check.Reports = Reports{
		JUnit:    f.words(v["junit"], "junit", sort, isResult),
		SARIF:    f.words(v["sarif"], "sarif", sort, isResult),
		Coverage: f.words(v["coverage"], "coverage", sort, isResult),
	}
	if len(f.check.Reports.All()) == 0 {
		f.Wrong(n, "write reports: {junit: report.xml}", "reports names no report")
	}
}

var (
	// A name as registries have it: a host, folders, a tag and a digest; only the first three may be left out.
	image  = pattern.Of(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$`)
	secret = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,59}$`)
)

func isName(s string) bool { return prentice.ValidName(s) && !strings.ContainsAny(s, ":@/") }

func isHost(s string) bool   { _, err := egress.ParseRule(s); return err == nil }
func isSecret(s string) bool { return secret.MatchString(s) && variable.Taken(variable.Of(s)) == "" }

// IsImage says whether a text names an image of a registry.
func IsImage(s string) bool { return len(s) <= 256 && image.MatchString(s) }

// inTree says whether a path stays below the root of the tree, out of git's own folder.
func inTree(s string) bool {
	plain := strings.TrimSuffix(s, "/")
	first, _, _ := strings.Cut(plain, "/")
	return plain != "" && plain != "." && path.Clean(plain) == plain && !path.IsAbs(plain) && first != ".." && first != ".git" && !strings.ContainsAny(s, "\\\n") && len(s) <= 500
}

func isPattern(s string) bool {
	_, err := path.Match(strings.ReplaceAll(s, "**", "*"), "")
	return err == nil && inTree(s)
}

// isResult is a path or a pattern as the shell knows it.
func isResult(s string) bool {
	return isPattern(s) && !strings.Contains(s, "**") && strings.Trim(s, "*?/") != "" && !strings.HasPrefix(s, "-") && !strings.ContainsAny(s, " \t\"'$`;&|<>(){}!~#[]")
}

func isCache(s string) bool {
	rest, ofHome := strings.CutPrefix(s, "~/")
	return inTree(rest) && !strings.ContainsAny(rest, " \t*?[]\"'$`;&|<>(){}!~#:") && (ofHome || rest == s)
}
