package boot

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"prentice"
	"prentice/internal/adapter/probe"
	"prentice/internal/adapter/ssh"
	"prentice/internal/skill"
	"prentice/internal/team"
	"prentice/internal/team/catalog"
	"prentice/internal/team/inventory"
)

// readCatalog reads what a team folder says of the team's things and hosts:
// its catalog files, its inventories, and the hosts that ssh_config names. One
// machine under two names is an error, and nothing may be planned for either.
func readCatalog(dir string) (*team.Catalog, *ssh.Config, []prentice.Finding) {
	c, config, _, findings := readCatalogAsking(dir, nil)
	return c, config, findings
}

// readCatalogAsking also asks Ansible for hosts that no file lists, and says whether
// it did; nil asks no one.
func readCatalogAsking(dir string, ask inventory.Ask) (_ *team.Catalog, _ *ssh.Config, asked bool, _ []prentice.Finding) {
	config, findings := readSSH(dir)
	unsure := errorsOf(findings)
	inv, more := inventory.LoadAsking(dir, config.HostName, ask)
	holed := errorsOf(more)
	findings = append(findings, more...)
	spare := config.Hosts()
	c, more := probeKinds().LoadWith(dir, catalog.Elsewhere{Hosts: inv.Hosts, Spare: spare})
	findings = append(findings, more...)
	config = config.With(inv.Keys, inv.Jumps)
	twins, blocked := config.Twins(c.Hosts, here(), onlyIn(spare))
	for _, h := range c.Hosts {
		if h.Local || h.Blocked != "" || blocked[h.Ref] != "" {
			continue
		}
		if why := config.Blocked(h.Ref.Name(), h.Address); why != "" {
			blocked[h.Ref] = why
		}
	}
	block(c, blocked)
	if len(unsure) > 0 {
		blockReached(c, at(unsure[0]))
	}
	if len(holed) > 0 { // a group may hold more, and a host may be elsewhere
		c.NoGroups = "the inventory has an error at " + at(holed[0])
		blockThese(c, inv.Hosts, c.NoGroups)
	}
	return c, config, inv.Asked, append(findings, twins...)
}

// probeKinds are the kinds of probe that a catalog may name. To judge one they need
// nothing of what is at work.
var probeKinds = sync.OnceValue(func() catalog.Kinds { return probe.New().Know(skill.Probes(Describe())).Kinds() })

// onlyIn says of a host whether it is one that only ssh_config declares.
func onlyIn(spare []team.Host) func(team.Host) bool {
	at := map[prentice.Pos]bool{}
	for _, h := range spare {
		at[h.At] = true
	}
	return func(h team.Host) bool { return at[h.At] }
}

// block marks hosts as ones that nothing may be planned for, wherever they stand.
func block(c *team.Catalog, why map[prentice.Ref]string) {
	mark := func(hosts []team.Host) {
		for i := range hosts {
			if w := why[hosts[i].Ref]; w != "" && hosts[i].Blocked == "" {
				hosts[i].Blocked = w
			}
		}
	}
	mark(c.Hosts)
	for i := range c.Services {
		mark(c.Services[i].Hosts)
	}
	for i := range c.Resources {
		mark(c.Resources[i].Via)
	}
}

func at(f prentice.Finding) string { return f.At.String() }

// blockReached keeps hosts that are reached over SSH from being planned for: the
// ssh_config has an error there, and may say where they are.
func blockReached(c *team.Catalog, where string) {
	var list []team.Host
	for _, h := range c.Hosts {
		if !h.Local {
			list = append(list, h)
		}
	}
	blockThese(c, list, "ssh_config has an error at "+where)
}

func blockThese(c *team.Catalog, hosts []team.Host, why string) {
	blocked := map[prentice.Ref]string{}
	for _, h := range hosts {
		blocked[h.Ref] = why
	}
	block(c, blocked)
}

// here is what of this machine says that an address leads to it.
func here() ssh.Here {
	h := ssh.Here{Ports: ssh.SSHDPorts("/etc/ssh")}
	addresses, _ := net.InterfaceAddrs() // without them only the loopback is known
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			h.Addresses = append(h.Addresses, p.Addr().Unmap())
		}
	}
	return h
}

// readSSH reads the team's ssh_config.
func readSSH(dir string) (*ssh.Config, []prentice.Finding) {
	raw, err := os.ReadFile(filepath.Join(dir, ssh.ConfigFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []prentice.Finding{{At: prentice.Pos{File: ssh.ConfigFile}, Error: true, Text: "is not readable: " + err.Error(), Hint: "look at the file's owner and mode"}}
	}
	return ssh.ReadConfig(dir, raw)
}

// checkFile looks over one file that says which things and hosts there are. What
// it is, its name says, as it does in the team folder.
func (t *Team) checkFile(file string, text []byte) []prentice.Finding {
	switch {
	case path.Base(file) == ssh.ConfigFile:
		_, findings := ssh.ParseConfig(file, text)
		return findings
	case inventory.Is(file):
		return inventory.Check(file, text)
	case slices.Contains([]string{".yaml", ".yml"}, path.Ext(file)):
		return probeKinds().Check(file, text, t.Catalog())
	}
	return []prentice.Finding{{At: prentice.Pos{File: file}, Error: true, Text: "is no part of a catalog by its name", Hint: "name it .yaml for services and hosts as in a catalog-info.yaml, .ini for an inventory, or ssh_config, or put it into group_vars or host_vars"}}
}
