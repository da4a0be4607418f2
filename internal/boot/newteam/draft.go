package newteam

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice/internal/engine/starter"
)

// File is one of the team folder.
type File struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Draft is the files of the team folder, in the order in which they are written.
func (f *Found) Draft(now time.Time) []File {
	files := []File{{"catalog-info.yaml", f.catalog()}}
	if text := f.inventory(); text != "" {
		files = append(files, File{"inventory.yaml", text})
	}
	if len(f.Sections) > 0 {
		files = append(files, File{"ssh_config", f.sshConfig()})
	}
	files = append(files,
		File{"policy.yaml", fmt.Sprintf(policy, f.Zone)},
		File{"policy_test.yaml", policyTest},
		File{"alerts.yaml", fmt.Sprintf(alerts, f.Group)},
		File{"calendar.yaml", fmt.Sprintf(calendar, f.Zone)})
	if slices.ContainsFunc(f.Services, func(s Service) bool { return s.URL != "" && len(s.Hosts) > 0 }) {
		files = append(files, f.begin("check-endpoint", now)...)
	}
	if slices.ContainsFunc(f.Services, func(s Service) bool { return s.Unit != "" }) {
		files = append(files, f.begin("restart-service", now)...)
	}
	return files
}

// begin is a procedure from the library, and the library's text of it, for upgrades.
func (f *Found) begin(name string, now time.Time) []File {
	t, err := starter.Find(name)
	if err != nil {
		panic("the library has lost " + name)
	}
	as := starter.As{Name: name, Owner: "group:" + f.Group, ReviewBy: starter.Review(now), Version: f.Version}
	return []File{{"procedures/" + name + ".md", t.As(as)}, {starter.Kept(t.Digest), t.Text}}
}

// entity is a document of catalog-info.yaml.
type entity struct {
	Version  string   `yaml:"apiVersion"`
	Kind     string   `yaml:"kind"`
	Metadata metadata `yaml:"metadata"`
	Spec     spec     `yaml:"spec"`
}

type metadata struct {
	Name        string            `yaml:"name"`
	Description string            `yaml:"description,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

type spec struct {
	Type      string    `yaml:"type"`
	Lifecycle string    `yaml:"lifecycle,omitempty"`
	Owner     string    `yaml:"owner,omitempty"`
	Children  *[]string `yaml:"children,omitempty,flow"`
	Members   []string  `yaml:"members,omitempty,flow"`
}

func (f *Found) catalog() string {
	docs := []string{catalogHead + document(entity{Kind: "Group", Metadata: metadata{Name: f.Group, Description: "Looks after all that stands here."}, Spec: spec{Type: "team", Children: &[]string{}, Members: []string{f.Person}}})}
	if !f.Knows(f.Machine) {
		docs = append(docs, machineHead+document(f.resource(f.Machine, "local", "true")))
	}
	for _, h := range f.Hosts {
		if h.Source == Scraped {
			docs = append(docs, document(f.resource(h.Name, "address", h.Address)))
		}
	}
	for i, s := range f.Services {
		head := ""
		if i == 0 {
			head = servicesHead
		}
		docs = append(docs, head+document(f.component(s)))
	}
	return strings.Join(docs, "---\n")
}

func (f *Found) resource(name, annotation, value string) entity {
	return entity{Kind: "Resource", Metadata: metadata{Name: name, Annotations: map[string]string{"prentice.dev/" + annotation: value}}, Spec: spec{Type: "host", Owner: "group:" + f.Group}}
}

func (f *Found) component(s Service) entity {
	notes := map[string]string{}
	if len(s.Hosts) > 0 {
		notes["prentice.dev/hosts"] = strings.Join(s.Hosts, ", ")
	}
	if s.URL != "" {
		notes["prentice.dev/url"] = s.URL
	}
	if s.Unit != "" {
		notes["prentice.dev/unit"] = s.Unit
		notes["prentice.dev/run"] = `sh -c 'exec systemctl "$1" ` + s.Unit + `' -`
	}
	if len(s.Probes) > 0 {
		notes["prentice.dev/probes"] = probes(s.Probes)
	}
	return entity{Kind: "Component", Metadata: metadata{Name: s.Name, Description: "Found as " + s.About + ".", Annotations: notes}, Spec: spec{Type: "service", Lifecycle: "production", Owner: "group:" + f.Group}}
}

// probes is the text of the annotation. Two of one name are told apart.
func probes(list []Probe) string {
	type full struct {
		Probe    `yaml:",inline"`
		Interval string `yaml:"interval"`
		Timeout  string `yaml:"timeout"`
	}
	var all []full
	seen := map[string]int{}
	for _, p := range list {
		if seen[p.Name]++; seen[p.Name] > 1 {
			p.Name = fmt.Sprintf("%s-%d", p.Name, seen[p.Name])
		}
		all = append(all, full{p, "30s", "5s"})
	}
	return marshal(all)
}

func document(e entity) string {
	e.Version = "backstage.io/v1alpha1"
	return marshal(e)
}

// marshal is a value as YAML, which quotes what needs it.
func marshal(v any) string {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(v); err != nil {
		panic("a draft is no YAML: " + err.Error())
	}
	return b.String()
}

// inventory is the hosts of inventories, how each is reached and in which groups it
// is; "" if there are none.
func (f *Found) inventory() string {
	hosts, groups := map[string]any{}, map[string]any{}
	for _, h := range f.Hosts {
		if h.Source != Inventory {
			continue
		}
		hosts[h.Name] = h.vars()
		for _, g := range h.Groups {
			if groups[g] == nil {
				groups[g] = map[string]map[string]any{"hosts": {}}
			}
			groups[g].(map[string]map[string]any)["hosts"][h.Name] = nil
		}
	}
	if len(hosts) == 0 {
		return ""
	}
	all := map[string]any{"hosts": hosts}
	if len(groups) > 0 {
		all["children"] = groups
	}
	return inventoryHead + marshal(map[string]any{"all": all})
}

// vars is how a host is reached, in Ansible's words.
func (h Host) vars() map[string]string {
	vars := map[string]string{}
	if h.Local {
		vars["ansible_connection"] = "local"
		if h.Place != "" {
			vars["prentice_place"] = h.Place
		}
		return vars
	}
	user, rest, found := strings.Cut(h.Address, "@")
	if !found {
		user, rest = "", h.Address
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		host, port = strings.Trim(rest, "[]"), ""
	}
	jump := ""
	if h.Jump != "" {
		jump = "-J " + h.Jump
	}
	for name, value := range map[string]string{"ansible_host": cmp.Or(host, h.Name), "ansible_port": port, "ansible_user": user, "ansible_ssh_private_key_file": h.Key, "ansible_ssh_common_args": jump} {
		if value != "" && (name != "ansible_host" || value != h.Name) {
			vars[name] = value
		}
	}
	return vars
}

// sshConfig is a section for each host.
func (f *Found) sshConfig() string {
	text := sshHead
	for _, s := range f.Sections {
		text += "\n" + s.Text
	}
	return text
}
