package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/filestest"
	"prentice/internal/kit/needtest"
	"prentice/internal/team"
	"prentice/internal/team/inventory"
)

// corpus are the folders of testdata/corpus.txtar, laid out below a new folder.
func corpus(t *testing.T) map[string]string {
	return filestest.Corpus(t, "testdata/corpus.txtar", func(top, text string) string {
		switch top {
		case "crlf":
			return strings.ReplaceAll(text, "\n", "\r\n")
		case "bom":
			return "\ufeff" + text
		}
		return text
	})
}

func TestInventoriesOfTeamsAreTaken(t *testing.T) {
	folders := corpus(t)
	if len(folders) < 50 {
		t.Fatalf("there are %d", len(folders))
	}
	for name, dir := range folders {
		inv, findings := inventory.Load(dir, nowhere)
		for _, f := range findings {
			if f.Error {
				t.Errorf("%s is refused: %s: %s", name, f.At, f.Text)
			}
		}
		if len(inv.Hosts) == 0 {
			t.Errorf("%s has no hosts", name)
		}
	}
}

// elsewhere says which of the folders Ansible reads in another way, and why that
// is meant.
var elsewhere = map[string]string{
	"json":              "Ansible has no plugin for a list in JSON in a folder without its own ending",
	"cloud-plugin":      "the plugin is not installed",
	"constructed":       "what a plugin makes is not made here",
	"group-vars-folder": "Ansible wants the password of the vault",
}

func TestAnsibleReadsTheCorpusTheSame(t *testing.T) {
	program := needtest.Program(t, "ansible-inventory")
	for name, dir := range corpus(t) {
		if elsewhere[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			there, groups := ansible(t, program, dir)
			inv, _ := inventory.Load(dir, nowhere)
			for _, h := range inv.Hosts {
				vars, known := there[h.Ref.Name()]
				if !known && len(there) > 0 && !inAny(groups, h.Ref.Name()) {
					t.Errorf("Ansible does not know %s", h.Ref)
				}
				sameFacts(t, h, vars)
				for group, hosts := range groups {
					if group != "ungrouped" && group != "all" && slices.Contains(hosts, h.Ref.Name()) && !slices.Contains(h.Groups, group) {
						t.Errorf("%s is not in %s here", h.Ref, group)
					}
				}
			}
			for host := range there {
				if !slices.ContainsFunc(inv.Hosts, func(h team.Host) bool { return h.Ref.Name() == host }) && prentice.ValidName(host) && !strings.Contains(host, "@") {
					t.Errorf("%s is not known here", host)
				}
			}
		})
	}
}

func inAny(groups map[string][]string, host string) bool {
	for _, hosts := range groups {
		if slices.Contains(hosts, host) {
			return true
		}
	}
	return false
}

// sameFacts holds a host's facts and address against its vars there: what is here
// is there, and says the same.
func sameFacts(t *testing.T, h team.Host, vars map[string]any) {
	t.Helper()
	for k, v := range h.Facts {
		if there := fmt.Sprint(vars[k]); !strings.EqualFold(there, v) && (there != "true" || v != "yes") && fmt.Sprint(vars[k] == nil) == "false" {
			t.Errorf("%s has %s=%q here and %q there", h.Ref, k, v, there)
		}
		if _, there := vars[k]; !there {
			t.Errorf("%s has %s=%q here alone", h.Ref, k, v)
		}
	}
	if h.Blocked != "" || h.Local {
		return
	}
	for _, names := range [][]string{{"ansible_ssh_host", "ansible_host"}, {"ansible_ssh_port", "ansible_port"}, {"ansible_ssh_user", "ansible_user"}} {
		for _, name := range names {
			if v, set := vars[name]; set {
				want := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(v), "{{ inventory_hostname }}", h.Ref.Name()), "[", "")
				if !strings.Contains(h.Address, want) {
					t.Errorf("%s is at %s here, and %s is %v there", h.Ref, h.Address, name, v)
				}
				break
			}
		}
	}
}
