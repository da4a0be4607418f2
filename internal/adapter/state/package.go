package state

import (
	_ "embed"

	"prentice"
	"prentice/internal/kit/pattern"
)

//go:embed package.sh
var packageScript string

// pack is the kind `package name=nginx version=1.24.0-1`: a package of apt, dnf or apk.
var pack = sort{
	name: "package", script: packageScript, attrs: []string{"name", "state", "version"},
	lint: func(l *linting) {
		l.required("name", "nginx")
		l.matches("name", packageForm, "the name of a package", "write one name; for several write a step for each, or each=")
		l.matches("version", versionForm, "a version", "write it as the package manager says it, such as 1.24.0-1")
		l.oneOf("state", "present", "absent")
		if l.Attrs["state"] == "absent" && l.Attrs["version"] != "" {
			l.fail("take it out", "a package that is to be absent has no version")
		}
	},
	says: func(s prentice.PlannedStep) string {
		switch {
		case s.Attrs["state"] == "absent":
			return "package " + s.Attrs["name"] + " is not installed"
		case s.Attrs["version"] != "":
			return "package " + s.Attrs["name"] + " is installed, version " + s.Attrs["version"]
		}
		return "package " + s.Attrs["name"] + " is installed"
	},
	values: only("name", "state", "version"),
}

var (
	packageForm = pattern.Of(`^[A-Za-z0-9][A-Za-z0-9+_.:-]{0,149}$`)
	versionForm = pattern.Of(`^[A-Za-z0-9][A-Za-z0-9+_.:~^-]{0,149}$`)
)
