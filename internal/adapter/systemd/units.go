// Package systemd asks the systemd of this machine which services run, through its
// systemctl.
//
// A unit of note is one that people of this machine wrote or chose: its file is in
// /etc/systemd or /usr/local, or it is a server that many know. What an operating
// system brings for itself is none.
//
// It refuses to change anything, and to guess where systemd is not.
package systemd

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ErrNone says that the machine is not run by systemd.
var ErrNone = errors.New("this machine is not run by systemd")

// Unit is a service that runs.
type Unit struct {
	Name        string // checkout.service
	Description string
	File        string // that declares it
}

// patience is how long systemctl may take.
const patience = 10 * time.Second

// Running are the services of note that run here, sorted by name.
func Running(ctx context.Context) ([]Unit, error) {
	if _, err := os.Stat("/run/systemd/system"); err != nil { // as sd_booted(3) does
		return nil, ErrNone
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	listed, err := systemctl(ctx, "list-units", "--type=service", "--state=running", "--no-legend", "--plain", "--full")
	if err != nil {
		return nil, err
	}
	names := running(listed)
	if len(names) == 0 {
		return nil, nil // without a name, show tells of systemd itself
	}
	shown, err := systemctl(ctx, append([]string{"show", "--property=Id,Description,FragmentPath", "--"}, names...)...)
	if err != nil {
		return nil, err
	}
	return notable(units(shown)), nil
}

func systemctl(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "systemctl", append([]string{"--no-pager"}, args...)...).Output()
	return string(out), err
}

// running are the names in what systemctl list-units prints, a unit a line.
func running(listed string) []string {
	var names []string
	for line := range strings.Lines(listed) {
		if words := strings.Fields(line); len(words) > 0 && plainName.MatchString(words[0]) {
			names = append(names, words[0])
		}
	}
	return names
}

// units reads what systemctl show prints: a paragraph of NAME=value lines for each
// unit (systemctl(1)).
func units(text string) []Unit {
	var list []Unit
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		var u Unit
		for line := range strings.Lines(paragraph) {
			switch key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "="); key {
			case "Id":
				u.Name = value
			case "Description":
				u.Description = value
			case "FragmentPath":
				u.File = value
			}
		}
		if plainName.MatchString(u.Name) {
			list = append(list, u)
		}
	}
	return list
}

// plainName is a name that can stand in a command as it is.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9:_.@-]*\.service$`)

// own are where people of a machine keep units of their own.
var own = []string{"/etc/systemd/system/", "/usr/local/lib/systemd/system/"}

// known are servers that packages bring, by name without instance and ending.
var known = []string{
	"apache2", "caddy", "clickhouse-server", "consul", "docker", "dovecot", "elasticsearch", "etcd", "exim4", "gitea", "gitlab-runsvdir", "grafana-server", "haproxy", "httpd",
	"influxdb", "jenkins", "kafka", "keycloak", "mariadb", "memcached", "minio", "mongod", "mosquitto", "mysql", "mysqld", "named", "nats", "nginx", "opensearch", "php-fpm", "podman",
	"postfix", "postgresql", "prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "rabbitmq-server", "redis", "redis-server", "tomcat", "traefik", "unbound", "valkey", "varnish", "vault", "zookeeper",
}

// notable are the units of note, sorted by name.
func notable(units []Unit) []Unit {
	list := slices.DeleteFunc(units, func(u Unit) bool {
		name, _, _ := strings.Cut(strings.TrimSuffix(u.Name, ".service"), "@")
		written := slices.ContainsFunc(own, func(folder string) bool { return strings.HasPrefix(u.File, folder) })
		return name == "prentice" || !written && !slices.Contains(known, name)
	})
	slices.SortFunc(list, func(a, b Unit) int { return strings.Compare(a.Name, b.Name) })
	return list
}
