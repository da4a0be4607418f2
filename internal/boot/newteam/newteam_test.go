package newteam

import (
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 14, 12, 0, 0, 0, time.UTC)

func shop() *Found {
	return &Found{Group: "team", Person: "olga", Zone: "UTC", Machine: "vm"}
}

func draft(f *Found, name string) string {
	for _, file := range f.Draft(noon) {
		if file.Name == name {
			return file.Text
		}
	}
	return ""
}

func TestAHostThatTwoSourcesNameIsWrittenOnceAsTheFirstHasIt(t *testing.T) {
	f := shop()
	f.Add(Host{Name: "web1", Address: "ops@10.0.0.1:2222", Groups: []string{"web"}, Key: "~/.ssh/k", Jump: "gate", Source: Inventory})
	f.Add(Host{Name: "WEB1", Address: "10.0.0.9", Source: SSH})
	if len(f.Hosts) != 1 {
		t.Fatalf("%+v", f.Hosts)
	}
	text := draft(f, "inventory.yaml")
	for _, want := range []string{"ansible_host: 10.0.0.1", `ansible_port: "2222"`, "ansible_user: ops", "ansible_ssh_private_key_file: ~/.ssh/k", "ansible_ssh_common_args: -J gate"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if name, known := f.At("10.0.0.1"); name != "web1" || !known {
		t.Errorf("10.0.0.1 is %q", name)
	}
}

func TestWhatStaysOfAMachineWithTwoNamesHasTheServicesOfBoth(t *testing.T) {
	f := shop()
	f.Add(Host{Name: "a", Source: SSH})
	f.Add(Host{Name: "b", Source: Scraped})
	f.Sections = []Section{{Name: "b", Text: "Host b\n"}, {Name: "a", Text: "Host a\n"}}
	f.Serve(Service{Name: "api", Hosts: []string{"a", "b"}})
	f.Serve(Service{Name: "db", Hosts: []string{"b"}})
	f.Without("b", "a", "it is another name of a")
	if len(f.Services[0].Hosts) != 1 || f.Services[1].Hosts[0] != "a" || len(f.Sections) != 1 || len(f.Left) != 1 {
		t.Errorf("%+v", f)
	}
}

func TestAUnitAndAJobOfOneNameOnOneMachineAreOneService(t *testing.T) {
	f := shop()
	f.Serve(Service{Name: "nginx", URL: "http://vm/", Hosts: []string{"vm"}, About: "a job of Prometheus", Probes: []Probe{{"metrics", "http", "http://vm/"}}})
	f.Serve(Service{Name: "nginx", Unit: "nginx.service", Hosts: []string{"vm"}, About: "the unit nginx.service", Probes: []Probe{{"active", "command", "true"}}})
	f.Serve(Service{Name: "web", Hosts: []string{"a", "b"}})
	f.Serve(Service{Name: "web", Unit: "web.service", Hosts: []string{"vm"}})
	var names []string
	for _, s := range f.Services {
		names = append(names, s.Name)
	}
	if strings.Join(names, " ") != "nginx web web-vm" || len(f.Services[0].Probes) != 2 || f.Services[0].Unit == "" {
		t.Errorf("%+v", f.Services)
	}
}

func TestANameIsMadeOfWhatCanStandInOne(t *testing.T) {
	for text, want := range map[string]string{
		"the shop / api": "the-shop-api", "node_exporter": "node_exporter", "$(reboot)": "reboot", "a\nb: c": "a-b-c", "…": "", "": "", "--": "", "../../etc/passwd": "etc-passwd",
		strings.Repeat("x", 99): strings.Repeat("x", 63),
	} {
		if got := Name(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	f := shop()
	f.Serve(Service{Name: "x", Hosts: []string{"vm"}, URL: "http://h/\"\n---\nkind: Evil", About: "a job\n---\napiVersion: x", Probes: []Probe{{"p: {", "http", "http://h/' \n- name: evil"}}})
	text := draft(f, "catalog-info.yaml")
	if strings.Count(text, "\n---\n") != 2 || strings.Contains(text, "\nkind: Evil") || strings.Contains(text, "\n      - name: evil") {
		t.Error(text)
	}
}
