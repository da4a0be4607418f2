package web

import (
	"html/template"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
)

// thingName is a thing's name in Markdown, perhaps with marks that keep its signs from
// meaning more; and code, which stays as it is.
var thingName = regexp.MustCompile("`[^`]*`|(?:^|[^A-Za-z0-9/:.])([a-z]+/[A-Za-z0-9](?:[A-Za-z0-9._:@-]|\\\\[_@])*)")

// linked is Markdown in which the names of things lead to their pages.
func (s *Site) linked(text string) template.HTML {
	text = thingName.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "`") {
			return found
		}
		name := thingName.FindStringSubmatch(found)[1]
		name = strings.TrimRight(name, ".:@-\\")
		ref, err := prentice.ParseRef(strings.ReplaceAll(name, `\`, ""))
		if err != nil || s.links.to(ref) == "" {
			return found
		}
		return strings.Replace(found, name, "["+name+"]("+s.at(s.links.to(ref))+")", 1)
	})
	return template.HTML(render.Markdown(text)) //nolint:gosec // sanitised by render
}
