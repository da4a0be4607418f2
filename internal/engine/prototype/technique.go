package prototype

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed techniques.yaml
var techniques []byte

// Technique is a way to ask a question before what it is about is built.
type Technique struct {
	Key     string            `yaml:"technique" json:"technique"`
	Name    string            `yaml:"name" json:"name"`
	Is      string            `yaml:"is" json:"is"`
	Answers map[string]string `yaml:"answers" json:"answers"` // sorts of questions, each with the reason
	Takes   string            `yaml:"takes" json:"takes"`     // hours, days, weeks
	People  string            `yaml:"people" json:"people"`   // us, few, many
	There   string            `yaml:"there" json:"there"`     // nothing, service
	Proof   string            `yaml:"proof" json:"proof"`     // hint, sign, proof
	Against []string          `yaml:"against" json:"against"`
	Keep    string            `yaml:"keep" json:"keep"`
}

// What advise asks, each with the answers there are. The order of a list is from little
// to much.
var (
	Abouts  = []string{"understand", "want", "possible", "together", "better", "load"}
	Lengths = []string{"hours", "days", "weeks"}
	Crowds  = []string{"us", "few", "many"}
	Theres  = []string{"nothing", "service"}
	Stakes  = []string{"little", "much"}
	proofs  = []string{"hint", "sign", "proof"}
)

// aboutSays are the sorts of questions in words.
var aboutSays = map[string]string{
	"understand": "whether people understand it and get to the end",
	"want":       "whether anyone wants it",
	"possible":   "whether it can be done",
	"together":   "whether the parts work together",
	"better":     "which of two is better",
	"load":       "whether it bears the load",
}

// AboutSays is a sort of question in words.
func AboutSays(about string) string { return aboutSays[about] }

// Techniques are all of them, in the order of the table.
var Techniques = sync.OnceValue(func() (list []Technique) {
	if err := yaml.Unmarshal(techniques, &list); err != nil {
		panic("the table of techniques cannot be read: " + err.Error())
	}
	return list
})

// Keys are the words for them in a file.
func Keys() (keys []string) {
	for _, t := range Techniques() {
		keys = append(keys, t.Key)
	}
	return keys
}

// Find is the technique of a key.
func Find(key string) (Technique, bool) {
	i := slices.IndexFunc(Techniques(), func(t Technique) bool { return t.Key == key })
	if i < 0 {
		return Technique{}, false
	}
	return Techniques()[i], true
}

// Table is the table of techniques in Markdown, for the book.
func Table() string {
	var b strings.Builder
	b.WriteString("| technique | what it is | answers | takes | who tries it | needs | its answer is a | what speaks against it | what stays |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, t := range Techniques() {
		var answers []string
		for _, about := range Abouts {
			if why := t.Answers[about]; why != "" {
				answers = append(answers, "*"+aboutSays[about]+"*: "+why)
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n", t.Key, t.Is, strings.Join(answers, "; "), t.Takes, t.People, t.There, t.Proof, strings.Join(t.Against, "; "), t.Keep)
	}
	return b.String()
}
