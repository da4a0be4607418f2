package monitor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// The monitors whose files are read.
const (
	Gatus    = "gatus"
	Blackbox = "blackbox"
	Kuma     = "uptime-kuma"
)

// File is what one of them keeps. Modules is the file of the blackbox exporter, to which
// Text is the configuration of Prometheus.
type File struct {
	From    string
	Text    []byte
	Modules []byte
}

// Gap is something that was not carried over, or not in the same sense. Line is of the file,
// or of the modules when it is in them.
type Gap struct {
	Line    int    `json:"line"`
	Modules bool   `json:"modules,omitempty"`
	What    string `json:"what"`
	Why     string `json:"why"`
}

// Secret is one that a probe names, and the machine to which it goes.
type Secret struct {
	Name    string `json:"name"`
	Machine string `json:"machine"`
}

// Service is what is looked at by some probes.
type Service struct {
	Name   string           `json:"name"`
	Probes []prentice.Probe `json:"probes"`
}

// Read is what was read of a file.
type Read struct {
	From     string    `json:"from"`
	Services []Service `json:"services"`
	Gaps     []Gap     `json:"gaps"`
	Secrets  []Secret  `json:"secrets"`
}

// most is how many probes, and gaps, are taken from one file; mostOfService is how many one
// service may have.
const (
	most          = 10_000
	mostOfService = 50
)

// Convert reads a file. A probe with which its kind finds fault is a gap; without kinds no
// one looks.
func Convert(f File, kinds []prentice.ProbeKind) (Read, error) {
	top, err := parse(f.Text, "the file")
	if err != nil {
		return Read{}, err
	}
	r := &reader{kinds: kinds, taken: map[string]bool{}}
	o := r.object(top, "")
	if f.From == "" {
		f.From = guess(o)
	}
	switch f.From {
	case Gatus:
		r.gatus(o)
	case Kuma:
		r.kuma(o)
	case Blackbox:
		if err := r.blackbox(o, f.Modules); err != nil {
			return Read{}, err
		}
	default:
		return Read{}, prentice.Errorf(prentice.Invalid, "the file has neither endpoints (Gatus), nor scrape_configs (Prometheus with the blackbox exporter), nor a monitorList (Uptime Kuma)").
			Try("say what it is with --from, if it is one of them")
	}
	slices.SortStableFunc(r.gaps, func(a, b Gap) int {
		if a.Modules != b.Modules {
			return cmp.Compare(yes(a.Modules), yes(b.Modules))
		}
		return cmp.Compare(a.Line, b.Line)
	})
	return Read{From: f.From, Services: r.services, Gaps: r.gaps, Secrets: r.secrets}, nil
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// guess is the monitor that keeps such a file, or "".
func guess(o *object) string {
	for key, from := range map[string]string{"endpoints": Gatus, "scrape_configs": Blackbox, "monitorList": Kuma} {
		if o.has(key) {
			return from
		}
	}
	return ""
}

// reader collects what comes of a file.
type reader struct {
	kinds    []prentice.ProbeKind
	services []Service
	gaps     []Gap
	secrets  []Secret
	taken    map[string]bool // names of probes and secrets
	probes   int
	modules  bool // it reads the modules now
}

// gap notes what is not carried over.
func (r *reader) gap(n *yaml.Node, what, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.Line
	}
	switch {
	case len(r.gaps) == most:
		r.gaps = append(r.gaps, Gap{line, r.modules, "the rest", "more than this is not listed"})
	case len(r.gaps) < most:
		r.gaps = append(r.gaps, Gap{line, r.modules, shown(what), shown(fmt.Sprintf(format, args...))})
	}
}

// shown is what a stranger wrote, as a line of a comment can show it.
func shown(s string) string {
	return clip.To(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029 || c >= 0x200b && c <= 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0xfeff {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "")), 300)
}

// add takes a probe of a service, unless its kind finds fault with it.
func (r *reader) add(n *yaml.Node, service string, p prentice.Probe) {
	what := p.Name
	service = nameOf(service, "imported")
	p.Name = nameOf(p.Name, p.Kind)
	if len(p.Options) == 0 {
		p.Options = nil
	}
	if p.Interval > 0 && p.Timeout > p.Interval {
		p.Timeout = p.Interval
	}
	for _, d := range []time.Duration{p.Interval, p.Timeout} {
		if d != 0 && (d < 10*time.Millisecond || d > 24*time.Hour) {
			r.gap(n, what, "its times are not between 10ms and 24h")
			return
		}
	}
	if r.probes == most {
		r.gap(n, what, "more than %d probes are not taken from one file", most)
		return
	}
	if k := r.kind(p.Kind); k != nil {
		for _, found := range k.Lint(p) {
			if found.Error {
				r.gap(n, what, "it cannot be asked here: %s: %s", withoutAddress(found.Text, p.Target), found.Hint)
				return
			}
		}
		p.Machine = k.Machine(p)
	}
	r.probes++
	s := r.service(service)
	p.Name = r.free(s.Name+"/", p.Name)
	for _, key := range []string{"password", "bearer"} {
		if p.Options.Has(key) {
			r.secrets = append(r.secrets, Secret{p.Options.Text(key), p.Machine})
		}
	}
	s.Probes = append(s.Probes, p)
}

// withoutAddress hides an address that has a password in it.
func withoutAddress(text, target string) string {
	if !strings.Contains(target, "@") && !strings.Contains(target, "?") {
		return text
	}
	return strings.ReplaceAll(text, clip.Text(target), "…")
}

func (r *reader) kind(name string) prentice.ProbeKind {
	for _, k := range r.kinds {
		if k.Name() == name {
			return k
		}
	}
	return nil
}

// service is the one of a name that has room for a probe.
func (r *reader) service(name string) *Service {
	for i := 1; ; i++ {
		at := name
		if i > 1 {
			at = numbered(name, i)
		}
		j := slices.IndexFunc(r.services, func(s Service) bool { return s.Name == at })
		if j < 0 {
			r.services = append(r.services, Service{Name: at})
			j = len(r.services) - 1
		}
		if len(r.services[j].Probes) < mostOfService {
			return &r.services[j]
		}
	}
}

// free is a name that nothing has yet.
func (r *reader) free(of, name string) string {
	for i := 1; ; i++ {
		at := name
		if i > 1 {
			at = numbered(name, i)
		}
		if !r.taken[of+at] {
			r.taken[of+at] = true
			return at
		}
	}
}

func numbered(name string, i int) string {
	end := fmt.Sprintf("-%d", i)
	return strings.TrimRight(name[:min(len(name), 63-len(end))], "-._") + end
}

// nameOf makes a name of what a person wrote.
func nameOf(text, otherwise string) string {
	var b strings.Builder
	for _, c := range text {
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_'
		switch {
		case b.Len() >= 60:
		case ok:
			b.WriteRune(c)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return cmp.Or(strings.Trim(b.String(), "-._"), otherwise)
}

// secret is a name for a secret that stands in the file, by its use; the value is not taken.
func (r *reader) secret(n *yaml.Node, probe, use, what string) string {
	name := r.free("secret ", strings.ReplaceAll(nameOf(probe, "probe"), ".", "-")+"-"+use)
	r.gap(n, what, "its value is not carried over: keep it with prentice secret set %s, and let probes send it as secrets.yaml below says", name)
	return name
}
