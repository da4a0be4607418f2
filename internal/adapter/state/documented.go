package state

import "prentice"

// abouts say what the kinds are for.
var abouts = map[string]string{
	"file":    "One file on each target: its content is the block or a file of the team folder. The plan has what would change; whether it is done and how it is put back it knows itself.",
	"kubectl": "An object of a Kubernetes cluster: the block is a patch or a manifest, as YAML or JSON in which ${…} keeps its type. The plan has what the cluster's own dry run says; whether it is done and how it is put back it knows itself.",
}

// attributeDocs say what the attributes are for.
var attributeDocs = map[string]prentice.Attribute{
	"path":     {About: "The whole path; a symbolic link is refused."},
	"from":     {About: "A file of the team folder, such as files/app.conf, written out without ${…}."},
	"copy":     {About: "A file of the host whose content it has, which must be what sha256 says."},
	"sha256":   {About: "The SHA-256 of the file that is copied: what people approve."},
	"template": {About: "A template of the team folder, such as files/app.conf, or by itself: the block is one. It is filled in when the plan is made: {{.inputs.port}}."},
	"state":    {About: "present, or absent: there is to be no such thing.", Values: []string{"present", "absent"}},
	"create":   {About: "yes: a file that is not there is made with the line.", Values: []string{"yes", "no"}},
	"owner":    {About: "Whose the file is; as it was when it does not say."},
	"group":    {About: "The group of the file; as it was when it does not say."},
	"mode":     {About: "Who may read and write it, in octal digits such as 0644."},
	"backup":   {About: "The old file stays beside the new one.", Values: []string{"yes", "no"}},
	"validate": {About: "A command that looks at the new file before it takes its place; %s is the new file."},
	"diff":     {About: "Whether the text is shown to everyone who may read the run.", Values: []string{"yes", "no"}},
	"replaces": {About: "any: the file may have changed since the plan was made.", Values: []string{"planned", "any"}},
	"undo":     {About: "no: what was there is not put back.", Values: []string{"no"}},
	"sudo":     {About: "Run it as root by sudo -n on a target over SSH.", Values: []string{"true", "false"}},
}

// Doc implements prentice.Documented.
func (k *Kind) Doc() prentice.StepDoc {
	doc := prentice.StepDoc{About: abouts[k.name]}
	if doc.About == "" {
		doc.About = "A state of each target: the plan has what would change; whether it is done and how it is put back it knows itself."
	}
	for _, name := range append(append([]string{}, k.attrs...), "undo", "sudo") {
		a := attributeDocs[name]
		if a.Name = name; a.About == "" {
			a.About = "See the kind " + k.name + " in the procedure format."
		}
		doc.Attributes = append(doc.Attributes, a)
	}
	return doc
}

var _ prentice.Documented = (*Kind)(nil)
