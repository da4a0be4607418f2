package boot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
	return c, config.With(inv.Keys), append(findings, config.Twins(c.Hosts)...)
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
