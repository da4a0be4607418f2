package alert

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/label"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// Rules are a team's alerts.yaml. The nil Rules are those that come with prentice.
type Rules struct {
	LongestSilence time.Duration // 0 is the default

	Owner prentice.Ref // of what no rule and no service gives an owner
	rules []rule
	beats []heartbeat
}

// rule answers some questions about the alerts that it matches.
type rule struct {
	name     string
	match    []label.Matcher
	do       Do
	service  string // a name, in which {label} is a label's value
	owner    prentice.Ref
	severity string
}

// mostRules bounds one file.
const mostRules = 1000

// File is the rules of alerts in the team folder. Where it was never read without an
// error, no one knows what it says.
var File = team.File[*Rules]{Name: "alerts.yaml", Load: Load}

// Load reads a team's alerts.yaml. With an error among the findings there are no
// rules, and anyone who has older ones keeps them.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := reader{strict.Reader{Near: nearest.Of}}
	rules := &Rules{}
	if top := r.Document(text); top != nil {
		r.rules(rules, top)
	}
	if len(r.Problems) == 0 {
		return rules, nil
	}
	return nil, team.Findings(file, r.Problems)
}

type reader struct{ strict.Reader }

func (r *reader) rules(to *Rules, top *strict.Node) {
	v := r.Mapping(top, "alerts file", "owner", "longest_silence", "heartbeats", "rules")
	if v["owner"] != nil {
		to.Owner = r.ref(v["owner"])
	}
	if v["longest_silence"] != nil {
		to.LongestSilence = r.length(v["longest_silence"], "longest_silence", time.Minute, 365*24*time.Hour)
	}
	r.heartbeats(to, v["heartbeats"])
	list := r.List(v["rules"], "rules")
	if len(list) > mostRules {
		r.Wrong(v["rules"], "leave out what is not needed", "there are %d rules, at most %d are read", len(list), mostRules)
		return
	}
	names := map[string]bool{}
	for _, n := range list {
		one := r.rule(n)
		if names[one.name] && one.name != "" {
			r.Wrong(n, "choose another name", "there is another rule %q", one.name)
		}
		names[one.name] = true
		to.rules = append(to.rules, one)
	}
}

// length reads a time, such as 90s, 12h or 7d.
func (r *reader) length(n *strict.Node, key string, least, most time.Duration) time.Duration {
	text := r.Text(n, key)
	d, err := span.Parse(text)
	if text != "" && (err != nil || d < least || d > most) {
		r.Wrong(n, fmt.Sprintf("write a time from %s to %s, such as 12h or 7d", span.String(least), span.String(most)), "%s is %q", key, clip.Text(text))
		return 0
	}
	return d
}

func (r *reader) rule(n *strict.Node) rule {
	before := len(r.Problems)
	v := r.Mapping(n, "rule", "name", "match", "do", "service", "owner", "severity")
	one := rule{name: r.Needed(v["name"], n, "rule", "name", "give it a name: it is told which rule an alert went by")}
	if one.name != "" && !prentice.ValidName(one.name) {
		r.Wrong(v["name"], "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(one.name))
	}
	one.match = r.match(v["match"], n, "rule")
	if v["do"] != nil {
		one.do = Do(r.Choice(v["do"], "thing to do", []string{string(Ignore), string(Record), string(Incident), string(Notify)}))
	}
	if v["service"] != nil {
		one.service = r.template(v["service"])
	}
	if v["owner"] != nil {
		one.owner = r.ref(v["owner"])
	}
	if v["severity"] != nil {
		one.severity = r.Choice(v["severity"], "severity", []string{Critical, Warning, Info})
	}
	if len(r.Problems) == before && v["do"] == nil && v["service"] == nil && v["owner"] == nil && v["severity"] == nil {
		r.Wrong(n, "say what it is for: do, service, owner or severity", "the rule answers nothing")
	}
	return one
}

// match reads matchers, all of which have to match.
func (r *reader) match(n, of *strict.Node, what string) (list []label.Matcher) {
	if n == nil {
		r.Wrong(of, fmt.Sprintf(`write match: [alertname="…"]: a %s without matchers would fit everything`, what), "the %s has no match", what)
	}
	for _, m := range r.List(n, "match") {
		list = append(list, r.matcher(m))
	}
	return list
}

func (r *reader) ref(n *strict.Node) prentice.Ref {
	text := r.Text(n, "owner")
	ref, err := prentice.ParseRef(strings.Replace(text, ":", "/", 1)) // as the catalog writes it
	if strings.Contains(text, "/") {
		ref, err = prentice.ParseRef(text)
	}
	if text != "" && err != nil {
		r.Wrong(n, "write a ref such as group:ops or group/ops", "owner is %q", clip.Text(text))
	}
	return ref
}

var (
	inBraces = regexp.MustCompile(`\{([^{}]*)\}`)
	isLabel  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

// matcher reads label="value" with =, !=, =~ or !~.
func (r *reader) matcher(n *strict.Node) label.Matcher {
	text := r.Text(n, "matcher")
	m, err := label.Parse(text)
	if err != nil && text != "" {
		r.Wrong(n, `write label="value", with =, !=, =~ or !~ and a regular expression of RE2 behind the last two`, "%v", err)
	}
	return m
}

// template reads the name of a service, in which {label} is a label's value.
func (r *reader) template(n *strict.Node) string {
	text := r.Text(n, "service")
	for _, found := range inBraces.FindAllStringSubmatch(text, -1) {
		if !isLabel.MatchString(found[1]) {
			r.Wrong(n, "write the name of a label in braces, such as {app}", "%q is not a label", clip.Text(found[1]))
		}
	}
	if rest := inBraces.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
		r.Wrong(n, "write the name of a label in braces, such as {app}", "the braces of %q do not go together", clip.Text(text))
	}
	return text
}

// filled is a template with an alert's labels, or "" when it lacks one of them.
func filled(template string, labels map[string]string) string {
	lacks := false
	text := inBraces.ReplaceAllStringFunc(template, func(in string) string {
		value := labels[in[1:len(in)-1]]
		lacks = lacks || value == ""
		return value
	})
	if lacks {
		return ""
	}
	return text
}

// named is a rule as people cite it.
func (r rule) named() string { return fmt.Sprintf("rule %s of alerts.yaml", r.name) }
