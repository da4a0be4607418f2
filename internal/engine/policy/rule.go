package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
)

// What a question is when its rule does not say.
const (
	defaultApprovers = 1
	defaultExpiry    = time.Hour
	maxApprovers     = 10
	maxExpiry        = 30 * 24 * time.Hour
	maxPriority      = 1_000_000
)

var ruleKeys = []string{"name", "priority", "when", "verdict", "reason", "approvers", "role", "from", "needs_reason", "expires"}

// rule reads one rule. What it cannot read it leaves at the safe value and says
// so.
func (r *reader) rule(n *yaml.Node) Rule {
	at := prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}
	rule := Rule{BuiltIn: r.builtIn, At: at}
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "write key: value lines", "a rule is a mapping")
		return rule
	}
	v := r.mapping(n, "rule", ruleKeys...)
	rule.Name = r.name(v["name"], n)
	rule.Priority = r.whole(v["priority"], "priority", -maxPriority, maxPriority, 0)
	rule.Reason = r.needed(v["reason"], n, "reason", "say why in one sentence: people read it when the rule decides")
	rule.Verdict = r.verdict(v["verdict"], n)
	r.condition(&rule, v["when"], n)
	r.question(&rule, v)
	return rule
}

func (r *reader) name(n, rule *yaml.Node) string {
	name := r.needed(n, rule, "name", "give the rule a name that decisions can cite")
	switch {
	case name == "":
		return ""
	case !prentice.ValidName(name):
		r.wrong(n, "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(name))
	case !r.builtIn && strings.HasPrefix(name, "default-"):
		r.wrong(n, "choose another name", "names that begin with default- are those of the built-in rules")
	case r.names[name].Line != 0:
		r.wrong(n, fmt.Sprintf("the other one is in line %d", r.names[name].Line), "there is another rule %q", name)
	}
	r.names[name] = prentice.Pos{Line: n.Line}
	return name
}

// needed is a text that must be there.
func (r *reader) needed(n, rule *yaml.Node, key, hint string) string {
	if n == nil {
		r.wrong(rule, hint, "there is no %s", key)
		return ""
	}
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" {
		r.wrong(n, hint, "%s is not a text", key)
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func (r *reader) verdict(n, rule *yaml.Node) prentice.Verdict {
	word := r.needed(n, rule, "verdict", "write refuse, ask or allow")
	if word == "" {
		return prentice.Refuse
	}
	verdict, err := prentice.ParseVerdict(word)
	if err != nil {
		r.wrong(n, instead(word, []string{"refuse", "ask", "allow"}), "%q is not a verdict", clip.Text(word))
	}
	return verdict
}

func (r *reader) whole(n *yaml.Node, key string, least, most, otherwise int) int {
	if n == nil {
		return otherwise
	}
	i, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || i < least || i > most {
		r.wrong(n, fmt.Sprintf("write a whole number from %d to %d", least, most), "%s is %q", key, clip.Text(n.Value))
		return otherwise
	}
	return i
}

// question reads what belongs to ask, and refuses it elsewhere.
func (r *reader) question(rule *Rule, v map[string]*yaml.Node) {
	if rule.Verdict != prentice.Ask {
		for _, key := range []string{"approvers", "role", "from", "needs_reason", "expires"} {
			if n := v[key]; n != nil {
				r.wrong(n, "leave it out, or write verdict: ask", "%s says something only when the verdict is ask", key)
			}
		}
		return
	}
	rule.Approvers = r.whole(v["approvers"], "approvers", 1, maxApprovers, defaultApprovers)
	rule.Role = r.role(v["role"])
	rule.From = r.from(v["from"])
	rule.NeedsReason = r.yes(v["needs_reason"], "needs_reason")
	rule.Expires = r.expiry(v["expires"])
	if rule.asks.op && !rule.asks.plan && !rule.holds("op", AdoptOp) {
		r.findings = append(r.findings, prentice.Finding{
			At: rule.At, Text: fmt.Sprintf("rule %q asks about an operation; people can be asked about plans only", rule.Name),
			Hint: "it is heard for operations that make a plan; to stop another one, write verdict: refuse",
		})
	}
}

// holds says whether the rule holds a path against a constant.
func (r Rule) holds(path, constant string) bool {
	return slices.ContainsFunc(r.looks, func(m expr.Mention) bool { return m.Path == path && slices.Contains(m.Values, any(constant)) })
}

// namesAdhoc says whether the rule speaks of commands without a procedure by name.
func (r Rule) namesAdhoc() bool {
	return r.holds("plan.procedure", prentice.AdhocName) || r.holds("op", prentice.OpAdhoc)
}

func (r *reader) role(n *yaml.Node) prentice.Role {
	if n == nil {
		return prentice.Approver
	}
	role := prentice.Role(n.Value)
	if n.Kind != yaml.ScalarNode || !role.Includes(prentice.Approver) {
		r.wrong(n, instead(n.Value, []string{"approver", "owner"}), "%q is not a role that may approve", clip.Text(n.Value))
		return prentice.Owner
	}
	return role
}

func (r *reader) expiry(n *yaml.Node) time.Duration {
	if n == nil {
		return defaultExpiry
	}
	d, err := span.Parse(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d <= 0 || d > maxExpiry {
		r.wrong(n, "write a time such as 30m or 24h, at most 30d", "expires is %q", clip.Text(n.Value))
		return defaultExpiry
	}
	return d
}

// condition compiles when, and finds out what it speaks of.
func (r *reader) condition(rule *Rule, n, node *yaml.Node) {
	rule.When = r.needed(n, node, "when", "write a condition, or true for always")
	if rule.When == "" {
		return
	}
	l, err := speak()
	if err != nil {
		r.wrong(n, "report it", "conditions cannot be read: %v", err)
		return
	}
	rule.When = n.Value // untrimmed, so that places in it are places in the file
	if rule.when, err = l.whole.Compile(rule.When, expr.Bool); err != nil {
		r.misread(rule.When, n, err)
		return
	}
	r.values(rule.When, n)
	rule.looks = rule.when.About()
	rule.where = func(text string) prentice.Pos {
		at := max(0, strings.Index(rule.When, text)-1)
		line, column := lineAndColumn(rule.When, at)
		return r.place(n, line, column)
	}
	if faults := rule.misspelt(malformed); len(faults) > 0 {
		if !r.adopted {
			r.findings = append(r.findings, faults...)
			return
		}
		rule.wrong = faults[0].Text + ": " + faults[0].Hint
	}
	rule.asks.op = l.speaksOf("op", rule.When)
	rule.asks.plan = l.speaksOf("plan", rule.When) || l.speaksOf("record", rule.When) || l.speaksOf("budget", rule.When) || l.speaksOf("input", rule.When)
}

// misread says what is wrong with a condition, and where in the file.
func (r *reader) misread(condition string, n *yaml.Node, err error) {
	e, ok := errors.AsType[*expr.Error](err)
	if !ok {
		r.wrong(n, "see the reference of conditions", "when: %v", err)
		return
	}
	hint := "conditions are CEL and give true or false"
	if e.Unknown != "" {
		hint = instead(e.Unknown, candidates(condition, e))
	}
	r.wrongAt(r.place(n, e.Line, e.Column), hint, "when: "+e.Text)
}

// candidates are the names that could have been meant: the fields of the record
// before the dot, or else the variables.
func candidates(condition string, e *expr.Error) []string {
	lines := strings.Split(condition, "\n")
	if e.Line >= 1 && e.Line <= len(lines) {
		before := []rune(lines[e.Line-1])
		if end := e.Column - 1; end >= 0 && end < len(before) && before[end] == '.' {
			if fields := fieldsOf(lastWord.FindString(string(before[:end]))); len(fields) > 0 {
				return fields
			}
		}
	}
	names := []string{}
	for name := range words {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var lastWord = regexp.MustCompile(`[a-z_]+$`)

func fieldsOf(word string) []string {
	if word == "limits" {
		return limitWords.Fields()
	}
	return words[word].Fields()
}

// compared finds a word that has few values next to the texts it is compared
// with.
var compared = regexp.MustCompile(`\b(actor\.kind|actor\.role|plan\.risk|time\.weekday)\s*(?:[!=]=\s*("[^"\\\n]*"|'[^'\\\n]*')|in\s*\[([^\]]*)\])`)

var quoted = regexp.MustCompile(`"[^"\\\n]*"|'[^'\\\n]*'`)

// values refuses a comparison that can never hold, such as actor.kind ==
// "human".
func (r *reader) values(condition string, n *yaml.Node) {
	for _, m := range compared.FindAllStringSubmatchIndex(condition, -1) {
		word := condition[m[2]:m[3]]
		from, to := m[4], m[5]
		if from < 0 {
			from, to = m[6], m[7]
		}
		for _, q := range quoted.FindAllStringIndex(condition[from:to], -1) {
			value := condition[from+q[0]+1 : from+q[1]-1]
			if slices.Contains(closed[word], value) {
				continue
			}
			hint := "use " + strings.Join(closed[word], ", ")
			if near := nearest.Of(value, closed[word]); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			line, column := lineAndColumn(condition, from+q[0])
			r.wrongAt(r.place(n, line, column), hint, fmt.Sprintf("when: %s is never %q", word, clip.Text(value)))
		}
	}
}

func lineAndColumn(text string, offset int) (line, column int) {
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, len([]rune(before[start:])) + 1
}

// place turns a place within a condition into one of the file. Where YAML has
// folded lines together only the beginning of the condition is sure.
func (r *reader) place(n *yaml.Node, line, column int) prentice.Pos {
	at := prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}
	if line < 1 {
		return at
	}
	switch n.Style {
	case yaml.LiteralStyle:
		lines := strings.Split(r.text, "\n")
		if at.Line+line > len(lines) {
			return at
		}
		first := lines[at.Line]
		at.Line += line
		at.Column = len(first) - len(strings.TrimLeft(first, " ")) + column
	case yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle:
		at.Column += column
	case 0:
		at.Column += column - 1
	}
	return at
}
