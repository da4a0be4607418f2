// Package boot reads the settings, builds everything, starts it in order and
// stops it in reverse. It alone knows everything; nothing knows it but main.
//
// Its words: settings need a restart; the team is what lies in the team folder
// (catalog, procedures, policy) and is read again when it changes; a system
// is one data folder, opened; serving is a system that also acts and answers.
//
// It refuses a second process on the same data folder, a policy or a catalog
// with errors, and to listen beyond this machine unless it is told to.
package boot
