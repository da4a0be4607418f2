package shell

import "prentice"

// Doc implements prentice.Documented.
func (*Kind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About:      "A script for the POSIX shell. It runs on each target unless where=here; values reach it as environment variables only.",
		Attributes: ownAttributes,
	}
}

// Doc implements prentice.Documented.
func (Bash) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About:      "A script for bash, with pipefail. It runs on each target unless where=here; values reach it as environment variables only.",
		Attributes: ownAttributes,
	}
}

var ownAttributes = []prentice.Attribute{
	{Name: "sudo", About: "Run it as root by sudo -n on a target over SSH.", Values: []string{"true", "false"}},
	{Name: "script", About: "A file of the team folder that is the script; its first line says who runs it."},
	{Name: "libs", About: "Files of the team folder that lie beside the script as they do there, with commas between them."},
	{Name: "args", About: "The arguments of the script, divided at blanks before values are filled in; or one expression that gives a list."},
}

var (
	_ prentice.Documented = (*Kind)(nil)
	_ prentice.Documented = Bash{}
)
