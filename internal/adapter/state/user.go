package state

import (
	_ "embed"
	"regexp"

	"prentice"
)

//go:embed user.sh
var userScript string

// user is the kind `user name=deploy groups=www-data`: an account of the host.
var user = sort{
	name: "user", script: userScript, attrs: []string{"name", "state", "uid", "groups", "shell", "home", "comment", "system"},
	lint: func(l *linting) {
		l.required("name", "deploy")
		l.matches("name", regexp.MustCompile(`^[a-z_][a-z0-9_.-]{0,31}$`), "the name of a user", "use small letters, digits, dashes and underscores")
		l.matches("uid", regexp.MustCompile(`^[0-9]{1,9}$`), "a number", "write the number of the user, such as 1500")
		l.matches("groups", regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9_.-]*(,[A-Za-z0-9_][A-Za-z0-9_.-]*)*)?$`), "a list of groups", "write groups=www-data,adm")
		l.matches("comment", regexp.MustCompile(`^[^:\n]{0,200}$`), "a comment of an account", "write it without colons")
		l.absolute("shell")
		l.absolute("home")
		l.oneOf("state", "present", "absent")
		l.oneOf("system", "yes", "no")
		if l.Attrs["name"] == "root" && l.Attrs["state"] == "absent" {
			l.fail("name another user", "root cannot be absent")
		}
	},
	says: func(s prentice.PlannedStep) string {
		if s.Attrs["state"] == "absent" {
			return "there is no user " + s.Attrs["name"]
		}
		says := "there is a user " + s.Attrs["name"]
		for _, name := range []string{"uid", "groups", "shell", "home"} {
			if v := s.Attrs[name]; v != "" {
				says += ", " + name + " " + v
			}
		}
		return says
	},
	values: only("name", "state", "uid", "groups", "shell", "home", "comment", "system"),
}
