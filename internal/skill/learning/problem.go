package learning

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

//go:embed problems.yaml
var problemText []byte

// problemBook says what errors mean, by their kind and by the part of the program that
// says them.
type problemBook struct {
	Kinds map[string]advice `yaml:"kinds"`
	Areas map[string]advice `yaml:"areas"`
}

type advice struct {
	Means  string   `yaml:"means"`
	About  string   `yaml:"about"`
	Causes []string `yaml:"causes"`
	Do     []string `yaml:"do"`
}

var problems = sync.OnceValue(func() problemBook {
	var b problemBook
	if err := yaml.Unmarshal(problemText, &b); err != nil {
		panic(fmt.Sprintf("problems.yaml: %v", err)) // it is part of the program
	}
	return b
})

// area is what is said of a part of the program, or of the nearest folder above it.
func (b problemBook) area(of string) (advice, bool) {
	for dir := of; dir != "" && dir != "."; dir = path.Dir(dir) {
		if a, ok := b.Areas[dir]; ok {
			return a, true
		}
	}
	a, ok := b.Areas["."]
	return a, ok && of == "."
}

// notWell is the name of the exit code of what was shown and says no.
const notWell = "not-well"

// problemCode is a kind of problem with the numbers by which programs see it.
type problemCode struct {
	name, title  string
	exit, status int
}

// codes are all of them, in their order.
func codes() (list []problemCode) {
	for _, p := range op.Problems() {
		list = append(list, problemCode{p.Kind.String(), p.Title, p.Exit, p.Status})
	}
	return append(list, problemCode{notWell, "It did not end well", op.NotWell, 0})
}

// codesOf are those of a name, or of a number that is an exit code or an HTTP status.
func codesOf(word string) (list []problemCode) {
	n, err := strconv.Atoi(word)
	for _, c := range codes() {
		if strings.EqualFold(c.name, word) || err == nil && (c.exit == n || c.status == n && n != 0) {
			list = append(list, c)
		}
	}
	return list
}

// explainError explains a code, a reason to hold back, or a text that was printed; with
// nothing given it lists the codes.
func explainError(text, who string) (Explained, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return listCodes(), nil
	}
	if list := codesOf(text); len(list) > 0 {
		return ofCodes(list, who), nil
	}
	for _, h := range gate.HoldMeanings() {
		if strings.EqualFold(string(h.Code), text) {
			return ofHold(h), nil
		}
	}
	if s, ok := findSaid(text); ok {
		return ofSaid(s, who), nil
	}
	var known []string
	for _, c := range codes() {
		known = append(known, c.name)
	}
	err := prentice.Errorf(prentice.NotFound, "prentice prints no error like %q", clip.Text(text))
	if near := nearest.Of(text, known); near != "" {
		return Explained{}, err.Try("did you mean %s?", near)
	}
	return Explained{}, err.Try("paste the text as it was printed, or name a code: %s", strings.Join(known, ", "))
}

func listCodes() Explained {
	var b strings.Builder
	for _, c := range codes() {
		fmt.Fprintf(&b, "- **%s**%s: %s\n", c.name, c.numbers(), problems().Kinds[c.name].Means)
	}
	b.WriteString("\nWhy a run is blocked:\n\n")
	for _, h := range gate.HoldMeanings() {
		fmt.Fprintf(&b, "- **%s**: %s\n", h.Code, h.When)
	}
	return Explained{Topic: "error", Title: "Errors, by their codes", Markdown: "# Errors, by their codes\n\n" + b.String(), Parts: []Part{{Title: "Codes", Text: b.String()}}}
}

// numbers are the exit code and the HTTP status of a code.
func (c problemCode) numbers() string {
	if c.status == 0 {
		return fmt.Sprintf(" (exit code %d)", c.exit)
	}
	return fmt.Sprintf(" (exit code %d, HTTP status %d)", c.exit, c.status)
}

// The parts of an error.
const (
	means  = "What it means"
	causes = "Usual causes"
	doNow  = "What to do"
	known  = "How programs see it"
)

var problemOrders = map[string][]string{
	"junior":  {means, causes, doNow, known},
	"lead":    {doNow, means, causes, known},
	"auditor": {known, means, causes, doNow},
}

// ofCodes explains codes; a number may be that of several.
func ofCodes(list []problemCode, who string) Explained {
	parts := map[string]string{}
	var titles []string
	for _, c := range list {
		a := problems().Kinds[c.name]
		titles = append(titles, c.title+" ("+c.name+")")
		head := ""
		if len(list) > 1 {
			head = c.name + ": "
		}
		parts[means] += "- " + head + a.Means + "\n"
		parts[causes] += items(head, a.Causes)
		parts[doNow] += items(head, a.Do)
		parts[known] += "- " + c.name + c.numbers() + ".\n"
	}
	return arranged(strings.Join(titles, ", or "), parts, who)
}

func ofHold(h gate.HoldMeaning) Explained {
	return arranged("Blocked: "+string(h.Code), map[string]string{
		means:  "- " + h.When + "\n- It binds " + h.Binds + ".\n",
		doNow:  "- " + h.Ends + "\n- See all that blocks runs now: `prentice limit show`.\n",
		causes: "", known: "- Its code is `" + string(h.Code) + "`.\n",
	}, "junior")
}

// ofSaid explains a text that prentice prints.
func ofSaid(s printed, who string) Explained {
	kind, area := problems().Kinds[s.kind], advice{}
	if a, ok := problems().area(s.area); ok {
		area = a
	}
	parts := map[string]string{known: "- Its kind is said by the exit code: `prentice exit-codes`.\n"}
	if kind.Means != "" {
		parts[means] = "- " + kind.Means + "\n"
		parts[known] = "- " + codesOf(s.kind)[0].name + codesOf(s.kind)[0].numbers() + ".\n"
	}
	parts[means] += "- It is about " + area.About + ".\n"
	parts[causes] = items("", slices.Concat(area.Causes, kind.Causes))
	if s.hint != "" {
		parts[doNow] = "- The text says it: " + quoted(blanked(s.hint)) + ".\n"
	}
	parts[doNow] += items("", slices.Concat(area.Do, kind.Do))
	title := s.text
	if title == "" {
		title = s.hint
	}
	return arranged(plainLine(blanked(title)), parts, who)
}

func arranged(title string, parts map[string]string, who string) Explained {
	order := problemOrders[who]
	if order == nil {
		order = problemOrders["junior"]
	}
	e := Explained{Topic: "error", Title: title}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", quoted(title))
	for _, name := range order {
		if text := strings.TrimSpace(parts[name]); text != "" {
			e.Parts = append(e.Parts, Part{Title: name, Text: text})
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", name, text)
		}
	}
	e.Markdown = b.String()
	return e
}

func items(head string, list []string) string {
	var b strings.Builder
	for _, one := range list {
		b.WriteString("- " + head + strings.TrimSuffix(one, ".") + ".\n")
	}
	return b.String()
}
