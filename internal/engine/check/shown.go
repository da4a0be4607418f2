package check

// Shown is what was printed while a tree was judged, without what must not be shown.
func (j Judge) Shown(t *Tree, lines []string) []string { return j.ShownOf(t, "", lines) }

// ShownOf is Shown of lines that are about a file, and may hold parts of what it holds.
func (j Judge) ShownOf(t *Tree, path string, lines []string) []string {
	f := &Finding{Path: path, Printed: lines}
	for _, k := range j.Kinds {
		if k.Hide == nil {
			continue
		}
		if err := guarded(k.Name, func() error { k.Hide(t, []*Finding{f}); return nil }); err != nil {
			return nil // rather nothing than what may be a secret
		}
	}
	return f.Printed
}
