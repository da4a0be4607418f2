package tool

import (
	"path"
	"regexp"
	"strings"
)

// ofImages are tools by the last part of the name of the image that holds them.
var ofImages = map[string]string{"golang": "go", "go": "go", "node": "node", "python": "python", "ruby": "ruby", "php": "php", "rust": "rust",
	"eclipse-temurin": "java", "openjdk": "java", "amazoncorretto": "java", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mariadb", "redis": "redis", "valkey": "valkey",
	"debian": "debian", "ubuntu": "ubuntu", "alpine": "alpine", "nginx": "nginx", "nginx-unprivileged": "nginx"}

// codenames are systems in tags of images.
var codenames = map[string][2]string{"trixie": {"debian", "13"}, "bookworm": {"debian", "12"}, "bullseye": {"debian", "11"}, "buster": {"debian", "10"},
	"resolute": {"ubuntu", "26.04"}, "noble": {"ubuntu", "24.04"}, "jammy": {"ubuntu", "22.04"}, "focal": {"ubuntu", "20.04"}}

var alpineTag = regexp.MustCompile(`^alpine(3\.[0-9]{1,3})$`)

type inside struct {
	tool string
	wish Wish
}

// inImage are the tools that the name of an image names. An image of someone's own holds
// what no one knows here.
func inImage(name string) (list []inside) {
	name, _, _ = strings.Cut(name, "@")
	if name == "" || strange(name) || strings.ContainsAny(name, "$ ") {
		return nil
	}
	repository, tag := name, ""
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		repository, tag = name[:i], name[i+1:]
	}
	tool := ofImages[path.Base(repository)]
	if tool == "" {
		return nil
	}
	words := strings.Split(tag, "-")
	w := wish(tool, words[0])
	if system, is := codenames[words[0]]; is && system[0] == tool {
		w = wish(tool, system[1])
	}
	if tag == "" {
		w = Wish{Text: "latest", Form: Floats}
	}
	w.Text = tag
	if tag == "" {
		w.Text = "latest"
	}
	if w.Form == Unclear {
		w.Form = Floats // such as bookworm or alpine: the newest for that system
	}
	list = append(list, inside{tool, w})
	for _, word := range words {
		system, is := codenames[word]
		if m := alpineTag.FindStringSubmatch(word); m != nil {
			system, is = [2]string{"alpine", m[1]}, true
		}
		if is && system[0] != tool {
			list = append(list, inside{system[0], wish(system[0], system[1])})
		}
	}
	return list
}
