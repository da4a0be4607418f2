package dependency

import (
	"net/url"
	"strings"
)

// types are the kinds of package URLs, by ecosystem.
var types = map[string]string{"Go": "golang", "npm": "npm", "PyPI": "pypi", "crates.io": "cargo", "Maven": "maven", "Debian": "deb/debian", "Ubuntu": "deb/ubuntu", "Alpine": "apk/alpine"}

// PURL is the package URL of a dependency.
func (d Dependency) PURL() string {
	ecosystem, release, _ := strings.Cut(d.Ecosystem, ":")
	kind, known := types[ecosystem]
	if !known {
		return ""
	}
	name := d.Name
	if ecosystem == "Maven" {
		name = strings.Replace(name, ":", "/", 1)
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		parts = append(parts, escape(part))
	}
	purl := "pkg:" + kind + "/" + strings.Join(parts, "/")
	if d.Version != "" {
		purl += "@" + escape(d.Version)
	}
	if release != "" {
		purl += "?distro=" + strings.ToLower(ecosystem) + "-" + escape(strings.TrimSuffix(strings.TrimPrefix(release, "v"), ":LTS"))
	}
	return purl
}

// escape is a part of a package URL.
func escape(s string) string {
	return strings.NewReplacer("+", "%2B", "%2F", "/", "@", "%40", "$", "%24", "&", "%26", "=", "%3D").Replace(url.PathEscape(s))
}
