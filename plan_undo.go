package prentice

// UndoSays is what becomes of the work of a plan that fails, in words that are the
// same wherever its risk is shown.
func UndoSays(risk Risk, undoable bool) string {
	switch {
	case risk == Look:
		return "it only reads"
	case risk == Danger:
		return "it cannot be undone"
	case undoable:
		return "if it fails, its Undo section is run"
	default:
		return "it has no Undo section: if it fails, nothing is rolled back"
	}
}

// UndoSays is what becomes of the plan's work if it fails.
func (p Plan) UndoSays() string { return UndoSays(p.Risk, p.Undoable) }

// UndoSays is what becomes of the plan's work if it fails.
func (q Question) UndoSays() string { return UndoSays(q.Risk, q.Undoable) }
