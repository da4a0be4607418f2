package cluster

import (
	"net/url"
	"strings"
)

// selection is what a list or a watch asks for.
type selection struct {
	namespace, fields, labels string
}

func selectionOf(namespace string, q url.Values) selection {
	return selection{namespace, q.Get("fieldSelector"), q.Get("labelSelector")}
}

func (s selection) takes(o object) bool {
	if s.namespace != "" && text(o, "metadata", "namespace") != s.namespace {
		return false
	}
	for _, term := range terms(s.fields) {
		name, want, not := split(term)
		if (text(o, strings.Split(name, ".")...) == want) == not {
			return false
		}
	}
	labels, _ := at(o, "metadata", "labels").(object)
	for _, term := range terms(s.labels) {
		if !labelled(labels, term) {
			return false
		}
	}
	return true
}

func labelled(labels object, term string) bool {
	if !strings.Contains(term, "=") {
		name, not := strings.CutPrefix(term, "!")
		_, there := labels[name]
		return there != not
	}
	name, want, not := split(term)
	have, there := labels[name].(string)
	return (there && have == want) != not
}

func terms(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func split(term string) (name, want string, not bool) {
	name, want, _ = strings.Cut(strings.Replace(term, "==", "=", 1), "=")
	name, not = strings.CutSuffix(name, "!")
	return strings.TrimSpace(name), strings.TrimSpace(want), not
}
