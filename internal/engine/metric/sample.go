package metric

import (
	"sort"
	"strings"
)

// Label is a name and what it is for a series. The name of the metric is the label Name.
type Label struct{ Name, Value string }

// Name is the label that names the metric.
const Name = "__name__"

// Sample is a value of a series.
type Sample struct {
	Labels []Label // in the order of their names
	Value  float64
}

// The bounds of a series. What is longer is no label that anyone asks for.
const (
	MostLabels     = 40
	mostLabelBytes = 2048
)

// Fits says whether labels are within bounds.
func Fits(labels []Label) bool {
	if len(labels) > MostLabels {
		return false
	}
	for _, l := range labels {
		if len(l.Name)+len(l.Value) > mostLabelBytes {
			return false
		}
	}
	return true
}

// Of are the labels of a series as the job has it: its own, the instance and the service stand above
// what the target says, and what they stand above is called exported_NAME.
func (j Job) Of(target string, said []Label) []Label {
	own := map[string]string{}
	for name, value := range j.Labels {
		own[name] = value
	}
	own["job"], own["instance"] = j.Name, j.instance(target)
	if j.Service != "" {
		own["service"] = j.Service.Name()
	}
	list := make([]Label, 0, len(said)+len(own))
	there := map[string]bool{}
	for _, l := range said {
		there[l.Name] = true
	}
	for _, l := range said {
		if drops(j.DropLabels, l.Name) || l.Value == "" {
			continue
		}
		if _, taken := own[l.Name]; taken {
			for l.Name = "exported_" + l.Name; there[l.Name]; {
				l.Name = "exported_" + l.Name
			}
			there[l.Name] = true
		}
		list = append(list, l)
	}
	for name, value := range own {
		list = append(list, Label{name, value})
	}
	sort.Slice(list, func(a, b int) bool { return list[a].Name < list[b].Name })
	return list
}

func drops(list []string, name string) bool {
	for _, one := range list {
		if one == name {
			return true
		}
	}
	return false
}

// Key is labels as one text, which no other labels have.
func Key(labels []Label) string {
	var b strings.Builder
	for _, l := range labels {
		b.WriteString(l.Name)
		b.WriteByte(0xff)
		b.WriteString(l.Value)
		b.WriteByte(0xff)
	}
	return b.String()
}

// Written is what became of samples that were handed to a store.
type Written struct {
	Full int // series that no one knew, and for which there is no room
	Old  int // samples before ones that are there: the clock went back
}
