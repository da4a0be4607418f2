package boot

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/ssh"
	"prentice/internal/adapter/systemd"
	"prentice/internal/boot/newteam"
	"prentice/internal/team"
	"prentice/internal/team/inventory"
)

// find looks at all sources, those that say most of a host first.
func find(ctx context.Context, found *newteam.Found, at looking) ([]source, error) {
	config, sources, err := findSSH(at.ssh)
	if err != nil {
		return nil, err
	}
	more, err := findInventory(found, at.inventory, config)
	if err != nil {
		return nil, err
	}
	sources = append(sources, more...)
	addSSH(found, config)
	if more, err = findScraped(ctx, found, at.prometheus); err != nil {
		return nil, err
	}
	sources = append(sources, more...)
	if more, err = findUnits(ctx, found, at.units); err != nil {
		return nil, err
	}
	return append(sources, more...), nil
}

// sourceAt is the file of a source: the one that was named, which must be there, or the
// usual one, which need not.
func sourceAt(named, usual string) (path string, err error) {
	if named == noSource {
		return "", nil
	}
	if named == "" {
		if _, err := os.Stat(usual); err != nil {
			return "", nil
		}
		return usual, nil
	}
	if _, err := os.Stat(named); err != nil {
		kind := prentice.Unavailable
		if errors.Is(err, fs.ErrNotExist) {
			kind = prentice.NotFound
		}
		return "", prentice.Errorf(kind, "%w", err).Try("name a file that is there, or none")
	}
	return named, nil
}

func findSSH(named string) (*ssh.Config, []source, error) {
	home, _ := os.UserHomeDir()
	usual := filepath.Join(home, ".ssh", "config")
	path, err := sourceAt(named, usual)
	if err != nil {
		return nil, nil, err
	}
	if path == "" {
		return nil, []source{{"ssh_config", notLooked(named, usual)}}, nil
	}
	raw, err := readPlain(path)
	if err != nil {
		return nil, nil, err
	}
	config, findings := ssh.ReadConfig(filepath.Dir(path), raw)
	if bad := firstIn(findings, ssh.ConfigFile, path); bad != nil {
		return nil, nil, bad
	}
	return config, []source{{path, counted(len(config.Hosts()), "host")}}, nil
}

// notLooked says why a source gave nothing.
func notLooked(named, usual string) string {
	if named == noSource {
		return "not looked at"
	}
	return "there is no " + usual
}

// readPlain reads a plain file that is not too large.
func readPlain(path string) ([]byte, error) {
	about, err := os.Stat(path)
	if err == nil && (!about.Mode().IsRegular() || about.Size() > 16<<20) {
		return nil, prentice.Errorf(prentice.Invalid, "%s is no plain file of less than 16 MB", path).Try("name another")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%w", err).Try("look at its owner and mode")
	}
	return raw, nil
}

// firstIn is the first error among findings of a file that is called otherwise in
// them.
func firstIn(findings []prentice.Finding, as, path string) error {
	for i := range findings {
		if findings[i].At.File == as {
			findings[i].At.File = path
		}
	}
	if err := team.FirstError(findings); err != nil {
		return err
	}
	return nil
}

// forges are hosts that many an ssh_config names and that no one acts on.
var forges = []string{"github.com", "ssh.github.com", "gitlab.com", "altssh.gitlab.com", "bitbucket.org", "codeberg.org", "ssh.dev.azure.com", "vs-ssh.visualstudio.com", "git.sr.ht"}

// addSSH takes the hosts that an ssh_config names in full, and what it says of those
// that an inventory named.
func addSSH(found *newteam.Found, config *ssh.Config) {
	if config == nil {
		return
	}
	var names []string
	for _, h := range found.Hosts {
		names = append(names, h.Name)
		if h.Jump != "" {
			names = append(names, ssh.Section{Jump: h.Jump}.Through()...)
		}
	}
	for _, h := range config.Hosts() {
		if s := config.Section(h.Ref.Name()); s.User == "git" || slices.Contains(forges, strings.ToLower(h.Ref.Name())) || slices.Contains(forges, strings.ToLower(s.HostName)) {
			found.Leave("host "+h.Ref.Name(), "it is a forge for git, and no machine to act on")
			continue
		}
		names = append(names, h.Ref.Name())
	}
	seen := map[string]bool{}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		if seen[strings.ToLower(name)] {
			continue
		}
		seen[strings.ToLower(name)] = true
		names = append(names, takeSSH(found, config, name)...)
	}
}

// takeSSH takes one host, and gives those that it is reached through.
func takeSSH(found *newteam.Found, config *ssh.Config, name string) []string {
	s := config.Section(name)
	if strings.EqualFold(name, found.Machine) {
		found.Leave("ssh_config of "+name, "it is this machine")
		return nil
	}
	if why := config.Blocked(name, ""); why != "" {
		found.Leave("host "+name, "%s", why)
		return nil
	}
	if s.Says() {
		found.Sections = append(found.Sections, newteam.Section{Name: name, Text: s.Text(), Through: s.Through()})
	}
	if !found.Knows(name) && s.Says() {
		found.Add(newteam.Host{Name: name, Address: joined(s.User, cmp.Or(s.HostName, name), s.Port), Source: newteam.SSH})
	}
	return s.Through()
}

// joined is an address as the catalog writes it.
func joined(user, host, port string) string {
	if port != "" {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	} else if strings.Contains(host, ":") {
		host = "[" + strings.Trim(host, "[]") + "]"
	}
	if user != "" {
		host = user + "@" + host
	}
	return host
}

func findInventory(found *newteam.Found, named string, config *ssh.Config) ([]source, error) {
	const usual = "/etc/ansible/hosts"
	path, err := sourceAt(named, usual)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return []source{{"Ansible inventory", notLooked(named, usual)}}, nil
	}
	inv, findings := inventory.From(path, config.HostName)
	if err := team.FirstError(findings); err != nil {
		return nil, err
	}
	facts, local := map[string]bool{}, ""
	for _, h := range inv.Hosts {
		name := h.Ref.Name()
		for fact := range h.Facts {
			facts[fact] = true
		}
		is := newteam.Host{Name: name, Address: h.Address, Key: inv.Keys[name], Jump: inv.Jumps[name], Groups: h.Groups, Local: h.Local, Place: h.Place, Source: newteam.Inventory}
		switch {
		case h.Blocked != "":
			found.Leave("host "+name, "%s", h.Blocked)
			continue
		case strings.EqualFold(name, found.Machine) || h.Local && h.Place == "":
			if local != "" {
				found.Leave("host "+name, "it is this machine, as %s is", local)
				continue
			}
			local, is.Local, is.Address, is.Key, is.Jump = name, true, "", "", ""
			found.Machine = name
		}
		found.Add(is)
	}
	if len(facts) > 0 {
		found.Leave(counted(len(facts), "var")+" of the inventory", "vars may hold secrets; write those that a step needs as facts into inventory.yaml")
	}
	for _, f := range findings {
		switch {
		case strings.Contains(f.Text, "is not run here"):
			found.Leave(f.At.File, "%s: %s", f.Text, f.Hint)
		case strings.HasPrefix(f.Text, "no fact is made of"):
			found.Leave(f.At.File, "%s", f.Text)
		}
	}
	return []source{{path, counted(len(inv.Hosts), "host")}}, nil
}

func findUnits(ctx context.Context, found *newteam.Found, named string) ([]source, error) {
	if named == noSource {
		return []source{{"systemd", "not looked at"}}, nil
	}
	if named != "" {
		return nil, prentice.Errorf(prentice.Invalid, "--units %q", named).Try("write none, or leave it out")
	}
	units, err := systemd.Running(ctx)
	if err != nil {
		says := err.Error()
		if !errors.Is(err, systemd.ErrNone) {
			says = "systemctl does not answer: " + says
		}
		return []source{{"systemd", says}}, nil
	}
	for _, u := range units {
		name := newteam.Name(strings.TrimSuffix(u.Name, ".service"))
		if name == "" {
			found.Leave("unit "+u.Name, "its name cannot be used")
			continue
		}
		found.Serve(newteam.Service{Name: name, Unit: u.Name, About: "the unit " + u.Name, Hosts: []string{found.Machine},
			Probes: []newteam.Probe{{Name: "active", Kind: "command", Target: "systemctl is-active --quiet " + u.Name}}})
	}
	return []source{{"systemd", strconv.Itoa(len(units)) + " units of note run"}}, nil
}

// machineName is what this machine is called in the catalog.
func machineName() string {
	name, err := os.Hostname()
	if name = newteam.Name(name); err != nil || name == "" || strings.EqualFold(name, "localhost") {
		return "local"
	}
	return name
}

// zoneHere is the time zone of this machine by its IANA name, or UTC.
func zoneHere() string {
	name := os.Getenv("TZ")
	if link, err := os.Readlink("/etc/localtime"); err == nil && name == "" {
		_, name, _ = strings.Cut(link, "/zoneinfo/")
	}
	if zone, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" || strings.ContainsAny(name, " :#") {
		return "UTC"
	} else {
		return zone.String()
	}
}
