package state

import (
	"maps"
	"strconv"

	"prentice"
)

// unrehearsed are the kinds of which a rehearsal can make up no state, with the reason.
var unrehearsed = map[string]string{
	"kubectl": "not run: there is no cluster in a rehearsal",
	"package": "not run: there are no packages to change in a rehearsal",
	"service": "not run: there are no services in a rehearsal",
	"user":    "not run: there are no accounts to change in a rehearsal",
	"cron":    "not run: there is no cron in a rehearsal",
}

// Elsewhere is how a rehearsal ends of a step that changes a file which only a host has.
const Elsewhere = 97

// Rehearsal is a script that does what a step does, in a world that has folders and
// files and nothing else, and begins empty; why is not "" where none can. Owner and group
// are left out of it: such a world has one user.
func (k *Kind) Rehearsal(w prentice.Work) (script, why string) {
	if why := unrehearsed[k.name]; why != "" {
		return "", why
	}
	w.Step.Attrs = maps.Clone(w.Step.Attrs)
	for _, name := range []string{"owner", "group", "sudo"} {
		delete(w.Step.Attrs, name)
	}
	w.Plan = nil // what was seen on the host is not there
	begin, path := "", "path="+quote(w.Step.Attrs["path"])+"\n"
	switch {
	case w.Step.Attrs["copy"] != "" && w.Step.Of == "":
		begin = "[ -e " + quote(w.Step.Attrs["copy"]) + " ] || exit " + strconv.Itoa(Elsewhere) + "\n"
	case w.Step.Risk != prentice.Look && (k.name == "file" || k.name == "line" && w.Step.Attrs["create"] == "yes"):
		begin = path + "mkdir -p -- \"${path%/*}/\"\n"
	case k.name == "line" && w.Step.Of == "" && w.Step.Attrs["create"] != "yes":
		begin = path + "[ -e \"$path\" ] || exit " + strconv.Itoa(Elsewhere) + "\n"
	}
	return begin + k.plain(w).Step.Body, ""
}
