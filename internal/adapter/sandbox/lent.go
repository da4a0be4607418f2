package sandbox

import "slices"

// Unprivileged is the user that a program in a sandbox is.
const Unprivileged = unprivileged

// WriteFilter writes the filter of system calls into a folder, and answers its file.
func WriteFilter(dir string) (string, error) { return writeFilter(dir) }

// System is how bubblewrap is told what a program sees of this machine: its programs and what
// these need to run, and more of it that is named.
func System(see ...string) (args []string) {
	for _, path := range slices.Concat(systemFolders, systemFiles, see) {
		args = append(args, shown(path)...)
	}
	return args
}

// Remedy is what most often keeps namespaces and bubblewrap from working, by what was said.
func Remedy(said string) string { return remedy(said) }
