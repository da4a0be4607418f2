package state

import (
	_ "embed"

	"prentice"
	"prentice/internal/kit/pattern"
)

//go:embed service.sh
var serviceScript string

// service is the kind `service name=nginx state=running enabled=yes`: a service of
// systemd or OpenRC.
var service = sort{
	name: "service", script: serviceScript, attrs: []string{"name", "state", "enabled"},
	lint: func(l *linting) {
		l.required("name", "nginx")
		l.matches("name", unitForm, "the name of a service", "write it as systemctl does, such as nginx or app@1.service")
		l.oneOf("state", "running", "stopped")
		l.oneOf("enabled", "yes", "no")
		if l.Attrs["state"] == "" && l.Attrs["enabled"] == "" {
			l.fail("write state=running or state=stopped, enabled=yes or enabled=no, or both", "the service step does not say how the service is to be")
		}
	},
	says: func(s prentice.PlannedStep) string {
		says := "service " + s.Attrs["name"]
		if v := s.Attrs["state"]; v != "" {
			says += " is " + v
		}
		switch {
		case s.Attrs["enabled"] == "yes":
			says += ", and starts with the host"
		case s.Attrs["enabled"] == "no":
			says += ", and does not start with the host"
		}
		return says
	},
	values: only("name", "state", "enabled"),
}

var unitForm = pattern.Of(`^[A-Za-z0-9_][A-Za-z0-9_.:@\\-]{0,199}$`)

// only is the attributes of a step as variables of its script.
func only(names ...string) func(prentice.PlannedStep) map[string]string {
	return func(s prentice.PlannedStep) map[string]string {
		values := map[string]string{}
		for _, name := range names {
			values[name] = s.Attrs[name]
		}
		return values
	}
}
