package policy

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a zone must mean the same on every machine

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// Bounds on a policy file.
const (
	MaxBytes = 1 << 20
	MaxRules = 1000
)

//go:embed default.yaml
var builtInText []byte

// Default is the policy of a team that has written none.
func Default() *Policy {
	p, findings := Load("policy.yaml", nil)
	if p == nil {
		panic(fmt.Sprintf("the built-in policy has a fault: %v", findings))
	}
	return p
}

// Load reads a team's policy.yaml. With an error among the findings there is no
// policy, and anyone who has an older one keeps it. An empty file adds nothing to
// the built-in rules.
func Load(file string, text []byte) (*Policy, []prentice.Finding) {
	return load(reader{file: file, text: string(text)})
}

// LoadAdopted reads a policy that is in force. A name that no fact can have was no
// error when it was adopted: the policy stays in force, the rule allows nothing,
// and where it would refuse or ask someone is asked, until the team has adopted
// one that is spelt right.
func LoadAdopted(file string, text []byte) (*Policy, []prentice.Finding) {
	return load(reader{file: file, text: string(text), adopted: true})
}

func load(file reader) (*Policy, []prentice.Finding) {
	builtIn := reader{file: "built-in policy", builtIn: true, text: string(builtInText)}
	ours := builtIn.rules()
	theirs := file.rules()
	findings := append(builtIn.findings, file.findings...)
	if slices.ContainsFunc(findings, func(f prentice.Finding) bool { return f.Error }) {
		return nil, findings
	}
	digest := prentice.Digest(append(append([]byte{}, builtInText...), file.text...))
	return &Policy{team: inOrder(theirs), builtIn: inOrder(ours), digest: digest, zone: file.zone()}, findings
}

// inOrder puts the rules in the order in which they decide: by priority, and
// among equals the strictest first.
func inOrder(rules []Rule) []Rule {
	slices.SortStableFunc(rules, func(a, b Rule) int {
		for _, difference := range []int{
			b.Priority - a.Priority, int(a.Verdict) - int(b.Verdict), b.Approvers - a.Approvers,
			strings.Compare(string(b.Role), string(a.Role)), int(a.Expires - b.Expires),
		} {
			if difference != 0 {
				return difference
			}
		}
		return 0
	})
	return rules
}

// reader reads one file and collects what is wrong with it.
type reader struct {
	file     string
	builtIn  bool
	adopted  bool // it was read without an error by the version that adopted it
	text     string
	findings []prentice.Finding
	names    map[string]prentice.Pos
	inZone   *time.Location
	known    *Known // of cases
}

// zone is that of the file, or UTC.
func (r *reader) zone() *time.Location {
	if r.inZone == nil {
		return time.UTC
	}
	return r.inZone
}

// readZone takes an IANA name. Local is refused: a policy must mean the same on
// every machine.
func (r *reader) readZone(n *yaml.Node) {
	if n == nil {
		return
	}
	zone, err := time.LoadLocation(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode || n.Value == "" || n.Value == "Local" {
		r.wrong(n, "write a name of the IANA list, such as Europe/London, or UTC", "zone %q is not known", clip.Text(n.Value))
		return
	}
	r.inZone = zone
}

// rules reads the whole file.
func (r *reader) rules() []Rule {
	if len(r.text) > MaxBytes {
		r.wrong(nil, "split it into fewer rules", "policy has %d bytes, at most %d are read", len(r.text), MaxBytes)
		return nil
	}
	root := r.document()
	if root == nil {
		return nil
	}
	top := r.mapping(root, "policy", "zone", "rules")
	r.readZone(top["zone"])
	list := top["rules"]
	if list == nil || list.Tag == "!!null" {
		return nil
	}
	if list.Kind != yaml.SequenceNode || len(list.Content) > MaxRules {
		r.wrong(list, "begin each rule with a dash", "rules is not a list of at most %d rules", MaxRules)
		return nil
	}
	r.names = map[string]prentice.Pos{}
	var rules []Rule
	for _, node := range list.Content {
		rules = append(rules, r.rule(node))
	}
	return rules
}

// document is the top of the file's only document, or nil when there is none to
// read.
func (r *reader) document() (top *yaml.Node) {
	r.strictly(func(s *strict.Reader) { top = s.Document([]byte(r.text)) })
	return top
}

// mapping reads a mapping whose keys must be among known.
func (r *reader) mapping(n *yaml.Node, what string, known ...string) (values map[string]*yaml.Node) {
	r.strictly(func(s *strict.Reader) { values = s.Mapping(n, what, known...) })
	return values
}

// strictly reads with the reader of all files of a team.
func (r *reader) strictly(read func(*strict.Reader)) {
	s := strict.Reader{Near: nearest.Of}
	read(&s)
	r.findings = append(r.findings, team.Findings(r.file, s.Problems)...)
}

// wrong adds an error at a node, or at the file when there is none.
func (r *reader) wrong(n *yaml.Node, hint, format string, args ...any) {
	at := prentice.Pos{File: r.file}
	if n != nil {
		at.Line, at.Column = n.Line, n.Column
	}
	r.wrongAt(at, hint, fmt.Sprintf(format, args...))
}

func (r *reader) wrongAt(at prentice.Pos, hint, text string) {
	r.findings = append(r.findings, prentice.Finding{At: at, Error: true, Text: text, Hint: hint})
}

// instead is the hint for a word that is not known.
func instead(word string, known []string) string {
	if near := nearest.Of(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "use " + strings.Join(known, ", ")
}
