package boot

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"prentice"
	"prentice/internal/adapter/ssh"
	"prentice/internal/engine/catalogue"
	"prentice/internal/engine/inventory"
)

// readCatalogue reads what a team folder says of the team's things and hosts:
// its catalogue files, its inventories, and the hosts that ssh_config names. One
// machine under two names is an error.
func readCatalogue(dir string) (*prentice.Catalogue, *ssh.Config, []prentice.Finding) {
	config, findings := readSSH(dir)
	inv, more := inventory.Load(dir, config.HostName)
	findings = append(findings, more...)
	c, more := catalogue.LoadWith(dir, catalogue.Elsewhere{Hosts: inv.Hosts, Spare: config.Hosts()})
	findings = append(findings, more...)
	return c, config.With(inv.Keys, inv.Jumps), append(findings, config.Twins(c.Hosts)...)
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
	return ssh.ParseConfig(ssh.ConfigFile, raw)
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
		return catalogue.Check(file, text, t.Catalogue())
	}
	return []prentice.Finding{{At: prentice.Pos{File: file}, Error: true, Text: "is no part of a catalogue by its name", Hint: "name it .yaml for services and hosts as in a catalog-info.yaml, .ini for an inventory, or ssh_config, or put it into group_vars or host_vars"}}
}
