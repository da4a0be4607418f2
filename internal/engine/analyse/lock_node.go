package analyse

import (
	"path"
	"regexp"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

// nodeGroups are where a package.json asks for packages.
var nodeGroups = []string{"dependencies", "devDependencies", "optionalDependencies"}

// pnpmLock asks whether a lock file of pnpm has what a package.json asks for. Those before
// its version 6 had it elsewhere.
func pnpmLock(t *standard.Text) (list []check.Finding) {
	lock, from := lockOf(t, "pnpm-lock.yaml")
	if lock == nil {
		return nil
	}
	top := lock.Value()
	importer := tableAt(top, "importers", from)
	if importer == nil && from == "." && at(top, "importers") == nil {
		importer = tableAt(top) // one that is no workspace, of version 6
	}
	if importer == nil || at(top, "specifiers") != nil || at(importer, "specifiers") != nil {
		return nil // another project, or of an older version
	}
	for _, group := range nodeGroups {
		for name, v := range tableAt(t.Value(), group) {
			asks, _ := v.(string)
			has := textAt(importer, group, name, "specifier")
			if has == "" { // what is asked for twice stands in one of the groups
				for _, other := range nodeGroups {
					if s := textAt(importer, other, name, "specifier"); s == asks {
						has = s
					}
				}
			}
			if has != asks {
				list = append(list, differs(t, "pnpm-lock.yaml", name, asks, has, "pnpm install"))
			}
		}
	}
	return firstOf(list)
}

// yarnEntry is a line that begins an entry of a lock file of yarn.
var yarnEntry = regexp.MustCompile(`(?m)^("?[^\s#"][^\n]*):\r?$`)

// yarnLock asks whether a lock file of yarn has what a package.json asks for. What is a
// folder of the repository, and what resolutions replace, it need not have.
func yarnLock(t *standard.Text) (list []check.Finding) {
	lock, _ := lockOf(t, "yarn.lock")
	if lock == nil || tableAt(t.Value()) == nil {
		return nil
	}
	if _, other := lockOf(t, "package-lock.json"); other == "." {
		return nil // it is npm that counts here
	}
	has := map[string]bool{}
	for _, m := range yarnEntry.FindAllStringSubmatch(string(lock.Bytes), -1) {
		for pattern := range strings.SplitSeq(m[1], ",") {
			has[strings.Trim(pattern, `" `)] = true
		}
	}
	own := ownPackages(t.View)
	for _, group := range nodeGroups {
		for name, v := range tableAt(t.Value(), group) {
			asks, _ := v.(string)
			bare, _ := strings.CutPrefix(asks, "npm:")
			switch {
			case own[name] || at(t.Value(), "resolutions") != nil || strings.Contains(bare, ":") || strings.Contains(bare, "/"):
			case has[name+"@"+asks] || has[name+"@npm:"+bare] || has[name+"@"+bare]:
			default:
				list = append(list, differs(t, "yarn.lock", name, asks, "", "yarn install"))
			}
		}
	}
	return firstOf(list)
}

// ownPackages are the names of the packages that the repository holds itself.
func ownPackages(v *standard.View) map[string]bool {
	own := map[string]bool{}
	for _, f := range v.Files {
		if path.Base(f.Path) != "package.json" || foreign(f.Path) || f.Mode == check.Link {
			continue
		}
		if t, err := v.Open(f); err == nil {
			own[textAt(t.Value(), "name")] = true
		}
	}
	return own
}
