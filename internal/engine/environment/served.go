package environment

import (
	"fmt"
	"strconv"
	"strings"
)

// Otherwise says in what the server of this machine that stands for the image of a service is
// another than the image asks for; "" is in nothing that can be told. A tag such as 16-alpine
// asks for 16, and for nothing more; one such as latest asks for nothing.
func (s Service) Otherwise(version string) string {
	if s.Provider == "" || version == "" {
		return ""
	}
	image, _, _ := strings.Cut(s.Image, "@")
	_, tag, _ := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	asked, is := numbers(tag), numbers(version)
	for i := range min(len(asked), len(is)) {
		if asked[i] != is[i] {
			return fmt.Sprintf("%s asks for %s, and the %s of this machine that stands for it is %s", s.Name, image, s.Provider, version)
		}
	}
	return ""
}

// numbers are those that a version begins with.
func numbers(version string) (list []int) {
	for part := range strings.SplitSeq(version, ".") {
		digits := len(part) - len(strings.TrimLeft(part, "0123456789"))
		n, err := strconv.Atoi(part[:digits])
		if err != nil {
			return list
		}
		list = append(list, n)
		if digits < len(part) {
			return list
		}
	}
	return list
}
