package procedure

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/variable"
)

// Definition is where the word at a spot is defined: an input, a step, or another
// procedure; false if it is none of them.
func (e Editor) Definition(file, text string, at Spot) (prentice.Pos, bool) {
	d := e.draft(file, text)
	line := d.line(at.Line)
	at.Byte = min(max(at.Byte, 0), len(line))
	word, _, to := wordAround(line, at.Byte, isNameOrDigit)
	w := d.place(Spot{at.Line, to})
	switch {
	case w.expr != "" && w.part != inBody:
		if in, ok := d.inputIn(w, word); ok {
			return in.At, true
		}
	case w.part == inBody:
		if name, ok := strings.CutPrefix(word, "INPUT_"); ok {
			return d.input(func(in prentice.Input) bool { return variable.Of(in.Name) == name })
		}
	case w.part == inAttribute, w.part == inValue:
		return d.defined(w, at)
	}
	return prentice.Pos{}, false
}

func (d *draft) input(is func(prentice.Input) bool) (prentice.Pos, bool) {
	i := slices.IndexFunc(d.proc.Inputs, is)
	if i < 0 {
		return prentice.Pos{}, false
	}
	return d.proc.Inputs[i].At, true
}

// defined is where that is defined which an attribute names.
func (d *draft) defined(w where, at Spot) (prentice.Pos, bool) {
	a, doc, ok := d.attributeAt(w, at.Byte)
	if !ok {
		return prentice.Pos{}, false
	}
	if name, call := strings.CutPrefix(a.name, "input."); call {
		for _, in := range d.inputsOf(readInfo(w.info)) {
			if in.Name == name {
				return in.At, true
			}
		}
	}
	switch doc.Of {
	case "procedure":
		if e, known := d.Library.byName[a.value]; known {
			return prentice.Pos{File: e.proc.File, Line: 1, Column: 1}, true
		}
	case "step":
		i := slices.IndexFunc(d.proc.Steps, func(s prentice.StepSpec) bool { return s.ID == a.value })
		if i >= 0 {
			return d.proc.Steps[i].At, true
		}
	}
	return prentice.Pos{}, false
}
