package procedure

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
)

// Meaning is what the word at a spot means; false if there is nothing to say.
func (e Editor) Meaning(file, text string, at Spot) (Meaning, bool) {
	d := e.draft(file, text)
	line := d.line(at.Line)
	at.Byte = min(max(at.Byte, 0), len(line))
	word, from, to := wordAround(line, at.Byte, isNameOrDigit)
	w := d.place(Spot{at.Line, to})
	said := func(text string, from, to int) (Meaning, bool) {
		return Meaning{text, from, to}, text != "" && to > from
	}
	switch {
	case w.expr != "" && w.part != inBody:
		return said(d.meaningInExpression(w, word), from, to)
	case w.part == inHeading:
		title := strings.TrimSpace(strings.TrimLeft(line, "#"))
		return said(sectionDocs[title], 0, len(line))
	case w.part == inBody:
		return said(d.variables(w)[word], from, to)
	case w.part == inKind:
		doc, _ := d.Library.kinds.doc(readInfo(w.info).word)
		return said(doc.About, w.at, w.at+len(readInfo(w.info).word))
	case w.part == inAttribute, w.part == inValue:
		return d.meaningInInfo(w, at)
	case w.part == inFront, w.part == inKey:
		word, from, to = wordAround(line, at.Byte, func(c byte) bool { return isNameByte(c) && c != '.' })
		if path := d.keyAt(at.Line, word, from, to); path != nil {
			return said(schemaAbout(path), from, to)
		}
	}
	return Meaning{}, false
}

// keyAt is the path to the key that a word of the front matter is; nil if it is none.
func (d *draft) keyAt(line int, word string, from, to int) []string {
	text := d.line(line)
	if !strings.HasPrefix(strings.TrimLeft(text[to:], " "), ":") {
		return nil
	}
	w := d.placeInFront(Spot{line, from}, text)
	if w.part == inFront {
		return nil
	}
	return append(slices.Clone(w.path), word)
}

// attributeAt is the attribute that a byte of an info string is in, with what is known
// of it.
func (d *draft) attributeAt(w where, at int) (a attribute, doc prentice.Attribute, ok bool) {
	info := readInfo(w.info)
	for _, one := range info.attributes {
		if w.at+one.offset <= at {
			a, ok = one, true
		}
	}
	i := slices.IndexFunc(d.attributesOf(info.word), func(known prentice.Attribute) bool { return names(known, a.name) })
	if i >= 0 {
		doc = d.attributesOf(info.word)[i]
	}
	return a, doc, ok
}

func (d *draft) meaningInInfo(w where, at Spot) (Meaning, bool) {
	a, doc, ok := d.attributeAt(w, at.Byte)
	if !ok {
		return Meaning{}, false
	}
	from := w.at + a.offset
	if a.bare || at.Byte <= from+len(a.name) {
		text := doc.About
		if input, call := strings.CutPrefix(a.name, "input."); call {
			for _, in := range d.inputsOf(readInfo(w.info)) {
				if in.Name == input {
					text = inputDoc(in)
				}
			}
		}
		if len(doc.Values) > 0 {
			text += "\n\nOne of `" + strings.Join(doc.Values, "`, `") + "`."
		}
		return Meaning{text, from, from + len(a.name)}, text != ""
	}
	for _, o := range d.named(doc.Of) {
		if o.Word == a.value && o.About != "" {
			return Meaning{fmt.Sprintf("**%s** %s\n\n%s", doc.Of, o.Word, o.About), w.at + a.valueAt, w.at + a.valueAt + len(a.value)}, true
		}
	}
	return Meaning{}, false
}

// meaningInExpression is what a word of an expression means.
func (d *draft) meaningInExpression(w where, word string) string {
	if in, ok := d.inputIn(w, word); ok {
		return "**" + in.Name + "** " + inputDoc(in)
	}
	for _, o := range d.inExpression(where{part: w.part, path: w.path, fence: w.fence, expr: word, word: word}) {
		if strings.TrimSuffix(o.Word, "(") == word {
			return o.About
		}
	}
	return ""
}

// inputIn is the input that a word of an expression names.
func (d *draft) inputIn(w where, word string) (prentice.Input, bool) {
	before, behind := strings.CutSuffix(w.expr, word)
	if !behind || !strings.HasSuffix(before, "inputs.") {
		return prentice.Input{}, false
	}
	i := slices.IndexFunc(d.proc.Inputs, func(in prentice.Input) bool { return field(in.Name) == word })
	if i < 0 {
		return prentice.Input{}, false
	}
	return d.proc.Inputs[i], true
}
